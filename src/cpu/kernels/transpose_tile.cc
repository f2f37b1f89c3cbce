// The SIMD part of transposing: a tile of 32-bit elements through 4x4 or 8x8 blocks held in
// registers.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/transpose_tile.cc"
#include "hwy/foreach_target.h"  // must come before highway.h

#include "cpu/kernels/transpose.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <size_t N>
HWY_INLINE void TransposeBlock(uint32_t* HWY_RESTRICT dst, int64_t dst_stride,
                               const uint32_t* HWY_RESTRICT src, int64_t src_stride);

#if HWY_TARGET != HWY_SCALAR
// Four vectors as a 4x4 transposition inside each 128-bit block.
template <class V>
HWY_INLINE void TransposeInBlocks(V& a, V& b, V& c, V& d) {
  const hn::DFromV<V> du;
  const hn::RepartitionToWide<decltype(du)> dw;
  const auto wide = [&](V v) { return hn::BitCast(dw, v); };
  const V ab_low = hn::InterleaveLower(du, a, b);
  const V ab_high = hn::InterleaveUpper(du, a, b);
  const V cd_low = hn::InterleaveLower(du, c, d);
  const V cd_high = hn::InterleaveUpper(du, c, d);
  a = hn::BitCast(du, hn::InterleaveLower(dw, wide(ab_low), wide(cd_low)));
  b = hn::BitCast(du, hn::InterleaveUpper(dw, wide(ab_low), wide(cd_low)));
  c = hn::BitCast(du, hn::InterleaveLower(dw, wide(ab_high), wide(cd_high)));
  d = hn::BitCast(du, hn::InterleaveUpper(dw, wide(ab_high), wide(cd_high)));
}

template <>
HWY_INLINE void TransposeBlock<4>(uint32_t* HWY_RESTRICT dst, int64_t dst_stride,
                                  const uint32_t* HWY_RESTRICT src, int64_t src_stride) {
  const hn::FixedTag<uint32_t, 4> d;
  auto a = hn::LoadU(d, src);
  auto b = hn::LoadU(d, src + src_stride);
  auto c = hn::LoadU(d, src + 2 * src_stride);
  auto e = hn::LoadU(d, src + 3 * src_stride);
  TransposeInBlocks(a, b, c, e);
  hn::StoreU(a, d, dst);
  hn::StoreU(b, d, dst + dst_stride);
  hn::StoreU(c, d, dst + 2 * dst_stride);
  hn::StoreU(e, d, dst + 3 * dst_stride);
}

#if HWY_MAX_BYTES >= 32
template <>
HWY_INLINE void TransposeBlock<8>(uint32_t* HWY_RESTRICT dst, int64_t dst_stride,
                                  const uint32_t* HWY_RESTRICT src, int64_t src_stride) {
  const hn::FixedTag<uint32_t, 8> d;
  const auto load = [&](int64_t i) HWY_ATTR { return hn::LoadU(d, src + i * src_stride); };
  auto a0 = load(0), a1 = load(1), a2 = load(2), a3 = load(3);
  auto b0 = load(4), b1 = load(5), b2 = load(6), b3 = load(7);
  TransposeInBlocks(a0, a1, a2, a3);
  TransposeInBlocks(b0, b1, b2, b3);
  const auto store = [&](int64_t j, auto low, auto high) HWY_ATTR {
    hn::StoreU(hn::ConcatLowerLower(d, high, low), d, dst + j * dst_stride);
    hn::StoreU(hn::ConcatUpperUpper(d, high, low), d, dst + (j + 4) * dst_stride);
  };
  store(0, a0, b0);
  store(1, a1, b1);
  store(2, a2, b2);
  store(3, a3, b3);
}
#endif
#endif

void Tile32(uint32_t* HWY_RESTRICT dst, int64_t dst_stride, const uint32_t* HWY_RESTRICT src,
            int64_t src_stride, int64_t rows, int64_t columns) {
#if HWY_TARGET == HWY_SCALAR
  constexpr int64_t kBlock = 1;
#elif HWY_MAX_BYTES >= 32
  constexpr int64_t kBlock = 8;
#else
  constexpr int64_t kBlock = 4;
#endif
  const int64_t whole_rows = rows - rows % kBlock;
  const int64_t whole_columns = columns - columns % kBlock;
#if HWY_TARGET != HWY_SCALAR
  // Two blocks of rows side by side fill a destination line while it is in L1.
  constexpr int64_t kLine = 16;
  for (int64_t i0 = 0; i0 < whole_rows; i0 += kLine) {
    const int64_t i1 = HWY_MIN(i0 + kLine, whole_rows);
    for (int64_t j = 0; j < whole_columns; j += kBlock) {
      for (int64_t i = i0; i < i1; i += kBlock) {
        TransposeBlock<kBlock>(dst + j * dst_stride + i, dst_stride, src + i * src_stride + j,
                               src_stride);
      }
    }
  }
#else
  for (int64_t j = 0; j < whole_columns; ++j) {
    for (int64_t i = 0; i < whole_rows; ++i) dst[j * dst_stride + i] = src[i * src_stride + j];
  }
#endif
  for (int64_t j = whole_columns; j < columns; ++j) {
    for (int64_t i = 0; i < whole_rows; ++i) dst[j * dst_stride + i] = src[i * src_stride + j];
  }
  for (int64_t j = 0; j < columns; ++j) {
    for (int64_t i = whole_rows; i < rows; ++i) dst[j * dst_stride + i] = src[i * src_stride + j];
  }
}

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace backplane::cpu {

HWY_EXPORT(Tile32);

void TransposeTile32(uint32_t* dst, int64_t dst_stride, const uint32_t* src, int64_t src_stride,
                     int64_t rows, int64_t columns) {
  HWY_DYNAMIC_DISPATCH(Tile32)(dst, dst_stride, src, src_stride, rows, columns);
}

}  // namespace backplane::cpu
#endif
