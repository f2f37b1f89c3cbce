#include "provider/plugin_kernel.h"

#include <algorithm>

#include "provider/plugin_graph.h"

namespace backplane {
namespace {

// Calls Compute, which has to ask for every output that is used: planned memory is there before,
// but holds anything.
template <typename Function, typename... Args>
void CallCompute(const std::string& ep_name, KernelContext& context, Function compute,
                 Args... args) {
  context.asked_ = 0;
  CallPlugin(ep_name, compute, args..., &context);
  for (size_t i = 0; i < std::min<size_t>(context.OutputCount(), 64); ++i) {
    if (((context.asked_ >> i) & 1) == 0 && context.HasOutput(i)) [[unlikely]]
      Fail(ORT_EP_FAIL, "{}: Compute returned without output {}", ep_name, i);
  }
}

}  // namespace

CompiledKernel::CompiledKernel(std::string ep_name, std::string node_name, OrtNodeComputeInfo* info,
                               std::shared_ptr<void> owner)
    : ep_name_(std::move(ep_name)), info_(info), owner_(std::move(owner)) {
  CheckStatedVersion(info_->ort_version_supported, 23,
                     Format("{}: the OrtNodeComputeInfo", ep_name_));
  const auto compute = Callback(*info_, &OrtNodeComputeInfo::Compute, 23);
  Require(compute != nullptr, ORT_INVALID_ARGUMENT,
          "{}: the OrtNodeComputeInfo for '{}' has no Compute", ep_name_, node_name);
  OrtNodeComputeContext context{std::move(node_name)};
  const auto create = Callback(*info_, &OrtNodeComputeInfo::CreateState, 23);
  if (create == nullptr) return;
  CallPlugin(Format("{}: Create state function failed. Return value", ep_name_), create, info_,
             &context, &state_);
}

CompiledKernel::~CompiledKernel() {
  ReleaseThroughPlugin(Callback(*info_, &OrtNodeComputeInfo::ReleaseState, 23), info_, state_);
}

void CompiledKernel::Run(KernelContext& context) const {
  CallCompute(ep_name_, context, Callback(*info_, &OrtNodeComputeInfo::Compute, 23), info_, state_);
}

RegistryKernel::RegistryKernel(std::string ep_name, const KernelInfo& info,
                               std::shared_ptr<void> owner)
    : ep_name_(std::move(ep_name)), info_(info), owner_(std::move(owner)) {}

RegistryKernel::~RegistryKernel() {
  if (impl_ == nullptr) return;
  ReleaseThroughPlugin(Callback(*impl_, &OrtKernelImpl::Release, 24), impl_);
}

void RegistryKernel::Run(KernelContext& context) const {
  const auto compute = Callback(*impl_, &OrtKernelImpl::Compute, 24);
  if (impl_->flags != 0) {  // the host's own, for control flow: its body makes the outputs
    CallPlugin(ep_name_, compute, impl_, &context);
  } else {
    CallCompute(ep_name_, context, compute, impl_);
  }
}

}  // namespace backplane
