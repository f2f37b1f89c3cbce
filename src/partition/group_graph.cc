#include "partition/group_graph.h"

#include <algorithm>
#include <unordered_map>

namespace backplane {
namespace {

class GroupCopier {
 public:
  GroupCopier(const GraphView& part, Graph& copy) : part_(part), copy_(copy) {}

  std::vector<Node*> Copy() {
    for (ValueInfo* input : part_.inputs()) Enter(*input);
    for (ValueInfo* constant : part_.initializers()) Enter(*constant);
    std::vector<Node*> nodes;
    for (const Node* node : part_.nodes()) nodes.push_back(CopyNode(*node));
    std::vector<ValueInfo*> outputs;
    for (const ValueInfo* output : part_.outputs()) outputs.push_back(values_.at(output));
    copy_.SetGraphOutputs(std::move(outputs));
    return nodes;
  }

 private:
  // Inside of a subgraph a value may have the name of one outside of it.
  std::string NameFor(const ValueInfo& value) {
    return copy_.FindValue(value.name) == nullptr ? value.name : copy_.FreshName(value.name);
  }

  // A value that comes from outside.
  void Enter(const ValueInfo& value) {
    if (values_.count(&value) != 0) return;
    ValueInfo* made = nullptr;
    if (value.IsConstant()) {
      made = copy_.AddInitializer(NameFor(value), value.initializer);
    } else {
      made = copy_.AddInput(NameFor(value), value.type);
      if (value.IsInitializer()) {
        copy_.SetInitializer(made, value.initializer);
        made->overridable = true;
      }
    }
    made->type = value.type;
    made->external = value.external;
    made->is_outer_scope_input = value.graph != &part_.graph();
    values_.emplace(&value, made);
  }

  Node* CopyNode(const Node& node) {
    std::vector<ValueInfo*> inputs;
    for (const ValueInfo* input : node.inputs)
      inputs.push_back(input == nullptr ? nullptr : values_.at(input));
    std::vector<ValueInfo*> outputs;
    for (const ValueInfo* output : node.outputs) {
      outputs.push_back(output == nullptr ? nullptr
                                          : copy_.AddValue(NameFor(*output), output->type));
      if (output != nullptr) values_.emplace(output, outputs.back());
    }
    Node* made = copy_.AddNode(node.name, node.op_type, node.domain, std::move(inputs),
                               std::move(outputs), node.attributes);
    made->overload = node.overload;
    made->since_version = node.since_version;
    made->doc_string = node.doc_string;
    made->layer = node.layer;
    made->ep = node.ep;
    return made;
  }

  const GraphView& part_;
  Graph& copy_;
  std::unordered_map<const ValueInfo*, ValueInfo*> values_;
};

}  // namespace

GroupGraph ShowGroup(const GraphView& part, bool constant_inputs) {
  GroupGraph shown;
  const bool flow = std::any_of(part.nodes().begin(), part.nodes().end(),
                                [](const Node* node) { return node->HasSubgraphs(); });
  if (flow) {
    shown.view = std::make_unique<GraphView>(part.graph(), part.nodes(), constant_inputs);
    return shown;
  }
  shown.graph = std::make_unique<Graph>(part.graph().model(), part.graph().parent_node());
  shown.graph->name = part.graph().name;
  shown.graph->doc_string = part.graph().doc_string;
  std::vector<Node*> nodes = GroupCopier(part, *shown.graph).Copy();
  shown.view = std::make_unique<GraphView>(*shown.graph, std::move(nodes), constant_inputs);
  return shown;
}

}  // namespace backplane
