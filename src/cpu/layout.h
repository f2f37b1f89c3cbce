// Layout choice inside the CPU EP: convolutions and pools run channels-last (NHWC), and so does
// what lies between them, so that transposes remain at the borders of the convolutional parts only.
// Called by CpuExecutionProvider::Lower.
#pragma once

#include "graph/graph.h"

namespace backplane::cpu {

/// Rewrites the nodes of `graph` (one level) that belong to EP `ep_index`. Graph inputs and outputs
/// keep their layout.
void ChooseLayout(Graph& graph, int ep_index);

}  // namespace backplane::cpu
