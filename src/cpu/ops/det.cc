// Det: the determinant of each square matrix of a batch, by elimination with pivots of the largest
// size.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"

namespace backplane::cpu {
namespace {

// Overwrites `a`, of n rows and columns.
double Determinant(double* a, int64_t n) {
  double result = 1.0;
  for (int64_t column = 0; column < n; ++column) {
    int64_t pivot = column;
    for (int64_t row = column + 1; row < n; ++row)
      if (std::abs(a[row * n + column]) > std::abs(a[pivot * n + column])) pivot = row;
    const double top = a[pivot * n + column];
    if (top == 0.0) return 0.0;
    if (pivot != column) {
      std::swap_ranges(a + column * n, a + (column + 1) * n, a + pivot * n);
      result = -result;
    }
    result *= top;
    for (int64_t row = column + 1; row < n; ++row) {
      const double factor = a[row * n + column] / top;
      for (int64_t i = column; i < n; ++i) a[row * n + i] -= factor * a[column * n + i];
    }
  }
  return result;
}

template <typename T>
class DetKernel final : public Kernel {
 public:
  explicit DetKernel(const KernelInfo&) {}

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    const Shape& from = x.shape();
    const size_t rank = from.rank();
    Require(rank >= 2 && from[rank - 1] == from[rank - 2], ORT_INVALID_ARGUMENT,
            "Det needs square matrices, the input has shape {}", from);
    const int64_t n = from[rank - 1];
    Shape to;
    for (size_t i = 0; i + 2 < rank; ++i) to.PushBack(from[i]);
    Tensor& y = context.Output(0, to);
    auto* matrix = context.Scratch<double>(static_cast<size_t>(n * n));
    for (int64_t i = 0; i < y.ElementCount(); ++i) {
      std::copy_n(x.data<T>() + i * n * n, n * n, matrix);
      y.data<T>()[i] = static_cast<T>(Determinant(matrix, n));
    }
  }
};

BACKPLANE_CPU_KERNEL(Det, Op("Det").Since(11).In(0, types::kFloats), [](const KernelInfo& info) {
  return Dispatch<float, double>(info.InputType(0), [&]<typename T>() -> std::unique_ptr<Kernel> {
    return std::make_unique<DetKernel<T>>(info);
  });
});

}  // namespace
}  // namespace backplane::cpu
