// Shape and Size: the dimensions of a tensor as a tensor.
#include <algorithm>

#include "cpu/kernel_registry.h"

namespace backplane::cpu {
namespace {

class ShapeKernel final : public Kernel {
 public:
  explicit ShapeKernel(const KernelInfo& info)
      : start_(info.node.Int("start", 0)), end_(info.node.Int("end", INT64_MAX)) {}

  void Run(KernelContext& context) const override {
    const Shape& shape = context.Input(0).shape();
    const auto rank = static_cast<int64_t>(shape.rank());
    const auto clamp = [rank](int64_t i) {
      return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank);
    };
    const int64_t start = clamp(start_);
    const int64_t count = std::max<int64_t>(clamp(end_) - start, 0);
    Tensor& output = context.Output(0, Shape{count});
    std::copy_n(shape.begin() + start, count, output.data<int64_t>());
  }

 private:
  const int64_t start_;
  const int64_t end_;
};

class SizeKernel final : public Kernel {
 public:
  explicit SizeKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    *context.Output(0, Shape{}).data<int64_t>() = context.Input(0).ElementCount();
  }
};

BACKPLANE_CPU_KERNEL(Shape, Op("Shape").In(0, types::kAll).Out(0, DType::kInt64),
                     Make<ShapeKernel>);
BACKPLANE_CPU_KERNEL(Size, Op("Size").In(0, types::kAll).Out(0, DType::kInt64), Make<SizeKernel>);

}  // namespace
}  // namespace backplane::cpu
