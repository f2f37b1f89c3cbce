// A plug-in EP for tests of kernel registries: it takes every node that its registry has a kernel
// for, and its kernels write down what the host tells them. Host memory, so that tests can look at
// pointers. Also brings a domain of custom operators. Uses the public headers only: it loads into
// Backplane and into ONNX Runtime. What the kernels saw: KernelEpTake, which a test finds by dlsym.
#include <map>
#include <memory>
#include <mutex>

#include "kernel_ep_support.h"
#include "support/cpu_factory.h"
#include "support/graph.h"

namespace kernel_ep {
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
  for (const OrtNode* node : plugin::NodesOf(graph)) {
    const OrtKernelDef* def = nullptr;
    Check(ep_api->EpGraphSupportInfo_LookUpKernel(support, node, &def));
    if (def == nullptr) continue;
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
    if (plugin::TypeOf(node) == "LeakyRelu") ReportDefaults(node);
    Check(ep_api->EpGraphSupportInfo_AddSingleNode(support, node));
  }
}

// By the name of the EP: the library may be registered under several.
std::map<std::string, OrtKernelRegistry*> registries;

struct Ep : OrtEp {
  Ep(std::string ep_name, const OrtSessionOptions*) : OrtEp{}, name(std::move(ep_name)) {
    ort_version_supported = ORT_API_VERSION;
    GetName = [](const OrtEp* self) noexcept { return static_cast<const Ep*>(self)->name.c_str(); };
    GetCapability = [](OrtEp*, const OrtGraph* graph, OrtEpGraphSupportInfo* support) noexcept {
      return Guard([&] { Claim(graph, support); });
    };
    GetKernelRegistry = [](OrtEp* self, const OrtKernelRegistry** out) noexcept {
      *out = registries.at(static_cast<const Ep*>(self)->name);
      return static_cast<OrtStatus*>(nullptr);
    };
  }
  static void Options(OrtKeyValuePairs*) {}

  std::string name;
};

struct Factory : CpuFactory<Ep> {
  explicit Factory(const char* registered_name) : CpuFactory(registered_name) {
    GetNumCustomOpDomains = [](OrtEpFactory*, size_t* count) noexcept {
      *count = 1;
      return static_cast<OrtStatus*>(nullptr);
    };
    GetCustomOpDomains = [](OrtEpFactory* self, OrtCustomOpDomain** domains, size_t) noexcept {
      domains[0] = static_cast<Factory*>(self)->domain;
      return static_cast<OrtStatus*>(nullptr);
    };
    Check(ort->CreateCustomOpDomain("test.kernels", &domain));
    custom_ops = MakeCustomOps(name);
    for (const auto& op : custom_ops) Check(ort->CustomOpDomain_Add(domain, op.get()));
    Check(ep_api->CreateKernelRegistry(&registries[name]));
    AddKernels(registries[name], name);
  }
  ~Factory() {
    ep_api->ReleaseKernelRegistry(registries[name]);
    registries.erase(name);
    ort->ReleaseCustomOpDomain(domain);
  }

  OrtCustomOpDomain* domain = nullptr;
  std::vector<std::unique_ptr<CustomOp>> custom_ops;
};

}  // namespace
}  // namespace kernel_ep

BACKPLANE_TEST_FACTORY(kernel_ep::Factory)

// What was reported since the last call, a line for each thing.
EXPORT const char* KernelEpTake() {
  static std::string taken;
  taken = kernel_ep::TakeReport();
  return taken.c_str();
}
