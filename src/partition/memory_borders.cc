#include "partition/memory_borders.h"

#include <algorithm>
#include <map>
namespace backplane {

MemoryNumber MemoryBorders::NumberOf(const MemoryInfo& memory) const {
  if (memory.HostAccessible()) return kHostMemory;
  for (size_t i = 0; i < memories_.size(); ++i) {
    if (memories_[i].info->SameDevice(memory)) return static_cast<MemoryNumber>(i + 1);
  }
  return kHostMemory;
}

class BorderPass {
 public:
  BorderPass(Graph& graph, std::span<const std::shared_ptr<ExecutionProvider>> eps,
             const DataTransfers& transfers, Placement& placement)
      : graph_(graph), eps_(eps), transfers_(transfers), placement_(placement) {}

  MemoryBorders Run() {
    CollectMemories();
    if (borders_.empty()) return std::move(borders_);
    std::vector<Graph*> graphs;
    ForEachGraph(graph_, [&](Graph& graph) { graphs.push_back(&graph); });
    for (Graph* graph : graphs) CollectUses(*graph);
    for (Graph* graph : graphs) ChooseInputHomes(*graph);
    for (Graph* graph : graphs) AddCopies(*graph);
    CopyConstants();
    return std::move(borders_);
  }

 private:
  // An explicit input of a node, which wants it in `memory`.
  struct Reader {
    Node* node;
    size_t index;
    MemoryNumber memory;
  };

  void CollectMemories() {
    for (size_t i = 0; i < eps_.size(); ++i) {
      const MemoryInfo& memory = eps_[i]->default_memory();
      if (memory.HostAccessible()) continue;
      if (const MemoryNumber known = borders_.NumberOf(memory); known != kHostMemory) {
        ++borders_.memories_[known - 1].ep_count;
      } else {
        borders_.memories_.push_back({&memory, eps_[i].get(), static_cast<int>(i), 1});
      }
    }
  }

  // Only tensors of plain elements leave the host.
  static bool CanLeave(const ValueInfo& value) {
    return value.type.IsTensor() && value.type.tensor.dtype != DType::kString &&
           value.type.tensor.dtype != DType::kUndefined;
  }

  void CollectUses(Graph& graph) {
    for (Node* node : graph.nodes()) {
      if (node->ep < 0) continue;
      const ExecutionProvider& ep = *eps_[static_cast<size_t>(node->ep)];
      for (size_t i = 0; i < node->inputs.size(); ++i) {
        ValueInfo* value = node->inputs[i];
        if (value == nullptr || !CanLeave(*value)) continue;
        readers_[value].push_back({node, i, borders_.NumberOf(ep.InputMemory(*node, i))});
      }
      for (size_t i = 0; i < node->outputs.size(); ++i) {
        const ValueInfo* value = node->outputs[i];
        if (value == nullptr || !CanLeave(*value)) continue;
        SetHome(value, borders_.NumberOf(ep.OutputMemory(*node, i)));
      }
    }
  }

  void SetHome(const ValueInfo* value, MemoryNumber memory) {
    if (memory != kHostMemory) borders_.homes_[value] = memory;
  }

  // What a caller gives is wanted where its readers are, if they agree. One that is also handed out
  // again had better stay.
  void ChooseInputHomes(const Graph& graph) {
    for (const ValueInfo* input : graph.inputs()) {
      const auto it = readers_.find(const_cast<ValueInfo*>(input));
      if (input->IsConstant() || input->is_graph_output || it == readers_.end()) continue;
      const MemoryNumber memory = it->second.front().memory;
      const bool agreed = std::all_of(it->second.begin(), it->second.end(),
                                      [&](const Reader& r) { return r.memory == memory; });
      if (!agreed || memory == kHostMemory) continue;
      CheckPath(*input, kHostMemory, memory);
      SetHome(input, memory);
      Record(*input, kHostMemory, memory, /*once=*/false);
    }
  }

  void AddCopies(Graph& graph) {
    std::unordered_map<const Node*, std::vector<Node*>> after;  // null: before all nodes
    const std::vector<Node*> before = graph.nodes();
    for (ValueInfo* value : graph.Values()) {
      const auto it = readers_.find(value);
      if (it == readers_.end()) continue;
      const MemoryNumber home = borders_.HomeOf(value);
      std::map<MemoryNumber, std::vector<Reader>> wanted;
      for (const Reader& reader : it->second) {
        if (reader.memory != home) wanted[reader.memory].push_back(reader);
      }
      for (const auto& [memory, readers] : wanted) {
        ValueInfo* copy = value->IsConstant()
                              ? ConstantIn(graph, *value, memory)
                              : CopyIn(graph, *value, memory, after[value->producer]);
        for (const Reader& reader : readers) Rewire(graph, reader, copy);
      }
    }
    if (after.empty()) return;
    std::vector<Node*> order = std::move(after[nullptr]);
    for (Node* node : before) {
      order.push_back(node);
      const auto it = after.find(node);
      if (it != after.end()) order.insert(order.end(), it->second.begin(), it->second.end());
    }
    graph.SetOrder(std::move(order));
  }

  // `value` in another memory; made by a copy node, or two.
  ValueInfo* CopyIn(Graph& graph, ValueInfo& value, MemoryNumber memory,
                    std::vector<Node*>& order) {
    const auto known = copied_.find({&value, memory});
    if (known != copied_.end()) return known->second;
    const MemoryNumber home = borders_.HomeOf(&value);
    ValueInfo* source = &value;
    MemoryNumber from = home;
    if (home != kHostMemory && memory != kHostMemory && !CanCopy(home, memory)) {
      source = CopyIn(graph, value, kHostMemory, order);
      from = kHostMemory;
    }
    CheckPath(value, from, memory);
    ValueInfo* copy = graph.AddValue(NameIn(value, memory), value.type);
    const MemoryNumber device = from == kHostMemory ? memory : from;
    Node* node = graph.AddNode("Memcpy_" + copy->name,
                               from == kHostMemory     ? "MemcpyFromHost"
                               : memory == kHostMemory ? "MemcpyToHost"
                                                       : "MemcpyBetweenDevices",
                               "", {source}, {copy});
    node->since_version = 1;
    node->ep = borders_.device(device).ep_index;
    borders_.copies_[node] = {from, memory};
    SetHome(copy, memory);
    Record(value, from, memory, /*once=*/false);
    copied_[{&value, memory}] = copy;
    order.push_back(node);
    return copy;
  }

  ValueInfo* ConstantIn(Graph& graph, ValueInfo& value, MemoryNumber memory) {
    CheckPath(value, kHostMemory, memory);
    const Tensor& source = *value.initializer;
    ExecutionProvider& ep = *borders_.device(memory).ep;
    auto tensor = std::make_shared<const Tensor>(
        Tensor::Allocate(source.dtype(), source.shape(), ep.initializer_allocator()));
    ValueInfo* copy = graph.AddInitializer(NameIn(value, memory), tensor);
    copy->type = value.type;
    SetHome(copy, memory);
    Record(value, kHostMemory, memory, /*once=*/true);
    constants_.push_back({&value, copy});
    return copy;
  }

  void CopyConstants() {
    for (const auto& [source, copy] : constants_) {
      source->AlignInitializer();  // an EP may read whole elements
      const Value from(*source->initializer);
      Value to(*copy->initializer);
      const Value* const sources[] = {&from};
      Value* const targets[] = {&to};
      try {
        transfers_.Copy(sources, targets);
      } catch (const Error& error) {
        throw Error(error.code(),
                    Format("{} (copying the initializer '{}')", error.message(), source->name));
      }
      if (source->consumers.empty()) DropFilePagesOf(*source->initializer);
    }
  }

  // A reader may be in a subgraph, however deep: the nodes around it then capture the copy.
  static void Rewire(Graph& home, const Reader& reader, ValueInfo* copy) {
    reader.node->graph->SetInput(reader.node, reader.index, copy);
    for (Graph* graph = reader.node->graph; graph != &home; graph = graph->parent_graph())
      graph->parent_graph()->RefreshImplicitInputs(graph->parent_node());
  }

  bool CanCopy(MemoryNumber from, MemoryNumber to) const {
    return transfers_.CanCopy(borders_.InfoOf(from), borders_.InfoOf(to));
  }

  void CheckPath(const ValueInfo& value, MemoryNumber from, MemoryNumber to) const {
    Require(CanCopy(from, to), ORT_NOT_IMPLEMENTED,
            "There's no data transfer registered for copying tensors from memory '{}' to '{}', "
            "which '{}' needs between {} and {}",
            borders_.InfoOf(from).name, borders_.InfoOf(to).name, value.name, EpOf(from), EpOf(to));
  }

  std::string NameIn(const ValueInfo& value, MemoryNumber memory) const {
    std::string name = Format("{}@{}", value.name, borders_.InfoOf(memory).name);
    return value.graph->FindValue(name) == nullptr ? name : value.graph->FreshName(name);
  }

  const std::string& EpOf(MemoryNumber memory) const {
    return memory == kHostMemory ? eps_.back()->name() : borders_.device(memory).ep->name();
  }

  void Record(const ValueInfo& value, MemoryNumber from, MemoryNumber to, bool once) {
    PlacedCopy copy{value.name, EpOf(from), EpOf(to), -1, once};
    if (const auto shape = value.type.tensor.StaticShape()) {
      copy.bytes = static_cast<int64_t>(BytesOf(value.type.tensor.dtype, shape->ElementCount()));
    } else if (value.IsInitializer()) {
      copy.bytes = static_cast<int64_t>(value.initializer->Bytes());
    }
    placement_.copies.push_back(std::move(copy));
  }

  Graph& graph_;
  std::span<const std::shared_ptr<ExecutionProvider>> eps_;
  const DataTransfers& transfers_;
  Placement& placement_;
  MemoryBorders borders_;
  std::unordered_map<ValueInfo*, std::vector<Reader>> readers_;
  std::map<std::pair<const ValueInfo*, MemoryNumber>, ValueInfo*> copied_;
  std::vector<std::pair<ValueInfo*, ValueInfo*>> constants_;  // source, copy
};

MemoryBorders InsertCopies(Graph& graph, std::span<const std::shared_ptr<ExecutionProvider>> eps,
                           const DataTransfers& transfers, Placement& placement) {
  return BorderPass(graph, eps, transfers, placement).Run();
}

}  // namespace backplane
