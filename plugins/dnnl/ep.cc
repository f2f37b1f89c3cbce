// See ep.h.
#include "dnnl/ep.h"

#include <algorithm>
#include <unordered_map>

#include "dnnl/compiled_group.h"
#include "kit/groups.h"

namespace backplane::dnnl_ep {
namespace {

// Whether one program will serve all runs: every shape that enters is known.
bool HasStaticInputs(const Graph& graph, const std::vector<int>& nodes) {
  std::vector<bool> inside(graph.nodes.size());
  for (int node : nodes) inside[node] = true;
  for (int node : nodes) {
    for (int input : graph.nodes[node].inputs) {
      if (input < 0) continue;
      const Value& value = graph.values[input];
      if (value.producer >= 0 && inside[value.producer]) continue;
      if (!value.HasStaticShape()) return false;
    }
  }
  return true;
}

}  // namespace

Ep::Ep(const ep_kit::Api& api, const std::string& name, Settings settings, const OrtLogger* logger)
    : EpBase(api, name), settings_(std::move(settings)), logger_(logger) {
  OrtEp::GetCapability = [](OrtEp* self, const OrtGraph* graph,
                            OrtEpGraphSupportInfo* support) noexcept {
    auto* ep = static_cast<Ep*>(self);
    return ep->api_.Guard([&] { ep->GetCapability(graph, support); });
  };
  OrtEp::Compile = [](OrtEp* self, const OrtGraph** graphs, const OrtNode** fused_nodes,
                      size_t count, OrtNodeComputeInfo** infos, OrtNode**) noexcept {
    auto* ep = static_cast<Ep*>(self);
    return ep->api_.Guard([&] {
      // Nothing is handed over before all has succeeded, so a failure leaves nothing behind.
      std::vector<std::unique_ptr<CompiledGroup>> groups;
      for (size_t i = 0; i < count; ++i) groups.push_back(ep->Compile(graphs[i], fused_nodes[i]));
      for (size_t i = 0; i < count; ++i) infos[i] = groups[i].release();
    });
  };
  OrtEp::ReleaseNodeComputeInfos = [](OrtEp*, OrtNodeComputeInfo** infos, size_t count) noexcept {
    for (size_t i = 0; i < count; ++i) delete static_cast<CompiledGroup*>(infos[i]);
  };
}

void Ep::GetCapability(const OrtGraph* source, OrtEpGraphSupportInfo* support) {
  const Graph graph = ep_kit::ReadGraph(api_, source);
  if (graph.nodes.empty()) return;
  Constants constants(graph.values.size());
  for (size_t i = 0; i < constants.size(); ++i) {
    if (graph.values[i].constant != nullptr) {
      constants[i] = api_.DataOf(graph.values[i].constant);
    }
  }
  std::vector<bool> supported(graph.nodes.size());
  Shapes shapes(graph.values.size());
  for (size_t i = 0; i < shapes.size(); ++i) {
    if (graph.values[i].HasStaticShape()) shapes[i] = *graph.values[i].dims;
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].assigned) continue;
    const Refusal why = WhyNot({graph, graph.nodes[i], constants}, shapes);
    supported[i] = why.empty();
    if (!why.empty()) Leave(graph.nodes[i], why, support);
  }
  for (const std::vector<int>& nodes : ep_kit::FindGroups(graph, supported)) {
    const bool computes = std::any_of(nodes.begin(), nodes.end(), [&](int node) {
      return !FindOperator(graph.nodes[node])->is_movement;
    });
    if (computes && nodes.size() >= settings_.min_group_size) {
      Claim(graph, nodes, support);
      continue;
    }
    const std::string group = "its group of " + std::to_string(nodes.size());
    for (int node : nodes) {
      Leave(graph.nodes[node],
            group + (computes ? " is below min_group_size" : " only moves elements"), support);
    }
  }
}

Refusal Ep::WhyNot(const OpView& view, Shapes& shapes) const {
  const auto& excluded = settings_.exclude_ops;
  if (std::find(excluded.begin(), excluded.end(), view.node.op_type) != excluded.end()) {
    return "exclude_ops names it";
  }
  const Operator* op = nullptr;
  const Refusal refusal = CheckNode(view, &op);
  return refusal.empty() ? CheckShapes(view, *op, shapes) : refusal;
}

// For everybody who asks the host, and in the log of hosts that cannot be told.
void Ep::Leave(const Node& node, const Refusal& why, OrtEpGraphSupportInfo* support) const {
  api_.SetReason(support, node.handle, why);
  api_.Log(logger_, ORT_LOGGING_LEVEL_VERBOSE,
           name_ + " leaves " + node.op_type + " '" + node.name + "': " + why);
}

void Ep::Claim(const Graph& graph, const std::vector<int>& nodes, OrtEpGraphSupportInfo* support) {
  std::vector<const OrtNode*> handles;
  for (int node : nodes) handles.push_back(graph.nodes[node].handle);
  OrtNodeFusionOptions options{};
  options.ort_version_supported = api_.version;
  options.drop_constant_initializers = HasStaticInputs(graph, nodes);
  api_.Check(api_.ep->EpGraphSupportInfo_AddNodesToFuse(support, handles.data(), handles.size(),
                                                        &options));
}

std::unique_ptr<CompiledGroup> Ep::Compile(const OrtGraph* graph, const OrtNode* fused_node) {
  Group group = MakeGroup(api_, graph, fused_node);
  std::vector<size_t> positions;
  const std::vector<std::string> inputs = ep_kit::InputNames(api_, fused_node);
  group.has_static_shapes = true;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const int value = group.graph.Find(inputs[i]);
    if (value < 0) continue;
    group.inputs.push_back(value);
    positions.push_back(i);
    if (!group.graph.values[value].HasStaticShape()) group.has_static_shapes = false;
  }
  for (const std::string& name : ep_kit::OutputNames(api_, fused_node)) {
    const int value = group.graph.Find(name);
    if (value < 0) throw Failure(ORT_EP_FAIL, "output '" + name + "' is not in the group");
    group.outputs.push_back(value);
  }
  return std::make_unique<CompiledGroup>(api_, std::move(group), std::move(positions), settings_);
}

}  // namespace backplane::dnnl_ep
