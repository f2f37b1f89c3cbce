// The private, channels-last LRN: every pixel is a row of channels, and an output is its input over
// (bias + alpha / size * sum of the squares of the `size` channels around it) ^ beta.
#include "cpu/kernels/elementwise_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/ops/fused_lrn.cc"
#include "hwy/foreach_target.h"  // must come before highway.h

#include <algorithm>

#include "base/checked_math.h"
#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/kernels/vector_math-inl.h"
#include "hwy/highway.h"

#ifndef BACKPLANE_CPU_OPS_FUSED_LRN_ONCE_
#define BACKPLANE_CPU_OPS_FUSED_LRN_ONCE_
namespace backplane::cpu {

struct LrnParams {
  int64_t size = 1;
  int64_t before = 0;  ///< channels of the window that lie before the centre
  float alpha = 0.0f;  ///< divided by size
  float beta = 0.0f;
  float bias = 0.0f;
};

}  // namespace backplane::cpu
#endif  // BACKPLANE_CPU_OPS_FUSED_LRN_ONCE_

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE void LrnAt(D d, const LrnParams& p, const float* x, const float* squares, float* y) {
  auto total = hn::LoadU(d, squares);
  for (int64_t k = 1; k < p.size; ++k) total = hn::Add(total, hn::LoadU(d, squares + k));
  const auto base = hn::MulAdd(total, hn::Set(d, p.alpha), hn::Set(d, p.bias));
  const auto v = hn::LoadU(d, x);
  if (p.beta == 0.75f) {
    const auto root = hn::Sqrt(base);
    hn::StoreU(hn::Div(v, hn::Mul(root, hn::Sqrt(root))), d, y);
  } else {
    hn::StoreU(hn::Mul(v, Exp(d, hn::Mul(hn::Set(d, -p.beta), Log(d, base)))), d, y);
  }
}

// `squares` holds channels + size floats; what lies outside the row counts as zero.
void LrnRows(const LrnParams& p, const float* x, int64_t channels, int64_t rows, float* squares,
             float* y) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  std::fill(squares, squares + channels + p.size, 0.0f);
  for (int64_t row = 0; row < rows; ++row, x += channels, y += channels) {
    for (int64_t c = 0; c < channels; ++c) squares[p.before + c] = x[c] * x[c];
    int64_t c = 0;
    for (; c + lanes <= channels; c += lanes) LrnAt(d, p, x + c, squares + c, y + c);
    for (; c < channels; ++c) LrnAt(one, p, x + c, squares + c, y + c);
  }
}

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {
namespace {

HWY_EXPORT(LrnRows);

class LrnKernel final : public Kernel {
 public:
  explicit LrnKernel(const KernelInfo& info) : name_(info.node.Describe()) {
    params_.size = info.node.Int("size", 0);
    Require(params_.size >= 1, ORT_INVALID_GRAPH, "{}: size must be positive, not {}", name_,
            params_.size);
    params_.before = (params_.size - 1) / 2;
    params_.alpha = info.node.Float("alpha", 1e-4f) / static_cast<float>(params_.size);
    params_.beta = info.node.Float("beta", 0.75f);
    params_.bias = info.node.Float("bias", 1.0f);
  }

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    Tensor& y = context.Output(0, x.shape());
    if (x.ElementCount() == 0) return;
    const int64_t channels = x.shape().back();
    const int64_t rows = x.ElementCount() / channels;
    const int64_t blocks =
        std::min(rows, context.pool().BlocksFor(rows, static_cast<double>(channels) * 1.5));
    LrnParams params = params_;
    if (params.size > 2 * channels) {  // a wider window sees the same: the whole row
      params.before = std::min(params.before, channels);
      params.size = 2 * channels + 1;
    }
    const int64_t stride = CheckedAdd(channels, params.size);
    float* squares = context.Scratch<float>(
        static_cast<size_t>(CheckedMul(std::max<int64_t>(blocks, 1), stride)));
    const auto run = [&](int64_t block, int64_t begin, int64_t end) {
      HWY_DYNAMIC_DISPATCH(LrnRows)
      (params, x.data<float>() + begin * channels, channels, end - begin, squares + block * stride,
       y.data<float>() + begin * channels);
    };
    if (blocks <= 1) return run(0, 0, rows);
    context.pool().Run(blocks,
                       [&](int64_t i) { run(i, rows * i / blocks, rows * (i + 1) / blocks); });
  }

 private:
  const std::string name_;
  LrnParams params_;
};

BACKPLANE_CPU_KERNEL(PrivateLrn, Op("LRN", kPrivateDomain).In(0, DType::kFloat), Make<LrnKernel>);

}  // namespace
}  // namespace backplane::cpu
#endif  // HWY_ONCE
