#include "cpu/ops/rnn_layer.h"

#include "base/shape_format.h"

namespace backplane::cpu {

RnnAttributes::RnnAttributes(const Node& node,
                             std::initializer_list<const char*> default_activations)
    : activations_per_direction(default_activations.size()) {
  const std::string direction = node.Text("direction", "forward");
  Require(direction == "forward" || direction == "reverse" || direction == "bidirectional",
          ORT_INVALID_ARGUMENT,
          "{}: Invalid 'direction' argument of '{}'. Must be one of 'forward', 'reverse', or "
          "'bidirectional'.",
          node.Describe(), direction);
  directions = direction == "bidirectional" ? 2 : 1;
  first_is_reverse = direction == "reverse";
  batch_first = node.Int("layout", 0) != 0;
  hidden_size = node.Int("hidden_size", 0);
  input_forget = node.Int("input_forget", 0) != 0;
  linear_before_reset = node.Int("linear_before_reset", 0) != 0;
  if (node.Has("clip")) {
    clip = node.Float("clip", 0);
    Require(clip > 0, ORT_INVALID_ARGUMENT, "{}: clip must be positive, it is {}", node.Describe(),
            clip);
  }
  std::vector<std::string> names = node.Texts("activations");
  if (names.empty()) {
    for (int64_t d = 0; d < directions; ++d) {
      for (const char* name : default_activations) names.emplace_back(name);
    }
  }
  Require(names.size() == activations_per_direction * static_cast<size_t>(directions),
          ORT_INVALID_ARGUMENT, "{}: {} activations are given, {} are needed", node.Describe(),
          names.size(), activations_per_direction * static_cast<size_t>(directions));
  // Parameters are listed only for the activations that take them.
  const std::vector<float> alphas = node.Floats("activation_alpha");
  const std::vector<float> betas = node.Floats("activation_beta");
  size_t alpha = 0, beta = 0;
  for (const std::string& name : names) {
    CellActivation activation = CellActivationByName(name);
    if (activation.uses_alpha && alpha < alphas.size()) activation.alpha = alphas[alpha++];
    if (activation.uses_beta && beta < betas.size()) activation.beta = betas[beta++];
    activations.push_back(activation);
  }
}

namespace {

void RequireShape(const Tensor* tensor, const char* name, const Shape& expected) {
  Require(tensor == nullptr || tensor->shape() == expected, ORT_INVALID_ARGUMENT,
          "Input {} must have shape {}. Actual:{}", name, expected,
          tensor == nullptr ? Shape() : tensor->shape());
}

}  // namespace

RnnSizes CheckRnnShapes(const KernelContext& context, const RnnAttributes& attributes,
                        const Shape& w, const Shape& r, int64_t gates) {
  const Shape& x = context.Input(0).shape();
  Require(x.rank() == 3, ORT_INVALID_ARGUMENT, "Input X must have 3 dimensions only. Actual:{}", x);
  Require(w.rank() == 3 && r.rank() == 3, ORT_INVALID_ARGUMENT,
          "Inputs W and R must have 3 dimensions. Actual:{} and {}", w, r);
  RnnSizes sizes;
  sizes.steps = x[attributes.batch_first ? 1 : 0];
  sizes.batch = x[attributes.batch_first ? 0 : 1];
  sizes.input = x[2];
  sizes.hidden = r[2];
  sizes.directions = attributes.directions;
  Require(attributes.hidden_size == 0 || attributes.hidden_size == sizes.hidden,
          ORT_INVALID_ARGUMENT, "hidden_size is {}, but R has shape {}", attributes.hidden_size, r);
  const int64_t rows = CheckedMul(gates, sizes.hidden);
  Require(w == Shape({sizes.directions, rows, sizes.input}), ORT_INVALID_ARGUMENT,
          "Input W must have shape {{{},{}*{},{}}}. Actual:{}", sizes.directions, gates,
          sizes.hidden, sizes.input, w);
  Require(r == Shape({sizes.directions, rows, sizes.hidden}), ORT_INVALID_ARGUMENT,
          "Input R must have shape {{{},{}*{},{}}}. Actual:{}", sizes.directions, gates,
          sizes.hidden, sizes.hidden, r);
  RequireShape(context.OptionalInput(3), "B", Shape{sizes.directions, 2 * rows});
  const Shape state = attributes.batch_first ? Shape{sizes.batch, sizes.directions, sizes.hidden}
                                             : Shape{sizes.directions, sizes.batch, sizes.hidden};
  RequireShape(context.OptionalInput(5), "initial_h", state);
  RequireShape(context.OptionalInput(6), "initial_c", state);
  RequireShape(context.OptionalInput(7), "P", Shape{sizes.directions, 3 * sizes.hidden});
  return sizes;
}

const int32_t* CheckedSequenceLengths(const KernelContext& context, const RnnSizes& sizes) {
  const Tensor* tensor = context.OptionalInput(4);
  if (tensor == nullptr) return nullptr;
  RequireShape(tensor, "sequence_lens", Shape{sizes.batch});
  const int32_t* lengths = tensor->data<int32_t>();
  bool differ = false;
  for (int64_t i = 0; i < sizes.batch; ++i) {
    Require(lengths[i] >= 0 && lengths[i] <= sizes.steps, ORT_INVALID_ARGUMENT,
            "Invalid value/s in sequence_lens: {} must be within [0,{}]", lengths[i], sizes.steps);
    differ |= lengths[i] != sizes.steps;
  }
  return differ ? lengths : nullptr;
}

}  // namespace backplane::cpu
