#include "abi/model_editor.h"

#include <algorithm>
#include <cstring>

#include "abi/guard.h"
#include "abi/type_info.h"
#include "graph/draft.h"
#include "provider/prepacked_weights.h"
#include "runtime/session.h"
#include "runtime/session_options.h"

namespace backplane::abi {
namespace {

constexpr size_t kSmallestExternalBytes = 128;

/// `*out` becomes the type that `make` gives for `*part`.
template <typename Part, typename Make>
OrtStatus* MakeType(const Part* part, const char* name, OrtTypeInfo** out, Make&& make) noexcept {
  return Guard([&] {
    NotNull(part, name);
    NotNull(out, "type_info");
    *out = new OrtTypeInfo(make(*part));
  });
}

DraftGraph& Draft(OrtGraph* graph) {
  NotNull(graph, "graph");
  auto* draft = dynamic_cast<DraftGraph*>(graph);
  Require(draft != nullptr, ORT_INVALID_ARGUMENT,
          "the graph cannot be edited: it is not one of CreateGraph");
  return *draft;
}

std::vector<std::string_view> Names(const char* const* names, size_t count, const char* what) {
  NotNullArray(names, count, what);
  std::vector<std::string_view> list;
  for (size_t i = 0; i < count; ++i) {
    NotNull(names[i], what);
    list.emplace_back(names[i]);
  }
  return list;
}

/// Takes over all or, on failure, none.
std::vector<std::unique_ptr<ValueInfo>> TakeValues(OrtValueInfo** values, size_t count,
                                                   const char* what) {
  Require(values != nullptr || count == 0, ORT_INVALID_ARGUMENT,
          "{} cannot be null when {}_len is non-zero", what, what);
  for (size_t i = 0; i < count; ++i) {
    Require(values[i] != nullptr, ORT_INVALID_ARGUMENT, "{} cannot contain null entries", what);
    Require(values[i]->graph == nullptr && std::count(values, values + i, values[i]) == 0,
            ORT_INVALID_ARGUMENT, "'{}' of {} belongs to a graph already", values[i]->name, what);
  }
  std::vector<std::unique_ptr<ValueInfo>> taken;
  taken.reserve(count);
  for (size_t i = 0; i < count; ++i) taken.emplace_back(values[i]);
  return taken;
}

const OrtSessionOptions& OptionsOrDefault(const OrtSessionOptions* options) {
  static const OrtSessionOptions kDefault;
  return options != nullptr ? *options : kDefault;
}

}  // namespace

// -- types and values
// -------------------------------------------------------------------------------------------------

OrtStatus* CreateTensorTypeInfo(const OrtTensorTypeAndShapeInfo* tensor_info,
                                OrtTypeInfo** type_info) noexcept {
  return MakeType(tensor_info, "tensor_info", type_info,
                  [](const auto& info) { return TypeInfo::Tensor(info.dtype, info.shape); });
}

OrtStatus* CreateSparseTensorTypeInfo(const OrtTensorTypeAndShapeInfo* tensor_info,
                                      OrtTypeInfo** type_info) noexcept {
  return MakeType(tensor_info, "tensor_info", type_info, [](const auto& info) {
    TypeInfo type = TypeInfo::Tensor(info.dtype, info.shape);
    type.kind = ONNX_TYPE_SPARSETENSOR;
    return type;
  });
}

OrtStatus* CreateMapTypeInfo(ONNXTensorElementDataType map_key_type,
                             const OrtTypeInfo* map_value_type, OrtTypeInfo** type_info) noexcept {
  return MakeType(map_value_type, "map_value_type", type_info,
                  [&](const auto& value) { return TypeInfo::Map(ToDType(map_key_type), value); });
}

OrtStatus* CreateSequenceTypeInfo(const OrtTypeInfo* sequence_type,
                                  OrtTypeInfo** type_info) noexcept {
  return MakeType(sequence_type, "sequence_type", type_info,
                  [](const auto& element) { return TypeInfo::Sequence(element); });
}

OrtStatus* CreateOptionalTypeInfo(const OrtTypeInfo* contained_type,
                                  OrtTypeInfo** type_info) noexcept {
  return MakeType(contained_type, "contained_type", type_info,
                  [](const auto& element) { return TypeInfo::Optional(element); });
}

// ONNX Runtime takes tensors only; values of any type are fine here.
OrtStatus* CreateValueInfo(const char* name, const OrtTypeInfo* type_info,
                           OrtValueInfo** value_info) noexcept {
  return Guard([&] {
    Require(name != nullptr && name[0] != '\0', ORT_INVALID_ARGUMENT,
            "name cannot be null or empty string");
    Require(type_info != nullptr, ORT_INVALID_ARGUMENT, "type_info cannot be null");
    NotNull(value_info, "value_info");
    auto value = std::make_unique<OrtValueInfo>();
    value->name = name;
    value->type = *type_info;
    *value_info = value.release();
  });
}

// What belongs to a graph goes with the graph.
void ReleaseValueInfo(OrtValueInfo* input) noexcept {
  if (input != nullptr && input->graph == nullptr) delete input;
}

// -- nodes and graphs
// -------------------------------------------------------------------------------------------------

OrtStatus* CreateNode(const char* operator_name, const char* domain_name, const char* node_name,
                      const char* const* input_names, size_t input_names_len,
                      const char* const* output_names, size_t output_names_len,
                      OrtOpAttr** attributes, size_t attribs_len, OrtNode** node) noexcept {
  return Guard([&] {
    Require(operator_name != nullptr && operator_name[0] != '\0', ORT_INVALID_ARGUMENT,
            "operator_name cannot be null or empty");
    NotNull(node, "node");
    Require(attributes != nullptr || attribs_len == 0, ORT_INVALID_ARGUMENT,
            "attributes cannot be null when attribs_len is non-zero");
    std::vector<Attribute> copies;
    for (size_t i = 0; i < attribs_len; ++i) {
      Require(attributes[i] != nullptr, ORT_INVALID_ARGUMENT,
              "attributes cannot contain null entries");
      Require(std::count(attributes, attributes + i, attributes[i]) == 0, ORT_INVALID_ARGUMENT,
              "attribute '{}' is given twice", attributes[i]->name);
      copies.push_back(*attributes[i]);
    }
    DraftNode made = MakeDraftNode(
        operator_name, domain_name != nullptr ? domain_name : "",
        node_name != nullptr ? node_name : "", Names(input_names, input_names_len, "input_names"),
        Names(output_names, output_names_len, "output_names"), std::move(copies));
    for (size_t i = 0; i < attribs_len; ++i) delete attributes[i];  // they are the node's now
    *node = made.release();
  });
}

void ReleaseNode(OrtNode* input) noexcept {
  if (input != nullptr && input->graph == nullptr) DraftNodeDeleter()(input);
}

OrtStatus* CreateGraph(OrtGraph** graph) noexcept {
  return Guard([&] {
    NotNull(graph, "graph");
    *graph = new DraftGraph();
  });
}

OrtStatus* SetGraphInputs(OrtGraph* graph, OrtValueInfo** inputs, size_t inputs_len) noexcept {
  return Guard([&] { Draft(graph).SetInputs(TakeValues(inputs, inputs_len, "inputs")); });
}

OrtStatus* SetGraphOutputs(OrtGraph* graph, OrtValueInfo** outputs, size_t outputs_len) noexcept {
  return Guard([&] { Draft(graph).SetOutputs(TakeValues(outputs, outputs_len, "outputs")); });
}

OrtStatus* AddInitializerToGraph(OrtGraph* graph, const char* name, OrtValue* tensor,
                                 bool data_is_external) noexcept {
  return Guard([&] {
    DraftGraph& draft = Draft(graph);
    Require(name != nullptr && name[0] != '\0', ORT_INVALID_ARGUMENT,
            "name cannot be null or empty");
    Require(tensor != nullptr, ORT_INVALID_ARGUMENT, "tensor cannot be null");
    Require(tensor->IsTensor(), ORT_INVALID_ARGUMENT, "Only Tensor is currently supported.");
    const Tensor& given = tensor->tensor();
    Require(given.memory().HostAccessible(), ORT_INVALID_ARGUMENT,
            "Only CPU based tensors are currently supported.");
    Require(!data_is_external || given.Bytes() >= kSmallestExternalBytes, ORT_INVALID_ARGUMENT,
            "data_is_external=true requires the tensor to be larger than {} bytes (got {} bytes). "
            "For smaller tensors, copy the data into an ORT-allocated tensor via "
            "CreateTensorAsOrtValue and pass data_is_external=false.",
            kSmallestExternalBytes - 1, given.Bytes());
    auto content = std::make_shared<Tensor>(given);
    if (!data_is_external && given.owner() == nullptr) {
      *content = Tensor::Allocate(given.dtype(), given.shape());
      CopyElements(given, *content);
    }
    draft.AddInitializer(name, std::move(content));
    delete tensor;
  });
}

OrtStatus* AddNodeToGraph(OrtGraph* graph, OrtNode* node) noexcept {
  return Guard([&] {
    DraftGraph& draft = Draft(graph);
    Require(node != nullptr, ORT_INVALID_ARGUMENT, "node cannot be null");
    Require(node->graph == nullptr, ORT_INVALID_ARGUMENT, "{} belongs to a graph already",
            node->Describe());
    draft.AddNode(DraftNode(node));
  });
}

// -- models
// -----------------------------------------------------------------------------------------------------------

OrtStatus* CreateModel(const char* const* domain_names, const int* opset_versions,
                       size_t opset_entries_len, OrtModel** model) noexcept {
  return Guard([&] {
    NotNullArray(opset_versions, opset_entries_len, "opset_versions");
    NotNull(model, "model");
    auto made = std::make_unique<OrtModel>();
    const auto domains = Names(domain_names, opset_entries_len, "domain_names");
    for (size_t i = 0; i < domains.size(); ++i) {
      made->opsets[std::string(domains[i] == "ai.onnx" ? "" : domains[i])] = opset_versions[i];
    }
    *model = made.release();
  });
}

OrtStatus* AddGraphToModel(OrtModel* model, OrtGraph* graph) noexcept {
  return Guard([&] {
    NotNull(model, "model");
    Require(graph != nullptr, ORT_INVALID_ARGUMENT, "graph cannot be null");
    Draft(graph);
    Require(model->graph.get() != graph, ORT_INVALID_ARGUMENT, "the model has this graph already");
    model->graph.reset(graph);
  });
}

void ReleaseModel(OrtModel* input) noexcept { delete input; }

OrtStatus* CreateSessionFromModel(const OrtEnv* env, const OrtModel* model,
                                  const OrtSessionOptions* options, OrtSession** out) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(model, "model");
    NotNull(out, "out");
    *out = nullptr;
    *out = OrtSession::FromGraph(*env, model->MakeGraph(), OptionsOrDefault(options)).release();
  });
}

// -- sessions whose models are extended
// ----------------------------------------------------------------------------------

namespace {

OrtSession* Begin(const OrtEnv& env, ModelSource source, const OrtSessionOptions* options) {
  return new OrtSession(BeginSession(env, std::move(source), OptionsOrDefault(options)));
}

}  // namespace

OrtStatus* CreateModelEditorSession(const OrtEnv* env, const ORTCHAR_T* model_path,
                                    const OrtSessionOptions* options, OrtSession** out) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(model_path, "model_path");
    NotNull(out, "out");
    *out = nullptr;
    *out = Begin(*env, std::string(model_path), options);
  });
}

OrtStatus* CreateModelEditorSessionFromArray(const OrtEnv* env, const void* model_data,
                                             size_t model_data_length,
                                             const OrtSessionOptions* options,
                                             OrtSession** out) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(model_data, "model_data");
    NotNull(out, "out");
    *out = nullptr;
    const std::span bytes(static_cast<const std::byte*>(model_data), model_data_length);
    *out = Begin(*env, bytes, options);
  });
}

OrtStatus* SessionGetOpsetForDomain(const OrtSession* session, const char* domain,
                                    int* opset) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(domain, "domain");
    NotNull(opset, "opset");
    const auto& opsets = session->model_info().opsets;
    const auto it = opsets.find(std::strcmp(domain, "ai.onnx") == 0 ? "" : domain);
    Require(it != opsets.end(), ORT_FAIL, "Domain not used by model. ('{}')", domain);
    *opset = it->second;
  });
}

OrtStatus* ApplyModelToModelEditorSession(OrtSession* session, OrtModel* model) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(model, "model");
    session->Apply(*model);
  });
}

OrtStatus* FinalizeModelEditorSession(OrtSession* session, const OrtSessionOptions* options,
                                      OrtPrepackedWeightsContainer* container) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    session->Finish(options, container == nullptr ? nullptr : container->weights);
  });
}

}  // namespace backplane::abi
