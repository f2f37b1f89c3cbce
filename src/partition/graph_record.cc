#include "partition/graph_record.h"

#include <algorithm>

namespace backplane {

ValueRecorder::ValueRecorder(const Graph& graph, Placement& placement) : placement_(placement) {
  placement.recorded = true;
  for (const ValueInfo* value : graph.inputs()) {
    if (!value->IsInitializer()) placement.inputs.push_back(IndexOf(value));
  }
  for (const ValueInfo* value : graph.outputs()) placement.outputs.push_back(IndexOf(value));
}

void ValueRecorder::Record(const Node& node, PlacedNode& record) {
  record.inputs.clear();
  record.outputs.clear();
  for (const ValueInfo* value : node.inputs) record.inputs.push_back(IndexOf(value));
  for (const ValueInfo* value : node.implicit_inputs) record.inputs.push_back(IndexOf(value));
  for (const ValueInfo* value : node.outputs) record.outputs.push_back(IndexOf(value));
}

int ValueRecorder::IndexOf(const ValueInfo* value) {
  if (value == nullptr) return -1;
  const auto [entry, fresh] = index_.emplace(std::make_pair(value->graph, value->index),
                                             static_cast<int>(placement_.values.size()));
  if (fresh) placement_.values.push_back({value->name, value->type, value->IsConstant()});
  return entry->second;
}

KernelTracker::KernelTracker(Graph& graph, const Partition& partition) {
  std::unordered_map<const Node*, std::vector<size_t>> fused;
  for (size_t i = 0; i < partition.fused.size(); ++i)
    fused[partition.fused[i].node] = partition.placement.groups[i].nodes;
  Remember(graph, nullptr, partition, fused);
}

void KernelTracker::Remember(Graph& graph, std::shared_ptr<Graph> keep, const Partition& partition,
                             const std::unordered_map<const Node*, std::vector<size_t>>& fused) {
  Level level{&graph, std::move(keep), {}};
  for (Node* node : graph.nodes()) {
    Before& before = level.nodes[node->index];
    if (const auto group = fused.find(node); group != fused.end()) {
      before.placed = group->second;
    } else if (const auto placed = partition.placed.find(node); placed != partition.placed.end()) {
      before.placed = {placed->second};
    }
    for (const ValueInfo* output : node->outputs) {
      if (output == nullptr) continue;
      before.outputs.push_back(output->name);
      for (const Use& use : output->consumers) before.readers.push_back(use.node->index);
    }
    for (auto& [attribute, subgraph] : node->Subgraphs())
      Remember(*subgraph, subgraph, partition, fused);
  }
  levels_.push_back(std::move(level));
}

// A node that is gone is part of what now makes its outputs, or else, if they are gone too, of what
// its readers became part of.
const std::vector<size_t>& KernelTracker::Resolve(const Level& level, uint32_t node,
                                                  KernelsByNode& kernels) {
  const auto [entry, fresh] = kernels.try_emplace(node);
  if (!fresh) return entry->second;
  const auto before = level.nodes.find(node);
  std::vector<size_t> found;
  if (before != level.nodes.end()) {
    for (const std::string& name : before->second.outputs) {
      const ValueInfo* value = level.graph->FindValue(name);
      if (value == nullptr || value->producer == nullptr) continue;
      const auto maker = kernels.find(value->producer->index);
      if (maker != kernels.end())
        found.insert(found.end(), maker->second.begin(), maker->second.end());
    }
    if (found.empty()) {
      for (const uint32_t reader : before->second.readers) {
        const auto& more = Resolve(level, reader, kernels);
        found.insert(found.end(), more.begin(), more.end());
      }
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return kernels[node] = std::move(found);
}

void KernelTracker::Finish(Graph& graph, Placement& placement,
                           const std::vector<std::shared_ptr<ExecutionProvider>>& eps) {
  std::unordered_map<const Graph*, KernelsByNode> made;
  ForEachGraph(graph, [&](Graph& part) {
    for (const Node* node : part.nodes()) {
      made[&part][node->index] = {placement.kernels.size()};
      const bool known = node->ep >= 0 && static_cast<size_t>(node->ep) < eps.size();
      placement.kernels.push_back({node->name,
                                   node->op_type,
                                   node->domain,
                                   known ? eps[static_cast<size_t>(node->ep)]->name() : "",
                                   {}});
    }
  });
  for (const Level& level : levels_) {
    const auto kernels = made.find(level.graph);
    if (kernels == made.end()) continue;  // its node is gone, and with it all inside
    // In the order of the records, so that a kernel lists its nodes as the model does.
    std::vector<std::pair<size_t, uint32_t>> order;
    for (const auto& [index, before] : level.nodes) {
      for (const size_t placed : before.placed) order.emplace_back(placed, index);
    }
    std::sort(order.begin(), order.end());
    // Readers first: no deep recursion then.
    for (auto last = order.rbegin(); last != order.rend(); ++last)
      Resolve(level, last->second, kernels->second);
    for (const auto& [placed, index] : order) {
      const std::vector<size_t> found = Resolve(level, index, kernels->second);
      if (!found.empty()) placement.nodes[placed].kernel = static_cast<int>(found.front());
      for (const size_t kernel : found) placement.kernels[kernel].nodes.push_back(placed);
    }
  }
  // What is inside of a fused control-flow node is done by its kernel.
  for (size_t i = 0; i < placement.nodes.size(); ++i) {
    PlacedNode& node = placement.nodes[i];
    if (node.kernel >= 0 || node.parent < 0 || node.group < 0) continue;
    node.kernel = placement.nodes[static_cast<size_t>(node.parent)].kernel;
    if (node.kernel >= 0) placement.kernels[static_cast<size_t>(node.kernel)].nodes.push_back(i);
  }
}

}  // namespace backplane
