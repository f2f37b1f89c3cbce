// Add, Sub, Mul, Div, Pow, Mod, PRelu, BitShift, BitwiseAnd/Or/Xor: two inputs, broadcasting,
// output of their type.
#include <cmath>
#include <limits>

#include "cpu/ops/binary_kernel.h"

namespace backplane::cpu {
namespace {

using I = const KernelInfo&;

// Integers wrap around: computed unsigned, at int width at least (uint16 * uint16 would overflow as
// int).
template <typename T>
using Wrapping = std::make_unsigned_t<std::conditional_t<(sizeof(T) < sizeof(int)), int, T>>;

// NOLINTBEGIN(bugprone-macro-parentheses): `symbol` is an operator.
#define BACKPLANE_WRAPPING(name, symbol)                                                       \
  struct name {                                                                                \
    template <typename T>                                                                      \
    T operator()(T a, T b) const {                                                             \
      if constexpr (std::is_integral_v<T>) {                                                   \
        return static_cast<T>(static_cast<Wrapping<T>>(a) symbol static_cast<Wrapping<T>>(b)); \
      } else {                                                                                 \
        return a symbol b;                                                                     \
      }                                                                                        \
    }                                                                                          \
  }
// NOLINTEND(bugprone-macro-parentheses)
BACKPLANE_WRAPPING(AddValue, +);
BACKPLANE_WRAPPING(SubValue, -);
BACKPLANE_WRAPPING(MulValue, *);
#undef BACKPLANE_WRAPPING

// Integer division truncates. Division by zero, which would end the process, gives 0; min / -1
// wraps.
struct DivValue {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return SubValue()(T{0}, a);
      }
    }
    return static_cast<T>(a / b);
  }
};

using NotFloat =
    TypeList<double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>;

template <typename F>
std::unique_ptr<Kernel> MakeArithmetic(I info, FloatBinary op, double cost = kCheapBinary) {
  const DType dtype = info.InputType(0);
  const BinaryLoops& on_float = FloatBinaryLoops(op);
  if (dtype == DType::kFloat) return MakeBinary(info, on_float, cost);
  if (types::kHalfs.Has(dtype)) return MakeBinary(info, HalfLoops(dtype, on_float), 2 * cost);
  return MakeBinary(info, LoopsFor<F>(NotFloat(), dtype), 2 * cost);
}

BACKPLANE_CPU_KERNEL(Add, Binary("Add", types::kNumeric, 1),
                     [](I info) { return MakeArithmetic<AddValue>(info, FloatBinary::kAdd); });
BACKPLANE_CPU_KERNEL(Sub, Binary("Sub", types::kNumeric, 1),
                     [](I info) { return MakeArithmetic<SubValue>(info, FloatBinary::kSub); });
BACKPLANE_CPU_KERNEL(Mul, Binary("Mul", types::kNumeric, 1),
                     [](I info) { return MakeArithmetic<MulValue>(info, FloatBinary::kMul); });
BACKPLANE_CPU_KERNEL(Div, Binary("Div", types::kNumeric, 1),
                     [](I info) { return MakeArithmetic<DivValue>(info, FloatBinary::kDiv, 0.4); });

// -- PRelu
// ----------------------------------------------------------------------------------------------------------

struct PReluValue {
  template <typename T>
  T operator()(T x, T slope) const {
    return x < 0 ? MulValue()(x, slope) : x;
  }
};

/// Operator sets 1 and 6 have one slope for all or for each channel (dimension 1); later ones
/// broadcast.
class ChannelPRelu final : public Kernel {
 public:
  explicit ChannelPRelu(const BinaryLoops& loops, size_t bytes) : loops_(loops), bytes_(bytes) {}

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    const Tensor& slope = context.Input(1);
    const size_t rank = x.shape().rank();
    const bool by_channel = slope.shape().rank() == 1 && slope.ElementCount() != 1 && rank > 1;
    const Shape spread = by_channel ? ShapeAtAxis(slope.shape(), 1, rank) : slope.shape();
    Shape shape = x.shape();
    BroadcastInto(shape, spread);
    const Broadcast plan(shape, {&x.shape(), &spread});
    const Scalar scalar = plan.IsScalar(0)   ? Scalar::kLeft
                          : plan.IsScalar(1) ? Scalar::kRight
                                             : Scalar::kNone;
    const auto* in = static_cast<const std::byte*>(x.raw());
    const auto* slopes = static_cast<const std::byte*>(slope.raw());
    auto* out = static_cast<std::byte*>(context.Output(0, shape).raw());
    plan.ForEach(context.pool(), kCheapBinary,
                 [&](const Broadcast::Offsets& at, int64_t begin, int64_t count) {
                   loops_(scalar, in + at[0] * bytes_, slopes + at[1] * bytes_,
                          out + begin * bytes_, count);
                 });
  }

 private:
  const BinaryLoops loops_;
  const size_t bytes_;
};

constexpr TypeSet kPReluTypes =
    types::kAllFloats | TypeSet{DType::kInt32, DType::kInt64, DType::kUInt32, DType::kUInt64};

BinaryLoops PReluLoops(DType dtype) {
  const BinaryLoops& on_float = FloatBinaryLoops(FloatBinary::kPRelu);
  if (dtype == DType::kFloat) return on_float;
  if (types::kHalfs.Has(dtype)) return HalfLoops(dtype, on_float);
  return LoopsFor<PReluValue>(TypeList<double, int32_t, int64_t, uint32_t, uint64_t>(), dtype);
}
BACKPLANE_CPU_KERNEL(PRelu1, Binary("PRelu", kPReluTypes, 1, 6),
                     [](I info) -> std::unique_ptr<Kernel> {
                       return std::make_unique<ChannelPRelu>(PReluLoops(info.InputType(0)),
                                                             BitsOf(info.InputType(0)) / 8);
                     });
BACKPLANE_CPU_KERNEL(PRelu7, Binary("PRelu", kPReluTypes, 7),
                     [](I info) { return MakeBinary(info, PReluLoops(info.InputType(0))); });

// -- Pow
// ------------------------------------------------------------------------------------------------------------

template <typename T>
T IntegerPower(T base, uint64_t exponent) {
  T result = 1;
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = MulValue()(result, base);
    base = MulValue()(base, base);
  }
  return result;
}

struct PowValue {
  template <typename A, typename B>
  A operator()(A base, B exponent) const {
    if constexpr (std::is_integral_v<A> && std::is_unsigned_v<B>) {
      return IntegerPower(base, exponent);
    } else if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) {
      if (exponent >= 0) return IntegerPower(base, static_cast<uint64_t>(exponent));
      return FromDouble<A>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
    } else if constexpr (std::is_integral_v<A>) {
      return FromDouble<A>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
    } else {
      return std::pow(base, static_cast<A>(exponent));
    }
  }

 private:
  // A conversion that is defined for every value.
  template <typename A>
  static A FromDouble(double value) {
    if (!(value > static_cast<double>(std::numeric_limits<A>::min())))
      return std::numeric_limits<A>::min();
    if (value >= static_cast<double>(std::numeric_limits<A>::max()))
      return std::numeric_limits<A>::max();
    return static_cast<A>(value);
  }
};

// The exponents that models use are one value for the whole tensor: squares, roots, inverses.
void FloatPowScalar(const void* base, const void* exponent, void* out, int64_t n,
                    const BinaryLoops&) {
  const float* x = static_cast<const float*>(base);
  const float e = *static_cast<const float*>(exponent);
  float* y = static_cast<float*>(out);
  const BinaryLoops& mul = FloatBinaryLoops(FloatBinary::kMul);
  if (e == 2.0f) return mul(Scalar::kNone, x, x, y, n);
  if (e == 1.0f) return mul(Scalar::kRight, x, exponent, y, n);
  if (e == -1.0f) return FloatUnaryLoop(FloatUnary::kReciprocal)(x, y, n, {});
  if (e == 3.0f) {
    for (int64_t i = 0; i < n; ++i) y[i] = x[i] * x[i] * x[i];
    return;
  }
  if (e == 0.5f) {  // unlike sqrt: -0 gives +0, -inf gives +inf
    for (int64_t i = 0; i < n; ++i)
      y[i] = std::sqrt(x[i] == -std::numeric_limits<float>::infinity() ? -x[i] : x[i] + 0.0f);
    return;
  }
  for (int64_t i = 0; i < n; ++i) y[i] = std::pow(x[i], e);
}

constexpr BinaryLoops kFloatPow = {
    {kPlainLoops<float, float, float, PowValue>.loop[0],
     kPlainLoops<float, float, float, PowValue>.loop[1], &FloatPowScalar},
    nullptr};

std::unique_ptr<Kernel> MakePow(I info) {
  constexpr double kCost = 6;
  const DType base = info.InputType(0);
  const DType exponent = info.InputType(1);
  if (base == exponent && base == DType::kFloat) return MakeBinary(info, kFloatPow, kCost);
  if (base == exponent && types::kHalfs.Has(base))
    return MakeBinary(info, HalfLoops(base, kFloatPow), kCost);
  const BinaryLoops loops = Dispatch<float, double, int32_t, int64_t>(base, [&]<typename A>() {
    return DispatchList(Numbers(), exponent,
                        [&]<typename B>() { return kPlainLoops<A, B, A, PowValue>; });
  });
  return MakeBinary(info, loops, 2 * kCost);
}
constexpr TypeSet kPowTypes{DType::kFloat, DType::kDouble, DType::kInt32, DType::kInt64};
constexpr TypeSet kExponents = types::kFloats | types::kInts;
// Half floats only among themselves: the exponent may be of another type since operator set 12.
BACKPLANE_CPU_KERNEL(Pow, Op("Pow").Since(1).In(0, kPowTypes).In(1, kExponents).InPlace(0, 0),
                     MakePow);
BACKPLANE_CPU_KERNEL(PowFloat16,
                     Op("Pow").Since(1).In(0, DType::kFloat16).In(1, DType::kFloat16).InPlace(0, 0),
                     MakePow);
BACKPLANE_CPU_KERNEL(
    PowBFloat16, Op("Pow").Since(1).In(0, DType::kBFloat16).In(1, DType::kBFloat16).InPlace(0, 0),
    MakePow);

// -- Mod
// ------------------------------------------------------------------------------------------------------------

// fmod=0: the sign of the divisor. A zero divisor gives 0 for integers, NaN for floats.
struct ModValue {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      const T rest = std::fmod(a, b);
      if (rest == 0) return std::copysign(rest, b);
      return (rest < 0) != (b < 0) ? rest + b : rest;
    } else {
      return OfIntegers(a, b);
    }
  }

 private:
  template <typename T>
  static T OfIntegers(T a, T b) {
    if (b == 0) return 0;
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return 0;  // min % -1 overflows
      const T rest = static_cast<T>(a % b);
      return static_cast<T>(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
    } else {
      return static_cast<T>(a % b);
    }
  }
};
// fmod=1: the sign of the dividend.
struct FmodValue {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::fmod(a, b);
    } else {
      if (b == 0) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return 0;
      }
      return static_cast<T>(a % b);
    }
  }
};

template <typename F>
std::unique_ptr<Kernel> MakeModOf(I info) {
  constexpr double kCost = 3;
  const DType dtype = info.InputType(0);
  if (types::kHalfs.Has(dtype)) {
    return MakeBinary(info, HalfLoops(dtype, kPlainLoops<float, float, float, F>), 2 * kCost);
  }
  return MakeBinary(info, LoopsFor<F>(Numbers(), dtype), kCost);
}

std::unique_ptr<Kernel> MakeMod(I info) {
  const int64_t fmod = info.node.Int("fmod", 0);
  Require(fmod == 0 || fmod == 1, ORT_INVALID_ARGUMENT, "fmod must be 0 or 1, not {}", fmod);
  Require(fmod == 1 || types::kInts.Has(info.InputType(0)) || info.node.since_version >= 28,
          ORT_INVALID_ARGUMENT, "fmod must be 1 for floating-point inputs before operator set 28");
  return fmod == 1 ? MakeModOf<FmodValue>(info) : MakeModOf<ModValue>(info);
}
BACKPLANE_CPU_KERNEL(Mod, Binary("Mod", types::kNumeric, 10), MakeMod);

// -- bits
// -----------------------------------------------------------------------------------------------------------

// A shift by less than 0 or by the width or more leaves the sign only.
template <typename T>
bool WithinWidth(T shift) {
  if constexpr (std::is_signed_v<T>) {
    if (shift < 0) return false;
  }
  return static_cast<std::make_unsigned_t<T>>(shift) < sizeof(T) * 8;
}
struct ShiftLeftValue {
  template <typename T>
  T operator()(T a, T b) const {
    return WithinWidth(b) ? static_cast<T>(static_cast<Wrapping<T>>(a) << b) : T{0};
  }
};
struct ShiftRightValue {
  template <typename T>
  T operator()(T a, T b) const {
    if (WithinWidth(b)) return static_cast<T>(a >> b);
    if constexpr (std::is_signed_v<T>) {
      if (a < 0) return -1;
    }
    return 0;
  }
};

std::unique_ptr<Kernel> MakeBitShift(I info) {
  const std::string direction = info.node.Text("direction", "");
  Require(direction == "LEFT" || direction == "RIGHT", ORT_INVALID_ARGUMENT,
          "direction must be LEFT or RIGHT, not '{}'", direction);
  const DType dtype = info.InputType(0);
  return MakeBinary(info, direction == "LEFT" ? LoopsFor<ShiftLeftValue>(Integers(), dtype)
                                              : LoopsFor<ShiftRightValue>(Integers(), dtype));
}
BACKPLANE_CPU_KERNEL(BitShift, Binary("BitShift", types::kInts, 11), MakeBitShift);

#define BACKPLANE_BITWISE(name, symbol)                                            \
  struct name##Value {                                                             \
    template <typename T>                                                          \
    T operator()(T a, T b) const {                                                 \
      return static_cast<T>(a symbol b);                                           \
    }                                                                              \
  };                                                                               \
  BACKPLANE_CPU_KERNEL(name, Binary(#name, types::kInts, 18), [](I info) {         \
    return MakeBinary(info, LoopsFor<name##Value>(Integers(), info.InputType(0))); \
  })
BACKPLANE_BITWISE(BitwiseAnd, &);
BACKPLANE_BITWISE(BitwiseOr, |);
BACKPLANE_BITWISE(BitwiseXor, ^);
#undef BACKPLANE_BITWISE

}  // namespace
}  // namespace backplane::cpu
