// Kernel definitions and registries of kernel-based plugins (C API: OrtKernelDef,
// OrtKernelDefBuilder, OrtKernelRegistry, OrtDataType). Filled through abi/, searched by the
// adapter.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "provider/kernel.h"
#include "provider/reason.h"

/// C API: OrtDataType. One object for each tensor type; compared by address.
struct OrtDataType final {
  backplane::DType dtype = backplane::DType::kUndefined;
};

/// Which nodes a kernel fits and how it treats memory.
struct OrtKernelDef final {
  std::string op_type;
  std::string domain;
  std::string ep_name;
  int since_first = 1;
  int since_last = INT32_MAX;  ///< INT32_MAX: open, good for `since_first` only
  std::map<size_t, OrtMemType> input_memory;
  std::map<size_t, OrtMemType> output_memory;
  std::map<std::string, backplane::TypeSet>
      constraints;  ///< by the schema's type parameter, or formal argument name
  std::vector<std::pair<int, int>> aliases;  ///< input, output: the output is the input's memory
  std::vector<std::pair<int, int>>
      mutable_aliases;  ///< input, output: the output may overwrite the input

  OrtMemType InputMemory(size_t i) const;
  OrtMemType OutputMemory(size_t i) const;
  backplane::KernelTraits Traits() const;
  /// Whether `node`, whose operator this is, has a version and types that the kernel is for; else,
  /// with `why`, what does not fit.
  bool Fits(const backplane::Node& node, backplane::Reason* why) const;
};

struct OrtKernelDefBuilder final {
  OrtKernelDef def;
};

/// An EP's kernels.
struct OrtKernelRegistry final {
 public:
  struct Entry {
    OrtKernelDef def;
    OrtKernelCreateFunc create;
    void* state;
  };

  /// Fails with ORT_FAIL if some node would fit both this and a kernel that is there already, and
  /// nothing tells them apart.
  void Add(OrtKernelDef def, OrtKernelCreateFunc create, void* state);
  /// The entry for `node`: operator, domain, version, and every type constraint; null, with the
  /// reason, if none fits.
  const Entry* Find(const backplane::Node& node, backplane::Reason* why) const;

 private:
  std::multimap<std::pair<std::string, std::string>, Entry> entries_;  // by domain and operator
};

namespace backplane {

/// The OrtDataType of tensors of `dtype`; lives forever. Fails with ORT_INVALID_ARGUMENT for no
/// such type.
const OrtDataType* TensorDataType(DType dtype);

}  // namespace backplane
