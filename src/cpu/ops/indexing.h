// What the data-movement operators share: short lists of integers from tensors, checked indices,
// strides, and whole-byte views of sub-byte tensors. Nothing here allocates for tensors of up to
// Shape::kInline dimensions.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/shape.h"
#include "base/tensor.h"
#include "cpu/kernels/transpose.h"
#include "provider/kernel.h"

namespace backplane::cpu {

/// A short list of integers (axes, pads, repeats); Shape serves as the small vector it is.
using IntList = Shape;

/// The elements of an int32 or int64 tensor of rank 0 or 1 with at most `max_count` elements.
/// `what` names it in errors.
IntList ReadInts(const Tensor& tensor, const char* what, int64_t max_count);

/// The only element of an int32 or int64 tensor.
int64_t ReadInt(const Tensor& tensor, const char* what);

/// Row-major strides of a dense tensor, in elements.
IntList StridesOf(const Shape& shape);

/// Fails with `code` for an index outside [-bound, bound).
[[noreturn]] void FailIndex(int64_t index, int64_t bound, const char* what, ErrorCode code);

/// `index` counted from the front; fails with `code` unless it is in [-bound, bound).
inline int64_t CheckedIndex(int64_t index, int64_t bound, const char* what,
                            ErrorCode code = ORT_INVALID_ARGUMENT) {
  if (index < -bound || index >= bound) [[unlikely]]
    FailIndex(index, bound, what, code);
  return index < 0 ? index + bound : index;
}

/// `axes` counted from the front, each once; fails for one outside the rank or given twice.
IntList NormalizeAxes(const IntList& axes, int64_t rank);

/// Calls `body.operator()<I>()` with I = int32_t or int64_t, the element type of an index tensor.
template <typename Body>
decltype(auto) DispatchIndex(const Tensor& indices, Body&& body) {
  if (indices.dtype() == DType::kInt32) return body.template operator()<int32_t>();
  Require(indices.dtype() == DType::kInt64, ORT_INVALID_ARGUMENT,
          "indices must be int32 or int64, not {}", TensorTypeName(indices.dtype()));
  return body.template operator()<int64_t>();
}

/// The attribute's integers as a list.
inline IntList IntsAttribute(const Node& node, std::string_view name) {
  return IntList(node.Ints(name));
}

/// Bytes of one element of a whole-byte type, std::string included.
inline int64_t ElementBytes(DType dtype) { return static_cast<int64_t>(BitsOf(dtype) / 8); }

void UnpackSubBytes(DType dtype, const void* packed, int64_t count, uint8_t* unpacked);
void PackSubBytes(DType dtype, const uint8_t* unpacked, int64_t count, void* packed);

/// The elements of an input with at least a byte each: those of a sub-byte tensor are unpacked into
/// scratch memory.
struct WholeBytes {
  DType dtype;
  const void* data;
};
WholeBytes ReadWholeBytes(KernelContext& context, const Tensor& tensor);

/// The other direction: an output written with a byte for each sub-byte element, packed by
/// Finish().
class WholeByteOutput {
 public:
  WholeByteOutput(KernelContext& context, Tensor& tensor);
  DType dtype() const { return dtype_; }
  void* data() const { return data_; }
  void Finish();

 private:
  Tensor& tensor_;
  DType dtype_;
  void* data_;
};

/// `data + count` elements of `dtype` on.
inline void* Advance(void* data, DType dtype, int64_t count) {
  return static_cast<std::byte*>(data) + count * ElementBytes(dtype);
}
inline const void* Advance(const void* data, DType dtype, int64_t count) {
  return static_cast<const std::byte*>(data) + count * ElementBytes(dtype);
}

}  // namespace backplane::cpu
