#include "device.h"

#include <sys/mman.h>

#include <chrono>
#include <cstdlib>
#include <utility>

namespace device_ep {

Journal& Journal::Get() {
  static Journal journal;
  return journal;
}

void Journal::Add(const std::string& line) {
  const std::lock_guard lock(mutex_);
  text_ += line + "\n";
}

std::string Journal::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(text_, {});
}

void* Memory::Allocate(size_t bytes, const std::string& kind) {
  // Addresses that the process cannot touch; never used twice.
  constexpr size_t kReserved = size_t{1} << 36;
  constexpr size_t kStep = 4096;
  const std::lock_guard lock(mutex_);
  if (next_ == 0) {
    void* base =
        mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) return nullptr;
    next_ = reinterpret_cast<uintptr_t>(base);
  }
  void* handle = reinterpret_cast<void*>(next_);
  next_ += (bytes / kStep + 2) * kStep;
  blocks_[handle] = std::make_shared<std::vector<uint8_t>>(bytes, uint8_t{0xcd});
  Journal::Get().Add(name_ + " alloc " + kind + std::to_string(bytes));
  return handle;
}

void Memory::Free(void* handle) {
  const std::lock_guard lock(mutex_);
  if (blocks_.erase(handle) == 0) Journal::Get().Add("ERROR " + name_ + ": freed what is not its");
}

std::shared_ptr<uint8_t> Memory::At(const void* handle, size_t bytes) {
  const std::lock_guard lock(mutex_);
  const char* inside = std::getenv("DEVICE_EP_POINTERS");
  auto it = blocks_.find(handle);
  size_t offset = 0;
  if (it == blocks_.end() && inside != nullptr && !blocks_.empty()) {
    it = blocks_.upper_bound(handle);
    if (it != blocks_.begin()) --it;
    offset =
        static_cast<size_t>(static_cast<const char*>(handle) - static_cast<const char*>(it->first));
    if (offset > it->second->size()) it = blocks_.end();
  }
  if (it != blocks_.end() && it->second->size() >= offset + bytes)
    return {it->second, it->second->data() + offset};
  Journal::Get().Add("ERROR " + name_ +
                     (it == blocks_.end() ? ": no such memory" : ": the memory is too small"));
  auto nothing = std::make_shared<std::vector<uint8_t>>(bytes + 1);
  return {nothing, nothing->data()};
}

size_t Memory::live() const {
  const std::lock_guard lock(mutex_);
  return blocks_.size();
}

void Event::Set() {
  const std::lock_guard lock(mutex_);
  set_ = true;
  changed_.notify_all();
}

void Event::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return set_; });
}

Queue::Queue() : thread_([this] { Work(); }) {}

Queue::~Queue() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Queue::Submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  changed_.notify_all();
}

std::shared_ptr<Event> Queue::Record() {
  auto event = std::make_shared<Event>();
  Submit([event] { event->Set(); });
  return event;
}

void Queue::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::microseconds(200));  // late enough to be missed
    work();
    lock.lock();
  }
}

}  // namespace device_ep
