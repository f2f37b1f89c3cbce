#include "graph/draft.h"

#include "base/error.h"
#include "graph/schema.h"

namespace backplane {
namespace {

// The newest IR version whose rules all operator sets of today are content with; readers of older
// releases take it.
constexpr int64_t kDraftIrVersion = 10;

std::string_view Canonical(std::string_view domain) { return domain == "ai.onnx" ? "" : domain; }

std::vector<ValueInfo*> NameOnlyValues(const std::vector<std::string_view>& names) {
  std::vector<ValueInfo*> values;
  for (const std::string_view name : names) {
    values.push_back(name.empty() ? nullptr : new ValueInfo());
    if (values.back() != nullptr) values.back()->name = name;
  }
  return values;
}

/// Puts a draft into a graph; one object for one call of AddDraft.
class DraftReader {
 public:
  explicit DraftReader(Graph& graph) : graph_(graph) {
    for (const Node* node : graph.nodes()) node_names_.insert(node->name);
  }

  void Add(const OrtGraph& draft) {
    if (!draft.inputs().empty()) SetInputs(draft.inputs());
    for (const ValueInfo* value : draft.initializers()) AddInitializer(*value);
    for (const Node* node : draft.nodes()) AddNode(*node);
    if (!draft.outputs().empty()) SetOutputs(draft.outputs());
    CheckDefined();
    graph_.Sort();
  }

 private:
  ValueInfo* Value(const std::string& name) {
    ValueInfo* value = graph_.FindValue(name);
    return value != nullptr ? value : graph_.AddValue(name);
  }

  std::vector<ValueInfo*> Values(const std::vector<ValueInfo*>& names) {
    std::vector<ValueInfo*> values;
    for (const ValueInfo* name : names)
      values.push_back(name == nullptr ? nullptr : Value(name->name));
    return values;
  }

  void SetInputs(const std::vector<ValueInfo*>& inputs) {
    std::unordered_set<std::string_view> names;
    for (const ValueInfo* input : inputs) {
      Require(names.insert(input->name).second, ORT_FAIL,
              "Error: Duplicate definition-site for ({}).", input->name);
      ValueInfo* value = Value(input->name);
      Require(value->producer == nullptr, ORT_FAIL,
              "This is an invalid model. Error: Duplicate definition of name ({}).", input->name);
      value->type = input->type;
    }
    graph_.SetGraphInputs(Values(inputs));
  }

  void SetOutputs(const std::vector<ValueInfo*>& outputs) {
    for (const ValueInfo* output : outputs) {
      ValueInfo* value = Value(output->name);
      if (!value->type.known()) value->type = output->type;
    }
    graph_.SetGraphOutputs(Values(outputs));
  }

  void AddInitializer(const ValueInfo& initializer) {
    ValueInfo* value = Value(initializer.name);
    Require(!value->IsInitializer() && value->producer == nullptr, ORT_FAIL,
            "This is an invalid model. Error: Duplicate definition of name ({}).",
            initializer.name);
    value->overridable = value->is_graph_input;
    graph_.SetInitializer(value, initializer.initializer);
  }

  void AddNode(const Node& draft) {
    Require(draft.name.empty() || node_names_.insert(draft.name).second, ORT_FAIL,
            "This is an invalid model. Error: two nodes with same node name ({}).", draft.name);
    Require(!draft.HasSubgraphs(), ORT_NOT_IMPLEMENTED,
            "{}: nodes with subgraphs cannot be added by the model editor", draft.Describe());
    std::unordered_set<std::string_view> names;
    for (const ValueInfo* output : draft.outputs) {
      if (output == nullptr) continue;
      const ValueInfo* value = graph_.FindValue(output->name);
      const bool defined = value != nullptr && (value->producer != nullptr ||
                                                value->is_graph_input || value->IsInitializer());
      Require(names.insert(output->name).second && !defined, ORT_FAIL,
              "This is an invalid model. Error: Duplicate definition of name ({}).", output->name);
    }
    auto inputs = Values(draft.inputs);
    auto outputs = Values(draft.outputs);
    graph_.AddNode(draft.name, draft.op_type, draft.domain, std::move(inputs), std::move(outputs),
                   draft.attributes);
    auto& opsets = graph_.model()->opsets;
    if (const int newest = ReleasedOpsetVersion(draft.domain); newest > 0)
      opsets.emplace(draft.domain, newest);
  }

  static bool IsDefined(const ValueInfo& value) {
    return value.producer != nullptr || value.is_graph_input || value.IsInitializer();
  }

  void CheckDefined() const {
    for (const Node* node : graph_.nodes()) {
      for (const auto* list : {&node->inputs, &node->implicit_inputs}) {
        for (const ValueInfo* input : *list) {
          Require(input == nullptr || input->graph != &graph_ || IsDefined(*input),
                  ORT_INVALID_ARGUMENT,
                  "Invalid model. Node input '{}' is not a graph input, initializer, or output of "
                  "a previous node. (node: {})",
                  input == nullptr ? "" : input->name, node->Describe());
        }
      }
    }
    for (const ValueInfo* output : graph_.outputs()) {
      Require(IsDefined(*output), ORT_INVALID_ARGUMENT,
              "Invalid model. Graph output '{}' is not a graph input, initializer, or output of a "
              "node.",
              output->name);
    }
  }

  Graph& graph_;
  std::unordered_set<std::string> node_names_;
};

}  // namespace

void DraftNodeDeleter::operator()(Node* node) const noexcept {
  if (node == nullptr) return;
  for (const auto* list : {&node->inputs, &node->outputs}) {
    for (ValueInfo* value : *list) delete value;
  }
  delete node;
}

DraftNode MakeDraftNode(std::string op_type, std::string_view domain, std::string name,
                        const std::vector<std::string_view>& inputs,
                        const std::vector<std::string_view>& outputs,
                        std::vector<Attribute> attributes) {
  DraftNode node(new Node());
  node->op_type = std::move(op_type);
  node->domain = Canonical(domain);
  node->name = std::move(name);
  node->inputs = NameOnlyValues(inputs);
  node->outputs = NameOnlyValues(outputs);
  for (Attribute& attribute : attributes) {
    std::string attribute_name = attribute.name;
    node->SetAttribute(std::move(attribute_name), std::move(attribute.value));
  }
  return node;
}

DraftGraph::DraftGraph() : home_(std::make_shared<ModelInfo>()) {
  home_.name = "ModelEditorGraph";
  home_.model()->ir_version = kDraftIrVersion;
  graph_ = &home_;
}

namespace {

std::vector<ValueInfo*> Adopt(std::vector<std::unique_ptr<ValueInfo>>& values, Graph& home) {
  std::vector<ValueInfo*> list;
  for (auto& value : values) {
    value->graph = &home;
    list.push_back(value.get());
  }
  return list;
}

}  // namespace

void DraftGraph::SetInputs(std::vector<std::unique_ptr<ValueInfo>> inputs) {
  input_storage_ = std::move(inputs);
  inputs_ = Adopt(input_storage_, home_);
  for (ValueInfo* value : inputs_) value->is_graph_input = true;
}

void DraftGraph::SetOutputs(std::vector<std::unique_ptr<ValueInfo>> outputs) {
  output_storage_ = std::move(outputs);
  outputs_ = Adopt(output_storage_, home_);
  for (ValueInfo* value : outputs_) value->is_graph_output = true;
}

void DraftGraph::AddNode(DraftNode node) {
  node->graph = &home_;
  node->index = static_cast<uint32_t>(node_storage_.size());
  nodes_.push_back(node.get());
  node_storage_.push_back(std::move(node));
}

void DraftGraph::AddInitializer(std::string name, std::shared_ptr<const Tensor> tensor) {
  Require(initializer_names_.insert(name).second, ORT_INVALID_ARGUMENT,
          "An initializer with this name has already been added to the graph. ('{}')", name);
  auto value = std::make_unique<ValueInfo>();
  value->name = std::move(name);
  value->type = TypeInfo::Tensor(tensor->dtype(), tensor->shape());
  value->initializer = std::move(tensor);
  value->graph = &home_;
  initializers_.push_back(value.get());
  initializer_storage_.push_back(std::move(value));
}

void AddDraft(const OrtGraph& draft, Graph& graph) { DraftReader(graph).Add(draft); }

}  // namespace backplane

std::unique_ptr<backplane::Graph> OrtModel::MakeGraph() const {
  backplane::Require(graph != nullptr, ORT_INVALID_ARGUMENT,
                     "the model has no graph: AddGraphToModel was not called");
  backplane::Require(opsets.contains(""), ORT_INVALID_ARGUMENT,
                     "The opset for the ONNX domain must be explicitly specified.");
  auto info = std::make_shared<backplane::ModelInfo>();
  info->ir_version = backplane::kDraftIrVersion;
  info->opsets = opsets;
  auto made = std::make_unique<backplane::Graph>(std::move(info));
  made->name = graph->graph().name;
  backplane::AddDraft(*graph, *made);
  return made;
}

void OrtModel::CheckDomains(const backplane::Graph& target) const {
  const auto& imported = target.model()->opsets;
  for (const auto& [domain, version] : opsets) {
    const auto it = imported.find(domain);
    backplane::Require(it == imported.end() || it->second == version, ORT_INVALID_ARGUMENT,
                       "Domain version can not be changed for '{}'. Current version: {}", domain,
                       it == imported.end() ? 0 : it->second);
  }
}

void OrtModel::AddTo(backplane::Graph& target) const {
  target.model()->opsets.insert(opsets.begin(), opsets.end());
  if (graph != nullptr) backplane::AddDraft(*graph, target);
}
