// Pooling once for each instruction set: for each output pixel, the valid taps are gone through for
// a block of channels that stays in registers.
#include "cpu/kernels/elementwise_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/pool.cc"
#include "hwy/foreach_target.h"  // must come before highway.h

#include <algorithm>
#include <limits>

#include "base/checked_math.h"
#include "cpu/kernels/pool.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The part of a window that is inside the image: a box of taps.
struct Box {
  const float* first;
  int64_t count[3];
  int64_t stride[3];  ///< floats
  float scale;        ///< of the sum
};

struct Max {
  template <class D>
  static HWY_INLINE hn::Vec<D> Start(D d) {
    return hn::Set(d, -std::numeric_limits<float>::infinity());
  }
  // NaN wins, as in the maximum of NumPy and ONNX Runtime: the second operand is returned when
  // either is one on x86.
  template <class V>
  static HWY_INLINE V Add(V acc, V v) {
    return hn::IfThenElse(hn::Ne(v, v), v, hn::Max(v, acc));
  }
  template <class D, class V>
  static HWY_INLINE V End(D, V acc, float) {
    return acc;
  }
};

struct Sum {
  template <class D>
  static HWY_INLINE hn::Vec<D> Start(D d) {
    return hn::Zero(d);
  }
  template <class V>
  static HWY_INLINE V Add(V acc, V v) {
    return hn::Add(acc, v);
  }
  template <class D, class V>
  static HWY_INLINE V End(D d, V acc, float scale) {
    return hn::Mul(acc, hn::Set(d, scale));
  }
};

template <class Op, int kVectors, class D>
HWY_INLINE void Channels(D d, const Box& box, int64_t c, float* out) {
  using V = hn::Vec<D>;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  V acc[kVectors];
  for (int j = 0; j < kVectors; ++j) acc[j] = Op::Start(d);
  const float* plane = box.first + c;
  for (int64_t z = 0; z < box.count[0]; ++z, plane += box.stride[0]) {
    const float* row = plane;
    for (int64_t y = 0; y < box.count[1]; ++y, row += box.stride[1]) {
      const float* at = row;
      for (int64_t x = 0; x < box.count[2]; ++x, at += box.stride[2]) {
        for (int j = 0; j < kVectors; ++j) acc[j] = Op::Add(acc[j], hn::LoadU(d, at + j * lanes));
      }
    }
  }
  for (int j = 0; j < kVectors; ++j)
    hn::StoreU(Op::End(d, acc[j], box.scale), d, out + c + j * lanes);
}

template <class Op>
HWY_INLINE void Pixel(const Box& box, int64_t begin, int64_t end, float* out) {
  const hn::CappedTag<float, 16> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t c = begin;
  for (; c + 4 * lanes <= end; c += 4 * lanes) Channels<Op, 4>(d, box, c, out);
  for (; c + lanes <= end; c += lanes) Channels<Op, 1>(d, box, c, out);
  const hn::CappedTag<float, 4> quarter;
  const auto few = static_cast<int64_t>(hn::Lanes(quarter));
  for (; c + few <= end; c += few) Channels<Op, 1>(quarter, box, c, out);
  const hn::CappedTag<float, 1> one;
  for (; c < end; ++c) Channels<Op, 1>(one, box, c, out);
}

// Output pixels [begin, end), channels [channel_begin, channel_end).
void Pixels(PoolKind kind, const Window& w, const Dims3& pad_end, const float* x, float* y,
            int64_t begin, int64_t end, int64_t channel_begin, int64_t channel_end) {
  const int64_t strides[3] = {w.in[1] * w.in[2] * w.channels, w.in[2] * w.channels, w.channels};
  for (int64_t pixel = begin; pixel < end; ++pixel) {
    int64_t rest = pixel;
    int64_t out[3];
    for (int axis = 2; axis >= 0; --axis) {
      out[axis] = rest % w.out[axis];
      rest /= w.out[axis];
    }
    Box box;
    box.first = x + rest * w.in[0] * strides[0];
    int64_t elements = 1;
    for (size_t axis = 0; axis < 3; ++axis) {
      const Window::Taps taps = w.TapsAt(axis, out[axis]);
      box.count[axis] = taps.last - taps.first;
      box.stride[axis] = w.dilation[axis] * strides[axis];
      if (box.count[axis] > 0)
        box.first += (taps.start + taps.first * w.dilation[axis]) * strides[axis];
      elements *= kind == PoolKind::kAverageWithPads
                      ? w.TapsBefore(axis, taps.start, w.in[axis] + pad_end[axis])
                      : box.count[axis];
    }
    box.scale = 1.0f / static_cast<float>(elements);
    if (kind == PoolKind::kMax) {
      Pixel<Max>(box, channel_begin, channel_end, y + pixel * w.channels);
    } else {
      Pixel<Sum>(box, channel_begin, channel_end, y + pixel * w.channels);
    }
  }
}

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {
HWY_EXPORT(Pixels);

void Pool(PoolKind kind, const Window& window, const Dims3& pad_end, const float* x, float* y,
          ThreadPool& pool) {
  const int64_t pixels = window.Pixels();
  const double taps = static_cast<double>(window.kernel[0]) *
                      static_cast<double>(window.kernel[1]) * static_cast<double>(window.kernel[2]);
  const double channel_cost = taps / 8 + 0.3;
  // Many pixels, or, in global pooling, few of them with many channels.
  if (pixels >= 4 * pool.size()) {
    pool.For(pixels, static_cast<double>(window.channels) * channel_cost + 20,
             [&](int64_t begin, int64_t end) {
               HWY_DYNAMIC_DISPATCH(Pixels)
               (kind, window, pad_end, x, y, begin, end, 0, window.channels);
             });
    return;
  }
  constexpr int64_t kBlock = 64;
  const int64_t blocks = CeilDiv(window.channels, kBlock);
  pool.For(pixels * blocks, kBlock * channel_cost + 20, [&](int64_t begin, int64_t end) {
    while (begin < end) {
      const int64_t pixel = begin / blocks;
      const int64_t last = std::min(end, (pixel + 1) * blocks);
      HWY_DYNAMIC_DISPATCH(Pixels)
      (kind, window, pad_end, x, y, pixel, pixel + 1, (begin - pixel * blocks) * kBlock,
       std::min(window.channels, (last - pixel * blocks) * kBlock));
      begin = last;
    }
  });
}

}  // namespace backplane::cpu
#endif
