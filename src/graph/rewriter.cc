#include "graph/rewriter.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"

namespace backplane {

void Rewriter::KillProducers(const std::vector<ValueInfo*>& values) {
  for (ValueInfo* value : values) {
    if (value == nullptr || value->graph != &graph_ || value->producer == nullptr) continue;
    pending_.push_back(value->producer);
  }
  if (draining_)
    return;  // the outermost call works the list off: a long dead chain must not eat the stack
  draining_ = true;
  while (!pending_.empty()) {
    Node* node = pending_.back();
    pending_.pop_back();
    KillIfUnused(node);
  }
  draining_ = false;
}

void Rewriter::KillIfUnused(Node* node) {
  if (IsDead(node)) return;
  for (const ValueInfo* output : node->outputs) {
    if (output != nullptr && output->HasUses()) return;
  }
  Kill(node);
}

void Rewriter::Kill(Node* node) {
  if (IsDead(node)) return;
  if (node->index >= dead_.size()) dead_.resize(node->index + 1, false);
  dead_[node->index] = true;
  changed_ = true;
  std::vector<ValueInfo*> fed = node->inputs;
  fed.insert(fed.end(), node->implicit_inputs.begin(), node->implicit_inputs.end());
  if (!node->implicit_inputs.empty() || node->HasSubgraphs()) {
    node->attributes.clear();
    graph_.RefreshImplicitInputs(node);
  }
  graph_.SetInputs(node, {});
  for (size_t i = 0; i < node->outputs.size(); ++i) graph_.SetOutput(node, i, nullptr);
  KillProducers(fed);
}

void Rewriter::SetInputs(Node* node, std::vector<ValueInfo*> inputs) {
  const std::vector<ValueInfo*> before = node->inputs;
  graph_.SetInputs(node, std::move(inputs));
  changed_ = true;
  KillProducers(before);
}

void Rewriter::SetInput(Node* node, size_t index, ValueInfo* value) {
  ValueInfo* before = node->inputs[index];
  graph_.SetInput(node, index, value);
  changed_ = true;
  KillProducers({before});
}

void Rewriter::Morph(Node* node, std::string op_type, std::string domain, int since_version,
                     std::vector<ValueInfo*> inputs, std::vector<Attribute> attributes) {
  node->op_type = std::move(op_type);
  node->domain = std::move(domain);
  node->since_version = since_version;
  node->attributes = std::move(attributes);
  std::sort(node->attributes.begin(), node->attributes.end(),
            [](const Attribute& a, const Attribute& b) { return a.name < b.name; });
  SetInputs(node, std::move(inputs));
}

Node* Rewriter::Insert(Node* anchor, bool after, std::string op_type, std::string domain,
                       int since_version, std::vector<ValueInfo*> inputs, TypeInfo type,
                       std::vector<Attribute> attributes) {
  const std::string stem = anchor->name.empty() ? op_type : anchor->name + "/" + op_type;
  ValueInfo* output = graph_.AddValue(graph_.FreshName(stem), std::move(type));
  std::string name = output->name;
  Node* node = graph_.AddNode(std::move(name), std::move(op_type), std::move(domain),
                              std::move(inputs), {output}, std::move(attributes));
  node->since_version = since_version;
  node->ep = anchor->ep;
  node->layer = anchor->layer;
  placed_.push_back({anchor, after, node});
  changed_ = true;
  return node;
}

Node* Rewriter::InsertBefore(Node* anchor, std::string op_type, std::string domain,
                             int since_version, std::vector<ValueInfo*> inputs, TypeInfo type,
                             std::vector<Attribute> attributes) {
  return Insert(anchor, false, std::move(op_type), std::move(domain), since_version,
                std::move(inputs), std::move(type), std::move(attributes));
}

Node* Rewriter::InsertAfter(Node* anchor, std::string op_type, std::string domain,
                            int since_version, std::vector<ValueInfo*> inputs, TypeInfo type,
                            std::vector<Attribute> attributes) {
  return Insert(anchor, true, std::move(op_type), std::move(domain), since_version,
                std::move(inputs), std::move(type), std::move(attributes));
}

bool Rewriter::Replace(ValueInfo* from, ValueInfo* to) {
  const TypeInfo from_type = from->type;
  const bool exposed = from->is_graph_output;
  if (!graph_.ReplaceUses(from, to)) return false;
  if (exposed || !to->type.known() || (to->type.IsTensor() && !to->type.tensor.shape.has_value()))
    to->type = from_type;
  changed_ = true;
  if (from->producer != nullptr && from->graph == &graph_) KillIfUnused(from->producer);
  return true;
}

ValueInfo* Rewriter::Constant(std::string_view stem, Tensor tensor) {
  changed_ = true;
  return graph_.AddInitializer(graph_.FreshName(stem), std::move(tensor));
}

void Rewriter::MakeConstant(ValueInfo* value, Tensor tensor) {
  Node* producer = value->producer;
  if (producer != nullptr) graph_.SetOutput(producer, value->producer_index, nullptr);
  graph_.SetInitializer(value, std::make_shared<const Tensor>(std::move(tensor)));
  changed_ = true;
  if (producer != nullptr) KillIfUnused(producer);
}

bool Rewriter::Finish() {
  if (!changed_) return false;
  if (!placed_.empty()) {
    std::unordered_map<const Node*, std::vector<Node*>> before;
    std::unordered_map<const Node*, std::vector<Node*>> behind;
    std::vector<bool> is_new(graph_.node_index_bound(), false);
    for (const Placed& placed : placed_) {
      (placed.after ? behind : before)[placed.anchor].push_back(placed.node);
      is_new[placed.node->index] = true;
    }
    std::vector<Node*> order;
    order.reserve(graph_.nodes().size());
    const auto emit = [&](const auto& self, Node* node) -> void {
      if (const auto it = before.find(node); it != before.end()) {
        for (Node* other : it->second) self(self, other);
      }
      order.push_back(node);
      if (const auto it = behind.find(node); it != behind.end()) {
        for (Node* other : it->second) self(self, other);
      }
    };
    for (Node* node : graph_.nodes()) {
      if (!is_new[node->index]) emit(emit, node);
    }
    graph_.SetOrder(std::move(order));
  }
  std::vector<Node*> dead;
  for (Node* node : graph_.nodes()) {
    if (IsDead(node)) dead.push_back(node);
  }
  graph_.RemoveNodes(dead);
  RemoveUnused(graph_);
  graph_.Sort();
  placed_.clear();
  return true;
}

size_t RemoveUnused(Graph& graph) {
  // Against the order, so that one pass finds chains; a node's last uses are its consumers, which
  // come later.
  std::vector<Node*> dead;
  std::vector<uint32_t> uses(graph.value_index_bound(), 0);
  for (const ValueInfo* value : graph.Values()) {
    uses[value->index] =
        static_cast<uint32_t>(value->consumers.size()) + (value->is_graph_output ? 1 : 0);
  }
  const auto drop = [&](const std::vector<ValueInfo*>& values) {
    for (const ValueInfo* value : values) {
      if (value != nullptr && value->graph == &graph) --uses[value->index];
    }
  };
  for (auto it = graph.nodes().rbegin(); it != graph.nodes().rend(); ++it) {
    Node* node = *it;
    const bool used = std::any_of(
        node->outputs.begin(), node->outputs.end(),
        [&](const ValueInfo* output) { return output != nullptr && uses[output->index] != 0; });
    if (used) continue;
    dead.push_back(node);
    drop(node->inputs);
    drop(node->implicit_inputs);
  }
  graph.RemoveNodes(dead);
  size_t removed = dead.size();
  for (ValueInfo* value : graph.Values()) {
    if (value->producer == nullptr && !value->HasUses() && !value->is_graph_input) {
      graph.RemoveValue(value);
      ++removed;
    }
  }
  return removed;
}

Node* OnlyConsumer(const ValueInfo* value) {
  if (value == nullptr || value->is_graph_output || value->consumers.size() != 1) return nullptr;
  const Use& use = value->consumers.front();
  return use.index < use.node->inputs.size() ? use.node : nullptr;
}

Node* ProducerIs(const Node* node, size_t i, std::string_view type, std::string_view domain) {
  const ValueInfo* value = node->Input(i);
  if (value == nullptr || value->graph != node->graph || value->producer == nullptr) return nullptr;
  return value->producer->Is(type, domain) ? value->producer : nullptr;
}

Node* OnlyProducerIs(const Node* node, size_t i, std::string_view type, std::string_view domain) {
  Node* producer = ProducerIs(node, i, type, domain);
  return producer != nullptr && OnlyConsumer(node->Input(i)) == node ? producer : nullptr;
}

std::optional<Shape> StaticShape(const ValueInfo* value) {
  if (value == nullptr) return std::nullopt;
  if (value->initializer != nullptr && !value->overridable) return value->initializer->shape();
  if (!value->type.IsTensor()) return std::nullopt;
  return value->type.tensor.StaticShape();
}

std::optional<size_t> RankOf(const ValueInfo* value) {
  if (value == nullptr) return std::nullopt;
  if (value->initializer != nullptr && !value->overridable)
    return value->initializer->shape().rank();
  if (!value->type.IsTensor() || !value->type.tensor.shape.has_value()) return std::nullopt;
  return value->type.tensor.shape->size();
}

bool SameShape(const ValueInfo* a, const ValueInfo* b) {
  if (a == nullptr || b == nullptr) return false;
  const auto& x = a->type.tensor.shape;
  const auto& y = b->type.tensor.shape;
  if (!x.has_value() || !y.has_value() || x->size() != y->size()) return false;
  for (size_t i = 0; i < x->size(); ++i) {
    const Dim& p = (*x)[i];
    const Dim& q = (*y)[i];
    const bool equal =
        p.known() ? p.value == q.value : (!q.known() && !p.symbol.empty() && p.symbol == q.symbol);
    if (!equal) return false;
  }
  return true;
}

DType DTypeOfValue(const ValueInfo* value) {
  if (value == nullptr) return DType::kUndefined;
  if (value->initializer != nullptr) return value->initializer->dtype();
  return value->type.IsTensor() ? value->type.tensor.dtype : DType::kUndefined;
}

double ElementAsDouble(const Tensor& tensor, int64_t i) {
  switch (tensor.dtype()) {
    case DType::kFloat:
      return tensor.data<float>()[i];
    case DType::kDouble:
      return tensor.data<double>()[i];
    case DType::kFloat16:
      return static_cast<float>(tensor.data<Float16>()[i]);
    case DType::kBFloat16:
      return static_cast<float>(tensor.data<BFloat16>()[i]);
    case DType::kInt32:
      return tensor.data<int32_t>()[i];
    case DType::kInt64:
      return static_cast<double>(tensor.data<int64_t>()[i]);
    default:
      Fail(ORT_INVALID_ARGUMENT, "a number is expected, not an element of {}",
           TensorTypeName(tensor.dtype()));
  }
}

std::optional<double> ConstantScalar(const ValueInfo* value) {
  static constexpr TypeSet kReadable = types::kAllFloats | types::kIndices;
  if (value == nullptr || !value->IsConstant()) return std::nullopt;
  const Tensor& tensor = *value->initializer;
  if (!kReadable.Has(tensor.dtype()) || tensor.ElementCount() != 1) return std::nullopt;
  return ElementAsDouble(tensor, 0);
}

Tensor FloatTensor(DType dtype, const Shape& shape, const std::vector<double>& values) {
  Tensor tensor = Tensor::Allocate(dtype, shape);
  for (size_t i = 0; i < values.size(); ++i) {
    switch (dtype) {
      case DType::kFloat:
        tensor.data<float>()[i] = static_cast<float>(values[i]);
        break;
      case DType::kDouble:
        tensor.data<double>()[i] = values[i];
        break;
      case DType::kFloat16:
        tensor.data<Float16>()[i] = Float16(static_cast<float>(values[i]));
        break;
      case DType::kBFloat16:
        tensor.data<BFloat16>()[i] = BFloat16(static_cast<float>(values[i]));
        break;
      default:
        Fail(ORT_INVALID_ARGUMENT, "{} is not a floating type", TensorTypeName(dtype));
    }
  }
  return tensor;
}

std::optional<std::vector<int64_t>> ConstantInts(const Node* node, size_t input,
                                                 std::string_view attribute) {
  if (node->Has(attribute)) return node->Ints(attribute);
  const Tensor* tensor = node->ConstantInput(input);
  if (tensor == nullptr || !types::kIndices.Has(tensor->dtype())) return std::nullopt;
  return ToInt64s(*tensor);
}

}  // namespace backplane
