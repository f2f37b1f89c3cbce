// ArgMax and ArgMin in all versions: the position of an extreme along one axis, the first or the
// last of equal ones.
#include <algorithm>
#include <limits>

#include "cpu/kernel_registry.h"
#include "cpu/kernels/reduce_arg.h"
#include "cpu/ops/dispatch.h"

namespace backplane::cpu {
namespace {

/// Winners of `columns` columns from the first element of the first on.
using ArgLoop = void (*)(const void* x, int64_t rows, int64_t stride, int64_t columns, ArgRule rule,
                         int64_t* positions);

void FloatLoop(const void* in, int64_t rows, int64_t stride, int64_t columns, ArgRule rule,
               int64_t* positions) {
  const float* x = static_cast<const float*>(in);
  if (stride == 1) {
    *positions = ArgOfSpan(x, rows, rule);
  } else {
    ArgOfColumns(x, rows, stride, columns, rule, positions);
  }
}

template <typename T>
void PlainLoop(const void* in, int64_t rows, int64_t stride, int64_t columns, ArgRule rule,
               int64_t* positions) {
  const T* x = static_cast<const T*>(in);
  const auto value = [](T v) {
    if constexpr (sizeof(T) == 2 && !std::is_integral_v<T>) {
      return static_cast<float>(v);
    } else {
      return v;
    }
  };
  for (int64_t c = 0; c < columns; ++c) {
    int64_t winner = 0;
    for (int64_t r = 1; r < rows; ++r) {
      const auto candidate = value(x[r * stride + c]);
      const auto best = value(x[winner * stride + c]);
      if ((rule.largest ? candidate > best : candidate < best) || (rule.last && candidate == best))
        winner = r;
    }
    positions[c] = winner;
  }
}

class ArgKernel final : public Kernel {
 public:
  ArgKernel(const KernelInfo& info, bool largest)
      : axis_(info.node.Int("axis", 0)),
        keep_(info.node.Int("keepdims", 1) != 0),
        rule_{largest, info.node.Int("select_last_index", 0) != 0},
        bytes_(static_cast<int64_t>(BitsOf(info.InputType(0)) / 8)) {
    if (info.InputType(0) == DType::kFloat) {
      loop_ = &FloatLoop;
      return;
    }
    cost_ = 2;
    loop_ = Dispatch<double, Float16, BFloat16, int8_t, int16_t, int32_t, int64_t, uint8_t,
                     uint16_t, uint32_t, uint64_t>(
        info.InputType(0), []<typename T>() -> ArgLoop { return &PlainLoop<T>; });
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& shape = input.shape();
    const auto axis = static_cast<size_t>(
        NormalizeAxis(axis_, std::max<int64_t>(1, static_cast<int64_t>(shape.rank()))));
    Shape result;
    for (size_t i = 0; i < shape.rank(); ++i) {
      if (i != axis) {
        result.PushBack(shape[i]);
      } else if (keep_) {
        result.PushBack(1);
      }
    }
    const int64_t rows = shape.rank() == 0 ? 1 : shape[axis];
    const int64_t inner = shape.rank() == 0 ? 1 : shape.Count(axis + 1);
    Tensor& output = context.Output(0, result);
    const int64_t total = output.ElementCount();
    if (total == 0) return;
    Require(rows > 0, ORT_INVALID_ARGUMENT,
            "axis {} of the input of shape {} is empty: it has no extreme", axis, shape);
    Require(rows <= std::numeric_limits<int32_t>::max() || inner == 1, ORT_NOT_IMPLEMENTED,
            "an inner axis of {} elements is too long", rows);
    const auto* in = static_cast<const std::byte*>(input.raw());
    auto* positions = output.data<int64_t>();
    context.pool().For(total, cost_ * static_cast<double>(rows), [&](int64_t begin, int64_t end) {
      while (begin < end) {
        const int64_t column = begin % inner;
        const int64_t columns = std::min(end - begin, inner - column);
        const int64_t first = begin / inner * rows * inner + column;
        loop_(in + first * bytes_, rows, inner, columns, rule_, positions + begin);
        begin += columns;
      }
    });
  }

 private:
  const int64_t axis_;
  const bool keep_;
  const ArgRule rule_;
  const int64_t bytes_;
  ArgLoop loop_;
  double cost_ = 0.15;
};

using I = const KernelInfo&;
BACKPLANE_CPU_KERNEL(ArgMax, Op("ArgMax").Since(1).In(0, types::kNumeric),
                     [](I info) -> std::unique_ptr<Kernel> {
                       return std::make_unique<ArgKernel>(info, true);
                     });
BACKPLANE_CPU_KERNEL(ArgMin, Op("ArgMin").Since(1).In(0, types::kNumeric),
                     [](I info) -> std::unique_ptr<Kernel> {
                       return std::make_unique<ArgKernel>(info, false);
                     });

}  // namespace
}  // namespace backplane::cpu
