#include "graph/schema.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "base/error.h"
#include "graph/onnx_schema.h"

namespace backplane {
namespace {

struct DomainVersions {
  std::string_view domain;
  int newest;
  int released;
};
// Of the ONNX release that scripts/versions.env pins; a test compares them with the library.
constexpr DomainVersions kOnnxDomains[] = {{"", 28, 28},
                                           {"ai.onnx.ml", 5, 5},
                                           {"ai.onnx.training", 1, 1},
                                           {"ai.onnx.preview", 1, 1},
                                           {"ai.onnx.preview.training", 1, 1}};

std::string_view Canonical(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view() : domain;
}

const DomainVersions* OnnxDomain(std::string_view domain) {
  for (const DomainVersions& known : kOnnxDomains) {
    if (known.domain == domain) return &known;
  }
  return nullptr;
}

// The element type of "tensor(float)"; kUndefined for types that are no tensors.
DType TensorElement(std::string_view type) {
  constexpr std::string_view kPrefix = "tensor(";
  if (!type.starts_with(kPrefix) || !type.ends_with(')')) return DType::kUndefined;
  return DTypeFromName(type.substr(kPrefix.size(), type.size() - kPrefix.size() - 1));
}

void Derive(std::vector<FormalParameter>& parameters,
            const std::vector<TypeConstraint>& constraints) {
  const auto add = [](TypeSet& set, std::string_view type) {
    if (const DType element = TensorElement(type); element != DType::kUndefined)
      set = set | element;
  };
  for (FormalParameter& parameter : parameters) {
    for (size_t i = 0; i < constraints.size(); ++i) {
      if (constraints[i].name != parameter.type) continue;
      parameter.constraint = static_cast<int>(i);
      for (const std::string& type : constraints[i].allowed) add(parameter.tensor_types, type);
    }
    if (parameter.constraint < 0) add(parameter.tensor_types, parameter.type);
  }
}

void Derive(OpSchema& schema) {
  Derive(schema.inputs, schema.type_constraints);
  Derive(schema.outputs, schema.type_constraints);
  schema.defaults.clear();
  for (const SchemaAttribute& attribute : schema.attributes) {
    if (attribute.default_value.index() != 0)
      schema.defaults.push_back({attribute.name, attribute.default_value, {}});
  }
}

std::string Key(std::string_view domain, std::string_view op) {
  std::string key;
  key.reserve(domain.size() + op.size() + 1);
  key.append(domain).append(1, ':').append(op);
  return key;
}

/// What an EP has compiled, as a node (ONNX Runtime's definition); only that EP knows more of it.
OpSchema EpContextSchema() {
  OpSchema schema;
  schema.name = "EPContext";
  schema.domain = "com.microsoft";
  schema.max_inputs = std::numeric_limits<int>::max();
  schema.min_outputs = 1;
  schema.max_outputs = schema.max_inputs;
  FormalParameter any;
  any.name = "inputs";
  any.type = "T";
  any.option = FormalParameter::Option::kVariadic;
  any.homogeneous = false;
  any.min_arity = 0;
  schema.inputs = {any};
  any.name = "outputs";
  any.min_arity = 1;
  schema.outputs = {any};
  schema.type_constraints = {
      {"T",
       {"tensor(bool)", "tensor(int8)", "tensor(int16)", "tensor(int32)", "tensor(int64)",
        "tensor(uint8)", "tensor(uint16)", "tensor(uint32)", "tensor(uint64)", "tensor(float16)",
        "tensor(float)", "tensor(double)", "tensor(bfloat16)"}}};
  const auto text = AttributeType::kString;
  const auto number = AttributeType::kInt;
  schema.attributes = {{"embed_mode", number, false, int64_t{1}},
                       {"ep_cache_context", text, false, {}},
                       {"ep_sdk_version", text, false, {}},
                       {"hardware_architecture", text, false, {}},
                       {"main_context", number, false, int64_t{1}},
                       {"max_size", number, false, int64_t{0}},
                       {"notes", text, false, {}},
                       {"onnx_model_filename", text, false, {}},
                       {"partition_name", text, false, {}},
                       {"source", text, false, {}}};
  schema.allows_unchecked_attributes = true;
  schema.deterministic = false;  // for all that is known
  Derive(schema);
  return schema;
}

/// Every schema built or registered so far. Schemas are never destroyed.
class Registry {
 public:
  static Registry& Get() {
    static Registry* const registry = new Registry;
    return *registry;
  }

  const OpSchema* Find(std::string_view domain, std::string_view op, int version) {
    const std::string key = Key(domain, op);
    {
      const std::shared_lock lock(mutex_);
      if (const auto it = operators_.find(key); it != operators_.end()) {
        if (const auto slot = Slot(it->second, version);
            slot == it->second.end() || slot->second != nullptr) {
          return slot == it->second.end() ? nullptr : slot->second.get();
        }
      }
    }
    const std::unique_lock lock(mutex_);
    auto [it, is_new] = operators_.try_emplace(key);
    Versions& versions = it->second;
    if (is_new) {
      for (const int since : OnnxSchemaVersions(domain, op)) versions.try_emplace(since);
    }
    const auto slot = Slot(versions, version);
    if (slot == versions.end()) return nullptr;
    if (slot->second == nullptr) {
      slot->second = MakeOnnxSchema(domain, op, slot->first);
      if (slot->second != nullptr) Derive(*slot->second);
    }
    return slot->second.get();
  }

  void Register(OpSchema schema) {
    const std::unique_lock lock(mutex_);
    int& newest = newest_[schema.domain];
    newest = std::max(newest, schema.since_version);
    auto& slot = operators_[Key(schema.domain, schema.name)][schema.since_version];
    if (slot != nullptr) replaced_.push_back(std::move(slot));
    slot = std::make_unique<OpSchema>(std::move(schema));
  }

  int Newest(std::string_view domain) {
    const std::shared_lock lock(mutex_);
    const auto it = newest_.find(domain);
    return it == newest_.end() ? 0 : it->second;
  }

  std::vector<std::pair<std::string, int>> List(std::string_view domain) {
    std::vector<std::pair<std::string, int>> list;
    const std::shared_lock lock(mutex_);
    for (const auto& [key, versions] : operators_) {
      for (const auto& [version, schema] : versions) {
        if (schema != nullptr && schema->domain == domain) list.emplace_back(schema->name, version);
      }
    }
    return list;
  }

 private:
  Registry() { Register(EpContextSchema()); }

  using Versions =
      std::map<int, std::unique_ptr<OpSchema>>;  // null: known to the library, not built yet

  static Versions::iterator Slot(Versions& versions, int version) {
    const auto after = versions.upper_bound(version);
    return after == versions.begin() ? versions.end() : std::prev(after);
  }

  std::shared_mutex mutex_;
  std::unordered_map<std::string, Versions> operators_;
  std::map<std::string, int, std::less<>> newest_;  // of registered domains
  std::vector<std::unique_ptr<OpSchema>> replaced_;
};

}  // namespace

const SchemaAttribute* OpSchema::FindAttribute(std::string_view attribute) const {
  for (const SchemaAttribute& candidate : attributes) {
    if (candidate.name == attribute) return &candidate;
  }
  return nullptr;
}

const TypeConstraint* OpSchema::FindConstraint(std::string_view constraint) const {
  for (const TypeConstraint& candidate : type_constraints) {
    if (candidate.name == constraint) return &candidate;
  }
  return nullptr;
}

const FormalParameter* OpSchema::Formal(const std::vector<FormalParameter>& list, size_t i) {
  if (i < list.size()) return &list[i];
  const bool variadic = !list.empty() && list.back().option == FormalParameter::Option::kVariadic;
  return variadic ? &list.back() : nullptr;
}

const OpSchema* FindSchema(std::string_view domain, std::string_view op, int version) {
  if (domain == kNhwcDomain) domain = "";
  return Registry::Get().Find(Canonical(domain), op, version);
}

void SchemaSet::Add(OpSchema schema) {
  schema.domain = Canonical(schema.domain);
  Derive(schema);
  auto& versions = operators_[{schema.domain, schema.name}];
  Require(!versions.contains(schema.since_version), ORT_INVALID_ARGUMENT,
          "operator {}::{} has two definitions for version {}", schema.domain, schema.name,
          schema.since_version);
  const int since = schema.since_version;
  versions[since] = std::make_unique<const OpSchema>(std::move(schema));
}

const OpSchema* SchemaSet::Find(std::string_view domain, std::string_view op, int version) const {
  const auto found =
      operators_.find(std::make_pair(std::string(Canonical(domain)), std::string(op)));
  if (found == operators_.end()) return nullptr;
  const auto after = found->second.upper_bound(version);
  return after == found->second.begin() ? nullptr : std::prev(after)->second.get();
}

const OpSchema* FindSchema(const ModelInfo& model, std::string_view domain, std::string_view op,
                           int version) {
  const OpSchema* custom =
      model.schemas == nullptr ? nullptr : model.schemas->Find(domain, op, version);
  return custom != nullptr ? custom : FindSchema(domain, op, version);
}

const OpSchema* FindSchema(const Node& node) {
  if (node.graph == nullptr) return FindSchema(node.domain, node.op_type, node.since_version);
  return FindSchema(*node.graph->model(), node.domain, node.op_type, node.since_version);
}

const Attribute* AttributeOrDefault(const Node& node, std::string_view name) {
  if (const Attribute* given = node.FindAttribute(name)) return given;
  const OpSchema* schema = FindSchema(node);
  if (schema == nullptr) return nullptr;
  const auto it = std::find_if(schema->defaults.begin(), schema->defaults.end(),
                               [&](const Attribute& attribute) { return attribute.name == name; });
  return it == schema->defaults.end() ? nullptr : &*it;
}

bool IsOnnxDomain(std::string_view domain) { return OnnxDomain(Canonical(domain)) != nullptr; }

int MaxOpsetVersion(std::string_view domain) {
  const DomainVersions* known = OnnxDomain(Canonical(domain));
  return known != nullptr ? known->newest : Registry::Get().Newest(domain);
}

int ReleasedOpsetVersion(std::string_view domain) {
  const DomainVersions* known = OnnxDomain(Canonical(domain));
  return known != nullptr ? known->released : Registry::Get().Newest(domain);
}

std::vector<std::pair<std::string, int>> ListSchemas(std::string_view domain) {
  domain = Canonical(domain);
  auto list =
      OnnxDomain(domain) != nullptr ? ListOnnxSchemas(domain) : Registry::Get().List(domain);
  std::sort(list.begin(), list.end());
  return list;
}

void RegisterSchema(OpSchema schema) {
  Require(!IsOnnxDomain(schema.domain), ORT_INVALID_ARGUMENT,
          "operator {} cannot be registered in ONNX's own domain '{}'", schema.name, schema.domain);
  Derive(schema);
  Registry::Get().Register(std::move(schema));
}

std::string_view NameOf(AttributeType type) {
  static constexpr std::string_view kNames[] = {
      "UNDEFINED",      "FLOAT",      "INT",        "STRING",  "TENSOR", "GRAPH",
      "FLOATS",         "INTS",       "STRINGS",    "TENSORS", "GRAPHS", "SPARSE_TENSOR",
      "SPARSE_TENSORS", "TYPE_PROTO", "TYPE_PROTOS"};
  return kNames[static_cast<size_t>(type)];
}

AttributeType TypeOf(const Attribute& attribute) {
  static constexpr AttributeType kTypes[] = {
      AttributeType::kUndefined, AttributeType::kInt,     AttributeType::kFloat,
      AttributeType::kString,    AttributeType::kTensor,  AttributeType::kInts,
      AttributeType::kFloats,    AttributeType::kStrings, AttributeType::kTensors,
      AttributeType::kTypeProto, AttributeType::kGraph,   AttributeType::kGraphs};
  static_assert(std::size(kTypes) == std::variant_size_v<Attribute::Value>);
  return kTypes[attribute.value.index()];
}

}  // namespace backplane
