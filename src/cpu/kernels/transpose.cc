#include "cpu/kernels/transpose.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "base/checked_math.h"

namespace backplane::cpu {
namespace {

using Axis = StridedCopy::Axis;

// Roughly what one core moves in a nanosecond; only decides how work is split.
constexpr double kBytesPerNanosecond = 8.0;
constexpr int64_t kPieceBytes = 128 * 1024;
constexpr int64_t kTile = 128;

// Walks a list of axes in row-major order, keeping the offset on both sides.
class Odometer {
 public:
  Odometer(const Axis* axes, int rank, int64_t position) : axes_(axes), rank_(rank) {
    for (int i = rank - 1; i >= 0; --i) {
      at_[i] = position % axes[i].size;
      position /= axes[i].size;
      dst += at_[i] * axes[i].dst;
      src += at_[i] * axes[i].src;
    }
  }
  void Next() {
    for (int i = rank_ - 1; i >= 0; --i) {
      dst += axes_[i].dst;
      src += axes_[i].src;
      if (++at_[i] < axes_[i].size) return;
      dst -= axes_[i].dst * axes_[i].size;
      src -= axes_[i].src * axes_[i].size;
      at_[i] = 0;
    }
  }
  int64_t dst = 0;
  int64_t src = 0;

 private:
  const Axis* axes_;
  int rank_;
  int64_t at_[64];
};

int64_t Product(const Axis* axes, int rank) {
  int64_t product = 1;
  for (int i = 0; i < rank; ++i) product *= axes[i].size;
  return product;
}

template <typename T>
void CopyRun(T* dst, const T* src, int64_t count) {
  if constexpr (std::is_trivially_copyable_v<T>) {
    if (count * sizeof(T) >= 64) {
      std::memcpy(dst, src, count * sizeof(T));
      return;
    }
  }
  for (int64_t i = 0; i < count; ++i) dst[i] = src[i];
}

template <size_t kBytes, typename T>
void CopyRowsOf(T* dst, int64_t dst_stride, const T* src, int64_t src_stride, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i)
    std::memcpy(dst + i * dst_stride, src + i * src_stride, kBytes);
}

// Rows of `run` elements; those of a size that is a constant here are copied without a call.
template <typename T>
void CopyRows(T* dst, int64_t dst_stride, const T* src, int64_t src_stride, int64_t rows,
              int64_t run) {
  if constexpr (std::is_trivially_copyable_v<T>) {
    switch (static_cast<size_t>(run) * sizeof(T)) {
      case 16:
        return CopyRowsOf<16>(dst, dst_stride, src, src_stride, rows);
      case 32:
        return CopyRowsOf<32>(dst, dst_stride, src, src_stride, rows);
      case 64:
        return CopyRowsOf<64>(dst, dst_stride, src, src_stride, rows);
      case 96:
        return CopyRowsOf<96>(dst, dst_stride, src, src_stride, rows);
      case 128:
        return CopyRowsOf<128>(dst, dst_stride, src, src_stride, rows);
    }
  }
  for (int64_t i = 0; i < rows; ++i) CopyRun(dst + i * dst_stride, src + i * src_stride, run);
}

// Short runs, contiguous on both sides: the two innermost axes together.
template <typename T>
void CopyShortRuns(ThreadPool& pool, const Axis* axes, int rank, T* dst, const T* src) {
  const int64_t run = axes[rank - 1].size;
  const Axis& rows = axes[rank - 2];
  const double cost = static_cast<double>(run) * sizeof(T) / kBytesPerNanosecond + 1;
  pool.For(Product(axes, rank - 1), cost, [&](int64_t begin, int64_t end) {
    Odometer at(axes, rank - 2, begin / rows.size);
    int64_t row = begin % rows.size;
    while (begin < end) {
      const int64_t count = std::min(rows.size - row, end - begin);
      CopyRows(dst + at.dst + row * rows.dst, rows.dst, src + at.src + row * rows.src, rows.src,
               count, run);
      begin += count;
      row = 0;
      at.Next();
    }
  });
}

// The innermost axis is contiguous on both sides.
template <typename T>
void CopyRuns(ThreadPool& pool, const Axis* axes, int rank, T* dst, const T* src) {
  const int64_t run = axes[rank - 1].size;
  if (rank > 1 && run * sizeof(T) <= 1024) return CopyShortRuns(pool, axes, rank, dst, src);
  const int64_t piece = std::max<int64_t>(kPieceBytes / sizeof(T), 1);
  const int64_t pieces = CeilDiv(run, piece);
  const double cost =
      static_cast<double>(std::min(run, piece) * sizeof(T)) / kBytesPerNanosecond + 2;
  pool.For(Product(axes, rank - 1) * pieces, cost, [&](int64_t begin, int64_t end) {
    Odometer at(axes, rank - 1, begin / pieces);
    int64_t part = begin % pieces;
    for (int64_t i = begin; i < end; ++i) {
      const int64_t from = part * piece;
      CopyRun(dst + at.dst + from, src + at.src + from, std::min(piece, run - from));
      if (++part == pieces) {
        part = 0;
        at.Next();
      }
    }
  });
}

template <typename T>
void CopyInner(T* dst, int64_t dst_stride, const T* src, int64_t src_stride, int64_t count) {
  if (src_stride == 0) {
    const T value = *src;
    for (int64_t i = 0; i < count; ++i) dst[i * dst_stride] = value;
  } else {
    for (int64_t i = 0; i < count; ++i) dst[i * dst_stride] = src[i * src_stride];
  }
}

// No useful structure: element by element along the innermost axis.
template <typename T>
void CopyElementwise(ThreadPool& pool, const Axis* axes, int rank, T* dst, const T* src) {
  const Axis inner = axes[rank - 1];
  constexpr int64_t kPiece = 4096;
  const int64_t pieces = CeilDiv(inner.size, kPiece);
  const double cost =
      static_cast<double>(std::min(inner.size, kPiece)) * (inner.src == 0 ? 0.3 : 1.0) + 2;
  pool.For(Product(axes, rank - 1) * pieces, cost, [&](int64_t begin, int64_t end) {
    Odometer at(axes, rank - 1, begin / pieces);
    int64_t part = begin % pieces;
    for (int64_t i = begin; i < end; ++i) {
      const int64_t from = part * kPiece;
      CopyInner(dst + at.dst + from * inner.dst, inner.dst, src + at.src + from * inner.src,
                inner.src, std::min(kPiece, inner.size - from));
      if (++part == pieces) {
        part = 0;
        at.Next();
      }
    }
  });
}

// dst[j * dst_stride + i] = src[i * src_stride + j].
template <typename T>
void TransposeTile(T* dst, int64_t dst_stride, const T* src, int64_t src_stride, int64_t rows,
                   int64_t columns) {
  if constexpr (sizeof(T) == 4) {
    TransposeTile32(dst, dst_stride, src, src_stride, rows, columns);
  } else {
    constexpr int64_t kBlock =
        16;  // one block's lines stay in L1 even when the strides are powers of two
    for (int64_t i0 = 0; i0 < rows; i0 += kBlock) {
      const int64_t i1 = std::min(i0 + kBlock, rows);
      for (int64_t j = 0; j < columns; ++j) {
        for (int64_t i = i0; i < i1; ++i) dst[j * dst_stride + i] = src[i * src_stride + j];
      }
    }
  }
}

// `inner` is contiguous in the destination, `outer` in the source: 2-D tiles over the two for all
// `rest`.
template <typename T>
void CopyTransposed(ThreadPool& pool, Axis inner, Axis outer, const Axis* rest, int rank, T* dst,
                    const T* src) {
  const int64_t bands = CeilDiv(outer.size, kTile);
  const double cost = static_cast<double>(inner.size * std::min(outer.size, kTile) * sizeof(T)) *
                      2 / kBytesPerNanosecond;
  pool.For(Product(rest, rank) * bands, cost, [&](int64_t begin, int64_t end) {
    Odometer at(rest, rank, begin / bands);
    int64_t band = begin % bands;
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t j = band * kTile;
      const int64_t columns = std::min(kTile, outer.size - j);
      for (int64_t i = 0; i < inner.size; i += kTile) {
        TransposeTile(dst + at.dst + j * outer.dst + i, outer.dst, src + at.src + i * inner.src + j,
                      inner.src, std::min(kTile, inner.size - i), columns);
      }
      if (++band == bands) {
        band = 0;
        at.Next();
      }
    }
  });
}

}  // namespace

void StridedCopy::Add(int64_t size, int64_t dst_stride, int64_t src_stride) {
  if (size == 0) empty_ = true;
  if (size == 1 || empty_) return;
  if (rank_ > 0) {
    Axis& last = axes_[rank_ - 1];
    if (last.dst == dst_stride * size && last.src == src_stride * size) {
      last = {last.size * size, dst_stride, src_stride};
      return;
    }
  }
  Require(rank_ < kMaxAxes, ORT_INVALID_ARGUMENT,
          "a tensor with more than {} dimensions above 1 is too large", kMaxAxes);
  axes_[rank_++] = {size, dst_stride, src_stride};
}

void StridedCopy::Run(ThreadPool& pool, DType dtype, void* dst, const void* src) const {
  if (empty_) return;
  DispatchBySize(
      dtype, [&]<typename T>() { RunAs(pool, static_cast<T*>(dst), static_cast<const T*>(src)); });
}

template <typename T>
void StridedCopy::RunAs(ThreadPool& pool, T* dst, const T* src) const {
  if (rank_ == 0) {
    *dst = *src;
    return;
  }
  const Axis& inner = axes_[rank_ - 1];
  if (inner.dst == 1 && inner.src == 1) return CopyRuns(pool, axes_, rank_, dst, src);
  if (inner.dst == 1 && inner.src != 0) {
    const Axis* outer =
        std::find_if(axes_, axes_ + rank_ - 1, [](const Axis& axis) { return axis.src == 1; });
    if (outer != axes_ + rank_ - 1) {
      Axis rest[kMaxAxes];
      int count = 0;
      for (int i = 0; i + 1 < rank_; ++i) {
        if (&axes_[i] != outer) rest[count++] = axes_[i];
      }
      return CopyTransposed(pool, inner, *outer, rest, count, dst, src);
    }
  }
  CopyElementwise(pool, axes_, rank_, dst, src);
}

void CopyContiguous(ThreadPool& pool, DType dtype, void* dst, const void* src, int64_t count) {
  StridedCopy copy;
  copy.Add(count, 1, 1);
  copy.Run(pool, dtype, dst, src);
}

}  // namespace backplane::cpu
