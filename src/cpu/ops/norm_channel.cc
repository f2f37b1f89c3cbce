// BatchNormalization, InstanceNormalization and GroupNormalization: one scale and shift
// for each channel of an N x C x ... tensor.
#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/kernel_registry.h"
#include "cpu/ops/norm_common.h"

namespace backplane::cpu {
namespace {

/// An N x C x inner view of a tensor.
struct Channels {
  int64_t batch, channels, inner;

  explicit Channels(const Shape& shape)
      : batch(shape.rank() > 0 ? shape[0] : 1),
        channels(shape.rank() > 1 ? shape[1] : 1),
        inner(shape.rank() > 2 ? shape.Count(2) : 1) {}
};

void RequireLength(const Tensor& tensor, int64_t length, const char* what) {
  Require(tensor.ElementCount() == length, ORT_INVALID_ARGUMENT,
          "{} has shape {} where {} values are expected", what, tensor.shape(), length);
}

// -- BatchNormalization
// ---------------------------------------------------------------------------------------------

/// y = (x - mean) / sqrt(variance + epsilon) * scale + bias, as x * factor + shift with both known
/// for each channel.
class BatchNormKernel final : public Kernel {
 public:
  explicit BatchNormKernel(const KernelInfo& info)
      : compute_type_(info.InputType(0)),
        epsilon_(info.node.Float("epsilon", 1e-5f)),
        momentum_(info.node.Float("momentum", 0.9f)),
        by_element_(info.node.since_version < 9 && info.node.Int("spatial", 1) == 0),
        training_(info.node.since_version >= 14 && info.node.Int("training_mode", 0) != 0) {
    bool constant = !training_;
    for (size_t i = 1; i <= 4; ++i) constant = constant && info.ConstantInput(i) != nullptr;
    if (!constant) return;
    const int64_t n = info.ConstantInput(1)->ElementCount();
    for (size_t i = 1; i <= 4; ++i) RequireLength(*info.ConstantInput(i), n, kNames[i]);
    DispatchComputeType(compute_type_, [&]<typename T>() {
      auto& factors = const_cast<std::vector<T>&>(Factors<T>());
      factors.resize(2 * static_cast<size_t>(n));
      std::vector<T> values[4];
      for (size_t i = 0; i < 4; ++i) values[i] = Convert<T>(*info.ConstantInput(i + 1));
      Fold(values[0].data(), values[1].data(), values[2].data(), values[3].data(), n,
           factors.data());
    });
    constant_channels_ = n;
  }

  void Run(KernelContext& context) const override {
    DispatchComputeType(compute_type_, [&]<typename T>() { RunAs<T>(context); });
  }

 private:
  static constexpr const char* kNames[] = {"X", "scale", "B", "mean", "var"};

  template <typename T>
  const std::vector<T>& Factors() const {
    if constexpr (std::is_same_v<T, float>) {
      return float_factors_;
    } else {
      return double_factors_;
    }
  }

  template <typename T>
  static std::vector<T> Convert(const Tensor& tensor) {
    std::vector<T> values;
    Dispatch<float, double, Float16, BFloat16>(tensor.dtype(), [&]<typename From>() {
      for (const From& value : tensor.span<From>()) values.push_back(ConvertFloat<T>(value));
    });
    return values;
  }

  // factors: n factors, then n shifts.
  template <typename T>
  void Fold(const T* scale, const T* bias, const T* mean, const T* variance, int64_t n,
            T* factors) const {
    for (int64_t c = 0; c < n; ++c) {
      const T factor = scale[c] / std::sqrt(variance[c] + static_cast<T>(epsilon_));
      factors[c] = factor;
      factors[n + c] = bias[c] - mean[c] * factor;
    }
  }

  // Training: the statistics are the batch's own; the running ones are moved towards them.
  template <typename T>
  void UseBatchStatistics(KernelContext& context, const Channels& view,
                          const T* (&values)[4]) const {
    const T* x = ElementsAs<T>(context, context.Input(0));
    T* statistics[2] = {context.Scratch<T>(static_cast<size_t>(view.channels)),
                        context.Scratch<T>(static_cast<size_t>(view.channels))};
    context.pool().For(
        view.channels, static_cast<double>(view.batch * view.inner),
        [&](int64_t begin, int64_t end) {
          for (int64_t c = begin; c < end; ++c) {
            double mean = 0, square = 0, variance = 0;
            for (int64_t i = 0; i < view.batch; ++i) {
              const auto moments = MomentsOf(x + (i * view.channels + c) * view.inner, view.inner);
              mean += static_cast<double>(moments.mean);
              square += static_cast<double>(moments.mean) * static_cast<double>(moments.mean);
              variance += static_cast<double>(moments.variance);
            }
            const auto batch = static_cast<double>(view.batch);
            mean /= batch;
            statistics[0][c] = static_cast<T>(mean);
            statistics[1][c] =
                static_cast<T>(variance / batch + std::max(0.0, square / batch - mean * mean));
          }
        });
    for (size_t i = 0; i < 2; ++i) {
      if (context.HasOutput(1 + i)) {
        OutputAs<T> running(context, context.Output(1 + i, context.Input(3 + i).shape()));
        for (int64_t c = 0; c < view.channels; ++c) {
          running.data()[c] = values[2 + i][c] * static_cast<T>(momentum_) +
                              statistics[i][c] * static_cast<T>(1 - momentum_);
        }
        running.Commit();
      }
      values[2 + i] = statistics[i];
    }
  }

  template <typename T>
  void RunAs(KernelContext& context) const {
    const Tensor& input = context.Input(0);
    Channels view(input.shape());
    if (by_element_) {  // statistics for every element of a sample
      view.channels *= view.inner;
      view.inner = 1;
    }
    Tensor& output = context.Output(0, input.shape());
    const T* factors = nullptr;
    if (constant_channels_ >= 0) {
      Require(constant_channels_ == view.channels, ORT_INVALID_ARGUMENT,
              "scale has {} values where the input of shape {} has {} channels", constant_channels_,
              input.shape(), view.channels);
      factors = Factors<T>().data();
    } else {
      const T* values[4];
      for (size_t i = 1; i <= 4; ++i) {
        RequireLength(context.Input(i), view.channels, kNames[i]);
        values[i - 1] = ElementsAs<T>(context, context.Input(i));
      }
      if (training_) UseBatchStatistics(context, view, values);
      T* folded = context.Scratch<T>(2 * static_cast<size_t>(view.channels));
      Fold(values[0], values[1], values[2], values[3], view.channels, folded);
      factors = folded;
    }
    const T* x = ElementsAs<T>(context, input);
    OutputAs<T> y(context, output);
    const T* shifts = factors + view.channels;
    if (view.inner == 1) {
      context.pool().For(view.batch, 0.3 * static_cast<double>(view.channels),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t i = begin; i < end; ++i) {
                             const int64_t at = i * view.channels;
                             AffineVectors(x + at, factors, shifts, y.data() + at, view.channels);
                           }
                         });
    } else {
      context.pool().For(view.batch * view.channels, 0.25 * static_cast<double>(view.inner) + 5,
                         [&](int64_t begin, int64_t end) {
                           for (int64_t i = begin; i < end; ++i) {
                             const int64_t c = i % view.channels;
                             Affine(x + i * view.inner, factors[c], shifts[c],
                                    y.data() + i * view.inner, view.inner);
                           }
                         });
    }
    y.Commit();
  }

  const DType compute_type_;
  const float epsilon_;
  const float momentum_;
  const bool by_element_;
  const bool training_;
  int64_t constant_channels_ = -1;
  std::vector<float> float_factors_;
  std::vector<double> double_factors_;
};

// -- InstanceNormalization, GroupNormalization
// ----------------------------------------------------------------------

/// Statistics over each of `groups` runs of channels of a sample; an instance norm has as many
/// groups as channels.
class GroupNormKernel final : public Kernel {
 public:
  /// groups 0: one for each channel. `scale_by_group`: operator set 18 had one scale for a group.
  GroupNormKernel(const KernelInfo& info, int64_t groups, bool scale_by_group)
      : compute_type_(info.InputType(0)),
        epsilon_(info.node.Float("epsilon", 1e-5f)),
        groups_(groups),
        scale_by_group_(scale_by_group) {
    Require(groups >= 0, ORT_INVALID_ARGUMENT, "num_groups must be positive");
  }

  void Run(KernelContext& context) const override {
    DispatchComputeType(compute_type_, [&]<typename T>() { RunAs<T>(context); });
  }

 private:
  template <typename T>
  void RunAs(KernelContext& context) const {
    const Tensor& input = context.Input(0);
    Require(input.shape().rank() >= 2, ORT_INVALID_ARGUMENT,
            "the input of shape {} has no channels", input.shape());
    const Channels view(input.shape());
    const int64_t groups = groups_ == 0 ? view.channels : groups_;
    Require(groups == 0 || view.channels % groups == 0, ORT_INVALID_ARGUMENT,
            "{} channels cannot be divided into {} groups", view.channels, groups);
    const int64_t members = groups == 0 ? 0 : view.channels / groups;
    const int64_t scales = scale_by_group_ ? groups : view.channels;
    RequireLength(context.Input(1), scales, "scale");
    RequireLength(context.Input(2), scales, "bias");
    Tensor& output = context.Output(0, input.shape());
    const T* x = ElementsAs<T>(context, input);
    const T* scale = ElementsAs<T>(context, context.Input(1));
    const T* bias = ElementsAs<T>(context, context.Input(2));
    OutputAs<T> y(context, output);
    const int64_t n = members * view.inner;
    context.pool().For(
        view.batch * groups, 0.6 * static_cast<double>(n) + 10, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            const auto moments = MomentsOf(x + i * n, n);
            const T inverse = 1 / std::sqrt(moments.variance + static_cast<T>(epsilon_));
            for (int64_t member = 0; member < members; ++member) {
              const int64_t group = i % groups;
              const int64_t s = scale_by_group_ ? group : group * members + member;
              const int64_t at = i * n + member * view.inner;
              CentredAffine(x + at, moments.mean, scale[s] * inverse, bias[s], y.data() + at,
                            view.inner);
            }
          }
        });
    y.Commit();
  }

  const DType compute_type_;
  const float epsilon_;
  const int64_t groups_;
  const bool scale_by_group_;
};

using I = const KernelInfo&;
BACKPLANE_CPU_KERNEL(BatchNormalization,
                     Op("BatchNormalization").Since(1).In(0, types::kAllFloats).InPlace(0, 0),
                     Make<BatchNormKernel>);
BACKPLANE_CPU_KERNEL(InstanceNormalization,
                     Op("InstanceNormalization").Since(1).In(0, types::kAllFloats).InPlace(0, 0),
                     [](I info) -> std::unique_ptr<Kernel> {
                       return std::make_unique<GroupNormKernel>(info, 0, false);
                     });

template <bool kScaleByGroup>
std::unique_ptr<Kernel> MakeGroupNorm(I info) {
  const int64_t groups = info.node.Int("num_groups", 0);
  Require(groups > 0, ORT_INVALID_ARGUMENT, "num_groups must be positive");
  return std::make_unique<GroupNormKernel>(info, groups, kScaleByGroup);
}
BACKPLANE_CPU_KERNEL(GroupNormalization18,
                     Op("GroupNormalization").Since(18, 20).In(0, types::kAllFloats).InPlace(0, 0),
                     MakeGroupNorm<true>);
BACKPLANE_CPU_KERNEL(GroupNormalization21,
                     Op("GroupNormalization").Since(21).In(0, types::kAllFloats).InPlace(0, 0),
                     MakeGroupNorm<false>);

}  // namespace
}  // namespace backplane::cpu
