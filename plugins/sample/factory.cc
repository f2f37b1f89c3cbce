#include "factory.h"

#include <algorithm>
#include <cstring>

#include "compile_ep.h"
#include "gpu_ep.h"
#include "gpu_memory.h"
#include "kernel_ep.h"

namespace sample {

using ep_kit::Entries;

namespace {

// The oldest host with all that the sample uses: kernels and virtual devices came in 1.24.
constexpr uint32_t kOldestHost = 24;

Factory* Self(OrtEpFactory* factory) { return static_cast<Factory*>(factory); }
const Factory* Self(const OrtEpFactory* factory) { return static_cast<const Factory*>(factory); }

// What an EP for this type of device can be told, with defaults.
Entries OptionsFor(OrtHardwareDeviceType type) {
  if (type == OrtHardwareDeviceType_CPU) return CompileEpOptions();
  if (type == OrtHardwareDeviceType_NPU) return KernelEpOptions();
  return {};
}

}  // namespace

Factory::Factory(const Api& api, std::string name,
                 std::initializer_list<OrtHardwareDeviceType> types)
    : OrtEpFactory{}, api_(api), name_(std::move(name)), types_(types) {
  ort_version_supported = api.version;
  SetIdentity();
  SetEps();
  SetMemory();
}

void Factory::SetIdentity() {
  GetName = [](const OrtEpFactory* self) noexcept { return Self(self)->name_.c_str(); };
  GetVendor = [](const OrtEpFactory*) noexcept { return "Backplane"; };
  GetVendorId = [](const OrtEpFactory*) noexcept { return kVendorId; };
  GetVersion = [](const OrtEpFactory*) noexcept { return "1.0.0"; };
  GetSupportedDevices = [](OrtEpFactory* self, const OrtHardwareDevice* const* devices,
                           size_t num_devices, OrtEpDevice** ep_devices, size_t max_ep_devices,
                           size_t* num_ep_devices) noexcept -> OrtStatus* {
    *num_ep_devices = 0;
    return Self(self)->api_.Guard([&] {
      Self(self)->PickDevices(devices, num_devices, ep_devices, max_ep_devices, num_ep_devices);
    });
  };
}

void Factory::SetEps() {
  // A session may be given several of our devices; the sample uses the first, which the program
  // prefers, and leaves the others idle.
  CreateEp = [](OrtEpFactory* self, const OrtHardwareDevice* const* devices,
                const OrtKeyValuePairs* const*, size_t num_devices,
                const OrtSessionOptions* session_options, const OrtLogger*,
                OrtEp** ep) noexcept -> OrtStatus* {
    *ep = nullptr;
    return Self(self)->api_.Guard([&] {
      if (num_devices == 0) throw Failure(ORT_INVALID_ARGUMENT, "an EP needs a device");
      *ep = Self(self)->MakeEp(devices[0], session_options).release();
    });
  };
  ReleaseEp = [](OrtEpFactory*, OrtEp* ep) noexcept { delete static_cast<EpBase*>(ep); };
}

std::unique_ptr<EpBase> Factory::MakeEp(const OrtHardwareDevice* device,
                                        const OrtSessionOptions* session_options) {
  // The entries of a session are the EP's, not a device's: where it was given several devices, the
  // defaults of all are there. So all that the EP knows is accepted.
  Entries known;
  for (const OrtHardwareDeviceType type : types_) {
    for (auto& entry : OptionsFor(type)) known.push_back(std::move(entry));
  }
  const ep_kit::Options options(api_, name_, session_options, known);

  const std::lock_guard lock(mutex_);  // sessions are created on any thread
  switch (api_.ort->HardwareDevice_Type(device)) {
    case OrtHardwareDeviceType_CPU:
      return MakeCompileEp(api_, name_, session_options, options);
    case OrtHardwareDeviceType_NPU:
      if (npu_kernels_ == nullptr) npu_kernels_ = MakeKernelEpTable(api_, name_);
      return MakeKernelEp(api_, name_, *npu_kernels_, options);
    case OrtHardwareDeviceType_GPU:
      if (gpu_kernels_ == nullptr) gpu_kernels_ = MakeGpuEpTable(api_, name_);
      return MakeGpuEp(api_, name_, *gpu_kernels_, gpu_);
  }
  throw Failure(ORT_INVALID_ARGUMENT, "no EP for this type of device");
}

bool Factory::Drives(OrtHardwareDeviceType type) const {
  return std::find(types_.begin(), types_.end(), type) != types_.end();
}

// Of the machine's devices: any CPU, and accelerators of our own make. Then virtual ones, to
// compile for or, here, to try the EP without hardware.
void Factory::PickDevices(const OrtHardwareDevice* const* devices, size_t num_devices,
                          OrtEpDevice** ep_devices, size_t max_ep_devices, size_t* num_ep_devices) {
  const auto add = [&](const OrtHardwareDevice* device) {
    if (*num_ep_devices == max_ep_devices) return;  // the host has room for so many
    OrtEpDevice* ep_device = MakeEpDevice(device);
    ep_devices[(*num_ep_devices)++] = ep_device;
  };
  for (size_t i = 0; i < num_devices; ++i) {
    const OrtHardwareDeviceType type = api_.ort->HardwareDevice_Type(devices[i]);
    const bool ours = type == OrtHardwareDeviceType_CPU ||
                      api_.ort->HardwareDevice_VendorId(devices[i]) == kVendorId;
    if (Drives(type) && ours) add(devices[i]);
  }
  OrtKeyValuePairs* entries = nullptr;
  api_.Check(api_.ep->GetEnvConfigEntries(&entries));
  const Owned<OrtKeyValuePairs> owned(entries, api_.ort->ReleaseKeyValuePairs);
  const char* allowed = api_.ort->GetKeyValue(entries, "allow_virtual_devices");
  if (allowed == nullptr || std::strcmp(allowed, "1") != 0) return;
  const auto metadata = api_.MakePairs({{"is_virtual", "1"}});
  for (const OrtHardwareDeviceType type : types_) {
    if (type == OrtHardwareDeviceType_CPU) continue;
    OrtHardwareDevice* device = nullptr;
    api_.Check(api_.ep->CreateHardwareDevice(type, kVendorId, static_cast<uint32_t>(type),
                                             "Backplane", metadata.get(), &device));
    virtual_devices_.emplace_back(device, api_.ep->ReleaseHardwareDevice);
    add(device);
  }
}

// Metadata is for programs to look at. The options are those that the EP knows, with defaults: so
// programs, and hosts that check options, can see them.
OrtEpDevice* Factory::MakeEpDevice(const OrtHardwareDevice* device) {
  const OrtHardwareDeviceType type = api_.ort->HardwareDevice_Type(device);
  const bool gpu = type == OrtHardwareDeviceType_GPU;
  const bool npu = type == OrtHardwareDeviceType_NPU;
  const auto metadata = api_.MakePairs({{"style", gpu ? "gpu" : npu ? "kernels" : "compile"}});
  const auto options = api_.MakePairs(OptionsFor(type));
  OrtEpDevice* ep_device = nullptr;
  api_.Check(api_.ep->CreateEpDevice(this, device, metadata.get(), options.get(), &ep_device));
  Owned<OrtEpDevice> owned(ep_device, api_.ep->ReleaseEpDevice);
  if (gpu) api_.Check(api_.ep->EpDevice_AddAllocatorInfo(ep_device, gpu_memory_.get()));
  return owned.release();  // the host's from here on
}

void Factory::SetMemory() {
  // Set even where there is nothing to copy: ONNX Runtime 1.31 calls it without a look.
  CreateDataTransfer = [](OrtEpFactory* self,
                          OrtDataTransferImpl** transfer) noexcept -> OrtStatus* {
    *transfer = nullptr;
    return Self(self)->api_.Guard([&] {
      if (Self(self)->gpu_memory_ == nullptr) return;  // host memory only: nothing to copy
      *transfer =
          MakeGpuDataTransfer(Self(self)->api_, Self(self)->gpu_, Self(self)->gpu_memory_.get());
    });
  };
  if (!Drives(OrtHardwareDeviceType_GPU)) return;

  OrtMemoryInfo* info = nullptr;
  api_.Check(api_.ort->CreateMemoryInfo_V2("SampleGpu", OrtMemoryInfoDeviceType_GPU, kVendorId, 0,
                                           OrtDeviceMemoryType_DEFAULT, /*alignment=*/0,
                                           OrtDeviceAllocator, &info));
  gpu_memory_ = Owned<OrtMemoryInfo>(info, api_.ort->ReleaseMemoryInfo);

  CreateAllocator = [](OrtEpFactory* self, const OrtMemoryInfo* memory_info,
                       const OrtKeyValuePairs*, OrtAllocator** allocator) noexcept -> OrtStatus* {
    *allocator = nullptr;
    return Self(self)->api_.Guard([&] {
      const Api& api = Self(self)->api_;
      if (!Self(self)->IsGpuMemory(api.ep->MemoryInfo_GetMemoryDevice(memory_info))) {
        throw Failure(ORT_INVALID_ARGUMENT, "the EP has no such memory");
      }
      *allocator = MakeGpuAllocator(api, Self(self)->gpu_, Self(self)->gpu_memory_.get());
    });
  };
  ReleaseAllocator = [](OrtEpFactory*, OrtAllocator* allocator) noexcept {
    ReleaseGpuAllocator(allocator);
  };
  IsStreamAware = [](const OrtEpFactory*) noexcept { return true; };
  CreateSyncStreamForDevice = [](OrtEpFactory* self, const OrtMemoryDevice* memory_device,
                                 const OrtKeyValuePairs*,
                                 OrtSyncStreamImpl** stream) noexcept -> OrtStatus* {
    *stream = nullptr;
    return Self(self)->api_.Guard([&] {
      if (!Self(self)->IsGpuMemory(memory_device)) {
        throw Failure(ORT_INVALID_ARGUMENT, "the EP has streams for its GPU only");
      }
      *stream = MakeGpuStream(Self(self)->api_, Self(self)->gpu_);
    });
  };
}

bool Factory::IsGpuMemory(const OrtMemoryDevice* memory) const {
  return api_.ep->MemoryDevice_AreEqual(memory,
                                        api_.ep->MemoryInfo_GetMemoryDevice(gpu_memory_.get()));
}

OrtStatus* CreateFactories(const OrtApiBase* base, OrtEpFactory** factories, size_t max_factories,
                           size_t* num_factories, const FactoryMaker& make) noexcept {
  *num_factories = 0;
  const Api api = Api::Open(base, kOldestHost, "sample EP");
  if (api.ort == nullptr) return nullptr;  // registers no EP
  return api.Guard([&] {
    std::vector<std::unique_ptr<Factory>> made = make(api);
    if (made.size() > max_factories) {
      throw Failure(ORT_EP_FAIL,
                    "the host has room for " + std::to_string(max_factories) + " factories");
    }
    for (auto& factory : made) factories[(*num_factories)++] = factory.release();
  });
}

OrtStatus* ReleaseFactory(OrtEpFactory* factory) noexcept {
  delete Self(factory);
  return nullptr;
}

}  // namespace sample
