// Dropout at inference: the output is the input, the mask all true. With training_mode and a ratio
// above 0 elements are dropped at random and the rest scaled up.
#include <algorithm>

#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/random_engine.h"

namespace backplane::cpu {
namespace {

class DropoutKernel final : public Kernel {
 public:
  explicit DropoutKernel(const KernelInfo& info)
      : seed_(SeedOf(info.node)), mask_type_(info.OutputType(1)) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    Tensor* mask = context.OptionalOutput(1, input.shape());
    const double ratio = TrainingRatio(context);
    if (ratio > 0) {
      Drop(context, input, mask, ratio);
      return;
    }
    context.View(0, input, input.shape());
    // Until operator set 7 the mask has the type of the input.
    if (mask != nullptr) {
      if (mask_type_ == DType::kBool) {
        std::fill_n(mask->data<bool>(), mask->ElementCount(), true);
      } else {
        Dispatch<float, double, Float16, BFloat16>(mask_type_, [&]<typename T>() {
          std::fill_n(mask->data<T>(), mask->ElementCount(), static_cast<T>(1.0f));
        });
      }
    }
  }

 private:
  // 0 unless the inputs of operator set 12 ask for training.
  static double TrainingRatio(const KernelContext& context) {
    const Tensor* training = context.OptionalInput(2);
    if (training == nullptr || training->ElementCount() != 1 || *training->data<uint8_t>() == 0)
      return 0;
    const Tensor* ratio = context.OptionalInput(1);
    double value = 0.5;
    if (ratio != nullptr) {
      Require(ratio->ElementCount() == 1, ORT_INVALID_ARGUMENT,
              "ratio must be a scalar, not of shape {}", ratio->shape());
      value =
          Dispatch<float, double, Float16, BFloat16>(ratio->dtype(), [&]<typename T>() -> double {
            if constexpr (sizeof(T) == 2)
              return static_cast<float>(*ratio->data<T>());
            else
              return static_cast<double>(*ratio->data<T>());
          });
    }
    Require(value >= 0 && value < 1, ORT_INVALID_ARGUMENT, "ratio {} is outside [0, 1)", value);
    return value;
  }

  void Drop(KernelContext& context, const Tensor& input, Tensor* mask, double ratio) const {
    RandomEngine random(seed_);
    // Memory of its own: what the plan holds for this output is a view of the input.
    Tensor output = Tensor::Allocate(input.dtype(), input.shape());
    const double scale = 1 / (1 - ratio);
    Dispatch<float, double, Float16, BFloat16>(input.dtype(), [&]<typename T>() {
      for (int64_t i = 0; i < input.ElementCount(); ++i) {
        const bool keep = random.Uniform() >= ratio;
        using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;
        output.data<T>()[i] = static_cast<T>(
            keep ? static_cast<Wide>(static_cast<Wide>(input.data<T>()[i]) * scale) : Wide{0});
        if (mask != nullptr && mask_type_ == DType::kBool) mask->data<bool>()[i] = keep;
      }
    });
    context.SetOutput(0, Value(std::move(output)));
  }

  const std::optional<uint64_t> seed_;
  const DType mask_type_;
};

BACKPLANE_CPU_KERNEL(Dropout, Op("Dropout").Since(1).In(0, types::kAllFloats).Alias(0, 0),
                     Make<DropoutKernel>);

}  // namespace
}  // namespace backplane::cpu
