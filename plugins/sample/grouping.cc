#include "grouping.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>

namespace sample {

// Each node gets a level: how often the ways that lead to it cross from supported nodes to others
// or back, at most. A way that leaves a group and comes back crosses at least twice, so it cannot
// come back to the level it left: supported nodes of one level are safe to join.
std::vector<std::vector<size_t>> FindGroups(const std::vector<Node>& nodes,
                                            const std::vector<bool>& supported) {
  std::map<std::string, size_t> producers;  // value name -> node
  std::vector<size_t> levels(nodes.size(), 0);
  std::vector<size_t> leaders(nodes.size());  // union-find: the first node of a node's group
  const std::function<size_t(size_t)> leader = [&](size_t i) {
    return leaders[i] == i ? i : leaders[i] = leader(leaders[i]);
  };
  for (size_t i = 0; i < nodes.size(); ++i) {
    leaders[i] = i;
    std::vector<size_t> before;
    for (const auto* values : {&nodes[i].inputs, &nodes[i].implicit_inputs}) {
      for (const Value& value : *values) {
        const auto found = producers.find(value.name);
        if (found != producers.end()) before.push_back(found->second);
      }
    }
    for (const size_t p : before) {
      levels[i] = std::max(levels[i], levels[p] + (supported[p] == supported[i] ? 0 : 1));
    }
    for (const size_t p : before) {
      if (!supported[i] || !supported[p] || levels[p] != levels[i]) continue;
      const size_t a = leader(i);
      const size_t b = leader(p);
      leaders[std::max(a, b)] = std::min(a, b);
    }
    for (const Value& value : nodes[i].outputs) {
      if (value.info != nullptr) producers[value.name] = i;
    }
  }
  std::map<size_t, std::vector<size_t>> groups;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (supported[i]) groups[leader(i)].push_back(i);
  }
  std::vector<std::vector<size_t>> result;
  for (auto& [first, group] : groups) result.push_back(std::move(group));
  return result;
}

}  // namespace sample
