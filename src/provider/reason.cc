#include "provider/reason.h"

namespace backplane {

const char* ToString(ReasonCode code) {
  switch (code) {
    case ReasonCode::kNotClaimed:
      return "not-claimed";
    case ReasonCode::kDeclined:
      return "declined";
    case ReasonCode::kNoKernel:
      return "no-kernel";
    case ReasonCode::kTypeUnsupported:
      return "type-unsupported";
    case ReasonCode::kClaimRefused:
      return "claim-refused";
    case ReasonCode::kCapabilityFailed:
      return "capability-failed";
    case ReasonCode::kOverBudget:
      return "over-budget";
    case ReasonCode::kAssigned:
      return "assigned";
    case ReasonCode::kOption:
      return "option";
    case ReasonCode::kDeviceMissing:
      return "device-missing";
    case ReasonCode::kLibraryFailed:
      return "library-failed";
  }
  return "unknown";
}

}  // namespace backplane
