// MemoryPlan: where each slot's tensor lies for one set of input shapes, so that a run uses one
// arena and allocates nothing. Made twice: before the first run with these shapes from what
// inference knows (ForecastMemory), and after it from what was seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "compile/plan.h"

namespace backplane {

/// What a traced run saw of a slot.
struct SlotTrace {
  bool made = false;    ///< a tensor was made there
  bool handed = false;  ///< the kernel brought the memory of it along: none is planned on a device;
                        ///< host memory is, so that control flow may use that the next time
  Shape shape;
};

/// A block of a device memory that one slot after the other uses. Device memory is not cut into
/// pieces: its pointers may be handles.
struct DeviceBlock {
  MemoryNumber memory = kHostMemory;
  size_t bytes = 0;
};

struct MemoryPlan {
  static constexpr size_t kNone = SIZE_MAX;

  std::vector<Shape> input_shapes;  ///< the key: shapes of the level's inputs
  std::vector<Shape> shapes;        ///< by slot; meaningful where offsets[i] or output_known[i]
  std::vector<size_t> offsets;  ///< by slot: bytes into the arena, or for a slot in device memory
                                ///< an index into device_blocks; kNone: not planned (views, inputs,
                                ///< outputs...)
  std::vector<bool> shape_known;  ///< by slot
  size_t arena_bytes = 0;
  size_t scratch_bytes = 0;  ///< the most that a step asked for; scratch is a block of its own
  std::vector<DeviceBlock> device_blocks;

  /// True if a run that was traced while bound to this plan saw the shapes that the plan expects,
  /// and used its memory.
  bool Foresaw(const Plan& plan, const std::vector<SlotTrace>& trace) const;
};

/// Lays the slots of `plan` out by lifetime: views share their source's memory, in-place pairs
/// share where allowed. Deterministic.
MemoryPlan PlanMemory(const Plan& plan, const std::vector<SlotTrace>& trace);

/// The plan for inputs and captures of `shapes` (in the order of the plan's input_slots, then
/// capture_slots), as far as the inferred types tell the shapes inside: what they leave open, and
/// what turns out otherwise, comes from the heap. Null if nothing can be told, or if it would take
/// more memory than a guess should.
std::shared_ptr<const MemoryPlan> ForecastMemory(const Plan& plan, std::vector<Shape> shapes);

/// One block to place: needed from step `first` to step `last`, both included.
struct Block {
  size_t bytes;
  uint32_t first;
  uint32_t last;
  size_t offset = 0;  ///< result
};

/// Gives every block an offset such that blocks alive at the same step do not overlap; returns the
/// arena's size. Greedy by size (the larger first), lowest gap that fits; offsets are multiples of
/// kTensorAlignment.
size_t LayOutArena(std::vector<Block>& blocks);

/// Shares places among blocks that are not alive at the same step; offset becomes the number of the
/// place. Returns the size of each place.
std::vector<size_t> SharePlaces(std::vector<Block>& blocks);

}  // namespace backplane
