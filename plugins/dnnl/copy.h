// Elements moved between strided places by code of ours: parts, joins, paddings and steps, which
// oneDNN has not, and small or interleaving reorders, where a primitive costs more than its work.
#pragma once

#include "dnnl/onednn.h"

namespace backplane::dnnl_ep {

/** Which elements go where: strides and offsets in elements, of at most 12 dimensions. */
struct Places {
  Dims dims, from, to;
  int64_t from_offset = 0, to_offset = 0;
};

/** A copy that is planned once. Threads may run it at once; large ones use oneDNN's threads. */
class StridedCopy {
 public:
  /** `places.to` has no negative strides; `element_size` is 1, 2 or 4 bytes. */
  StridedCopy(Places places, size_t element_size);

  void Run(const void* from, void* to) const;

  /** Whether it puts together a few (2 to 8) rows element by element. */
  bool interleaves() const { return kind_ == Kind::kInterleave; }

 private:
  enum class Kind : uint8_t { kRows, kInterleave, kTranspose, kElements };

  template <typename T>
  void RunTyped(const T* from, T* to) const;
  template <typename T>
  void RunInner(const T* from, T* to) const;

  Kind kind_ = Kind::kElements;
  Places outer_;       // the dimensions that are walked
  int64_t inner_ = 1;  // elements that follow each other in the target, read every inner_from_
  int64_t inner_from_ = 1, inner_to_ = 1;
  int64_t across_ = 1;  // of kInterleave and kTranspose: elements that follow in the source
  int64_t across_to_ = 1;
  size_t element_size_;
  int64_t steps_ = 1;  // of the walk
  bool is_large_ = false;
};

/** The copy of a whole tensor; both descriptors are strided and of one type. */
StridedCopy CopyOf(const Desc& from, const Desc& to);

}  // namespace backplane::dnnl_ep
