#include "partition/claims.h"

#include <algorithm>
#include <cstdint>
#include <unordered_set>

#include "base/error.h"

namespace backplane {
namespace {

// Side tables by Node::index, made once for all the claims of an EP on a graph.
class ClaimChecker {
 public:
  ClaimChecker(const Graph& graph, std::string ep) : graph_(graph), ep_(std::move(ep)) {
    position_.resize(graph.node_index_bound());
    group_.resize(position_.size(), kNone);
    seen_.resize(position_.size(), kNone);
    for (size_t i = 0; i < graph.nodes().size(); ++i)
      position_[graph.nodes()[i]->index] = static_cast<uint32_t>(i);
  }

  CheckedClaims Check(std::vector<Claim> claims) {
    for (Claim& claim : claims) {
      for (const Node* node : claim.nodes) {
        Require(claimed_.insert(node).second, ORT_FAIL,
                "execution provider {} claims {} twice: Duplicate definition of name", ep_,
                node->Describe());
      }
      std::string problem = Problem(claim);
      if (problem.empty()) {
        Accept(std::move(claim));
      } else {
        Refuse(claim, std::move(problem));
      }
    }
    return std::move(result_);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Group {
    std::vector<Node*> nodes;
    uint32_t first;
    uint32_t last;
  };

  uint32_t PositionOf(const Node* node) const { return position_[node->index]; }

  void Accept(Claim claim) {
    if (claim.fuse) {
      const auto number = static_cast<uint32_t>(groups_.size());
      for (const Node* node : claim.nodes) group_[node->index] = number;
      groups_.push_back(
          {claim.nodes, PositionOf(claim.nodes.front()), PositionOf(claim.nodes.back())});
    }
    result_.accepted.push_back(std::move(claim));
  }

  void Refuse(const Claim& claim, std::string problem) {
    for (const Node* node : claim.nodes) {
      if (node->graph != &graph_ || node->ep != kNoEp) continue;
      result_.refused.emplace_back(node, Reason{ReasonCode::kClaimRefused, problem, {}});
    }
    result_.problems.push_back(std::move(problem));
  }

  // Empty if the claim is sound; its nodes are in execution order then.
  std::string Problem(Claim& claim) {
    if (claim.nodes.empty()) return "it names no nodes";
    for (const Node* node : claim.nodes) {
      if (node->graph != &graph_)
        return Format("{} is not a node of the graph that was asked about", node->Describe());
      if (node->ep != kNoEp)
        return Format("{} belongs to an execution provider asked before", node->Describe());
    }
    std::sort(claim.nodes.begin(), claim.nodes.end(),
              [&](const Node* a, const Node* b) { return PositionOf(a) < PositionOf(b); });
    if (!claim.fuse) return {};
    for (const Node* node : claim.nodes) {
      if (const Node* inner = TakenInside(*node))
        return Format("{} has {} inside, which {}", node->Describe(), inner->Describe(),
                      inner->domain == EpOf(*inner) ? "was compiled before" : "another has");
    }
    return CycleProblem(claim);
  }

  const std::string& EpOf(const Node& node) const {
    return graph_.model()->ep_names[static_cast<size_t>(node.ep)];
  }

  // A node in the bodies of `node` that cannot be compiled with it: another EP's, or one that
  // stands for a group of compiled nodes. Null: none.
  const Node* TakenInside(const Node& node) const {
    for (const auto& [attribute, subgraph] : node.Subgraphs()) {
      for (const Node* inner : subgraph->nodes()) {
        const bool fits = inner->ep == kNoEp || (EpOf(*inner) == ep_ && inner->domain != ep_);
        if (!fits) return inner;
        if (const Node* taken = TakenInside(*inner)) return taken;
      }
    }
    return nullptr;
  }

  // No path from a node that is executed later leads back, but a group accepted before may begin
  // earlier and end later than it.
  uint32_t LastThatMatters(const Claim& claim) const {
    uint32_t last = PositionOf(claim.nodes.back());
    for (bool grown = true; grown;) {
      grown = false;
      for (const Group& group : groups_) {
        if (group.first >= last || group.last <= last) continue;
        last = group.last;
        grown = true;
      }
    }
    return last;
  }

  // Fusing is sound unless some path leaves the group and comes back: then the group would wait for
  // itself. A path that enters another group goes on from all of that group's nodes.
  std::string CycleProblem(const Claim& claim) {
    const uint32_t round = round_++;
    const uint32_t last = LastThatMatters(claim);
    for (const Node* node : claim.nodes) seen_[node->index] = round;
    const std::unordered_set<const Node*> inside(claim.nodes.begin(), claim.nodes.end());
    std::vector<const Node*> pending;
    const auto enter = [&](const Node* node) {
      if (seen_[node->index] == round || PositionOf(node) > last) return;
      seen_[node->index] = round;
      pending.push_back(node);
      const uint32_t group = group_[node->index];
      if (group == kNone) return;
      for (const Node* member : groups_[group].nodes) {
        if (seen_[member->index] == round) continue;
        seen_[member->index] = round;
        pending.push_back(member);
      }
    };
    const auto follow = [](const Node* node, auto&& reach) {
      for (const ValueInfo* output : node->outputs) {
        if (output == nullptr) continue;
        for (const Use& use : output->consumers) reach(use.node);
      }
    };
    for (const Node* node : claim.nodes) follow(node, enter);
    while (!pending.empty()) {
      const Node* node = pending.back();
      pending.pop_back();
      bool back = false;
      follow(node, [&](const Node* next) {
        back = back || inside.count(next) != 0;
        enter(next);
      });
      if (back)
        return Format("fusing it would make a cycle through {}, which it leaves out",
                      node->Describe());
    }
    return {};
  }

  const Graph& graph_;
  const std::string ep_;
  std::vector<uint32_t> position_;  // in execution order
  std::vector<uint32_t> group_;     // index into groups_
  std::vector<uint32_t> seen_;      // the round of CycleProblem that was here last
  uint32_t round_ = 0;
  std::vector<Group> groups_;  // fusions accepted so far
  std::unordered_set<const Node*> claimed_;
  CheckedClaims result_;
};

}  // namespace

CheckedClaims CheckClaims(const Graph& graph, const std::string& ep, std::vector<Claim> claims) {
  return ClaimChecker(graph, ep).Check(std::move(claims));
}

}  // namespace backplane
