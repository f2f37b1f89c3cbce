#include "compile/plan.h"

#include <algorithm>
#include <unordered_map>

namespace backplane {
namespace {

class PlanBuilder {
 public:
  PlanBuilder(Graph& graph, const PlanOptions& options)
      : graph_(graph), options_(options), plan_(std::make_unique<Plan>()) {}

  std::unique_ptr<Plan> Build() {
    for (ValueInfo* input : graph_.inputs()) plan_->input_slots.push_back(SlotFor(input));
    if (const Node* parent = graph_.parent_node()) {
      for (ValueInfo* value : parent->implicit_inputs)
        plan_->capture_slots.push_back(SlotFor(value));
    }
    for (Node* node : graph_.nodes()) AddStep(*node);
    for (ValueInfo* output : graph_.outputs()) {
      const uint32_t slot = SlotFor(output);
      plan_->output_slots.push_back(slot);
      if (plan_->slots[slot].kind == SlotKind::kInternal)
        plan_->slots[slot].kind = SlotKind::kOutput;
    }
    FindLastUses();
    CreateKernels();
    CollectConstants();
    return std::move(plan_);
  }

 private:
  uint32_t SlotFor(const ValueInfo* value) {
    const auto [it, inserted] = slot_of_.emplace(value, static_cast<uint32_t>(plan_->slots.size()));
    if (!inserted) return it->second;
    Slot slot;
    slot.value = value;
    slot.is_tensor = value->type.IsTensor();
    slot.dtype = slot.is_tensor ? value->type.tensor.dtype : DType::kUndefined;
    // Initializers are read in place, also those of outer graphs; an overridable one is an input
    // with a default.
    if (value->IsConstant()) {
      slot.kind = SlotKind::kConstant;
    } else if (value->graph != &graph_) {
      slot.kind = SlotKind::kCapture;
    } else if (value->is_graph_input || value->IsInitializer()) {
      slot.kind = SlotKind::kInput;
    }
    plan_->slots.push_back(slot);
    return it->second;
  }

  void AddStep(Node& node) {
    Require(node.ep >= 0 && static_cast<size_t>(node.ep) < options_.eps.size(), ORT_NOT_IMPLEMENTED,
            "no execution provider runs {}", node.Describe());
    Step step;
    step.node = &node;
    step.ep = options_.eps[static_cast<size_t>(node.ep)].get();
    step.traits = step.ep->TraitsOf(node);
    step.input_count = static_cast<uint32_t>(node.inputs.size());
    step.implicit_count = static_cast<uint32_t>(node.implicit_inputs.size());
    step.output_count = static_cast<uint32_t>(node.outputs.size());
    const auto add = [&](const ValueInfo* value) {
      step.slots.push_back(value == nullptr ? KernelContext::kAbsent : SlotFor(value));
    };
    for (const ValueInfo* value : node.inputs) add(value);
    for (const ValueInfo* value : node.implicit_inputs) add(value);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      add(node.outputs[i]);
      if (node.outputs[i] == nullptr) continue;
      Slot& slot = plan_->slots[step.slots.back()];
      slot.producer = static_cast<uint32_t>(plan_->steps.size());
      if (!step.ep->OutputMemory(node, i).HostAccessible()) slot.allocator = step.ep->allocator();
    }
    plan_->steps.push_back(std::move(step));
  }

  void FindLastUses() {
    for (uint32_t i = 0; i < plan_->steps.size(); ++i) {
      for (const uint32_t slot : plan_->steps[i].slots) {
        if (slot != KernelContext::kAbsent) plan_->slots[slot].last_use = i;
      }
    }
    for (uint32_t i = 0; i < plan_->slots.size(); ++i) {
      const Slot& slot = plan_->slots[i];
      if (slot.kind == SlotKind::kInternal) plan_->steps[slot.last_use].releases.push_back(i);
    }
    for (const Step& step : plan_->steps) {
      for (const auto& pair : step.traits.alias) {
        if (pair.output < 0 || static_cast<uint32_t>(pair.output) >= step.output_count ||
            static_cast<uint32_t>(pair.input) >= step.input_count) {
          continue;
        }
        const uint32_t out = step.outputs()[static_cast<size_t>(pair.output)];
        if (out != KernelContext::kAbsent &&
            step.inputs()[static_cast<size_t>(pair.input)] != KernelContext::kAbsent) {
          plan_->slots[out].is_view = plan_->slots[out].kind == SlotKind::kInternal;
        }
      }
    }
  }

  void CreateKernels() {
    std::vector<uint64_t> consumed(plan_->steps.size(), 0);
    options_.pool->Run(static_cast<int64_t>(plan_->steps.size()), [&](int64_t i) {
      Step& step = plan_->steps[static_cast<size_t>(i)];
      const Node& node = *step.node;
      KernelInfo info{.node = node,
                      .pool = *options_.pool,
                      .logger = *options_.logger,
                      .ep = step.ep,
                      .config = options_.config,
                      .make_subgraph = [&](const std::shared_ptr<Graph>& subgraph) {
                        return options_.make_subgraph(node, subgraph);
                      }};
      try {
        if (options_.take_fused) step.kernel = options_.take_fused(node);
        if (step.kernel == nullptr) step.kernel = step.ep->CreateKernel(info);
      } catch (const Error& error) {
        throw Error(error.code(), Format("{}: {}", node.Describe(), error.message()));
      }
      consumed[static_cast<size_t>(i)] = info.consumed_constants;
      ReleasePacked(node, info.consumed_constants);
    });
    ReleaseConsumedConstants(consumed);
  }

  // As soon as a kernel has packed a constant its pages can go, so that weights are never held
  // twice. A page of a file that somebody else still reads comes back by itself; other memory is
  // freed where this kernel is the only reader.
  void ReleasePacked(const Node& node, uint64_t consumed) const {
    for (size_t i = 0; i < node.inputs.size() && i < 64; ++i) {
      if (((consumed >> i) & 1) == 0) continue;
      ValueInfo* value = node.inputs[i];
      if (value->graph == &graph_ && value->consumers.size() == 1 && !value->is_graph_output) {
        value->initializer = std::make_shared<const Tensor>(ReleasedTensor(*value));
      } else {
        DropFilePagesOf(*value->initializer);
      }
    }
  }

  // An initializer all of whose readers have packed it is dropped; pages of a mapped file go back
  // to the kernel.
  void ReleaseConsumedConstants(const std::vector<uint64_t>& consumed) {
    std::vector<uint32_t> readers(plan_->slots.size(), 0);
    for (size_t s = 0; s < plan_->steps.size(); ++s) {
      const auto inputs = plan_->steps[s].inputs();
      for (size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i] == KernelContext::kAbsent) continue;
        if (i < 64 && i < plan_->steps[s].input_count && ((consumed[s] >> i) & 1) != 0) continue;
        ++readers[inputs[i]];
      }
    }
    for (const uint32_t slot : plan_->output_slots) ++readers[slot];
    for (size_t i = 0; i < plan_->slots.size(); ++i) {
      const Slot& slot = plan_->slots[i];
      if (slot.kind != SlotKind::kConstant || readers[i] != 0 || slot.value->graph != &graph_)
        continue;
      released_.push_back(const_cast<ValueInfo*>(slot.value));
    }
  }

  void CollectConstants() {
    plan_->constants.resize(plan_->slots.size());
    for (ValueInfo* value : released_)
      value->initializer = std::make_shared<const Tensor>(ReleasedTensor(*value));
    for (size_t i = 0; i < plan_->slots.size(); ++i) {
      const Slot& slot = plan_->slots[i];
      if (slot.kind != SlotKind::kConstant) continue;
      // Views of a file may lie at any address (model/tensor_loader.cc); what kernels read on every
      // run is aligned.
      const_cast<ValueInfo*>(slot.value)->AlignInitializer();
      plan_->constants[i].SetTensor(*slot.value->initializer);
    }
  }

  // Type and shape without content, for an initializer that lives on only inside packed weights.
  static Tensor ReleasedTensor(const ValueInfo& value) {
    const Tensor& tensor = *value.initializer;
    DropFilePagesOf(tensor);
    return Tensor(tensor.dtype(), tensor.shape(), nullptr);
  }

  Graph& graph_;
  const PlanOptions& options_;
  std::unique_ptr<Plan> plan_;
  std::unordered_map<const ValueInfo*, uint32_t> slot_of_;
  std::vector<ValueInfo*> released_;
};

}  // namespace

std::unique_ptr<Plan> BuildPlan(Graph& graph, const PlanOptions& options) {
  return PlanBuilder(graph, options).Build();
}

}  // namespace backplane
