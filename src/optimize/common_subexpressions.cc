// Nodes of one operator with the same attributes and the same inputs become one, and so do small
// constants of equal content. Nodes with subgraphs and random ones are left alone.
#include <cstring>
#include <unordered_map>

#include "optimize/rewrite.h"

namespace backplane {
namespace {

constexpr size_t kSmallConstant = 128;  // bytes; comparing larger ones costs more than it saves

size_t Mix(size_t seed, size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15u + (seed << 6) + (seed >> 2));
}

bool SameTensor(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape() || a.IsString()) return false;
  const size_t bytes = a.Bytes();
  return a.raw() == b.raw() || bytes == 0 || std::memcmp(a.raw(), b.raw(), bytes) == 0;
}

bool SameAttribute(const Attribute& a, const Attribute& b) {
  if (a.name != b.name || a.value.index() != b.value.index() || a.reference != b.reference)
    return false;
  if (const Tensor* tensor = std::get_if<Tensor>(&a.value))
    return SameTensor(*tensor, std::get<Tensor>(b.value));
  if (const auto* value = std::get_if<int64_t>(&a.value))
    return *value == std::get<int64_t>(b.value);
  if (const auto* value = std::get_if<float>(&a.value)) return *value == std::get<float>(b.value);
  if (const auto* value = std::get_if<std::string>(&a.value))
    return *value == std::get<std::string>(b.value);
  if (const auto* value = std::get_if<std::vector<int64_t>>(&a.value)) {
    return *value == std::get<std::vector<int64_t>>(b.value);
  }
  if (const auto* value = std::get_if<std::vector<float>>(&a.value))
    return *value == std::get<std::vector<float>>(b.value);
  if (const auto* value = std::get_if<std::vector<std::string>>(&a.value)) {
    return *value == std::get<std::vector<std::string>>(b.value);
  }
  return false;  // subgraphs, types, lists of tensors: not worth it
}

bool SameNode(const Node& a, const Node& b) {
  if (a.op_type != b.op_type || a.domain != b.domain || a.inputs != b.inputs) return false;
  if (a.outputs.size() != b.outputs.size() || a.attributes.size() != b.attributes.size())
    return false;
  for (size_t i = 0; i < a.attributes.size(); ++i) {
    if (!SameAttribute(a.attributes[i], b.attributes[i])) return false;
  }
  return true;
}

size_t HashOf(const Node& node) {
  size_t hash = std::hash<std::string>()(node.op_type);
  for (const ValueInfo* input : node.inputs) hash = Mix(hash, reinterpret_cast<size_t>(input));
  for (const Attribute& attribute : node.attributes) {
    hash = Mix(hash, std::hash<std::string>()(attribute.name));
    if (const auto* value = std::get_if<int64_t>(&attribute.value))
      hash = Mix(hash, static_cast<size_t>(*value));
    if (const auto* values = std::get_if<std::vector<int64_t>>(&attribute.value)) {
      for (const int64_t value : *values) hash = Mix(hash, static_cast<size_t>(value));
    }
  }
  return hash;
}

bool MayMerge(const Node& node) {
  if (!node.domain.empty() || node.inputs.empty() || node.outputs.empty() || node.HasSubgraphs())
    return false;
  return IsRepeatable(node) && node.op_type != "Dropout";
}

// Every used output of `node` is replaced by the one of `kept`, or nothing is.
bool MergeInto(Node* node, Node* kept, Rewriter& edit) {
  for (size_t i = 0; i < node->outputs.size(); ++i) {
    if (node->outputs[i] == nullptr || !node->outputs[i]->HasUses()) continue;
    if (kept->outputs[i] == nullptr || node->outputs[i]->is_graph_output) return false;
  }
  const std::vector<ValueInfo*> outputs = node->outputs;
  const std::vector<ValueInfo*> targets = kept->outputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] != nullptr && outputs[i]->HasUses()) edit.Replace(outputs[i], targets[i]);
  }
  return true;
}

void MergeConstants(Rewriter& edit) {
  std::unordered_multimap<size_t, ValueInfo*> seen;
  for (ValueInfo* value : edit.graph().Initializers()) {
    if (!value->IsConstant() || value->is_graph_output || value->external != nullptr ||
        value->consumers.empty())
      continue;
    if (!value->type.IsTensor() || value->initializer->IsString()) continue;
    const Tensor& tensor = *value->initializer;
    const size_t bytes = tensor.Bytes();
    if (bytes > kSmallConstant || tensor.raw() == nullptr) continue;
    size_t hash = std::hash<std::string_view>()({static_cast<const char*>(tensor.raw()), bytes});
    hash = Mix(hash, static_cast<size_t>(tensor.dtype()));
    bool merged = false;
    const auto [begin, end] = seen.equal_range(hash);
    for (auto it = begin; it != end && !merged; ++it) {
      if (SameTensor(tensor, *it->second->initializer)) merged = edit.Replace(value, it->second);
    }
    if (!merged) seen.emplace(hash, value);
  }
}

}  // namespace

bool MergeCommonSubexpressions(Rewriter& edit) {
  MergeConstants(edit);
  std::unordered_multimap<size_t, Node*> seen;
  bool any = false;
  const std::vector<Node*> nodes = edit.graph().nodes();
  for (Node* node : nodes) {
    if (edit.IsDead(node) || !MayMerge(*node)) continue;
    const size_t hash = HashOf(*node);
    bool merged = false;
    const auto [begin, end] = seen.equal_range(hash);
    for (auto it = begin; it != end && !merged; ++it) {
      if (SameNode(*node, *it->second)) merged = MergeInto(node, it->second, edit);
    }
    if (!merged) seen.emplace(hash, node);
    any |= merged;
  }
  return any;
}

}  // namespace backplane
