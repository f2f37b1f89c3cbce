// Reads an OrtGraph, as GetCapability and Compile get it, into plain structs. What it returns is
// valid as long as the graph: until the callback returns.
#pragma once

#include <string>
#include <vector>

#include "support.h"

namespace sample {

// An input or output of a node. `info` is null for an optional one that is absent.
struct Value {
  const OrtValueInfo* info = nullptr;
  std::string name;
};

struct Node {
  const OrtNode* handle = nullptr;
  std::string op_type;
  std::string domain;
  int since_version = 0;
  bool taken = false;  // an EP has it already
  std::vector<Value> inputs;
  std::vector<Value> outputs;
  std::vector<Value> implicit_inputs;  // what subgraphs of the node read of this graph
};

class GraphReader {
 public:
  explicit GraphReader(const Api& api) : api_(api) {}

  // In an order in which they can run.
  std::vector<Node> Nodes(const OrtGraph* graph) const {
    size_t count = 0;
    api_.Check(api_.ort->Graph_GetNumNodes(graph, &count));
    std::vector<const OrtNode*> handles(count);
    api_.Check(api_.ort->Graph_GetNodes(graph, handles.data(), count));
    std::vector<Node> nodes;
    for (const OrtNode* handle : handles) nodes.push_back(Read(handle));
    return nodes;
  }

  Node Read(const OrtNode* handle) const {
    const OrtApi& ort = *api_.ort;
    Node node;
    node.handle = handle;
    const char* text = nullptr;
    api_.Check(ort.Node_GetOperatorType(handle, &text));
    node.op_type = text;
    api_.Check(ort.Node_GetDomain(handle, &text));
    node.domain = text;
    api_.Check(ort.Node_GetSinceVersion(handle, &node.since_version));
    api_.Check(ort.Node_GetEpName(handle, &text));
    node.taken = text != nullptr && *text != '\0';
    node.inputs = Values(handle, ort.Node_GetNumInputs, ort.Node_GetInputs);
    node.outputs = Values(handle, ort.Node_GetNumOutputs, ort.Node_GetOutputs);
    node.implicit_inputs =
        Values(handle, ort.Node_GetNumImplicitInputs, ort.Node_GetImplicitInputs);
    return node;
  }

  // A tensor of floats. Its shape may be unknown.
  bool IsFloat(const Value& value) const { return Type(value, nullptr) == kFloat; }

  // The rank; -1 if it is unknown.
  int64_t Rank(const Value& value) const {
    int64_t rank = -1;
    Type(value, &rank);
    return rank;
  }

  // The tensor of an initializer that no run can override; null if the value is no such.
  const OrtValue* Constant(const Value& value) const {
    bool constant = false;
    if (value.info != nullptr) {
      api_.Check(api_.ort->ValueInfo_IsConstantInitializer(value.info, &constant));
    }
    const OrtValue* tensor = nullptr;
    if (constant) api_.Check(api_.ort->ValueInfo_GetInitializerValue(value.info, &tensor));
    return tensor;
  }

  // A string attribute, as bytes; empty if the node has none of that name.
  std::string StringAttribute(const OrtNode* node, const char* name) const {
    const OrtOpAttr* attribute = nullptr;
    if (OrtStatus* status = api_.ort->Node_GetAttributeByName(node, name, &attribute)) {
      api_.ort->ReleaseStatus(status);
      return {};
    }
    if (attribute == nullptr) return {};
    // The first call has no room and fails, but says how much is needed.
    size_t size = 0;
    if (OrtStatus* status =
            api_.ort->ReadOpAttr(attribute, ORT_OP_ATTR_STRING, nullptr, 0, &size)) {
      api_.ort->ReleaseStatus(status);
    }
    std::string text(size, '\0');
    if (size > 0) {
      api_.Check(
          api_.ort->ReadOpAttr(attribute, ORT_OP_ATTR_STRING, text.data(), text.size(), &size));
    }
    return text;
  }

 private:
  static constexpr ONNXTensorElementDataType kFloat = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;

  template <typename Count, typename Get>
  std::vector<Value> Values(const OrtNode* node, Count count_of, Get get) const {
    size_t count = 0;
    api_.Check(count_of(node, &count));
    std::vector<const OrtValueInfo*> infos(count);
    api_.Check(get(node, infos.data(), count));
    std::vector<Value> values;
    for (const OrtValueInfo* info : infos) {
      const char* name = "";
      if (info != nullptr) api_.Check(api_.ort->GetValueInfoName(info, &name));
      values.push_back({*name == '\0' ? nullptr : info, name});
    }
    return values;
  }

  ONNXTensorElementDataType Type(const Value& value, int64_t* rank) const {
    ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    if (value.info == nullptr) return type;
    const OrtTypeInfo* info = nullptr;
    api_.Check(api_.ort->GetValueInfoTypeInfo(value.info, &info));
    const OrtTensorTypeAndShapeInfo* tensor = nullptr;
    api_.Check(api_.ort->CastTypeInfoToTensorInfo(info, &tensor));
    if (tensor == nullptr) return type;
    api_.Check(api_.ort->GetTensorElementType(tensor, &type));
    if (rank != nullptr && api_.ort->TensorTypeAndShape_HasShape(tensor)) {
      size_t dims = 0;
      api_.Check(api_.ort->GetDimensionsCount(tensor, &dims));
      *rank = static_cast<int64_t>(dims);
    }
    return type;
  }

  const Api& api_;
};

}  // namespace sample
