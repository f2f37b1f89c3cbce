#include "runtime/execution_providers.h"

#include "cpu/cpu_ep.h"
#include "runtime/env.h"
#include "runtime/session_options.h"

namespace backplane {

std::vector<std::shared_ptr<ExecutionProvider>> CreateExecutionProviders(const OrtEnv& env,
                                                                         const OrtSessionOptions& options,
                                                                         const Logger& logger) {
  (void)env, (void)logger;
  std::vector<std::shared_ptr<ExecutionProvider>> eps;
  for (const EpChoice& choice : options.eps) {
    if (choice.name == cpu::kCpuExecutionProvider) continue;  // always there, always last
    Fail(ORT_INVALID_ARGUMENT, "{} execution provider is not supported in this build.", choice.name);
  }
  const cpu::CpuOptions cpu_options{.fuse = options.optimization_level >= ORT_ENABLE_EXTENDED,
                                    .layout = options.optimization_level >= ORT_ENABLE_LAYOUT};
  eps.push_back(std::make_shared<cpu::CpuExecutionProvider>(cpu_options));
  return eps;
}

}  // namespace backplane
