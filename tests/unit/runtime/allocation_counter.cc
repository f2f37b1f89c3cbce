#include "unit/runtime/allocation_counter.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

namespace {

std::atomic<int64_t> allocation_count{0};
std::atomic<bool> counting{false};

}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {

void Count() {
  if (counting.load(std::memory_order_relaxed))
    allocation_count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

// Every allocation of the process passes here: operator new calls malloc.
extern "C" void* __libc_malloc(size_t size);
extern "C" void* __libc_calloc(size_t count, size_t size);
extern "C" void* __libc_realloc(void* block, size_t size);
extern "C" void* __libc_memalign(size_t alignment, size_t size);
extern "C" void* malloc(size_t size) {
  Count();
  return __libc_malloc(size);
}
extern "C" void* calloc(size_t count, size_t size) {
  Count();
  return __libc_calloc(count, size);
}
extern "C" void* realloc(void* block, size_t size) {
  Count();
  return __libc_realloc(block, size);
}
extern "C" void* aligned_alloc(size_t alignment, size_t size) {
  Count();
  return __libc_memalign(alignment, size);
}
extern "C" int posix_memalign(void** out, size_t alignment, size_t size) {
  Count();
  *out = __libc_memalign(alignment, size);
  return *out == nullptr ? ENOMEM : 0;
}
const bool backplane::testing::kCountsAllocations = true;
#else
const bool backplane::testing::kCountsAllocations = false;
#endif

int64_t backplane::testing::AllocationsDuring(const std::function<void()>& work) {
  allocation_count = 0;
  counting = true;
  work();
  counting = false;
  return allocation_count.load();
}
