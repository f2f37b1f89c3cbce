#include "abi/memory.h"

#include <forward_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "abi/guard.h"
#include "abi/legacy_providers.h"
#include "base/allocator_calls.h"
#include "base/allocator_owners.h"
#include "base/arena.h"
#include "base/key_value_pairs.h"
#include "base/memory.h"
#include "provider/execution_provider.h"
#include "provider/plugin_call.h"
#include "runtime/env.h"
#include "runtime/session.h"

/// Settings of an arena, as given; -1 and absent entries stand for defaults.
struct OrtArenaCfg final {
  std::map<std::string, size_t> entries;
};

namespace backplane::abi {

const MemoryInfo& Interned(const MemoryInfo& info) {
  // Nearly all tensors are in one of these two; they need no lock.
  static const MemoryInfo& device = CpuMemoryInfo();
  static const MemoryInfo arena = [] {
    MemoryInfo memory;
    memory.allocator_type = OrtArenaAllocator;
    return memory;
  }();
  if (info == device) return device;
  if (info == arena) return arena;

  static std::mutex mutex;
  static auto* infos =
      new std::forward_list<MemoryInfo>();  // never freed: values may outlive every static
  const std::lock_guard lock(mutex);
  for (const MemoryInfo& known : *infos) {
    if (known == info) return known;
  }
  return infos->emplace_front(info);
}

OrtStatus* CreateMemoryInfo(const char* name, OrtAllocatorType type, int id, OrtMemType mem_type,
                            OrtMemoryInfo** out) noexcept {
  return Guard([&] {
    NotNull(name, "name");
    NotNull(out, "out");
    MemoryInfo info;
    if (name != info.name) {
      Require(FindLegacyMemory(name, info), ORT_INVALID_ARGUMENT,
              "Specified device is not supported. Try CreateMemoryInfo_V2. (name '{}')", name);
      info.device_id = id;
    }
    info.allocator_type = type;
    info.mem_type = mem_type;
    *out = new OrtMemoryInfo(info);
  });
}

OrtStatus* CreateCpuMemoryInfo(OrtAllocatorType type, OrtMemType mem_type,
                               OrtMemoryInfo** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    MemoryInfo info;
    info.allocator_type = type;
    info.mem_type = mem_type;
    *out = new OrtMemoryInfo(info);
  });
}

OrtStatus* CreateMemoryInfo_V2(const char* name, OrtMemoryInfoDeviceType device_type,
                               uint32_t vendor_id, int32_t device_id, OrtDeviceMemoryType mem_type,
                               size_t alignment, OrtAllocatorType allocator_type,
                               OrtMemoryInfo** out) noexcept {
  return Guard([&] {
    NotNull(name, "name");
    NotNull(out, "out");
    Require(
        device_type >= OrtMemoryInfoDeviceType_CPU && device_type <= OrtMemoryInfoDeviceType_NPU,
        ORT_INVALID_ARGUMENT, "Invalid device type specified. ({})", static_cast<int>(device_type));
    auto info = std::make_unique<OrtMemoryInfo>();
    info->name = name;
    info->device_type = device_type;
    info->device_memory = mem_type;
    info->mem_type =
        mem_type == OrtDeviceMemoryType_HOST_ACCESSIBLE ? OrtMemTypeCPUOutput : OrtMemTypeDefault;
    info->allocator_type = allocator_type;
    info->vendor_id = vendor_id;
    info->device_id = device_id;
    info->alignment = alignment;
    *out = info.release();
  });
}

void ReleaseMemoryInfo(OrtMemoryInfo* input) noexcept { delete input; }

OrtStatus* CompareMemoryInfo(const OrtMemoryInfo* info1, const OrtMemoryInfo* info2,
                             int* out) noexcept {
  return Guard([&] {
    NotNull(info1, "info1");
    NotNull(info2, "info2");
    NotNull(out, "out");
    *out = *info1 == *info2 ? 0 : -1;
  });
}

namespace {

/// Hands out a member of a memory info.
template <typename T, typename Out>
OrtStatus* GetMember(const OrtMemoryInfo* info, T OrtMemoryInfo::*member, Out* out) noexcept {
  return Guard([&] {
    NotNull(info, "ptr");
    NotNull(out, "out");
    *out = info->*member;
  });
}

}  // namespace

OrtStatus* MemoryInfoGetName(const OrtMemoryInfo* ptr, const char** out) noexcept {
  return Guard([&] {
    NotNull(ptr, "ptr");
    NotNull(out, "out");
    *out = ptr->name.c_str();
  });
}

OrtStatus* MemoryInfoGetId(const OrtMemoryInfo* ptr, int* out) noexcept {
  return GetMember(ptr, &OrtMemoryInfo::device_id, out);
}

OrtStatus* MemoryInfoGetMemType(const OrtMemoryInfo* ptr, OrtMemType* out) noexcept {
  return GetMember(ptr, &OrtMemoryInfo::mem_type, out);
}

OrtStatus* MemoryInfoGetType(const OrtMemoryInfo* ptr, OrtAllocatorType* out) noexcept {
  return GetMember(ptr, &OrtMemoryInfo::allocator_type, out);
}

void MemoryInfoGetDeviceType(const OrtMemoryInfo* ptr, OrtMemoryInfoDeviceType* out) noexcept {
  *out = ptr->device_type;
}

OrtDeviceMemoryType MemoryInfoGetDeviceMemType(const OrtMemoryInfo* ptr) noexcept {
  return ptr->device_memory;
}

uint32_t MemoryInfoGetVendorId(const OrtMemoryInfo* ptr) noexcept { return ptr->vendor_id; }

OrtStatus* GetAllocatorWithDefaultOptions(OrtAllocator** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    *out = CpuAllocator();
  });
}

namespace {

// Allocators of plugins that clients hold, each with what keeps its EP and library alive.
struct LentAllocators {
  std::mutex mutex;
  std::multimap<OrtAllocator*, std::shared_ptr<OrtAllocator>> lent;
};

LentAllocators& Lent() {
  static auto* lent = new LentAllocators();  // never freed: clients may release at exit
  return *lent;
}

OrtAllocator* FindAllocator(const OrtSession& session, const OrtMemoryInfo& memory) {
  for (const auto& ep : session.eps()) {
    if (ep->default_memory().SameDevice(memory) && ep->allocator() != nullptr)
      return ep->allocator();
    for (const OrtEpDevice* device : ep->devices()) {
      const MemoryInfo* host = device->Memory(OrtDeviceMemoryType_HOST_ACCESSIBLE);
      if (host != nullptr && host->SameDevice(memory)) return session.AllocatorFor(memory);
    }
  }
  return nullptr;
}

}  // namespace

OrtStatus* CreateAllocator(const OrtSession* session, const OrtMemoryInfo* mem_info,
                           OrtAllocator** out) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(mem_info, "mem_info");
    NotNull(out, "out");
    OrtAllocator* allocator = FindAllocator(*session, *mem_info);
    Require(allocator != nullptr, ORT_INVALID_ARGUMENT,
            "No requested allocator available: no execution provider of the session has memory "
            "'{}'",
            mem_info->name);
    if (auto owner = AllocatorOwner(allocator)) {
      const std::lock_guard lock(Lent().mutex);
      Lent().lent.emplace(allocator, std::move(owner));
    }
    *out = allocator;
  });
}

// Others than those of plugins live as long as the process or the client that made them.
void ReleaseAllocator(OrtAllocator* input) noexcept {
  std::shared_ptr<OrtAllocator> gone;  // released outside of the lock
  const std::lock_guard lock(Lent().mutex);
  const auto it = Lent().lent.find(input);
  if (it == Lent().lent.end()) return;
  gone = std::move(it->second);
  Lent().lent.erase(it);
}

OrtStatus* AllocatorAlloc(OrtAllocator* ort_allocator, size_t size, void** out) noexcept {
  return Guard([&] {
    NotNull(ort_allocator, "ort_allocator");
    NotNull(out, "out");
    *out = size == 0 ? nullptr : AllocateFrom(ort_allocator, size);
  });
}

OrtStatus* AllocatorFree(OrtAllocator* ort_allocator, void* p) noexcept {
  return Guard([&] {
    NotNull(ort_allocator, "ort_allocator");
    if (p != nullptr) ort_allocator->Free(ort_allocator, p);
  });
}

OrtStatus* AllocatorGetInfo(const OrtAllocator* ort_allocator, const OrtMemoryInfo** out) noexcept {
  return Guard([&] {
    NotNull(ort_allocator, "ort_allocator");
    NotNull(out, "out");
    *out = ort_allocator->Info(ort_allocator);
  });
}

OrtStatus* AllocatorGetStats(const OrtAllocator* ort_allocator, OrtKeyValuePairs** out) noexcept {
  return Guard([&] {
    NotNull(ort_allocator, "ort_allocator");
    NotNull(out, "out");
    constexpr uint32_t kSince = 23;
    Require(ort_allocator->version >= kSince && ort_allocator->GetStats != nullptr,
            ORT_NOT_IMPLEMENTED,
            "the allocator keeps no statistics (its version is {}, GetStats came with {})",
            ort_allocator->version, kSince);
    CallPlugin(Format("{}: GetStats", MemoryOf(ort_allocator)->name), ort_allocator->GetStats,
               ort_allocator, out);
  });
}

OrtStatus* CreateArenaCfg(size_t max_mem, int arena_extend_strategy, int initial_chunk_size_bytes,
                          int max_dead_bytes_per_chunk, OrtArenaCfg** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    const auto valid = [](const char* name, int value, int largest) {
      Require(value >= -1 && value <= largest, ORT_INVALID_ARGUMENT,
              "Invalid configuration value was provided. ({} = {})", name, value);
    };
    valid("arena_extend_strategy", arena_extend_strategy, 1);
    valid("initial_chunk_size_bytes", initial_chunk_size_bytes, INT32_MAX);
    valid("max_dead_bytes_per_chunk", max_dead_bytes_per_chunk, INT32_MAX);
    auto config = std::make_unique<OrtArenaCfg>();
    config->entries["max_mem"] = max_mem;
    const auto set = [&](const char* name, int value) {
      if (value >= 0) config->entries[name] = static_cast<size_t>(value);
    };
    set("arena_extend_strategy", arena_extend_strategy);
    set("initial_chunk_size_bytes", initial_chunk_size_bytes);
    set("max_dead_bytes_per_chunk", max_dead_bytes_per_chunk);
    *out = config.release();
  });
}

OrtStatus* CreateArenaCfgV2(const char* const* arena_config_keys, const size_t* arena_config_values,
                            size_t num_keys, OrtArenaCfg** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    NotNullArray(arena_config_keys, num_keys, "arena_config_keys");
    NotNullArray(arena_config_values, num_keys, "arena_config_values");
    static constexpr std::string_view kKnown[] = {"max_mem",
                                                  "arena_extend_strategy",
                                                  "initial_chunk_size_bytes",
                                                  "max_dead_bytes_per_chunk",
                                                  "initial_growth_chunk_size_bytes",
                                                  "max_power_of_two_extend_bytes"};
    auto config = std::make_unique<OrtArenaCfg>();
    for (size_t i = 0; i < num_keys; ++i) {
      NotNull(arena_config_keys[i], "arena_config_keys[i]");
      const std::string_view key = arena_config_keys[i];
      Require(std::find(std::begin(kKnown), std::end(kKnown), key) != std::end(kKnown),
              ORT_INVALID_ARGUMENT, "Invalid key found: {}", key);
      config->entries[std::string(key)] = arena_config_values[i];
    }
    *out = config.release();
  });
}

void ReleaseArenaCfg(OrtArenaCfg* input) noexcept { delete input; }

OrtStatus* RegisterAllocator(OrtEnv* env, OrtAllocator* allocator) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(allocator, "allocator");
    env->RegisterAllocator(allocator);
  });
}

OrtStatus* UnregisterAllocator(OrtEnv* env, const OrtMemoryInfo* mem_info) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(mem_info, "mem_info");
    env->UnregisterAllocator(*mem_info);
  });
}

namespace {

ArenaSettings SettingsOf(const OrtArenaCfg* config) {
  ArenaSettings settings;
  if (config == nullptr) return settings;
  const auto read = [&](const char* name, size_t& setting) {
    const auto it = config->entries.find(name);
    // -1 stands for the default, also where it came as an unsigned number.
    if (it != config->entries.end() && it->second != SIZE_MAX) setting = it->second;
  };
  size_t strategy = 0;
  read("arena_extend_strategy", strategy);
  settings.extend_as_requested = strategy == 1;
  read("max_mem", settings.max_memory);
  read("initial_chunk_size_bytes", settings.initial_chunk);
  read("initial_growth_chunk_size_bytes", settings.initial_growth);
  read("max_power_of_two_extend_bytes", settings.largest_doubling);
  read("max_dead_bytes_per_chunk", settings.max_dead_bytes);
  settings.initial_chunk = std::max<size_t>(settings.initial_chunk, 1);
  settings.initial_growth = std::max<size_t>(settings.initial_growth, 1);
  return settings;
}

}  // namespace

OrtStatus* CreateAndRegisterAllocator(OrtEnv* env, const OrtMemoryInfo* mem_info,
                                      const OrtArenaCfg* arena_cfg) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    Require(mem_info != nullptr, ORT_INVALID_ARGUMENT, "OrtMemoryInfo is null");
    Require(mem_info->SameDevice(CpuMemoryInfo()), ORT_INVALID_ARGUMENT,
            "Only CPU devices are supported. Please call CreateAndRegisterAllocatorV2() for other "
            "device. (memory '{}')",
            mem_info->name);
    // Without an arena it is the CPU's own.
    if (mem_info->allocator_type != OrtArenaAllocator) {
      env->RegisterAllocator(CpuAllocator());
      return;
    }
    const std::shared_ptr<OrtAllocator> arena = MakeArena(SettingsOf(arena_cfg));
    env->RegisterAllocator(arena.get(), arena);
  });
}

OrtStatus* CreateAndRegisterAllocatorV2(OrtEnv* env, const char* provider_type,
                                        const OrtMemoryInfo* mem_info, const OrtArenaCfg* arena_cfg,
                                        const char* const*, const char* const*, size_t) noexcept {
  return Guard([&] {
    NotNull(provider_type, "provider_type");
    Require(provider_type == std::string_view("CPUExecutionProvider"), ORT_INVALID_ARGUMENT,
            "{} is not implemented in CreateAndRegisterAllocatorV2()", provider_type);
    ThrowIfFailed(CreateAndRegisterAllocator(env, mem_info, arena_cfg));
  });
}

OrtStatus* GetSharedAllocator(OrtEnv* env, const OrtMemoryInfo* mem_info,
                              OrtAllocator** allocator) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(mem_info, "mem_info");
    NotNull(allocator, "allocator");
    *allocator = env->SharedAllocator(*mem_info);
  });
}

}  // namespace backplane::abi
