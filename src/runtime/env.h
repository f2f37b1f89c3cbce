// The environment: what the whole process shares. Log sink, the thread pool that sessions may
// share, allocators that sessions may share, background threads. One per process, counted; made and
// released through abi/.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/key_value_pairs.h"
#include "base/log.h"
#include "base/memory_info.h"
#include "base/thread_pool.h"
#include "runtime/thread_options.h"

namespace backplane {

class BackgroundThreads;
class ProviderRegistry;

/// Everything an env can be created with.
struct EnvOptions {
  OrtLoggingLevel severity = ORT_LOGGING_LEVEL_WARNING;
  std::string log_id;
  LogSink sink;
  const ThreadingOptions* threads = nullptr;  ///< null: no shared pool
  KeyValuePairs config;
};

}  // namespace backplane

/// C API: OrtEnv.
struct OrtEnv final : std::enable_shared_from_this<OrtEnv> {
 public:
  /// The process's env with one more client reference; `options` count only where there was none.
  static OrtEnv* Acquire(const backplane::EnvOptions& options);
  /// The process's env, or null while there is none.
  static std::shared_ptr<OrtEnv> Current();
  /// Takes a client reference back. Sessions hold Share() and so keep the env alive.
  static void Release(OrtEnv* env) noexcept;
  std::shared_ptr<const OrtEnv> Share() const { return shared_from_this(); }

  explicit OrtEnv(const backplane::EnvOptions& options);
  ~OrtEnv();
  OrtEnv(const OrtEnv&) = delete;
  OrtEnv& operator=(const OrtEnv&) = delete;

  const backplane::Logger& logger() const { return logger_; }
  void SetSeverity(OrtLoggingLevel severity) { logger_.set_threshold(severity); }
  /// The pool that sessions without threads of their own use; null if the env was created without
  /// one.
  const std::shared_ptr<backplane::ThreadPool>& pool() const { return pool_; }
  const backplane::KeyValuePairs& config() const { return config_; }
  /// The EP libraries and devices; shared by all sessions, so not const with the env.
  backplane::ProviderRegistry& providers() const { return *providers_; }

  /// Runs `task` soon, on a thread of the env's own.
  void RunInBackground(std::function<void()> task) const;

  // -- allocators that sessions share: one for each kind of memory
  // ---------------------------------------------------
  /// Adds or replaces. With an owner, the env keeps the allocator alive.
  void RegisterAllocator(OrtAllocator* allocator, std::shared_ptr<void> owner = nullptr);
  /// Fails with ORT_INVALID_ARGUMENT if none is registered for this memory.
  void UnregisterAllocator(const backplane::MemoryInfo& memory);
  /// The one that clients registered for this memory; null if there is none.
  std::shared_ptr<OrtAllocator> RegisteredAllocator(const backplane::MemoryInfo& memory) const;
  /// Those registered here come first, then the CPU's, then those of EP devices. Null if there is
  /// none.
  OrtAllocator* SharedAllocator(const backplane::MemoryInfo& memory) const;

 private:
  struct Shared {
    OrtAllocator* allocator;
    std::shared_ptr<void> owner;
  };

  backplane::Logger logger_;
  backplane::KeyValuePairs config_;
  std::shared_ptr<backplane::ThreadPool> pool_;
  std::unique_ptr<backplane::BackgroundThreads> background_;
  std::unique_ptr<backplane::ProviderRegistry> providers_;
  mutable std::mutex mutex_;
  std::vector<Shared> allocators_;  // guarded by mutex_
};

namespace backplane {
using Env = ::OrtEnv;
}  // namespace backplane
