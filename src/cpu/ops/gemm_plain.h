// Matrix products of the element types that have no tuned kernel: plain loops that the compiler
// vectorises.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/thread_pool.h"

namespace backplane::cpu {

/// C[m, n] = A[m, k] * B[k, n]; strides in elements, C's rows contiguous.
template <typename T>
void PlainGemm(ThreadPool& pool, int64_t m, int64_t n, int64_t k, const T* a, int64_t a_row,
               int64_t a_column, const T* b, int64_t b_row, int64_t b_column, T* c) {
  pool.For(m, static_cast<double>(n) * static_cast<double>(k), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      T* row = c + i * n;
      std::fill(row, row + n, T{});
      for (int64_t p = 0; p < k; ++p) {
        const T factor = a[i * a_row + p * a_column];
        const T* from = b + p * b_row;
        if (b_column == 1) {
          for (int64_t j = 0; j < n; ++j) row[j] = static_cast<T>(row[j] + factor * from[j]);
        } else {
          for (int64_t j = 0; j < n; ++j)
            row[j] = static_cast<T>(row[j] + factor * from[j * b_column]);
        }
      }
    }
  });
}

}  // namespace backplane::cpu
