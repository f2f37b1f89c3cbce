// Weights as packing reads them: a row for each output, once, some rows at a time, so that weights
// whose content is deferred (base/deferred.h) are never whole.
#pragma once

#include <cstdint>
#include <vector>

#include "base/tensor.h"

namespace backplane::cpu {

/// Rows of `row_floats` floats of `tensor`, the first of them being its row `first`.
struct WeightRows {
  const Tensor& tensor;
  int64_t row_floats;
  int64_t first = 0;

  WeightRows From(int64_t row) const { return {tensor, row_floats, first + row}; }

  /// Rows [begin, end): in place, or in `scratch`, which is made large enough.
  const float* Read(int64_t begin, int64_t end, std::vector<float>& scratch) const {
    const auto floats = static_cast<size_t>((end - begin) * row_floats);
    if (tensor.deferred() != nullptr && scratch.size() < floats) scratch.resize(floats);
    return static_cast<const float*>(
        tensor.Read((first + begin) * row_floats, (first + end) * row_floats, scratch.data()));
  }
};

}  // namespace backplane::cpu
