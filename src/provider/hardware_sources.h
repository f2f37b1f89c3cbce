// The sources that hardware discovery asks, and how they read sysfs. Used by hardware.cc only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "provider/hardware.h"

namespace backplane {

/// The machine's CPU: always one device.
HardwareDevices FindCpu(const DiscoveryOptions& options);

/// GPUs (PCI display controllers, or cards of the DRM tree) and NPUs (PCI processing accelerators,
/// or devices of the accel tree), by bus address.
HardwareDevices FindPciProcessors(const DiscoveryOptions& options);

/// The first line of a small file, without the line's end; nothing if it cannot be read.
std::optional<std::string> ReadLine(const std::string& path);

/// A number as sysfs and descriptions write it, decimal or 0x...; nothing if it is none or does not
/// fit.
std::optional<uint32_t> ParseNumber(std::string_view text);

/// The name that belongs to a PCI vendor id; empty if unknown.
std::string_view PciVendorName(uint32_t vendor_id);

}  // namespace backplane
