// What the registry asks plugins for on behalf of clients, outside of sessions: allocators,
// streams, whether a device or a compiled model suits an EP.
#include <algorithm>

#include "provider/plugin_allocator.h"
#include "provider/registry.h"

namespace backplane {

std::shared_ptr<OrtAllocator> ProviderRegistry::MakeAllocator(const EpDevice& device,
                                                              const MemoryInfo& memory,
                                                              const KeyValuePairs* options) const {
  OrtEpFactory& factory = *device.factory;
  const auto create = Callback(factory, &OrtEpFactory::CreateAllocator, 23);
  const auto release = Callback(factory, &OrtEpFactory::ReleaseAllocator, 23);
  Require(create != nullptr && release != nullptr, ORT_NOT_IMPLEMENTED,
          "{} names memory '{}', but its factory has no CreateAllocator and ReleaseAllocator",
          device.ep_name, memory.name);
  OrtAllocator* allocator = nullptr;
  CallPlugin(Format("{}: CreateAllocator", device.ep_name), create, &factory, &memory, options,
             &allocator);
  Require(allocator != nullptr, ORT_FAIL, "{}: CreateAllocator gave no allocator for memory '{}'",
          device.ep_name, memory.name);
  return AdoptAllocator(device.ep_name, allocator, memory, factory,
                        device.library->shared_from_this());
}

std::shared_ptr<OrtAllocator> ProviderRegistry::CreateAllocator(const EpDevice* device,
                                                                OrtDeviceMemoryType type,
                                                                const KeyValuePairs* options) {
  const std::shared_ptr<PluginLibrary> library = LibraryOf(device);
  const MemoryInfo* memory = device->Memory(type);
  Require(library != nullptr && memory != nullptr, ORT_INVALID_ARGUMENT,
          "Invalid memory type for OrtEpDevice: {} has no {} memory of its own", device->ep_name,
          type == OrtDeviceMemoryType_HOST_ACCESSIBLE ? "host-accessible" : "default");
  std::shared_ptr<OrtAllocator> made = MakeAllocator(*device, *memory, options);
  const std::lock_guard lock(mutex_);
  CheckKnown(device);  // still
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& e) { return e.library == library; });
  for (SharedAllocator& shared : entry->allocators) {
    if (!shared.memory.SameDevice(*memory)) continue;
    shared.allocator = made;  // the one before stays as long as somebody holds it
    return made;
  }
  entry->allocators.push_back({*memory, made});
  return made;
}

std::shared_ptr<OrtAllocator> ProviderRegistry::FindAllocator(const MemoryInfo& memory) const {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    for (const SharedAllocator& shared : entry.allocators) {
      if (shared.memory.SameDevice(memory)) return shared.allocator;
    }
  }
  return nullptr;
}

void ProviderRegistry::ReleaseAllocator(const EpDevice* device, OrtDeviceMemoryType type) {
  const std::shared_ptr<PluginLibrary> library = LibraryOf(device);
  const MemoryInfo* memory = device->Memory(type);
  Require(library != nullptr && memory != nullptr, ORT_INVALID_ARGUMENT,
          "Invalid memory type for OrtEpDevice: {} has no such memory of its own", device->ep_name);
  std::vector<SharedAllocator> gone;  // given back outside of the lock
  const std::lock_guard lock(mutex_);
  for (Entry& entry : entries_) {
    if (entry.library != library) continue;
    const auto end = std::partition(
        entry.allocators.begin(), entry.allocators.end(),
        [&](const SharedAllocator& shared) { return !shared.memory.SameDevice(*memory); });
    std::move(end, entry.allocators.end(), std::back_inserter(gone));
    entry.allocators.erase(end, entry.allocators.end());
  }
}

std::unique_ptr<OrtSyncStream> ProviderRegistry::CreateStream(const EpDevice* device,
                                                              const KeyValuePairs* options) const {
  const std::shared_ptr<PluginLibrary> library = LibraryOf(device);
  Require(library != nullptr, ORT_INVALID_ARGUMENT, "{} has no streams", device->ep_name);
  OrtEpFactory& factory = *device->factory;
  Require(device->memory.has_value(), ORT_INVALID_ARGUMENT,
          "OrtEpDevice of {} does not have an OrtMemoryInfo", device->ep_name);
  const bool aware = AskPlugin(Format("{}: IsStreamAware", device->ep_name), false,
                               Callback(factory, &OrtEpFactory::IsStreamAware, 23), &factory);
  Require(aware, ORT_INVALID_ARGUMENT, "OrtEpDevice of {} does not support sync streams",
          device->ep_name);
  OrtSyncStreamImpl* impl = nullptr;
  CallPlugin(Format("{}: CreateSyncStreamForDevice", device->ep_name),
             Callback(factory, &OrtEpFactory::CreateSyncStreamForDevice, 23), &factory,
             ToMemoryDevice(*device->memory), options, &impl);
  Require(impl != nullptr, ORT_FAIL, "{}: CreateSyncStreamForDevice gave no stream",
          device->ep_name);
  return std::make_unique<OrtSyncStream>(library, device->ep_name, *device->memory, impl);
}

OrtDeviceEpIncompatibilityDetails ProviderRegistry::Explain(std::string_view ep_name,
                                                            const HardwareDevice& device) const {
  std::shared_ptr<PluginLibrary> library;
  OrtEpFactory* factory = nullptr;
  {
    const std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_) {
      for (OrtEpFactory* candidate : entry.library->factories()) {
        if (FactoryName(*candidate) != ep_name) continue;
        library = entry.library;
        factory = candidate;
      }
    }
  }
  OrtDeviceEpIncompatibilityDetails details;
  if (factory == nullptr) {
    Require(ep_name == options_.host_ep, ORT_INVALID_ARGUMENT,
            "No execution provider factory found for EP '{}'. Known: {}", ep_name,
            Join(EpNames(), ", "));
    if (device.type != OrtHardwareDeviceType_CPU) {
      details.reasons = OrtDeviceEpIncompatibility_DEVICE_INCOMPATIBLE;
      details.notes = Format("{} runs on CPUs only", ep_name);
    }
    return details;
  }
  const auto ask = Callback(*factory, &OrtEpFactory::GetHardwareDeviceIncompatibilityDetails, 24);
  if (ask != nullptr) CallPlugin(ep_name, ask, factory, &device, &details);
  return details;
}

OrtCompiledModelCompatibility ProviderRegistry::Compatibility(
    std::span<const EpDevice* const> devices, const char* info) const {
  Require(!devices.empty(), ORT_INVALID_ARGUMENT,
          "Must provide one or more OrtEpDevice instances.");
  std::vector<const OrtHardwareDevice*> hardware;
  for (const EpDevice* device : devices) {
    LibraryOf(device);
    Require(device->factory == devices[0]->factory, ORT_INVALID_ARGUMENT,
            "All OrtEpDevice values in ep_devices must have the same execution provider.");
    hardware.push_back(device->device);
  }
  const std::shared_ptr<PluginLibrary> library = LibraryOf(devices[0]);
  if (library == nullptr) return OrtCompiledModelCompatibility_EP_NOT_APPLICABLE;
  OrtEpFactory* factory = devices[0]->factory;
  const auto ask = Callback(*factory, &OrtEpFactory::ValidateCompiledModelCompatibilityInfo, 23);
  if (ask == nullptr) return OrtCompiledModelCompatibility_EP_NOT_APPLICABLE;
  OrtCompiledModelCompatibility result = OrtCompiledModelCompatibility_EP_NOT_APPLICABLE;
  CallPlugin(devices[0]->ep_name, ask, factory, hardware.data(), hardware.size(), info, &result);
  return result;
}

}  // namespace backplane
