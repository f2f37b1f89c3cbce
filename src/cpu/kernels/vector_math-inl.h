// Elementary functions on Highway vectors of float, 1-2 ulp, for every lane count. Included by
// kernel files inside foreach_target; must only be used there. Special values behave as in <cmath>:
// NaN stays NaN, infinities and subnormals are handled. Coefficients are least-maximum fits made
// for these intervals.
#if defined(BACKPLANE_CPU_KERNELS_VECTOR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BACKPLANE_CPU_KERNELS_VECTOR_MATH_INL_H_
#undef BACKPLANE_CPU_KERNELS_VECTOR_MATH_INL_H_
#else
#define BACKPLANE_CPU_KERNELS_VECTOR_MATH_INL_H_
#endif

#include <cmath>
#include <limits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// c0 + x * (c1 + x * (c2 + ...)).
template <class D, class V>
HWY_INLINE V Polynomial(D d, V, float c0) {
  return hn::Set(d, c0);
}
template <class D, class V, typename... Rest>
HWY_INLINE V Polynomial(D d, V x, float c0, Rest... rest) {
  return hn::MulAdd(x, Polynomial(d, x, rest...), hn::Set(d, c0));
}

/// x * 2^n for n in [-150, 128], rounded once.
template <class D, class V, class VI>
HWY_INLINE V ScaleByPowerOfTwo(D d, V x, VI n) {
  const hn::RebindToSigned<D> di;
  const VI half = hn::ShiftRight<1>(n);
  const VI rest = hn::Sub(n, half);
  const VI bias = hn::Set(di, 127);
  const V low = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(half, bias)));
  const V high = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(rest, bias)));
  return hn::Mul(hn::Mul(x, low), high);
}

/// e^r - 1 = r + r^2 P(r) for |r| <= ln(2)/2.
template <class D, class V>
HWY_INLINE V ExpMinusOneReduced(D d, V r) {
  const V p = Polynomial(d, r, 0.5f, 0.166665122f, 0.0416661873f, 0.00836959854f, 0.00139517174f);
  return hn::MulAdd(hn::Mul(r, r), p, r);
}

/// Splits x = n ln(2) + r; x must be within [-104, 89].
template <class D, class V, class VI>
HWY_INLINE V ReduceByLn2(D d, V x, VI& n) {
  n = hn::NearestInt(hn::Mul(x, hn::Set(d, 1.44269504f)));
  const V whole = hn::ConvertTo(d, n);
  const V r = hn::NegMulAdd(whole, hn::Set(d, 0.693359375f),
                            x);  // few bits: exact without fused operations
  return hn::NegMulAdd(whole, hn::Set(d, -2.12194440e-4f), r);
}

template <class D, class V>
HWY_INLINE V Exp(D d, V x) {
  const V clamped = hn::Min(hn::Max(x, hn::Set(d, -104.0f)), hn::Set(d, 89.0f));
  hn::Vec<hn::RebindToSigned<D>> n;
  const V r = ReduceByLn2(d, clamped, n);
  const V y = ScaleByPowerOfTwo(d, hn::Add(ExpMinusOneReduced(d, r), hn::Set(d, 1.0f)), n);
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

/// e^x for x <= 0 where results below 2^-126 may be zero: softmax. The order of operands lets NaN
/// through.
template <class D, class V>
HWY_INLINE V ExpNonPositive(D d, V x) {
  const hn::RebindToSigned<D> di;
  const V lowest = hn::Set(d, -87.3f);
  hn::Vec<decltype(di)> n;
  const V r = ReduceByLn2(d, hn::Max(lowest, x), n);
  const V y = hn::Add(ExpMinusOneReduced(d, r), hn::Set(d, 1.0f));
  const V scale = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(n, hn::Set(di, 127))));
  return hn::IfThenZeroElse(hn::Lt(x, lowest), hn::Mul(y, scale));
}

/// e^x - 1 without cancellation near zero.
template <class D, class V>
HWY_INLINE V ExpMinusOne(D d, V x) {
  const V near = ExpMinusOneReduced(d, x);
  const V far = hn::Sub(Exp(d, x), hn::Set(d, 1.0f));
  return hn::IfThenElse(hn::Lt(hn::Abs(x), hn::Set(d, 0.3465f)), near, far);
}

template <class D, class V>
HWY_INLINE V Log(D d, V x) {
  const hn::RebindToSigned<D> di;
  using VI = hn::Vec<decltype(di)>;
  const V smallest = hn::Set(d, 1.17549435e-38f);
  const auto subnormal = hn::Lt(x, smallest);
  const V normal = hn::IfThenElse(subnormal, hn::Mul(x, hn::Set(d, 8388608.0f)), x);
  // normal = 2^e * m with m in [sqrt(1/2), sqrt(2)).
  const VI bits = hn::BitCast(di, normal);
  const VI offset = hn::Sub(bits, hn::Set(di, 0x3f3504f3));
  const VI e = hn::ShiftRight<23>(offset);
  const V m = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(e)));
  const V exponent = hn::Sub(hn::ConvertTo(d, e), hn::IfThenElseZero(subnormal, hn::Set(d, 23.0f)));
  const V f = hn::Sub(m, hn::Set(d, 1.0f));
  const V f2 = hn::Mul(f, f);
  const V p = Polynomial(d, f, 0.333333105f, -0.249999866f, 0.200022265f, -0.16669251f,
                         0.142186582f, -0.123843484f, 0.118729763f, -0.117898077f, 0.0691536814f);
  V low = hn::MulAdd(hn::Mul(f2, f), p, hn::Mul(exponent, hn::Set(d, -2.12194440e-4f)));
  low = hn::NegMulAdd(hn::Set(d, 0.5f), f2, low);
  V y = hn::MulAdd(exponent, hn::Set(d, 0.693359375f), hn::Add(f, low));
  const V infinity = hn::Set(d, std::numeric_limits<float>::infinity());
  y = hn::IfThenElse(hn::Lt(x, infinity), y, x);  // +inf and NaN are their own logarithms
  y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(infinity), y);
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Set(d, std::numeric_limits<float>::quiet_NaN()),
                        y);
}

/// log(1 + u) for u in [0, 1].
template <class D, class V>
HWY_INLINE V Log1pUnit(D d, V u) {
  return hn::Mul(u, Polynomial(d, u, 1.0f, -0.499999851f, 0.33332634f, -0.249882355f, 0.198970169f,
                               -0.161290884f, 0.124715909f, -0.0831891745f, 0.0421133526f,
                               -0.0137063367f, 0.00208998914f));
}

template <class D, class V>
HWY_INLINE V Sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V e = Exp(d, hn::Neg(hn::Abs(x)));
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e));
}

template <class D, class V>
HWY_INLINE V Tanh(D d, V x) {
  const V magnitude = hn::Abs(x);
  const V one = hn::Set(d, 1.0f);
  const V x2 = hn::Mul(x, x);
  const V p =
      Polynomial(d, x2, -0.333332717f, 0.133311525f, -0.053714104f, 0.0205517113f, -0.0056039053f);
  const V near = hn::MulAdd(hn::Mul(x2, x), p, x);
  const V e = Exp(d, hn::Add(magnitude, magnitude));
  const V far = hn::Sub(one, hn::Div(hn::Set(d, 2.0f), hn::Add(e, one)));
  return hn::CopySign(hn::IfThenElse(hn::Lt(magnitude, hn::Set(d, 0.625f)), near, far),
                      x);  // keeps -0 too
}

/// Both halves of erf: its odd polynomial near zero, and 1 - |erf| away from it (0 beyond 4.6).
template <class D, class V>
HWY_INLINE V ErfNear(D d, V x) {
  const V p = Polynomial(d, hn::Mul(x, x), 0.128379167f, -0.376126349f, 0.112837195f,
                         -0.0268607531f, 0.0052044359f, -0.000818192726f, 8.53883903e-05f);
  return hn::MulAdd(x, p, x);
}
template <class D, class V>
HWY_INLINE V ErfTail(D d, V magnitude) {
  const V limit = hn::Set(d, 4.6f);
  const V p = Polynomial(d, hn::Min(magnitude, limit), -0.000390052475f, 1.13058555f, 0.631072581f,
                         0.110980749f, -0.0270853173f, 0.00507367728f, -0.000692292058f,
                         6.41020379e-05f, -3.56530018e-06f, 8.89899923e-08f);
  return hn::IfThenElseZero(hn::Le(magnitude, limit), ExpNonPositive(d, hn::Neg(p)));
}

template <class D, class V>
HWY_INLINE V Erf(D d, V x) {
  const V magnitude = hn::Abs(x);
  const V far = hn::CopySign(hn::Sub(hn::Set(d, 1.0f), ErfTail(d, magnitude)), x);
  // Written so that NaN takes the polynomial, which keeps it.
  return hn::IfThenElse(hn::Ge(magnitude, hn::Set(d, 0.9f)), far, ErfNear(d, x));
}

/// 1 + erf(x), exact in the left tail too: what Gelu wants.
template <class D, class V>
HWY_INLINE V OnePlusErf(D d, V x) {
  const V magnitude = hn::Abs(x);
  const V tail = ErfTail(d, magnitude);
  const V far = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(hn::Set(d, 2.0f), tail));
  const V near = hn::Add(hn::Set(d, 1.0f), ErfNear(d, x));
  return hn::IfThenElse(hn::Ge(magnitude, hn::Set(d, 0.9f)), far, near);
}

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|).
template <class D, class V>
HWY_INLINE V Softplus(D d, V x) {
  const V rest = Log1pUnit(d, Exp(d, hn::Neg(hn::Abs(x))));
  return hn::Add(hn::IfThenElseZero(hn::Gt(x, hn::Zero(d)), x), rest);
}

}  // namespace HWY_NAMESPACE
}  // namespace backplane::cpu
HWY_AFTER_NAMESPACE();

#endif  // include guard that opens once for each target
