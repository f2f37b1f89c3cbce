// Claims: what an EP asks for on one graph, checked before anything is given to it. Called by
// Partition; changes nothing. A claim is taken whole or refused whole, with a reason.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "provider/execution_provider.h"

namespace backplane {

struct CheckedClaims {
  std::vector<Claim> accepted;  ///< their nodes in execution order
  /// The nodes of refused claims; nodes of other graphs and of other EPs are left out.
  std::vector<std::pair<const Node*, Reason>> refused;
  std::vector<std::string> problems;  ///< one for each refused claim
};

/// Checks the claims that `ep` made on `graph`, in order. Fails with ORT_FAIL where two claims name
/// the same node. Refused are empty claims, nodes of other graphs or of EPs asked before, fusions
/// of control flow whose bodies hold what another EP has or what is compiled already, and fusions
/// that would make a cycle, by themselves or together with a fusion accepted before.
CheckedClaims CheckClaims(const Graph& graph, const std::string& ep, std::vector<Claim> claims);

}  // namespace backplane
