#include "graph/infer_types.h"

#include <algorithm>

#include "base/error.h"

namespace backplane {
namespace {

bool Allowed(const TypeInfo& type, const FormalParameter& formal, const OpSchema& schema) {
  if (type.IsTensor()) {
    return type.tensor.dtype == DType::kUndefined || formal.tensor_types.Has(type.tensor.dtype);
  }
  const auto matches = [&](const std::string& text) {
    return SameElementType(TypeFromString(text), type);
  };
  if (formal.constraint < 0) return matches(formal.type);
  const auto& allowed = schema.type_constraints[static_cast<size_t>(formal.constraint)].allowed;
  return std::any_of(allowed.begin(), allowed.end(), matches);
}

// What stands between the outer parentheses of "name(...)", if `text` has that form.
std::optional<std::string_view> Inside(std::string_view text, std::string_view name) {
  if (!text.starts_with(name) || text.size() < name.size() + 2 || text[name.size()] != '(' ||
      text.back() != ')') {
    return std::nullopt;
  }
  return text.substr(name.size() + 1, text.size() - name.size() - 2);
}

}  // namespace

bool SameElementType(const TypeInfo& a, const TypeInfo& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == ONNX_TYPE_TENSOR || a.kind == ONNX_TYPE_SPARSETENSOR)
    return a.tensor.dtype == b.tensor.dtype;
  if (a.map_key != b.map_key || (a.element == nullptr) != (b.element == nullptr)) return false;
  return a.element == nullptr || SameElementType(*a.element, *b.element);
}

TypeInfo WithoutShape(const TypeInfo& type) {
  TypeInfo result = type;
  result.tensor.shape.reset();
  if (result.element != nullptr)
    result.element = std::make_shared<const TypeInfo>(WithoutShape(*result.element));
  return result;
}

TypeInfo TypeFromString(std::string_view text) {
  if (const auto inside = Inside(text, "tensor")) {
    const DType dtype = DTypeFromName(*inside);
    return dtype == DType::kUndefined ? TypeInfo() : TypeInfo::Tensor(dtype);
  }
  if (const auto inside = Inside(text, "sparse_tensor")) {
    TypeInfo type = TypeInfo::Tensor(DTypeFromName(*inside));
    type.kind = ONNX_TYPE_SPARSETENSOR;
    return type;
  }
  const auto wrap = [](TypeInfo element, TypeInfo (*make)(TypeInfo)) {
    return element.known() ? make(std::move(element)) : TypeInfo();
  };
  if (const auto inside = Inside(text, "seq"))
    return wrap(TypeFromString(*inside), &TypeInfo::Sequence);
  if (const auto inside = Inside(text, "optional"))
    return wrap(TypeFromString(*inside), &TypeInfo::Optional);
  if (const auto inside = Inside(text, "map")) {
    const size_t comma = inside->find(',');
    if (comma == std::string_view::npos) return {};
    std::string_view value = inside->substr(comma + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    TypeInfo element = TypeFromString(value);
    if (!element.known())
      element = TypeInfo::Tensor(DTypeFromName(value), Shape());  // "map(string,float)"
    return TypeInfo::Map(DTypeFromName(inside->substr(0, comma)), std::move(element));
  }
  return {};
}

TypeBindings BindInputTypes(const Node& node, const OpSchema& schema) {
  TypeBindings bindings(schema.type_constraints.size(), nullptr);
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const FormalParameter* formal = schema.Input(i);
    if (node.inputs[i] == nullptr || formal == nullptr) continue;
    const TypeInfo& type = node.inputs[i]->type;
    if (!type.known() || (type.IsTensor() && type.tensor.dtype == DType::kUndefined)) continue;
    if (!Allowed(type, *formal, schema)) {
      Fail(ORT_INVALID_GRAPH,
           "This is an invalid model. Type Error: Type '{}' of input parameter ({}) of operator "
           "({}) in node ({}) is invalid.",
           type.ToString(), node.inputs[i]->name, node.op_type, node.name);
    }
    if (formal->constraint < 0) continue;
    if (formal->option == FormalParameter::Option::kVariadic && !formal->homogeneous) continue;
    const TypeInfo*& bound = bindings[static_cast<size_t>(formal->constraint)];
    if (bound == nullptr) bound = &type;
    if (!SameElementType(*bound, type)) {
      Fail(ORT_FAIL,
           "Type Error: Type parameter ({}) of Optype ({}) bound to different types ({} and {} in "
           "node ({}).",
           formal->type, node.op_type, bound->ToString(), type.ToString(), node.name);
    }
  }
  return bindings;
}

TypeInfo OutputTypeFromSchema(const OpSchema& schema, size_t i, const TypeBindings& bindings) {
  const FormalParameter* formal = schema.Output(i);
  if (formal == nullptr) return {};
  if (formal->constraint < 0) return TypeFromString(formal->type);
  if (formal->option == FormalParameter::Option::kVariadic && !formal->homogeneous) return {};
  const auto constraint = static_cast<size_t>(formal->constraint);
  if (bindings[constraint] != nullptr) return WithoutShape(*bindings[constraint]);
  const auto& allowed = schema.type_constraints[constraint].allowed;
  return allowed.size() == 1 ? TypeFromString(allowed.front()) : TypeInfo();
}

}  // namespace backplane
