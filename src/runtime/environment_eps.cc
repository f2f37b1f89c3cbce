#include "runtime/environment_eps.h"

#include <cstdlib>

#include "base/error.h"
#include "base/split.h"
#include "runtime/env.h"
#include "runtime/execution_providers.h"
#include "runtime/session_options.h"

namespace backplane {

std::vector<EnvironmentEp> ParseEnvironmentEps(std::string_view text) {
  std::vector<EnvironmentEp> eps;
  ForEachPart(text, ';', [&](std::string_view part) {
    EnvironmentEp ep;
    ForEachPart(part, ',', [&](std::string_view item) {
      if (ep.name.empty()) {
        ep.name = item;
        return;
      }
      const size_t equals = item.find('=');
      Require(equals != std::string_view::npos && equals != 0, ORT_INVALID_ARGUMENT,
              "'{}' among the environment's execution providers is no option key=value of {}", item,
              ep.name);
      ep.options.Set(std::string(Trim(item.substr(0, equals))),
                     std::string(Trim(item.substr(equals + 1))));
    });
    if (!ep.name.empty()) eps.push_back(std::move(ep));
  });
  return eps;
}

std::vector<std::pair<std::string, Reason>> AppendEnvironmentEps(const OrtEnv& env,
                                                                 OrtSessionOptions& options,
                                                                 const Logger& logger) {
  std::vector<std::pair<std::string, Reason>> absent;
  if (!options.eps.empty() || options.ep_selection.enabled) return absent;
  const char* entry = env.config().Find(kEnvironmentEpsEntry);
  const char* variable = std::getenv(kEnvironmentEpsVariable);
  if (entry == nullptr && variable == nullptr) return absent;
  for (const EnvironmentEp& ep : ParseEnvironmentEps(entry != nullptr ? entry : variable)) {
    std::string refusal;
    try {
      refusal = AppendEpByName(options, {ep.name, ep.name, ""}, ep.options);
    } catch (const Error& error) {
      refusal = error.message();
    }
    if (refusal.empty()) continue;
    logger.Warning("session", "the environment's execution provider {} is left out: {}", ep.name,
                   refusal);
    absent.emplace_back(ep.name, Reason{ReasonCode::kDeviceMissing, refusal, {}});
  }
  return absent;
}

}  // namespace backplane
