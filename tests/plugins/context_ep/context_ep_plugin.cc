// A compile-style plugin EP for tests of compiled models: takes Add and Mul of float tensors and
// its own EPContext nodes. Its binary is text: "Add 1 2 3" is the operator and the elements of a
// constant second input, "Add" alone takes both as inputs, "Add @" finds the elements in the
// weightless source buffer. Uses the public headers only, so the same file loads into Backplane and
// into ONNX Runtime. Environment variables, read at each use:
//
//   CONTEXT_EP_TRACE      file to append to: what was called, the ep.* entries CreateEp saw
//   CONTEXT_EP_CLAIM      operator types it takes, separated by commas (default "Add,Mul")
//   CONTEXT_EP_NULL       "node": an EPContext node is null; "name": it has another name
//   CONTEXT_EP_INFO       what GetCompiledModelCompatibilityInfo says (default: "")
//   CONTEXT_EP_VERDICT    number that ValidateCompiledModelCompatibilityInfo answers; "fail": fails
//   CONTEXT_EP_CALLBACKS  bits of GetEpContextDataCallbackSupport (default 0)
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "onnxruntime_c_api.h"

#define EXPORT extern "C" __attribute__((visibility("default")))
#define RETURN_IF_FAILED(call) \
  if (OrtStatus* status = (call)) return status

namespace {

const OrtApi* ort = nullptr;
const OrtEpApi* ep_api = nullptr;
const OrtModelEditorApi* editor = nullptr;

std::string Variable(const char* name, const char* fallback = "") {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

void Trace(const std::string& line) {
  const std::string path = Variable("CONTEXT_EP_TRACE");
  if (path.empty()) return;
  std::ofstream(path, std::ios::app) << line << "\n";
}

OrtStatus* Failure(const std::string& text) { return ort->CreateStatus(ORT_EP_FAIL, text.c_str()); }

// The headers call most members noexcept; tests of exceptions want to throw.
template <typename Member, typename Function>
void Set(Member& member, Function* function) {
  member = reinterpret_cast<Member>(function);
}

struct Factory : OrtEpFactory {
  std::string name;
};

struct Ep : OrtEp {
  Factory* factory = nullptr;
  std::map<std::string, std::string> config;
  OrtEpContextConfig* context = nullptr;
  std::vector<float> source;  // the weightless source buffer
  std::string info;

  bool On(const char* key) const {
    const auto it = config.find(key);
    return it != config.end() && it->second == "1";
  }
  std::string Text(const char* key) const {
    const auto it = config.find(key);
    return it == config.end() ? "" : it->second;
  }
};

Ep& Self(const OrtEp* ep) { return const_cast<Ep&>(static_cast<const Ep&>(*ep)); }

// -- reading nodes
// -------------------------------------------------------------------------------------------------

std::string TypeOf(const OrtNode* node) {
  const char* text = "";
  ort->ReleaseStatus(ort->Node_GetOperatorType(node, &text));
  return text;
}

std::string NameOf(const OrtNode* node) {
  const char* text = "";
  ort->ReleaseStatus(ort->Node_GetName(node, &text));
  return text;
}

std::string NameOf(const OrtValueInfo* value) {
  const char* text = "";
  ort->ReleaseStatus(ort->GetValueInfoName(value, &text));
  return text;
}

std::vector<const OrtValueInfo*> Values(const OrtNode* node, bool inputs) {
  size_t count = 0;
  ort->ReleaseStatus((inputs ? ort->Node_GetNumInputs : ort->Node_GetNumOutputs)(node, &count));
  std::vector<const OrtValueInfo*> values(count);
  ort->ReleaseStatus(
      (inputs ? ort->Node_GetInputs : ort->Node_GetOutputs)(node, values.data(), count));
  return values;
}

// A string or int attribute as text; empty when absent.
std::string AttributeOf(const OrtNode* node, const char* name) {
  const OrtOpAttr* attribute = nullptr;
  if (OrtStatus* status = ort->Node_GetAttributeByName(node, name, &attribute)) {
    ort->ReleaseStatus(status);
    return "";
  }
  if (attribute == nullptr) return "";
  OrtOpAttrType type = ORT_OP_ATTR_UNDEFINED;
  ort->ReleaseStatus(ort->OpAttr_GetType(attribute, &type));
  size_t size = 0;
  if (type == ORT_OP_ATTR_INT) {
    int64_t number = 0;
    ort->ReleaseStatus(ort->ReadOpAttr(attribute, type, &number, sizeof(number), &size));
    return std::to_string(number);
  }
  ort->ReleaseStatus(ort->ReadOpAttr(attribute, type, nullptr, 0, &size));
  std::string text(size, '\0');
  ort->ReleaseStatus(ort->ReadOpAttr(attribute, type, text.data(), text.size(), &size));
  while (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

bool IsOwnContext(const Ep& ep, const OrtNode* node) {
  return TypeOf(node) == "EPContext" && AttributeOf(node, "source") == ep.factory->name;
}

bool Wants(const Ep& ep, const OrtNode* node) {
  if (IsOwnContext(ep, node)) return true;
  std::stringstream list(Variable("CONTEXT_EP_CLAIM", "Add,Mul"));
  for (std::string type; std::getline(list, type, ',');) {
    if (type == TypeOf(node)) return true;
  }
  return false;
}

// -- running
// ---------------------------------------------------------------------------------------------------------

struct Group : OrtNodeComputeInfo {
  std::string type;
  bool has_weight = false;
  std::vector<float> weight;
};

OrtStatus* Read(const OrtValue* value, const float** data, std::vector<int64_t>* shape) {
  OrtTensorTypeAndShapeInfo* info = nullptr;
  RETURN_IF_FAILED(ort->GetTensorTypeAndShape(value, &info));
  size_t rank = 0;
  ort->ReleaseStatus(ort->GetDimensionsCount(info, &rank));
  shape->resize(rank);
  ort->ReleaseStatus(ort->GetDimensions(info, shape->data(), rank));
  ort->ReleaseTensorTypeAndShapeInfo(info);
  const void* raw = nullptr;
  RETURN_IF_FAILED(ort->GetTensorData(value, &raw));
  *data = static_cast<const float*>(raw);
  return nullptr;
}

OrtStatus* Compute(OrtNodeComputeInfo* self, void*, OrtKernelContext* context) {
  const Group& group = *static_cast<Group*>(self);
  const OrtValue* left_value = nullptr;
  RETURN_IF_FAILED(ort->KernelContext_GetInput(context, 0, &left_value));
  const float* left = nullptr;
  const float* right = group.weight.data();
  std::vector<int64_t> shape;
  std::vector<int64_t> right_shape;
  RETURN_IF_FAILED(Read(left_value, &left, &shape));
  if (!group.has_weight) {
    const OrtValue* right_value = nullptr;
    RETURN_IF_FAILED(ort->KernelContext_GetInput(context, 1, &right_value));
    RETURN_IF_FAILED(Read(right_value, &right, &right_shape));
  }
  size_t count = 1;
  for (const int64_t dim : shape) count *= static_cast<size_t>(dim);
  if (group.has_weight && group.weight.size() != count)
    return Failure("the weight has another size than the input");
  OrtValue* output = nullptr;
  RETURN_IF_FAILED(ort->KernelContext_GetOutput(context, 0, shape.data(), shape.size(), &output));
  void* raw = nullptr;
  RETURN_IF_FAILED(ort->GetTensorMutableData(output, &raw));
  auto* result = static_cast<float*>(raw);
  for (size_t i = 0; i < count; ++i)
    result[i] = group.type == "Mul" ? left[i] * right[i] : left[i] + right[i];
  return nullptr;
}

std::unique_ptr<Group> NewGroup() {
  auto group = std::make_unique<Group>();
  std::memset(static_cast<OrtNodeComputeInfo*>(group.get()), 0, sizeof(OrtNodeComputeInfo));
  group->ort_version_supported = ORT_API_VERSION;
  Set(
      group->CreateState, +[](OrtNodeComputeInfo*, OrtNodeComputeContext*, void** state) {
        *state = nullptr;
        return static_cast<OrtStatus*>(nullptr);
      });
  Set(group->Compute, &Compute);
  Set(
      group->ReleaseState, +[](OrtNodeComputeInfo*, void*) {});
  return group;
}

// -- compiling
// -------------------------------------------------------------------------------------------------------

OrtStatus* GetCapability(OrtEp* self, const OrtGraph* graph, OrtEpGraphSupportInfo* support) {
  size_t count = 0;
  RETURN_IF_FAILED(ort->Graph_GetNumNodes(graph, &count));
  std::vector<const OrtNode*> nodes(count);
  RETURN_IF_FAILED(ort->Graph_GetNodes(graph, nodes.data(), count));
  for (const OrtNode* node : nodes) {
    if (!Wants(Self(self), node)) continue;
    OrtNodeFusionOptions fusion = {};
    fusion.ort_version_supported = ORT_API_VERSION;
    fusion.drop_constant_initializers =
        !Self(self).On("ep.enable_weightless_ep_context_nodes") && !IsOwnContext(Self(self), node);
    RETURN_IF_FAILED(ep_api->EpGraphSupportInfo_AddNodesToFuse(support, &node, 1, &fusion));
  }
  return nullptr;
}

std::string Binary(const Ep& ep, const Group& group) {
  std::string text = group.type;
  if (!group.has_weight) return text;
  if (ep.On("ep.enable_weightless")) return text + " @";
  for (const float element : group.weight) text += " " + std::to_string(element);
  return text;
}

OrtStatus* Parse(const Ep& ep, const std::string& binary, Group* group) {
  std::stringstream text(binary);
  text >> group->type;
  for (std::string word; text >> word;) {
    group->has_weight = true;
    if (word == "@") {
      group->weight = ep.source;
    } else {
      group->weight.push_back(std::stof(word));
    }
  }
  return group->type.empty() ? Failure("the EPContext binary is empty") : nullptr;
}

// Where data files are: beside the compiled model.
std::string Folder(const OrtGraph* graph, const Ep& ep) {
  const ORTCHAR_T* path = nullptr;
  ort->ReleaseStatus(ort->Graph_GetModelPath(graph, &path));
  std::filesystem::path model(path == nullptr ? "" : path);
  if (ep.On("ep.context_enable") && !ep.Text("ep.context_file_path").empty())
    model = ep.Text("ep.context_file_path");
  return model.parent_path().string();
}

OrtStatus* ReadData(const Ep& ep, const std::string& folder, const std::string& name,
                    std::string* data) {
  OrtReadNamedBufferFunc read = nullptr;
  void* state = nullptr;
  if (ep.context != nullptr)
    RETURN_IF_FAILED(ep_api->EpContextConfig_GetEpContextDataReadFunc(ep.context, &read, &state));
  if (read != nullptr) {
    OrtAllocator* allocator = nullptr;
    RETURN_IF_FAILED(ort->GetAllocatorWithDefaultOptions(&allocator));
    void* buffer = nullptr;
    size_t size = 0;
    RETURN_IF_FAILED(read(state, name.c_str(), allocator, &buffer, &size));
    data->assign(static_cast<const char*>(buffer), size);
    return ort->AllocatorFree(allocator, buffer);
  }
  std::ifstream file(std::filesystem::path(folder) / name, std::ios::binary);
  if (!file) return Failure("cannot open '" + name + "'");
  std::stringstream content;
  content << file.rdbuf();
  *data = content.str();
  return nullptr;
}

OrtStatus* WriteData(const Ep& ep, const std::string& folder, const std::string& name,
                     const std::string& data) {
  OrtWriteNamedBufferFunc write = nullptr;
  void* state = nullptr;
  if (ep.context != nullptr)
    RETURN_IF_FAILED(ep_api->EpContextConfig_GetEpContextDataWriteFunc(ep.context, &write, &state));
  if (write != nullptr) return write(state, name.c_str(), data.data(), data.size());
  std::ofstream(std::filesystem::path(folder) / name, std::ios::binary) << data;
  return nullptr;
}

OrtStatus* ReadContext(const Ep& ep, const OrtGraph* graph, const OrtNode* node, Group* group) {
  std::string binary = AttributeOf(node, "ep_cache_context");
  if (AttributeOf(node, "embed_mode") == "0") {
    const std::string file = binary;
    RETURN_IF_FAILED(ReadData(ep, Folder(graph, ep), file, &binary));
  }
  return Parse(ep, binary, group);
}

OrtStatus* ReadNode(const OrtNode* node, const OrtNode* fused, Group* group) {
  group->type = TypeOf(node);
  // The second input is not among the fused node's where constants were dropped.
  const auto inputs = Values(node, true);
  const auto given = Values(fused, true);
  if (inputs.size() < 2 || given.size() >= 2) return nullptr;
  const OrtValue* constant = nullptr;
  RETURN_IF_FAILED(ort->ValueInfo_GetInitializerValue(inputs[1], &constant));
  if (constant == nullptr) return nullptr;
  const float* data = nullptr;
  std::vector<int64_t> shape;
  RETURN_IF_FAILED(Read(constant, &data, &shape));
  size_t count = 1;
  for (const int64_t dim : shape) count *= static_cast<size_t>(dim);
  group->has_weight = true;
  group->weight.assign(data, data + count);
  return nullptr;
}

OrtStatus* MakeContextNode(const Ep& ep, const OrtGraph* graph, const OrtNode* fused,
                           const Group& group, OrtNode** out) {
  const std::string name =
      Variable("CONTEXT_EP_NULL") == "name" ? NameOf(fused) + "_other" : NameOf(fused);
  std::string binary = Binary(ep, group);
  const int64_t embed = ep.Text("ep.context_embed_mode") == "1" ? 1 : 0;
  if (embed == 0) {
    const std::string file =
        std::filesystem::path(ep.Text("ep.context_file_path")).stem().string() + "_" +
        ep.Text("ep.context_node_name_prefix") + name + ".bin";
    RETURN_IF_FAILED(WriteData(ep, Folder(graph, ep), file, binary));
    binary = file;
  }
  const int64_t main_context = 1;
  OrtOpAttr* attributes[4] = {};
  const auto text = [&](const char* key, const std::string& value, OrtOpAttr** attribute) {
    return ort->CreateOpAttr(key, value.data(), static_cast<int>(value.size()), ORT_OP_ATTR_STRING,
                             attribute);
  };
  RETURN_IF_FAILED(text("ep_cache_context", binary, &attributes[0]));
  RETURN_IF_FAILED(text("source", ep.factory->name, &attributes[1]));
  RETURN_IF_FAILED(ort->CreateOpAttr("embed_mode", &embed, 1, ORT_OP_ATTR_INT, &attributes[2]));
  RETURN_IF_FAILED(
      ort->CreateOpAttr("main_context", &main_context, 1, ORT_OP_ATTR_INT, &attributes[3]));
  std::vector<std::string> names;
  for (const bool inputs : {true, false}) {
    for (const OrtValueInfo* value : Values(fused, inputs)) names.push_back(NameOf(value));
  }
  std::vector<const char*> pointers;
  for (const std::string& each : names) pointers.push_back(each.c_str());
  const size_t inputs = Values(fused, true).size();
  return editor->CreateNode("EPContext", "com.microsoft", name.c_str(), pointers.data(), inputs,
                            pointers.data() + inputs, pointers.size() - inputs, attributes, 4, out);
}

OrtStatus* Compile(OrtEp* self, const OrtGraph** graphs, const OrtNode** fused, size_t count,
                   OrtNodeComputeInfo** infos, OrtNode** context_nodes) {
  Ep& ep = Self(self);
  Trace("Compile " + std::to_string(count));
  for (size_t i = 0; i < count; ++i) {
    const OrtNode* node = nullptr;
    RETURN_IF_FAILED(ort->Graph_GetNodes(graphs[i], &node, 1));
    auto group = NewGroup();
    if (TypeOf(node) == "EPContext") {
      RETURN_IF_FAILED(ReadContext(ep, graphs[i], node, group.get()));
    } else {
      RETURN_IF_FAILED(ReadNode(node, fused[i], group.get()));
      if (ep.On("ep.context_enable") && Variable("CONTEXT_EP_NULL") != "node") {
        RETURN_IF_FAILED(MakeContextNode(ep, graphs[i], fused[i], *group, &context_nodes[i]));
      }
    }
    infos[i] = group.release();
  }
  return nullptr;
}

void ReleaseNodeComputeInfos(OrtEp*, OrtNodeComputeInfo** infos, size_t count) {
  for (size_t i = 0; i < count; ++i) delete static_cast<Group*>(infos[i]);
}

// -- EPs
// ------------------------------------------------------------------------------------------------------------

OrtStatus* ReadConfig(const OrtSessionOptions* options, Ep* ep) {
  OrtKeyValuePairs* config = nullptr;
  RETURN_IF_FAILED(ort->GetSessionOptionsConfigEntries(options, &config));
  const char* const* keys = nullptr;
  const char* const* values = nullptr;
  size_t count = 0;
  ort->GetKeyValuePairs(config, &keys, &values, &count);
  for (size_t i = 0; i < count; ++i) ep->config[keys[i]] = values[i];
  ort->ReleaseKeyValuePairs(config);
  const void* source = nullptr;
  size_t bytes = 0;
  RETURN_IF_FAILED(ep_api->SessionOptionsGetWeightlessSourceModelBuffer(options, &source, &bytes));
  ep->source.resize(bytes / sizeof(float));
  if (bytes != 0) std::memcpy(ep->source.data(), source, ep->source.size() * sizeof(float));
  return ep_api->SessionOptionsGetEpContextConfig(options, &ep->context);
}

OrtStatus* SetDynamicOptions(OrtEp*, const char* const* keys, const char* const* values,
                             size_t count) {
  std::string line = "SetDynamicOptions";
  for (size_t i = 0; i < count; ++i) line += std::string(" ") + keys[i] + "=" + values[i];
  Trace(line);
  for (size_t i = 0; i < count; ++i) {
    if (std::strcmp(keys[i], "bad") == 0)
      return ort->CreateStatus(ORT_INVALID_ARGUMENT, "no such option: bad");
  }
  return nullptr;
}

OrtStatus* CreateEp(OrtEpFactory* self, const OrtHardwareDevice* const*,
                    const OrtKeyValuePairs* const*, size_t, const OrtSessionOptions* options,
                    const OrtLogger*, OrtEp** out) {
  auto ep = std::make_unique<Ep>();
  std::memset(static_cast<OrtEp*>(ep.get()), 0, sizeof(OrtEp));
  ep->ort_version_supported = ORT_API_VERSION;
  ep->factory = static_cast<Factory*>(self);
  RETURN_IF_FAILED(ReadConfig(options, ep.get()));
  std::string line = "CreateEp";
  for (const auto& [key, value] : ep->config) {
    if (key.rfind("ep.", 0) == 0) line += " " + key + "=" + value;
  }
  Trace(line);
  Set(
      ep->GetName, +[](const OrtEp* e) { return Self(e).factory->name.c_str(); });
  Set(ep->GetCapability, &GetCapability);
  Set(ep->Compile, &Compile);
  Set(ep->ReleaseNodeComputeInfos, &ReleaseNodeComputeInfos);
  Set(ep->SetDynamicOptions, &SetDynamicOptions);
  Set(
      ep->GetCompiledModelCompatibilityInfo, +[](OrtEp* e, const OrtGraph* graph) -> const char* {
        size_t nodes = 0;
        ort->ReleaseStatus(ort->Graph_GetNumNodes(graph, &nodes));
        Trace("GetCompiledModelCompatibilityInfo " + std::to_string(nodes));
        Self(e).info = Variable("CONTEXT_EP_INFO");
        return Self(e).info.c_str();
      });
  Set(
      ep->GetWeightlessSupport, +[](const OrtEp*, OrtWeightlessSupport* support) {
        Trace("GetWeightlessSupport");
        *support =
            static_cast<OrtWeightlessSupport>(std::stoi(Variable("CONTEXT_EP_WEIGHTLESS", "2")));
        return static_cast<OrtStatus*>(nullptr);
      });
  Set(
      ep->GetEpContextDataCallbackSupport, +[](OrtEp*, uint32_t* flags) {
        Trace("GetEpContextDataCallbackSupport");
        *flags = static_cast<uint32_t>(std::stoul(Variable("CONTEXT_EP_CALLBACKS", "0")));
        return static_cast<OrtStatus*>(nullptr);
      });
  *out = ep.release();
  return nullptr;
}

void ReleaseEp(OrtEpFactory*, OrtEp* ep) {
  if (Self(ep).context != nullptr) ep_api->ReleaseEpContextConfig(Self(ep).context);
  delete &Self(ep);
}

OrtStatus* GetSupportedDevices(OrtEpFactory* self, const OrtHardwareDevice* const* devices,
                               size_t num_devices, OrtEpDevice** ep_devices, size_t max_ep_devices,
                               size_t* num_ep_devices) {
  *num_ep_devices = 0;
  for (size_t i = 0; i < num_devices && *num_ep_devices < max_ep_devices; ++i) {
    if (ort->HardwareDevice_Type(devices[i]) != OrtHardwareDeviceType_CPU) continue;
    RETURN_IF_FAILED(ep_api->CreateEpDevice(self, devices[i], nullptr, nullptr,
                                            &ep_devices[(*num_ep_devices)++]));
  }
  return nullptr;
}

OrtStatus* Validate(OrtEpFactory*, const OrtHardwareDevice* const*, size_t num_devices,
                    const char* info, OrtCompiledModelCompatibility* out) {
  Trace("Validate " + std::string(info) + " on " + std::to_string(num_devices));
  const std::string verdict = Variable("CONTEXT_EP_VERDICT", "1");
  if (verdict == "fail") return Failure("the verdict is to fail");
  *out = static_cast<OrtCompiledModelCompatibility>(std::stoi(verdict));
  return nullptr;
}

}  // namespace

EXPORT OrtStatus* CreateEpFactories(const char* registered_name, const OrtApiBase* base,
                                    const OrtLogger*, OrtEpFactory** factories,
                                    size_t max_factories, size_t* num_factories) {
  ort = base->GetApi(ORT_API_VERSION);
  ep_api = ort->GetEpApi();
  editor = ort->GetModelEditorApi();
  if (max_factories == 0) return Failure("no room for a factory");
  auto factory = std::make_unique<Factory>();
  std::memset(static_cast<OrtEpFactory*>(factory.get()), 0, sizeof(OrtEpFactory));
  factory->ort_version_supported = ORT_API_VERSION;
  factory->name = registered_name;
  Set(
      factory->GetName,
      +[](const OrtEpFactory* f) { return static_cast<const Factory*>(f)->name.c_str(); });
  Set(
      factory->GetVendor, +[](const OrtEpFactory*) { return "Context Vendor"; });
  Set(
      factory->GetVendorId, +[](const OrtEpFactory*) { return uint32_t{0xbe02}; });
  Set(
      factory->GetVersion, +[](const OrtEpFactory*) { return "1.0.0"; });
  Set(factory->GetSupportedDevices, &GetSupportedDevices);
  Set(factory->CreateEp, &CreateEp);
  Set(factory->ReleaseEp, &ReleaseEp);
  Set(factory->ValidateCompiledModelCompatibilityInfo, &Validate);
  Set(
      factory->IsStreamAware, +[](const OrtEpFactory*) { return false; });
  Set(
      factory->CreateDataTransfer, +[](OrtEpFactory*, OrtDataTransferImpl** out) {
        *out = nullptr;
        return static_cast<OrtStatus*>(nullptr);
      });
  factories[0] = factory.release();
  *num_factories = 1;
  return nullptr;
}

EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  delete static_cast<Factory*>(factory);
  return nullptr;
}
