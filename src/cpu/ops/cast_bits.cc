// BitCast: the same bits as another type of the same width.
#include <cstring>

#include "cpu/kernel_registry.h"

namespace backplane::cpu {
namespace {

class BitCastKernel final : public Kernel {
 public:
  explicit BitCastKernel(const KernelInfo& info) {
    Require(BitsOf(info.InputType(0)) == BitsOf(info.OutputType(0)), ORT_INVALID_ARGUMENT,
            "{} and {} differ in width", NameOf(info.InputType(0)), NameOf(info.OutputType(0)));
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    Tensor& output = context.Output(0, input.shape());
    if (input.raw() != output.raw()) std::memcpy(output.raw(), input.raw(), input.Bytes());
  }
};

constexpr TypeSet kBits = types::kPlain | types::kSubBytes;
BACKPLANE_CPU_KERNEL(BitCast, Op("BitCast").Since(26).In(0, kBits).Out(0, kBits).InPlace(0, 0),
                     Make<BitCastKernel>);

}  // namespace
}  // namespace backplane::cpu
