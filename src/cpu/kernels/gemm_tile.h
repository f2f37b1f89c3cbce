// The register tile that matrix products and convolutions are made of: some rows of A, each behind
// a pointer of its own, times one panel of B, with the epilogue applied while the sums are in
// registers. Called by gemm.cc and conv.cc.
#pragma once

#include <cstdint>

namespace backplane::cpu {

/// C[m, n] = clamp(alpha * (sum over taps and k of A * B, plus C if `accumulate`) + bias + beta *
/// residual).
struct TileArgs {
  const float* const* a =
      nullptr;         ///< taps * m pointers, each to k floats; the m rows of a tap are neighbours
  int64_t a_step = 0;  ///< unless 0: floats from a row to the next, and `a` has one pointer a tap
  int64_t taps = 1;
  int64_t k = 0;
  const float* b = nullptr;  ///< taps * k rows
  int64_t b_stride = 0;      ///< floats from a row of B to the next; whole vectors are read
  float* c = nullptr;
  int64_t ldc = 0;
  int m = 0;  ///< 1 to TileShape::rows
  int n = 0;  ///< 1 to TileShape::columns
  bool accumulate = false;
  float alpha = 1.0f;
  float beta = 1.0f;
  float low;                        ///< lower end of the clamp
  float high;                       ///< upper end of the clamp
  const float* bias = nullptr;      ///< n floats, or null
  const float* residual = nullptr;  ///< m rows of n floats, or null
  int64_t residual_stride = 0;
};

/// What this machine's tile looks like.
struct TileShape {
  int rows;     ///< most rows of A
  int columns;  ///< most columns of B: two vectors
  int lanes;    ///< columns of one vector
  void (*run)(const TileArgs& args);
  /// out[j] = sum over k of a[k] * b[j * b_stride + k], for j < n: a row times the transpose of B.
  void (*dots)(const float* a, const float* b, int64_t b_stride, int64_t k, int64_t n, float* out);
};

/// The tile of the best instruction set that the machine has.
const TileShape& Tile();

}  // namespace backplane::cpu
