// Functions that plug-ins ask for by name: those that were experimental before they came into the
// tables, and those of include/backplane/ep.h, which have no place there.
#include <string_view>
#include <type_traits>

#include "abi/compile_api.h"
#include "abi/ep_context.h"
#include "abi/guard.h"
#include "abi/session_options.h"
#include "abi/tables.h"
#include "backplane/ep.h"
#include "provider/plugin_graph.h"

namespace backplane::abi {
namespace {

OrtStatus* SetReason(OrtEpGraphSupportInfo* graph_support_info, const OrtNode* node,
                     const char* reason) noexcept {
  return Guard([&] {
    NotNull(graph_support_info, "graph_support_info");
    NotNull(node, "node");
    NotNull(reason, "reason");
    graph_support_info->SetReason(node, reason);
  });
}
static_assert(std::is_same_v<decltype(&SetReason), BackplaneEpGraphSupportInfoSetReason>);

}  // namespace

// Those for model packages are not here: callers then use the tables.
OrtExperimentalFnPtr GetExperimentalFunction(const char* name) noexcept {
  struct Named {
    std::string_view name;
    OrtExperimentalFnPtr function;
  };
#define BACKPLANE_EXPERIMENTAL(name, slot) \
  { name "_SinceV28", reinterpret_cast<OrtExperimentalFnPtr>(&slot) }
  static const Named kFunctions[] = {
      BACKPLANE_EXPERIMENTAL("OrtApi_SessionOptions_SetEpContextDataReadFunc",
                             SessionOptionsSetEpContextDataReadFunc),
      BACKPLANE_EXPERIMENTAL("OrtCompileApi_ModelCompilationOptions_SetEpContextDataWriteFunc",
                             ModelCompilationOptions_SetEpContextDataWriteFunc),
      BACKPLANE_EXPERIMENTAL("OrtEpApi_SessionOptions_GetEpContextConfig",
                             SessionOptionsGetEpContextConfig),
      BACKPLANE_EXPERIMENTAL("OrtEpApi_ReleaseEpContextConfig", ReleaseEpContextConfig),
      BACKPLANE_EXPERIMENTAL("OrtEpApi_EpContextConfig_GetEpContextDataReadFunc",
                             EpContextConfig_GetEpContextDataReadFunc),
      BACKPLANE_EXPERIMENTAL("OrtEpApi_EpContextConfig_GetEpContextDataWriteFunc",
                             EpContextConfig_GetEpContextDataWriteFunc),
      {BACKPLANE_EP_GRAPH_SUPPORT_INFO_SET_REASON,
       reinterpret_cast<OrtExperimentalFnPtr>(&SetReason)},
  };
#undef BACKPLANE_EXPERIMENTAL
  if (name == nullptr) return nullptr;
  for (const Named& function : kFunctions) {
    if (function.name == name) return function.function;
  }
  return nullptr;
}

}  // namespace backplane::abi
