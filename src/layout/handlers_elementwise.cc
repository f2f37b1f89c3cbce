// Elementwise operators of any number of inputs, which broadcast together: channels-last as soon as
// one input is.
#include <algorithm>

#include "layout/handlers.h"

namespace backplane::layout {
namespace {

constexpr int64_t kLargeConstant =
    int64_t{1} << 24;  // elements; permuting more would slow session creation down

bool IsSingle(const ValueInfo* value) {
  const auto shape = StaticShape(value);
  return shape.has_value() &&
         std::all_of(shape->begin(), shape->end(), [](int64_t d) { return d == 1; });
}

// The constant with its axes as in a twin of `rank`; null where that cannot be.
ValueInfo* PermutedConstant(ValueInfo* value, size_t rank, size_t spatial, Twins& twins) {
  const Tensor& tensor = *value->initializer;
  if (tensor.shape().rank() > rank || !types::kPlain.Has(tensor.dtype()) ||
      tensor.ElementCount() > kLargeConstant)
    return nullptr;
  Shape padded;
  for (size_t i = tensor.shape().rank(); i < rank; ++i) padded.PushBack(1);
  for (const int64_t dim : tensor.shape()) padded.PushBack(dim);
  Tensor permuted = Permuted(tensor.Reshaped(padded), TwinOrder(rank, spatial));
  const Shape& shape = permuted.shape();
  size_t leading = 0;  // a vector over the channels broadcasts fastest, and fuses as a bias
  while (leading + 1 < rank && shape[leading] == 1) ++leading;
  const Shape trimmed(std::span<const int64_t>(shape.data() + leading, rank - leading));
  return twins.edit().Constant(value->name, permuted.Reshaped(trimmed));
}

enum class Side { kKeep, kTwin, kConstant, kTranspose, kImpossible };

Side Classify(const ValueInfo* value, size_t rank, size_t spatial, const Twins& twins) {
  if (value == nullptr || IsSingle(value)) {
    const auto own = RankOf(value);
    if (value == nullptr || (own && *own <= rank && twins.Find(value) == nullptr))
      return Side::kKeep;
  }
  if (const Twin* twin = twins.Find(value)) {
    return RankOf(value) == rank && twin->spatial == spatial ? Side::kTwin : Side::kImpossible;
  }
  if (value->IsConstant()) return Side::kConstant;
  return RankOf(value) == rank ? Side::kTranspose : Side::kImpossible;
}

}  // namespace

bool ConvertElementwise(Node* node, Twins& twins) {
  if (node->outputs.size() != 1) return false;
  const Twin* reference = nullptr;
  size_t rank = 0;
  for (const ValueInfo* input : node->inputs) {
    const Twin* twin = input == nullptr ? nullptr : twins.Find(input);
    const auto own = twin == nullptr ? std::nullopt : RankOf(input);
    if (own && *own > rank) reference = twin, rank = *own;
  }
  if (reference == nullptr) return false;
  const size_t spatial = reference->spatial;
  size_t transposes = 0;
  for (const ValueInfo* input : node->inputs) {
    const Side side = Classify(input, rank, spatial, twins);
    if (side == Side::kImpossible) return false;
    transposes += side == Side::kTranspose ? 1 : 0;
  }
  if (transposes > 1) return false;  // as many as it would save
  std::vector<ValueInfo*> inputs;
  for (ValueInfo* input : node->inputs) {
    switch (Classify(input, rank, spatial, twins)) {
      case Side::kTwin:
      case Side::kTranspose:
        input = twins.Get(input, spatial, node);
        break;
      case Side::kConstant:
        input = PermutedConstant(input, rank, spatial, twins);
        if (input == nullptr) return false;
        break;
      default:
        break;
    }
    inputs.push_back(input);
  }
  twins.edit().SetInputs(node, std::move(inputs));
  twins.MoveOutput(node, 0, spatial);
  return true;
}

}  // namespace backplane::layout
