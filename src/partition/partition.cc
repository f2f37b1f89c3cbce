#include "partition/partition.h"

#include <optional>
#include <unordered_set>

#include "base/error.h"
#include "partition/channels_last.h"
#include "partition/claims.h"
#include "partition/graph_record.h"
#include "partition/layer_assignment.h"
#include "partition/resource_budget.h"

namespace backplane {
namespace {

// FNV-1a: the fused op type carries a hash of the model's nodes, so that names differ between
// models but not between runs.
uint64_t HashOf(const Graph& graph) {
  uint64_t hash = 0xcbf29ce484222325u;
  const auto mix = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    hash = (hash ^ 0xffu) * 0x100000001b3u;
  };
  for (const Node* node : graph.nodes()) {
    mix(node->op_type);
    mix(node->name);
  }
  return hash;
}

class Partitioner {
 public:
  Partitioner(Graph& graph, std::span<const std::shared_ptr<ExecutionProvider>> eps,
              const PartitionOptions& options)
      : graph_(graph), eps_(eps), options_(options) {}

  Partition Run() {
    for (const auto& ep : eps_) placement().eps.push_back(ep->name());
    if (options_.record_graph) values_.emplace(graph_, placement());
    Record(graph_, "", -1);
    hash_ = HashOf(graph_);
    graph_.model()->ep_names.clear();
    for (const auto& ep : eps_) graph_.model()->ep_names.push_back(ep->name());
    ReadConfig();
    for (size_t i = 0; i < eps_.size(); ++i) Ask(graph_, static_cast<int>(i));
    PlaceInsideGroups();
    CheckComplete();
    return std::move(result_);
  }

 private:
  Placement& placement() { return result_.placement; }

  void ReadConfig() {
    budgets_.resize(eps_.size());
    if (options_.config == nullptr) return;
    layers_ = LayerAssignment::FromConfig(*options_.config, eps_, *options_.logger);
    budgets_ = MakeBudgets(*options_.config, eps_, graph_.model()->path, *options_.logger);
  }

  void Record(Graph& graph, const std::string& path, int parent) {
    for (Node* node : graph.nodes()) {
      const int index = RecordNode(*node, path, parent);
      for (const auto& [attribute, subgraph] : node->Subgraphs()) {
        Record(*subgraph,
               Format("{}{}{}/{}", path, path.empty() ? "" : "/", node->Describe(), attribute),
               index);
      }
    }
  }

  int RecordNode(const Node& node, const std::string& path, int parent) {
    const size_t index = placement().nodes.size();
    result_.placed[&node] = index;
    PlacedNode& placed = placement().nodes.emplace_back();
    placed.name = node.name;
    placed.op_type = node.op_type;
    placed.domain = node.domain;
    placed.graph = path;
    placed.parent = parent;
    if (values_) values_->Record(node, placed);
    return static_cast<int>(index);
  }

  // Nodes that were put into the graph after EPs began to be asked are recorded when they are met.
  PlacedNode& PlacedOf(const Node* node) {
    const auto found = result_.placed.find(node);
    const size_t index = found != result_.placed.end()
                             ? found->second
                             : static_cast<size_t>(RecordNode(*node, "", -1));
    return placement().nodes[index];
  }

  // What the EP sees of a level: not the nodes that the options keep for an EP after it. Those are
  // in `hidden`.
  GraphView ViewFor(Graph& graph, int ep_index,
                    std::vector<std::pair<const Node*, Reason>>& hidden) const {
    hidden.clear();
    if (layers_.empty()) return GraphView(graph);
    std::vector<Node*> seen;
    for (Node* node : graph.nodes()) {
      const int wanted = node->ep == kNoEp ? layers_.EpOf(*node) : kNoEp;
      if (wanted <= ep_index) {
        seen.push_back(node);
        continue;
      }
      hidden.emplace_back(
          node, Reason{ReasonCode::kAssigned,
                       Format("assigned to {} by {}", eps_[static_cast<size_t>(wanted)]->name(),
                              layers_.entry()),
                       {}});
    }
    return hidden.empty() ? GraphView(graph) : GraphView(graph, seen, /*constant_inputs=*/false);
  }

  // One EP's turn: subgraphs first, then the level itself.
  void Ask(Graph& graph, int ep_index) {
    const std::vector<Node*> nodes = graph.nodes();
    for (Node* node : nodes) {
      if (node->ep != kNoEp && result_.placed.count(node) == 0)
        continue;  // fused by an EP before: its subgraphs went with it
      for (const auto& [attribute, subgraph] : node->Subgraphs()) Ask(*subgraph, ep_index);
    }
    ExecutionProvider& ep = *eps_[static_cast<size_t>(ep_index)];
    Capability capability;
    std::vector<std::pair<const Node*, Reason>> hidden;
    try {
      capability = ep.GetCapability(ViewFor(graph, ep_index, hidden));
      if (ep.PrefersChannelsLast() && Convert(graph, ep, ep_index, capability))
        capability = ep.GetCapability(ViewFor(graph, ep_index, hidden));
    } catch (const Error& error) {
      options_.logger->Warning("partition", "{} failed to tell what it can run: {}", ep.name(),
                               error.message());
      placement().notes.emplace_back(ep.name(),
                                     Reason{ReasonCode::kCapabilityFailed, error.message(), {}});
      RestoreChannelsFirst(graph);
      RecordValuesAgain(graph);
      RecordRefusals(graph, ep, hidden, Reason{ReasonCode::kCapabilityFailed, error.message(), {}});
      return;
    }
    CheckedClaims claims = CheckClaims(graph, ep.name(), std::move(capability.claims));
    for (const std::string& problem : claims.problems)
      options_.logger->Warning("partition", "a claim of {} was refused: {}", ep.name(), problem);
    if (ResourceBudget* budget = budgets_[static_cast<size_t>(ep_index)].get())
      budget->Apply(claims);
    Give(claims.accepted, ep_index);
    TakeRemarks(capability, ep_index);
    if (ep.PrefersChannelsLast()) {
      RestoreChannelsFirst(graph);
      RecordValuesAgain(graph);
    }
    // What the host refused tells more than what the EP says about the same node.
    claims.refused.insert(claims.refused.end(), hidden.begin(), hidden.end());
    claims.refused.insert(claims.refused.end(), capability.refusals.begin(),
                          capability.refusals.end());
    for (auto& [node, text] : capability.remarks)
      claims.refused.emplace_back(node, Reason{ReasonCode::kDeclined, std::move(text), {}});
    RecordRefusals(graph, ep, claims.refused, Reason{ReasonCode::kNotClaimed, "not claimed", {}});
    std::erase_if(claims.accepted, [](const Claim& claim) { return !claim.fuse; });
    if (!claims.accepted.empty()) Fuse(graph, ep, ep_index, std::move(claims.accepted));
  }

  // Moves what the EP claimed channels-last. Nodes that go away with that are the EP's doing.
  bool Convert(Graph& graph, const ExecutionProvider& ep, int ep_index,
               const Capability& capability) {
    const std::vector<Node*> before = graph.nodes();
    const CheckedClaims claims = CheckClaims(graph, ep.name(), capability.claims);
    if (!MoveChannelsLast(graph, ep, ep_index, claims.accepted)) return false;
    const std::unordered_set<const Node*> alive(graph.nodes().begin(), graph.nodes().end());
    for (const Node* node : before) {
      const auto found = result_.placed.find(node);
      if (alive.count(node) != 0 || found == result_.placed.end()) continue;
      placement().nodes[found->second].ep = ep.name();
      result_.placed.erase(found);
    }
    return true;
  }

  // After nodes were changed or added.
  void RecordValuesAgain(const Graph& graph) {
    if (!values_) return;
    for (const Node* node : graph.nodes()) {
      const bool fused_before = node->ep != kNoEp && result_.placed.count(node) == 0;
      if (!fused_before) values_->Record(*node, PlacedOf(node));
    }
  }

  void Give(std::span<const Claim> claims, int ep_index) {
    for (const Claim& claim : claims) {
      for (Node* node : claim.nodes) {
        node->ep = ep_index;
        PlacedOf(node).ep = eps_[static_cast<size_t>(ep_index)]->name();
      }
    }
  }

  // Those of nodes that the EP got; before nodes that are channels-last may go away.
  void TakeRemarks(Capability& capability, int ep_index) {
    std::erase_if(capability.remarks, [&](auto& remark) {
      if (remark.first->ep != ep_index) return false;
      PlacedOf(remark.first).remarks.push_back(std::move(remark.second));
      return true;
    });
  }

  // The first reason given for a node counts.
  void RecordRefusals(Graph& graph, const ExecutionProvider& ep,
                      std::span<const std::pair<const Node*, Reason>> refusals,
                      const Reason& otherwise) {
    std::unordered_map<const Node*, const Reason*> why;
    for (const auto& [node, reason] : refusals) why.emplace(node, &reason);
    for (const Node* node : graph.nodes()) {
      if (node->ep != kNoEp) continue;
      const auto it = why.find(node);
      PlacedOf(node).refused_by.emplace_back(ep.name(), it != why.end() ? *it->second : otherwise);
    }
  }

  void Fuse(Graph& graph, ExecutionProvider& ep, int ep_index, std::vector<Claim> claims) {
    std::vector<std::unique_ptr<GraphView>> views;
    std::vector<std::unique_ptr<Node>> fused_nodes;
    std::vector<FusedGroup> groups;
    for (Claim& claim : claims) {
      views.push_back(std::make_unique<GraphView>(graph, claim.nodes, !claim.drop_constants));
      fused_nodes.push_back(MakeFusedNode(graph, ep, ep_index, *views.back()));
      views.back()->BecomeGroup(fused_nodes.back()->op_type);
      groups.push_back({views.back().get(), fused_nodes.back().get()});
    }
    if (options_.before_compile) options_.before_compile(ep, claims);
    auto kernels = ep.Compile(groups);
    auto context_nodes = ContextNodes(ep, groups);
    Require(kernels.size() == groups.size(), ORT_EP_FAIL, "{} compiled {} groups into {} kernels",
            ep.name(), groups.size(), kernels.size());
    for (size_t i = 0; i < claims.size(); ++i) {
      PlacedGroup placed{ep.name(), fused_nodes[i]->name, {}};
      for (const Node* node : claims[i].nodes) {
        PlacedOf(node).group = static_cast<int>(placement().groups.size());
        placed.nodes.push_back(result_.placed.at(node));
      }
      placement().groups.push_back(std::move(placed));
      auto members = graph.ExtractNodes(claims[i].nodes);
      Node* fused = graph.AdoptNode(std::move(fused_nodes[i]));
      result_.fused.push_back({fused, std::move(kernels[i]), std::move(context_nodes[i]),
                               std::move(views[i]), std::move(members)});
    }
    graph.Sort();
  }

  std::vector<DraftNode> ContextNodes(ExecutionProvider& ep,
                                      const std::vector<FusedGroup>& groups) const {
    std::vector<DraftNode> nodes;
    if (ep.compiled_models() != nullptr) nodes = ep.compiled_models()->TakeContextNodes();
    nodes.resize(groups.size());
    for (size_t i = 0; options_.needs_context_nodes && i < nodes.size(); ++i) {
      Require(nodes[i] != nullptr, ORT_FAIL,
              "{}: OrtEp::Compile() returned a NULL EPContext node for '{}'.", ep.name(),
              groups[i].fused_node->name);
    }
    return nodes;
  }

  std::unique_ptr<Node> MakeFusedNode(Graph& graph, const ExecutionProvider& ep, int ep_index,
                                      const GraphView& view) {
    const size_t number = fused_count_[ep.name()]++;
    auto node = graph.MakeDetachedNode();
    node->op_type = Format("{}_{}_{}", ep.name(), hash_, number);
    node->name = Format("{}_{}_{}", ep.name(), node->op_type, number);
    node->domain = ep.name();
    node->since_version = 1;
    node->ep = ep_index;
    node->inputs = OriginsOf(view.inputs());
    node->outputs = OriginsOf(view.outputs());
    return node;
  }

  // Only the EP that made an EPContext node can run it; more EPs would not help.
  void CheckContextNodes() const {
    ForEachGraph(graph_, [&](Graph& graph) {
      for (const Node* node : graph.nodes()) {
        if (node->ep != kNoEp || !node->Is("EPContext", "com.microsoft")) continue;
        std::vector<std::string> names;
        for (const auto& ep : eps_) names.push_back(ep->name());
        Fail(ORT_NOT_IMPLEMENTED,
             "EPContext node generated by '{}' is not compatible with any execution provider added "
             "to the session. EPContext node name: '{}'. Available session execution providers: "
             "[{}].",
             node->Text("source", "(unknown)"), node->name, Join(names, ", "));
      }
    });
  }

  // What is inside of a fused control-flow node went with it, whatever was said when its subgraph
  // was asked about.
  void PlaceInsideGroups() {
    for (PlacedNode& node : placement().nodes) {  // outer nodes come first
      if (node.parent < 0) continue;
      const PlacedNode& parent = placement().nodes[static_cast<size_t>(node.parent)];
      if (parent.group < 0) continue;
      node.ep = parent.ep;
      node.group = parent.group;
      node.refused_by = parent.refused_by;
    }
  }

  void CheckComplete() {
    CheckContextNodes();
    for (const PlacedNode& node : placement().nodes) {
      if (!node.ep.empty()) continue;
      std::string reasons;
      for (const auto& [ep, reason] : node.refused_by)
        reasons += Format("\n  {}: {}", ep, reason.text);
      Fail(ORT_NOT_IMPLEMENTED, "Could not find an implementation for {} node with name '{}'{}",
           node.op_type, node.name, reasons);
    }
    if (options_.allow_host_fallback) return;
    for (const PlacedNode& node : placement().nodes) {
      Require(node.ep != eps_.back()->name(), ORT_FAIL,
              "This session contains graph nodes that are assigned to the default CPU EP, but "
              "fallback to CPU EP has "
              "been explicitly disabled by the user: {} node '{}' ({})",
              node.op_type, node.name,
              node.refused_by.empty() ? std::string("not claimed")
                                      : node.refused_by.front().second.text);
    }
  }

  Graph& graph_;
  std::span<const std::shared_ptr<ExecutionProvider>> eps_;
  const PartitionOptions& options_;
  Partition result_;
  LayerAssignment layers_;
  std::vector<std::unique_ptr<ResourceBudget>> budgets_;  // by EP, null: no budget
  std::optional<ValueRecorder> values_;                   // only where the graph is recorded
  std::unordered_map<std::string, size_t> fused_count_;
  uint64_t hash_ = 0;
};

}  // namespace

Partition PartitionGraph(Graph& graph, std::span<const std::shared_ptr<ExecutionProvider>> eps,
                         const PartitionOptions& options) {
  return Partitioner(graph, eps, options).Run();
}

}  // namespace backplane
