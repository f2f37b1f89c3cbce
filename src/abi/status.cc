#include "abi/status.h"

#include "base/format.h"
#include "base/status.h"

namespace backplane::abi {

OrtStatus* CreateStatus(OrtErrorCode code, const char* msg) noexcept {
  return NewStatus(code, msg);
}

OrtErrorCode GetErrorCode(const OrtStatus* status) noexcept { return status->code; }

const char* GetErrorMessage(const OrtStatus* status) noexcept { return status->message.c_str(); }

void ReleaseStatus(OrtStatus* input) noexcept { DeleteStatus(input); }

OrtStatus* NotImplementedStatus(const char* name) noexcept {
  try {
    return NewStatus(ORT_NOT_IMPLEMENTED,
                     Format("{} is not implemented in this build of Backplane", name));
  } catch (...) {
    return StatusOfCurrentException();
  }
}

}  // namespace backplane::abi
