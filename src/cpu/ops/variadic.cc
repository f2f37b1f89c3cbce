// Min, Max, Sum and Mean of any number of inputs, broadcast together. All inputs of a small range
// of the output are folded while that range is in the cache, whatever their number.
#include <algorithm>
#include <vector>

#include "cpu/ops/binary_kernel.h"

namespace backplane::cpu {
namespace {

struct MinValue {
  template <typename T>
  T operator()(T a, T b) const {
    return a < b || a != a ? a : b;
  }
};
struct MaxValue {
  template <typename T>
  T operator()(T a, T b) const {
    return a > b || a != a ? a : b;
  }
};
struct SumValue {
  template <typename T>
  T operator()(T a, T b) const {
    return a + b;
  }
};

class VariadicKernel final : public Kernel {
 public:
  VariadicKernel(const KernelInfo& info, const BinaryLoops& loops, bool mean)
      : dtype_(info.InputType(0)), loops_(loops), bytes_(BitsOf(dtype_) / 8), mean_(mean) {
    Require(!info.node.inputs.empty(), ORT_INVALID_GRAPH, "there are no inputs");
    for (size_t k = 0; k < info.node.inputs.size(); ++k) {
      Require(info.HasInput(k), ORT_INVALID_GRAPH, "input {} is absent", k);
    }
  }

  void Run(KernelContext& context) const override {
    const size_t inputs = context.InputCount();
    Shape shape = context.Input(0).shape();
    for (size_t i = 1; i < inputs; ++i) BroadcastInto(shape, context.Input(i).shape());
    Tensor& output = context.Output(0, shape);
    auto* out = static_cast<std::byte*>(output.raw());
    // The result is collected aside: the output may lie on top of any input.
    context.pool().For(output.ElementCount(), kCheapBinary * static_cast<double>(inputs),
                       [&](int64_t begin, int64_t end) {
                         alignas(64) std::byte piece[kPieceBytes];
                         const int64_t step = static_cast<int64_t>(kPieceBytes / bytes_);
                         for (int64_t i = begin; i < end; i += step) {
                           const int64_t last = std::min(i + step, end);
                           for (size_t k = 0; k < inputs; ++k)
                             Fold(context.Input(k), shape, i, last, k == 0, piece);
                           if (mean_) Divide(piece, last - i, static_cast<double>(inputs));
                           std::copy_n(piece, (last - i) * static_cast<int64_t>(bytes_),
                                       out + i * static_cast<int64_t>(bytes_));
                         }
                       });
  }

 private:
  static constexpr size_t kPieceBytes = 8192;

  // piece = piece op input over output elements [begin, end); the first input is copied.
  void Fold(const Tensor& input, const Shape& shape, int64_t begin, int64_t end, bool first,
            std::byte* piece) const {
    const Broadcast plan(shape, {&input.shape()});
    const auto* in = static_cast<const std::byte*>(input.raw());
    plan.ForRange(begin, end, [&](const Broadcast::Offsets& at, int64_t output, int64_t count) {
      const std::byte* from = in + at[0] * static_cast<int64_t>(bytes_);
      std::byte* to = piece + (output - begin) * static_cast<int64_t>(bytes_);
      if (!first) {
        loops_(plan.IsScalar(0) ? Scalar::kRight : Scalar::kNone, to, from, to, count);
      } else if (!plan.IsScalar(0)) {
        std::copy_n(from, count * static_cast<int64_t>(bytes_), to);
      } else {
        for (int64_t i = 0; i < count; ++i)
          std::copy_n(from, bytes_, to + i * static_cast<int64_t>(bytes_));
      }
    });
  }

  void Divide(std::byte* piece, int64_t n, double count) const {
    Dispatch<float, double, Float16, BFloat16>(dtype_, [&]<typename T>() {
      T* values = reinterpret_cast<T*>(piece);
      for (int64_t i = 0; i < n; ++i) {
        if constexpr (sizeof(T) == 2) {
          values[i] = T(static_cast<float>(values[i]) / static_cast<float>(count));
        } else {
          values[i] = values[i] / static_cast<T>(count);
        }
      }
    });
  }

  const DType dtype_;
  const BinaryLoops loops_;
  const size_t bytes_;
  const bool mean_;
};

using I = const KernelInfo&;

template <typename F, typename... Others>
std::unique_ptr<Kernel> MakeVariadic(I info, FloatBinary op, bool mean = false) {
  const DType dtype = info.InputType(0);
  const BinaryLoops& on_float = FloatBinaryLoops(op);
  const BinaryLoops loops = dtype == DType::kFloat     ? on_float
                            : types::kHalfs.Has(dtype) ? HalfLoops(dtype, on_float)
                                                       : LoopsFor<F>(TypeList<Others...>(), dtype);
  return std::make_unique<VariadicKernel>(info, loops, mean);
}

BACKPLANE_CPU_KERNEL(Min, Binary("Min", types::kNumeric, 1), [](I info) {
  return MakeVariadic<MinValue, double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t,
                      uint32_t, uint64_t>(info, FloatBinary::kMin);
});
BACKPLANE_CPU_KERNEL(Max, Binary("Max", types::kNumeric, 1), [](I info) {
  return MakeVariadic<MaxValue, double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t,
                      uint32_t, uint64_t>(info, FloatBinary::kMax);
});
BACKPLANE_CPU_KERNEL(Sum, Binary("Sum", types::kAllFloats, 1), [](I info) {
  return MakeVariadic<SumValue, double>(info, FloatBinary::kAdd);
});
BACKPLANE_CPU_KERNEL(Mean, Binary("Mean", types::kAllFloats, 1), [](I info) {
  return MakeVariadic<SumValue, double>(info, FloatBinary::kAdd, true);
});

}  // namespace
}  // namespace backplane::cpu
