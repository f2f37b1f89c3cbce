// What Resize and Upsample decide before they touch an element: the sizes of the result, and for
// each axis which input positions make an output position, with which weights.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/ops/indexing.h"

namespace backplane::cpu {

enum class ResizeMode { kNearest, kLinear, kCubic };
enum class CoordinateMode {
  kHalfPixel,
  kAsymmetric,
  kPytorchHalfPixel,
  kHalfPixelSymmetric,
  kTfHalfPixelForNn,
  kAlignCorners,
  kTfCropAndResize,
};
/// kSimple is Resize(10)'s: up when shrinking, else down.
enum class NearestMode { kRoundPreferFloor, kRoundPreferCeil, kFloor, kCeil, kSimple };
enum class AspectPolicy { kStretch, kNotLarger, kNotSmaller };

struct ResizeAttributes {
  explicit ResizeAttributes(const Node& node);

  ResizeMode mode = ResizeMode::kNearest;
  CoordinateMode coordinates = CoordinateMode::kHalfPixel;
  NearestMode nearest = NearestMode::kRoundPreferFloor;
  AspectPolicy aspect = AspectPolicy::kStretch;
  bool antialias = false;
  bool exclude_outside = false;
  float cubic_a = -0.75f;
  float extrapolation_value = 0;
  bool has_axes = false;
  IntList axes;
  std::vector<float> scales;  ///< Upsample(7)'s attribute
};

/// One axis: sizes, scale and the part of the input that is looked at.
struct ResizeAxis {
  int64_t in = 1;
  int64_t out = 1;
  float scale = 1;
  float roi_start = 0;
  float roi_end = 1;

  /// Whether the axis is left as it is.
  bool Unchanged(const ResizeAttributes& attributes) const {
    return in == out && scale == 1 && attributes.coordinates != CoordinateMode::kTfCropAndResize;
  }
};

/// Where output position `o` lies on the input's axis.
float SourceCoordinate(const ResizeAttributes& attributes, const ResizeAxis& axis, int64_t o);

/// Whether that is outside of the input, so that the extrapolation value goes there.
inline bool IsExtrapolated(const ResizeAttributes& attributes, const ResizeAxis& axis,
                           float coordinate) {
  return attributes.coordinates == CoordinateMode::kTfCropAndResize &&
         !(coordinate >= 0 && coordinate <= static_cast<float>(axis.in - 1));
}

/// Input position for mode nearest, in [0, in).
int64_t NearestPosition(const ResizeAttributes& attributes, const ResizeAxis& axis,
                        float coordinate);

/// Weights of an axis: output o is the sum over k < taps of weights[o * taps + k] *
/// input[positions[o * taps + k]].
struct AxisWeights {
  int64_t taps = 0;
  const int64_t* positions = nullptr;
  const float* weights = nullptr;
};
int64_t TapsOf(const ResizeAttributes& attributes, const ResizeAxis& axis);
/// Fills out * taps positions and weights.
void FillWeights(const ResizeAttributes& attributes, const ResizeAxis& axis, int64_t taps,
                 int64_t* positions, float* weights);

}  // namespace backplane::cpu
