// Which EPs a session has, in order of preference: those its options name or a selection policy picks, then the host's.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "provider/execution_provider.h"

struct OrtEnv;
struct OrtSessionOptions;

namespace backplane {

/// Creates the EPs of a session for the model `graph`. The built-in CPU EP is always the last. Options of EPs that are
/// selected here become configuration entries of `options`. Fails where an EP cannot be created, with its name.
std::vector<std::shared_ptr<ExecutionProvider>> CreateExecutionProviders(const OrtEnv& env, OrtSessionOptions& options,
                                                                         const Graph& graph, const Logger& logger);

/// Adds an EP on `devices`, which belong to one EP. Defaults that the devices publish, and over them `ep_options`, become
/// configuration entries. Fails with ORT_INVALID_ARGUMENT: no devices, mixed ones, unknown ones, unknown options.
void AppendEpDevices(const OrtEnv& env, OrtSessionOptions& options, std::span<const OrtEpDevice* const> devices,
                     const KeyValuePairs& ep_options);

/// Adds a registered EP by its name, on the first of its devices. False if no library of `env` makes such an EP; the
/// built-in EP is always there, and nothing is added for it.
bool AppendEpByName(const OrtEnv& env, OrtSessionOptions& options, std::string_view ep_name,
                    const KeyValuePairs& ep_options);

/// "0": options that an EP does not publish are passed on to it instead of refused. Default "1".
inline constexpr const char* kStrictEpOptions = "backplane.strict_ep_options";

}  // namespace backplane
