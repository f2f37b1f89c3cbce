// Convolution of channels-last images (N, depth, height, width, C) by constant weights. Four ways,
// chosen by shape: a matrix product (1x1), Winograd's (3x3), depthwise, and the implicit matrix
// product whose rows are pointers to pixels. Used by ops/conv.cc. One and two spatial dimensions
// are three with leading sizes of 1. Run allocates nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/checked_math.h"
#include "base/thread_pool.h"
#include "cpu/kernels/gemm.h"

namespace backplane::cpu {

/// Depth, height, width.
using Dims3 = std::array<int64_t, 3>;

/// A window that slides over an image: the geometry that convolution and pooling share.
struct Window {
  int64_t batch = 1;
  int64_t channels = 1;  ///< of the input
  Dims3 in{1, 1, 1};
  Dims3 out{1, 1, 1};
  Dims3 kernel{1, 1, 1};
  Dims3 stride{1, 1, 1};
  Dims3 dilation{1, 1, 1};
  Dims3 pad{0, 0, 0};  ///< at the beginning

  int64_t Pixels() const { return batch * out[0] * out[1] * out[2]; }

  /// The taps [first, last) along `axis` that are inside the image for output position `at`.
  struct Taps {
    int64_t start;  ///< input position of tap 0; may be outside
    int64_t first;
    int64_t last;
  };
  Taps TapsAt(size_t axis, int64_t at) const {
    Taps t;
    t.start = at * stride[axis] - pad[axis];
    t.last = TapsBefore(axis, t.start, in[axis]);
    t.first = t.start >= 0 ? 0 : std::min(t.last, CeilDiv(-t.start, dilation[axis]));
    return t;
  }
  /// How many taps of a window that begins at `start` lie before input position `limit`.
  int64_t TapsBefore(size_t axis, int64_t start, int64_t limit) const {
    return limit <= start ? 0 : std::min(kernel[axis], CeilDiv(limit - start, dilation[axis]));
  }
};

class WinogradConv;

/// Which of Winograd's ways a convolution may take, where it suits: with tiles of 2x2 outputs,
/// whose sums are as exact as direct ones, or of 4x4, whose sums are off by about 1e-5 of the
/// largest terms.
enum class Winograd : uint8_t { kNone, kSmallTiles, kLargeTiles };

class PackedConv {
 public:
  PackedConv() = default;
  /// `weights` as ONNX has them: [out_channels, group_channels, kernel...]. Of `window`, kernel,
  /// strides and dilations are known now.
  PackedConv(const Tensor& weights, int64_t out_channels, int64_t group_channels, int64_t groups,
             const Window& window, Winograd winograd, ThreadPool& pool);

  bool empty() const { return out_channels_ == 0; }
  /// Scratch that Run needs, aligned to kTensorAlignment.
  size_t ScratchBytes(const Window& window, const ThreadPool& pool) const;
  /// `x`: window.batch images of window.channels; `y`: [pixels, out_channels].
  void Run(const Window& window, const float* x, float* y, const Epilogue& epilogue, void* scratch,
           ThreadPool& pool) const;

 private:
  struct Task;
  void PackDepthwise(const WeightRows& weights);
  void PackGroups(const WeightRows& weights, ThreadPool& pool);
  bool IsPointwise(const Window& window) const;
  GemmParams Pointwise(const Window& window, int64_t group) const;
  void RunImplicit(const Window& window, const float* x, float* y, const Epilogue& epilogue,
                   ThreadPool& pool) const;
  void RunTask(const Task& task) const;

  int64_t out_channels_ = 0;
  int64_t group_channels_ = 0;
  int64_t groups_ = 1;
  Dims3 kernel_{1, 1, 1};
  bool depthwise_ = false;
  std::vector<PackedB> packed_;                   ///< one for each group
  std::shared_ptr<Buffer> depthwise_weights_;     ///< [taps, channels], then a pixel of zeros
  std::vector<float> zeros_;                      ///< a pixel of padding
  std::shared_ptr<const WinogradConv> winograd_;  ///< in place of packed_, or null
};

/// Depthwise convolution: `weights` is [taps, channels], `zeros` a pixel of zeros.
void DepthwiseConv(const Window& window, const float* weights, const float* zeros, const float* x,
                   float* y, const Epilogue& epilogue, ThreadPool& pool);
/// Most rows of taps (kernel depth * height) that DepthwiseConv takes.
inline constexpr int64_t kMaxDepthwiseRows = 64;

}  // namespace backplane::cpu
