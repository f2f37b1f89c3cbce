// A group of nodes as a graph of its own, which is how an EP sees what it compiles: what comes from
// outside is a graph input without a producer, what others use is a graph output. Made by
// Partition; the graph it copies stays as it is.
#pragma once

#include <memory>
#include <span>

#include "graph/graph_view.h"

namespace backplane {

struct GroupGraph {
  std::unique_ptr<Graph> graph;  ///< what `view` shows; null: it shows the nodes themselves
  std::unique_ptr<GraphView> view;
};

/// Copies the nodes of `part`; constants are shared. Groups with control flow are shown as they
/// are: their subgraphs use values of the graph around them.
GroupGraph ShowGroup(const GraphView& part, bool constant_inputs);

}  // namespace backplane
