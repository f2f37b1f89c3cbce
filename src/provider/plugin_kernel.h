// Kernels that live in a plugin: compiled groups (OrtNodeComputeInfo) and kernels of a registry
// (OrtKernelImpl).
#pragma once

#include <memory>
#include <string>

#include "provider/kernel.h"
#include "provider/plugin_call.h"

namespace backplane {

/// A compiled group. Its state is created on construction and released, before the compute info, on
/// destruction.
class CompiledKernel final : public Kernel {
 public:
  /// `info` belongs to `owner`, which outlives the kernel. Fails with ORT_FAIL if CreateState does.
  CompiledKernel(std::string ep_name, std::string node_name, OrtNodeComputeInfo* info,
                 std::shared_ptr<void> owner);
  ~CompiledKernel() override;
  void Run(KernelContext& context) const override;

 private:
  std::string ep_name_;
  OrtNodeComputeInfo* info_;
  std::shared_ptr<void> owner_;
  void* state_ = nullptr;
};

/// A kernel made by a registry's create function.
class RegistryKernel final : public Kernel {
 public:
  /// Takes `impl` over.
  RegistryKernel(std::string ep_name, OrtKernelImpl* impl, std::shared_ptr<void> owner);
  ~RegistryKernel() override;
  void Run(KernelContext& context) const override;

  OrtKernelImpl* impl() const { return impl_; }

 private:
  std::string ep_name_;
  OrtKernelImpl* impl_;
  std::shared_ptr<void> owner_;
};

}  // namespace backplane
