// MaxPool, AveragePool, LpPool and the global ones: ONNX's on [N, C, spatial...], the private ones
// on [N, spatial..., C]. Floats run the channels-last kernels; other types, and MaxPool with
// indices, run a plain loop on the original layout.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include "base/checked_math.h"
#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/kernels/pool.h"
#include "cpu/ops/conv_layout.h"
#include "cpu/ops/conv_window.h"
#include "cpu/ops/dispatch.h"

namespace backplane::cpu {
namespace {

class PoolBase : public Kernel {
 protected:
  explicit PoolBase(const KernelInfo& info)
      : name_(info.node.Describe()),
        channels_last_(info.node.domain == kPrivateDomain),
        kind_(info.node.op_type.ends_with("MaxPool")       ? PoolKind::kMax
              : info.node.Int("count_include_pad", 0) != 0 ? PoolKind::kAverageWithPads
                                                           : PoolKind::kAverage) {
    if (info.node.op_type.starts_with("Global")) return;
    attributes_.emplace(info.node, std::span<const int64_t>());
    for (size_t i = 0; i < 3; ++i) {
      Require(std::max(attributes_->pad_begin()[i], attributes_->pad_end()[i]) <
                  attributes_->kernel()[i] * attributes_->dilation()[i],
              ORT_INVALID_ARGUMENT, "{}: pads must be smaller than the window", name_);
    }
  }

  struct Resolved {
    Window window;
    Dims3 pad_end{0, 0, 0};
    Shape output;
  };
  Resolved Resolve(const Shape& x) const {
    Resolved r;
    if (attributes_) {
      r.window = attributes_->Resolve(x, channels_last_, &r.pad_end);
      r.output = attributes_->OutputShape(r.window, r.window.channels, channels_last_);
      return r;
    }
    Require(x.rank() >= 2, ORT_INVALID_ARGUMENT,
            "{}: input of shape {} must have at least 2 dimensions", name_, x);
    Window& w = r.window;
    w.batch = x[0];
    w.channels = channels_last_ ? x.back() : x[1];
    w.in[2] = channels_last_ ? x.Count(1, x.rank() - 1) : x.Count(2);
    w.kernel[2] = std::max<int64_t>(1, w.in[2]);
    r.output = x;
    const size_t first = channels_last_ ? 1 : 2;
    std::fill_n(r.output.data() + first, x.rank() - 2, 1);
    return r;
  }

  std::string name_;
  bool channels_last_;
  PoolKind kind_;
  std::optional<WindowAttributes> attributes_;  ///< absent for a global operator
};

class PoolFloat final : public PoolBase {
 public:
  explicit PoolFloat(const KernelInfo& info) : PoolBase(info) {}

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    const Resolved r = Resolve(x.shape());
    Tensor& y = context.Output(0, r.output);
    const int64_t count = y.ElementCount();
    if (count == 0) return;
    if (channels_last_) {
      Pool(kind_, r.window, r.pad_end, x.data<float>(), y.data<float>(), context.pool());
      return;
    }
    const auto* x_last = static_cast<const float*>(ToChannelsLast(context, x));
    const bool same_layout = r.window.channels == 1 || count == r.window.batch * r.window.channels;
    float* y_last =
        same_layout ? y.data<float>() : context.Scratch<float>(static_cast<size_t>(count));
    Pool(kind_, r.window, r.pad_end, x_last, y_last, context.pool());
    if (!same_layout) FromChannelsLast(context, y_last, y);
  }
};

// Calls visit(index within the channel, depth, row, column) for the elements of a window that are
// inside the image.
template <typename Visit>
void ForEachTap(const Window& w, const Dims3& out, Visit&& visit) {
  const Window::Taps depth = w.TapsAt(0, out[0]), rows = w.TapsAt(1, out[1]),
                     columns = w.TapsAt(2, out[2]);
  for (int64_t kd = depth.first; kd < depth.last; ++kd) {
    const int64_t d = depth.start + kd * w.dilation[0];
    for (int64_t kh = rows.first; kh < rows.last; ++kh) {
      const int64_t h = rows.start + kh * w.dilation[1];
      for (int64_t kw = columns.first; kw < columns.last; ++kw) {
        const int64_t column = columns.start + kw * w.dilation[2];
        visit((d * w.in[1] + h) * w.in[2] + column, d, h, column);
      }
    }
  }
}

// Elements that an average divides by: those within the image and its padding.
int64_t PaddedElements(const Window& w, const Dims3& pad_end, const Dims3& out) {
  int64_t elements = 1;
  for (size_t i = 0; i < 3; ++i) {
    elements *= w.TapsBefore(i, out[i] * w.stride[i] - w.pad[i], w.in[i] + pad_end[i]);
  }
  return elements;
}

// Calls visit(index of the output, its position, index of its plane's first input) for every output
// of [N, C, spatial...].
template <typename Visit>
void ForEachOutput(ThreadPool& pool, const Window& w, Visit&& visit) {
  const int64_t in_pixels = w.in[0] * w.in[1] * w.in[2];
  const int64_t out_pixels = w.out[0] * w.out[1] * w.out[2];
  const double cost = static_cast<double>(out_pixels) * static_cast<double>(w.kernel[0]) *
                      static_cast<double>(w.kernel[1]) * static_cast<double>(w.kernel[2]);
  pool.For(w.batch * w.channels, cost, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      for (int64_t i = 0; i < out_pixels; ++i) {
        const Dims3 out{i / (w.out[1] * w.out[2]), i / w.out[2] % w.out[1], i % w.out[2]};
        visit(plane * out_pixels + i, out, plane * in_pixels);
      }
    }
  });
}

template <typename T>
class PoolPlain final : public PoolBase {
 public:
  explicit PoolPlain(const KernelInfo& info)
      : PoolBase(info), column_major_(info.node.Int("storage_order", 0) != 0) {}

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    const Resolved r = Resolve(x.shape());
    Tensor& y = context.Output(0, r.output);
    Tensor* indices = context.OptionalOutput(1, r.output);
    if (y.ElementCount() == 0) return;
    int64_t* index = indices != nullptr ? indices->data<int64_t>() : nullptr;
    ForEachOutput(context.pool(), r.window, [&](int64_t at, const Dims3& out, int64_t first) {
      const T* from = x.data<T>() + first;
      y.data<T>()[at] = kind_ == PoolKind::kMax ? MaxOf(r.window, out, from, first,
                                                        index != nullptr ? index + at : nullptr)
                                                : AverageOf(r.window, r.pad_end, out, from);
    });
  }

 private:
  T MaxOf(const Window& w, const Dims3& out, const T* from, int64_t base, int64_t* index) const {
    T best = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                  : std::numeric_limits<T>::lowest();
    int64_t where = -1;
    ForEachTap(w, out, [&](int64_t at, int64_t d, int64_t h, int64_t column) {
      if (where >= 0 && !(from[at] > best)) return;
      best = from[at];
      where = column_major_ ? (column * w.in[1] + h) * w.in[0] + d : at;
    });
    if (index != nullptr) *index = where < 0 ? -1 : base + where;
    return best;
  }

  T AverageOf(const Window& w, const Dims3& pad_end, const Dims3& out, const T* from) const {
    T sum{};
    int64_t count = 0;
    ForEachTap(w, out, [&](int64_t at, int64_t, int64_t, int64_t) {
      sum = static_cast<T>(sum + from[at]);
      ++count;
    });
    if (kind_ == PoolKind::kAverageWithPads) count = PaddedElements(w, pad_end, out);
    return static_cast<T>(sum / static_cast<T>(count));
  }

  bool column_major_;
};

// (sum of |x|^p)^(1/p) over the window.
template <typename T>
class LpPool final : public PoolBase {
 public:
  // p was a float in the first version.
  explicit LpPool(const KernelInfo& info)
      : PoolBase(info),
        p_(info.node.since_version == 1 ? static_cast<double>(info.node.Float("p", 2.0f))
                                        : static_cast<double>(info.node.Int("p", 2))) {
    Require(p_ > 0, ORT_INVALID_ARGUMENT, "{}: p must be positive, it is {}", name_, p_);
  }

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    const Resolved r = Resolve(x.shape());
    Tensor& y = context.Output(0, r.output);
    if (y.ElementCount() == 0) return;
    ForEachOutput(context.pool(), r.window, [&](int64_t at, const Dims3& out, int64_t first) {
      const T* from = x.data<T>() + first;
      double sum = 0;
      ForEachTap(r.window, out, [&](int64_t i, int64_t, int64_t, int64_t) {
        sum += std::pow(std::abs(static_cast<double>(from[i])), p_);
      });
      y.data<T>()[at] = static_cast<T>(std::pow(sum, 1.0 / p_));
    });
  }

 private:
  double p_;
};

std::unique_ptr<Kernel> MakeLpPool(const KernelInfo& info) {
  return Dispatch<float, double>(info.InputType(0), [&]<typename T>() -> std::unique_ptr<Kernel> {
    return std::make_unique<LpPool<T>>(info);
  });
}

template <typename... Types>
std::unique_ptr<Kernel> MakePool(const KernelInfo& info) {
  if (info.InputType(0) == DType::kFloat && !info.HasOutput(1))
    return std::make_unique<PoolFloat>(info);
  return Dispatch<Types...>(info.InputType(0), [&]<typename T>() -> std::unique_ptr<Kernel> {
    return std::make_unique<PoolPlain<T>>(info);
  });
}

constexpr TypeSet kMaxTypes{DType::kFloat, DType::kDouble, DType::kInt8, DType::kUInt8};

BACKPLANE_CPU_KERNEL(MaxPool, Op("MaxPool").Since(1).In(0, kMaxTypes),
                     MakePool<float, double, int8_t, uint8_t>);
BACKPLANE_CPU_KERNEL(AveragePool, Op("AveragePool").Since(1).In(0, types::kFloats),
                     MakePool<float, double>);
BACKPLANE_CPU_KERNEL(GlobalMaxPool, Op("GlobalMaxPool").Since(1).In(0, types::kFloats),
                     MakePool<float, double>);
BACKPLANE_CPU_KERNEL(GlobalAveragePool, Op("GlobalAveragePool").Since(1).In(0, types::kFloats),
                     MakePool<float, double>);
BACKPLANE_CPU_KERNEL(LpPool, Op("LpPool").Since(1).In(0, types::kFloats), MakeLpPool);
BACKPLANE_CPU_KERNEL(GlobalLpPool, Op("GlobalLpPool").Since(1).In(0, types::kFloats), MakeLpPool);

BACKPLANE_CPU_KERNEL(MaxPoolPrivate, Op("MaxPool", kPrivateDomain).In(0, DType::kFloat),
                     Make<PoolFloat>);
BACKPLANE_CPU_KERNEL(AveragePoolPrivate, Op("AveragePool", kPrivateDomain).In(0, DType::kFloat),
                     Make<PoolFloat>);
BACKPLANE_CPU_KERNEL(GlobalMaxPoolPrivate, Op("GlobalMaxPool", kPrivateDomain).In(0, DType::kFloat),
                     Make<PoolFloat>);
BACKPLANE_CPU_KERNEL(GlobalAveragePoolPrivate,
                     Op("GlobalAveragePool", kPrivateDomain).In(0, DType::kFloat), Make<PoolFloat>);

}  // namespace
}  // namespace backplane::cpu
