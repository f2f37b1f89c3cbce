#include "abi/session.h"

#include "abi/guard.h"
#include "provider/prepacked_weights.h"
#include "runtime/env.h"
#include "runtime/run_options.h"
#include "runtime/session.h"
#include "runtime/session_options.h"

namespace backplane::abi {
namespace {

const OrtSessionOptions& OptionsOrDefault(const OrtSessionOptions* options) {
  static const OrtSessionOptions kDefault;
  return options != nullptr ? *options : kDefault;
}

// The options with the container; sessions keep what is in it alive.
OrtSessionOptions WithContainer(const OrtSessionOptions* options,
                                OrtPrepackedWeightsContainer* container) {
  NotNull(container, "prepacked_weights_container");
  OrtSessionOptions sharing = OptionsOrDefault(options);
  sharing.prepacked_weights = container->weights;
  return sharing;
}

}  // namespace

OrtStatus* CreateSession(const OrtEnv* env, const ORTCHAR_T* model_path,
                         const OrtSessionOptions* options, OrtSession** out) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(model_path, "model_path");
    NotNull(out, "out");
    *out = nullptr;
    *out = OrtSession::FromPath(*env, model_path, OptionsOrDefault(options)).release();
  });
}

OrtStatus* CreateSessionFromArray(const OrtEnv* env, const void* model_data,
                                  size_t model_data_length, const OrtSessionOptions* options,
                                  OrtSession** out) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    Require(model_data != nullptr, ORT_INVALID_ARGUMENT, "Model data pointer is null.");
    NotNull(out, "out");
    *out = nullptr;
    const std::span bytes(static_cast<const std::byte*>(model_data), model_data_length);
    *out = OrtSession::FromBytes(*env, bytes, OptionsOrDefault(options)).release();
  });
}

OrtStatus* CreatePrepackedWeightsContainer(OrtPrepackedWeightsContainer** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    *out = new OrtPrepackedWeightsContainer();
  });
}

void ReleasePrepackedWeightsContainer(OrtPrepackedWeightsContainer* input) noexcept {
  delete input;
}

OrtStatus* CreateSessionWithPrepackedWeightsContainer(
    const OrtEnv* env, const ORTCHAR_T* model_path, const OrtSessionOptions* options,
    OrtPrepackedWeightsContainer* prepacked_weights_container, OrtSession** out) noexcept {
  return Guard([&] {
    const OrtSessionOptions sharing = WithContainer(options, prepacked_weights_container);
    ThrowIfFailed(CreateSession(env, model_path, &sharing, out));
  });
}

OrtStatus* CreateSessionFromArrayWithPrepackedWeightsContainer(
    const OrtEnv* env, const void* model_data, size_t model_data_length,
    const OrtSessionOptions* options, OrtPrepackedWeightsContainer* prepacked_weights_container,
    OrtSession** out) noexcept {
  return Guard([&] {
    const OrtSessionOptions sharing = WithContainer(options, prepacked_weights_container);
    ThrowIfFailed(CreateSessionFromArray(env, model_data, model_data_length, &sharing, out));
  });
}

void ReleaseSession(OrtSession* input) noexcept { delete input; }

// -- running
// ----------------------------------------------------------------------------------------------------------

OrtStatus* Run(OrtSession* session, const OrtRunOptions* run_options,
               const char* const* input_names, const OrtValue* const* inputs, size_t input_len,
               const char* const* output_names, size_t output_names_len,
               OrtValue** outputs) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNullArray(input_names, input_len, "input_names");
    NotNullArray(inputs, input_len, "inputs");
    NotNullArray(output_names, output_names_len, "output_names");
    NotNullArray(outputs, output_names_len, "outputs");
    session->Run(run_options, {input_names, input_len}, {inputs, input_len},
                 {output_names, output_names_len}, {outputs, output_names_len});
  });
}

OrtStatus* RunAsync(OrtSession* session, const OrtRunOptions* run_options,
                    const char* const* input_names, const OrtValue* const* input, size_t input_len,
                    const char* const* output_names, size_t output_names_len, OrtValue** output,
                    RunAsyncCallbackFn run_async_callback, void* user_data) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    Require(run_async_callback != nullptr, ORT_INVALID_ARGUMENT,
            "run_async_callback must not be null: nobody would learn of the run's end");
    NotNullArray(output, output_names_len, "output");
    const std::shared_ptr<const OrtEnv> env = OrtEnv::Current();
    Require(env != nullptr, ORT_FAIL, "the environment was released; RunAsync runs on its threads");
    env->RunInBackground([=] {
      OrtStatus* status = Run(session, run_options, input_names, input, input_len, output_names,
                              output_names_len, output);
      const bool ok = status == nullptr;
      run_async_callback(user_data, ok ? output : nullptr, ok ? output_names_len : 0, status);
    });
  });
}

// -- inputs and outputs
// -----------------------------------------------------------------------------------------------

namespace {

using ValueInfos = const std::vector<ValueInfo*>& (OrtSession::*)() const;

OrtStatus* GetCount(const OrtSession* session, ValueInfos values, size_t* out) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(out, "out");
    *out = (session->*values)().size();
  });
}

const ValueInfo& At(const OrtSession* session, ValueInfos values, size_t index) {
  NotNull(session, "session");
  const auto& infos = (session->*values)();
  Require(index < infos.size(), ORT_FAIL, "index out of range: {} of {}", index, infos.size());
  return *infos[index];
}

OrtStatus* GetName(const OrtSession* session, ValueInfos values, size_t index,
                   OrtAllocator* allocator, char** out) noexcept {
  return Guard([&] {
    const ValueInfo& info = At(session, values, index);
    NotNull(allocator, "allocator");
    NotNull(out, "value");
    *out = CopyText(info.name, allocator);
  });
}

OrtStatus* GetType(const OrtSession* session, ValueInfos values, size_t index,
                   OrtTypeInfo** out) noexcept {
  return Guard([&] {
    const ValueInfo& info = At(session, values, index);
    NotNull(out, "type_info");
    *out = new OrtTypeInfo(info.type);
  });
}

/// Fills `out`, which has room for `count` entries, with what `tell` says of each index.
template <typename T, typename Tell>
OrtStatus* FillAll(const OrtSession* session, ValueInfos values, const T** out, size_t count,
                   Tell&& tell) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNullArray(out, count, "out");
    Require(session->ready(), ORT_INVALID_ARGUMENT, "Session has not been initialized.");
    const size_t needed = (session->*values)().size();
    Require(count >= needed, ORT_INVALID_ARGUMENT,
            "Number of entries {} exceeds the provided size of {}", needed, count);
    for (size_t i = 0; i < needed; ++i) out[i] = tell(i);
  });
}

}  // namespace

OrtStatus* SessionGetInputCount(const OrtSession* session, size_t* out) noexcept {
  return GetCount(session, &OrtSession::inputs, out);
}

OrtStatus* SessionGetOutputCount(const OrtSession* session, size_t* out) noexcept {
  return GetCount(session, &OrtSession::outputs, out);
}

OrtStatus* SessionGetOverridableInitializerCount(const OrtSession* session, size_t* out) noexcept {
  return GetCount(session, &OrtSession::overridable_initializers, out);
}

OrtStatus* SessionGetInputName(const OrtSession* session, size_t index, OrtAllocator* allocator,
                               char** value) noexcept {
  return GetName(session, &OrtSession::inputs, index, allocator, value);
}

OrtStatus* SessionGetOutputName(const OrtSession* session, size_t index, OrtAllocator* allocator,
                                char** value) noexcept {
  return GetName(session, &OrtSession::outputs, index, allocator, value);
}

OrtStatus* SessionGetOverridableInitializerName(const OrtSession* session, size_t index,
                                                OrtAllocator* allocator, char** value) noexcept {
  return GetName(session, &OrtSession::overridable_initializers, index, allocator, value);
}

OrtStatus* SessionGetInputTypeInfo(const OrtSession* session, size_t index,
                                   OrtTypeInfo** type_info) noexcept {
  return GetType(session, &OrtSession::inputs, index, type_info);
}

OrtStatus* SessionGetOutputTypeInfo(const OrtSession* session, size_t index,
                                    OrtTypeInfo** type_info) noexcept {
  return GetType(session, &OrtSession::outputs, index, type_info);
}

OrtStatus* SessionGetOverridableInitializerTypeInfo(const OrtSession* session, size_t index,
                                                    OrtTypeInfo** type_info) noexcept {
  return GetType(session, &OrtSession::overridable_initializers, index, type_info);
}

OrtStatus* SessionGetMemoryInfoForInputs(const OrtSession* session,
                                         const OrtMemoryInfo** inputs_memory_info,
                                         size_t num_inputs) noexcept {
  return FillAll(session, &OrtSession::inputs, inputs_memory_info, num_inputs,
                 [&](size_t i) { return &session->InputMemory(*session->inputs()[i]); });
}

OrtStatus* SessionGetMemoryInfoForOutputs(const OrtSession* session,
                                          const OrtMemoryInfo** outputs_memory_info,
                                          size_t num_outputs) noexcept {
  return FillAll(session, &OrtSession::outputs, outputs_memory_info, num_outputs,
                 [&](size_t i) { return &session->OutputMemory(i); });
}

OrtStatus* SessionGetEpDeviceForInputs(const OrtSession* session,
                                       const OrtEpDevice** inputs_ep_devices,
                                       size_t num_inputs) noexcept {
  return FillAll(session, &OrtSession::inputs, inputs_ep_devices, num_inputs,
                 [&](size_t i) { return session->InputDevice(*session->inputs()[i]); });
}

OrtStatus* SessionGetEpDeviceForOutputs(const OrtSession* session,
                                        const OrtEpDevice** outputs_ep_devices,
                                        size_t num_outputs) noexcept {
  return FillAll(session, &OrtSession::outputs, outputs_ep_devices, num_outputs,
                 [&](size_t i) { return session->OutputDevice(i); });
}

OrtStatus* SessionReleaseCapturedGraph(OrtSession* session, int graph_annotation_id) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    session->ReleaseCapturedGraph(graph_annotation_id);
  });
}

// -- profiling
// --------------------------------------------------------------------------------------------------------

OrtStatus* SessionEndProfiling(OrtSession* session, OrtAllocator* allocator, char** out) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(allocator, "allocator");
    NotNull(out, "out");
    *out = CopyText(session->EndProfiling(), allocator);
  });
}

OrtStatus* SessionGetProfilingStartTimeNs(const OrtSession* session, uint64_t* out) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(out, "out");
    *out = session->profiling_start_ns();
  });
}

}  // namespace backplane::abi
