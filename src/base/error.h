// The one exception type of the runtime. Inside, everything that fails throws Error; the C ABI
// turns it into an OrtStatus (abi/guard.h) and a plugin's OrtStatus becomes one again (provider/).
#pragma once

#include <exception>
#include <string>

#include "base/format.h"
#include "onnxruntime_error_code.h"

namespace backplane {

using ErrorCode = OrtErrorCode;

/// A failure with ONNX Runtime's error code and a message that says what failed, where, and what to
/// do about it.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorCode code_;
  std::string message_;
};

[[noreturn]] void ThrowError(ErrorCode code, std::string message);

/// Throws Error(code, Format(format, args...)).
template <typename... Args>
[[noreturn]] void Fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  ThrowError(code, Format(format, std::forward<Args>(args)...));
}

/// Fails unless `condition` holds. For what a model, an option or an EP can cause; programmers'
/// errors are asserts.
template <typename... Args>
void Require(bool condition, ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) [[unlikely]]
    Fail(code, format, std::forward<Args>(args)...);
}

}  // namespace backplane
