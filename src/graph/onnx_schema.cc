#include "graph/onnx_schema.h"

#include <algorithm>
#include <span>

#include "graph/onnx_convert.h"
#include "graph/onnx_import.h"

// What the generated table needs: a declaration of each schema class and of the function that
// builds it.
#define BACKPLANE_ONNX_SCHEMA(domain, version, name)                                  \
  namespace onnx {                                                                    \
  class ONNX_OPERATOR_SET_SCHEMA_CLASS_NAME(domain, version, name);                   \
  template <>                                                                         \
  OpSchema GetOpSchema<ONNX_OPERATOR_SET_SCHEMA_CLASS_NAME(domain, version, name)>(); \
  }
#include "onnx_schema_table.inc"
#undef BACKPLANE_ONNX_SCHEMA

namespace backplane {
namespace {

enum class Family : uint8_t { kOnnx, kOnnxML, kOnnxPreview, kOnnxTraining, kUnknown };

struct Entry {
  Family family;
  int version;
  std::string_view name;
  onnx::OpSchema (*build)();
};

// Sorted by family, name and version, as tools/generate_schema_table.py writes it.
constexpr Entry kTable[] = {
#define BACKPLANE_ONNX_SCHEMA(domain, version, name) \
  {Family::k##domain, version, #name,                \
   &onnx::GetOpSchema<onnx::ONNX_OPERATOR_SET_SCHEMA_CLASS_NAME(domain, version, name)>},
#include "onnx_schema_table.inc"
#undef BACKPLANE_ONNX_SCHEMA
};

// The preview families share names of domains: ai.onnx.preview and ai.onnx.preview.training. Which
// of the two an operator belongs to is told by its schema only, so both are looked up in one
// family.
Family FamilyOf(std::string_view domain) {
  if (domain.empty()) return Family::kOnnx;
  if (domain == "ai.onnx.ml") return Family::kOnnxML;
  if (domain == "ai.onnx.preview" || domain == "ai.onnx.preview.training")
    return Family::kOnnxPreview;
  if (domain == "ai.onnx.training") return Family::kOnnxTraining;
  return Family::kUnknown;
}

std::span<const Entry> EntriesOf(Family family) {
  const auto [begin, end] =
      std::equal_range(std::begin(kTable), std::end(kTable), Entry{family, 0, "", nullptr},
                       [](const Entry& a, const Entry& b) { return a.family < b.family; });
  return {begin, end};
}

std::span<const Entry> EntriesOf(std::string_view domain, std::string_view op) {
  const std::span<const Entry> all = EntriesOf(FamilyOf(domain));
  const auto [begin, end] =
      std::equal_range(all.begin(), all.end(), Entry{Family::kOnnx, 0, op, nullptr},
                       [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return {begin, end};
}

FormalParameter Convert(const onnx::OpSchema::FormalParameter& from) {
  using From = onnx::OpSchema;
  FormalParameter to;
  to.name = from.GetName();
  to.type = from.GetTypeStr();
  to.homogeneous = from.GetIsHomogeneous();
  to.min_arity = from.GetMinArity();
  if (from.GetOption() == From::Optional) to.option = FormalParameter::Option::kOptional;
  if (from.GetOption() == From::Variadic) to.option = FormalParameter::Option::kVariadic;
  return to;
}

SchemaAttribute Convert(const onnx::OpSchema::Attribute& from) {
  SchemaAttribute to;
  to.name = from.name;
  to.type = static_cast<AttributeType>(from.type);
  to.required = from.required;
  const bool has_graph =
      from.type == onnx::AttributeProto::GRAPH || from.type == onnx::AttributeProto::GRAPHS;
  if (!has_graph && from.default_value.type() != onnx::AttributeProto::UNDEFINED) {
    to.default_value = ImportAttribute(from.default_value, "a schema", OwnData).value;
  }
  return to;
}

std::unique_ptr<OpSchema> Convert(const onnx::OpSchema& from) {
  auto to = std::make_unique<OpSchema>();
  to->name = from.Name();
  to->domain = CanonicalDomain(from.domain());
  to->since_version = from.SinceVersion();
  to->deprecated = from.Deprecated();
  to->min_inputs = from.min_input();
  to->max_inputs = from.max_input();
  to->min_outputs = from.min_output();
  to->max_outputs = from.max_output();
  for (const auto& parameter : from.inputs()) to->inputs.push_back(Convert(parameter));
  for (const auto& parameter : from.outputs()) to->outputs.push_back(Convert(parameter));
  for (const auto& [name, attribute] : from.attributes())
    to->attributes.push_back(Convert(attribute));
  std::sort(to->attributes.begin(), to->attributes.end(),
            [](const SchemaAttribute& a, const SchemaAttribute& b) { return a.name < b.name; });
  for (const auto& constraint : from.typeConstraintParams()) {
    to->type_constraints.push_back({constraint.type_param_str, constraint.allowed_type_strs});
  }
  to->has_function = from.HasFunction() || from.HasContextDependentFunction();
  to->deterministic =
      from.GetNodeDeterminism() != onnx::OpSchema::NodeDeterminism::NonDeterministic;
  // The library has no getter for this. It is set for this one schema, whose first release missed
  // an attribute.
  to->allows_unchecked_attributes = to->name == "LayerNormalization";
  to->onnx = &from;
  return to;
}

}  // namespace

std::unique_ptr<OpSchema> MakeOnnxSchema(std::string_view domain, std::string_view op,
                                         int since_version) {
  for (const Entry& entry : EntriesOf(domain, op)) {
    if (entry.version != since_version) continue;
    auto schema = std::make_unique<onnx::OpSchema>(entry.build());
    if (CanonicalDomain(schema->domain()) != domain)
      return nullptr;  // the other of the two preview domains
    schema->Finalize();
    return Convert(*schema.release());  // lives as long as the process, like all schemas
  }
  return nullptr;
}

std::vector<int> OnnxSchemaVersions(std::string_view domain, std::string_view op) {
  std::vector<int> versions;
  for (const Entry& entry : EntriesOf(domain, op)) versions.push_back(entry.version);
  return versions;
}

std::vector<std::pair<std::string, int>> ListOnnxSchemas(std::string_view domain) {
  std::vector<std::pair<std::string, int>> list;
  for (const Entry& entry : EntriesOf(FamilyOf(domain)))
    list.emplace_back(entry.name, entry.version);
  return list;
}

}  // namespace backplane
