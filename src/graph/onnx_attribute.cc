// Attributes that hold no graph, from their messages.
#include "base/error.h"
#include "graph/onnx_convert.h"
#include "graph/onnx_import.h"

namespace backplane {

using onnx::AttributeProto;

ImportedTensor OwnData(const onnx::TensorProto& proto, const std::string& what) {
  return {std::make_shared<const Tensor>(TensorFromProto(proto, what)), nullptr};
}

AttributeProto::AttributeType AttributeTypeOf(const AttributeProto& proto) {
  if (proto.type() != AttributeProto::UNDEFINED) return proto.type();
  if (proto.has_f()) return AttributeProto::FLOAT;
  if (proto.has_i()) return AttributeProto::INT;
  if (proto.has_s()) return AttributeProto::STRING;
  if (proto.has_t()) return AttributeProto::TENSOR;
  if (proto.has_g()) return AttributeProto::GRAPH;
  if (proto.has_sparse_tensor()) return AttributeProto::SPARSE_TENSOR;
  if (proto.has_tp()) return AttributeProto::TYPE_PROTO;
  if (proto.floats_size() > 0) return AttributeProto::FLOATS;
  if (proto.ints_size() > 0) return AttributeProto::INTS;
  if (proto.strings_size() > 0) return AttributeProto::STRINGS;
  if (proto.tensors_size() > 0) return AttributeProto::TENSORS;
  if (proto.graphs_size() > 0) return AttributeProto::GRAPHS;
  return AttributeProto::UNDEFINED;
}

Attribute ImportAttribute(const AttributeProto& proto, const std::string& what,
                          const TensorSource& tensors) {
  Attribute attribute;
  attribute.name = proto.name();
  attribute.reference = proto.ref_attr_name();
  const auto tensor_name = [&] { return "attribute '" + proto.name() + "' of " + what; };
  switch (AttributeTypeOf(proto)) {
    case AttributeProto::FLOAT:
      attribute.value = proto.f();
      break;
    case AttributeProto::INT:
      attribute.value = proto.i();
      break;
    case AttributeProto::STRING:
      attribute.value = proto.s();
      break;
    case AttributeProto::TENSOR:
      attribute.value = *tensors(proto.t(), tensor_name()).tensor;
      break;
    case AttributeProto::FLOATS:
      attribute.value = std::vector<float>(proto.floats().begin(), proto.floats().end());
      break;
    case AttributeProto::INTS:
      attribute.value = std::vector<int64_t>(proto.ints().begin(), proto.ints().end());
      break;
    case AttributeProto::STRINGS:
      attribute.value = std::vector<std::string>(proto.strings().begin(), proto.strings().end());
      break;
    case AttributeProto::TENSORS: {
      std::vector<Tensor> list;
      for (const auto& tensor : proto.tensors())
        list.push_back(*tensors(tensor, tensor_name()).tensor);
      attribute.value = std::move(list);
      break;
    }
    case AttributeProto::TYPE_PROTO:
      attribute.value = TypeFromProto(proto.tp(), tensor_name());
      break;
    case AttributeProto::UNDEFINED:
      break;  // an empty list of unknown type; check/ finds fault with it if the operator needs one
    default:
      Fail(ORT_NOT_IMPLEMENTED, "{} has a type that is not supported ({})", tensor_name(),
           static_cast<int>(proto.type()));
  }
  return attribute;
}

std::string_view CanonicalDomain(std::string_view domain) {
  return domain == "ai.onnx" ? "" : domain;
}

}  // namespace backplane
