// Placement: which EP runs which node, and for every EP asked before it, why not. Made by
// Partition, kept by the session, printed by the log, the C API's graph assignment info and
// `backplane explain`.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "provider/reason.h"

namespace backplane {

/// One node of the model as it was when EPs were asked.
struct PlacedNode {
  std::string name;
  std::string op_type;
  std::string domain;
  std::string graph;  ///< path of the subgraph it is in, empty for the main graph
  int parent = -1;    ///< index of the control-flow node it is inside of; -1 in the main graph
  std::string ep;     ///< empty: nobody runs it
  int group = -1;     ///< index into Placement::groups, -1: on its own
  std::vector<std::pair<std::string, Reason>> refused_by;  ///< EP name and why, in the order asked
};

/// Nodes compiled together.
struct PlacedGroup {
  std::string ep;
  std::string name;  ///< name of the fused node
  std::vector<size_t> nodes;
};

/// A value that crosses a border between devices.
struct PlacedCopy {
  std::string value;
  std::string from_ep;
  std::string to_ep;
  int64_t bytes = -1;  ///< -1: not known before the run
};

struct Placement {
  std::vector<PlacedNode> nodes;
  std::vector<PlacedGroup> groups;
  std::vector<PlacedCopy> copies;
  std::vector<std::pair<std::string, Reason>>
      notes;  ///< EP name and what went wrong with it as a whole

  /// One line: "my_ep: 120/124 nodes in 2 groups; CPU: 4 (NonZero x2, Loop x2: not claimed by
  /// my_ep)".
  std::string Summary() const;
};

}  // namespace backplane
