// What the nodes of a session take in memory, measured while it runs and written for
// session.resource_NAME_partitioning_settings of later sessions (partition/node_stats.h). Made by
// session creation where session.collect_node_memory_stats_to_file asks for it; frames tell it of
// their steps. Nodes are those that EPs are asked about, whatever kernels do their work.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compile/plan.h"
#include "graph/graph.h"

namespace backplane {

class NodeStatsRecorder {
 public:
  /// `graph` is as partition is going to see it; the file will be written to `path`.
  NodeStatsRecorder(Graph& graph, std::string path);

  /// A step of `plan` has run, with `scratch` bytes of its own meanwhile.
  void Add(const Plan& plan, const Step& step, const KernelContext& context, size_t scratch);
  /// Writes the largest figures so far, in place of what the file had. Fails with ORT_FAIL.
  void Write() const;

 private:
  using Name = std::pair<const Graph*, std::string>;  // of a value
  struct Input {
    Name name;
    uint64_t initializer = 0;  // bytes
  };
  struct Planned {  // a node
    std::string name;
    const Graph* graph;
    std::vector<Input> inputs;
    std::vector<Name> outputs;
  };
  struct Seen {
    uint64_t bytes = 0;    // of the tensor
    uint64_t scratch = 0;  // of the step that made it
  };

  void See(const Slot& slot, uint64_t bytes, uint64_t scratch = 0);

  const std::string path_;
  std::vector<Planned> nodes_;
  mutable std::mutex mutex_;  // runs may be concurrent
  std::map<Name, Seen> seen_;
  std::unordered_set<const Graph*> ran_;
};

}  // namespace backplane
