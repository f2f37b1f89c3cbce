// A plugin with two EPs, DeviceA and DeviceB, that have memory of their own (device.h): DeviceA
// takes the nodes whose names begin with "a_", DeviceB those with "b_", each as a compiled group.
// Kernels and copies work on streams where the host gives some. Tests read the journal through
// DeviceEpJournal. Read whenever it matters:
//
//   DEVICE_EP_STREAMS  "1": the EPs are stream-aware
//   DEVICE_EP_DIRECT   "1": tensors can be copied from DeviceA to DeviceB
//   DEVICE_EP_SERIAL   "1": the EPs cannot run concurrently
//   DEVICE_EP_CAPTURE  "1": an EP records the second run under a graph id, and replays it
//   DEVICE_EP_KERNELS  DeviceA has kernels in a registry (kernels.h); "copies": also for copies
//   DEVICE_EP_TRANSFER  "0": there are no data transfers
//   DEVICE_EP_ALLOC_ON_STREAM, DEVICE_EP_READ_ONLY, DEVICE_EP_PINNED  "1": allocators have
//                      AllocOnStream; are there for weights; for host memory that the device
//                      reaches
//   DEVICE_EP_ARENA    "1": what is freed stays with the allocator until that is told to shrink
//   DEVICE_EP_SHARED   "1": DeviceB works in the memory of DeviceA; read at registration
//   DEVICE_EP_SHAPES   "1": graphs may be captured beside nodes of the host that compute shapes
//   DEVICE_EP_IMPORTER  see importer.h; read when the library is registered, then at each call
//   DEVICE_EP_FAIL     the callback that returns a status: CopyTensors, Compute, OnRunStart,
//                      OnRunEnd, Flush, CreateSyncStreamForDevice
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include "allocator.h"
#include "device.h"
#include "importer.h"
#include "kernels.h"
#include "support/plugin.h"

namespace {

using device_ep::Allocator;
using device_ep::Device;
using device_ep::Do;
using device_ep::Event;
using device_ep::Journal;
using device_ep::Memory;
using device_ep::Queue;
using device_ep::Wants;
using plugin::Check;
using plugin::ep_api;
using plugin::Guard;
using plugin::ort;

constexpr uint32_t kVendor = 0xde01;

OrtStatus* Enter(const std::string& ep, const char* callback) {
  const char* failing = std::getenv("DEVICE_EP_FAIL");
  if (failing == nullptr || std::strcmp(failing, callback) != 0) return nullptr;
  return ort->CreateStatus(ORT_EP_FAIL, (ep + ": " + callback + " was told to fail").c_str());
}

std::array<Device, 2> devices{Device{"DeviceA", Memory("DeviceA")},
                              Device{"DeviceB", Memory("DeviceB")}};

// Null for host memory, also such that a device reaches.
Device* DeviceOf(const OrtMemoryDevice* memory) {
  if (ep_api->MemoryDevice_GetVendorId(memory) != kVendor ||
      ep_api->MemoryDevice_GetMemoryType(memory) == OrtDeviceMemoryType_HOST_ACCESSIBLE)
    return nullptr;
  return &devices[ep_api->MemoryDevice_GetDeviceId(memory)];
}

// -- memory, copies, streams

struct Stream : OrtSyncStreamImpl {
  explicit Stream(Device& device);
  std::string name;
  Queue queue;
};

struct Notification : OrtSyncNotificationImpl {
  explicit Notification(Stream& the_stream) : OrtSyncNotificationImpl{}, stream(the_stream) {
    ort_version_supported = ORT_API_VERSION;
    Release = [](OrtSyncNotificationImpl* self) noexcept {
      delete static_cast<Notification*>(self);
    };
    Activate = [](OrtSyncNotificationImpl* self) noexcept -> OrtStatus* {
      auto* mine = static_cast<Notification*>(self);
      mine->event = mine->stream.queue.Record();
      return nullptr;
    };
    WaitOnDevice = [](OrtSyncNotificationImpl* self,
                      OrtSyncStream* consumer) noexcept -> OrtStatus* {
      auto* mine = static_cast<Notification*>(self);
      auto* other = static_cast<Stream*>(ort->SyncStream_GetHandle(consumer));
      Journal::Get().Add(other->name + " waits for " + mine->stream.name);
      // The notification itself must live until the queue is there.
      other->queue.Submit([mine] { mine->event->Wait(); });
      return nullptr;
    };
    WaitOnHost = [](OrtSyncNotificationImpl* self) noexcept -> OrtStatus* {
      auto* mine = static_cast<Notification*>(self);
      Journal::Get().Add("host waits for " + mine->stream.name);
      mine->event->Wait();
      return nullptr;
    };
  }
  Stream& stream;
  std::shared_ptr<Event> event;
};

Stream::Stream(Device& device) : OrtSyncStreamImpl{}, name(device.name) {
  ort_version_supported = ORT_API_VERSION;
  Release = [](OrtSyncStreamImpl* self) noexcept { delete static_cast<Stream*>(self); };
  GetHandle = [](OrtSyncStreamImpl* self) noexcept -> void* { return static_cast<Stream*>(self); };
  CreateNotification = [](OrtSyncStreamImpl* self,
                          OrtSyncNotificationImpl** out) noexcept -> OrtStatus* {
    *out = new Notification(*static_cast<Stream*>(self));
    return nullptr;
  };
  Flush = [](OrtSyncStreamImpl* self) noexcept -> OrtStatus* {
    auto* mine = static_cast<Stream*>(self);
    Journal::Get().Add("flush " + mine->name);
    mine->queue.Finish();
    return Enter(mine->name, "Flush");
  };
  OnSessionRunEnd = [](OrtSyncStreamImpl* self) noexcept -> OrtStatus* {
    Journal::Get().Add("stream end " + static_cast<Stream*>(self)->name);
    return nullptr;
  };
}

struct Factory : plugin::Factory {
  explicit Factory(Device& the_device)
      : plugin::Factory(the_device.name, kVendor), device(&the_device) {}
  Device* device;
};

OrtStatus* CreateStream(OrtEpFactory* self, const OrtMemoryDevice*, const OrtKeyValuePairs*,
                        OrtSyncStreamImpl** out) noexcept {
  return Guard([&] {
    Device& device = *static_cast<Factory*>(self)->device;
    Check(Enter(device.name, "CreateSyncStreamForDevice"));
    Journal::Get().Add("stream " + device.name);
    *out = new Stream(device);
  });
}

}  // namespace

void device_ep::Do(OrtSyncStream* stream, std::function<void()> work) {
  if (stream == nullptr) {
    work();
  } else {
    static_cast<Stream*>(ort->SyncStream_GetHandle(stream))->queue.Submit(std::move(work));
  }
}

namespace {

struct Transfer : OrtDataTransferImpl {
  explicit Transfer(Device& the_device) : OrtDataTransferImpl{}, device(the_device) {
    ort_version_supported = ORT_API_VERSION;
    Release = [](OrtDataTransferImpl* self) noexcept { delete static_cast<Transfer*>(self); };
    CanCopy = [](const OrtDataTransferImpl* self, const OrtMemoryDevice* from,
                 const OrtMemoryDevice* to) noexcept {
      const Device& mine = *static_cast<const Transfer*>(self)->device.home;
      const Device* source = DeviceOf(from);
      const Device* target = DeviceOf(to);
      if (source != nullptr && target != nullptr && source != target)
        return source == &mine && &mine == &devices[0] && Wants("DEVICE_EP_DIRECT");
      return source == &mine || target == &mine;
    };
    CopyTensors = [](OrtDataTransferImpl* self, const OrtValue** from, OrtValue** to,
                     OrtSyncStream** streams, size_t count) noexcept -> OrtStatus* {
      return Guard([&] {
        Check(Enter(static_cast<Transfer*>(self)->device.name, "CopyTensors"));
        for (size_t i = 0; i < count; ++i)
          Copy(from[i], to[i], streams == nullptr ? nullptr : streams[i]);
      });
    };
  }

  // Neither side is looked at before its turn comes, the host's included.
  static void Copy(const OrtValue* from, OrtValue* to, OrtSyncStream* stream) {
    const void* source = nullptr;
    void* target = nullptr;
    size_t bytes = 0;
    Check(ort->GetTensorData(from, &source));
    Check(ort->GetTensorMutableData(to, &target));
    Check(ort->GetTensorSizeInBytes(from, &bytes));
    Device* from_device = DeviceOf(ep_api->Value_GetMemoryDevice(from));
    Device* to_device = DeviceOf(ep_api->Value_GetMemoryDevice(to));
    Journal::Get().Add("copy " + (from_device ? from_device->name : "host") + " to " +
                       (to_device ? to_device->name : "host") + " " + std::to_string(bytes) +
                       (stream != nullptr ? " on stream" : ""));
    Do(stream, [=] {
      const auto in = from_device != nullptr ? from_device->memory.At(source, bytes) : nullptr;
      const auto out = to_device != nullptr ? to_device->memory.At(target, bytes) : nullptr;
      std::memcpy(out != nullptr ? out.get() : target, in != nullptr ? in.get() : source, bytes);
    });
  }

  Device& device;
};

// -- kernels

struct ComputeInfo : OrtNodeComputeInfo {
  Device* device = nullptr;
  std::string op;
  std::vector<size_t> inputs;  // of the node, as inputs of the fused one
};

struct Operand {
  const void* handle = nullptr;
  std::vector<int64_t> shape;
  size_t count = 0;
};

void Read(const OrtKernelContext* context, size_t index, Device& device, Operand& operand) {
  const OrtValue* value = nullptr;
  Check(ort->KernelContext_GetInput(context, index, &value));
  if (DeviceOf(ep_api->Value_GetMemoryDevice(value)) != device.home)
    Journal::Get().Add("ERROR " + device.name + " was given an input elsewhere");
  ONNXTensorElementDataType type{};
  const int64_t* dims = nullptr;
  size_t rank = 0;
  Check(ort->GetTensorElementTypeAndShapeDataReference(value, &type, &dims, &rank));
  operand.shape.assign(dims, dims + rank);
  operand.count = 1;
  for (const int64_t dim : operand.shape) operand.count *= static_cast<size_t>(dim);
  Check(ort->GetTensorData(value, &operand.handle));
}

float Apply(const std::string& op, float left, float right) {
  if (op == "Add") return left + right;
  if (op == "Sub") return left - right;
  if (op == "Mul") return left * right;
  if (op == "Neg") return -left;
  return left > 0 ? left : 0;  // Relu
}

void Compute(const ComputeInfo& info, OrtKernelContext* context) {
  Device& device = *info.device;
  Check(Enter(device.name, "Compute"));
  std::vector<Operand> in(info.inputs.size());
  for (size_t i = 0; i < in.size(); ++i) Read(context, info.inputs[i], device, in[i]);
  const Operand& larger = in.size() > 1 && in[1].count > in[0].count ? in[1] : in[0];
  OrtValue* output = nullptr;
  Check(
      ort->KernelContext_GetOutput(context, 0, larger.shape.data(), larger.shape.size(), &output));
  if (DeviceOf(ep_api->Value_GetMemoryDevice(output)) != device.home)
    Journal::Get().Add("ERROR " + device.name + " was given an output elsewhere");
  void* target = nullptr;
  Check(ort->GetTensorMutableData(output, &target));
  OrtSyncStream* stream = nullptr;
  Check(ort->KernelContext_GetSyncStream(context, &stream));
  void* handle = nullptr;
  Check(ort->KernelContext_GetGPUComputeStream(context, &handle));
  if (handle != (stream == nullptr ? nullptr : ort->SyncStream_GetHandle(stream)))
    Journal::Get().Add("ERROR the stream has two handles");
  Journal::Get().Add(info.op + " on " + device.name + (stream != nullptr ? " on stream" : ""));
  const auto work = [&memory = device.home->memory, in, target, op = info.op,
                     count = larger.count] {
    std::vector<std::shared_ptr<uint8_t>> blocks;
    for (const Operand& operand : in)
      blocks.push_back(memory.At(operand.handle, operand.count * sizeof(float)));
    const auto out = memory.At(target, count * sizeof(float));
    const auto at = [&](size_t operand, size_t i) {
      if (operand >= in.size()) return 0.0f;
      return reinterpret_cast<const float*>(blocks[operand].get())[i % in[operand].count];
    };
    std::vector<float> result(count);
    for (size_t i = 0; i < count; ++i) result[i] = Apply(op, at(0, i), at(1, i));
    if (count != 0) std::memcpy(out.get(), result.data(), count * sizeof(float));
  };
  if (device.recording != nullptr) device.recording->push_back(work);
  Do(stream, work);
}

// -- EPs

OrtKernelRegistry* kernels = nullptr;  // of DeviceA, if it is to have them

struct Ep : OrtEp {
  Device* device = nullptr;
};

std::vector<std::string> NamesOf(const OrtNode* node) {
  size_t count = 0;
  Check(ort->Node_GetNumInputs(node, &count));
  std::vector<const OrtValueInfo*> values(count);
  Check(ort->Node_GetInputs(node, values.data(), count));
  std::vector<std::string> names;
  for (const OrtValueInfo* value : values) {
    const char* name = nullptr;
    Check(ort->GetValueInfoName(value, &name));
    names.emplace_back(name);
  }
  return names;
}

std::vector<const OrtNode*> NodesOf(const OrtGraph* graph) {
  size_t count = 0;
  Check(ort->Graph_GetNumNodes(graph, &count));
  std::vector<const OrtNode*> nodes(count);
  Check(ort->Graph_GetNodes(graph, nodes.data(), count));
  return nodes;
}

OrtStatus* GetCapability(OrtEp* self, const OrtGraph* graph, OrtEpGraphSupportInfo* info) noexcept {
  return Guard([&] {
    const bool first = static_cast<Ep*>(self)->device == &devices[0];
    if (first && kernels != nullptr) return Check(device_ep::ClaimWithKernels(graph, info));
    const char prefix = first ? 'a' : 'b';
    for (const OrtNode* node : NodesOf(graph)) {
      const char* name = nullptr;
      Check(ort->Node_GetName(node, &name));
      if (name[0] == prefix && name[1] == '_')
        Check(ep_api->EpGraphSupportInfo_AddNodesToFuse(info, &node, 1, nullptr));
    }
  });
}

OrtStatus* Compile(OrtEp* self, const OrtGraph** graphs, const OrtNode** fused, size_t count,
                   OrtNodeComputeInfo** infos, OrtNode**) noexcept {
  return Guard([&] {
    for (size_t i = 0; i < count; ++i) {
      const OrtNode* node = NodesOf(graphs[i]).at(0);
      const std::vector<std::string> given = NamesOf(fused[i]);
      auto* info = new ComputeInfo();
      infos[i] = info;
      info->ort_version_supported = ORT_API_VERSION;
      info->device = static_cast<Ep*>(self)->device;
      const char* op = nullptr;
      Check(ort->Node_GetOperatorType(node, &op));
      info->op = op;
      for (const std::string& name : NamesOf(node)) {
        info->inputs.push_back(
            static_cast<size_t>(std::find(given.begin(), given.end(), name) - given.begin()));
      }
      info->Compute = [](OrtNodeComputeInfo* self, void*, OrtKernelContext* context) noexcept {
        return Guard([&] { Compute(*static_cast<ComputeInfo*>(self), context); });
      };
    }
  });
}

// Under a graph id the first run warms up, the second is recorded.
void CountRun(Device& device, const OrtRunOptions* options) {
  device.recording = nullptr;
  const char* id = ort->GetRunConfigEntry(options, "gpu_graph_id");
  const int number = id == nullptr ? 0 : std::atoi(id);
  if (!Wants("DEVICE_EP_CAPTURE") || number == -1 || ++device.runs[number] != 2) return;
  device.recording = &device.recordings[number];
}

void SetCapture(OrtEp& ep) {
  ep.GetGraphCaptureNodeAssignmentPolicy = [](const OrtEp*) noexcept {
    return Wants("DEVICE_EP_SHAPES") ? OrtGraphCaptureNodeAssignmentPolicy_ALLOW_CPU_FOR_SHAPES
                                     : OrtGraphCaptureNodeAssignmentPolicy_ALL_NODES_ON_EP;
  };
  ep.IsGraphCaptureEnabled = [](const OrtEp*) noexcept { return Wants("DEVICE_EP_CAPTURE"); };
  ep.IsGraphCaptured = [](const OrtEp* self, int id) noexcept {
    const Device& device = *static_cast<const Ep*>(self)->device;
    return device.recordings.count(id) != 0;
  };
  ep.ReplayGraph = [](OrtEp* self, int id) noexcept -> OrtStatus* {
    Device& device = *static_cast<Ep*>(self)->device;
    Journal::Get().Add("replay " + std::to_string(id) + " on " + device.name);
    for (const auto& work : device.recordings[id]) work();
    return nullptr;
  };
  ep.ReleaseCapturedGraph = [](OrtEp* self, int id) noexcept -> OrtStatus* {
    Device& device = *static_cast<Ep*>(self)->device;
    device.recordings.erase(id);
    device.runs.erase(id);
    return nullptr;
  };
}

// A kernel's work, which a graph that is captured keeps.
void DoAndRecord(OrtSyncStream* stream, std::function<void()> work) {
  if (devices[0].recording != nullptr) devices[0].recording->push_back(work);
  Do(stream, std::move(work));
}

// DeviceA with kernels in a registry; made when the first EP wants them.
OrtStatus* AddKernels(Ep& ep, OrtEp** out) {
  *out = &ep;
  const char* mode = std::getenv("DEVICE_EP_KERNELS");
  if (ep.device != &devices[0] || mode == nullptr) return nullptr;
  ep.GetKernelRegistry = [](OrtEp*, const OrtKernelRegistry** registry) noexcept -> OrtStatus* {
    *registry = kernels;
    return nullptr;
  };
  if (kernels != nullptr) return nullptr;
  return device_ep::MakeKernelRegistry(
      {&ep.device->home->memory, ep.device->home->info, &DoAndRecord},
      std::strcmp(mode, "copies") == 0, &kernels);
}

OrtStatus* CreateEp(OrtEpFactory* factory, const OrtHardwareDevice* const*,
                    const OrtKeyValuePairs* const*, size_t, const OrtSessionOptions*,
                    const OrtLogger*, OrtEp** out) noexcept {
  auto* ep = new Ep();
  ep->device = static_cast<Factory*>(factory)->device;
  ep->ort_version_supported = ORT_API_VERSION;
  ep->GetName = [](const OrtEp* self) noexcept {
    return static_cast<const Ep*>(self)->device->name.c_str();
  };
  ep->GetCapability = &GetCapability;
  ep->Compile = &Compile;
  ep->ReleaseNodeComputeInfos = [](OrtEp*, OrtNodeComputeInfo** infos, size_t count) noexcept {
    for (size_t i = 0; i < count; ++i) delete static_cast<ComputeInfo*>(infos[i]);
  };
  SetCapture(*ep);
  ep->OnRunStart = [](OrtEp* self, const OrtRunOptions* options) noexcept {
    Device& device = *static_cast<Ep*>(self)->device;
    if (Wants("DEVICE_EP_CAPTURE")) CountRun(device, options);
    Journal::Get().Add("start " + device.name);
    if (++device.running > 1 && Wants("DEVICE_EP_SERIAL"))
      Journal::Get().Add("ERROR two runs at once on " + device.name);
    OrtStatus* status = Enter(device.name, "OnRunStart");
    if (status != nullptr) --device.running;
    return status;
  };
  ep->OnRunEnd = [](OrtEp* self, const OrtRunOptions*, bool sync) noexcept {
    Device& device = *static_cast<Ep*>(self)->device;
    Journal::Get().Add("end " + device.name + (sync ? " sync" : ""));
    if (Wants("DEVICE_EP_CAPTURE")) device.recording = nullptr;
    --device.running;
    return Enter(device.name, "OnRunEnd");
  };
  ep->IsConcurrentRunSupported = [](OrtEp*, bool* supported) noexcept -> OrtStatus* {
    *supported = !Wants("DEVICE_EP_SERIAL");
    return nullptr;
  };
  return AddKernels(*ep, out);
}

OrtStatus* GetSupportedDevices(OrtEpFactory* factory, const OrtHardwareDevice* const* hardware,
                               size_t count, OrtEpDevice** ep_devices, size_t max,
                               size_t* num) noexcept {
  *num = 0;
  const auto* cpu = std::find_if(hardware, hardware + count, [](const OrtHardwareDevice* device) {
    return ort->HardwareDevice_Type(device) == OrtHardwareDeviceType_CPU;
  });
  if (cpu == hardware + count || max == 0) return nullptr;
  return Guard([&] {
    Check(ep_api->CreateEpDevice(factory, *cpu, nullptr, nullptr, ep_devices));
    *num = 1;
    const Device& device = *static_cast<Factory*>(factory)->device->home;
    Check(ep_api->EpDevice_AddAllocatorInfo(*ep_devices, device.info));
    if (Wants("DEVICE_EP_READ_ONLY"))
      Check(ep_api->EpDevice_AddAllocatorInfo(*ep_devices, device.read_only));
    if (Wants("DEVICE_EP_PINNED"))
      Check(ep_api->EpDevice_AddAllocatorInfo(*ep_devices, device.pinned));
  });
}

OrtStatus* CreateAllocator(OrtEpFactory* self, const OrtMemoryInfo* wanted,
                           const OrtKeyValuePairs* options, OrtAllocator** allocator) noexcept {
  return Guard([&] {
    Device& device = *static_cast<Factory*>(self)->device->home;
    OrtAllocatorType type{};
    Check(ort->MemoryInfoGetType(wanted, &type));
    const bool pinned =
        ort->MemoryInfoGetDeviceMemType(wanted) == OrtDeviceMemoryType_HOST_ACCESSIBLE;
    const bool read_only = type == OrtReadOnlyAllocator;
    const char* kind = pinned ? "pinned " : read_only ? "read-only " : "";
    const char* told = options == nullptr ? nullptr : ort->GetKeyValue(options, "told");
    Journal::Get().Add("allocator " + device.name + " " + kind + (told != nullptr ? told : ""));
    auto* made = new Allocator(device,
                               pinned      ? device.pinned
                               : read_only ? device.read_only
                                           : device.info,
                               kind);
    if (Wants("DEVICE_EP_ARENA") && !pinned && !read_only) made->BeArena(*ort);
    *allocator = made;
  });
}

OrtMemoryInfo* MakeInfo(const std::string& name, size_t index, OrtDeviceMemoryType memory,
                        OrtAllocatorType type) {
  OrtMemoryInfo* info = nullptr;
  Check(ort->CreateMemoryInfo_V2(name.c_str(), OrtMemoryInfoDeviceType_GPU, kVendor,
                                 static_cast<int32_t>(index), memory, 0, type, &info));
  return info;
}

Factory* MakeFactory(size_t index) {
  Device& device = devices[index];
  device.home = Wants("DEVICE_EP_SHARED") ? devices.data() : &device;
  device.info = MakeInfo(device.name, index, OrtDeviceMemoryType_DEFAULT, OrtDeviceAllocator);
  device.read_only =
      MakeInfo(device.name + "Weights", index, OrtDeviceMemoryType_DEFAULT, OrtReadOnlyAllocator);
  device.pinned = MakeInfo(device.name + "Pinned", index, OrtDeviceMemoryType_HOST_ACCESSIBLE,
                           OrtDeviceAllocator);
  auto* factory = new Factory(device);
  factory->GetSupportedDevices = &GetSupportedDevices;
  factory->CreateEp = &CreateEp;
  factory->ReleaseEp = [](OrtEpFactory*, OrtEp* ep) noexcept { delete static_cast<Ep*>(ep); };
  factory->CreateAllocator = &CreateAllocator;
  factory->ReleaseAllocator = [](OrtEpFactory*, OrtAllocator* allocator) noexcept {
    delete static_cast<Allocator*>(allocator);
  };
  factory->CreateDataTransfer = [](OrtEpFactory* self,
                                   OrtDataTransferImpl** transfer) noexcept -> OrtStatus* {
    const char* wanted = std::getenv("DEVICE_EP_TRANSFER");
    const bool none = wanted != nullptr && std::strcmp(wanted, "0") == 0;
    *transfer = none ? nullptr : new Transfer(*static_cast<Factory*>(self)->device);
    return nullptr;
  };
  factory->IsStreamAware = [](const OrtEpFactory*) noexcept { return Wants("DEVICE_EP_STREAMS"); };
  factory->CreateSyncStreamForDevice = &CreateStream;
  if (index == 0) device_ep::SetImporter(*factory, {&Do, &Enter});
  return factory;
}

}  // namespace

namespace device_ep {
Queue& QueueOf(void* stream_handle) { return static_cast<Stream*>(stream_handle)->queue; }
}  // namespace device_ep

/// What happened since the last call, a line each; valid until the next.
EXPORT const char* DeviceEpJournal() {
  static std::string text;
  text = Journal::Get().Take();
  return text.c_str();
}

/// Blocks of device memory that nobody has freed.
EXPORT size_t DeviceEpLiveBlocks() {
  return devices[0].memory.live() + devices[1].memory.live() + Allocator::pinned_blocks;
}

EXPORT OrtStatus* CreateEpFactories(const char*, const OrtApiBase* base, const OrtLogger*,
                                    OrtEpFactory** factories, size_t, size_t* num_factories) {
  plugin::SetTables(base);
  *num_factories = 0;
  for (Device& device :
       devices) {  // GCC keeps a library's objects when it is closed, Clang does not
    device.runs.clear();
    device.recordings.clear();
  }
  return Guard([&] {
    for (; *num_factories < devices.size(); ++*num_factories)
      factories[*num_factories] = MakeFactory(*num_factories);
  });
}

EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  const Device& device = *static_cast<Factory*>(factory)->device;
  for (OrtMemoryInfo* info : {device.info, device.read_only, device.pinned})
    ort->ReleaseMemoryInfo(info);
  ep_api->ReleaseKernelRegistry(std::exchange(kernels, nullptr));
  delete static_cast<Factory*>(factory);
  return nullptr;
}
