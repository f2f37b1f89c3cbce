// A compile-style EP that tells in JSON what a host lets an EP read of a graph: every function of
// OrtApi's Graph_*, Node_*, ValueInfo_*, OpAttr_* and external-initializer info. Options:
//
//   file    where the JSON lines go, one for each call: {"at": "GetCapability", "graph": ...},
//           {"at": "view", ...} of a view of about half of the nodes, {"at": "Compile", ...}
//   claim   operators it takes, separated by commas, one group for each run of them
//
// It computes nothing. Uses the public headers only, so that two hosts can be compared.
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "support/cpu_factory.h"
#include "support/graph.h"

namespace {

using plugin::All;
using plugin::NameOf;
using plugin::NodesOf;
using plugin::OutputsOf;

using Json = nlohmann::ordered_json;

// -- values

/// The FNV-1a hash of `bytes`.
uint64_t HashOf(const void* data, size_t bytes) {
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < bytes; ++i)
    hash = (hash ^ static_cast<const uint8_t*>(data)[i]) * 1099511628211u;
  return hash;
}

Json TensorShape(const OrtTensorTypeAndShapeInfo* info) {
  ONNXTensorElementDataType type;
  size_t rank = 0;
  Check(ort->GetTensorElementType(info, &type));
  Check(ort->GetDimensionsCount(info, &rank));
  std::vector<int64_t> dims(rank);
  std::vector<const char*> symbols(rank);
  Check(ort->GetDimensions(info, dims.data(), rank));
  Check(ort->GetSymbolicDimensions(info, symbols.data(), rank));
  return {{"element", static_cast<int>(type)}, {"dims", dims}, {"symbols", symbols}};
}

Json Type(const OrtTypeInfo* info) {
  if (info == nullptr) return nullptr;
  ONNXType kind;
  Check(ort->GetOnnxTypeFromTypeInfo(info, &kind));
  Json json{{"kind", static_cast<int>(kind)}};
  if (kind == ONNX_TYPE_TENSOR) {
    const OrtTensorTypeAndShapeInfo* tensor = nullptr;
    Check(ort->CastTypeInfoToTensorInfo(info, &tensor));
    json["tensor"] = TensorShape(tensor);
  }
  return json;
}

Json Tensor(const OrtValue* value) {
  if (value == nullptr) return nullptr;
  OrtTensorTypeAndShapeInfo* info = nullptr;
  Check(ort->GetTensorTypeAndShape(value, &info));
  Json json = TensorShape(info);
  ort->ReleaseTensorTypeAndShapeInfo(info);
  if (json["element"] == static_cast<int>(ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING)) return json;
  size_t bytes = 0;
  const void* data = nullptr;
  Check(ort->GetTensorSizeInBytes(value, &bytes));
  Check(ort->GetTensorData(value, &data));
  json["bytes"] = bytes;
  json["hash"] = HashOf(data, bytes);
  return json;
}

Json External(const OrtValueInfo* value) {
  OrtExternalInitializerInfo* info = nullptr;
  Check(ort->ValueInfo_GetExternalInitializerInfo(value, &info));
  if (info == nullptr) return nullptr;
  Json json{{"file", ort->ExternalInitializerInfo_GetFilePath(info)},
            {"offset", ort->ExternalInitializerInfo_GetFileOffset(info)},
            {"bytes", ort->ExternalInitializerInfo_GetByteSize(info)}};
  ort->ReleaseExternalInitializerInfo(info);
  return json;
}

std::string NameOf(const OrtNode* node) {
  const char* name = nullptr;
  const char* type = nullptr;
  Check(ort->Node_GetName(node, &name));
  Check(ort->Node_GetOperatorType(node, &type));
  return std::string(name) + ":" + type;
}

template <typename Items>
Json Names(const Items& items) {
  Json json = Json::array();
  for (const auto* item : items) json.push_back(NameOf(item));
  return json;
}

Json Value(const OrtValueInfo* value) {
  if (value == nullptr) return nullptr;
  Json json{{"name", NameOf(value)}};
  const OrtTypeInfo* type = nullptr;
  Check(ort->GetValueInfoTypeInfo(value, &type));
  json["type"] = Type(type);

  const OrtNode* producer = nullptr;
  size_t index = 0;
  Check(ort->ValueInfo_GetValueProducer(value, &producer, &index));
  json["producer"] = producer == nullptr ? Json() : Json{NameOf(producer), index};

  size_t count = 0;
  Check(ort->ValueInfo_GetValueNumConsumers(value, &count));
  std::vector<const OrtNode*> nodes(count);
  std::vector<int64_t> indices(count);
  Check(ort->ValueInfo_GetValueConsumers(value, nodes.data(), indices.data(), count));
  Json consumers = Json::array();
  for (size_t i = 0; i < count; ++i) consumers.push_back({NameOf(nodes[i]), indices[i]});
  json["consumers"] = consumers;

  const auto is = [&](const char* key, auto ask) {
    bool answer = false;
    Check(ask(value, &answer));
    json[key] = answer;
    return answer;
  };
  is("required input", ort->ValueInfo_IsRequiredGraphInput);
  is("optional input", ort->ValueInfo_IsOptionalGraphInput);
  is("output", ort->ValueInfo_IsGraphOutput);
  is("outer", ort->ValueInfo_IsFromOuterScope);
  const bool constant = is("constant", ort->ValueInfo_IsConstantInitializer);
  const OrtValue* initializer = nullptr;
  if (constant) Check(ort->ValueInfo_GetInitializerValue(value, &initializer));
  json["initializer"] = Tensor(initializer);
  json["external"] = constant ? External(value) : Json();
  return json;
}

// -- nodes

Json Attribute(const OrtOpAttr* attribute) {
  const char* name = nullptr;
  OrtOpAttrType type = ORT_OP_ATTR_UNDEFINED;
  Check(ort->OpAttr_GetName(attribute, &name));
  Check(ort->OpAttr_GetType(attribute, &type));
  Json json{{"name", name}, {"type", static_cast<int>(type)}};
  if (type == ORT_OP_ATTR_GRAPH) return json;
  if (type == ORT_OP_ATTR_TENSOR) {
    OrtValue* value = nullptr;
    Check(ort->OpAttr_GetTensorAttributeAsOrtValue(attribute, &value));
    json["value"] = Tensor(value);
    ort->ReleaseValue(value);
    return json;
  }
  size_t bytes = 0;
  if (OrtStatus* too_small = ort->ReadOpAttr(attribute, type, nullptr, 0, &bytes))
    ort->ReleaseStatus(too_small);
  std::vector<uint8_t> data(bytes);
  if (bytes != 0) Check(ort->ReadOpAttr(attribute, type, data.data(), bytes, &bytes));
  json["value"] = data;
  return json;
}

Json Graph(const OrtGraph* graph);

Json Node(const OrtNode* node, std::set<size_t>& ids) {
  const char *type = nullptr, *domain = nullptr, *ep = nullptr;
  int since = 0;
  size_t id = 0;
  Check(ort->Node_GetOperatorType(node, &type));
  Check(ort->Node_GetDomain(node, &domain));
  Check(ort->Node_GetSinceVersion(node, &since));
  Check(ort->Node_GetEpName(node, &ep));
  Check(ort->Node_GetId(node, &id));
  Json json{{"name", NameOf(node)}, {"domain", domain}, {"since", since}};
  json["ep"] = ep == nullptr ? "" : ep;
  json["own id"] = ids.insert(id).second;
  json["inputs"] = Names(All<OrtValueInfo>(node, ort->Node_GetNumInputs, ort->Node_GetInputs));
  json["implicit inputs"] =
      Names(All<OrtValueInfo>(node, ort->Node_GetNumImplicitInputs, ort->Node_GetImplicitInputs));
  Json outputs = Json::array();
  for (const OrtValueInfo* value :
       All<OrtValueInfo>(node, ort->Node_GetNumOutputs, ort->Node_GetOutputs))
    outputs.push_back(Value(value));
  json["outputs"] = outputs;

  Json attributes = Json::array();
  for (const OrtOpAttr* attribute :
       All<OrtOpAttr>(node, ort->Node_GetNumAttributes, ort->Node_GetAttributes)) {
    Json told = Attribute(attribute);
    const OrtOpAttr* found = nullptr;
    Check(ort->Node_GetAttributeByName(node, told["name"].get<std::string>().c_str(), &found));
    told["found by name"] = found != nullptr && Attribute(found)["type"] == told["type"];
    attributes.push_back(told);
  }
  json["attributes"] = attributes;

  const OrtGraph* inside = nullptr;
  Check(ort->Node_GetGraph(node, &inside));
  const char* graph_name = nullptr;
  Check(ort->Graph_GetName(inside, &graph_name));
  json["graph"] = graph_name;
  size_t count = 0;
  Check(ort->Node_GetNumSubgraphs(node, &count));
  std::vector<const OrtGraph*> graphs(count);
  std::vector<const char*> names(count);
  Check(ort->Node_GetSubgraphs(node, graphs.data(), count, names.data()));
  Json subgraphs = Json::array();
  for (size_t i = 0; i < count; ++i)
    subgraphs.push_back({{"attribute", names[i]}, {"graph", Graph(graphs[i])}});
  json["subgraphs"] = subgraphs;
  return json;
}

// -- graphs

/// Whether each node comes after those that make its inputs.
bool IsSorted(const std::vector<const OrtNode*>& nodes) {
  std::set<std::string> later;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const auto outputs = All<OrtValueInfo>(*node, ort->Node_GetNumOutputs, ort->Node_GetOutputs);
    for (const OrtValueInfo* value : outputs) later.insert(NameOf(value));
    for (const OrtValueInfo* value :
         All<OrtValueInfo>(*node, ort->Node_GetNumInputs, ort->Node_GetInputs)) {
      if (value != nullptr && later.count(NameOf(value)) != 0) return false;
    }
  }
  return true;
}

Json Metadata(const OrtGraph* graph) {
  OrtModelMetadata* metadata = nullptr;
  Check(ort->Graph_GetModelMetadata(graph, &metadata));
  OrtAllocator* allocator = nullptr;
  Check(ort->GetAllocatorWithDefaultOptions(&allocator));
  char *producer = nullptr, *description = nullptr;
  int64_t version = 0;
  Check(ort->ModelMetadataGetProducerName(metadata, allocator, &producer));
  Check(ort->ModelMetadataGetDescription(metadata, allocator, &description));
  Check(ort->ModelMetadataGetVersion(metadata, &version));
  Json json{{"producer", producer}, {"description", description}, {"version", version}};
  allocator->Free(allocator, producer);
  allocator->Free(allocator, description);
  ort->ReleaseModelMetadata(metadata);
  return json;
}

Json Graph(const OrtGraph* graph) {
  const char* name = nullptr;
  const ORTCHAR_T* path = nullptr;
  int64_t ir_version = 0;
  size_t domains = 0;
  const OrtNode* parent = nullptr;
  Check(ort->Graph_GetName(graph, &name));
  Check(ort->Graph_GetModelPath(graph, &path));
  Check(ort->Graph_GetOnnxIRVersion(graph, &ir_version));
  Check(ort->Graph_GetParentNode(graph, &parent));
  Check(ort->Graph_GetNumOperatorSets(graph, &domains));
  std::vector<const char*> domain(domains);
  std::vector<int64_t> version(domains);
  Check(ort->Graph_GetOperatorSets(graph, domain.data(), version.data(), domains));
  Json opsets = Json::object();
  for (size_t i = 0; i < domains; ++i) opsets[domain[i]] = version[i];

  Json json{{"name", name}, {"path", path}, {"ir", ir_version}, {"opsets", opsets}};
  json["metadata"] = Metadata(graph);
  json["parent"] = parent == nullptr ? "" : NameOf(parent);
  const auto values = [&](const char* key, auto count, auto get) {
    Json list = Json::array();
    for (const OrtValueInfo* value : All<OrtValueInfo>(graph, count, get))
      list.push_back(Value(value));
    json[key] = list;
  };
  values("inputs", ort->Graph_GetNumInputs, ort->Graph_GetInputs);
  values("outputs", ort->Graph_GetNumOutputs, ort->Graph_GetOutputs);
  values("initializers", ort->Graph_GetNumInitializers, ort->Graph_GetInitializers);
  const std::vector<const OrtNode*> nodes = NodesOf(graph);
  json["sorted"] = IsSorted(nodes);
  std::set<size_t> ids;
  Json list = Json::array();
  for (const OrtNode* node : nodes) list.push_back(Node(node, ids));
  json["nodes"] = list;
  return json;
}

// -- the EP

struct Ep : OrtEp {
  Ep(std::string ep_name, const OrtSessionOptions* options);

  static void Options(OrtKeyValuePairs* options) {
    ort->AddKeyValuePair(options, "file", "");
    ort->AddKeyValuePair(options, "claim", "");
  }
  void Tell(const Json& line) const { std::ofstream(file, std::ios::app) << line.dump() << '\n'; }
  void Look(const OrtGraph* graph, OrtEpGraphSupportInfo* support) const;
  void Claim(const std::vector<const OrtNode*>& nodes, OrtEpGraphSupportInfo* support) const;

  std::string name;
  std::string file;
  std::set<std::string> operators;
};

Ep::Ep(std::string ep_name, const OrtSessionOptions* options) : OrtEp{}, name(std::move(ep_name)) {
  file = OptionOf(options, name, "file");
  operators = SetOf(OptionOf(options, name, "claim"));
  ort_version_supported = ORT_API_VERSION;
  GetName = [](const OrtEp* self) noexcept { return static_cast<const Ep*>(self)->name.c_str(); };
  GetCapability = [](OrtEp* self, const OrtGraph* graph, OrtEpGraphSupportInfo* support) noexcept {
    return Guard([&] { static_cast<const Ep*>(self)->Look(graph, support); });
  };
  Compile = [](OrtEp* self, const OrtGraph** graphs, const OrtNode** nodes, size_t count,
               OrtNodeComputeInfo** infos, OrtNode**) noexcept {
    return Guard([&] {
      for (size_t i = 0; i < count; ++i) {
        infos[i] = new IdleGroup();
        // The values of a fused node belong to no graph: their names are all that there is.
        const auto names = [&](auto count, auto get) {
          return Names(All<OrtValueInfo>(nodes[i], count, get));
        };
        static_cast<const Ep*>(self)->Tell(
            {{"at", "Compile"},
             {"graph", Graph(graphs[i])},
             {"inputs", names(ort->Node_GetNumInputs, ort->Node_GetInputs)},
             {"outputs", names(ort->Node_GetNumOutputs, ort->Node_GetOutputs)}});
      }
    });
  };
  ReleaseNodeComputeInfos = ReleaseIdleGroups;
}

void Ep::Look(const OrtGraph* graph, OrtEpGraphSupportInfo* support) const {
  Tell({{"at", "GetCapability"}, {"graph", Graph(graph)}});
  const std::vector<const OrtNode*> nodes = NodesOf(graph);
  // Half of them, whatever order the host has them in.
  std::vector<const OrtNode*> some;
  for (const OrtNode* node : nodes) {
    const auto outputs = All<OrtValueInfo>(node, ort->Node_GetNumOutputs, ort->Node_GetOutputs);
    const std::string first = outputs.empty() ? "" : NameOf(outputs[0]);
    if (HashOf(first.data(), first.size()) % 2 == 0) some.push_back(node);
  }
  if (!some.empty()) {
    OrtGraph* view = nullptr;
    Check(ort->Graph_GetGraphView(graph, some.data(), some.size(), &view));
    Tell({{"at", "view"}, {"graph", Graph(view)}});
    ort->ReleaseGraph(view);
  }
  Claim(nodes, support);
}

void Ep::Claim(const std::vector<const OrtNode*>& nodes, OrtEpGraphSupportInfo* support) const {
  std::vector<const OrtNode*> group;
  for (const OrtNode* node : nodes) {
    const char* type = nullptr;
    Check(ort->Node_GetOperatorType(node, &type));
    if (operators.count(type) != 0) {
      group.push_back(node);
    } else {
      Fuse(support, group);
    }
  }
  Fuse(support, group);
}

}  // namespace

BACKPLANE_TEST_EP(Ep)
