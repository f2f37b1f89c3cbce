// See graph.h.
#include "kit/graph.h"

#include <algorithm>
#include <unordered_map>

namespace ep_kit {
namespace {

using Infos = std::vector<const OrtValueInfo*>;

std::string NameOf(const Api& api, const OrtValueInfo* info) {
  const char* name = nullptr;
  if (info != nullptr) api.Check(api.ort->GetValueInfoName(info, &name));
  return name == nullptr ? "" : name;
}

// The list behind a pair of Num and Get functions of OrtApi.
template <typename Handle, typename Item>
std::vector<Item> List(const Api& api, const Handle* handle,
                       OrtStatus*(ORT_API_CALL* count)(const Handle*, size_t*),
                       OrtStatus*(ORT_API_CALL* get)(const Handle*, Item*, size_t)) {
  size_t size = 0;
  api.Check(count(handle, &size));
  std::vector<Item> items(size);
  if (size > 0) api.Check(get(handle, items.data(), size));
  return items;
}

Infos NodeInputs(const Api& api, const OrtNode* node) {
  return List<OrtNode, const OrtValueInfo*>(api, node, api.ort->Node_GetNumInputs,
                                            api.ort->Node_GetInputs);
}
Infos NodeOutputs(const Api& api, const OrtNode* node) {
  return List<OrtNode, const OrtValueInfo*>(api, node, api.ort->Node_GetNumOutputs,
                                            api.ort->Node_GetOutputs);
}

// A rank of 0 may also mean that there is no shape; before version 24 that cannot be told apart.
void ReadType(const Api& api, const OrtValueInfo* info, Value& value) {
  const OrtTypeInfo* type_info = nullptr;
  api.Check(api.ort->GetValueInfoTypeInfo(info, &type_info));
  if (type_info == nullptr) return;
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  api.Check(api.ort->GetOnnxTypeFromTypeInfo(type_info, &kind));
  if (kind != ONNX_TYPE_TENSOR) return;
  api.Check(api.ort->CastTypeInfoToTensorInfo(type_info, &tensor));
  if (tensor == nullptr) return;
  api.Check(api.ort->GetTensorElementType(tensor, &value.type));
  size_t rank = 0;
  api.Check(api.ort->GetDimensionsCount(tensor, &rank));
  Dims dims(rank);
  if (rank > 0) api.Check(api.ort->GetDimensions(tensor, dims.data(), rank));
  if (rank > 0 || (api.version >= 24 && api.ort->TensorTypeAndShape_HasShape(tensor))) {
    for (int64_t& dim : dims) dim = std::max<int64_t>(dim, -1);
    value.dims = std::move(dims);
  }
}

template <typename T, OrtOpAttrType kind>
std::vector<T> ReadList(const Api& api, const OrtOpAttr* attribute) {
  size_t bytes = 0;
  // The first call has no room, which is its failure; it tells the size all the same.
  if (OrtStatus* status = api.ort->ReadOpAttr(attribute, kind, nullptr, 0, &bytes)) {
    api.ort->ReleaseStatus(status);
  }
  std::vector<T> values(bytes / sizeof(T));
  if (!values.empty()) {
    api.Check(
        api.ort->ReadOpAttr(attribute, kind, values.data(), values.size() * sizeof(T), &bytes));
  }
  return values;
}

std::optional<Attribute> ReadAttribute(const Api& api, const OrtOpAttr* attribute) {
  OrtOpAttrType type = ORT_OP_ATTR_UNDEFINED;
  api.Check(api.ort->OpAttr_GetType(attribute, &type));
  size_t bytes = 0;
  switch (type) {
    case ORT_OP_ATTR_INT: {
      int64_t value = 0;
      api.Check(api.ort->ReadOpAttr(attribute, type, &value, sizeof(value), &bytes));
      return value;
    }
    case ORT_OP_ATTR_FLOAT: {
      float value = 0;
      api.Check(api.ort->ReadOpAttr(attribute, type, &value, sizeof(value), &bytes));
      return value;
    }
    case ORT_OP_ATTR_INTS:
      return ReadList<int64_t, ORT_OP_ATTR_INTS>(api, attribute);
    case ORT_OP_ATTR_FLOATS:
      return ReadList<float, ORT_OP_ATTR_FLOATS>(api, attribute);
    case ORT_OP_ATTR_STRING: {
      const std::vector<char> text = ReadList<char, ORT_OP_ATTR_STRING>(api, attribute);
      return std::string(text.begin(), text.end());  // may be binary
    }
    default:
      return std::nullopt;
  }
}

class Reader {
 public:
  Reader(const Api& api, const OrtGraph* graph) : api_(api), source_(graph) {}

  Graph Read() {
    for (const OrtValueInfo* info : List<OrtGraph, const OrtValueInfo*>(
             api_, source_, api_.ort->Graph_GetNumInitializers, api_.ort->Graph_GetInitializers)) {
      Index(info);
    }
    for (const OrtValueInfo* info : List<OrtGraph, const OrtValueInfo*>(
             api_, source_, api_.ort->Graph_GetNumInputs, api_.ort->Graph_GetInputs)) {
      graph_.inputs.push_back(Index(info));
    }
    for (const OrtNode* node : List<OrtGraph, const OrtNode*>(
             api_, source_, api_.ort->Graph_GetNumNodes, api_.ort->Graph_GetNodes)) {
      ReadNode(node);
    }
    for (const OrtValueInfo* info : List<OrtGraph, const OrtValueInfo*>(
             api_, source_, api_.ort->Graph_GetNumOutputs, api_.ort->Graph_GetOutputs)) {
      const int index = Index(info);
      graph_.outputs.push_back(index);
      graph_.values[index].is_graph_output = true;
    }
    return std::move(graph_);
  }

 private:
  int Index(const OrtValueInfo* info) {
    std::string name = NameOf(api_, info);
    if (name.empty()) return -1;  // an optional one that is left out
    const auto [place, is_new] = indices_.try_emplace(name, static_cast<int>(graph_.values.size()));
    if (!is_new) return place->second;
    Value value;
    value.name = std::move(name);
    ReadType(api_, info, value);
    api_.Check(api_.ort->ValueInfo_IsConstantInitializer(info, &value.is_fixed));
    if (value.is_fixed) api_.Check(api_.ort->ValueInfo_GetInitializerValue(info, &value.constant));
    if (value.constant != nullptr) value.dims = api_.ShapeOf(value.constant);
    graph_.values.push_back(std::move(value));
    return place->second;
  }

  std::vector<int> Indices(const Infos& infos) {
    std::vector<int> indices;
    for (const OrtValueInfo* info : infos) indices.push_back(Index(info));
    return indices;
  }

  void ReadNode(const OrtNode* handle) {
    Node node;
    node.handle = handle;
    const char* text = nullptr;
    api_.Check(api_.ort->Node_GetName(handle, &text));
    node.name = text;
    api_.Check(api_.ort->Node_GetOperatorType(handle, &text));
    node.op_type = text;
    api_.Check(api_.ort->Node_GetDomain(handle, &text));
    node.domain = std::string_view(text) == "ai.onnx" ? "" : text;
    api_.Check(api_.ort->Node_GetSinceVersion(handle, &node.since_version));
    api_.Check(api_.ort->Node_GetEpName(handle, &text));
    node.assigned = text != nullptr && *text != '\0';
    node.inputs = Indices(NodeInputs(api_, handle));
    node.implicit_inputs = Indices(List<OrtNode, const OrtValueInfo*>(
        api_, handle, api_.ort->Node_GetNumImplicitInputs, api_.ort->Node_GetImplicitInputs));
    node.outputs = Indices(NodeOutputs(api_, handle));
    for (const OrtOpAttr* attribute : List<OrtNode, const OrtOpAttr*>(
             api_, handle, api_.ort->Node_GetNumAttributes, api_.ort->Node_GetAttributes)) {
      api_.Check(api_.ort->OpAttr_GetName(attribute, &text));
      std::string name = text;
      if (auto value = ReadAttribute(api_, attribute)) node.attributes[std::move(name)] = *value;
    }
    const int index = static_cast<int>(graph_.nodes.size());
    for (const std::vector<int>* used : {&node.inputs, &node.implicit_inputs}) {
      for (int value : *used) {
        if (value >= 0) ++graph_.values[value].uses;
      }
    }
    for (int value : node.outputs) {
      if (value >= 0) graph_.values[value].producer = index;
    }
    graph_.nodes.push_back(std::move(node));
  }

  const Api& api_;
  const OrtGraph* source_;
  Graph graph_;
  std::unordered_map<std::string, int> indices_;
};

template <typename T>
T Get(const Node& node, std::string_view name, T fallback) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return fallback;
  const T* value = std::get_if<T>(&found->second);
  return value == nullptr ? fallback : *value;
}

std::vector<std::string> Names(const Api& api, const Infos& infos) {
  std::vector<std::string> names;
  for (const OrtValueInfo* info : infos) names.push_back(NameOf(api, info));
  return names;
}

}  // namespace

bool Value::HasStaticShape() const {
  return dims && std::none_of(dims->begin(), dims->end(), [](int64_t dim) { return dim < 0; });
}

int64_t Node::Int(std::string_view name, int64_t fallback) const {
  return Get<int64_t>(*this, name, fallback);
}
float Node::Float(std::string_view name, float fallback) const {
  return Get<float>(*this, name, fallback);
}
std::string Node::String(std::string_view name, std::string_view fallback) const {
  return Get<std::string>(*this, name, std::string(fallback));
}
std::vector<int64_t> Node::Ints(std::string_view name, std::vector<int64_t> fallback) const {
  return Get<std::vector<int64_t>>(*this, name, std::move(fallback));
}

int Graph::Find(std::string_view name) const {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const Value& value) { return value.name == name; });
  return found == values.end() ? -1 : static_cast<int>(found - values.begin());
}

void Graph::ForgetHandles() {
  for (Node& node : nodes) node.handle = nullptr;
  for (Value& value : values) value.constant = nullptr;
}

Graph ReadGraph(const Api& api, const OrtGraph* graph) { return Reader(api, graph).Read(); }

std::vector<std::string> InputNames(const Api& api, const OrtNode* node) {
  return Names(api, NodeInputs(api, node));
}
std::vector<std::string> OutputNames(const Api& api, const OrtNode* node) {
  return Names(api, NodeOutputs(api, node));
}

size_t ElementSize(ONNXTensorElementDataType type) {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
      return 1;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16:
      return 2;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32:
      return 4;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64:
      return 8;
    default:
      return 0;
  }
}

}  // namespace ep_kit
