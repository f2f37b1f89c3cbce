// `backplane devices`: the processors of this machine, and which execution provider can use which.
#include "backplane/commands.h"
#include "backplane/error.h"
#include "backplane/text.h"

namespace backplane::command {
namespace {

// The API version whose tables have EP devices.
constexpr uint32_t kEpDevicesSince = 22;

const char* TypeText(OrtHardwareDeviceType type) {
  switch (type) {
    case OrtHardwareDeviceType_CPU:
      return "CPU";
    case OrtHardwareDeviceType_GPU:
      return "GPU";
    case OrtHardwareDeviceType_NPU:
      return "NPU";
    default:
      return "other";
  }
}

Json PairsJson(const Runtime& ort, const OrtKeyValuePairs* pairs) {
  Json json = Json::object();
  const char* const* keys = nullptr;
  const char* const* values = nullptr;
  size_t count = 0;
  if (pairs != nullptr) ort->GetKeyValuePairs(pairs, &keys, &values, &count);
  for (size_t i = 0; i < count; ++i) json[keys[i]] = values[i];
  return json;
}

Json EpDevicesJson(const Runtime& ort, const ProviderSettings& providers) {
  Json list = Json::array();
  if (ort.api_version() < kEpDevicesSince) return list;
  const auto env = ort.MakeEnv(false);
  RegisterLibraries(ort, env.get(), providers);
  const OrtEpDevice* const* devices = nullptr;
  size_t count = 0;
  ort.Check(ort->GetEpDevices(env.get(), &devices, &count));
  for (size_t i = 0; i < count; ++i) {
    const OrtHardwareDevice* hardware = ort->EpDevice_Device(devices[i]);
    list.push_back({{"ep", ort->EpDevice_EpName(devices[i])},
                    {"ep_vendor", ort->EpDevice_EpVendor(devices[i])},
                    {"type", TypeText(ort->HardwareDevice_Type(hardware))},
                    {"vendor", ort->HardwareDevice_Vendor(hardware)},
                    {"vendor_id", ort->HardwareDevice_VendorId(hardware)},
                    {"device_id", ort->HardwareDevice_DeviceId(hardware)},
                    {"metadata", PairsJson(ort, ort->HardwareDevice_Metadata(hardware))}});
  }
  return list;
}

void PrintCpu(const Json& cpu) {
  std::vector<std::string> caches, features;
  for (const Json& cache : cpu.at("caches"))
    caches.push_back(cache.at("name").get<std::string>() + " " + FormatBytes(cache.at("bytes")));
  for (const Json& feature : cpu.at("features")) features.push_back(feature);
  PrintFacts({{"processor", cpu.at("name")},
              {"vendor", cpu.at("vendor")},
              {"cores", cpu.at("cores").dump() + " usable"},
              {"instructions", Join(features, " ")},
              {"caches", Join(caches, ", ")},
              {"memory", FormatBytes(cpu.at("memory_bytes"))}});
}

void PrintEpDevices(const Json& devices) {
  Table table;
  for (const char* heading : {"execution provider", "device", "vendor", "made by"})
    table.AddColumn(heading);
  for (const Json& device : devices)
    table.AddRow({device.at("ep"), device.at("type"), device.at("vendor"), device.at("ep_vendor")});
  table.Print();
}

}  // namespace

void ShowDevices(const Settings& settings) {
  const Runtime ort(settings.session.library);
  const Json cpu = Json::parse(CpuFacts());
  Json devices = Json::array();
  std::string why_none;
  try {
    devices = EpDevicesJson(ort, settings.session.providers);
  } catch (const Failure& failure) {
    if (!settings.session.providers.libraries.empty()) throw;  // the user asked for it
    why_none = failure.what();
  }
  if (settings.json) {
    PrintJson({{"library", {{"version", ort.version()}, {"path", ort.path()}}},
               {"cpu", cpu},
               {"ep_devices", devices}});
    return;
  }
  PrintCpu(cpu);
  std::printf("\n");
  if (devices.empty()) {
    std::printf("  The library lists no devices of execution providers%s%s.\n",
                why_none.empty() ? "" : ": ", Printable(why_none).c_str());
  } else {
    PrintEpDevices(devices);
  }
}

}  // namespace backplane::command
