// A compile-style EP for tests and benchmarks of partition: claims what its options say and
// computes nothing. Its name is the one that the library is registered under, so several can be in
// one session. Uses the public headers only. Options:
//
//   claim   operators it takes, separated by commas; "*": every one it is asked about
//   groups  "runs" (default): claimed nodes that follow each other are a group; "each": every node
//           is one; "all": all are one, cycle or not
//   fail    a message: GetCapability returns it as a status
//   has     bytes that GetAvailableResource gives; "none": it knows nothing, "fail": a status,
//           "litres": a unit that nobody knows; default: the EP does not have it
#include <cstdlib>
#include <cstring>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "onnxruntime_c_api.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

const OrtApi* ort = nullptr;
const OrtEpApi* ep_api = nullptr;

struct Failed {
  OrtStatus* status;
};

void Check(OrtStatus* status) {
  if (status != nullptr) throw Failed{status};
}

template <typename Body>
OrtStatus* Guard(Body&& body) noexcept {
  try {
    body();
    return nullptr;
  } catch (const Failed& failed) {
    return failed.status;
  }
}

struct Group : OrtNodeComputeInfo {
  Group() : OrtNodeComputeInfo{} {
    ort_version_supported = ORT_API_VERSION;
    CreateState = [](OrtNodeComputeInfo*, OrtNodeComputeContext*, void** state) noexcept {
      *state = nullptr;
      return static_cast<OrtStatus*>(nullptr);
    };
    Compute = [](OrtNodeComputeInfo*, void*, OrtKernelContext*) noexcept {
      return ort->CreateStatus(ORT_NOT_IMPLEMENTED, "the claims EP computes nothing");
    };
    ReleaseState = [](OrtNodeComputeInfo*, void*) noexcept {};
  }
};

struct Ep : OrtEp {
  Ep(std::string ep_name, const OrtSessionOptions* options);

  std::string Option(const OrtSessionOptions* options, const std::string& key) const;
  void Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support) const;
  bool Wants(const OrtNode* node) const;
  static OrtStatus* Available(const OrtEp* self, OrtResourceCount* available) noexcept;

  std::string name;
  std::set<std::string> operators;
  std::string groups;
  std::string fail;
  std::string has;
};

Ep::Ep(std::string ep_name, const OrtSessionOptions* options) : OrtEp{}, name(std::move(ep_name)) {
  std::istringstream claim(Option(options, "claim"));
  for (std::string op; std::getline(claim, op, ',');) operators.insert(op);
  groups = Option(options, "groups");
  fail = Option(options, "fail");
  has = Option(options, "has");
  ort_version_supported = ORT_API_VERSION;
  GetName = [](const OrtEp* self) noexcept { return static_cast<const Ep*>(self)->name.c_str(); };
  GetCapability = [](OrtEp* self, const OrtGraph* graph, OrtEpGraphSupportInfo* support) noexcept {
    return Guard([&] { static_cast<const Ep*>(self)->Claim(graph, support); });
  };
  Compile = [](OrtEp*, const OrtGraph**, const OrtNode**, size_t count, OrtNodeComputeInfo** infos,
               OrtNode**) noexcept {
    for (size_t i = 0; i < count; ++i) infos[i] = new Group();
    return static_cast<OrtStatus*>(nullptr);
  };
  if (!has.empty()) GetAvailableResource = Available;
  ReleaseNodeComputeInfos = [](OrtEp*, OrtNodeComputeInfo** infos, size_t count) noexcept {
    for (size_t i = 0; i < count; ++i) delete static_cast<Group*>(infos[i]);
  };
}

OrtStatus* Ep::Available(const OrtEp* self, OrtResourceCount* available) noexcept {
  const std::string& has = static_cast<const Ep*>(self)->has;
  if (has == "fail") return ort->CreateStatus(ORT_EP_FAIL, "it does not know what it has");
  *available = {};
  if (has == "none") return nullptr;
  available->kind = has == "litres" ? 77 : OrtResourceCountKind_TotalBytes;
  available->value.total_bytes = has == "litres" ? 1 : std::strtoull(has.c_str(), nullptr, 10);
  return nullptr;
}

std::string Ep::Option(const OrtSessionOptions* options, const std::string& key) const {
  std::string entry = "ep.";
  for (const char c : name) entry += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  entry += "." + key;
  int present = 0;
  // ONNX Runtime shortens the prefix for names that it knows, CUDAExecutionProvider for one.
  const std::string shorter = entry.substr(0, entry.find("executionprovider")) + "." + key;
  Check(ort->HasSessionConfigEntry(options, shorter.c_str(), &present));
  if (present != 0) entry = shorter;
  Check(ort->HasSessionConfigEntry(options, entry.c_str(), &present));
  if (present == 0) return "";
  size_t size = 0;
  Check(ort->GetSessionConfigEntry(options, entry.c_str(), nullptr, &size));
  std::string text(size, '\0');
  Check(ort->GetSessionConfigEntry(options, entry.c_str(), text.data(), &size));
  text.resize(std::strlen(text.c_str()));
  return text;
}

bool Ep::Wants(const OrtNode* node) const {
  const char* taken_by = nullptr;
  if (OrtStatus* status = ort->Node_GetEpName(node, &taken_by)) ort->ReleaseStatus(status);
  if (taken_by != nullptr && *taken_by != '\0') return false;
  const char* type = nullptr;
  Check(ort->Node_GetOperatorType(node, &type));
  return operators.count("*") != 0 || operators.count(type) != 0;
}

void Ep::Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support) const {
  if (!fail.empty()) throw Failed{ort->CreateStatus(ORT_EP_FAIL, fail.c_str())};
  size_t count = 0;
  Check(ort->Graph_GetNumNodes(graph, &count));
  std::vector<const OrtNode*> nodes(count);
  Check(ort->Graph_GetNodes(graph, nodes.data(), count));
  const OrtNodeFusionOptions options{.ort_version_supported = ORT_API_VERSION,
                                     .drop_constant_initializers = false};
  std::vector<const OrtNode*> group;
  const auto flush = [&] {
    if (group.empty()) return;
    Check(ep_api->EpGraphSupportInfo_AddNodesToFuse(support, group.data(), group.size(), &options));
    group.clear();
  };
  for (const OrtNode* node : nodes) {
    const bool wanted = Wants(node);
    if (!wanted && groups != "all") flush();
    if (wanted) group.push_back(node);
    if (groups == "each") flush();
  }
  flush();
}

struct Factory : OrtEpFactory {
  explicit Factory(const char* registered_name) : OrtEpFactory{}, name(registered_name) {
    ort_version_supported = ORT_API_VERSION;
    GetName = [](const OrtEpFactory* self) noexcept {
      return static_cast<const Factory*>(self)->name.c_str();
    };
    GetVendor = [](const OrtEpFactory*) noexcept { return "Backplane tests"; };
    GetVendorId = [](const OrtEpFactory*) noexcept { return uint32_t{0}; };
    GetVersion = [](const OrtEpFactory*) noexcept { return "1.0.0"; };
    OrtEpFactory::GetSupportedDevices = Offer;
    OrtEpFactory::CreateEp = Create;
    ReleaseEp = [](OrtEpFactory*, OrtEp* ep) noexcept { delete static_cast<Ep*>(ep); };
    // ONNX Runtime calls these without asking whether they are there.
    CreateDataTransfer = [](OrtEpFactory*, OrtDataTransferImpl** transfer) noexcept {
      *transfer = nullptr;
      return static_cast<OrtStatus*>(nullptr);
    };
    IsStreamAware = [](const OrtEpFactory*) noexcept { return false; };
  }

  static OrtStatus* Offer(OrtEpFactory* self, const OrtHardwareDevice* const* devices, size_t count,
                          OrtEpDevice** offered, size_t room, size_t* used) noexcept {
    *used = 0;
    for (size_t i = 0; i < count && *used < room; ++i) {
      if (ort->HardwareDevice_Type(devices[i]) != OrtHardwareDeviceType_CPU) continue;
      OrtKeyValuePairs* options = nullptr;
      ort->CreateKeyValuePairs(&options);
      ort->AddKeyValuePair(options, "claim", "");
      ort->AddKeyValuePair(options, "groups", "runs");
      ort->AddKeyValuePair(options, "fail", "");
      ort->AddKeyValuePair(options, "has", "");
      OrtStatus* status =
          ep_api->CreateEpDevice(self, devices[i], nullptr, options, &offered[(*used)++]);
      ort->ReleaseKeyValuePairs(options);
      return status;
    }
    return nullptr;
  }

  static OrtStatus* Create(OrtEpFactory* self, const OrtHardwareDevice* const*,
                           const OrtKeyValuePairs* const*, size_t, const OrtSessionOptions* options,
                           const OrtLogger*, OrtEp** out) noexcept {
    return Guard([&] { *out = new Ep(static_cast<const Factory*>(self)->name, options); });
  }

  std::string name;
};

}  // namespace

EXPORT OrtStatus* CreateEpFactories(const char* registered_name, const OrtApiBase* base,
                                    const OrtLogger*, OrtEpFactory** factories, size_t room,
                                    size_t* count) {
  ort = base->GetApi(ORT_API_VERSION);
  ep_api = ort->GetEpApi();
  *count = 0;
  if (room == 0) return ort->CreateStatus(ORT_INVALID_ARGUMENT, "no room for a factory");
  factories[(*count)++] = new Factory(registered_name);
  return nullptr;
}

EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  delete static_cast<Factory*>(factory);
  return nullptr;
}
