#include "cpu/ops/resize_plan.h"

#include <algorithm>
#include <cmath>

#include "base/checked_math.h"

namespace backplane::cpu {
namespace {

template <typename Enum, size_t N>
Enum Choose(const Node& node, const char* attribute, const char* fallback,
            const std::pair<const char*, Enum> (&choices)[N]) {
  const std::string value = node.Text(attribute, fallback);
  for (const auto& [name, choice] : choices) {
    if (value == name) return choice;
  }
  Fail(ORT_INVALID_ARGUMENT, "{}: {} '{}' is not supported", node.Describe(), attribute, value);
}

double CubicWeight(double distance, double a) {
  const double x = std::abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

// How far before the position at or left of a coordinate the stretched filter starts; 0 or less.
int64_t FilterStart(const ResizeAttributes& attributes, const ResizeAxis& axis) {
  const double radius = attributes.mode == ResizeMode::kCubic ? 2.0 : 1.0;
  const double reach = radius / std::min(1.0, static_cast<double>(axis.scale));
  return static_cast<int64_t>(std::floor(-std::min(reach, 1e9))) + 1;
}

// The positions around `coordinate` that a stretched filter reaches, weights summing to one. Those
// outside stand for the edge, or for nothing with exclude_outside.
void FillAntialiased(const ResizeAttributes& attributes, const ResizeAxis& axis, float coordinate,
                     int64_t taps, int64_t* positions, float* weights) {
  const double x = std::clamp(static_cast<double>(coordinate), -1e15, 1e15);
  const double shrink = std::min(1.0, static_cast<double>(axis.scale));
  const int64_t first = static_cast<int64_t>(std::floor(x)) + FilterStart(attributes, axis);
  double sum = 0;
  for (int64_t k = 0; k < taps; ++k) {
    const int64_t position = first + k;
    const double distance = (static_cast<double>(position) - x) * shrink;
    double weight = attributes.mode == ResizeMode::kCubic
                        ? CubicWeight(distance, attributes.cubic_a)
                        : std::max(0.0, 1 - std::abs(distance));
    if (attributes.exclude_outside && (position < 0 || position >= axis.in)) weight = 0;
    positions[k] = std::clamp<int64_t>(position, 0, axis.in - 1);
    weights[k] = static_cast<float>(weight);
    sum += weight;
  }
  if (sum == 0) return;
  for (int64_t k = 0; k < taps; ++k)
    weights[k] = static_cast<float>(static_cast<double>(weights[k]) / sum);
}

void FillLinear(const ResizeAxis& axis, float coordinate, int64_t* positions, float* weights) {
  const float x = std::clamp(coordinate, 0.0f, static_cast<float>(axis.in - 1));
  const auto left = std::min(static_cast<int64_t>(x), axis.in - 1);
  positions[0] = left;
  positions[1] = std::min(left + 1, axis.in - 1);
  weights[1] = x - static_cast<float>(left);
  weights[0] = 1 - weights[1];
}

void FillCubic(const ResizeAttributes& attributes, const ResizeAxis& axis, float coordinate,
               int64_t* positions, float* weights) {
  // Far outside, all four positions are the edge; keeps the conversion defined.
  const float limit = static_cast<float>(axis.in) + 4;
  const float floor = std::floor(std::clamp(coordinate, -limit, 2 * limit));
  const auto base = static_cast<int64_t>(floor) - 1;
  const float fraction = std::clamp(coordinate, -limit, 2 * limit) - floor;
  float sum = 0;
  for (int k = 0; k < 4; ++k) {
    const int64_t position = base + k;
    weights[k] =
        static_cast<float>(CubicWeight(static_cast<double>(fraction) + 1 - k, attributes.cubic_a));
    if (attributes.exclude_outside && (position < 0 || position >= axis.in)) weights[k] = 0;
    positions[k] = std::clamp<int64_t>(position, 0, axis.in - 1);
    sum += weights[k];
  }
  if (attributes.exclude_outside && sum != 0) {
    for (int k = 0; k < 4; ++k) weights[k] /= sum;
  }
}

}  // namespace

ResizeAttributes::ResizeAttributes(const Node& node) {
  mode = Choose<ResizeMode>(node, "mode", "nearest",
                            {{"nearest", ResizeMode::kNearest},
                             {"linear", ResizeMode::kLinear},
                             {"bilinear", ResizeMode::kLinear},
                             {"cubic", ResizeMode::kCubic}});
  if (node.op_type == "Upsample" || node.since_version < 11) {
    coordinates = CoordinateMode::kAsymmetric;
    nearest = node.op_type == "Upsample" ? NearestMode::kFloor : NearestMode::kSimple;
    scales = node.Floats("scales");
    return;
  }
  coordinates =
      Choose<CoordinateMode>(node, "coordinate_transformation_mode", "half_pixel",
                             {{"half_pixel", CoordinateMode::kHalfPixel},
                              {"asymmetric", CoordinateMode::kAsymmetric},
                              {"pytorch_half_pixel", CoordinateMode::kPytorchHalfPixel},
                              {"half_pixel_symmetric", CoordinateMode::kHalfPixelSymmetric},
                              {"tf_half_pixel_for_nn", CoordinateMode::kTfHalfPixelForNn},
                              {"align_corners", CoordinateMode::kAlignCorners},
                              {"tf_crop_and_resize", CoordinateMode::kTfCropAndResize}});
  nearest = Choose<NearestMode>(node, "nearest_mode", "round_prefer_floor",
                                {{"round_prefer_floor", NearestMode::kRoundPreferFloor},
                                 {"round_prefer_ceil", NearestMode::kRoundPreferCeil},
                                 {"floor", NearestMode::kFloor},
                                 {"ceil", NearestMode::kCeil}});
  aspect = Choose<AspectPolicy>(node, "keep_aspect_ratio_policy", "stretch",
                                {{"stretch", AspectPolicy::kStretch},
                                 {"not_larger", AspectPolicy::kNotLarger},
                                 {"not_smaller", AspectPolicy::kNotSmaller}});
  antialias = node.Int("antialias", 0) != 0;
  exclude_outside = node.Int("exclude_outside", 0) != 0;
  cubic_a = node.Float("cubic_coeff_a", -0.75f);
  extrapolation_value = node.Float("extrapolation_value", 0);
  has_axes = node.Has("axes");
  axes = IntsAttribute(node, "axes");
}

float SourceCoordinate(const ResizeAttributes& attributes, const ResizeAxis& axis, int64_t o) {
  const auto x = static_cast<float>(o);
  const auto in = static_cast<float>(axis.in);
  const auto out = static_cast<float>(axis.out);
  if (axis.scale == 1 && axis.in == axis.out &&
      attributes.coordinates != CoordinateMode::kTfCropAndResize)
    return x;
  switch (attributes.coordinates) {
    case CoordinateMode::kHalfPixel:
      return (x + 0.5f) / axis.scale - 0.5f;
    case CoordinateMode::kAsymmetric:
      return x / axis.scale;
    case CoordinateMode::kPytorchHalfPixel:
      return axis.out > 1 ? (x + 0.5f) / axis.scale - 0.5f : 0.0f;
    case CoordinateMode::kHalfPixelSymmetric: {
      // The exact size, before it was rounded down to `out`, keeps its centre.
      const double adjustment = static_cast<double>(out) / (static_cast<double>(axis.scale) * in);
      const double offset = static_cast<double>(in) / 2 * (1 - adjustment);
      return static_cast<float>(offset + (static_cast<double>(x) + 0.5) / axis.scale - 0.5);
    }
    case CoordinateMode::kTfHalfPixelForNn:
      return (x + 0.5f) / axis.scale;
    case CoordinateMode::kAlignCorners:
      return axis.out == 1 ? 0.0f : x * (in - 1) / (out - 1);
    case CoordinateMode::kTfCropAndResize:
      break;
  }
  if (axis.out == 1) return 0.5f * (axis.roi_start + axis.roi_end) * (in - 1);
  return axis.roi_start * (in - 1) + x * (axis.roi_end - axis.roi_start) * (in - 1) / (out - 1);
}

int64_t NearestPosition(const ResizeAttributes& attributes, const ResizeAxis& axis,
                        float coordinate) {
  float rounded = 0;
  switch (attributes.nearest) {
    case NearestMode::kRoundPreferFloor:
      rounded = std::ceil(coordinate - 0.5f);
      break;
    case NearestMode::kRoundPreferCeil:
      rounded = std::floor(coordinate + 0.5f);
      break;
    case NearestMode::kFloor:
      rounded = std::floor(coordinate);
      break;
    case NearestMode::kCeil:
      rounded = std::ceil(coordinate);
      break;
    case NearestMode::kSimple:
      rounded = axis.scale < 1 ? std::ceil(coordinate) : std::floor(coordinate);
      break;
  }
  if (!(rounded > 0)) return 0;
  return rounded >= static_cast<float>(axis.in - 1) ? axis.in - 1 : static_cast<int64_t>(rounded);
}

int64_t TapsOf(const ResizeAttributes& attributes, const ResizeAxis& axis) {
  if (!attributes.antialias) return attributes.mode == ResizeMode::kCubic ? 4 : 2;
  return 2 - 2 * FilterStart(attributes, axis);
}

void FillWeights(const ResizeAttributes& attributes, const ResizeAxis& axis, int64_t taps,
                 int64_t* positions, float* weights) {
  for (int64_t o = 0; o < axis.out; ++o, positions += taps, weights += taps) {
    const float coordinate = SourceCoordinate(attributes, axis, o);
    if (attributes.antialias) {
      FillAntialiased(attributes, axis, coordinate, taps, positions, weights);
    } else if (attributes.mode == ResizeMode::kCubic) {
      FillCubic(attributes, axis, coordinate, positions, weights);
    } else {
      FillLinear(axis, coordinate, positions, weights);
    }
  }
}

}  // namespace backplane::cpu
