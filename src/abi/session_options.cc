#include "abi/session_options.h"

#include "abi/guard.h"
#include "runtime/session_options.h"
#include "runtime/thread_options.h"

namespace backplane::abi {

OrtStatus* CreateSessionOptions(OrtSessionOptions** options) noexcept {
  return Guard([&] {
    NotNull(options, "options");
    *options = new OrtSessionOptions();
  });
}

OrtStatus* CloneSessionOptions(const OrtSessionOptions* in_options,
                               OrtSessionOptions** out_options) noexcept {
  return Guard([&] {
    NotNull(in_options, "in_options");
    NotNull(out_options, "out_options");
    *out_options = new OrtSessionOptions(*in_options);
  });
}

void ReleaseSessionOptions(OrtSessionOptions* input) noexcept { delete input; }

OrtStatus* SetOptimizedModelFilePath(OrtSessionOptions* options,
                                     const ORTCHAR_T* optimized_model_filepath) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    NotNull(optimized_model_filepath, "optimized_model_filepath");
    o.optimized_model_path = optimized_model_filepath;
  });
}

OrtStatus* SetSessionExecutionMode(OrtSessionOptions* options,
                                   ExecutionMode execution_mode) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) { o.SetExecutionMode(execution_mode); });
}

OrtStatus* GetSessionExecutionMode(const OrtSessionOptions* options, ExecutionMode* out) noexcept {
  return GuardOptions(options, [&](const OrtSessionOptions& o) {
    NotNull(out, "out");
    *out = o.execution_mode;
  });
}

OrtStatus* EnableProfiling(OrtSessionOptions* options,
                           const ORTCHAR_T* profile_file_prefix) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    NotNull(profile_file_prefix, "profile_file_prefix");
    o.profiling = true;
    o.profile_prefix = profile_file_prefix;
  });
}

OrtStatus* DisableProfiling(OrtSessionOptions* options) noexcept {
  return GuardOptions(options, [](OrtSessionOptions& o) {
    o.profiling = false;
    o.profile_prefix.clear();
  });
}

OrtStatus* EnableMemPattern(OrtSessionOptions* options) noexcept {
  return GuardOptions(options, [](OrtSessionOptions& o) { o.mem_pattern = true; });
}

OrtStatus* DisableMemPattern(OrtSessionOptions* options) noexcept {
  return GuardOptions(options, [](OrtSessionOptions& o) { o.mem_pattern = false; });
}

OrtStatus* GetMemPatternEnabled(const OrtSessionOptions* options, int* out) noexcept {
  return GuardOptions(options, [&](const OrtSessionOptions& o) {
    NotNull(out, "out");
    *out = o.mem_pattern ? 1 : 0;
  });
}

OrtStatus* EnableCpuMemArena(OrtSessionOptions* options) noexcept {
  return GuardOptions(options, [](OrtSessionOptions& o) { o.cpu_mem_arena = true; });
}

OrtStatus* DisableCpuMemArena(OrtSessionOptions* options) noexcept {
  return GuardOptions(options, [](OrtSessionOptions& o) { o.cpu_mem_arena = false; });
}

OrtStatus* SetSessionLogId(OrtSessionOptions* options, const char* logid) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    NotNull(logid, "logid");
    o.log_id = logid;
  });
}

OrtStatus* SetSessionLogVerbosityLevel(OrtSessionOptions* options,
                                       int session_log_verbosity_level) noexcept {
  return GuardOptions(options,
                      [&](OrtSessionOptions& o) { o.log_verbosity = session_log_verbosity_level; });
}

OrtStatus* SetSessionLogSeverityLevel(OrtSessionOptions* options,
                                      int session_log_severity_level) noexcept {
  return GuardOptions(options,
                      [&](OrtSessionOptions& o) { o.log_severity = session_log_severity_level; });
}

OrtStatus* SetUserLoggingFunction(OrtSessionOptions* options,
                                  OrtLoggingFunction user_logging_function,
                                  void* user_logging_param) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    o.log_sink = {user_logging_function, user_logging_param};
  });
}

OrtStatus* SetSessionGraphOptimizationLevel(
    OrtSessionOptions* options, GraphOptimizationLevel graph_optimization_level) noexcept {
  return GuardOptions(
      options, [&](OrtSessionOptions& o) { o.SetOptimizationLevel(graph_optimization_level); });
}

OrtStatus* SetIntraOpNumThreads(OrtSessionOptions* options, int intra_op_num_threads) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    o.intra_op_threads = ThreadCount(intra_op_num_threads);
  });
}

OrtStatus* SetInterOpNumThreads(OrtSessionOptions* options, int inter_op_num_threads) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    o.inter_op_threads = ThreadCount(inter_op_num_threads);
  });
}

OrtStatus* DisablePerSessionThreads(OrtSessionOptions* options) noexcept {
  return GuardOptions(options, [](OrtSessionOptions& o) { o.per_session_threads = false; });
}

OrtStatus* SessionOptionsSetCustomCreateThreadFn(
    OrtSessionOptions* options, OrtCustomCreateThreadFn ort_custom_create_thread_fn) noexcept {
  return GuardOptions(options,
                      [&](OrtSessionOptions& o) { o.create_thread = ort_custom_create_thread_fn; });
}

OrtStatus* SessionOptionsSetCustomThreadCreationOptions(
    OrtSessionOptions* options, void* ort_custom_thread_creation_options) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    o.thread_creation_options = ort_custom_thread_creation_options;
  });
}

OrtStatus* SessionOptionsSetCustomJoinThreadFn(
    OrtSessionOptions* options, OrtCustomJoinThreadFn ort_custom_join_thread_fn) noexcept {
  return GuardOptions(options,
                      [&](OrtSessionOptions& o) { o.join_thread = ort_custom_join_thread_fn; });
}

OrtStatus* SetDeterministicCompute(OrtSessionOptions* options, bool value) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) { o.deterministic = value; });
}

OrtStatus* SessionOptionsSetLoadCancellationFlag(OrtSessionOptions* options, bool cancel) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) { o.SetCancelled(cancel); });
}

OrtStatus* AddFreeDimensionOverride(OrtSessionOptions* options, const char* dim_denotation,
                                    int64_t dim_value) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    NotNull(dim_denotation, "dim_denotation");
    o.AddFreeDimension(dim_denotation, dim_value, /*by_denotation=*/true);
  });
}

OrtStatus* AddFreeDimensionOverrideByName(OrtSessionOptions* options, const char* dim_name,
                                          int64_t dim_value) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    NotNull(dim_name, "dim_name");
    o.AddFreeDimension(dim_name, dim_value, /*by_denotation=*/false);
  });
}

OrtStatus* AddInitializer(OrtSessionOptions* options, const char* name,
                          const OrtValue* val) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    Require(name != nullptr, ORT_INVALID_ARGUMENT, "Received nullptr for name");
    Require(val != nullptr, ORT_INVALID_ARGUMENT, "Received nullptr for OrtValue");
    o.AddInitializer(name, *val);
  });
}

OrtStatus* AddExternalInitializers(OrtSessionOptions* options, const char* const* initializer_names,
                                   const OrtValue* const* initializers,
                                   size_t num_initializers) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    NotNullArray(initializer_names, num_initializers, "initializer_names");
    NotNullArray(initializers, num_initializers, "initializers");
    for (size_t i = 0; i < num_initializers; ++i) {
      Require(initializer_names[i] != nullptr, ORT_INVALID_ARGUMENT,
              "Input initializer name at index {} is null", i);
      Require(initializers[i] != nullptr, ORT_INVALID_ARGUMENT,
              "Input initializer value at index {} is null", i);
      o.AddExternalInitializer(initializer_names[i], *initializers[i]);
    }
  });
}

OrtStatus* AddExternalInitializersFromFilesInMemory(
    OrtSessionOptions* options, const ORTCHAR_T* const* external_initializer_file_names,
    char* const* external_initializer_file_buffer_array,
    const size_t* external_initializer_file_lengths,
    size_t num_external_initializer_files) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    const size_t count = num_external_initializer_files;
    NotNullArray(external_initializer_file_names, count, "external_initializer_file_names");
    NotNullArray(external_initializer_file_buffer_array, count,
                 "external_initializer_file_buffer_array");
    NotNullArray(external_initializer_file_lengths, count, "external_initializer_file_lengths");
    for (size_t i = 0; i < count; ++i) {
      const char* name = external_initializer_file_names[i];
      Require(name != nullptr && name[0] != '\0', ORT_INVALID_ARGUMENT,
              "Input file name at index {} is empty", i);
      Require(external_initializer_file_buffer_array[i] != nullptr, ORT_INVALID_ARGUMENT,
              "Input file buffer at index {} ('{}') is null", i, name);
      const auto* bytes =
          reinterpret_cast<const std::byte*>(external_initializer_file_buffer_array[i]);
      o.external_files.insert_or_assign(name,
                                        std::span(bytes, external_initializer_file_lengths[i]));
    }
  });
}

OrtStatus* SessionOptionsSetWeightlessSourceModelBuffer(OrtSessionOptions* options,
                                                        const void* source_model_data,
                                                        size_t source_model_data_length) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    NotNullArray(source_model_data, source_model_data_length, "source_model_data");
    o.weightless_source = {static_cast<const std::byte*>(source_model_data),
                           source_model_data_length};
  });
}

OrtStatus* SessionOptionsSetEpContextDataReadFunc(OrtSessionOptions* options,
                                                  OrtReadNamedBufferFunc read_func,
                                                  void* state) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    o.ep_context_read = read_func;
    o.ep_context_read_state = state;
  });
}

OrtStatus* AddSessionConfigEntry(OrtSessionOptions* options, const char* config_key,
                                 const char* config_value) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    NotNull(config_key, "config_key");
    NotNull(config_value, "config_value");
    o.SetConfig(config_key, config_value);
  });
}

OrtStatus* HasSessionConfigEntry(const OrtSessionOptions* options, const char* config_key,
                                 int* out) noexcept {
  return GuardOptions(options, [&](const OrtSessionOptions& o) {
    NotNull(config_key, "config_key");
    NotNull(out, "out");
    *out = o.config.Find(config_key) != nullptr ? 1 : 0;
  });
}

OrtStatus* GetSessionConfigEntry(const OrtSessionOptions* options, const char* config_key,
                                 char* config_value, size_t* size) noexcept {
  return GuardOptions(options, [&](const OrtSessionOptions& o) {
    NotNull(config_key, "config_key");
    NotNull(size, "size");
    const char* value = o.config.Find(config_key);
    Require(value != nullptr, ORT_INVALID_ARGUMENT, "Session config entry '{}' was not found.",
            config_key);
    CopyTextOut(value, config_value, size, "session config entry");
  });
}

OrtStatus* GetSessionOptionsConfigEntries(const OrtSessionOptions* options,
                                          OrtKeyValuePairs** out) noexcept {
  return GuardOptions(options, [&](const OrtSessionOptions& o) {
    NotNull(out, "out");
    *out = new OrtKeyValuePairs(o.config);
  });
}

OrtStatus* EnableOrtCustomOps(OrtSessionOptions* options) noexcept {
  return GuardOptions(options, [](OrtSessionOptions&) {
    Fail(ORT_FAIL,
         "EnableOrtCustomOps: Custom operators in onnxruntime-extensions are not enabled; load "
         "that library with "
         "RegisterCustomOpsLibrary_V2");
  });
}

}  // namespace backplane::abi
