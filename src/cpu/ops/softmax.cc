// Softmax, LogSoftmax and Hardmax. Before operator set 13 the input is seen as a matrix split at
// `axis` and the rows are normalised; since then the one dimension `axis` is.
#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/kernel_registry.h"
#include "cpu/kernels/elementwise.h"
#include "cpu/kernels/softmax.h"
#include "cpu/ops/dispatch.h"

namespace backplane::cpu {
namespace {

/// The tensor as outer x length x inner, normalised along length.
struct Extents {
  int64_t outer, length, inner;
};

/// Operates on columns [first, first + columns) of one outer index.
using ColumnLoop = void (*)(const void* x, void* y, int64_t length, int64_t inner, int64_t columns);

template <bool kLogarithm>
void FloatColumns(const void* x, void* y, int64_t length, int64_t inner, int64_t columns) {
  const float* from = static_cast<const float*>(x);
  float* to = static_cast<float*>(y);
  if (inner == 1) {
    SoftmaxRow(from, to, length, kLogarithm);
  } else {
    SoftmaxColumns(from, to, length, inner, columns, kLogarithm);
  }
}

template <bool kLogarithm>
void DoubleColumns(const void* x, void* y, int64_t length, int64_t inner, int64_t columns) {
  for (int64_t c = 0; c < columns; ++c) {
    const double* from = static_cast<const double*>(x) + c;
    double* to = static_cast<double*>(y) + c;
    double max = -std::numeric_limits<double>::infinity();
    for (int64_t i = 0; i < length; ++i) max = std::max(max, from[i * inner]);
    double sum = 0;
    for (int64_t i = 0; i < length; ++i) sum += std::exp(from[i * inner] - max);
    const double log_sum = std::log(sum);
    for (int64_t i = 0; i < length; ++i) {
      const double shifted = from[i * inner] - max;
      to[i * inner] = kLogarithm ? shifted - log_sum : std::exp(shifted) / sum;
    }
  }
}

// 1 at the first maximum, 0 elsewhere.
template <typename T>
void HardmaxColumns(const void* x, void* y, int64_t length, int64_t inner, int64_t columns) {
  for (int64_t c = 0; c < columns; ++c) {
    const T* from = static_cast<const T*>(x) + c;
    T* to = static_cast<T*>(y) + c;
    int64_t best = 0;
    for (int64_t i = 1; i < length; ++i) {
      if (from[i * inner] > from[best * inner]) best = i;
    }
    for (int64_t i = 0; i < length; ++i) to[i * inner] = T{0};
    to[best * inner] = T{1};
  }
}

class SoftmaxKernel final : public Kernel {
 public:
  SoftmaxKernel(const KernelInfo& info, ColumnLoop loop, double cost)
      : dtype_(info.InputType(0)),
        loop_(loop),
        cost_(cost),
        flatten_(info.node.since_version < 13),
        axis_(info.node.Int("axis", flatten_ ? 1 : -1)) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    Tensor& output = context.Output(0, input.shape());
    const Extents extents = ExtentsOf(input.shape());
    if (extents.outer * extents.length * extents.inner == 0) return;
    if (types::kHalfs.Has(dtype_)) {
      RunHalf(context, extents, input, output);
    } else {
      RunOn(context, extents, input.raw(), output.raw(), BitsOf(dtype_) / 8);
    }
  }

 private:
  Extents ExtentsOf(const Shape& shape) const {
    const auto rank = static_cast<int64_t>(shape.rank());
    if (flatten_) {
      // axis may also be the rank: every element is a row of its own.
      const int64_t axis = axis_ == rank ? rank : NormalizeAxis(axis_, std::max<int64_t>(rank, 1));
      const auto at = static_cast<size_t>(std::min(axis, rank));
      return {shape.Count(0, at), shape.Count(at), 1};
    }
    const auto axis = static_cast<size_t>(NormalizeAxis(axis_, std::max<int64_t>(rank, 1)));
    if (rank == 0) return {1, 1, 1};
    return {shape.Count(0, axis), shape[axis], shape.Count(axis + 1)};
  }

  void RunOn(KernelContext& context, const Extents& e, const void* in, void* out,
             size_t bytes) const {
    const auto* x = static_cast<const std::byte*>(in);
    auto* y = static_cast<std::byte*>(out);
    const auto cost = cost_ * static_cast<double>(e.length);
    context.pool().For(e.outer * e.inner, cost, [&](int64_t begin, int64_t end) {
      while (begin < end) {
        const int64_t column = begin % e.inner;
        const int64_t columns = std::min(end - begin, e.inner - column);
        const int64_t offset =
            (begin / e.inner * e.length * e.inner + column) * static_cast<int64_t>(bytes);
        loop_(x + offset, y + offset, e.length, e.inner, columns);
        begin += columns;
      }
    });
  }

  void RunHalf(KernelContext& context, const Extents& e, const Tensor& input,
               Tensor& output) const {
    const int64_t total = e.outer * e.length * e.inner;
    auto* work = context.Scratch<float>(static_cast<size_t>(total));
    Dispatch<Float16, BFloat16>(dtype_, [&]<typename T>() {
      context.pool().For(total, 0.3, [&](int64_t begin, int64_t end) {
        HalfToFloat(input.data<T>() + begin, work + begin, end - begin);
      });
      RunOn(context, e, work, work, sizeof(float));
      context.pool().For(total, 0.3, [&](int64_t begin, int64_t end) {
        FloatToHalf(work + begin, output.data<T>() + begin, end - begin);
      });
    });
  }

  const DType dtype_;
  const ColumnLoop loop_;
  const double cost_;
  const bool flatten_;
  const int64_t axis_;
};

using I = const KernelInfo&;
constexpr double kExpCost = 1;

template <bool kLogarithm>
std::unique_ptr<Kernel> MakeSoftmax(I info) {
  if (info.InputType(0) == DType::kDouble) {
    return std::make_unique<SoftmaxKernel>(info, &DoubleColumns<kLogarithm>, 20 * kExpCost);
  }
  return std::make_unique<SoftmaxKernel>(info, &FloatColumns<kLogarithm>, kExpCost);
}

constexpr Op Normalizer(const char* type) {
  return Op(type).Since(1).In(0, types::kAllFloats).InPlace(0, 0);
}

BACKPLANE_CPU_KERNEL(Softmax, Normalizer("Softmax"), MakeSoftmax<false>);
BACKPLANE_CPU_KERNEL(LogSoftmax, Normalizer("LogSoftmax"), MakeSoftmax<true>);
BACKPLANE_CPU_KERNEL(Hardmax, Normalizer("Hardmax"), [](I info) -> std::unique_ptr<Kernel> {
  const bool is_double = info.InputType(0) == DType::kDouble;
  return std::make_unique<SoftmaxKernel>(
      info, is_double ? &HardmaxColumns<double> : &HardmaxColumns<float>, 1);
});

}  // namespace
}  // namespace backplane::cpu
