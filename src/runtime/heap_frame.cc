#include "runtime/heap_frame.h"

#include "runtime/frame.h"

namespace backplane {

HeapFrame::HeapFrame(const Node& node) : node_(node) {
  const size_t count = node.inputs.size() + node.outputs.size();
  values_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const bool output = i >= node.inputs.size();
    const ValueInfo* info = output ? node.outputs[i - node.inputs.size()] : node.inputs[i];
    slots_.push_back(&values_[i]);
    indices_.push_back(info == nullptr ? KernelContext::kAbsent : static_cast<uint32_t>(i));
  }
}

void HeapFrame::Run(const Kernel& kernel, ThreadPool& pool, const Logger& logger, void* run_state) {
  KernelContext context;
  context.slots_ = slots_.data();
  context.inputs_ = indices_.data();
  context.input_count_ = static_cast<uint32_t>(node_.inputs.size());
  context.outputs_ = indices_.data() + node_.inputs.size();
  context.output_count_ = static_cast<uint32_t>(node_.outputs.size());
  context.services_ = this;
  context.pool_ = &pool;
  context.logger_ = &logger;
  context.run_state_ = run_state;
  kernel.Run(context);
  scratch_.clear();
}

Tensor& HeapFrame::AllocateOutput(KernelContext& context, size_t i, const Shape& shape) {
  Value& value = *slots_[context.outputs_[i]];
  const DType dtype = node_.outputs[i]->type.tensor.dtype;
  if (&value != &output(i) && value.IsTensor()) {
    Require(value.tensor().shape() == shape && value.tensor().dtype() == dtype,
            ORT_INVALID_ARGUMENT, "the given output {} is {} of shape {}, but {} makes {} of {}", i,
            TensorTypeName(value.tensor().dtype()), value.tensor().shape().ToString(),
            node_.op_type, TensorTypeName(dtype), shape.ToString());
    return value.tensor();
  }
  value.SetTensor(Tensor::Allocate(dtype, shape));
  return value.tensor();
}

Tensor& HeapFrame::ViewOutput(KernelContext& context, size_t i, const Tensor& source,
                              const Shape& shape) {
  Value& value = *slots_[context.outputs_[i]];
  if (&value != &output(i)) {
    Tensor& out = context.Output(i, shape);
    CopyElements(source, out);
    return out;
  }
  value.SetTensor(source.Reshaped(shape));
  return value.tensor();
}

void HeapFrame::SetOutput(KernelContext& context, size_t i, Value value) {
  Value& target = *slots_[context.outputs_[i]];
  if (&target != &output(i) && target.IsTensor() && value.IsTensor()) {
    CopyElements(value.tensor(), AllocateOutput(context, i, value.tensor().shape()));
  } else {
    target = std::move(value);
  }
}

void* HeapFrame::AllocateScratch(KernelContext&, size_t bytes) {
  scratch_.push_back(Buffer::Allocate(bytes));
  return scratch_.back()->data();
}

OrtSyncStream* HeapFrame::StreamOf(KernelContext& context) { return RunStream(context); }

}  // namespace backplane
