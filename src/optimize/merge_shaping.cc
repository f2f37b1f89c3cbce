// Neighbouring nodes that only rearrange become one: transposes of transposes, reshapes of
// reshapes, casts of casts.
#include <algorithm>

#include "optimize/rewrite.h"

namespace backplane {
namespace {

// Where the output of `node` says what the whole chain gives; the producer of input 0 otherwise.
Node* ProducerOf(const Node* node) {
  const ValueInfo* value = node->Input(0);
  return value == nullptr || value->graph != node->graph ? nullptr : value->producer;
}

bool SameKnownShape(const ValueInfo* a, const ValueInfo* b) {
  const auto x = StaticShape(a);
  return SameShape(a, b) || (x.has_value() && x == StaticShape(b));
}

bool OnlyChangesShape(const Node* node) {
  return node->domain.empty() && (node->op_type == "Reshape" || node->op_type == "Flatten" ||
                                  node->op_type == "Squeeze" || node->op_type == "Unsqueeze");
}

std::vector<int64_t> PermOf(const Node* node, size_t rank) {
  std::vector<int64_t> perm = node->Ints("perm");
  if (perm.empty()) {
    for (size_t i = rank; i-- > 0;) perm.push_back(static_cast<int64_t>(i));
  }
  return perm;
}

// Which types a cast from `type` keeps every value of.
TypeSet LosslessTargets(DType type) {
  using enum DType;
  switch (type) {
    case kBool:
      return types::kNumeric;
    case kUInt8:
      return {kUInt16, kUInt32, kUInt64, kInt16, kInt32, kInt64, kFloat16, kFloat, kDouble};
    case kInt8:
      return {kInt16, kInt32, kInt64, kFloat16, kFloat, kDouble};
    case kUInt16:
      return {kUInt32, kUInt64, kInt32, kInt64, kFloat, kDouble};
    case kInt16:
      return {kInt32, kInt64, kFloat, kDouble};
    case kUInt32:
      return {kUInt64, kInt64, kDouble};
    case kInt32:
      return {kInt64, kDouble};
    case kFloat16:
    case kBFloat16:
      return {kFloat, kDouble};
    case kFloat:
      return kDouble;
    default:
      return {};
  }
}

}  // namespace

bool MergeTransposes(Node* node, RewriteContext& context) {
  const Node* first = ProducerOf(node);
  if (first == nullptr || !first->Is("Transpose") || first->Input(0) == nullptr) return false;
  size_t rank = std::max(node->Ints("perm").size(), first->Ints("perm").size());
  if (rank == 0) rank = RankOf(node->Input(0)).value_or(0);
  const std::vector<int64_t> inner = PermOf(first, rank);
  const std::vector<int64_t> outer = PermOf(node, rank);
  if (rank == 0 || inner.size() != outer.size()) return false;
  std::vector<int64_t> merged;
  for (const int64_t axis : outer) {
    if (axis < 0 || axis >= static_cast<int64_t>(rank)) return false;
    merged.push_back(inner[static_cast<size_t>(axis)]);
  }
  if (std::is_sorted(merged.begin(), merged.end()) &&
      context.edit.Replace(node->outputs[0], first->inputs[0]))
    return true;
  node->SetAttribute("perm", merged);
  context.edit.SetInput(node, 0, first->inputs[0]);
  return true;
}

bool MergeReshapes(Node* node, RewriteContext& context) {
  const Node* first = ProducerOf(node);
  if (first == nullptr || !OnlyChangesShape(first) || first->Input(0) == nullptr) return false;
  ValueInfo* source = first->inputs[0];
  if (SameKnownShape(source, node->outputs[0]) && context.edit.Replace(node->outputs[0], source))
    return true;
  if (node->op_type != "Reshape" || node->inputs.size() != 2) return false;
  const auto target = ConstantInts(node, 1, "shape");
  // A zero would copy a dimension of the value in between.
  if (!target || std::find(target->begin(), target->end(), 0) != target->end()) return false;
  context.edit.SetInput(node, 0, source);
  return true;
}

bool MergeCasts(Node* node, RewriteContext& context) {
  const Node* first = ProducerOf(node);
  if (first == nullptr || !first->Is("Cast") || first->Input(0) == nullptr) return false;
  ValueInfo* source = first->inputs[0];
  const DType middle = DTypeOfValue(node->Input(0));
  if (!LosslessTargets(DTypeOfValue(source)).Has(middle)) return false;
  context.edit.SetInput(node, 0, source);
  return true;
}

}  // namespace backplane
