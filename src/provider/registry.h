// ProviderRegistry: the EPs an env knows. Hardware devices, registered EP libraries, their EP
// devices, allocators and data transfers that sessions share. Owned by OrtEnv, filled through abi/,
// read by session creation. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "provider/data_transfer.h"
#include "provider/hardware.h"
#include "provider/plugin_library.h"
#include "provider/reason.h"
#include "provider/sync_stream.h"

namespace backplane {

/// Entry of the env, and environment variable: hardware devices to add (ParseHardwareDescriptions).
inline constexpr const char* kHardwareDevicesEntry = "backplane.hardware_devices";
inline constexpr const char* kHardwareDevicesVariable = "BACKPLANE_HARDWARE_DEVICES";

struct RegistryOptions {
  std::string host_ep;   ///< name of the built-in EP; its device comes first
  KeyValuePairs config;  ///< the env's entries
  const Logger* logger = nullptr;
};

/// EP devices, and what keeps them from going with their libraries.
struct HeldDevices {
  std::vector<const EpDevice*> devices;
  std::vector<std::shared_ptr<const PluginLibrary>> libraries;
};

class ProviderRegistry {
 public:
  /// Room that GetSupportedDevices is offered.
  static constexpr size_t kMaxEpDevices = 8;

  explicit ProviderRegistry(RegistryOptions options);
  /// Unregisters all libraries, the last registered first.
  ~ProviderRegistry();
  ProviderRegistry(const ProviderRegistry&) = delete;
  ProviderRegistry& operator=(const ProviderRegistry&) = delete;

  // -- libraries
  // ----------------------------------------------------------------------------------------------------
  /// Loads `path`, asks its factories for devices. Fails with ORT_FAIL and leaves nothing behind.
  /// Waits while another thread loads a library under the same name.
  /// Under a name that ends in ".virtual" EPs may make virtual devices for as long as it lasts: the
  /// way of programs, such as those in Python, that cannot give the env entries.
  void Register(const std::string& name, const std::string& path, const OrtApiBase& api);
  /// Fails with ORT_FAIL for an unknown name and, naming the users, while sessions use the library.
  void Unregister(const std::string& name);
  /// The library that drives `device`; null for the built-in EP. Fails with ORT_INVALID_ARGUMENT if
  /// the device is not (or not any more) one of this registry's.
  std::shared_ptr<PluginLibrary> LibraryOf(const EpDevice* device) const;
  /// The same, with a lease for `user` (PluginLibrary::Lease): no Unregister comes between.
  std::pair<std::shared_ptr<PluginLibrary>, std::shared_ptr<void>> LeaseLibraryOf(
      const EpDevice* device, std::string user) const;

  // -- devices
  // ------------------------------------------------------------------------------------------------------
  const HardwareDevices& hardware() const { return hardware_; }
  /// All EP devices: the built-in EP's first, then by order of registration. The array stays valid
  /// when libraries come and go; a device goes with its library.
  std::span<const EpDevice* const> devices() const;
  /// The built-in EP's; null where no CPU was found.
  const EpDevice* host_device() const { return host_device_.get(); }
  /// All, held.
  HeldDevices AllDevices() const;
  /// The first of the EP's devices with its library; null if there is none, or for the built-in EP.
  std::pair<const EpDevice*, std::shared_ptr<const PluginLibrary>> FirstDeviceOf(
      std::string_view ep_name) const;
  /// EP names, in the order of their first device, the built-in EP's last.
  std::vector<std::string> EpNames() const;
  /// EPs that no session can have, with the reason: libraries that failed to register (by the name
  /// they were to have), and factories that found no device.
  std::vector<std::pair<std::string, Reason>> Absent() const;
  /// Why an EP cannot use a device; no reasons if it can.
  OrtDeviceEpIncompatibilityDetails Explain(std::string_view ep_name,
                                            const HardwareDevice& device) const;
  /// What the devices' EP says of a model compiled earlier.
  OrtCompiledModelCompatibility Compatibility(std::span<const EpDevice* const> devices,
                                              const char* info) const;

  // -- memory, copies, streams
  // --------------------------------------------------------------------------------------
  DataTransfers& transfers() { return transfers_; }
  const DataTransfers& transfers() const { return transfers_; }
  /// A stream for a device, outside of sessions. Fails with ORT_INVALID_ARGUMENT where the EP has
  /// none.
  std::unique_ptr<OrtSyncStream> CreateStream(const EpDevice* device,
                                              const KeyValuePairs* options) const;
  // Allocators that sessions share, by memory. Each memory of a registered device has one from the
  // beginning; whoever holds one keeps its library loaded.
  /// Makes one anew with `options` and shares it in place of the one before. Fails with
  /// ORT_INVALID_ARGUMENT where the device has no such memory.
  std::shared_ptr<OrtAllocator> CreateAllocator(const EpDevice* device, OrtDeviceMemoryType type,
                                                const KeyValuePairs* options);
  /// Null if there is none for this memory.
  std::shared_ptr<OrtAllocator> FindAllocator(const MemoryInfo& memory) const;
  void ReleaseAllocator(const EpDevice* device, OrtDeviceMemoryType type);

  const RegistryOptions& options() const { return options_; }
  /// The env's entries, with what registered names add.
  KeyValuePairs ConfigEntries() const;

 private:
  struct SharedAllocator {
    MemoryInfo memory;
    std::shared_ptr<OrtAllocator> allocator;
  };
  struct Entry {
    std::string name;
    std::shared_ptr<PluginLibrary> library;
    std::vector<SharedAllocator> allocators;
    std::shared_ptr<void> virtual_devices;  // set where the name allows them
    std::vector<std::string> idle;          ///< EPs of factories that found no device
  };

  /// Keeps others from loading under the same name; see Register.
  class Loading;

  void Load(Entry& entry, const std::string& path, const OrtApiBase& api);

  void AskForDevices(Entry& entry, OrtEpFactory& factory) const;
  void AddAllocators(Entry& entry) const;
  void AddTransfers(const Entry& entry);
  std::shared_ptr<OrtAllocator> MakeAllocator(const EpDevice& device, const MemoryInfo& memory,
                                              const KeyValuePairs* options) const;
  void Drop(Entry& entry);
  // With mutex_ held:
  void RebuildList();
  std::vector<Entry>::iterator Find(const std::string& name);
  void CheckKnown(const EpDevice* device) const;

  RegistryOptions options_;
  HardwareDevices hardware_;
  mutable std::mutex mutex_;
  DataTransfers transfers_;
  std::unique_ptr<EpDevice> host_device_;
  std::vector<Entry> entries_;  // guarded by mutex_
  // All that devices() has given out, the newest last; guarded by mutex_. Clients may still read
  // an older one.
  std::deque<std::vector<const EpDevice*>> device_lists_;
  std::map<std::string, std::thread::id> loading_;  // by library name; guarded by mutex_
  std::condition_variable loaded_;
  std::weak_ptr<void> virtual_devices_;  // guarded by mutex_; alive while some name allows them
  std::map<std::string, std::string> failures_;  // by library name; guarded by mutex_
};

}  // namespace backplane
