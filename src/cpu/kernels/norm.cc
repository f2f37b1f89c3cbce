// Loops of the normalisations for each instruction set; see norm.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/norm.cc"
#include "cpu/kernels/elementwise_targets.h"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#include <algorithm>
#include <cmath>

#include "cpu/kernels/norm.h"
#include "cpu/kernels/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu {
namespace HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// Sum of map(x), four accumulators wide. The partial vector at the end is masked after mapping.
template <class Map>
HWY_INLINE float SumOf(const float* x, int64_t n, const Map& map) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  V a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0;
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    a0 = hn::Add(a0, map(hn::LoadU(d, x + i)));
    a1 = hn::Add(a1, map(hn::LoadU(d, x + i + lanes)));
    a2 = hn::Add(a2, map(hn::LoadU(d, x + i + 2 * lanes)));
    a3 = hn::Add(a3, map(hn::LoadU(d, x + i + 3 * lanes)));
  }
  for (; i + lanes <= n; i += lanes) a0 = hn::Add(a0, map(hn::LoadU(d, x + i)));
  if (i < n) {
    HWY_ALIGN float tail[hn::MaxLanes(d)] = {};
    for (int64_t j = i; j < n; ++j) tail[j - i] = x[j];
    const V mapped = map(hn::Load(d, tail));
    a1 = hn::Add(a1, hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(n - i)), mapped));
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a0, a1), hn::Add(a2, a3))));
}

struct Identity {
  HWY_INLINE V operator()(V x) const { return x; }
};
struct Square {
  HWY_INLINE V operator()(V x) const { return hn::Mul(x, x); }
};
struct SquaredDistance {
  float mean;
  HWY_INLINE V operator()(V x) const {
    const V difference = hn::Sub(x, hn::Set(D(), mean));
    return hn::Mul(difference, difference);
  }
};

// Calls body(i, n) for vectors at i; a partial last one (n < lanes) goes through buffers inside
// load and store.
struct Part {
  int64_t at;
  int64_t count;  // of lanes in use
  HWY_INLINE V Load(const float* p) const {
    const D d;
    if (count == static_cast<int64_t>(hn::Lanes(d))) return hn::LoadU(d, p + at);
    HWY_ALIGN float buffer[hn::MaxLanes(d)] = {};
    for (int64_t i = 0; i < count; ++i) buffer[i] = p[at + i];
    return hn::Load(d, buffer);
  }
  HWY_INLINE void Store(V v, float* p) const {
    const D d;
    if (count == static_cast<int64_t>(hn::Lanes(d))) return hn::StoreU(v, d, p + at);
    HWY_ALIGN float buffer[hn::MaxLanes(d)];
    hn::Store(v, d, buffer);
    for (int64_t i = 0; i < count; ++i) p[at + i] = buffer[i];
  }
};
template <class Body>
HWY_INLINE void ForEachVector(int64_t n, const Body& body) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) body(Part{i, lanes});
  if (i < n) body(Part{i, n - i});
}

// s^-beta; the exponent of every published network needs two square roots only.
HWY_INLINE V InversePower(V s, float beta) {
  const D d;
  if (beta == 0.75f) {
    const V root = hn::Sqrt(s);
    return hn::Div(hn::Set(d, 1.0f), hn::Mul(root, hn::Sqrt(root)));
  }
  if (beta == 0.5f) return hn::Div(hn::Set(d, 1.0f), hn::Sqrt(s));
  if (beta == 1.0f) return hn::Div(hn::Set(d, 1.0f), s);
  return Exp(d, hn::Mul(hn::Set(d, -beta), Log(d, s)));
}

}  // namespace

// Pieces that stay in the first-level cache are read twice; their moments are joined by Chan's
// formula.
Moments FindMoments(const float* x, int64_t n) {
  constexpr int64_t kPiece = 4096;
  double mean = 0, deviation = 0;
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t count = std::min(kPiece, n - i);
    const float piece_mean = SumOf(x + i, count, Identity()) / static_cast<float>(count);
    const float piece_deviation = SumOf(x + i, count, SquaredDistance{piece_mean});
    const double before = static_cast<double>(i);
    const double share = static_cast<double>(count) / (before + static_cast<double>(count));
    const double distance = static_cast<double>(piece_mean) - mean;
    mean += distance * share;
    deviation += static_cast<double>(piece_deviation) + distance * distance * before * share;
  }
  return {static_cast<float>(mean),
          n == 0 ? 0.0f : static_cast<float>(deviation / static_cast<double>(n))};
}

float FindMeanSquare(const float* x, int64_t n) {
  return SumOf(x, n, Square()) / static_cast<float>(n);
}

void RunAffine(const float* x, float scale, float shift, float* y, int64_t n) {
  const D d;
  ForEachVector(n, [&](const Part& part) HWY_ATTR {
    part.Store(hn::MulAdd(part.Load(x), hn::Set(d, scale), hn::Set(d, shift)), y);
  });
}

void RunCentredAffine(const float* x, float mean, float scale, float shift, float* y, int64_t n) {
  const D d;
  ForEachVector(n, [&](const Part& part) HWY_ATTR {
    const V centred = hn::Sub(part.Load(x), hn::Set(d, mean));
    part.Store(hn::MulAdd(centred, hn::Set(d, scale), hn::Set(d, shift)), y);
  });
}

void RunAffineVectors(const float* x, const float* scale, const float* shift, float* y, int64_t n) {
  const D d;
  ForEachVector(n, [&](const Part& part) HWY_ATTR {
    const V b = shift == nullptr ? hn::Zero(d) : part.Load(shift);
    part.Store(hn::MulAdd(part.Load(x), part.Load(scale), b), y);
  });
}

void RunNormalizeRow(const float* x, float mean, float factor, const float* scale,
                     const float* shift, float* y, int64_t n) {
  const D d;
  ForEachVector(n, [&](const Part& part) HWY_ATTR {
    V v = hn::Mul(hn::Sub(part.Load(x), hn::Set(d, mean)), hn::Set(d, factor));
    if (scale != nullptr) v = hn::Mul(v, part.Load(scale));
    if (shift != nullptr) v = hn::Add(v, part.Load(shift));
    part.Store(v, y);
  });
}

void RunLrnRow(const float* x, const float* channels, int64_t first, int64_t last, int64_t stride,
               const LrnParams& params, float* y, int64_t n) {
  const D d;
  const LrnParams p = params;
  ForEachVector(n, [&](const Part& part) HWY_ATTR {
    V sum = hn::Zero(d);
    for (int64_t r = first; r < last; ++r) {
      const V v = part.Load(channels + r * stride);
      sum = hn::MulAdd(v, v, sum);
    }
    const V s = hn::MulAdd(sum, hn::Set(d, p.alpha), hn::Set(d, p.bias));
    part.Store(hn::Mul(part.Load(x), InversePower(s, p.beta)), y);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace backplane::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {

HWY_EXPORT(FindMoments);
HWY_EXPORT(FindMeanSquare);
HWY_EXPORT(RunAffine);
HWY_EXPORT(RunCentredAffine);
HWY_EXPORT(RunAffineVectors);
HWY_EXPORT(RunNormalizeRow);
HWY_EXPORT(RunLrnRow);

Moments MomentsOf(const float* x, int64_t n) { return HWY_DYNAMIC_DISPATCH(FindMoments)(x, n); }
float MeanSquare(const float* x, int64_t n) { return HWY_DYNAMIC_DISPATCH(FindMeanSquare)(x, n); }
void Affine(const float* x, float scale, float shift, float* y, int64_t n) {
  HWY_DYNAMIC_DISPATCH(RunAffine)(x, scale, shift, y, n);
}
void CentredAffine(const float* x, float mean, float scale, float shift, float* y, int64_t n) {
  HWY_DYNAMIC_DISPATCH(RunCentredAffine)(x, mean, scale, shift, y, n);
}
void AffineVectors(const float* x, const float* scale, const float* shift, float* y, int64_t n) {
  HWY_DYNAMIC_DISPATCH(RunAffineVectors)(x, scale, shift, y, n);
}
void NormalizeRow(const float* x, float mean, float factor, const float* scale, const float* shift,
                  float* y, int64_t n) {
  HWY_DYNAMIC_DISPATCH(RunNormalizeRow)(x, mean, factor, scale, shift, y, n);
}
void LrnRow(const float* x, const float* channels, int64_t first, int64_t last, int64_t stride,
            const LrnParams& params, float* y, int64_t n) {
  HWY_DYNAMIC_DISPATCH(RunLrnRow)(x, channels, first, last, stride, params, y, n);
}

}  // namespace backplane::cpu
#endif  // HWY_ONCE
