#include "graph/element_type.h"

#include "base/error.h"

namespace backplane {
namespace {

// Where the C API numbers element types otherwise than ONNX, whose numbers DType has.
struct Renumbered {
  DType dtype;
  ONNXTensorElementDataType element;
};
constexpr Renumbered kRenumbered[] = {
    {DType::kUInt2, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT2},
    {DType::kInt2, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT2},
    {DType::kFloat8E8M0, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E8M0},
};

}  // namespace

DType ToDType(ONNXTensorElementDataType type) {
  const int number = type;
  Require(number > 0 && number < kDTypeCount, ORT_NOT_IMPLEMENTED,
          "tensor type {} is not supported", number);
  for (const Renumbered& other : kRenumbered) {
    if (other.element == type) return other.dtype;
  }
  return static_cast<DType>(number);
}

ONNXTensorElementDataType FromDType(DType type) {
  for (const Renumbered& other : kRenumbered) {
    if (other.dtype == type) return other.element;
  }
  return static_cast<ONNXTensorElementDataType>(type);
}

}  // namespace backplane
