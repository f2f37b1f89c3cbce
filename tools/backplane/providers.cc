#include "backplane/providers.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>

#include "backplane/error.h"
#include "backplane/text.h"

namespace backplane::command {
namespace {

// The API version whose tables register EP libraries.
constexpr uint32_t kEpLibrariesSince = 22;

constexpr std::pair<const char*, OrtExecutionProviderDevicePolicy> kPolicies[] = {
    {"default", OrtExecutionProviderDevicePolicy_DEFAULT},
    {"prefer-cpu", OrtExecutionProviderDevicePolicy_PREFER_CPU},
    {"prefer-npu", OrtExecutionProviderDevicePolicy_PREFER_NPU},
    {"prefer-gpu", OrtExecutionProviderDevicePolicy_PREFER_GPU},
    {"max-performance", OrtExecutionProviderDevicePolicy_MAX_PERFORMANCE},
    {"max-efficiency", OrtExecutionProviderDevicePolicy_MAX_EFFICIENCY},
    {"min-overall-power", OrtExecutionProviderDevicePolicy_MIN_OVERALL_POWER},
};

// "libmy_ep.so.1" -> "my_ep"
std::string NameOfLibrary(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  if (name.rfind("lib", 0) == 0) name.erase(0, 3);
  return name.substr(0, name.find('.'));
}

void CheckVersion(const Runtime& ort) {
  if (ort.api_version() < kEpLibrariesSince)
    throw Failure("the library is too old to load execution providers from libraries");
}

using EpDevices = std::vector<const OrtEpDevice*>;

EpDevices AllDevices(const Runtime& ort, OrtEnv* env) {
  const OrtEpDevice* const* devices = nullptr;
  size_t count = 0;
  ort.Check(ort->GetEpDevices(env, &devices, &count));
  return {devices, devices + count};
}

bool SameWord(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// The devices of the EP called `name`; where there is none, of the one whose name is that in other
// letters or with "ExecutionProvider" behind it.
EpDevices DevicesOf(const Runtime& ort, const EpDevices& all, const std::string& name) {
  const auto of = [&](auto&& fits) {
    EpDevices devices = all;
    std::erase_if(devices,
                  [&](const OrtEpDevice* device) { return !fits(ort->EpDevice_EpName(device)); });
    return devices;
  };
  EpDevices devices = of([&](const std::string& ep) { return ep == name; });
  if (!devices.empty()) return devices;
  devices = of([&](const std::string& ep) { return SameWord(ep, name); });
  if (!devices.empty()) return devices;
  return of([&](const std::string& ep) { return SameWord(ep, name + "ExecutionProvider"); });
}

std::string NamesOf(const Runtime& ort, const EpDevices& devices) {
  std::vector<std::string> names;
  for (const OrtEpDevice* device : devices) {
    const std::string name = ort->EpDevice_EpName(device);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return Join(names, ", ");
}

size_t ParseIndex(std::string_view text, const std::string& entry, size_t count) {
  size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size())
    throw UsageError("--device-select " + entry + ": write EP=N or EP=N,N");
  if (index >= count)
    throw UsageError("--device-select " + entry + ": the execution provider has " +
                     std::to_string(count) + " device" + (count == 1 ? "" : "s") +
                     ", numbered from 0 as `backplane devices` lists them");
  return index;
}

// The devices that --device-select names, or the first.
EpDevices SelectDevices(const EpDevices& devices, const std::string& ep,
                        const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos)
      throw UsageError("--device-select " + entry + ": write EP=N or EP=N,N");
    if (entry.substr(0, equals) != ep) continue;
    EpDevices selected;
    for (size_t at = equals + 1; at <= entry.size();) {
      const size_t comma = std::min(entry.find(',', at), entry.size());
      selected.push_back(devices[ParseIndex(std::string_view(entry).substr(at, comma - at), entry,
                                            devices.size())]);
      at = comma + 1;
    }
    return selected;
  }
  return {devices.front()};
}

void Append(const Runtime& ort, OrtEnv* env, OrtSessionOptions* options, const EpRequest& request,
            const std::vector<std::string>& selections) {
  const EpDevices all = AllDevices(ort, env);
  const EpDevices devices = DevicesOf(ort, all, request.name);
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : request.options) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  if (devices.empty()) {
    // It may be built in under another name, or installed.
    OrtStatus* status = ort->SessionOptionsAppendExecutionProvider(
        options, request.name.c_str(), keys.data(), values.data(), keys.size());
    if (status == nullptr) return;
    const std::string message = ort->GetErrorMessage(status);
    ort->ReleaseStatus(status);
    const bool unknown = message.starts_with("Unknown provider name");
    throw UsageError("--ep " + request.name + ": " +
                     (unknown ? "there is no such execution provider; there are " +
                                    NamesOf(ort, all) + " (--ep-library loads more)."
                              : message));
  }
  const EpDevices selected = SelectDevices(devices, request.name, selections);
  // The built-in EP is always the last of a session; it cannot be appended.
  if (std::string(ort->EpDevice_EpName(selected.front())) == "CPUExecutionProvider") return;
  ort.Check(ort->SessionOptionsAppendExecutionProvider_V2(
      options, env, selected.data(), selected.size(), keys.data(), values.data(), keys.size()));
}

}  // namespace

EpRequest ParseEp(const std::string& text) {
  EpRequest request;
  const size_t colon = text.find(':');
  request.name = text.substr(0, colon);
  if (request.name.empty())
    throw UsageError("--ep " + text + ": write NAME or NAME:key=value,key=value");
  if (colon == std::string::npos) return request;
  for (size_t at = colon + 1; at < text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, comma - at);
    const size_t equals = part.find('=');
    if (equals == 0 || (equals == std::string::npos && request.options.empty()))
      throw UsageError("--ep " + text + ": '" + part + "' is not key=value");
    if (equals == std::string::npos) {
      request.options.back().second += "," + part;
    } else {
      request.options.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    }
    at = comma + 1;
  }
  return request;
}

std::vector<std::string> PolicyNames() {
  std::vector<std::string> names;
  for (const auto& [name, policy] : kPolicies) names.emplace_back(name);
  return names;
}

void RegisterLibraries(const Runtime& ort, OrtEnv* env, const ProviderSettings& settings) {
  if (settings.libraries.empty()) return;
  CheckVersion(ort);
  for (const std::string& entry : settings.libraries) {
    const size_t equals = entry.find('=');
    const bool named = equals != std::string::npos && entry.find('/') > equals;
    std::string path = named ? entry.substr(equals + 1) : entry;
    // Relative to where the user is, whatever the library would make of it.
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) path = std::filesystem::absolute(path, ignored);
    const std::string name = named ? entry.substr(0, equals) : NameOfLibrary(path);
    ort.Check(ort->RegisterExecutionProviderLibrary(env, name.c_str(), path.c_str()));
  }
}

void AppendProviders(const Runtime& ort, OrtEnv* env, OrtSessionOptions* options,
                     const ProviderSettings& settings) {
  if (!settings.AreGiven()) return;
  CheckVersion(ort);
  for (const std::string& text : settings.eps)
    Append(ort, env, options, ParseEp(text), settings.devices);
  if (settings.policy.empty()) return;
  const auto policy =
      std::find_if(std::begin(kPolicies), std::end(kPolicies),
                   [&](const auto& known) { return known.first == settings.policy; });
  if (policy == std::end(kPolicies))
    throw UsageError("--policy " + settings.policy + ": the policies are " +
                     Join(PolicyNames(), ", "));
  ort.Check(ort->SessionOptionsSetEpSelectionPolicy(options, policy->second));
}

}  // namespace backplane::command
