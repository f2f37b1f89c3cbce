#include "provider/registry.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "onnxruntime_env_config_keys.h"
#include "onnxruntime_ep_device_ep_metadata_keys.h"

namespace backplane {
namespace {

constexpr const char* kHostVendor = "Backplane";
constexpr std::string_view kVirtualSuffix = ".virtual";

// The environment's entry, and the variable of the same meaning; both are applied.
std::string Descriptions(const KeyValuePairs& config) {
  std::string all;
  for (const char* text : {config.Find(kHardwareDevicesEntry),
                           static_cast<const char*>(std::getenv(kHardwareDevicesVariable))}) {
    if (text != nullptr) all += Format("{};", text);
  }
  return all;
}

std::unique_ptr<EpDevice> HostDevice(const std::string& ep_name, const HardwareDevices& hardware) {
  auto device = std::make_unique<EpDevice>();
  device->ep_name = ep_name;
  device->ep_vendor = kHostVendor;
  device->metadata.Set(kOrtEpDevice_EpMetadataKey_Version, BACKPLANE_VERSION);
  for (const auto& candidate : hardware) {
    if (candidate->type != OrtHardwareDeviceType_CPU) continue;
    device->device = candidate.get();
    return device;
  }
  return nullptr;
}

}  // namespace

ProviderRegistry::ProviderRegistry(RegistryOptions options) : options_(std::move(options)) {
  DiscoveryOptions discovery;
  discovery.descriptions = Descriptions(options_.config);
  discovery.logger = options_.logger;
  hardware_ = DiscoverHardware(discovery);
  host_device_ = HostDevice(options_.host_ep, hardware_);
  RebuildList();
}

ProviderRegistry::~ProviderRegistry() {
  while (!entries_.empty()) {
    Drop(entries_.back());
    entries_.pop_back();
  }
}

// A plugin's code runs while its library is loaded, so the registry's mutex cannot be held; this
// keeps a second load under the name out meanwhile.
class ProviderRegistry::Loading {
 public:
  /// `lock` holds the registry's mutex.
  Loading(ProviderRegistry& registry, const std::string& name, std::unique_lock<std::mutex>& lock)
      : registry_(registry), name_(name) {
    const auto free = [&] {
      const auto it = registry_.loading_.find(name_);
      Require(it == registry_.loading_.end() || it->second != std::this_thread::get_id(), ORT_FAIL,
              "EP library {} is being registered by this very thread", name_);
      return it == registry_.loading_.end();
    };
    registry_.loaded_.wait(lock, free);
    registry_.loading_.emplace(name_, std::this_thread::get_id());
  }
  ~Loading() {
    {
      const std::lock_guard lock(registry_.mutex_);
      registry_.loading_.erase(name_);
    }
    registry_.loaded_.notify_all();
  }
  Loading(const Loading&) = delete;
  Loading& operator=(const Loading&) = delete;

 private:
  ProviderRegistry& registry_;
  const std::string& name_;
};

void ProviderRegistry::Register(const std::string& name, const std::string& path,
                                const OrtApiBase& api) {
  Entry entry;
  std::optional<Loading> loading;
  {
    std::unique_lock lock(mutex_);
    loading.emplace(*this, name, lock);
    Require(Find(name) == entries_.end(), ORT_FAIL, "EP library is already registered under {}",
            name);
    if (name.ends_with(kVirtualSuffix)) {
      entry.virtual_devices = virtual_devices_.lock();
      if (entry.virtual_devices == nullptr) entry.virtual_devices = std::make_shared<char>();
      virtual_devices_ = entry.virtual_devices;
    }
  }
  // Loaded without the lock: a plugin may ask for the env's entries or devices meanwhile.
  entry.name = name;
  try {
    Load(entry, path, api);
  } catch (const Error& error) {
    const std::lock_guard lock(mutex_);
    failures_[name] = error.message();
    throw;
  }
}

void ProviderRegistry::Load(Entry& entry, const std::string& path, const OrtApiBase& api) {
  const std::string name = entry.name;
  entry.library = PluginLibrary::Load(name, path, {&api, options_.logger});
  try {
    for (OrtEpFactory* factory : entry.library->factories()) AskForDevices(entry, *factory);
    AddAllocators(entry);
    AddTransfers(entry);
    const std::lock_guard lock(mutex_);
    Require(Find(name) == entries_.end(), ORT_FAIL, "EP library is already registered under {}",
            name);
    entries_.push_back(std::move(entry));
    failures_.erase(name);
    RebuildList();
  } catch (...) {
    Drop(entry);
    throw;
  }
}

void ProviderRegistry::Unregister(const std::string& name) {
  Entry entry;  // unloaded outside of the lock
  {
    const std::lock_guard lock(mutex_);
    const auto found = Find(name);
    Require(found != entries_.end(), ORT_FAIL, "Execution provider library: {} was not registered.",
            name);
    const std::vector<std::string> users = found->library->Users();
    Require(users.empty(), ORT_FAIL,
            "Execution provider library: {} is in use by {}. Release {} before unregistering it.",
            name, Join(users, ", "), users.size() == 1 ? "it" : "them");
    entry = std::move(*found);
    entries_.erase(found);
    RebuildList();
  }
  Drop(entry);
}

void ProviderRegistry::Drop(Entry& entry) {
  transfers_.Remove(entry.library.get());
  entry.allocators.clear();
  entry.library.reset();
  entry.virtual_devices.reset();
}

KeyValuePairs ProviderRegistry::ConfigEntries() const {
  KeyValuePairs entries = options_.config;
  const std::lock_guard lock(mutex_);
  if (!virtual_devices_.expired()) entries.Set(kOrtEnvAllowVirtualDevices, "1");
  return entries;
}

void ProviderRegistry::AskForDevices(Entry& entry, OrtEpFactory& factory) const {
  const std::string who =
      Format("EP library '{}': GetSupportedDevices of {}", entry.name, FactoryName(factory));
  std::vector<const OrtHardwareDevice*> offered;
  for (const auto& device : hardware_) offered.push_back(device.get());
  OrtEpDevice* made[kMaxEpDevices] = {};
  size_t count = 0;
  const auto adopt = [&] {
    for (OrtEpDevice* device : made) {
      if (device != nullptr) entry.library->AddDevice(device);
    }
  };
  try {
    CallPlugin(who, Callback(factory, &OrtEpFactory::GetSupportedDevices, kFirstEpApiVersion),
               &factory, offered.data(), offered.size(), made, kMaxEpDevices, &count);
  } catch (...) {
    adopt();
    throw;
  }
  const size_t first = entry.library->devices().size();
  adopt();
  Require(count <= kMaxEpDevices, ORT_FAIL,
          "{}: it returned {} EP devices, but the supplied capacity was {}", who, count,
          kMaxEpDevices);
  for (size_t i = 0; i < count; ++i) {
    Require(made[i] != nullptr, ORT_FAIL, "{}: EP device {} of {} is null", who, i + 1, count);
  }
  if (count == 0) entry.idle.push_back(FactoryName(factory));
  const auto version = Callback(factory, &OrtEpFactory::GetVersion, 23);
  const char* version_text = AskPlugin<const char*>(who, nullptr, version, &factory);
  for (size_t i = first; i < entry.library->devices().size(); ++i) {
    EpDevice& device = *entry.library->devices()[i];
    Require(device.factory == &factory, ORT_INVALID_ARGUMENT,
            "{}: EP device {} was made for another factory", who, i + 1);
    device.library = entry.library.get();
    device.metadata.Set(kOrtEpDevice_EpMetadataKey_LibraryPath, entry.library->path());
    if (version_text != nullptr)
      device.metadata.Set(kOrtEpDevice_EpMetadataKey_Version, version_text);
  }
}

// As ONNX Runtime does, each memory of a device gets an allocator at once.
void ProviderRegistry::AddAllocators(Entry& entry) const {
  for (const auto& device : entry.library->devices()) {
    for (const auto* memory : {&device->memory, &device->host_memory}) {
      if (!*memory) continue;
      const bool known = std::any_of(
          entry.allocators.begin(), entry.allocators.end(),
          [&](const SharedAllocator& shared) { return shared.memory.SameDevice(**memory); });
      if (known) continue;
      entry.allocators.push_back({**memory, MakeAllocator(*device, **memory, nullptr)});
    }
  }
}

void ProviderRegistry::AddTransfers(const Entry& entry) {
  for (OrtEpFactory* factory : entry.library->factories()) {
    const auto create = Callback(*factory, &OrtEpFactory::CreateDataTransfer, 23);
    if (create == nullptr) continue;
    const std::string name = FactoryName(*factory);
    OrtDataTransferImpl* impl = nullptr;
    CallPlugin(Format("{}: Error creating data transfer", name), create, factory, &impl);
    if (impl != nullptr)
      transfers_.Add(std::make_shared<PluginDataTransfer>(entry.library, name, impl));
  }
}

void ProviderRegistry::RebuildList() {
  std::vector<const EpDevice*> all;
  if (host_device_ != nullptr) all.push_back(host_device_.get());
  for (const Entry& entry : entries_) {
    for (const auto& device : entry.library->devices()) all.push_back(device.get());
  }
  device_lists_.push_back(std::move(all));
}

std::vector<ProviderRegistry::Entry>::iterator ProviderRegistry::Find(const std::string& name) {
  return std::find_if(entries_.begin(), entries_.end(),
                      [&](const Entry& entry) { return entry.name == name; });
}

void ProviderRegistry::CheckKnown(const EpDevice* device) const {
  const auto& all = device_lists_.back();
  const bool known = std::find(all.begin(), all.end(), device) != all.end();
  Require(
      device != nullptr && known, ORT_INVALID_ARGUMENT,
      "the OrtEpDevice is none of this environment's; its EP library may have been unregistered");
}

std::shared_ptr<PluginLibrary> ProviderRegistry::LibraryOf(const EpDevice* device) const {
  const std::lock_guard lock(mutex_);
  CheckKnown(device);
  return device->library == nullptr ? nullptr : device->library->shared_from_this();
}

std::pair<std::shared_ptr<PluginLibrary>, std::shared_ptr<void>> ProviderRegistry::LeaseLibraryOf(
    const EpDevice* device, std::string user) const {
  const std::lock_guard lock(mutex_);
  CheckKnown(device);
  if (device->library == nullptr) return {};
  return {device->library->shared_from_this(), device->library->Lease(std::move(user))};
}

std::span<const EpDevice* const> ProviderRegistry::devices() const {
  const std::lock_guard lock(mutex_);
  return device_lists_.back();
}

HeldDevices ProviderRegistry::AllDevices() const {
  const std::lock_guard lock(mutex_);
  HeldDevices held{device_lists_.back(), {}};
  for (const Entry& entry : entries_) held.libraries.push_back(entry.library);
  return held;
}

std::pair<const EpDevice*, std::shared_ptr<const PluginLibrary>> ProviderRegistry::FirstDeviceOf(
    std::string_view ep_name) const {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    for (const auto& device : entry.library->devices()) {
      if (device->ep_name == ep_name) return {device.get(), entry.library};
    }
  }
  return {};
}

std::vector<std::pair<std::string, Reason>> ProviderRegistry::Absent() const {
  std::vector<std::pair<std::string, Reason>> absent;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, message] : failures_)
    absent.emplace_back(name, Reason{ReasonCode::kLibraryFailed, message, {}});
  for (const Entry& entry : entries_) {
    for (const std::string& ep : entry.idle) {
      absent.emplace_back(
          ep, Reason{ReasonCode::kDeviceMissing,
                     Format("EP library '{}' found no device for it among those of this machine: "
                            "{}",
                            entry.name, Join(DescribeHardware(hardware_), ", ")),
                     {}});
    }
  }
  return absent;
}

std::vector<std::string> ProviderRegistry::EpNames() const {
  std::vector<std::string> names;
  const HeldDevices all = AllDevices();
  for (const EpDevice* device : all.devices) {
    if (device->IsBuiltIn() ||
        std::find(names.begin(), names.end(), device->ep_name) != names.end())
      continue;
    names.push_back(device->ep_name);
  }
  names.push_back(options_.host_ep);
  return names;
}

}  // namespace backplane
