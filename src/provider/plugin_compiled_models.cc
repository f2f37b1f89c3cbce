#include "provider/plugin_compiled_models.h"

#include <algorithm>

#include "provider/plugin_ep_impl.h"

namespace backplane {

void PluginCompiledModels::Take(std::span<OrtNode* const> nodes) {
  nodes_.clear();
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto before = nodes.first(i);
    const bool ours =
        nodes[i] == nullptr ||
        (nodes[i]->graph == nullptr && std::count(before.begin(), before.end(), nodes[i]) == 0);
    Require(ours, ORT_EP_FAIL, "{}: an EPContext node of Compile is no new node of CreateNode",
            ep_.name());
    nodes_.emplace_back(nodes[i]);
  }
}

void PluginCompiledModels::Drop(std::span<OrtNode* const> nodes) noexcept {
  try {
    Take(nodes);
  } catch (const Error&) {  // the failure of Compile is what counts
  }
  nodes_.clear();
}

std::string PluginCompiledModels::CompatibilityInfo(const GraphView& model) {
  const char* info = AskPlugin<const char*>(
      ep_.name(), nullptr, Callback(*ep_.ep(), &OrtEp::GetCompiledModelCompatibilityInfo, 23),
      ep_.ep(), &model);
  return info != nullptr ? info : "";
}

OrtCompiledModelCompatibility PluginCompiledModels::Validate(const std::string& info) {
  OrtCompiledModelCompatibility verdict = OrtCompiledModelCompatibility_EP_NOT_APPLICABLE;
  OrtEpFactory& factory = *ep_.devices().front()->factory;
  const auto validate =
      Callback(factory, &OrtEpFactory::ValidateCompiledModelCompatibilityInfo, 23);
  if (validate == nullptr) return verdict;
  std::vector<const OrtHardwareDevice*> hardware;
  for (const OrtEpDevice* device : ep_.devices()) hardware.push_back(device->device);
  CallPlugin("", validate, &factory, hardware.data(), hardware.size(), info.c_str(), &verdict);
  return verdict;
}

OrtWeightlessSupport PluginCompiledModels::WeightlessSupport() {
  OrtWeightlessSupport support = OrtWeightlessSupport_NONE;
  if (const auto ask = Callback(*ep_.ep(), &OrtEp::GetWeightlessSupport, 29))
    CallPlugin(ep_.name(), ask, ep_.ep(), &support);
  return support;
}

uint32_t PluginCompiledModels::ContextDataCallbacks() {
  uint32_t flags = 0;
  if (const auto ask = Callback(*ep_.ep(), &OrtEp::GetEpContextDataCallbackSupport, 31))
    CallPlugin(ep_.name(), ask, ep_.ep(), &flags);
  return flags;
}

}  // namespace backplane
