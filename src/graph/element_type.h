// The C API's numbers of element types: those of ONNX but for the last three. Used wherever a
// client or a plug-in states a type.
#pragma once

#include "base/dtype.h"
#include "onnxruntime_c_api.h"

namespace backplane {

/// The internal element type; fails with ORT_NOT_IMPLEMENTED for a number that stands for none.
DType ToDType(ONNXTensorElementDataType type);
ONNXTensorElementDataType FromDType(DType type);

}  // namespace backplane
