#include "abi/cpu_facts.h"

#include <sched.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

namespace backplane::abi {
namespace {

using Json = nlohmann::ordered_json;

// Of a processor's many flags, those that decide which kernels run.
constexpr std::array kFeatures = {
    "sse4_1",   "sse4_2",   "avx",         "f16c",        "fma",         "avx2",
    "avx512f",  "avx512bw", "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx_vnni",
    "amx_tile", "amx_int8", "amx_bf16",    "asimd",       "asimdhp",     "asimddp",
    "bf16",     "i8mm",     "sve",         "sve2"};

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// What stands after "key :" in the first such line of /proc/cpuinfo.
std::string CpuInfo(std::string_view key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const size_t colon = line.find(':');
    if (colon == std::string::npos || line.find_first_not_of(" \t", key.size()) != colon) continue;
    const size_t value = line.find_first_not_of(" \t", colon + 1);
    return value == std::string::npos ? std::string() : line.substr(value);
  }
  return {};
}

// "32K", "1024K", "32M" as the kernel writes sizes.
int64_t ParseSize(const std::string& text) {
  std::istringstream stream(text);
  int64_t number = 0;
  char unit = 0;
  stream >> number >> unit;
  return number * (unit == 'K' ? 1 << 10 : unit == 'M' ? 1 << 20 : unit == 'G' ? 1 << 30 : 1);
}

// The caches that the first processor uses.
Json Caches() {
  Json list = Json::array();
  for (int i = 0; i < 16; ++i) {
    const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i) + "/";
    const std::string level = FirstLine(folder + "level");
    if (level.empty()) break;
    const std::string type = FirstLine(folder + "type");
    const char* suffix = type == "Data" ? "d" : type == "Instruction" ? "i" : "";
    list.push_back(
        {{"name", "L" + level + suffix}, {"bytes", ParseSize(FirstLine(folder + "size"))}});
  }
  return list;
}

Json Features() {
  std::string flags = CpuInfo("flags");
  if (flags.empty()) flags = CpuInfo("Features");
  flags = " " + flags + " ";
  Json list = Json::array();
  for (const char* feature : kFeatures)
    if (flags.find(" " + std::string(feature) + " ") != std::string::npos) list.push_back(feature);
  return list;
}

// Those that this process may run on.
int UsableCores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
}

}  // namespace

std::string CpuFactsJson() {
  const int64_t memory = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const Json facts = {{"name", CpuInfo("model name")},
                      {"vendor", CpuInfo("vendor_id")},
                      {"cores", UsableCores()},
                      {"features", Features()},
                      {"caches", Caches()},
                      {"memory_bytes", memory}};
  return facts.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace backplane::abi
