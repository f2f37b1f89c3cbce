// Pages of fresh memory: which size they get, and making them present before they are written.
// Called by whoever allocates large blocks that it is about to fill (packed weights, arenas).
#pragma once

#include <cstddef>

namespace backplane {

class ThreadPool;

inline constexpr size_t kHugePageBytes = size_t{2} << 20;

/// Whether a new block of `bytes` is better made of huge pages. They are several times cheaper to
/// make and to walk through, unless the machine is a virtual one whose host has taken the memory
/// back: then each costs milliseconds, which TouchPages notices.
bool HugePagesPay(size_t bytes) noexcept;

/// Makes the pages of [data, data + bytes) present and writable, which costs less at once than one
/// by one. Changes no content; for memory that is about to be written.
void TouchPages(void* data, size_t bytes) noexcept;
/// The same by several threads.
void TouchPages(void* data, size_t bytes, ThreadPool& pool);

}  // namespace backplane
