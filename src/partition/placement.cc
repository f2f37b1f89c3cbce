#include "partition/placement.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <string_view>

#include "base/format.h"

namespace backplane {
namespace {

// The keys of `counts` with the largest counts, largest first: "NonZero ×2, Loop ×2".
std::string Largest(const std::map<std::string, int>& counts) {
  constexpr size_t kShown = 4;
  std::vector<std::pair<int, std::string>> sorted;
  sorted.reserve(counts.size());
  for (const auto& [key, count] : counts) sorted.emplace_back(-count, key);
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (size_t i = 0; i < std::min(kShown, sorted.size()); ++i) {
    text += Format("{}{} ×{}", i == 0 ? "" : ", ", sorted[i].second, -sorted[i].first);
  }
  if (sorted.size() > kShown) {
    const size_t more = sorted.size() - kShown;
    text += Format(", {} more type{}", more, more == 1 ? "" : "s");
  }
  return text;
}

// Why the EPs before did not take the node, in few words: "not claimed by a, b; c: no mood".
std::string WhyNot(const PlacedNode& node) {
  std::string silent;
  std::string spoken;
  for (const auto& [ep, reason] : node.refused_by) {
    if (reason.code == ReasonCode::kNotClaimed) {
      silent += Format("{}{}", silent.empty() ? "not claimed by " : ", ", ShortEpName(ep));
    } else {
      spoken += Format("{}{}: {}", spoken.empty() ? "" : "; ", ShortEpName(ep), reason.text);
    }
  }
  if (silent.empty() || spoken.empty()) return silent + spoken;
  return spoken + "; " + silent;
}

// What one EP runs: how many nodes, in how many groups, and why nobody before it wanted them.
std::string SummaryOf(const Placement& placement, const std::string& ep, bool first) {
  constexpr size_t kReasons = 3;
  size_t count = 0;
  std::map<std::string, std::map<std::string, int>> types_by_reason;
  for (const PlacedNode& node : placement.nodes) {
    if (node.ep != ep) continue;
    ++count;
    if (!node.refused_by.empty()) ++types_by_reason[WhyNot(node)][node.op_type];
  }
  if (count == 0 && !first) return {};
  std::string text = Format("{}: {}", ShortEpName(ep), count);
  if (first) text += Format("/{} nodes", placement.nodes.size());
  const auto groups = std::count_if(placement.groups.begin(), placement.groups.end(),
                                    [&](const PlacedGroup& group) { return group.ep == ep; });
  if (groups > 0) text += Format(" in {} group{}", groups, groups == 1 ? "" : "s");
  if (types_by_reason.empty()) return text;

  std::vector<std::pair<int, std::string>> reasons;  // most nodes first
  for (const auto& [reason, types] : types_by_reason) {
    int nodes = 0;
    for (const auto& [type, number] : types) nodes += number;
    reasons.emplace_back(-nodes, reason);
  }
  std::sort(reasons.begin(), reasons.end());
  text += " (";
  for (size_t i = 0; i < std::min(kReasons, reasons.size()); ++i) {
    text += Format("{}{}: {}", i == 0 ? "" : "; ", Largest(types_by_reason[reasons[i].second]),
                   reasons[i].second);
  }
  if (reasons.size() > kReasons)
    text += Format("; {} more reason{}", reasons.size() - kReasons,
                   reasons.size() == kReasons + 1 ? "" : "s");
  return text + ")";
}

}  // namespace

std::string Placement::Summary() const {
  std::string text;
  for (size_t i = 0; i < eps.size(); ++i) {
    const std::string part = SummaryOf(*this, eps[i], i == 0);
    if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
  }
  return text;
}

std::vector<OrtEpAssignedSubgraph> AssignedParts(const Placement& placement) {
  std::vector<std::vector<size_t>> children(placement.nodes.size() + 1);  // by parent + 1
  for (size_t i = 0; i < placement.nodes.size(); ++i)
    children[static_cast<size_t>(placement.nodes[i].parent + 1)].push_back(i);
  std::vector<size_t> order;
  const std::function<void(size_t)> visit = [&](size_t level) {
    for (const size_t node : children[level]) visit(node + 1);
    order.insert(order.end(), children[level].begin(), children[level].end());
  };
  visit(0);

  std::vector<std::vector<const PlacedNode*>> members(placement.groups.size());
  for (const PlacedNode& node : placement.nodes) {
    if (node.group >= 0) members[static_cast<size_t>(node.group)].push_back(&node);
  }

  std::vector<OrtEpAssignedSubgraph> parts;
  for (const std::string& ep : placement.eps) {
    std::vector<bool> seen(placement.groups.size(), false);
    for (const size_t index : order) {
      const PlacedNode& node = placement.nodes[index];
      if (node.ep != ep) continue;
      if (node.group < 0) {
        parts.push_back({ep, {&node}});
      } else if (!seen[static_cast<size_t>(node.group)]) {
        seen[static_cast<size_t>(node.group)] = true;
        parts.push_back({ep, members[static_cast<size_t>(node.group)]});
      }
    }
  }
  return parts;
}

std::string ShortEpName(const std::string& ep) {
  constexpr std::string_view kSuffix = "ExecutionProvider";
  if (ep.size() <= kSuffix.size() || !ep.ends_with(kSuffix)) return ep;
  return ep.substr(0, ep.size() - kSuffix.size());
}

bool EpIsCalled(const std::string& ep, std::string_view word) {
  constexpr std::string_view kPlugin = "Plugin";
  const auto same = [&](std::string_view name) {
    return std::equal(name.begin(), name.end(), word.begin(), word.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) ==
             std::tolower(static_cast<unsigned char>(b));
    });
  };
  const std::string name = ShortEpName(ep);
  const bool plugin = name.size() > kPlugin.size() && name.ends_with(kPlugin);
  return same(ep) || same(name) ||
         (plugin && same(std::string_view(name).substr(0, name.size() - kPlugin.size())));
}

}  // namespace backplane
