#include "gpu_device.h"

#include <cstdlib>
#include <utility>

namespace sample {

GpuQueue::GpuQueue(GpuDevice& device) : device_(device), thread_([this] { Work(); }) {
  const std::lock_guard lock(device_.mutex_);
  device_.queues_.insert(this);
}

GpuQueue::~GpuQueue() {
  {
    const std::lock_guard lock(device_.mutex_);
    device_.queues_.erase(this);
  }
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void GpuQueue::Submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  changed_.notify_all();
}

std::shared_ptr<const GpuEvent> GpuQueue::Record() {
  auto event = std::make_shared<GpuEvent>();
  Submit([event] {
    const std::lock_guard lock(event->mutex_);
    event->reached_ = true;
    event->changed_.notify_all();
  });
  return event;
}

void GpuQueue::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
    if (waiting_.empty()) return;  // to be stopped, and all is done
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

void GpuEvent::Wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return reached_; });
}

void* GpuDevice::Allocate(size_t bytes) {
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) return nullptr;
  const std::lock_guard lock(mutex_);
  allocations_[reinterpret_cast<uintptr_t>(memory)] = bytes;
  return memory;
}

void GpuDevice::Free(void* memory) {
  if (memory == nullptr) return;
  Finish();
  {
    const std::lock_guard lock(mutex_);
    allocations_.erase(reinterpret_cast<uintptr_t>(memory));
  }
  std::free(memory);
}

bool GpuDevice::Owns(const void* memory, size_t bytes) const {
  const auto address = reinterpret_cast<uintptr_t>(memory);
  const std::lock_guard lock(mutex_);
  auto next = allocations_.upper_bound(address);
  if (next == allocations_.begin()) return false;
  const auto& [begin, size] = *--next;
  return bytes <= size && address - begin <= size - bytes;
}

void GpuDevice::Finish() const {
  const std::lock_guard lock(mutex_);
  for (GpuQueue* queue : queues_) queue->Finish();
}

void GpuDevice::Convert(void* to, const void* from, size_t bytes) {
  auto* out = static_cast<uint8_t*>(to);
  const auto* in = static_cast<const uint8_t*>(from);
  for (size_t i = 0; i < bytes; ++i) out[i] = static_cast<uint8_t>(~in[i]);
}

}  // namespace sample
