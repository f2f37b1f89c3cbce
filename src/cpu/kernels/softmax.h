// Softmax and log-softmax of float, along contiguous rows or down columns; called by
// cpu/ops/softmax.cc and by attention.
#pragma once

#include <cstdint>

namespace backplane::cpu {

/// y = softmax(x), or its logarithm, of n contiguous elements; `y` may be `x`.
void SoftmaxRow(const float* x, float* y, int64_t n, bool logarithm);

/// The same down `rows` elements, `stride` apart, for each of `columns` adjacent columns.
void SoftmaxColumns(const float* x, float* y, int64_t rows, int64_t stride, int64_t columns,
                    bool logarithm);

}  // namespace backplane::cpu
