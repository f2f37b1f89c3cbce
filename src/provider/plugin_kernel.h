// Kernels that live in a plugin: compiled groups (OrtNodeComputeInfo) and kernels of a registry
// (OrtKernelImpl).
#pragma once

#include <memory>
#include <string>

#include "provider/kernel.h"
#include "provider/plugin_call.h"
#include "provider/prepacked_weights.h"

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

/// A kernel made by a registry's create function, which is given info() and out().
class RegistryKernel final : public Kernel {
 public:
  RegistryKernel(std::string ep_name, const KernelInfo& info, std::shared_ptr<void> owner);
  ~RegistryKernel() override;
  void Run(KernelContext& context) const override;

  /// Lives as long as the kernel: plugins keep the pointer.
  const KernelInfo& info() const { return info_; }
  OrtKernelImpl** out() { return &impl_; }
  OrtKernelImpl* impl() const { return impl_; }
  /// Keeps packed weights that the kernel was given.
  void Keep(std::shared_ptr<const PackedWeight> weight) { weights_.push_back(std::move(weight)); }

 private:
  std::string ep_name_;
  std::vector<std::shared_ptr<const PackedWeight>> weights_;
  const KernelInfo info_;
  OrtKernelImpl* impl_ = nullptr;
  std::shared_ptr<void> owner_;
};

}  // namespace backplane
