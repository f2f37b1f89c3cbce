// Elementwise tests and bit flips: IsNaN, IsInf, Not, BitwiseNot.
#include <cmath>

#include "cpu/ops/cast_float8.h"
#include "cpu/ops/unary_kernel.h"

namespace backplane::cpu {
namespace {

using I = const KernelInfo&;

// The value as something that <cmath> can classify.
template <typename T>
auto Classifiable(T x) {
  if constexpr (std::is_same_v<T, double>) {
    return x;
  } else {
    return static_cast<float>(x);
  }
}

constexpr TypeSet kClassified{DType::kFloat,      DType::kDouble,        DType::kFloat16,
                              DType::kBFloat16,   DType::kFloat8E4M3FN,  DType::kFloat8E4M3FNUZ,
                              DType::kFloat8E5M2, DType::kFloat8E5M2FNUZ};

template <typename F>
UnaryLoop PredicateLoop(DType dtype) {
  return Dispatch<float, double, Float16, BFloat16, Float8E4M3FN, Float8E4M3FNUZ, Float8E5M2,
                  Float8E5M2FNUZ>(
      dtype, []<typename T>() -> UnaryLoop { return &PlainUnary<T, bool, F>; });
}

struct IsNanValue {
  template <typename T>
  bool operator()(T x) const {
    return std::isnan(Classifiable(x));
  }
};
BACKPLANE_CPU_KERNEL(IsNaN, Op("IsNaN").Since(9).In(0, kClassified), [](I info) {
  return MakeUnary(info, PredicateLoop<IsNanValue>(info.InputType(0)));
});

// alpha and beta: 1 if positive, if negative infinity counts.
struct IsInfValue {
  template <typename T>
  bool operator()(T x, const UnaryParams& p) const {
    const auto value = Classifiable(x);
    return std::isinf(value) && (value > 0 ? p.alpha : p.beta) != 0;
  }
};
BACKPLANE_CPU_KERNEL(IsInf, Op("IsInf").Since(10).In(0, kClassified), [](I info) {
  const UnaryParams params{.alpha = info.node.Int("detect_positive", 1) != 0 ? 1.0f : 0.0f,
                           .beta = info.node.Int("detect_negative", 1) != 0 ? 1.0f : 0.0f};
  return MakeUnary(info, PredicateLoop<IsInfValue>(info.InputType(0)), params);
});

struct NotValue {
  uint8_t operator()(uint8_t x) const { return x == 0; }
};
BACKPLANE_CPU_KERNEL(Not, Unary("Not", DType::kBool, 1), [](I info) {
  return MakeUnary(info, &PlainUnary<uint8_t, uint8_t, NotValue>);
});

struct BitwiseNotValue {
  template <typename T>
  T operator()(T x) const {
    return static_cast<T>(~x);
  }
};
BACKPLANE_CPU_KERNEL(BitwiseNot, Unary("BitwiseNot", types::kInts, 18), [](I info) {
  const UnaryLoop loop = DispatchList(Integers(), info.InputType(0), []<typename T>() -> UnaryLoop {
    return &PlainUnary<T, T, BitwiseNotValue>;
  });
  return MakeUnary(info, loop);
});

}  // namespace
}  // namespace backplane::cpu
