#include "provider/kernel_def.h"

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
  // The kernel writes through the output's pointer; where it may be the input's the planner can
  // overlap them.
  size_t next = 0;
  for (const auto* pairs : {&aliases, &mutable_aliases}) {
    for (const auto& [input, output] : *pairs) {
      if (next == backplane::KernelTraits::kMaxPairs) return traits;
      traits.in_place[next++] = {static_cast<int8_t>(output), static_cast<int8_t>(input)};
    }
  }
  return traits;
}

void OrtKernelRegistry::Add(OrtKernelDef def, OrtKernelCreateFunc create, void* state) {
  auto key = std::make_pair(def.domain, def.op_type);
  entries_.emplace(std::move(key), Entry{std::move(def), create, state});
}

const OrtKernelRegistry::Entry* OrtKernelRegistry::Find(const Node& node, Reason* why) const {
  const auto [begin, end] = entries_.equal_range({node.domain, node.op_type});
  const backplane::OpSchema* schema =
      backplane::FindSchema(node.domain, node.op_type, node.since_version);
  std::string mismatch =
      begin == end ? "the EP's registry has no such operator" : "no kernel of this version";
  ReasonCode code = ReasonCode::kNoKernel;
  for (auto it = begin; it != end; ++it) {
    const OrtKernelDef& def = it->second.def;
    if (node.since_version < def.since_first || node.since_version > def.since_last) continue;
    std::string wrong;
    for (const auto& [name, types] : def.constraints) {
      for (const backplane::ValueInfo* value : backplane::Governed(node, schema, name)) {
        const auto dtype =
            value->type.IsTensor() ? value->type.tensor.dtype : backplane::DType::kUndefined;
        if (!types.Has(dtype))
          wrong = backplane::Format("'{}' is {}", value->name, value->type.ToString());
      }
    }
    if (wrong.empty()) return &it->second;
    code = ReasonCode::kTypeUnsupported;
    mismatch = backplane::Format("no kernel for these types: {}", wrong);
  }
  if (why != nullptr) *why = {code, std::move(mismatch), node.Describe()};
  return nullptr;
}
