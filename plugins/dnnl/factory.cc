// The library's entry points and its one factory: an EP for each CPU device.
// Called by the host; everything that can fail goes through Guarded.
#include <dlfcn.h>

#include <string>

#include "common/api.h"
#include "dnnl/ep.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace backplane::dnnl_ep {
namespace {

using plugins::Check;
using plugins::EpApi;
using plugins::Guarded;
using plugins::KeyValuePairs;
using plugins::Ort;

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
  Factory() : OrtEpFactory{} {
    ort_version_supported = plugins::kApiVersion;
    OrtEpFactory::GetName = [](const OrtEpFactory*) noexcept { return kEpName; };
    OrtEpFactory::GetVendor = [](const OrtEpFactory*) noexcept { return "Backplane"; };
    OrtEpFactory::GetVendorId = [](const OrtEpFactory*) noexcept { return uint32_t{0}; };
    OrtEpFactory::GetVersion = [](const OrtEpFactory*) noexcept { return BACKPLANE_VERSION; };
    OrtEpFactory::GetSupportedDevices =
        [](OrtEpFactory* self, const OrtHardwareDevice* const* devices, size_t count,
           OrtEpDevice** ep_devices, size_t room, size_t* used) noexcept {
          return Guarded([&] { FindDevices(self, devices, count, ep_devices, room, used); });
        };
    OrtEpFactory::CreateEp = [](OrtEpFactory*, const OrtHardwareDevice* const*,
                                const OrtKeyValuePairs* const*, size_t count,
                                const OrtSessionOptions* options, const OrtLogger* logger,
                                OrtEp** ep) noexcept {
      return Guarded([&] {
        if (count != 1) throw Failure(ORT_INVALID_ARGUMENT, "takes one device, the CPU");
        *ep = new Ep(ReadSettings(options), logger);
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
  static void FindDevices(OrtEpFactory* self, const OrtHardwareDevice* const* devices, size_t count,
                          OrtEpDevice** ep_devices, size_t room, size_t* used) {
    *used = 0;
    for (size_t i = 0; i < count && *used < room; ++i) {
      if (Ort().HardwareDevice_Type(devices[i]) != OrtHardwareDeviceType_CPU) continue;
      OrtKeyValuePairs* raw = nullptr;
      Ort().CreateKeyValuePairs(&raw);
      const KeyValuePairs metadata(raw);
      Ort().AddKeyValuePair(metadata.get(), "onednn_version", LibraryVersion().c_str());
      Check(EpApi().CreateEpDevice(self, devices[i], metadata.get(), nullptr, &ep_devices[*used]));
      ++*used;
    }
  }
};

}  // namespace
}  // namespace backplane::dnnl_ep

EXPORT OrtStatus* CreateEpFactories(const char* /*registered_name*/, const OrtApiBase* base,
                                    const OrtLogger* /*default_logger*/, OrtEpFactory** factories,
                                    size_t room, size_t* count) {
  using namespace backplane;
  return plugins::Guarded([&] {
    plugins::BindApi(base);
    if (room < 1) throw plugins::Failure(ORT_INVALID_ARGUMENT, "there is no room for a factory");
    dnnl_ep::KeepOneDnnLoaded();
    factories[0] = new dnnl_ep::Factory();
    *count = 1;
  });
}

EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  delete static_cast<backplane::dnnl_ep::Factory*>(factory);
  return nullptr;
}
