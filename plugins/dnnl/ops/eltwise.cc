// Element-wise functions of one tensor: each is a oneDNN algorithm with its two parameters, alone
// or as a post-op.
#include <cmath>
#include <limits>

#include "dnnl/builder.h"

namespace backplane::dnnl_ep {
namespace {

using Function = std::optional<Eltwise> (*)(const OpView&);

Refusal CheckEltwise(const OpView& view) {
  if (Refusal refusal = CheckFloat(view, 1, 1, 12); !refusal.empty()) return refusal;
  if (!FindOperator(view.node)->eltwise(view)) return "a parameter is not constant";
  return "";
}

void BuildEltwise(Builder& builder, const Unit& unit) {
  const Eltwise eltwise = *FindOperator(builder.NodeOf(unit))->eltwise(builder.View(unit));
  const Tensor x = builder.Of(builder.Input(unit, 0));
  std::vector<Argument> arguments;
  const auto descriptor = builder.WithPostOps(
      unit, x.desc.get_dims(), 0,
      [&](const dnnl::primitive_attr& attributes) {
        return dnnl::eltwise_forward::primitive_desc(Engine(), dnnl::prop_kind::forward_inference,
                                                     eltwise.algorithm, x.desc, x.desc,
                                                     eltwise.alpha, eltwise.beta, attributes);
      },
      arguments, builder.Attributes());
  const Tensor y = builder.New(descriptor.dst_desc());
  arguments.push_back({DNNL_ARG_SRC, x});
  arguments.push_back({DNNL_ARG_DST, y});
  builder.Emit(dnnl::eltwise_forward(descriptor), descriptor, std::move(arguments));
  builder.Define(unit.result, y);
}

template <Algorithm algorithm, int alpha = 0, int beta = 0>
std::optional<Eltwise> Plain(const OpView&) {
  return Eltwise{algorithm, static_cast<float>(alpha), static_cast<float>(beta)};
}

#define ELTWISE(op, first, last, function)                                                    \
  DNNL_OPERATOR(op, .since = first, .until = last, .check = CheckEltwise, .infer = InferSame, \
                .build = BuildEltwise, .eltwise = function)

ELTWISE(Relu, 6, 14, Plain<Algorithm::eltwise_relu>);
ELTWISE(Sigmoid, 6, 13, Plain<Algorithm::eltwise_logistic>);
ELTWISE(Tanh, 6, 13, Plain<Algorithm::eltwise_tanh>);
ELTWISE(Abs, 6, 13, Plain<Algorithm::eltwise_abs>);
ELTWISE(Sqrt, 6, 13, Plain<Algorithm::eltwise_sqrt>);
ELTWISE(Exp, 6, 13, Plain<Algorithm::eltwise_exp>);
ELTWISE(Log, 6, 13, Plain<Algorithm::eltwise_log>);
ELTWISE(Round, 11, 22, Plain<Algorithm::eltwise_round>);
ELTWISE(Mish, 18, 22, Plain<Algorithm::eltwise_mish>);
constexpr auto kNegative = Plain<Algorithm::eltwise_linear, -1>;
ELTWISE(Neg, 6, 13, kNegative);

std::optional<Eltwise> LeakyRelu(const OpView& view) {
  return Eltwise{Algorithm::eltwise_relu, view.node.Float("alpha", 0.01F), 0};
}
ELTWISE(LeakyRelu, 6, 16, LeakyRelu);

std::optional<Eltwise> Elu(const OpView& view) {
  return Eltwise{Algorithm::eltwise_elu, view.node.Float("alpha", 1), 0};
}
ELTWISE(Elu, 6, 22, Elu);

std::optional<Eltwise> HardSigmoid(const OpView& view) {
  return Eltwise{Algorithm::eltwise_hardsigmoid, view.node.Float("alpha", 0.2F),
                 view.node.Float("beta", 0.5F)};
}
ELTWISE(HardSigmoid, 6, 22, HardSigmoid);

std::optional<Eltwise> HardSwish(const OpView&) {
  return Eltwise{Algorithm::eltwise_hardswish, 1.0F / 6, 0.5F};
}
ELTWISE(HardSwish, 14, 22, HardSwish);

std::optional<Eltwise> Swish(const OpView& view) {
  return Eltwise{Algorithm::eltwise_swish, view.node.Float("alpha", 1), 0};
}
ELTWISE(Swish, 24, 24, Swish);

std::optional<Eltwise> Gelu(const OpView& view) {
  const bool by_tanh = view.node.String("approximate", "none") == "tanh";
  return Eltwise{by_tanh ? Algorithm::eltwise_gelu_tanh : Algorithm::eltwise_gelu_erf, 0, 0};
}
ELTWISE(Gelu, 20, 20, Gelu);

// Limits are attributes up to version 6, optional inputs from 11 on.
std::optional<Eltwise> Clip(const OpView& view) {
  constexpr float kMost = std::numeric_limits<float>::max();
  float low = view.node.Float("min", -kMost), high = view.node.Float("max", kMost);
  for (size_t i = 1; i < 3; ++i) {
    if (!view.HasInput(i)) continue;
    const auto limit = view.Scalar(i);
    if (!limit || std::isnan(*limit)) return std::nullopt;
    (i == 1 ? low : high) = *limit;
  }
  if (low > high) return std::nullopt;
  return Eltwise{Algorithm::eltwise_clip, low, high};
}
ELTWISE(Clip, 6, 13, Clip);

// -- Pow, to a constant exponent -----------------------------------------------------------------

// The exponent may be of another type than the base.
std::optional<Eltwise> Pow(const OpView& view) {
  auto exponent = view.Scalar(1);
  if (const auto whole = view.Integers(1); whole && whole->size() == 1) {
    exponent = static_cast<float>((*whole)[0]);
  }
  if (!exponent) return std::nullopt;
  if (*exponent == 1) return Eltwise{Algorithm::eltwise_linear, 1, 0};
  if (*exponent == 2) return Eltwise{Algorithm::eltwise_square, 0, 0};
  return Eltwise{Algorithm::eltwise_pow, 1, *exponent};
}

Refusal CheckPow(const OpView& view) {
  if (!view.HasInput(1) || view.Rank(1) < 0 || view.Rank(1) > view.Rank(0)) {
    return "the exponent's rank is unknown, or more than the base's";
  }
  return CheckEltwise(view);
}
DNNL_OPERATOR(Pow, .since = 7, .until = 15, .check = CheckPow, .infer = InferSame,
              .build = BuildEltwise, .eltwise = Pow);

// -- PRelu ---------------------------------------------------------------------------------------

Refusal CheckPRelu(const OpView& view) {
  if (Refusal refusal = CheckFloat(view, 2, 0, 5); !refusal.empty()) return refusal;
  return view.Rank(1) > view.Rank(0) || view.Rank(0) < 1 ? "the slope has more dimensions" : "";
}

void InferPRelu(const OpView& view, Shapes& shapes) {
  const Dims& x = shapes[view.node.inputs[0]];
  const Dims& slope = shapes[view.node.inputs[1]];
  if (BroadcastDims(x, slope) != x) {
    throw Failure(ORT_INVALID_ARGUMENT,
                  "a slope of " + Text(slope) + " does not fit an input of " + Text(x));
  }
  InferSame(view, shapes);
}

void BuildPRelu(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const Tensor x = builder.Of(node.inputs[0]);
  const Dims& slope = builder.Shape(node.inputs[1]);
  Dims dims(builder.Shape(unit.result).size() - slope.size(), 1);
  dims.insert(dims.end(), slope.begin(), slope.end());
  const dnnl::prelu_forward::primitive_desc descriptor(Engine(), dnnl::prop_kind::forward_inference,
                                                       x.desc, AnyDesc(dims, DataType::f32), x.desc,
                                                       builder.Attributes());
  const Tensor y = builder.New(x.desc);
  builder.Emit(dnnl::prelu_forward(descriptor), descriptor,
               {{DNNL_ARG_SRC, x},
                {DNNL_ARG_WEIGHTS, builder.Weights(node.inputs[1], PlainDesc(dims, DataType::f32),
                                                   descriptor.weights_desc())},
                {DNNL_ARG_DST, y}});
  builder.Define(unit.result, y);
}
DNNL_OPERATOR(PRelu, .since = 7, .until = 16, .check = CheckPRelu, .infer = InferPRelu,
              .build = BuildPRelu);

// -- Erf and Softplus ----------------------------------------------------------------------------
// oneDNN has no Erf, and its soft_relu is wrong by 2e-6, which is everything for negative inputs.
// Mostly they are parts of Gelu and Mish, which rewrite.h recognises.

Refusal CheckLoop(const OpView& view) { return CheckFloat(view, 1, 1, 12); }

template <float (*function)(float)>
void BuildLoop(Builder& builder, const Unit& unit) {
  constexpr int64_t kLargeElements = 4096;  // from here on threads are worth their start
  const Tensor x = builder.Of(builder.Input(unit, 0));
  const Tensor y = builder.New(x.desc);
  const auto count = static_cast<int64_t>(x.desc.get_size() / sizeof(float));
  builder.EmitHost(
      [count](std::span<void* const> data) {
        const auto* in = static_cast<const float*>(data[0]);
        auto* out = static_cast<float*>(data[1]);
        const auto compute = [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) out[i] = function(in[i]);
        };
        if (count >= kLargeElements) return ParallelFor(count, compute);
        compute(0, count);
      },
      {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}}, "loop");
  builder.Define(unit.result, y);
}

float ErfOf(float x) { return std::erf(x); }
DNNL_OPERATOR(Erf, .since = 9, .until = 13, .check = CheckLoop, .infer = InferSame,
              .build = BuildLoop<ErfOf>);

float SoftplusOf(float x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }
DNNL_OPERATOR(Softplus, .since = 1, .until = 22, .check = CheckLoop, .infer = InferSame,
              .build = BuildLoop<SoftplusOf>);

}  // namespace
}  // namespace backplane::dnnl_ep
