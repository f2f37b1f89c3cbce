// Builds small graphs for tests of rewrites in a few words, and looks at what became of them.
#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "optimize/optimize.h"

namespace backplane::testing {

class TestGraph {
 public:
  explicit TestGraph(int opset = 17) {
    model_ = std::make_shared<ModelInfo>();
    model_->ir_version = 8;
    model_->opsets[""] = opset;
    graph_ = std::make_unique<Graph>(model_);
  }
  Graph& graph() { return *graph_; }
  Graph* operator->() { return graph_.get(); }

  ValueInfo* Input(const std::string& name, const Shape& shape, DType dtype = DType::kFloat) {
    return graph_->AddInput(name, TypeInfo::Tensor(dtype, shape));
  }
  ValueInfo* Input(const std::string& name, SymbolicShape shape, DType dtype = DType::kFloat) {
    return graph_->AddInput(name, TypeInfo::Tensor(dtype, std::move(shape)));
  }
  ValueInfo* Floats(const Shape& shape, std::vector<float> values) {
    values.resize(static_cast<size_t>(shape.ElementCount()), values.empty() ? 0.5f : values.back());
    return graph_->AddInitializer(graph_->FreshName("const"), Tensor::Of<float>(values, &shape));
  }
  ValueInfo* Scalar(float value) {
    return graph_->AddInitializer(graph_->FreshName("const"), Tensor::Scalar(value));
  }
  ValueInfo* Ints(std::vector<int64_t> values) {
    return graph_->AddInitializer(graph_->FreshName("const"), Tensor::Of<int64_t>(values));
  }
  /// A node with one output of `shape` (nullopt: unknown).
  ValueInfo* Op(const std::string& type, std::vector<ValueInfo*> inputs, SymbolicShape shape,
                std::vector<Attribute> attributes = {}, DType dtype = DType::kFloat,
                const std::string& domain = "") {
    const std::string name = graph_->FreshName(type);
    ValueInfo* out = graph_->AddValue(name, TypeInfo::Tensor(dtype, std::move(shape)));
    Node* node =
        graph_->AddNode(name, type, domain, std::move(inputs), {out}, std::move(attributes));
    node->since_version = 1;
    return out;
  }
  void Output(ValueInfo* value) { graph_->AddOutput(value); }

  std::map<std::string, int> Counts() const {
    std::map<std::string, int> counts;
    for (const Node* node : graph_->nodes()) ++counts[node->op_type];
    return counts;
  }
  /// The operator types in order, "Conv Relu".
  std::string Ops() const {
    std::string text;
    for (const Node* node : graph_->nodes()) text += (text.empty() ? "" : " ") + node->op_type;
    return text;
  }
  Node* Find(std::string_view type) const {
    for (Node* node : graph_->nodes()) {
      if (node->op_type == type) return node;
    }
    return nullptr;
  }

 private:
  std::shared_ptr<ModelInfo> model_;
  std::unique_ptr<Graph> graph_;
};

inline SymbolicShape Dims(std::vector<int64_t> dims) {
  std::vector<Dim> shape;
  for (const int64_t dim : dims) shape.emplace_back(dim);
  return shape;
}

inline Attribute Attr(std::string name, Attribute::Value value) {
  return {std::move(name), std::move(value), {}};
}
inline Attribute Attr(std::string name, float value) { return {std::move(name), value, {}}; }
inline Attribute Attr(std::string name, int64_t value) { return {std::move(name), value, {}}; }
inline Attribute IntsAttr(std::string name, std::vector<int64_t> value) {
  return {std::move(name), std::move(value), {}};
}

/// Folds Neg, Shape-preserving float Add and Cast-free pass-through: enough for tests of the
/// driver.
inline bool ToyEvaluator(const Node& node, std::vector<Tensor>& outputs) {
  if (node.op_type == "Neg" || node.op_type == "Add") {
    const Tensor& a = *node.ConstantInput(0);
    Tensor out = Tensor::Allocate(a.dtype(), a.shape());
    for (int64_t i = 0; i < a.ElementCount(); ++i) {
      out.data<float>()[i] = node.op_type == "Neg"
                                 ? -a.data<float>()[i]
                                 : a.data<float>()[i] + node.ConstantInput(1)->data<float>()[i];
    }
    outputs.push_back(std::move(out));
    return true;
  }
  return false;
}

}  // namespace backplane::testing
