// Optional, OptionalGetElement, OptionalHasElement. A present optional is the value inside it, an
// absent one is kNone.
#include "cpu/kernel_registry.h"
#include "cpu/ops/sequence.h"

namespace backplane::cpu {
namespace {

class OptionalKernel final : public Kernel {
 public:
  explicit OptionalKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    const Value* value = context.InputValue(0);
    context.SetOutput(0, value != nullptr ? Owned(*value) : Value());
  }
};

class OptionalGetElementKernel final : public Kernel {
 public:
  explicit OptionalGetElementKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    const Value* value = context.InputValue(0);
    Require(value != nullptr && !value->IsNone(), ORT_FAIL,
            "Trying to use OptionalGetElement on an optional type OrtValue which contains no data");
    if (value->IsTensor()) {
      context.View(0, value->tensor(), value->tensor().shape());
    } else {
      context.SetOutput(0, *value);
    }
  }
};

class OptionalHasElementKernel final : public Kernel {
 public:
  explicit OptionalHasElementKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    const Value* value = context.InputValue(0);
    *context.Output(0, Shape{}).data<bool>() = value != nullptr && !value->IsNone();
  }
};

BACKPLANE_CPU_KERNEL(Optional, Op("Optional").Since(15), Make<OptionalKernel>);
BACKPLANE_CPU_KERNEL(OptionalGetElement, Op("OptionalGetElement").Since(15).Alias(0, 0),
                     Make<OptionalGetElementKernel>);
BACKPLANE_CPU_KERNEL(OptionalHasElement, Op("OptionalHasElement").Since(15),
                     Make<OptionalHasElementKernel>);

}  // namespace
}  // namespace backplane::cpu
