// ReduceSum, Mean, Max, Min, Prod, L1, L2, SumSquare, LogSum, LogSumExp in all versions: axes as
// attribute or input, keepdims, noop_with_empty_axes. Integers accumulate in 64 bits, half floats
// in float.
#include <cmath>
#include <limits>
#include <vector>

#include "cpu/kernel_registry.h"
#include "cpu/kernels/reduce.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/reduce_plan.h"

namespace backplane::cpu {
namespace {

/// What happens to a finished accumulator.
enum class Finish : uint8_t { kNothing, kMean, kSqrt, kLog, kLogPlusShift };

// A conversion that is defined for every value.
template <typename T, typename A>
T Narrow(A value) {
  if constexpr (std::is_integral_v<T> && std::is_floating_point_v<A>) {
    if (!(value > static_cast<A>(std::numeric_limits<T>::min())))
      return std::numeric_limits<T>::min();
    if (value >= static_cast<A>(std::numeric_limits<T>::max()))
      return std::numeric_limits<T>::max();
  }
  return static_cast<T>(value);
}

template <typename T, typename A, Finish kFinish>
void FinishAll(const void* accumulators, const void* shifts, void* out, int64_t n,
               int64_t reduced) {
  const A* from = static_cast<const A*>(accumulators);
  T* to = static_cast<T*>(out);
  using Real = std::conditional_t<std::is_same_v<A, float>, float, double>;
  for (int64_t i = 0; i < n; ++i) {
    if constexpr (kFinish == Finish::kMean) {
      if constexpr (std::is_integral_v<A>) {
        to[i] = reduced == 0 ? T{0} : static_cast<T>(from[i] / static_cast<A>(reduced));
      } else {
        to[i] = static_cast<T>(from[i] / static_cast<A>(reduced));
      }
    } else if constexpr (kFinish == Finish::kSqrt) {
      to[i] = Narrow<T>(std::sqrt(static_cast<Real>(from[i])));
    } else if constexpr (kFinish == Finish::kLog) {
      to[i] = Narrow<T>(std::log(static_cast<Real>(from[i])));
    } else if constexpr (kFinish == Finish::kLogPlusShift) {
      to[i] = Narrow<T>(std::log(static_cast<Real>(from[i])) + static_cast<const A*>(shifts)[i]);
    } else {
      to[i] = static_cast<T>(from[i]);
    }
  }
}

using FinishFunction = void (*)(const void* accumulators, const void* shifts, void* out, int64_t n,
                                int64_t reduced);

template <typename T>
FinishFunction FinishFor(Finish finish) {
  using A = Accumulator<T>;
  switch (finish) {
    case Finish::kNothing:
      return &FinishAll<T, A, Finish::kNothing>;
    case Finish::kMean:
      return &FinishAll<T, A, Finish::kMean>;
    case Finish::kSqrt:
      return &FinishAll<T, A, Finish::kSqrt>;
    case Finish::kLog:
      return &FinishAll<T, A, Finish::kLog>;
    case Finish::kLogPlusShift:
      break;
  }
  return &FinishAll<T, Accumulator<T, true>, Finish::kLogPlusShift>;
}

// Maxima as the shifts of log-sum-exp; what is not finite must not be subtracted.
template <typename T>
void ShiftsFromMaxima(const void* accumulators, const void*, void* out, int64_t n, int64_t) {
  const Accumulator<T>* from = static_cast<const Accumulator<T>*>(accumulators);
  auto* to = static_cast<Accumulator<T, true>*>(out);
  for (int64_t i = 0; i < n; ++i) {
    const auto value = static_cast<Accumulator<T, true>>(from[i]);
    to[i] = std::isfinite(value) ? value : 0;
  }
}

class ReduceKernel final : public Kernel {
 public:
  ReduceKernel(const KernelInfo& info, Reduction reduction, Finish finish, int axes_input_since)
      : keep_(info.node.Int("keepdims", 1) != 0),
        noop_(info.node.Int("noop_with_empty_axes", 0) != 0),
        axes_as_input_(info.node.since_version >= axes_input_since) {
    const DType dtype = info.InputType(0) == DType::kBool ? DType::kUInt8 : info.InputType(0);
    if (!axes_as_input_) axes_ = info.node.Ints("axes");
    loops_ = ReduceLoopsFor(reduction, dtype);
    if (finish == Finish::kLogPlusShift) max_loops_ = ReduceLoopsFor(Reduction::kMax, dtype);
    element_bytes_ = BitsOf(dtype) / 8;
    Dispatch<float, double, Float16, BFloat16, int8_t, uint8_t, int32_t, int64_t, uint32_t,
             uint64_t>(dtype, [&]<typename T>() {
      finish_ = FinishFor<T>(finish);
      if (finish == Finish::kLogPlusShift) to_shifts_ = &ShiftsFromMaxima<T>;
    });
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const AxisSet axes = Axes(context, input.shape().rank());
    const ReducePlan plan(input.shape(), axes);
    Tensor& output = context.Output(0, ReducePlan::OutputShape(input.shape(), axes, keep_));
    auto* out = static_cast<std::byte*>(output.raw());
    std::byte* shifts = nullptr;
    if (to_shifts_ != nullptr) {
      shifts = static_cast<std::byte*>(
          context.Scratch(static_cast<size_t>(plan.outputs()) * loops_.accumulator_bytes));
      plan.Run(context, max_loops_, input.raw(), element_bytes_, nullptr,
               [&](void* accumulators, int64_t first, int64_t count) {
                 to_shifts_(accumulators, nullptr, shifts + first * loops_.accumulator_bytes, count,
                            0);
               });
    }
    plan.Run(context, loops_, input.raw(), element_bytes_, shifts,
             [&](void* accumulators, int64_t first, int64_t count) {
               finish_(accumulators,
                       shifts == nullptr ? nullptr : shifts + first * loops_.accumulator_bytes,
                       out + first * element_bytes_, count, plan.reduced());
             });
  }

 private:
  AxisSet Axes(KernelContext& context, size_t rank) const {
    std::span<const int64_t> axes = axes_;
    if (axes_as_input_) {
      const Tensor* given = context.OptionalInput(1);
      if (given != nullptr) {
        Require(given->dtype() == DType::kInt64, ORT_INVALID_ARGUMENT, "axes must be int64, not {}",
                NameOf(given->dtype()));
        axes = given->span<int64_t>();
      }
      if (axes.empty() && noop_) return AxisSet({}, rank);
    }
    return axes.empty() ? AxisSet::All(rank) : AxisSet(axes, rank);
  }

  const bool keep_;
  const bool noop_;
  const bool axes_as_input_;
  std::vector<int64_t> axes_;
  size_t element_bytes_;
  ReduceLoops loops_;
  ReduceLoops max_loops_{};
  FinishFunction finish_ = nullptr;
  FinishFunction to_shifts_ = nullptr;
};

constexpr TypeSet kReduced =
    types::kAllFloats | TypeSet{DType::kInt32, DType::kInt64, DType::kUInt32, DType::kUInt64};
constexpr TypeSet kCompared = kReduced | TypeSet{DType::kInt8, DType::kUInt8, DType::kBool};

using I = const KernelInfo&;

#define BACKPLANE_REDUCE(name, types, reduction, finish, axes_input_since)                \
  BACKPLANE_CPU_KERNEL(                                                                   \
      name, Op(#name).Since(1).In(0, types), [](I info) -> std::unique_ptr<Kernel> {      \
        return std::make_unique<ReduceKernel>(info, reduction, finish, axes_input_since); \
      })
BACKPLANE_REDUCE(ReduceSum, kReduced, Reduction::kSum, Finish::kNothing, 13);
BACKPLANE_REDUCE(ReduceMean, kReduced, Reduction::kSum, Finish::kMean, 18);
BACKPLANE_REDUCE(ReduceMax, kCompared, Reduction::kMax, Finish::kNothing, 18);
BACKPLANE_REDUCE(ReduceMin, kCompared, Reduction::kMin, Finish::kNothing, 18);
BACKPLANE_REDUCE(ReduceProd, kReduced, Reduction::kProd, Finish::kNothing, 18);
BACKPLANE_REDUCE(ReduceL1, kReduced, Reduction::kSumAbs, Finish::kNothing, 18);
BACKPLANE_REDUCE(ReduceL2, kReduced, Reduction::kSumSquare, Finish::kSqrt, 18);
BACKPLANE_REDUCE(ReduceSumSquare, kReduced, Reduction::kSumSquare, Finish::kNothing, 18);
BACKPLANE_REDUCE(ReduceLogSum, kReduced, Reduction::kSum, Finish::kLog, 18);
BACKPLANE_REDUCE(ReduceLogSumExp, kReduced, Reduction::kSumExp, Finish::kLogPlusShift, 18);
#undef BACKPLANE_REDUCE

}  // namespace
}  // namespace backplane::cpu
