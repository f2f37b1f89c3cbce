// How an operator of the CPU EP is registered: one static KernelEntry in the file of its family,
// and no list anywhere.
//
//   BACKPLANE_CPU_KERNEL(Relu, Op("Relu").Since(6).In(0, types::kFloats).InPlace(0, 0),
//                        [](const KernelInfo& info) { return std::make_unique<ReluKernel>(info);
//                        });
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/shape_format.h"
#include "provider/kernel.h"
#include "provider/reason.h"

namespace backplane::cpu {

/// The domain of operators that exist only inside the CPU EP, after Lower (fused and layout-changed
/// forms).
inline constexpr const char kPrivateDomain[] = "backplane.cpu";

/// What a kernel implements: operator, versions, element types, memory traits. A literal type:
/// costs nothing at start.
class Op {
 public:
  static constexpr size_t kMaxConstraints = 6;

  constexpr explicit Op(const char* type, const char* domain = "") : type_(type), domain_(domain) {}

  /// The operator-set versions covered: since-versions of the schema from `first` to `last`, both
  /// included.
  constexpr Op Since(int first, int last = INT32_MAX) const {
    Op op = *this;
    op.first_ = first;
    op.last_ = last;
    return op;
  }
  /// Element types accepted at input `i`. For a variadic operator the last constraint given covers
  /// the rest.
  constexpr Op In(int i, TypeSet types) const {
    return With({static_cast<int8_t>(i), false, types});
  }
  /// Element types that output `i` may have.
  constexpr Op Out(int i, TypeSet types) const {
    return With({static_cast<int8_t>(i), true, types});
  }
  /// Output `output` is a view of input `input` (KernelContext::View).
  constexpr Op Alias(int output, int input) const {
    Op op = *this;
    for (auto& pair : op.traits_.alias) {
      if (pair.output < 0) {
        pair = {static_cast<int8_t>(output), static_cast<int8_t>(input)};
        break;
      }
    }
    return op;
  }
  /// Output `output` may be written over input `input` when both have the same size and nobody else
  /// needs the input.
  constexpr Op InPlace(int output, int input) const {
    Op op = *this;
    for (auto& pair : op.traits_.in_place) {
      if (pair.output < 0) {
        pair = {static_cast<int8_t>(output), static_cast<int8_t>(input)};
        break;
      }
    }
    return op;
  }

  constexpr const char* type() const { return type_; }
  constexpr const char* domain() const { return domain_; }
  constexpr int first() const { return first_; }
  constexpr int last() const { return last_; }
  constexpr const KernelTraits& traits() const { return traits_; }

  struct Constraint {
    int8_t index = -1;
    bool output = false;
    TypeSet types;
  };
  const Constraint* begin() const { return constraints_; }
  const Constraint* end() const { return constraints_ + constraint_count_; }

 private:
  constexpr Op With(Constraint constraint) const {
    Op op = *this;
    op.constraints_[op.constraint_count_++] = constraint;
    return op;
  }

  const char* type_;
  const char* domain_;
  int first_ = 1;
  int last_ = INT32_MAX;
  Constraint constraints_[kMaxConstraints] = {};
  uint8_t constraint_count_ = 0;
  KernelTraits traits_;
};

using KernelFactory = std::unique_ptr<Kernel> (*)(const KernelInfo& info);

/// A registration. Entries chain themselves up before main(); the registry indexes the chain at
/// first use.
struct KernelEntry {
  KernelEntry(const Op& op, KernelFactory create);
  Op op;
  KernelFactory create;
  const KernelEntry* next;
};

/// Looks kernels up by operator, version and types.
class KernelRegistry {
 public:
  static const KernelRegistry& Get();

  /// The entry for `node`, or null and, in `why`, the reason (no such operator, version, or types).
  const KernelEntry* Find(const Node& node, Reason* why) const;
  /// All entries, sorted by domain, operator, version (for the generated operator table and for
  /// tests).
  std::vector<const KernelEntry*> Entries() const;

 private:
  KernelRegistry();
  std::unordered_multimap<std::string, const KernelEntry*> by_name_;
};

#define BACKPLANE_CPU_KERNEL(id, op, ...) \
  static const ::backplane::cpu::KernelEntry kKernelEntry_##id((op), __VA_ARGS__)

/// The usual factory: constructs K from the KernelInfo.
template <typename K>
std::unique_ptr<Kernel> Make(const KernelInfo& info) {
  return std::make_unique<K>(info);
}

}  // namespace backplane::cpu
