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
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

#include "support/cpu_factory.h"
#include "support/graph.h"

namespace {

using plugin::Fail;
using plugin::InputsOf;
using plugin::NameOf;
using plugin::NamesOf;
using plugin::OutputsOf;
using plugin::TypeOf;

std::string Variable(const char* name, const char* fallback = "") {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

void Trace(const std::string& line) {
  const std::string path = Variable("CONTEXT_EP_TRACE");
  if (path.empty()) return;
  std::ofstream(path, std::ios::app) << line << "\n";
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
  Check(ort->OpAttr_GetType(attribute, &type));
  size_t size = 0;
  if (type == ORT_OP_ATTR_INT) {
    int64_t number = 0;
    Check(ort->ReadOpAttr(attribute, type, &number, sizeof(number), &size));
    return std::to_string(number);
  }
  ort->ReleaseStatus(ort->ReadOpAttr(attribute, type, nullptr, 0, &size));  // only the size
  std::string text(size, '\0');
  Check(ort->ReadOpAttr(attribute, type, text.data(), text.size(), &size));
  while (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

// -- running
// ---------------------------------------------------------------------------------------------------------

struct Floats {
  const float* data = nullptr;
  std::vector<int64_t> shape;
  size_t count = 1;
};

Floats Read(const OrtValue* value) {
  Floats floats;
  OrtTensorTypeAndShapeInfo* info = nullptr;
  Check(ort->GetTensorTypeAndShape(value, &info));
  size_t rank = 0;
  OrtStatus* status = ort->GetDimensionsCount(info, &rank);
  floats.shape.resize(rank);
  if (status == nullptr) status = ort->GetDimensions(info, floats.shape.data(), rank);
  ort->ReleaseTensorTypeAndShapeInfo(info);
  Check(status);
  for (const int64_t dim : floats.shape) floats.count *= static_cast<size_t>(dim);
  const void* raw = nullptr;
  Check(ort->GetTensorData(value, &raw));
  floats.data = static_cast<const float*>(raw);
  return floats;
}

Floats Input(OrtKernelContext* context, size_t index) {
  const OrtValue* value = nullptr;
  Check(ort->KernelContext_GetInput(context, index, &value));
  return Read(value);
}

struct Group : IdleGroup {
  Group() {
    Compute = [](OrtNodeComputeInfo* self, void*, OrtKernelContext* context) noexcept {
      return Guard([&] { static_cast<const Group*>(self)->Run(context); });
    };
  }

  void Run(OrtKernelContext* context) const {
    const Floats left = Input(context, 0);
    if (has_weight && weight.size() != left.count)
      Fail("the weight has another size than the input");
    const float* right = has_weight ? weight.data() : Input(context, 1).data;
    OrtValue* output = nullptr;
    Check(ort->KernelContext_GetOutput(context, 0, left.shape.data(), left.shape.size(), &output));
    void* raw = nullptr;
    Check(ort->GetTensorMutableData(output, &raw));
    auto* result = static_cast<float*>(raw);
    for (size_t i = 0; i < left.count; ++i)
      result[i] = type == "Mul" ? left.data[i] * right[i] : left.data[i] + right[i];
  }

  std::string type;
  bool has_weight = false;
  std::vector<float> weight;
};

// -- the EP
// ----------------------------------------------------------------------------------------------------------

struct Ep : OrtEp {
  Ep(std::string ep_name, const OrtSessionOptions* options);
  ~Ep() {
    if (context != nullptr) ep_api->ReleaseEpContextConfig(context);
  }
  static void Options(OrtKeyValuePairs*) {}

  bool On(const char* key) const { return Text(key) == "1"; }
  std::string Text(const char* key) const {
    const auto it = config.find(key);
    return it == config.end() ? "" : it->second;
  }

  void ReadConfig(const OrtSessionOptions* options);
  bool IsOwnContext(const OrtNode* node) const;
  void Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support) const;
  void CompileGroups(const OrtGraph** graphs, const OrtNode** fused, size_t count,
                     OrtNodeComputeInfo** infos, OrtNode** context_nodes) const;

  std::string Folder(const OrtGraph* graph) const;
  std::string ReadData(const std::string& folder, const std::string& data) const;
  void WriteData(const std::string& folder, const std::string& file, const std::string& data) const;
  std::string Binary(const Group& group) const;
  void Parse(const std::string& binary, Group& group) const;
  void ReadContext(const OrtGraph* graph, const OrtNode* node, Group& group) const;
  OrtNode* MakeContextNode(const OrtGraph* graph, const OrtNode* fused, const Group& group) const;

  std::string name;
  std::map<std::string, std::string> config;
  OrtEpContextConfig* context = nullptr;
  std::vector<float> source;  // the weightless source buffer
  std::string info;
};

Ep& Self(OrtEp* ep) { return static_cast<Ep&>(*ep); }

bool Ep::IsOwnContext(const OrtNode* node) const {
  return TypeOf(node) == "EPContext" && AttributeOf(node, "source") == name;
}

void Ep::Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support) const {
  const std::set<std::string> types = SetOf(Variable("CONTEXT_EP_CLAIM", "Add,Mul"));
  for (const OrtNode* node : plugin::NodesOf(graph)) {
    if (!IsOwnContext(node) && types.count(TypeOf(node)) == 0) continue;
    OrtNodeFusionOptions fusion = {};
    fusion.ort_version_supported = ORT_API_VERSION;
    fusion.drop_constant_initializers =
        !On("ep.enable_weightless_ep_context_nodes") && !IsOwnContext(node);
    Check(ep_api->EpGraphSupportInfo_AddNodesToFuse(support, &node, 1, &fusion));
  }
}

// -- its binaries
// ----------------------------------------------------------------------------------------------------

std::string Ep::Binary(const Group& group) const {
  std::string text = group.type;
  if (!group.has_weight) return text;
  if (On("ep.enable_weightless")) return text + " @";
  for (const float element : group.weight) text += " " + std::to_string(element);
  return text;
}

void Ep::Parse(const std::string& binary, Group& group) const {
  std::stringstream text(binary);
  text >> group.type;
  for (std::string word; text >> word;) {
    group.has_weight = true;
    if (word == "@") {
      group.weight = source;
    } else {
      group.weight.push_back(std::stof(word));
    }
  }
  if (group.type.empty()) Fail("the EPContext binary is empty");
}

// Where data files are: beside the compiled model.
std::string Ep::Folder(const OrtGraph* graph) const {
  const ORTCHAR_T* path = nullptr;
  Check(ort->Graph_GetModelPath(graph, &path));
  std::filesystem::path model(path == nullptr ? "" : path);
  if (On("ep.context_enable") && !Text("ep.context_file_path").empty())
    model = Text("ep.context_file_path");
  return model.parent_path().string();
}

std::string Ep::ReadData(const std::string& folder, const std::string& data) const {
  OrtReadNamedBufferFunc read = nullptr;
  void* state = nullptr;
  if (context != nullptr)
    Check(ep_api->EpContextConfig_GetEpContextDataReadFunc(context, &read, &state));
  if (read != nullptr) {
    OrtAllocator* allocator = nullptr;
    Check(ort->GetAllocatorWithDefaultOptions(&allocator));
    void* buffer = nullptr;
    size_t size = 0;
    Check(read(state, data.c_str(), allocator, &buffer, &size));
    const std::string content(static_cast<const char*>(buffer), size);
    Check(ort->AllocatorFree(allocator, buffer));
    return content;
  }
  std::ifstream file(std::filesystem::path(folder) / data, std::ios::binary);
  if (!file) Fail("cannot open '" + data + "'");
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

void Ep::WriteData(const std::string& folder, const std::string& file,
                   const std::string& data) const {
  OrtWriteNamedBufferFunc write = nullptr;
  void* state = nullptr;
  if (context != nullptr)
    Check(ep_api->EpContextConfig_GetEpContextDataWriteFunc(context, &write, &state));
  if (write != nullptr) return Check(write(state, file.c_str(), data.data(), data.size()));
  std::ofstream(std::filesystem::path(folder) / file, std::ios::binary) << data;
}

void Ep::ReadContext(const OrtGraph* graph, const OrtNode* node, Group& group) const {
  const std::string data = AttributeOf(node, "ep_cache_context");
  const bool in_file = AttributeOf(node, "embed_mode") == "0";
  Parse(in_file ? ReadData(Folder(graph), data) : data, group);
}

OrtOpAttr* Attribute(const char* key, const std::string& text) {
  OrtOpAttr* attribute = nullptr;
  Check(ort->CreateOpAttr(key, text.data(), static_cast<int>(text.size()), ORT_OP_ATTR_STRING,
                          &attribute));
  return attribute;
}

OrtOpAttr* Attribute(const char* key, int64_t number) {
  OrtOpAttr* attribute = nullptr;
  Check(ort->CreateOpAttr(key, &number, 1, ORT_OP_ATTR_INT, &attribute));
  return attribute;
}

OrtNode* Ep::MakeContextNode(const OrtGraph* graph, const OrtNode* fused,
                             const Group& group) const {
  const std::string fused_name = plugin::TextOf(fused, ort->Node_GetName);
  const bool wrong = Variable("CONTEXT_EP_NULL") == "name";
  const std::string node_name = wrong ? fused_name + "_other" : fused_name;
  std::string data = Binary(group);
  const bool embed = Text("ep.context_embed_mode") == "1";
  if (!embed) {
    const std::string file = std::filesystem::path(Text("ep.context_file_path")).stem().string() +
                             "_" + Text("ep.context_node_name_prefix") + node_name + ".bin";
    WriteData(Folder(graph), file, data);
    data = file;
  }
  OrtOpAttr* attributes[] = {Attribute("ep_cache_context", data), Attribute("source", name),
                             Attribute("embed_mode", embed ? 1 : 0), Attribute("main_context", 1)};
  std::vector<const char*> names;
  const std::vector<std::string> inputs = NamesOf(InputsOf(fused));
  const std::vector<std::string> outputs = NamesOf(OutputsOf(fused));
  for (const auto* list : {&inputs, &outputs}) {
    for (const std::string& each : *list) names.push_back(each.c_str());
  }
  OrtNode* node = nullptr;
  Check(ort->GetModelEditorApi()->CreateNode(
      "EPContext", "com.microsoft", node_name.c_str(), names.data(), inputs.size(),
      names.data() + inputs.size(), outputs.size(), attributes, 4, &node));
  return node;
}

// -- compiling
// -------------------------------------------------------------------------------------------------------

void ReadNode(const OrtNode* node, const OrtNode* fused, Group& group) {
  group.type = TypeOf(node);
  // The second input is not among the fused node's where constants were dropped.
  const auto inputs = InputsOf(node);
  if (inputs.size() < 2 || InputsOf(fused).size() >= 2) return;
  const OrtValue* constant = nullptr;
  Check(ort->ValueInfo_GetInitializerValue(inputs[1], &constant));
  if (constant == nullptr) return;
  const Floats weight = Read(constant);
  group.has_weight = true;
  group.weight.assign(weight.data, weight.data + weight.count);
}

void Ep::CompileGroups(const OrtGraph** graphs, const OrtNode** fused, size_t count,
                       OrtNodeComputeInfo** infos, OrtNode** context_nodes) const {
  Trace("Compile " + std::to_string(count));
  for (size_t i = 0; i < count; ++i) {
    const OrtNode* node = plugin::NodesOf(graphs[i]).at(0);
    auto group = std::make_unique<Group>();
    if (TypeOf(node) == "EPContext") {
      ReadContext(graphs[i], node, *group);
    } else {
      ReadNode(node, fused[i], *group);
      if (On("ep.context_enable") && Variable("CONTEXT_EP_NULL") != "node")
        context_nodes[i] = MakeContextNode(graphs[i], fused[i], *group);
    }
    infos[i] = group.release();
  }
}

void Ep::ReadConfig(const OrtSessionOptions* options) {
  OrtKeyValuePairs* entries = nullptr;
  Check(ort->GetSessionOptionsConfigEntries(options, &entries));
  const char* const* keys = nullptr;
  const char* const* values = nullptr;
  size_t count = 0;
  ort->GetKeyValuePairs(entries, &keys, &values, &count);
  for (size_t i = 0; i < count; ++i) config[keys[i]] = values[i];
  ort->ReleaseKeyValuePairs(entries);
  const void* buffer = nullptr;
  size_t bytes = 0;
  Check(ep_api->SessionOptionsGetWeightlessSourceModelBuffer(options, &buffer, &bytes));
  source.resize(bytes / sizeof(float));
  if (bytes != 0) std::memcpy(source.data(), buffer, source.size() * sizeof(float));
  Check(ep_api->SessionOptionsGetEpContextConfig(options, &context));
}

void TakeDynamicOptions(const char* const* keys, const char* const* values, size_t count) {
  std::string line = "SetDynamicOptions";
  for (size_t i = 0; i < count; ++i) line += std::string(" ") + keys[i] + "=" + values[i];
  Trace(line);
  for (size_t i = 0; i < count; ++i) {
    if (std::strcmp(keys[i], "bad") == 0)
      Check(ort->CreateStatus(ORT_INVALID_ARGUMENT, "no such option: bad"));
  }
}

Ep::Ep(std::string ep_name, const OrtSessionOptions* options) : OrtEp{}, name(std::move(ep_name)) {
  ReadConfig(options);
  std::string line = "CreateEp";
  for (const auto& [key, value] : config) {
    if (key.rfind("ep.", 0) == 0) line += " " + key + "=" + value;
  }
  Trace(line);
  ort_version_supported = ORT_API_VERSION;
  GetName = [](const OrtEp* self) noexcept { return static_cast<const Ep*>(self)->name.c_str(); };
  GetCapability = [](OrtEp* self, const OrtGraph* graph, OrtEpGraphSupportInfo* support) noexcept {
    return Guard([&] { Self(self).Claim(graph, support); });
  };
  Compile = [](OrtEp* self, const OrtGraph** graphs, const OrtNode** fused, size_t count,
               OrtNodeComputeInfo** infos, OrtNode** context_nodes) noexcept {
    return Guard([&] { Self(self).CompileGroups(graphs, fused, count, infos, context_nodes); });
  };
  ReleaseNodeComputeInfos = [](OrtEp*, OrtNodeComputeInfo** infos, size_t count) noexcept {
    for (size_t i = 0; i < count; ++i) delete static_cast<Group*>(infos[i]);
  };
  SetDynamicOptions = [](OrtEp*, const char* const* keys, const char* const* values,
                         size_t count) noexcept {
    return Guard([&] { TakeDynamicOptions(keys, values, count); });
  };
  GetCompiledModelCompatibilityInfo = [](OrtEp* self, const OrtGraph* graph) noexcept {
    size_t nodes = 0;
    ort->ReleaseStatus(ort->Graph_GetNumNodes(graph, &nodes));
    Trace("GetCompiledModelCompatibilityInfo " + std::to_string(nodes));
    Self(self).info = Variable("CONTEXT_EP_INFO");
    return Self(self).info.c_str();
  };
  GetWeightlessSupport = [](const OrtEp*, OrtWeightlessSupport* support) noexcept {
    Trace("GetWeightlessSupport");
    *support = static_cast<OrtWeightlessSupport>(std::stoi(Variable("CONTEXT_EP_WEIGHTLESS", "2")));
    return static_cast<OrtStatus*>(nullptr);
  };
  GetEpContextDataCallbackSupport = [](OrtEp*, uint32_t* flags) noexcept {
    Trace("GetEpContextDataCallbackSupport");
    *flags = static_cast<uint32_t>(std::stoul(Variable("CONTEXT_EP_CALLBACKS", "0")));
    return static_cast<OrtStatus*>(nullptr);
  };
}

struct Factory : CpuFactory<Ep> {
  explicit Factory(const char* registered_name) : CpuFactory(registered_name) {
    ValidateCompiledModelCompatibilityInfo = [](OrtEpFactory*, const OrtHardwareDevice* const*,
                                                size_t num_devices, const char* told,
                                                OrtCompiledModelCompatibility* out) noexcept {
      Trace("Validate " + std::string(told) + " on " + std::to_string(num_devices));
      const std::string verdict = Variable("CONTEXT_EP_VERDICT", "1");
      return Guard([&] {
        if (verdict == "fail") Fail("the verdict is to fail");
        *out = static_cast<OrtCompiledModelCompatibility>(std::stoi(verdict));
      });
    };
  }
};

}  // namespace

BACKPLANE_TEST_FACTORY(Factory)
