// Concat.
#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

class ConcatKernel final : public Kernel {
 public:
  explicit ConcatKernel(const KernelInfo& info) : axis_(info.node.Int("axis", 1)) {
    Require(info.node.since_version < 4 || info.node.Has("axis"), ORT_INVALID_GRAPH,
            "{}: axis is missing", info.node.Describe());
  }

  void Run(KernelContext& context) const override {
    const size_t count = context.InputCount();
    const Shape& first = context.Input(0).shape();
    Require(first.rank() > 0, ORT_INVALID_ARGUMENT, "Cannot concatenate scalars");
    // A 1-D tensor without elements may stand beside tensors of any shape, as in ONNX Runtime.
    const auto skipped = [](const Tensor& input) {
      return input.shape().rank() == 1 && input.shape()[0] == 0;
    };
    size_t model = 0;
    while (model + 1 < count && skipped(context.Input(model))) ++model;
    Shape shape = context.Input(model).shape();
    const auto model_axis =
        static_cast<size_t>(NormalizeAxis(axis_, static_cast<int64_t>(shape.rank())));
    int64_t total = 0;
    for (size_t i = 0; i < count; ++i) {
      if (i != model && skipped(context.Input(i))) continue;
      CheckShape(context.Input(i).shape(), shape, model_axis, i);
      total = CheckedAdd(total, context.Input(i).shape()[model_axis]);
    }
    shape[model_axis] = total;
    Tensor& output = context.Output(0, shape);
    Copy(context, output, model_axis, skipped);
  }

 private:
  static void CheckShape(const Shape& shape, const Shape& model, size_t axis, size_t i) {
    bool fits = shape.rank() == model.rank();
    for (size_t d = 0; fits && d < shape.rank(); ++d) fits = d == axis || shape[d] == model[d];
    Require(fits, ORT_FAIL,
            "Non concat axis dimensions must match: input {} has shape {}, which does not fit {} "
            "outside of axis {}",
            i, shape, model, axis);
  }

  template <typename Skipped>
  static void Copy(KernelContext& context, Tensor& output, size_t axis, Skipped skipped) {
    const int64_t outer = output.shape().Count(0, axis);
    const int64_t row = output.shape().Count(axis);
    if (outer == 0 || row == 0) return;
    WholeByteOutput destination(context, output);
    int64_t offset = 0;
    for (size_t i = 0; i < context.InputCount(); ++i) {
      const Tensor& input = context.Input(i);
      if (skipped(input)) continue;
      const int64_t part = input.shape().Count(axis);
      StridedCopy copy;
      copy.Add(outer, row, part);
      copy.Add(part, 1, 1);
      const WholeBytes source = ReadWholeBytes(context, input);
      copy.Run(context.pool(), source.dtype, Advance(destination.data(), source.dtype, offset),
               source.data);
      offset += part;
    }
    destination.Finish();
  }

  const int64_t axis_;
};

BACKPLANE_CPU_KERNEL(Concat, Op("Concat").In(0, types::kAll), Make<ConcatKernel>);

}  // namespace
}  // namespace backplane::cpu
