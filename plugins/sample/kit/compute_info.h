// What the compile-based EPs share: the base of a compiled group.
#pragma once

#include "kit/api.h"

namespace ep_kit {

/**
 * One compiled group. The host calls CreateState once in a session, Compute for each run, on any
 * thread, and ReleaseState at the end. All that a run needs is in the derived class, so the state
 * is the object itself; it has `void Run(OrtKernelContext*)`, which any number of threads may call
 * at once.
 */
template <typename Derived>
class ComputeInfo : public OrtNodeComputeInfo {
 public:
  /** `api` outlives it. */
  explicit ComputeInfo(const Api& api) : OrtNodeComputeInfo{}, api_(api) {
    ort_version_supported = api.version;
    CreateState = [](OrtNodeComputeInfo* self, OrtNodeComputeContext*,
                     void** state) noexcept -> OrtStatus* {
      *state = self;
      return nullptr;
    };
    Compute = [](OrtNodeComputeInfo* self, void*, OrtKernelContext* context) noexcept {
      auto* group = static_cast<Derived*>(self);
      return group->api_.Guard([&] { group->Run(context); });
    };
    ReleaseState = [](OrtNodeComputeInfo*, void*) noexcept {};
  }

 protected:
  const Api& api_;
};

}  // namespace ep_kit
