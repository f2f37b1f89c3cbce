#include "provider/plugin_profiler.h"

namespace backplane {

PluginProfiler::PluginProfiler(std::string ep_name, OrtEpProfilerImpl* impl)
    : ep_name_(std::move(ep_name)), impl_(impl) {
  CheckStatedVersion(impl_->ort_version_supported, 25,
                     Format("{}: the OrtEpProfilerImpl", ep_name_));
}

PluginProfiler::~PluginProfiler() {
  ReleaseThroughPlugin(Callback(*impl_, &OrtEpProfilerImpl::Release, 25), impl_);
}

void PluginProfiler::Start(int64_t offset_nanos) {
  CallPlugin(ep_name_, Callback(*impl_, &OrtEpProfilerImpl::StartProfiling, 25), impl_,
             offset_nanos);
}

void PluginProfiler::StartEvent(uint64_t id) {
  if (const auto start = Callback(*impl_, &OrtEpProfilerImpl::StartEvent, 25))
    CallPlugin(ep_name_, start, impl_, id);
}

void PluginProfiler::StopEvent(uint64_t id, const ProfilingEvent& event) {
  if (const auto stop = Callback(*impl_, &OrtEpProfilerImpl::StopEvent, 25))
    CallPlugin(ep_name_, stop, impl_, id, &event);
}

std::vector<ProfilingEvent> PluginProfiler::End() {
  OrtProfilingEventsContainer container;
  CallPlugin(ep_name_, Callback(*impl_, &OrtEpProfilerImpl::EndProfiling, 25), impl_, &container);
  return std::move(container.events);
}

}  // namespace backplane
