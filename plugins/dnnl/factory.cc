// The library's entry points and its one factory: an EP for each CPU device.
// Called by the host; everything that can fail goes through Api::Guard.
#include <dlfcn.h>

#include <string>

#include "dnnl/ep.h"
#include "kit/api.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace backplane::dnnl_ep {
namespace {

using ep_kit::Api;
using ep_kit::Failure;

// The oldest host that the EP works in.
constexpr uint32_t kOldestHost = 23;

std::string LibraryVersion() {
  const dnnl_version_t* version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

// oneDNN's OpenMP threads sleep inside its code after a run, so that code must stay mapped when
// this library is unloaded.
void KeepOneDnnLoaded() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&dnnl_version), &info) == 0) return;
  // The handle is never closed: that is the point.
  dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

class Factory : public OrtEpFactory {
 public:
  explicit Factory(const Api& api) : OrtEpFactory{}, api_(api) {
    ort_version_supported = api.version;
    OrtEpFactory::GetName = [](const OrtEpFactory* self) noexcept {
      return static_cast<const Factory*>(self)->name_.c_str();
    };
    OrtEpFactory::GetVendor = [](const OrtEpFactory*) noexcept { return "Backplane"; };
    OrtEpFactory::GetVendorId = [](const OrtEpFactory*) noexcept { return uint32_t{0}; };
    OrtEpFactory::GetVersion = [](const OrtEpFactory*) noexcept { return BACKPLANE_VERSION; };
    OrtEpFactory::GetSupportedDevices =
        [](OrtEpFactory* self, const OrtHardwareDevice* const* devices, size_t count,
           OrtEpDevice** ep_devices, size_t room, size_t* used) noexcept {
          auto* factory = static_cast<Factory*>(self);
          return factory->api_.Guard(
              [&] { factory->FindDevices(devices, count, ep_devices, room, used); });
        };
    OrtEpFactory::CreateEp = [](OrtEpFactory* self, const OrtHardwareDevice* const*,
                                const OrtKeyValuePairs* const*, size_t count,
                                const OrtSessionOptions* options, const OrtLogger* logger,
                                OrtEp** ep) noexcept {
      auto* factory = static_cast<Factory*>(self);
      return factory->api_.Guard([&] {
        if (count != 1) throw Failure(ORT_INVALID_ARGUMENT, "takes one device, the CPU");
        *ep = new Ep(factory->api_, factory->name_, ReadSettings(factory->api_, options), logger);
      });
    };
    OrtEpFactory::ReleaseEp = [](OrtEpFactory*, OrtEp* ep) noexcept {
      delete static_cast<Ep*>(ep);
    };
    // Memory is the host's. ONNX Runtime calls these whether or not they are null.
    OrtEpFactory::CreateAllocator = [](OrtEpFactory*, const OrtMemoryInfo*, const OrtKeyValuePairs*,
                                       OrtAllocator** allocator) noexcept -> OrtStatus* {
      *allocator = nullptr;
      return nullptr;
    };
    OrtEpFactory::ReleaseAllocator = [](OrtEpFactory*, OrtAllocator*) noexcept {};
    OrtEpFactory::CreateDataTransfer =
        [](OrtEpFactory*, OrtDataTransferImpl** data_transfer) noexcept -> OrtStatus* {
      *data_transfer = nullptr;
      return nullptr;
    };
    OrtEpFactory::IsStreamAware = [](const OrtEpFactory*) noexcept { return false; };
  }

 private:
  // The options are stated with their defaults, so that programs and hosts can see them.
  void FindDevices(const OrtHardwareDevice* const* devices, size_t count, OrtEpDevice** ep_devices,
                   size_t room, size_t* used) {
    *used = 0;
    const auto metadata = api_.MakePairs({{"onednn_version", LibraryVersion()}});
    const auto options = api_.MakePairs(KnownOptions());
    for (size_t i = 0; i < count && *used < room; ++i) {
      if (api_.ort->HardwareDevice_Type(devices[i]) != OrtHardwareDeviceType_CPU) continue;
      api_.Check(api_.ep->CreateEpDevice(this, devices[i], metadata.get(), options.get(),
                                         &ep_devices[*used]));
      ++*used;
    }
  }

  const Api api_;
  const std::string name_ = kEpName;
};

OrtStatus* CreateFactory(const OrtApiBase* base, OrtEpFactory** factories, size_t room,
                         size_t* count) noexcept {
  *count = 0;
  const Api api = Api::Open(base, kOldestHost, "DNNL EP");
  if (api.ort == nullptr) return nullptr;  // registers no EP
  return api.Guard([&] {
    if (room < 1) throw Failure(ORT_INVALID_ARGUMENT, "there is no room for a factory");
    KeepOneDnnLoaded();
    factories[0] = new Factory(api);
    *count = 1;
  });
}

}  // namespace
}  // namespace backplane::dnnl_ep

EXPORT OrtStatus* CreateEpFactories(const char* /*registered_name*/, const OrtApiBase* base,
                                    const OrtLogger* /*default_logger*/, OrtEpFactory** factories,
                                    size_t room, size_t* count) {
  return backplane::dnnl_ep::CreateFactory(base, factories, room, count);
}

EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  delete static_cast<backplane::dnnl_ep::Factory*>(factory);
  return nullptr;
}
