// The windows through which the ONNX library's functions look at one node. Internal to
// graph/onnx_infer*.cc.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graph/onnx_infer.h"

namespace backplane {

/// Infers a subgraph of a control-flow node when the operator's inference function asks for it.
class SubgraphInference : public onnx::GraphInferencer {
 public:
  SubgraphInference(Graph& graph, GraphInference& outer) : graph_(graph), outer_(outer) {}
  std::vector<const onnx::TypeProto*> doInferencing(
      const std::vector<const onnx::TypeProto*>& input_types,
      const std::vector<const onnx::TensorProto*>& input_data) override;
  bool done() const { return done_; }

 private:
  Graph& graph_;
  GraphInference& outer_;
  bool done_ = false;
};

class NodeInferenceContext : public onnx::InferenceContext {
 public:
  NodeInferenceContext(Node& node, GraphInference& inference, const NodeAttributes& attributes);

  const onnx::AttributeProto* getAttribute(const std::string& name) const override {
    return attributes_.Find(name);
  }
  size_t getNumInputs() const override { return node_.inputs.size(); }
  const onnx::TypeProto* getInputType(size_t index) const override;
  bool hasInput(size_t index) const override { return node_.Input(index) != nullptr; }
  const onnx::TensorProto* getInputData(size_t index) const override;
  const onnx::SparseTensorProto* getInputSparseData(size_t) const override { return nullptr; }
  const onnx::TensorShapeProto* getSymbolicInput(size_t index) const override;
  size_t getNumOutputs() const override { return outputs_.size(); }
  onnx::TypeProto* getOutputType(size_t index) override;
  bool hasOutput(size_t index) override {
    return index < node_.outputs.size() && node_.outputs[index] != nullptr;
  }
  onnx::GraphInferencer* getGraphAttributeInferencer(const std::string& name) override;
  std::string getDisplayName() const override { return node_.Describe(); }

  /// Subgraphs that the function did not ask for are inferred too, without knowledge of their
  /// inputs.
  void FinishSubgraphs();

 private:
  const ValueInfo& RequiredInput(size_t index) const;

  Node& node_;
  GraphInference& inference_;
  const NodeAttributes& attributes_;
  std::vector<onnx::TypeProto*> outputs_;
  std::map<std::string, SubgraphInference> subgraphs_;
};

class NodeDataContext : public onnx::DataPropagationContext {
 public:
  NodeDataContext(const Node& node, GraphFacts& facts, const NodeAttributes& attributes)
      : node_(node), facts_(facts), attributes_(attributes) {}

  const onnx::AttributeProto* getAttribute(const std::string& name) const override {
    return attributes_.Find(name);
  }
  size_t getNumInputs() const override { return node_.inputs.size(); }
  const onnx::TypeProto* getInputType(size_t index) const override {
    return TypeOrNull(node_.Input(index));
  }
  size_t getNumOutputs() const override { return node_.outputs.size(); }
  const onnx::TypeProto* getOutputType(size_t index) const override {
    return TypeOrNull(index < node_.outputs.size() ? node_.outputs[index] : nullptr);
  }
  const onnx::TensorShapeProto* getInputData(size_t index) override;
  void addOutputData(size_t index, onnx::TensorShapeProto&& data) override;

 private:
  const onnx::TypeProto* TypeOrNull(const ValueInfo* value) const {
    return value == nullptr ? nullptr : facts_.Type(*value);
  }

  const Node& node_;
  GraphFacts& facts_;
  const NodeAttributes& attributes_;
};

}  // namespace backplane
