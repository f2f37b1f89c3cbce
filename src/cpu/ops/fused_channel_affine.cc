// The private ChannelAffine: y = activation(x * scale[c] + shift[c]) over the last axis; what a
// BatchNormalization that no convolution could take in becomes channels-last
// (layout/handlers_conv.cc).
#include "cpu/kernels/elementwise_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/ops/fused_channel_affine.cc"
#include "hwy/foreach_target.h"  // must come before highway.h

#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/gemm_attributes.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One pixel: `channels` floats, clamped to [low, high].
void AffineRow(const float* x, const float* scale, const float* shift, float low, float high,
               int64_t channels, float* y) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto least = hn::Set(d, low);
  const auto most = hn::Set(d, high);
  int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) {
    const auto v =
        hn::MulAdd(hn::LoadU(d, x + c), hn::LoadU(d, scale + c), hn::LoadU(d, shift + c));
    hn::StoreU(hn::Min(most, hn::Max(least, v)), d, y + c);
  }
  const hn::CappedTag<float, 1> one;
  for (; c < channels; ++c) {
    const auto v =
        hn::MulAdd(hn::LoadU(one, x + c), hn::LoadU(one, scale + c), hn::LoadU(one, shift + c));
    hn::StoreU(hn::Min(hn::Set(one, high), hn::Max(hn::Set(one, low), v)), one, y + c);
  }
}

void AffineRows(const float* x, const float* scale, const float* shift, float low, float high,
                int64_t channels, int64_t rows, float* y) {
  for (int64_t row = 0; row < rows; ++row) {
    AffineRow(x + row * channels, scale, shift, low, high, channels, y + row * channels);
  }
}

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {
namespace {

HWY_EXPORT(AffineRows);

class ChannelAffine final : public Kernel {
 public:
  explicit ChannelAffine(const KernelInfo& info)
      : name_(info.node.Describe()), activation_(ActivationOf(info.node)) {}

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    const Tensor& scale = context.Input(1);
    const Tensor& shift = context.Input(2);
    const int64_t channels = scale.ElementCount();
    Require(!x.shape().empty() && x.shape().back() == channels && shift.ElementCount() == channels,
            ORT_INVALID_ARGUMENT, "{}: {} channels are expected, the input is {}", name_, channels,
            x.shape());
    Tensor& y = context.Output(0, x.shape());
    if (x.ElementCount() == 0) return;
    const int64_t rows = x.ElementCount() / channels;
    const bool clamp = activation_.IsClamp();
    const Activation none;
    const Activation& bounds = clamp ? activation_ : none;
    const double cost = static_cast<double>(channels) * (clamp ? 0.15 : 1.0);
    context.pool().For(rows, cost, [&](int64_t begin, int64_t end) {
      float* out = y.data<float>() + begin * channels;
      HWY_DYNAMIC_DISPATCH(AffineRows)
      (x.data<float>() + begin * channels, scale.data<float>(), shift.data<float>(), bounds.low(),
       bounds.high(), channels, end - begin, out);
      if (!clamp) ApplyActivation(activation_, out, (end - begin) * channels);
    });
  }

 private:
  const std::string name_;
  const Activation activation_;
};

BACKPLANE_CPU_KERNEL(ChannelAffine,
                     Op("ChannelAffine", kPrivateDomain).In(0, DType::kFloat).InPlace(0, 0),
                     Make<ChannelAffine>);

}  // namespace
}  // namespace backplane::cpu
#endif  // HWY_ONCE
