// What BackplaneGetModelSummary tells about a model.
#pragma once

#include <string>

#include "graph/graph.h"

namespace backplane::abi {

/// JSON; see include/backplane/backplane.h.
std::string SummarizeModel(Graph& graph);

}  // namespace backplane::abi
