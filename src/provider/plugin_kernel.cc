#include "provider/plugin_kernel.h"

#include "provider/plugin_graph.h"

namespace backplane {
namespace {

// In a run that reuses planned memory an output is there before the kernel ran: then this costs a
// look and finds nothing.
void CheckOutputs(const KernelContext& context, const std::string& ep_name) {
  for (size_t i = 0; i < context.OutputCount(); ++i) {
    if (context.HasOutput(i) && context.slots_[context.outputs_[i]]->IsNone()) [[unlikely]]
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
  CallPlugin(ep_name_, Callback(*info_, &OrtNodeComputeInfo::Compute, 23), info_, state_, &context);
  CheckOutputs(context, ep_name_);
}

RegistryKernel::RegistryKernel(std::string ep_name, const KernelInfo& info,
                               std::shared_ptr<void> owner)
    : ep_name_(std::move(ep_name)), info_(info), owner_(std::move(owner)) {}

RegistryKernel::~RegistryKernel() {
  if (impl_ == nullptr) return;
  ReleaseThroughPlugin(Callback(*impl_, &OrtKernelImpl::Release, 24), impl_);
}

void RegistryKernel::Run(KernelContext& context) const {
  CallPlugin(ep_name_, Callback(*impl_, &OrtKernelImpl::Compute, 24), impl_, &context);
  CheckOutputs(context, ep_name_);
}

}  // namespace backplane
