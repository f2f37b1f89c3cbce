// OneHot.
#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

// Any number as an index; a float that no int64 holds becomes one that is out of every range.
template <typename T>
int64_t AsIndex(T value) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return AsIndex(static_cast<float>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    return value > -9e18 && value < 9e18 ? static_cast<int64_t>(value) : INT64_MIN;
  } else {
    return static_cast<int64_t>(value);
  }
}

template <typename Body>
void DispatchNumber(DType dtype, const Body& body) {
  Dispatch<int64_t, int32_t, float, double, int8_t, int16_t, uint8_t, uint16_t, uint32_t, uint64_t,
           Float16, BFloat16>(dtype, body);
}

class OneHotKernel final : public Kernel {
 public:
  explicit OneHotKernel(const KernelInfo& info) : axis_(info.node.Int("axis", -1)) {}

  void Run(KernelContext& context) const override {
    const Tensor& indices = context.Input(0);
    const Tensor& values = context.Input(2);
    const int64_t depth = Depth(context.Input(1));
    Require(values.shape() == Shape{2}, ORT_INVALID_ARGUMENT,
            "Invalid argument for values: its shape is {}, not {{2}}", values.shape());
    const Shape& from = indices.shape();
    const auto axis =
        static_cast<size_t>(NormalizeAxis(axis_, static_cast<int64_t>(from.rank()) + 1));
    Shape to;
    for (size_t i = 0; i <= from.rank(); ++i)
      to.PushBack(i == axis ? depth : from[i < axis ? i : i - 1]);
    Tensor& output = context.Output(0, to);
    const int64_t count = output.ElementCount();
    if (count == 0) return;
    StridedCopy fill;
    fill.Add(count, 1, 0);
    fill.Run(context.pool(), values.dtype(), output.raw(), values.raw());
    const int64_t inner = from.Count(axis);
    DispatchNumber(indices.dtype(), [&]<typename I>() {
      DispatchBySize(values.dtype(), [&]<typename T>() {
        const I* index = indices.data<I>();
        const T on = static_cast<const T*>(values.raw())[1];
        T* out = static_cast<T*>(output.raw());
        for (int64_t i = 0; i < indices.ElementCount(); ++i) {
          int64_t at = AsIndex(index[i]);
          if (at < -depth || at >= depth) continue;  // such an element stays off
          if (at < 0) at += depth;
          out[(i / inner * depth + at) * inner + i % inner] = on;
        }
      });
    });
  }

 private:
  static int64_t Depth(const Tensor& tensor) {
    Require(tensor.ElementCount() == 1, ORT_INVALID_ARGUMENT,
            "Invalid argument for depth; it's not a scalar: shape {}", tensor.shape());
    int64_t depth = 0;
    DispatchNumber(tensor.dtype(), [&]<typename T>() { depth = AsIndex(*tensor.data<T>()); });
    Require(depth > 0, ORT_INVALID_ARGUMENT, "Depth is negative or zero: {}", depth);
    return depth;
  }

  const int64_t axis_;
};

BACKPLANE_CPU_KERNEL(OneHot,
                     Op("OneHot")
                         .Since(9)
                         .In(0, types::kNumeric)
                         .In(1, types::kNumeric)
                         .In(2, types::kPlain | DType::kString),
                     Make<OneHotKernel>);

}  // namespace
}  // namespace backplane::cpu
