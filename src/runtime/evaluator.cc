#include "runtime/evaluator.h"

namespace backplane {
namespace {

// A frame for one kernel: everything comes from the heap.
class HeapFrame final : public FrameServices {
 public:
  explicit HeapFrame(const Node& node) : node_(node) {
    const size_t count = node.inputs.size() + node.outputs.size();
    values_.resize(count);
    for (size_t i = 0; i < count; ++i) {
      const bool output = i >= node.inputs.size();
      const ValueInfo* info = output ? node.outputs[i - node.inputs.size()] : node.inputs[i];
      slots_.push_back(&values_[i]);
      indices_.push_back(info == nullptr ? KernelContext::kAbsent : static_cast<uint32_t>(i));
      if (!output && info != nullptr) values_[i].SetTensor(*info->initializer);
    }
  }

  void Run(const Kernel& kernel, ThreadPool& pool, const Logger& logger) {
    KernelContext context;
    context.slots_ = slots_.data();
    context.inputs_ = indices_.data();
    context.input_count_ = static_cast<uint32_t>(node_.inputs.size());
    context.outputs_ = indices_.data() + node_.inputs.size();
    context.output_count_ = static_cast<uint32_t>(node_.outputs.size());
    context.services_ = this;
    context.pool_ = &pool;
    context.logger_ = &logger;
    kernel.Run(context);
  }

  Value& output(size_t i) { return values_[node_.inputs.size() + i]; }

  Tensor& AllocateOutput(KernelContext&, size_t i, const Shape& shape) override {
    output(i).SetTensor(Tensor::Allocate(node_.outputs[i]->type.tensor.dtype, shape));
    return output(i).tensor();
  }
  Tensor& ViewOutput(KernelContext&, size_t i, const Tensor& source, const Shape& shape) override {
    output(i).SetTensor(source.Reshaped(shape));
    return output(i).tensor();
  }
  void SetOutput(KernelContext&, size_t i, Value value) override { output(i) = std::move(value); }
  void* AllocateScratch(KernelContext&, size_t bytes) override {
    scratch_.push_back(Buffer::Allocate(bytes));
    return scratch_.back()->data();
  }

 private:
  const Node& node_;
  std::vector<Value> values_;
  std::vector<Value*> slots_;
  std::vector<uint32_t> indices_;
  std::vector<std::shared_ptr<Buffer>> scratch_;
};

}  // namespace

bool NodeEvaluator::Evaluate(const Node& node, std::vector<Tensor>& outputs) const {
  if (node.HasSubgraphs()) return false;
  for (const ValueInfo* input : node.inputs) {
    if (input != nullptr && !input->IsConstant()) return false;
  }
  for (const ValueInfo* output : node.outputs) {
    if (output != nullptr &&
        (!output->type.IsTensor() || output->type.tensor.dtype == DType::kUndefined))
      return false;
  }
  try {
    const KernelInfo info{
        .node = node, .pool = pool_, .logger = logger_, .ep = &host_, .make_subgraph = nullptr};
    const auto kernel = host_.CreateKernel(info);
    HeapFrame frame(node);
    frame.Run(*kernel, pool_, logger_);
    outputs.clear();
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] == nullptr) {
        outputs.emplace_back();
      } else if (frame.output(i).IsTensor()) {
        outputs.push_back(frame.output(i).tensor());
      } else {
        return false;
      }
    }
    return true;
  } catch (const Error& error) {
    logger_.Info("optimize", "{} was not folded: {}", node.Describe(), error.message());
    return false;
  }
}

}  // namespace backplane
