// Softmax loops for each instruction set; see softmax.h. Three passes over data that stays in the
// cache: maximum, sum of exponentials, normalisation.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/softmax.cc"
#include "cpu/kernels/elementwise_targets.h"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/kernels/softmax.h"
#include "cpu/kernels/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu {
namespace HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr float kLowest = -std::numeric_limits<float>::infinity();

// The last, partial vector of a row; what lies behind it reads as -infinity, which adds nothing to
// a softmax.
struct Tail {
  HWY_ALIGN float lanes[hn::MaxLanes(D())];

  V Load(const float* from, int64_t n) {
    const D d;
    hn::Store(hn::Set(d, kLowest), d, lanes);
    for (int64_t i = 0; i < n; ++i) lanes[i] = from[i];
    return hn::Load(d, lanes);
  }
  void Store(V v, float* to, int64_t n) {
    hn::Store(v, D(), lanes);
    for (int64_t i = 0; i < n; ++i) to[i] = lanes[i];
  }
};

float RowMax(const float* x, int64_t n) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  V m0 = hn::Set(d, kLowest), m1 = m0;
  int64_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    m0 = hn::Max(m0, hn::LoadU(d, x + i));
    m1 = hn::Max(m1, hn::LoadU(d, x + i + lanes));
  }
  for (; i + lanes <= n; i += lanes) m0 = hn::Max(m0, hn::LoadU(d, x + i));
  if (i < n) m1 = hn::Max(m1, Tail().Load(x + i, n - i));
  return hn::GetLane(hn::MaxOfLanes(d, hn::Max(m0, m1)));
}

// Sum of exp(x - shift); the exponentials go to y unless it is null.
float ExpSum(const float* x, float* y, int64_t n, float shift) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const V s = hn::Set(d, shift);
  V sum0 = hn::Zero(d), sum1 = hn::Zero(d);
  int64_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    const V e0 = ExpNonPositive(d, hn::Sub(hn::LoadU(d, x + i), s));
    const V e1 = ExpNonPositive(d, hn::Sub(hn::LoadU(d, x + i + lanes), s));
    sum0 = hn::Add(sum0, e0);
    sum1 = hn::Add(sum1, e1);
    if (y == nullptr) continue;
    hn::StoreU(e0, d, y + i);
    hn::StoreU(e1, d, y + i + lanes);
  }
  for (; i + lanes <= n; i += lanes) {
    const V e = ExpNonPositive(d, hn::Sub(hn::LoadU(d, x + i), s));
    sum0 = hn::Add(sum0, e);
    if (y != nullptr) hn::StoreU(e, d, y + i);
  }
  if (i < n) {
    Tail tail;
    V e = ExpNonPositive(d, hn::Sub(tail.Load(x + i, n - i), s));
    e = hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(n - i)),
                           e);  // -inf - -inf behind the row is NaN
    sum1 = hn::Add(sum1, e);
    if (y != nullptr) tail.Store(e, y + i, n - i);
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(sum0, sum1)));
}

// y = a * scale - shift: the last pass of both forms.
void ScaleAndShift(const float* a, float* y, int64_t n, float scale, float shift) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const V vscale = hn::Set(d, scale);
  const V vshift = hn::Set(d, shift);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::StoreU(hn::Sub(hn::Mul(hn::LoadU(d, a + i), vscale), vshift), d, y + i);
  }
  for (; i < n; ++i) y[i] = a[i] * scale - shift;
}

constexpr int64_t kBlock =
    64;  // columns handled together: a few vectors, whose maxima and sums stay in L1

}  // namespace

void Row(const float* x, float* y, int64_t n, bool logarithm) {
  const float max = RowMax(x, n);
  if (logarithm) {
    const float sum = ExpSum(x, nullptr, n, max);
    ScaleAndShift(x, y, n, 1.0f, max + std::log(sum));
  } else {
    const float sum = ExpSum(x, y, n, max);
    ScaleAndShift(y, y, n, 1.0f / sum, 0.0f);
  }
}

void Columns(const float* x, float* y, int64_t rows, int64_t stride, int64_t columns,
             bool logarithm) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  HWY_ALIGN float max[kBlock];
  HWY_ALIGN float sum[kBlock];
  const auto each_vector = [&](int64_t n, const float* from, float* to, auto&& body) HWY_ATTR {
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes) {
      const V e = body(hn::LoadU(d, from + i), i);
      if (to != nullptr) hn::StoreU(e, d, to + i);
    }
    if (i < n) {
      Tail tail;
      const V e = body(tail.Load(from + i, n - i), i);
      if (to != nullptr) tail.Store(e, to + i, n - i);
    }
  };
  for (int64_t first = 0; first < columns; first += kBlock) {
    const int64_t n = std::min(kBlock, columns - first);
    std::fill_n(max, kBlock, kLowest);
    std::fill_n(sum, kBlock, 0.0f);
    for (int64_t r = 0; r < rows; ++r) {
      each_vector(n, x + first + r * stride, nullptr, [&](V v, int64_t i) HWY_ATTR {
        hn::Store(hn::Max(hn::Load(d, max + i), v), d, max + i);
        return v;
      });
    }
    for (int64_t r = 0; r < rows; ++r) {
      each_vector(n, x + first + r * stride, logarithm ? nullptr : y + first + r * stride,
                  [&](V v, int64_t i) HWY_ATTR {
                    const V e = ExpNonPositive(d, hn::Sub(v, hn::Load(d, max + i)));
                    hn::Store(hn::Add(hn::Load(d, sum + i), e), d, sum + i);
                    return e;
                  });
    }
    for (int64_t i = 0; i < n; ++i) sum[i] = logarithm ? max[i] + std::log(sum[i]) : 1.0f / sum[i];
    for (int64_t r = 0; r < rows; ++r) {
      each_vector(n, (logarithm ? x : y) + first + r * stride, y + first + r * stride,
                  [&](V v, int64_t i) HWY_ATTR {
                    const V factor = hn::Load(d, sum + i);
                    return logarithm ? hn::Sub(v, factor) : hn::Mul(v, factor);
                  });
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace backplane::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {

HWY_EXPORT(Row);
HWY_EXPORT(Columns);

void SoftmaxRow(const float* x, float* y, int64_t n, bool logarithm) {
  HWY_DYNAMIC_DISPATCH(Row)(x, y, n, logarithm);
}

void SoftmaxColumns(const float* x, float* y, int64_t rows, int64_t stride, int64_t columns,
                    bool logarithm) {
  HWY_DYNAMIC_DISPATCH(Columns)(x, y, rows, stride, columns, logarithm);
}

}  // namespace backplane::cpu
#endif  // HWY_ONCE
