// A plugin EP library for tests of the library life cycle: every callback writes its name to a
// trace, and environment variables make it lie, fail or throw at any point. Its EPs claim no nodes.
// Uses the public headers only, so the same file loads into Backplane and into ONNX Runtime. Read
// when CreateEpFactories is called:
//
//   LIFE_CYCLE_NAMES      EP names, one factory each, separated by commas; default: the registered
//   name; "-": none LIFE_CYCLE_VENDOR     the EPs' vendor (default "Test Vendor") and
//   LIFE_CYCLE_VENDOR_ID its number LIFE_CYCLE_VERSION    what ort_version_supported states;
//   members that are newer point to a function that aborts LIFE_CYCLE_DEVICES    devices of each
//   factory: "cpu" (all of that type), or virtual ones as TYPE:VENDOR:ID[:key=value]*
//   LIFE_CYCLE_REPEAT     how often each supported device is reported
//   LIFE_CYCLE_OPTIONS    default EP options, key=value separated by commas
//   LIFE_CYCLE_FAIL       names of callbacks that return a status, separated by commas
//   LIFE_CYCLE_THROW      names of callbacks that throw
//   LIFE_CYCLE_NULL       names of optional callbacks that are left out, and of things returned as
//   null LIFE_CYCLE_MEMORY     "1": devices have memory of their own (host memory under another
//   name), copies and streams LIFE_CYCLE_TRACE      file to append to
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "onnxruntime_c_api.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

const OrtApi* ort = nullptr;
const OrtEpApi* ep_api = nullptr;

std::string Variable(const char* name, const char* fallback = "") {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

bool Listed(const char* variable, const std::string& name) {
  for (const std::string& item : Split(Variable(variable), ',')) {
    if (item == name) return true;
  }
  return false;
}

void Trace(const std::string& line) {
  const std::string path = Variable("LIFE_CYCLE_TRACE");
  if (path.empty()) return;
  if (FILE* file = std::fopen(path.c_str(), "a")) {
    std::fprintf(file, "%s\n", line.c_str());
    std::fclose(file);
  }
}

// Every callback that returns a status begins with this.
OrtStatus* Enter(const std::string& callback, const std::string& detail = "") {
  Trace(callback + (detail.empty() ? "" : " " + detail));
  if (Listed("LIFE_CYCLE_THROW", callback)) throw std::runtime_error(callback + " threw");
  if (Listed("LIFE_CYCLE_FAIL", callback)) {
    return ort->CreateStatus(ORT_EP_FAIL, (callback + " was told to fail").c_str());
  }
  return nullptr;
}

void Poison() {
  std::fprintf(stderr, "a member newer than the stated version was called\n");
  std::abort();
}

// The headers call most members noexcept; a plugin written in another language keeps no such
// promise.
template <typename Member, typename Function>
void Set(Member& member, Function* function) {
  member = reinterpret_cast<Member>(function);
}

struct Factory;

struct Allocator : OrtAllocator {
  OrtMemoryInfo* info = nullptr;
};

struct Transfer : OrtDataTransferImpl {};
struct Stream : OrtSyncStreamImpl {
  Factory* factory = nullptr;
};
struct Notification : OrtSyncNotificationImpl {};

struct Ep : OrtEp {
  Factory* factory = nullptr;
};

struct Factory : OrtEpFactory {
  std::string name;
  std::string vendor;
  uint32_t vendor_id = 0;
  size_t repeat = 1;
  std::vector<std::string> devices;
  std::vector<OrtHardwareDevice*> virtual_devices;
  OrtMemoryInfo* memory = nullptr;
  OrtMemoryInfo* host_memory = nullptr;
};

Factory& Self(const OrtEpFactory* factory) {
  return const_cast<Factory&>(static_cast<const Factory&>(*factory));
}

// -- memory, copies, streams
// ----------------------------------------------------------------------------------------

OrtStatus* FactoryCreateAllocator(OrtEpFactory*, const OrtMemoryInfo* info, const OrtKeyValuePairs*,
                                  OrtAllocator** out) {
  if (OrtStatus* status = Enter("Factory.CreateAllocator")) return status;
  *out = nullptr;
  if (Listed("LIFE_CYCLE_NULL", "allocator")) return nullptr;
  auto* allocator = new Allocator();
  std::memset(static_cast<OrtAllocator*>(allocator), 0, sizeof(OrtAllocator));
  allocator->version = ORT_API_VERSION;
  allocator->info = const_cast<OrtMemoryInfo*>(info);
  Set(
      allocator->Alloc,
      +[](OrtAllocator*, size_t bytes) { return std::malloc(bytes == 0 ? 1 : bytes); });
  Set(
      allocator->Free, +[](OrtAllocator*, void* memory) { std::free(memory); });
  Set(
      allocator->Info, +[](const OrtAllocator* a) -> const OrtMemoryInfo* {
        return static_cast<const Allocator*>(a)->info;
      });
  *out = allocator;
  return nullptr;
}

void FactoryReleaseAllocator(OrtEpFactory*, OrtAllocator* allocator) {
  Trace("Factory.ReleaseAllocator");
  delete static_cast<Allocator*>(allocator);
}

OrtStatus* TransferCopy(OrtDataTransferImpl*, const OrtValue** from, OrtValue** to,
                        OrtSyncStream** streams, size_t count) {
  if (OrtStatus* status = Enter("DataTransfer.CopyTensors",
                                streams != nullptr && streams[0] != nullptr ? "stream" : "")) {
    return status;
  }
  for (size_t i = 0; i < count; ++i) {
    const void* source = nullptr;
    void* target = nullptr;
    size_t bytes = 0;
    if (OrtStatus* status = ort->GetTensorData(from[i], &source)) return status;
    if (OrtStatus* status = ort->GetTensorMutableData(to[i], &target)) return status;
    if (OrtStatus* status = ort->GetTensorSizeInBytes(from[i], &bytes)) return status;
    std::memcpy(target, source, bytes);
  }
  return nullptr;
}

OrtStatus* FactoryCreateDataTransfer(OrtEpFactory* factory, OrtDataTransferImpl** out) {
  if (OrtStatus* status = Enter("Factory.CreateDataTransfer")) return status;
  *out = nullptr;
  if (Self(factory).memory == nullptr) return nullptr;
  auto* transfer = new Transfer();
  transfer->ort_version_supported = ORT_API_VERSION;
  Set(
      transfer->Release, +[](OrtDataTransferImpl* self) {
        Trace("DataTransfer.Release");
        delete static_cast<Transfer*>(self);
      });
  Set(
      transfer->CanCopy,
      +[](const OrtDataTransferImpl*, const OrtMemoryDevice* from, const OrtMemoryDevice* to) {
        return ep_api->MemoryDevice_GetVendorId(from) == 0xbe01 ||
               ep_api->MemoryDevice_GetVendorId(to) == 0xbe01;
      });
  Set(transfer->CopyTensors, &TransferCopy);
  if (Listed("LIFE_CYCLE_NULL", "DataTransfer.CopyTensors")) transfer->CopyTensors = nullptr;
  *out = transfer;
  return nullptr;
}

OrtStatus* StreamCreateNotification(OrtSyncStreamImpl*, OrtSyncNotificationImpl** out) {
  if (OrtStatus* status = Enter("Stream.CreateNotification")) return status;
  auto* notification = new Notification();
  notification->ort_version_supported = ORT_API_VERSION;
  Set(
      notification->Release, +[](OrtSyncNotificationImpl* self) {
        Trace("Notification.Release");
        delete static_cast<Notification*>(self);
      });
  Set(
      notification->Activate,
      +[](OrtSyncNotificationImpl*) { return Enter("Notification.Activate"); });
  Set(
      notification->WaitOnDevice,
      +[](OrtSyncNotificationImpl*, OrtSyncStream*) { return Enter("Notification.WaitOnDevice"); });
  Set(
      notification->WaitOnHost,
      +[](OrtSyncNotificationImpl*) { return Enter("Notification.WaitOnHost"); });
  *out = notification;
  return nullptr;
}

OrtStatus* FactoryCreateStream(OrtEpFactory* factory, const OrtMemoryDevice*,
                               const OrtKeyValuePairs*, OrtSyncStreamImpl** out) {
  *out = nullptr;
  if (OrtStatus* status = Enter("Factory.CreateSyncStreamForDevice")) return status;
  if (Listed("LIFE_CYCLE_NULL", "stream")) return nullptr;
  auto* stream = new Stream();
  stream->ort_version_supported = ORT_API_VERSION;
  stream->factory = &Self(factory);
  Set(
      stream->Release, +[](OrtSyncStreamImpl* self) {
        Trace("Stream.Release");
        delete static_cast<Stream*>(self);
      });
  Set(
      stream->GetHandle, +[](OrtSyncStreamImpl* self) -> void* { return self; });
  Set(stream->CreateNotification, &StreamCreateNotification);
  Set(
      stream->Flush, +[](OrtSyncStreamImpl*) { return Enter("Stream.Flush"); });
  Set(
      stream->OnSessionRunEnd, +[](OrtSyncStreamImpl*) { return Enter("Stream.OnSessionRunEnd"); });
  *out = stream;
  return nullptr;
}

// -- devices
// --------------------------------------------------------------------------------------------------------

OrtHardwareDevice* MakeVirtual(const std::string& description) {
  const std::vector<std::string> parts = Split(description, ':');
  const OrtHardwareDeviceType type = parts[0] == "GPU"   ? OrtHardwareDeviceType_GPU
                                     : parts[0] == "NPU" ? OrtHardwareDeviceType_NPU
                                                         : OrtHardwareDeviceType_CPU;
  OrtKeyValuePairs* metadata = nullptr;
  ort->CreateKeyValuePairs(&metadata);
  ort->AddKeyValuePair(metadata, "is_virtual", "1");
  std::string vendor = "Virtual Vendor";
  for (size_t i = 3; i < parts.size(); ++i) {
    const size_t equals = parts[i].find('=');
    if (parts[i].substr(0, equals) == "vendor") {
      vendor = parts[i].substr(equals + 1);
    } else {
      ort->AddKeyValuePair(metadata, parts[i].substr(0, equals).c_str(),
                           parts[i].substr(equals + 1).c_str());
    }
  }
  OrtHardwareDevice* device = nullptr;
  OrtStatus* status =
      ep_api->CreateHardwareDevice(type, static_cast<uint32_t>(std::stoul(parts.at(1), nullptr, 0)),
                                   static_cast<uint32_t>(std::stoul(parts.at(2), nullptr, 0)),
                                   vendor.c_str(), metadata, &device);
  ort->ReleaseKeyValuePairs(metadata);
  if (status != nullptr) {
    Trace(std::string("CreateHardwareDevice: ") + ort->GetErrorMessage(status));
    ort->ReleaseStatus(status);
  }
  return device;
}

OrtStatus* Report(Factory& factory, const OrtHardwareDevice* hardware, size_t index,
                  OrtEpDevice** out) {
  OrtKeyValuePairs* metadata = nullptr;
  OrtKeyValuePairs* options = nullptr;
  ort->CreateKeyValuePairs(&metadata);
  ort->AddKeyValuePair(metadata, "supported_devices", "test");
  ort->AddKeyValuePair(metadata, "index", std::to_string(index).c_str());
  ort->CreateKeyValuePairs(&options);
  for (const std::string& pair : Split(Variable("LIFE_CYCLE_OPTIONS"), ',')) {
    const size_t equals = pair.find('=');
    ort->AddKeyValuePair(options, pair.substr(0, equals).c_str(), pair.substr(equals + 1).c_str());
  }
  OrtStatus* status = ep_api->CreateEpDevice(&factory, hardware, metadata, options, out);
  ort->ReleaseKeyValuePairs(metadata);
  ort->ReleaseKeyValuePairs(options);
  if (status == nullptr && factory.memory != nullptr)
    status = ep_api->EpDevice_AddAllocatorInfo(*out, factory.memory);
  if (status == nullptr && factory.host_memory != nullptr) {
    status = ep_api->EpDevice_AddAllocatorInfo(*out, factory.host_memory);
  }
  return status;
}

OrtStatus* GetSupportedDevices(OrtEpFactory* self, const OrtHardwareDevice* const* devices,
                               size_t num_devices, OrtEpDevice** ep_devices, size_t max_ep_devices,
                               size_t* num_ep_devices) {
  Factory& factory = Self(self);
  *num_ep_devices = 0;
  if (OrtStatus* status =
          Enter("GetSupportedDevices", factory.name + " max " + std::to_string(max_ep_devices))) {
    return status;
  }
  std::vector<const OrtHardwareDevice*> wanted;
  for (const std::string& description : factory.devices) {
    if (description == "cpu") {
      for (size_t i = 0; i < num_devices; ++i) {
        if (ort->HardwareDevice_Type(devices[i]) == OrtHardwareDeviceType_CPU)
          wanted.push_back(devices[i]);
      }
    } else if (description == "all") {
      wanted.assign(devices, devices + num_devices);
    } else if (OrtHardwareDevice* device = MakeVirtual(description)) {
      factory.virtual_devices.push_back(device);
      wanted.push_back(device);
    }
  }
  for (const OrtHardwareDevice* device : wanted) {
    for (size_t i = 0; i < factory.repeat; ++i) {
      if (*num_ep_devices < max_ep_devices) {
        if (OrtStatus* status =
                Report(factory, device, *num_ep_devices, &ep_devices[*num_ep_devices]))
          return status;
      }
      ++*num_ep_devices;
    }
  }
  if (Listed("LIFE_CYCLE_NULL", "device") && *num_ep_devices != 0) {
    ep_api->ReleaseEpDevice(ep_devices[0]);
    ep_devices[0] = nullptr;
  }
  return Enter("GetSupportedDevices.late");
}

// -- EPs
// ------------------------------------------------------------------------------------------------------------

OrtStatus* CreateEp(OrtEpFactory* self, const OrtHardwareDevice* const*,
                    const OrtKeyValuePairs* const* metadata, size_t num_devices,
                    const OrtSessionOptions* options, const OrtLogger*, OrtEp** out) {
  Factory& factory = Self(self);
  std::string detail = factory.name;
  for (size_t i = 0; i < num_devices; ++i) {
    const char* index = ort->GetKeyValue(metadata[i], "index");
    detail += std::string(" ") + (index == nullptr ? "?" : index);
  }
  OrtKeyValuePairs* config = nullptr;
  if (OrtStatus* status = ort->GetSessionOptionsConfigEntries(options, &config)) return status;
  const char* const* keys = nullptr;
  const char* const* values = nullptr;
  size_t count = 0;
  ort->GetKeyValuePairs(config, &keys, &values, &count);
  for (size_t i = 0; i < count; ++i) {
    if (std::strncmp(keys[i], "ep.", 3) == 0)
      detail += std::string(" ") + keys[i] + "=" + values[i];
  }
  ort->ReleaseKeyValuePairs(config);
  *out = nullptr;
  if (OrtStatus* status = Enter("CreateEp", detail)) return status;
  if (Listed("LIFE_CYCLE_NULL", "ep")) return nullptr;
  auto* ep = new Ep();
  std::memset(static_cast<OrtEp*>(ep), 0, sizeof(OrtEp));
  ep->factory = &factory;
  ep->ort_version_supported = factory.ort_version_supported;
  Set(
      ep->GetName,
      +[](const OrtEp* e) { return static_cast<const Ep*>(e)->factory->name.c_str(); });
  Set(
      ep->GetCapability, +[](OrtEp* e, const OrtGraph*, OrtEpGraphSupportInfo*) {
        return Enter("GetCapability", static_cast<const Ep*>(e)->factory->name);
      });
  Set(
      ep->Compile, +[](OrtEp*, const OrtGraph**, const OrtNode**, size_t, OrtNodeComputeInfo**,
                       OrtNode**) { return Enter("Compile"); });
  Set(
      ep->ReleaseNodeComputeInfos,
      +[](OrtEp*, OrtNodeComputeInfo**, size_t) { Trace("ReleaseNodeComputeInfos"); });
  *out = ep;
  return nullptr;
}

void ReleaseEp(OrtEpFactory*, OrtEp* ep) {
  Trace("ReleaseEp " + static_cast<Ep*>(ep)->factory->name);
  delete static_cast<Ep*>(ep);
}

OrtStatus* Incompatible(OrtEpFactory*, const OrtHardwareDevice* hardware,
                        OrtDeviceEpIncompatibilityDetails* details) {
  if (OrtStatus* status = Enter("GetHardwareDeviceIncompatibilityDetails")) return status;
  if (ort->HardwareDevice_Type(hardware) == OrtHardwareDeviceType_CPU) return nullptr;
  return ep_api->DeviceEpIncompatibilityDetails_SetDetails(
      details, OrtDeviceEpIncompatibility_DRIVER_INCOMPATIBLE, 7, "the driver is a test's");
}

OrtStatus* Validate(OrtEpFactory*, const OrtHardwareDevice* const*, size_t, const char* info,
                    OrtCompiledModelCompatibility* out) {
  if (OrtStatus* status = Enter("ValidateCompiledModelCompatibilityInfo", info)) return status;
  *out = std::strcmp(info, "good") == 0 ? OrtCompiledModelCompatibility_EP_SUPPORTED_OPTIMAL
                                        : OrtCompiledModelCompatibility_EP_UNSUPPORTED;
  return nullptr;
}

// Since-version of each optional member, and how to fill it.
void SetNewerMembers(Factory& factory, uint32_t stated) {
  const auto set = [&](auto& member, uint32_t since, const char* name, auto* function) {
    if (stated < since) {
      Set(member, &Poison);
    } else if (!Listed("LIFE_CYCLE_NULL", name)) {
      Set(member, function);
    }
  };
  set(
      factory.GetVendorId, 23, "GetVendorId",
      +[](const OrtEpFactory* f) { return Self(f).vendor_id; });
  set(
      factory.GetVersion, 23, "GetVersion", +[](const OrtEpFactory*) { return "1.2.3"; });
  set(factory.ValidateCompiledModelCompatibilityInfo, 23, "ValidateCompiledModelCompatibilityInfo",
      &Validate);
  set(factory.CreateAllocator, 23, "Factory.CreateAllocator", &FactoryCreateAllocator);
  set(factory.ReleaseAllocator, 23, "Factory.ReleaseAllocator", &FactoryReleaseAllocator);
  set(factory.CreateDataTransfer, 23, "Factory.CreateDataTransfer", &FactoryCreateDataTransfer);
  set(
      factory.IsStreamAware, 23, "IsStreamAware",
      +[](const OrtEpFactory* f) { return Self(f).memory != nullptr; });
  set(factory.CreateSyncStreamForDevice, 23, "Factory.CreateSyncStreamForDevice",
      &FactoryCreateStream);
  set(factory.GetHardwareDeviceIncompatibilityDetails, 24,
      "GetHardwareDeviceIncompatibilityDetails", &Incompatible);
  const auto poison = [&](auto& member, uint32_t since) {
    if (stated < since) Set(member, &Poison);
  };
  poison(factory.CreateExternalResourceImporterForDevice, 24);
  poison(factory.GetNumCustomOpDomains, 24);
  poison(factory.GetCustomOpDomains, 24);
  poison(factory.InitGraphicsInterop, 25);
  poison(factory.DeinitGraphicsInterop, 25);
  poison(factory.SelectBestModelCandidate, 28);
}

OrtStatus* MakeFactory(const std::string& name, OrtEpFactory** out) {
  auto factory = std::make_unique<Factory>();
  std::memset(static_cast<OrtEpFactory*>(factory.get()), 0, sizeof(OrtEpFactory));
  factory->ort_version_supported = static_cast<uint32_t>(
      std::stoul(Variable("LIFE_CYCLE_VERSION", std::to_string(ORT_API_VERSION).c_str())));
  factory->name = name;
  factory->vendor = Variable("LIFE_CYCLE_VENDOR", "Test Vendor");
  factory->vendor_id =
      static_cast<uint32_t>(std::stoul(Variable("LIFE_CYCLE_VENDOR_ID", "0xbe01"), nullptr, 0));
  factory->repeat = std::stoul(Variable("LIFE_CYCLE_REPEAT", "1"));
  factory->devices = Split(Variable("LIFE_CYCLE_DEVICES", "cpu"), ',');
  Set(
      factory->GetName, +[](const OrtEpFactory* f) -> const char* {
        if (Listed("LIFE_CYCLE_NULL", "name")) return nullptr;
        return Self(f).name.c_str();
      });
  Set(
      factory->GetVendor, +[](const OrtEpFactory* f) { return Self(f).vendor.c_str(); });
  Set(factory->GetSupportedDevices, &GetSupportedDevices);
  Set(factory->CreateEp, &CreateEp);
  Set(factory->ReleaseEp, &ReleaseEp);
  if (Listed("LIFE_CYCLE_NULL", "GetSupportedDevices")) factory->GetSupportedDevices = nullptr;
  if (Listed("LIFE_CYCLE_NULL", "CreateEp")) factory->CreateEp = nullptr;
  if (Listed("LIFE_CYCLE_NULL", "ReleaseEp")) factory->ReleaseEp = nullptr;
  if (Listed("LIFE_CYCLE_NULL", "GetName")) factory->GetName = nullptr;
  SetNewerMembers(*factory, factory->ort_version_supported);
  if (Variable("LIFE_CYCLE_MEMORY") == "1") {
    if (OrtStatus* status = ort->CreateMemoryInfo_V2("TestMemory", OrtMemoryInfoDeviceType_GPU,
                                                     0xbe01, 0, OrtDeviceMemoryType_DEFAULT, 0,
                                                     OrtDeviceAllocator, &factory->memory)) {
      return status;
    }
    if (OrtStatus* status = ort->CreateMemoryInfo_V2(
            "TestHostMemory", OrtMemoryInfoDeviceType_GPU, 0xbe01, 0,
            OrtDeviceMemoryType_HOST_ACCESSIBLE, 0, OrtDeviceAllocator, &factory->host_memory)) {
      return status;
    }
  }
  *out = factory.release();
  return nullptr;
}

}  // namespace

EXPORT OrtStatus* CreateEpFactories(const char* registered_name, const OrtApiBase* base,
                                    const OrtLogger*, OrtEpFactory** factories,
                                    size_t max_factories, size_t* num_factories) {
  // Once: another thread may still be releasing what an earlier registration made.
  if (ort == nullptr) ort = base->GetApi(ORT_API_VERSION);
  if (ort == nullptr) ort = base->GetApi(24);
  if (ep_api == nullptr) ep_api = ort->GetEpApi();
  *num_factories = 0;
  if (OrtStatus* status = Enter("CreateEpFactories", std::string(registered_name) + " max " +
                                                         std::to_string(max_factories))) {
    return status;
  }
  std::vector<std::string> names = Split(Variable("LIFE_CYCLE_NAMES", registered_name), ',');
  if (names.size() == 1 && names[0] == "-") names.clear();
  for (const std::string& name : names) {
    if (*num_factories < max_factories) {
      if (OrtStatus* status = MakeFactory(name, &factories[*num_factories])) return status;
    }
    ++*num_factories;
  }
  if (Listed("LIFE_CYCLE_NULL", "factory") && *num_factories != 0) {
    delete static_cast<Factory*>(factories[*num_factories - 1]);
    factories[*num_factories - 1] = nullptr;
  }
  return Enter("CreateEpFactories.late");
}

EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  Factory& self = Self(factory);
  Trace("ReleaseEpFactory " + self.name);
  for (OrtHardwareDevice* device : self.virtual_devices) ep_api->ReleaseHardwareDevice(device);
  if (self.memory != nullptr) ort->ReleaseMemoryInfo(self.memory);
  if (self.host_memory != nullptr) ort->ReleaseMemoryInfo(self.host_memory);
  delete &self;
  return Enter("ReleaseEpFactory.late");
}
