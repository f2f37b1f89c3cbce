// Conversion between half floats and float for each instruction set: elementwise.h's HalfToFloat
// and FloatToHalf.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/elementwise_half.cc"
#include "cpu/kernels/elementwise_targets.h"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#include "cpu/kernels/elementwise.h"

// Where the processor converts half floats itself. Highway's emulation elsewhere is inexact on
// special values.
#undef BACKPLANE_HALF_INSTRUCTIONS
#define BACKPLANE_HALF_INSTRUCTIONS \
  (HWY_TARGET != HWY_SSE2 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128)

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void Float16ToFloat(const Float16* in, float* out, int64_t n) {
  int64_t i = 0;
#if BACKPLANE_HALF_INSTRUCTIONS
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> dh;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto* x = reinterpret_cast<const hwy::float16_t*>(in);
  for (; i + lanes <= n; i += lanes) hn::StoreU(hn::PromoteTo(d, hn::LoadU(dh, x + i)), d, out + i);
#endif
  for (; i < n; ++i) out[i] = static_cast<float>(in[i]);
}

void BFloat16ToFloat(const BFloat16* in, float* out, int64_t n) {
  const hn::ScalableTag<uint32_t> du;
  const hn::ScalableTag<float> d;
  const hn::Rebind<uint16_t, decltype(du)> dh;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto* x = reinterpret_cast<const uint16_t*>(in);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::StoreU(hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du, hn::LoadU(dh, x + i)))), d,
               out + i);
  }
  for (; i < n; ++i) out[i] = static_cast<float>(in[i]);
}

void FloatToFloat16(const float* in, Float16* out, int64_t n) {
  int64_t i = 0;
#if BACKPLANE_HALF_INSTRUCTIONS
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> dh;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto* y = reinterpret_cast<hwy::float16_t*>(out);
  for (; i + lanes <= n; i += lanes) hn::StoreU(hn::DemoteTo(dh, hn::LoadU(d, in + i)), dh, y + i);
#endif
  for (; i < n; ++i) out[i] = Float16(in[i]);
}

void FloatToBFloat16(const float* in, BFloat16* out, int64_t n) {
  const hn::ScalableTag<uint32_t> du;
  const hn::ScalableTag<int32_t> di;
  const hn::ScalableTag<float> d;
  const hn::Rebind<uint16_t, decltype(du)> dh;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto* y = reinterpret_cast<uint16_t*>(out);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto value = hn::LoadU(d, in + i);
    const auto bits = hn::BitCast(du, value);
    const auto high = hn::ShiftRight<16>(bits);
    const auto rounding = hn::Add(hn::Set(du, 0x7fff), hn::And(high, hn::Set(du, 1)));
    const auto rounded = hn::ShiftRight<16>(hn::Add(bits, rounding));
    const auto nan = hn::Or(high, hn::Set(du, 0x40));
    const auto is_nan = hn::RebindMask(du, hn::IsNaN(value));
    hn::StoreU(hn::DemoteTo(dh, hn::BitCast(di, hn::IfThenElse(is_nan, nan, rounded))), dh, y + i);
  }
  for (; i < n; ++i) out[i] = BFloat16(in[i]);
}

}  // namespace HWY_NAMESPACE
}  // namespace backplane::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {

HWY_EXPORT(Float16ToFloat);
HWY_EXPORT(BFloat16ToFloat);
HWY_EXPORT(FloatToFloat16);
HWY_EXPORT(FloatToBFloat16);

void HalfToFloat(const Float16* in, float* out, int64_t n) {
  HWY_DYNAMIC_DISPATCH(Float16ToFloat)(in, out, n);
}
void HalfToFloat(const BFloat16* in, float* out, int64_t n) {
  HWY_DYNAMIC_DISPATCH(BFloat16ToFloat)(in, out, n);
}
void FloatToHalf(const float* in, Float16* out, int64_t n) {
  HWY_DYNAMIC_DISPATCH(FloatToFloat16)(in, out, n);
}
void FloatToHalf(const float* in, BFloat16* out, int64_t n) {
  HWY_DYNAMIC_DISPATCH(FloatToBFloat16)(in, out, n);
}

}  // namespace backplane::cpu
#endif  // HWY_ONCE
