// LayerNormalization, RMSNormalization and SimplifiedLayerNormalization: rows over the axes from
// `axis` on.
#include <cmath>
#include <optional>

#include "cpu/kernel_registry.h"
#include "cpu/ops/binary_kernel.h"
#include "cpu/ops/broadcast.h"
#include "cpu/ops/norm_common.h"

namespace backplane::cpu {
namespace {

struct Multiply {
  template <typename T>
  T operator()(T a, T b) const {
    return a * b;
  }
};
struct Plus {
  template <typename T>
  T operator()(T a, T b) const {
    return a + b;
  }
};

class LayerNormKernel final : public Kernel {
 public:
  LayerNormKernel(const KernelInfo& info, bool centred)
      : centred_(centred),
        axis_(info.node.Int("axis", -1)),
        epsilon_(info.node.Float("epsilon", 1e-5f)),
        compute_type_(info.InputType(0)) {
    // The forms before operator set 17 have no schema that would have been checked.
    Require(info.HasInput(0) && info.HasInput(1), ORT_INVALID_GRAPH, "input {} is absent",
            info.HasInput(0) ? 1 : 0);
  }

  void Run(KernelContext& context) const override {
    DispatchComputeType(compute_type_, [&]<typename T>() { RunAs<T>(context); });
  }

 private:
  template <typename T>
  void RunAs(KernelContext& context) const {
    const Tensor& input = context.Input(0);
    const Shape& shape = input.shape();
    const auto rank = static_cast<int64_t>(shape.rank());
    const auto axis = static_cast<size_t>(NormalizeAxis(axis_, std::max<int64_t>(rank, 1)));
    const int64_t rows = shape.Count(0, std::min(axis, shape.rank()));
    const int64_t n = shape.Count(std::min(axis, shape.rank()));
    const Tensor& scale = context.Input(1);
    const Tensor* bias = centred_ ? context.OptionalInput(2) : nullptr;
    Tensor& output = context.Output(0, shape);

    // The usual scale has one value for each element of a row; anything else that broadcasts is
    // applied afterwards.
    const bool by_row = scale.ElementCount() == n &&
                        (bias == nullptr || bias->ElementCount() == n) &&
                        CoversRow(scale.shape(), shape, axis) &&
                        (bias == nullptr || CoversRow(bias->shape(), shape, axis));
    const T* x = ElementsAs<T>(context, input);
    const T* s = ElementsAs<T>(context, scale);
    const T* b = bias == nullptr ? nullptr : ElementsAs<T>(context, *bias);
    OutputAs<T> y(context, output);

    Shape statistics_shape = shape;
    for (size_t i = axis; i < shape.rank(); ++i) statistics_shape[i] = 1;
    const size_t mean_index = 1;
    const size_t factor_index = centred_ ? 2 : 1;
    std::optional<OutputAs<T>> means, factors;
    if (centred_ && context.HasOutput(mean_index)) {
      means.emplace(context, context.Output(mean_index, statistics_shape));
    }
    if (context.HasOutput(factor_index))
      factors.emplace(context, context.Output(factor_index, statistics_shape));

    context.pool().For(rows, 0.6 * static_cast<double>(n) + 10, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const T* from = x + row * n;
        T mean = 0, variance;
        if (centred_) {
          const auto moments = MomentsOf(from, n);
          mean = moments.mean;
          variance = moments.variance;
        } else {
          variance = MeanSquare(from, n);
        }
        const T factor = 1 / std::sqrt(variance + static_cast<T>(epsilon_));
        NormalizeRow(from, mean, factor, by_row ? s : nullptr, by_row ? b : nullptr,
                     y.data() + row * n, n);
        if (means) means->data()[row] = mean;
        if (factors) factors->data()[row] = factor;
      }
    });
    if (!by_row) {
      Apply<T, Multiply>(context, shape, scale.shape(), s, y.data());
      if (bias != nullptr) Apply<T, Plus>(context, shape, bias->shape(), b, y.data());
    }
    y.Commit();
    if (means) means->Commit();
    if (factors) factors->Commit();
  }

  // True if `shape`, without leading ones, is exactly what follows `axis` in the input.
  static bool CoversRow(const Shape& shape, const Shape& input, size_t axis) {
    size_t i = shape.rank(), j = input.rank();
    while (j > axis) {
      const int64_t own = i > 0 ? shape[--i] : 1;
      if (own != input[--j]) return false;
    }
    while (i > 0) {
      if (shape[--i] != 1) return false;
    }
    return true;
  }

  template <typename T, typename F>
  static void Apply(KernelContext& context, const Shape& shape, const Shape& operand_shape,
                    const T* operand, T* y) {
    Shape spread = shape;
    BroadcastInto(spread, operand_shape);
    Require(spread == shape, ORT_INVALID_ARGUMENT,
            "scale or bias of shape {} does not broadcast to the input's {}", operand_shape, shape);
    const Broadcast plan(shape, {&shape, &operand_shape});
    const Scalar scalar = plan.IsScalar(1) ? Scalar::kRight : Scalar::kNone;
    plan.ForEach(context.pool(), kCheapBinary,
                 [&](const Broadcast::Offsets& at, int64_t begin, int64_t count) {
                   kPlainLoops<T, T, T, F>(scalar, y + at[0], operand + at[1], y + begin, count);
                 });
  }

  const bool centred_;
  const int64_t axis_;
  const float epsilon_;
  const DType compute_type_;
};

using I = const KernelInfo&;
// Operator set 1: what exporters wrote before the operator was standardised, as ONNX Runtime
// accepts it.
BACKPLANE_CPU_KERNEL(LayerNormalization,
                     Op("LayerNormalization").Since(1).In(0, types::kAllFloats).InPlace(0, 0),
                     [](I info) -> std::unique_ptr<Kernel> {
                       return std::make_unique<LayerNormKernel>(info, true);
                     });
BACKPLANE_CPU_KERNEL(
    SimplifiedLayerNormalization,
    Op("SimplifiedLayerNormalization").Since(1).In(0, types::kAllFloats).InPlace(0, 0),
    [](I info) -> std::unique_ptr<Kernel> {
      return std::make_unique<LayerNormKernel>(info, false);
    });
BACKPLANE_CPU_KERNEL(RMSNormalization,
                     Op("RMSNormalization").Since(23).In(0, types::kAllFloats).InPlace(0, 0),
                     [](I info) -> std::unique_ptr<Kernel> {
                       return std::make_unique<LayerNormKernel>(info, false);
                     });

}  // namespace
}  // namespace backplane::cpu
