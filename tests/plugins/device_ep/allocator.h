// A device as the plug-in knows it, and the allocators of its kinds of memory.
#pragma once

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "device.h"
#include "onnxruntime_c_api.h"

namespace device_ep {

/// Whether an environment variable is "1".
inline bool Wants(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && std::strcmp(value, "1") == 0;
}

/// Does work on a stream, or at once without one.
void Do(OrtSyncStream* stream, std::function<void()> work);

struct Device {
  std::string name;
  Memory memory;
  Device* home = nullptr;  // the device in whose memory it works: itself, or another
  OrtMemoryInfo* info = nullptr;
  OrtMemoryInfo* read_only = nullptr;
  OrtMemoryInfo* pinned = nullptr;
  std::atomic<int> running{0};
  // Captured graphs: the kernels' work, by id.
  using Recording = std::vector<std::function<void()>>;
  std::map<int, int> runs{};
  std::map<int, Recording> recordings{};
  Recording* recording = nullptr;
};

// Of a device's own memory, of the part of it that is only read (told apart in the journal), or of
// host memory that the device reaches.
struct Allocator : OrtAllocator {
  Allocator(Device& the_device, const OrtMemoryInfo* the_info, std::string the_kind)
      : OrtAllocator{}, device(the_device), info(the_info), kind(std::move(the_kind)) {
    version = ORT_API_VERSION;
    Alloc = [](OrtAllocator* self, size_t bytes) -> void* {
      const auto& mine = *static_cast<Allocator*>(self);
      if (mine.kind != "pinned ") return mine.device.memory.Allocate(bytes, mine.kind);
      Journal::Get().Add(mine.device.name + " alloc pinned " + std::to_string(bytes));
      ++pinned_blocks;
      return std::malloc(bytes);
    };
    Free = [](OrtAllocator* self, void* handle) { static_cast<Allocator*>(self)->Release(handle); };
    Info = [](const OrtAllocator* self) -> const OrtMemoryInfo* {
      return static_cast<const Allocator*>(self)->info;
    };
    if (!Wants("DEVICE_EP_ALLOC_ON_STREAM") || !kind.empty()) return;
    AllocOnStream = [](OrtAllocator* self, size_t bytes, OrtSyncStream* stream) -> void* {
      auto& mine = *static_cast<Allocator*>(self);
      void* handle = mine.device.memory.Allocate(bytes, "on stream ");
      const std::lock_guard lock(mine.mutex);
      mine.streams[handle] = stream;
      return handle;
    };
  }
  ~Allocator() { DropCache(); }

  // An arena of the EP's own: what is freed stays until the host asks for less.
  void BeArena(const OrtApi& api) {
    ort = &api;
    Alloc = [](OrtAllocator* self, size_t bytes) -> void* {
      auto& mine = *static_cast<Allocator*>(self);
      const std::lock_guard lock(mine.mutex);
      const auto cached = mine.cache.find(bytes);
      void* handle =
          cached != mine.cache.end() ? cached->second : mine.device.memory.Allocate(bytes);
      if (cached != mine.cache.end()) mine.cache.erase(cached);
      mine.sizes[handle] = bytes;
      return handle;
    };
    Free = [](OrtAllocator* self, void* handle) {
      auto& mine = *static_cast<Allocator*>(self);
      const std::lock_guard lock(mine.mutex);
      mine.cache.emplace(mine.sizes[handle], handle);
      mine.sizes.erase(handle);
    };
    GetStats = [](const OrtAllocator* self, OrtKeyValuePairs** out) noexcept -> OrtStatus* {
      const auto& mine = *static_cast<const Allocator*>(self);
      const std::lock_guard lock(mine.mutex);
      mine.ort->CreateKeyValuePairs(out);
      mine.ort->AddKeyValuePair(*out, "Cached", std::to_string(mine.cache.size()).c_str());
      mine.ort->AddKeyValuePair(*out, "InUse", std::to_string(mine.sizes.size()).c_str());
      return nullptr;
    };
    Shrink = [](OrtAllocator* self) noexcept -> OrtStatus* {
      auto& mine = *static_cast<Allocator*>(self);
      Journal::Get().Add("shrink " + mine.device.name);
      mine.DropCache();
      return nullptr;
    };
  }
  void DropCache() {
    const std::lock_guard lock(mutex);
    for (const auto& [bytes, handle] : cache) device.memory.Free(handle);
    cache.clear();
  }

  // What belongs to a stream is freed when this has come so far.
  void Release(void* handle) {
    if (kind == "pinned ") {
      --pinned_blocks;
      return std::free(handle);
    }
    OrtSyncStream* stream = nullptr;
    {
      const std::lock_guard lock(mutex);
      const auto it = streams.find(handle);
      if (it != streams.end()) {
        stream = it->second;
        streams.erase(it);
      }
    }
    Do(stream, [memory = &device.memory, handle] { memory->Free(handle); });
  }

  static inline std::atomic<size_t> pinned_blocks{0};
  Device& device;
  const OrtMemoryInfo* info;
  const std::string kind;
  const OrtApi* ort = nullptr;
  mutable std::mutex mutex;
  std::map<void*, OrtSyncStream*> streams;  // guarded by mutex
  std::multimap<size_t, void*> cache;       // guarded by mutex
  std::map<void*, size_t> sizes;            // guarded by mutex
};

}  // namespace device_ep
