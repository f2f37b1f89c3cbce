// What an EP adds to a session's profile: its own events, such as kernels on a device. Driven by
// runtime/profiler.cc; plugins implement it through OrtEpProfilerImpl (plugin_profiler.cc).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "onnxruntime_ep_c_api.h"

/// C API: OrtProfilingEvent. An interval on a profile's time line.
struct OrtProfilingEvent final {
  OrtProfilingEventCategory category = OrtProfilingEventCategory_SESSION;
  int32_t process_id = -1;  ///< -1: this one
  int32_t thread_id = -1;   ///< -1: none
  std::string name;
  int64_t timestamp_us = 0;  ///< since profiling began
  int64_t duration_us = 0;
  std::vector<std::pair<std::string, std::string>> args;
};

/// C API: OrtProfilingEventsContainer.
struct OrtProfilingEventsContainer final {
  std::vector<OrtProfilingEvent> events;
};

namespace backplane {

using ProfilingEvent = ::OrtProfilingEvent;

class EpProfiler {
 public:
  virtual ~EpProfiler() = default;
  /// Profiling begins; the offset is the time since the session's profile began.
  virtual void Start(int64_t offset_nanos) = 0;
  /// An event of the session begins and ends on the calling thread.
  virtual void StartEvent(uint64_t id) = 0;
  virtual void StopEvent(uint64_t id, const ProfilingEvent& event) = 0;
  /// Profiling ends: the EP's events.
  virtual std::vector<ProfilingEvent> End() = 0;
};

}  // namespace backplane
