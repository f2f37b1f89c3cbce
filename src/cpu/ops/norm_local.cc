// LRN, LpNormalization and MeanVarianceNormalization.
#include <cmath>
#include <limits>

#include "cpu/kernel_registry.h"
#include "cpu/ops/binary_kernel.h"
#include "cpu/ops/norm_common.h"
#include "cpu/ops/reduce_plan.h"

namespace backplane::cpu {
namespace {

using I = const KernelInfo&;

/// Local response normalisation across channels: each row of inner elements is computed from its
/// neighbours' rows, so that the loop runs along memory whatever the window.
class LrnKernel final : public Kernel {
 public:
  explicit LrnKernel(const KernelInfo& info)
      : size_(info.node.Int("size", 0)),
        params_{info.node.Float("alpha", 1e-4f), info.node.Float("beta", 0.75f),
                info.node.Float("bias", 1.0f)} {
    Require(size_ > 0, ORT_INVALID_ARGUMENT, "size must be positive, not {}", size_);
    params_.alpha /= static_cast<float>(size_);
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& shape = input.shape();
    Require(shape.rank() >= 2, ORT_INVALID_ARGUMENT, "the input of shape {} has no channels",
            shape);
    Tensor& output = context.Output(0, shape);
    const int64_t channels = shape[1];
    const int64_t inner = shape.Count(2);
    const int64_t before = (size_ - 1) / 2;
    const int64_t after = size_ - 1 - before;
    const float* x = ElementsAs<float>(context, input);
    OutputAs<float> y(context, output);
    const double window = static_cast<double>(std::min(size_, channels));
    context.pool().For(shape[0] * channels, (0.1 * window + 0.4) * static_cast<double>(inner) + 5,
                       [&](int64_t begin, int64_t end) {
                         for (int64_t i = begin; i < end; ++i) {
                           const int64_t c = i % channels;
                           LrnRow(x + i * inner, x + (i - c) * inner,
                                  std::max<int64_t>(0, c - before),
                                  c > channels - 1 - after ? channels : c + after + 1, inner,
                                  params_, y.data() + i * inner, inner);
                         }
                       });
    y.Commit();
  }

 private:
  const int64_t size_;
  LrnParams params_;
};
BACKPLANE_CPU_KERNEL(LRN, Op("LRN").Since(1).In(0, types::kHalfs | DType::kFloat), Make<LrnKernel>);

// y = x op statistic, the statistic having one value for each output of a reduction that kept its
// dimensions.
template <typename T, typename F>
void ApplyStatistic(KernelContext& context, const Shape& shape, const Shape& reduced, const T* x,
                    const T* statistic, T* y, F) {
  const Broadcast plan(shape, {&shape, &reduced});
  const Scalar scalar = plan.IsScalar(1) ? Scalar::kRight : Scalar::kNone;
  plan.ForEach(context.pool(), kCheapBinary,
               [&](const Broadcast::Offsets& at, int64_t begin, int64_t count) {
                 kPlainLoops<T, T, T, F>(scalar, x + at[0], statistic + at[1], y + begin, count);
               });
}

struct DivideOrZero {
  template <typename T>
  T operator()(T a, T norm) const {
    return norm == 0 ? T{0} : a / norm;
  }
};
struct Minus {
  template <typename T>
  T operator()(T a, T b) const {
    return a - b;
  }
};
struct Over {
  template <typename T>
  T operator()(T a, T b) const {
    return a / b;
  }
};

/// x / |x|_p along one axis; a zero vector stays zero.
class LpNormalizationKernel final : public Kernel {
 public:
  explicit LpNormalizationKernel(const KernelInfo& info)
      : compute_type_(info.InputType(0)),
        axis_(info.node.Int("axis", -1)),
        p_(info.node.Int("p", 2)) {
    Require(p_ == 1 || p_ == 2, ORT_INVALID_ARGUMENT, "p must be 1 or 2, not {}", p_);
  }
  void Run(KernelContext& context) const override {
    DispatchComputeType(compute_type_, [&]<typename T>() { RunAs<T>(context); });
  }

 private:
  template <typename T>
  void RunAs(KernelContext& context) const {
    const Tensor& input = context.Input(0);
    const Shape& shape = input.shape();
    const AxisSet axes({&axis_, 1}, shape.rank());
    const ReducePlan plan(shape, axes);
    Tensor& output = context.Output(0, shape);
    const T* x = ElementsAs<T>(context, input);
    OutputAs<T> y(context, output);
    T* norms = context.Scratch<T>(static_cast<size_t>(plan.outputs()));
    const auto loops =
        ReduceLoopsFor(p_ == 1 ? Reduction::kSumAbs : Reduction::kSumSquare, kDTypeOf<T>);
    plan.Run(context, loops, x, sizeof(T), nullptr, [&](void* sums, int64_t first, int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        const T sum = static_cast<const T*>(sums)[i];
        norms[first + i] = p_ == 1 ? sum : std::sqrt(sum);
      }
    });
    ApplyStatistic(context, shape, ReducePlan::OutputShape(shape, axes, true), x, norms, y.data(),
                   DivideOrZero());
    y.Commit();
  }

  const DType compute_type_;
  const int64_t axis_;
  const int64_t p_;
};
BACKPLANE_CPU_KERNEL(LpNormalization,
                     Op("LpNormalization").Since(1).In(0, types::kAllFloats).InPlace(0, 0),
                     Make<LpNormalizationKernel>);

/// (x - mean) / sqrt(variance) over `axes`. Operator set 1 has `across_channels` and
/// `normalize_variance` instead.
class MeanVarianceKernel final : public Kernel {
 public:
  explicit MeanVarianceKernel(const KernelInfo& info) : compute_type_(info.InputType(0)) {
    axes_ = info.node.Ints("axes");
    if (!axes_.empty()) return;
    axes_ = {0, 2, 3};
    if (info.node.since_version >= 9) return;
    if (info.node.Int("across_channels", 0) != 0) axes_ = {0, 1, 2, 3};
    divide_ = info.node.Int("normalize_variance", 1) != 0;
  }
  void Run(KernelContext& context) const override {
    DispatchComputeType(compute_type_, [&]<typename T>() { RunAs<T>(context); });
  }

 private:
  template <typename T>
  void RunAs(KernelContext& context) const {
    const Tensor& input = context.Input(0);
    const Shape& shape = input.shape();
    const AxisSet axes(axes_, shape.rank());
    const ReducePlan plan(shape, axes);
    const Shape reduced = ReducePlan::OutputShape(shape, axes, true);
    Tensor& output = context.Output(0, shape);
    const T* x = ElementsAs<T>(context, input);
    OutputAs<T> y(context, output);
    T* statistics = context.Scratch<T>(static_cast<size_t>(plan.outputs()));
    const T count = static_cast<T>(plan.reduced());
    plan.Run(context, ReduceLoopsFor(Reduction::kSum, kDTypeOf<T>), x, sizeof(T), nullptr,
             [&](void* sums, int64_t first, int64_t n) {
               for (int64_t i = 0; i < n; ++i)
                 statistics[first + i] = static_cast<const T*>(sums)[i] / count;
             });
    ApplyStatistic(context, shape, reduced, x, statistics, y.data(), Minus());
    if (divide_) {
      plan.Run(context, ReduceLoopsFor(Reduction::kSumSquare, kDTypeOf<T>), y.data(), sizeof(T),
               nullptr, [&](void* sums, int64_t first, int64_t n) {
                 for (int64_t i = 0; i < n; ++i) {
                   statistics[first + i] =
                       std::sqrt(static_cast<const T*>(sums)[i] / count) + static_cast<T>(1e-9);
                 }
               });
      ApplyStatistic(context, shape, reduced, static_cast<const T*>(y.data()), statistics, y.data(),
                     Over());
    }
    y.Commit();
  }

  const DType compute_type_;
  std::vector<int64_t> axes_;
  bool divide_ = true;
};
BACKPLANE_CPU_KERNEL(
    MeanVarianceNormalization,
    Op("MeanVarianceNormalization").Since(1).In(0, types::kAllFloats).InPlace(0, 0),
    Make<MeanVarianceKernel>);

}  // namespace
}  // namespace backplane::cpu
