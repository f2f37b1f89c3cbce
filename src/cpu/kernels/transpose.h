// Moving elements between two strided layouts: what Transpose, Concat, Split, Slice, Expand, Tile
// and DepthToSpace are made of. Knows the size of an element, not its type. Plans live on the
// stack; nothing here allocates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/dtype.h"
#include "base/error.h"
#include "base/thread_pool.h"

namespace backplane::cpu {

/// Storage of a 16-byte element (complex128).
struct Bytes16 {
  uint64_t low;
  uint64_t high;
};

/// Calls `body.operator()<T>()` with T an unsigned type as wide as an element of `dtype`, or
/// std::string. Sub-byte types must have been unpacked to kUInt8 before (ops/indexing.h).
template <typename Body>
decltype(auto) DispatchBySize(DType dtype, Body&& body) {
  if (dtype == DType::kString) return body.template operator()<std::string>();
  switch (BitsOf(dtype)) {
    case 8:
      return body.template operator()<uint8_t>();
    case 16:
      return body.template operator()<uint16_t>();
    case 32:
      return body.template operator()<uint32_t>();
    case 64:
      return body.template operator()<uint64_t>();
    case 128:
      return body.template operator()<Bytes16>();
    default:
      Fail(ORT_NOT_IMPLEMENTED, "elements of {} cannot be moved", TensorTypeName(dtype));
  }
}

/// A copy of an N-dimensional block from one strided layout to another. Axes are added outermost
/// first, strides count elements; those of the source may be 0 (repeat) or negative (reverse).
/// Neighbours that are contiguous on both sides merge as they are added. The destination must not
/// overlap itself or the source.
class StridedCopy {
 public:
  void Add(int64_t size, int64_t dst_stride, int64_t src_stride);
  void Run(ThreadPool& pool, DType dtype, void* dst, const void* src) const;

  struct Axis {
    int64_t size;
    int64_t dst;
    int64_t src;
  };

 private:
  // Axes of size 1 are dropped, so a block of fewer than 2^63 elements has at most 63 of them.
  static constexpr int kMaxAxes = 64;

  template <typename T>
  void RunAs(ThreadPool& pool, T* dst, const T* src) const;

  Axis axes_[kMaxAxes];
  int rank_ = 0;
  bool empty_ = false;
};

/// dst[j * dst_stride + i] = src[i * src_stride + j] for 32-bit elements, i < rows, j < columns: a
/// tile that fits L1.
void TransposeTile32(uint32_t* dst, int64_t dst_stride, const uint32_t* src, int64_t src_stride,
                     int64_t rows, int64_t columns);

/// Copies `count` contiguous elements, large blocks in parallel.
void CopyContiguous(ThreadPool& pool, DType dtype, void* dst, const void* src, int64_t count);

}  // namespace backplane::cpu
