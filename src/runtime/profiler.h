// Profiling: one event for each node that ran, written as a Chrome trace (chrome://tracing,
// Perfetto). EPs are told of every event and add their own.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "compile/plan.h"
#include "provider/ep_profiler.h"

namespace backplane {

class Profiler {
 public:
  /// Events go to "<prefix>_<date>_<time>_<milliseconds>.json".
  Profiler(const std::string& prefix, const Logger& logger);

  /// Takes what `ep` has to say into the profile. The EP outlives Finish().
  void AddEp(EpProfiler& ep);

  /// Nanoseconds since the profiler started.
  int64_t Now() const;
  uint64_t start_nanos() const { return static_cast<uint64_t>(start_); }

  /// An event begins on this thread; ends with one of the functions below on the same thread.
  struct Begun {
    int64_t started = 0;
    uint64_t id = 0;
  };
  Begun Begin();
  void AddNode(const Step& step, Begun begun, const KernelContext& context);
  /// A host event: "model_loading_uri", "session_initialization", "model_run".
  void AddSession(const std::string& name, Begun begun);
  /// Writes the file and returns its path; what begins or ends later is in no profile. Safe while
  /// events go on. Empty, and nothing is written, if it was called before.
  std::string Finish();

 private:
  struct Event {
    const char* category;
    std::string name;
    int64_t started;
    int64_t duration;
    int64_t process;
    int64_t thread;
    std::string args;  // JSON members
  };
  void Add(const char* category, std::string name, Begun begun, std::string args);
  void CollectEpEvents();
  // An EP that fails at this only spoils its part of the profile: it is logged.
  template <typename Function>
  void Tell(Function&& function);

  const Logger& logger_;
  const int64_t start_;
  std::vector<EpProfiler*> eps_;  // complete before the first run
  std::atomic<uint64_t> next_id_{1};
  std::string path_;
  std::shared_mutex ending_;   // shared by events, exclusive to the end: EPs hear of none after it
  bool finished_ = false;      // guarded by ending_
  std::mutex mutex_;           // taken after ending_
  std::vector<Event> events_;  // guarded by mutex_
};

}  // namespace backplane
