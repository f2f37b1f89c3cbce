// The elementwise operations as small functors on Highway vectors: f(d, x, params) or f(d, a, b).
// Loops and, later, fused chains are made of them. Included by kernel files inside foreach_target;
// must only be used there.
#if defined(BACKPLANE_CPU_KERNELS_ELEMENTWISE_FUNCTORS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BACKPLANE_CPU_KERNELS_ELEMENTWISE_FUNCTORS_INL_H_
#undef BACKPLANE_CPU_KERNELS_ELEMENTWISE_FUNCTORS_INL_H_
#else
#define BACKPLANE_CPU_KERNELS_ELEMENTWISE_FUNCTORS_INL_H_
#endif

#include "cpu/kernels/elementwise.h"
#include "cpu/kernels/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu {
namespace HWY_NAMESPACE {

// -- building blocks
// ------------------------------------------------------------------------------------------------

/// Minimum and maximum that return NaN if either side is NaN.
template <class V>
HWY_INLINE V MinNan(V a, V b) {
  return hn::IfThenElse(hn::Or(hn::Lt(a, b), hn::IsNaN(a)), a, b);
}
template <class V>
HWY_INLINE V MaxNan(V a, V b) {
  return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::IsNaN(a)), a, b);
}

/// Applies a scalar function lane by lane; for rare arguments only.
template <class D, class V, typename F>
HWY_NOINLINE V LaneByLane(D d, V x, F f) {
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  hn::Store(x, d, lanes);
  for (size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = f(lanes[i]);
  return hn::Load(d, lanes);
}

/// sin(x + quadrants * pi/2): argument reduced by a three-part pi/2, exact enough below 2^16.
template <class D, class V>
HWY_INLINE V SineOfQuadrant(D d, V x, int quadrants) {
  const hn::RebindToSigned<D> di;
  const auto q = hn::NearestInt(hn::Mul(x, hn::Set(d, 0.636619772f)));
  const V whole = hn::ConvertTo(d, q);
  V r = hn::NegMulAdd(whole, hn::Set(d, 1.5703125f), x);
  r = hn::NegMulAdd(whole, hn::Set(d, 4.83751297e-4f), r);
  r = hn::NegMulAdd(whole, hn::Set(d, 7.54953362e-8f), r);
  r = hn::NegMulAdd(whole, hn::Set(d, 2.56334406e-12f), r);
  const V r2 = hn::Mul(r, r);
  const V s = Polynomial(d, r2, -0.166666538f, 0.00833213143f, -0.000195108383f);
  const V c = Polynomial(d, r2, 0.0416666456f, -0.0013887306f, 2.44312032e-05f);
  const V sine = hn::MulAdd(hn::Mul(r2, r), s, r);
  const V cosine =
      hn::MulAdd(hn::Mul(r2, r2), c, hn::NegMulAdd(hn::Set(d, 0.5f), r2, hn::Set(d, 1.0f)));
  const auto turned = hn::Add(q, hn::Set(di, quadrants));
  const auto odd = hn::MaskFromVec(hn::BitCast(d, hn::Neg(hn::And(turned, hn::Set(di, 1)))));
  const V sign = hn::BitCast(d, hn::ShiftLeft<30>(hn::And(turned, hn::Set(di, 2))));
  return hn::Xor(hn::IfThenElse(odd, cosine, sine), sign);
}

template <class D, class V>
HWY_INLINE bool AnyBeyond(D d, V x, float limit) {
  return !hn::AllTrue(d, hn::Le(hn::Abs(x), hn::Set(d, limit)));
}

// -- unary
// ----------------------------------------------------------------------------------------------------------

#define BACKPLANE_UNARY(name, expression)                                            \
  struct name {                                                                      \
    template <class D, class V>                                                      \
    HWY_INLINE V operator()(D d, V x, [[maybe_unused]] const UnaryParams& p) const { \
      (void)d;                                                                       \
      return expression;                                                             \
    }                                                                                \
  }

BACKPLANE_UNARY(AbsOp, hn::Abs(x));
BACKPLANE_UNARY(NegOp, hn::Neg(x));
BACKPLANE_UNARY(CeilOp, hn::Ceil(x));
BACKPLANE_UNARY(FloorOp, hn::Floor(x));
BACKPLANE_UNARY(RoundOp, hn::Round(x));
BACKPLANE_UNARY(SqrtOp, hn::Sqrt(x));
BACKPLANE_UNARY(ReciprocalOp, hn::Div(hn::Set(d, 1.0f), x));
BACKPLANE_UNARY(ExpOp, Exp(d, x));
BACKPLANE_UNARY(LogOp, Log(d, x));
BACKPLANE_UNARY(ErfOp, Erf(d, x));
BACKPLANE_UNARY(SigmoidOp, Sigmoid(d, x));
BACKPLANE_UNARY(TanhOp, Tanh(d, x));
BACKPLANE_UNARY(SoftplusOp, Softplus(d, x));
BACKPLANE_UNARY(SoftsignOp, hn::Div(x, hn::Add(hn::Set(d, 1.0f), hn::Abs(x))));
BACKPLANE_UNARY(ReluOp, hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x));
BACKPLANE_UNARY(LeakyReluOp,
                hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Mul(x, hn::Set(d, p.alpha)), x));
BACKPLANE_UNARY(EluOp, hn::IfThenElse(hn::Lt(x, hn::Zero(d)),
                                      hn::Mul(ExpMinusOne(d, x), hn::Set(d, p.alpha)), x));
BACKPLANE_UNARY(SeluOp, hn::Mul(hn::Set(d, p.gamma), EluOp()(d, x, p)));
BACKPLANE_UNARY(ThresholdedReluOp, hn::IfThenElseZero(hn::Gt(x, hn::Set(d, p.alpha)), x));
BACKPLANE_UNARY(ClipOp,
                hn::IfThenElse(hn::Eq(x, x),
                               hn::Min(hn::Max(x, hn::Set(d, p.alpha)), hn::Set(d, p.beta)), x));
BACKPLANE_UNARY(GeluOp, hn::Mul(hn::Mul(x, hn::Set(d, 0.5f)),
                                OnePlusErf(d, hn::Mul(x, hn::Set(d, 0.707106781f)))));
BACKPLANE_UNARY(SwishOp, hn::Mul(x, Sigmoid(d, hn::Mul(x, hn::Set(d, p.alpha)))));
#undef BACKPLANE_UNARY

struct SignOp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const UnaryParams&) const {
    const V signed_one = hn::CopySign(hn::Set(d, 1.0f), x);
    return hn::IfThenElse(hn::Gt(hn::Abs(x), hn::Zero(d)), signed_one, x);  // zero and NaN stay
  }
};

struct CeluOp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const UnaryParams& p) const {
    const V alpha = hn::Set(d, p.alpha);
    return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Mul(ExpMinusOne(d, hn::Div(x, alpha)), alpha),
                          x);
  }
};

struct HardSigmoidOp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const UnaryParams& p) const {
    const V line = hn::MulAdd(x, hn::Set(d, p.alpha), hn::Set(d, p.beta));
    const V y = hn::Min(hn::Max(line, hn::Zero(d)), hn::Set(d, 1.0f));
    return hn::IfThenElse(hn::Eq(x, x), y, x);
  }
};

struct HardSwishOp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const UnaryParams&) const {
    return hn::Mul(x, HardSigmoidOp()(d, x, {1.0f / 6, 0.5f, 0, nullptr}));
  }
};

// x tanh(log(1 + e^x)) with tanh(log(1 + e)) = n / (n + 2), n = e (e + 2).
struct MishOp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const UnaryParams&) const {
    const V two = hn::Set(d, 2.0f);
    const V e = Exp(d, hn::Min(x, hn::Set(d, 20.0f)));
    const V n = hn::Mul(e, hn::Add(e, two));
    const V y = hn::Mul(x, hn::Div(n, hn::Add(n, two)));
    return hn::IfThenElse(hn::Le(x, hn::Set(d, 20.0f)), y, x);
  }
};

// 0.5 x (1 + tanh(u)) = x sigmoid(2u).
struct GeluTanhOp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const UnaryParams&) const {
    const V cubic =
        hn::MulAdd(hn::Mul(x, x), hn::Set(d, 0.044715f * 1.59576912f), hn::Set(d, 1.59576912f));
    return hn::Mul(x, Sigmoid(d, hn::Mul(x, cubic)));
  }
};

struct ShrinkOp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const UnaryParams& p) const {
    const V bias = hn::Set(d, p.alpha);
    const V high = hn::IfThenElseZero(hn::Gt(x, hn::Set(d, p.beta)), hn::Sub(x, bias));
    return hn::IfThenElse(hn::Lt(x, hn::Set(d, -p.beta)), hn::Add(x, bias), high);
  }
};

struct SinOp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const UnaryParams&) const {
    if (HWY_UNLIKELY(AnyBeyond(d, x, 8192.0f)))
      return LaneByLane(d, x, [](float v) { return std::sin(v); });
    return SineOfQuadrant(d, x, 0);
  }
};

struct CosOp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const UnaryParams&) const {
    if (HWY_UNLIKELY(AnyBeyond(d, x, 8192.0f)))
      return LaneByLane(d, x, [](float v) { return std::cos(v); });
    return SineOfQuadrant(d, x, 1);
  }
};

// -- binary
// ---------------------------------------------------------------------------------------------------------

#define BACKPLANE_BINARY(name, expression)         \
  struct name {                                    \
    template <class D, class V>                    \
    HWY_INLINE V operator()(D d, V a, V b) const { \
      (void)d;                                     \
      return expression;                           \
    }                                              \
  }

BACKPLANE_BINARY(AddOp, hn::Add(a, b));
BACKPLANE_BINARY(SubOp, hn::Sub(a, b));
BACKPLANE_BINARY(MulOp, hn::Mul(a, b));
BACKPLANE_BINARY(DivOp, hn::Div(a, b));
BACKPLANE_BINARY(MinOp, MinNan(a, b));
BACKPLANE_BINARY(MaxOp, MaxNan(a, b));
BACKPLANE_BINARY(PReluOp, hn::IfThenElse(hn::Lt(a, hn::Zero(d)), hn::Mul(a, b), a));
#undef BACKPLANE_BINARY

}  // namespace HWY_NAMESPACE
}  // namespace backplane::cpu
HWY_AFTER_NAMESPACE();

#endif  // include guard that opens once for each target
