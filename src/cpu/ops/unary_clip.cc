// Clip: limits as attributes until operator set 6, as optional inputs since 11. An absent limit
// does not limit; if the minimum is above the maximum every element becomes the maximum.
#include <algorithm>
#include <limits>

#include "cpu/ops/unary_kernel.h"

namespace backplane::cpu {
namespace {

template <typename T>
struct Limits {
  T low = std::numeric_limits<T>::lowest();
  T high = std::numeric_limits<T>::max();
};

template <typename T>
void ClipSpan(const T* x, T* y, int64_t n, Limits<T> limits) {
  for (int64_t i = 0; i < n; ++i) {
    const T raised = x[i] < limits.low ? limits.low : x[i];  // keeps NaN
    y[i] = raised > limits.high ? limits.high : raised;
  }
}

class ClipKernel final : public Kernel {
 public:
  explicit ClipKernel(const KernelInfo& info) : dtype_(info.InputType(0)) {
    if (info.node.since_version >= 11) return;
    attributes_.alpha = info.node.Float("min", attributes_.alpha);
    attributes_.beta = info.node.Float("max", attributes_.beta);
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    Tensor& output = context.Output(0, input.shape());
    const int64_t n = input.ElementCount();
    if ((types::kHalfs | DType::kFloat).Has(dtype_)) {
      RunFloat(context, input, output, n);
      return;
    }
    Dispatch<double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>(
        dtype_, [&]<typename T>() {
          Limits<T> limits;
          if constexpr (std::is_same_v<T, double>) {
            limits = {attributes_.alpha, attributes_.beta};  // infinite unless given
          }
          if (const Tensor* low = Limit(context, 1)) limits.low = *low->data<T>();
          if (const Tensor* high = Limit(context, 2)) limits.high = *high->data<T>();
          context.pool().For(n, 0.4, [&](int64_t begin, int64_t end) {
            ClipSpan(input.data<T>() + begin, output.data<T>() + begin, end - begin, limits);
          });
        });
  }

 private:
  const Tensor* Limit(const KernelContext& context, size_t i) const {
    const Tensor* limit = context.OptionalInput(i);
    if (limit == nullptr) return nullptr;
    Require(limit->ElementCount() == 1 && limit->dtype() == dtype_, ORT_INVALID_ARGUMENT,
            "{} must be one {}, not {} of shape {}", i == 1 ? "min" : "max", NameOf(dtype_),
            NameOf(limit->dtype()), limit->shape());
    return limit;
  }

  static float FloatOf(const Tensor& limit) {
    return Dispatch<float, Float16, BFloat16>(
        limit.dtype(), [&]<typename T>() { return static_cast<float>(*limit.data<T>()); });
  }

  void RunFloat(KernelContext& context, const Tensor& input, Tensor& output, int64_t n) const {
    UnaryParams params = attributes_;
    if (const Tensor* low = Limit(context, 1)) params.alpha = FloatOf(*low);
    if (const Tensor* high = Limit(context, 2)) params.beta = FloatOf(*high);
    const UnaryLoop loop = ThroughFloat(dtype_, FloatUnaryLoop(FloatUnary::kClip), params);
    const size_t bytes = BitsOf(dtype_) / 8;
    context.pool().For(n, 0.2, [&](int64_t begin, int64_t end) {
      loop(static_cast<const std::byte*>(input.raw()) + begin * bytes,
           static_cast<std::byte*>(output.raw()) + begin * bytes, end - begin, params);
    });
  }

  const DType dtype_;
  UnaryParams attributes_{.alpha = -std::numeric_limits<float>::infinity(),
                          .beta = std::numeric_limits<float>::infinity()};
};

BACKPLANE_CPU_KERNEL(Clip, Unary("Clip", types::kNumeric, 1), Make<ClipKernel>);

}  // namespace
}  // namespace backplane::cpu
