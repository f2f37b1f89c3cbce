// Max and average pooling of channels-last images, vectorised over channels. Used by ops/pool.cc.
#pragma once

#include "base/thread_pool.h"
#include "cpu/kernels/conv.h"

namespace backplane::cpu {

enum class PoolKind : uint8_t {
  kMax,
  kAverage,  ///< over the elements that are inside the image
  kAverageWithPads,
};

/// Pools `x` into `y`: [pixels, channels]. `pad_end` bounds what counts as padding in
/// kAverageWithPads: a window that reaches further (ceil_mode) has fewer elements.
void Pool(PoolKind kind, const Window& window, const Dims3& pad_end, const float* x, float* y,
          ThreadPool& pool);

}  // namespace backplane::cpu
