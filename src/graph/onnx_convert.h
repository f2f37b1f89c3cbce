// Between ONNX's protobuf messages and our types: types, tensors, sparse tensors. Shared by import,
// export and inference. Every size in a message is checked against the data that is there before
// memory is allocated for it.
#pragma once

#include <memory>
#include <string>

#include "graph/graph.h"
#include "onnx/onnx_pb.h"

namespace backplane {

/// The key of a node's metadata that becomes Node::layer.
inline constexpr const char* kLayerMetadata = "layer_ann";

/// The type in `proto`; kind ONNX_TYPE_UNKNOWN when it says nothing. `what` names the value in
/// errors.
TypeInfo TypeFromProto(const onnx::TypeProto& proto, std::string_view what);
/// Overwrites `proto`; an unknown type leaves it empty.
void TypeToProto(const TypeInfo& type, onnx::TypeProto& proto);

/// The element type numbered `data_type`; fails with ORT_FAIL for numbers that are none.
DType DTypeFromProto(int data_type, std::string_view what, ErrorCode code = ORT_FAIL);

/// Dimensions as a shape whose byte size was checked for negative dimensions and overflow
/// (ORT_FAIL).
Shape ShapeFromProto(const google::protobuf::RepeatedField<int64_t>& dims, DType dtype,
                     std::string_view what);

/// Fails with ORT_FAIL unless raw_data of `size` bytes is what a tensor of this type and shape
/// takes.
void CheckRawSize(size_t size, DType dtype, const Shape& shape, std::string_view what);

/// A tensor of its own from the data inside `proto` (raw_data or a typed field). Fails with
/// ORT_FAIL where the data does not match type and shape.
Tensor TensorFromProto(const onnx::TensorProto& proto, std::string_view what);
/// Everything but the data and the name.
void DescribeTensor(const Tensor& tensor, onnx::TensorProto& proto);
void TensorToProto(const Tensor& tensor, onnx::TensorProto& proto);

/// The dense form of a sparse tensor given by its parts (`indices`: int64, linear [n] or
/// coordinates [n, rank]).
Tensor Densify(const Tensor& values, const Tensor& indices, const Shape& dense_shape,
               std::string_view what);

}  // namespace backplane
