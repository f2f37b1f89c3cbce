// What runs: Kernel, the KernelInfo it is prepared from and the KernelContext it runs in (C API:
// OrtKernelInfo, OrtKernelContext). Shared by the CPU EP's operators, plugin kernels and compiled
// groups.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/key_value_pairs.h"
#include "base/log.h"
#include "base/thread_pool.h"
#include "base/value.h"
#include "graph/graph.h"

namespace backplane {

class ExecutionProvider;
class Kernel;

/// Runs a subgraph of a control-flow node; made by runtime/ when the kernel is prepared.
class SubgraphRunner {
 public:
  virtual ~SubgraphRunner() = default;
  virtual size_t input_count() const = 0;
  virtual size_t output_count() const = 0;
  /// Runs the body on `inputs` (explicit inputs in order; elements are shared, not copied).
  /// Captured outer values come from the frame of `context`. Results are handed over in `outputs`,
  /// resized to output_count().
  virtual void Run(OrtKernelContext& context, std::span<const Value> inputs,
                   std::vector<Value>& outputs) = 0;
};

/// Services of an execution frame behind a KernelContext's slow paths; implemented by runtime/.
class FrameServices {
 public:
  virtual ~FrameServices() = default;
  /// Makes output `i` a tensor of `shape`: planned memory if it fits, else a new allocation.
  virtual Tensor& AllocateOutput(OrtKernelContext& context, size_t i, const Shape& shape) = 0;
  /// Makes output `i` share the elements of `source` under `shape`, or copies where it must have
  /// its own memory.
  virtual Tensor& ViewOutput(OrtKernelContext& context, size_t i, const Tensor& source,
                             const Shape& shape) = 0;
  /// Replaces output `i` by `value`.
  virtual void SetOutput(OrtKernelContext& context, size_t i, Value value) = 0;
  virtual void* AllocateScratch(OrtKernelContext& context, size_t bytes) = 0;

  // What kernels of plugins may ask for; the defaults are those of a frame in host memory.
  /// Who allocates `memory` for this kernel: its EP or the host. Null if neither has such memory.
  virtual OrtAllocator* AllocatorFor(OrtKernelContext& context, const MemoryInfo& memory) {
    return (void)context, memory.HostAccessible() ? CpuAllocator() : nullptr;
  }
  /// Memory of `allocator` that is freed after this call of the kernel.
  virtual void* AllocateScratchFrom(OrtAllocator* allocator, OrtKernelContext& context,
                                    size_t bytes);
  /// Output `i` if its caller has given it memory already, else null.
  virtual Value* PreallocatedOutput(OrtKernelContext& context, size_t i) {
    return (void)context, (void)i, nullptr;
  }
  /// The stream that the kernel's EP works on in this run; null if it has none.
  virtual OrtSyncStream* StreamOf(OrtKernelContext& context) { return (void)context, nullptr; }
};

}  // namespace backplane

/// A kernel's window on one run: its inputs, outputs, scratch memory and threads. Not thread-safe,
/// valid inside Run only.
struct OrtKernelContext final {
 public:
  static constexpr uint32_t kAbsent = UINT32_MAX;

  size_t InputCount() const { return input_count_; }
  size_t ImplicitInputCount() const { return implicit_count_; }
  size_t OutputCount() const { return output_count_; }

  /// Null for an absent optional input or an index past the end.
  const backplane::Value* InputValue(size_t i) const {
    return i < input_count_ && inputs_[i] != kAbsent ? slots_[inputs_[i]] : nullptr;
  }
  /// Value of an outer scope that the node's subgraphs use; in the order of Node::implicit_inputs.
  const backplane::Value& ImplicitInput(size_t i) const {
    return *slots_[inputs_[input_count_ + i]];
  }
  /// Input `i`, which must be present and a tensor.
  const backplane::Tensor& Input(size_t i) const { return slots_[inputs_[i]]->tensor(); }
  const backplane::Tensor* OptionalInput(size_t i) const {
    const backplane::Value* value = InputValue(i);
    return value != nullptr && value->IsTensor() ? &value->tensor() : nullptr;
  }

  bool HasOutput(size_t i) const { return i < output_count_ && outputs_[i] != kAbsent; }
  /// Output `i` as an uninitialised tensor of `shape`; its dtype is the one inferred for the graph.
  backplane::Tensor& Output(size_t i, const backplane::Shape& shape) {
    backplane::Value& value = *slots_[outputs_[i]];
    if (value.IsTensor() && value.tensor().raw() != nullptr && value.tensor().shape() == shape)
        [[likely]] {
      return value.tensor();
    }
    return services_->AllocateOutput(*this, i, shape);
  }
  /// The same; null if the output is not used.
  backplane::Tensor* OptionalOutput(size_t i, const backplane::Shape& shape) {
    return HasOutput(i) ? &Output(i, shape) : nullptr;
  }
  /// Output `i` as the elements of `source` (one of the inputs) under another shape: no copy where
  /// that is possible. The registration must declare the pair with Alias().
  backplane::Tensor& View(size_t i, const backplane::Tensor& source,
                          const backplane::Shape& shape) {
    return services_->ViewOutput(*this, i, source, shape);
  }
  /// Hands over a whole value: sequences, maps, optionals, results of subgraphs.
  void SetOutput(size_t i, backplane::Value value) {
    services_->SetOutput(*this, i, std::move(value));
  }

  /// Memory for this call only, aligned to kTensorAlignment; may be asked for several times.
  void* Scratch(size_t bytes) {
    const size_t rounded =
        (bytes + backplane::kTensorAlignment - 1) & ~(backplane::kTensorAlignment - 1);
    if (scratch_used_ + rounded <= scratch_bytes_) [[likely]] {
      void* memory = scratch_ + scratch_used_;
      scratch_used_ += rounded;
      return memory;
    }
    return services_->AllocateScratch(*this, rounded);
  }
  template <typename T>
  T* Scratch(size_t count) {
    return static_cast<T*>(Scratch(count * sizeof(T)));
  }

  backplane::ThreadPool& pool() const { return *pool_; }
  const backplane::Logger& logger() const { return *logger_; }

  // -- set by runtime/, step by step
  // --------------------------------------------------------------------------------
  const uint32_t* inputs_ = nullptr;  ///< slot of each input, implicit ones after the explicit ones
  const uint32_t* outputs_ = nullptr;  ///< slot of each output
  uint32_t input_count_ = 0;
  uint32_t implicit_count_ = 0;
  uint32_t output_count_ = 0;
  uint32_t step_ = 0;
  backplane::Value** slots_ = nullptr;
  std::byte* scratch_ = nullptr;
  size_t scratch_bytes_ = 0;
  size_t scratch_used_ = 0;
  backplane::FrameServices* services_ = nullptr;
  backplane::ThreadPool* pool_ = nullptr;
  const backplane::Logger* logger_ = nullptr;
  /// Outputs that a plug-in has asked for since it was called, a bit each for the first 64.
  uint64_t asked_ = 0;
  void* run_state_ = nullptr;  ///< runtime/'s state of the run (options, streams)
};

/// What a kernel may know when it is prepared: its node, constants, types, threads.
struct OrtKernelInfo final {
 public:
  const backplane::Node& node;
  backplane::ThreadPool& pool;
  const backplane::Logger& logger;
  backplane::ExecutionProvider* ep = nullptr;
  const backplane::KeyValuePairs* config = nullptr;  ///< the session's configuration entries
  /// Makes the runner of the node's subgraph attribute; null function outside of runtime/.
  std::function<std::unique_ptr<backplane::SubgraphRunner>(
      const std::shared_ptr<backplane::Graph>&)>
      make_subgraph;
  /// Constant inputs the kernel has packed and does not read any more (bit i: input i); set by the
  /// kernel.
  mutable uint64_t consumed_constants = 0;

  const backplane::Tensor* ConstantInput(size_t i) const { return node.ConstantInput(i); }
  void ConsumeConstant(size_t i) const { consumed_constants |= uint64_t{1} << i; }
  bool HasInput(size_t i) const { return node.Input(i) != nullptr; }
  bool HasOutput(size_t i) const { return i < node.outputs.size() && node.outputs[i] != nullptr; }
  /// Element type of an input; kUndefined when it is absent or not a tensor.
  backplane::DType InputType(size_t i) const {
    const backplane::ValueInfo* value = node.Input(i);
    return value == nullptr ? backplane::DType::kUndefined : value->type.tensor.dtype;
  }
  backplane::DType OutputType(size_t i) const {
    return HasOutput(i) ? node.outputs[i]->type.tensor.dtype : backplane::DType::kUndefined;
  }
  /// The inferred static shape of an input, if it is fully known.
  std::optional<backplane::Shape> StaticInputShape(size_t i) const {
    const backplane::ValueInfo* value = node.Input(i);
    return value == nullptr ? std::nullopt : value->type.tensor.StaticShape();
  }
  std::unique_ptr<backplane::SubgraphRunner> Subgraph(std::string_view attribute) const;
};

namespace backplane {

using KernelContext = ::OrtKernelContext;
using KernelInfo = ::OrtKernelInfo;

/// A prepared operation. Run may be called from several threads at once (on different contexts), so
/// it changes no member.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual void Run(KernelContext& context) const = 0;
};

/// What the planner may do with a kernel's outputs.
struct KernelTraits {
  struct Pair {
    int8_t output = -1;
    int8_t input = -1;
  };
  static constexpr size_t kMaxPairs = 2;
  Pair alias[kMaxPairs];     ///< the output is a view of the input (KernelContext::View)
  Pair in_place[kMaxPairs];  ///< the output may occupy the input's memory (same bytes, element by
                             ///< element)
};

}  // namespace backplane
