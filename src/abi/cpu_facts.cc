#include "abi/cpu_facts.h"

#include <sched.h>
#include <unistd.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "provider/hardware.h"

namespace backplane::abi {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kCachePrefix = "cache_l";

// "32K", "1024K", "32M" as the kernel writes sizes.
int64_t ParseSize(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  const char unit = text.empty() ? ' ' : text.back();
  return number * (unit == 'K' ? 1 << 10 : unit == 'M' ? 1 << 20 : unit == 'G' ? 1 << 30 : 1);
}

// The caches that one core uses, the nearest first.
Json Caches(const KeyValuePairs& metadata) {
  Json list = Json::array();
  for (const auto& [key, value] : metadata.entries()) {
    if (!key.starts_with(kCachePrefix)) continue;
    list.push_back({{"name", "L" + key.substr(kCachePrefix.size())}, {"bytes", ParseSize(value)}});
  }
  return list;
}

Json Features(const std::string& names) {
  Json list = Json::array();
  std::istringstream words(names);
  for (std::string name; words >> name;) list.push_back(name);
  return list;
}

// Those that this process may run on.
int UsableCores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
}

std::string ValueOf(const KeyValuePairs& metadata, const char* key) {
  const char* value = metadata.Find(key);
  return value != nullptr ? value : "";
}

}  // namespace

std::string CpuFactsJson() {
  const HardwareDevices devices = DiscoverHardware({});
  const HardwareDevice unknown;
  const bool found = !devices.empty() && devices.front()->type == OrtHardwareDeviceType_CPU;
  const HardwareDevice& cpu = found ? *devices.front() : unknown;
  const int64_t memory = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const Json facts = {{"name", ValueOf(cpu.metadata, "description")},
                      {"vendor", cpu.vendor},
                      {"cores", UsableCores()},
                      {"features", Features(ValueOf(cpu.metadata, "isa"))},
                      {"caches", Caches(cpu.metadata)},
                      {"memory_bytes", memory}};
  return facts.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace backplane::abi
