// Part of rewrite.h: DequantizeLinear -> Conv or MatMul -> QuantizeLinear, as quantization tools
// write an operator on 8-bit integers, becomes QLinearConv or QLinearMatMul.
#include <algorithm>
#include <cmath>

#include "dnnl/rewrite.h"

namespace backplane::dnnl_ep {
namespace {

class QdqPattern {
 public:
  QdqPattern(Graph& graph, const Constants& constants) : graph_(graph), constants_(constants) {}

  void Apply() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const std::string& op = graph_.nodes[i].op_type;
      if (op == "Conv" || op == "MatMul") Try(static_cast<int>(i));
    }
    DropUnused();
  }

 private:
  const Node* Producer(int value, std::string_view op_type) const {
    const int producer = value < 0 ? -1 : graph_.values[value].producer;
    if (producer < 0 || graph_.nodes[producer].op_type != op_type) return nullptr;
    return &graph_.nodes[producer];
  }

  // The node that alone uses a value, if it is of that type; -1 otherwise.
  int OnlyUser(int value, std::string_view op_type) const {
    if (graph_.values[value].is_graph_output || graph_.values[value].uses != 1) return -1;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      if (node.op_type != op_type) continue;
      if (std::find(node.inputs.begin(), node.inputs.end(), value) != node.inputs.end()) {
        return static_cast<int>(i);
      }
    }
    return -1;
  }

  // Behind a Relu nothing is lost if the smallest quantum stands for 0.
  int SkipRelu(int value, std::vector<int>& gone) const {
    const int relu = OnlyUser(value, "Relu");
    if (relu < 0) return value;
    const int result = graph_.nodes[relu].outputs[0];
    const int quantize = OnlyUser(result, "QuantizeLinear");
    if (quantize < 0) return value;
    const Node& node = graph_.nodes[quantize];
    const OpView view{graph_, node, constants_};
    if (node.inputs.size() < 3 || !view.IsConstant(2) || *view.Input(2).dims != Dims() ||
        view.Input(2).type != ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 ||
        *static_cast<const uint8_t*>(constants_[node.inputs[2]]) != 0) {
      return value;
    }
    gone.push_back(relu);
    return result;
  }

  // A bias that adds up to the accumulated integers: its scale is the product of the others.
  bool BiasFits(const Node& bias, const Node& x, const Node& w) const {
    const OpView b{graph_, bias, constants_}, a{graph_, x, constants_}, c{graph_, w, constants_};
    if (!b.IsType(0, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32) || !b.IsConstant(0)) return false;
    if (!b.IsConstant(1) || !a.Scalar(1) || !c.IsConstant(1)) return false;
    const auto scales = b.Floats(1), weights = c.Floats(1);
    if (scales.size() != weights.size()) return false;
    for (size_t i = 0; i < scales.size(); ++i) {
      const float product = *a.Scalar(1) * weights[i];
      if (std::abs(scales[i] - product) > 1e-5F * std::abs(product)) return false;
    }
    return true;
  }

  // Scales of more than one element must run along the output channels.
  bool ScalesFit(const Node& node, const Node& w) const {
    const OpView view{graph_, w, constants_};
    if (!view.IsConstant(1) || view.Rank(0) < 2) return false;
    if (view.Floats(1).size() == 1) return true;
    const int64_t axis = w.Int("axis", 1);
    return (axis < 0 ? axis + view.Rank(0) : axis) == (node.op_type == "Conv" ? 0 : 1);
  }

  // A scale and a zero point behind it, which may be left out.
  static void AppendScale(const Node& node, std::vector<int>& inputs) {
    inputs.push_back(node.inputs[1]);
    inputs.push_back(node.inputs.size() > 2 ? node.inputs[2] : -1);
  }

  void Try(int index) {
    const Node& node = graph_.nodes[index];
    const Node* x = Producer(node.inputs[0], "DequantizeLinear");
    const Node* w = Producer(node.inputs[1], "DequantizeLinear");
    if (x == nullptr || w == nullptr || !ScalesFit(node, *w)) return;
    std::vector<int> gone = {index};
    const int result = SkipRelu(node.outputs[0], gone);
    const int last = OnlyUser(result, "QuantizeLinear");
    if (last < 0) return;
    const Node& quantize = graph_.nodes[last];
    Node merged = node;
    merged.op_type = "QLinear" + node.op_type;
    merged.since_version = 10;
    merged.inputs = {x->inputs[0]};
    AppendScale(*x, merged.inputs);
    merged.inputs.push_back(w->inputs[0]);
    AppendScale(*w, merged.inputs);
    AppendScale(quantize, merged.inputs);
    merged.outputs = quantize.outputs;
    if (node.inputs.size() > 2 && node.inputs[2] >= 0) {
      const Node* bias = Producer(node.inputs[2], "DequantizeLinear");
      if (bias == nullptr || !BiasFits(*bias, *x, *w)) return;
      merged.inputs.push_back(bias->inputs[0]);
    }
    const Operator* op = nullptr;
    if (!CheckNode({graph_, merged, constants_}, &op).empty()) return;
    Replace(gone, last, std::move(merged));
  }

  void Replace(const std::vector<int>& gone, int last, Node merged) {
    for (int input : merged.inputs) {
      if (input >= 0) ++graph_.values[input].uses;
    }
    for (int index : gone) Clear(graph_.nodes[index]);
    Clear(graph_.nodes[last]);
    graph_.nodes[last] = std::move(merged);
  }

  void Clear(Node& node) {
    for (int input : node.inputs) {
      if (input >= 0) --graph_.values[input].uses;
    }
    node.inputs.clear();
    node.op_type.clear();
  }

  // Cleared nodes, and the DequantizeLinear that nobody reads any more.
  void DropUnused() {
    for (Node& node : graph_.nodes) {
      if (node.op_type != "DequantizeLinear") continue;
      const Value& result = graph_.values[node.outputs[0]];
      if (result.uses == 0 && !result.is_graph_output) Clear(node);
    }
    std::erase_if(graph_.nodes, [](const Node& node) { return node.op_type.empty(); });
    for (Value& value : graph_.values) value.producer = -1;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (int output : graph_.nodes[i].outputs) {
        if (output >= 0) graph_.values[output].producer = static_cast<int>(i);
      }
    }
  }

  Graph& graph_;
  const Constants& constants_;
};

}  // namespace

void RewriteQdq(Graph& graph, const Constants& constants) { QdqPattern(graph, constants).Apply(); }

}  // namespace backplane::dnnl_ep
