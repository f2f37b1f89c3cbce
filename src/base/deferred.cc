#include "base/deferred.h"

#include "base/memory.h"

namespace backplane {

DeferredMemory::~DeferredMemory() { FreeAligned(ComputedData()); }

void* DeferredMemory::Data() {
  if (void* data = ComputedData()) return data;
  const std::lock_guard lock(mutex_);
  if (void* data = ComputedData()) return data;
  std::unique_ptr<void, void (*)(void*)> memory(AllocateAligned(bytes_), FreeAligned);
  elements_->Compute(0, count_, memory.get());
  data_.store(memory.get(), std::memory_order_release);
  return memory.release();
}

}  // namespace backplane
