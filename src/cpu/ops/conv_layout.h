// Between [N, C, spatial...] and [N, spatial..., C], for the ONNX forms of operators whose kernels
// are channels-last.
#pragma once

#include "cpu/kernels/transpose.h"
#include "provider/kernel.h"

namespace backplane::cpu {

/// The elements of `x` [N, C, ...] as [N, ..., C]: in scratch, or as they are where both orders are
/// the same.
inline const void* ToChannelsLast(KernelContext& context, const Tensor& x) {
  const int64_t channels = x.shape()[1];
  const int64_t pixels = x.shape().Count(2);
  if (channels == 1 || pixels == 1) return x.raw();
  void* copy = context.Scratch(x.Bytes());
  StridedCopy transpose;
  transpose.Add(x.shape()[0], channels * pixels, channels * pixels);
  transpose.Add(pixels, channels, 1);
  transpose.Add(channels, 1, pixels);
  transpose.Run(context.pool(), x.dtype(), copy, x.raw());
  return copy;
}

/// Fills `y` [N, C, ...] from `from` [N, ..., C].
inline void FromChannelsLast(KernelContext& context, const void* from, Tensor& y) {
  const int64_t channels = y.shape()[1];
  const int64_t pixels = y.shape().Count(2);
  StridedCopy transpose;
  transpose.Add(y.shape()[0], channels * pixels, channels * pixels);
  transpose.Add(channels, pixels, 1);
  transpose.Add(pixels, 1, channels);
  transpose.Run(context.pool(), y.dtype(), y.raw(), from);
}

}  // namespace backplane::cpu
