// Counts what the whole test program allocates: for tests that promise runs without allocation.
#pragma once

#include <cstdint>
#include <functional>

namespace backplane::testing {

/// False under sanitizers, which bring allocators of their own; then nothing is counted.
extern const bool kCountsAllocations;

/// How many blocks of memory all threads together ask for while `work` runs.
int64_t AllocationsDuring(const std::function<void()>& work);

}  // namespace backplane::testing
