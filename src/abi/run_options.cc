#include "abi/run_options.h"

#include "abi/guard.h"
#include "runtime/run_options.h"

namespace backplane::abi {

OrtStatus* CreateRunOptions(OrtRunOptions** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    *out = new OrtRunOptions();
  });
}

void ReleaseRunOptions(OrtRunOptions* input) noexcept { delete input; }

OrtStatus* RunOptionsSetRunLogVerbosityLevel(OrtRunOptions* options,
                                             int log_verbosity_level) noexcept {
  return GuardOptions(options, [&](OrtRunOptions& o) { o.log_verbosity = log_verbosity_level; });
}

OrtStatus* RunOptionsSetRunLogSeverityLevel(OrtRunOptions* options,
                                            int log_severity_level) noexcept {
  return GuardOptions(options, [&](OrtRunOptions& o) { o.log_severity = log_severity_level; });
}

OrtStatus* RunOptionsSetRunTag(OrtRunOptions* options, const char* run_tag) noexcept {
  return GuardOptions(options,
                      [&](OrtRunOptions& o) { o.tag = run_tag == nullptr ? "" : run_tag; });
}

OrtStatus* RunOptionsGetRunLogVerbosityLevel(const OrtRunOptions* options,
                                             int* log_verbosity_level) noexcept {
  return GuardOptions(options, [&](const OrtRunOptions& o) {
    NotNull(log_verbosity_level, "log_verbosity_level");
    *log_verbosity_level = o.log_verbosity;
  });
}

OrtStatus* RunOptionsGetRunLogSeverityLevel(const OrtRunOptions* options,
                                            int* log_severity_level) noexcept {
  return GuardOptions(options, [&](const OrtRunOptions& o) {
    NotNull(log_severity_level, "log_severity_level");
    *log_severity_level = o.log_severity;
  });
}

OrtStatus* RunOptionsGetRunTag(const OrtRunOptions* options, const char** run_tag) noexcept {
  return GuardOptions(options, [&](const OrtRunOptions& o) {
    NotNull(run_tag, "run_tag");
    *run_tag = o.tag.c_str();
  });
}

OrtStatus* RunOptionsSetTerminate(OrtRunOptions* options) noexcept {
  return GuardOptions(options, [](OrtRunOptions& o) { o.terminate = true; });
}

OrtStatus* RunOptionsUnsetTerminate(OrtRunOptions* options) noexcept {
  return GuardOptions(options, [](OrtRunOptions& o) { o.terminate = false; });
}

OrtStatus* AddRunConfigEntry(OrtRunOptions* options, const char* config_key,
                             const char* config_value) noexcept {
  return GuardOptions(options, [&](OrtRunOptions& o) {
    NotNull(config_key, "config_key");
    NotNull(config_value, "config_value");
    o.SetConfig(config_key, config_value);
  });
}

const char* GetRunConfigEntry(const OrtRunOptions* options, const char* config_key) noexcept {
  if (options == nullptr || config_key == nullptr) return nullptr;
  try {
    return options->config().Find(config_key);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

OrtStatus* RunOptionsAddActiveLoraAdapter(OrtRunOptions* options,
                                          const OrtLoraAdapter* adapter) noexcept {
  return GuardOptions(options, [&](OrtRunOptions& o) {
    if (adapter != nullptr) o.lora_adapters.push_back(adapter);
  });
}

void RunOptionsSetSyncStream(OrtRunOptions* options, OrtSyncStream* sync_stream) noexcept {
  if (options != nullptr) options->stream = sync_stream;
}

OrtStatus* RunOptionsEnableProfiling(OrtRunOptions* options,
                                     const ORTCHAR_T* profile_file_prefix) noexcept {
  return GuardOptions(options, [&](OrtRunOptions& o) {
    NotNull(profile_file_prefix, "profile_file_prefix");
    o.profiling = true;
    o.profile_prefix = profile_file_prefix;
  });
}

OrtStatus* RunOptionsDisableProfiling(OrtRunOptions* options) noexcept {
  return GuardOptions(options, [](OrtRunOptions& o) {
    o.profiling = false;
    o.profile_prefix.clear();
  });
}

}  // namespace backplane::abi
