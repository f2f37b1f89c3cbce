// How the host calls into a plugin: only members that the plugin's stated version has, and whatever
// comes out (a status, a C++ exception, a missing callback) becomes an Error. For provider/ and its
// plugin adapter; nothing else calls plugins.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/status.h"

namespace backplane {

/// The oldest API version with plugin EPs.
inline constexpr uint32_t kFirstEpApiVersion = 22;
/// A stated version above this is taken for garbage. (Newer versions than ours are fine: structs
/// only grow.)
inline constexpr uint32_t kLargestEpApiVersion = 9999;

/// True if a struct that a plugin filled has the members that came with API version `since`.
template <typename PluginStruct>
bool Supports(const PluginStruct& object, uint32_t since) {
  return object.ort_version_supported >= since;
}

/// Fails with ORT_INVALID_ARGUMENT if the version that a plugin's struct states cannot be one;
/// `what` names the struct.
void CheckStatedVersion(uint32_t version, uint32_t since, std::string_view what);

/// A function pointer type without noexcept: a plugin may throw whatever the header says.
template <typename Function>
struct ThatMayThrow;
template <typename Result, typename... Params, bool kNoexcept>
struct ThatMayThrow<Result (*)(Params...) noexcept(kNoexcept)> {
  using Type = Result (*)(Params...);
};

/// A callback of a plugin's struct; null if the struct is older than `since`, or leaves it out.
template <typename PluginStruct, typename Function>
typename ThatMayThrow<Function>::Type Callback(const PluginStruct& object,
                                               Function PluginStruct::*member, uint32_t since) {
  return Supports(object, since) ? object.*member : nullptr;
}

// In all of these, `context` (an EP's name, what was asked of it) is put in front of the message
// with a colon; may be empty.
/// Turns the exception being handled, thrown by a plugin, into an Error.
[[noreturn]] void ThrowPluginException(std::string_view context);
/// Turns a plugin's status, which it releases, into an Error; null is success.
void ThrowPluginStatus(std::string_view context, OrtStatus* status);
[[noreturn]] void FailMissingCallback(std::string_view context);

/// Calls a callback that returns a status. A failure becomes an Error with the plugin's code; a
/// null callback fails with ORT_NOT_IMPLEMENTED.
template <typename... Params, typename... Args>
void CallPlugin(std::string_view context, OrtStatus* (*function)(Params...), Args&&... args) {
  if (function == nullptr) FailMissingCallback(context);
  OrtStatus* status = nullptr;
  try {
    status = function(std::forward<Args>(args)...);
  } catch (...) {
    ThrowPluginException(context);
  }
  if (status != nullptr) [[unlikely]]
    ThrowPluginStatus(context, status);
}

/// Calls a callback that returns something else. A null callback gives `fallback`.
template <typename Result, typename... Params, typename... Args>
Result AskPlugin(std::string_view context, Result fallback, Result (*function)(Params...),
                 Args&&... args) {
  if (function == nullptr) return fallback;
  try {
    return function(std::forward<Args>(args)...);
  } catch (...) {
    ThrowPluginException(context);
  }
}

/// Calls a callback that releases something: null is fine, an exception is swallowed (there is
/// nobody to tell).
template <typename... Params, typename... Args>
void ReleaseThroughPlugin(void (*function)(Params...), Args&&... args) noexcept {
  if (function == nullptr) return;
  try {
    function(std::forward<Args>(args)...);
  } catch (...) {  // NOLINT
  }
}

}  // namespace backplane
