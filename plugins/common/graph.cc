// See graph.h.
#include "common/graph.h"

#include <algorithm>
#include <unordered_map>

namespace backplane::plugins {
namespace {

using Infos = std::vector<const OrtValueInfo*>;

std::string NameOf(const OrtValueInfo* info) {
  const char* name = nullptr;
  Check(Ort().GetValueInfoName(info, &name));
  return name == nullptr ? "" : name;
}

// The list behind a pair of Num and Get functions of OrtApi.
template <typename Handle, typename Item>
std::vector<Item> List(const Handle* handle,
                       OrtStatus*(ORT_API_CALL* count)(const Handle*, size_t*),
                       OrtStatus*(ORT_API_CALL* get)(const Handle*, Item*, size_t)) {
  size_t size = 0;
  Check(count(handle, &size));
  std::vector<Item> items(size);
  if (size > 0) Check(get(handle, items.data(), size));
  return items;
}

Infos NodeInputs(const OrtNode* node) {
  return List<OrtNode, const OrtValueInfo*>(node, Ort().Node_GetNumInputs, Ort().Node_GetInputs);
}
Infos NodeOutputs(const OrtNode* node) {
  return List<OrtNode, const OrtValueInfo*>(node, Ort().Node_GetNumOutputs, Ort().Node_GetOutputs);
}

Dims DimsOf(const OrtTensorTypeAndShapeInfo* info) {
  size_t rank = 0;
  Check(Ort().GetDimensionsCount(info, &rank));
  Dims dims(rank);
  if (rank > 0) Check(Ort().GetDimensions(info, dims.data(), rank));
  return dims;
}

// A rank of 0 may also mean that there is no shape; before API 24 that cannot be told apart.
void ReadType(const OrtValueInfo* info, Value& value) {
  const OrtTypeInfo* type_info = nullptr;
  Check(Ort().GetValueInfoTypeInfo(info, &type_info));
  if (type_info == nullptr) return;
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  Check(Ort().GetOnnxTypeFromTypeInfo(type_info, &kind));
  if (kind != ONNX_TYPE_TENSOR) return;
  Check(Ort().CastTypeInfoToTensorInfo(type_info, &tensor));
  if (tensor == nullptr) return;
  Check(Ort().GetTensorElementType(tensor, &value.type));
  Dims dims = DimsOf(tensor);
  if (!dims.empty() || (HostHas(24) && Ort().TensorTypeAndShape_HasShape(tensor))) {
    for (int64_t& dim : dims) dim = std::max<int64_t>(dim, -1);
    value.dims = std::move(dims);
  }
}

// A host that cannot tell has no nodes of other EPs in the graphs that it shows.
bool IsAssigned(const OrtNode* node) {
  const char* name = nullptr;
  OrtStatus* status = Ort().Node_GetEpName(node, &name);
  if (status != nullptr && Ort().GetErrorCode(status) == ORT_NOT_IMPLEMENTED) {
    Ort().ReleaseStatus(status);
    return false;
  }
  Check(status);
  return name != nullptr && *name != '\0';
}

template <typename T, OrtOpAttrType kind>
std::vector<T> ReadList(const OrtOpAttr* attribute) {
  size_t bytes = 0;
  // The first call has no room, which is its failure; it tells the size all the same.
  if (OrtStatus* status = Ort().ReadOpAttr(attribute, kind, nullptr, 0, &bytes)) {
    Ort().ReleaseStatus(status);
  }
  std::vector<T> values(bytes / sizeof(T));
  if (!values.empty()) {
    Check(Ort().ReadOpAttr(attribute, kind, values.data(), values.size() * sizeof(T), &bytes));
  }
  return values;
}

std::optional<Attribute> ReadAttribute(const OrtOpAttr* attribute) {
  OrtOpAttrType type = ORT_OP_ATTR_UNDEFINED;
  Check(Ort().OpAttr_GetType(attribute, &type));
  size_t bytes = 0;
  switch (type) {
    case ORT_OP_ATTR_INT: {
      int64_t value = 0;
      Check(Ort().ReadOpAttr(attribute, type, &value, sizeof(value), &bytes));
      return value;
    }
    case ORT_OP_ATTR_FLOAT: {
      float value = 0;
      Check(Ort().ReadOpAttr(attribute, type, &value, sizeof(value), &bytes));
      return value;
    }
    case ORT_OP_ATTR_INTS:
      return ReadList<int64_t, ORT_OP_ATTR_INTS>(attribute);
    case ORT_OP_ATTR_FLOATS:
      return ReadList<float, ORT_OP_ATTR_FLOATS>(attribute);
    case ORT_OP_ATTR_STRING: {
      const std::vector<char> text = ReadList<char, ORT_OP_ATTR_STRING>(attribute);
      return std::string(text.begin(), std::find(text.begin(), text.end(), '\0'));
    }
    default:
      return std::nullopt;
  }
}

class Reader {
 public:
  explicit Reader(const OrtGraph* graph) : source_(graph) {}

  Graph Read() {
    for (const OrtValueInfo* info : List<OrtGraph, const OrtValueInfo*>(
             source_, Ort().Graph_GetNumInitializers, Ort().Graph_GetInitializers)) {
      Index(info);
    }
    for (const OrtValueInfo* info : List<OrtGraph, const OrtValueInfo*>(
             source_, Ort().Graph_GetNumInputs, Ort().Graph_GetInputs)) {
      graph_.inputs.push_back(Index(info));
    }
    for (const OrtNode* node :
         List<OrtGraph, const OrtNode*>(source_, Ort().Graph_GetNumNodes, Ort().Graph_GetNodes)) {
      ReadNode(node);
    }
    for (const OrtValueInfo* info : List<OrtGraph, const OrtValueInfo*>(
             source_, Ort().Graph_GetNumOutputs, Ort().Graph_GetOutputs)) {
      const int index = Index(info);
      graph_.outputs.push_back(index);
      graph_.values[index].is_graph_output = true;
    }
    return std::move(graph_);
  }

 private:
  int Index(const OrtValueInfo* info) {
    if (info == nullptr) return -1;
    std::string name = NameOf(info);
    const auto [place, is_new] = indices_.try_emplace(name, static_cast<int>(graph_.values.size()));
    if (!is_new) return place->second;
    Value value;
    value.name = std::move(name);
    ReadType(info, value);
    Check(Ort().ValueInfo_IsConstantInitializer(info, &value.is_fixed));
    if (value.is_fixed) Check(Ort().ValueInfo_GetInitializerValue(info, &value.constant));
    if (value.constant != nullptr) value.dims = ShapeOf(value.constant);
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
    Check(Ort().Node_GetName(handle, &text));
    node.name = text;
    Check(Ort().Node_GetOperatorType(handle, &text));
    node.op_type = text;
    Check(Ort().Node_GetDomain(handle, &text));
    node.domain = std::string_view(text) == "ai.onnx" ? "" : text;
    Check(Ort().Node_GetSinceVersion(handle, &node.since_version));
    node.assigned = IsAssigned(handle);
    node.inputs = Indices(NodeInputs(handle));
    node.implicit_inputs = Indices(List<OrtNode, const OrtValueInfo*>(
        handle, Ort().Node_GetNumImplicitInputs, Ort().Node_GetImplicitInputs));
    node.outputs = Indices(NodeOutputs(handle));
    for (const OrtOpAttr* attribute : List<OrtNode, const OrtOpAttr*>(
             handle, Ort().Node_GetNumAttributes, Ort().Node_GetAttributes)) {
      Check(Ort().OpAttr_GetName(attribute, &text));
      std::string name = text;
      if (auto value = ReadAttribute(attribute)) node.attributes[std::move(name)] = *value;
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

std::vector<std::string> Names(const Infos& infos) {
  std::vector<std::string> names;
  for (const OrtValueInfo* info : infos) names.push_back(info == nullptr ? "" : NameOf(info));
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

Graph ReadGraph(const OrtGraph* graph) { return Reader(graph).Read(); }

std::vector<std::string> InputNames(const OrtNode* node) { return Names(NodeInputs(node)); }
std::vector<std::string> OutputNames(const OrtNode* node) { return Names(NodeOutputs(node)); }

Dims ShapeOf(const OrtValue* tensor) {
  OrtTensorTypeAndShapeInfo* raw = nullptr;
  Check(Ort().GetTensorTypeAndShape(tensor, &raw));
  const TypeAndShape info(raw);
  return DimsOf(info.get());
}

const void* DataOf(const OrtValue* tensor) {
  const void* data = nullptr;
  Check(Ort().GetTensorData(tensor, &data));
  return data;
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

}  // namespace backplane::plugins
