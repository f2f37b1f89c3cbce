// Pages of fresh memory: making them present before they are written. Called by whoever allocates
// large blocks that it is about to fill (packed weights, arenas).
#pragma once

#include <cstddef>

namespace backplane {

class ThreadPool;

/// Makes the pages of [data, data + bytes) present and writable, which costs less at once than one
/// by one. Changes no content; for memory that is about to be written.
void TouchPages(void* data, size_t bytes) noexcept;
/// The same by several threads.
void TouchPages(void* data, size_t bytes, ThreadPool& pool);

}  // namespace backplane
