#include "graph/onnx_infer.h"

#include <algorithm>

#include "base/error.h"
#include "graph/infer_types.h"
#include "graph/onnx_convert.h"
#include "graph/onnx_functions.h"
#include "graph/onnx_infer_context.h"
#include "graph/onnx_schema.h"
#include "graph/pool_shapes.h"

namespace backplane {
namespace {

bool HasUnknownInput(const Node& node) {
  return std::any_of(node.inputs.begin(), node.inputs.end(), [](const ValueInfo* value) {
    return value != nullptr && !value->type.known();
  });
}

// The dimensions on which both shapes agree; unknown where they differ. Nullopt where even the
// ranks do.
SymbolicShape CommonShape(const std::vector<Dim>& a, const std::vector<Dim>& b) {
  if (a.size() != b.size()) return std::nullopt;
  std::vector<Dim> common(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) common[i] = a[i];
  }
  return common;
}

bool Contradict(const std::vector<Dim>& a, const std::vector<Dim>& b) {
  if (a.size() != b.size()) return true;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].known() && b[i].known() && a[i].value != b[i].value) return true;
  }
  return false;
}

// Declared and inferred knowledge together: sizes before symbols, declared symbols before inferred
// ones.
void Refine(std::vector<Dim>& declared, const std::vector<Dim>& inferred) {
  for (size_t i = 0; i < declared.size(); ++i) {
    Dim& dim = declared[i];
    if (dim.known()) continue;
    if (inferred[i].known() || dim.symbol.empty()) dim = inferred[i];
  }
}

}  // namespace

void GraphInference::Merge(ValueInfo& value, const TypeInfo& inferred, const Node& node) {
  TypeInfo& declared = value.type;
  if (!inferred.known()) return;
  if (!declared.known()) {
    declared = inferred;
    facts_.Refresh(value);
    return;
  }
  const bool declared_element = !declared.IsTensor() || declared.tensor.dtype != DType::kUndefined;
  const bool inferred_element = !inferred.IsTensor() || inferred.tensor.dtype != DType::kUndefined;
  if (declared_element && inferred_element) {
    if (!SameElementType(declared, inferred)) {
      Fail(ORT_FAIL,
           "Type Error: Type ({}) of output arg ({}) of node ({}) does not match expected type "
           "({}).",
           declared.ToString(), value.name, node.name, inferred.ToString());
    }
  } else if (declared.IsTensor() && inferred.IsTensor() && !declared_element) {
    declared.tensor.dtype = inferred.tensor.dtype;
    facts_.Refresh(value);
  }
  if (!declared.IsTensor() || !inferred.tensor.shape) return;
  SymbolicShape& shape = declared.tensor.shape;
  if (!shape) {
    shape = inferred.tensor.shape;
  } else if (Contradict(*shape, *inferred.tensor.shape)) {
    const std::string text = Format(
        "Mismatch between number of inferred and declared dimensions or their sizes. "
        "inferred={} declared={}",
        ToString(inferred.tensor.shape), ToString(shape));
    Require(!options_.strict, ORT_FAIL, "Node ({}) Op ({}) [ShapeInferenceError] Output '{}': {}",
            node.name, node.op_type, value.name, text);
    if (options_.logger != nullptr) {
      options_.logger->Warning("graph", "{}: output '{}': {}. What both agree on is used.",
                               node.Describe(), value.name, text);
    }
    shape = CommonShape(*shape, *inferred.tensor.shape);
  } else {
    Refine(*shape, *inferred.tensor.shape);
  }
  facts_.Refresh(value);
}

void GraphInference::Run() {
  for (Node* node : facts_.graph().nodes()) InferNode(*node);
}

void GraphInference::InferNode(Node& node) {
  if (CallsModelFunction(node)) return InferByFunction(node);
  const OpSchema* schema = FindSchema(node);
  const NodeAttributes attributes(node, facts_.arena());
  NodeInferenceContext context(node, *this, attributes);
  if (schema == nullptr) {
    context.FinishSubgraphs();
    incomplete_ = true;
    return;
  }
  const TypeBindings bindings = BindInputTypes(node, *schema);
  const onnx::OpSchema* library = OnnxSchema(*schema);
  if (library == nullptr) {
    InferRegistered(node, *schema, bindings);
    return context.FinishSubgraphs();
  }
  if (library->has_type_and_shape_inference_function()) {
    try {
      library->GetTypeAndShapeInferenceFunction()(context);
    } catch (const Error&) {
      throw;  // of a node in a subgraph
    } catch (const std::exception& error) {
      Require(incomplete_ || HasUnknownInput(node), ORT_FAIL, "Node ({}) Op ({}) {}", node.name,
              node.op_type, error.what());
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] == nullptr) continue;
      TypeInfo type = TypeFromProto(*context.getOutputType(i), node.outputs[i]->name);
      DropEmptyWindows(node, type);
      Merge(*node.outputs[i], type, node);
    }
  } else if (schema->has_function) {
    InferByFunction(node);
  }
  context.FinishSubgraphs();
  InferBySchema(node, *schema, bindings);
  if (options_.propagate_data) Propagate(node, *schema, attributes);
}

void GraphInference::InferByFunction(Node& node) {
  const std::unique_ptr<Graph> body = InstantiateFunction(node);
  if (body == nullptr) {
    incomplete_ = true;
    return;
  }
  InferTypesAndShapes(*body, options_);
  size_t next = 0;
  for (ValueInfo* output : node.outputs) {
    if (output != nullptr) Merge(*output, body->outputs()[next++]->type, node);
  }
}

void GraphInference::InferRegistered(Node& node, const OpSchema& schema,
                                     const TypeBindings& bindings) {
  InferBySchema(node, schema, bindings);
  if (!schema.infer) return;
  std::vector<TypeInfo> types;
  for (const ValueInfo* output : node.outputs)
    types.push_back(output == nullptr ? TypeInfo() : output->type);
  try {
    schema.infer(node, types);
  } catch (const Error& error) {
    // As in ONNX Runtime: what the operator cannot tell stays open.
    if (options_.logger != nullptr)
      options_.logger->Warning("graph", "{}: {}", node.Describe(), error.message());
    return;
  }
  for (size_t i = 0; i < std::min(types.size(), node.outputs.size()); ++i) {
    if (node.outputs[i] != nullptr) Merge(*node.outputs[i], types[i], node);
  }
}

void GraphInference::InferBySchema(Node& node, const OpSchema& schema,
                                   const TypeBindings& bindings) {
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    ValueInfo* output = node.outputs[i];
    if (output == nullptr) continue;
    if (!output->type.known() ||
        (output->type.IsTensor() && output->type.tensor.dtype == DType::kUndefined)) {
      Merge(*output, OutputTypeFromSchema(schema, i, bindings), node);
    }
    incomplete_ |= !output->type.known();
  }
}

void GraphInference::Propagate(const Node& node, const OpSchema& schema,
                               const NodeAttributes& attributes) {
  const onnx::OpSchema* library = OnnxSchema(schema);
  if (!library->has_data_propagation_function() || node.outputs.empty() ||
      node.outputs[0] == nullptr)
    return;
  // Shape values are integers of rank 0 or 1; other tensors need no look.
  const TensorTypeInfo& tensor = node.outputs[0]->type.tensor;
  if (!types::kIndices.Has(tensor.dtype) || (tensor.shape && tensor.shape->size() > 1)) return;
  NodeDataContext context(node, facts_, attributes);
  try {
    library->GetDataPropagationFunction()(context);
  } catch (const std::exception&) {
    // Values that cannot be found (an overflow, an index out of range) stay unknown; running the
    // node tells.
  }
}

namespace {

void Override(TypeInfo& type, const std::map<std::string, int64_t>& by_name) {
  if (!type.tensor.shape) return;
  for (Dim& dim : *type.tensor.shape) {
    if (dim.known() || dim.symbol.empty()) continue;
    if (const auto it = by_name.find(dim.symbol); it != by_name.end()) dim = Dim(it->second);
  }
}

// Denotations of inputs give values to their dimensions, and through their symbols to others.
std::map<std::string, int64_t> ApplyDenotations(Graph& graph, const InferOptions& options) {
  std::map<std::string, int64_t> by_name = options.dims_by_name;
  for (ValueInfo* input : graph.inputs()) {
    const auto found = graph.model()->dim_denotations.find(input->name);
    if (found == graph.model()->dim_denotations.end() || !input->type.tensor.shape) continue;
    std::vector<Dim>& dims = *input->type.tensor.shape;
    for (size_t i = 0; i < std::min(dims.size(), found->second.size()); ++i) {
      const auto value = options.dims_by_denotation.find(found->second[i]);
      if (value == options.dims_by_denotation.end() || dims[i].known()) continue;
      if (!dims[i].symbol.empty()) by_name.emplace(dims[i].symbol, value->second);
      dims[i] = Dim(value->second);
    }
  }
  return by_name;
}

void OverrideFreeDimensions(Graph& graph, const InferOptions& options) {
  if (options.dims_by_name.empty() && options.dims_by_denotation.empty()) return;
  for (const auto* dims : {&options.dims_by_name, &options.dims_by_denotation}) {
    for (const auto& [name, value] : *dims) {
      Require(value >= 0, ORT_INVALID_ARGUMENT, "free dimension '{}' cannot be {}", name, value);
    }
  }
  const auto by_name = ApplyDenotations(graph, options);
  ForEachGraph(graph, [&](Graph& each) {
    for (ValueInfo* value : each.Values()) Override(value->type, by_name);
  });
}

}  // namespace

void InferTypesAndShapes(Graph& graph, const InferOptions& options) {
  OverrideFreeDimensions(graph, options);
  google::protobuf::Arena arena;
  GraphInference(graph, nullptr, options, arena).Run();
}

}  // namespace backplane
