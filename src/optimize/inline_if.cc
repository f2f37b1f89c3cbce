// An If whose condition is known becomes the branch it takes: the branch's nodes move out in front
// of it.
#include <unordered_map>

#include "optimize/rewrite.h"

namespace backplane {
namespace {

using Renamed = std::unordered_map<const ValueInfo*, ValueInfo*>;

ValueInfo* Mapped(const Renamed& renamed, ValueInfo* value) {
  const auto it = renamed.find(value);
  return it == renamed.end() ? value : it->second;  // not in the map: a value of an outer graph
}

// Points uses of the branch's values in graphs nested inside it to what replaced them.
void RenameIn(Graph& graph, const Renamed& renamed) {
  for (Node* node : graph.nodes()) {
    for (size_t i = 0; i < node->inputs.size(); ++i) {
      ValueInfo* value = Mapped(renamed, node->inputs[i]);
      if (value != node->inputs[i]) graph.SetInput(node, i, value);
    }
    for (const auto& [name, nested] : node->Subgraphs()) RenameIn(*nested, renamed);
    if (node->HasSubgraphs()) graph.RefreshImplicitInputs(node);
  }
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    ValueInfo* value = Mapped(renamed, graph.outputs()[i]);
    if (value != graph.outputs()[i]) graph.ReplaceOutput(i, value);
  }
}

void MoveNodes(const Graph& branch, Node* before, Renamed& renamed, RewriteContext& context) {
  Graph& graph = context.edit.graph();
  for (ValueInfo* value : branch.Values()) {
    ValueInfo* copy = graph.AddValue(graph.FreshName(value->name), value->type);
    if (value->IsInitializer()) {
      graph.SetInitializer(copy, value->initializer);
      copy->external = value->external;
    }
    renamed[value] = copy;
  }
  for (const Node* node : branch.nodes()) {
    std::vector<ValueInfo*> inputs, outputs;
    for (ValueInfo* input : node->inputs) inputs.push_back(Mapped(renamed, input));
    for (ValueInfo* output : node->outputs)
      outputs.push_back(output == nullptr ? nullptr : Mapped(renamed, output));
    for (const auto& [name, nested] : node->Subgraphs()) RenameIn(*nested, renamed);
    Node* copy = graph.AddNode(node->name, node->op_type, node->domain, std::move(inputs),
                               std::move(outputs), node->attributes);
    copy->since_version = node->since_version;
    copy->doc_string = node->doc_string;
    copy->layer = node->layer.empty() ? before->layer : node->layer;
    context.edit.PlaceBefore(before, copy);
  }
}

}  // namespace

bool InlineConstantIf(Node* node, RewriteContext& context) {
  const Tensor* condition = node->ConstantInput(0);
  if (condition == nullptr || condition->dtype() != DType::kBool || condition->ElementCount() != 1)
    return false;
  const Attribute* attribute =
      node->FindAttribute(condition->data<bool>()[0] ? "then_branch" : "else_branch");
  const auto* held =
      attribute == nullptr ? nullptr : std::get_if<std::shared_ptr<Graph>>(&attribute->value);
  if (held == nullptr || (*held)->outputs().size() != node->outputs.size()) return false;
  const std::shared_ptr<Graph> branch = *held;  // must outlive the node's attributes
  for (const ValueInfo* value : branch->Values()) {
    if (value->is_graph_input || value->overridable || value->type.kind == ONNX_TYPE_SPARSETENSOR)
      return false;
  }
  Renamed renamed;
  MoveNodes(*branch, node, renamed, context);
  const std::vector<ValueInfo*> outputs = node->outputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] == nullptr || !outputs[i]->HasUses()) continue;
    ValueInfo* result = Mapped(renamed, branch->outputs()[i]);
    if (context.edit.Replace(outputs[i], result)) continue;
    // A graph output that the branch takes from elsewhere keeps its name through an Identity.
    Graph& graph = context.edit.graph();
    graph.SetOutput(node, i, nullptr);
    Node* identity = graph.AddNode("", "Identity", "", {result}, {outputs[i]});
    identity->since_version = SinceVersion(graph, "Identity");
    context.edit.PlaceBefore(node, identity);
  }
  context.edit.Kill(node);
  context.refresh_types = true;
  return true;
}

}  // namespace backplane
