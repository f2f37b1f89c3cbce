// The OrtEp of one session: claims groups of nodes and compiles them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dnnl/operators.h"
#include "dnnl/options.h"

namespace backplane::dnnl_ep {

class CompiledGroup;

class Ep : public ep_kit::EpBase {
 public:
  /** `api`, `name` and `logger` outlive it. */
  Ep(const ep_kit::Api& api, const std::string& name, Settings settings, const OrtLogger* logger);

 private:
  void GetCapability(const OrtGraph* graph, OrtEpGraphSupportInfo* support);
  Refusal WhyNot(const OpView& view, Shapes& shapes) const;
  void Leave(const Node& node, const Refusal& why, OrtEpGraphSupportInfo* support) const;
  void Claim(const Graph& graph, const std::vector<int>& nodes, OrtEpGraphSupportInfo* support);
  std::unique_ptr<CompiledGroup> Compile(const OrtGraph* graph, const OrtNode* fused_node);

  const Settings settings_;
  const OrtLogger* logger_;
};

}  // namespace backplane::dnnl_ep
