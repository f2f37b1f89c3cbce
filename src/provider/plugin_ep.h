// The door to the adapter that makes an ExecutionProvider of a plugin's OrtEp. Used by runtime/,
// which knows no more of plugins than this.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "provider/custom_ops.h"
#include "provider/execution_provider.h"
#include "provider/plugin_library.h"
#include "provider/prepacked_weights.h"

struct OrtSessionOptions;

namespace backplane {

/// Finds the allocator that sessions share for a memory; null if there is none.
using SharedAllocators = std::function<std::shared_ptr<OrtAllocator>(const MemoryInfo&)>;

/// What a session gives its EPs; all may be null.
struct PluginEpSession {
  std::shared_ptr<const CustomOps> custom_ops;          ///< the EP runs those that name it
  std::shared_ptr<PrepackedWeights> prepacked_weights;  ///< where its kernels share theirs
  SharedAllocators shared_allocators;                   ///< where the EP's memory comes from
};

/// Has `factory` make its EP for a session and adapts it. All `devices` belong to `factory`. The
/// options are only passed on; they and the logger outlive the EP. Fails with ORT_FAIL, `Error
/// creating execution provider: ...`.
std::shared_ptr<ExecutionProvider> CreatePluginEp(std::shared_ptr<PluginLibrary> library,
                                                  OrtEpFactory* factory,
                                                  std::span<const OrtEpDevice* const> devices,
                                                  const OrtSessionOptions& options,
                                                  const Logger& logger, PluginEpSession session);

/// The domains of custom operators that a factory brings along; they live as long as its library.
std::vector<const OrtCustomOpDomain*> CustomOpDomainsOf(OrtEpFactory& factory,
                                                        const std::string& ep_name);

}  // namespace backplane
