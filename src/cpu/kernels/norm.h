// Loops of the normalisations on float: statistics of a span, and scaling by values, vectors or
// neighbours. Called by cpu/ops/norm_*.cc, which know shapes and threads.
#pragma once

#include <cstdint>

namespace backplane::cpu {

struct Moments {
  float mean;
  float variance;  ///< of the population
};

/// Mean and variance of n elements in one pass over memory, without cancellation.
Moments MomentsOf(const float* x, int64_t n);
/// Mean of the squares.
float MeanSquare(const float* x, int64_t n);

/// y[i] = x[i] * scale + shift; `y` may be `x`.
void Affine(const float* x, float scale, float shift, float* y, int64_t n);
/// y[i] = (x[i] - mean) * scale + shift.
void CentredAffine(const float* x, float mean, float scale, float shift, float* y, int64_t n);
/// y[i] = x[i] * scale[i] + shift[i]; a null shift is zero.
void AffineVectors(const float* x, const float* scale, const float* shift, float* y, int64_t n);
/// y[i] = (x[i] - mean) * factor * scale[i] + shift[i]; null scale is one, null shift zero.
void NormalizeRow(const float* x, float mean, float factor, const float* scale, const float* shift,
                  float* y, int64_t n);

/// One row of local response normalisation: y = x / (bias + alpha * sum of squares of rows [first,
/// last))^beta, where row r starts at channels + r * stride and x is one of the rows.
struct LrnParams {
  float alpha;  ///< already divided by the window's size
  float beta;
  float bias;
};
void LrnRow(const float* x, const float* channels, int64_t first, int64_t last, int64_t stride,
            const LrnParams& params, float* y, int64_t n);

}  // namespace backplane::cpu
