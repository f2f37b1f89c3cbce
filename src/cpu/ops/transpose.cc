// Transpose: one strided copy.
#include <algorithm>

#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

class TransposeKernel final : public Kernel {
 public:
  explicit TransposeKernel(const KernelInfo& info) {
    if (!info.node.Has("perm")) return;
    given_ = true;
    perm_ = IntsAttribute(info.node, "perm");
    const auto rank = static_cast<int64_t>(perm_.size());
    for (int64_t& axis : perm_) axis = NormalizeAxis(axis, rank, "perm");
    IntList sorted = perm_;
    std::sort(sorted.begin(), sorted.end());
    for (int64_t i = 0; i < rank; ++i) {
      Require(sorted[static_cast<size_t>(i)] == i, ORT_FAIL, "{}: perm {} is not a permutation",
              info.node.Describe(), perm_);
    }
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const size_t rank = from.rank();
    Require(!given_ || perm_.size() == rank, ORT_INVALID_ARGUMENT,
            "perm {} does not fit the input shape {}", perm_, from);
    const auto axis_of = [&](size_t i) {
      return given_ ? static_cast<size_t>(perm_[i]) : rank - 1 - i;
    };
    Shape to = from;
    for (size_t i = 0; i < rank; ++i) to[i] = from[axis_of(i)];
    Tensor& output = context.Output(0, to);
    const IntList from_strides = StridesOf(from);
    const IntList to_strides = StridesOf(to);
    StridedCopy copy;
    for (size_t i = 0; i < rank; ++i) copy.Add(to[i], to_strides[i], from_strides[axis_of(i)]);
    const WholeBytes source = ReadWholeBytes(context, input);
    WholeByteOutput destination(context, output);
    copy.Run(context.pool(), source.dtype, destination.data(), source.data);
    destination.Finish();
  }

 private:
  bool given_ = false;
  IntList perm_;
};

BACKPLANE_CPU_KERNEL(Transpose, Op("Transpose").In(0, types::kAll), Make<TransposeKernel>);

}  // namespace
}  // namespace backplane::cpu
