#include "abi/compile_api.h"

#include "abi/external_info.h"
#include "abi/guard.h"
#include "graph/draft.h"
#include "runtime/compile_model.h"

namespace backplane::abi {
namespace {

/// Guard around `body(*options)`.
template <typename Body>
OrtStatus* GuardCompile(OrtModelCompilationOptions* options, Body&& body) noexcept {
  return GuardHandle(options, "model_compile_options", body);
}

// Asks the client's function; what it returns is taken over.
std::optional<ExternalData> AskLocation(OrtGetInitializerLocationFunc ask, void* state,
                                        ValueInfo& value) {
  std::unique_ptr<OrtExternalInitializerInfo> known;
  if (value.external != nullptr) known.reset(new OrtExternalInitializerInfo{*value.external});
  OrtExternalInitializerInfo* answer = nullptr;
  ThrowIfFailed(ask(state, value.name.c_str(), value.InitializerValue(), known.get(), &answer));
  const std::unique_ptr<OrtExternalInitializerInfo> owned(answer);
  return owned == nullptr ? std::nullopt : std::optional<ExternalData>(owned->data);
}

}  // namespace

OrtStatus* CreateModelCompilationOptionsFromSessionOptions(
    const OrtEnv* env, const OrtSessionOptions* session_options,
    OrtModelCompilationOptions** out) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    Require(session_options != nullptr, ORT_INVALID_ARGUMENT,
            "The session_options argument must be a non-null pointer");
    NotNull(out, "out");
    *out = new OrtModelCompilationOptions(*session_options);
  });
}

void ReleaseModelCompilationOptions(OrtModelCompilationOptions* input) noexcept { delete input; }

// -- input
// -----------------------------------------------------------------------------------------------------------

OrtStatus* ModelCompilationOptions_SetInputModelPath(
    OrtModelCompilationOptions* model_compile_options, const ORTCHAR_T* input_model_path) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) {
    NotNull(input_model_path, "input_model_path");
    options.SetInputPath(input_model_path);
  });
}

OrtStatus* ModelCompilationOptions_SetInputModelFromBuffer(
    OrtModelCompilationOptions* model_compile_options, const void* input_model_data,
    size_t input_model_data_size) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) {
    Require(input_model_data != nullptr, ORT_INVALID_ARGUMENT,
            "Invalid input model: data pointer is null");
    Require(input_model_data_size != 0, ORT_INVALID_ARGUMENT,
            "Invalid input model: data size is 0");
    options.SetInputBytes({static_cast<const std::byte*>(input_model_data), input_model_data_size});
  });
}

OrtStatus* ModelCompilationOptions_SetInputModel(OrtModelCompilationOptions* model_compile_options,
                                                 const OrtModel* model) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) {
    Require(model != nullptr, ORT_INVALID_ARGUMENT,
            "Invalid input model: OrtModel pointer is null");
    options.SetInputModel(*model);
  });
}

// -- output
// ----------------------------------------------------------------------------------------------------------

OrtStatus* ModelCompilationOptions_SetOutputModelPath(
    OrtModelCompilationOptions* model_compile_options,
    const ORTCHAR_T* output_model_path) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) {
    NotNull(output_model_path, "output_model_path");
    options.SetOutputPath(output_model_path);
  });
}

OrtStatus* ModelCompilationOptions_SetOutputModelBuffer(
    OrtModelCompilationOptions* model_compile_options, OrtAllocator* allocator,
    void** output_model_buffer_ptr, size_t* output_model_buffer_size_ptr) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) {
    Require(output_model_buffer_ptr != nullptr, ORT_INVALID_ARGUMENT,
            "Invalid output model buffer: data pointer is null");
    Require(output_model_buffer_size_ptr != nullptr, ORT_INVALID_ARGUMENT,
            "Invalid output model buffer: size pointer is null");
    Require(allocator != nullptr, ORT_INVALID_ARGUMENT,
            "Invalid allocator for output model buffer: allocator pointer is null");
    options.SetOutputBuffer(allocator, output_model_buffer_ptr, output_model_buffer_size_ptr);
  });
}

OrtStatus* ModelCompilationOptions_SetOutputModelWriteFunc(
    OrtModelCompilationOptions* model_compile_options, OrtWriteBufferFunc write_func,
    void* state) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) {
    Require(write_func != nullptr, ORT_INVALID_ARGUMENT,
            "OrtWriteBufferFunc function for output model is null");
    options.SetOutputFunction(write_func, state);
  });
}

OrtStatus* ModelCompilationOptions_SetOutputModelExternalInitializersFile(
    OrtModelCompilationOptions* model_compile_options,
    const ORTCHAR_T* external_initializers_file_path,
    size_t external_initializers_size_threshold) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) {
    NotNull(external_initializers_file_path, "external_initializers_file_path");
    Require(external_initializers_file_path[0] != '\0', ORT_INVALID_ARGUMENT,
            "Invalid external initializer file: path is empty");
    options.context().external_file = external_initializers_file_path;
    options.context().external_threshold = external_initializers_size_threshold;
    options.context().locate = nullptr;
  });
}

OrtStatus* ModelCompilationOptions_SetOutputModelGetInitializerLocationFunc(
    OrtModelCompilationOptions* model_compile_options,
    OrtGetInitializerLocationFunc get_initializer_location_func, void* state) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) {
    Require(get_initializer_location_func != nullptr, ORT_INVALID_ARGUMENT,
            "OrtGetInitializerLocationFunc function for output model is null");
    options.context().external_file.clear();
    options.context().locate = [ask = get_initializer_location_func, state](ValueInfo& value) {
      return AskLocation(ask, state, value);
    };
  });
}

// -- how
// -------------------------------------------------------------------------------------------------------------

OrtStatus* ModelCompilationOptions_SetFlags(OrtModelCompilationOptions* model_compile_options,
                                            uint32_t flags) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) { options.SetFlags(flags); });
}

OrtStatus* ModelCompilationOptions_SetEpContextEmbedMode(
    OrtModelCompilationOptions* model_compile_options, bool embed_ep_context_in_model) noexcept {
  return GuardCompile(model_compile_options,
                      [&](auto& options) { options.SetEmbedMode(embed_ep_context_in_model); });
}

OrtStatus* ModelCompilationOptions_SetEpContextBinaryInformation(
    OrtModelCompilationOptions* model_compile_options, const ORTCHAR_T* output_directory,
    const ORTCHAR_T* model_name) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) {
    NotNull(output_directory, "output_directory");
    NotNull(model_name, "model_name");
    options.SetDataLocation(output_directory, model_name);
  });
}

OrtStatus* ModelCompilationOptions_SetEpContextDataWriteFunc(OrtModelCompilationOptions* options,
                                                             OrtWriteNamedBufferFunc write_func,
                                                             void* state) noexcept {
  return GuardCompile(options, [&](auto& o) {
    o.session().ep_context_write = write_func;
    o.session().ep_context_write_state = state;
  });
}

OrtStatus* ModelCompilationOptions_SetGraphOptimizationLevel(
    OrtModelCompilationOptions* model_compile_options,
    GraphOptimizationLevel graph_optimization_level) noexcept {
  return GuardCompile(model_compile_options, [&](auto& options) {
    options.session().SetOptimizationLevel(graph_optimization_level);
  });
}

OrtStatus* ModelCompilationOptions_SetWeightlessEnabled(
    OrtModelCompilationOptions* model_compile_options, bool use_weightless) noexcept {
  return GuardCompile(model_compile_options,
                      [&](auto& options) { options.SetWeightless(use_weightless); });
}

OrtStatus* CompileModel(const OrtEnv* env,
                        const OrtModelCompilationOptions* model_options) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(model_options, "model_options");
    model_options->Compile(*env);
  });
}

}  // namespace backplane::abi
