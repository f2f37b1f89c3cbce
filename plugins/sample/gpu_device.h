// A GPU that does not exist: stands for the vendor's driver, and behaves like one where it matters.
// Its memory is not the host's: it holds every value in another form, so whoever forgets a copy
// gets wrong numbers. Its queues work later than they are asked, so whoever forgets to wait gets
// old ones. Knows nothing of the C API.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace sample {

class GpuDevice;

// A point in a queue's work that others can wait for.
class GpuEvent {
 public:
  void Wait() const;

 private:
  friend class GpuQueue;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool reached_ = false;
};

// Work that is done one after the other, on a thread of its own.
class GpuQueue {
 public:
  explicit GpuQueue(GpuDevice& device);
  ~GpuQueue();  // when all is done

  // `work` must not throw.
  void Submit(std::function<void()> work);
  // The present end of the work.
  std::shared_ptr<const GpuEvent> Record();
  void Finish() { Record()->Wait(); }
  GpuDevice& device() const { return device_; }

 private:
  void Work();

  GpuDevice& device_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stop_ = false;
  std::thread thread_;  // last, as it uses the others
};

class GpuDevice {
 public:
  // Null if there is no memory.
  void* Allocate(size_t bytes);
  // Waits until no queue can use the memory any more, as cudaFree does.
  void Free(void* memory);
  // Whether all of it is inside one allocation of this device.
  bool Owns(const void* memory, size_t bytes) const;
  // Waits for all queues.
  void Finish() const;

  // Device memory holds every byte inverted. Converts from the host's form to the device's, and
  // from the device's to the host's, which is the same. For work on queues, or where nothing is
  // queued.
  static void Convert(void* to, const void* from, size_t bytes);

 private:
  friend class GpuQueue;
  mutable std::mutex mutex_;
  std::map<uintptr_t, size_t> allocations_;  // beginning, bytes
  std::set<GpuQueue*> queues_;
};

}  // namespace sample
