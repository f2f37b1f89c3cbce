// Unary float loops for each instruction set: elementwise.h's FloatUnaryLoop.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/elementwise_unary.cc"
#include "cpu/kernels/elementwise_targets.h"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#include "cpu/kernels/elementwise.h"
#include "cpu/kernels/elementwise_functors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu {
namespace HWY_NAMESPACE {
namespace {

template <class Op>
void Loop(const void* in, void* out, int64_t n, const UnaryParams& params) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const float* x = static_cast<const float*>(in);
  float* y = static_cast<float*>(out);
  const UnaryParams p = params;  // a copy that stores to y cannot change: stays in registers
  const Op op;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(op(d, hn::LoadU(d, x + i), p), d, y + i);
  if (i == n) return;
  HWY_ALIGN float tail[hn::MaxLanes(d)] = {};
  for (int64_t j = i; j < n; ++j) tail[j - i] = x[j];
  hn::Store(op(d, hn::Load(d, tail), p), d, tail);
  for (int64_t j = i; j < n; ++j) y[j] = tail[j - i];
}

}  // namespace

UnaryLoop FindUnary(FloatUnary op) {
  switch (op) {
    case FloatUnary::kAbs:
      return &Loop<AbsOp>;
    case FloatUnary::kNeg:
      return &Loop<NegOp>;
    case FloatUnary::kCeil:
      return &Loop<CeilOp>;
    case FloatUnary::kFloor:
      return &Loop<FloorOp>;
    case FloatUnary::kRound:
      return &Loop<RoundOp>;
    case FloatUnary::kSign:
      return &Loop<SignOp>;
    case FloatUnary::kSqrt:
      return &Loop<SqrtOp>;
    case FloatUnary::kReciprocal:
      return &Loop<ReciprocalOp>;
    case FloatUnary::kExp:
      return &Loop<ExpOp>;
    case FloatUnary::kLog:
      return &Loop<LogOp>;
    case FloatUnary::kSin:
      return &Loop<SinOp>;
    case FloatUnary::kCos:
      return &Loop<CosOp>;
    case FloatUnary::kErf:
      return &Loop<ErfOp>;
    case FloatUnary::kRelu:
      return &Loop<ReluOp>;
    case FloatUnary::kLeakyRelu:
      return &Loop<LeakyReluOp>;
    case FloatUnary::kElu:
      return &Loop<EluOp>;
    case FloatUnary::kSelu:
      return &Loop<SeluOp>;
    case FloatUnary::kCelu:
      return &Loop<CeluOp>;
    case FloatUnary::kThresholdedRelu:
      return &Loop<ThresholdedReluOp>;
    case FloatUnary::kHardSigmoid:
      return &Loop<HardSigmoidOp>;
    case FloatUnary::kHardSwish:
      return &Loop<HardSwishOp>;
    case FloatUnary::kSigmoid:
      return &Loop<SigmoidOp>;
    case FloatUnary::kTanh:
      return &Loop<TanhOp>;
    case FloatUnary::kSoftplus:
      return &Loop<SoftplusOp>;
    case FloatUnary::kSoftsign:
      return &Loop<SoftsignOp>;
    case FloatUnary::kMish:
      return &Loop<MishOp>;
    case FloatUnary::kGelu:
      return &Loop<GeluOp>;
    case FloatUnary::kGeluTanh:
      return &Loop<GeluTanhOp>;
    case FloatUnary::kSwish:
      return &Loop<SwishOp>;
    case FloatUnary::kClip:
      return &Loop<ClipOp>;
    case FloatUnary::kShrink:
      return &Loop<ShrinkOp>;
  }
  return nullptr;
}

}  // namespace HWY_NAMESPACE
}  // namespace backplane::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {

HWY_EXPORT(FindUnary);

UnaryLoop FloatUnaryLoop(FloatUnary op) { return HWY_DYNAMIC_DISPATCH(FindUnary)(op); }

double FloatUnaryCost(FloatUnary op) {
  switch (op) {
    case FloatUnary::kSqrt:
    case FloatUnary::kReciprocal:
    case FloatUnary::kSoftsign:
      return 0.3;
    case FloatUnary::kExp:
    case FloatUnary::kLog:
    case FloatUnary::kSin:
    case FloatUnary::kCos:
    case FloatUnary::kErf:
    case FloatUnary::kElu:
    case FloatUnary::kSelu:
    case FloatUnary::kCelu:
    case FloatUnary::kSigmoid:
    case FloatUnary::kTanh:
    case FloatUnary::kSoftplus:
    case FloatUnary::kMish:
    case FloatUnary::kGelu:
    case FloatUnary::kGeluTanh:
    case FloatUnary::kSwish:
      return 0.6;
    default:
      return 0.15;
  }
}

}  // namespace backplane::cpu
#endif  // HWY_ONCE
