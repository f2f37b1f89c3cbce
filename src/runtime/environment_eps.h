// Environment-wide EPs: those of sessions that name none and have no selection policy. Named by an
// entry of the env, or by a variable for programs that cannot be changed.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/key_value_pairs.h"
#include "base/log.h"
#include "provider/reason.h"

struct OrtEnv;
struct OrtSessionOptions;

namespace backplane {

/// Entry of the env, and environment variable, in the form "NAME[,key=value...][;NAME...]", most
/// preferred first. The entry counts where both are given.
inline constexpr const char* kEnvironmentEpsEntry = "backplane.execution_providers";
inline constexpr const char* kEnvironmentEpsVariable = "BACKPLANE_EXECUTION_PROVIDERS";

struct EnvironmentEp {
  std::string name;
  KeyValuePairs options;
};

/// Fails with ORT_INVALID_ARGUMENT for an option without '='.
std::vector<EnvironmentEp> ParseEnvironmentEps(std::string_view text);

/// Appends the env's EPs to `options` if they name none. An EP that cannot be had is left out,
/// logged and returned with the reason: the session did not ask for it. Fails as
/// ParseEnvironmentEps.
std::vector<std::pair<std::string, Reason>> AppendEnvironmentEps(const OrtEnv& env,
                                                                 OrtSessionOptions& options,
                                                                 const Logger& logger);

}  // namespace backplane
