// The register tile, once for each instruction set. Kept apart and small: it is compiled for every
// target.
#include "cpu/kernels/elementwise_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/gemm_tile.cc"
#include "hwy/foreach_target.h"  // must come before highway.h

#include <array>
#include <cstring>
#include <utility>

#include "cpu/kernels/float_vector-inl.h"
#include "cpu/kernels/gemm_tile.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// As many rows as leave two registers for B and one for A: 32 registers, or 16.
#if HWY_TARGET == HWY_SCALAR
constexpr int kRows = 4;
#elif HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
constexpr int kRows = 14;
#elif HWY_ARCH_X86
constexpr int kRows = 6;
#else
constexpr int kRows = 12;
#endif

HWY_INLINE V LoadSome(const float* from, int64_t n) {
  const D d;
  if (n >= kLanes) return hn::LoadU(d, from);
  HWY_ALIGN float buffer[kLanes] = {};
  if (n > 0) std::memcpy(buffer, from, static_cast<size_t>(n) * sizeof(float));
  return hn::Load(d, buffer);
}

HWY_INLINE void StoreSome(V v, float* to, int64_t n) {
  const D d;
  if (n >= kLanes) {
    hn::StoreU(v, d, to);
    return;
  }
  HWY_ALIGN float buffer[kLanes];
  hn::Store(v, d, buffer);
  if (n > 0) std::memcpy(to, buffer, static_cast<size_t>(n) * sizeof(float));
}

alignas(64) constexpr float kZeros[2 * kLanes] = {};

// The general epilogue, on sums that were put into `rows` rows of `width` floats.
HWY_NOINLINE void FinishInMemory(const TileArgs& t, const float* sums, int rows, int width) {
  const D d;
  const V alpha = hn::Set(d, t.alpha);
  const V beta = hn::Set(d, t.beta);
  const V low = hn::Set(d, t.low);
  const V high = hn::Set(d, t.high);
  for (int i = 0; i < rows; ++i, sums += width) {
    float* c = t.c + i * t.ldc;
    const float* residual = t.residual + i * t.residual_stride;
    for (int j = 0; j < width; j += kLanes) {
      V v = hn::Load(d, sums + j);
      if (t.accumulate) v = hn::Add(v, LoadSome(c + j, t.n - j));
      v = hn::Mul(v, alpha);
      if (t.bias != nullptr) v = hn::Add(v, LoadSome(t.bias + j, t.n - j));
      if (t.residual != nullptr) v = hn::MulAdd(LoadSome(residual + j, t.n - j), beta, v);
      v = hn::Min(high, hn::Max(low, v));  // in this order of operands a NaN stays one on x86
      StoreSome(v, c + j, t.n - j);
    }
  }
}

// The epilogue without a branch for each vector: an absent bias or residual is read from zeros.
// kFull: no vector is partial.
template <bool kFull, int kM, int kVectors>
HWY_INLINE void FinishInRegisters(const TileArgs& t, V (&acc)[kM][kVectors]) {
  const D d;
  const float* bias = t.bias != nullptr ? t.bias : kZeros;
  const float* residual = t.residual != nullptr ? t.residual : kZeros;
  const int64_t residual_stride = t.residual != nullptr ? t.residual_stride : 0;
  const V alpha = hn::Set(d, t.alpha);
  const V beta = hn::Set(d, t.beta);
  const V low = hn::Set(d, t.low);
  const V high = hn::Set(d, t.high);
  // Only the last vector can be partial.
  const auto mask = hn::FirstN(d, static_cast<size_t>(t.n - (kVectors - 1) * kLanes));
  const auto load = [&](const float* from, int j) HWY_ATTR {
    return kFull || j + 1 < kVectors ? hn::LoadU(d, from + j * kLanes)
                                     : hn::MaskedLoad(mask, d, from + j * kLanes);
  };
  BACKPLANE_UNROLL
  for (int j = 0; j < kVectors; ++j) {
    const V bias_j = load(bias, j);
    BACKPLANE_UNROLL
    for (int i = 0; i < kM; ++i) {
      V v = hn::MulAdd(acc[i][j], alpha, bias_j);
      v = hn::MulAdd(load(residual + i * residual_stride, j), beta, v);
      v = hn::Min(high, hn::Max(low, v));
      float* c = t.c + i * t.ldc + j * kLanes;
      if (kFull || j + 1 < kVectors) {
        hn::StoreU(v, d, c);
      } else {
        hn::BlendedStore(v, mask, d, c);
      }
    }
  }
}

template <int kM, int kVectors>
HWY_INLINE void FinishSums(const TileArgs& t, V (&acc)[kM][kVectors]) {
  if (!t.accumulate) {
    if (t.n == kVectors * kLanes) {
      FinishInRegisters<true>(t, acc);
      return;
    }
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86  // elsewhere a masked access touches what it must not
    FinishInRegisters<false>(t, acc);
    return;
#endif
  }
  const D d;
  HWY_ALIGN float sums[kM * kVectors * kLanes];
  BACKPLANE_UNROLL
  for (int i = 0; i < kM; ++i) {
    BACKPLANE_UNROLL
    for (int j = 0; j < kVectors; ++j) hn::Store(acc[i][j], d, sums + (i * kVectors + j) * kLanes);
  }
  FinishInMemory(t, sums, kM, kVectors * kLanes);
}

// Few accumulators would wait for each other: then several steps of k go side by side.
template <int kM, int kVectors>
constexpr int kSplit = kM* kVectors >= 8   ? 1
                       : kM* kVectors >= 4 ? 2
                                           : 4;

template <int kM, int kVectors>
struct Sums {
  static constexpr int kWays = kSplit<kM, kVectors>;
  V acc[kWays][kM][kVectors];

  HWY_INLINE Sums() {
    const D d;
    BACKPLANE_UNROLL
    for (int s = 0; s < kWays; ++s) {
      BACKPLANE_UNROLL
      for (int i = 0; i < kM; ++i) {
        BACKPLANE_UNROLL
        for (int j = 0; j < kVectors; ++j) acc[s][i][j] = hn::Zero(d);
      }
    }
  }

  // Adds one row of B times the m values of A that `a(i)` gives.
  template <class GetA>
  HWY_INLINE void Add(int s, const float* b, const GetA& a) {
    const D d;
    V bv[kVectors];
    BACKPLANE_UNROLL
    for (int j = 0; j < kVectors; ++j) bv[j] = hn::LoadU(d, b + j * kLanes);
    BACKPLANE_UNROLL
    for (int i = 0; i < kM; ++i) {
      const V av = hn::Set(d, a(i));
      BACKPLANE_UNROLL
      for (int j = 0; j < kVectors; ++j) acc[s][i][j] = hn::MulAdd(av, bv[j], acc[s][i][j]);
    }
  }

  HWY_INLINE void Finish(const TileArgs& t) {
    BACKPLANE_UNROLL
    for (int s = 1; s < kWays; ++s) {
      BACKPLANE_UNROLL
      for (int i = 0; i < kM; ++i) {
        BACKPLANE_UNROLL
        for (int j = 0; j < kVectors; ++j) acc[0][i][j] = hn::Add(acc[0][i][j], acc[s][i][j]);
      }
    }
    FinishSums(t, acc[0]);
  }
};

// Asks for what the epilogue will read and write, so that it is there when the sums are.
template <int kM, int kVectors>
HWY_INLINE void PrefetchOutput(const TileArgs& t) {
  BACKPLANE_UNROLL
  for (int i = 0; i < kM; ++i) {
    hwy::Prefetch(t.c + i * t.ldc);
    if (kVectors > 1) hwy::Prefetch(t.c + i * t.ldc + kLanes);
  }
  if (t.residual == nullptr) return;
  BACKPLANE_UNROLL
  for (int i = 0; i < kM; ++i) {
    hwy::Prefetch(t.residual + i * t.residual_stride);
    if (kVectors > 1) hwy::Prefetch(t.residual + i * t.residual_stride + kLanes);
  }
}

// Each row of A behind a pointer of its own.
template <int kM, int kVectors>
void RunTile(const TileArgs& t) {
  constexpr int kWays = kSplit<kM, kVectors>;
  PrefetchOutput<kM, kVectors>(t);
  Sums<kM, kVectors> sums;
  const float* b = t.b;
  const int64_t b_stride = t.b_stride;
  const float* const* rows = t.a;
  for (int64_t tap = 0; tap < t.taps; ++tap, rows += kM) {
    const float* a[kM];
    BACKPLANE_UNROLL
    for (int i = 0; i < kM; ++i) a[i] = rows[i];
    int64_t k = 0;
    for (; k + kWays <= t.k; k += kWays) {
      BACKPLANE_UNROLL
      for (int s = 0; s < kWays; ++s) {
        sums.Add(s, b, [&](int i) HWY_ATTR { return a[i][k + s]; });
        b += b_stride;
      }
    }
    for (; kWays > 1 && k < t.k; ++k) {
      sums.Add(0, b, [&](int i) HWY_ATTR { return a[i][k]; });
      b += b_stride;
    }
  }
  sums.Finish(t);
}

// Rows of A at one distance: three of them share a pointer, so that all addresses fit into
// registers.
template <int kM, int kVectors>
void RunSteppedTile(const TileArgs& t) {
  constexpr int kBases = (kM + 2) / 3;
  constexpr int kSteps = 4;  // of k for each round of the loop
  PrefetchOutput<kM, kVectors>(t);
  Sums<kM, kVectors> sums;
  const float* b = t.b;
  const int64_t b_stride = t.b_stride;
  for (int64_t tap = 0; tap < t.taps; ++tap) {
    const float* base[kBases];
    BACKPLANE_UNROLL
    for (int i = 0; i < kBases; ++i) base[i] = t.a[tap] + 3 * i * t.a_step;
    const auto round = [&]<int kCount>(std::integral_constant<int, kCount>) HWY_ATTR {
      // Opaque, or the compiler makes a pointer of each sum and has no registers for them.
      int64_t step = t.a_step;
      __asm__("" : "+r"(step));
      BACKPLANE_UNROLL
      for (int s = 0; s < kCount; ++s) {
        sums.Add(s % kSplit<kM, kVectors>, b,
                 [&](int i) HWY_ATTR { return base[i / 3][(i % 3) * step + s]; });
        b += b_stride;
      }
      BACKPLANE_UNROLL
      for (int i = 0; i < kBases; ++i) base[i] += kCount;
    };
    int64_t k = t.k;
    for (; k >= kSteps; k -= kSteps) round(std::integral_constant<int, kSteps>());
    for (; k > 0; --k) round(std::integral_constant<int, 1>());
  }
  sums.Finish(t);
}

template <int kVectors, int... kM>
constexpr std::array<void (*)(const TileArgs&), sizeof...(kM)> Table(
    std::integer_sequence<int, kM...>) {
  return {&RunTile<kM + 1, kVectors>...};
}

template <int kVectors, int... kM>
constexpr std::array<void (*)(const TileArgs&), sizeof...(kM)> SteppedTable(
    std::integer_sequence<int, kM...>) {
  return {&RunSteppedTile<kM + 1, kVectors>...};
}

void Run(const TileArgs& t) {
  static constexpr auto kOne = Table<1>(std::make_integer_sequence<int, kRows>());
  static constexpr auto kTwo = Table<2>(std::make_integer_sequence<int, kRows>());
  static constexpr auto kSteppedOne = SteppedTable<1>(std::make_integer_sequence<int, kRows>());
  static constexpr auto kSteppedTwo = SteppedTable<2>(std::make_integer_sequence<int, kRows>());
  const auto row = static_cast<size_t>(t.m - 1);
  if (t.a_step != 0) {
    (t.n <= kLanes ? kSteppedOne : kSteppedTwo)[row](t);
  } else {
    (t.n <= kLanes ? kOne : kTwo)[row](t);
  }
}

template <int kColumns>
HWY_INLINE void DotColumns(const float* a, const float* b, int64_t b_stride, int64_t k,
                           float* out) {
  const D d;
  V acc[kColumns];
  BACKPLANE_UNROLL
  for (int j = 0; j < kColumns; ++j) acc[j] = hn::Zero(d);
  int64_t i = 0;
  for (; i + kLanes <= k; i += kLanes) {
    const V av = hn::LoadU(d, a + i);
    BACKPLANE_UNROLL
    for (int j = 0; j < kColumns; ++j)
      acc[j] = hn::MulAdd(av, hn::LoadU(d, b + j * b_stride + i), acc[j]);
  }
  if (i < k) {
    const V av = LoadSome(a + i, k - i);
    BACKPLANE_UNROLL
    for (int j = 0; j < kColumns; ++j)
      acc[j] = hn::MulAdd(av, LoadSome(b + j * b_stride + i, k - i), acc[j]);
  }
  BACKPLANE_UNROLL
  for (int j = 0; j < kColumns; ++j) out[j] = hn::GetLane(hn::SumOfLanes(d, acc[j]));
}

void Dots(const float* a, const float* b, int64_t b_stride, int64_t k, int64_t n, float* out) {
  int64_t j = 0;
  for (; j + 4 <= n; j += 4) DotColumns<4>(a, b + j * b_stride, b_stride, k, out + j);
  for (; j < n; ++j) DotColumns<1>(a, b + j * b_stride, b_stride, k, out + j);
}

TileShape Shape() { return {kRows, 2 * kLanes, kLanes, &Run, &Dots}; }

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {
HWY_EXPORT(Shape);

const TileShape& Tile() {
  static const TileShape shape = HWY_DYNAMIC_DISPATCH(Shape)();
  return shape;
}

}  // namespace backplane::cpu
#endif
