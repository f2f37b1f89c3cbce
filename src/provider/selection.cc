#include "provider/selection.h"

#include <algorithm>
#include <tuple>

#include "provider/plugin_call.h"

namespace backplane {
namespace {

int TypeRank(const EpDevice& device) {
  switch (device.device->type) {
    case OrtHardwareDeviceType_NPU:
      return 0;
    case OrtHardwareDeviceType_GPU:
      return 1;
    case OrtHardwareDeviceType_CPU:
      break;
  }
  return 2;
}

bool IsDiscreteGpu(const EpDevice& device) {
  const char* discrete = device.device->metadata.Find("Discrete");
  return device.device->type == OrtHardwareDeviceType_GPU && discrete != nullptr &&
         std::string_view(discrete) == "1";
}

bool IsOfDeviceVendor(const EpDevice& device) {
  if (device.ep_vendor == device.device->vendor) return true;
  if (device.IsBuiltIn()) return false;
  const auto get = Callback(*device.factory, &OrtEpFactory::GetVendorId, 23);
  const uint32_t id =
      AskPlugin<uint32_t>(Format("{}: GetVendorId", device.ep_name), 0, get, device.factory);
  return id != 0 && id == device.device->vendor_id;
}

}  // namespace

std::vector<const EpDevice*> OrderByPreference(std::span<const EpDevice* const> devices) {
  struct Ranked {
    std::tuple<int, bool, bool, bool, std::string_view> rank;
    const EpDevice* device;
  };
  std::vector<Ranked> ranked;
  ranked.reserve(devices.size());
  for (const EpDevice* device : devices) {
    ranked.push_back({{TypeRank(*device), !IsDiscreteGpu(*device), device->IsBuiltIn(),
                       !IsOfDeviceVendor(*device), device->ep_name},
                      device});
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
  std::vector<const EpDevice*> ordered;
  for (const Ranked& entry : ranked) ordered.push_back(entry.device);
  return ordered;
}

std::vector<const EpDevice*> SelectByPolicy(OrtExecutionProviderDevicePolicy policy,
                                            std::span<const EpDevice* const> ordered) {
  OrtHardwareDeviceType wanted = OrtHardwareDeviceType_CPU;
  switch (policy) {
    case OrtExecutionProviderDevicePolicy_DEFAULT:
    case OrtExecutionProviderDevicePolicy_PREFER_CPU:
      break;
    case OrtExecutionProviderDevicePolicy_PREFER_NPU:
    case OrtExecutionProviderDevicePolicy_MAX_EFFICIENCY:
    case OrtExecutionProviderDevicePolicy_MIN_OVERALL_POWER:
      wanted = OrtHardwareDeviceType_NPU;
      break;
    case OrtExecutionProviderDevicePolicy_PREFER_GPU:
    case OrtExecutionProviderDevicePolicy_MAX_PERFORMANCE:
      wanted = OrtHardwareDeviceType_GPU;
      break;
    default:
      Fail(ORT_INVALID_ARGUMENT, "{} is no OrtExecutionProviderDevicePolicy",
           static_cast<int>(policy));
  }
  std::vector<const EpDevice*> selected;
  const auto take_first = [&](OrtHardwareDeviceType type) {
    const auto found = std::find_if(ordered.begin(), ordered.end(),
                                    [&](const EpDevice* d) { return d->device->type == type; });
    if (found != ordered.end()) selected.push_back(*found);
  };
  if (wanted != OrtHardwareDeviceType_CPU) take_first(wanted);
  take_first(OrtHardwareDeviceType_CPU);
  return selected;
}

std::vector<const EpDevice*> SelectByDelegate(EpSelectionDelegate delegate, void* state,
                                              std::span<const EpDevice* const> ordered,
                                              const KeyValuePairs& model_metadata,
                                              const KeyValuePairs& runtime_metadata) {
  std::vector<const EpDevice*> offered(ordered.begin(), ordered.end());
  const EpDevice* selected[kMaxSelectedDevices] = {};
  size_t count = 0;
  try {
    CallPlugin("EP selection delegate failed",
               static_cast<ThatMayThrow<EpSelectionDelegate>::Type>(delegate), offered.data(),
               offered.size(), &model_metadata, &runtime_metadata, selected, kMaxSelectedDevices,
               &count, state);
  } catch (const Error& error) {
    ThrowError(ORT_FAIL, error.message());
  }
  Require(count != 0, ORT_FAIL, "EP selection delegate did not select anything.");
  Require(count <= kMaxSelectedDevices, ORT_FAIL,
          "EP selection delegate selected too many EP devices ({}). The limit is {} EP devices.",
          count, kMaxSelectedDevices);
  for (size_t i = 0; i < count; ++i) {
    Require(std::find(ordered.begin(), ordered.end(), selected[i]) != ordered.end(), ORT_FAIL,
            "EP selection delegate selected something (number {}) that is none of the devices it "
            "was given",
            i + 1);
  }
  return {selected, selected + count};
}

std::vector<std::vector<const EpDevice*>> GroupByEp(std::span<const EpDevice* const> devices) {
  std::vector<std::vector<const EpDevice*>> groups;
  for (const EpDevice* device : devices) {
    const auto known = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      return group.front()->factory == device->factory;
    });
    if (known != groups.end()) {
      known->push_back(device);
    } else {
      groups.push_back({device});
    }
  }
  return groups;
}

}  // namespace backplane
