// Which EPs a session has, in order of preference: those its options name or a selection policy
// picks, then the host's.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "provider/execution_provider.h"

struct OrtEnv;
struct OrtSessionOptions;

namespace backplane {

/// Creates the EPs of a session for the model `graph`. The built-in CPU EP is always the last.
/// Options of EPs that are selected here become configuration entries of `options`; definitions of
/// custom operators, the client's and the EPs', become known to the graph's model. Fails where an
/// EP cannot be created, with its name. `options.eps` has the choice afterwards, also where a
/// policy made it.
std::vector<std::shared_ptr<ExecutionProvider>> CreateExecutionProviders(const OrtEnv& env,
                                                                         OrtSessionOptions& options,
                                                                         const Graph& graph,
                                                                         const Logger& logger);

/// Why EPs that the environment knows of are not among `eps`: not chosen, no device, a library that
/// failed. By EP name (by library name where it failed), each once.
std::vector<std::pair<std::string, Reason>> WhyNotInSession(
    const OrtEnv& env, const OrtSessionOptions& options,
    std::span<const std::shared_ptr<ExecutionProvider>> eps);

/// Adds an EP on `devices`, which belong to one EP. Defaults that the devices publish, and over
/// them `ep_options`, become configuration entries. Fails with ORT_INVALID_ARGUMENT: no devices,
/// mixed ones, unknown ones, unknown options.
void AppendEpDevices(const OrtEnv& env, OrtSessionOptions& options,
                     std::span<const OrtEpDevice* const> devices, const KeyValuePairs& ep_options);

/// An EP that a client asks for by name.
struct NamedEp {
  std::string_view short_name;  ///< as in the names of libraries
  std::string_view full_name;   ///< what the EP calls itself
  std::string_view platform;    ///< where alone it exists; empty: anywhere
};

/// Adds an EP by its name: one that a registered library makes, else one whose library is installed
/// (FindInstalledEp), which is registered then. It gets the first of its devices. The
/// built-in EP is only noted as named. Returns why it cannot be had, in a sentence; empty on
/// success. Fails where a library is there but does not work, and for unknown options.
std::string AppendEpByName(OrtSessionOptions& options, const NamedEp& ep,
                           const KeyValuePairs& ep_options);

/// "0": options that an EP does not publish are passed on to it instead of refused. Default "1".
inline constexpr const char* kStrictEpOptions = "backplane.strict_ep_options";

}  // namespace backplane
