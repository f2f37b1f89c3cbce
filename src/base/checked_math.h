// Arithmetic on sizes that come from a model: every overflow is an Error, never a wrap-around.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/error.h"

namespace backplane {

template <typename T>
T CheckedMul(T a, T b) {
  T result;
  if (__builtin_mul_overflow(a, b, &result)) [[unlikely]] {
    Fail(ORT_FAIL, "size overflow: {} * {} does not fit", a, b);
  }
  return result;
}

template <typename T>
T CheckedAdd(T a, T b) {
  T result;
  if (__builtin_add_overflow(a, b, &result)) [[unlikely]] {
    Fail(ORT_FAIL, "size overflow: {} + {} does not fit", a, b);
  }
  return result;
}

/// Rounds `n` up to a multiple of `alignment` (a power of two).
constexpr size_t AlignUp(size_t n, size_t alignment) {
  return (n + alignment - 1) & ~(alignment - 1);
}

template <typename T>
constexpr T CeilDiv(T a, T b) {
  return (a + b - 1) / b;
}

}  // namespace backplane
