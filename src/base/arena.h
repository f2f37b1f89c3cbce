// An arena over the host's heap: memory is taken in large regions, handed out in chunks and kept
// when it comes back. Made for clients that register one with the env (abi/); sessions plan their
// memory themselves and use one only if told to.
#pragma once

#include <cstddef>
#include <memory>

#include "onnxruntime_c_api.h"

namespace backplane {

/// Settings of an arena (C API: OrtArenaCfg), in bytes.
struct ArenaSettings {
  size_t max_memory = 0;             ///< of all regions; 0: no limit
  bool extend_as_requested = false;  ///< a new region is as large as what it is needed for; else
                                     ///< regions double
  size_t initial_chunk = size_t{1} << 20;     ///< the first region
  size_t initial_growth = size_t{2} << 20;    ///< the first region after a shrink
  size_t largest_doubling = size_t{1} << 30;  ///< regions grow up to this
  size_t max_dead_bytes = size_t{128} << 20;  ///< a chunk with more to spare is split
};

/// An arena as an OrtAllocator of CPU memory (arena type); thread-safe. Alloc gives null where the
/// limit or the heap ends; Shrink gives regions that nobody uses back to the heap; statistics have
/// ONNX Runtime's names. Remembered as owner of its memory (AllocatorOwner).
std::shared_ptr<OrtAllocator> MakeArena(const ArenaSettings& settings);

}  // namespace backplane
