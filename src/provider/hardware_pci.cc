// GPUs and NPUs from sysfs. The PCI tree lists them by class whether or not a driver is loaded; the
// DRM and accel trees tell which have one and bring in those that are no PCI devices (an SoC's).
// One unreadable device is skipped alone.
#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "provider/hardware_sources.h"

namespace backplane {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kDisplayClass = 0x03;      // VGA, 3D and other display controllers
constexpr uint32_t kAcceleratorClass = 0x12;  // processing accelerators

struct Found {
  OrtHardwareDeviceType type = OrtHardwareDeviceType_GPU;
  HardwareDevice device;
};

// By bus address, or by folder name where the device is on no such bus; so the order is always the
// same.
using FoundDevices = std::map<std::string, Found>;

std::vector<fs::path> SortedEntries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

uint32_t NumberIn(const fs::path& file) {
  const auto line = ReadLine(file.string());
  Require(line.has_value(), ORT_FAIL, "{} cannot be read", file.string());
  const auto number = ParseNumber(*line);
  Require(number.has_value(), ORT_FAIL, "{} holds '{}', not a number", file.string(), *line);
  return *number;
}

std::string DriverOf(const fs::path& device) {
  std::error_code error;
  const fs::path link = fs::read_symlink(device / "driver", error);
  return error ? std::string() : link.filename().string();
}

HardwareDevice ReadPciDevice(const fs::path& folder, const std::string& address) {
  HardwareDevice device;
  device.vendor_id = NumberIn(folder / "vendor");
  device.device_id = NumberIn(folder / "device");
  device.vendor = PciVendorName(device.vendor_id);
  device.metadata.Set("pci_bus_id", address);
  const std::string driver = DriverOf(folder);
  if (!driver.empty()) device.metadata.Set("driver", driver);
  const auto numa = ReadLine((folder / "numa_node").string());
  if (numa && *numa != "-1") device.metadata.Set("numa_node", *numa);
  return device;
}

// Graphics memory of its own makes a card discrete. Bus 0 is the chipset's: what sits there shares
// the host's memory.
bool IsDiscrete(const fs::path& folder, const std::string& address) {
  std::error_code error;
  if (fs::exists(folder / "mem_info_vram_total", error)) {
    const auto line = ReadLine((folder / "mem_info_vram_total").string());
    constexpr size_t kOverOneGiB = 10;  // digits of 1 GiB in decimal
    const bool number = line && line->find_first_not_of("0123456789") == std::string::npos;
    if (number && line->size() >= kOverOneGiB) return true;
  }
  return address.find(":00:") == std::string::npos;
}

void AddPciTree(const DiscoveryOptions& options, FoundDevices& found) {
  for (const fs::path& folder : SortedEntries(fs::path(options.root) / "sys/bus/pci/devices")) {
    const std::string address = folder.filename().string();
    try {
      const uint32_t device_class = NumberIn(folder / "class") >> 16;
      if (device_class != kDisplayClass && device_class != kAcceleratorClass) continue;
      Found entry;
      entry.type =
          device_class == kDisplayClass ? OrtHardwareDeviceType_GPU : OrtHardwareDeviceType_NPU;
      entry.device = ReadPciDevice(folder, address);
      if (entry.type == OrtHardwareDeviceType_GPU) {
        entry.device.metadata.Set("Discrete", IsDiscrete(folder, address) ? "1" : "0");
      }
      found.emplace(address, std::move(entry));
    } catch (const std::exception& error) {
      if (options.logger != nullptr) {
        options.logger->Warning("provider", "PCI device {} is left out: {}", address, error.what());
      }
    }
  }
}

bool IsNumbered(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

struct Tree {
  const char* folder;
  const char* prefix;
  OrtHardwareDeviceType type;
  const char* key;  // of the metadata: which node of the tree it is
};

// Adds what a device class lists: to a PCI device its name there, else a device of its own.
void AddClassTree(const DiscoveryOptions& options, const Tree& tree, FoundDevices& found) {
  for (const fs::path& entry : SortedEntries(fs::path(options.root) / tree.folder)) {
    const std::string name = entry.filename().string();
    if (!IsNumbered(name, tree.prefix)) continue;
    try {
      std::error_code error;
      const fs::path target = fs::canonical(entry / "device", error);
      if (error) continue;  // a purely virtual card
      const std::string address = target.filename().string();
      auto known = found.find(address);
      if (known == found.end()) {
        Found added;
        if (fs::exists(target / "vendor", error)) {
          added.device = ReadPciDevice(target, address);
        } else {
          const std::string driver = DriverOf(target);
          if (!driver.empty()) added.device.metadata.Set("driver", driver);
        }
        known = found.emplace(address, std::move(added)).first;
      }
      known->second.type =
          tree.type;  // an NPU of the accel tree may call itself something else on the bus
      known->second.device.metadata.Set(tree.key, name);
    } catch (const std::exception& error) {
      if (options.logger != nullptr) {
        options.logger->Warning("provider", "device {} is left out: {}", entry.string(),
                                error.what());
      }
    }
  }
}

}  // namespace

HardwareDevices FindPciProcessors(const DiscoveryOptions& options) {
  FoundDevices found;
  AddPciTree(options, found);
  AddClassTree(options, {"sys/class/drm", "card", OrtHardwareDeviceType_GPU, "drm"}, found);
  AddClassTree(options, {"sys/class/accel", "accel", OrtHardwareDeviceType_NPU, "accel"}, found);
  HardwareDevices devices;
  for (const OrtHardwareDeviceType type : {OrtHardwareDeviceType_GPU, OrtHardwareDeviceType_NPU}) {
    for (auto& [address, entry] : found) {
      if (entry.type != type) continue;
      auto device = std::make_unique<HardwareDevice>(entry.device);
      device->type = type;
      devices.push_back(std::move(device));
    }
  }
  return devices;
}

}  // namespace backplane
