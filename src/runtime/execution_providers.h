// Which EPs a session has, in order of preference: those its options name or a selection policy picks, then the host's.
#pragma once

#include <memory>
#include <vector>

#include "provider/execution_provider.h"

struct OrtEnv;
struct OrtSessionOptions;

namespace backplane {

/// Creates the EPs of a session. The built-in CPU EP is always the last. Fails where an EP cannot be created, with its
/// name in front.
std::vector<std::shared_ptr<ExecutionProvider>> CreateExecutionProviders(const OrtEnv& env,
                                                                         const OrtSessionOptions& options,
                                                                         const Logger& logger);

}  // namespace backplane
