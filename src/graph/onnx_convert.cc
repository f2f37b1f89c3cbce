#include "graph/onnx_convert.h"

#include <cstring>

#include "base/error.h"

namespace backplane {

using onnx::TensorProto;
using onnx::TypeProto;

namespace {

// Densifying may not turn a few bytes of a model into all of the machine's memory; protobuf's own
// limit for dense data.
constexpr size_t kMaxDensifiedBytes = size_t{1} << 31;

SymbolicShape ShapeFromProto(const onnx::TensorShapeProto& proto) {
  std::vector<Dim> dims;
  dims.reserve(static_cast<size_t>(proto.dim_size()));
  for (const auto& dim : proto.dim()) {
    if (dim.has_dim_value() && dim.dim_value() >= 0) {
      dims.emplace_back(dim.dim_value());
    } else if (dim.has_dim_param()) {
      dims.emplace_back(dim.dim_param());
    } else {
      dims.emplace_back();
    }
  }
  return dims;
}

template <typename TensorTypeProto>
TypeInfo TensorTypeFromProto(const TensorTypeProto& proto, ONNXType kind, std::string_view what) {
  TypeInfo type;
  if (proto.elem_type() == TensorProto::UNDEFINED && !proto.has_shape()) return type;
  type.kind = kind;
  if (proto.elem_type() != TensorProto::UNDEFINED)
    type.tensor.dtype = DTypeFromProto(proto.elem_type(), what, ORT_INVALID_ARGUMENT);
  if (proto.has_shape()) type.tensor.shape = ShapeFromProto(proto.shape());
  return type;
}

template <typename TensorTypeProto>
void TensorTypeToProto(const TensorTypeInfo& tensor, TensorTypeProto& proto) {
  proto.set_elem_type(static_cast<int>(tensor.dtype));
  if (!tensor.shape) return;
  auto& shape = *proto.mutable_shape();
  for (const Dim& dim : *tensor.shape) {
    auto& dim_proto = *shape.add_dim();
    if (dim.known()) {
      dim_proto.set_dim_value(dim.value);
    } else if (!dim.symbol.empty()) {
      dim_proto.set_dim_param(dim.symbol);
    }
  }
}

}  // namespace

DType DTypeFromProto(int data_type, std::string_view what, ErrorCode code) {
  Require(data_type > 0 && data_type < kDTypeCount, code,
          "{}: {} is not a valid tensor element type", what, data_type);
  return static_cast<DType>(data_type);
}

TypeInfo TypeFromProto(const TypeProto& proto, std::string_view what) {
  TypeInfo type;
  switch (proto.value_case()) {
    case TypeProto::kTensorType:
      type = TensorTypeFromProto(proto.tensor_type(), ONNX_TYPE_TENSOR, what);
      break;
    case TypeProto::kSparseTensorType:
      type = TensorTypeFromProto(proto.sparse_tensor_type(), ONNX_TYPE_SPARSETENSOR, what);
      break;
    case TypeProto::kSequenceType:
      type = TypeInfo::Sequence(TypeFromProto(proto.sequence_type().elem_type(), what));
      break;
    case TypeProto::kOptionalType:
      type = TypeInfo::Optional(TypeFromProto(proto.optional_type().elem_type(), what));
      break;
    case TypeProto::kMapType:
      type = TypeInfo::Map(DTypeFromProto(proto.map_type().key_type(), what),
                           TypeFromProto(proto.map_type().value_type(), what));
      break;
    case TypeProto::kOpaqueType:
      type.kind = ONNX_TYPE_OPAQUE;
      break;
    case TypeProto::VALUE_NOT_SET:
      break;
  }
  type.denotation = proto.denotation();
  return type;
}

void TypeToProto(const TypeInfo& type, TypeProto& proto) {
  proto.Clear();
  switch (type.kind) {
    case ONNX_TYPE_TENSOR:
      TensorTypeToProto(type.tensor, *proto.mutable_tensor_type());
      break;
    case ONNX_TYPE_SPARSETENSOR:
      TensorTypeToProto(type.tensor, *proto.mutable_sparse_tensor_type());
      break;
    case ONNX_TYPE_SEQUENCE:
      TypeToProto(*type.element, *proto.mutable_sequence_type()->mutable_elem_type());
      break;
    case ONNX_TYPE_OPTIONAL:
      TypeToProto(*type.element, *proto.mutable_optional_type()->mutable_elem_type());
      break;
    case ONNX_TYPE_MAP:
      proto.mutable_map_type()->set_key_type(static_cast<int>(type.map_key));
      TypeToProto(*type.element, *proto.mutable_map_type()->mutable_value_type());
      break;
    case ONNX_TYPE_OPAQUE:
      proto.mutable_opaque_type();
      break;
    default:
      break;
  }
  if (!type.denotation.empty()) proto.set_denotation(type.denotation);
}

Shape ShapeFromProto(const google::protobuf::RepeatedField<int64_t>& dims, DType dtype,
                     std::string_view what) {
  Shape shape(std::span<const int64_t>(dims.data(), static_cast<size_t>(dims.size())));
  for (const int64_t dim : shape) {
    if (dim < 0) Fail(ORT_FAIL, "{}: shape {} has a negative dimension", what, shape.ToString());
  }
  try {
    BytesOf(dtype, shape.ElementCount());
  } catch (const Error& error) {
    Fail(ORT_FAIL, "{}: shape {} of {} is too large: {}", what, shape.ToString(), NameOf(dtype),
         error.message());
  }
  return shape;
}

namespace {

// Copies a typed field into a new tensor, each entry converted to To.
template <typename To, typename Field>
Tensor FromField(const Field& field, DType dtype, const Shape& shape, std::string_view what,
                 const char* name) {
  const size_t expected = BytesOf(dtype, shape.ElementCount()) / sizeof(To);
  if (static_cast<size_t>(field.size()) != expected) {
    Fail(ORT_FAIL, "{}: {} holds {} values where shape {} of {} takes {}", what, name, field.size(),
         shape.ToString(), NameOf(dtype), expected);
  }
  Tensor tensor = Tensor::Allocate(dtype, shape);
  To* out = static_cast<To*>(tensor.raw());
  for (const auto entry : field) *out++ = static_cast<To>(entry);
  return tensor;
}

Tensor FromStrings(const TensorProto& proto, const Shape& shape, std::string_view what) {
  Require(proto.string_data_size() == shape.ElementCount(), ORT_FAIL,
          "{}: string_data holds {} values where shape {} takes {}", what, proto.string_data_size(),
          shape.ToString(), shape.ElementCount());
  Tensor tensor = Tensor::Allocate(DType::kString, shape);
  std::copy(proto.string_data().begin(), proto.string_data().end(), tensor.data<std::string>());
  return tensor;
}

Tensor FromTypedField(const TensorProto& proto, DType dtype, const Shape& shape,
                      std::string_view what) {
  switch (dtype) {
    case DType::kFloat:
    case DType::kComplex64:
      return FromField<float>(proto.float_data(), dtype, shape, what, "float_data");
    case DType::kDouble:
    case DType::kComplex128:
      return FromField<double>(proto.double_data(), dtype, shape, what, "double_data");
    case DType::kInt64:
      return FromField<int64_t>(proto.int64_data(), dtype, shape, what, "int64_data");
    case DType::kUInt64:
      return FromField<uint64_t>(proto.uint64_data(), dtype, shape, what, "uint64_data");
    case DType::kUInt32:
      return FromField<uint32_t>(proto.uint64_data(), dtype, shape, what, "uint64_data");
    case DType::kInt32:
      return FromField<int32_t>(proto.int32_data(), dtype, shape, what, "int32_data");
    case DType::kString:
      return FromStrings(proto, shape, what);
    default:
      // One entry an element; sub-byte types: one entry a byte of packed elements.
      if (BitsOf(dtype) == 16)
        return FromField<uint16_t>(proto.int32_data(), dtype, shape, what, "int32_data");
      return FromField<uint8_t>(proto.int32_data(), dtype, shape, what, "int32_data");
  }
}

}  // namespace

void CheckRawSize(size_t size, DType dtype, const Shape& shape, std::string_view what) {
  Require(dtype != DType::kString, ORT_FAIL, "{}: a string tensor cannot have raw_data", what);
  const size_t expected = BytesOf(dtype, shape.ElementCount());
  if (size == expected) return;
  Fail(ORT_FAIL, "{}: raw_data holds {} bytes where shape {} of {} takes {}", what, size,
       shape.ToString(), NameOf(dtype), expected);
}

Tensor TensorFromProto(const TensorProto& proto, std::string_view what) {
  const DType dtype = DTypeFromProto(proto.data_type(), what);
  const Shape shape = ShapeFromProto(proto.dims(), dtype, what);
  Require(!proto.has_segment(), ORT_NOT_IMPLEMENTED, "{}: tensors in segments are not supported",
          what);
  Require(proto.data_location() != TensorProto::EXTERNAL, ORT_FAIL,
          "{}: external data is not possible here", what);
  if (!proto.has_raw_data()) return FromTypedField(proto, dtype, shape, what);
  CheckRawSize(proto.raw_data().size(), dtype, shape, what);
  Tensor tensor = Tensor::Allocate(dtype, shape);
  if (!proto.raw_data().empty())
    std::memcpy(tensor.raw(), proto.raw_data().data(), proto.raw_data().size());
  return tensor;
}

void DescribeTensor(const Tensor& tensor, TensorProto& proto) {
  proto.set_data_type(static_cast<int>(tensor.dtype()));
  for (const int64_t dim : tensor.shape()) proto.add_dims(dim);
}

void TensorToProto(const Tensor& tensor, TensorProto& proto) {
  DescribeTensor(tensor, proto);
  if (tensor.IsString()) {
    for (const std::string& text : tensor.span<std::string>()) proto.add_string_data(text);
  } else {
    proto.set_raw_data(tensor.raw(), tensor.Bytes());
  }
}

namespace {

// Position of entry `i` in the dense tensor.
int64_t DenseOffset(const Tensor& indices, int64_t i, const Shape& dense, std::string_view what) {
  const auto at = [&](int64_t position) {  // large tensors may lie at any address of the file
    int64_t index = 0;
    std::memcpy(&index, static_cast<const std::byte*>(indices.raw()) + position * 8, sizeof(index));
    return index;
  };
  if (indices.shape().rank() == 1) return at(i);
  const auto rank = static_cast<int64_t>(dense.rank());
  int64_t offset = 0;
  for (int64_t axis = 0; axis < rank; ++axis) {
    const int64_t index = at(i * rank + axis);
    const int64_t size = dense[static_cast<size_t>(axis)];
    Require(index >= 0 && index < size, ORT_FAIL, "{}: sparse index {} is outside dimension {}",
            what, index, size);
    offset = offset * size + index;
  }
  return offset;
}

}  // namespace

Tensor Densify(const Tensor& values, const Tensor& indices, const Shape& dense_shape,
               std::string_view what) {
  const DType dtype = values.dtype();
  Require(types::kPlain.Has(dtype), ORT_NOT_IMPLEMENTED,
          "{}: sparse tensors of {} are not supported", what, NameOf(dtype));
  const size_t bytes = BytesOf(dtype, dense_shape.ElementCount());
  Require(bytes <= kMaxDensifiedBytes, ORT_FAIL,
          "{}: {} bytes are too many for the dense form of a sparse tensor", what, bytes);
  Require(values.shape().rank() == 1 && indices.dtype() == DType::kInt64, ORT_FAIL,
          "{}: a sparse tensor has values of rank 1 and int64 indices", what);
  const int64_t count = values.ElementCount();
  const Shape& index_shape = indices.shape();
  if (index_shape != Shape{count} &&
      index_shape != Shape{count, static_cast<int64_t>(dense_shape.rank())}) {
    Fail(ORT_FAIL, "{}: indices of shape {} do not fit {} sparse values of a tensor of shape {}",
         what, index_shape.ToString(), count, dense_shape.ToString());
  }
  const size_t element = BitsOf(dtype) / 8;
  const int64_t dense_count = dense_shape.ElementCount();
  Tensor dense = Tensor::Allocate(dtype, dense_shape);
  if (bytes != 0) std::memset(dense.raw(), 0, bytes);
  const auto* from = static_cast<const std::byte*>(values.raw());
  auto* to = static_cast<std::byte*>(dense.raw());
  for (int64_t i = 0; i < count; ++i) {
    const int64_t offset = DenseOffset(indices, i, dense_shape, what);
    Require(offset >= 0 && offset < dense_count, ORT_FAIL,
            "{}: sparse index {} is outside the {} elements", what, offset, dense_count);
    std::memcpy(to + static_cast<size_t>(offset) * element, from + static_cast<size_t>(i) * element,
                element);
  }
  return dense;
}

}  // namespace backplane
