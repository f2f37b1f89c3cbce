#include "base/memory.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <unordered_map>

#include "base/allocator_calls.h"
#include "base/allocator_owners.h"
#include "base/checked_math.h"
#include "base/error.h"
#include "base/key_value_pairs.h"

namespace backplane {

const MemoryInfo& CpuMemoryInfo() {
  static const MemoryInfo info;
  return info;
}

void* AllocateAligned(size_t bytes) {
  const size_t padded = AlignUp(bytes == 0 ? 1 : bytes, kTensorAlignment);
  Require(padded >= bytes && padded <= SIZE_MAX / 2, ORT_INVALID_ARGUMENT,
          "cannot allocate {} bytes", bytes);
  void* data = nullptr;
  if (posix_memalign(&data, kTensorAlignment, padded) != 0) data = nullptr;
  Require(data != nullptr, ORT_FAIL, "out of memory: could not allocate {} bytes", bytes);
  return data;
}

void FreeAligned(void* data) noexcept { std::free(data); }

void DropFilePages(const void* data, size_t bytes) noexcept {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<uintptr_t>(data) + page - 1) & ~(page - 1);
  const auto end = (reinterpret_cast<uintptr_t>(data) + bytes) & ~(page - 1);
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

std::shared_ptr<Buffer> Buffer::Allocate(size_t bytes) {
  void* data = AllocateAligned(bytes);
  return std::make_shared<Buffer>(data, bytes, [](void* p) { FreeAligned(p); });
}

std::shared_ptr<Buffer> Buffer::Allocate(OrtAllocator* allocator, size_t bytes) {
  void* data = AllocateThrough(allocator, bytes);
  return std::make_shared<Buffer>(
      data, bytes,
      [allocator, owner = AllocatorOwner(allocator)](void* p) { FreeThrough(allocator, p); });
}

namespace {

struct AllocatorOwners {
  std::atomic<size_t> count{0};  // most processes have none: nothing to lock then
  std::mutex mutex;
  std::unordered_map<const OrtAllocator*, std::weak_ptr<OrtAllocator>> owners;
};

AllocatorOwners& Owners() {
  static auto* owners = new AllocatorOwners();  // never freed: values may outlive every static
  return *owners;
}

}  // namespace

void RememberAllocatorOwner(const std::shared_ptr<OrtAllocator>& allocator) {
  AllocatorOwners& owners = Owners();
  const std::lock_guard lock(owners.mutex);
  owners.owners[allocator.get()] = allocator;
  owners.count = owners.owners.size();
}

void ForgetAllocatorOwner(const OrtAllocator* allocator) noexcept {
  AllocatorOwners& owners = Owners();
  const std::lock_guard lock(owners.mutex);
  owners.owners.erase(allocator);
  owners.count = owners.owners.size();
}

std::shared_ptr<OrtAllocator> AllocatorOwner(const OrtAllocator* allocator) {
  AllocatorOwners& owners = Owners();
  if (owners.count == 0) return nullptr;
  const std::lock_guard lock(owners.mutex);
  const auto it = owners.owners.find(allocator);
  return it == owners.owners.end() ? nullptr : it->second.lock();
}

namespace {

// Statistics of the default CPU allocator. Sizes come from malloc itself, so a block needs no
// header.
struct CpuAllocatorImpl : OrtAllocator {
  std::atomic<int64_t> allocations{0};
  std::atomic<int64_t> bytes_in_use{0};
  std::atomic<int64_t> max_bytes_in_use{0};

  CpuAllocatorImpl() : OrtAllocator{} {
    version = ORT_API_VERSION;
    OrtAllocator::Alloc = [](OrtAllocator* self, size_t size) {
      return static_cast<CpuAllocatorImpl*>(self)->New(size);
    };
    OrtAllocator::Reserve = OrtAllocator::Alloc;
    OrtAllocator::Free = [](OrtAllocator* self, void* p) {
      static_cast<CpuAllocatorImpl*>(self)->Delete(p);
    };
    OrtAllocator::Info = [](const OrtAllocator*) -> const OrtMemoryInfo* {
      return &CpuMemoryInfo();
    };
    OrtAllocator::GetStats = [](const OrtAllocator*,
                                OrtKeyValuePairs** out) noexcept -> OrtStatusPtr {
      const AllocatorStats stats = CpuAllocatorStats();
      auto* pairs = new KeyValuePairs();
      pairs->Set("NumAllocs", std::to_string(stats.allocations));
      pairs->Set("InUse", std::to_string(stats.bytes_in_use));
      pairs->Set("MaxInUse", std::to_string(stats.max_bytes_in_use));
      *out = pairs;
      return nullptr;
    };
  }

  void* New(size_t size) noexcept {
    if (size == 0) return nullptr;
    void* data = nullptr;
    try {
      data = AllocateAligned(size);
    } catch (const Error&) {
      return nullptr;
    }
    const auto bytes = static_cast<int64_t>(malloc_usable_size(data));
    allocations.fetch_add(1, std::memory_order_relaxed);
    const int64_t now = bytes_in_use.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    int64_t max = max_bytes_in_use.load(std::memory_order_relaxed);
    while (now > max &&
           !max_bytes_in_use.compare_exchange_weak(max, now, std::memory_order_relaxed)) {
    }
    return data;
  }

  void Delete(void* p) noexcept {
    if (p == nullptr) return;
    bytes_in_use.fetch_sub(static_cast<int64_t>(malloc_usable_size(p)), std::memory_order_relaxed);
    FreeAligned(p);
  }
};

CpuAllocatorImpl& TheCpuAllocator() {
  static auto* allocator = new CpuAllocatorImpl();  // never freed: values may outlive every static
  return *allocator;
}

}  // namespace

OrtAllocator* CpuAllocator() { return &TheCpuAllocator(); }

AllocatorStats CpuAllocatorStats() {
  const auto& a = TheCpuAllocator();
  return {a.allocations.load(), a.bytes_in_use.load(), a.max_bytes_in_use.load()};
}

}  // namespace backplane
