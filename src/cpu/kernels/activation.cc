// Activations over a run of floats, once for each instruction set.
#include "cpu/kernels/elementwise_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/activation.cc"
#include "hwy/foreach_target.h"  // must come before highway.h

#include "base/error.h"
#include "cpu/kernels/activation.h"
#include "cpu/kernels/vector_math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Clamp(D d, V x, float low, float high) {
  return hn::Min(hn::Set(d, high), hn::Max(hn::Set(d, low), x));
}

template <class Function>
HWY_INLINE void Map(float* x, int64_t count, const Function& function) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(function(d, hn::LoadU(d, x + i)), d, x + i);
  const hn::CappedTag<float, 1> one;
  for (; i < count; ++i) hn::StoreU(function(one, hn::LoadU(one, x + i)), one, x + i);
}

void Apply(const Activation& activation, float* x, int64_t count) {
  const float a = activation.a;
  const float b = activation.b;
  switch (activation.kind) {
    case ActivationKind::kNone:
      return;
    case ActivationKind::kRelu:
    case ActivationKind::kClip: {
      const float low = activation.low();
      const float high = activation.high();
      return Map(x, count, [=](auto d, auto v) HWY_ATTR { return Clamp(d, v, low, high); });
    }
    case ActivationKind::kSigmoid:
      return Map(x, count, [](auto d, auto v) HWY_ATTR { return Sigmoid(d, v); });
    case ActivationKind::kHardSwish:
      return Map(x, count, [](auto d, auto v) HWY_ATTR {
        const auto gate = hn::MulAdd(v, hn::Set(d, 1.0f / 6), hn::Set(d, 0.5f));
        return hn::Mul(v, Clamp(d, gate, 0.0f, 1.0f));
      });
    case ActivationKind::kSilu:
      return Map(x, count, [](auto d, auto v) HWY_ATTR { return hn::Mul(v, Sigmoid(d, v)); });
    case ActivationKind::kLeakyRelu:
      return Map(x, count, [=](auto d, auto v) HWY_ATTR {
        return hn::IfThenElse(hn::Lt(v, hn::Zero(d)), hn::Mul(v, hn::Set(d, a)), v);
      });
    case ActivationKind::kTanh:
      return Map(x, count, [](auto d, auto v) HWY_ATTR { return Tanh(d, v); });
    case ActivationKind::kHardSigmoid:
      return Map(x, count, [=](auto d, auto v) HWY_ATTR {
        return Clamp(d, hn::MulAdd(v, hn::Set(d, a), hn::Set(d, b)), 0.0f, 1.0f);
      });
    case ActivationKind::kGelu:
      return Map(x, count, [](auto d, auto v) HWY_ATTR {
        const auto half = hn::Mul(v, hn::Set(d, 0.5f));
        return hn::Mul(half, OnePlusErf(d, hn::Mul(v, hn::Set(d, 0.70710678f))));
      });
  }
}

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {
HWY_EXPORT(Apply);

void ApplyActivation(const Activation& activation, float* x, int64_t count) {
  HWY_DYNAMIC_DISPATCH(Apply)(activation, x, count);
}

Activation MakeActivation(std::string_view name, std::span<const float> params) {
  struct Known {
    std::string_view name;
    Activation defaults;
  };
  constexpr float kMax = std::numeric_limits<float>::max();
  static constexpr Known kKnown[] = {
      {"", {ActivationKind::kNone}},
      {"Relu", {ActivationKind::kRelu}},
      {"Clip", {ActivationKind::kClip, -kMax, kMax}},
      {"Sigmoid", {ActivationKind::kSigmoid}},
      {"HardSwish", {ActivationKind::kHardSwish}},
      {"Silu", {ActivationKind::kSilu}},
      {"LeakyRelu", {ActivationKind::kLeakyRelu, 0.01f}},
      {"Tanh", {ActivationKind::kTanh}},
      {"HardSigmoid", {ActivationKind::kHardSigmoid, 0.2f, 0.5f}},
      {"Gelu", {ActivationKind::kGelu}},
  };
  for (const Known& known : kKnown) {
    if (known.name != name) continue;
    Activation activation = known.defaults;
    if (!params.empty()) activation.a = params[0];
    if (params.size() > 1) activation.b = params[1];
    return activation;
  }
  Fail(ORT_INVALID_GRAPH, "unknown activation '{}'", name);
}

}  // namespace backplane::cpu
#endif
