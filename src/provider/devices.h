// What EPs run on: the machine's hardware devices, and what an EP library makes of one (C API:
// OrtHardwareDevice, OrtEpDevice). Made by hardware discovery and by plugins through abi/; owned by
// the ProviderRegistry or the plugin.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/key_value_pairs.h"
#include "base/memory_info.h"

namespace backplane {
class PluginLibrary;
}  // namespace backplane

/// A processor of the machine, or one that somebody described (environment entry, virtual device of
/// a plugin).
struct OrtHardwareDevice final {
  OrtHardwareDeviceType type = OrtHardwareDeviceType_CPU;
  uint32_t vendor_id = 0;  ///< of PCI; 0: unknown
  uint32_t device_id = 0;
  std::string vendor;
  backplane::KeyValuePairs metadata;

  /// The same device for a user: type and ids; two cards of one kind are different devices and
  /// compare equal here.
  bool SameKind(const OrtHardwareDevice& other) const {
    return type == other.type && vendor_id == other.vendor_id && device_id == other.device_id;
  }
};

/// One EP on one hardware device: what clients choose and what a factory's CreateEp is given.
struct OrtEpDevice final {
  std::string ep_name;
  std::string ep_vendor;
  const OrtHardwareDevice* device = nullptr;
  backplane::KeyValuePairs metadata;
  backplane::KeyValuePairs options;             ///< defaults that the EP publishes
  std::optional<backplane::MemoryInfo> memory;  ///< the device's own
  std::optional<backplane::MemoryInfo>
      read_only_memory;                              ///< the device's own, for initializers only
  std::optional<backplane::MemoryInfo> host_memory;  ///< host memory that the device reaches
  OrtEpFactory* factory = nullptr;                   ///< null: the built-in EP
  backplane::PluginLibrary* library =
      nullptr;  ///< set when the library is registered; null: built in

  bool IsBuiltIn() const { return factory == nullptr; }
  /// The memory a client means by `type`; null if the EP has none of its own there.
  const backplane::MemoryInfo* Memory(OrtDeviceMemoryType type) const {
    const auto& info = type == OrtDeviceMemoryType_HOST_ACCESSIBLE ? host_memory : memory;
    return info ? &*info : nullptr;
  }
};

/// Why an EP cannot use a hardware device; filled by the EP.
struct OrtDeviceEpIncompatibilityDetails final {
  uint32_t reasons = 0;  ///< bits of OrtDeviceEpIncompatibilityReason; 0: it can
  int32_t error_code = 0;
  std::string notes;
};

namespace backplane {
using HardwareDevice = ::OrtHardwareDevice;
using EpDevice = ::OrtEpDevice;

/// The C API's OrtMemoryDevice is a memory info seen without name and allocator type; these are the
/// only casts.
inline const OrtMemoryDevice* ToMemoryDevice(const MemoryInfo& info) {
  return reinterpret_cast<const OrtMemoryDevice*>(&info);
}
inline const MemoryInfo& FromMemoryDevice(const OrtMemoryDevice& device) {
  return reinterpret_cast<const MemoryInfo&>(device);
}

}  // namespace backplane
