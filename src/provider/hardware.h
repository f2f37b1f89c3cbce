// Hardware discovery: which processors this machine has. Cannot fail: what cannot be read is left
// out, with a line in the log. Asked once by the ProviderRegistry.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "provider/devices.h"

namespace backplane {

/// The devices in their documented order: CPU, GPUs, NPUs, then those added by description, each
/// kind by PCI address.
using HardwareDevices = std::vector<std::unique_ptr<const HardwareDevice>>;

struct DiscoveryOptions {
  std::string root =
      "/";  ///< sysfs and procfs are looked for below; tests give a tree of their own
  std::string descriptions;  ///< devices to add: see ParseHardwareDescriptions
  const Logger* logger = nullptr;
};

HardwareDevices DiscoverHardware(const DiscoveryOptions& options);

/// A few words for a device: "GPU NVIDIA 0x2330".
std::string DescribeHardware(const HardwareDevice& device);
std::vector<std::string> DescribeHardware(const HardwareDevices& devices);

/// Reads `type=GPU,vendor_id=0x8086,device_id=0x1234,vendor=Intel,key=value;type=NPU,...`; other
/// keys become metadata. Entries that make no sense are left out and reported.
HardwareDevices ParseHardwareDescriptions(std::string_view text, const Logger* logger);

}  // namespace backplane
