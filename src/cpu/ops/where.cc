// Where: picks from two tensors by a third, all broadcast together. Types matter only by their
// size.
#include <string>

#include "cpu/kernel_registry.h"
#include "cpu/kernels/elementwise.h"
#include "cpu/ops/broadcast.h"
#include "cpu/ops/dispatch.h"

namespace backplane::cpu {
namespace {

/// out[i] = condition[i] != 0 ? x[i] : y[i]; strides are 0 or 1, that of the condition too.
using SelectLoop = void (*)(const uint8_t* condition, const void* x, const void* y, void* out,
                            const int64_t strides[3], int64_t n);

template <typename T>
void Select(const uint8_t* condition, const void* left, const void* right, void* to,
            const int64_t strides[3], int64_t n) {
  const T* x = static_cast<const T*>(left);
  const T* y = static_cast<const T*>(right);
  T* out = static_cast<T*>(to);
  if (strides[0] == 0) {  // one side for the whole span
    const T* from = *condition != 0 ? x : y;
    const int64_t stride = *condition != 0 ? strides[1] : strides[2];
    for (int64_t i = 0; i < n; ++i) out[i] = from[i * stride];
    return;
  }
  if constexpr (std::is_same_v<T, uint32_t>) {
    SelectFloat(condition, static_cast<const float*>(left), static_cast<int>(strides[1]),
                static_cast<const float*>(right), static_cast<int>(strides[2]),
                static_cast<float*>(to), n);
  } else if (strides[1] == 1 && strides[2] == 1) {
    for (int64_t i = 0; i < n; ++i) out[i] = condition[i] != 0 ? x[i] : y[i];
  } else {
    for (int64_t i = 0; i < n; ++i)
      out[i] = condition[i] != 0 ? x[i * strides[1]] : y[i * strides[2]];
  }
}

class WhereKernel final : public Kernel {
 public:
  explicit WhereKernel(const KernelInfo& info) : bytes_(BitsOf(info.InputType(1)) / 8) {
    if (info.InputType(1) == DType::kString) {
      loop_ = &Select<std::string>;
      cost_ = 20;
      return;
    }
    // By width: the bits are moved, not computed with.
    switch (bytes_) {
      case 1:
        loop_ = &Select<uint8_t>;
        break;
      case 2:
        loop_ = &Select<uint16_t>;
        break;
      case 4:
        loop_ = &Select<uint32_t>;
        break;
      case 8:
        loop_ = &Select<uint64_t>;
        break;
      default:
        loop_ = &Select<Pair>;
        break;
    }
  }

  void Run(KernelContext& context) const override {
    const Tensor& condition = context.Input(0);
    const Tensor& x = context.Input(1);
    const Tensor& y = context.Input(2);
    Shape shape = condition.shape();
    BroadcastInto(shape, x.shape());
    BroadcastInto(shape, y.shape());
    const Broadcast plan(shape, {&condition.shape(), &x.shape(), &y.shape()});
    const int64_t strides[3] = {plan.IsScalar(0) ? 0 : 1, plan.IsScalar(1) ? 0 : 1,
                                plan.IsScalar(2) ? 0 : 1};
    auto* out = static_cast<std::byte*>(context.Output(0, shape).raw());
    const auto* conditions = condition.data<uint8_t>();  // any byte but 0 is true
    const auto* left = static_cast<const std::byte*>(x.raw());
    const auto* right = static_cast<const std::byte*>(y.raw());
    plan.ForEach(context.pool(), cost_,
                 [&](const Broadcast::Offsets& at, int64_t begin, int64_t count) {
                   loop_(conditions + at[0], left + at[1] * bytes_, right + at[2] * bytes_,
                         out + begin * bytes_, strides, count);
                 });
  }

 private:
  struct Pair {  // complex128
    uint64_t halves[2];
  };

  const size_t bytes_;
  SelectLoop loop_;
  double cost_ = 0.25;
};

BACKPLANE_CPU_KERNEL(Where,
                     Op("Where")
                         .Since(9)
                         .In(0, DType::kBool)
                         .In(1, types::kPlain | DType::kString)
                         .InPlace(0, 1)
                         .InPlace(0, 2),
                     Make<WhereKernel>);

}  // namespace
}  // namespace backplane::cpu
