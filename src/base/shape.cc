#include "base/shape.h"

#include "base/checked_math.h"

namespace backplane {

void Shape::Assign(std::span<const int64_t> dims) {
  Resize(dims.size());
  std::copy(dims.begin(), dims.end(), data());
}

void Shape::Resize(size_t rank, int64_t fill) {
  const size_t capacity = heap_ != nullptr ? heap_capacity_ : kInline;
  if (rank > capacity) {
    const size_t grown = std::max(rank, 2 * capacity);
    int64_t* heap = new int64_t[grown];
    std::copy(begin(), end(), heap);
    delete[] heap_;
    heap_ = heap;
    heap_capacity_ = static_cast<uint32_t>(grown);
  }
  if (rank > rank_) std::fill(data() + rank_, data() + rank, fill);
  rank_ = static_cast<uint32_t>(rank);
}

int64_t Shape::ElementCount() const { return Count(0, rank_); }

int64_t Shape::Count(size_t begin, size_t end) const {
  int64_t count = 1;
  bool zero = false;
  for (size_t i = begin; i < end; ++i) {
    const int64_t dim = data()[i];
    if (dim < 0) [[unlikely]]
      Fail(ORT_INVALID_ARGUMENT, "shape {} has a negative dimension", ToString());
    zero |= dim == 0;
    if (dim != 0) count = CheckedMul(count, dim);
  }
  return zero ? 0 : count;
}

std::string Shape::ToString() const { return ShapeToString(*this); }

std::string ShapeToString(std::span<const int64_t> dims) { return "{" + Join(dims, ",") + "}"; }

int64_t NormalizeAxis(int64_t axis, int64_t rank, const char* what) {
  Require(axis >= -rank && axis < rank, ORT_FAIL,
          "{} {} is outside [{}, {}) for a tensor of rank {}", what, axis, -rank, rank, rank);
  return axis < 0 ? axis + rank : axis;
}

}  // namespace backplane
