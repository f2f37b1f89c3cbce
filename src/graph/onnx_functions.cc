#include "graph/onnx_functions.h"

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <unordered_map>

#include "base/error.h"
#include "graph/check.h"
#include "graph/onnx_convert.h"
#include "graph/onnx_export.h"
#include "graph/onnx_schema.h"

namespace backplane {

/// The functions by "domain:name:overload", and how much each grows when it is inlined.
class FunctionLibrary {
 public:
  FunctionLibrary(const FunctionProtos& functions, TensorSource tensors);

  static std::string Key(std::string_view domain, std::string_view name,
                         std::string_view overload) {
    return Format("{}:{}:{}", CanonicalDomain(domain), name, overload);
  }
  const onnx::FunctionProto* Find(const Node& node) const {
    const auto it = by_key_.find(Key(node.domain, node.op_type, node.overload));
    return it == by_key_.end() ? nullptr : it->second;
  }
  const FunctionProtos& functions() const { return functions_; }
  const TensorSource& tensors() const { return tensors_; }

 private:
  /// What becomes of a function when it is inlined all the way.
  struct Growth {
    bool visiting = false;
    size_t nodes = 0;  // 0: not computed yet
    size_t depth = 1;  // calls inside calls
  };
  using GrowthMap = std::unordered_map<const onnx::FunctionProto*, Growth>;
  Growth Measure(const onnx::FunctionProto& function, GrowthMap& growth, size_t level);
  template <typename Nodes>
  void MeasureNodes(const Nodes& nodes, GrowthMap& growth, size_t level, Growth& sum);

  FunctionProtos functions_;
  TensorSource tensors_;
  std::unordered_map<std::string, const onnx::FunctionProto*> by_key_;
};

namespace {

// A few functions that call each other twice may stand for more nodes than there is memory for.
constexpr size_t kMaxInlinedNodes = 1 << 20;
constexpr size_t kMaxCallDepth = 64;

}  // namespace

FunctionLibrary::FunctionLibrary(const FunctionProtos& functions, TensorSource tensors)
    : functions_(functions), tensors_(std::move(tensors)) {
  for (const auto& function : functions_) {
    const std::string key = Key(function.domain(), function.name(), function.overload());
    Require(by_key_.emplace(key, &function).second, ORT_FAIL, "function '{}' is defined twice",
            key);
  }
  GrowthMap growth;
  for (const auto& function : functions_) Measure(function, growth, 0);
}

FunctionLibrary::Growth FunctionLibrary::Measure(const onnx::FunctionProto& function,
                                                 GrowthMap& growth, size_t level) {
  Growth& known = growth[&function];
  Require(!known.visiting, ORT_INVALID_GRAPH, "function '{}' of domain '{}' calls itself",
          function.name(), function.domain());
  if (known.nodes != 0) return known;
  known.visiting = true;
  Growth own;
  if (level <= kMaxCallDepth) MeasureNodes(function.node(), growth, level + 1, own);
  own.nodes += 1;
  Require(
      level <= kMaxCallDepth && own.depth <= kMaxCallDepth && own.nodes <= kMaxInlinedNodes,
      ORT_INVALID_GRAPH,
      "function '{}' of domain '{}' stands for more than {} nodes or {} calls inside each other",
      function.name(), function.domain(), kMaxInlinedNodes, kMaxCallDepth);
  return growth[&function] = own;
}

template <typename Nodes>
void FunctionLibrary::MeasureNodes(const Nodes& nodes, GrowthMap& growth, size_t level,
                                   Growth& sum) {
  for (const onnx::NodeProto& node : nodes) {
    const auto it = by_key_.find(Key(node.domain(), node.op_type(), node.overload()));
    Growth of_node;
    if (it != by_key_.end()) of_node = Measure(*it->second, growth, level);
    sum.nodes = std::min(sum.nodes + std::max<size_t>(of_node.nodes, 1), 2 * kMaxInlinedNodes);
    if (it != by_key_.end()) sum.depth = std::max(sum.depth, of_node.depth + 1);
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) MeasureNodes(attribute.g().node(), growth, level, sum);
      for (const auto& graph : attribute.graphs()) MeasureNodes(graph.node(), growth, level, sum);
    }
  }
}

std::shared_ptr<const FunctionLibrary> MakeFunctionLibrary(const FunctionProtos& functions,
                                                           TensorSource tensors) {
  return std::make_shared<const FunctionLibrary>(functions, std::move(tensors));
}

bool CallsModelFunction(const Node& node) {
  const auto& library = node.graph->model()->functions;
  return library != nullptr && library->Find(node) != nullptr;
}

namespace {

/// The body for a node, with what is needed to import it.
struct Body {
  onnx::FunctionProto owned;                      // for bodies made for this node
  const onnx::FunctionProto* function = nullptr;  // null: there is none
  std::vector<Attribute> defaults;
  ImportOptions options;
};

int RequestedVersion(const Node& node) {
  // The version that the node was written for decides, not the newest body that the schema has.
  return std::max(node.since_version, node.graph->OpsetVersion(node.domain));
}

bool BuildForNode(const Node& node, const onnx::OpSchema& schema, int version, Body& body) {
  onnx::NodeProto proto;
  ExportNode(node, proto);
  std::vector<onnx::TypeProto> types(node.inputs.size());
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] != nullptr) TypeToProto(node.inputs[i]->type, types[i]);
  }
  schema.BuildFunction(body.owned);  // name, inputs, outputs; the builder adds the nodes
  const onnx::FunctionBodyBuildContextImpl context(proto, types);
  if (!schema.BuildContextDependentFunction(context, body.owned, version)) return false;
  body.function = &body.owned;
  return true;
}

bool SchemaBody(const Node& node, Body& body) {
  const OpSchema* schema =
      FindSchema(*node.graph->model(), node.domain, node.op_type, RequestedVersion(node));
  if (schema == nullptr || !schema->has_function || OnnxSchema(*schema) == nullptr) return false;
  const onnx::OpSchema& library = *OnnxSchema(*schema);
  const int version = RequestedVersion(node);
  body.function = library.GetFunction(version);
  if (body.function == nullptr && library.HasContextDependentFunction()) {
    try {
      if (!BuildForNode(node, library, version, body)) return false;
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {  // of the ONNX library
      Fail(ORT_INVALID_GRAPH, "no function body can be made for {}: {}", node.Describe(),
           error.what());
    }
  }
  if (body.function == nullptr) return false;
  for (const SchemaAttribute& attribute : schema->attributes) {
    if (attribute.default_value.index() != 0)
      body.defaults.push_back({attribute.name, attribute.default_value, {}});
  }
  return true;
}

bool FindBody(const Node& node, Body& body) {
  const auto& library = node.graph->model()->functions;
  body.function = library == nullptr ? nullptr : library->Find(node);
  if (body.function == nullptr) return SchemaBody(node, body);
  body.options.tensors = library->tensors();
  for (const auto& proto : body.function->attribute_proto()) {
    body.defaults.push_back(
        ImportAttribute(proto, Format("function '{}'", body.function->name()), library->tensors()));
  }
  return true;
}

FunctionCall CallOf(const Node& node, const Body& body) {
  FunctionCall call;
  for (const Attribute& attribute : node.attributes)
    call.attributes.emplace(attribute.name, &attribute);
  for (const Attribute& attribute : body.defaults)
    call.attributes.emplace(attribute.name, &attribute);
  return call;
}

// Adds the body's operator sets to the model and gives new nodes the versions that the body means.
void ResolveVersions(Graph& graph, const onnx::FunctionProto& function,
                     std::span<Node* const> nodes) {
  std::map<std::string, int> opsets;
  for (const auto& opset : function.opset_import()) {
    const std::string domain(CanonicalDomain(opset.domain()));
    opsets[domain] =
        static_cast<int>(std::clamp<int64_t>(opset.version(), 0, std::numeric_limits<int>::max()));
    graph.model()->opsets.try_emplace(domain, opsets[domain]);
  }
  const std::function<void(Node&)> resolve = [&](Node& node) {
    if (!CallsModelFunction(node)) {
      const auto it = opsets.find(node.domain);
      const int version = it != opsets.end() ? it->second : graph.OpsetVersion(node.domain);
      const OpSchema* schema = FindSchema(*graph.model(), node.domain, node.op_type, version);
      if (schema != nullptr) node.since_version = schema->since_version;
    }
    for (const auto& [name, subgraph] : node.Subgraphs()) {
      for (Node* inner : subgraph->nodes()) resolve(*inner);
    }
  };
  for (Node* node : nodes) resolve(*node);
}

// Imports the body at the end of the graph's order; returns the new nodes.
std::vector<Node*> ImportBody(const Body& body, const FunctionCall& call, Graph& graph) {
  const size_t before = graph.nodes().size();
  ImportFunctionBody(*body.function, call, graph, body.options);
  std::vector<Node*> added(graph.nodes().begin() + static_cast<std::ptrdiff_t>(before),
                           graph.nodes().end());
  ResolveVersions(graph, *body.function, added);
  return added;
}

void InlineNode(Graph& graph, Node& node, const Body& body) {
  const std::string what = node.Describe();
  FunctionCall call = CallOf(node, body);
  const std::vector<Attribute> attributes = std::move(node.attributes);  // must outlive the node
  call.attributes.clear();
  for (const Attribute& attribute : attributes) call.attributes.emplace(attribute.name, &attribute);
  for (const Attribute& attribute : body.defaults)
    call.attributes.emplace(attribute.name, &attribute);
  call.inputs = node.inputs;
  call.outputs = node.outputs;
  call.layer = node.layer;
  call.prefix = graph.FreshName(node.name.empty() ? node.op_type : node.name);
  graph.RemoveNode(&node);
  try {
    ImportBody(body, call, graph);
  } catch (const Error& error) {
    Fail(ORT_INVALID_GRAPH, "the function body of {} cannot be used: {}", what, error.message());
  }
}

size_t InlineRound(Graph& graph, const std::function<bool(const Node&)>& keep) {
  size_t count = 0;
  const std::vector<Node*> nodes = graph.nodes();
  for (Node* node : nodes) {
    for (const auto& [name, subgraph] : node->Subgraphs()) count += InlineRound(*subgraph, keep);
    Body body;
    if (keep(*node) || !FindBody(*node, body)) continue;
    InlineNode(graph, *node, body);
    ++count;
  }
  if (count > 0) {
    graph.Sort();
    if (Node* parent = graph.parent_node()) parent->graph->RefreshImplicitInputs(parent);
  }
  return count;
}

}  // namespace

std::unique_ptr<Graph> InstantiateFunction(const Node& node) {
  if (node.HasSubgraphs()) return nullptr;  // a graph can be in one place only
  Body body;
  if (!FindBody(node, body)) return nullptr;
  auto info = std::make_shared<ModelInfo>();
  info->ir_version = node.graph->model()->ir_version;
  info->opsets = node.graph->model()->opsets;
  info->functions = node.graph->model()->functions;
  info->schemas = node.graph->model()->schemas;
  auto graph = std::make_unique<Graph>(std::move(info));
  FunctionCall call = CallOf(node, body);
  for (const ValueInfo* input : node.inputs) {
    ValueInfo* value = nullptr;
    if (input != nullptr && input->IsConstant()) {
      value = graph->AddInitializer("", input->initializer);
    } else if (input != nullptr) {
      value = graph->AddInput("", input->type);
    }
    call.inputs.push_back(value);
  }
  for (const ValueInfo* output : node.outputs) {
    call.outputs.push_back(output == nullptr ? nullptr : graph->AddValue(""));
    if (output != nullptr) graph->AddOutput(call.outputs.back());
  }
  call.prefix = node.op_type;
  ImportBody(body, call, *graph);
  graph->Sort();
  return graph;
}

bool HasFunctionBody(const Node& node) {
  if (CallsModelFunction(node)) return true;
  const OpSchema* schema =
      FindSchema(*node.graph->model(), node.domain, node.op_type, RequestedVersion(node));
  return schema != nullptr && schema->has_function;
}

size_t InlineFunctions(Graph& graph, const std::function<bool(const Node&)>& keep,
                       const InferOptions& options) {
  size_t total = 0;
  while (const size_t count = InlineRound(graph, keep)) {
    total += count;
    Require(graph.nodes().size() <= 4 * kMaxInlinedNodes, ORT_INVALID_GRAPH,
            "inlining functions makes more than {} nodes", 4 * kMaxInlinedNodes);
    CheckOptions anything;
    anything.accepts = [](const Node&) { return true; };
    CheckGraph(graph, anything);
    InferTypesAndShapes(graph, options);
  }
  return total;
}

void ExportFunctions(const FunctionLibrary& library, FunctionProtos& functions) {
  functions = library.functions();
  struct Embed {
    const TensorSource& tensors;

    void Data(onnx::TensorProto& proto) const {
      const ImportedTensor loaded = tensors(proto, "a function's tensor");
      onnx::TensorProto embedded;
      if (proto.has_name()) embedded.set_name(proto.name());
      TensorToProto(*loaded.tensor, embedded);
      proto = std::move(embedded);
    }
    void Attribute(onnx::AttributeProto& proto) const {
      if (proto.has_t()) Data(*proto.mutable_t());
      for (auto& tensor : *proto.mutable_tensors()) Data(tensor);
      if (proto.has_sparse_tensor()) {
        Data(*proto.mutable_sparse_tensor()->mutable_values());
        Data(*proto.mutable_sparse_tensor()->mutable_indices());
      }
      if (proto.has_g()) OneGraph(*proto.mutable_g());
      for (auto& graph : *proto.mutable_graphs()) OneGraph(graph);
    }
    void OneGraph(onnx::GraphProto& proto) const {
      for (auto& tensor : *proto.mutable_initializer()) Data(tensor);
      for (auto& node : *proto.mutable_node()) OneNode(node);
    }
    void OneNode(onnx::NodeProto& proto) const {
      for (auto& attribute : *proto.mutable_attribute()) Attribute(attribute);
    }
  };
  const Embed embed{library.tensors()};
  for (auto& function : functions) {
    for (auto& attribute : *function.mutable_attribute_proto()) embed.Attribute(attribute);
    for (auto& node : *function.mutable_node()) embed.OneNode(node);
  }
}

}  // namespace backplane
