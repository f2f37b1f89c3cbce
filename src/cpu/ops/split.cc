// Split, with sizes from an attribute (2, 11), an input (13) or a number of parts (18).
#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

class SplitKernel final : public Kernel {
 public:
  explicit SplitKernel(const KernelInfo& info)
      : axis_(info.node.Int("axis", 0)),
        parts_(info.node.Int("num_outputs", static_cast<int64_t>(info.node.outputs.size()))),
        sizes_(IntsAttribute(info.node, "split")),
        sizes_given_(info.node.Has("split")),
        uneven_(info.node.since_version >= 18 || info.node.Has("num_outputs")) {
    Require(parts_ == static_cast<int64_t>(info.node.outputs.size()), ORT_INVALID_GRAPH,
            "{}: num_outputs is {}, the node has {} outputs", info.node.Describe(), parts_,
            info.node.outputs.size());
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const auto axis = static_cast<size_t>(NormalizeAxis(axis_, static_cast<int64_t>(from.rank())));
    const IntList sizes = SizesFor(context, from[axis]);
    const int64_t outer = from.Count(0, axis);
    const int64_t inner = from.Count(axis + 1);
    const WholeBytes source = ReadWholeBytes(context, input);
    int64_t offset = 0;
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (context.HasOutput(i)) {
        Shape to = from;
        to[axis] = sizes[i];
        Tensor& output = context.Output(i, to);
        WholeByteOutput destination(context, output);
        StridedCopy copy;
        copy.Add(outer, sizes[i] * inner, from[axis] * inner);
        copy.Add(sizes[i] * inner, 1, 1);
        copy.Run(context.pool(), source.dtype, destination.data(),
                 Advance(source.data, source.dtype, offset * inner));
        destination.Finish();
      }
      offset += sizes[i];
    }
  }

 private:
  IntList SizesFor(const KernelContext& context, int64_t dim) const {
    const Tensor* input = context.OptionalInput(1);
    if (input == nullptr && !sizes_given_) return EqualSizes(dim);
    const IntList sizes = input != nullptr ? ReadInts(*input, "split", parts_) : sizes_;
    int64_t total = 0;
    for (const int64_t size : sizes) {
      Require(size >= 0, ORT_INVALID_ARGUMENT, "Invalid value in 'split' attribute: {} in {}", size,
              sizes);
      total = CheckedAdd(total, size);
    }
    Require(static_cast<int64_t>(sizes.size()) == parts_ && total == dim, ORT_INVALID_ARGUMENT,
            "Cannot split a dimension of {} into {} outputs of sizes {}", dim, parts_, sizes);
    return sizes;
  }

  IntList EqualSizes(int64_t dim) const {
    Require(uneven_ || dim % parts_ == 0, ORT_INVALID_ARGUMENT,
            "Input cannot be split evenly on selected axis: a dimension of {} into {} outputs", dim,
            parts_);
    const int64_t size = CeilDiv(dim, parts_);
    IntList sizes;
    sizes.Resize(static_cast<size_t>(parts_), size);
    int64_t left = dim;
    for (int64_t& part : sizes) {
      part = std::min(part, left);
      left -= part;
    }
    return sizes;
  }

  const int64_t axis_;
  const int64_t parts_;
  const IntList sizes_;
  const bool sizes_given_;
  const bool uneven_;
};

BACKPLANE_CPU_KERNEL(Split, Op("Split").Since(2).In(0, types::kAll).In(1, DType::kInt64),
                     Make<SplitKernel>);

}  // namespace
}  // namespace backplane::cpu
