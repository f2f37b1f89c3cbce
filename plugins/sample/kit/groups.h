// Groups of supported nodes that can run as one: as large as possible, never with a way out and
// back in. Knows nothing of operators.
#pragma once

#include <vector>

#include "kit/graph.h"

namespace ep_kit {

/**
 * The groups among the nodes for which `supported` is true: each a list of node indices, in order.
 * No path leads from a group through other nodes back into it, and no two groups wait for each
 * other.
 */
std::vector<std::vector<int>> FindGroups(const Graph& graph, const std::vector<bool>& supported);

}  // namespace ep_kit
