// Running sums of contiguous float; called by cpu/ops/reduce_scan.cc.
#pragma once

#include <cstdint>

namespace backplane::cpu {

/// y[i] = x[0] + ... + x[i]; `y` must not overlap `x` unless it is `x`.
void RunningSum(const float* x, float* y, int64_t n);

}  // namespace backplane::cpu
