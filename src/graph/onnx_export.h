// Graphs into ONNX messages. Called by model/'s writer, by inference (attributes) and by builders
// of function bodies.
#pragma once

#include <functional>

#include "graph/graph.h"
#include "onnx/onnx_pb.h"

namespace backplane {

/// Puts the tensor of an initializer into `proto` (name set). The default embeds the data.
using TensorSink = std::function<void(const ValueInfo& value, onnx::TensorProto& proto)>;

struct ExportOptions {
  /// For initializers of the outermost graph; null: embedded.
  TensorSink tensors;
  /// Leaves initializers of the outermost graph out; the writer appends them itself.
  bool skip_initializers = false;
  /// Gives the node to write in place of one of the graph or its subgraphs; null: the node itself.
  std::function<const Node&(const Node& node)> substitute;
  /// Chooses initializers of the outermost graph; null: all.
  std::function<bool(const ValueInfo& value)> keeps;
  /// Lists constant initializers of the outermost graph as inputs too, as IR versions before 4 have
  /// it.
  bool initializers_are_inputs = false;
};

void ExportGraph(const Graph& graph, onnx::GraphProto& proto, const ExportOptions& options = {});
void ExportNode(const Node& node, onnx::NodeProto& proto);
/// `node` is the one that the attribute belongs to.
void ExportAttribute(const Node& node, const Attribute& attribute, onnx::AttributeProto& proto);

}  // namespace backplane
