// Placement: which EP runs which node, and for every EP asked before it, why not. Made by
// Partition, kept by the session; read by the log, the C API's graph assignment info and the JSON
// that `backplane explain` shows. Plain data: takes no decision and changes no graph.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/type.h"
#include "provider/reason.h"

/// One node of the model as it was when EPs were asked (C API: OrtEpAssignedNode).
struct OrtEpAssignedNode final {
  std::string name;
  std::string op_type;
  std::string domain;
  std::string graph;  ///< path of the subgraph it is in, empty for the main graph
  int parent = -1;    ///< index of the control-flow node it is inside of; -1 in the main graph
  std::string ep;     ///< empty: nobody runs it
  int group = -1;     ///< index into Placement::groups, -1: on its own
  /// EP name and why, in the order asked.
  std::vector<std::pair<std::string, backplane::Reason>> refused_by;
  std::vector<std::string> remarks;  ///< what the EP that runs it says of it
  std::vector<int> inputs;   ///< indices into Placement::values, implicit ones last; -1: absent
  std::vector<int> outputs;  ///< the same
  int kernel = -1;           ///< index into Placement::kernels
};

/// Nodes that an EP was given together: a fused group, or one node (C API: OrtEpAssignedSubgraph).
struct OrtEpAssignedSubgraph final {
  std::string ep;
  std::vector<const OrtEpAssignedNode*> nodes;
};

namespace backplane {

using PlacedNode = ::OrtEpAssignedNode;

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
  bool once = false;   ///< of an initializer, when the session is created; else in every run
  std::string graph;   ///< path of the subgraph that it happens in, each time that this runs; empty
                       ///< for the main graph
};

/// A value of the recorded graph.
struct PlacedValue {
  std::string name;
  TypeInfo type;
  bool constant = false;
};

/// What is executed in the end: one step of the plan, after EPs merged and added nodes.
struct PlacedKernel {
  std::string name;
  std::string op_type;
  std::string domain;
  std::string ep;
  std::vector<size_t> nodes;  ///< those whose work it does; none: the EP added it
};

struct Placement {
  std::vector<std::string> eps;  ///< in the order they were asked
  std::vector<PlacedNode> nodes;
  std::vector<PlacedGroup> groups;
  std::vector<PlacedCopy> copies;
  /// EP or library name and what went wrong with it as a whole, or why it is not in the session.
  std::vector<std::pair<std::string, Reason>> notes;

  // Only where the session was told to record the graph
  // (session.record_ep_graph_assignment_info=1):
  bool recorded = false;
  std::vector<PlacedValue> values;
  std::vector<int> inputs;   ///< of the main graph: indices into `values`
  std::vector<int> outputs;  ///< the same
  std::vector<PlacedKernel> kernels;

  /// One line: "my_ep: 120/124 nodes in 2 groups; CPU: 4 (NonZero ×2, Loop ×2: not claimed by
  /// my_ep)".
  std::string Summary() const;
};

/// The nodes as the C API hands them out: each group, and each node outside of groups by itself, by
/// EP in the order asked, subgraphs before the graph around them. Points into `placement`.
std::vector<OrtEpAssignedSubgraph> AssignedParts(const Placement& placement);

/// `ep` as people say it: without the words "ExecutionProvider" at its end.
std::string ShortEpName(const std::string& ep);

/// Whether `word` of an option means `ep`: its name, or that without "ExecutionProvider" or
/// "PluginExecutionProvider", in any case of letters.
bool EpIsCalled(const std::string& ep, std::string_view word);

}  // namespace backplane
