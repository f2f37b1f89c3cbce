// NonZero and Compress: choosing elements by what they or a mask hold.
#include <algorithm>
#include <optional>

#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

template <typename T>
bool IsNonZero(const T& value) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return (value.bits & 0x7fff) != 0;
  } else {
    return value != T{0};
  }
}

class NonZeroKernel final : public Kernel {
 public:
  explicit NonZeroKernel(const KernelInfo&) {}

  void Run(KernelContext& context) const override {
    Dispatch<float, bool, int64_t, int32_t, uint8_t, double, int8_t, int16_t, uint16_t, uint32_t,
             uint64_t, Float16, BFloat16>(context.Input(0).dtype(),
                                          [&]<typename T>() { RunAs<T>(context); });
  }

 private:
  template <typename T>
  static void RunAs(KernelContext& context) {
    const Tensor& input = context.Input(0);
    const Shape& shape = input.shape();
    const T* x = input.data<T>();
    const int64_t count = input.ElementCount();
    const int64_t found = std::count_if(x, x + count, [](const T& v) { return IsNonZero(v); });
    const auto rank =
        std::max<int64_t>(static_cast<int64_t>(shape.rank()), 1);  // a scalar counts as {1}
    auto* out = context.Output(0, Shape{rank, found}).template data<int64_t>();
    IntList at;
    at.Resize(static_cast<size_t>(rank), 0);
    int64_t column = 0;
    for (int64_t i = 0; i < count && column < found; ++i) {
      if (IsNonZero(x[i])) {
        for (int64_t d = 0; d < rank; ++d) out[d * found + column] = at[static_cast<size_t>(d)];
        ++column;
      }
      for (size_t d = shape.rank(); d-- > 0;) {
        if (++at[d] < shape[d]) break;
        at[d] = 0;
      }
    }
  }
};

class CompressKernel final : public Kernel {
 public:
  explicit CompressKernel(const KernelInfo& info) {
    if (info.node.Has("axis")) axis_ = info.node.Int("axis", 0);
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Tensor& condition = context.Input(1);
    const Shape& from = input.shape();
    Require(condition.shape().rank() == 1, ORT_INVALID_ARGUMENT,
            "condition must have one dimension, its shape is {}", condition.shape());
    int64_t outer = 1, dim = input.ElementCount(), inner = 1;
    size_t axis = 0;
    if (axis_.has_value()) {
      axis = static_cast<size_t>(NormalizeAxis(*axis_, static_cast<int64_t>(from.rank())));
      outer = from.Count(0, axis);
      dim = from[axis];
      inner = from.Count(axis + 1);
    }
    const bool* mask = condition.data<bool>();
    const int64_t limit = std::min(condition.ElementCount(), dim);
    const int64_t kept = std::count(mask, mask + limit, true);
    Shape to{kept};
    if (axis_.has_value()) {
      to = from;
      to[axis] = kept;
    }
    Tensor& output = context.Output(0, to);
    if (output.ElementCount() == 0) return;
    // Runs of kept positions move together.
    int64_t done = 0;
    for (int64_t i = 0; i < limit;) {
      if (!mask[i]) {
        ++i;
        continue;
      }
      const int64_t end = std::find(mask + i, mask + limit, false) - mask;
      StridedCopy copy;
      copy.Add(outer, kept * inner, dim * inner);
      copy.Add((end - i) * inner, 1, 1);
      copy.Run(context.pool(), input.dtype(), Advance(output.raw(), input.dtype(), done * inner),
               Advance(input.raw(), input.dtype(), i * inner));
      done += end - i;
      i = end;
    }
  }

 private:
  std::optional<int64_t> axis_;
};

BACKPLANE_CPU_KERNEL(NonZero, Op("NonZero").Since(9).In(0, types::kNumeric | DType::kBool),
                     Make<NonZeroKernel>);
BACKPLANE_CPU_KERNEL(
    Compress, Op("Compress").Since(9).In(0, types::kPlain | DType::kString).In(1, DType::kBool),
    Make<CompressKernel>);

}  // namespace
}  // namespace backplane::cpu
