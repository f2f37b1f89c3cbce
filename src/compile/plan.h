// Plan: a graph level turned into a flat array of steps over numbered slots. Made once per session
// by PlanBuilder, walked by runtime/ on every run. Knows no shapes: memory for a set of input
// shapes is a MemoryPlan (memory_plan.h).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "partition/memory_borders.h"
#include "provider/execution_provider.h"
#include "provider/kernel.h"

namespace backplane {

/// Where a slot's content comes from.
enum class SlotKind : uint8_t {
  kInput,     ///< given by the caller of the level
  kCapture,   ///< a value of an outer level (subgraphs only)
  kConstant,  ///< an initializer
  kInternal,  ///< made by a step, gone after its last use
  kOutput,    ///< made by a step and handed to the caller: memory of its own
};

struct Slot {
  static constexpr uint32_t kNever = UINT32_MAX;

  SlotKind kind = SlotKind::kInternal;
  DType dtype = DType::kUndefined;
  bool is_tensor = true;
  bool is_view = false;  ///< internal, and its kernel makes it a view of an input
  const ValueInfo* value =
      nullptr;                 ///< for names and messages; valid while the session's graph lives
  uint32_t producer = kNever;  ///< step that writes it
  uint32_t last_use = 0;       ///< last step that reads it (its producer if none does)
  MemoryNumber memory = kHostMemory;  ///< where its tensor lies
  bool kept = false;  ///< not to be overwritten or freed before the run's end: work that is only
                      ///< enqueued may still use it
};

/// A step reads what is enqueued on the stream of another EP.
struct StreamWait {
  int producer = 0;      ///< index of that EP
  bool on_host = false;  ///< the host itself waits; else only the step's own stream
  friend bool operator==(const StreamWait&, const StreamWait&) = default;
};

struct Step {
  static constexpr int kHostExecutor = -1;

  std::unique_ptr<Kernel> kernel;
  const Node* node = nullptr;
  ExecutionProvider* ep = nullptr;
  KernelTraits traits;
  uint32_t input_count = 0;
  uint32_t implicit_count = 0;
  uint32_t output_count = 0;
  std::vector<uint32_t>
      slots;  ///< inputs, implicit inputs, outputs; OrtKernelContext::kAbsent where absent
  std::vector<uint32_t> releases;  ///< internal slots that nobody reads after this step
  int executor = kHostExecutor;    ///< index of the EP on whose stream it is enqueued, or the host
  std::vector<StreamWait> waits;   ///< what must be done before it, or before it on its stream
  bool gathers = false;            ///< its bodies may work in a memory on streams of several EPs

  std::span<const uint32_t> inputs() const { return {slots.data(), input_count + implicit_count}; }
  std::span<const uint32_t> outputs() const {
    return {slots.data() + input_count + implicit_count, output_count};
  }
};

/// A device memory, as the frames of a plan use it.
struct PlannedMemory {
  const MemoryInfo* info = nullptr;
  OrtAllocator* allocator = nullptr;
  int ep = 0;         ///< index of the EP that it belongs to
  bool reuse = true;  ///< false: several EPs work there, so each tensor needs a place of its own
  bool allocates_on_stream = false;  ///< the allocator has AllocOnStream
};

/// A copy node's output of a value that the level hands out as well: its caller may want it there.
struct OutputCopy {
  uint32_t output = 0;  ///< index into the plan's output_slots
  MemoryNumber memory = kHostMemory;
  uint32_t slot = 0;
};

struct Plan {
  std::vector<Step> steps;
  std::vector<Slot> slots;
  std::vector<Value> constants;        ///< by slot; empty but for kConstant
  std::vector<uint32_t> input_slots;   ///< in the order of the graph's inputs
  std::vector<uint32_t> output_slots;  ///< in the order of the graph's outputs; may repeat, may be
                                       ///< inputs or constants
  std::vector<OutputCopy> output_copies;
  std::vector<uint32_t> capture_slots;  ///< in the order of the parent node's implicit inputs
  std::vector<PlannedMemory> memories;  ///< Slot::memory is an index plus one
  std::shared_ptr<OrtAllocator> host_allocator;  ///< for host memory; null: the heap
  bool is_main = true;                           ///< false: of a subgraph

  /// The slot to take an output from, for who wants it in `memory`.
  uint32_t OutputSlot(size_t output, MemoryNumber memory) const {
    for (const OutputCopy& copy : output_copies) {
      if (copy.output == output && copy.memory == memory) return copy.slot;
    }
    return output_slots[output];
  }
};

/// Makes the runner of a subgraph; `outer` is the node that owns it. Called by BuildPlan for
/// control-flow kernels.
using SubgraphFactory = std::function<std::unique_ptr<SubgraphRunner>(
    const Node& owner, const std::shared_ptr<Graph>& graph)>;

struct PlanOptions {
  std::span<const std::shared_ptr<ExecutionProvider>> eps;  ///< Node::ep indexes this
  ThreadPool* pool = nullptr;
  const Logger* logger = nullptr;
  const KeyValuePairs* config = nullptr;
  SubgraphFactory make_subgraph;
  /// The kernel of a node that no EP makes one for (compiled groups, copies), or null for any
  /// other; may be empty.
  std::function<std::unique_ptr<Kernel>(const Node&)> take_fused;
  std::shared_ptr<OrtAllocator> host_allocator;  ///< see Plan
  const MemoryBorders* borders = nullptr;        ///< null: everything is in host memory
};

/// Turns `graph` (sorted, every node's ep set) into a plan: numbers the slots, creates the kernels
/// (in parallel on the pool), finds last uses. Initializers whose kernels have packed them are
/// released from the graph. Fails with the kernel's error, the node named in front.
std::unique_ptr<Plan> BuildPlan(Graph& graph, const PlanOptions& options);

}  // namespace backplane
