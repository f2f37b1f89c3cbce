// How QuantizeLinear and DequantizeLinear walk a tensor: rows that share one scale, or that have
// one scale an element. Covers one scale for the tensor, one for each index of an axis, and one for
// each block along an axis.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/ops/indexing.h"

namespace backplane::cpu {

/// Elements [start, start + count) with scales scale[scale], scale[scale + scale_step], ...
struct QuantizedRow {
  int64_t start;
  int64_t count;
  int64_t scale;
  int64_t scale_step;  ///< 0: one scale for the row; 1: one for each element
};

class QuantizedRows {
 public:
  /// Fails with ORT_INVALID_ARGUMENT where the scale's shape does not fit.
  QuantizedRows(const Shape& x, const Shape& scale, int64_t axis, int64_t block_size);

  int64_t count() const { return rows_; }
  int64_t longest() const { return longest_; }
  QuantizedRow Row(int64_t i) const;

  /// body(row, offset, count, buffer) for pieces of all rows, in parallel: elements offset ..
  /// offset + count of `row`, and room for that many floats. A row costs `cost` in ThreadPool's
  /// units.
  template <typename Body>
  void ForPieces(ThreadPool& pool, double cost, const Body& body) const {
    pool.For(count(), cost, [&](int64_t begin, int64_t end) {
      constexpr int64_t kPiece = 1024;
      float buffer[kPiece];
      for (int64_t r = begin; r < end; ++r) {
        const QuantizedRow row = Row(r);
        for (int64_t offset = 0; offset < row.count; offset += kPiece)
          body(row, offset, std::min(kPiece, row.count - offset), buffer);
      }
    });
  }

 private:
  enum class Kind { kTensor, kAxis, kLastAxis, kBlock, kLastAxisBlock };

  Kind kind_ = Kind::kTensor;
  int64_t rows_ = 0;
  int64_t longest_ = 0;
  int64_t total_ = 0;
  int64_t dim_ = 1;
  int64_t inner_ = 1;
  int64_t block_ = 0;
  int64_t blocks_ = 1;
};

/// The scales as floats, and the zero points as integers (zeros when absent or float8), in scratch
/// memory.
struct QuantizationParameters {
  const float* scale;
  const int32_t* zero_point;
};
QuantizationParameters ReadQuantizationParameters(KernelContext& context);

/// Sub-byte integers of `dtype`, unpacked to a byte each, as signed or unsigned bytes.
void SignExtend(DType dtype, uint8_t* bytes, int64_t count);

/// x[i] as floats from float, half, int32 or double elements.
void LoadFloats(DType dtype, const void* x, int64_t start, int64_t count, float* out);
/// The reverse, for float and half outputs.
void StoreFloats(DType dtype, const float* x, int64_t start, int64_t count, void* out);

}  // namespace backplane::cpu
