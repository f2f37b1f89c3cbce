// Resource budgets: how much memory the nodes that an EP gets may take. Set by the session's
// entries session.resource_NAME_partitioning_settings = "LIMIT,FILE", NAME as in EpIsCalled, LIMIT
// in KB (none: what the EP says its device has left), FILE with statistics of nodes (none: nodes
// are estimated). Used by Partition once claims are checked; changes no graph.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/key_value_pairs.h"
#include "base/log.h"
#include "partition/claims.h"
#include "partition/node_stats.h"

namespace backplane {

class ResourceBudget {
 public:
  /// `limit` in bytes; nullopt: none.
  ResourceBudget(std::optional<uint64_t> limit, NodeStatsTable stats)
      : limit_(limit), stats_(std::move(stats)) {}

  /// Turns down the first claim that does not fit any more, and whatever is claimed after it, here
  /// or in another call.
  void Apply(CheckedClaims& claims);
  uint64_t spent() const { return spent_; }

 private:
  bool Spend(const Claim& claim);
  uint64_t CostOf(const Node& node, std::vector<const ValueInfo*>& counted, bool inside) const;

  std::optional<uint64_t> limit_;
  NodeStatsTable stats_;
  std::unordered_set<const ValueInfo*> initializers_;  // those paid for
  uint64_t spent_ = 0;
  bool closed_ = false;
};

/// One budget for each EP, null where it has none. Fails with ORT_INVALID_ARGUMENT for entries that
/// cannot be read, ORT_FAIL for limits and files that cannot. An entry that names no EP of the
/// session, and an EP that fails to tell what it has, are logged.
std::vector<std::unique_ptr<ResourceBudget>> MakeBudgets(
    const KeyValuePairs& config, std::span<const std::shared_ptr<ExecutionProvider>> eps,
    const std::string& model_path, const Logger& logger);

}  // namespace backplane
