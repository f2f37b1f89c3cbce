// Half-precision floats where the CPU EP computes in float only: such a node becomes a float node
// between casts. Constants are widened once; a chain of such nodes stays in float. Called by the
// CPU EP, before anything else that it does to its nodes.
#pragma once

#include "graph/graph.h"

namespace backplane::cpu {

/// Whether a node that has no kernel would have one with its halves (float16, bfloat16) as floats.
bool RunsWidened(const Node& node);

/// Widens the nodes of EP `ep_index` in `graph` (one level) that need it.
void WidenHalves(Graph& graph, int ep_index);

}  // namespace backplane::cpu
