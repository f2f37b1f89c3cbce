#include "partition/memory_borders.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace backplane {
namespace {

// What a body makes and its node does not hand out: the condition of Loop.
size_t SteeringResults(const Node& owner) { return owner.Is("Loop") ? 1 : 0; }

// Inputs of a node before those that it carries into its body, and of the body likewise.
struct Before {
  size_t node;
  size_t body;
};
Before CarriedInputs(const Node& owner) {
  if (owner.Is("Loop")) return {2, 2};
  return {owner.Is("Scan") && owner.since_version < 9 ? size_t{1} : size_t{0}, 0};
}

}  // namespace

MemoryNumber MemoryBorders::NumberOf(const MemoryInfo& memory) const {
  if (memory.HostAccessible()) return kHostMemory;
  for (size_t i = 0; i < memories_.size(); ++i) {
    if (memories_[i].info->SameDevice(memory)) return static_cast<MemoryNumber>(i + 1);
  }
  return kHostMemory;
}

MemoryNumber MemoryBorders::ResultMemory(const Node& owner, size_t i) const {
  const size_t steering = SteeringResults(owner);
  if (i < steering || i - steering >= owner.outputs.size()) return kHostMemory;
  const auto carried = carried_.find({&owner, i - steering});
  if (carried != carried_.end()) return carried->second;
  const ValueInfo* output = owner.outputs[i - steering];
  return output == nullptr ? kHostMemory : HomeOf(output);
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
    // Inner graphs first: what is inside makes what is handed on.
    for (auto graph = graphs.rbegin(); graph != graphs.rend(); ++graph) ChooseCarriedHomes(**graph);
    for (Graph* graph : graphs) ChooseInputHomes(*graph);
    for (Graph* graph : graphs) AddCopies(*graph);
    for (Graph* graph : graphs) RecordResults(*graph);
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
        borders_.memories_[known - 1].users.push_back(static_cast<int>(i));
      } else {
        borders_.memories_.push_back(
            {&memory, eps_[i].get(), static_cast<int>(i), {static_cast<int>(i)}});
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

  std::span<const Reader> ReadersOf(const ValueInfo* value) const {
    const auto it = readers_.find(const_cast<ValueInfo*>(value));
    return it == readers_.end() ? std::span<const Reader>() : it->second;
  }

  // Where all readers of a value want it.
  std::optional<MemoryNumber> AgreedMemory(const ValueInfo* value) const {
    const auto readers = ReadersOf(value);
    if (readers.empty()) return std::nullopt;
    const MemoryNumber memory = readers.front().memory;
    const bool agreed = std::all_of(readers.begin(), readers.end(),
                                    [&](const Reader& r) { return r.memory == memory; });
    return agreed ? std::optional(memory) : std::nullopt;
  }

  void ChooseCarriedHomes(const Graph& graph) {
    for (Node* node : graph.nodes()) {
      if (node->ep < 0 || !node->HasSubgraphs()) continue;
      for (size_t i = 0; i < node->outputs.size(); ++i) {
        if (eps_[static_cast<size_t>(node->ep)]->PassesOn(*node, i)) ChooseCarriedHome(*node, i);
      }
    }
  }

  // Output `i` of a node whose EP would take it from anywhere.
  void ChooseCarriedHome(Node& node, size_t i) {
    std::vector<const ValueInfo*> results;
    for (const auto& [attribute, body] : node.Subgraphs()) {
      const size_t index = i + SteeringResults(node);
      if (index >= body->outputs().size() || !CanLeave(*body->outputs()[index])) return;
      results.push_back(body->outputs()[index]);
    }
    if (results.empty() || (node.outputs[i] != nullptr && !CanLeave(*node.outputs[i]))) return;
    MemoryNumber memory = kHostMemory;
    if (node.Is("If")) {
      memory = WhereBranchesMake(results, node.outputs[i]);
    } else {
      memory = WhereTurnsMake(node, i, *results.front());
    }
    if (memory == kHostMemory) return;
    borders_.carried_[{&node, i}] = memory;
    if (node.outputs[i] != nullptr) SetHome(node.outputs[i], memory);
    if (!node.Is("If")) CarryIn(node, i, memory);
  }

  MemoryNumber WhereBranchesMake(std::span<const ValueInfo* const> results,
                                 const ValueInfo* output) const {
    const MemoryNumber first = borders_.HomeOf(results.front());
    const auto made_in = [&](MemoryNumber memory) {
      return [this, memory](const ValueInfo* result) { return borders_.HomeOf(result) == memory; };
    };
    if (std::all_of(results.begin(), results.end(), made_in(first))) return first;
    const MemoryNumber wanted = AgreedMemory(output).value_or(kHostMemory);
    return std::any_of(results.begin(), results.end(), made_in(wanted)) ? wanted : kHostMemory;
  }

  // What is made on a device in one turn stays there for the next, if that uses it there.
  MemoryNumber WhereTurnsMake(const Node& node, size_t i, const ValueInfo& result) const {
    const Graph& body = *node.Subgraphs().front().second;
    const auto [node_skip, body_skip] = CarriedInputs(node);
    if (i + body_skip >= body.inputs().size() || node.Input(i + node_skip) == nullptr)
      return kHostMemory;
    const ValueInfo* input = body.inputs()[i + body_skip];
    if (!CanLeave(*input) || !CanLeave(*node.Input(i + node_skip))) return kHostMemory;
    const bool unchanged = input == &result;
    const MemoryNumber made =
        unchanged ? AgreedMemory(input).value_or(kHostMemory) : borders_.HomeOf(&result);
    const auto readers = ReadersOf(input);
    const bool used =
        readers.empty() || std::any_of(readers.begin(), readers.end(),
                                       [&](const Reader& reader) { return reader.memory == made; });
    return made != kHostMemory && used && CanCopy(kHostMemory, made) ? made : kHostMemory;
  }

  void CarryIn(Node& node, size_t i, MemoryNumber memory) {
    const auto [node_skip, body_skip] = CarriedInputs(node);
    const ValueInfo* input = node.Subgraphs().front().second->inputs()[i + body_skip];
    SetHome(input, memory);
    carried_inputs_.insert(input);
    for (Reader& reader : readers_[node.inputs[i + node_skip]]) {
      if (reader.node == &node && reader.index == i + node_skip) reader.memory = memory;
    }
  }

  // What a caller gives is wanted where its readers are, if they agree. One that is also handed out
  // again had better stay.
  void ChooseInputHomes(const Graph& graph) {
    for (size_t i = 0; i < graph.inputs().size(); ++i) {
      const ValueInfo* input = graph.inputs()[i];
      if (input->IsConstant() || input->is_graph_output || carried_inputs_.count(input) != 0)
        continue;
      const MemoryNumber memory = AgreedMemory(input).value_or(kHostMemory);
      if (memory == kHostMemory) continue;
      SetHome(input, memory);
      const MemoryNumber given = GivenIn(graph, i);
      if (given == memory) continue;
      if (given == kHostMemory || !CanCopy(given, memory)) CheckPath(*input, kHostMemory, memory);
      Record(*input, given, memory, /*once=*/false, graph);
    }
  }

  // Where input `i` of a level comes from: the caller's is in host memory unless it chooses
  // otherwise; of what a body is given, only what a device's EP carries or cuts is elsewhere.
  MemoryNumber GivenIn(const Graph& graph, size_t i) const {
    const Node* owner = graph.parent_node();
    if (owner == nullptr || owner->ep < 0) return kHostMemory;
    const auto [node_skip, body_skip] = CarriedInputs(*owner);
    if (i < body_skip || owner->Input(i - body_skip + node_skip) == nullptr) return kHostMemory;
    const ExecutionProvider& ep = *eps_[static_cast<size_t>(owner->ep)];
    return borders_.NumberOf(ep.InputMemory(*owner, i - body_skip + node_skip));
  }

  // What a level's caller gets from another memory than it wants. Callers of the main graph want
  // host memory unless they choose otherwise.
  void RecordResults(const Graph& graph) {
    const Node* owner = graph.parent_node();
    for (size_t i = 0; i < graph.outputs().size(); ++i) {
      const ValueInfo* value = graph.outputs()[i];
      const MemoryNumber wanted = owner == nullptr ? kHostMemory : borders_.ResultMemory(*owner, i);
      const MemoryNumber home = borders_.HomeOf(value);
      if (home != wanted && borders_.CopyIn(value, wanted) == nullptr)
        Record(*value, home, wanted, /*once=*/false, graph);
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
    const auto known = borders_.copied_.find({&value, memory});
    if (known != borders_.copied_.end()) return known->second;
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
    Node* node =
        graph.AddNode("Memcpy_" + copy->name, CopyOperator(from, memory), "", {source}, {copy});
    node->since_version = 1;
    node->ep = borders_.device(device).ep_index;
    borders_.copies_[node] = {from, memory};
    SetHome(copy, memory);
    Record(value, from, memory, /*once=*/false, graph);
    borders_.copied_[{&value, memory}] = copy;
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
    Record(value, kHostMemory, memory, /*once=*/true, graph);
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

  // One of both is the host's.
  void CheckPath(const ValueInfo& value, MemoryNumber from, MemoryNumber to) const {
    Require(CanCopy(from, to), ORT_NOT_IMPLEMENTED,
            "There's no data transfer registered for copying tensors from memory '{}' to '{}', "
            "which '{}' needs between {} and {}: {} has neither a data transfer that copies there "
            "(OrtEpFactory::CreateDataTransfer) nor a kernel for {}",
            borders_.InfoOf(from).name, borders_.InfoOf(to).name, value.name, EpOf(from), EpOf(to),
            EpOf(from == kHostMemory ? to : from), CopyOperator(from, to));
  }

  static const char* CopyOperator(MemoryNumber from, MemoryNumber to) {
    return from == kHostMemory ? "MemcpyFromHost"
           : to == kHostMemory ? "MemcpyToHost"
                               : "MemcpyBetweenDevices";
  }

  std::string NameIn(const ValueInfo& value, MemoryNumber memory) const {
    std::string name = Format("{}@{}", value.name, borders_.InfoOf(memory).name);
    return value.graph->FindValue(name) == nullptr ? name : value.graph->FreshName(name);
  }

  const std::string& EpOf(MemoryNumber memory) const {
    return memory == kHostMemory ? eps_.back()->name() : borders_.device(memory).ep->name();
  }

  static std::string PathOf(const Graph& graph) {
    const Node* owner = graph.parent_node();
    if (owner == nullptr) return {};
    const std::string outer = PathOf(*owner->graph);
    for (const auto& [attribute, body] : owner->Subgraphs()) {
      if (body.get() == &graph)
        return Format("{}{}{}/{}", outer, outer.empty() ? "" : "/", owner->Describe(), attribute);
    }
    return outer;
  }

  void Record(const ValueInfo& value, MemoryNumber from, MemoryNumber to, bool once,
              const Graph& graph) {
    PlacedCopy copy{value.name, EpOf(from), EpOf(to), -1, once, PathOf(graph)};
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
  std::unordered_set<const ValueInfo*> carried_inputs_;       // of bodies
  std::vector<std::pair<ValueInfo*, ValueInfo*>> constants_;  // source, copy
};

MemoryBorders InsertCopies(Graph& graph, std::span<const std::shared_ptr<ExecutionProvider>> eps,
                           const DataTransfers& transfers, Placement& placement) {
  return BorderPass(graph, eps, transfers, placement).Run();
}

}  // namespace backplane
