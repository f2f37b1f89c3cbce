// Logging: one sink for each env, severity levels, a category for each folder. Nothing on success
// but the placement line.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/format.h"
#include "onnxruntime_c_api.h"

namespace backplane {

/// Where log lines end up: stderr, or the client's OrtLoggingFunction.
struct LogSink {
  OrtLoggingFunction function = nullptr;  ///< null: stderr
  void* param = nullptr;

  void Write(OrtLoggingLevel severity, const char* category, const char* id, const char* location,
             const char* message) const;
};

}  // namespace backplane

/// A sink with a threshold and an id (the env's, a session's or a run's). Cheap to copy;
/// thread-safe.
struct OrtLogger final {
 public:
  OrtLogger() = default;
  OrtLogger(backplane::LogSink sink, OrtLoggingLevel threshold, std::string id)
      : sink_(sink), threshold_(threshold), id_(std::move(id)) {}

  bool Enabled(OrtLoggingLevel severity) const { return severity >= threshold_; }
  OrtLoggingLevel threshold() const { return threshold_; }
  void set_threshold(OrtLoggingLevel threshold) { threshold_ = threshold; }
  const std::string& id() const { return id_; }
  const backplane::LogSink& sink() const { return sink_; }

  /// Writes unconditionally (a plugin's Logger_LogMessage checks the severity itself).
  void Write(OrtLoggingLevel severity, const char* category, const char* location,
             const char* message) const {
    sink_.Write(severity, category, id_.c_str(), location, message);
  }

  /// Formats and writes if `severity` reaches the threshold. `category` is the folder, "session",
  /// "partition", ...
  template <typename... Args>
  void Log(OrtLoggingLevel severity, const char* category, fmt::format_string<Args...> format,
           Args&&... args) const {
    if (!Enabled(severity)) return;
    Write(severity, category, "", backplane::Format(format, std::forward<Args>(args)...).c_str());
  }
  template <typename... Args>
  void Warning(const char* category, fmt::format_string<Args...> format, Args&&... args) const {
    Log(ORT_LOGGING_LEVEL_WARNING, category, format, std::forward<Args>(args)...);
  }
  template <typename... Args>
  void Info(const char* category, fmt::format_string<Args...> format, Args&&... args) const {
    Log(ORT_LOGGING_LEVEL_INFO, category, format, std::forward<Args>(args)...);
  }

 private:
  backplane::LogSink sink_;
  OrtLoggingLevel threshold_ = ORT_LOGGING_LEVEL_WARNING;
  std::string id_;
};

namespace backplane {
using Logger = ::OrtLogger;
}  // namespace backplane
