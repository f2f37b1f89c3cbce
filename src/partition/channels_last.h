// Layout for EPs that prefer channels-last (NHWC): between their two turns of GetCapability, the
// layout-sensitive operators they asked for become operators of the internal NHWC domain, whose
// input 0 and output 0 have their channels last; other inputs (weights) keep their form. Called by
// Partition.
#pragma once

#include <span>

#include "provider/execution_provider.h"

namespace backplane {

/// Converts what `ep` claimed on `graph` and wants channels-last, and moves the layout through the
/// other nodes that it claimed. All nodes are nobody's afterwards. Returns whether anything
/// changed.
bool MoveChannelsLast(Graph& graph, const ExecutionProvider& ep, int ep_index,
                      std::span<const Claim> claims);

/// Gives converted nodes that no EP owns their ordinary form back, between transposes.
void RestoreChannelsFirst(Graph& graph);

}  // namespace backplane
