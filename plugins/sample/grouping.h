// Which supported nodes of a graph can be compiled together.
#pragma once

#include <vector>

#include "graph_reader.h"

namespace sample {

// Splits the nodes marked in `supported` into groups of connected ones, as large as can be without
// a cycle: no way leads out of a group and back into it. Indices into `nodes`, in their order.
std::vector<std::vector<size_t>> FindGroups(const std::vector<Node>& nodes,
                                            const std::vector<bool>& supported);

}  // namespace sample
