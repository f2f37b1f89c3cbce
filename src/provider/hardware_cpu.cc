// The CPU: cpuid says who made it and what it can do, procfs and sysfs what it is called and how
// large its caches are.
#include <cstring>
#include <fstream>
#include <thread>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif
#if defined(__linux__) && defined(__aarch64__)
#include <sys/auxv.h>
#endif

#include "base/format.h"
#include "provider/hardware_sources.h"

namespace backplane {
namespace {

// What to expect at a path below the root of the file systems.
std::string Below(const DiscoveryOptions& options, std::string_view path) {
  return Format("{}/{}", options.root, path);
}

#if defined(__x86_64__) || defined(__i386__)

struct Registers {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers CpuId(unsigned leaf, unsigned subleaf = 0) {
  Registers r;
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

struct Maker {
  const char* signature;  // of cpuid leaf 0
  const char* name;
  uint32_t vendor_id;
};

constexpr Maker kMakers[] = {{"GenuineIntel", "Intel", 0x8086},
                             {"AuthenticAMD", "AMD", 0x1022},
                             {"HygonGenuine", "Hygon", 0x1d94},
                             {"CentaurHauls", "VIA", 0x1106},
                             {"  Shanghai  ", "Zhaoxin", 0x1d17}};

void IdentifyMaker(HardwareDevice& device) {
  const Registers leaf = CpuId(0);
  char signature[13] = {};
  std::memcpy(signature, &leaf.ebx, 4);
  std::memcpy(signature + 4, &leaf.edx, 4);
  std::memcpy(signature + 8, &leaf.ecx, 4);
  device.vendor = signature;
  for (const Maker& maker : kMakers) {
    if (std::strcmp(maker.signature, signature) != 0) continue;
    device.vendor = maker.name;
    device.vendor_id = maker.vendor_id;
  }
  const unsigned version = CpuId(1).eax;
  const unsigned base_family = (version >> 8) & 15;
  const unsigned family = base_family == 15 ? 15 + ((version >> 20) & 255) : base_family;
  const bool extended = base_family == 6 || base_family == 15;
  const unsigned model = ((version >> 4) & 15) | (extended ? ((version >> 16) & 15) << 4 : 0);
  device.metadata.Set("family", Format("{}", family));
  device.metadata.Set("model", Format("{}", model));
  device.metadata.Set("stepping", Format("{}", version & 15));
}

// What the processor has and the system lets programs use: GCC's table looks at both.
std::string InstructionSets() {
  __builtin_cpu_init();
  std::string list;
  const auto add = [&](bool has, const char* name) {
    if (has) list += Format("{}{}", list.empty() ? "" : " ", name);
  };
  add(__builtin_cpu_supports("sse4.1"), "sse4_1");
  add(__builtin_cpu_supports("sse4.2"), "sse4_2");
  add(__builtin_cpu_supports("avx"), "avx");
  add(__builtin_cpu_supports("avx2"), "avx2");
  add(__builtin_cpu_supports("fma"), "fma");
  add((CpuId(1).ecx >> 29 & 1) != 0 && __builtin_cpu_supports("avx"), "f16c");
  add(__builtin_cpu_supports("avx512f"), "avx512f");
  add(__builtin_cpu_supports("avx512bw"), "avx512bw");
  add(__builtin_cpu_supports("avx512dq"), "avx512dq");
  add(__builtin_cpu_supports("avx512vl"), "avx512vl");
  add(__builtin_cpu_supports("avx512vnni"), "avx512_vnni");
  // Newer than the oldest compiler's table; their state is AVX's and AVX-512's, or (AMX) asked for
  // by the program.
  const bool avx2 = __builtin_cpu_supports("avx2");
  const bool avx512 = __builtin_cpu_supports("avx512f");
  add(avx512 && (CpuId(7, 1).eax >> 5 & 1) != 0, "avx512_bf16");
  add(avx512 && (CpuId(7).edx >> 23 & 1) != 0, "avx512_fp16");
  add(avx2 && (CpuId(7, 1).eax >> 4 & 1) != 0, "avx_vnni");
  add((CpuId(7).edx >> 24 & 1) != 0, "amx_tile");
  add((CpuId(7).edx >> 25 & 1) != 0, "amx_int8");
  add((CpuId(7).edx >> 22 & 1) != 0, "amx_bf16");
  return list;
}

#else

void IdentifyMaker(HardwareDevice& device) { device.vendor = "unknown"; }

std::string InstructionSets() {
#if defined(__linux__) && defined(__aarch64__)
  const unsigned long caps = getauxval(AT_HWCAP);
  std::string list = "neon";
  if ((caps >> 20 & 1) != 0) list += " asimddp";
  if ((caps >> 10 & 1) != 0) list += " asimdhp";
  if ((caps >> 22 & 1) != 0) list += " sve";
  return list;
#else
  return {};
#endif
}

#endif

// The value of the first `key : value` line of /proc/cpuinfo.
std::string CpuInfo(const DiscoveryOptions& options, std::string_view key) {
  std::ifstream file(Below(options, "proc/cpuinfo"));
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

void AddCaches(const DiscoveryOptions& options, HardwareDevice& device) {
  constexpr int kMostCaches = 16;
  for (int i = 0; i < kMostCaches; ++i) {
    const std::string folder =
        Below(options, Format("sys/devices/system/cpu/cpu0/cache/index{}", i));
    const auto level = ReadLine(folder + "/level");
    const auto type = ReadLine(folder + "/type");
    const auto size = ReadLine(folder + "/size");
    if (!level || !type || !size) continue;
    const char* suffix = *type == "Data" ? "d" : *type == "Instruction" ? "i" : "";
    device.metadata.Set(Format("cache_l{}{}", *level, suffix), *size);
  }
}

}  // namespace

HardwareDevices FindCpu(const DiscoveryOptions& options) {
  auto cpu = std::make_unique<HardwareDevice>();
  cpu->type = OrtHardwareDeviceType_CPU;
  IdentifyMaker(*cpu);
  const std::string name = CpuInfo(options, "model name");
  if (!name.empty()) cpu->metadata.Set("description", name);
  const std::string isa = InstructionSets();
  if (!isa.empty()) cpu->metadata.Set("isa", isa);
  cpu->metadata.Set("logical_processors", Format("{}", std::thread::hardware_concurrency()));
  AddCaches(options, *cpu);
  HardwareDevices devices;
  devices.push_back(std::move(cpu));
  return devices;
}

}  // namespace backplane
