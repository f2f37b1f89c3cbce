// What the tests of plugin EPs share: where the test plug-ins are, how the life-cycle plug-in is
// told what to do and what it saw, registration that ends with the test.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "capi/api.h"

namespace capi {

/// The path of tests/plugins' library `name`, which the build puts beside the main one.
inline std::string PluginPath(const std::string& name = "life_cycle_plugin") {
  const char* build = std::getenv("BACKPLANE_BUILD_DIR");
  const std::filesystem::path root =
      build != nullptr
          ? build
          : std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  return (root / "lib" / ("lib" + name + ".so")).string();
}

/// Settings of the life-cycle plug-in (see its head) for as long as this lives, and the trace it
/// writes meanwhile.
class LifeCycle {
 public:
  LifeCycle() : LifeCycle(std::initializer_list<std::pair<const char*, std::string>>{}) {}
  LifeCycle(std::initializer_list<std::pair<const char*, std::string>> settings) {
    trace_ = (std::filesystem::temp_directory_path() / ("life_cycle_" + std::to_string(getpid())))
                 .string();
    std::filesystem::remove(trace_);
    Set("TRACE", trace_);
    for (const auto& [name, value] : settings) Set(name, value);
  }
  ~LifeCycle() {
    for (const std::string& name : names_) unsetenv(name.c_str());
    std::filesystem::remove(trace_);
  }
  void Set(const std::string& name, const std::string& value) {
    names_.push_back("LIFE_CYCLE_" + name);
    setenv(names_.back().c_str(), value.c_str(), 1);
  }
  /// The callbacks so far; forgets them.
  std::vector<std::string> Take() {
    std::vector<std::string> lines;
    std::ifstream file(trace_);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    file.close();
    std::filesystem::remove(trace_);
    return lines;
  }
  /// Those of Take() that begin with `prefix`.
  std::vector<std::string> Take(const std::string& prefix) {
    std::vector<std::string> lines = Take();
    std::erase_if(lines, [&](const std::string& line) { return line.rfind(prefix, 0) != 0; });
    return lines;
  }

 private:
  std::string trace_;
  std::vector<std::string> names_;
};

/// The lines that a test plug-in's function `symbol` gives: what it wrote down since the last call.
inline std::vector<std::string> TakeJournal(const std::string& plugin, const char* symbol) {
  void* library = dlopen(PluginPath(plugin).c_str(), RTLD_NOW | RTLD_NOLOAD);
  EXPECT_NE(library, nullptr) << plugin << " is not loaded";
  if (library == nullptr) return {};
  const auto take = reinterpret_cast<const char* (*)()>(dlsym(library, symbol));
  std::istringstream text(take());
  dlclose(library);
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

inline Outcome Register(const std::string& name, const std::string& path = PluginPath()) {
  return Api().RegisterExecutionProviderLibrary(Env(), name.c_str(), path.c_str());
}
inline Outcome Unregister(const std::string& name) {
  return Api().UnregisterExecutionProviderLibrary(Env(), name.c_str());
}

/// A library that is registered until the end of the scope.
class Registered {
 public:
  explicit Registered(std::string name, const std::string& path = PluginPath())
      : name_(std::move(name)) {
    EXPECT_OK(Register(name_, path));
  }
  ~Registered() { EXPECT_OK(Unregister(name_)); }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;

 private:
  std::string name_;
};

inline std::vector<const OrtEpDevice*> EpDevices() {
  const OrtEpDevice* const* devices = nullptr;
  size_t count = 0;
  EXPECT_OK(Api().GetEpDevices(Env(), &devices, &count));
  return {devices, devices + count};
}

/// The EP devices of one EP, in their order.
inline std::vector<const OrtEpDevice*> EpDevices(const std::string& ep_name) {
  std::vector<const OrtEpDevice*> devices = EpDevices();
  std::erase_if(
      devices, [&](const OrtEpDevice* device) { return Api().EpDevice_EpName(device) != ep_name; });
  return devices;
}

inline std::map<std::string, std::string> Pairs(const OrtKeyValuePairs* pairs) {
  const char* const* keys = nullptr;
  const char* const* values = nullptr;
  size_t count = 0;
  Api().GetKeyValuePairs(pairs, &keys, &values, &count);
  std::map<std::string, std::string> result;
  for (size_t i = 0; i < count; ++i) result[keys[i]] = values[i];
  return result;
}

inline Handle<OrtSessionOptions> NewOptions() {
  Handle<OrtSessionOptions> options;
  EXPECT_OK(Api().CreateSessionOptions(options.out()));
  return options;
}

inline Outcome Append(OrtSessionOptions* options, const std::vector<const OrtEpDevice*>& devices,
                      const std::vector<std::pair<const char*, const char*>>& ep_options = {}) {
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const auto& [key, value] : ep_options) {
    keys.push_back(key);
    values.push_back(value);
  }
  return Api().SessionOptionsAppendExecutionProvider_V2(
      options, Env(), devices.data(), devices.size(), keys.data(), values.data(), keys.size());
}

}  // namespace capi
