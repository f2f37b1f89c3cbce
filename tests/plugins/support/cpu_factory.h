// What a test plug-in with one EP on the CPU device needs around it: options, groups
// that compute nothing, a factory. Defines the two entry points of an EP library, so one source
// file of a library includes it. Uses the public headers only.
//
// The EP is a struct Ep that derives from OrtEp and has
//   Ep(std::string name, const OrtSessionOptions*)   `name`: what the library is registered under
//   static void Options(OrtKeyValuePairs*)           adds the options that its device tells
#pragma once

#include <cctype>
#include <cstring>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/plugin.h"

namespace {

using plugin::Check;
using plugin::ep_api;
using plugin::Guard;
using plugin::ort;

/// The session's value of the option `key` of the EP `ep_name`; empty when it is not set.
inline std::string OptionOf(const OrtSessionOptions* options, const std::string& ep_name,
                            const std::string& key) {
  std::string entry = "ep.";
  for (const char c : ep_name)
    entry += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  entry += "." + key;
  int present = 0;
  // ONNX Runtime shortens the prefix for names that it knows, CUDAExecutionProvider for one.
  const std::string shorter = entry.substr(0, entry.find("executionprovider")) + "." + key;
  Check(ort->HasSessionConfigEntry(options, shorter.c_str(), &present));
  if (present != 0) entry = shorter;
  Check(ort->HasSessionConfigEntry(options, entry.c_str(), &present));
  if (present == 0) return "";
  size_t size = 0;
  Check(ort->GetSessionConfigEntry(options, entry.c_str(), nullptr, &size));
  std::string text(size, '\0');
  Check(ort->GetSessionConfigEntry(options, entry.c_str(), text.data(), &size));
  text.resize(std::strlen(text.c_str()));
  return text;
}

/// A fused node that says so when it is run.
struct IdleGroup : OrtNodeComputeInfo {
  IdleGroup() : OrtNodeComputeInfo{} {
    ort_version_supported = ORT_API_VERSION;
    CreateState = [](OrtNodeComputeInfo*, OrtNodeComputeContext*, void** state) noexcept {
      *state = nullptr;
      return static_cast<OrtStatus*>(nullptr);
    };
    Compute = [](OrtNodeComputeInfo*, void*, OrtKernelContext*) noexcept {
      return ort->CreateStatus(ORT_NOT_IMPLEMENTED, "this EP computes nothing");
    };
    ReleaseState = [](OrtNodeComputeInfo*, void*) noexcept {};
  }
};

inline void ReleaseIdleGroups(OrtEp*, OrtNodeComputeInfo** infos, size_t count) noexcept {
  for (size_t i = 0; i < count; ++i) delete static_cast<IdleGroup*>(infos[i]);
}

/// The items of a comma-separated list.
inline std::set<std::string> SetOf(const std::string& list) {
  std::set<std::string> items;
  std::istringstream stream(list);
  for (std::string item; std::getline(stream, item, ',');) items.insert(item);
  return items;
}

/// Claims what is in `group` as one group, if there is anything, and empties it.
inline void Fuse(OrtEpGraphSupportInfo* support, std::vector<const OrtNode*>& group) {
  if (group.empty()) return;
  const OrtNodeFusionOptions options{.ort_version_supported = ORT_API_VERSION,
                                     .drop_constant_initializers = false};
  Check(ep_api->EpGraphSupportInfo_AddNodesToFuse(support, group.data(), group.size(), &options));
  group.clear();
}

template <typename Ep>
struct CpuFactory : plugin::Factory {
  explicit CpuFactory(const char* registered_name) : Factory(registered_name, 0) {
    OrtEpFactory::GetSupportedDevices = Offer;
    OrtEpFactory::CreateEp = Create;
    ReleaseEp = [](OrtEpFactory*, OrtEp* ep) noexcept { delete static_cast<Ep*>(ep); };
  }

  static OrtStatus* Offer(OrtEpFactory* self, const OrtHardwareDevice* const* devices, size_t count,
                          OrtEpDevice** offered, size_t room, size_t* used) noexcept {
    *used = 0;
    for (size_t i = 0; i < count && *used < room; ++i) {
      if (ort->HardwareDevice_Type(devices[i]) != OrtHardwareDeviceType_CPU) continue;
      OrtKeyValuePairs* options = nullptr;
      ort->CreateKeyValuePairs(&options);
      Ep::Options(options);
      OrtStatus* status =
          ep_api->CreateEpDevice(self, devices[i], nullptr, options, &offered[(*used)++]);
      ort->ReleaseKeyValuePairs(options);
      return status;
    }
    return nullptr;
  }

  static OrtStatus* Create(OrtEpFactory* self, const OrtHardwareDevice* const*,
                           const OrtKeyValuePairs* const*, size_t, const OrtSessionOptions* options,
                           const OrtLogger*, OrtEp** out) noexcept {
    return Guard([&] { *out = new Ep(static_cast<const CpuFactory*>(self)->name, options); });
  }
};

}  // namespace

EXPORT OrtStatus* CreateEpFactories(const char* registered_name, const OrtApiBase* base,
                                    const OrtLogger*, OrtEpFactory** factories, size_t room,
                                    size_t* count);
EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory);

/// Once, after the EP's definition: CpuFactory<Ep>, or what derives from it.
#define BACKPLANE_TEST_FACTORY(...)                                                         \
  OrtStatus* CreateEpFactories(const char* registered_name, const OrtApiBase* base,         \
                               const OrtLogger*, OrtEpFactory** factories, size_t room,     \
                               size_t* count) {                                             \
    plugin::SetTables(base);                                                                \
    *count = 0;                                                                             \
    if (room == 0) return ort->CreateStatus(ORT_INVALID_ARGUMENT, "no room for a factory"); \
    return Guard([&] {                                                                      \
      factories[0] = new __VA_ARGS__(registered_name);                                      \
      *count = 1;                                                                           \
    });                                                                                     \
  }                                                                                         \
  OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {                                      \
    delete static_cast<__VA_ARGS__*>(factory);                                              \
    return nullptr;                                                                         \
  }

#define BACKPLANE_TEST_EP(Ep) BACKPLANE_TEST_FACTORY(CpuFactory<Ep>)
