// Nodes that hand their first input on unchanged go away: Identity, Dropout at inference, casts to
// the same type, reshapes to the same shape, transposes that move nothing, slices of everything,
// pads by nothing, sums of one.
#include <algorithm>
#include <numeric>

#include "optimize/rewrite.h"

namespace backplane {
namespace {

bool Bypass(Node* node, RewriteContext& context) {
  ValueInfo* input = node->inputs.empty() ? nullptr : node->inputs[0];
  if (input == nullptr || node->outputs.empty() || node->outputs[0] == nullptr) return false;
  return context.edit.Replace(node->outputs[0], input);
}

bool OthersUnused(const Node& node) {
  return std::all_of(node.outputs.begin() + 1, node.outputs.end(), [](const ValueInfo* output) {
    return output == nullptr || !output->HasUses();
  });
}

bool KeepsStaticShape(const Node& node) {
  const ValueInfo* output = node.outputs[0];
  if (SameShape(node.Input(0), output)) return true;
  const auto in = StaticShape(node.Input(0));
  const auto out = StaticShape(output);
  return in.has_value() && out.has_value() && *in == *out;
}

// A transpose moves no element if the axes longer than one keep their order; it is a no-op if
// shapes agree as well.
bool IsNoopTranspose(const Node& node) {
  const std::vector<int64_t> perm = node.Ints("perm");
  if (!perm.empty()) {
    std::vector<int64_t> identity(perm.size());
    std::iota(identity.begin(), identity.end(), 0);
    if (perm == identity) return true;
  }
  const auto shape = StaticShape(node.Input(0));
  if (!shape.has_value() || !KeepsStaticShape(node)) return false;
  std::vector<int64_t> order = perm;
  if (order.empty()) {
    for (size_t i = shape->rank(); i-- > 0;) order.push_back(static_cast<int64_t>(i));
  }
  if (order.size() != shape->rank()) return false;
  std::erase_if(order, [&](int64_t axis) {
    return axis < 0 || axis >= static_cast<int64_t>(shape->rank()) || (*shape)[axis] == 1;
  });
  return std::is_sorted(order.begin(), order.end());
}

bool IsNoopReshape(const Node& node) {
  if (KeepsStaticShape(node)) return true;
  // {0, 0, -1} on rank 3 and the like.
  const auto rank = RankOf(node.Input(0));
  const auto target = ConstantInts(&node, 1, "shape");
  if (!rank || !target || *rank != target->size() || node.Int("allowzero", 0) != 0) return false;
  return std::count(target->begin(), target->end(), 0) >= static_cast<int64_t>(*rank) - 1 &&
         std::all_of(target->begin(), target->end(), [](int64_t d) { return d == 0 || d == -1; });
}

}  // namespace

bool RemoveIdentity(Node* node, RewriteContext& context) { return Bypass(node, context); }

bool RemoveDropout(Node* node, RewriteContext& context) {
  if (node->outputs.empty() || !OthersUnused(*node)) return false;
  if (node->Int("is_test", 1) == 0) return false;
  if (node->Input(2) != nullptr) {
    const Tensor* training = node->ConstantInput(2);
    if (training == nullptr || training->ElementCount() != 1 || training->dtype() != DType::kBool ||
        training->data<bool>()[0]) {
      return false;
    }
  }
  return Bypass(node, context);
}

bool RemoveNoopCast(Node* node, RewriteContext& context) {
  const DType from = DTypeOfValue(node->Input(0));
  if (from == DType::kUndefined || !node->Has("to") ||
      node->Int("to", 0) != static_cast<int64_t>(from))
    return false;
  return Bypass(node, context);
}

bool RemoveNoopShaping(Node* node, RewriteContext& context) {
  if (node->outputs.empty() || node->outputs[0] == nullptr || node->Input(0) == nullptr)
    return false;
  const std::string& type = node->op_type;
  bool noop = false;
  if (type == "Transpose") {
    noop = IsNoopTranspose(*node);
  } else if (type == "Reshape") {
    noop = IsNoopReshape(*node);
  } else if (type == "Flatten" || type == "Expand" || type == "Tile" || type == "Squeeze" ||
             type == "Unsqueeze") {
    noop = KeepsStaticShape(*node);
  } else {  // Concat and the variadic sums of one input
    noop = node->inputs.size() == 1;
  }
  return noop && Bypass(node, context);
}

bool RemoveNoopSlice(Node* node, RewriteContext& context) {
  if (node->outputs.empty() || node->outputs[0] == nullptr) return false;
  const auto starts = ConstantInts(node, 1, "starts");
  const auto ends = ConstantInts(node, 2, "ends");
  if (!starts || !ends || starts->size() != ends->size()) return false;
  if (node->Input(4) != nullptr) {
    const auto steps = ConstantInts(node, 4, "");
    if (!steps || std::any_of(steps->begin(), steps->end(), [](int64_t step) { return step != 1; }))
      return false;
  }
  if (KeepsStaticShape(*node)) return Bypass(node, context);
  // [0:INT_MAX] takes everything whatever the size is.
  for (size_t i = 0; i < starts->size(); ++i) {
    if ((*starts)[i] != 0 || (*ends)[i] < INT32_MAX) return false;
  }
  return Bypass(node, context);
}

bool RemoveNoopPad(Node* node, RewriteContext& context) {
  const auto pads = ConstantInts(node, 1, node->Has("paddings") ? "paddings" : "pads");
  if (!pads || std::any_of(pads->begin(), pads->end(), [](int64_t pad) { return pad != 0; }))
    return false;
  return Bypass(node, context);
}

}  // namespace backplane
