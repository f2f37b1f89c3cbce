// The command's two kinds of failure, which become its exit codes.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace backplane::command {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;  // the runtime or a file said no
inline constexpr int kExitUsage = 2;    // the command line is wrong

/// Something failed while doing what was asked; `code` is the runtime's error code by name, if any.
class Failure : public std::runtime_error {
 public:
  explicit Failure(const std::string& message, std::string code = {})
      : std::runtime_error(message), code_(std::move(code)) {}
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

/// What was asked makes no sense for this model: an input that it lacks, a malformed number.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace backplane::command
