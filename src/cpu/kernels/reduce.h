// Reduction loops: a contiguous span into one accumulator, or rows into a row of accumulators.
// cpu/ops/reduce_plan.h walks tensors with them. Accumulators of float and half floats are float,
// of double double, of integers 64 bits wide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/dtype.h"

namespace backplane::cpu {

enum class Reduction : uint8_t {
  kSum,
  kSumSquare,
  kSumAbs,
  kProd,
  kMax,
  kMin,
  kSumExp,  ///< sum of exp(x - shift); accumulators of integers are double
};

/// What elements stored as T accumulate in.
template <typename T, bool kExp = false>
using Accumulator = std::conditional_t<
    std::is_integral_v<T>,
    std::conditional_t<kExp, double, std::conditional_t<std::is_unsigned_v<T>, uint64_t, int64_t>>,
    std::conditional_t<std::is_same_v<T, double>, double, float>>;

/// One reduction on one element type.
struct ReduceLoops {
  /// Folds n contiguous elements into *accumulator; *shift is an accumulator's type (kSumExp only).
  void (*span)(const void* in, int64_t n, void* accumulator, const void* shift);
  /// Folds `rows` rows of n elements, `stride` elements apart, into n accumulators.
  void (*rows)(const void* in, int64_t rows, int64_t stride, int64_t n, void* accumulators,
               const void* shift);
  /// accumulators = combine(accumulators, others), element by element.
  void (*combine)(const void* others, void* accumulators, int64_t n);
  /// Sets n accumulators to what reducing nothing gives.
  void (*clear)(void* accumulators, int64_t n);
  size_t accumulator_bytes;
  double cost;  ///< nanoseconds per element
};

/// The loops for `dtype` on this processor. Fails with ORT_NOT_IMPLEMENTED for types without
/// arithmetic.
ReduceLoops ReduceLoopsFor(Reduction reduction, DType dtype);

/// Vector loops on float alone; used by ReduceLoopsFor, softmax and the normalisations.
ReduceLoops FloatReduceLoops(Reduction reduction);

}  // namespace backplane::cpu
