// The three linear maps of Winograd's convolution with 3x3 kernels, F(2x2, 3x3) and F(4x4, 3x3):
// of weights, of input tiles, and of products to outputs. Called by winograd.cc; channels and
// outputs are multiples of 16.
#pragma once

#include <cstdint>

#include "cpu/kernels/gemm.h"

namespace backplane::cpu {

/// Where a tile's outputs go; pixels past the image's edge are not stored.
struct WinogradOutput {
  float* y;               ///< the first pixel
  const float* residual;  ///< or null
  int64_t pixel_step;     ///< floats from an output pixel to the next
  int64_t row_step;       ///< floats from a row of output pixels to the next
  int64_t residual_row_step;
  int64_t residual_step;  ///< from a pixel of it to the next
  int rows;
  int columns;
};

struct WinogradTransforms {
  int64_t step;  ///< a tile's outputs are step x step
  int64_t seen;  ///< and its inputs seen x seen; there are as many products

  /// `direct`: for each channel nine taps of `width` outputs. Row c of product i goes to out + i *
  /// out_step + c * width.
  void (*weights)(const float* direct, int64_t channels, int64_t width, float* out,
                  int64_t out_step);
  /// All channels of a tile given by its pixels; what product i multiplies goes to out + i *
  /// out_step.
  void (*input)(const float* const* pixels, int64_t channels, float* out, int64_t out_step);
  /// `outputs` outputs of a tile, from the products products + i * step, with all of the epilogue
  /// but an activation that is no clamp.
  void (*output)(const float* products, int64_t step, int64_t outputs, const WinogradOutput& tile,
                 const Epilogue& epilogue);
};

/// Tiles of 4x4 outputs if `large`: 4 times fewer products than direct ones, but sums that are off
/// by about 1e-5 of the largest terms; else of 2x2: 2.25 times fewer, as exact as direct sums.
const WinogradTransforms& WinogradTransformsOf(bool large);

}  // namespace backplane::cpu
