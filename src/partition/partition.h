// Partition: asks the EPs in order which nodes they take, checks the claims, fuses groups, and
// records every yes and no. Called once by the session builder; edits the graph (fused nodes) and
// sets Node::ep. Knows no EP by name.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/key_value_pairs.h"
#include "graph/graph_view.h"
#include "partition/placement.h"
#include "provider/compiled_models.h"
#include "provider/execution_provider.h"

namespace backplane {

struct PartitionOptions {
  const Logger* logger = nullptr;
  /// Called with what an EP is going to compile; what it throws ends the partition. May be null.
  std::function<void(ExecutionProvider& ep, std::span<const Claim> claims)> before_compile = {};
  bool needs_context_nodes = false;  ///< a group compiled without an EPContext node is an error
  bool allow_host_fallback = true;   ///< false (session.disable_cpu_ep_fallback): a node that only
                                     ///< the last EP takes is an error
  const KeyValuePairs* config = nullptr;  ///< the session's entries; null: none. Read are the
                                          ///< layer assignments and the EPs' budgets
  bool record_graph = false;  ///< also record values and their types (Placement::recorded)
};

/// A fused node's kernel, made when its EP compiled the group.
struct FusedKernel {
  const Node* node;
  std::unique_ptr<Kernel> kernel;
  DraftNode context_node;           ///< what stands for it in a compiled model; may be null
  std::unique_ptr<GraphView> view;  ///< kept: EPs may look at it for as long as the session lives
  std::vector<std::unique_ptr<Node>> members;
};

/// Result: what the session needs of the compiled groups.
struct Partition {
  Placement placement;
  std::vector<FusedKernel> fused;  ///< in the order of placement.groups
  /// The record of each node that was placed: indices into placement.nodes. Of fused nodes their
  /// members; those live in `fused`.
  std::unordered_map<const Node*, size_t> placed;
};

/// Places every node of `graph` and its subgraphs on one of `eps` (first = most preferred, last =
/// host). Errors: ORT_NOT_IMPLEMENTED naming the first node nobody takes, with each EP's reason; a
/// failure in Compile; ORT_INVALID_ARGUMENT for layer assignments or budgets that cannot be read.
Partition PartitionGraph(Graph& graph, std::span<const std::shared_ptr<ExecutionProvider>> eps,
                         const PartitionOptions& options);

}  // namespace backplane
