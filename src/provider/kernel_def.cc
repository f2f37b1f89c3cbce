#include "provider/kernel_def.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "graph/schema.h"

namespace backplane {

const OrtDataType* TensorDataType(DType dtype) {
  static const auto types = [] {
    std::array<OrtDataType, kDTypeCount> all;
    for (int i = 0; i < kDTypeCount; ++i) all[static_cast<size_t>(i)].dtype = static_cast<DType>(i);
    return all;
  }();
  const auto index = static_cast<size_t>(dtype);
  Require(index > 0 && index < types.size(), ORT_INVALID_ARGUMENT, "{} is not an element type",
          index);
  return &types[index];
}

namespace {

// Types of the arguments that `name` governs: a type parameter of the schema ("T"), or one formal
// argument.
std::vector<const ValueInfo*> Governed(const Node& node, const OpSchema* schema,
                                       const std::string& name) {
  std::vector<const ValueInfo*> values;
  if (schema == nullptr) return values;
  const auto collect = [&](const std::vector<ValueInfo*>& arguments, bool output) {
    for (size_t i = 0; i < arguments.size(); ++i) {
      const FormalParameter* formal = output ? schema->Output(i) : schema->Input(i);
      if (formal != nullptr && arguments[i] != nullptr &&
          (formal->type == name || formal->name == name)) {
        values.push_back(arguments[i]);
      }
    }
  };
  collect(node.inputs, false);
  collect(node.outputs, true);
  return values;
}

// Whether `name` is a type parameter or an argument of the operator; yes for one nobody knows.
bool IsParameter(const OpSchema* schema, const std::string& name) {
  if (schema == nullptr) return true;
  const auto named = [&](const FormalParameter& formal) {
    return formal.type == name || formal.name == name;
  };
  return schema->FindConstraint(name) != nullptr ||
         std::any_of(schema->inputs.begin(), schema->inputs.end(), named) ||
         std::any_of(schema->outputs.begin(), schema->outputs.end(), named);
}

// The last version that a kernel is for. An open end says no more than that the kernel was written
// for the version it begins with.
int LastVersion(const OrtKernelDef& def) {
  return def.since_last == INT32_MAX ? def.since_first : def.since_last;
}

bool Intersect(TypeSet a, TypeSet b) {
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (a.Has(dtype) && b.Has(dtype)) return true;
  }
  return false;
}

// Whether two definitions of one operator make the choice for some node ambiguous. Those that say
// something of memory may repeat, as in ONNX Runtime: the first that fits counts.
bool Conflict(const OrtKernelDef& a, const OrtKernelDef& b) {
  if (a.since_first > LastVersion(b) || b.since_first > LastVersion(a)) return false;
  if (a.aliases != b.aliases || a.mutable_aliases != b.mutable_aliases) return false;
  for (const OrtKernelDef* def : {&a, &b}) {
    if (!def->input_memory.empty() || !def->output_memory.empty()) return false;
  }
  return std::all_of(a.constraints.begin(), a.constraints.end(), [&](const auto& constraint) {
    const auto other = b.constraints.find(constraint.first);
    return other == b.constraints.end() || Intersect(constraint.second, other->second);
  });
}

}  // namespace
}  // namespace backplane

using backplane::Node;
using backplane::Reason;
using backplane::ReasonCode;

OrtMemType OrtKernelDef::InputMemory(size_t i) const {
  const auto it = input_memory.find(i);
  return it == input_memory.end() ? OrtMemTypeDefault : it->second;
}

OrtMemType OrtKernelDef::OutputMemory(size_t i) const {
  const auto it = output_memory.find(i);
  return it == output_memory.end() ? OrtMemTypeDefault : it->second;
}

backplane::KernelTraits OrtKernelDef::Traits() const {
  backplane::KernelTraits traits;
  const auto copy = [](const auto& pairs, backplane::KernelTraits::Pair* to) {
    const size_t count = std::min(pairs.size(), backplane::KernelTraits::kMaxPairs);
    for (size_t i = 0; i < count; ++i) {
      to[i] = {static_cast<int8_t>(pairs[i].second), static_cast<int8_t>(pairs[i].first)};
    }
  };
  copy(aliases, traits.alias);
  copy(mutable_aliases, traits.in_place);
  return traits;
}

bool OrtKernelDef::Fits(const Node& node, Reason* why) const {
  const auto no = [&](ReasonCode code, std::string text) {
    if (why != nullptr) *why = {code, std::move(text), node.Describe()};
    return false;
  };
  const int last = backplane::LastVersion(*this);
  if (node.since_version < since_first || node.since_version > last) {
    return no(ReasonCode::kNoKernel,
              backplane::Format("no kernel of this version: the node's operator is of version {}, "
                                "the kernel is for {} to {}",
                                node.since_version, since_first, last));
  }
  const backplane::OpSchema* schema = backplane::FindSchema(node);
  for (const auto& [name, types] : constraints) {
    if (!backplane::IsParameter(schema, name)) {
      return no(ReasonCode::kTypeUnsupported,
                backplane::Format("the kernel constrains '{}', which is no type parameter and no "
                                  "argument of {}",
                                  name, node.op_type));
    }
    for (const backplane::ValueInfo* value : backplane::Governed(node, schema, name)) {
      const auto dtype =
          value->type.IsTensor() ? value->type.tensor.dtype : backplane::DType::kUndefined;
      if (types.Has(dtype)) continue;
      return no(ReasonCode::kTypeUnsupported,
                backplane::Format("no kernel for these types: '{}' is {}", value->name,
                                  value->type.ToString()));
    }
  }
  return true;
}

void OrtKernelRegistry::Add(OrtKernelDef def, OrtKernelCreateFunc create, void* state) {
  auto key = std::make_pair(def.domain, def.op_type);
  const auto [begin, end] = entries_.equal_range(key);
  for (auto it = begin; it != end; ++it) {
    backplane::Require(!backplane::Conflict(it->second.def, def), ORT_FAIL,
                       "Failed to add kernel for {}::{} version {}: Conflicting with a registered "
                       "kernel for versions {} to {}",
                       def.domain, def.op_type, def.since_first, it->second.def.since_first,
                       it->second.def.since_last);
  }
  entries_.emplace(std::move(key), Entry{std::move(def), create, state});
}

const OrtKernelRegistry::Entry* OrtKernelRegistry::Find(const Node& node, Reason* why) const {
  const auto [begin, end] = entries_.equal_range({node.domain, node.op_type});
  Reason mismatch{ReasonCode::kNoKernel, "the EP's registry has no such operator", node.Describe()};
  for (auto it = begin; it != end; ++it) {
    Reason reason;
    if (it->second.def.Fits(node, &reason)) return &it->second;
    // Types that do not fit say more than a version that does not.
    if (it == begin || reason.code == ReasonCode::kTypeUnsupported) mismatch = std::move(reason);
  }
  if (why != nullptr) *why = std::move(mismatch);
  return nullptr;
}
