// OrtSyncStream: a queue of work on a plugin's device. Made for clients (env-level) and by the
// adapter for sessions; the plugin sees it through the C API.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "provider/plugin_library.h"

struct OrtSyncStream final {
 public:
  /// Takes `impl` over. Fails (and releases it) where it lacks callbacks or states an impossible
  /// version.
  OrtSyncStream(std::shared_ptr<backplane::PluginLibrary> library, std::string ep_name,
                const backplane::MemoryInfo& memory, OrtSyncStreamImpl* impl);
  ~OrtSyncStream();
  OrtSyncStream(const OrtSyncStream&) = delete;
  OrtSyncStream& operator=(const OrtSyncStream&) = delete;

  OrtSyncStreamImpl* impl() const { return impl_; }
  const backplane::MemoryInfo& memory() const { return memory_; }
  void* Handle() const;
  void Flush();
  void OnSessionRunEnd();
  /// Has `consumer` wait for all that is enqueued here so far; with a null consumer the calling
  /// thread waits.
  void MakeWait(OrtSyncStream* consumer);
  /// Whether the plugin can make this stream wait for the other without stopping the host.
  bool CanWaitFor(const OrtSyncStream& producer) const;

  /// Counts the points of this stream that others could wait for.
  uint64_t sync_id() const { return sync_id_.load(std::memory_order_acquire); }
  /// The producer's sync id when this stream last waited for it; 0: never.
  uint64_t LastWaitFor(const OrtSyncStream& producer) const;

 private:
  std::shared_ptr<backplane::PluginLibrary> library_;
  const std::string ep_name_;  // in front of errors
  backplane::MemoryInfo memory_;
  OrtSyncStreamImpl* impl_;
  std::atomic<uint64_t> sync_id_{0};
  mutable std::mutex mutex_;
  std::map<const OrtSyncStream*, uint64_t> waits_;  // guarded by mutex_
  // Notifications that work of this stream may still wait for; until the host has waited for it.
  std::vector<std::shared_ptr<void>> pending_;  // guarded by mutex_
};
