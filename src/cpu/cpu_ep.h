// The built-in CPU EP behind the seam: claims what the kernel registry knows and the session's
// custom operators, lowers its nodes (fusions, layout) and makes their kernels. Created by the
// session builder, always the last EP asked.
#pragma once

#include "cpu/kernel_registry.h"
#include "provider/custom_ops.h"
#include "provider/execution_provider.h"

namespace backplane::cpu {

struct CpuOptions {
  bool fuse = true;    ///< private fused operators (optimisation level extended and above)
  bool layout = true;  ///< NHWC for convolutional parts (level all)
};

inline constexpr const char kCpuExecutionProvider[] = "CPUExecutionProvider";

class CpuExecutionProvider final : public ExecutionProvider {
 public:
  explicit CpuExecutionProvider(const CpuOptions& options,
                                std::shared_ptr<const CustomOps> custom_ops = nullptr)
      : options_(options), custom_ops_(std::move(custom_ops)) {}

  const std::string& name() const override;
  Capability GetCapability(const GraphView& view) override;
  bool Supports(const Node& node) const override;
  std::vector<std::unique_ptr<Kernel>> Compile(std::span<const FusedGroup> groups) override;
  void Lower(Graph& graph, int ep_index) override;
  std::unique_ptr<Kernel> CreateKernel(const KernelInfo& info) override;
  bool CreatesInParallel(const Node& node) const override {
    return FindCustom(node, nullptr) == nullptr;
  }
  KernelTraits TraitsOf(const Node& node) const override;
  bool PassesOn(const Node& node, size_t i) const override;

 private:
  const CustomOp* FindCustom(const Node& node, Reason* why) const;

  const CpuOptions options_;
  const std::shared_ptr<const CustomOps> custom_ops_;  // null: the session has none
};

}  // namespace backplane::cpu
