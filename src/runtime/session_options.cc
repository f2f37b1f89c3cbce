#include "runtime/session_options.h"

#include "base/error.h"
#include "runtime/thread_options.h"

namespace backplane {

void CheckConfigEntry(std::string_view key, std::string_view value) {
  constexpr size_t kMaxKey = 1024;
  constexpr size_t kMaxValue = 8192;
  Require(!key.empty() && key.size() <= kMaxKey, ORT_INVALID_ARGUMENT,
          "Config key is empty or longer than maximum length {}", kMaxKey);
  Require(value.size() <= kMaxValue, ORT_INVALID_ARGUMENT,
          "Config value is longer than maximum length: {} (key '{}')", kMaxValue, key);
}

namespace {

void CheckInitializer(std::string_view name, const Value& value) {
  Require(!name.empty(), ORT_INVALID_ARGUMENT,
          "Received nullptr or an empty string for the name of an initializer");
  Require(value.IsTensor(), ORT_INVALID_ARGUMENT,
          "Received OrtValue is not a tensor for initializer '{}'. Only tensors "
          "are supported.",
          name);
  Require(value.tensor().memory().HostAccessible(), ORT_INVALID_ARGUMENT,
          "the value of initializer '{}' must be in memory of the CPU, not in '{}'", name,
          value.tensor().memory().name);
}

}  // namespace
}  // namespace backplane

using backplane::Require;

void OrtSessionOptions::SetExecutionMode(ExecutionMode mode) {
  Require(mode == ORT_SEQUENTIAL || mode == ORT_PARALLEL, ORT_INVALID_ARGUMENT,
          "execution_mode is not valid: {}", static_cast<int>(mode));
  execution_mode = mode;
}

void OrtSessionOptions::SetOptimizationLevel(GraphOptimizationLevel level) {
  const int number = level;
  Require((number >= ORT_DISABLE_ALL && number <= ORT_ENABLE_LAYOUT) || number == ORT_ENABLE_ALL,
          ORT_INVALID_ARGUMENT, "graph_optimization_level is not valid: {}", number);
  optimization_level = level;
}

void OrtSessionOptions::SetConfig(const char* key, const char* value) {
  backplane::CheckConfigEntry(key, value);
  config.Set(key, value);
}

void OrtSessionOptions::AddInitializer(const char* name, const backplane::Value& value) {
  backplane::CheckInitializer(name, value);
  const bool added = initializers.try_emplace(name, value).second;
  Require(added, ORT_INVALID_ARGUMENT, "An OrtValue for this name has already been added: {}",
          name);
}

void OrtSessionOptions::AddExternalInitializer(const char* name, const backplane::Value& value) {
  backplane::CheckInitializer(name, value);
  const bool added = external_initializers.try_emplace(name, value).second;
  Require(added, ORT_INVALID_ARGUMENT, "An OrtValue for this name has already been added: {}",
          name);
}

void OrtSessionOptions::AddFreeDimension(const char* name, int64_t value, bool by_denotation) {
  free_dimensions.push_back({name, value, by_denotation});
}

std::string_view OrtSessionOptions::Config(const char* key, std::string_view fallback) const {
  const char* value = config.Find(key);
  return value == nullptr ? fallback : value;
}

bool OrtSessionOptions::ConfigSwitch(const char* key, bool fallback) const {
  return Config(key, fallback ? "1" : "0") == "1";
}

backplane::ThreadPoolOptions OrtSessionOptions::MakeThreadPoolOptions() const {
  backplane::ThreadPoolOptions options;
  options.threads = backplane::ThreadCount(intra_op_threads);
  options.create_thread = create_thread;
  options.join_thread = join_thread;
  options.thread_creation_options = thread_creation_options;
  Require((create_thread == nullptr) == (join_thread == nullptr), ORT_INVALID_ARGUMENT,
          "custom create thread function and custom join thread function must be set together");
  backplane::ApplyThreadConfig(config, options);
  return options;
}

void OrtSessionOptions::CheckCancelled() const {
  Require(!cancelled_->load(std::memory_order_relaxed), ORT_MODEL_LOAD_CANCELED,
          "Graph loading canceled due to user request.");
}
