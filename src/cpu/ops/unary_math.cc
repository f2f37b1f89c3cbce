// Unary mathematics: Abs, Neg, rounding, Sign, roots, exponentials, trigonometry, Erf.
#include <cmath>

#include "cpu/ops/unary_kernel.h"

namespace backplane::cpu {
namespace {

constexpr TypeSet kSigned = types::kAllFloats | types::kSignedInts;

// -T{} - x instead of -x: no promotion to int, and the most negative integer wraps instead of
// overflowing.
struct NegateValue {
  template <typename T>
  T operator()(T x) const {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(std::make_unsigned_t<T>{0} - static_cast<std::make_unsigned_t<T>>(x));
    } else {
      return -x;
    }
  }
};

struct AbsValue {
  template <typename T>
  T operator()(T x) const {
    if constexpr (std::is_unsigned_v<T>) {
      return x;
    } else if constexpr (std::is_integral_v<T>) {
      return x < 0 ? NegateValue()(x) : x;
    } else {
      return std::abs(x);
    }
  }
};

struct SignValue {
  template <typename T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      return x > 0 ? T{1} : x < 0 ? T{-1} : x;
    } else if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(x > 0);
    } else {
      return static_cast<T>((x > 0) - (x < 0));
    }
  }
};

using I = const KernelInfo&;

BACKPLANE_CPU_KERNEL(Abs, Unary("Abs", types::kNumeric, 1), [](I info) {
  return MakeFloatUnary<double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t,
                        uint64_t>(info, FloatUnary::kAbs, {}, AbsValue());
});
BACKPLANE_CPU_KERNEL(Neg, Unary("Neg", kSigned, 1), [](I info) {
  return MakeFloatUnary<double, int8_t, int16_t, int32_t, int64_t>(info, FloatUnary::kNeg, {},
                                                                   NegateValue());
});
BACKPLANE_CPU_KERNEL(Sign, Unary("Sign", types::kNumeric, 9), [](I info) {
  return MakeFloatUnary<double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t,
                        uint64_t>(info, FloatUnary::kSign, {}, SignValue());
});

// Vectorised for float, <cmath> for double.
#define BACKPLANE_FLOAT_UNARY(name, since, function)                              \
  BACKPLANE_CPU_KERNEL(name, Unary(#name, types::kAllFloats, since), [](I info) { \
    return MakeFloatUnary<double>(info, FloatUnary::k##name, {},                  \
                                  [](double x) { return function; });             \
  })

BACKPLANE_FLOAT_UNARY(Ceil, 1, std::ceil(x));
BACKPLANE_FLOAT_UNARY(Floor, 1, std::floor(x));
BACKPLANE_FLOAT_UNARY(Round, 11, std::nearbyint(x));
BACKPLANE_FLOAT_UNARY(Sqrt, 1, std::sqrt(x));
BACKPLANE_FLOAT_UNARY(Reciprocal, 1, 1.0 / x);
BACKPLANE_FLOAT_UNARY(Exp, 1, std::exp(x));
BACKPLANE_FLOAT_UNARY(Log, 1, std::log(x));
BACKPLANE_FLOAT_UNARY(Sin, 7, std::sin(x));
BACKPLANE_FLOAT_UNARY(Cos, 7, std::cos(x));
BACKPLANE_FLOAT_UNARY(Erf, 9, std::erf(x));
#undef BACKPLANE_FLOAT_UNARY

// Rare enough for <cmath> lane by lane.
template <typename F>
std::unique_ptr<Kernel> MakeCmath(I info) {
  constexpr double kCost = 8;
  const DType dtype = info.InputType(0);
  UnaryParams params;
  if (dtype == DType::kDouble)
    return MakeUnary(info, &PlainUnary<double, double, F>, params, 2 * kCost);
  const UnaryLoop loop = ThroughFloat(dtype, &PlainUnary<float, float, F>, params);
  return MakeUnary(info, loop, params, kCost);
}

#define BACKPLANE_CMATH_UNARY(name, since, function) \
  struct name##Value {                               \
    template <typename T>                            \
    T operator()(T x) const {                        \
      return function(x);                            \
    }                                                \
  };                                                 \
  BACKPLANE_CPU_KERNEL(name, Unary(#name, types::kAllFloats, since), MakeCmath<name##Value>)

BACKPLANE_CMATH_UNARY(Tan, 7, std::tan);
BACKPLANE_CMATH_UNARY(Asin, 7, std::asin);
BACKPLANE_CMATH_UNARY(Acos, 7, std::acos);
BACKPLANE_CMATH_UNARY(Atan, 7, std::atan);
BACKPLANE_CMATH_UNARY(Sinh, 9, std::sinh);
BACKPLANE_CMATH_UNARY(Cosh, 9, std::cosh);
BACKPLANE_CMATH_UNARY(Asinh, 9, std::asinh);
BACKPLANE_CMATH_UNARY(Acosh, 9, std::acosh);
BACKPLANE_CMATH_UNARY(Atanh, 9, std::atanh);
#undef BACKPLANE_CMATH_UNARY

}  // namespace
}  // namespace backplane::cpu
