#include "graph/type.h"

#include "base/format.h"

namespace backplane {

std::string ToString(const SymbolicShape& shape) {
  if (!shape) return "[...]";
  std::string out = "[";
  for (const Dim& dim : *shape) {
    if (out.size() > 1) out += ",";
    if (dim.known()) {
      out += std::to_string(dim.value);
    } else {
      out += dim.symbol.empty() ? "?" : dim.symbol;
    }
  }
  return out + "]";
}

}  // namespace backplane

using backplane::DType;

bool OrtTensorTypeAndShapeInfo::FullyKnown() const {
  if (!shape) return false;
  for (const auto& dim : *shape) {
    if (!dim.known()) return false;
  }
  return true;
}

std::optional<backplane::Shape> OrtTensorTypeAndShapeInfo::StaticShape() const {
  if (!FullyKnown()) return std::nullopt;
  backplane::Shape result;
  for (const auto& dim : *shape) result.PushBack(dim.value);
  return result;
}

OrtTypeInfo OrtTypeInfo::Tensor(DType dtype, backplane::SymbolicShape shape) {
  OrtTypeInfo info;
  info.kind = ONNX_TYPE_TENSOR;
  info.tensor.dtype = dtype;
  info.tensor.shape = std::move(shape);
  return info;
}

OrtTypeInfo OrtTypeInfo::Tensor(DType dtype, const backplane::Shape& shape) {
  return Tensor(dtype,
                backplane::SymbolicShape(std::vector<backplane::Dim>(shape.begin(), shape.end())));
}

OrtTypeInfo OrtTypeInfo::Sequence(OrtTypeInfo element) {
  OrtTypeInfo info;
  info.kind = ONNX_TYPE_SEQUENCE;
  info.element = std::make_shared<const OrtTypeInfo>(std::move(element));
  return info;
}

OrtTypeInfo OrtTypeInfo::Optional(OrtTypeInfo element) {
  OrtTypeInfo info = Sequence(std::move(element));
  info.kind = ONNX_TYPE_OPTIONAL;
  return info;
}

OrtTypeInfo OrtTypeInfo::Map(DType key, OrtTypeInfo value) {
  OrtTypeInfo info = Sequence(std::move(value));
  info.kind = ONNX_TYPE_MAP;
  info.map_key = key;
  return info;
}

std::string OrtTypeInfo::ToString() const {
  using backplane::Format;
  using backplane::NameOf;
  switch (kind) {
    case ONNX_TYPE_TENSOR:
      return backplane::TensorTypeName(tensor.dtype);
    case ONNX_TYPE_SPARSETENSOR:
      return Format("sparse_tensor({})", NameOf(tensor.dtype));
    case ONNX_TYPE_SEQUENCE:
      return Format("seq({})", element->ToString());
    case ONNX_TYPE_OPTIONAL:
      return Format("optional({})", element->ToString());
    case ONNX_TYPE_MAP:
      return Format("map({},{})", NameOf(map_key), element->ToString());
    default:
      return "unknown";
  }
}
