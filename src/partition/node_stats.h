// Memory statistics of nodes, as sessions with session.collect_node_memory_stats_to_file write
// them: a CSV file with a line for each node. Read by budgets; the names in it are made here. Knows
// no session.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "graph/graph.h"

namespace backplane {

/// What a node's runs took, in bytes.
struct NodeStats {
  uint64_t inputs = 0;        ///< its inputs that are no initializers
  uint64_t initializers = 0;  ///< constants that it reads
  uint64_t outputs = 0;       ///< allocated for what it returned
  uint64_t temporary = 0;     ///< allocated and freed while it ran
  uint64_t Total() const { return inputs + initializers + outputs + temporary; }
};

/// How files name `node`: its name (or operator), an underscore, and a number made of the names of
/// its inputs and outputs. The same as in ONNX Runtime, so that its files can be read.
std::string StatsName(const Node& node);

/// By StatsName.
using NodeStatsTable = std::map<std::string, NodeStats>;

/// Reads a file. Fails with ORT_FAIL where there is none, and naming the line that cannot be read.
NodeStatsTable ReadNodeStats(const std::string& path);

/// Writes a file that ReadNodeStats, and ONNX Runtime, read. Fails with ORT_FAIL.
void WriteNodeStats(const std::string& path, const NodeStatsTable& table);

/// `file` as the options mean it: relative to the folder of the model at `model_path`, which may be
/// empty.
std::string StatsPath(const std::string& model_path, const std::string& file);

}  // namespace backplane
