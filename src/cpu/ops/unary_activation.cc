// Activation functions of one input: Relu and its relatives, Sigmoid, Tanh, Softplus, Gelu, Swish,
// Shrink, ... PRelu takes a second input and lives with the binary operators, Clip in
// unary_clip.cc.
#include <algorithm>
#include <cmath>

#include "cpu/ops/unary_kernel.h"

namespace backplane::cpu {
namespace {

using I = const KernelInfo&;

double SigmoidOf(double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}
double SoftplusOf(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

struct ReluValue {
  template <typename T>
  T operator()(T x) const {
    return x < 0 ? T{0} : x;
  }
};
BACKPLANE_CPU_KERNEL(Relu, Unary("Relu", types::kAllFloats | types::kSignedInts, 1), [](I info) {
  return MakeFloatUnary<double, int8_t, int16_t, int32_t, int64_t>(info, FloatUnary::kRelu, {},
                                                                   ReluValue());
});

// Operators without attributes: the function for double beside the vectorised one.
#define BACKPLANE_ACTIVATION(name, since, function)                               \
  BACKPLANE_CPU_KERNEL(name, Unary(#name, types::kAllFloats, since), [](I info) { \
    return MakeFloatUnary<double>(info, FloatUnary::k##name, {},                  \
                                  [](double x) { return function; });             \
  })
BACKPLANE_ACTIVATION(Sigmoid, 1, SigmoidOf(x));
BACKPLANE_ACTIVATION(Tanh, 1, std::tanh(x));
BACKPLANE_ACTIVATION(Softplus, 1, SoftplusOf(x));
BACKPLANE_ACTIVATION(Softsign, 1, x / (1 + std::abs(x)));
BACKPLANE_ACTIVATION(Mish, 18, x* std::tanh(SoftplusOf(x)));
BACKPLANE_ACTIVATION(HardSwish, 14, x* std::clamp(x / 6 + 0.5, 0.0, 1.0));
#undef BACKPLANE_ACTIVATION

// Operators with attributes: p is the UnaryParams that the braces fill.
#define BACKPLANE_ACTIVATION_WITH(id, name, first, last, op, function, ...)          \
  BACKPLANE_CPU_KERNEL(id, Unary(name, types::kAllFloats, first, last), [](I info) { \
    const Node& node = info.node;                                                    \
    return MakeFloatUnary<double>(                                                   \
        info, FloatUnary::op, UnaryParams{__VA_ARGS__},                              \
        [](double x, const UnaryParams& p) { return (void)p, function; });           \
  })

BACKPLANE_ACTIVATION_WITH(LeakyRelu, "LeakyRelu", 1, INT32_MAX, kLeakyRelu, x < 0 ? x * p.alpha : x,
                          .alpha = node.Float("alpha", 0.01f));
BACKPLANE_ACTIVATION_WITH(Elu, "Elu", 1, INT32_MAX, kElu, x < 0 ? std::expm1(x) * p.alpha : x,
                          .alpha = node.Float("alpha", 1.0f));
// Operator sets 1 and 6 differ in the last digits of the defaults.
BACKPLANE_ACTIVATION_WITH(Selu1, "Selu", 1, 5, kSelu, p.gamma*(x < 0 ? std::expm1(x) * p.alpha : x),
                          .alpha = node.Float("alpha", 1.6732f),
                          .gamma = node.Float("gamma", 1.0507f));
BACKPLANE_ACTIVATION_WITH(Selu6, "Selu", 6, INT32_MAX, kSelu,
                          p.gamma*(x < 0 ? std::expm1(x) * p.alpha : x),
                          .alpha = node.Float("alpha", 1.67326319217681884765625f),
                          .gamma = node.Float("gamma", 1.05070102214813232421875f));
BACKPLANE_ACTIVATION_WITH(Celu, "Celu", 12, INT32_MAX, kCelu,
                          x < 0 ? std::expm1(x / p.alpha) * p.alpha : x,
                          .alpha = node.Float("alpha", 1.0f));
BACKPLANE_ACTIVATION_WITH(ThresholdedRelu, "ThresholdedRelu", 1, INT32_MAX, kThresholdedRelu,
                          x > p.alpha ? x : 0.0, .alpha = node.Float("alpha", 1.0f));
BACKPLANE_ACTIVATION_WITH(HardSigmoid, "HardSigmoid", 1, INT32_MAX, kHardSigmoid,
                          std::clamp(x* p.alpha + p.beta, 0.0, 1.0),
                          .alpha = node.Float("alpha", 0.2f), .beta = node.Float("beta", 0.5f));
BACKPLANE_ACTIVATION_WITH(Swish, "Swish", 24, INT32_MAX, kSwish, x* SigmoidOf(p.alpha* x),
                          .alpha = node.Float("alpha", 1.0f));
#undef BACKPLANE_ACTIVATION_WITH

std::unique_ptr<Kernel> MakeGelu(I info) {
  const std::string approximate = info.node.Text("approximate", "none");
  if (approximate == "tanh") {
    return MakeFloatUnary<double>(info, FloatUnary::kGeluTanh, {}, [](double x) {
      return 0.5 * x * (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
    });
  }
  Require(approximate == "none", ORT_INVALID_ARGUMENT, "approximate must be none or tanh, not '{}'",
          approximate);
  return MakeFloatUnary<double>(info, FloatUnary::kGelu, {}, [](double x) {
    return 0.5 * x * std::erfc(-x * 0.7071067811865476);
  });
}
BACKPLANE_CPU_KERNEL(Gelu, Unary("Gelu", types::kAllFloats, 20), MakeGelu);

// An input outside [-lambd, lambd] moves towards zero by bias; integers are computed as float and
// truncated.
struct ShrinkValue {
  template <typename T>
  T operator()(T x, const UnaryParams& p) const {
    using Wide = std::conditional_t<(sizeof(T) > 2), double, float>;
    const auto value = static_cast<Wide>(x);
    if (value < static_cast<Wide>(-p.beta))
      return static_cast<T>(value + static_cast<Wide>(p.alpha));
    if (value > static_cast<Wide>(p.beta))
      return static_cast<T>(value - static_cast<Wide>(p.alpha));
    return T{0};
  }
};
BACKPLANE_CPU_KERNEL(Shrink, Unary("Shrink", types::kNumeric, 9), [](I info) {
  return MakeFloatUnary<double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t,
                        uint64_t>(
      info, FloatUnary::kShrink,
      {.alpha = info.node.Float("bias", 0.0f), .beta = info.node.Float("lambd", 0.5f)},
      ShrinkValue());
});

}  // namespace
}  // namespace backplane::cpu
