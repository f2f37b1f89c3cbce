// Profiling: one event for each node that ran, written as a Chrome trace (chrome://tracing,
// Perfetto).
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "compile/plan.h"

namespace backplane {

class Profiler {
 public:
  /// Events go to "<prefix>_<date>_<time>.json".
  explicit Profiler(const std::string& prefix);

  /// Nanoseconds since the profiler started.
  int64_t Now() const;
  uint64_t start_nanos() const { return static_cast<uint64_t>(start_); }

  void AddNode(const Step& step, int64_t started, const KernelContext& context);
  /// A host event: "model_loading", "session_initialization", "model_run".
  void AddSession(const std::string& name, int64_t started);
  /// Writes the file and returns its path.
  std::string Finish();

 private:
  struct Event {
    const char* category;
    std::string name;
    int64_t started;
    int64_t duration;
    uint64_t thread;
    std::string args;  // JSON members
  };
  void Add(Event event);

  const int64_t start_;
  std::string path_;
  std::mutex mutex_;
  std::vector<Event> events_;
};

}  // namespace backplane
