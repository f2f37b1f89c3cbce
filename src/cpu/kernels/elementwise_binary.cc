// Binary float loops and the select loop for each instruction set: elementwise.h's FloatBinaryLoops
// and SelectFloat.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/elementwise_binary.cc"
#include "cpu/kernels/elementwise_targets.h"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#include "cpu/kernels/elementwise.h"
#include "cpu/kernels/elementwise_functors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu {
namespace HWY_NAMESPACE {
namespace {

template <class Op, Scalar kScalar>
void Loop(const void* left, const void* right, void* out, int64_t n, const BinaryLoops&) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const float* a = static_cast<const float*>(left);
  const float* b = static_cast<const float*>(right);
  float* y = static_cast<float*>(out);
  const Op op;
  const V same = hn::Set(d, kScalar == Scalar::kLeft    ? a[0]
                            : kScalar == Scalar::kRight ? b[0]
                                                        : 0.0f);
  const auto load_a = [&](const float* p)
                          HWY_ATTR { return kScalar == Scalar::kLeft ? same : hn::LoadU(d, p); };
  const auto load_b = [&](const float* p)
                          HWY_ATTR { return kScalar == Scalar::kRight ? same : hn::LoadU(d, p); };
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(op(d, load_a(a + i), load_b(b + i)), d, y + i);
  if (i == n) return;
  HWY_ALIGN float tail_a[hn::MaxLanes(d)] = {};
  HWY_ALIGN float tail_b[hn::MaxLanes(d)] = {};
  for (int64_t j = i; j < n; ++j) {
    if (kScalar != Scalar::kLeft) tail_a[j - i] = a[j];
    if (kScalar != Scalar::kRight) tail_b[j - i] = b[j];
  }
  hn::Store(op(d, load_a(tail_a), load_b(tail_b)), d, tail_a);
  for (int64_t j = i; j < n; ++j) y[j] = tail_a[j - i];
}

template <class Op>
constexpr BinaryLoops kLoops = {
    {&Loop<Op, Scalar::kNone>, &Loop<Op, Scalar::kLeft>, &Loop<Op, Scalar::kRight>}, nullptr};

}  // namespace

const BinaryLoops& FindBinary(FloatBinary op) {
  switch (op) {
    case FloatBinary::kAdd:
      return kLoops<AddOp>;
    case FloatBinary::kSub:
      return kLoops<SubOp>;
    case FloatBinary::kMul:
      return kLoops<MulOp>;
    case FloatBinary::kDiv:
      return kLoops<DivOp>;
    case FloatBinary::kMin:
      return kLoops<MinOp>;
    case FloatBinary::kMax:
      return kLoops<MaxOp>;
    case FloatBinary::kPRelu:
      break;
  }
  return kLoops<PReluOp>;
}

void Select(const uint8_t* condition, const float* x, int x_stride, const float* y, int y_stride,
            float* out, int64_t n) {
  const hn::ScalableTag<float> d;
  const hn::ScalableTag<uint32_t> du;
  const hn::Rebind<uint8_t, decltype(d)> db;
  using V = hn::Vec<decltype(d)>;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  if (n >= lanes) {
    const V same_x = hn::Set(d, *x);
    const V same_y = hn::Set(d, *y);
    for (; i + lanes <= n; i += lanes) {
      const auto chosen = hn::PromoteTo(du, hn::LoadU(db, condition + i));
      const auto mask = hn::RebindMask(d, hn::Ne(chosen, hn::Zero(du)));
      const V a = x_stride != 0 ? hn::LoadU(d, x + i) : same_x;
      const V b = y_stride != 0 ? hn::LoadU(d, y + i) : same_y;
      hn::StoreU(hn::IfThenElse(mask, a, b), d, out + i);
    }
  }
  for (; i < n; ++i) out[i] = condition[i] != 0 ? x[i * x_stride] : y[i * y_stride];
}

}  // namespace HWY_NAMESPACE
}  // namespace backplane::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {

HWY_EXPORT(FindBinary);
HWY_EXPORT(Select);

const BinaryLoops& FloatBinaryLoops(FloatBinary op) { return HWY_DYNAMIC_DISPATCH(FindBinary)(op); }

void SelectFloat(const uint8_t* condition, const float* x, int x_stride, const float* y,
                 int y_stride, float* out, int64_t n) {
  HWY_DYNAMIC_DISPATCH(Select)(condition, x, x_stride, y, y_stride, out, n);
}

}  // namespace backplane::cpu
#endif  // HWY_ONCE
