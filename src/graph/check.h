// Checks a graph's nodes against their schemas and finds since_version. Called by runtime/ after
// loading and by optimize/ after adding nodes. Changes nothing but Node::since_version; types are
// checked by infer.
#pragma once

#include <functional>

#include "graph/graph.h"

namespace backplane {

struct CheckOptions {
  /// Says yes to nodes without a schema that somebody can run all the same (a plugin's kernel, a
  /// model-local function). Model-local functions need not be named here. Null: a node without a
  /// schema is an error.
  std::function<bool(const Node& node)> accepts;
};

/// Checks operator-set imports and each node (subgraphs too): known operator, number of inputs and
/// outputs, attribute names, types and presence. Errors: ORT_INVALID_GRAPH naming the node;
/// ORT_FAIL "... is not a registered function/op".
void CheckGraph(Graph& graph, const CheckOptions& options = {});

/// The same for one node (not its subgraphs): what optimize/ calls for nodes that it makes.
void CheckNode(Node& node, const CheckOptions& options = {});

}  // namespace backplane
