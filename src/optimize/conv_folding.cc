// Per-channel scales and shifts go into the weights of what comes before them: Conv or
// ConvTranspose followed by BatchNormalization, Mul or Add with a constant, and BatchNormalization
// followed by Mul or Add.
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/deferred.h"
#include "optimize/rewrite.h"

namespace backplane {
namespace {

/// y = scale[c] * x + shift[c]
struct ChannelAffine {
  std::vector<double> scale;
  std::vector<double> shift;
};

std::vector<double> ReadVector(const Tensor& tensor) {
  std::vector<double> values(static_cast<size_t>(tensor.ElementCount()));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = ElementAsDouble(tensor, static_cast<int64_t>(i));
  return values;
}

// A constant that broadcasts over all but the channel axis (1) of a value of `rank`, as one number
// for each channel.
std::optional<std::vector<double>> ChannelConstant(const Tensor* tensor, size_t rank,
                                                   size_t channels) {
  if (tensor == nullptr || !types::kAllFloats.Has(tensor->dtype()) || tensor->shape().rank() > rank)
    return std::nullopt;
  const Shape& shape = tensor->shape();
  for (size_t i = 0; i < shape.rank(); ++i) {
    const size_t axis = rank - shape.rank() + i;
    if (shape[i] != 1 && (axis != 1 || shape[i] != static_cast<int64_t>(channels)))
      return std::nullopt;
  }
  std::vector<double> values = ReadVector(*tensor);
  if (values.size() == 1) values.resize(channels, values[0]);
  if (values.size() != channels) return std::nullopt;
  return values;
}

// What a BatchNormalization does at inference; nullopt if it trains or its parameters are not
// constant.
std::optional<ChannelAffine> AffineOf(const Node& batch_norm) {
  for (size_t i = 1; i < batch_norm.outputs.size(); ++i) {
    if (batch_norm.outputs[i] != nullptr && batch_norm.outputs[i]->HasUses()) return std::nullopt;
  }
  if (batch_norm.Int("training_mode", 0) != 0 || batch_norm.Int("spatial", 1) == 0)
    return std::nullopt;
  const Tensor* parameters[4];
  for (size_t i = 0; i < 4; ++i) {
    parameters[i] = batch_norm.ConstantInput(i + 1);
    if (parameters[i] == nullptr || !types::kAllFloats.Has(parameters[i]->dtype()))
      return std::nullopt;
    if (parameters[i]->shape() != parameters[0]->shape() || parameters[i]->shape().rank() != 1)
      return std::nullopt;
  }
  const double epsilon = batch_norm.Float("epsilon", 1e-5f);
  ChannelAffine affine{ReadVector(*parameters[0]), ReadVector(*parameters[1])};
  for (size_t c = 0; c < affine.scale.size(); ++c) {
    affine.scale[c] /=
        std::sqrt(ElementAsDouble(*parameters[3], static_cast<int64_t>(c)) + epsilon);
    affine.shift[c] -= affine.scale[c] * ElementAsDouble(*parameters[2], static_cast<int64_t>(c));
  }
  return affine;
}

// How the output channels lie in the weights of a convolution: blocks of `inner` elements, `groups`
// times over `outer` rows of `channels` blocks each (Conv: one row).
struct WeightLayout {
  int64_t groups = 1;
  int64_t outer = 1;
  int64_t channels = 0;  ///< of one group
  int64_t inner = 0;
};

std::optional<WeightLayout> LayoutOf(const Node& conv) {
  const Tensor* weights = conv.ConstantInput(1);
  if (weights == nullptr || !types::kAllFloats.Has(weights->dtype()) || weights->shape().rank() < 3)
    return std::nullopt;
  const Shape& shape = weights->shape();
  if (conv.op_type == "Conv") return WeightLayout{1, 1, shape[0], shape.Count(1)};
  const int64_t groups = conv.Int("group", 1);
  if (groups < 1 || shape[0] % groups != 0) return std::nullopt;
  return WeightLayout{groups, shape[0] / groups, shape[1], shape.Count(2)};
}

/// The weights times the scale of their output channel. Computed when a kernel packs them: no copy
/// of them is ever whole, unless somebody else reads them.
class ScaledWeights final : public DeferredElements {
 public:
  ScaledWeights(Tensor weights, const WeightLayout& layout, std::vector<double> scale)
      : weights_(std::move(weights)), layout_(layout), scale_(std::move(scale)) {}

  void Compute(int64_t begin, int64_t end, void* to) const override {
    switch (weights_.dtype()) {
      case DType::kFloat:
        return Scale(begin, end, static_cast<float*>(to));
      case DType::kDouble:
        return Scale(begin, end, static_cast<double*>(to));
      case DType::kFloat16:
        return Scale(begin, end, static_cast<Float16*>(to));
      default:
        return Scale(begin, end, static_cast<BFloat16*>(to));
    }
  }
  const Tensor* source() const override { return &weights_; }

 private:
  template <typename T>
  void Scale(int64_t begin, int64_t end, T* to) const {
    const T* from = static_cast<const T*>(weights_.Read(begin, end, to));
    while (begin < end) {
      const int64_t block = begin / layout_.inner;
      const int64_t group = block / (layout_.outer * layout_.channels);
      const int64_t channel = group * layout_.channels + block % layout_.channels;
      const int64_t count = std::min(end, (block + 1) * layout_.inner) - begin;
      ScaleBlock(from, to, count, scale_[static_cast<size_t>(channel)]);
      from += count;
      to += count;
      begin += count;
    }
  }

  template <typename T>
  static void ScaleBlock(const T* from, T* to, int64_t count, double factor) {
    for (int64_t i = 0; i < count; ++i) {
      if constexpr (sizeof(T) >= 4) {
        to[i] = static_cast<T>(from[i] * factor);
      } else {
        to[i] = T(static_cast<float>(static_cast<float>(from[i]) * factor));
      }
    }
  }

  const Tensor weights_;
  const WeightLayout layout_;
  const std::vector<double> scale_;
};

bool AllAre(const std::vector<double>& values, double wanted) {
  for (const double value : values) {
    if (value != wanted) return false;
  }
  return true;
}

// Puts `affine` into the weights and bias of `conv`.
bool Absorb(Node* conv, const WeightLayout& layout, const ChannelAffine& affine,
            RewriteContext& context) {
  const Tensor& weights = *conv->ConstantInput(1);
  const auto channels = static_cast<size_t>(layout.groups * layout.channels);
  if (affine.scale.size() != channels) return false;
  std::vector<double> bias(channels, 0.0);
  if (conv->Input(2) != nullptr) {
    const Tensor* old = conv->ConstantInput(2);
    if (old == nullptr || old->dtype() != weights.dtype() ||
        old->ElementCount() != static_cast<int64_t>(channels)) {
      return false;
    }
    bias = ReadVector(*old);
  }
  for (size_t c = 0; c < channels; ++c) bias[c] = bias[c] * affine.scale[c] + affine.shift[c];
  std::vector<ValueInfo*> inputs = {conv->inputs[0], conv->inputs[1]};
  const std::string stem = conv->inputs[1]->name;
  if (!AllAre(affine.scale, 1.0)) {
    inputs[1] = context.edit.Constant(
        stem, Tensor::Deferred(weights.dtype(), weights.shape(),
                               std::make_shared<ScaledWeights>(weights, layout, affine.scale)));
  }
  if (conv->Input(2) != nullptr || !AllAre(bias, 0.0)) {
    const Shape shape{static_cast<int64_t>(channels)};
    inputs.push_back(
        context.edit.Constant(stem + "/bias", FloatTensor(weights.dtype(), shape, bias)));
  }
  context.edit.SetInputs(conv, std::move(inputs));
  return true;
}

// The Conv or ConvTranspose that alone feeds input `i` of `node`.
Node* ConvBefore(const Node* node, size_t i) {
  Node* conv = OnlyProducerIs(node, i, "Conv");
  return conv != nullptr ? conv : OnlyProducerIs(node, i, "ConvTranspose");
}

// Which input of a binary node is the constant; the other one is the value. -1 where neither is.
int ConstantSide(const Node& node) {
  if (node.inputs.size() != 2) return -1;
  if (node.ConstantInput(1) != nullptr) return 1;
  return node.ConstantInput(0) != nullptr ? 0 : -1;
}

ChannelAffine AffineOfBinary(bool is_mul, std::vector<double> constant) {
  std::vector<double> neutral(constant.size(), is_mul ? 0.0 : 1.0);
  if (is_mul) return {std::move(constant), std::move(neutral)};
  return {std::move(neutral), std::move(constant)};
}

bool FoldConvBinary(Node* node, bool is_mul, RewriteContext& context) {
  const int side = ConstantSide(*node);
  Node* conv = side < 0 ? nullptr : ConvBefore(node, static_cast<size_t>(1 - side));
  if (conv == nullptr) return false;
  const auto layout = LayoutOf(*conv);
  if (!layout.has_value()) return false;
  const size_t rank = conv->ConstantInput(1)->shape().rank();
  auto constant = ChannelConstant(node->ConstantInput(static_cast<size_t>(side)), rank,
                                  static_cast<size_t>(layout->groups * layout->channels));
  if (!constant.has_value() ||
      !Absorb(conv, *layout, AffineOfBinary(is_mul, std::move(*constant)), context))
    return false;
  context.edit.Replace(node->outputs[0], conv->outputs[0]);
  return true;
}

bool FoldBatchNormBinary(Node* node, bool is_mul, RewriteContext& context) {
  const int side = ConstantSide(*node);
  Node* norm = side < 0 ? nullptr
                        : OnlyProducerIs(node, static_cast<size_t>(1 - side), "BatchNormalization");
  if (norm == nullptr || !AffineOf(*norm).has_value()) return false;
  const auto rank = RankOf(norm->outputs[0]);
  const Tensor& scale = *norm->ConstantInput(1);
  if (!rank.has_value() || *rank < 2) return false;
  const auto channels = static_cast<size_t>(scale.ElementCount());
  auto constant = ChannelConstant(node->ConstantInput(static_cast<size_t>(side)), *rank, channels);
  if (!constant.has_value()) return false;
  const ChannelAffine after = AffineOfBinary(is_mul, std::move(*constant));
  std::vector<double> new_scale = ReadVector(scale);
  std::vector<double> new_bias = ReadVector(*norm->ConstantInput(2));
  for (size_t c = 0; c < channels; ++c) {
    new_scale[c] *= after.scale[c];
    new_bias[c] = new_bias[c] * after.scale[c] + after.shift[c];
  }
  const std::string stem = norm->inputs[1]->name;
  std::vector<ValueInfo*> inputs = norm->inputs;
  inputs[1] = context.edit.Constant(stem, FloatTensor(scale.dtype(), scale.shape(), new_scale));
  inputs[2] =
      context.edit.Constant(stem + "/bias", FloatTensor(scale.dtype(), scale.shape(), new_bias));
  context.edit.SetInputs(norm, std::move(inputs));
  context.edit.Replace(node->outputs[0], norm->outputs[0]);
  return true;
}

}  // namespace

bool FoldConvBatchNorm(Node* node, RewriteContext& context) {
  Node* conv = ConvBefore(node, 0);
  if (conv == nullptr) return false;
  const auto layout = LayoutOf(*conv);
  const auto affine = AffineOf(*node);
  if (!layout.has_value() || !affine.has_value() || !Absorb(conv, *layout, *affine, context))
    return false;
  context.edit.Replace(node->outputs[0], conv->outputs[0]);
  return true;
}

bool FoldConvMul(Node* node, RewriteContext& context) {
  return FoldConvBinary(node, true, context);
}
bool FoldConvAdd(Node* node, RewriteContext& context) {
  return FoldConvBinary(node, false, context);
}
bool FoldBatchNormMul(Node* node, RewriteContext& context) {
  return FoldBatchNormBinary(node, true, context);
}
bool FoldBatchNormAdd(Node* node, RewriteContext& context) {
  return FoldBatchNormBinary(node, false, context);
}

}  // namespace backplane
