// Frame: the values of one run of one plan level. Belongs to one run at a time; kept and reused by
// its session.
//
// A frame is bound to a MemoryPlan: every tensor's shape and address is set beforehand, Output() is
// two compares. The first run with new shapes is bound to a forecast, as far as there is one, and
// traced: what the forecast lacks comes from the heap and is freed after its last use, and what was
// seen makes the MemoryPlan.
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "compile/memory_plan.h"
#include "compile/plan.h"

struct OrtRunOptions;
struct OrtSyncStream;

namespace backplane {

class DeviceRun;
class NodeStatsRecorder;
class Profiler;
struct DeviceSupport;

/// What all levels of one run share.
struct RunState {
  const OrtRunOptions* options = nullptr;
  const std::atomic<bool>* terminate = nullptr;  ///< null: cannot be terminated
  ThreadPool* pool = nullptr;
  const Logger* logger = nullptr;
  Profiler* profiler = nullptr;        ///< null unless profiling
  NodeStatsRecorder* stats = nullptr;  ///< null unless memory is measured
  DeviceRun* devices = nullptr;        ///< null where all EPs work in host memory
  OrtSyncStream* stream = nullptr;     ///< of the step that is running; null: it has none
};

/// The stream of the step that is running; null if it has none.
inline OrtSyncStream* RunStream(const KernelContext& context) {
  return context.run_state_ == nullptr ? nullptr
                                       : static_cast<const RunState*>(context.run_state_)->stream;
}

class Frame final : public FrameServices {
 public:
  explicit Frame(const Plan& plan);
  ~Frame() override;

  const Plan& plan() const { return plan_; }

  std::vector<Value*>
      args;  ///< scratch of Level's callers: reused, so that a steady run does not allocate
  std::deque<Value> brought;     ///< host copies of inputs, in sessions without devices
  std::vector<Shape> trace_key;  ///< shapes of the run that is being traced

  /// Goes back to tracing, in the memory that `forecast` (may be null) tells. `pool` helps where
  /// memory has to be made; without one the caller's thread does it.
  void BeginTrace(std::shared_ptr<const MemoryPlan> forecast, ThreadPool* pool);
  /// Binds the frame to `memory`: allocates the arena, sets every planned tensor.
  void Bind(std::shared_ptr<const MemoryPlan> memory, ThreadPool* pool);
  /// The plan or the forecast; may be null while tracing.
  const MemoryPlan* memory() const { return memory_.get(); }
  bool tracing() const { return tracing_; }
  /// The plan for what the traced run has seen; `input_shapes` is its key.
  MemoryPlan MakeMemoryPlan(std::vector<Shape> input_shapes) const;
  /// Bytes of tensors that the traced run took from the heap.
  size_t heap_bytes() const { return heap_bytes_; }

  /// Points a slot at a value of the caller for this run (inputs, captures, preallocated outputs).
  void Attach(uint32_t slot, Value* value) { slots_[slot] = value; }
  /// The same for an output made for the caller: a tensor that it holds already is a guess (the
  /// shape of the run before), which the kernel may replace.
  void AttachNew(uint32_t slot, Value* value) {
    slots_[slot] = value;
    new_outputs_.push_back(slot);
  }
  bool IsNewOutput(uint32_t slot) const {
    return std::find(new_outputs_.begin(), new_outputs_.end(), slot) != new_outputs_.end();
  }
  Value& own(uint32_t slot) { return values_[slot]; }
  Value& at(uint32_t slot) { return *slots_[slot]; }

  /// The frame's streams and copies, made at the first call. For the outermost frame of a run.
  DeviceRun& Devices(const DeviceSupport& support);
  /// Whether `memory` is the one in which the slot's tensor lies.
  bool LiesAtHome(uint32_t slot, const MemoryInfo& memory) const;

  /// Brings what the level was given to where its steps want it; part of Execute.
  void StageInputs(RunState& run);
  /// Walks the steps. Errors name the node (and the EP in front when it is not the host's).
  void Execute(RunState& run);

  /// Frees the scratch memory of devices; if `hold`, that of later runs lives on after them, for
  /// recordings that use it.
  void DropScratch(bool hold) {
    device_scratch_.clear();
    holds_scratch_ = hold;
  }
  /// Hands scratch memory that enqueued work may still use over to `devices`.
  void KeepScratch(DeviceRun& devices);
  /// Undoes what a run changed: detaches the caller's values, restores planned tensors, drops heap
  /// memory.
  void Reset();

  // FrameServices
  Tensor& AllocateOutput(KernelContext& context, size_t i, const Shape& shape) override;
  Tensor& ViewOutput(KernelContext& context, size_t i, const Tensor& source,
                     const Shape& shape) override;
  void SetOutput(KernelContext& context, size_t i, Value value) override;
  void* AllocateScratch(KernelContext& context, size_t bytes) override;
  OrtAllocator* AllocatorFor(KernelContext& context, const MemoryInfo& memory) override;
  void* AllocateScratchFrom(OrtAllocator* allocator, KernelContext& context, size_t bytes) override;
  Value* PreallocatedOutput(KernelContext& context, size_t i) override;
  OrtSyncStream* StreamOf(KernelContext& context) override;

 private:
  void BindAll(ThreadPool* pool);
  void BindSlot(uint32_t slot);
  const Tensor* AliasedInput(const KernelContext& context, size_t i, const Shape& shape) const;
  void GrowScratch(size_t bytes);
  void DropExtraScratch();
  void AfterTracedStep(const Step& step);
  void BindDevices();
  void Retire(std::shared_ptr<Buffer> block);
  void GrowArena(size_t bytes, ThreadPool* pool);
  void FreeArena();
  void Stage(uint32_t slot);
  Tensor AllocateAtHome(uint32_t slot, const Shape& shape);
  void MarkDirty(uint32_t slot);
  [[noreturn]] void RethrowFor(const Step& step) const;

  const Plan& plan_;
  std::unique_ptr<DeviceRun> devices_;  // goes last: memory of the others belongs to its streams
  std::vector<Value> values_;           // by slot
  std::vector<Value*> slots_;           // by slot: values_, the plan's constants, or the caller's
  std::vector<uint32_t> new_outputs_;
  std::vector<uint32_t> dirty_;  // slots that differ from the memory plan's state
  std::shared_ptr<const MemoryPlan> memory_;
  std::byte* arena_ = nullptr;
  size_t arena_bytes_ = 0;
  std::shared_ptr<Buffer> arena_owner_;                 // where the arena is an allocator's
  std::vector<std::shared_ptr<Buffer>> device_blocks_;  // as in the memory plan
  std::vector<MemoryNumber> device_block_memory_;
  RunState* run_ = nullptr;  // while Execute is under way, in plans with devices

  std::byte* scratch_ = nullptr;  // one block for all steps, each in its turn
  size_t scratch_bytes_ = 0;
  // What a step wants beyond it, freed after the step.
  std::vector<std::shared_ptr<Buffer>> extra_scratch_;
  std::vector<std::shared_ptr<Buffer>> device_scratch_;  // freed when the run ends
  size_t device_scratch_bytes_ = 0;                      // since a step's were last asked for
  bool holds_scratch_ = false;
  size_t extra_bytes_ = 0;
  size_t scratch_wanted_ = 0;  // the most that a step of the traced run used

  bool tracing_ = true;
  std::vector<SlotTrace> trace_;
  size_t heap_bytes_ = 0;
};

}  // namespace backplane
