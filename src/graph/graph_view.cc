#include "graph/graph_view.h"

#include <algorithm>

using backplane::Graph;
using backplane::Node;
using backplane::ValueInfo;

OrtGraph::OrtGraph(Graph& graph, bool own) : graph_(&graph) {
  if (!own) {
    nodes_ = graph.nodes();
    inputs_ = graph.inputs();
    outputs_ = graph.outputs();
    initializers_ = graph.Initializers();
    return;
  }
  inputs_ = CopiesOf(graph.inputs());
  initializers_ = CopiesOf(graph.Initializers());
  CopyNodes(graph.nodes());
  outputs_ = CopiesOf(graph.outputs());
  for (ValueInfo* value : inputs_) value->is_graph_input = true;
  for (ValueInfo* value : outputs_) value->is_graph_output = true;
}

OrtGraph::OrtGraph(Graph& graph, const std::vector<Node*>& nodes, bool constant_inputs)
    : graph_(&graph), whole_(false) {
  CopyNodes(nodes);
  FindInputs(constant_inputs);
  FindOutputs();
}

ValueInfo* OrtGraph::CopyOf(ValueInfo* value) {
  if (value == nullptr) return nullptr;
  ValueInfo*& copy = copies_[value];
  if (copy != nullptr) return copy;
  copy = &own_values_.emplace_back();
  copy->name = value->name;
  copy->type = value->type;
  copy->graph = graph_;
  copy->index = value->index;
  copy->origin = backplane::OriginOf(value);
  copy->initializer = value->initializer;
  copy->external = value->external;
  copy->overridable = value->overridable;
  return copy;
}

std::vector<ValueInfo*> OrtGraph::CopiesOf(const std::vector<ValueInfo*>& values) {
  std::vector<ValueInfo*> copies;
  copies.reserve(values.size());
  for (ValueInfo* value : values) copies.push_back(CopyOf(value));
  return copies;
}

void OrtGraph::CopyNodes(const std::vector<Node*>& nodes) {
  for (Node* node : nodes) {
    Node& copy = own_nodes_.emplace_back(*node);
    copy.origin = backplane::OriginOf(node);
    copy.view = this;
    copy.inputs = CopiesOf(node->inputs);
    copy.implicit_inputs = CopiesOf(node->implicit_inputs);
    copy.outputs = CopiesOf(node->outputs);
    size_t index = 0;
    for (ValueInfo* value : copy.inputs) {
      if (value != nullptr) value->consumers.push_back({&copy, index});
      ++index;
    }
    for (ValueInfo* value : copy.implicit_inputs) value->consumers.push_back({&copy, index++});
    for (size_t i = 0; i < copy.outputs.size(); ++i) {
      if (copy.outputs[i] == nullptr) continue;
      copy.outputs[i]->producer = &copy;
      copy.outputs[i]->producer_index = i;
    }
    nodes_.push_back(&copy);
  }
}

void OrtGraph::FindInputs(bool constant_inputs) {
  std::unordered_set<const ValueInfo*> seen;
  const auto add = [&](ValueInfo* value) {
    if (value == nullptr || value->producer != nullptr || !seen.insert(value).second) return;
    if (value->IsConstant()) initializers_.push_back(value);
    if (value->IsConstant() && !constant_inputs) return;
    value->is_graph_input = true;
    inputs_.push_back(value);
  };
  for (const Node* node : nodes_) {
    for (ValueInfo* value : node->inputs) add(value);
    for (ValueInfo* value : node->implicit_inputs) add(value);
  }
}

// What the graph hands out, and what more uses have than those inside.
void OrtGraph::FindOutputs() {
  for (const Node* node : nodes_) {
    for (ValueInfo* value : node->outputs) {
      if (value == nullptr) continue;
      const ValueInfo& origin = *value->origin;
      if (!origin.is_graph_output && origin.consumers.size() == value->consumers.size()) continue;
      value->is_graph_output = true;
      outputs_.push_back(value);
    }
  }
}

void OrtGraph::BecomeGroup(std::string name) {
  name_ = std::move(name);
  for (Node& node : own_nodes_) node.ep = backplane::kNoEp;
}

std::unique_ptr<OrtGraph> OrtGraph::Part(const std::unordered_set<const Node*>& nodes) const {
  std::vector<Node*> chosen;
  for (Node* node : nodes_) {
    if (nodes.count(node) != 0) chosen.push_back(node);
  }
  auto part = std::make_unique<OrtGraph>(*graph_, chosen, /*constant_inputs=*/false);
  part->from_ = from_ != nullptr ? from_ : this;
  for (Node* node : part->nodes_) part->from_->known_[node] = node->origin;  // addresses return
  return part;
}

Node* OrtGraph::Find(const Node* node) const {
  const OrtGraph& first = from_ != nullptr ? *from_ : *this;
  for (Node* own : nodes_) {
    if (!first.known_.emplace(own, backplane::OriginOf(own)).second) break;  // all are there
  }
  const auto it = first.known_.find(node);
  return it != first.known_.end() ? it->second : nullptr;
}

namespace backplane {

std::vector<ValueInfo*> OriginsOf(const std::vector<ValueInfo*>& values) {
  std::vector<ValueInfo*> origins;
  origins.reserve(values.size());
  for (ValueInfo* value : values) origins.push_back(OriginOf(value));
  return origins;
}

const OrtGraph& Graph::WholeView() {
  if (whole_views_.empty() || shown_edits_ != edits_) {
    whole_views_.push_back(std::make_shared<OrtGraph>(*this, /*own=*/parent_ != nullptr));
    shown_edits_ = edits_;
  }
  return *whole_views_.back();
}

}  // namespace backplane
