#include "abi/control_flow_kernels.h"

#include <memory>

#include "abi/guard.h"
#include "cpu/ops/control_flow.h"
#include "provider/plugin_call.h"
#include "provider/sync_stream.h"
#include "runtime/device_run.h"
#include "runtime/frame.h"

namespace backplane::abi {
namespace {

/// A kernel of the host in the form in which plugins have theirs.
struct HostKernel : OrtKernelImpl {
  explicit HostKernel(std::unique_ptr<Kernel> made) : OrtKernelImpl{}, kernel(std::move(made)) {
    ort_version_supported = ORT_API_VERSION;
    flags = 1;  // the host's
    Compute = [](OrtKernelImpl* self, OrtKernelContext* context) noexcept {
      return Guard([&] {
        NotNull(context, "context");
        static_cast<HostKernel*>(self)->kernel->Run(*context);
      });
    };
    Release = [](OrtKernelImpl* self) noexcept { delete static_cast<HostKernel*>(self); };
  }

  const std::unique_ptr<Kernel> kernel;
};

/// The run's devices; null where all EPs work in host memory.
DeviceRun* DevicesOf(const KernelContext& context) {
  const auto* run = static_cast<const RunState*>(context.run_state_);
  return run == nullptr ? nullptr : run->devices;
}

/// What a helper was given may be gone before the work that it has enqueued is done.
void KeepAlive(const KernelContext& context, std::span<const Value* const> values) {
  DeviceRun* devices = DevicesOf(context);
  if (devices == nullptr) return;
  for (const Value* value : values) devices->KeepAlive(*value);
}

void CopyValues(KernelContext& context, const Value& from, Value& to) {
  if (DeviceRun* devices = DevicesOf(context)) {
    devices->Bring(from, to);
    devices->KeepAlive(from);
    // Who called may free host memory as soon as this returns.
    if (from.tensor().memory().HostAccessible()) devices->FinishHostCopies();
  } else {
    CopyElements(from.tensor(), to.tensor());
  }
}

/// Takes a helper over: it is released with the last kernel that holds it.
template <typename Helper>
std::shared_ptr<Helper> Own(Helper* helper) {
  return {helper,
          [](Helper* gone) { ReleaseThroughPlugin(Callback(*gone, &Helper::Release, 24), gone); }};
}

/// Makes a kernel for a node of type `op`; the plugin keeps its helper where that fails.
template <typename Make>
OrtStatus* Create(const OrtKernelInfo* info, OrtKernelImpl** out, const char* op,
                  Make&& make) noexcept {
  return Guard([&] {
    NotNull(info, "kernel_info");
    NotNull(out, "kernel_out");
    *out = nullptr;
    Require(info->node.Is(op), ORT_INVALID_ARGUMENT, "Kernel is not for {}: it is for {}", op,
            info->node.Describe());
    *out = make();
  });
}

/// The helper's statement and callback, checked before it is taken over.
template <typename Helper, typename Function>
void CheckHelper(const Helper* helper, Function Helper::*member, const char* what) {
  NotNull(helper, "helper");
  CheckStatedVersion(helper->ort_version_supported, 24, what);
  Require(Callback(*helper, member, 24) != nullptr && Callback(*helper, &Helper::Release, 24),
          ORT_INVALID_ARGUMENT, "an {} lacks callbacks", what);
}

}  // namespace

OrtStatus* CreateIfKernel(const OrtKernelInfo* kernel_info, OrtKernelImpl** kernel_out) noexcept {
  return Create(kernel_info, kernel_out, "If",
                [&] { return new HostKernel(cpu::MakeIfKernel(*kernel_info)); });
}

OrtStatus* CreateLoopKernel(const OrtKernelInfo* kernel_info, OrtLoopKernelHelper* helper,
                            OrtKernelImpl** kernel_out) noexcept {
  return Create(kernel_info, kernel_out, "Loop", [&] {
    CheckHelper(helper, &OrtLoopKernelHelper::ConcatOutput, "OrtLoopKernelHelper");
    // Filled once nothing can fail any more.
    auto owned = std::make_shared<std::shared_ptr<OrtLoopKernelHelper>>();
    auto kernel = std::make_unique<HostKernel>(cpu::MakeLoopKernel(
        *kernel_info,
        [owned](KernelContext& context, std::span<const Value* const> parts, Tensor& output) {
          OrtLoopKernelHelper& mine = **owned;
          const OrtSyncStream* stream = context.services_->StreamOf(context);
          CallPlugin("ConcatOutput", Callback(mine, &OrtLoopKernelHelper::ConcatOutput, 24), &mine,
                     stream == nullptr ? nullptr : stream->Handle(), parts.data(), parts.size(),
                     output.raw(), output.Bytes());
          KeepAlive(context, parts);
        }));
    *owned = Own(helper);
    return kernel.release();
  });
}

OrtStatus* CreateScanKernel(const OrtKernelInfo* kernel_info, OrtScanKernelHelper* helper,
                            OrtKernelImpl** kernel_out) noexcept {
  return Create(kernel_info, kernel_out, "Scan", [&] {
    CheckHelper(helper, &OrtScanKernelHelper::Transpose, "OrtScanKernelHelper");
    auto owned = std::make_shared<std::shared_ptr<OrtScanKernelHelper>>();
    auto transpose = [owned](KernelContext& context, std::span<const size_t> permutation,
                             const Value& input, Value& output) {
      OrtScanKernelHelper& mine = **owned;
      CallPlugin("Transpose", Callback(mine, &OrtScanKernelHelper::Transpose, 24), &mine,
                 permutation.data(), permutation.size(), &input,
                 context.services_->StreamOf(context), &output);
      const Value* const used[] = {&input, &output};
      KeepAlive(context, used);
    };
    auto kernel = std::make_unique<HostKernel>(
        cpu::MakeScanKernel(*kernel_info, std::move(transpose), CopyValues));
    *owned = Own(helper);
    return kernel.release();
  });
}

}  // namespace backplane::abi
