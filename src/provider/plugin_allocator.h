// Allocators that EPs make: checked, and given back when nobody needs them any more. For the
// registry and PluginEp.
#pragma once

#include <memory>
#include <string_view>

#include "base/memory_info.h"
#include "onnxruntime_c_api.h"

namespace backplane {

/// Takes over what CreateAllocator of `factory`, or of one of its EPs, has made for `memory`; null
/// gives null. The factory releases it, and until then `keep` is held. Fails with
/// ORT_INVALID_ARGUMENT for an allocator that lacks a function or does not say that it is for that
/// memory; then it was given back.
std::shared_ptr<OrtAllocator> AdoptAllocator(std::string_view ep_name, OrtAllocator* allocator,
                                             const MemoryInfo& memory, OrtEpFactory& factory,
                                             std::shared_ptr<void> keep);

}  // namespace backplane
