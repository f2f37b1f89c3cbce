#include "cpu/ops/broadcast.h"

#include "base/error.h"
#include "base/shape_format.h"

namespace backplane::cpu {

void BroadcastInto(Shape& result, const Shape& other) {
  if (result == other) [[likely]]
    return;
  const Shape before = result;
  if (other.rank() > result.rank()) {
    const size_t missing = other.rank() - result.rank();
    result.Resize(other.rank(), 1);
    for (size_t i = result.rank(); i-- > 0;) result[i] = i >= missing ? before[i - missing] : 1;
  }
  const size_t offset = result.rank() - other.rank();
  for (size_t i = 0; i < other.rank(); ++i) {
    int64_t& dim = result[offset + i];
    if (dim == 1) {
      dim = other[i];
    } else if (other[i] != 1 && other[i] != dim) {
      Fail(ORT_FAIL, "shapes {} and {} cannot be broadcast together: {} against {} at dimension {}",
           before.ToString(), other.ToString(), dim, other[i], offset + i);
    }
  }
}

Shape ShapeAtAxis(const Shape& shape, int64_t axis, size_t rank) {
  const auto signed_rank = static_cast<int64_t>(rank);
  if (axis < 0) axis += signed_rank;
  const auto width = static_cast<int64_t>(shape.rank());
  Require(axis >= 0 && axis <= signed_rank - width, ORT_INVALID_ARGUMENT,
          "shape {} does not fit at axis {} of a tensor of rank {}", shape, axis, rank);
  Shape padded;
  padded.Resize(rank, 1);
  for (size_t i = 0; i < shape.rank(); ++i) padded[static_cast<size_t>(axis) + i] = shape[i];
  return padded;
}

Broadcast::Broadcast(const Shape& output, std::initializer_list<const Shape*> operands)
    : operands_(operands.size()), total_(output.ElementCount()) {
  bool flat = true;
  for (const Shape* shape : operands) flat = flat && *shape == output;
  if (flat) {
    inner_ = total_;
    return;
  }
  // Walk from the innermost dimension out; a dimension joins the one inside it if every operand is
  // contiguous across both or stays put in both.
  int64_t step[kMaxOperands] = {1, 1,
                                1};  // elements of the operand inside the dimensions walked so far
  bool started = false;
  int64_t* run = &inner_;  // extent of the group being collected
  for (size_t i = output.rank(); i-- > 0;) {
    const int64_t dim = output[i];
    if (dim == 1) continue;
    int64_t stride[kMaxOperands] = {};
    bool joins = started;
    size_t k = 0;
    for (const Shape* shape : operands) {
      const size_t offset = output.rank() - shape->rank();
      const int64_t own = i < offset ? 1 : (*shape)[i - offset];
      stride[k] = own == 1 ? 0 : step[k];
      const int64_t inside = outer_rank_ == 0 ? inner_stride_[k] : strides_[k][outer_rank_ - 1];
      joins = joins && stride[k] == inside * *run;
      step[k] *= own;
      ++k;
    }
    if (!started) {
      inner_ = dim;
      for (size_t j = 0; j < operands_; ++j) inner_stride_[j] = stride[j];
      started = true;
    } else if (joins) {
      *run *= dim;
    } else {
      dims_.PushBack(dim);
      for (size_t j = 0; j < operands_; ++j) strides_[j].PushBack(stride[j]);
      ++outer_rank_;
      run = &dims_.back();
    }
  }
}

}  // namespace backplane::cpu
