// ReverseSequence: each batch reversed up to a length of its own.
#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

class ReverseSequenceKernel final : public Kernel {
 public:
  explicit ReverseSequenceKernel(const KernelInfo& info)
      : batch_axis_(info.node.Int("batch_axis", 1)), time_axis_(info.node.Int("time_axis", 0)) {
    Require((batch_axis_ == 0 && time_axis_ == 1) || (batch_axis_ == 1 && time_axis_ == 0),
            ORT_INVALID_ARGUMENT,
            "{}: batch_axis {} and time_axis {} must be 0 and 1, in any order",
            info.node.Describe(), batch_axis_, time_axis_);
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Tensor& lengths = context.Input(1);
    const Shape& shape = input.shape();
    Require(shape.rank() >= 2, ORT_INVALID_ARGUMENT,
            "ReverseSequence needs two dimensions, the input has shape {}", shape);
    const int64_t batch = shape[static_cast<size_t>(batch_axis_)];
    const int64_t steps = shape[static_cast<size_t>(time_axis_)];
    Require(lengths.shape() == Shape{batch}, ORT_INVALID_ARGUMENT,
            "sequence_lens shape must be {{{}}}, it is {}", batch, lengths.shape());
    Tensor& output = context.Output(0, shape);
    if (output.ElementCount() == 0) return;
    const int64_t block = shape.Count(2);
    const int64_t time_stride = time_axis_ == 0 ? batch * block : block;
    const int64_t batch_stride = batch_axis_ == 0 ? steps * block : block;
    for (int64_t b = 0; b < batch; ++b) {
      const int64_t length = lengths.data<int64_t>()[b];
      Require(length >= 0 && length <= steps, ORT_INVALID_ARGUMENT,
              "Invalid sequence length: {}. Value must be in range [0,{}]", length, steps);
      const auto copy = [&](int64_t to, int64_t from, int64_t count, int64_t direction) {
        StridedCopy move;
        move.Add(count, time_stride, direction * time_stride);
        move.Add(block, 1, 1);
        move.Run(context.pool(), input.dtype(),
                 Advance(output.raw(), input.dtype(), b * batch_stride + to * time_stride),
                 Advance(input.raw(), input.dtype(), b * batch_stride + from * time_stride));
      };
      if (length > 0) copy(0, length - 1, length, -1);
      if (length < steps) copy(length, length, steps - length, 1);
    }
  }

 private:
  const int64_t batch_axis_;
  const int64_t time_axis_;
};

BACKPLANE_CPU_KERNEL(
    ReverseSequence,
    Op("ReverseSequence").Since(10).In(0, types::kPlain | DType::kString).In(1, DType::kInt64),
    Make<ReverseSequenceKernel>);

}  // namespace
}  // namespace backplane::cpu
