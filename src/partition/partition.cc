#include "partition/partition.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"

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
    Record(graph_, "", -1);
    hash_ = HashOf(graph_);
    for (size_t i = 0; i < eps_.size(); ++i) Ask(graph_, static_cast<int>(i));
    CheckComplete();
    return std::move(result_);
  }

 private:
  void Record(Graph& graph, const std::string& path, int parent) {
    for (Node* node : graph.nodes()) {
      const size_t index = result_.placement.nodes.size();
      record_[node] = index;
      result_.placement.nodes.push_back(
          {node->name, node->op_type, node->domain, path, parent, "", -1, {}});
      for (const auto& [attribute, subgraph] : node->Subgraphs()) {
        Record(*subgraph,
               Format("{}{}{}/{}", path, path.empty() ? "" : "/", node->Describe(), attribute),
               static_cast<int>(index));
      }
    }
  }

  PlacedNode& PlacedOf(const Node* node) { return result_.placement.nodes[record_.at(node)]; }

  // One EP's turn: subgraphs first, then the level itself.
  void Ask(Graph& graph, int ep_index) {
    const std::vector<Node*> nodes = graph.nodes();
    for (Node* node : nodes) {
      if (node->ep != kNoEp && record_.count(node) == 0)
        continue;  // fused by an EP before: its subgraphs went with it
      for (const auto& [attribute, subgraph] : node->Subgraphs()) Ask(*subgraph, ep_index);
    }
    ExecutionProvider& ep = *eps_[static_cast<size_t>(ep_index)];
    const GraphView view(graph);
    Capability capability;
    try {
      capability = ep.GetCapability(view);
    } catch (const Error& error) {
      options_.logger->Warning("partition", "{} failed to tell what it can run: {}", ep.name(),
                               error.message());
      result_.placement.notes.emplace_back(
          ep.name(), Reason{ReasonCode::kCapabilityFailed, error.message(), {}});
      RecordRefusals(graph, ep, {}, ReasonCode::kCapabilityFailed, error.message());
      return;
    }
    std::vector<Claim> accepted = Check(graph, ep, capability);
    std::vector<Claim> fused;
    for (Claim& claim : accepted) {
      for (Node* node : claim.nodes) {
        node->ep = ep_index;
        PlacedOf(node).ep = ep.name();
      }
      if (claim.fuse) fused.push_back(std::move(claim));
    }
    RecordRefusals(graph, ep, capability.refusals, ReasonCode::kNotClaimed, "not claimed");
    if (!fused.empty()) Fuse(graph, ep, ep_index, std::move(fused));
  }

  void RecordRefusals(Graph& graph, const ExecutionProvider& ep,
                      const std::vector<std::pair<const Node*, Reason>>& refusals, ReasonCode code,
                      const std::string& text) {
    std::unordered_map<const Node*, const Reason*> why;
    for (const auto& [node, reason] : refusals) why.emplace(node, &reason);
    for (const Node* node : graph.nodes()) {
      if (node->ep != kNoEp) continue;
      auto& refused_by = PlacedOf(node).refused_by;
      if (!refused_by.empty() && refused_by.back().first == ep.name())
        continue;  // a refused claim, recorded already
      const auto it = why.find(node);
      refused_by.emplace_back(ep.name(),
                              it != why.end() ? *it->second : Reason{code, text, node->Describe()});
    }
  }

  std::vector<Claim> Check(Graph& graph, const ExecutionProvider& ep, Capability& capability) {
    std::unordered_set<const Node*> claimed;
    std::vector<Claim> accepted;
    for (Claim& claim : capability.claims) {
      for (const Node* node : claim.nodes) {
        Require(claimed.insert(node).second, ORT_FAIL,
                "execution provider {} claims {} twice: Duplicate definition of name", ep.name(),
                node->Describe());
      }
      std::string problem = Problem(graph, claim);
      if (problem.empty()) {
        accepted.push_back(std::move(claim));
        continue;
      }
      options_.logger->Warning("partition", "a claim of {} was refused: {}", ep.name(), problem);
      for (const Node* node : claim.nodes) {
        if (node->graph != &graph || node->ep != kNoEp) continue;
        PlacedOf(node).refused_by.emplace_back(
            ep.name(), Reason{ReasonCode::kClaimRefused, problem, node->Describe()});
      }
    }
    return accepted;
  }

  // Empty if the claim is sound.
  static std::string Problem(const Graph& graph, const Claim& claim) {
    if (claim.nodes.empty()) return "it names no nodes";
    for (const Node* node : claim.nodes) {
      if (node->graph != &graph)
        return Format("{} is not a node of the graph that was asked about", node->Describe());
      if (node->ep != kNoEp)
        return Format("{} belongs to an execution provider asked before", node->Describe());
    }
    return claim.fuse ? CycleProblem(graph, claim) : std::string();
  }

  // Fusing is sound unless some path leaves the group and comes back: then the group would wait for
  // itself.
  static std::string CycleProblem(const Graph& graph, const Claim& claim) {
    std::unordered_map<const Node*, size_t> position;
    for (size_t i = 0; i < graph.nodes().size(); ++i) position[graph.nodes()[i]] = i;
    const std::unordered_set<const Node*> inside(claim.nodes.begin(), claim.nodes.end());
    size_t last = 0;
    for (const Node* node : claim.nodes) last = std::max(last, position.at(node));
    std::vector<const Node*> pending;
    std::unordered_set<const Node*> seen;
    const auto follow = [&](const Node* node, auto&& reach) {
      for (const ValueInfo* output : node->outputs) {
        if (output == nullptr) continue;
        for (const Use& use : output->consumers) reach(use.node);
      }
    };
    const auto enter = [&](const Node* node) {
      if (inside.count(node) == 0 && position.at(node) < last && seen.insert(node).second)
        pending.push_back(node);
    };
    for (const Node* node : claim.nodes) follow(node, enter);
    const Node* back = nullptr;
    while (!pending.empty() && back == nullptr) {
      const Node* node = pending.back();
      pending.pop_back();
      follow(node, [&](const Node* next) {
        if (inside.count(next) != 0) back = node;
        enter(next);
      });
    }
    return back == nullptr ? std::string()
                           : Format("fusing it would make a cycle through {}, which it leaves out",
                                    back->Describe());
  }

  void Fuse(Graph& graph, ExecutionProvider& ep, int ep_index, std::vector<Claim> claims) {
    std::vector<std::unique_ptr<GraphView>> views;
    std::vector<std::unique_ptr<Node>> fused_nodes;
    std::vector<FusedGroup> groups;
    for (Claim& claim : claims) {
      SortByOrder(graph, claim.nodes);
      views.push_back(std::make_unique<GraphView>(graph, claim.nodes));
      fused_nodes.push_back(MakeFusedNode(graph, ep, ep_index, claim, *views.back()));
      groups.push_back({views.back().get(), fused_nodes.back().get()});
    }
    auto kernels = ep.Compile(groups);
    Require(kernels.size() == groups.size(), ORT_EP_FAIL, "{} compiled {} groups into {} kernels",
            ep.name(), groups.size(), kernels.size());
    for (size_t i = 0; i < claims.size(); ++i) {
      PlacedGroup placed{ep.name(), fused_nodes[i]->name, {}};
      for (const Node* node : claims[i].nodes) {
        PlacedOf(node).group = static_cast<int>(result_.placement.groups.size());
        placed.nodes.push_back(record_.at(node));
      }
      result_.placement.groups.push_back(std::move(placed));
      auto members = graph.ExtractNodes(claims[i].nodes);
      Node* fused = graph.AdoptNode(std::move(fused_nodes[i]));
      result_.fused.push_back(
          {fused, std::move(kernels[i]), std::move(views[i]), std::move(members)});
    }
    graph.Sort();
  }

  static void SortByOrder(const Graph& graph, std::vector<Node*>& nodes) {
    const std::unordered_set<const Node*> inside(nodes.begin(), nodes.end());
    nodes.clear();
    for (Node* node : graph.nodes()) {
      if (inside.count(node) != 0) nodes.push_back(node);
    }
  }

  std::unique_ptr<Node> MakeFusedNode(Graph& graph, const ExecutionProvider& ep, int ep_index,
                                      const Claim& claim, const GraphView& view) {
    const size_t number = fused_count_[ep.name()]++;
    auto node = graph.MakeDetachedNode();
    node->op_type = Format("{}_{}_{}", ep.name(), hash_, number);
    node->name = Format("{}_{}_{}", ep.name(), node->op_type, number);
    node->domain = ep.name();
    node->since_version = 1;
    node->ep = ep_index;
    node->inputs = view.inputs();
    if (!claim.drop_constants) {
      node->inputs.insert(node->inputs.end(), view.initializers().begin(),
                          view.initializers().end());
    }
    node->outputs = view.outputs();
    return node;
  }

  void CheckComplete() {
    for (const PlacedNode& node : result_.placement.nodes) {
      if (!node.ep.empty() || InsideFusedParent(node)) continue;
      std::string reasons;
      for (const auto& [ep, reason] : node.refused_by)
        reasons += Format("\n  {}: {}", ep, reason.text);
      Fail(ORT_NOT_IMPLEMENTED, "Could not find an implementation for {} node with name '{}'{}",
           node.op_type, node.name, reasons);
    }
    if (options_.allow_host_fallback || eps_.size() < 2) return;
    for (const PlacedNode& node : result_.placement.nodes) {
      Require(node.ep != eps_.back()->name(), ORT_FAIL,
              "This session contains graph nodes that are assigned to the default CPU EP, but "
              "fallback to CPU EP has "
              "been explicitly disabled by the user: {} node '{}' ({})",
              node.op_type, node.name,
              node.refused_by.empty() ? std::string("not claimed")
                                      : node.refused_by.front().second.text);
    }
  }

  // Nodes below a fused control-flow node went with it.
  bool InsideFusedParent(const PlacedNode& node) const {
    return node.parent >= 0 && IsFused(node.parent);
  }
  bool IsFused(int index) const {
    const PlacedNode& node = result_.placement.nodes[static_cast<size_t>(index)];
    return node.group >= 0 || (node.parent >= 0 && IsFused(node.parent));
  }

  Graph& graph_;
  std::span<const std::shared_ptr<ExecutionProvider>> eps_;
  const PartitionOptions& options_;
  Partition result_;
  std::unordered_map<const Node*, size_t> record_;
  std::unordered_map<std::string, size_t> fused_count_;
  uint64_t hash_ = 0;
};

}  // namespace

Partition PartitionGraph(Graph& graph, std::span<const std::shared_ptr<ExecutionProvider>> eps,
                         const PartitionOptions& options) {
  return Partitioner(graph, eps, options).Run();
}

}  // namespace backplane
