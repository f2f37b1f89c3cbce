// Inference over one graph and its subgraphs: what the ONNX library's inference functions see of a
// Graph. Internal to graph/: infer.h is the interface.
#pragma once

#include <google/protobuf/arena.h>

#include <memory>
#include <string>
#include <vector>

#include "graph/infer.h"
#include "graph/schema.h"
#include "onnx/defs/shape_inference.h"

namespace backplane {

/// What is known about the values of one graph, as messages; filled when first asked for.
class GraphFacts {
 public:
  GraphFacts(Graph& graph, GraphFacts* outer, google::protobuf::Arena& arena);

  Graph& graph() const { return graph_; }
  google::protobuf::Arena& arena() const { return arena_; }

  /// The type of a value of this graph or one around it; null when unknown.
  const onnx::TypeProto* Type(const ValueInfo& value);
  /// Content of a small constant; null for others.
  const onnx::TensorProto* Constant(const ValueInfo& value);
  /// What is known of the elements of an integer scalar or vector (a shape, mostly); null when
  /// nothing is.
  const onnx::TensorShapeProto* Data(const ValueInfo& value);
  /// Found by data propagation; the caller checked its size.
  void SetData(const ValueInfo& value, onnx::TensorShapeProto data);
  /// Forgets the message of a value whose type was changed.
  void Refresh(const ValueInfo& value);

 private:
  struct Facts {
    onnx::TypeProto* type = nullptr;
    onnx::TensorProto* constant = nullptr;
    onnx::TensorShapeProto* data = nullptr;
  };
  GraphFacts& Home(const ValueInfo& value);
  Facts& FactsOf(const ValueInfo& value) { return facts_[value.index]; }

  Graph& graph_;
  GraphFacts* outer_;
  google::protobuf::Arena& arena_;
  std::vector<Facts> facts_;
};

/// Elements of a shape value that are tracked; longer vectors are no shapes.
inline constexpr int64_t kMaxTrackedElements = 1024;

/// The attributes of a node as messages, made when asked for.
class NodeAttributes {
 public:
  NodeAttributes(const Node& node, google::protobuf::Arena& arena) : node_(node), arena_(arena) {}
  const onnx::AttributeProto* Find(const std::string& name) const;

 private:
  const Node& node_;
  google::protobuf::Arena& arena_;
  mutable std::vector<onnx::AttributeProto*> made_;
};

/// Walks a graph in order and types its values.
class GraphInference {
 public:
  GraphInference(Graph& graph, GraphInference* outer, const InferOptions& options,
                 google::protobuf::Arena& arena)
      : facts_(graph, outer == nullptr ? nullptr : &outer->facts_, arena), options_(options) {}

  void Run();

  GraphFacts& facts() { return facts_; }
  const InferOptions& options() const { return options_; }
  /// Some operator's outputs are of unknown type, so what needs them may not be found either.
  bool incomplete() const { return incomplete_; }
  /// Merges a type found for `value` into what is declared. `node` is for messages.
  void Merge(ValueInfo& value, const TypeInfo& inferred, const Node& node);

 private:
  void InferNode(Node& node);
  void InferByFunction(Node& node);
  void InferRegistered(Node& node, const OpSchema& schema,
                       const std::vector<const TypeInfo*>& bindings);
  void InferBySchema(Node& node, const OpSchema& schema,
                     const std::vector<const TypeInfo*>& bindings);
  void Propagate(const Node& node, const OpSchema& schema, const NodeAttributes& attributes);

  GraphFacts facts_;
  const InferOptions& options_;
  bool incomplete_ = false;
};

}  // namespace backplane
