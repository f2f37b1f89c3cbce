// What a run of a model gave: copies of its values and a summary of each, for text and JSON.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backplane/session.h"

namespace backplane::command {

/// What is shown of a tensor.
struct Summary {
  std::vector<double> first;
  std::vector<std::string> first_strings;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  double mean = 0;
  int64_t not_numbers = 0;
  std::vector<std::pair<int64_t, double>> top;  // index and score; only of score vectors
  bool numeric = false;
};

struct Output {
  std::string name;
  std::string kind;                  // "tensor", "sequence", "map", "absent optional"
  std::optional<HostTensor> tensor;  // of tensors only
  Summary summary;
  std::string file;  // that it was written to; empty: none
  std::vector<Output>
      elements;  // of a sequence "name[0]", ...; of a map "name.keys", "name.values"
};

/// One output for each of the session's, in order. Tensors are also written to `folder` as .npy
/// files, unless it is empty; but not tensors of strings, for which NumPy has no plain element
/// type.
std::vector<Output> ReadOutputs(const Session& session, const std::vector<Owned<OrtValue>>& values,
                                const std::string& folder);

}  // namespace backplane::command
