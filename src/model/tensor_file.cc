// Single tensors from files: the .pb files of ONNX test data. Read whole; a tensor may not refer to
// external data.
#include <limits>

#include "base/error.h"
#include "base/file.h"
#include "graph/onnx_convert.h"
#include "model/model.h"
#include "onnx/onnx_pb.h"

namespace backplane {

Tensor LoadTensorFile(const std::string& path) {
  const auto file = MappedFile::Open(path);
  onnx::TensorProto proto;
  Require(file->size() <= std::numeric_limits<int>::max() &&
              proto.ParseFromArray(file->data(), static_cast<int>(file->size())) &&
              proto.has_data_type(),
          ORT_INVALID_PROTOBUF, "{} holds no ONNX tensor", path);
  Require(proto.data_location() != onnx::TensorProto::EXTERNAL, ORT_INVALID_ARGUMENT,
          "{}: the tensor's data is in another file, which is not supported here", path);
  return TensorFromProto(proto, path);
}

}  // namespace backplane
