#include "base/pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>

#include "base/thread_pool.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14; older kernels answer EINVAL and nothing is lost
#endif

namespace backplane {
namespace {

constexpr uintptr_t kPageBytes = 4096;

}  // namespace

// Huge pages are not asked for. They are several times cheaper to make where the machine has them
// at hand, but on a virtual machine whose host has taken the memory back each costs milliseconds
// (some ten times what the small ones cost), and runs are not measurably faster on them.
void TouchPages(void* data, size_t bytes) noexcept {
  constexpr size_t kWorthACall = 64 * 1024;
  if (bytes < kWorthACall) return;
  const uintptr_t begin = reinterpret_cast<uintptr_t>(data) & ~(kPageBytes - 1);
  const uintptr_t end =
      (reinterpret_cast<uintptr_t>(data) + bytes + kPageBytes - 1) & ~(kPageBytes - 1);
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
}

void TouchPages(void* data, size_t bytes, ThreadPool& pool) {
  constexpr size_t kPiece = 256 << 10;
  constexpr double kNanosPerPiece = 80'000;
  auto* const memory = static_cast<std::byte*>(data);
  pool.For(static_cast<int64_t>(bytes / kPiece) + 1, kNanosPerPiece,
           [&](int64_t begin, int64_t end) {
             const auto from = static_cast<size_t>(begin) * kPiece;
             const auto to = static_cast<size_t>(end) * kPiece;
             if (from < bytes) TouchPages(memory + from, std::min(bytes, to) - from);
           });
}

}  // namespace backplane
