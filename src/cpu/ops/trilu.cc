// Trilu: the upper or lower triangle of matrices.
#include <algorithm>

#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

class TriluKernel final : public Kernel {
 public:
  explicit TriluKernel(const KernelInfo& info) : upper_(info.node.Int("upper", 1) != 0) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& shape = input.shape();
    Require(shape.rank() >= 2, ORT_INVALID_ARGUMENT,
            "Input tensor should have a rank of at least 2, its shape is {}", shape);
    const Tensor* k_input = context.OptionalInput(1);
    const int64_t k = k_input == nullptr ? 0 : ReadInt(*k_input, "k");
    Tensor& output = context.Output(0, shape);
    const int64_t columns = shape.back();
    const int64_t rows = shape[shape.rank() - 2];
    if (output.ElementCount() == 0) return;
    DispatchBySize(input.dtype(), [&]<typename T>() {
      const T* from = static_cast<const T*>(input.raw());
      T* to = static_cast<T*>(output.raw());
      const double cost = static_cast<double>(columns * static_cast<int64_t>(sizeof(T))) / 8.0 + 2;
      context.pool().For(shape.Count(0, shape.rank() - 1), cost, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
          // The diagonal meets row i at column i + k; clamped before adding, k may be anything.
          const int64_t i = r % rows;
          const int64_t diagonal = i + std::clamp<int64_t>(k, -rows - 1, columns + 1);
          const int64_t split = std::clamp<int64_t>(upper_ ? diagonal : diagonal + 1, 0, columns);
          const T* row = from + r * columns;
          T* out = to + r * columns;
          const int64_t keep_from = upper_ ? split : 0;
          const int64_t keep_to = upper_ ? columns : split;
          std::fill(out, out + keep_from, T{});
          if (out != row) std::copy(row + keep_from, row + keep_to, out + keep_from);
          std::fill(out + keep_to, out + columns, T{});
        }
      });
    });
  }

 private:
  const bool upper_;
};

BACKPLANE_CPU_KERNEL(Trilu,
                     Op("Trilu").Since(14).In(0, types::kPlain).In(1, DType::kInt64).InPlace(0, 0),
                     Make<TriluKernel>);

}  // namespace
}  // namespace backplane::cpu
