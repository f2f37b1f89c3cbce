#include "cpu/ops/reduce_plan.h"

#include <algorithm>

#include "base/checked_math.h"
#include "base/error.h"

namespace backplane::cpu {
namespace {

// Outputs whose accumulators are on the stack at a time.
constexpr int64_t kPieceOutputs = 512;
constexpr size_t kMaxAccumulatorBytes = 8;

}  // namespace

AxisSet::AxisSet(std::span<const int64_t> axes, size_t rank) {
  Require(rank <= kMaxRank, ORT_NOT_IMPLEMENTED,
          "reductions of rank {} are not supported (at most {})", rank, kMaxRank);
  for (const int64_t axis : axes)
    bits_ |= uint64_t{1} << NormalizeAxis(axis, static_cast<int64_t>(rank));
}

AxisSet AxisSet::All(size_t rank) {
  Require(rank <= kMaxRank, ORT_NOT_IMPLEMENTED,
          "reductions of rank {} are not supported (at most {})", rank, kMaxRank);
  AxisSet set;
  set.bits_ = rank == kMaxRank ? ~uint64_t{0} : (uint64_t{1} << rank) - 1;
  return set;
}

Shape ReducePlan::OutputShape(const Shape& shape, AxisSet axes, bool keep) {
  Shape result;
  for (size_t i = 0; i < shape.rank(); ++i) {
    if (!axes.Has(i)) {
      result.PushBack(shape[i]);
    } else if (keep) {
      result.PushBack(1);
    }
  }
  return result;
}

ReducePlan::ReducePlan(const Shape& shape, AxisSet axes) {
  // Merge runs of one kind; dimensions of 1 belong to whatever is around them.
  Shape dims;
  bool last_reduced = false;
  uint64_t reduced_bits = 0;
  for (size_t i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1) continue;
    const bool reduced = axes.Has(i);
    if (!dims.empty() && reduced == last_reduced) {
      dims.back() = CheckedMul(dims.back(), shape[i]);
    } else {
      if (reduced) reduced_bits |= uint64_t{1} << dims.rank();
      dims.PushBack(shape[i]);
    }
    last_reduced = reduced;
  }
  rows_ = dims.empty() || !last_reduced;
  int64_t stride = shape.ElementCount();
  for (size_t i = 0; i < dims.rank(); ++i) {
    stride = dims[i] == 0 ? 0 : stride / dims[i];
    if ((reduced_bits >> i) & 1) {
      reduced_ *= dims[i];
      reduced_dims_.PushBack(dims[i]);
      reduced_strides_.PushBack(stride);
      continue;
    }
    outputs_ *= dims[i];
    if (i + 1 == dims.rank()) {
      row_ = dims[i];
    } else {
      kept_.PushBack(dims[i]);
      kept_strides_.PushBack(stride);
    }
  }
  if (reduced_dims_.empty()) {
    reduced_dims_.PushBack(1);
    reduced_strides_.PushBack(0);
  }
}

int64_t ReducePlan::InputOffset(int64_t outer_output) const {
  int64_t offset = 0;
  for (size_t d = kept_.rank(); d-- > 0;) {
    offset += outer_output % kept_[d] * kept_strides_[d];
    outer_output /= kept_[d];
  }
  return offset;
}

// Calls body(offset, begin, end) for each index of the outer reduced dimensions; begin and end are
// in the last one.
template <typename Body>
void ReducePlan::ForEachReducedOffset(Part part, Body&& body) const {
  const size_t last = reduced_dims_.rank() - 1;
  if (last == 0) {
    body(int64_t{0}, part.begin, part.end);
    return;
  }
  int64_t steps = part.end - part.begin;
  for (size_t d = 1; d < last; ++d) steps *= reduced_dims_[d];
  Shape index = reduced_dims_;
  for (int64_t& i : index) i = 0;
  index[0] = part.begin;
  int64_t offset = part.begin * reduced_strides_[0];
  for (int64_t step = 0; step < steps; ++step) {
    body(offset, int64_t{0}, reduced_dims_[last]);
    for (size_t d = last; d-- > 0;) {
      offset += reduced_strides_[d];
      if (++index[d] < reduced_dims_[d] || d == 0) break;
      offset -= reduced_strides_[d] * reduced_dims_[d];
      index[d] = 0;
    }
  }
}

void ReducePlan::AccumulateSpans(const Source& source, int64_t output, Part part,
                                 std::byte* accumulator) const {
  const int64_t base = InputOffset(output);
  const void* shift =
      source.shifts == nullptr ? nullptr : source.shifts + output * source.loops.accumulator_bytes;
  ForEachReducedOffset(part, [&](int64_t offset, int64_t begin, int64_t end) {
    source.loops.span(source.in + (base + offset + begin) * source.element_bytes, end - begin,
                      accumulator, shift);
  });
}

// Reduces `part` into the accumulators of outputs [first, first + count).
void ReducePlan::Accumulate(const Source& source, int64_t first, int64_t count, Part part,
                            std::byte* accumulators) const {
  const size_t width = source.loops.accumulator_bytes;
  source.loops.clear(accumulators, count);
  if (reduced_ == 0) return;
  if (!rows_) {
    for (int64_t i = 0; i < count; ++i)
      AccumulateSpans(source, first + i, part, accumulators + i * width);
    return;
  }
  const int64_t row_stride = reduced_strides_.back();
  for (int64_t done = 0; done < count;) {
    const int64_t output = first + done;
    const int64_t column = output % row_;
    const int64_t columns = std::min(count - done, row_ - column);
    const int64_t base = InputOffset(output / row_) + column;
    const void* shift = source.shifts == nullptr ? nullptr : source.shifts + output * width;
    ForEachReducedOffset(part, [&](int64_t offset, int64_t begin, int64_t end) {
      source.loops.rows(source.in + (base + offset + begin * row_stride) * source.element_bytes,
                        end - begin, row_stride, columns, accumulators + done * width, shift);
    });
    done += columns;
  }
}

void ReducePlan::Run(KernelContext& context, const ReduceLoops& loops, const void* in,
                     size_t element_bytes, const void* shifts,
                     FunctionRef<void(void*, int64_t, int64_t)> finish) const {
  if (outputs_ == 0) return;
  const Source source{loops, static_cast<const std::byte*>(in), element_bytes,
                      static_cast<const std::byte*>(shifts)};
  const Part all{0, reduced_dims_[0]};
  const double cost = loops.cost * static_cast<double>(reduced_) + 2;
  // Few outputs with much to reduce: the threads share the reduction, not the outputs.
  const int64_t parts = std::min<int64_t>(
      context.pool().BlocksFor(outputs_ * std::max<int64_t>(reduced_, 1), loops.cost),
      reduced_dims_[0]);
  if (parts > 1 && outputs_ <= kPieceOutputs &&
      outputs_ < 4 * context.pool().size() * (rows_ ? 64 : 1)) {
    RunInParts(context, source, parts, finish);
    return;
  }
  context.pool().For(outputs_, cost, [&](int64_t begin, int64_t end) {
    alignas(64) std::byte accumulators[kPieceOutputs * kMaxAccumulatorBytes];
    for (int64_t first = begin; first < end; first += kPieceOutputs) {
      const int64_t count = std::min(kPieceOutputs, end - first);
      Accumulate(source, first, count, all, accumulators);
      finish(accumulators, first, count);
    }
  });
}

void ReducePlan::RunInParts(KernelContext& context, const Source& source, int64_t parts,
                            FunctionRef<void(void*, int64_t, int64_t)> finish) const {
  const size_t bytes =
      AlignUp(static_cast<size_t>(outputs_) * source.loops.accumulator_bytes, kTensorAlignment);
  auto* accumulators = static_cast<std::byte*>(context.Scratch(bytes * static_cast<size_t>(parts)));
  context.pool().Run(parts, [&](int64_t i) {
    const Part part{reduced_dims_[0] * i / parts, reduced_dims_[0] * (i + 1) / parts};
    Accumulate(source, 0, outputs_, part, accumulators + bytes * i);
  });
  for (int64_t i = 1; i < parts; ++i)
    source.loops.combine(accumulators + bytes * i, accumulators, outputs_);
  finish(accumulators, 0, outputs_);
}

}  // namespace backplane::cpu
