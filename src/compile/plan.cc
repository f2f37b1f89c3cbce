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
    plan_->host_allocator = options_.host_allocator;
    plan_->is_main = graph_.parent_node() == nullptr;
    if (options_.borders != nullptr) CollectMemories();
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
    if (options_.borders != nullptr) FindOutputCopies();
    FindLastUses();
    CreateKernels();
    CollectConstants();
    return std::move(plan_);
  }

 private:
  void CollectMemories() {
    for (const DeviceMemory& device : options_.borders->memories()) {
      OrtAllocator* allocator = device.ep->allocator();
      constexpr uint32_t kAllocOnStreamSince = 23;
      plan_->memories.push_back(
          {device.info, allocator, device.ep_index, !device.Shared(),
           allocator->version >= kAllocOnStreamSince && allocator->AllocOnStream != nullptr});
    }
  }

  uint32_t SlotFor(const ValueInfo* value) {
    const auto [it, inserted] = slot_of_.emplace(value, static_cast<uint32_t>(plan_->slots.size()));
    if (!inserted) return it->second;
    Slot slot;
    slot.value = value;
    slot.is_tensor = value->type.IsTensor();
    slot.dtype = slot.is_tensor ? value->type.tensor.dtype : DType::kUndefined;
    if (options_.borders != nullptr) slot.memory = options_.borders->HomeOf(value);
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
      plan_->slots[step.slots.back()].producer = static_cast<uint32_t>(plan_->steps.size());
    }
    if (options_.borders != nullptr) FindExecutors(step);
    plan_->steps.push_back(std::move(step));
  }

  // Where a step reads an output in another memory, that copy serves the level's caller as well.
  void FindOutputCopies() {
    const auto& outputs = graph_.outputs();
    for (uint32_t i = 0; i < outputs.size(); ++i) {
      if (std::count(outputs.begin(), outputs.end(), outputs[i]) > 1) continue;
      for (MemoryNumber memory = 0; memory <= plan_->memories.size(); ++memory) {
        const ValueInfo* copy = options_.borders->CopyIn(outputs[i], memory);
        if (copy == nullptr || copy->graph != &graph_) continue;
        const uint32_t slot = SlotFor(copy);
        plan_->slots[slot].kind = SlotKind::kOutput;
        plan_->output_copies.push_back({i, memory, slot});
      }
    }
  }

  int ExecutorOf(int ep) const {
    return ep >= 0 && options_.eps[static_cast<size_t>(ep)]->StreamAware() ? ep
                                                                           : Step::kHostExecutor;
  }

  // On whose stream a value is made: that of its node's EP. For one that a level is given, or that
  // control flow hands on, that of its memory's EP (DeviceRun::Gather).
  int ExecutorOf(const ValueInfo& value) const {
    if (value.IsConstant()) return Step::kHostExecutor;
    const MemoryNumber home = options_.borders->HomeOf(&value);
    const bool handed_on = value.producer != nullptr && value.producer->HasSubgraphs();
    if (value.producer != nullptr && (!handed_on || home == kHostMemory))
      return ExecutorOf(value.producer->ep);
    return home == kHostMemory ? Step::kHostExecutor
                               : ExecutorOf(options_.borders->device(home).ep_index);
  }

  void FindExecutors(Step& step) {
    const Node& node = *step.node;
    step.executor = ExecutorOf(node.ep);
    const auto memories = options_.borders->memories();
    step.gathers = node.HasSubgraphs() &&
                   std::any_of(memories.begin(), memories.end(),
                               [](const DeviceMemory& memory) { return memory.Shared(); });
    const MemoryBorders::Copy* copy = options_.borders->CopyOf(&node);
    const bool enqueued = step.executor != Step::kHostExecutor;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueInfo* value = node.inputs[i];
      if (value == nullptr) continue;
      const bool in_host_memory = options_.borders->HomeOf(value) == kHostMemory;
      // Control flow on the host hands on what lies on a device; who reads it there keeps the
      // order.
      if (!enqueued && !in_host_memory && node.HasSubgraphs() && IsMadeAtHome(*value)) continue;
      // A kernel looks into host memory when it is called, a copy when its turn comes.
      Wait(step, ExecutorOf(*value), !enqueued || (in_host_memory && copy == nullptr));
      if (enqueued && in_host_memory) plan_->slots[step.slots[i]].kept = true;
    }
    // What is copied to may still be read by work of its own EP.
    if (copy != nullptr && copy->to != kHostMemory) {
      Wait(step, ExecutorOf(options_.borders->device(copy->to).ep_index), !enqueued);
    }
  }

  // Whether the stream that makes a value is that of the memory in which it lies.
  bool IsMadeAtHome(const ValueInfo& value) const {
    const DeviceMemory& memory = options_.borders->device(options_.borders->HomeOf(&value));
    return ExecutorOf(value) == ExecutorOf(memory.ep_index);
  }

  static void Wait(Step& step, int producer, bool on_host) {
    if (producer == Step::kHostExecutor || (producer == step.executor && !on_host)) return;
    const StreamWait wait{producer, on_host};
    if (std::find(step.waits.begin(), step.waits.end(), wait) == step.waits.end())
      step.waits.push_back(wait);
  }

  void FindLastUses() {
    for (uint32_t i = 0; i < plan_->steps.size(); ++i) {
      for (const uint32_t slot : plan_->steps[i].slots) {
        if (slot != KernelContext::kAbsent) plan_->slots[slot].last_use = i;
      }
    }
    for (uint32_t i = 0; i < plan_->slots.size(); ++i) {
      const Slot& slot = plan_->slots[i];
      if (slot.kind == SlotKind::kInternal && !slot.kept && CanFreeEarly(slot))
        plan_->steps[slot.last_use].releases.push_back(i);
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
          const uint32_t in = step.inputs()[static_cast<size_t>(pair.input)];
          plan_->slots[out].is_view = plan_->slots[out].kind == SlotKind::kInternal &&
                                      plan_->slots[out].memory == plan_->slots[in].memory;
        }
      }
    }
  }

  // Memory that enqueued work may still use goes back to an allocator only if that one knows of
  // streams.
  bool CanFreeEarly(const Slot& slot) const {
    if (slot.memory == kHostMemory) return true;
    const PlannedMemory& memory = plan_->memories[slot.memory - 1];
    return memory.reuse &&
           (ExecutorOf(memory.ep) == Step::kHostExecutor || memory.allocates_on_stream);
  }

  void CreateKernels() {
    std::vector<uint64_t> consumed(plan_->steps.size(), 0);
    // Kernels with subgraphs create the kernels in these.
    std::vector<size_t> parallel;
    for (size_t i = 0; i < plan_->steps.size(); ++i) {
      const Step& step = plan_->steps[i];
      if (step.ep->CreatesInParallel(*step.node) && !step.node->HasSubgraphs()) {
        parallel.push_back(i);
      } else {
        consumed[i] = CreateKernel(plan_->steps[i]);
      }
    }
    options_.pool->Run(static_cast<int64_t>(parallel.size()), [&](int64_t i) {
      const size_t index = parallel[static_cast<size_t>(i)];
      consumed[index] = CreateKernel(plan_->steps[index]);
    });
    ReleaseConsumedConstants(consumed);
  }

  // Returns the constants that the kernel has consumed.
  uint64_t CreateKernel(Step& step) const {
    const Node& node = *step.node;
    KernelInfo info{.node = node,
                    .pool = *options_.pool,
                    .logger = *options_.logger,
                    .ep = step.ep,
                    .config = options_.config,
                    .make_subgraph = SubgraphMaker(node)};
    try {
      if (options_.take_fused) step.kernel = options_.take_fused(node);
      if (step.kernel == nullptr) step.kernel = step.ep->CreateKernel(info);
    } catch (const Error& error) {
      throw Error(error.code(), Format("{}: {}", node.Describe(), error.message()));
    }
    ReleasePacked(node, info.consumed_constants);
    return info.consumed_constants;
  }

  // A plugin may keep a copy of the info that this is part of for longer than the plan is built.
  decltype(KernelInfo::make_subgraph) SubgraphMaker(const Node& node) const {
    return [&node, make = options_.make_subgraph, building = std::weak_ptr<void>(building_)](
               const std::shared_ptr<Graph>& subgraph) -> std::unique_ptr<SubgraphRunner> {
      Require(!building.expired() && make != nullptr, ORT_INVALID_ARGUMENT,
              "{}: its subgraphs can be had only while its kernel is created", node.Describe());
      return make(node, subgraph);
    };
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
      if (slot.memory == kHostMemory) const_cast<ValueInfo*>(slot.value)->AlignInitializer();
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
  const std::shared_ptr<void> building_ = std::make_shared<char>();
};

}  // namespace

std::unique_ptr<Plan> BuildPlan(Graph& graph, const PlanOptions& options) {
  return PlanBuilder(graph, options).Build();
}

}  // namespace backplane
