#include "abi/env.h"

#include "abi/guard.h"
#include "runtime/env.h"

namespace backplane::abi {
namespace {

void Acquire(EnvOptions options, OrtLoggingLevel severity, const char* log_id, OrtEnv** out) {
  NotNull(out, "out");
  options.severity = severity;
  options.log_id = log_id == nullptr ? "" : log_id;
  *out = OrtEnv::Acquire(options);
}

bool IsSeverity(int level) {
  return level >= ORT_LOGGING_LEVEL_VERBOSE && level <= ORT_LOGGING_LEVEL_FATAL;
}

}  // namespace

OrtStatus* CreateEnv(OrtLoggingLevel log_severity_level, const char* logid, OrtEnv** out) noexcept {
  return Guard([&] { Acquire({}, log_severity_level, logid, out); });
}

OrtStatus* CreateEnvWithCustomLogger(OrtLoggingFunction logging_function, void* logger_param,
                                     OrtLoggingLevel log_severity_level, const char* logid,
                                     OrtEnv** out) noexcept {
  return Guard([&] {
    EnvOptions options;
    options.sink = {logging_function, logger_param};
    Acquire(options, log_severity_level, logid, out);
  });
}

OrtStatus* CreateEnvWithGlobalThreadPools(OrtLoggingLevel log_severity_level, const char* logid,
                                          const OrtThreadingOptions* tp_options,
                                          OrtEnv** out) noexcept {
  return Guard([&] {
    EnvOptions options;
    options.threads = tp_options;
    Acquire(options, log_severity_level, logid, out);
  });
}

OrtStatus* CreateEnvWithCustomLoggerAndGlobalThreadPools(
    OrtLoggingFunction logging_function, void* logger_param, OrtLoggingLevel log_severity_level,
    const char* logid, const OrtThreadingOptions* tp_options, OrtEnv** out) noexcept {
  return Guard([&] {
    EnvOptions options;
    options.sink = {logging_function, logger_param};
    options.threads = tp_options;
    Acquire(options, log_severity_level, logid, out);
  });
}

OrtStatus* CreateEnvWithOptions(const OrtEnvCreationOptions* options, OrtEnv** out) noexcept {
  return Guard([&] {
    Require(options != nullptr, ORT_INVALID_ARGUMENT,
            "CreateEnvWithOptions requires a valid (non-null) OrtEnvCreationOptions argument");
    // The struct came with 1.24 and has not grown since, so a newer client's is read the same.
    Require(options->version >= 24, ORT_INVALID_ARGUMENT,
            "CreateEnvWithOptions requires a OrtEnvCreationOptions argument with the version set "
            "equal to "
            "ORT_API_VERSION, not {}",
            options->version);
    Require(options->log_id != nullptr, ORT_INVALID_ARGUMENT,
            "CreateEnvWithOptions requires a OrtEnvCreationOptions argument with a valid "
            "(non-null) log identifier "
            "string");
    Require(IsSeverity(options->logging_severity_level), ORT_INVALID_ARGUMENT,
            "CreateEnvWithOptions requires a OrtEnvCreationOptions argument with a valid logging "
            "severity level value "
            "from the OrtLoggingLevel enumeration, not {}",
            options->logging_severity_level);
    EnvOptions all;
    all.sink = {options->custom_logging_function, options->custom_logging_param};
    all.threads = options->threading_options;
    if (options->config_entries != nullptr) all.config = *options->config_entries;
    Acquire(all, static_cast<OrtLoggingLevel>(options->logging_severity_level), options->log_id,
            out);
  });
}

void ReleaseEnv(OrtEnv* input) noexcept { OrtEnv::Release(input); }

OrtStatus* EnableTelemetryEvents(const OrtEnv* env) noexcept {
  return Guard([&] { NotNull(env, "env"); });
}

OrtStatus* DisableTelemetryEvents(const OrtEnv* env) noexcept {
  return Guard([&] { NotNull(env, "env"); });
}

OrtStatus* SetLanguageProjection(const OrtEnv* ort_env, OrtLanguageProjection) noexcept {
  return Guard([&] { NotNull(ort_env, "ort_env"); });
}

OrtStatus* UpdateEnvWithCustomLogLevel(OrtEnv* ort_env,
                                       OrtLoggingLevel log_severity_level) noexcept {
  return Guard([&] {
    NotNull(ort_env, "ort_env");
    ort_env->SetSeverity(log_severity_level);
  });
}

OrtStatus* SetPerSessionThreadPoolCallbacks(OrtEnv* env,
                                            const OrtThreadPoolCallbacksConfig* config) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    Require(config != nullptr, ORT_INVALID_ARGUMENT, "config must not be null");
    // A pool's work is blocks of a loop on the caller's stack: nothing is enqueued that a callback
    // could be told of.
    Fail(ORT_NOT_IMPLEMENTED,
         "SetPerSessionThreadPoolCallbacks is not implemented in this build of Backplane");
  });
}

OrtStatus* CreateThreadingOptions(OrtThreadingOptions** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    *out = new OrtThreadingOptions();
  });
}

void ReleaseThreadingOptions(OrtThreadingOptions* input) noexcept { delete input; }

OrtStatus* SetGlobalIntraOpNumThreads(OrtThreadingOptions* tp_options,
                                      int intra_op_num_threads) noexcept {
  return Guard([&] {
    NotNull(tp_options, "tp_options");
    tp_options->intra_op.threads = ThreadCount(intra_op_num_threads);
  });
}

OrtStatus* SetGlobalInterOpNumThreads(OrtThreadingOptions* tp_options,
                                      int inter_op_num_threads) noexcept {
  return Guard([&] {
    NotNull(tp_options, "tp_options");
    tp_options->inter_op_threads = ThreadCount(inter_op_num_threads);
  });
}

OrtStatus* SetGlobalSpinControl(OrtThreadingOptions* tp_options, int allow_spinning) noexcept {
  return Guard([&] {
    NotNull(tp_options, "tp_options");
    tp_options->SetSpinning(allow_spinning);
  });
}

OrtStatus* SetGlobalDenormalAsZero(OrtThreadingOptions* tp_options) noexcept {
  return Guard([&] {
    NotNull(tp_options, "tp_options");
    tp_options->intra_op.flush_denormals = true;
  });
}

OrtStatus* SetGlobalIntraOpThreadAffinity(OrtThreadingOptions* tp_options,
                                          const char* affinity_string) noexcept {
  return Guard([&] {
    NotNull(tp_options, "tp_options");
    NotNull(affinity_string, "affinity_string");
    tp_options->SetAffinity(affinity_string);
  });
}

OrtStatus* SetGlobalCustomCreateThreadFn(
    OrtThreadingOptions* tp_options, OrtCustomCreateThreadFn ort_custom_create_thread_fn) noexcept {
  return Guard([&] {
    NotNull(tp_options, "tp_options");
    tp_options->intra_op.create_thread = ort_custom_create_thread_fn;
  });
}

OrtStatus* SetGlobalCustomThreadCreationOptions(OrtThreadingOptions* tp_options,
                                                void* ort_custom_thread_creation_options) noexcept {
  return Guard([&] {
    NotNull(tp_options, "tp_options");
    tp_options->intra_op.thread_creation_options = ort_custom_thread_creation_options;
  });
}

OrtStatus* SetGlobalCustomJoinThreadFn(OrtThreadingOptions* tp_options,
                                       OrtCustomJoinThreadFn ort_custom_join_thread_fn) noexcept {
  return Guard([&] {
    NotNull(tp_options, "tp_options");
    tp_options->intra_op.join_thread = ort_custom_join_thread_fn;
  });
}

OrtStatus* Logger_LogMessage(const OrtLogger* logger, OrtLoggingLevel log_severity_level,
                             const char* message, const char* file_path, int line_number,
                             const char* func_name) noexcept {
  return Guard([&] {
    NotNull(logger, "logger");
    NotNull(message, "message");
    if (!logger->Enabled(log_severity_level)) return;
    const std::string location = Format("{}:{} {}", file_path == nullptr ? "" : file_path,
                                        line_number, func_name == nullptr ? "" : func_name);
    logger->Write(log_severity_level, "plugin", location.c_str(), message);
  });
}

OrtStatus* Logger_GetLoggingSeverityLevel(const OrtLogger* logger, OrtLoggingLevel* out) noexcept {
  return Guard([&] {
    NotNull(logger, "logger");
    NotNull(out, "out");
    *out = logger->threshold();
  });
}

}  // namespace backplane::abi
