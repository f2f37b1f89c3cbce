// Convolution with 3x3 kernels at stride 1 by Winograd's F(4x4, 3x3): 36 products make 16 outputs
// that take 144 directly. Used by PackedConv where weights and channels suit it. Sums differ from
// direct ones in the last digits (about 1e-5 of the largest terms).
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "cpu/kernels/conv.h"

namespace backplane::cpu {

class WinogradConv {
 public:
  WinogradConv() = default;
  /// `weights` [outputs, channels, 3, 3].
  WinogradConv(const float* weights, int64_t outputs, int64_t channels, ThreadPool& pool);

  /// Whether a convolution with these weights is worth it: whole vectors of channels, and enough of
  /// them, but not so many that reading the transformed weights, four times the size of the
  /// original, would dominate.
  static bool Suits(int64_t outputs, int64_t channels, int64_t groups, const Dims3& kernel);
  /// Whether `window` is one: stride 1, no dilation.
  static bool Suits(const Window& window);

  size_t ScratchBytes(const Window& window, const ThreadPool& pool) const;
  void Run(const Window& window, const float* x, float* y, const Epilogue& epilogue, void* scratch,
           ThreadPool& pool) const;

 private:
  struct Split;
  Split SplitOf(const Window& window, const ThreadPool& pool) const;
  void Multiply(int64_t count, const float* inputs, float* products) const;

  int64_t outputs_ = 0;
  int64_t channels_ = 0;
  std::vector<PackedB> packed_;  ///< one matrix for each of the 36 products
  std::vector<float> zeros_;     ///< a pixel of padding
};

/// Where a tile's outputs go (between the driver and the transforms); pixels past the image's edge
/// are not stored.
struct WinogradOutput {
  float* y;               ///< the first pixel
  const float* residual;  ///< or null
  int64_t row_step;       ///< floats from a row of output pixels to the next
  int64_t residual_row_step;
  int64_t residual_step;  ///< from a pixel to the next
  int rows;
  int columns;
};

}  // namespace backplane::cpu
