#include "partition/placement.h"

#include <algorithm>
#include <map>

#include "base/format.h"

namespace backplane {
namespace {

// "NonZero x2, Loop x2"
std::string CountByType(const std::vector<const PlacedNode*>& nodes) {
  std::map<std::string, int> counts;
  for (const PlacedNode* node : nodes) ++counts[node->op_type];
  std::vector<std::pair<int, std::string>> sorted;
  sorted.reserve(counts.size());
  for (const auto& [type, count] : counts) sorted.emplace_back(-count, type);
  std::sort(sorted.begin(), sorted.end());
  constexpr size_t kShown = 4;
  std::string text;
  for (size_t i = 0; i < std::min(kShown, sorted.size()); ++i) {
    text += Format("{}{} x{}", i == 0 ? "" : ", ", sorted[i].second, -sorted[i].first);
  }
  if (sorted.size() > kShown) text += Format(", and {} more types", sorted.size() - kShown);
  return text;
}

}  // namespace

std::string Placement::Summary() const {
  std::vector<std::string>
      order;  // EPs as they were asked: first the refusers, then those that took nodes
  const auto note = [&](const std::string& ep) {
    if (!ep.empty() && std::find(order.begin(), order.end(), ep) == order.end())
      order.push_back(ep);
  };
  for (const PlacedNode& node : nodes) {
    for (const auto& [ep, reason] : node.refused_by) note(ep);
  }
  for (const PlacedNode& node : nodes) note(node.ep);
  std::string text;
  for (const std::string& ep : order) {
    std::vector<const PlacedNode*> taken;
    std::map<std::string, std::string>
        reasons;  // why the EPs before it did not take these: text, EP
    for (const PlacedNode& node : nodes) {
      if (node.ep != ep) continue;
      taken.push_back(&node);
      if (!node.refused_by.empty()) {
        const auto& [refuser, reason] = node.refused_by.front();
        reasons.emplace(reason.code == ReasonCode::kNotClaimed
                            ? Format("not claimed by {}", refuser)
                            : Format("{}: {}", refuser, reason.text),
                        refuser);
      }
    }
    const auto group_count =
        std::count_if(groups.begin(), groups.end(), [&](const auto& g) { return g.ep == ep; });
    text += Format("{}{}: {}/{} nodes", text.empty() ? "" : "; ", ep, taken.size(), nodes.size());
    if (group_count > 0) text += Format(" in {} group{}", group_count, group_count == 1 ? "" : "s");
    if (!reasons.empty()) {
      text += Format(" ({}: {}", CountByType(taken), reasons.begin()->first);
      text += reasons.size() > 1 ? Format(" and {} other reasons)", reasons.size() - 1) : ")";
    }
  }
  return text;
}

}  // namespace backplane
