#include "runtime/run_options.h"

#include <charconv>
#include <cstring>

#include "base/error.h"
#include "onnxruntime_run_options_config_keys.h"
#include "runtime/session_options.h"

void OrtRunOptions::SetConfig(const char* key, const char* value) {
  backplane::CheckConfigEntry(key, value);
  config_.Set(key, value);
  if (std::strcmp(key, kOrtRunOptionsConfigDisableSynchronizeExecutionProviders) == 0) {
    synchronize_eps_ = std::strcmp(value, "1") != 0;
  }
  if (std::strcmp(key, kOrtRunOptionsConfigEnableMemoryArenaShrinkage) == 0) shrink_list_ = value;
  if (std::strcmp(key, kOrtRunOptionsConfigCudaGraphAnnotation) == 0) {
    const char* end = value + std::strlen(value);
    const auto [rest, error] = std::from_chars(value, end, graph_id_);
    backplane::Require(error == std::errc() && rest == end, ORT_INVALID_ARGUMENT,
                       "Failed to parse the graph annotation id: {}", value);
  }
}
