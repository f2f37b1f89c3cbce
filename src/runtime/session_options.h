// What a session is created with: plain data, checked where it is set. Filled by abi/ and read by
// session; a session keeps a copy, so that clients may change or release theirs. Takes no decisions
// and knows no model.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/key_value_pairs.h"
#include "base/log.h"
#include "base/thread_pool.h"
#include "base/value.h"

namespace backplane {

class PrepackedWeights;
struct ContextModelOptions;

/// One EP that the client asked for, in its order of preference.
struct EpChoice {
  std::string name;
  KeyValuePairs options;
  std::vector<const OrtEpDevice*> devices;  ///< empty: appended by name
};

/// Fixes dimensions of the model's inputs: those named, or denoted, `name`.
struct FreeDimension {
  std::string name;
  int64_t value = 0;
  bool by_denotation = false;
};

/// How an EP is chosen where none was appended.
struct EpSelection {
  OrtExecutionProviderDevicePolicy policy = OrtExecutionProviderDevicePolicy_DEFAULT;
  bool enabled = false;
  EpSelectionDelegate delegate = nullptr;
  void* delegate_state = nullptr;
};

}  // namespace backplane

/// C API: OrtSessionOptions.
struct OrtSessionOptions final {
  // -- running
  // ------------------------------------------------------------------------------------------------------
  ExecutionMode execution_mode = ORT_SEQUENTIAL;
  GraphOptimizationLevel optimization_level = ORT_ENABLE_ALL;
  bool mem_pattern = true;
  bool cpu_mem_arena = true;
  bool deterministic = false;
  bool per_session_threads = true;
  int intra_op_threads = 0;  ///< 0: one for each core
  int inter_op_threads = 0;
  OrtCustomCreateThreadFn create_thread = nullptr;
  OrtCustomJoinThreadFn join_thread = nullptr;
  void* thread_creation_options = nullptr;

  // -- files and logging
  // --------------------------------------------------------------------------------------------
  bool profiling = false;
  std::string profile_prefix = "onnxruntime_profile_";
  std::string optimized_model_path;  ///< empty: not written
  std::string log_id;
  int log_severity = -1;  ///< an OrtLoggingLevel; -1: the env's
  int log_verbosity = 0;
  backplane::LogSink log_sink;  ///< its function is null: the env's sink

  // -- the model
  // ----------------------------------------------------------------------------------------------------
  std::vector<backplane::FreeDimension> free_dimensions;
  /// Replace initializers of these names; the elements are shared with the client's value.
  std::map<std::string, backplane::Value> initializers;
  /// Stand in for the external data of initializers of these names.
  std::map<std::string, backplane::Value> external_initializers;
  /// Content of external data files, by the name the model uses; the client keeps the memory.
  std::map<std::string, std::span<const std::byte>> external_files;
  std::span<const std::byte> weightless_source;  ///< the client keeps the memory
  OrtReadNamedBufferFunc ep_context_read = nullptr;
  void* ep_context_read_state = nullptr;
  OrtWriteNamedBufferFunc ep_context_write = nullptr;
  void* ep_context_write_state = nullptr;
  /// Set by the compile API: the session is only to write a compiled model. Null otherwise.
  std::shared_ptr<const backplane::ContextModelOptions> context_model;

  // -- EPs and everything else
  // --------------------------------------------------------------------------------------
  std::vector<backplane::EpChoice> eps;
  backplane::EpSelection ep_selection;
  std::vector<const OrtCustomOpDomain*> custom_op_domains;  ///< the clients'
  std::vector<std::shared_ptr<void>> custom_op_libraries;   ///< loaded as long as they are listed
  std::shared_ptr<backplane::PrepackedWeights> prepacked_weights;  ///< null: sessions share none
  backplane::KeyValuePairs config;

  // Setters that check; all fail with ORT_INVALID_ARGUMENT.
  void SetExecutionMode(ExecutionMode mode);
  void SetOptimizationLevel(GraphOptimizationLevel level);
  void SetConfig(const char* key, const char* value);
  void AddInitializer(const char* name, const backplane::Value& value);
  void AddExternalInitializer(const char* name, const backplane::Value& value);
  void AddFreeDimension(const char* name, int64_t value, bool by_denotation);

  /// The value of a configuration entry, or `fallback`.
  std::string_view Config(const char* key, std::string_view fallback = {}) const;
  /// True if the entry is "1".
  bool ConfigSwitch(const char* key, bool fallback = false) const;

  /// Options of the session's own thread pool. Fails with ORT_INVALID_ARGUMENT where an entry makes
  /// no sense.
  backplane::ThreadPoolOptions MakeThreadPoolOptions() const;

  /// May be called while a session is created with these options, from another thread; copies share
  /// the flag.
  void SetCancelled(bool cancel) { cancelled_->store(cancel, std::memory_order_relaxed); }
  /// Fails with ORT_MODEL_LOAD_CANCELED once cancellation is asked for; session creation calls it
  /// between its stages.
  void CheckCancelled() const;

 private:
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
};

namespace backplane {

using SessionOptions = ::OrtSessionOptions;

/// Checks key and value of a configuration entry of a session or a run; fails with
/// ORT_INVALID_ARGUMENT.
void CheckConfigEntry(std::string_view key, std::string_view value);

}  // namespace backplane
