// Positions of the largest or smallest float, along a contiguous span or down columns; called by
// cpu/ops/argminmax.cc.
#pragma once

#include <cstdint>

namespace backplane::cpu {

/// Which element wins, and which of equal ones.
struct ArgRule {
  bool largest;
  bool last;
};

/// Position of the winner among n > 0 contiguous elements. A NaN never beats another element.
int64_t ArgOfSpan(const float* x, int64_t n, ArgRule rule);

/// The same for each of `columns` adjacent columns of `rows` elements, `stride` apart; rows < 2^31.
void ArgOfColumns(const float* x, int64_t rows, int64_t stride, int64_t columns, ArgRule rule,
                  int64_t* positions);

}  // namespace backplane::cpu
