// What an EP sees of a graph: all of it, or a part (C API: OrtGraph). A view owns nothing of the
// graph and is valid while the graph is not edited.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "graph/graph.h"

/// A graph or a part of one. A whole graph's nodes and values are shown as they are. A part has
/// nodes and values of its own, and so has what plug-ins see of a subgraph, which also shows values
/// of outer graphs: who makes and who uses a value, and what it is to the graph, is said within the
/// view. Their `origin` is what they stand for; names, types, attributes, node ids and initializers
/// are its.
struct OrtGraph {
 public:
  /// The whole of `graph`, with nodes and values of the view's own if `own` says so.
  explicit OrtGraph(backplane::Graph& graph, bool own = false);
  /// The part made of `nodes`, which are in execution order. `inputs` are the values it needs from
  /// outside in the order of their first use, constants among them if `constant_inputs`; `outputs`
  /// those that others use.
  OrtGraph(backplane::Graph& graph, const std::vector<backplane::Node*>& nodes,
           bool constant_inputs);
  virtual ~OrtGraph() = default;
  OrtGraph(const OrtGraph&) = delete;
  OrtGraph& operator=(const OrtGraph&) = delete;

  backplane::Graph& graph() const { return *graph_; }
  /// The graph's; of a part "sub_graph", of a group that an EP compiles its fused node's operator.
  const std::string& name() const { return whole_ ? graph_->name : name_; }
  /// Makes a part the body of a fused node: with its name, and nodes that no EP has yet.
  void BecomeGroup(std::string name);
  bool IsWhole() const { return whole_; }
  const std::vector<backplane::Node*>& nodes() const { return nodes_; }
  const std::vector<backplane::ValueInfo*>& inputs() const { return inputs_; }
  const std::vector<backplane::ValueInfo*>& outputs() const { return outputs_; }
  const std::vector<backplane::ValueInfo*>& initializers() const { return initializers_; }

  /// The part made of `nodes`, which are this view's, without constants among its inputs. This view
  /// outlives it.
  std::unique_ptr<OrtGraph> Part(const std::unordered_set<const backplane::Node*>& nodes) const;
  /// The graph's node that `node` is or stands for; null unless it is of this view or of a part of
  /// it. Never looks into `node`, which may be anything.
  backplane::Node* Find(const backplane::Node* node) const;

 protected:
  OrtGraph() = default;

  backplane::Graph* graph_ = nullptr;
  bool whole_ = true;
  std::string name_ = "sub_graph";
  std::vector<backplane::Node*> nodes_;
  std::vector<backplane::ValueInfo*> inputs_;
  std::vector<backplane::ValueInfo*> outputs_;
  std::vector<backplane::ValueInfo*> initializers_;

 private:
  void CopyNodes(const std::vector<backplane::Node*>& nodes);
  backplane::ValueInfo* CopyOf(backplane::ValueInfo* value);
  std::vector<backplane::ValueInfo*> CopiesOf(const std::vector<backplane::ValueInfo*>& values);
  void FindInputs(bool constant_inputs);
  void FindOutputs();

  std::deque<backplane::Node> own_nodes_;
  std::deque<backplane::ValueInfo> own_values_;
  std::unordered_map<const backplane::ValueInfo*, backplane::ValueInfo*> copies_;
  const OrtGraph* from_ = nullptr;  // the view that this is a part of
  // What Find knows: of the first view, the nodes of all its parts too.
  mutable std::unordered_map<const backplane::Node*, backplane::Node*> known_;
};

namespace backplane {
using GraphView = ::OrtGraph;

/// The graph's node, or value, that one of a view stands for; itself where it is the graph's.
template <typename Item>
Item* OriginOf(Item* item) {
  return item != nullptr && item->origin != nullptr ? item->origin : item;
}
std::vector<ValueInfo*> OriginsOf(const std::vector<ValueInfo*>& values);
}  // namespace backplane
