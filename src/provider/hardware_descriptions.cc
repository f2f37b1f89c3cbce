// Devices that somebody describes in words, and the little text reading that all sources share.
#include <charconv>
#include <fstream>

#include "base/error.h"
#include "base/split.h"
#include "provider/hardware_sources.h"

namespace backplane {
namespace {

struct PciVendor {
  uint32_t id;
  std::string_view name;
};

// Makers of the processors that EPs drive.
constexpr PciVendor kPciVendors[] = {
    {0x1002, "AMD"},      {0x1022, "AMD"},       {0x106b, "Apple"},   {0x10de, "NVIDIA"},
    {0x13b5, "Arm"},      {0x1414, "Microsoft"}, {0x144d, "Samsung"}, {0x14c3, "MediaTek"},
    {0x17cb, "Qualcomm"}, {0x1ae0, "Google"},    {0x1d0f, "Amazon"},  {0x19e5, "Huawei"},
    {0x1af4, "Red Hat"},  {0x1da3, "Habana"},    {0x1e60, "Hailo"},   {0x1ed5, "Moore Threads"},
    {0x5143, "Qualcomm"}, {0x8086, "Intel"},
};

OrtHardwareDeviceType TypeOf(std::string_view text) {
  if (text == "CPU" || text == "cpu") return OrtHardwareDeviceType_CPU;
  if (text == "GPU" || text == "gpu") return OrtHardwareDeviceType_GPU;
  if (text == "NPU" || text == "npu") return OrtHardwareDeviceType_NPU;
  Fail(ORT_INVALID_ARGUMENT, "type '{}' is none of CPU, GPU, NPU", text);
}

uint32_t NumberOf(std::string_view key, std::string_view text) {
  const std::optional<uint32_t> number = ParseNumber(text);
  Require(number.has_value(), ORT_INVALID_ARGUMENT, "{} '{}' is no number of 32 bits", key, text);
  return *number;
}

std::unique_ptr<const HardwareDevice> ParseDescription(std::string_view text) {
  auto device = std::make_unique<HardwareDevice>();
  bool typed = false;
  ForEachPart(text, ',', [&](std::string_view pair) {
    const size_t equals = pair.find('=');
    Require(equals != std::string_view::npos && equals != 0, ORT_INVALID_ARGUMENT,
            "'{}' is not key=value", pair);
    const std::string_view key = Trim(pair.substr(0, equals));
    const std::string_view value = Trim(pair.substr(equals + 1));
    if (key == "type") {
      device->type = TypeOf(value);
      typed = true;
    } else if (key == "vendor_id") {
      device->vendor_id = NumberOf(key, value);
    } else if (key == "device_id") {
      device->device_id = NumberOf(key, value);
    } else if (key == "vendor") {
      device->vendor = value;
    } else {
      device->metadata.Set(std::string(key), std::string(value));
    }
  });
  Require(typed, ORT_INVALID_ARGUMENT, "it has no type");
  if (device->vendor.empty()) device->vendor = PciVendorName(device->vendor_id);
  return device;
}

}  // namespace

HardwareDevices ParseHardwareDescriptions(std::string_view text, const Logger* logger) {
  HardwareDevices devices;
  ForEachPart(text, ';', [&](std::string_view description) {
    try {
      devices.push_back(ParseDescription(description));
    } catch (const Error& error) {
      if (logger != nullptr) {
        logger->Warning("provider", "the description of a hardware device, '{}', is left out: {}",
                        description, error.message());
      }
    }
  });
  return devices;
}

std::optional<std::string> ReadLine(const std::string& path) {
  constexpr std::streamsize kMost = 4096;  // sysfs gives no more
  std::ifstream file(path);
  char line[kMost] = {};
  if (!file.getline(line, kMost)) return std::nullopt;
  return std::string(Trim(line));
}

std::optional<uint32_t> ParseNumber(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  uint32_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, hex ? 16 : 10);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view PciVendorName(uint32_t vendor_id) {
  for (const PciVendor& vendor : kPciVendors) {
    if (vendor.id == vendor_id) return vendor.name;
  }
  return {};
}

}  // namespace backplane
