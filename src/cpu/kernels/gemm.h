// Matrix products: C = activation(alpha * A * B + bias + beta * residual), all in float and
// row-major.
//
// B is packed once (PackedB, for weights), packed on the way into scratch, or read where it lies.
// Used by the operators of matmul.cc and gemm.cc, by attention and by recurrent layers. Allocates
// only when packing weights.
#pragma once

#include <cstdint>
#include <memory>

#include "base/memory.h"
#include "base/thread_pool.h"
#include "cpu/kernels/activation.h"
#include "cpu/kernels/weight_rows.h"

namespace backplane::cpu {

/// A matrix of K rows and N columns cut into panels of Tile().columns columns, each panel with its
/// rows one after another; the last panel is one or two vectors wide and padded with zeros.
class PackedB {
 public:
  PackedB() = default;

  /// Packs the matrix whose element (row, column) is b[row * row_stride + column * column_stride],
  /// times `scale`.
  static PackedB Pack(const float* b, int64_t k, int64_t n, int64_t row_stride,
                      int64_t column_stride, float scale = 1.0f);
  /// Weights with a row for each of `outputs`, in it [channels, taps]: the matrix of taps *
  /// channels rows and a column for each output, times `scale`.
  static PackedB PackRows(const WeightRows& weights, int64_t outputs, int64_t channels,
                          int64_t taps, ThreadPool& pool, float scale = 1.0f);
  /// As Pack, into memory of the caller: Bytes(k, n), aligned to kTensorAlignment. Uses the pool
  /// for large ones.
  static PackedB PackInto(void* memory, const float* b, int64_t k, int64_t n, int64_t row_stride,
                          int64_t column_stride, ThreadPool* pool);
  static size_t Bytes(int64_t k, int64_t n);

  bool empty() const { return data_ == nullptr; }
  int64_t k() const { return k_; }
  int64_t n() const { return n_; }
  int64_t panels() const { return panels_; }
  const float* panel(int64_t i) const { return data_ + i * panel_floats_; }
  /// Floats from a row of panel `i` to the next.
  int64_t width(int64_t i) const { return i + 1 == panels_ ? last_width_ : columns_; }

 private:
  PackedB(float* data, int64_t k, int64_t n);
  /// `from`: the first element of the panel's first column.
  void PackPanel(int64_t i, const float* from, int64_t row_stride, int64_t column_stride,
                 float scale) const;
  /// Panels [begin, end) of a row-major matrix at `b`, all of them full, side by side.
  void PackFullPanels(int64_t begin, int64_t end, const float* b, int64_t row_stride) const;
  /// Panels that are read and written together, so that runs of the source's rows are long.
  int64_t PanelsAtOnce() const;
  /// Makes the pages of panels [begin, end) present, just before they are written.
  void TouchPanels(int64_t begin, int64_t end) const;

  std::shared_ptr<Buffer> owner_;
  float* data_ = nullptr;
  int64_t k_ = 0;
  int64_t n_ = 0;
  int64_t panels_ = 0;
  int64_t columns_ = 0;
  int64_t last_width_ = 0;
  int64_t panel_floats_ = 0;
};

/// What happens to the sums before they are stored.
struct Epilogue {
  const float* bias = nullptr;      ///< N floats, or null
  const float* residual = nullptr;  ///< M rows of N floats added before the activation, or null
  int64_t residual_stride = 0;      ///< floats between its rows; 0 repeats one row
  float residual_scale = 1.0f;
  Activation activation;
};

struct GemmParams {
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  const float* a = nullptr;
  int64_t lda = 0;
  /// B: packed, or (row, column) at b[row * b_row_stride + column * b_column_stride], one of the
  /// strides being 1.
  const PackedB* packed = nullptr;
  const float* b = nullptr;
  int64_t b_row_stride = 0;
  int64_t b_column_stride = 1;
  float* c = nullptr;
  int64_t ldc = 0;
  float alpha = 1.0f;
  bool accumulate = false;  ///< adds to what C holds (before alpha)
  Epilogue epilogue;
};

/// Scratch that Gemm needs: to pack B, and to copy rows of A that lie at an unfortunate distance.
size_t GemmScratchBytes(const GemmParams& params);
/// `scratch`: GemmScratchBytes(params), aligned to kTensorAlignment.
void Gemm(const GemmParams& params, void* scratch, ThreadPool& pool);

/// Many products of one shape. The i-th operand lies at its base plus i times its stride, or plus
/// offsets[i].
struct BatchedGemmParams {
  GemmParams gemm;  ///< the bases and everything that is common
  int64_t batch = 0;
  int64_t a_stride = 0;
  int64_t b_stride = 0;
  int64_t c_stride = 0;
  int64_t residual_stride = 0;
  /// Offsets in floats, `batch` of each, in place of the strides; null otherwise.
  const int64_t* a_offsets = nullptr;
  const int64_t* b_offsets = nullptr;
  const int64_t* c_offsets = nullptr;
};

size_t BatchedGemmScratchBytes(const BatchedGemmParams& params, const ThreadPool& pool);
void BatchedGemm(const BatchedGemmParams& params, void* scratch, ThreadPool& pool);

}  // namespace backplane::cpu
