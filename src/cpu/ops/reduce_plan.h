// Walks a tensor for a reduction over any set of axes: adjacent axes of one kind are merged, then
// either contiguous spans (the last axis is reduced) or whole rows (it is kept) go to the loops of
// kernels/reduce.h. Shared by the reduction operators and the normalisations. Knows neither element
// types nor what is done with the accumulators.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/shape.h"
#include "base/thread_pool.h"
#include "cpu/kernels/reduce.h"
#include "provider/kernel.h"

namespace backplane::cpu {

/// A set of axes of one tensor, given as a bit for each.
class AxisSet {
 public:
  static constexpr size_t kMaxRank = 64;

  /// `axes` may be negative and repeated. Fails with ORT_INVALID_ARGUMENT if one is out of range.
  AxisSet(std::span<const int64_t> axes, size_t rank);
  static AxisSet All(size_t rank);

  bool Has(size_t axis) const { return (bits_ >> axis) & 1; }

 private:
  AxisSet() = default;
  uint64_t bits_ = 0;
};

class ReducePlan {
 public:
  ReducePlan(const Shape& shape, AxisSet axes);

  int64_t outputs() const { return outputs_; }
  /// Elements that go into each output.
  int64_t reduced() const { return reduced_; }

  /// The output's shape for the operators' keepdims attribute.
  static Shape OutputShape(const Shape& shape, AxisSet axes, bool keep);

  /// Reduces `in` (elements of `element_bytes`) and hands finished accumulators over in pieces:
  /// finish(accumulators, first_output, count), from several threads. `shifts` has one accumulator
  /// for each output.
  void Run(KernelContext& context, const ReduceLoops& loops, const void* in, size_t element_bytes,
           const void* shifts,
           FunctionRef<void(void* accumulators, int64_t first, int64_t count)> finish) const;

 private:
  /// A part of the elements to be reduced: this range of the outermost reduced dimension.
  struct Part {
    int64_t begin;
    int64_t end;
  };
  struct Source {
    const ReduceLoops& loops;
    const std::byte* in;
    size_t element_bytes;
    const std::byte* shifts;
  };

  int64_t InputOffset(int64_t outer_output) const;
  void Accumulate(const Source& source, int64_t first, int64_t count, Part part,
                  std::byte* accumulators) const;
  void AccumulateSpans(const Source& source, int64_t output, Part part,
                       std::byte* accumulator) const;
  template <typename Body>
  void ForEachReducedOffset(Part part, Body&& body) const;
  void RunInParts(KernelContext& context, const Source& source, int64_t parts,
                  FunctionRef<void(void*, int64_t, int64_t)> finish) const;

  // Collapsed dimensions, outermost first, with their strides in the input. kept_ leaves out the
  // inner rows.
  Shape kept_, kept_strides_;
  Shape reduced_dims_, reduced_strides_;
  int64_t row_ = 1;  // contiguous kept elements; 1 if the last dimension is reduced
  bool rows_ = false;
  int64_t outputs_ = 1;
  int64_t reduced_ = 1;
};

}  // namespace backplane::cpu
