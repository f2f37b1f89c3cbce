#include "cpu/ops/unary_kernel.h"

#include <algorithm>

namespace backplane::cpu {
namespace {

// Converts a piece that stays in the first-level cache, computes, converts back.
template <typename Half>
void HalfLoop(const void* in, void* out, int64_t n, const UnaryParams& params) {
  constexpr int64_t kPiece = 512;
  alignas(64) float piece[kPiece];
  const Half* x = static_cast<const Half*>(in);
  Half* y = static_cast<Half*>(out);
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t count = std::min(kPiece, n - i);
    HalfToFloat(x + i, piece, count);
    params.inner(piece, piece, count, params);
    FloatToHalf(piece, y + i, count);
  }
}

}  // namespace

void UnaryKernel::Run(KernelContext& context) const {
  const Tensor& input = context.Input(0);
  Tensor& output = context.Output(0, input.shape());
  const auto* in = static_cast<const std::byte*>(input.raw());
  auto* out = static_cast<std::byte*>(output.raw());
  context.pool().For(input.ElementCount(), cost_, [&](int64_t begin, int64_t end) {
    loop_(in + begin * in_bytes_, out + begin * out_bytes_, end - begin, params_);
  });
}

std::unique_ptr<Kernel> MakeUnary(const KernelInfo& info, UnaryLoop loop, const UnaryParams& params,
                                  double cost) {
  return std::make_unique<UnaryKernel>(loop, params, BitsOf(info.InputType(0)) / 8,
                                       BitsOf(info.OutputType(0)) / 8, cost);
}

UnaryLoop ThroughFloat(DType dtype, UnaryLoop loop, UnaryParams& params) {
  if (dtype == DType::kFloat) return loop;
  params.inner = loop;
  return Dispatch<Float16, BFloat16>(dtype, []<typename T>() -> UnaryLoop { return &HalfLoop<T>; });
}

}  // namespace backplane::cpu
