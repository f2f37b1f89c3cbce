// What an EP sees of a graph: all of it, or the part it claimed (C API: OrtGraph). A view owns
// nothing of the graph; its nodes and values are the graph's own, and it is valid while the graph
// is not edited.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "graph/graph.h"

/// A graph or a subset of one. For a subset, `inputs` are the values it needs from outside in the
/// order of their first use, constants among them unless they are left out; `outputs` those that
/// others use.
struct OrtGraph {
 public:
  /// The whole of `graph`.
  explicit OrtGraph(backplane::Graph& graph);
  /// The part made of `nodes`, which are in execution order.
  OrtGraph(backplane::Graph& graph, std::vector<backplane::Node*> nodes,
           bool constant_inputs = true);
  virtual ~OrtGraph() = default;

  backplane::Graph& graph() const { return *graph_; }
  bool IsWhole() const { return whole_; }
  const std::vector<backplane::Node*>& nodes() const { return nodes_; }
  const std::vector<backplane::ValueInfo*>& inputs() const { return inputs_; }
  const std::vector<backplane::ValueInfo*>& outputs() const { return outputs_; }
  const std::vector<backplane::ValueInfo*>& initializers() const { return initializers_; }

 protected:
  OrtGraph() = default;

  backplane::Graph* graph_ = nullptr;
  bool whole_ = true;
  std::vector<backplane::Node*> nodes_;
  std::vector<backplane::ValueInfo*> inputs_;
  std::vector<backplane::ValueInfo*> outputs_;
  std::vector<backplane::ValueInfo*> initializers_;
};

namespace backplane {
using GraphView = ::OrtGraph;
}  // namespace backplane
