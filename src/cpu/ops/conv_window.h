// The attributes that Conv, ConvTranspose and the pooling operators share: kernel_shape, strides,
// dilations, pads, auto_pad, ceil_mode. Read and checked once; resolved against the shape of the
// input at each run.
#pragma once

#include <span>
#include <string>

#include "cpu/kernels/conv.h"
#include "graph/graph.h"

namespace backplane::cpu {

class WindowAttributes {
 public:
  /// `kernel`: the kernel's spatial sizes where the node need not say them (Conv: from W); empty if
  /// it must.
  WindowAttributes(const Node& node, std::span<const int64_t> kernel);

  size_t spatial_rank() const { return rank_; }
  /// Kernel, strides, dilations and explicit pads; the sizes of the image are not known.
  const Window& window() const { return window_; }
  const Dims3& kernel() const { return window_.kernel; }
  const Dims3& dilation() const { return window_.dilation; }
  const Dims3& pad_begin() const { return window_.pad; }
  const Dims3& pad_end() const { return pad_end_; }
  /// The geometry for an input [N, C, spatial...] or, `channels_last`, [N, spatial..., C];
  /// `pad_end`, if asked for, receives the padding at the end. Fails with ORT_INVALID_ARGUMENT
  /// where the window does not fit.
  Window Resolve(const Shape& x, bool channels_last, Dims3* pad_end = nullptr) const;
  /// The geometry of a transposed convolution of such an input: `in` and `out` are the operator's
  /// own, so that output position = input position * stride - pad + tap * dilation. Reads
  /// output_padding and output_shape of `node`.
  Window ResolveTransposed(const Node& node, const Shape& x, bool channels_last) const;
  /// [batch, channels, out...] in the chosen order.
  Shape OutputShape(const Window& window, int64_t channels, bool channels_last) const;

 private:
  void Read(const Node& node, std::string_view attribute, Dims3& values) const;
  void ResolveAxis(Window& window, Dims3& pad_end, size_t i) const;

  enum class AutoPad { kNotSet, kValid, kSameUpper, kSameLower };

  std::string name_;
  size_t rank_ = 0;
  Window window_;  ///< kernel, stride, dilation, pad
  Dims3 pad_end_{0, 0, 0};
  AutoPad auto_pad_ = AutoPad::kNotSet;
  bool ceil_mode_ = false;
};

}  // namespace backplane::cpu
