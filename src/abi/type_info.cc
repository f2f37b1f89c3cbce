#include "abi/type_info.h"

#include <algorithm>

#include "abi/guard.h"

namespace backplane::abi {

TypeInfo TypeOf(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kNone:
      return {};
    case ValueKind::kTensor:
      return TypeInfo::Tensor(value.tensor().dtype(), value.tensor().shape());
    case ValueKind::kSequence: {
      const auto& elements = value.sequence();
      const bool tensors = elements.empty() || elements[0].IsTensor();
      return TypeInfo::Sequence(tensors ? TypeInfo::Tensor(value.element_dtype())
                                        : TypeOf(elements[0]));
    }
    case ValueKind::kMap:
      return TypeInfo::Map(value.map().keys.dtype(), TypeInfo::Tensor(value.map().values.dtype()));
    case ValueKind::kSparseTensor: {
      TypeInfo type = TypeInfo::Tensor(value.sparse().values.dtype(), value.sparse().dense_shape);
      type.kind = ONNX_TYPE_SPARSETENSOR;
      return type;
    }
  }
  return {};
}

namespace {

// OrtMapTypeInfo, OrtSequenceTypeInfo and OrtOptionalTypeInfo are only ever seen through pointers:
// they are the OrtTypeInfo itself.
template <typename Part>
OrtStatus* Cast(const OrtTypeInfo* type, ONNXType kind, const Part** out) noexcept {
  return Guard([&] {
    NotNull(type, "type_info");
    NotNull(out, "out");
    *out = type->kind == kind ? reinterpret_cast<const Part*>(type) : nullptr;
  });
}

template <typename Part>
const OrtTypeInfo& Whole(const Part* part) {
  NotNull(part, "type info");
  return *reinterpret_cast<const OrtTypeInfo*>(part);
}

template <typename Part>
OrtStatus* CopyElement(const Part* part, OrtTypeInfo** out) noexcept {
  return Guard([&] {
    const OrtTypeInfo& type = Whole(part);
    NotNull(out, "out");
    Require(type.element != nullptr, ORT_FAIL, "the type {} does not tell what its elements are",
            type.ToString());
    *out = new OrtTypeInfo(*type.element);
  });
}

}  // namespace

OrtStatus* GetOnnxTypeFromTypeInfo(const OrtTypeInfo* type_info, ONNXType* out) noexcept {
  return Guard([&] {
    NotNull(type_info, "type_info");
    NotNull(out, "out");
    *out = type_info->kind;
  });
}

OrtStatus* GetDenotationFromTypeInfo(const OrtTypeInfo* type_info, const char** const denotation,
                                     size_t* len) noexcept {
  return Guard([&] {
    NotNull(type_info, "type_info");
    NotNull(denotation, "denotation");
    NotNull(len, "len");
    *denotation = type_info->denotation.c_str();
    *len = type_info->denotation.size();
  });
}

OrtStatus* CastTypeInfoToTensorInfo(const OrtTypeInfo* type_info,
                                    const OrtTensorTypeAndShapeInfo** out) noexcept {
  return Guard([&] {
    NotNull(type_info, "type_info");
    NotNull(out, "out");
    const bool tensor =
        type_info->kind == ONNX_TYPE_TENSOR || type_info->kind == ONNX_TYPE_SPARSETENSOR;
    *out = tensor ? &type_info->tensor : nullptr;
  });
}

OrtStatus* CastTypeInfoToMapTypeInfo(const OrtTypeInfo* type_info,
                                     const OrtMapTypeInfo** out) noexcept {
  return Cast(type_info, ONNX_TYPE_MAP, out);
}

OrtStatus* CastTypeInfoToSequenceTypeInfo(const OrtTypeInfo* type_info,
                                          const OrtSequenceTypeInfo** out) noexcept {
  return Cast(type_info, ONNX_TYPE_SEQUENCE, out);
}

OrtStatus* CastTypeInfoToOptionalTypeInfo(const OrtTypeInfo* type_info,
                                          const OrtOptionalTypeInfo** out) noexcept {
  return Cast(type_info, ONNX_TYPE_OPTIONAL, out);
}

OrtStatus* GetMapKeyType(const OrtMapTypeInfo* map_type_info,
                         ONNXTensorElementDataType* out) noexcept {
  return Guard([&] {
    const OrtTypeInfo& type = Whole(map_type_info);
    NotNull(out, "out");
    *out = FromDType(type.map_key);
  });
}

OrtStatus* GetMapValueType(const OrtMapTypeInfo* map_type_info, OrtTypeInfo** type_info) noexcept {
  return CopyElement(map_type_info, type_info);
}

OrtStatus* GetSequenceElementType(const OrtSequenceTypeInfo* sequence_type_info,
                                  OrtTypeInfo** type_info) noexcept {
  return CopyElement(sequence_type_info, type_info);
}

OrtStatus* GetOptionalContainedTypeInfo(const OrtOptionalTypeInfo* optional_type_info,
                                        OrtTypeInfo** out) noexcept {
  return CopyElement(optional_type_info, out);
}

void ReleaseTypeInfo(OrtTypeInfo* input) noexcept { delete input; }

// Views only, of a type info that is released itself.
void ReleaseMapTypeInfo(OrtMapTypeInfo*) noexcept {}
void ReleaseSequenceTypeInfo(OrtSequenceTypeInfo*) noexcept {}

OrtStatus* CreateTensorTypeAndShapeInfo(OrtTensorTypeAndShapeInfo** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    *out = new OrtTensorTypeAndShapeInfo();
  });
}

void ReleaseTensorTypeAndShapeInfo(OrtTensorTypeAndShapeInfo* input) noexcept { delete input; }

OrtStatus* SetTensorElementType(OrtTensorTypeAndShapeInfo* info,
                                ONNXTensorElementDataType type) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    info->dtype =
        type == ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED ? DType::kUndefined : ToDType(type);
  });
}

OrtStatus* SetDimensions(OrtTensorTypeAndShapeInfo* info, const int64_t* dim_values,
                         size_t dim_count) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNullArray(dim_values, dim_count, "dim_values");
    info->shape.emplace(dim_values, dim_values + dim_count);
  });
}

OrtStatus* SetSymbolicDimensions(OrtTensorTypeAndShapeInfo* info, const char* dim_params[],
                                 size_t dim_params_length) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNullArray(dim_params, dim_params_length, "dim_params");
    if (!info->shape) info->shape.emplace();
    if (info->shape->size() < dim_params_length) info->shape->resize(dim_params_length);
    for (size_t i = 0; i < dim_params_length; ++i) {
      (*info->shape)[i].symbol = dim_params[i] == nullptr ? "" : dim_params[i];
    }
  });
}

OrtStatus* GetTensorElementType(const OrtTensorTypeAndShapeInfo* info,
                                ONNXTensorElementDataType* out) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(out, "out");
    *out = FromDType(info->dtype);
  });
}

OrtStatus* GetDimensionsCount(const OrtTensorTypeAndShapeInfo* info, size_t* out) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(out, "out");
    *out = info->shape ? info->shape->size() : 0;
  });
}

OrtStatus* GetDimensions(const OrtTensorTypeAndShapeInfo* info, int64_t* dim_values,
                         size_t dim_values_length) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNullArray(dim_values, dim_values_length, "dim_values");
    const size_t count = std::min(info->shape ? info->shape->size() : 0, dim_values_length);
    for (size_t i = 0; i < count; ++i) dim_values[i] = (*info->shape)[i].value;
  });
}

OrtStatus* GetSymbolicDimensions(const OrtTensorTypeAndShapeInfo* info, const char* dim_params[],
                                 size_t dim_params_length) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNullArray(dim_params, dim_params_length, "dim_params");
    const size_t count = std::min(info->shape ? info->shape->size() : 0, dim_params_length);
    for (size_t i = 0; i < count; ++i) dim_params[i] = (*info->shape)[i].symbol.c_str();
  });
}

OrtStatus* GetTensorShapeElementCount(const OrtTensorTypeAndShapeInfo* info, size_t* out) noexcept {
  return Guard([&] {
    NotNull(info, "info");
    NotNull(out, "out");
    Shape shape;
    if (info->shape) {
      for (const Dim& dim : *info->shape) shape.PushBack(dim.value);
    }
    *out = static_cast<size_t>(shape.ElementCount());
  });
}

bool TensorTypeAndShape_HasShape(const OrtTensorTypeAndShapeInfo* info) noexcept {
  return info != nullptr && info->shape.has_value();
}

OrtStatus* GetTypeInfo(const OrtValue* value, OrtTypeInfo** out) noexcept {
  return Guard([&] {
    NotNull(value, "value");
    NotNull(out, "out");
    *out = value->IsNone() ? nullptr : new OrtTypeInfo(TypeOf(*value));
  });
}

OrtStatus* GetTensorTypeAndShape(const OrtValue* value, OrtTensorTypeAndShapeInfo** out) noexcept {
  return Guard([&] {
    NotNull(value, "value");
    NotNull(out, "out");
    Require(value->IsTensor() || value->kind() == ValueKind::kSparseTensor, ORT_FAIL,
            "Input is not of one of the supported sequence types: the value is neither a tensor "
            "nor a sparse tensor");
    *out = new OrtTensorTypeAndShapeInfo(TypeOf(*value).tensor);
  });
}

}  // namespace backplane::abi
