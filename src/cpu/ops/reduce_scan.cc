// CumSum and CumProd along one axis, forwards or in reverse, inclusive or exclusive. Along an inner
// axis whole rows are added to the row before.
#include <algorithm>

#include "cpu/kernel_registry.h"
#include "cpu/kernels/reduce_scan.h"
#include "cpu/ops/binary_kernel.h"
#include "cpu/ops/norm_common.h"

namespace backplane::cpu {
namespace {

struct AddValue {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<U>(a) + static_cast<U>(b));
    } else {
      return a + b;
    }
  }
};
struct MulValue {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<U>(a) * static_cast<U>(b));
    } else {
      return a * b;
    }
  }
};

/// `rows` rows of `columns` elements, `stride` apart, in the order of running: forwards or in
/// reverse.
template <typename T>
struct Lines {
  const T* x;
  T* y;
  int64_t rows, stride, columns;
};

template <typename T, typename F>
void Scan(const Lines<T>& lines, bool exclusive, bool reverse, T start, const BinaryLoops& join) {
  const auto offset = [&](int64_t step) {
    return (reverse ? lines.rows - 1 - step : step) * lines.stride;
  };
  const bool contiguous = lines.stride == 1 && !reverse;
  if (contiguous && std::is_same_v<T, float> && std::is_same_v<F, AddValue>) {
    const auto* x = reinterpret_cast<const float*>(lines.x);
    auto* y = reinterpret_cast<float*>(lines.y);
    if (exclusive) y[0] = 0;
    RunningSum(x, y + (exclusive ? 1 : 0), lines.rows - (exclusive ? 1 : 0));
    return;
  }
  if (lines.stride == 1) {
    T total = start;
    for (int64_t step = 0; step < lines.rows; ++step) {
      const T value = lines.x[offset(step)];
      if (exclusive) lines.y[offset(step)] = total;
      total = F{}(total, value);
      if (!exclusive) lines.y[offset(step)] = total;
    }
    return;
  }
  if (exclusive) {
    std::fill_n(lines.y + offset(0), lines.columns, start);
  } else {
    std::copy_n(lines.x + offset(0), lines.columns, lines.y + offset(0));
  }
  for (int64_t step = 1; step < lines.rows; ++step) {
    const T* value = lines.x + offset(exclusive ? step - 1 : step);
    join(Scalar::kNone, lines.y + offset(step - 1), value, lines.y + offset(step), lines.columns);
  }
}

template <typename F>
class ScanKernel final : public Kernel {
 public:
  explicit ScanKernel(const KernelInfo& info)
      : dtype_(info.InputType(0)),
        exclusive_(info.node.Int("exclusive", 0) != 0),
        reverse_(info.node.Int("reverse", 0) != 0) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Tensor& axis = context.Input(1);
    Require(axis.ElementCount() == 1, ORT_INVALID_ARGUMENT,
            "axis must be one value, not a tensor of shape {}", axis.shape());
    const int64_t value = Dispatch<int32_t, int64_t>(
        axis.dtype(), [&]<typename T>() -> int64_t { return *axis.data<T>(); });
    const auto rank = static_cast<int64_t>(input.shape().rank());
    const auto at = static_cast<size_t>(NormalizeAxis(value, std::max<int64_t>(rank, 1)));
    Tensor& output = context.Output(0, input.shape());
    if (input.ElementCount() == 0) return;
    if (types::kHalfs.Has(dtype_)) {
      RunAs<float>(context, input, output, at);
      return;
    }
    Dispatch<float, double, int32_t, int64_t, uint32_t, uint64_t>(
        dtype_, [&]<typename T>() { RunAs<T>(context, input, output, at); });
  }

 private:
  template <typename T>
  void RunAs(KernelContext& context, const Tensor& input, Tensor& output, size_t axis) const {
    if constexpr (std::is_floating_point_v<T>) {
      OutputAs<T> y(context, output);
      RunOn(context, input.shape(), axis, ElementsAs<T>(context, input), y.data());
      y.Commit();
    } else {
      RunOn(context, input.shape(), axis, input.data<T>(), output.data<T>());
    }
  }

  template <typename T>
  void RunOn(KernelContext& context, const Shape& shape, size_t axis, const T* x, T* y) const {
    const int64_t rows = shape.rank() == 0 ? 1 : shape[axis];
    const int64_t inner = shape.rank() == 0 ? 1 : shape.Count(axis + 1);
    const int64_t lines = shape.ElementCount() / rows;
    constexpr bool kVector = std::is_same_v<T, float>;
    const BinaryLoops join =
        kVector && std::is_same_v<F, AddValue>   ? FloatBinaryLoops(FloatBinary::kAdd)
        : kVector && std::is_same_v<F, MulValue> ? FloatBinaryLoops(FloatBinary::kMul)
                                                 : kPlainLoops<T, T, T, F>;
    const T start = std::is_same_v<F, MulValue> ? T{1} : T{0};
    context.pool().For(lines, 0.5 * static_cast<double>(rows), [&](int64_t begin, int64_t end) {
      while (begin < end) {
        const int64_t column = begin % inner;
        const int64_t columns = std::min(end - begin, inner - column);
        const int64_t first = begin / inner * rows * inner + column;
        Scan<T, F>({x + first, y + first, rows, inner, columns}, exclusive_, reverse_, start, join);
        begin += columns;
      }
    });
  }

  const DType dtype_;
  const bool exclusive_;
  const bool reverse_;
};

constexpr TypeSet kRunningTypes =
    types::kAllFloats | TypeSet{DType::kInt32, DType::kInt64, DType::kUInt32, DType::kUInt64};
BACKPLANE_CPU_KERNEL(CumSum, Op("CumSum").Since(11).In(0, kRunningTypes).In(1, types::kIndices),
                     Make<ScanKernel<AddValue>>);
BACKPLANE_CPU_KERNEL(CumProd, Op("CumProd").Since(26).In(0, kRunningTypes).In(1, types::kIndices),
                     Make<ScanKernel<MulValue>>);

}  // namespace
}  // namespace backplane::cpu
