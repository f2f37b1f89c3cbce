#include "base/status.h"

#include <new>

namespace backplane {
namespace {

OrtStatus& OutOfMemoryStatus() {
  static OrtStatus status{ORT_RUNTIME_EXCEPTION, "out of memory"};
  return status;
}

// Made at load time, because making it would need memory.
[[maybe_unused]] const OrtStatus& kMadeEarly = OutOfMemoryStatus();

}  // namespace

OrtStatus* NewStatus(ErrorCode code, std::string_view message) noexcept {
  try {
    return new OrtStatus{code, std::string(message)};
  } catch (const std::bad_alloc&) {
    return &OutOfMemoryStatus();
  }
}

OrtStatus* StatusOfCurrentException() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    return NewStatus(error.code(), error.message());
  } catch (const std::bad_alloc&) {
    return &OutOfMemoryStatus();
  } catch (const std::exception& error) {
    return NewStatus(ORT_RUNTIME_EXCEPTION, error.what());
  } catch (...) {
    return NewStatus(ORT_RUNTIME_EXCEPTION, "an exception of unknown type was thrown");
  }
}

void DeleteStatus(OrtStatus* status) noexcept {
  if (status != &OutOfMemoryStatus()) delete status;
}

void ThrowIfFailed(OrtStatus* status, std::string_view context) {
  if (status == nullptr) return;
  const std::unique_ptr<OrtStatus, void (*)(OrtStatus*)> owner(status, DeleteStatus);
  ThrowError(status->code,
             context.empty() ? status->message : Format("{}{}", context, status->message));
}

}  // namespace backplane
