#include "cpu/ops/binary_kernel.h"

#include <algorithm>

namespace backplane::cpu {
namespace {

template <typename Half, Scalar kScalar>
void HalfLoop(const void* left, const void* right, void* out, int64_t n, const BinaryLoops& self) {
  constexpr int64_t kPiece = 512;
  alignas(64) float a[kPiece];
  alignas(64) float b[kPiece];
  const Half* x = static_cast<const Half*>(left);
  const Half* y = static_cast<const Half*>(right);
  if (kScalar == Scalar::kLeft) HalfToFloat(x, a, 1);
  if (kScalar == Scalar::kRight) HalfToFloat(y, b, 1);
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t count = std::min(kPiece, n - i);
    if (kScalar != Scalar::kLeft) HalfToFloat(x + i, a, count);
    if (kScalar != Scalar::kRight) HalfToFloat(y + i, b, count);
    float* result = kScalar == Scalar::kLeft ? b : a;  // the scalar side must stay
    (*self.inner)(kScalar, a, b, result, count);
    FloatToHalf(result, static_cast<Half*>(out) + i, count);
  }
}

}  // namespace

BinaryKernel::BinaryKernel(const KernelInfo& info, const BinaryLoops& loops, double cost)
    : loops_(loops),
      in_bytes_{BitsOf(info.InputType(0)) / 8, BitsOf(info.InputType(1)) / 8},
      out_bytes_(BitsOf(info.OutputType(0)) / 8),
      cost_(cost) {
  if (info.node.since_version < 7 && info.node.Int("broadcast", 0) != 0) {
    legacy_ = true;
    legacy_axis_given_ = info.node.Has("axis");
    legacy_axis_ = info.node.Int("axis", 0);
  }
}

void BinaryKernel::Run(KernelContext& context) const {
  const Tensor& a = context.Input(0);
  const Tensor& b = context.Input(1);
  Shape padded;
  const Shape* b_shape = &b.shape();
  if (legacy_ && legacy_axis_given_ && b_shape->rank() < a.shape().rank()) {
    padded = ShapeAtAxis(*b_shape, legacy_axis_, a.shape().rank());
    b_shape = &padded;
  }
  Shape shape = a.shape();
  BroadcastInto(shape, *b_shape);
  const Broadcast plan(shape, {&a.shape(), b_shape});
  Tensor& output = context.Output(0, shape);
  const Scalar scalar = plan.IsScalar(0)   ? Scalar::kLeft
                        : plan.IsScalar(1) ? Scalar::kRight
                                           : Scalar::kNone;
  const auto* left = static_cast<const std::byte*>(a.raw());
  const auto* right = static_cast<const std::byte*>(b.raw());
  auto* out = static_cast<std::byte*>(output.raw());
  plan.ForEach(context.pool(), cost_,
               [&](const Broadcast::Offsets& at, int64_t begin, int64_t count) {
                 loops_(scalar, left + at[0] * in_bytes_[0], right + at[1] * in_bytes_[1],
                        out + begin * out_bytes_, count);
               });
}

BinaryLoops HalfLoops(DType dtype, const BinaryLoops& float_loops) {
  BinaryLoops loops = Dispatch<Float16, BFloat16>(dtype, []<typename T>() -> BinaryLoops {
    return {
        {&HalfLoop<T, Scalar::kNone>, &HalfLoop<T, Scalar::kLeft>, &HalfLoop<T, Scalar::kRight>},
        nullptr};
  });
  loops.inner = &float_loops;
  return loops;
}

}  // namespace backplane::cpu
