// Execution providers as the command line names them: libraries to register, EPs with their
// options and devices, or a policy that chooses.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "backplane/runtime.h"

namespace backplane::command {

/// The options --ep-library, --ep, --device-select and --policy as they were written.
struct ProviderSettings {
  std::vector<std::string> libraries;  // "[NAME=]PATH"
  std::vector<std::string> eps;        // "NAME[:key=value,...]", in order of preference
  std::vector<std::string> devices;    // "NAME=N[,N...]": which of an EP's devices it gets
  std::string policy;                  // "prefer-gpu"; empty: none

  bool AreGiven() const { return !eps.empty() || !policy.empty(); }
};

/// One --ep: a comma continues the value before it unless "key=" follows.
struct EpRequest {
  std::string name;
  std::vector<std::pair<std::string, std::string>> options;
};
/// Fails with UsageError.
EpRequest ParseEp(const std::string& text);

/// The words of --policy.
std::vector<std::string> PolicyNames();

/// Registers the libraries.
void RegisterLibraries(const Runtime& ort, OrtEnv* env, const ProviderSettings& settings);

/// Adds the EPs, or the policy, to `options`. An EP is named as `backplane devices` does, or
/// without "ExecutionProvider" at the end; it gets its first device unless --device-select says
/// otherwise. Fails with UsageError for an EP that there is not.
void AppendProviders(const Runtime& ort, OrtEnv* env, OrtSessionOptions* options,
                     const ProviderSettings& settings);

}  // namespace backplane::command
