#include "graph/graph_view.h"

#include <algorithm>
#include <unordered_set>

using backplane::Graph;
using backplane::Node;
using backplane::Use;
using backplane::ValueInfo;

OrtGraph::OrtGraph(Graph& graph)
    : graph_(&graph),
      nodes_(graph.nodes()),
      inputs_(graph.inputs()),
      outputs_(graph.outputs()),
      initializers_(graph.Initializers()) {}

OrtGraph::OrtGraph(Graph& graph, std::vector<Node*> nodes, bool constant_inputs)
    : graph_(&graph), whole_(false), nodes_(std::move(nodes)) {
  const std::unordered_set<const Node*> inside(nodes_.begin(), nodes_.end());
  std::unordered_set<const ValueInfo*> seen;
  const auto add_input = [&](ValueInfo* value) {
    if (value == nullptr || !seen.insert(value).second) return;
    if (value->producer != nullptr && value->graph == &graph && inside.count(value->producer) != 0)
      return;
    if (value->IsConstant()) initializers_.push_back(value);
    if (!value->IsConstant() || constant_inputs) inputs_.push_back(value);
  };
  for (const Node* node : nodes_) {
    for (ValueInfo* value : node->inputs) add_input(value);
    for (ValueInfo* value : node->implicit_inputs) add_input(value);
  }
  for (const Node* node : nodes_) {
    for (ValueInfo* value : node->outputs) {
      if (value == nullptr) continue;
      const bool used_outside =
          std::any_of(value->consumers.begin(), value->consumers.end(),
                      [&](const Use& use) { return inside.count(use.node) == 0; });
      if (value->is_graph_output || used_outside) outputs_.push_back(value);
    }
  }
}

const OrtGraph& backplane::Graph::WholeView() {
  if (!whole_views_.empty()) {
    const OrtGraph& last = *whole_views_.back();
    if (last.nodes() == order_ && last.inputs() == inputs_ && last.outputs() == outputs_ &&
        last.initializers() == Initializers()) {
      return last;
    }
  }
  whole_views_.push_back(std::make_shared<OrtGraph>(*this));
  return *whole_views_.back();
}
