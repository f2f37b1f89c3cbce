// Two devices that do not exist, for tests of how the host treats memory and streams. Memory is
// known by handles that nothing may look behind or count from; queues work later than they are
// asked. What a correct host never does (memory that was freed, a piece of a block) is written down
// as an error.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace device_ep {

/// What happened, in order; shared by all devices. Errors begin with "ERROR".
class Journal {
 public:
  static Journal& Get();
  void Add(const std::string& line);
  std::string Take();

 private:
  std::mutex mutex_;
  std::string text_;
};

class Memory {
 public:
  explicit Memory(std::string name) : name_(std::move(name)) {}
  /// A handle: an address where nothing is. `kind` goes into the journal.
  void* Allocate(size_t bytes, const std::string& kind = "");
  void Free(void* handle);
  /// The block behind a handle; of `bytes` zeros, and an error, if there is none as large. With
  /// DEVICE_EP_POINTERS also what is behind an address inside of a block.
  std::shared_ptr<uint8_t> At(const void* handle, size_t bytes);
  size_t live() const;

 private:
  const std::string name_;
  mutable std::mutex mutex_;
  std::map<const void*, std::shared_ptr<std::vector<uint8_t>>> blocks_;
  uintptr_t next_ = 0;
};

class Event {
 public:
  void Set();
  void Wait();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

class Queue {
 public:
  Queue();
  ~Queue();
  void Submit(std::function<void()> work);
  std::shared_ptr<Event> Record();
  void Finish() { Record()->Wait(); }

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stop_ = false;
  std::thread thread_;
};

/// The queue of a stream, by the stream's native handle.
Queue& QueueOf(void* stream_handle);

}  // namespace device_ep
