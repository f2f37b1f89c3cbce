// A compile-style plugin EP that negates float tensors, and breaks one rule of docs/EP_RULES.md
// when the environment variable MISBEHAVE names it. Uses the public headers only. The faults:
//
//   fail:CALLBACK, throw:CALLBACK   the callback returns a status, or throws a C++ exception
//   null:CALLBACK                   the callback is left out; null:ep, null:compute_info: what the
//                                   callback should have made is
//   version:ep=N, version:compute_info=N, version:profiler=N   what ort_version_supported states
//   compile:half, compile:half_throw   Compile fails, or throws, once it made all but the last
//                                   compute info and an EPContext node
//   layout:77                       GetPreferredDataLayout gives a layout that there is not
//   claim:null|foreign|empty|twice|overlap|cycle|everything   what GetCapability asks for
//   reason:null|null_info|null_text|foreign|empty|claimed   what it gives a reason for
//   claim:late, reason:late         asked for, or said, in Compile
//   output:none|rank|negative|huge|index|input_index|small   what Compute does with its output
//
// MisbehavingLiveObjects() counts EPs, compute infos and states that the host has not released.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "backplane/ep.h"
#include "onnxruntime_c_api.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

const OrtApi* ort = nullptr;
const OrtEpApi* ep_api = nullptr;
std::atomic<int> live_objects{0};

std::string Fault() {
  const char* fault = std::getenv("MISBEHAVE");
  return fault == nullptr ? "" : fault;
}

bool Does(const std::string& fault) { return Fault() == fault; }

uint32_t Version(const std::string& what) {
  const std::string prefix = "version:" + what + "=";
  const std::string fault = Fault();
  if (fault.rfind(prefix, 0) != 0) return ORT_API_VERSION;
  return static_cast<uint32_t>(std::stoul(fault.substr(prefix.size())));
}

// Every callback that returns a status begins with this.
OrtStatus* Enter(const std::string& callback) {
  if (Does("throw:" + callback)) throw std::runtime_error(callback + " threw");
  if (!Does("fail:" + callback)) return nullptr;
  return ort->CreateStatus(ORT_EP_FAIL, (callback + " was told to fail").c_str());
}

// The headers call most members noexcept; an EP that throws keeps no such promise.
template <typename Member, typename Function>
void Set(Member& member, const char* name, Function* function) {
  member = Does(std::string("null:") + name) ? nullptr : reinterpret_cast<Member>(function);
}

template <typename Base>
struct Live : Base {
  Live() {
    std::memset(static_cast<Base*>(this), 0, sizeof(Base));
    ++live_objects;
  }
  ~Live() { --live_objects; }
};

struct Factory : OrtEpFactory {
  std::string name;
};

struct Ep : Live<OrtEp> {
  std::string name;
};

// Negates its input as often as the group has nodes.
struct ComputeInfo : Live<OrtNodeComputeInfo> {
  size_t nodes = 0;
};

struct State;
std::set<State*> states;  // what is not released goes with the factory

struct State {
  State() {
    ++live_objects;
    states.insert(this);
  }
  ~State() {
    --live_objects;
    states.erase(this);
  }
};

// -- running

void SpoilShape(std::vector<int64_t>& shape) {
  if (Does("output:rank")) shape.push_back(1);
  if (Does("output:negative")) shape.back() = -4;
  if (Does("output:huge")) shape.assign(3, int64_t{1} << 40);
  if (Does("output:small")) shape.back() -= 1;
}

OrtStatus* Compute(OrtNodeComputeInfo* self, void*, OrtKernelContext* context) {
  if (OrtStatus* status = Enter("Compute")) return status;
  const OrtValue* input = nullptr;
  if (OrtStatus* status =
          ort->KernelContext_GetInput(context, Does("output:input_index") ? 7 : 0, &input))
    return status;
  OrtTensorTypeAndShapeInfo* info = nullptr;
  if (OrtStatus* status = ort->GetTensorTypeAndShape(input, &info)) return status;
  size_t rank = 0;
  size_t count = 0;
  std::vector<int64_t> shape;
  OrtStatus* status = ort->GetDimensionsCount(info, &rank);
  shape.resize(rank);
  if (status == nullptr) status = ort->GetDimensions(info, shape.data(), rank);
  if (status == nullptr) status = ort->GetTensorShapeElementCount(info, &count);
  ort->ReleaseTensorTypeAndShapeInfo(info);
  if (status != nullptr) return status;
  if (Does("output:none")) return nullptr;
  SpoilShape(shape);
  OrtValue* output = nullptr;
  if (OrtStatus* failed = ort->KernelContext_GetOutput(context, Does("output:index") ? 7 : 0,
                                                       shape.data(), shape.size(), &output))
    return failed;
  const void* from = nullptr;
  void* to = nullptr;
  if (OrtStatus* failed = ort->GetTensorData(input, &from)) return failed;
  if (OrtStatus* failed = ort->GetTensorMutableData(output, &to)) return failed;
  if (Does("output:small")) --count;
  const float sign = static_cast<ComputeInfo*>(self)->nodes % 2 == 1 ? -1.0f : 1.0f;
  for (size_t i = 0; i < count; ++i)
    static_cast<float*>(to)[i] = sign * static_cast<const float*>(from)[i];
  return nullptr;
}

OrtStatus* CreateState(OrtNodeComputeInfo*, OrtNodeComputeContext*, void** state) {
  *state = nullptr;
  if (OrtStatus* status = Enter("CreateState")) return status;
  *state = new State();
  return nullptr;
}

void ReleaseState(OrtNodeComputeInfo*, void* state) { delete static_cast<State*>(state); }

// -- claiming and compiling

OrtStatus* Claim(OrtEpGraphSupportInfo* info, const std::vector<const OrtNode*>& nodes) {
  return ep_api->EpGraphSupportInfo_AddNodesToFuse(info, nodes.data(), nodes.size(), nullptr);
}

// A call with the one fault; all is well where there is none, or no such function.
OrtStatus* Reason(OrtEpGraphSupportInfo* info, const OrtNode* node) {
  const auto set = reinterpret_cast<BackplaneEpGraphSupportInfoSetReason>(
      ort->GetExperimentalFunction(BACKPLANE_EP_GRAPH_SUPPORT_INFO_SET_REASON));
  if (set == nullptr || Fault().rfind("reason:", 0) != 0) return nullptr;
  if (Does("reason:null")) return set(info, nullptr, "words");
  if (Does("reason:null_info")) return set(nullptr, node, "words");
  if (Does("reason:null_text")) return set(info, node, nullptr);
  if (Does("reason:empty")) return set(info, node, "");
  if (Does("reason:foreign"))
    return set(info, reinterpret_cast<const OrtNode*>(&live_objects), "words");
  return set(info, node, "words");
}

OrtEpGraphSupportInfo* kept_info = nullptr;  // beyond its call
const OrtNode* kept_node = nullptr;

OrtStatus* GetCapability(OrtEp*, const OrtGraph* graph, OrtEpGraphSupportInfo* info) {
  if (OrtStatus* status = Enter("GetCapability")) return status;
  size_t count = 0;
  if (OrtStatus* status = ort->Graph_GetNumNodes(graph, &count)) return status;
  std::vector<const OrtNode*> all(count);
  if (OrtStatus* status = ort->Graph_GetNodes(graph, all.data(), count)) return status;
  std::vector<const OrtNode*> mine;
  for (const OrtNode* node : all) {
    const char* op_type = nullptr;
    if (OrtStatus* status = ort->Node_GetOperatorType(node, &op_type)) return status;
    if (std::strcmp(op_type, "Neg") == 0) mine.push_back(node);
  }
  if (Does("claim:null")) return Claim(info, {nullptr});
  if (Does("claim:empty")) return Claim(info, {});
  if (Does("claim:foreign")) return Claim(info, {reinterpret_cast<const OrtNode*>(&live_objects)});
  if (Does("claim:cycle")) return Claim(info, mine);
  if (Does("claim:everything")) return Claim(info, all);
  kept_info = info;
  for (const OrtNode* node : mine) {
    kept_node = node;
    if (!Does("reason:late")) {
      if (OrtStatus* status = Reason(info, node)) return status;
    }
    if (OrtStatus* status = Does("claim:twice") ? Claim(info, {node, node}) : Claim(info, {node}))
      return status;
    if (!Does("claim:overlap")) continue;
    if (OrtStatus* status = Claim(info, {node})) return status;
  }
  return nullptr;
}

OrtStatus* Compile(OrtEp*, const OrtGraph** graphs, const OrtNode**, size_t count,
                   OrtNodeComputeInfo** infos, OrtNode** context_nodes) {
  if (OrtStatus* status = Enter("Compile")) return status;
  if (Does("claim:late")) return Claim(kept_info, {kept_node});
  if (Does("reason:late")) return Reason(kept_info, kept_node);
  for (size_t i = 0; i < count; ++i) {
    if (Fault().rfind("compile:half", 0) == 0 && i + 1 == count) {
      if (OrtStatus* status =
              ort->GetModelEditorApi()->CreateNode("EPContext", "com.microsoft", "half", nullptr, 0,
                                                   nullptr, 0, nullptr, 0, &context_nodes[0]))
        return status;
      if (Does("compile:half_throw")) throw std::runtime_error("half-way out");
      return ort->CreateStatus(ORT_EP_FAIL, "half of it is compiled");
    }
    auto* info = new ComputeInfo();
    infos[i] = info;
    info->ort_version_supported = Version("compute_info");
    Set(info->CreateState, "CreateState", &CreateState);
    Set(info->Compute, "Compute", &Compute);
    Set(info->ReleaseState, "ReleaseState", &ReleaseState);
    if (OrtStatus* status = ort->Graph_GetNumNodes(graphs[i], &info->nodes)) return status;
    if (Does("null:compute_info") && i + 1 == count) {
      delete info;
      infos[i] = nullptr;
    }
  }
  return nullptr;
}

void ReleaseNodeComputeInfos(OrtEp*, OrtNodeComputeInfo** infos, size_t count) {
  for (size_t i = 0; i < count; ++i) delete static_cast<ComputeInfo*>(infos[i]);
}

// -- profiling: an event "negate" below each event of a node of this EP

struct Profiler : Live<OrtEpProfilerImpl> {
  std::string ep_name;
  std::vector<OrtProfilingEvent*> events;
};

OrtStatus* StopEvent(OrtEpProfilerImpl* self, uint64_t id, const OrtProfilingEvent* told) {
  if (OrtStatus* status = Enter("StopEvent")) return status;
  OrtProfilingEventCategory category{};
  const char* name = nullptr;
  int64_t began = 0;
  int64_t took = 0;
  if (OrtStatus* status = ep_api->ProfilingEvent_GetCategory(told, &category)) return status;
  if (OrtStatus* status = ep_api->ProfilingEvent_GetName(told, &name)) return status;
  if (OrtStatus* status = ep_api->ProfilingEvent_GetTimestampUs(told, &began)) return status;
  if (OrtStatus* status = ep_api->ProfilingEvent_GetDurationUs(told, &took)) return status;
  auto& profiler = *static_cast<Profiler*>(self);
  if (category != OrtProfilingEventCategory_NODE ||
      std::string(name).rfind(profiler.ep_name, 0) != 0)
    return nullptr;
  const char* op = nullptr;
  const char* absent = name;
  if (OrtStatus* status = ep_api->ProfilingEvent_GetArgValue(told, "op_name", &op)) return status;
  if (OrtStatus* status = ep_api->ProfilingEvent_GetArgValue(told, "no such", &absent))
    return status;
  const std::string number = std::to_string(id);
  const char* keys[] = {"parent", "id", "operator", "absent"};
  const char* values[] = {name, number.c_str(), op == nullptr ? "" : op,
                          absent == nullptr ? "yes" : absent};
  OrtProfilingEvent* event = nullptr;
  if (OrtStatus* status = ep_api->CreateProfilingEvent(
          OrtProfilingEventCategory_KERNEL, -1, -1, "negate", began, took, keys, values, 4, &event))
    return status;
  profiler.events.push_back(event);
  return nullptr;
}

OrtStatus* EndProfiling(OrtEpProfilerImpl* self, OrtProfilingEventsContainer* container) {
  auto& events = static_cast<Profiler*>(self)->events;
  OrtStatus* status = Enter("EndProfiling");
  if (status == nullptr)
    status = ep_api->ProfilingEventsContainer_AddEvents(container, events.data(), events.size());
  for (OrtProfilingEvent* event : events) ep_api->ReleaseProfilingEvent(event);
  events.clear();
  return status;
}

OrtStatus* CreateProfiler(OrtEp* ep, OrtEpProfilerImpl** out) {
  if (OrtStatus* status = Enter("CreateProfiler")) return status;
  auto* profiler = new Profiler();
  profiler->ep_name = static_cast<Ep*>(ep)->name;
  profiler->ort_version_supported = Version("profiler");
  profiler->Release = [](OrtEpProfilerImpl* self) noexcept {
    auto* mine = static_cast<Profiler*>(self);
    for (OrtProfilingEvent* event : mine->events) ep_api->ReleaseProfilingEvent(event);
    delete mine;
  };
  Set(
      profiler->StartProfiling, "StartProfiling",
      +[](OrtEpProfilerImpl*, int64_t) { return Enter("StartProfiling"); });
  Set(
      profiler->StartEvent, "StartEvent",
      +[](OrtEpProfilerImpl*, uint64_t) { return Enter("StartEvent"); });
  Set(profiler->StopEvent, "StopEvent", &StopEvent);
  Set(profiler->EndProfiling, "EndProfiling", &EndProfiling);
  *out = profiler;
  return nullptr;
}

// -- factory

OrtStatus* CreateEp(OrtEpFactory* factory, const OrtHardwareDevice* const*,
                    const OrtKeyValuePairs* const*, size_t, const OrtSessionOptions*,
                    const OrtLogger*, OrtEp** out) {
  *out = nullptr;
  if (OrtStatus* status = Enter("CreateEp")) return status;
  if (Does("null:ep")) return nullptr;
  auto* ep = new Ep();
  ep->name = static_cast<Factory*>(factory)->name;
  ep->ort_version_supported = Version("ep");
  Set(
      ep->GetName, "GetName",
      +[](const OrtEp* self) { return static_cast<const Ep*>(self)->name.c_str(); });
  Set(ep->GetCapability, "GetCapability", &GetCapability);
  Set(ep->Compile, "Compile", &Compile);
  Set(ep->ReleaseNodeComputeInfos, "ReleaseNodeComputeInfos", &ReleaseNodeComputeInfos);
  Set(
      ep->OnRunStart, "OnRunStart",
      +[](OrtEp*, const OrtRunOptions*) { return Enter("OnRunStart"); });
  Set(
      ep->OnRunEnd, "OnRunEnd",
      +[](OrtEp*, const OrtRunOptions*, bool) { return Enter("OnRunEnd"); });
  Set(
      ep->IsConcurrentRunSupported, "IsConcurrentRunSupported", +[](OrtEp*, bool* supported) {
        *supported = true;
        return Enter("IsConcurrentRunSupported");
      });
  Set(ep->CreateProfiler, "CreateProfiler", &CreateProfiler);
  Set(
      ep->GetKernelRegistry, "GetKernelRegistry", +[](OrtEp*, const OrtKernelRegistry** registry) {
        *registry = nullptr;
        return Enter("GetKernelRegistry");
      });
  Set(
      ep->GetPreferredDataLayout, "GetPreferredDataLayout", +[](OrtEp*, OrtEpDataLayout* layout) {
        *layout = Does("layout:77") ? static_cast<OrtEpDataLayout>(77) : OrtEpDataLayout_NCHW;
        return Enter("GetPreferredDataLayout");
      });
  Set(
      ep->SetDynamicOptions, "SetDynamicOptions",
      +[](OrtEp*, const char* const*, const char* const*, size_t) {
        return Enter("SetDynamicOptions");
      });
  Set(
      ep->OnSessionInitializationEnd, "OnSessionInitializationEnd",
      +[](OrtEp*) { return Enter("OnSessionInitializationEnd"); });
  *out = ep;
  return nullptr;
}

void ReleaseEp(OrtEpFactory*, OrtEp* ep) noexcept { delete static_cast<Ep*>(ep); }

OrtStatus* GetSupportedDevices(OrtEpFactory* factory, const OrtHardwareDevice* const* devices,
                               size_t num_devices, OrtEpDevice** ep_devices, size_t max_ep_devices,
                               size_t* num_ep_devices) noexcept {
  *num_ep_devices = 0;
  for (size_t i = 0; i < num_devices && *num_ep_devices < max_ep_devices; ++i) {
    if (ort->HardwareDevice_Type(devices[i]) != OrtHardwareDeviceType_CPU) continue;
    return ep_api->CreateEpDevice(factory, devices[i], nullptr, nullptr,
                                  &ep_devices[(*num_ep_devices)++]);
  }
  return nullptr;
}

}  // namespace

EXPORT int MisbehavingLiveObjects() { return live_objects; }

EXPORT OrtStatus* CreateEpFactories(const char* registered_name, const OrtApiBase* base,
                                    const OrtLogger*, OrtEpFactory** factories,
                                    size_t max_factories, size_t* num_factories) {
  ort = base->GetApi(ORT_API_VERSION);
  *num_factories = 0;
  if (ort == nullptr || max_factories == 0) return nullptr;
  ep_api = ort->GetEpApi();
  auto* factory = new Factory();
  std::memset(static_cast<OrtEpFactory*>(factory), 0, sizeof(OrtEpFactory));
  factory->name = registered_name;
  factory->ort_version_supported = ORT_API_VERSION;
  factory->GetName = [](const OrtEpFactory* self) noexcept {
    return static_cast<const Factory*>(self)->name.c_str();
  };
  factory->GetVendor = [](const OrtEpFactory*) noexcept { return "Test Vendor"; };
  factory->GetVersion = [](const OrtEpFactory*) noexcept { return "1.0.0"; };
  factory->GetSupportedDevices = &GetSupportedDevices;
  factory->CreateEp = reinterpret_cast<decltype(factory->CreateEp)>(&CreateEp);
  factory->ReleaseEp = &ReleaseEp;
  factories[(*num_factories)++] = factory;
  return nullptr;
}

EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  while (!states.empty()) delete *states.begin();
  delete static_cast<Factory*>(factory);
  return nullptr;
}
