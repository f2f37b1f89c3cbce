// Depthwise convolution of channels-last images, vectorised over channels. A strip of neighbouring output pixels shares
// the weights and, where windows overlap, the input: each vector of it is loaded once for all outputs that use it.
#include "cpu/kernels/elementwise_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/depthwise.cc"
#include "hwy/foreach_target.h"  // must come before highway.h

#include <algorithm>

#include "base/checked_math.h"
#include "cpu/kernels/conv.h"
#include "hwy/highway.h"

#if defined(__clang__)
#define BACKPLANE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define BACKPLANE_UNROLL _Pragma("GCC unroll 32")
#endif

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
constexpr int kLanes = 1;
#else
constexpr int kLanes = (HWY_MAX_BYTES < 64 ? HWY_MAX_BYTES : 64) / 4;
#endif

/// A strip of output pixels under the valid rows of the window.
struct Strip {
  int64_t rows;
  const float* in[kMaxDepthwiseRows];       ///< first tap of the first pixel in each row
  const float* weights[kMaxDepthwiseRows];  ///< its weights
  int64_t taps;          ///< taps in a row
  int64_t tap_stride;    ///< floats from the input of a tap to that of the next
  int64_t pixel_stride;  ///< and of a pixel
  int64_t channels;
  float* out;
  const float* bias;
  const float* residual;
  int64_t residual_stride;
  float beta;
  float low;
  float high;
};

template <int kPixels, class D, class V = hn::Vec<D>>
HWY_INLINE void Finish(D d, const Strip& s, int64_t c, V (&acc)[kPixels]) {
  const V low = hn::Set(d, s.low);
  const V high = hn::Set(d, s.high);
  if (s.residual != nullptr) {
    const V beta = hn::Set(d, s.beta);
    BACKPLANE_UNROLL
    for (int p = 0; p < kPixels; ++p) {
      acc[p] = hn::MulAdd(hn::LoadU(d, s.residual + p * s.residual_stride + c), beta, acc[p]);
    }
  }
  BACKPLANE_UNROLL
  for (int p = 0; p < kPixels; ++p) {
    hn::StoreU(hn::Min(high, hn::Max(low, acc[p])), d, s.out + p * s.channels + c);
  }
}

// kTaps taps in a row, kStep pixels of input from an output to the next, no dilation: everything is unrolled.
template <int kPixels, int kTaps, int kStep>
struct Overlapping {
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE void Channels(D d, const Strip& s, int64_t c) {
    V acc[kPixels];
    BACKPLANE_UNROLL
    for (int p = 0; p < kPixels; ++p) acc[p] = s.bias != nullptr ? hn::LoadU(d, s.bias + c) : hn::Zero(d);
    for (int64_t row = 0; row < s.rows; ++row) {
      const float* in = s.in[row] + c;
      const float* weights = s.weights[row] + c;
      V w[kTaps];
      BACKPLANE_UNROLL
      for (int t = 0; t < kTaps; ++t) w[t] = hn::LoadU(d, weights + t * s.channels);
      BACKPLANE_UNROLL
      for (int q = 0; q < (kPixels - 1) * kStep + kTaps; ++q) {
        const V v = hn::LoadU(d, in + q * s.tap_stride);
        BACKPLANE_UNROLL
        for (int p = 0; p < kPixels; ++p) {
          if (q - p * kStep >= 0 && q - p * kStep < kTaps) acc[p] = hn::MulAdd(v, w[q - p * kStep], acc[p]);
        }
      }
    }
    Finish<kPixels>(d, s, c, acc);
  }
};

template <int kPixels>
struct General {
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE void Channels(D d, const Strip& s, int64_t c) {
    V acc[kPixels];
    BACKPLANE_UNROLL
    for (int p = 0; p < kPixels; ++p) acc[p] = s.bias != nullptr ? hn::LoadU(d, s.bias + c) : hn::Zero(d);
    for (int64_t row = 0; row < s.rows; ++row) {
      const float* in = s.in[row] + c;
      const float* weights = s.weights[row] + c;
      for (int64_t t = 0; t < s.taps; ++t, in += s.tap_stride, weights += s.channels) {
        const V w = hn::LoadU(d, weights);
        BACKPLANE_UNROLL
        for (int p = 0; p < kPixels; ++p) acc[p] = hn::MulAdd(hn::LoadU(d, in + p * s.pixel_stride), w, acc[p]);
      }
    }
    Finish<kPixels>(d, s, c, acc);
  }
};

template <class Body>
void RunStrip(const Strip& s) {
  const hn::FixedTag<float, kLanes> d;
  int64_t c = 0;
  for (; c + kLanes <= s.channels; c += kLanes) Body::Channels(d, s, c);
#if HWY_TARGET != HWY_SCALAR
  const hn::FixedTag<float, 4> quarter;
  if constexpr (kLanes > 4) {
    const hn::FixedTag<float, (kLanes > 8 ? 8 : 4)> half;
    if (kLanes > 8 && c + 8 <= s.channels) {
      Body::Channels(half, s, c);
      c += 8;
    }
    for (; c + 4 <= s.channels; c += 4) Body::Channels(quarter, s, c);
  }
  const hn::FixedTag<float, 1> one;
  for (; c < s.channels; ++c) Body::Channels(one, s, c);
#endif
}

using RunFunction = void (*)(const Strip&);
struct Functions {
  int pixels;
  RunFunction strip;
  RunFunction pixel;
};

Functions Choose(int64_t taps, int64_t step, int64_t dilation) {
#if HWY_TARGET == HWY_SCALAR
  (void)taps, (void)step, (void)dilation;
  return {4, &RunStrip<General<4>>, &RunStrip<General<1>>};
#else
  constexpr int kPixels = HWY_MAX_BYTES >= 64 || !HWY_ARCH_X86 ? 8 : 4;
  const RunFunction pixel = &RunStrip<General<1>>;
  if (dilation == 1 && taps == 3 && step == 1) return {kPixels, &RunStrip<Overlapping<kPixels, 3, 1>>, pixel};
  if (dilation == 1 && taps == 3 && step == 2) return {kPixels, &RunStrip<Overlapping<kPixels, 3, 2>>, pixel};
  if (dilation == 1 && taps == 5 && step == 1) return {kPixels, &RunStrip<Overlapping<kPixels, 5, 1>>, pixel};
  if (dilation == 1 && taps == 5 && step == 2) return {kPixels, &RunStrip<Overlapping<kPixels, 5, 2>>, pixel};
  if (dilation == 1 && taps == 7 && step == 1) return {kPixels, &RunStrip<Overlapping<kPixels, 7, 1>>, pixel};
  return {kPixels, &RunStrip<General<kPixels>>, pixel};
#endif
}

// One row of output pixels.
void Row(const Window& w, const Functions& functions, const float* weights, const float* x, float* y,
         const Epilogue& e, int64_t row) {
  const int64_t channels = w.channels;
  const int64_t oh = row % w.out[1];
  const int64_t od = row / w.out[1] % w.out[0];
  const int64_t n = row / (w.out[1] * w.out[0]);
  Strip s;
  s.rows = 0;
  const float* in[kMaxDepthwiseRows];
  const float* row_weights[kMaxDepthwiseRows];
  for (int64_t kd = 0; kd < w.kernel[0]; ++kd) {
    const int64_t d = od * w.stride[0] - w.pad[0] + kd * w.dilation[0];
    if (d < 0 || d >= w.in[0]) continue;
    for (int64_t kh = 0; kh < w.kernel[1]; ++kh) {
      const int64_t h = oh * w.stride[1] - w.pad[1] + kh * w.dilation[1];
      if (h < 0 || h >= w.in[1]) continue;
      in[s.rows] = x + ((n * w.in[0] + d) * w.in[1] + h) * w.in[2] * channels;
      row_weights[s.rows] = weights + (kd * w.kernel[1] + kh) * w.kernel[2] * channels;
      ++s.rows;
    }
  }
  s.tap_stride = w.dilation[2] * channels;
  s.pixel_stride = w.stride[2] * channels;
  s.channels = channels;
  s.bias = e.bias;
  s.residual_stride = e.residual_stride;
  s.beta = e.residual_scale;
  s.low = e.activation.low();
  s.high = e.activation.high();
  // Where the whole window's width is inside the image: columns [begin, end).
  const int64_t reach = (w.kernel[2] - 1) * w.dilation[2];
  const int64_t begin = std::min(w.out[2], CeilDiv(std::max<int64_t>(w.pad[2], 0), w.stride[2]));
  const int64_t room = w.in[2] - 1 - reach + w.pad[2];
  const int64_t end = room < 0 ? begin : std::clamp(room / w.stride[2] + 1, begin, w.out[2]);
  const int64_t pixel = row * w.out[2];
  for (int64_t ow = 0; ow < w.out[2];) {
    const bool strip = ow >= begin && ow + functions.pixels <= end;
    const auto [column, first, last] = w.TapsAt(2, ow);
    s.taps = last - first;
    for (int64_t r = 0; r < s.rows; ++r) {
      s.in[r] = in[r] + (column + first * w.dilation[2]) * channels;
      s.weights[r] = row_weights[r] + first * channels;
    }
    s.out = y + (pixel + ow) * channels;
    s.residual = e.residual != nullptr ? e.residual + (pixel + ow) * e.residual_stride : nullptr;
    (strip ? functions.strip : functions.pixel)(s);
    ow += strip ? functions.pixels : 1;
  }
}

void Rows(const Window& window, const float* weights, const float* x, float* y, const Epilogue& epilogue,
          int64_t begin, int64_t end) {
  const Functions functions = Choose(window.kernel[2], window.stride[2], window.dilation[2]);
  const int64_t row_floats = window.out[2] * window.channels;
  for (int64_t row = begin; row < end; ++row) {
    Row(window, functions, weights, x, y, epilogue, row);
    if (!epilogue.activation.IsClamp()) ApplyActivation(epilogue.activation, y + row * row_floats, row_floats);
  }
}

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {
HWY_EXPORT(Rows);

void DepthwiseConv(const Window& window, const float* weights, const float* x, float* y, const Epilogue& epilogue,
                   ThreadPool& pool) {
  const int64_t rows = window.batch * window.out[0] * window.out[1];
  const double taps = static_cast<double>(window.kernel[0] * window.kernel[1] * window.kernel[2]);
  const double row_cost = static_cast<double>(window.out[2] * window.channels) * (taps / 40 + 0.2);
  pool.For(rows, row_cost, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(Rows)(window, weights, x, y, epilogue, begin, end);
  });
}

}  // namespace backplane::cpu
#endif
