// See groups.h.
//
// First by levels: the level of a node is the largest number of times that a path to it leaves the
// supported nodes. Supported nodes of one level that are connected can always be one group, since a
// path out and back in would raise the level. Levels may separate neighbours without need, so in a
// second pass groups that share an edge are joined wherever no other path leads from one to the
// other.
#include "kit/groups.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace ep_kit {
namespace {

class Partitioner {
 public:
  Partitioner(const Graph& graph, const std::vector<bool>& supported)
      : supported_(supported), parent_(graph.nodes.size()), edges_(graph.nodes.size()) {
    std::iota(parent_.begin(), parent_.end(), 0);
    for (int i = 0; i < Count(); ++i) {
      const Node& node = graph.nodes[i];
      for (const std::vector<int>* used : {&node.inputs, &node.implicit_inputs}) {
        for (int value : *used) {
          if (value >= 0 && graph.values[value].producer >= 0) {
            edges_[graph.values[value].producer].push_back(i);
          }
        }
      }
    }
  }

  std::vector<std::vector<int>> Groups() {
    JoinByLevel();
    JoinNeighbours();
    std::vector<std::vector<int>> members(Count());
    for (int i = 0; i < Count(); ++i) {
      if (supported_[i]) members[Root(i)].push_back(i);
    }
    std::erase_if(members, [](const auto& group) { return group.empty(); });
    return members;
  }

 private:
  int Count() const { return static_cast<int>(parent_.size()); }

  int Root(int node) {
    while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
    return node;
  }

  void JoinByLevel() {
    std::vector<int> level(Count(), 0);
    for (int i = 0; i < Count(); ++i) {
      for (int next : edges_[i]) {
        level[next] = std::max(level[next], level[i] + (supported_[i] && !supported_[next]));
      }
    }
    for (int i = 0; i < Count(); ++i) {
      for (int next : edges_[i]) {
        if (supported_[i] && supported_[next] && level[i] == level[next]) {
          parent_[Root(next)] = Root(i);
        }
      }
    }
  }

  void JoinNeighbours() {
    std::vector<std::set<int>> after(Count());  // between roots; single nodes are their own roots
    for (int i = 0; i < Count(); ++i) {
      for (int next : edges_[i]) {
        if (Root(i) != Root(next)) after[Root(i)].insert(Root(next));
      }
    }
    for (int i = 0; i < Count(); ++i) {
      for (int next : edges_[i]) {
        const int from = Root(i);
        const int to = Root(next);
        if (!supported_[i] || !supported_[next] || from == to) continue;
        if (HasDetour(after, from, to)) continue;
        Join(after, from, to);
      }
    }
  }

  // Whether a path leads from one root to another besides the direct edge.
  bool HasDetour(const std::vector<std::set<int>>& after, int from, int to) const {
    std::vector<bool> seen(Count());
    std::vector<int> open;
    for (int next : after[from]) {
      if (next != to) open.push_back(next);
    }
    while (!open.empty()) {
      const int node = open.back();
      open.pop_back();
      if (node == to) return true;
      if (seen[node]) continue;
      seen[node] = true;
      open.insert(open.end(), after[node].begin(), after[node].end());
    }
    return false;
  }

  void Join(std::vector<std::set<int>>& after, int from, int to) {
    after[from].insert(after[to].begin(), after[to].end());
    after[from].erase(from);
    after[from].erase(to);
    after[to].clear();
    for (std::set<int>& targets : after) {
      if (targets.erase(to) > 0) targets.insert(from);
    }
    after[from].erase(from);
    parent_[to] = from;
  }

  const std::vector<bool>& supported_;
  std::vector<int> parent_;
  std::vector<std::vector<int>> edges_;
};

}  // namespace

std::vector<std::vector<int>> FindGroups(const Graph& graph, const std::vector<bool>& supported) {
  return Partitioner(graph, supported).Groups();
}

}  // namespace ep_kit
