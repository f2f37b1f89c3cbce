#include "partition/channels_last.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "graph/rewriter.h"
#include "graph/schema.h"
#include "layout/layout.h"

namespace backplane {
namespace {

using layout::Twins;

// ONNX operators in which axis 1 is the channels, whatever the attributes say.
constexpr std::string_view kSensitive[] = {
    "AveragePool",  "BatchNormalization",
    "Conv",         "ConvTranspose",
    "DepthToSpace", "GlobalAveragePool",
    "GlobalLpPool", "GlobalMaxPool",
    "GridSample",   "InstanceNormalization",
    "LRN",          "LpPool",
    "MaxPool",      "MaxRoiPool",
    "MaxUnpool",    "QLinearConv",
    "SpaceToDepth",
};

bool ConvertToInternal(Node* node, Twins& twins) {
  const auto rank = RankOf(node->Input(0));
  if (!rank || *rank < 3 || node->outputs.empty() || node->outputs[0] == nullptr) return false;
  if (node->Is("MaxPool") && node->outputs.size() > 1 && node->outputs[1] != nullptr &&
      node->outputs[1]->HasUses())
    return false;  // its indices count in the original layout
  node->domain = kNhwcDomain;
  twins.edit().SetInput(node, 0, twins.Get(node->inputs[0], *rank - 2, node));
  twins.MoveOutput(node, 0, *rank - 2);
  return true;
}

bool IsWanted(const ExecutionProvider& ep, const Node& node) {
  if (!node.domain.empty()) return false;
  const auto* end = std::end(kSensitive);
  const bool sensitive = std::find(std::begin(kSensitive), end, node.op_type) != end;
  return ep.WantsChannelsLast(node).value_or(sensitive);
}

}  // namespace

bool MoveChannelsLast(Graph& graph, const ExecutionProvider& ep, int ep_index,
                      std::span<const Claim> claims) {
  std::unordered_set<const Node*> wanted;  // asked for beforehand: the EP may fail
  for (const Claim& claim : claims) {
    for (const Node* node : claim.nodes) {
      if (IsWanted(ep, *node)) wanted.insert(node);
    }
  }
  if (wanted.empty()) return false;
  for (const Claim& claim : claims) {
    for (Node* node : claim.nodes) node->ep = ep_index;
  }
  layout::MoveChannelsLast(graph, ep_index, [&](const Node& node) -> layout::Handler {
    return wanted.count(&node) != 0 ? &ConvertToInternal : nullptr;
  });
  graph.Sort();
  for (Node* node : graph.nodes()) {
    if (node->ep == ep_index) node->ep = kNoEp;
  }
  return true;
}

void RestoreChannelsFirst(Graph& graph) {
  Rewriter edit(graph);
  const std::vector<Node*> nodes = graph.nodes();
  for (Node* node : nodes) {
    if (node->domain != kNhwcDomain || node->ep != kNoEp) continue;
    const size_t rank = RankOf(node->inputs[0]).value();
    const std::vector<int64_t> last = layout::TwinOrder(rank, rank - 2);
    const std::vector<int64_t> first = layout::Inverse(last);
    const auto transpose = [](const std::vector<int64_t>& order) {
      return std::vector<Attribute>{{"perm", order, {}}};
    };
    ValueInfo* x = node->inputs[0];
    ValueInfo* y = node->outputs[0];
    Node* before = edit.InsertBefore(node, "Transpose", "", 13, {x},
                                     layout::PermutedType(x->type, first), transpose(first));
    edit.SetInput(node, 0, before->outputs[0]);
    ValueInfo* made =
        graph.AddValue(graph.FreshName(y->name), layout::PermutedType(y->type, first));
    graph.SetOutput(node, 0, made);
    Node* after = edit.InsertAfter(node, "Transpose", "", 13, {made}, y->type, transpose(last));
    graph.SetOutput(after, 0, y);
    node->domain.clear();
  }
  edit.Finish();
}

}  // namespace backplane
