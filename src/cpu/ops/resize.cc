// Resize and Upsample. Nearest moves elements; linear and cubic go axis by axis, innermost first,
// in float.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/resize_plan.h"

namespace backplane::cpu {
namespace {

template <typename T>
T FromFloat(float value) {
  if constexpr (std::is_integral_v<T>) {
    // Clamped in double, which holds the bounds of 32 bits; the fraction is dropped, as ONNX
    // Runtime does.
    const double low = std::numeric_limits<T>::min();
    const auto high = static_cast<double>(std::numeric_limits<T>::max());
    const double v = value;
    return static_cast<T>(v > low ? (v < high ? v : high) : low);
  } else {
    return static_cast<T>(value);
  }
}

class ResizeKernel final : public Kernel {
 public:
  explicit ResizeKernel(const KernelInfo& info)
      : attributes_(info.node),
        upsample_(info.node.op_type == "Upsample" || info.node.since_version < 11) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const std::span<ResizeAxis> axes(context.Scratch<ResizeAxis>(from.rank()), from.rank());
    std::uninitialized_fill(axes.begin(), axes.end(), ResizeAxis());
    PlanAxes(context, from, axes);
    Shape to = from;
    for (size_t i = 0; i < from.rank(); ++i) to[i] = axes[i].out;
    Tensor& output = context.Output(0, to);
    if (output.ElementCount() == 0) return;
    Require(input.ElementCount() > 0, ORT_INVALID_ARGUMENT,
            "Resize: an input of shape {} has nothing to sample", from);
    const bool unchanged = std::all_of(axes.begin(), axes.end(), [&](const ResizeAxis& axis) {
      return axis.Unchanged(attributes_);
    });
    if (unchanged) {
      CopyContiguous(context.pool(), input.dtype(), output.raw(), input.raw(),
                     input.ElementCount());
    } else if (attributes_.mode == ResizeMode::kNearest) {
      Nearest(context, input, axes, output);
    } else {
      Interpolate(context, input, axes, output);
    }
    if (attributes_.coordinates == CoordinateMode::kTfCropAndResize) Extrapolate(axes, output);
  }

 private:
  // sizes
  void PlanAxes(KernelContext& context, const Shape& from, std::span<ResizeAxis> axes) const {
    const auto rank = static_cast<int64_t>(from.rank());
    for (size_t i = 0; i < from.rank(); ++i) axes[i].in = axes[i].out = from[i];
    IntList chosen;
    if (attributes_.has_axes) {
      chosen = NormalizeAxes(attributes_.axes, rank);
    } else {
      for (int64_t i = 0; i < rank; ++i) chosen.PushBack(i);
    }
    const Tensor* scales = context.OptionalInput(upsample_ ? 1 : 2);
    const Tensor* sizes = upsample_ ? nullptr : context.OptionalInput(3);
    if (sizes != nullptr && sizes->ElementCount() > 0) {
      PlanSizes(ReadInts(*sizes, "sizes", rank), chosen, axes);
    } else if (scales != nullptr) {
      Require(scales->dtype() == DType::kFloat, ORT_INVALID_ARGUMENT, "scales must be float");
      PlanScales(scales->span<float>(), chosen, axes);
    } else {
      PlanScales(attributes_.scales, chosen, axes);
    }
    if (attributes_.coordinates == CoordinateMode::kTfCropAndResize) PlanRoi(context, chosen, axes);
  }

  static void PlanScales(std::span<const float> scales, const IntList& chosen,
                         std::span<ResizeAxis> axes) {
    Require(scales.size() == chosen.size(), ORT_INVALID_ARGUMENT,
            "Resize: {} scales for {} axes: either scales or sizes must be given for each",
            scales.size(), chosen.size());
    for (size_t i = 0; i < scales.size(); ++i) {
      ResizeAxis& axis = axes[static_cast<size_t>(chosen[i])];
      Require(scales[i] > 0 && std::isfinite(scales[i]), ORT_INVALID_ARGUMENT,
              "Scale value should be greater than 0, it is {}", scales[i]);
      const double out = std::floor(static_cast<float>(axis.in) * scales[i]);
      Require(out < 9e15, ORT_INVALID_ARGUMENT, "Resize: a dimension of {} times {} is too large",
              axis.in, scales[i]);
      axis.scale = scales[i];
      axis.out = static_cast<int64_t>(out);
    }
  }

  void PlanSizes(const IntList& sizes, const IntList& chosen, std::span<ResizeAxis> axes) const {
    Require(sizes.size() == chosen.size(), ORT_INVALID_ARGUMENT, "Resize: {} sizes for {} axes",
            sizes.size(), chosen.size());
    float common = attributes_.aspect == AspectPolicy::kNotSmaller
                       ? 0.0f
                       : std::numeric_limits<float>::infinity();
    for (size_t i = 0; i < sizes.size(); ++i) {
      ResizeAxis& axis = axes[static_cast<size_t>(chosen[i])];
      Require(sizes[i] >= 0 && (sizes[i] == 0 || axis.in > 0), ORT_INVALID_ARGUMENT,
              "Resize: size {} for a dimension of {}", sizes[i], axis.in);
      axis.out = sizes[i];
      axis.scale = axis.in == 0 ? 1.0f : static_cast<float>(sizes[i]) / static_cast<float>(axis.in);
      common = attributes_.aspect == AspectPolicy::kNotSmaller ? std::max(common, axis.scale)
                                                               : std::min(common, axis.scale);
    }
    if (attributes_.aspect == AspectPolicy::kStretch) return;
    for (const int64_t i : chosen) {
      ResizeAxis& axis = axes[static_cast<size_t>(i)];
      axis.scale = common;
      axis.out = static_cast<int64_t>(std::round(common * static_cast<float>(axis.in)));
    }
  }

  static void PlanRoi(const KernelContext& context, const IntList& chosen,
                      std::span<ResizeAxis> axes) {
    const Tensor* roi = context.OptionalInput(1);
    Require(roi != nullptr && roi->ElementCount() == static_cast<int64_t>(2 * chosen.size()),
            ORT_INVALID_ARGUMENT, "Resize: roi must have a start and an end for each of {} axes",
            chosen.size());
    const auto at = [&](size_t i) {
      if (roi->dtype() == DType::kFloat) return roi->data<float>()[i];
      if (roi->dtype() == DType::kDouble) return static_cast<float>(roi->data<double>()[i]);
      Require(roi->dtype() == DType::kFloat16, ORT_INVALID_ARGUMENT, "roi must be a float tensor");
      return static_cast<float>(roi->data<Float16>()[i]);
    };
    for (size_t i = 0; i < chosen.size(); ++i) {
      axes[static_cast<size_t>(chosen[i])].roi_start = at(i);
      axes[static_cast<size_t>(chosen[i])].roi_end = at(i + chosen.size());
    }
  }

  // nearest
  void Nearest(KernelContext& context, const Tensor& input, std::span<const ResizeAxis> axes,
               Tensor& output) const {
    // Trailing axes that stay as they are move as one block.
    size_t rank = axes.size();
    while (rank > 1 && axes[rank - 1].Unchanged(attributes_)) --rank;
    const Shape& to = output.shape();
    const int64_t block = input.shape().Count(rank);
    int64_t total = 0;
    for (size_t d = 0; d < rank; ++d) total += to[d];
    auto* maps = context.Scratch<int64_t>(static_cast<size_t>(total));
    int64_t* map = maps;
    for (size_t d = 0; d < rank; ++d) {
      const int64_t stride = input.shape().Count(d + 1);
      for (int64_t o = 0; o < to[d]; ++o) {
        *map++ = NearestPosition(attributes_, axes[d], SourceCoordinate(attributes_, axes[d], o)) *
                 stride;
      }
    }
    const int64_t* inner = map - to[rank - 1];
    DispatchBySize(input.dtype(), [&]<typename T>() {
      const T* src = static_cast<const T*>(input.raw());
      T* dst = static_cast<T*>(output.raw());
      const int64_t row = to[rank - 1];
      const double cost = static_cast<double>(row * block) + 5;
      context.pool().For(to.Count(0, rank - 1), cost, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
          const T* from = src;
          int64_t position = r;
          const int64_t* axis_map = inner;
          for (size_t d = rank - 1; d-- > 0;) {
            axis_map -= to[d];
            from += axis_map[position % to[d]];
            position /= to[d];
          }
          T* out = dst + r * row * block;
          if (block == 1) {
            for (int64_t i = 0; i < row; ++i) out[i] = from[inner[i]];
          } else {
            for (int64_t i = 0; i < row; ++i) std::copy_n(from + inner[i], block, out + i * block);
          }
        }
      });
    });
  }

  // linear and cubic
  void Interpolate(KernelContext& context, const Tensor& input, std::span<const ResizeAxis> axes,
                   Tensor& output) const {
    Dispatch<float, uint8_t, int8_t, int32_t, double, int16_t, uint16_t, int64_t, Float16,
             BFloat16>(input.dtype(),
                       [&]<typename T>() { InterpolateAs<T>(context, input, axes, output); });
  }

  template <typename T>
  void InterpolateAs(KernelContext& context, const Tensor& input, std::span<const ResizeAxis> axes,
                     Tensor& output) const {
    Shape shape = input.shape();
    const float* source = nullptr;
    const int64_t count = input.ElementCount();
    if constexpr (std::is_same_v<T, float>) {
      source = input.data<float>();
    } else {
      auto* converted = context.Scratch<float>(static_cast<size_t>(count));
      const T* x = input.data<T>();
      for (int64_t i = 0; i < count; ++i) converted[i] = static_cast<float>(x[i]);
      source = converted;
    }
    size_t left = 0;
    for (const ResizeAxis& axis : axes) left += axis.Unchanged(attributes_) ? 0 : 1;
    for (size_t d = axes.size(); d-- > 0;) {
      const ResizeAxis& axis = axes[d];
      if (axis.Unchanged(attributes_)) continue;
      const int64_t outer = shape.Count(0, d);
      const int64_t inner = shape.Count(d + 1);
      shape[d] = axis.out;
      const bool last = --left == 0;
      float* target = nullptr;
      if constexpr (std::is_same_v<T, float>) {
        if (last) target = output.data<float>();
      }
      if (target == nullptr)
        target = context.Scratch<float>(static_cast<size_t>(shape.ElementCount()));
      InterpolateAxis(context, axis, outer, inner, source, target);
      if (attributes_.antialias && std::is_integral_v<T>) RoundTo<T>(target, shape.ElementCount());
      source = target;
    }
    if constexpr (!std::is_same_v<T, float>) {
      T* y = output.data<T>();
      for (int64_t i = 0; i < output.ElementCount(); ++i) y[i] = FromFloat<T>(source[i]);
    }
  }

  // Antialiasing rounds after each axis, the other modes drop the fraction at the end; both as ONNX
  // Runtime does.
  template <typename T>
  static void RoundTo(float* x, int64_t count) {
    for (int64_t i = 0; i < count; ++i)
      x[i] = static_cast<float>(FromFloat<T>(std::floor(x[i] + 0.5f)));
  }

  void InterpolateAxis(KernelContext& context, const ResizeAxis& axis, int64_t outer, int64_t inner,
                       const float* from, float* to) const {
    const int64_t taps = TapsOf(attributes_, axis);
    const auto entries = CheckedMul(static_cast<size_t>(axis.out), static_cast<size_t>(taps));
    auto* positions = context.Scratch<int64_t>(entries);
    auto* weights = context.Scratch<float>(entries);
    FillWeights(attributes_, axis, taps, positions, weights);
    if (inner == 1) {
      context.pool().For(
          outer, static_cast<double>(axis.out * taps), [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; ++r) {
              const float* row = from + r * axis.in;
              float* out = to + r * axis.out;
              const int64_t* position = positions;
              const float* weight = weights;
              for (int64_t o = 0; o < axis.out; ++o, position += taps, weight += taps) {
                float sum = 0;
                for (int64_t k = 0; k < taps; ++k) sum += weight[k] * row[position[k]];
                out[o] = sum;
              }
            }
          });
      return;
    }
    context.pool().For(outer * axis.out, 0.3 * static_cast<double>(inner * taps),
                       [&](int64_t begin, int64_t end) {
                         for (int64_t r = begin; r < end; ++r) {
                           const int64_t o = r % axis.out;
                           const float* plane = from + r / axis.out * axis.in * inner;
                           float* out = to + r * inner;
                           const float* first = plane + positions[o * taps] * inner;
                           const float w = weights[o * taps];
                           for (int64_t i = 0; i < inner; ++i) out[i] = w * first[i];
                           for (int64_t k = 1; k < taps; ++k) {
                             const float* row = plane + positions[o * taps + k] * inner;
                             const float v = weights[o * taps + k];
                             for (int64_t i = 0; i < inner; ++i) out[i] += v * row[i];
                           }
                         }
                       });
  }

  // tf_crop_and_resize
  void Extrapolate(std::span<const ResizeAxis> axes, Tensor& output) const {
    const Shape& to = output.shape();
    for (size_t d = 0; d < axes.size(); ++d) {
      const int64_t outer = to.Count(0, d);
      const int64_t inner = to.Count(d + 1);
      for (int64_t o = 0; o < axes[d].out; ++o) {
        if (!IsExtrapolated(attributes_, axes[d], SourceCoordinate(attributes_, axes[d], o)))
          continue;
        Dispatch<float, uint8_t, int8_t, int32_t, double, int16_t, uint16_t, int64_t, Float16,
                 BFloat16>(output.dtype(), [&]<typename T>() {
          const T value = FromFloat<T>(attributes_.extrapolation_value);
          for (int64_t r = 0; r < outer; ++r) {
            std::fill_n(output.data<T>() + (r * axes[d].out + o) * inner, inner, value);
          }
        });
      }
    }
  }

  const ResizeAttributes attributes_;
  const bool upsample_;  // scales are input 1 or an attribute, no roi, no sizes
};

constexpr TypeSet kResized =
    types::kAllFloats | TypeSet{DType::kUInt8,  DType::kInt8,  DType::kInt16,
                                DType::kUInt16, DType::kInt32, DType::kInt64};

BACKPLANE_CPU_KERNEL(Resize, Op("Resize").Since(10).In(0, kResized), Make<ResizeKernel>);
BACKPLANE_CPU_KERNEL(Upsample, Op("Upsample").Since(7).In(0, kResized), Make<ResizeKernel>);

}  // namespace
}  // namespace backplane::cpu
