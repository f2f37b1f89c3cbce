// OrtStatus, what a failure is outside of the library. Made from an Error by abi/ for clients and
// by provider/ for plugins; a plugin's status becomes an Error again here. Inside, failures are
// Errors only.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "onnxruntime_c_api.h"

struct OrtStatus final {
  OrtErrorCode code;
  std::string message;
};

namespace backplane {

/// A status that the receiver releases. Never fails: without memory it is a static one, which
/// ReleaseStatus spares.
OrtStatus* NewStatus(ErrorCode code, std::string_view message) noexcept;

/// The exception being handled, as a status; for `catch (...)` at the border to foreign code.
OrtStatus* StatusOfCurrentException() noexcept;

/// Frees a status; null is allowed.
void DeleteStatus(OrtStatus* status) noexcept;

/// Turns a status received from foreign code into an Error, with `context` in front of its message,
/// and releases it.
void ThrowIfFailed(OrtStatus* status, std::string_view context = {});

}  // namespace backplane
