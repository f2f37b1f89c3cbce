// LayerNormalization written as ReduceMean, Sub, Pow or Mul, ReduceMean, Add, Sqrt, Div, Mul, Add
// becomes the operator.
#include <vector>

#include "cpu/fuse/fuse.h"

namespace backplane::cpu {
namespace {

// The single axis a mean is over, counted from the end (-1); 0 where it is something else.
int64_t AxisFromEnd(const Node* mean) {
  const auto rank = RankOf(mean->Input(0));
  const auto axes = ConstantInts(mean, 1, "axes");
  if (!rank || !axes || axes->size() != 1 || mean->Int("keepdims", 1) != 1) return 0;
  const int64_t axis = (*axes)[0];
  return axis >= 0 ? axis - static_cast<int64_t>(*rank) : axis;
}

// The input of the squaring that makes `value`: Pow(x, 2) or Mul(x, x).
ValueInfo* SquareOf(const Node* node, size_t input, const FusePass& pass) {
  const Node* square = pass.Only(node, input, "Pow");
  if (square != nullptr)
    return ConstantScalar(square->Input(1)) == 2.0 ? square->inputs[0] : nullptr;
  square = pass.Only(node, input, "Mul");
  return square != nullptr && square->inputs[0] == square->inputs[1] ? square->inputs[0] : nullptr;
}

struct Normalized {
  ValueInfo* x = nullptr;
  float epsilon = 0.0f;
};

// (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon), made by `div`.
std::optional<Normalized> MatchDivision(const Node* div, const FusePass& pass) {
  const Node* sqrt = pass.Only(div, 1, "Sqrt");
  const Node* add = sqrt == nullptr ? nullptr : pass.Only(sqrt, 0, "Add");
  if (add == nullptr) return std::nullopt;
  for (size_t i = 0; i < 2; ++i) {
    const auto epsilon = ConstantScalar(add->Input(1 - i));
    const Node* variance = epsilon ? pass.Only(add, i, "ReduceMean") : nullptr;
    if (variance == nullptr || AxisFromEnd(variance) != -1) continue;
    const ValueInfo* squared = SquareOf(variance, 0, pass);
    const Node* sub = ProducerIs(div, 0, "Sub");
    if (squared == nullptr || squared != div->inputs[0] || !pass.Owns(sub) ||
        sub->outputs[0]->is_graph_output)
      continue;
    const Node* mean = pass.Only(sub, 1, "ReduceMean");
    if (mean == nullptr || mean->inputs[0] != sub->inputs[0] || AxisFromEnd(mean) != -1) continue;
    return Normalized{sub->inputs[0], static_cast<float>(*epsilon)};
  }
  return std::nullopt;
}

// The constant vector over the last axis that `node` combines with the value `from`.
ValueInfo* VectorOperand(const Node* node, const ValueInfo* from, int64_t size) {
  if (node == nullptr || node->inputs.size() != 2) return nullptr;
  ValueInfo* other = node->inputs[node->inputs[0] == from ? 1 : 0];
  const auto shape = StaticShape(other);
  return other != from && other->IsConstant() && shape && *shape == Shape{size} ? other : nullptr;
}

}  // namespace

bool FuseLayerNormalization(Node* node, FusePass& pass) {
  if (!node->Is("Div") || DTypeOfValue(node->outputs[0]) != DType::kFloat) return false;
  const auto match = MatchDivision(node, pass);
  if (!match) return false;
  const auto& shape = node->outputs[0]->type.tensor.shape;
  if (!shape.has_value() || shape->empty() || !shape->back().known()) return false;
  const int64_t size = shape->back().value;
  Node* last = node;
  ValueInfo* scale = nullptr;
  ValueInfo* bias = nullptr;
  if (Node* mul = OnlyConsumer(node->outputs[0]); pass.Owns(mul) && mul->Is("Mul")) {
    scale = VectorOperand(mul, node->outputs[0], size);
    if (scale != nullptr) last = mul;
  }
  if (Node* add = OnlyConsumer(last->outputs[0]);
      scale != nullptr && pass.Owns(add) && add->Is("Add")) {
    bias = VectorOperand(add, last->outputs[0], size);
    if (bias != nullptr) last = add;
  }
  if (scale == nullptr) {
    scale = pass.edit.Constant(
        "ones", FloatTensor(DType::kFloat, Shape{size}, std::vector<double>(size, 1.0)));
  }
  std::vector<ValueInfo*> inputs = {match->x, scale};
  if (bias != nullptr) inputs.push_back(bias);
  pass.edit.Morph(last, "LayerNormalization", "", 17, std::move(inputs),
                  {{"axis", int64_t{-1}, {}}, {"epsilon", match->epsilon, {}}});
  return true;
}

}  // namespace backplane::cpu
