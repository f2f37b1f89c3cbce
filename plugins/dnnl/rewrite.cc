// See rewrite.h.
#include "dnnl/rewrite.h"

#include <cmath>

namespace backplane::dnnl_ep {
namespace {

// Gelu, x * 0.5 * (1 + erf(x / sqrt(2))), and Mish, x * tanh(softplus(x)), as exporters write them,
// with operands in any order.
class ActivationPatterns {
 public:
  ActivationPatterns(Graph& graph, const Constants& constants)
      : graph_(graph), constants_(constants), removed_(graph.nodes.size()) {}

  void Apply() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (graph_.nodes[i].op_type == "Erf") TryGelu(static_cast<int>(i));
      if (graph_.nodes[i].op_type == "Softplus") TryMish(static_cast<int>(i));
    }
    std::vector<Node> kept;
    std::vector<int> place(graph_.nodes.size(), -1);
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (removed_[i]) continue;
      place[i] = static_cast<int>(kept.size());
      kept.push_back(std::move(graph_.nodes[i]));
    }
    graph_.nodes = std::move(kept);
    for (Value& value : graph_.values) {
      if (value.producer >= 0) value.producer = place[value.producer];
    }
  }

 private:
  const Node* Producer(int value) const {
    const int producer = graph_.values[value].producer;
    return producer < 0 ? nullptr : &graph_.nodes[producer];
  }

  // The only node that uses a value; -1 if others may see it too.
  int OnlyUser(int value) const {
    if (graph_.values[value].is_graph_output || graph_.values[value].uses != 1) return -1;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (removed_[i]) continue;
      for (int input : graph_.nodes[i].inputs) {
        if (input == value) return static_cast<int>(i);
      }
    }
    return -1;
  }

  // A node of two inputs, one of which is (about) that constant: the other input, else -1.
  int OtherThan(const Node& node, std::string_view op_type, float constant,
                bool constant_second = false) const {
    if (node.op_type != op_type || node.inputs.size() != 2) return -1;
    const OpView view{graph_, node, constants_};
    for (size_t i = constant_second ? 1 : 0; i < 2; ++i) {
      const auto scalar = view.Scalar(i);
      if (scalar && std::abs(*scalar - constant) <= 1e-4F * constant) return node.inputs[1 - i];
    }
    return -1;
  }

  void TryMish(int softplus_index) {
    const Node& softplus = graph_.nodes[softplus_index];
    const int tanh_index = OnlyUser(softplus.outputs[0]);
    if (tanh_index < 0 || graph_.nodes[tanh_index].op_type != "Tanh") return;
    const int tanh = graph_.nodes[tanh_index].outputs[0];
    const int last = OnlyUser(tanh);
    if (last < 0 || !IsProduct(graph_.nodes[last], tanh, softplus.inputs[0])) return;
    Replace("Mish", 18, softplus.inputs[0], {softplus_index, tanh_index}, last);
  }

  void TryGelu(int erf_index) {
    const Node& erf = graph_.nodes[erf_index];
    const int scaled = erf.inputs[0];
    const Node* scale = Producer(scaled);
    if (scale == nullptr || OnlyUser(scaled) != erf_index) return;
    int x = OtherThan(*scale, "Div", std::sqrt(2.0F), true);
    if (x < 0) x = OtherThan(*scale, "Mul", std::sqrt(0.5F));
    if (x < 0) return;
    const int scale_index = graph_.values[scaled].producer;
    const int add_index = OnlyUser(erf.outputs[0]);
    if (add_index < 0 || OtherThan(graph_.nodes[add_index], "Add", 1) != erf.outputs[0]) return;
    FinishProduct(x, {scale_index, erf_index}, add_index);
  }

  // From `add` on, either (x * add) * 0.5, (add * 0.5) * x, or (x * 0.5) * add.
  void FinishProduct(int x, std::vector<int> gone, int add_index) {
    gone.push_back(add_index);
    const int sum = graph_.nodes[add_index].outputs[0];
    const int next = OnlyUser(sum);
    if (next < 0 || graph_.nodes[next].op_type != "Mul") return;
    const Node& product = graph_.nodes[next];
    if (OtherThan(product, "Mul", 0.5F) == sum) {  // add * 0.5
      const int last = OnlyUser(product.outputs[0]);
      if (last < 0 || !IsProduct(graph_.nodes[last], product.outputs[0], x)) return;
      gone.push_back(next);
      return Replace("Gelu", 20, x, gone, last);
    }
    if (IsProduct(product, sum, x)) {
      const int last = OnlyUser(product.outputs[0]);
      if (last < 0 || OtherThan(graph_.nodes[last], "Mul", 0.5F) != product.outputs[0]) return;
      gone.push_back(next);
      return Replace("Gelu", 20, x, gone, last);
    }
    const int other = product.inputs[product.inputs[0] == sum ? 1 : 0];
    const Node* half = Producer(other);
    if (half == nullptr || OnlyUser(other) != next || OtherThan(*half, "Mul", 0.5F) != x) return;
    gone.push_back(graph_.values[other].producer);
    Replace("Gelu", 20, x, gone, next);
  }

  static bool IsProduct(const Node& node, int a, int b) {
    return node.op_type == "Mul" && node.inputs.size() == 2 &&
           ((node.inputs[0] == a && node.inputs[1] == b) ||
            (node.inputs[0] == b && node.inputs[1] == a));
  }

  void Replace(std::string_view op_type, int version, int x, const std::vector<int>& gone,
               int last) {
    for (int index : gone) {
      for (int input : graph_.nodes[index].inputs) --graph_.values[input].uses;
      removed_[index] = true;
    }
    Node& node = graph_.nodes[last];
    for (int input : node.inputs) --graph_.values[input].uses;
    node.op_type = op_type;
    node.since_version = version;
    node.inputs = {x};
    node.attributes.clear();
    ++graph_.values[x].uses;
  }

  Graph& graph_;
  const Constants& constants_;
  std::vector<bool> removed_;
};

}  // namespace

void Rewrite(Graph& graph, const Constants& constants) {
  ActivationPatterns(graph, constants).Apply();
  RewriteQdq(graph, constants);
}

}  // namespace backplane::dnnl_ep
