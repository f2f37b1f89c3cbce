// Tensors of floats, which is all that the samples compute with, and the names of the kit that they
// use everywhere.
#pragma once

#include "kit/api.h"

namespace sample {

using ep_kit::Api;
using ep_kit::EpBase;
using ep_kit::Failure;
using ep_kit::Owned;
using Shape = ep_kit::Dims;

inline size_t ElementCount(const Shape& shape) {
  size_t count = 1;
  for (const int64_t dim : shape) count *= static_cast<size_t>(dim);
  return count;
}

// A tensor of somebody else's.
struct Tensor {
  const float* data = nullptr;
  Shape shape;
};

// The host's tensor, which must be of floats.
inline Tensor ReadTensor(const Api& api, const OrtValue* value) {
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  const int64_t* dims = nullptr;
  size_t rank = 0;
  api.Check(api.ort->GetTensorElementTypeAndShapeDataReference(value, &type, &dims, &rank));
  if (type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
    throw Failure(ORT_EP_FAIL, "expected a tensor of floats");
  }
  return {static_cast<const float*>(api.DataOf(value)), Shape(dims, dims + rank)};
}

}  // namespace sample
