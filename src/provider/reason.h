// Why something was not done: a kernel not chosen, a node not claimed, a claim refused, a device
// missing. One object, so that the log, the error text and explain print the same words.
#pragma once

#include <string>
#include <vector>

namespace backplane {

enum class ReasonCode {
  kNotClaimed,       ///< the EP did not ask for the node
  kDeclined,         ///< the EP said why it does not take the node
  kNoKernel,         ///< no kernel of that operator and version
  kTypeUnsupported,  ///< a kernel exists, but not for these element types
  kClaimRefused,     ///< the host turned the EP's claim down
  kCapabilityFailed,
  kOverBudget,  ///< the EP's budget of memory was spent before
  kAssigned,    ///< the session's options assign the node to another EP
  kOption,
  kDeviceMissing,
  kLibraryFailed,
};

struct Reason {
  ReasonCode code = ReasonCode::kNotClaimed;
  std::string text;
  std::string node;  ///< description of the node it is about; empty when about none
};

/// A short stable word for tables and JSON: "not-claimed", "no-kernel", ...
const char* ToString(ReasonCode code);

}  // namespace backplane
