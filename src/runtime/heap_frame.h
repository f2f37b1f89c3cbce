// HeapFrame: a frame for one kernel without a plan; everything comes from the heap. For constant
// folding and for operators that kernels invoke.
#pragma once

#include <memory>
#include <vector>

#include "provider/kernel.h"

namespace backplane {

class HeapFrame final : public FrameServices {
 public:
  explicit HeapFrame(const Node& node);

  /// Input `i` for the next run; it must be one that the node has.
  Value& input(size_t i) { return values_[i]; }
  /// What the last run made.
  Value& output(size_t i) { return values_[node_.inputs.size() + i]; }
  /// Has the kernel read or write a value of the caller's. A tensor at an output must have the
  /// shape that the kernel makes.
  void AttachInput(size_t i, Value* value) { slots_[i] = value; }
  void AttachOutput(size_t i, Value* value) { slots_[node_.inputs.size() + i] = value; }

  /// Runs `kernel`, which was made for the node. `run_state` is that of the run around it, if any.
  void Run(const Kernel& kernel, ThreadPool& pool, const Logger& logger, void* run_state = nullptr);

  Tensor& AllocateOutput(KernelContext& context, size_t i, const Shape& shape) override;
  Tensor& ViewOutput(KernelContext& context, size_t i, const Tensor& source,
                     const Shape& shape) override;
  void SetOutput(KernelContext& context, size_t i, Value value) override;
  void* AllocateScratch(KernelContext& context, size_t bytes) override;
  OrtSyncStream* StreamOf(KernelContext& context) override;

 private:
  const Node& node_;
  std::vector<Value> values_;  // inputs, then outputs
  std::vector<Value*> slots_;  // values_, or the caller's
  std::vector<uint32_t> indices_;
  std::vector<std::shared_ptr<Buffer>> scratch_;
};

}  // namespace backplane
