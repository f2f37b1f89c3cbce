// Elements that are computed when they are read: of constants that nobody may ever need whole, such
// as weights that only wait to be packed. Made by optimize/, held by a tensor's Buffer, which
// computes them once for readers that do not care.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace backplane {

class Tensor;

/// What the elements are. Whatever it is computed from, it keeps alive.
class DeferredElements {
 public:
  virtual ~DeferredElements() = default;
  /// Writes elements [begin, end) to `to`; may be called by several threads at once.
  virtual void Compute(int64_t begin, int64_t end, void* to) const = 0;
  /// The tensor that they are computed from; null where there is none.
  virtual const Tensor* source() const { return nullptr; }
};

/// Deferred elements and the memory that they lie in once somebody has asked for all of them.
class DeferredMemory {
 public:
  DeferredMemory(std::shared_ptr<const DeferredElements> elements, int64_t count, size_t bytes)
      : elements_(std::move(elements)), count_(count), bytes_(bytes) {}
  DeferredMemory(const DeferredMemory&) = delete;
  DeferredMemory& operator=(const DeferredMemory&) = delete;
  ~DeferredMemory();

  const DeferredElements& elements() const { return *elements_; }
  /// Null as long as nobody has called Data.
  void* ComputedData() const { return data_.load(std::memory_order_acquire); }
  /// All elements, computed at the first call; fails as AllocateAligned does.
  void* Data();

 private:
  const std::shared_ptr<const DeferredElements> elements_;
  const int64_t count_;
  const size_t bytes_;
  std::mutex mutex_;  // held while Data computes
  std::atomic<void*> data_{nullptr};
};

}  // namespace backplane
