// MemoryPlan: where each slot's tensor lies for one set of input shapes. Made after a traced run,
// when all shapes and scratch sizes are known; then every run with these shapes uses one arena and
// allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compile/plan.h"

namespace backplane {

/// What a traced run saw of a slot.
struct SlotTrace {
  bool made = false;  ///< a tensor was made there
  Shape shape;
};

struct MemoryPlan {
  static constexpr size_t kNone = SIZE_MAX;

  std::vector<Shape> input_shapes;  ///< the key: shapes of the level's inputs
  std::vector<Shape> shapes;        ///< by slot; meaningful where offsets[i] or output_known[i]
  std::vector<size_t>
      offsets;  ///< by slot: bytes into the arena; kNone: not planned (views, inputs, outputs...)
  std::vector<bool> shape_known;        ///< by slot
  std::vector<size_t> scratch_offsets;  ///< by step
  std::vector<size_t> scratch_bytes;    ///< by step
  size_t arena_bytes = 0;
};

/// Lays the slots of `plan` out by lifetime: views share their source's memory, in-place pairs
/// share where allowed. Deterministic. `scratch` is the scratch each step asked for, in bytes.
MemoryPlan PlanMemory(const Plan& plan, const std::vector<SlotTrace>& trace,
                      const std::vector<size_t>& scratch);

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

}  // namespace backplane
