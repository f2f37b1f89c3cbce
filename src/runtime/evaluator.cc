#include "runtime/evaluator.h"

#include "runtime/heap_frame.h"

namespace backplane {

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
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != nullptr) frame.input(i).SetTensor(*node.inputs[i]->initializer);
    }
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
