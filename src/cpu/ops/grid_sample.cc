// GridSample on images (2-D, all modes) and volumes (3-D, nearest and linear).
#include <algorithm>
#include <cmath>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

enum class SampleMode { kNearest, kLinear, kCubic };
enum class Padding { kZeros, kBorder, kReflection };

// Folds x into [low, high] by reflecting at both ends.
template <typename T>
T Reflect(T x, T low, T high) {
  const T range = high - low;
  if (!(range > 0)) return low;
  if (x < low) {
    const T distance = low - x;
    const T turns = std::floor(distance / range);
    const T rest = distance - turns * range;
    return std::fmod(turns, T{2}) == 0 ? low + rest : high - rest;
  }
  if (x > high) {
    const T distance = x - high;
    const T turns = std::floor(distance / range);
    const T rest = distance - turns * range;
    return std::fmod(turns, T{2}) == 0 ? high - rest : low + rest;
  }
  return x;
}

template <typename T>
void CubicWeights(T t, T (&w)[4]) {
  constexpr T a = T{-0.75};
  const auto near = [](T x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [](T x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  w[0] = far(t + 1);
  w[1] = near(t);
  w[2] = near(1 - t);
  w[3] = far(2 - t);
}

class GridSampleKernel final : public Kernel {
 public:
  explicit GridSampleKernel(const KernelInfo& info)
      : align_(info.node.Int("align_corners", 0) != 0) {
    const std::string mode =
        info.node.Text("mode", info.node.since_version < 20 ? "bilinear" : "linear");
    const std::string padding = info.node.Text("padding_mode", "zeros");
    if (mode == "nearest")
      mode_ = SampleMode::kNearest;
    else if (mode == "linear" || mode == "bilinear")
      mode_ = SampleMode::kLinear;
    else if (mode == "cubic" || mode == "bicubic")
      mode_ = SampleMode::kCubic;
    else
      Fail(ORT_INVALID_ARGUMENT, "{}: mode '{}' is not supported", info.node.Describe(), mode);
    if (padding == "zeros")
      padding_ = Padding::kZeros;
    else if (padding == "border")
      padding_ = Padding::kBorder;
    else if (padding == "reflection")
      padding_ = Padding::kReflection;
    else
      Fail(ORT_INVALID_ARGUMENT, "{}: padding_mode '{}' is not supported", info.node.Describe(),
           padding);
  }

  void Run(KernelContext& context) const override {
    Dispatch<float, double>(context.Input(0).dtype(), [&]<typename T>() { RunAs<T>(context); });
  }

 private:
  template <typename T>
  void RunAs(KernelContext& context) const {
    const Tensor& x = context.Input(0);
    const Tensor& grid = context.Input(1);
    const Shape& from = x.shape();
    const Shape& at = grid.shape();
    const size_t spatial = from.rank() - 2;
    Require((from.rank() == 4 || from.rank() == 5) && at.rank() == from.rank() &&
                at[0] == from[0] && at.back() == static_cast<int64_t>(spatial) &&
                grid.dtype() == x.dtype(),
            ORT_INVALID_ARGUMENT,
            "GridSample: X of shape {} and grid of shape {} do not fit each other", from, at);
    Require(mode_ != SampleMode::kCubic || spatial == 2, ORT_INVALID_ARGUMENT,
            "Only support GridSample Cubic mode in 4-D cases.");
    Shape to{from[0], from[1]};
    for (size_t d = 0; d < spatial; ++d) to.PushBack(at[d + 1]);
    Tensor& output = context.Output(0, to);
    if (output.ElementCount() == 0) return;
    Require(x.ElementCount() > 0, ORT_INVALID_ARGUMENT, "GridSample: X of shape {} is empty", from);
    const int64_t points = to.Count(2);
    const int64_t plane = from.Count(2);
    const T* g = grid.data<T>();
    const double cost = mode_ == SampleMode::kCubic ? 60 : 15;
    context.pool().For(from[0] * from[1] * points, cost, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t image = i / points;
        const T* location =
            g + (image / from[1] * points + i % points) * static_cast<int64_t>(spatial);
        output.data<T>()[i] = SampleOne(x.data<T>() + image * plane, from, spatial, location);
      }
    });
  }

  template <typename T>
  T SampleOne(const T* image, const Shape& from, size_t spatial, const T* location) const {
    // The grid's innermost coordinate is the image's last dimension.
    T x[3];
    int64_t size[3];
    for (size_t d = 0; d < spatial; ++d) {
      size[d] = from[2 + d];
      x[d] = Place(location[spatial - 1 - d], size[d]);
      if (mode_ == SampleMode::kNearest) x[d] = std::nearbyint(x[d]);
    }
    if (mode_ == SampleMode::kNearest) {
      int64_t position[3];
      for (size_t d = 0; d < spatial; ++d) position[d] = static_cast<int64_t>(x[d]);
      return At(image, position, size, spatial);
    }
    if (mode_ == SampleMode::kLinear) return Linear(image, x, size, spatial);
    return Cubic(image, x, size);
  }

  // A grid coordinate in [-1, 1] as a position, folded into the image for padding modes that know
  // how.
  template <typename T>
  T Place(T g, int64_t size) const {
    const T n = static_cast<T>(size);
    // Far outside is as good as infinitely far, and stays an integer that positions can be
    // computed with; what is no number is far outside, too.
    constexpr T kFar = T{1e9};
    T x = align_ ? (g + 1) / 2 * (n - 1) : ((g + 1) * n - 1) / 2;
    x = x == x ? std::clamp(x, -kFar, kFar) : -kFar;
    if (mode_ == SampleMode::kCubic) return x;
    if (padding_ == Padding::kBorder) return std::clamp<T>(x, 0, n - 1);
    if (padding_ == Padding::kReflection) {
      const T folded = align_ ? Reflect<T>(x, 0, n - 1) : Reflect<T>(x, T{-0.5}, n - T{0.5});
      return mode_ == SampleMode::kNearest ? folded : std::clamp<T>(folded, 0, n - 1);
    }
    return x;
  }

  // The element at `position`, which may be outside.
  template <typename T>
  T At(const T* image, int64_t* position, const int64_t* size, size_t spatial) const {
    int64_t offset = 0;
    for (size_t d = 0; d < spatial; ++d) {
      int64_t p = position[d];
      if (p < 0 || p >= size[d]) {
        if (padding_ == Padding::kZeros) return 0;
        if (padding_ == Padding::kBorder) {
          p = std::clamp<int64_t>(p, 0, size[d] - 1);
        } else {
          const T n = static_cast<T>(size[d]);
          const T folded = align_ ? Reflect<T>(static_cast<T>(p), 0, n - 1)
                                  : Reflect<T>(static_cast<T>(p), T{-0.5}, n - T{0.5});
          p = std::clamp<int64_t>(static_cast<int64_t>(folded), 0, size[d] - 1);
        }
      }
      offset = offset * size[d] + p;
    }
    return image[offset];
  }

  template <typename T>
  T Linear(const T* image, const T* x, const int64_t* size, size_t spatial) const {
    int64_t base[3];
    T fraction[3];
    for (size_t d = 0; d < spatial; ++d) {
      const T floor = std::floor(x[d]);
      base[d] = static_cast<int64_t>(floor);
      fraction[d] = x[d] - floor;
    }
    T sum = 0;
    for (size_t corner = 0; corner < (size_t{1} << spatial); ++corner) {
      T weight = 1;
      int64_t position[3];
      for (size_t d = 0; d < spatial; ++d) {
        const bool upper = ((corner >> d) & 1) != 0;
        position[d] = base[d] + (upper ? 1 : 0);
        weight *= upper ? fraction[d] : 1 - fraction[d];
      }
      if (weight != 0) sum += weight * At(image, position, size, spatial);
    }
    return sum;
  }

  template <typename T>
  T Cubic(const T* image, const T* x, const int64_t* size) const {
    int64_t base[2];
    T weights[2][4];
    for (size_t d = 0; d < 2; ++d) {
      const T floor = std::floor(x[d]);
      base[d] = static_cast<int64_t>(floor);
      CubicWeights(x[d] - floor, weights[d]);
    }
    T sum = 0;
    for (int i = 0; i < 4; ++i) {
      T row = 0;
      for (int j = 0; j < 4; ++j) {
        int64_t position[2] = {base[0] - 1 + i, base[1] - 1 + j};
        row += weights[1][j] * At(image, position, size, 2);
      }
      sum += weights[0][i] * row;
    }
    return sum;
  }

  const bool align_;
  SampleMode mode_ = SampleMode::kLinear;
  Padding padding_ = Padding::kZeros;
};

BACKPLANE_CPU_KERNEL(GridSample,
                     Op("GridSample").Since(16).In(0, types::kFloats).In(1, types::kFloats),
                     Make<GridSampleKernel>);

}  // namespace
}  // namespace backplane::cpu
