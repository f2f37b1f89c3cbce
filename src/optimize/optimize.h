// EP-neutral rewrites of a graph in the standard domains: what session creation calls between type
// inference and partition. Keeps the names of graph inputs and outputs, works in subgraphs too,
// must not know any EP.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "onnxruntime_c_api.h"

namespace backplane {

/// Runs `node`, all of whose inputs are constant, and gives its outputs (tensors that own their
/// memory). False if no kernel can; then the node stays.
using Evaluator = std::function<bool(const Node& node, std::vector<Tensor>& outputs)>;

struct OptimizeOptions {
  GraphOptimizationLevel level = ORT_ENABLE_ALL;
  /// Names of rewrites to leave out (config entry optimization.disable_specified_optimizers).
  std::vector<std::string> disabled;
  /// Rounds after which the search for a fixed point ends.
  int max_rounds = 10;
  /// A folded output larger than this stays a node
  /// (optimization.constant_folding_max_output_size_in_bytes).
  int64_t max_folded_bytes = int64_t{1} << 30;
  Evaluator evaluate;  ///< none: nothing is folded through kernels
  std::function<void(Graph&)>
      infer;  ///< brings the types of the whole graph up to date; may be empty
};

/// Rewrites `graph` and its subgraphs until nothing changes. Constant nodes become initializers at
/// every level.
void Optimize(Graph& graph, const OptimizeOptions& options);

/// The names of all rewrites, in order, as OptimizeOptions::disabled spells them.
std::vector<std::string> RewriteNames();

}  // namespace backplane
