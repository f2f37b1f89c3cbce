// The one door for heap memory that holds tensors: aligned allocation, and the reference-counted
// Buffer. Fault-injection tests and memory statistics hook in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/deferred.h"
#include "base/memory_info.h"

namespace backplane {

/// Alignment of every tensor the runtime allocates: a cache line, and the widest vector.
inline constexpr size_t kTensorAlignment = 64;

/// Allocates `bytes` (0 is allowed) aligned to kTensorAlignment; fails with ORT_FAIL when memory is
/// exhausted.
void* AllocateAligned(size_t bytes);
void FreeAligned(void* data) noexcept;

/// Tells the kernel that the pages wholly inside [data, data + bytes) are not needed for now. For
/// file mappings only: the content is read again from the file if it is touched.
void DropFilePages(const void* data, size_t bytes) noexcept;

/// A block of memory with shared ownership; `release` runs when the last owner lets go.
class Buffer {
 public:
  using Release = std::function<void(void* data)>;

  Buffer(void* data, size_t bytes, Release release, bool file_backed = false)
      : data_(data), bytes_(bytes), release_(std::move(release)), file_backed_(file_backed) {}
  /// Memory that is filled with `elements`, `count` of them, when data() is first called.
  Buffer(std::shared_ptr<const DeferredElements> elements, int64_t count, size_t bytes)
      : bytes_(bytes),
        deferred_(std::make_unique<DeferredMemory>(std::move(elements), count, bytes)) {}
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    if (release_) release_(data_);
  }

  void* data() const { return deferred_ == nullptr ? data_ : deferred_->Data(); }
  size_t bytes() const { return bytes_; }
  /// True for a view of a mapped file: its pages may be dropped (DropFilePages) and come back when
  /// touched.
  bool file_backed() const { return file_backed_; }

  /// Null unless the elements are, or were, deferred.
  const DeferredMemory* deferred() const { return deferred_.get(); }

  /// A new host buffer from AllocateAligned.
  static std::shared_ptr<Buffer> Allocate(size_t bytes);
  /// A new buffer from `allocator`, freed through it.
  static std::shared_ptr<Buffer> Allocate(OrtAllocator* allocator, size_t bytes);

 private:
  void* data_ = nullptr;
  size_t bytes_;
  Release release_;
  bool file_backed_ = false;
  std::unique_ptr<DeferredMemory> deferred_;
};

/// The default CPU allocator (C API: GetAllocatorWithDefaultOptions); thread-safe, never freed.
OrtAllocator* CpuAllocator();

/// What an OrtAllocator of ours counts; served through AllocatorGetStats.
struct AllocatorStats {
  int64_t allocations = 0;
  int64_t bytes_in_use = 0;
  int64_t max_bytes_in_use = 0;
};
AllocatorStats CpuAllocatorStats();

}  // namespace backplane
