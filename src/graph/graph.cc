#include "graph/graph.h"

#include <algorithm>
#include <queue>

#include "base/error.h"

namespace backplane {

Graph::Graph(std::shared_ptr<ModelInfo> model, Node* parent)
    : model_(std::move(model)), parent_(parent) {}

Graph::~Graph() = default;

Graph* Graph::parent_graph() const { return parent_ != nullptr ? parent_->graph : nullptr; }

std::vector<ValueInfo*> Graph::Initializers() const {
  std::vector<ValueInfo*> result;
  for (const auto& value : value_storage_) {
    if (value != nullptr && value->IsInitializer()) result.push_back(value.get());
  }
  return result;
}

std::vector<ValueInfo*> Graph::Values() const {
  std::vector<ValueInfo*> result;
  for (const auto& value : value_storage_) {
    if (value != nullptr) result.push_back(value.get());
  }
  return result;
}

std::string Graph::FreshName(std::string_view stem) {
  for (;;) {
    std::string candidate = Format("{}/{}", stem, next_fresh_++);
    if (ResolveValue(candidate) == nullptr) return candidate;
  }
}

ValueInfo* Graph::AddValue(std::string value_name, TypeInfo type) {
  if (value_name.empty()) value_name = FreshName("value");
  auto value = std::make_unique<ValueInfo>();
  value->graph = this;
  value->index = next_value_++;
  value->type = std::move(type);
  value->name = value_name;
  const auto [it, inserted] = by_name_.emplace(std::move(value_name), value.get());
  Require(inserted, ORT_INVALID_GRAPH, "Duplicate definition of name ({}) in graph '{}'", it->first,
          name);
  value_storage_.push_back(std::move(value));
  return value_storage_.back().get();
}

ValueInfo* Graph::AddInput(std::string value_name, TypeInfo type) {
  ++edits_;
  ValueInfo* value = AddValue(std::move(value_name), std::move(type));
  value->is_graph_input = true;
  inputs_.push_back(value);
  return value;
}

void Graph::AddOutput(ValueInfo* value) {
  ++edits_;
  value->is_graph_output = true;
  outputs_.push_back(value);
}

void Graph::ReplaceOutput(size_t index, ValueInfo* value) {
  ++edits_;
  ValueInfo* old = outputs_[index];
  outputs_[index] = value;
  old->is_graph_output = std::find(outputs_.begin(), outputs_.end(), old) != outputs_.end();
  value->is_graph_output = true;
}

void Graph::SetGraphInputs(std::vector<ValueInfo*> inputs) {
  ++edits_;
  for (ValueInfo* value : inputs_) value->is_graph_input = value->overridable = false;
  for (ValueInfo* value : inputs) {
    value->is_graph_input = true;
    value->overridable = value->IsInitializer();
  }
  inputs_ = std::move(inputs);
}

void Graph::SetGraphOutputs(std::vector<ValueInfo*> outputs) {
  ++edits_;
  for (ValueInfo* value : outputs_) value->is_graph_output = false;
  for (ValueInfo* value : outputs) value->is_graph_output = true;
  outputs_ = std::move(outputs);
}

ValueInfo* Graph::AddInitializer(std::string value_name, std::shared_ptr<const Tensor> tensor) {
  ValueInfo* value = AddValue(std::move(value_name));
  SetInitializer(value, std::move(tensor));
  return value;
}

ValueInfo* Graph::AddInitializer(std::string value_name, Tensor tensor) {
  return AddInitializer(std::move(value_name), std::make_shared<const Tensor>(std::move(tensor)));
}

void Graph::SetInitializer(ValueInfo* value, std::shared_ptr<const Tensor> tensor) {
  ++edits_;
  if (value->type.kind != ONNX_TYPE_SPARSETENSOR)
    value->type = TypeInfo::Tensor(tensor->dtype(), tensor->shape());
  value->initializer = std::move(tensor);
}

Node* Graph::AddNode(std::string node_name, std::string op_type, std::string domain,
                     std::vector<ValueInfo*> node_inputs, std::vector<ValueInfo*> node_outputs,
                     std::vector<Attribute> attributes) {
  ++edits_;
  auto owned = std::make_unique<Node>();
  Node* node = owned.get();
  node->name = std::move(node_name);
  node->op_type = std::move(op_type);
  node->domain = std::move(domain);
  node->graph = this;
  node->index = next_node_++;
  node->attributes = std::move(attributes);
  std::sort(node->attributes.begin(), node->attributes.end(),
            [](const Attribute& a, const Attribute& b) { return a.name < b.name; });
  node->inputs = std::move(node_inputs);
  for (size_t i = 0; i < node->inputs.size(); ++i) AddUse(node->inputs[i], node, i);
  node->outputs.resize(node_outputs.size(), nullptr);
  node_storage_.push_back(std::move(owned));
  order_.push_back(node);
  for (size_t i = 0; i < node_outputs.size(); ++i) SetOutput(node, i, node_outputs[i]);
  if (node->HasSubgraphs()) {
    for (const auto& [attribute, subgraph] : node->Subgraphs()) subgraph->set_parent_node(node);
    RefreshImplicitInputs(node);
  }
  return node;
}

void Graph::Detach(Node* node) {
  for (size_t i = 0; i < node->inputs.size(); ++i) DropUse(node->inputs[i], node, i);
  for (size_t i = 0; i < node->implicit_inputs.size(); ++i) {
    DropUse(node->implicit_inputs[i], node, node->inputs.size() + i);
  }
  for (ValueInfo* value : node->outputs) {
    if (value != nullptr) value->producer = nullptr;
  }
}

void Graph::RemoveNode(Node* node) {
  Node* const one[] = {node};
  RemoveNodes(one);
}

void Graph::RemoveNodes(std::span<Node* const> nodes) { ExtractNodes(nodes); }

std::vector<std::unique_ptr<Node>> Graph::ExtractNodes(std::span<Node* const> nodes) {
  std::vector<std::unique_ptr<Node>> extracted;
  if (nodes.empty()) return extracted;
  ++edits_;
  std::vector<bool> gone(next_node_, false);
  for (Node* node : nodes) {
    gone[node->index] = true;
    Detach(node);
  }
  std::erase_if(order_, [&](Node* node) { return gone[node->index]; });
  for (Node* node : nodes) extracted.push_back(std::move(node_storage_[node->index]));
  return extracted;
}

std::unique_ptr<Node> Graph::MakeDetachedNode() {
  auto node = std::make_unique<Node>();
  node->graph = this;
  node->index = next_node_++;
  node_storage_.push_back(nullptr);
  return node;
}

Node* Graph::AdoptNode(std::unique_ptr<Node> owned) {
  ++edits_;
  Node* node = owned.get();
  node_storage_[node->index] = std::move(owned);
  order_.push_back(node);
  for (size_t i = 0; i < node->inputs.size(); ++i) AddUse(node->inputs[i], node, i);
  const auto outputs = node->outputs;
  node->outputs.assign(outputs.size(), nullptr);
  for (size_t i = 0; i < outputs.size(); ++i) SetOutput(node, i, outputs[i]);
  return node;
}

void Graph::RemoveValue(ValueInfo* value) {
  ++edits_;
  by_name_.erase(value->name);
  value_storage_[value->index].reset();
}

void Graph::AddUse(ValueInfo* value, Node* node, size_t index) {
  // Uses of an outer value inside a subgraph are not recorded one by one: the control-flow node's
  // implicit input is.
  if (value != nullptr && value->graph == node->graph) value->consumers.push_back({node, index});
}

void Graph::DropUse(ValueInfo* value, Node* node, size_t index) {
  if (value == nullptr) return;
  const auto it = std::find(value->consumers.begin(), value->consumers.end(), Use{node, index});
  if (it != value->consumers.end()) value->consumers.erase(it);
}

void Graph::SetInput(Node* node, size_t index, ValueInfo* value) {
  ++edits_;
  DropUse(node->inputs[index], node, index);
  node->inputs[index] = value;
  AddUse(value, node, index);
}

void Graph::SetInputs(Node* node, std::vector<ValueInfo*> node_inputs) {
  ++edits_;
  const auto implicit = node->implicit_inputs;
  for (size_t i = 0; i < node->inputs.size(); ++i) DropUse(node->inputs[i], node, i);
  for (size_t i = 0; i < implicit.size(); ++i) DropUse(implicit[i], node, node->inputs.size() + i);
  node->inputs = std::move(node_inputs);
  for (size_t i = 0; i < node->inputs.size(); ++i) AddUse(node->inputs[i], node, i);
  for (size_t i = 0; i < implicit.size(); ++i) AddUse(implicit[i], node, node->inputs.size() + i);
}

void Graph::SetOutput(Node* node, size_t index, ValueInfo* value) {
  ++edits_;
  if (index >= node->outputs.size()) node->outputs.resize(index + 1, nullptr);
  if (ValueInfo* old = node->outputs[index]; old != nullptr && old->producer == node)
    old->producer = nullptr;
  node->outputs[index] = value;
  if (value == nullptr) return;
  Require(value->producer == nullptr && !value->is_graph_input, ORT_INVALID_GRAPH,
          "Duplicate definition of name ({}): output {} of {} is already defined", value->name,
          index, node->Describe());
  value->producer = node;
  value->producer_index = index;
}

void Graph::RenameValue(ValueInfo* value, std::string value_name) {
  ++edits_;
  by_name_.erase(value->name);
  value->name = std::move(value_name);
  by_name_[value->name] = value;
}

// In a subgraph that captures `from`: an outer value keeps no record of its uses here.
void Graph::ReplaceCaptured(ValueInfo* from, ValueInfo* to) {
  ++edits_;
  for (Node* node : order_) {
    std::replace(node->inputs.begin(), node->inputs.end(), from, to);
    for (const auto& [attribute, subgraph] : node->Subgraphs()) subgraph->ReplaceCaptured(from, to);
    std::replace(node->implicit_inputs.begin(), node->implicit_inputs.end(), from, to);
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i] == from) ReplaceOutput(i, to);
  }
}

bool Graph::ReplaceUses(ValueInfo* from, ValueInfo* to) {
  if (from == to) return true;
  if (from->is_graph_output) {
    if (to->is_graph_input || to->is_graph_output || to->IsInitializer() || to->graph != this)
      return false;
    std::replace(outputs_.begin(), outputs_.end(), from, to);
    from->is_graph_output = false;
    to->is_graph_output = true;
    std::string public_name = from->name;
    RenameValue(from, FreshName(public_name));
    RenameValue(to, std::move(public_name));
  }
  const std::vector<Use> uses = from->consumers;
  for (const Use& use : uses) {
    if (use.index < use.node->inputs.size()) {
      SetInput(use.node, use.index, to);
    } else {
      for (const auto& [attribute, subgraph] : use.node->Subgraphs())
        subgraph->ReplaceCaptured(from, to);
      RefreshImplicitInputs(use.node);
    }
  }
  return true;
}

namespace {

bool IsInside(const Graph* graph, const Graph* ancestor) {
  for (; graph != nullptr; graph = graph->parent_graph()) {
    if (graph == ancestor) return true;
  }
  return false;
}

// Adds every value used in `graph` that belongs to a graph outside of it.
void CollectCaptures(const Graph& graph, const Graph& outermost,
                     std::vector<ValueInfo*>& captures) {
  const auto add = [&](ValueInfo* value) {
    if (value == nullptr || IsInside(value->graph, &outermost)) return;
    if (std::find(captures.begin(), captures.end(), value) == captures.end())
      captures.push_back(value);
  };
  for (const Node* node : graph.nodes()) {
    for (ValueInfo* input : node->inputs) add(input);
    for (const auto& [attribute, subgraph] : node->Subgraphs())
      CollectCaptures(*subgraph, outermost, captures);
  }
  for (ValueInfo* output : graph.outputs()) add(output);
}

}  // namespace

void Graph::RefreshImplicitInputs(Node* node) {
  ++edits_;
  for (size_t i = 0; i < node->implicit_inputs.size(); ++i) {
    DropUse(node->implicit_inputs[i], node, node->inputs.size() + i);
  }
  node->implicit_inputs.clear();
  for (const auto& [attribute, subgraph] : node->Subgraphs()) {
    CollectCaptures(*subgraph, *subgraph, node->implicit_inputs);
  }
  for (size_t i = 0; i < node->implicit_inputs.size(); ++i) {
    AddUse(node->implicit_inputs[i], node, node->inputs.size() + i);
  }
}

void Graph::Sort() {
  ++edits_;
  std::vector<uint32_t> waiting(next_node_, 0);
  std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<>> ready;
  const auto for_each_input = [&](Node* node, auto&& visit) {
    for (ValueInfo* value : node->inputs) visit(value);
    for (ValueInfo* value : node->implicit_inputs) visit(value);
  };
  std::vector<uint32_t> position(
      next_node_, 0);  // current place, so that an already sorted graph keeps its order
  for (size_t i = 0; i < order_.size(); ++i) position[order_[i]->index] = static_cast<uint32_t>(i);
  for (Node* node : order_) {
    uint32_t count = 0;
    for_each_input(node, [&](ValueInfo* value) {
      if (value != nullptr && value->graph == this && value->producer != nullptr) ++count;
    });
    waiting[node->index] = count;
    if (count == 0) ready.push(position[node->index]);
  }
  std::vector<Node*> sorted;
  sorted.reserve(order_.size());
  while (!ready.empty()) {
    Node* node = order_[ready.top()];
    ready.pop();
    sorted.push_back(node);
    for (ValueInfo* output : node->outputs) {
      if (output == nullptr) continue;
      for (const Use& use : output->consumers) {
        if (use.node->graph == this && --waiting[use.node->index] == 0)
          ready.push(position[use.node->index]);
      }
    }
  }
  if (sorted.size() != order_.size()) {
    for (Node* node : order_) {
      if (waiting[node->index] != 0) {
        Fail(ORT_FAIL,
             "This is an invalid model. Error: the graph is not acyclic. ('{}': {} depends on its "
             "own output)",
             name, node->Describe());
      }
    }
  }
  order_ = std::move(sorted);
}

void Graph::SetOrder(std::vector<Node*> order) {
  ++edits_;
  order_ = std::move(order);
}

ValueInfo* Graph::FindValue(std::string_view value_name) const {
  const auto it = by_name_.find(value_name);
  return it == by_name_.end() ? nullptr : it->second;
}

ValueInfo* Graph::ResolveValue(std::string_view value_name) const {
  for (const Graph* graph = this; graph != nullptr; graph = graph->parent_graph()) {
    if (ValueInfo* value = graph->FindValue(value_name)) return value;
  }
  return nullptr;
}

int Graph::OpsetVersion(std::string_view domain) const {
  const auto it = model_->opsets.find(std::string(domain));
  return it == model_->opsets.end() ? 0 : it->second;
}

void ForEachGraph(Graph& graph, const std::function<void(Graph&)>& visit) {
  visit(graph);
  for (Node* node : graph.nodes()) {
    for (const auto& [attribute, subgraph] : node->Subgraphs()) ForEachGraph(*subgraph, visit);
  }
}

}  // namespace backplane

void OrtValueInfo::AlignInitializer() {
  const backplane::Tensor& tensor = *initializer;
  const size_t element =
      std::clamp<size_t>(backplane::BitsOf(tensor.dtype()) / 8, 1, alignof(double));
  if (tensor.raw() == nullptr || reinterpret_cast<uintptr_t>(tensor.raw()) % element == 0) return;
  auto copy = std::make_shared<backplane::Tensor>(
      backplane::Tensor::Allocate(tensor.dtype(), tensor.shape()));
  CopyElements(tensor, *copy);
  backplane::DropFilePagesOf(tensor);
  initializer = std::move(copy);
}

const OrtValue* OrtValueInfo::InitializerValue() {
  if (origin != nullptr) return origin->InitializerValue();
  if (initializer == nullptr) return nullptr;
  if (initializer_value_ == nullptr) {
    AlignInitializer();
    initializer_value_ = std::make_shared<OrtValue>(*initializer);
  }
  return initializer_value_.get();
}
