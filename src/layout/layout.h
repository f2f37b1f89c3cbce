// Channels-last (NHWC) layout of the part of a graph that one EP runs: the operators that the EP
// wants so are converted, and so is what lies between them, so that transposes remain at the
// borders of such parts only. Called by partition/ for EPs that prefer it, and by the CPU EP for
// its own nodes.
#pragma once

#include <functional>

#include "layout/handlers.h"

namespace backplane::layout {

/// The handler for an operator that the EP has a channels-last form of; null where it has none.
using FormOf = std::function<Handler(const Node& node)>;

/// Rewrites the nodes of `graph` (one level) that belong to EP `ep_index`. Graph inputs and outputs
/// keep their layout. The graph may need Sort() afterwards.
void MoveChannelsLast(Graph& graph, int ep_index, const FormOf& form_of);

}  // namespace backplane::layout
