#include "abi/op_schema.h"

#include <memory>

#include "abi/guard.h"
#include "graph/schema.h"

/// C API: a type parameter of an operator, in arrays that a C program can read.
struct OrtOpSchemaTypeConstraint final {
  const backplane::TypeConstraint* constraint = nullptr;
  std::vector<const char*> allowed;
  std::vector<size_t> inputs;
  std::vector<size_t> outputs;
};

/// C API: an operator's definition. The schema behind it lives forever.
struct OrtOpSchema final {
  const backplane::OpSchema* schema = nullptr;
  std::vector<OrtOpSchemaTypeConstraint> constraints;
};

namespace backplane::abi {
namespace {

/// `*out = read(object)`, both checked for null.
template <typename Object, typename Out, typename Read>
OrtStatus* Get(const Object* object, Out* out, Read&& read) noexcept {
  return Guard([&] {
    NotNull(object, "schema");
    NotNull(out, "out");
    *out = read(*object);
  });
}

const FormalParameter& At(const std::vector<FormalParameter>& list, size_t index,
                          const OrtOpSchema& schema, const char* what) {
  Require(index < list.size(), ORT_INVALID_ARGUMENT, "{} has {} {}s, {} was asked for",
          schema.schema->name, list.size(), what, index);
  return list[index];
}

const OrtOpSchemaTypeConstraint* ConstraintOf(const OrtOpSchema& schema,
                                              const FormalParameter& formal) {
  return formal.constraint < 0 ? nullptr
                               : &schema.constraints[static_cast<size_t>(formal.constraint)];
}

std::unique_ptr<OrtOpSchema> Describe(const OpSchema& schema) {
  auto described = std::make_unique<OrtOpSchema>();
  described->schema = &schema;
  for (const TypeConstraint& constraint : schema.type_constraints) {
    OrtOpSchemaTypeConstraint& added = described->constraints.emplace_back();
    added.constraint = &constraint;
    for (const std::string& type : constraint.allowed) added.allowed.push_back(type.c_str());
  }
  const auto collect = [&](const std::vector<FormalParameter>& list,
                           std::vector<size_t> OrtOpSchemaTypeConstraint::*indices) {
    for (size_t i = 0; i < list.size(); ++i) {
      if (list[i].constraint < 0) continue;
      (described->constraints[static_cast<size_t>(list[i].constraint)].*indices).push_back(i);
    }
  };
  collect(schema.inputs, &OrtOpSchemaTypeConstraint::inputs);
  collect(schema.outputs, &OrtOpSchemaTypeConstraint::outputs);
  return described;
}

}  // namespace

OrtStatus* GetOpSchema(const char* name, int max_inclusive_version, const char* domain,
                       OrtOpSchema** out_schema) noexcept {
  return Guard([&] {
    NotNull(name, "name");
    NotNull(out_schema, "out_schema");
    const OpSchema* schema =
        FindSchema(domain == nullptr ? "" : domain, name, max_inclusive_version);
    *out_schema = schema == nullptr ? nullptr : Describe(*schema).release();
  });
}

void ReleaseOpSchema(OrtOpSchema* input) noexcept { delete input; }

OrtStatus* OpSchema_GetSinceVersion(const OrtOpSchema* schema, int* out) noexcept {
  return Get(schema, out, [](const OrtOpSchema& s) { return s.schema->since_version; });
}

OrtStatus* OpSchema_GetNumInputs(const OrtOpSchema* schema, size_t* out) noexcept {
  return Get(schema, out, [](const OrtOpSchema& s) { return s.schema->inputs.size(); });
}

OrtStatus* OpSchema_GetInputName(const OrtOpSchema* schema, size_t index,
                                 const char** out) noexcept {
  return Get(schema, out, [&](const OrtOpSchema& s) {
    return At(s.schema->inputs, index, s, "input").name.c_str();
  });
}

OrtStatus* OpSchema_GetInputTypeConstraint(const OrtOpSchema* schema, size_t index,
                                           const OrtOpSchemaTypeConstraint** out) noexcept {
  return Get(schema, out, [&](const OrtOpSchema& s) {
    return ConstraintOf(s, At(s.schema->inputs, index, s, "input"));
  });
}

OrtStatus* OpSchema_GetNumOutputs(const OrtOpSchema* schema, size_t* out) noexcept {
  return Get(schema, out, [](const OrtOpSchema& s) { return s.schema->outputs.size(); });
}

OrtStatus* OpSchema_GetOutputName(const OrtOpSchema* schema, size_t index,
                                  const char** out) noexcept {
  return Get(schema, out, [&](const OrtOpSchema& s) {
    return At(s.schema->outputs, index, s, "output").name.c_str();
  });
}

OrtStatus* OpSchema_GetOutputTypeConstraint(const OrtOpSchema* schema, size_t index,
                                            const OrtOpSchemaTypeConstraint** out) noexcept {
  return Get(schema, out, [&](const OrtOpSchema& s) {
    return ConstraintOf(s, At(s.schema->outputs, index, s, "output"));
  });
}

OrtStatus* OpSchema_GetTypeConstraintCount(const OrtOpSchema* schema, size_t* out) noexcept {
  return Get(schema, out, [](const OrtOpSchema& s) { return s.constraints.size(); });
}

OrtStatus* OpSchema_GetTypeConstraint(const OrtOpSchema* schema, size_t index,
                                      const OrtOpSchemaTypeConstraint** out) noexcept {
  return Get(schema, out, [&](const OrtOpSchema& s) {
    Require(index < s.constraints.size(), ORT_INVALID_ARGUMENT,
            "{} has {} type parameters, {} was asked for", s.schema->name, s.constraints.size(),
            index);
    return &s.constraints[index];
  });
}

OrtStatus* OpSchemaTypeConstraint_GetTypeParamName(const OrtOpSchemaTypeConstraint* type_constraint,
                                                   const char** out) noexcept {
  return Get(type_constraint, out,
             [](const OrtOpSchemaTypeConstraint& c) { return c.constraint->name.c_str(); });
}

#define BACKPLANE_CONSTRAINT_LIST(slot, type, list)                            \
  OrtStatus* slot(const OrtOpSchemaTypeConstraint* type_constraint, type* out, \
                  size_t* count) noexcept {                                    \
    return Guard([&] {                                                         \
      NotNull(type_constraint, "type_constraint");                             \
      NotNull(out, "out");                                                     \
      NotNull(count, "count");                                                 \
      *out = type_constraint->list.data();                                     \
      *count = type_constraint->list.size();                                   \
    });                                                                        \
  }
BACKPLANE_CONSTRAINT_LIST(OpSchemaTypeConstraint_GetAllowedTypes, const char* const*, allowed)
BACKPLANE_CONSTRAINT_LIST(OpSchemaTypeConstraint_GetInputIndices, const size_t*, inputs)
BACKPLANE_CONSTRAINT_LIST(OpSchemaTypeConstraint_GetOutputIndices, const size_t*, outputs)
#undef BACKPLANE_CONSTRAINT_LIST

}  // namespace backplane::abi
