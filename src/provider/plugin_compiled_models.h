// CompiledModelSupport of a plugin EP: EPContext nodes and what belongs to them. Part of PluginEp.
#pragma once

#include <span>

#include "provider/compiled_models.h"

namespace backplane {

class PluginEp;

class PluginCompiledModels final : public CompiledModelSupport {
 public:
  explicit PluginCompiledModels(const PluginEp& ep) : ep_(ep) {}

  /// Takes over what Compile returned. Fails with ORT_EP_FAIL for a node that is not the EP's to
  /// give.
  void Take(std::span<OrtNode* const> nodes);
  /// The same where Compile failed: nobody wants them.
  void Drop(std::span<OrtNode* const> nodes) noexcept;

  std::vector<DraftNode> TakeContextNodes() override { return std::move(nodes_); }
  std::string CompatibilityInfo(const GraphView& model) override;
  OrtCompiledModelCompatibility Validate(const std::string& compatibility_info) override;
  OrtWeightlessSupport WeightlessSupport() override;
  uint32_t ContextDataCallbacks() override;

 private:
  const PluginEp& ep_;
  std::vector<DraftNode> nodes_;
};

}  // namespace backplane
