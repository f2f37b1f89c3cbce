// Activations written as several nodes: x * sigmoid(x), x * hardsigmoid(x), Gelu with erf or tanh.
// A product is taken apart into its factors first, so that the order and grouping of the
// multiplications does not matter.
#include <cmath>

#include "cpu/fuse/fuse.h"

namespace backplane::cpu {
namespace {

bool Near(double a, double b) { return std::abs(a - b) <= 1e-3 * std::abs(b); }

// A product: constant * factors[0] * factors[1] * ...
struct Product {
  double constant = 1.0;
  std::vector<ValueInfo*> factors;
};

constexpr int kMaxDepth = 4;

void Collect(ValueInfo* value, bool root, int depth, const FusePass& pass, Product& product) {
  Node* node = value->producer;
  const bool inner = node != nullptr && pass.Owns(node) &&
                     (root || OnlyConsumer(value) != nullptr) && node->domain.empty() &&
                     node->inputs.size() == 2 && depth < kMaxDepth;
  if (inner && node->op_type == "Mul") {
    for (ValueInfo* input : node->inputs) {
      if (const auto scalar = ConstantScalar(input)) {
        product.constant *= *scalar;
      } else {
        Collect(input, false, depth + 1, pass, product);
      }
    }
    return;
  }
  if (inner && node->op_type == "Div") {
    if (const auto scalar = ConstantScalar(node->inputs[1]); scalar && *scalar != 0) {
      product.constant /= *scalar;
      Collect(node->inputs[0], false, depth + 1, pass, product);
      return;
    }
  }
  product.factors.push_back(value);
}

Product ProductOf(ValueInfo* value, const FusePass& pass) {
  Product product;
  Collect(value, true, 0, pass, product);
  return product;
}

// The node of ours that makes `value` for one user only, if it is a `type`.
Node* Maker(const ValueInfo* value, std::string_view type, const FusePass& pass) {
  Node* node = value->producer;
  return node != nullptr && pass.Owns(node) && node->Is(type) && OnlyConsumer(value) != nullptr
             ? node
             : nullptr;
}

// For a sum of two of which one is a constant: the constant and the other.
std::optional<std::pair<double, ValueInfo*>> ConstantPlus(const Node* add) {
  if (add == nullptr || add->inputs.size() != 2) return std::nullopt;
  for (size_t i = 0; i < 2; ++i) {
    if (const auto scalar = ConstantScalar(add->inputs[i])) return {{*scalar, add->inputs[1 - i]}};
  }
  return std::nullopt;
}

// What f is applied to in 1 + f(...), where f is a `type` node.
ValueInfo* OnePlus(const ValueInfo* value, std::string_view type, const FusePass& pass) {
  const auto sum = ConstantPlus(Maker(value, "Add", pass));
  if (!sum || sum->first != 1.0) return nullptr;
  Node* function = Maker(sum->second, type, pass);
  return function != nullptr ? function->inputs[0] : nullptr;
}

// x in sqrt(2 / pi) * (x + 0.044715 x^3), if it is `x`.
bool IsTanhArgument(ValueInfo* value, ValueInfo* x, const FusePass& pass) {
  const Product outer = ProductOf(value, pass);
  if (!Near(outer.constant, 0.7978845608) || outer.factors.size() != 1) return false;
  const Node* add = Maker(outer.factors[0], "Add", pass);
  if (add == nullptr) return false;
  for (size_t i = 0; i < 2; ++i) {
    if (add->inputs[i] != x || OnlyConsumer(add->inputs[1 - i]) == nullptr) continue;
    const Product cube = ProductOf(add->inputs[1 - i], pass);
    if (!Near(cube.constant, 0.044715)) continue;
    if (cube.factors == std::vector<ValueInfo*>{x, x, x}) return true;
    if (cube.factors.size() != 1) continue;
    const Node* pow = Maker(cube.factors[0], "Pow", pass);
    if (pow != nullptr && pow->inputs[0] == x && ConstantScalar(pow->inputs[1]) == 3.0) return true;
  }
  return false;
}

// Clip(x + 3, 0, 6), x.
ValueInfo* ClipOfXPlus3(const ValueInfo* value, const FusePass& pass) {
  const Node* clip = Maker(value, "Clip", pass);
  if (clip == nullptr) return nullptr;
  const auto bound = [&](size_t i, const char* name) -> std::optional<double> {
    if (clip->Input(i) != nullptr) return ConstantScalar(clip->inputs[i]);
    return clip->Has(name) ? std::optional<double>(clip->Float(name, 0)) : std::nullopt;
  };
  if (bound(1, "min") != 0.0 || bound(2, "max") != 6.0) return nullptr;
  const auto sum = ConstantPlus(Maker(clip->inputs[0], "Add", pass));
  return sum && sum->first == 3.0 ? sum->second : nullptr;
}

void Become(Node* node, const char* type, int since, ValueInfo* x,
            std::vector<Attribute> attributes, FusePass& pass) {
  pass.edit.Morph(node, type, "", since, {x}, std::move(attributes));
}

// x * g(x): what `gate` and the constant make of it.
bool FuseGated(Node* node, ValueInfo* x, ValueInfo* gate, double constant, FusePass& pass) {
  if (const Node* sigmoid = Maker(gate, "Sigmoid", pass); sigmoid != nullptr && constant == 1.0) {
    if (sigmoid->inputs[0] == x) return Become(node, "Swish", 24, x, {}, pass), true;
    const Product scaled = ProductOf(sigmoid->inputs[0], pass);
    if (scaled.factors == std::vector<ValueInfo*>{x} &&
        OnlyConsumer(sigmoid->inputs[0]) != nullptr) {
      return Become(node, "Swish", 24, x, {{"alpha", static_cast<float>(scaled.constant), {}}},
                    pass),
             true;
    }
  }
  if (const Node* hard = Maker(gate, "HardSigmoid", pass); hard != nullptr && constant == 1.0) {
    if (hard->inputs[0] == x && Near(hard->Float("alpha", 0.2f), 1.0 / 6) &&
        hard->Float("beta", 0.5f) == 0.5f) {
      return Become(node, "HardSwish", 14, x, {}, pass), true;
    }
  }
  if (Near(constant, 1.0 / 6) && ClipOfXPlus3(gate, pass) == x)
    return Become(node, "HardSwish", 14, x, {}, pass), true;
  if (!Near(constant, 0.5)) return false;
  if (ValueInfo* argument = OnePlus(gate, "Erf", pass)) {
    const Product scaled = ProductOf(argument, pass);
    if (scaled.factors == std::vector<ValueInfo*>{x} && Near(scaled.constant, 0.70710678118)) {
      return Become(node, "Gelu", 20, x, {}, pass), true;
    }
  }
  if (ValueInfo* argument = OnePlus(gate, "Tanh", pass);
      argument != nullptr && IsTanhArgument(argument, x, pass)) {
    return Become(node, "Gelu", 20, x, {{"approximate", std::string("tanh"), {}}}, pass), true;
  }
  return false;
}

}  // namespace

bool FuseActivation(Node* node, FusePass& pass) {
  if (!node->domain.empty() || (node->op_type != "Mul" && node->op_type != "Div") ||
      node->inputs.size() != 2)
    return false;
  if (!types::kAllFloats.Has(DTypeOfValue(node->outputs[0]))) return false;
  const Product product = ProductOf(node->outputs[0], pass);
  const auto rank =
      RankOf(node->outputs[0]);  // a constant of more dimensions than x would add some
  for (const ValueInfo* factor : product.factors) {
    if (!rank.has_value() || RankOf(factor) != rank) return false;
  }
  if (product.factors.size() == 1 && Near(product.constant, 1.0 / 6)) {
    if (ValueInfo* x = ClipOfXPlus3(product.factors[0], pass)) {
      return Become(node, "HardSigmoid", 6, x, {{"alpha", 1.0f / 6, {}}, {"beta", 0.5f, {}}}, pass),
             true;
    }
  }
  if (product.factors.size() != 2) return false;
  for (size_t i = 0; i < 2; ++i) {
    if (FuseGated(node, product.factors[i], product.factors[1 - i], product.constant, pass))
      return true;
  }
  return false;
}

}  // namespace backplane::cpu
