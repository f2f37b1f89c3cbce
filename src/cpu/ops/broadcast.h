// NumPy broadcasting for every operator that needs it: shapes are checked and collapsed once for a
// run, then the output is walked as contiguous spans in which each operand either advances with the
// output or stays on one element. Knows nothing of element types. Allocates nothing up to Shape's
// inline rank.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "base/shape.h"
#include "base/thread_pool.h"

namespace backplane::cpu {

/// Widens `result` to the shape that it and `other` broadcast to. Fails with ORT_INVALID_ARGUMENT.
void BroadcastInto(Shape& result, const Shape& other);

/// `shape` padded with ones to `rank`, its first dimension at `axis`: the broadcasting of operator
/// sets 1 and 6.
Shape ShapeAtAxis(const Shape& shape, int64_t axis, size_t rank);

/// How up to three operands spread over an output. Offsets and counts are in elements.
class Broadcast {
 public:
  static constexpr size_t kMaxOperands = 3;
  using Offsets = std::array<int64_t, kMaxOperands>;

  /// For `output` as BroadcastInto made it from these operands' shapes.
  Broadcast(const Shape& output, std::initializer_list<const Shape*> operands);

  int64_t total() const { return total_; }
  /// True if operand `i` stays on one element within a span.
  bool IsScalar(size_t i) const { return inner_stride_[i] == 0; }
  /// True if every operand has the output's shape: one span.
  bool IsFlat() const { return outer_rank_ == 0; }
  int64_t span_length() const { return inner_; }

  /// Calls `body(offsets, output_offset, count)` for the spans of output elements [begin, end).
  template <typename Body>
  void ForRange(int64_t begin, int64_t end, Body&& body) const;

  /// The same for all elements, spread over the pool.
  template <typename Body>
  void ForEach(ThreadPool& pool, double nanoseconds_per_element, Body&& body) const {
    pool.For(total_, nanoseconds_per_element,
             [&](int64_t begin, int64_t end) { ForRange(begin, end, body); });
  }

 private:
  // Collapsed outer dimensions, the innermost first, and each operand's stride in them.
  Shape dims_;
  Shape strides_[kMaxOperands];
  size_t outer_rank_ = 0;
  size_t operands_;
  int64_t inner_ = 1;
  int64_t inner_stride_[kMaxOperands] = {1, 1, 1};
  int64_t total_;
};

template <typename Body>
void Broadcast::ForRange(int64_t begin, int64_t end, Body&& body) const {
  if (begin >= end) return;
  Offsets offsets{};
  if (outer_rank_ == 0) {
    for (size_t k = 0; k < operands_; ++k) offsets[k] = begin * inner_stride_[k];
    body(offsets, begin, end - begin);
    return;
  }
  Shape index = dims_;  // a copy for its inline memory
  int64_t rest = begin / inner_;
  for (size_t d = 0; d < outer_rank_; ++d) {
    index[d] = rest % dims_[d];
    rest /= dims_[d];
    for (size_t k = 0; k < operands_; ++k) offsets[k] += index[d] * strides_[k][d];
  }
  int64_t skip = begin % inner_;
  while (begin < end) {
    const int64_t count = std::min(inner_ - skip, end - begin);
    Offsets at = offsets;
    for (size_t k = 0; k < operands_; ++k) at[k] += skip * inner_stride_[k];
    body(at, begin, count);
    begin += count;
    skip = 0;
    for (size_t d = 0; d < outer_rank_; ++d) {
      for (size_t k = 0; k < operands_; ++k) offsets[k] += strides_[k][d];
      if (++index[d] < dims_[d]) break;
      for (size_t k = 0; k < operands_; ++k) offsets[k] -= strides_[k][d] * dims_[d];
      index[d] = 0;
    }
  }
}

}  // namespace backplane::cpu
