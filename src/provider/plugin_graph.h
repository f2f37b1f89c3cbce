// What a plugin fills or is given while the host partitions and compiles: the claims of
// GetCapability and the context of CreateState. Written to through the EP API (abi/), read by
// plugin_ep.cc.
#pragma once

#include <string>
#include <unordered_map>

#include "provider/execution_provider.h"

namespace backplane {
class PluginEp;
}  // namespace backplane

/// C API: OrtEpGraphSupportInfo. Collects the claims of one GetCapability call. Kept as long as the
/// EP, so that one that is used too late is told so: then every call fails with
/// ORT_INVALID_ARGUMENT.
struct OrtEpGraphSupportInfo final {
 public:
  OrtEpGraphSupportInfo(const backplane::GraphView& view, const backplane::PluginEp& ep)
      : view_(&view), ep_(ep) {}

  /// Claims `nodes` as one group. Fails with ORT_INVALID_ARGUMENT for an empty group, a null or
  /// foreign node, or one that belongs to another EP.
  void AddGroup(std::span<const backplane::Node* const> nodes, bool drop_constants);
  /// Claims one node for a kernel of the EP's registry.
  void AddSingle(const backplane::Node* node);
  /// The EP's kernel definition for `node`; null if it has none.
  const OrtKernelDef* LookUpKernel(const backplane::Node& node) const;
  /// What the EP says of a node; the last text counts.
  void SetReason(const backplane::Node* node, std::string_view text);

  /// The end of the call: what was collected.
  backplane::Capability Close();

 private:
  const backplane::GraphView& View() const;
  backplane::Node* Checked(const backplane::Node* node, const char* what);
  void Refuse(std::span<const backplane::Node* const> nodes, const std::string& why);

  const backplane::GraphView* view_;  // null: the call has returned
  const backplane::PluginEp& ep_;
  backplane::Capability capability_;
  std::unordered_map<const backplane::Node*, std::string> reasons_;
};

/// C API: OrtNodeComputeContext.
struct OrtNodeComputeContext final {
  std::string node_name;
};
