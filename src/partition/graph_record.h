// What a session that was told to record its graph knows beyond the placement: the values between
// the nodes, and which kernel does the work of which node once EPs have merged and added nodes.
// Called by Partition and the session builder; changes no graph.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "partition/partition.h"
#include "partition/placement.h"

namespace backplane {

/// Records the values that nodes read and write.
class ValueRecorder {
 public:
  /// Records the inputs and outputs of the main graph.
  ValueRecorder(const Graph& graph, Placement& placement);
  /// Writes the inputs and outputs of `node` into its record, in place of what was there.
  void Record(const Node& node, PlacedNode& record);

 private:
  int IndexOf(const ValueInfo* value);

  Placement& placement_;
  std::map<std::pair<const Graph*, uint32_t>, int> index_;  // by ValueInfo::index, never reused
};

/// Follows placed nodes through what EPs do to a graph after partition (ExecutionProvider::Lower).
class KernelTracker {
 public:
  /// Remembers `graph` as partition left it. Keeps subgraphs alive.
  KernelTracker(Graph& graph, const Partition& partition);

  /// Writes placement.kernels and PlacedNode::kernel: `graph` is what will be executed.
  void Finish(Graph& graph, Placement& placement,
              const std::vector<std::shared_ptr<ExecutionProvider>>& eps);

 private:
  struct Before {                // a node
    std::vector<size_t> placed;  // its records
    std::vector<std::string> outputs;
    std::vector<uint32_t> readers;  // Node::index
  };
  struct Level {
    Graph* graph;
    std::shared_ptr<Graph> keep;                 // null: the main graph
    std::unordered_map<uint32_t, Before> nodes;  // by Node::index
  };
  using KernelsByNode = std::unordered_map<uint32_t, std::vector<size_t>>;

  void Remember(Graph& graph, std::shared_ptr<Graph> keep, const Partition& partition,
                const std::unordered_map<const Node*, std::vector<size_t>>& fused);
  static const std::vector<size_t>& Resolve(const Level& level, uint32_t node,
                                            KernelsByNode& kernels);

  std::vector<Level> levels_;
};

}  // namespace backplane
