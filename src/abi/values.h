// Value functions of OrtApi: tensors and their elements, strings, sequences and maps.
#pragma once

#include "abi/slots.h"
#include "base/value.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateTensorAsOrtValue);
BACKPLANE_SLOT(OrtApi, CreateTensorWithDataAsOrtValue);
BACKPLANE_SLOT(OrtApi, CreateTensorWithDataAndDeleterAsOrtValue);
BACKPLANE_RELEASE_SLOT(Value);
BACKPLANE_SLOT(OrtApi, IsTensor);
BACKPLANE_SLOT(OrtApi, IsSparseTensor);
BACKPLANE_SLOT(OrtApi, HasValue);
BACKPLANE_SLOT(OrtApi, GetValueType);
BACKPLANE_SLOT(OrtApi, GetTensorMutableData);
BACKPLANE_SLOT(OrtApi, GetTensorData);
BACKPLANE_SLOT(OrtApi, GetTensorSizeInBytes);
BACKPLANE_SLOT(OrtApi, GetTensorMemoryInfo);
BACKPLANE_SLOT(OrtApi, GetTensorElementTypeAndShapeDataReference);
BACKPLANE_SLOT(OrtApi, TensorAt);

BACKPLANE_SLOT(OrtApi, FillStringTensor);
BACKPLANE_SLOT(OrtApi, FillStringTensorElement);
BACKPLANE_SLOT(OrtApi, GetStringTensorDataLength);
BACKPLANE_SLOT(OrtApi, GetStringTensorContent);
BACKPLANE_SLOT(OrtApi, GetStringTensorElementLength);
BACKPLANE_SLOT(OrtApi, GetStringTensorElement);
BACKPLANE_SLOT(OrtApi, GetResizedStringTensorElementBuffer);

BACKPLANE_SLOT(OrtApi, CreateValue);
BACKPLANE_SLOT(OrtApi, GetValue);
BACKPLANE_SLOT(OrtApi, GetValueCount);
BACKPLANE_SLOT(OrtApi, CreateOpaqueValue);
BACKPLANE_SLOT(OrtApi, GetOpaqueValue);

/// The tensor inside of `value`; fails with ORT_INVALID_ARGUMENT if there is none.
const Tensor& TensorIn(const OrtValue* value);
Tensor& TensorIn(OrtValue* value);

/// The shape of `rank` dimensions; fails with `code` for a negative one, with ORT_FAIL for too many
/// elements.
Shape ToShape(const int64_t* dims, size_t rank, ErrorCode code = ORT_INVALID_ARGUMENT);

}  // namespace backplane::abi
