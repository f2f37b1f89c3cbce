// The profiler of a plugin EP (C API: OrtEpProfilerImpl). Made by plugin_ep.cc.
#pragma once

#include <memory>
#include <string>

#include "provider/ep_profiler.h"
#include "provider/plugin_call.h"

namespace backplane {

class PluginProfiler final : public EpProfiler {
 public:
  /// Takes `impl` over. Fails with ORT_INVALID_ARGUMENT for an impossible stated version.
  PluginProfiler(std::string ep_name, OrtEpProfilerImpl* impl);
  ~PluginProfiler() override;

  void Start(int64_t offset_nanos) override;
  void StartEvent(uint64_t id) override;
  void StopEvent(uint64_t id, const ProfilingEvent& event) override;
  std::vector<ProfilingEvent> End() override;

 private:
  std::string ep_name_;
  OrtEpProfilerImpl* impl_;
};

}  // namespace backplane
