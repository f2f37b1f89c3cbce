// PluginLibrary: an EP library in memory, from dlopen to dlclose, with the factories it made.
// Loaded by the ProviderRegistry; whoever holds something that the library made (an EP, a value in
// its memory) holds the library too.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "provider/devices.h"
#include "provider/plugin_call.h"

namespace backplane {

/// What a library is loaded with.
struct PluginHost {
  const OrtApiBase* api = nullptr;  ///< handed to CreateEpFactories
  const Logger* logger = nullptr;   ///< the env's; outlives the library
};

class PluginLibrary : public std::enable_shared_from_this<PluginLibrary> {
 public:
  /// Room that CreateEpFactories is offered.
  static constexpr size_t kMaxFactories = 4;

  /// Loads `path` (see ResolveLibraryPath) and makes its factories. Fails with ORT_FAIL and
  /// `Failed to load library ... with error: ...`, `Failed to get symbol ...`, or the plugin's own
  /// status; nothing of the library stays behind then.
  static std::shared_ptr<PluginLibrary> Load(const std::string& name, const std::string& path,
                                             const PluginHost& host);
  /// Releases the factories, newest first, and unloads.
  ~PluginLibrary();
  PluginLibrary(const PluginLibrary&) = delete;
  PluginLibrary& operator=(const PluginLibrary&) = delete;

  /// The name it is registered under.
  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  std::span<OrtEpFactory* const> factories() const { return factories_; }
  /// The EP devices that its factories made, which live as long as it does. Complete once the
  /// library is registered.
  std::span<const std::unique_ptr<EpDevice>> devices() const { return devices_; }
  EpDevice& AddDevice(EpDevice* made) { return *devices_.emplace_back(made); }

  /// Says that `user` ("a session: 'its log id'") needs the library until the result is dropped.
  std::shared_ptr<void> Lease(std::string user);
  /// Those who hold a lease, in the order they came.
  std::vector<std::string> Users() const;

 private:
  PluginLibrary(std::string name, std::string path)
      : name_(std::move(name)), path_(std::move(path)) {}
  void Open(const PluginHost& host);
  void CreateFactories(CreateEpApiFactoriesFn create, const PluginHost& host);
  void* Symbol(const char* symbol) const;

  const std::string name_;
  const std::string path_;
  void* handle_ = nullptr;
  ReleaseEpApiFactoryFn release_factory_ = nullptr;
  const Logger* logger_ = nullptr;
  std::vector<OrtEpFactory*> factories_;
  std::vector<std::unique_ptr<EpDevice>> devices_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<std::string>> users_;  // guarded by mutex_
};

/// The EP name of a factory. Fails where the factory gives none.
std::string FactoryName(const OrtEpFactory& factory);

}  // namespace backplane
