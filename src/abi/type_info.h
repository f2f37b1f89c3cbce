// Type info functions of OrtApi: types of values, and the parts of a type.
#pragma once

#include "abi/slots.h"
#include "base/value.h"
#include "graph/element_type.h"
#include "graph/type.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, GetOnnxTypeFromTypeInfo);
BACKPLANE_SLOT(OrtApi, GetDenotationFromTypeInfo);
BACKPLANE_SLOT(OrtApi, CastTypeInfoToTensorInfo);
BACKPLANE_SLOT(OrtApi, CastTypeInfoToMapTypeInfo);
BACKPLANE_SLOT(OrtApi, CastTypeInfoToSequenceTypeInfo);
BACKPLANE_SLOT(OrtApi, CastTypeInfoToOptionalTypeInfo);
BACKPLANE_SLOT(OrtApi, GetMapKeyType);
BACKPLANE_SLOT(OrtApi, GetMapValueType);
BACKPLANE_SLOT(OrtApi, GetSequenceElementType);
BACKPLANE_SLOT(OrtApi, GetOptionalContainedTypeInfo);
BACKPLANE_RELEASE_SLOT(TypeInfo);
BACKPLANE_RELEASE_SLOT(MapTypeInfo);
BACKPLANE_RELEASE_SLOT(SequenceTypeInfo);

BACKPLANE_SLOT(OrtApi, CreateTensorTypeAndShapeInfo);
BACKPLANE_RELEASE_SLOT(TensorTypeAndShapeInfo);
BACKPLANE_SLOT(OrtApi, SetTensorElementType);
BACKPLANE_SLOT(OrtApi, SetDimensions);
BACKPLANE_SLOT(OrtApi, SetSymbolicDimensions);
BACKPLANE_SLOT(OrtApi, GetTensorElementType);
BACKPLANE_SLOT(OrtApi, GetDimensionsCount);
BACKPLANE_SLOT(OrtApi, GetDimensions);
BACKPLANE_SLOT(OrtApi, GetSymbolicDimensions);
BACKPLANE_SLOT(OrtApi, GetTensorShapeElementCount);
BACKPLANE_SLOT(OrtApi, TensorTypeAndShape_HasShape);

BACKPLANE_SLOT(OrtApi, GetTypeInfo);
BACKPLANE_SLOT(OrtApi, GetTensorTypeAndShape);

using backplane::FromDType;
using backplane::ToDType;

/// The type of a value as it is now: every dimension is known. Kind ONNX_TYPE_UNKNOWN for an empty
/// optional.
TypeInfo TypeOf(const Value& value);

}  // namespace backplane::abi
