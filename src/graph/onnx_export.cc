#include "graph/onnx_export.h"

#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "graph/onnx_convert.h"

namespace backplane {
namespace {

/// Writes one graph; makes another exporter for each subgraph.
class GraphExporter {
 public:
  GraphExporter(const Graph& graph, const GraphExporter* outer,
                const ExportOptions* options = nullptr)
      : graph_(graph), outer_(outer), options_(outer != nullptr ? outer->options_ : options) {
    RenameShadowing();
  }

  void Export(onnx::GraphProto& proto, const ExportOptions& options) const;
  void ExportNode(const Node& node, onnx::NodeProto& proto) const;
  void ExportAttribute(const Attribute& attribute, onnx::AttributeProto& proto) const;

 private:
  void RenameShadowing();
  bool OuterHas(const std::string& name) const;
  const std::string& NameOf(const ValueInfo& value) const;
  void ExportValue(const ValueInfo& value, onnx::ValueInfoProto& proto) const;
  void ExportInitializers(onnx::GraphProto& proto, const ExportOptions& options) const;

  const Graph& graph_;
  const GraphExporter* outer_;
  const ExportOptions* options_;  // those of the whole export; may be null
  std::unordered_map<const ValueInfo*, std::string> renamed_;
};

bool GraphExporter::OuterHas(const std::string& name) const {
  for (const GraphExporter* outer = outer_; outer != nullptr; outer = outer->outer_) {
    if (outer->graph_.FindValue(name) != nullptr) return true;
  }
  return false;
}

// In a Graph an inner value may have the name of an outer one; in ONNX it may not.
void GraphExporter::RenameShadowing() {
  if (outer_ == nullptr) return;
  std::unordered_set<std::string> taken;
  for (const ValueInfo* value : graph_.Values()) {
    if (!OuterHas(value->name)) continue;
    for (int i = 0;; ++i) {
      std::string candidate = Format("{}/inner{}", value->name, i);
      if (OuterHas(candidate) || graph_.FindValue(candidate) != nullptr ||
          !taken.insert(candidate).second)
        continue;
      renamed_.emplace(value, std::move(candidate));
      break;
    }
  }
}

const std::string& GraphExporter::NameOf(const ValueInfo& value) const {
  for (const GraphExporter* exporter = this; exporter != nullptr; exporter = exporter->outer_) {
    if (const auto it = exporter->renamed_.find(&value); it != exporter->renamed_.end())
      return it->second;
  }
  return value.name;
}

void GraphExporter::ExportValue(const ValueInfo& value, onnx::ValueInfoProto& proto) const {
  proto.set_name(NameOf(value));
  if (value.type.known()) TypeToProto(value.type, *proto.mutable_type());
  if (value.graph != &graph_ || graph_.parent_node() != nullptr || !proto.type().has_tensor_type())
    return;
  const auto it = graph_.model()->dim_denotations.find(value.name);
  if (it == graph_.model()->dim_denotations.end()) return;
  auto& dims = *proto.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim();
  for (int i = 0; i < dims.size() && i < static_cast<int>(it->second.size()); ++i) {
    const std::string& denotation = it->second[static_cast<size_t>(i)];
    if (!denotation.empty()) dims.Mutable(i)->set_denotation(denotation);
  }
}

void GraphExporter::ExportInitializers(onnx::GraphProto& proto,
                                       const ExportOptions& options) const {
  for (const ValueInfo* value : graph_.Initializers()) {
    if (options.keeps && !options.keeps(*value)) continue;
    if (options.initializers_are_inputs && !value->is_graph_input)
      ExportValue(*value, *proto.add_input());
    if (options.skip_initializers) continue;
    auto& tensor = *proto.add_initializer();
    tensor.set_name(NameOf(*value));
    if (options.tensors) {
      options.tensors(*value, tensor);
    } else {
      TensorToProto(*value->initializer, tensor);
    }
  }
}

void GraphExporter::Export(onnx::GraphProto& proto, const ExportOptions& options) const {
  proto.set_name(graph_.name);
  if (!graph_.doc_string.empty()) proto.set_doc_string(graph_.doc_string);
  for (const ValueInfo* input : graph_.inputs()) ExportValue(*input, *proto.add_input());
  ExportInitializers(proto, options);
  for (const ValueInfo* output : graph_.outputs()) ExportValue(*output, *proto.add_output());
  for (const Node* node : graph_.nodes()) {
    const bool substitutes = options_ != nullptr && options_->substitute;
    ExportNode(substitutes ? options_->substitute(*node) : *node, *proto.add_node());
    for (const ValueInfo* output : node->outputs) {
      if (output != nullptr && !output->is_graph_output && output->type.known()) {
        ExportValue(*output, *proto.add_value_info());
      }
    }
  }
}

void GraphExporter::ExportNode(const Node& node, onnx::NodeProto& proto) const {
  for (const ValueInfo* input : node.inputs)
    proto.add_input(input == nullptr ? "" : NameOf(*input));
  for (const ValueInfo* output : node.outputs)
    proto.add_output(output == nullptr ? "" : NameOf(*output));
  if (!node.name.empty()) proto.set_name(node.name);
  proto.set_op_type(node.op_type);
  if (!node.domain.empty()) proto.set_domain(node.domain);
  if (!node.overload.empty()) proto.set_overload(node.overload);
  if (!node.doc_string.empty()) proto.set_doc_string(node.doc_string);
  for (const Attribute& attribute : node.attributes)
    ExportAttribute(attribute, *proto.add_attribute());
  if (node.layer.empty()) return;
  auto& entry = *proto.add_metadata_props();
  entry.set_key(kLayerMetadata);
  entry.set_value(node.layer);
}

/// One overload for each alternative of Attribute::Value.
struct AttributeSetter {
  const GraphExporter& exporter;
  onnx::AttributeProto& proto;

  void operator()(std::monostate) const { proto.set_type(onnx::AttributeProto::UNDEFINED); }
  void operator()(int64_t value) const {
    proto.set_type(onnx::AttributeProto::INT);
    proto.set_i(value);
  }
  void operator()(float value) const {
    proto.set_type(onnx::AttributeProto::FLOAT);
    proto.set_f(value);
  }
  void operator()(const std::string& value) const {
    proto.set_type(onnx::AttributeProto::STRING);
    proto.set_s(value);
  }
  void operator()(const Tensor& value) const {
    proto.set_type(onnx::AttributeProto::TENSOR);
    TensorToProto(value, *proto.mutable_t());
  }
  void operator()(const std::vector<int64_t>& values) const {
    proto.set_type(onnx::AttributeProto::INTS);
    proto.mutable_ints()->Add(values.begin(), values.end());
  }
  void operator()(const std::vector<float>& values) const {
    proto.set_type(onnx::AttributeProto::FLOATS);
    proto.mutable_floats()->Add(values.begin(), values.end());
  }
  void operator()(const std::vector<std::string>& values) const {
    proto.set_type(onnx::AttributeProto::STRINGS);
    for (const std::string& value : values) proto.add_strings(value);
  }
  void operator()(const std::vector<Tensor>& values) const {
    proto.set_type(onnx::AttributeProto::TENSORS);
    for (const Tensor& value : values) TensorToProto(value, *proto.add_tensors());
  }
  void operator()(const TypeInfo& value) const {
    proto.set_type(onnx::AttributeProto::TYPE_PROTO);
    TypeToProto(value, *proto.mutable_tp());
  }
  void operator()(const std::shared_ptr<Graph>& value) const {
    proto.set_type(onnx::AttributeProto::GRAPH);
    GraphExporter(*value, &exporter).Export(*proto.mutable_g(), {});
  }
  void operator()(const std::vector<std::shared_ptr<Graph>>& values) const {
    proto.set_type(onnx::AttributeProto::GRAPHS);
    for (const auto& value : values)
      GraphExporter(*value, &exporter).Export(*proto.add_graphs(), {});
  }
};

void GraphExporter::ExportAttribute(const Attribute& attribute, onnx::AttributeProto& proto) const {
  proto.set_name(attribute.name);
  if (!attribute.reference.empty()) proto.set_ref_attr_name(attribute.reference);
  std::visit(AttributeSetter{*this, proto}, attribute.value);
}

}  // namespace

void ExportGraph(const Graph& graph, onnx::GraphProto& proto, const ExportOptions& options) {
  GraphExporter(graph, nullptr, &options).Export(proto, options);
}

void ExportNode(const Node& node, onnx::NodeProto& proto) {
  GraphExporter(*node.graph, nullptr).ExportNode(node, proto);
}

void ExportAttribute(const Node& node, const Attribute& attribute, onnx::AttributeProto& proto) {
  GraphExporter(*node.graph, nullptr).ExportAttribute(attribute, proto);
}

}  // namespace backplane
