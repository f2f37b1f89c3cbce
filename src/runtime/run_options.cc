#include "runtime/run_options.h"

#include <cstring>

#include "onnxruntime_run_options_config_keys.h"
#include "runtime/session_options.h"

void OrtRunOptions::SetConfig(const char* key, const char* value) {
  backplane::CheckConfigEntry(key, value);
  config_.Set(key, value);
  if (std::strcmp(key, kOrtRunOptionsConfigDisableSynchronizeExecutionProviders) == 0) {
    synchronize_eps_ = std::strcmp(value, "1") != 0;
  }
}
