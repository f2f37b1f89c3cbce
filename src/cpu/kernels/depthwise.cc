// Depthwise convolution of channels-last images, vectorised over channels. A strip of neighbouring
// output pixels shares the weights and, where windows overlap, the input: each vector of it is
// loaded once for all outputs that use it.
#include "cpu/kernels/elementwise_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/depthwise.cc"
#include "hwy/foreach_target.h"  // must come before highway.h

#include <algorithm>

#include "base/checked_math.h"
#include "cpu/kernels/conv.h"
#include "cpu/kernels/float_vector-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Rows of taps that the unrolled kernels take, and the pixels of input that a strip sees in a row:
/// seven taps at a distance of 1, or five at 2.
constexpr int64_t kMaxSeenRows = 7;
constexpr int kMinPixels = 4;
constexpr int kMaxPixels = 8;
constexpr int kMaxSeen = 2 * (kMaxPixels - 1) + 5;

/// A strip of output pixels under the valid rows of the window.
struct Strip {
  const float* seen[kMaxSeenRows *
                    kMaxSeen];  ///< Overlapping: each row's pixels, one outside the image is zeros
  int64_t rows;
  const float* in[kMaxDepthwiseRows];       ///< first tap of the first pixel in each row
  const float* weights[kMaxDepthwiseRows];  ///< its weights
  int64_t taps;                             ///< taps in a row
  int64_t tap_stride;                       ///< floats from the input of a tap to that of the next
  int64_t pixel_stride;                     ///< and of a pixel
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

// kTaps taps in a row, kStep pixels of input from an output to the next, no dilation: everything is
// unrolled.
template <int kPixels, int kTaps, int kStep>
struct Overlapping {
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE void Channels(D d, const Strip& s, int64_t c) {
    constexpr int kSeen = (kPixels - 1) * kStep + kTaps;
    V acc[kPixels];
    BACKPLANE_UNROLL
    for (int p = 0; p < kPixels; ++p)
      acc[p] = s.bias != nullptr ? hn::LoadU(d, s.bias + c) : hn::Zero(d);
    const float* const* seen = s.seen;
    for (int64_t row = 0; row < s.rows; ++row, seen += kSeen) {
      const float* weights = s.weights[row] + c;
      V w[kTaps];
      BACKPLANE_UNROLL
      for (int t = 0; t < kTaps; ++t) w[t] = hn::LoadU(d, weights + t * s.channels);
      BACKPLANE_UNROLL
      for (int q = 0; q < kSeen; ++q) {
        const V v = hn::LoadU(d, seen[q] + c);
        BACKPLANE_UNROLL
        for (int p = 0; p < kPixels; ++p) {
          if (q - p * kStep >= 0 && q - p * kStep < kTaps)
            acc[p] = hn::MulAdd(v, w[q - p * kStep], acc[p]);
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
    for (int p = 0; p < kPixels; ++p)
      acc[p] = s.bias != nullptr ? hn::LoadU(d, s.bias + c) : hn::Zero(d);
    for (int64_t row = 0; row < s.rows; ++row) {
      const float* in = s.in[row] + c;
      const float* weights = s.weights[row] + c;
      for (int64_t t = 0; t < s.taps; ++t, in += s.tap_stride, weights += s.channels) {
        const V w = hn::LoadU(d, weights);
        BACKPLANE_UNROLL
        for (int p = 0; p < kPixels; ++p)
          acc[p] = hn::MulAdd(hn::LoadU(d, in + p * s.pixel_stride), w, acc[p]);
      }
    }
    Finish<kPixels>(d, s, c, acc);
  }
};

// All channels. The last vector overlaps the one before it: what both compute is the same.
template <class Body>
void RunStrip(const Strip& s) {
  const D d;
  int64_t c = 0;
  for (; c + kLanes <= s.channels; c += kLanes) Body::Channels(d, s, c);
  if (c == s.channels) return;
  if (c > 0) {
    Body::Channels(d, s, s.channels - kLanes);
    return;
  }
#if HWY_TARGET != HWY_SCALAR
  const hn::FixedTag<float, 4> quarter;
  for (; c + 4 <= s.channels; c += 4) Body::Channels(quarter, s, c);
  const hn::FixedTag<float, 1> one;
  for (; c < s.channels; ++c) Body::Channels(one, s, c);
#endif
}

using RunFunction = void (*)(const Strip&);

/// The kernels for one convolution: strips anywhere of kMinPixels to kMaxPixels (null where the
/// shape has none), strips inside the image, and single pixels.
struct Functions {
  const RunFunction* anywhere = nullptr;
  RunFunction inside = &RunStrip<General<kMaxPixels>>;
  RunFunction pixel = &RunStrip<General<1>>;
};

template <int kTaps, int kStep>
const RunFunction* Anywhere() {
  static constexpr RunFunction kFunctions[] = {
      &RunStrip<Overlapping<4, kTaps, kStep>>, &RunStrip<Overlapping<5, kTaps, kStep>>,
      &RunStrip<Overlapping<6, kTaps, kStep>>, &RunStrip<Overlapping<7, kTaps, kStep>>,
      &RunStrip<Overlapping<8, kTaps, kStep>>};
  return kFunctions;
}

Functions Choose(const Window& w) {
  Functions functions;
#if HWY_TARGET != HWY_SCALAR
  const int64_t taps = w.kernel[2];
  const int64_t step = w.stride[2];
  if (w.dilation[2] != 1 || w.kernel[0] * w.kernel[1] > kMaxSeenRows || w.out[2] < kMinPixels)
    return functions;
  if (taps == 3 && step == 1) functions.anywhere = Anywhere<3, 1>();
  if (taps == 3 && step == 2) functions.anywhere = Anywhere<3, 2>();
  if (taps == 5 && step == 1) functions.anywhere = Anywhere<5, 1>();
  if (taps == 5 && step == 2) functions.anywhere = Anywhere<5, 2>();
  if (taps == 7 && step == 1) functions.anywhere = Anywhere<7, 1>();
#else
  (void)w;
#endif
  return functions;
}

/// A row of output pixels: the rows of taps that are inside the image, and where its output goes.
struct OutputRow {
  const float* in[kMaxDepthwiseRows];
  const float* weights[kMaxDepthwiseRows];
  int64_t pixel;  ///< index of its first
};

// Fills the rows of taps of `row` and everything of the strip that they share.
void StartRow(const Window& w, const float* weights, const float* x, const Epilogue& e, int64_t row,
              OutputRow& out, Strip& s) {
  const Window::Taps rows = w.TapsAt(1, row % w.out[1]);
  const Window::Taps depths = w.TapsAt(0, row / w.out[1] % w.out[0]);
  const int64_t n = row / (w.out[1] * w.out[0]);
  s.rows = 0;
  for (int64_t kd = depths.first; kd < depths.last; ++kd) {
    const int64_t d = depths.start + kd * w.dilation[0];
    for (int64_t kh = rows.first; kh < rows.last; ++kh, ++s.rows) {
      const int64_t h = rows.start + kh * w.dilation[1];
      out.in[s.rows] = x + ((n * w.in[0] + d) * w.in[1] + h) * w.in[2] * w.channels;
      out.weights[s.rows] = weights + (kd * w.kernel[1] + kh) * w.kernel[2] * w.channels;
    }
  }
  out.pixel = row * w.out[2];
  s.tap_stride = w.dilation[2] * w.channels;
  s.pixel_stride = w.stride[2] * w.channels;
  s.channels = w.channels;
  s.bias = e.bias;
  s.residual_stride = e.residual_stride;
  s.beta = e.residual_scale;
  s.low = e.activation.low();
  s.high = e.activation.high();
}

void SetOutput(const Window& w, const Epilogue& e, const OutputRow& row, int64_t ow, float* y,
               Strip& s) {
  s.out = y + (row.pixel + ow) * w.channels;
  s.residual = e.residual != nullptr ? e.residual + (row.pixel + ow) * e.residual_stride : nullptr;
}

// The row in strips of nearly equal size; what is outside the image is read from zeros.
void RowAnywhere(const Window& w, const RunFunction* functions, const Epilogue& e,
                 const float* zeros, const OutputRow& row, float* y, Strip& s) {
  std::copy_n(row.weights, s.rows, s.weights);
  const int64_t strips = CeilDiv<int64_t>(w.out[2], kMaxPixels);
  for (int64_t i = 0; i < strips; ++i) {
    const int64_t ow = w.out[2] * i / strips;
    const int64_t pixels = w.out[2] * (i + 1) / strips - ow;
    const int64_t count = (pixels - 1) * w.stride[2] + w.kernel[2];
    const int64_t column = ow * w.stride[2] - w.pad[2];
    const float** seen = s.seen;
    for (int64_t r = 0; r < s.rows; ++r, seen += count) {
      const float* in = row.in[r] + column * w.channels;
      for (int64_t q = 0; q < count; ++q, in += w.channels) {
        seen[q] = static_cast<uint64_t>(column + q) < static_cast<uint64_t>(w.in[2]) ? in : zeros;
      }
    }
    SetOutput(w, e, row, ow, y, s);
    functions[pixels - kMinPixels](s);
  }
}

// Strips where the whole window's width is inside the image, single pixels elsewhere.
void RowInside(const Window& w, const Functions& functions, const Epilogue& e, const OutputRow& row,
               float* y, Strip& s) {
  const int64_t reach = (w.kernel[2] - 1) * w.dilation[2];
  const int64_t begin = std::min(w.out[2], CeilDiv(w.pad[2], w.stride[2]));
  const int64_t room = w.in[2] - 1 - reach + w.pad[2];
  const int64_t end = room < 0 ? begin : std::clamp(room / w.stride[2] + 1, begin, w.out[2]);
  for (int64_t ow = 0; ow < w.out[2];) {
    const bool inside = ow >= begin && ow + kMaxPixels <= end;
    const auto [column, first, last] = w.TapsAt(2, ow);
    s.taps = last - first;
    for (int64_t r = 0; r < s.rows; ++r) {
      s.in[r] = row.in[r] + (column + first * w.dilation[2]) * w.channels;
      s.weights[r] = row.weights[r] + first * w.channels;
    }
    SetOutput(w, e, row, ow, y, s);
    (inside ? functions.inside : functions.pixel)(s);
    ow += inside ? kMaxPixels : 1;
  }
}

void Rows(const Window& window, const float* weights, const float* zeros, const float* x, float* y,
          const Epilogue& epilogue, int64_t begin, int64_t end) {
  const Functions functions = Choose(window);
  const int64_t row_floats = window.out[2] * window.channels;
  Strip strip;
  OutputRow row;
  for (int64_t i = begin; i < end; ++i) {
    StartRow(window, weights, x, epilogue, i, row, strip);
    if (functions.anywhere != nullptr) {
      RowAnywhere(window, functions.anywhere, epilogue, zeros, row, y, strip);
    } else {
      RowInside(window, functions, epilogue, row, y, strip);
    }
    if (!epilogue.activation.IsClamp())
      ApplyActivation(epilogue.activation, y + i * row_floats, row_floats);
  }
}

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {
HWY_EXPORT(Rows);

void DepthwiseConv(const Window& window, const float* weights, const float* zeros, const float* x,
                   float* y, const Epilogue& epilogue, ThreadPool& pool) {
  const int64_t rows = window.batch * window.out[0] * window.out[1];
  const double taps = static_cast<double>(window.kernel[0] * window.kernel[1] * window.kernel[2]);
  const double row_cost = static_cast<double>(window.out[2] * window.channels) * (taps / 40 + 0.2);
  pool.For(rows, row_cost, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(Rows)(window, weights, zeros, x, y, epilogue, begin, end);
  });
}

}  // namespace backplane::cpu
#endif
