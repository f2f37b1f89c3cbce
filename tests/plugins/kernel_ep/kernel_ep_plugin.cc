// A plug-in EP for tests of kernel registries: it takes every node that its registry has a kernel
// for, and its kernels write down what the host tells them. Host memory, so that tests can look at
// pointers. Also brings a domain of custom operators. Uses the public headers only: it loads into
// Backplane and into ONNX Runtime. What the kernels saw: KernelEpTake, which a test finds by dlsym.
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel_ep_support.h"

namespace kernel_ep {

const OrtApi* ort = nullptr;
const OrtEpApi* ep_api = nullptr;

namespace {

std::mutex report_mutex;
std::string report;

}  // namespace

void Report(const std::string& line) {
  const std::lock_guard lock(report_mutex);
  report += line + "\n";
}

std::string TakeReport() {
  const std::lock_guard lock(report_mutex);
  return std::exchange(report, {});
}

namespace {

struct Factory : OrtEpFactory {
  std::string name;
  OrtKernelRegistry* registry = nullptr;
  OrtCustomOpDomain* domain = nullptr;
  std::vector<std::unique_ptr<CustomOp>> custom_ops;
};

struct Ep : OrtEp {
  Factory* factory = nullptr;
};

// Attributes that the model leaves out are there with the operator's defaults.
void ReportDefaults(const OrtNode* node) {
  size_t count = 0;
  Check(ort->Node_GetNumAttributes(node, &count));
  std::vector<const OrtOpAttr*> attributes(count);
  Check(ort->Node_GetAttributes(node, attributes.data(), count));
  std::string line = "attributes";
  for (const OrtOpAttr* attribute : attributes) {
    const char* name = nullptr;
    Check(ort->OpAttr_GetName(attribute, &name));
    line += std::string(" ") + name;
  }
  const OrtOpAttr* alpha = nullptr;
  Check(ort->Node_GetAttributeByName(node, "alpha", &alpha));
  float value = 0;
  size_t bytes = 0;
  Check(ort->ReadOpAttr(alpha, ORT_OP_ATTR_FLOAT, &value, sizeof(value), &bytes));
  Report(line + ", alpha is " + std::to_string(value));
}

void Claim(const OrtGraph* graph, OrtEpGraphSupportInfo* support) {
  size_t count = 0;
  Check(ort->Graph_GetNumNodes(graph, &count));
  std::vector<const OrtNode*> nodes(count);
  Check(ort->Graph_GetNodes(graph, nodes.data(), count));
  for (const OrtNode* node : nodes) {
    const OrtKernelDef* def = nullptr;
    Check(ep_api->EpGraphSupportInfo_LookUpKernel(support, node, &def));
    if (def == nullptr) continue;
    const char* type = nullptr;
    Check(ort->Node_GetOperatorType(node, &type));
    int first = 0;
    int last = 0;
    Check(ep_api->KernelDef_GetSinceVersion(def, &first, &last));
    OrtMemType memory = OrtMemTypeCPU;
    Check(ep_api->KernelDef_GetInputMemType(def, 0, &memory));
    OrtMemType out_memory = OrtMemTypeCPU;
    Check(ep_api->KernelDef_GetOutputMemType(def, 0, &out_memory));
    Report(std::string("LookUpKernel ") + ep_api->KernelDef_GetDomain(def) +
           "::" + ep_api->KernelDef_GetOperatorType(def) + " ep=" +
           (std::string(ep_api->KernelDef_GetExecutionProvider(def)).empty() ? "no" : "yes") +
           " since=" + std::to_string(first) + ".." +
           (last == INT32_MAX ? std::string("open") : std::to_string(last)) +
           " in0=" + std::to_string(memory) + " out0=" + std::to_string(out_memory));
    if (std::strcmp(type, "LeakyRelu") == 0) ReportDefaults(node);
    Check(ep_api->EpGraphSupportInfo_AddSingleNode(support, node));
  }
}

OrtStatus* CreateEp(OrtEpFactory* self, const OrtHardwareDevice* const*,
                    const OrtKeyValuePairs* const*, size_t, const OrtSessionOptions*,
                    const OrtLogger*, OrtEp** out) noexcept {
  auto ep = std::make_unique<Ep>();
  static_cast<OrtEp&>(*ep) = {};
  ep->ort_version_supported = ORT_API_VERSION;
  ep->factory = static_cast<Factory*>(self);
  ep->GetName = [](const OrtEp* e) noexcept {
    return static_cast<const Ep*>(e)->factory->name.c_str();
  };
  ep->GetCapability = [](OrtEp*, const OrtGraph* graph,
                         OrtEpGraphSupportInfo* support) noexcept -> OrtStatus* {
    return Guard([&] { Claim(graph, support); });
  };
  ep->GetKernelRegistry = [](OrtEp* e, const OrtKernelRegistry** registry) noexcept -> OrtStatus* {
    *registry = static_cast<Ep*>(e)->factory->registry;
    return nullptr;
  };
  *out = ep.release();
  return nullptr;
}

OrtStatus* GetSupportedDevices(OrtEpFactory* self, const OrtHardwareDevice* const* devices,
                               size_t count, OrtEpDevice** ep_devices, size_t room,
                               size_t* found) noexcept {
  *found = 0;
  for (size_t i = 0; i < count && *found < room; ++i) {
    if (ort->HardwareDevice_Type(devices[i]) != OrtHardwareDeviceType_CPU) continue;
    if (OrtStatus* status =
            ep_api->CreateEpDevice(self, devices[i], nullptr, nullptr, &ep_devices[*found]))
      return status;
    ++*found;
  }
  return nullptr;
}

void AddCustomOps(Factory& factory) {
  Check(ort->CreateCustomOpDomain("test.kernels", &factory.domain));
  factory.custom_ops = MakeCustomOps(factory.name);
  for (const auto& op : factory.custom_ops)
    Check(ort->CustomOpDomain_Add(factory.domain, op.get()));
}

OrtEpFactory* MakeFactory(const char* name) {
  auto factory = std::make_unique<Factory>();
  static_cast<OrtEpFactory&>(*factory) = {};
  factory->name = name;
  factory->ort_version_supported = ORT_API_VERSION;
  factory->GetName = [](const OrtEpFactory* f) noexcept {
    return static_cast<const Factory*>(f)->name.c_str();
  };
  factory->GetVendor = [](const OrtEpFactory*) noexcept { return "Test Vendor"; };
  factory->GetVendorId = [](const OrtEpFactory*) noexcept { return uint32_t{0xBAC4}; };
  factory->GetVersion = [](const OrtEpFactory*) noexcept { return "1.0.0"; };
  factory->GetSupportedDevices = GetSupportedDevices;
  factory->CreateEp = CreateEp;
  factory->ReleaseEp = [](OrtEpFactory*, OrtEp* ep) noexcept { delete static_cast<Ep*>(ep); };
  factory->CreateDataTransfer = [](OrtEpFactory*,
                                   OrtDataTransferImpl** transfer) noexcept -> OrtStatus* {
    *transfer = nullptr;
    return nullptr;
  };
  factory->GetNumCustomOpDomains = [](OrtEpFactory*, size_t* count) noexcept -> OrtStatus* {
    *count = 1;
    return nullptr;
  };
  factory->GetCustomOpDomains = [](OrtEpFactory* f, OrtCustomOpDomain** domains,
                                   size_t) noexcept -> OrtStatus* {
    domains[0] = static_cast<Factory*>(f)->domain;
    return nullptr;
  };
  AddCustomOps(*factory);
  Check(ep_api->CreateKernelRegistry(&factory->registry));
  AddKernels(factory->registry, factory->name);
  return factory.release();
}

}  // namespace
}  // namespace kernel_ep

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT OrtStatus* CreateEpFactories(const char* registered_name, const OrtApiBase* base,
                                    const OrtLogger*, OrtEpFactory** factories, size_t room,
                                    size_t* count) {
  using namespace kernel_ep;  // NOLINT: C functions of this file
  ort = base->GetApi(ORT_API_VERSION);
  if (ort == nullptr) std::abort();
  ep_api = ort->GetEpApi();
  if (room < 1) return ort->CreateStatus(ORT_FAIL, "no room");
  return Guard([&] {
    factories[0] = MakeFactory(registered_name);
    *count = 1;
  });
}

EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* released) {
  auto* factory = static_cast<kernel_ep::Factory*>(released);
  kernel_ep::ep_api->ReleaseKernelRegistry(factory->registry);
  kernel_ep::ort->ReleaseCustomOpDomain(factory->domain);
  delete factory;
  return nullptr;
}

// What was reported since the last call, a line for each thing.
EXPORT const char* KernelEpTake() {
  static std::string taken;
  taken = kernel_ep::TakeReport();
  return taken.c_str();
}
