// Identity of tensors, sequences and optionals.
#include "cpu/kernel_registry.h"

namespace backplane::cpu {
namespace {

class IdentityKernel final : public Kernel {
 public:
  explicit IdentityKernel(const KernelInfo&) {}
  void Run(KernelContext& context) const override {
    const Value* value = context.InputValue(0);
    if (value != nullptr && value->IsTensor()) {
      context.View(0, value->tensor(), value->tensor().shape());
    } else {
      context.SetOutput(0, value != nullptr ? *value : Value());
    }
  }
};

// No type constraint: any value passes through.
BACKPLANE_CPU_KERNEL(Identity, Op("Identity").Alias(0, 0), Make<IdentityKernel>);

}  // namespace
}  // namespace backplane::cpu
