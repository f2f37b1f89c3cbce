#include "runtime/node_stats_recorder.h"

#include <algorithm>
#include <set>

#include "partition/node_stats.h"

namespace backplane {

NodeStatsRecorder::NodeStatsRecorder(Graph& graph, std::string path) : path_(std::move(path)) {
  ForEachGraph(graph, [&](Graph& part) {
    for (const Node* node : part.nodes()) {
      Planned planned{StatsName(*node), &part, {}, {}};
      for (const ValueInfo* value : node->inputs) {
        if (value == nullptr) continue;
        const uint64_t bytes = value->IsInitializer() ? value->initializer->Bytes() : 0;
        planned.inputs.push_back({{value->graph, value->name}, bytes});
      }
      for (const ValueInfo* value : node->outputs) {
        if (value != nullptr) planned.outputs.emplace_back(value->graph, value->name);
      }
      nodes_.push_back(std::move(planned));
    }
  });
}

void NodeStatsRecorder::See(const Slot& slot, uint64_t bytes, uint64_t scratch) {
  Seen& seen = seen_[{slot.value->graph, slot.value->name}];
  seen.bytes = std::max(seen.bytes, bytes);
  seen.scratch = std::max(seen.scratch, scratch);
}

// An output that lies where an input does was not allocated for it.
void NodeStatsRecorder::Add(const Plan& plan, const Step& step, const KernelContext& context,
                            size_t scratch) {
  const std::lock_guard lock(mutex_);
  ran_.insert(step.node->graph);
  std::unordered_set<const void*> reused;
  for (const uint32_t slot : step.inputs()) {
    if (slot == KernelContext::kAbsent || !context.slots_[slot]->IsTensor()) continue;
    const Tensor& tensor = context.slots_[slot]->tensor();
    reused.insert(tensor.raw());
    if (plan.slots[slot].kind == SlotKind::kInput) See(plan.slots[slot], tensor.Bytes());
  }
  bool first = true;
  for (const uint32_t slot : step.outputs()) {
    if (slot == KernelContext::kAbsent || !context.slots_[slot]->IsTensor()) continue;
    const Tensor& tensor = context.slots_[slot]->tensor();
    const bool allocated = reused.count(tensor.raw()) == 0;
    See(plan.slots[slot], allocated ? tensor.Bytes() : 0, first ? scratch : 0);
    first = false;
  }
}

// Each value counts once: where it is made, or at its first reader.
void NodeStatsRecorder::Write() const {
  NodeStatsTable table;
  std::set<Name> counted;
  const std::lock_guard lock(mutex_);
  const auto take = [&](const Name& name) -> Seen {
    const auto found = counted.insert(name).second ? seen_.find(name) : seen_.end();
    return found == seen_.end() ? Seen{} : found->second;
  };
  for (const Planned& node : nodes_) {
    if (ran_.count(node.graph) == 0) continue;
    NodeStats& stats = table[node.name];
    for (const Name& name : node.outputs) {
      const Seen seen = take(name);
      stats.outputs += seen.bytes;
      stats.temporary += seen.scratch;
    }
  }
  for (const Planned& node : nodes_) {
    if (ran_.count(node.graph) == 0) continue;
    NodeStats& stats = table[node.name];
    for (const Input& input : node.inputs) {
      if (input.initializer == 0) {
        stats.inputs += take(input.name).bytes;
      } else if (counted.insert(input.name).second) {
        stats.initializers += input.initializer;
      }
    }
  }
  WriteNodeStats(path_, table);
}

}  // namespace backplane
