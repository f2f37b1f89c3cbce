// Types and shapes of every value, found by the ONNX library's inference functions, with constants
// and shape values propagated on the way. Called by runtime/ after loading and after graph
// rewrites; run CheckGraph first.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/log.h"
#include "graph/graph.h"

namespace backplane {

struct InferOptions {
  /// A declared shape that contradicts the inferred one is an error; otherwise a warning, and the
  /// inferred one wins.
  bool strict = false;
  /// Free dimensions that get a value: by symbol ("batch"; everywhere in the graph) and by
  /// denotation ("DATA_BATCH"; inputs).
  std::map<std::string, int64_t> dims_by_name;
  std::map<std::string, int64_t> dims_by_denotation;
  bool propagate_data = true;  ///< carry shape values through Shape, Gather, Concat, ...
  const Logger* logger = nullptr;
};

/// Sets ValueInfo::type for every value whose type can be found, in `graph` and its subgraphs,
/// outputs of unknown operators excepted. May be called again after edits: what is known already is
/// kept and refined. `graph` must be sorted. Errors: ORT_FAIL (a contradiction of types or shapes),
/// ORT_INVALID_GRAPH (a type the operator does not take), naming the node.
void InferTypesAndShapes(Graph& graph, const InferOptions& options = {});

}  // namespace backplane
