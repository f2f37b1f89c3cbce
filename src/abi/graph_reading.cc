#include "abi/graph_reading.h"

#include <algorithm>

#include "abi/external_info.h"
#include "abi/guard.h"
#include "graph/graph_view.h"
#include "graph/schema.h"

namespace backplane::abi {
namespace {

/// `*out = read(object)`, both checked for null.
template <typename Object, typename Out, typename Read>
OrtStatus* Get(const Object* object, const char* name, Out* out, Read&& read) noexcept {
  return Guard([&] {
    NotNull(object, name);
    NotNull(out, "out");
    *out = read(*object);
  });
}

/// Copies the items of a list into the caller's array, which must have room for all.
template <typename Object, typename Item, typename Read>
OrtStatus* GetAll(const Object* object, const char* name, Item* out, size_t room,
                  Read&& read) noexcept {
  return Guard([&] {
    NotNull(object, name);
    const auto& items = read(*object);
    NotNullArray(out, items.size(), "the array");
    Require(room >= items.size(), ORT_INVALID_ARGUMENT,
            "the array has room for {} items, but there are {}", room, items.size());
    std::copy(items.begin(), items.end(), out);
  });
}

// Empty while the node has no EP.
const char* EpNameOf(const OrtNode& node) {
  if (node.ep == kNoEp || node.graph == nullptr) return "";
  const auto& names = node.graph->model()->ep_names;
  const auto index = static_cast<size_t>(node.ep);
  return index < names.size() ? names[index].c_str() : "";
}

}  // namespace

// -- graphs
// -----------------------------------------------------------------------------------------------------------

#define BACKPLANE_GRAPH_GET(slot, type, expression)                                        \
  OrtStatus* slot(const OrtGraph* graph, type* out) noexcept {                             \
    return Get(graph, "graph", out, [](const OrtGraph& g) -> type { return expression; }); \
  }
BACKPLANE_GRAPH_GET(Graph_GetName, const char*, g.name().c_str())
BACKPLANE_GRAPH_GET(Graph_GetModelPath, const char*, g.graph().model()->path.c_str())
BACKPLANE_GRAPH_GET(Graph_GetOnnxIRVersion, int64_t, g.graph().model()->ir_version)
BACKPLANE_GRAPH_GET(Graph_GetNumOperatorSets, size_t, g.graph().model()->opsets.size())
BACKPLANE_GRAPH_GET(Graph_GetNumInputs, size_t, g.inputs().size())
BACKPLANE_GRAPH_GET(Graph_GetNumOutputs, size_t, g.outputs().size())
BACKPLANE_GRAPH_GET(Graph_GetNumInitializers, size_t, g.initializers().size())
BACKPLANE_GRAPH_GET(Graph_GetNumNodes, size_t, g.nodes().size())
BACKPLANE_GRAPH_GET(Graph_GetParentNode, const OrtNode*,
                    g.IsWhole() ? g.graph().parent_node() : nullptr)
#undef BACKPLANE_GRAPH_GET

OrtStatus* Graph_GetOperatorSets(const OrtGraph* graph, const char** domains,
                                 int64_t* opset_versions, size_t num_operator_sets) noexcept {
  return Guard([&] {
    NotNull(graph, "graph");
    const auto& opsets = graph->graph().model()->opsets;
    NotNullArray(domains, opsets.size(), "domains");
    NotNullArray(opset_versions, opsets.size(), "opset_versions");
    Require(num_operator_sets >= opsets.size(), ORT_INVALID_ARGUMENT,
            "the arrays have room for {} operator sets, but there are {}", num_operator_sets,
            opsets.size());
    size_t i = 0;
    for (const auto& [domain, version] : opsets) {
      domains[i] = domain.c_str();
      opset_versions[i++] = version;
    }
  });
}

#define BACKPLANE_GRAPH_LIST(slot, type, list)                                                    \
  OrtStatus* slot(const OrtGraph* graph, type* items, size_t count) noexcept {                    \
    return GetAll(                                                                                \
        graph, "graph", items, count, [](const OrtGraph& g) -> const auto& { return g.list(); }); \
  }
BACKPLANE_GRAPH_LIST(Graph_GetInputs, const OrtValueInfo*, inputs)
BACKPLANE_GRAPH_LIST(Graph_GetOutputs, const OrtValueInfo*, outputs)
BACKPLANE_GRAPH_LIST(Graph_GetInitializers, const OrtValueInfo*, initializers)
BACKPLANE_GRAPH_LIST(Graph_GetNodes, const OrtNode*, nodes)
#undef BACKPLANE_GRAPH_LIST

OrtStatus* Graph_GetGraphView(const OrtGraph* src_graph, const OrtNode** nodes, size_t num_nodes,
                              OrtGraph** dst_graph) noexcept {
  return Guard([&] {
    NotNull(src_graph, "src_graph");
    NotNullArray(nodes, num_nodes, "nodes");
    NotNull(dst_graph, "dst_graph");
    auto part = src_graph->Part({nodes, nodes + num_nodes});
    Require(part->nodes().size() == num_nodes, ORT_INVALID_ARGUMENT,
            "{} of the {} nodes are not part of the graph, or are given twice",
            num_nodes - part->nodes().size(), num_nodes);
    *dst_graph = part.release();
  });
}

void ReleaseGraph(OrtGraph* input) noexcept { delete input; }

namespace {

// Those the model states, and the operator's defaults for the others.
std::vector<const OrtOpAttr*> AllAttributes(const OrtNode& node) {
  std::vector<const OrtOpAttr*> all;
  for (const OrtOpAttr& attribute : node.attributes) all.push_back(&attribute);
  if (const OpSchema* schema = FindSchema(node)) {
    for (const OrtOpAttr& attribute : schema->defaults) {
      if (!node.Has(attribute.name)) all.push_back(&attribute);
    }
  }
  return all;
}

}  // namespace

// -- nodes
// ------------------------------------------------------------------------------------------------------------

#define BACKPLANE_NODE_GET(slot, type, expression)                                      \
  OrtStatus* slot(const OrtNode* node, type* out) noexcept {                            \
    return Get(node, "node", out, [](const OrtNode& n) -> type { return expression; }); \
  }
BACKPLANE_NODE_GET(Node_GetId, size_t, n.index)
BACKPLANE_NODE_GET(Node_GetName, const char*, n.name.c_str())
BACKPLANE_NODE_GET(Node_GetOperatorType, const char*, n.op_type.c_str())
BACKPLANE_NODE_GET(Node_GetDomain, const char*, n.domain.c_str())
BACKPLANE_NODE_GET(Node_GetSinceVersion, int, n.since_version)
BACKPLANE_NODE_GET(Node_GetNumInputs, size_t, n.inputs.size())
BACKPLANE_NODE_GET(Node_GetNumOutputs, size_t, n.outputs.size())
BACKPLANE_NODE_GET(Node_GetNumImplicitInputs, size_t, n.implicit_inputs.size())
BACKPLANE_NODE_GET(Node_GetNumAttributes, size_t, AllAttributes(n).size())
BACKPLANE_NODE_GET(Node_GetNumSubgraphs, size_t, n.Subgraphs().size())
BACKPLANE_NODE_GET(Node_GetGraph, const OrtGraph*,
                   n.view != nullptr    ? n.view
                   : n.graph != nullptr ? &n.graph->WholeView()
                                        : nullptr)
BACKPLANE_NODE_GET(Node_GetEpName, const char*, EpNameOf(n))
#undef BACKPLANE_NODE_GET

#define BACKPLANE_NODE_LIST(slot, list)                                                      \
  OrtStatus* slot(const OrtNode* node, const OrtValueInfo** items, size_t count) noexcept {  \
    return GetAll(                                                                           \
        node, "node", items, count, [](const OrtNode& n) -> const auto& { return n.list; }); \
  }
BACKPLANE_NODE_LIST(Node_GetInputs, inputs)
BACKPLANE_NODE_LIST(Node_GetOutputs, outputs)
BACKPLANE_NODE_LIST(Node_GetImplicitInputs, implicit_inputs)
#undef BACKPLANE_NODE_LIST

OrtStatus* Node_GetAttributes(const OrtNode* node, const OrtOpAttr** attributes,
                              size_t num_attributes) noexcept {
  return GetAll(node, "node", attributes, num_attributes, AllAttributes);
}

OrtStatus* Node_GetAttributeByName(const OrtNode* node, const char* attribute_name,
                                   const OrtOpAttr** attribute) noexcept {
  return Guard([&] {
    NotNull(node, "node");
    NotNull(attribute_name, "attribute_name");
    NotNull(attribute, "attribute");
    *attribute = AttributeOrDefault(*node, attribute_name);
    Require(*attribute != nullptr, ORT_NOT_FOUND,
            "Node attribute does not exist: {} has no attribute '{}'", node->Describe(),
            attribute_name);
  });
}

OrtStatus* Node_GetSubgraphs(const OrtNode* node, const OrtGraph** subgraphs, size_t num_subgraphs,
                             const char** attribute_names) noexcept {
  return Guard([&] {
    NotNull(node, "node");
    const auto all = node->Subgraphs();
    NotNullArray(subgraphs, all.size(), "subgraphs");
    Require(num_subgraphs >= all.size(), ORT_INVALID_ARGUMENT,
            "the array has room for {} items, but there are {}", num_subgraphs, all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      subgraphs[i] = &all[i].second->WholeView();
      if (attribute_names != nullptr)
        attribute_names[i] = node->FindAttribute(all[i].first)->name.c_str();
    }
  });
}

// -- attributes
// -------------------------------------------------------------------------------------------------------

OrtStatus* OpAttr_GetType(const OrtOpAttr* attribute, OrtOpAttrType* type) noexcept {
  return Get(attribute, "attribute", type, [](const OrtOpAttr& a) { return a.type(); });
}

OrtStatus* OpAttr_GetName(const OrtOpAttr* attribute, const char** name) noexcept {
  return Get(attribute, "attribute", name, [](const OrtOpAttr& a) { return a.name.c_str(); });
}

OrtStatus* OpAttr_GetTensorAttributeAsOrtValue(const OrtOpAttr* attribute,
                                               OrtValue** attr_tensor) noexcept {
  return Guard([&] {
    NotNull(attribute, "attribute");
    NotNull(attr_tensor, "attr_tensor");
    const auto* tensor = std::get_if<Tensor>(&attribute->value);
    Require(tensor != nullptr, ORT_INVALID_ARGUMENT, "attribute '{}' is not a tensor",
            attribute->name);
    *attr_tensor = new Value(*tensor);
  });
}

namespace {

// Hands `bytes` to a caller with room for `room`; `*needed` is told in any case.
void ReadBytes(const void* bytes, size_t count, void* data, size_t room, size_t* needed) {
  *needed = count;
  Require(room >= count, ORT_INVALID_ARGUMENT,
          "Size of data not large enough to hold the attribute value: {} bytes are needed", count);
  NotNullArray(static_cast<char*>(data), count, "data");
  if (count != 0) std::memcpy(data, bytes, count);
}

// Strings one after the other, each with its terminator.
std::string Packed(const std::vector<std::string>& strings) {
  std::string all;
  for (const std::string& text : strings) {
    all += text;
    all += '\0';
  }
  return all;
}

}  // namespace

OrtStatus* ReadOpAttr(const OrtOpAttr* op_attr, OrtOpAttrType type, void* data, size_t len,
                      size_t* out) noexcept {
  return Guard([&] {
    NotNull(op_attr, "op_attr");
    NotNull(out, "out");
    Require(op_attr->type() == type, ORT_INVALID_ARGUMENT,
            "attribute '{}' is not of the requested type", op_attr->name);
    const auto& value = op_attr->value;
    switch (type) {
      case ORT_OP_ATTR_INT:
        return ReadBytes(&std::get<int64_t>(value), sizeof(int64_t), data, len, out);
      case ORT_OP_ATTR_FLOAT:
        return ReadBytes(&std::get<float>(value), sizeof(float), data, len, out);
      case ORT_OP_ATTR_STRING: {
        const auto& text = std::get<std::string>(value);
        return ReadBytes(text.data(), text.size(), data, len, out);
      }
      case ORT_OP_ATTR_INTS: {
        const auto& list = std::get<std::vector<int64_t>>(value);
        return ReadBytes(list.data(), list.size() * sizeof(int64_t), data, len, out);
      }
      case ORT_OP_ATTR_FLOATS: {
        const auto& list = std::get<std::vector<float>>(value);
        return ReadBytes(list.data(), list.size() * sizeof(float), data, len, out);
      }
      case ORT_OP_ATTR_STRINGS: {
        const std::string packed = Packed(std::get<std::vector<std::string>>(value));
        return ReadBytes(packed.data(), packed.size(), data, len, out);
      }
      default:
        Fail(ORT_INVALID_ARGUMENT, "attribute '{}' cannot be read as bytes", op_attr->name);
    }
  });
}

// -- values
// -----------------------------------------------------------------------------------------------------------

#define BACKPLANE_VALUE_GET(slot, type, expression)                       \
  OrtStatus* slot(const OrtValueInfo* value_info, type* out) noexcept {   \
    return Get(value_info, "value_info", out,                             \
               [](const OrtValueInfo& v) -> type { return expression; }); \
  }
BACKPLANE_VALUE_GET(GetValueInfoName, const char*, v.name.c_str())
BACKPLANE_VALUE_GET(GetValueInfoTypeInfo, const OrtTypeInfo*, v.type.known() ? &v.type : nullptr)
BACKPLANE_VALUE_GET(ValueInfo_GetValueNumConsumers, size_t, v.consumers.size())
BACKPLANE_VALUE_GET(ValueInfo_IsRequiredGraphInput, bool, v.is_graph_input && !v.IsInitializer())
// The constants of a group that an EP compiles are among its inputs, and optional there.
BACKPLANE_VALUE_GET(ValueInfo_IsOptionalGraphInput, bool,
                    v.is_graph_input&& v.IsInitializer() &&
                        (!v.IsConstant() || v.origin != nullptr))
BACKPLANE_VALUE_GET(ValueInfo_IsGraphOutput, bool, v.is_graph_output)
BACKPLANE_VALUE_GET(ValueInfo_IsConstantInitializer, bool, v.IsConstant())
// Only a view's own value can stand for one of another graph.
BACKPLANE_VALUE_GET(ValueInfo_IsFromOuterScope, bool,
                    v.origin != nullptr && v.origin->graph != v.graph)
#undef BACKPLANE_VALUE_GET

OrtStatus* ValueInfo_GetValueProducer(const OrtValueInfo* value_info, const OrtNode** producer_node,
                                      size_t* producer_output_index) noexcept {
  return Guard([&] {
    NotNull(value_info, "value_info");
    NotNull(producer_node, "producer_node");
    *producer_node = value_info->producer;
    if (producer_output_index != nullptr) *producer_output_index = value_info->producer_index;
  });
}

OrtStatus* ValueInfo_GetValueConsumers(const OrtValueInfo* value_info, const OrtNode** nodes,
                                       int64_t* input_indices, size_t num_consumers) noexcept {
  return Guard([&] {
    NotNull(value_info, "value_info");
    const auto& consumers = value_info->consumers;
    NotNullArray(nodes, consumers.size(), "nodes");
    NotNullArray(input_indices, consumers.size(), "input_indices");
    Require(num_consumers >= consumers.size(), ORT_INVALID_ARGUMENT,
            "the arrays have room for {} consumers, but there are {}", num_consumers,
            consumers.size());
    for (size_t i = 0; i < consumers.size(); ++i) {
      nodes[i] = consumers[i].node;
      // A use inside a subgraph has no input of its own.
      const bool is_explicit = consumers[i].index < consumers[i].node->inputs.size();
      input_indices[i] = is_explicit ? static_cast<int64_t>(consumers[i].index) : -1;
    }
  });
}

OrtStatus* ValueInfo_GetInitializerValue(const OrtValueInfo* value_info,
                                         const OrtValue** initializer_value) noexcept {
  return Get(value_info, "value_info", initializer_value,
             [](const OrtValueInfo& v) { return const_cast<OrtValueInfo&>(v).InitializerValue(); });
}

OrtStatus* ValueInfo_GetExternalInitializerInfo(const OrtValueInfo* value_info,
                                                OrtExternalInitializerInfo** info) noexcept {
  return Get(value_info, "value_info", info,
             [](const OrtValueInfo& v) -> OrtExternalInitializerInfo* {
               if (v.external == nullptr) return nullptr;
               return new OrtExternalInitializerInfo{*v.external};
             });
}

OrtStatus* CreateExternalInitializerInfo(const char* filepath, int64_t file_offset,
                                         size_t byte_size,
                                         OrtExternalInitializerInfo** out) noexcept {
  return Guard([&] {
    NotNull(filepath, "filepath");
    NotNull(out, "out");
    *out = new OrtExternalInitializerInfo{{filepath, file_offset, byte_size}};
  });
}

const char* ExternalInitializerInfo_GetFilePath(const OrtExternalInitializerInfo* info) noexcept {
  return info->data.path.c_str();
}
int64_t ExternalInitializerInfo_GetFileOffset(const OrtExternalInitializerInfo* info) noexcept {
  return info->data.offset;
}
size_t ExternalInitializerInfo_GetByteSize(const OrtExternalInitializerInfo* info) noexcept {
  return info->data.length;
}
void ReleaseExternalInitializerInfo(OrtExternalInitializerInfo* input) noexcept { delete input; }

}  // namespace backplane::abi
