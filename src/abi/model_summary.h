// What BackplaneGetModelSummary tells about a model and BackplaneGetPlacement about a session.
#pragma once

#include <string>

#include "graph/graph.h"
#include "partition/placement.h"

namespace backplane::abi {

/// JSON; see include/backplane/backplane.h.
std::string SummarizeModel(Graph& graph);
std::string DescribePlacement(const Placement& placement);

}  // namespace backplane::abi
