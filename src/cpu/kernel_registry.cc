#include "cpu/kernel_registry.h"

#include <algorithm>
#include <tuple>

namespace backplane::cpu {
namespace {

const KernelEntry*& Head() {
  static const KernelEntry* head = nullptr;
  return head;
}

std::string Key(std::string_view domain, std::string_view type) {
  std::string key(domain);
  key += ':';
  key += type;
  return key;
}

// Index of the constraint that governs argument `i`: the one for `i`, or the last one given below
// it.
const Op::Constraint* ConstraintFor(const Op& op, size_t i, bool output) {
  const Op::Constraint* best = nullptr;
  for (const Op::Constraint& constraint : op) {
    if (constraint.output == output && constraint.index == static_cast<int>(i)) best = &constraint;
  }
  return best;
}

// Empty if the types fit, else what does not.
std::string TypeMismatch(const Op& op, const Node& node) {
  const auto check = [&](const std::vector<ValueInfo*>& values, bool output) -> std::string {
    for (size_t i = 0; i < values.size(); ++i) {
      const Op::Constraint* constraint = ConstraintFor(op, i, output);
      if (values[i] == nullptr || constraint == nullptr) continue;
      const TypeInfo& type = values[i]->type;
      const DType dtype = type.IsTensor() ? type.tensor.dtype : DType::kUndefined;
      if (type.known() && !constraint->types.Has(dtype)) {
        return Format("{} {} is {}", output ? "output" : "input", i, type.ToString());
      }
    }
    return {};
  };
  std::string mismatch = check(node.inputs, false);
  return mismatch.empty() ? check(node.outputs, true) : mismatch;
}

}  // namespace

KernelEntry::KernelEntry(const Op& description, KernelFactory factory)
    : op(description), create(factory), next(Head()) {
  Head() = this;
}

const KernelRegistry& KernelRegistry::Get() {
  static const KernelRegistry registry;
  return registry;
}

KernelRegistry::KernelRegistry() {
  for (const KernelEntry* entry = Head(); entry != nullptr; entry = entry->next) {
    by_name_.emplace(Key(entry->op.domain(), entry->op.type()), entry);
  }
}

const KernelEntry* KernelRegistry::Find(const Node& node, Reason* why) const {
  const auto [begin, end] = by_name_.equal_range(Key(node.domain, node.op_type));
  std::string mismatch;
  bool version_found = false;
  for (auto it = begin; it != end; ++it) {
    const KernelEntry* entry = it->second;
    if (node.since_version < entry->op.first() || node.since_version > entry->op.last()) continue;
    version_found = true;
    mismatch = TypeMismatch(entry->op, node);
    if (mismatch.empty()) return entry;
  }
  if (why != nullptr) {
    why->node = node.Describe();
    if (begin == end) {
      *why = {ReasonCode::kNoKernel,
              Format("the CPU EP has no kernel for {}:{}", node.domain, node.op_type), why->node};
    } else if (!version_found) {
      *why = {ReasonCode::kNoKernel,
              Format("the CPU EP has no kernel for {}({})", node.op_type, node.since_version),
              why->node};
    } else {
      *why = {ReasonCode::kTypeUnsupported,
              Format("no {}({}) kernel for these types: {}", node.op_type, node.since_version,
                     mismatch),
              why->node};
    }
  }
  return nullptr;
}

std::vector<const KernelEntry*> KernelRegistry::Entries() const {
  std::vector<const KernelEntry*> entries;
  for (const auto& [key, entry] : by_name_) entries.push_back(entry);
  std::sort(entries.begin(), entries.end(), [](const KernelEntry* a, const KernelEntry* b) {
    const auto rank = [](const KernelEntry* e) {
      return std::make_tuple(std::string_view(e->op.domain()), std::string_view(e->op.type()),
                             e->op.first());
    };
    return rank(a) < rank(b);
  });
  return entries;
}

}  // namespace backplane::cpu
