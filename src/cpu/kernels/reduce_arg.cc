// Arg loops for each instruction set; see reduce_arg.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/reduce_arg.cc"
#include "cpu/kernels/elementwise_targets.h"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#include <algorithm>

#include "cpu/kernels/reduce_arg.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;
using VI = hn::Vec<DI>;

template <bool kLargest, bool kLast>
struct Rule {
  static HWY_INLINE auto Beats(V x, V best) {
    if constexpr (kLargest) {
      return kLast ? hn::Ge(x, best) : hn::Gt(x, best);
    } else {
      return kLast ? hn::Le(x, best) : hn::Lt(x, best);
    }
  }
  static bool Beats(float x, float best) {
    if constexpr (kLargest) {
      return kLast ? x >= best : x > best;
    } else {
      return kLast ? x <= best : x < best;
    }
  }
};

// Lane l looks at elements l, l + lanes, ...: at the end the lanes are compared in the order of
// their positions.
template <class R, bool kLast>
int64_t Span(const float* x, int64_t n) {
  const D d;
  const DI di;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t winner = 0;
  int64_t i = 0;
  if (n >= lanes) {
    V best = hn::LoadU(d, x);
    VI at = hn::Iota(di, 0);
    VI here = at;
    const VI step = hn::Set(di, static_cast<int32_t>(lanes));
    // Positions are 32 bits wide: very long spans are taken in pieces by the caller.
    for (i = lanes; i + lanes <= n; i += lanes) {
      here = hn::Add(here, step);
      const V v = hn::LoadU(d, x + i);
      const auto better = R::Beats(v, best);
      best = hn::IfThenElse(better, v, best);
      at = hn::IfThenElse(hn::RebindMask(di, better), here, at);
    }
    HWY_ALIGN float values[hn::MaxLanes(d)];
    HWY_ALIGN int32_t positions[hn::MaxLanes(d)];
    hn::Store(best, d, values);
    hn::Store(at, di, positions);
    winner = positions[0];
    float value = values[0];
    for (int64_t l = 1; l < lanes; ++l) {
      const bool equal = values[l] == value;
      const bool better = equal ? (kLast ? positions[l] > winner : positions[l] < winner)
                                : R::Beats(values[l], value);
      if (better) winner = positions[l], value = values[l];
    }
  }
  for (; i < n; ++i) {
    if (R::Beats(x[i], x[winner])) winner = i;
  }
  return winner;
}

constexpr int64_t kBlock =
    512;  // columns whose best values and positions stay in the first-level cache

template <class R>
void Columns(const float* x, int64_t rows, int64_t stride, int64_t columns, int64_t* positions) {
  const D d;
  const DI di;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  HWY_ALIGN float best[kBlock];
  HWY_ALIGN int32_t at[kBlock];
  for (int64_t first = 0; first < columns; first += kBlock) {
    const int64_t n = std::min(kBlock, columns - first);
    std::copy_n(x + first, n, best);
    std::fill_n(at, n, 0);
    for (int64_t row = 1; row < rows; ++row) {
      const float* p = x + first + row * stride;
      const VI here = hn::Set(di, static_cast<int32_t>(row));
      int64_t i = 0;
      for (; i + lanes <= n; i += lanes) {
        const V v = hn::LoadU(d, p + i);
        const V old = hn::Load(d, best + i);
        const auto better = R::Beats(v, old);
        hn::Store(hn::IfThenElse(better, v, old), d, best + i);
        hn::Store(hn::IfThenElse(hn::RebindMask(di, better), here, hn::Load(di, at + i)), di,
                  at + i);
      }
      for (; i < n; ++i) {
        if (R::Beats(p[i], best[i])) best[i] = p[i], at[i] = static_cast<int32_t>(row);
      }
    }
    std::copy_n(at, n, positions + first);
  }
}

}  // namespace

int64_t SpanWinner(const float* x, int64_t n, ArgRule rule) {
  if (rule.largest)
    return rule.last ? Span<Rule<true, true>, true>(x, n) : Span<Rule<true, false>, false>(x, n);
  return rule.last ? Span<Rule<false, true>, true>(x, n) : Span<Rule<false, false>, false>(x, n);
}

void ColumnWinners(const float* x, int64_t rows, int64_t stride, int64_t columns, ArgRule rule,
                   int64_t* positions) {
  if (rule.largest) {
    rule.last ? Columns<Rule<true, true>>(x, rows, stride, columns, positions)
              : Columns<Rule<true, false>>(x, rows, stride, columns, positions);
  } else {
    rule.last ? Columns<Rule<false, true>>(x, rows, stride, columns, positions)
              : Columns<Rule<false, false>>(x, rows, stride, columns, positions);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace backplane::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {

HWY_EXPORT(SpanWinner);
HWY_EXPORT(ColumnWinners);

int64_t ArgOfSpan(const float* x, int64_t n, ArgRule rule) {
  constexpr int64_t kPiece = int64_t{1} << 30;
  int64_t winner = 0;
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t at = i + HWY_DYNAMIC_DISPATCH(SpanWinner)(x + i, std::min(kPiece, n - i), rule);
    const bool better = rule.largest ? x[at] > x[winner] : x[at] < x[winner];
    if (better || (rule.last && x[at] == x[winner])) winner = at;
  }
  return winner;
}

void ArgOfColumns(const float* x, int64_t rows, int64_t stride, int64_t columns, ArgRule rule,
                  int64_t* positions) {
  HWY_DYNAMIC_DISPATCH(ColumnWinners)(x, rows, stride, columns, rule, positions);
}

}  // namespace backplane::cpu
#endif  // HWY_ONCE
