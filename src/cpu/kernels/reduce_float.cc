// Reductions of float for each instruction set: reduce.h's FloatReduceLoops.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/reduce_float.cc"
#include "cpu/kernels/elementwise_targets.h"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#include <limits>

#include "cpu/kernels/elementwise_functors-inl.h"
#include "cpu/kernels/reduce.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu {
namespace HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// How elements enter an accumulator, how accumulators join, what an empty one holds.
struct Adding {
  static constexpr float kEmpty = 0;
  static HWY_INLINE V Join(V a, V b) { return hn::Add(a, b); }
  static float JoinScalars(float a, float b) { return a + b; }
};
struct SumOf : Adding {
  static HWY_INLINE V Map(D, V x, V) { return x; }
};
struct SumSquareOf : Adding {
  static HWY_INLINE V Map(D, V x, V) { return hn::Mul(x, x); }
};
struct SumAbsOf : Adding {
  static HWY_INLINE V Map(D, V x, V) { return hn::Abs(x); }
};
struct SumExpOf : Adding {
  static HWY_INLINE V Map(D d, V x, V shift) { return Exp(d, hn::Sub(x, shift)); }
};
struct ProdOf : SumOf {
  static constexpr float kEmpty = 1;
  static HWY_INLINE V Join(V a, V b) { return hn::Mul(a, b); }
  static float JoinScalars(float a, float b) { return a * b; }
};
struct MaxOf : SumOf {
  static constexpr float kEmpty = -std::numeric_limits<float>::infinity();
  static HWY_INLINE V Join(V a, V b) { return MaxNan(a, b); }
  static float JoinScalars(float a, float b) { return a > b || a != a ? a : b; }
};
struct MinOf : SumOf {
  static constexpr float kEmpty = std::numeric_limits<float>::infinity();
  static HWY_INLINE V Join(V a, V b) { return MinNan(a, b); }
  static float JoinScalars(float a, float b) { return a < b || a != a ? a : b; }
};

template <class R>
HWY_INLINE V LoadPart(const float* p, int64_t n, float padding) {
  const D d;
  HWY_ALIGN float part[hn::MaxLanes(d)];
  hn::Store(hn::Set(d, padding), d, part);
  for (int64_t i = 0; i < n; ++i) part[i] = p[i];
  return hn::Load(d, part);
}

// Four accumulators hide the latency of the operation and shorten the chains that rounding errors
// travel along.
template <class R>
void Span(const void* in, int64_t n, void* accumulator, const void* shift) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const float* x = static_cast<const float*>(in);
  const V s = shift == nullptr ? hn::Zero(d) : hn::Set(d, *static_cast<const float*>(shift));
  const V empty = hn::Set(d, R::kEmpty);
  V a0 = empty, a1 = empty, a2 = empty, a3 = empty;
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    a0 = R::Join(a0, R::Map(d, hn::LoadU(d, x + i), s));
    a1 = R::Join(a1, R::Map(d, hn::LoadU(d, x + i + lanes), s));
    a2 = R::Join(a2, R::Map(d, hn::LoadU(d, x + i + 2 * lanes), s));
    a3 = R::Join(a3, R::Map(d, hn::LoadU(d, x + i + 3 * lanes), s));
  }
  for (; i + lanes <= n; i += lanes) a0 = R::Join(a0, R::Map(d, hn::LoadU(d, x + i), s));
  HWY_ALIGN float parts[hn::MaxLanes(d)];
  if (i < n) {
    hn::Store(R::Map(d, LoadPart<R>(x + i, n - i, 0), s), d, parts);
    for (int64_t j = n - i; j < lanes; ++j) parts[j] = R::kEmpty;
    a1 = R::Join(a1, hn::Load(d, parts));
  }
  hn::Store(R::Join(R::Join(a0, a1), R::Join(a2, a3)), d, parts);
  for (int64_t width = lanes / 2; width > 0; width /= 2) {
    for (int64_t j = 0; j < width; ++j) parts[j] = R::JoinScalars(parts[j], parts[j + width]);
  }
  float* total = static_cast<float*>(accumulator);
  *total = R::JoinScalars(*total, parts[0]);
}

// One vector of columns over `rows` rows (at most four at a time keep several loads in flight).
template <class R>
HWY_INLINE V Columns(const float* x, int64_t rows, int64_t stride, V total, V s) {
  const D d;
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float* p = x + r * stride;
    const V low = R::Join(R::Map(d, hn::LoadU(d, p), s), R::Map(d, hn::LoadU(d, p + stride), s));
    const V high = R::Join(R::Map(d, hn::LoadU(d, p + 2 * stride), s),
                           R::Map(d, hn::LoadU(d, p + 3 * stride), s));
    total = R::Join(total, R::Join(low, high));
  }
  for (; r < rows; ++r) total = R::Join(total, R::Map(d, hn::LoadU(d, x + r * stride), s));
  return total;
}

template <class R>
void Rows(const void* in, int64_t rows, int64_t stride, int64_t n, void* accumulators,
          const void* shift) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const float* shifts = static_cast<const float*>(shift);
  float* totals = static_cast<float*>(accumulators);
  // Bands of eight rows: each row is read along its length, the accumulators stay in the
  // first-level cache.
  constexpr int64_t kBand = 8;
  for (int64_t row = 0; row < rows; row += kBand) {
    const float* x = static_cast<const float*>(in) + row * stride;
    const int64_t band = std::min(kBand, rows - row);
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes) {
      const V s = shift == nullptr ? hn::Zero(d) : hn::LoadU(d, shifts + i);
      hn::StoreU(Columns<R>(x + i, band, stride, hn::LoadU(d, totals + i), s), d, totals + i);
    }
    if (i == n) continue;
    const V s = shift == nullptr ? hn::Zero(d) : LoadPart<R>(shifts + i, n - i, 0);
    V total = LoadPart<R>(totals + i, n - i, 0);
    for (int64_t r = 0; r < band; ++r)
      total = R::Join(total, R::Map(d, LoadPart<R>(x + r * stride + i, n - i, 0), s));
    HWY_ALIGN float part[hn::MaxLanes(d)];
    hn::Store(total, d, part);
    for (int64_t j = i; j < n; ++j) totals[j] = part[j - i];
  }
}

template <class R>
void Combine(const void* others, void* accumulators, int64_t n) {
  const float* from = static_cast<const float*>(others);
  float* to = static_cast<float*>(accumulators);
  for (int64_t i = 0; i < n; ++i) to[i] = R::JoinScalars(to[i], from[i]);
}

template <class R>
void Clear(void* accumulators, int64_t n) {
  std::fill_n(static_cast<float*>(accumulators), n, R::kEmpty);
}

template <class R>
ReduceLoops LoopsOf(double cost) {
  return {&Span<R>, &Rows<R>, &Combine<R>, &Clear<R>, sizeof(float), cost};
}

}  // namespace

ReduceLoops FindReduce(Reduction reduction) {
  switch (reduction) {
    case Reduction::kSum:
      return LoopsOf<SumOf>(0.1);
    case Reduction::kSumSquare:
      return LoopsOf<SumSquareOf>(0.1);
    case Reduction::kSumAbs:
      return LoopsOf<SumAbsOf>(0.1);
    case Reduction::kProd:
      return LoopsOf<ProdOf>(0.1);
    case Reduction::kMax:
      return LoopsOf<MaxOf>(0.1);
    case Reduction::kMin:
      return LoopsOf<MinOf>(0.1);
    case Reduction::kSumExp:
      break;
  }
  return LoopsOf<SumExpOf>(0.6);
}

}  // namespace HWY_NAMESPACE
}  // namespace backplane::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {

HWY_EXPORT(FindReduce);

ReduceLoops FloatReduceLoops(Reduction reduction) {
  return HWY_DYNAMIC_DISPATCH(FindReduce)(reduction);
}

}  // namespace backplane::cpu
#endif  // HWY_ONCE
