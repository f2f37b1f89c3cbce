// Attribute access and description of nodes.
#include <algorithm>

#include "base/error.h"
#include "graph/graph.h"

using backplane::Fail;

namespace {

const char* const kAlternativeNames[] = {
    "nothing",           "an int",         "a float",          "a string",
    "a tensor",          "a list of ints", "a list of floats", "a list of strings",
    "a list of tensors", "a type",         "a graph",          "a list of graphs"};

template <typename T>
const T& Get(const OrtNode& node, const OrtOpAttr& attribute) {
  if (const T* value = std::get_if<T>(&attribute.value)) return *value;
  static const OrtOpAttr::Value wanted{T{}};
  Fail(ORT_INVALID_GRAPH, "attribute '{}' of {} holds {} where {} is expected", attribute.name,
       node.Describe(), kAlternativeNames[attribute.value.index()],
       kAlternativeNames[wanted.index()]);
}

template <typename T>
T GetOr(const OrtNode& node, std::string_view name, T fallback) {
  const OrtOpAttr* attribute = node.FindAttribute(name);
  return attribute == nullptr ? fallback : Get<T>(node, *attribute);
}

}  // namespace

OrtOpAttrType OrtOpAttr::type() const {
  static constexpr OrtOpAttrType kTypes[] = {
      ORT_OP_ATTR_UNDEFINED, ORT_OP_ATTR_INT,       ORT_OP_ATTR_FLOAT,  ORT_OP_ATTR_STRING,
      ORT_OP_ATTR_TENSOR,    ORT_OP_ATTR_INTS,      ORT_OP_ATTR_FLOATS, ORT_OP_ATTR_STRINGS,
      ORT_OP_ATTR_UNDEFINED, ORT_OP_ATTR_UNDEFINED, ORT_OP_ATTR_GRAPH,  ORT_OP_ATTR_UNDEFINED};
  return kTypes[value.index()];
}

const OrtOpAttr* OrtNode::FindAttribute(std::string_view attribute) const {
  for (const Attribute& candidate : attributes) {
    if (candidate.name == attribute) return &candidate;
  }
  return nullptr;
}

int64_t OrtNode::Int(std::string_view attribute, int64_t fallback) const {
  return GetOr(*this, attribute, fallback);
}

float OrtNode::Float(std::string_view attribute, float fallback) const {
  return GetOr(*this, attribute, fallback);
}

std::string OrtNode::Text(std::string_view attribute, std::string_view fallback) const {
  return GetOr(*this, attribute, std::string(fallback));
}

std::vector<int64_t> OrtNode::Ints(std::string_view attribute) const {
  return GetOr(*this, attribute, std::vector<int64_t>());
}

std::vector<float> OrtNode::Floats(std::string_view attribute) const {
  return GetOr(*this, attribute, std::vector<float>());
}

std::vector<std::string> OrtNode::Texts(std::string_view attribute) const {
  return GetOr(*this, attribute, std::vector<std::string>());
}

const backplane::Tensor* OrtNode::TensorAttribute(std::string_view attribute) const {
  const Attribute* found = FindAttribute(attribute);
  return found == nullptr ? nullptr : &Get<backplane::Tensor>(*this, *found);
}

void OrtNode::SetAttribute(std::string attribute, Attribute::Value value) {
  const auto it =
      std::lower_bound(attributes.begin(), attributes.end(), attribute,
                       [](const Attribute& a, const std::string& b) { return a.name < b; });
  if (it != attributes.end() && it->name == attribute) {
    it->value = std::move(value);
  } else {
    attributes.insert(it, Attribute{std::move(attribute), std::move(value), {}});
  }
}

void OrtNode::RemoveAttribute(std::string_view attribute) {
  std::erase_if(attributes,
                [&](const Attribute& candidate) { return candidate.name == attribute; });
}

std::vector<std::pair<std::string, std::shared_ptr<backplane::Graph>>> OrtNode::Subgraphs() const {
  using backplane::Graph;
  std::vector<std::pair<std::string, std::shared_ptr<Graph>>> result;
  for (const Attribute& attribute : attributes) {
    if (const auto* graph = std::get_if<std::shared_ptr<Graph>>(&attribute.value)) {
      result.emplace_back(attribute.name, *graph);
    } else if (const auto* list =
                   std::get_if<std::vector<std::shared_ptr<Graph>>>(&attribute.value)) {
      for (const auto& graph_of_list : *list) result.emplace_back(attribute.name, graph_of_list);
    }
  }
  return result;
}

bool OrtNode::HasSubgraphs() const {
  return std::any_of(attributes.begin(), attributes.end(), [](const Attribute& a) {
    return std::holds_alternative<std::shared_ptr<backplane::Graph>>(a.value) ||
           std::holds_alternative<std::vector<std::shared_ptr<backplane::Graph>>>(a.value);
  });
}

const backplane::Tensor* OrtNode::ConstantInput(size_t i) const {
  const backplane::ValueInfo* value = Input(i);
  return value != nullptr && value->IsConstant() ? value->initializer.get() : nullptr;
}

std::string OrtNode::Describe() const {
  return name.empty() ? backplane::Format("{}(#{})", op_type, index)
                      : backplane::Format("{} '{}'", op_type, name);
}
