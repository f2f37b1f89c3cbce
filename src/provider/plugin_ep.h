// The door to the adapter that makes an ExecutionProvider of a plugin's OrtEp. Used by runtime/,
// which knows no more of plugins than this.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "provider/execution_provider.h"
#include "provider/plugin_library.h"

struct OrtSessionOptions;

namespace backplane {

/// Finds the allocator that sessions share for a memory; null if there is none.
using SharedAllocators = std::function<std::shared_ptr<OrtAllocator>(const MemoryInfo&)>;

/// Has `factory` make its EP for a session and adapts it. All `devices` belong to `factory`. The
/// options are only passed on; they and the logger outlive the EP. With `shared_allocators` the
/// EP's memory comes from those. Fails with ORT_FAIL, `Error creating execution provider: ...`.
std::shared_ptr<ExecutionProvider> CreatePluginEp(std::shared_ptr<PluginLibrary> library,
                                                  OrtEpFactory* factory,
                                                  std::span<const OrtEpDevice* const> devices,
                                                  const OrtSessionOptions& options,
                                                  const Logger& logger,
                                                  SharedAllocators shared_allocators = nullptr);

}  // namespace backplane
