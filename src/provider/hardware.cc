#include "provider/hardware.h"

#include "provider/hardware_sources.h"

namespace backplane {

HardwareDevices DiscoverHardware(const DiscoveryOptions& options) {
  HardwareDevices devices;
  const auto append = [&](HardwareDevices more) {
    for (auto& device : more) devices.push_back(std::move(device));
  };
  // Each source is on its own: what one cannot find must not hide what another can.
  const auto ask = [&](const char* what, auto&& source) {
    try {
      append(source());
    } catch (const std::exception& error) {
      if (options.logger != nullptr)
        options.logger->Warning("provider", "no {} found: {}", what, error.what());
    }
  };
  ask("CPU", [&] { return FindCpu(options); });
  ask("GPUs and NPUs", [&] { return FindPciProcessors(options); });
  ask("described devices",
      [&] { return ParseHardwareDescriptions(options.descriptions, options.logger); });
  return devices;
}

std::string DescribeHardware(const HardwareDevice& device) {
  static constexpr const char* kTypes[] = {"CPU", "GPU", "NPU"};
  const auto type = static_cast<size_t>(device.type);
  std::string words =
      Format("{} {}", type < std::size(kTypes) ? kTypes[type] : "device",
             device.vendor.empty() ? Format("{:#06x}", device.vendor_id) : device.vendor);
  if (device.device_id != 0) words += Format(" {:#06x}", device.device_id);  // of PCI
  return words;
}

std::vector<std::string> DescribeHardware(const HardwareDevices& devices) {
  std::vector<std::string> words;
  for (const auto& device : devices) words.push_back(DescribeHardware(*device));
  return words;
}

}  // namespace backplane
