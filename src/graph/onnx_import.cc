#include "graph/onnx_import.h"

#include <optional>
#include <unordered_set>

#include "base/error.h"
#include "graph/onnx_convert.h"

namespace backplane {

using onnx::AttributeProto;
using onnx::GraphProto;
using onnx::NodeProto;
using onnx::TensorProto;

namespace {

/// Names that are visible in a graph, and the graphs around it. A null value is a function's input
/// that was not given.
class Scope {
 public:
  explicit Scope(const Scope* outer) : outer_(outer) {}
  bool Add(std::string_view name, ValueInfo* value) { return names_.emplace(name, value).second; }
  void Reserve(size_t count) { names_.reserve(count); }
  bool Owns(std::string_view name) const { return names_.contains(name); }
  std::optional<ValueInfo*> FindOwn(std::string_view name) const {
    const auto it = names_.find(name);
    return it == names_.end() ? std::nullopt : std::optional(it->second);
  }
  std::optional<ValueInfo*> Find(std::string_view name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer_) {
      if (const auto found = scope->FindOwn(name)) return found;
    }
    return std::nullopt;
  }

 private:
  const Scope* outer_;
  std::unordered_map<std::string_view, ValueInfo*>
      names_;  // views of the message, which outlives the import
};

std::string DescribeNode(const NodeProto& node) {
  return node.op_type() + " '" + node.name() + "'";
}

std::string LayerOf(const NodeProto& node) {
  for (const auto& entry : node.metadata_props()) {
    if (entry.key() == kLayerMetadata) return entry.value();
  }
  return {};
}

template <typename T>
std::shared_ptr<const Tensor> ListTensor(const std::vector<T>& values) {
  return std::make_shared<const Tensor>(Tensor::Of<T>(values));
}

template <typename T>
std::shared_ptr<const Tensor> ScalarTensor(T value) {
  return std::make_shared<const Tensor>(Tensor::Scalar<T>(std::move(value)));
}

/// Fills one graph; makes another importer for each subgraph.
class GraphImporter {
 public:
  GraphImporter(Graph& graph, const ImportOptions& options, const Scope* outer,
                const FunctionCall* call)
      : graph_(graph),
        options_(options),
        call_(call),
        is_main_(outer == nullptr && call == nullptr),
        scope_(outer) {}

  void ImportGraph(const GraphProto& proto);
  void ImportBody(const onnx::FunctionProto& function);

 private:
  void CollectDeclaredTypes(const GraphProto& proto);
  TypeInfo DeclaredType(const std::string& name) const;
  void ImportInputs(const GraphProto& proto);
  void ImportInitializers(const GraphProto& proto);
  void AddInitializer(const std::string& name, ImportedTensor content);
  ImportedTensor LoadInitializer(const TensorProto& proto);
  Tensor LoadSparse(const onnx::SparseTensorProto& proto, const std::string& what);
  void ImportOutputs(const GraphProto& proto);
  ValueInfo* NewValue(const std::string& name, TypeInfo type);
  void DefineNodeOutputs(const NodeProto& node);
  bool ImportConstant(const NodeProto& node);
  void ImportNode(const NodeProto& node);
  std::optional<Attribute> ImportNodeAttribute(const AttributeProto& proto, const NodeProto& node);
  std::shared_ptr<Graph> ImportSubgraph(const GraphProto& proto);
  ValueInfo* ThroughIdentity(ValueInfo* value, ValueInfo* to, const std::string& stem);
  template <typename Nodes>
  void ImportNodes(const Nodes& nodes);

  Graph& graph_;
  const ImportOptions& options_;
  const FunctionCall* call_;  // null outside of function bodies
  const bool is_main_;
  Scope scope_;
  std::unordered_map<std::string_view, const onnx::TypeProto*> declared_types_;
  std::unordered_map<std::string_view, ValueInfo*>
      function_outputs_;                            // of a body: the caller's values, by name
  std::unordered_set<const NodeProto*> constants_;  // imported as initializers
};

void GraphImporter::ImportGraph(const GraphProto& proto) {
  graph_.name = proto.name();
  graph_.doc_string = proto.doc_string();
  scope_.Reserve(static_cast<size_t>(proto.input_size()) +
                 static_cast<size_t>(proto.initializer_size()) +
                 static_cast<size_t>(proto.node_size()));
  CollectDeclaredTypes(proto);
  ImportInputs(proto);
  ImportInitializers(proto);
  ImportNodes(proto.node());
  ImportOutputs(proto);
  graph_.Sort();
}

void GraphImporter::ImportBody(const onnx::FunctionProto& function) {
  Require(call_->inputs.size() <= static_cast<size_t>(function.input_size()) &&
              call_->outputs.size() <= static_cast<size_t>(function.output_size()),
          ORT_INVALID_GRAPH,
          "a call of function '{}' has {} inputs and {} outputs where {} and {} are possible",
          function.name(), call_->inputs.size(), call_->outputs.size(), function.input_size(),
          function.output_size());
  for (int i = 0; i < function.input_size(); ++i) {
    const auto index = static_cast<size_t>(i);
    scope_.Add(function.input(i), index < call_->inputs.size() ? call_->inputs[index] : nullptr);
  }
  const auto wanted = [&](int i) -> ValueInfo* {
    const auto index = static_cast<size_t>(i);
    return index < call_->outputs.size() ? call_->outputs[index] : nullptr;
  };
  for (int i = 0; i < function.output_size(); ++i) {
    if (wanted(i) != nullptr) function_outputs_.emplace(function.output(i), wanted(i));
  }
  ImportNodes(function.node());
  for (int i = 0; i < function.output_size(); ++i) {
    ValueInfo* const target = wanted(i);
    if (target == nullptr) continue;
    const auto source = scope_.Find(function.output(i));
    Require(source && *source != nullptr, ORT_INVALID_GRAPH,
            "function '{}' does not define its output '{}'", function.name(), function.output(i));
    if (*source != target) ThroughIdentity(*source, target, call_->prefix);
  }
}

template <typename Nodes>
void GraphImporter::ImportNodes(const Nodes& nodes) {
  std::unordered_set<std::string_view> names;
  for (const NodeProto& node : nodes) {
    if (ImportConstant(node)) {
      constants_.insert(&node);  // its name does not count
      continue;
    }
    Require(node.name().empty() || call_ != nullptr || names.insert(node.name()).second, ORT_FAIL,
            "This is an invalid model. Error: two nodes with same node name ({}).", node.name());
    DefineNodeOutputs(node);
  }
  for (const NodeProto& node : nodes) {
    if (!constants_.contains(&node)) ImportNode(node);
  }
}

void GraphImporter::CollectDeclaredTypes(const GraphProto& proto) {
  declared_types_.reserve(static_cast<size_t>(proto.value_info_size()) +
                          static_cast<size_t>(proto.output_size()));
  for (const auto& value : proto.value_info()) declared_types_.emplace(value.name(), &value.type());
  for (const auto& value : proto.output()) declared_types_[value.name()] = &value.type();
}

TypeInfo GraphImporter::DeclaredType(const std::string& name) const {
  const auto it = declared_types_.find(name);
  return it == declared_types_.end() ? TypeInfo() : TypeFromProto(*it->second, name);
}

void GraphImporter::ImportInputs(const GraphProto& proto) {
  // Before IR version 4 every initializer is listed as an input too, without callers being able to
  // override it.
  std::unordered_set<std::string_view> constants;
  if (is_main_ && graph_.model()->ir_version < 4) {
    for (const auto& tensor : proto.initializer()) constants.insert(tensor.name());
    for (const auto& sparse : proto.sparse_initializer()) constants.insert(sparse.values().name());
  }
  for (const auto& input : proto.input()) {
    Require(!input.name().empty(), ORT_FAIL, "graph '{}' has an input without a name",
            proto.name());
    Require(!scope_.Owns(input.name()), ORT_FAIL, "Error: Duplicate definition-site for ({}).",
            input.name());
    if (constants.contains(input.name())) continue;
    TypeInfo type = TypeFromProto(input.type(), input.name());
    Require(!is_main_ || type.known(), ORT_FAIL, "graph input '{}' has no type", input.name());
    if (call_ != nullptr) {
      ValueInfo* value =
          graph_.AddInput(graph_.FreshName(call_->prefix + "/" + input.name()), std::move(type));
      scope_.Add(input.name(), value);
    } else {
      scope_.Add(input.name(), graph_.AddInput(input.name(), std::move(type)));
    }
    if (!is_main_) continue;
    std::vector<std::string> denotations;
    bool any = false;
    for (const auto& dim : input.type().tensor_type().shape().dim()) {
      denotations.push_back(dim.denotation());
      any |= !dim.denotation().empty();
    }
    if (any) graph_.model()->dim_denotations[input.name()] = std::move(denotations);
  }
}

ImportedTensor GraphImporter::LoadInitializer(const TensorProto& proto) {
  const std::string what = "initializer '" + proto.name() + "'";
  if (!is_main_ || options_.replacements == nullptr) return options_.tensors(proto, what);
  const auto it = options_.replacements->find(proto.name());
  if (it == options_.replacements->end()) return options_.tensors(proto, what);
  const Tensor& given = *it->second;
  const DType dtype = DTypeFromProto(proto.data_type(), what);
  Require(given.dtype() == dtype && given.shape() == ShapeFromProto(proto.dims(), dtype, what),
          ORT_INVALID_ARGUMENT,
          "{} is of {} and another shape than the tensor given for it ({} {})", what, NameOf(dtype),
          NameOf(given.dtype()), given.shape().ToString());
  return {it->second, nullptr};
}

Tensor GraphImporter::LoadSparse(const onnx::SparseTensorProto& proto, const std::string& what) {
  const Tensor values = *options_.tensors(proto.values(), what).tensor;
  const Tensor indices = *options_.tensors(proto.indices(), what).tensor;
  return Densify(values, indices, ShapeFromProto(proto.dims(), values.dtype(), what), what);
}

void GraphImporter::ImportInitializers(const GraphProto& proto) {
  for (const auto& tensor : proto.initializer()) {
    if (!tensor.name().empty()) AddInitializer(tensor.name(), LoadInitializer(tensor));
  }
  for (const auto& sparse : proto.sparse_initializer()) {
    const std::string& name = sparse.values().name();
    const std::string what = Format("sparse initializer '{}'", name);
    Require(!name.empty(), ORT_FAIL, "graph '{}' has a sparse initializer without a name",
            proto.name());
    AddInitializer(name, {std::make_shared<const Tensor>(LoadSparse(sparse, what)), nullptr});
  }
}

void GraphImporter::AddInitializer(const std::string& name, ImportedTensor content) {
  ValueInfo* value = scope_.FindOwn(name).value_or(nullptr);
  if (value == nullptr) {
    value = NewValue(name, TypeInfo());
    graph_.SetInitializer(value, std::move(content.tensor));
  } else if (value->is_graph_input) {
    const TypeInfo declared = value->type;
    Require(!declared.IsTensor() || declared.tensor.dtype == content.tensor->dtype(), ORT_FAIL,
            "Type Error: initializer '{}' is of {}, the graph input of this name of {}", name,
            NameOf(content.tensor->dtype()), NameOf(declared.tensor.dtype));
    graph_.SetInitializer(value, std::move(content.tensor));
    if (declared.IsTensor()) value->type = declared;  // callers may give another shape
    value->overridable = true;
  } else {
    if (options_.logger != nullptr)
      options_.logger->Warning("model", "duplicate initializer '{}': the last one counts", name);
    graph_.SetInitializer(value, std::move(content.tensor));
  }
  value->external = std::move(content.external);
}

ValueInfo* GraphImporter::NewValue(const std::string& name, TypeInfo type) {
  Require(!scope_.Owns(name), ORT_FAIL,
          "This is an invalid model. Error: Duplicate definition of name ({}).", name);
  ValueInfo* value = nullptr;
  if (call_ == nullptr) {
    value = graph_.AddValue(name, std::move(type));
  } else if (const auto it = function_outputs_.find(name); it != function_outputs_.end()) {
    value = it->second;
  } else {
    value = graph_.AddValue(graph_.FreshName(call_->prefix + "/" + name), std::move(type));
  }
  scope_.Add(name, value);
  return value;
}

void GraphImporter::DefineNodeOutputs(const NodeProto& node) {
  for (const std::string& name : node.output()) {
    if (!name.empty()) NewValue(name, DeclaredType(name));
  }
}

bool GraphImporter::ImportConstant(const NodeProto& node) {
  if (node.op_type() != "Constant" || !CanonicalDomain(node.domain()).empty()) return false;
  if (node.input_size() != 0 || node.output_size() != 1 || node.output(0).empty()) return false;
  if (node.attribute_size() != 1) {
    Fail(ORT_INVALID_GRAPH, "{} (output '{}') must have exactly one attribute, it has {}",
         DescribeNode(node), node.output(0), node.attribute_size());
  }
  const AttributeProto& proto = node.attribute(0);
  ImportedTensor content;
  const std::string what = "constant '" + node.output(0) + "'";
  if (proto.name() == "value" && proto.has_t() && proto.ref_attr_name().empty()) {
    content = options_.tensors(proto.t(), what);
  } else if (proto.name() == "sparse_value" && proto.has_sparse_tensor()) {
    content.tensor = std::make_shared<const Tensor>(LoadSparse(proto.sparse_tensor(), what));
  } else {
    std::optional<Attribute> attribute = ImportNodeAttribute(proto, node);
    if (!attribute) {
      Fail(ORT_INVALID_GRAPH, "{} refers to attribute '{}', which the call does not give",
           DescribeNode(node), proto.ref_attr_name());
    }
    auto& value = attribute->value;
    if (auto* tensor = std::get_if<Tensor>(&value))
      content.tensor = std::make_shared<const Tensor>(std::move(*tensor));
    if (auto* number = std::get_if<int64_t>(&value)) content.tensor = ScalarTensor(*number);
    if (auto* number = std::get_if<float>(&value)) content.tensor = ScalarTensor(*number);
    if (auto* text = std::get_if<std::string>(&value))
      content.tensor = ScalarTensor(std::move(*text));
    if (auto* list = std::get_if<std::vector<int64_t>>(&value)) content.tensor = ListTensor(*list);
    if (auto* list = std::get_if<std::vector<float>>(&value)) content.tensor = ListTensor(*list);
    if (auto* list = std::get_if<std::vector<std::string>>(&value))
      content.tensor = ListTensor(*list);
    if (content.tensor == nullptr) {
      Fail(ORT_INVALID_GRAPH, "attribute '{}' of {} is not a constant", proto.name(),
           DescribeNode(node));
    }
  }
  ValueInfo* value = NewValue(node.output(0), TypeInfo());
  graph_.SetInitializer(value, std::move(content.tensor));
  value->external = std::move(content.external);
  return true;
}

void GraphImporter::ImportNode(const NodeProto& node) {
  std::vector<ValueInfo*> inputs;
  std::vector<ValueInfo*> outputs;
  inputs.reserve(static_cast<size_t>(node.input_size()));
  for (const std::string& name : node.input()) {
    const auto value = name.empty() ? std::optional<ValueInfo*>(nullptr) : scope_.Find(name);
    if (!value) {
      Fail(ORT_INVALID_ARGUMENT,
           "Invalid model. Node input '{}' is not a graph input, initializer, or output of a "
           "previous node. (node: {})",
           name, DescribeNode(node));
    }
    inputs.push_back(*value);
  }
  for (const std::string& name : node.output()) {
    outputs.push_back(name.empty() ? nullptr : *scope_.FindOwn(name));
  }
  while (!inputs.empty() && inputs.back() == nullptr) inputs.pop_back();
  while (!outputs.empty() && outputs.back() == nullptr) outputs.pop_back();

  std::vector<Attribute> attributes;
  attributes.reserve(static_cast<size_t>(node.attribute_size()));
  for (const AttributeProto& proto : node.attribute()) {
    for (const Attribute& other : attributes) {
      if (other.name == proto.name())
        Fail(ORT_INVALID_GRAPH, "attribute '{}' of {} is given twice", proto.name(),
             DescribeNode(node));
    }
    if (auto attribute = ImportNodeAttribute(proto, node))
      attributes.push_back(std::move(*attribute));
  }
  std::string name = node.name();
  if (call_ != nullptr) name = call_->prefix + "/" + (name.empty() ? node.op_type() : name);
  Node* added =
      graph_.AddNode(std::move(name), node.op_type(), std::string(CanonicalDomain(node.domain())),
                     std::move(inputs), std::move(outputs), std::move(attributes));
  added->doc_string = node.doc_string();
  added->overload = node.overload();
  added->layer = LayerOf(node);
  if (call_ != nullptr && added->layer.empty()) added->layer = call_->layer;
}

std::optional<Attribute> GraphImporter::ImportNodeAttribute(const AttributeProto& proto,
                                                            const NodeProto& node) {
  if (call_ != nullptr && !proto.ref_attr_name().empty()) {
    const auto it = call_->attributes.find(proto.ref_attr_name());
    if (it == call_->attributes.end()) return std::nullopt;
    Attribute bound = *it->second;
    bound.name = proto.name();
    bound.reference.clear();
    return bound;
  }
  const auto type = AttributeTypeOf(proto);
  if (type != AttributeProto::GRAPH && type != AttributeProto::GRAPHS) {
    return ImportAttribute(proto, DescribeNode(node), options_.tensors);
  }
  Attribute attribute;
  attribute.name = proto.name();
  if (type == AttributeProto::GRAPH) {
    attribute.value = ImportSubgraph(proto.g());
  } else {
    std::vector<std::shared_ptr<Graph>> list;
    for (const GraphProto& graph : proto.graphs()) list.push_back(ImportSubgraph(graph));
    attribute.value = std::move(list);
  }
  return attribute;
}

std::shared_ptr<Graph> GraphImporter::ImportSubgraph(const GraphProto& proto) {
  auto subgraph = std::make_shared<Graph>(graph_.model());
  GraphImporter importer(*subgraph, options_, &scope_, call_);
  importer.ImportGraph(proto);
  return subgraph;
}

ValueInfo* GraphImporter::ThroughIdentity(ValueInfo* value, ValueInfo* to,
                                          const std::string& stem) {
  if (to == nullptr) {
    std::string name = graph_.FreshName(stem);
    while (scope_.Find(name))
      name = graph_.FreshName(stem);  // the graphs around are not attached yet
    to = graph_.AddValue(std::move(name), value->type);
  }
  graph_.AddNode(stem + "/Identity", "Identity", "", {value}, {to});
  return to;
}

void GraphImporter::ImportOutputs(const GraphProto& proto) {
  for (const auto& output : proto.output()) {
    const std::string& name = output.name();
    if (const auto own = scope_.FindOwn(name); own && *own != nullptr) {
      if (!(*own)->type.known()) (*own)->type = DeclaredType(name);
      graph_.AddOutput(*own);
      continue;
    }
    const auto outer = scope_.Find(name);
    Require(!is_main_ && outer && *outer != nullptr, ORT_FAIL,
            "This is an invalid model. Graph output ({}) does not exist in the graph.", name);
    graph_.AddOutput(
        ThroughIdentity(*outer, nullptr, name));  // a value of an outer graph, returned as it is
  }
}

}  // namespace

void ImportGraph(const GraphProto& proto, Graph& graph, const ImportOptions& options) {
  GraphImporter(graph, options, nullptr, nullptr).ImportGraph(proto);
}

void ImportFunctionBody(const onnx::FunctionProto& function, const FunctionCall& call, Graph& graph,
                        const ImportOptions& options) {
  GraphImporter(graph, options, nullptr, &call).ImportBody(function);
}

}  // namespace backplane
