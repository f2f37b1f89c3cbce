// MaxUnpool: puts each value back where MaxPool took it from, zeros elsewhere.
#include <algorithm>
#include <vector>

#include "base/checked_math.h"
#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

template <typename T>
class MaxUnpoolKernel final : public Kernel {
 public:
  explicit MaxUnpoolKernel(const KernelInfo& info)
      : name_(info.node.Describe()),
        kernel_(IntsAttribute(info.node, "kernel_shape")),
        strides_(IntsAttribute(info.node, "strides")),
        pads_(IntsAttribute(info.node, "pads")) {
    Require((strides_.empty() || strides_.size() == kernel_.size()) &&
                (pads_.empty() || pads_.size() == 2 * kernel_.size()),
            ORT_INVALID_ARGUMENT, "{}: strides {} and pads {} do not fit kernel_shape {}", name_,
            strides_, pads_, kernel_);
  }

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    const Tensor& indices = context.Input(1);
    Require(indices.shape() == x.shape(), ORT_INVALID_ARGUMENT,
            "{}: indices of shape {} for values of shape {}", name_, indices.shape(), x.shape());
    // The indices count in what was pooled; an output_shape that is larger has it at its start.
    const Shape pooled = PooledShape(x.shape());
    const Tensor* wanted = context.OptionalInput(2);
    const Shape to = wanted == nullptr
                         ? pooled
                         : ReadInts(*wanted, "output_shape", static_cast<int64_t>(pooled.rank()));
    bool fits = to.rank() == pooled.rank();
    for (size_t i = 0; fits && i < to.rank(); ++i) fits = to[i] >= pooled[i];
    Require(fits, ORT_INVALID_ARGUMENT, "{}: output_shape {} is smaller than {}", name_, to,
            pooled);
    Tensor& y = context.Output(0, to);
    std::fill_n(y.data<T>(), y.ElementCount(), T{});
    const int64_t bound = pooled.ElementCount();
    for (int64_t i = 0; i < x.ElementCount(); ++i) {
      int64_t at = CheckedIndex(indices.data<int64_t>()[i], bound, "MaxUnpool's index");
      int64_t offset = 0, stride = 1;
      for (size_t axis = to.rank(); axis-- > 0; at /= pooled[axis]) {
        offset += at % pooled[axis] * stride;
        stride *= to[axis];
      }
      y.data<T>()[offset] = x.data<T>()[i];
    }
  }

 private:
  Shape PooledShape(const Shape& x) const {
    Require(x.rank() == kernel_.size() + 2, ORT_INVALID_ARGUMENT,
            "{}: input of shape {} must have {} dimensions", name_, x, kernel_.size() + 2);
    Shape pooled = x;
    for (size_t i = 0; i < kernel_.size(); ++i) {
      const int64_t stride = strides_.empty() ? 1 : strides_[i];
      const int64_t pads = pads_.empty() ? 0 : CheckedAdd(pads_[i], pads_[i + kernel_.size()]);
      const int64_t size =
          CheckedAdd(CheckedAdd(CheckedMul(x[i + 2] - 1, stride), kernel_[i]), -pads);
      Require(size >= 0, ORT_INVALID_ARGUMENT, "{}: pads {} are larger than the image", name_,
              pads_);
      pooled[i + 2] = size;
    }
    return pooled;
  }

  std::string name_;
  IntList kernel_;
  IntList strides_;
  IntList pads_;
};

BACKPLANE_CPU_KERNEL(MaxUnpool, Op("MaxUnpool").Since(9).In(0, types::kFloats),
                     [](const KernelInfo& info) {
                       return Dispatch<float, double>(
                           info.InputType(0), [&]<typename T>() -> std::unique_ptr<Kernel> {
                             return std::make_unique<MaxUnpoolKernel<T>>(info);
                           });
                     });

}  // namespace
}  // namespace backplane::cpu
