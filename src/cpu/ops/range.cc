// Range: evenly spaced numbers.
#include <cmath>

#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"

namespace backplane::cpu {
namespace {

constexpr TypeSet kRangeTypes =
    types::kAllFloats | TypeSet{DType::kInt16, DType::kInt32, DType::kInt64};

// The type a number is computed in: half floats have no arithmetic of their own.
template <typename T>
using Computed =
    std::conditional_t<std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>, float, T>;

// How many numbers lie from start towards limit; computed in double except for the widest integers.
template <typename T>
int64_t CountOf(T start, T limit, T delta) {
  if constexpr (std::is_integral_v<T>) {
    using Wide = __int128;
    const Wide span = Wide{limit} - Wide{start};
    const Wide step = delta;
    if ((span > 0) != (step > 0) || span == 0) return 0;
    const Wide count = (span + step + (step > 0 ? -1 : 1)) / step;
    Require(count <= INT64_MAX, ORT_INVALID_ARGUMENT, "Range from {} to {} has too many elements",
            start, limit);
    return static_cast<int64_t>(count);
  } else {
    const double count = std::ceil((static_cast<double>(limit) - static_cast<double>(start)) /
                                   static_cast<double>(delta));
    Require(std::isfinite(count) && count < 9e18, ORT_INVALID_ARGUMENT,
            "Range from {} to {} by {} has no finite number of elements", start, limit, delta);
    return count > 0 ? static_cast<int64_t>(count) : 0;
  }
}

template <typename T>
Computed<T> ScalarInput(const KernelContext& context, size_t i, const char* what) {
  const Tensor& tensor = context.Input(i);
  Require(tensor.ElementCount() == 1 && tensor.shape().rank() <= 1, ORT_INVALID_ARGUMENT,
          "{} in Range must be a scalar, its shape is {}", what, tensor.shape());
  return static_cast<Computed<T>>(*tensor.data<T>());
}

class RangeKernel final : public Kernel {
 public:
  explicit RangeKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    Dispatch<float, double, Float16, BFloat16, int16_t, int32_t, int64_t>(
        context.Input(0).dtype(), [&]<typename T>() { RunAs<T>(context); });
  }

 private:
  template <typename T>
  static void RunAs(KernelContext& context) {
    using Number = Computed<T>;
    const Number start = ScalarInput<T>(context, 0, "start");
    const Number limit = ScalarInput<T>(context, 1, "limit");
    const Number delta = ScalarInput<T>(context, 2, "delta");
    Require(delta != Number{0}, ORT_INVALID_ARGUMENT, "delta in Range must not be zero");
    const int64_t count = CountOf(start, limit, delta);
    T* out = context.Output(0, Shape{count}).template data<T>();
    if constexpr (std::is_integral_v<T>) {
      // Every element lies between start and limit; unsigned steps keep the one past the end from
      // overflowing.
      uint64_t value = static_cast<uint64_t>(start);
      for (int64_t i = 0; i < count; ++i, value += static_cast<uint64_t>(delta))
        out[i] = static_cast<T>(value);
    } else {
      for (int64_t i = 0; i < count; ++i)
        out[i] = static_cast<T>(start + static_cast<Number>(i) * delta);
    }
  }
};

BACKPLANE_CPU_KERNEL(Range, Op("Range").Since(11).In(0, kRangeTypes), Make<RangeKernel>);

}  // namespace
}  // namespace backplane::cpu
