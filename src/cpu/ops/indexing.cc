#include "cpu/ops/indexing.h"

#include "base/shape_format.h"

namespace backplane::cpu {
namespace {

DType WholeByteType(DType dtype) { return types::kSubBytes.Has(dtype) ? DType::kUInt8 : dtype; }

}  // namespace

IntList ReadInts(const Tensor& tensor, const char* what, int64_t max_count) {
  Require(tensor.shape().rank() <= 1, ORT_INVALID_ARGUMENT,
          "{} must be a scalar or of rank 1, its shape is {}", what, tensor.shape());
  const int64_t count = tensor.ElementCount();
  Require(count <= max_count, ORT_INVALID_ARGUMENT,
          "{} has {} elements where at most {} make sense", what, count, max_count);
  IntList list;
  list.Resize(static_cast<size_t>(count));
  DispatchIndex(tensor, [&]<typename I>() {
    const I* values = tensor.data<I>();
    for (int64_t i = 0; i < count; ++i) list[static_cast<size_t>(i)] = values[i];
  });
  return list;
}

int64_t ReadInt(const Tensor& tensor, const char* what) {
  Require(tensor.ElementCount() == 1, ORT_INVALID_ARGUMENT,
          "{} must have one element, its shape is {}", what, tensor.shape());
  return DispatchIndex(tensor,
                       [&]<typename I>() { return static_cast<int64_t>(*tensor.data<I>()); });
}

IntList StridesOf(const Shape& shape) {
  IntList strides;
  strides.Resize(shape.rank());
  int64_t stride = 1;
  for (size_t i = shape.rank(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

void FailIndex(int64_t index, int64_t bound, const char* what, ErrorCode code) {
  Fail(code, "{} out of bounds: {} must be within the inclusive range [{},{}]", what, index, -bound,
       bound - 1);
}

IntList NormalizeAxes(const IntList& axes, int64_t rank) {
  IntList result = axes;
  for (size_t i = 0; i < axes.size(); ++i) {
    result[i] = NormalizeAxis(axes[i], rank);
    for (size_t j = 0; j < i; ++j) {
      Require(result[i] != result[j], ORT_INVALID_ARGUMENT, "axis {} is given twice in axes {}",
              axes[i], axes);
    }
  }
  return result;
}

void UnpackSubBytes(DType dtype, const void* packed, int64_t count, uint8_t* unpacked) {
  const auto* bytes = static_cast<const uint8_t*>(packed);
  const auto bits = static_cast<int>(BitsOf(dtype));
  const int per_byte = 8 / bits;
  const int mask = (1 << bits) - 1;
  for (int64_t i = 0; i < count; ++i) {
    unpacked[i] = static_cast<uint8_t>((bytes[i / per_byte] >> (i % per_byte * bits)) & mask);
  }
}

void PackSubBytes(DType dtype, const uint8_t* unpacked, int64_t count, void* packed) {
  auto* bytes = static_cast<uint8_t*>(packed);
  const auto bits = static_cast<int>(BitsOf(dtype));
  const int per_byte = 8 / bits;
  const int mask = (1 << bits) - 1;
  for (int64_t i = 0; i < count; i += per_byte) {
    int byte = 0;
    for (int k = 0; k < per_byte && i + k < count; ++k)
      byte |= (unpacked[i + k] & mask) << (k * bits);
    bytes[i / per_byte] = static_cast<uint8_t>(byte);
  }
}

WholeBytes ReadWholeBytes(KernelContext& context, const Tensor& tensor) {
  if (!types::kSubBytes.Has(tensor.dtype())) return {tensor.dtype(), tensor.raw()};
  const int64_t count = tensor.ElementCount();
  auto* bytes = context.Scratch<uint8_t>(static_cast<size_t>(count));
  UnpackSubBytes(tensor.dtype(), tensor.raw(), count, bytes);
  return {DType::kUInt8, bytes};
}

WholeByteOutput::WholeByteOutput(KernelContext& context, Tensor& tensor)
    : tensor_(tensor), dtype_(WholeByteType(tensor.dtype())), data_(tensor.raw()) {
  if (dtype_ != tensor.dtype()) data_ = context.Scratch(static_cast<size_t>(tensor.ElementCount()));
}

void WholeByteOutput::Finish() {
  if (data_ != tensor_.raw()) {
    PackSubBytes(tensor_.dtype(), static_cast<const uint8_t*>(data_), tensor_.ElementCount(),
                 tensor_.raw());
  }
}

}  // namespace backplane::cpu
