// Operator schemas without protobuf: what an operator's inputs, outputs and attributes are in a
// version of its domain. Schemas of the ONNX library are built when first asked for; others (custom
// operators, operators of EPs) are registered at run time. Read by check, infer, abi/ (schema
// queries of plugin EPs) and tools.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace backplane {

/// The types of attributes, as ONNX numbers them.
enum class AttributeType {
  kUndefined = 0,
  kFloat = 1,
  kInt = 2,
  kString = 3,
  kTensor = 4,
  kGraph = 5,
  kFloats = 6,
  kInts = 7,
  kStrings = 8,
  kTensors = 9,
  kGraphs = 10,
  kSparseTensor = 11,
  kSparseTensors = 12,
  kTypeProto = 13,
  kTypeProtos = 14,
};
/// ONNX's spelling: "FLOAT", "INTS", ...
std::string_view NameOf(AttributeType type);
AttributeType TypeOf(const Attribute& attribute);

/// Domain of ONNX operators whose input 0 and output 0 have their channels last. EPs that prefer
/// that layout are shown such nodes and look kernels up in it; their schemas are ONNX's.
inline constexpr std::string_view kNhwcDomain = "com.ms.internal.nhwc";

struct FormalParameter {
  enum class Option { kSingle, kOptional, kVariadic };
  std::string name;
  std::string type;  ///< "tensor(float)", or the name of a type constraint ("T")
  Option option = Option::kSingle;
  bool homogeneous = true;  ///< variadic: all of one type
  int min_arity = 1;        ///< variadic: at least so many

  // Derived from `type` and the schema's constraints when the schema is made or registered.
  int constraint = -1;  ///< index of the type constraint that `type` names; -1: it is a type itself
  TypeSet tensor_types;  ///< element types of the tensors that are allowed
};

struct SchemaAttribute {
  std::string name;
  AttributeType type = AttributeType::kUndefined;
  bool required = false;
  Attribute::Value default_value;  ///< std::monostate: none
};

struct TypeConstraint {
  std::string name;                  ///< "T"
  std::vector<std::string> allowed;  ///< "tensor(float)", ...
};

/// One version of one operator.
struct OpSchema {
  std::string name;
  std::string domain;  ///< "" for ai.onnx
  int since_version = 1;
  bool deprecated = false;
  int min_inputs = 0;
  int max_inputs = 0;  ///< INT_MAX: no limit
  int min_outputs = 0;
  int max_outputs = 0;
  std::vector<FormalParameter> inputs;
  std::vector<FormalParameter> outputs;
  std::vector<SchemaAttribute> attributes;  ///< sorted by name
  std::vector<Attribute> defaults;  ///< derived: those of `attributes` that have a default value
  std::vector<TypeConstraint> type_constraints;
  bool allows_unchecked_attributes = false;
  bool has_function =
      false;  ///< a body of other operators exists (maybe one that depends on the node's types)
  /// Outputs follow from the node alone, so equal nodes may be merged and constant ones evaluated;
  /// false for RandomNormal & co.
  bool deterministic = true;

  /// For schemas registered at run time: sets the types and shapes of `outputs` from the node's
  /// inputs. Types that formal parameters determine are already set. May be null.
  std::function<void(const Node& node, std::vector<TypeInfo>& outputs)> infer;

  const SchemaAttribute* FindAttribute(std::string_view attribute) const;
  const TypeConstraint* FindConstraint(std::string_view constraint) const;
  /// Formal parameter of actual input or output `i` (the last one for a variadic tail); null past
  /// the end.
  const FormalParameter* Input(size_t i) const { return Formal(inputs, i); }
  const FormalParameter* Output(size_t i) const { return Formal(outputs, i); }

  /// The ONNX library's schema behind this one; null for registered ones. Known to graph/onnx_*.cc
  /// only.
  const void* onnx = nullptr;

 private:
  static const FormalParameter* Formal(const std::vector<FormalParameter>& list, size_t i);
};

/// The schema of `op` in version `version` of `domain` ("" or "ai.onnx"): the newest one that is
/// not newer than that. Null when there is none. Deprecated ones are found too. Thread-safe; the
/// result lives forever.
const OpSchema* FindSchema(std::string_view domain, std::string_view op, int version);

/// Schemas of one session's custom operators. Sessions share no schemas: two may mean different
/// operators by one name.
class SchemaSet {
 public:
  /// Adds a schema; fails with ORT_INVALID_ARGUMENT if there is one of that operator and version.
  void Add(OpSchema schema);
  /// As FindSchema, of these only.
  const OpSchema* Find(std::string_view domain, std::string_view op, int version) const;

 private:
  std::map<std::pair<std::string, std::string>, std::map<int, std::unique_ptr<const OpSchema>>>
      operators_;  // by domain and operator, then by since-version
};

/// The schema of `op` for a model: its session's custom operators come first.
const OpSchema* FindSchema(const ModelInfo& model, std::string_view domain, std::string_view op,
                           int version);
/// The schema of `node` in the version that it states.
const OpSchema* FindSchema(const Node& node);
/// The node's attribute, or the operator's default for it; null if there is neither.
const Attribute* AttributeOrDefault(const Node& node, std::string_view name);

/// Highest version of `domain` that is known; 0 for a domain that is not (registered schemas
/// count).
int MaxOpsetVersion(std::string_view domain);
/// The newest version of `domain` that is officially released (what ONNX Runtime accepts without a
/// warning).
int ReleasedOpsetVersion(std::string_view domain);

/// True if ONNX itself defines the operators of `domain`.
bool IsOnnxDomain(std::string_view domain);

/// All (name, since_version) pairs known for `domain`, sorted; builds nothing.
std::vector<std::pair<std::string, int>> ListSchemas(std::string_view domain);

/// Adds a schema for everybody (process-wide). The same domain, name and version again replaces the
/// earlier schema for later look-ups. `domain` must not be one of ONNX's own
/// (ORT_INVALID_ARGUMENT).
void RegisterSchema(OpSchema schema);

}  // namespace backplane
