// Arithmetic whose result is known to be an input: x * 1, x - 0, Not(Not(x)), ...; Pow(x, 2)
// becomes a product; optional outputs that nobody reads are dropped, so that kernels need not
// compute them.
#include <algorithm>

#include "optimize/rewrite.h"

namespace backplane {
namespace {

// Whether input `side` has the output's shape and type, so that it may stand for it.
bool StandsFor(const Node* node, size_t side) {
  const ValueInfo* value = node->Input(side);
  const ValueInfo* output = node->outputs[0];
  if (value == nullptr || DTypeOfValue(value) != DTypeOfValue(output)) return false;
  if (SameShape(value, output)) return true;
  // A constant of no more dimensions than the value broadcasts to the value's shape.
  const auto rank = RankOf(value);
  const auto other = StaticShape(node->Input(1 - side));
  return rank && other && other->rank() <= *rank && other->ElementCount() == 1;
}

bool AllElementsAre(const ValueInfo* value, double wanted) {
  static constexpr int64_t kMost = 4096;
  static constexpr TypeSet kReadable = types::kAllFloats | types::kIndices;
  if (value == nullptr || !value->IsConstant()) return false;
  const Tensor& tensor = *value->initializer;
  if (!kReadable.Has(tensor.dtype()) || tensor.ElementCount() > kMost || tensor.ElementCount() == 0)
    return false;
  for (int64_t i = 0; i < tensor.ElementCount(); ++i) {
    if (ElementAsDouble(tensor, i) != wanted) return false;
  }
  return true;
}

}  // namespace

bool RemoveNeutralOperand(Node* node, RewriteContext& context) {
  if (node->inputs.size() != 2 || node->outputs.empty() || node->outputs[0] == nullptr)
    return false;
  const std::string& type = node->op_type;
  const double neutral = type == "Add" || type == "Sub" ? 0.0 : 1.0;
  const bool commutes = type == "Add" || type == "Mul";
  for (size_t side = 0; side < (commutes ? 2u : 1u); ++side) {
    if (!AllElementsAre(node->inputs[1 - side], neutral) || !StandsFor(node, side)) continue;
    if (context.edit.Replace(node->outputs[0], node->inputs[side])) return true;
  }
  return false;
}

bool CancelInverse(Node* node, RewriteContext& context) {
  const Node* first = ProducerIs(node, 0, node->op_type);
  return first != nullptr && context.edit.Replace(node->outputs[0], first->inputs[0]);
}

bool RemoveRepeated(Node* node, RewriteContext& context) {
  const Node* first = ProducerIs(node, 0, node->op_type);
  return first != nullptr && context.edit.Replace(node->outputs[0], node->inputs[0]);
}

bool SimplifyPow(Node* node, RewriteContext& context) {
  const auto exponent = ConstantScalar(node->Input(1));
  const auto rank = RankOf(node->Input(0));
  const auto exponent_rank = RankOf(node->Input(1));
  if (exponent != 2.0 || !rank || !exponent_rank || *exponent_rank > *rank) return false;
  if (!types::kFloats.Has(DTypeOfValue(node->Input(0)))) return false;
  ValueInfo* x = node->inputs[0];
  context.edit.Morph(node, "Mul", "", SinceVersion(*node->graph, "Mul"), {x, x}, {});
  return true;
}

bool TrimOutputs(Node* node, RewriteContext& context) {
  bool changed = false;
  for (size_t i = 1; i < node->outputs.size(); ++i) {
    if (node->outputs[i] == nullptr || node->outputs[i]->HasUses()) continue;
    context.edit.graph().SetOutput(node, i, nullptr);
    changed = true;
  }
  while (node->outputs.size() > 1 && node->outputs.back() == nullptr) {
    node->outputs.pop_back();
    changed = true;
  }
  if (changed) context.edit.Touch();
  return changed;
}

}  // namespace backplane
