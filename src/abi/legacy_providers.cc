// None of these execution providers is built in: EPs come as plugin libraries. What follows
// resolves the older ways of asking for an EP by its name to a library that is registered or
// installed.
#include "abi/legacy_providers.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "abi/guard.h"
#include "abi/legacy_structs.h"
#include "provider/registry.h"
#include "runtime/env.h"
#include "runtime/execution_providers.h"
#include "runtime/session_options.h"

namespace backplane::abi {

/// Options of an EP that are made before it is appended: text, and pointers that text cannot say.
struct NamedEpOptions {
  KeyValuePairs pairs;
  std::map<std::string, void*> pointers;
};

}  // namespace backplane::abi

struct OrtCUDAProviderOptionsV2 final : backplane::abi::NamedEpOptions {};
struct OrtTensorRTProviderOptionsV2 final : backplane::abi::NamedEpOptions {};
struct OrtCANNProviderOptions final : backplane::abi::NamedEpOptions {};
struct OrtDnnlProviderOptions final : backplane::abi::NamedEpOptions {};

namespace backplane::abi {
namespace {

constexpr const char* kCpuProvider = "CPUExecutionProvider";

struct LegacyMemory {
  std::string_view name;
  OrtMemoryInfoDeviceType device_type;
  OrtDeviceMemoryType device_memory;
  uint32_t vendor_id;  // of PCI
};

constexpr LegacyMemory kMemories[] = {
    {"Cuda", OrtMemoryInfoDeviceType_GPU, OrtDeviceMemoryType_DEFAULT, 0x10de},
    {"CudaPinned", OrtMemoryInfoDeviceType_GPU, OrtDeviceMemoryType_HOST_ACCESSIBLE, 0x10de},
    {"Hip", OrtMemoryInfoDeviceType_GPU, OrtDeviceMemoryType_DEFAULT, 0x1002},
    {"HipPinned", OrtMemoryInfoDeviceType_GPU, OrtDeviceMemoryType_HOST_ACCESSIBLE, 0x1002},
    {"DML", OrtMemoryInfoDeviceType_GPU, OrtDeviceMemoryType_DEFAULT, 0x1414},
    {"OpenVINO_GPU", OrtMemoryInfoDeviceType_GPU, OrtDeviceMemoryType_DEFAULT, 0x8086},
    {"OpenVINO_RT_NPU", OrtMemoryInfoDeviceType_NPU, OrtDeviceMemoryType_DEFAULT, 0x8086},
    {"QnnHtpShared", OrtMemoryInfoDeviceType_CPU, OrtDeviceMemoryType_HOST_ACCESSIBLE, 0x5143},
    {"WebGPU_Buf", OrtMemoryInfoDeviceType_GPU, OrtDeviceMemoryType_DEFAULT, 0},
    {"WebNN_Tensor", OrtMemoryInfoDeviceType_GPU, OrtDeviceMemoryType_DEFAULT, 0},
};

// EPs that have a name in ONNX Runtime. `by_name`: SessionOptionsAppendExecutionProvider takes it
// there; the others have functions of their own, with `label` in their texts.
struct KnownProvider {
  NamedEp ep;
  bool by_name = true;
  std::string_view label = {};
};

constexpr KnownProvider kProviders[] = {
    {{"DML", "DmlExecutionProvider", "Windows"}},
    {{"QNN", "QNNExecutionProvider", ""}},
    {{"OpenVINO", "OpenVINOExecutionProvider", ""}},
    {{"SNPE", "SNPEExecutionProvider", "Android and Windows"}},
    {{"XNNPACK", "XnnpackExecutionProvider", ""}},
    {{"WEBNN", "WebNNExecutionProvider", "browsers"}},
    {{"WebGPU", "WebGpuExecutionProvider", ""}},
    {{"AZURE", "AzureExecutionProvider", ""}},
    {{"JS", "JsExecutionProvider", "browsers"}},
    {{"VitisAI", "VitisAIExecutionProvider", ""}},
    {{"CoreML", "CoreMLExecutionProvider", "Apple's systems"}},
    {{"NvTensorRtRtx", "NvTensorRTRTXExecutionProvider", ""}},
    {{"MIGraphX", "MIGraphXExecutionProvider", ""}},
    {{"CPU", kCpuProvider, ""}},
    {{"CUDA", "CUDAExecutionProvider", ""}, false, "CUDA"},
    {{"TensorRT", "TensorrtExecutionProvider", ""}, false, "TensorRT"},
    {{"ROCM", "ROCMExecutionProvider", ""}, false, "ROCM"},
    {{"CANN", "CANNExecutionProvider", ""}, false, "CANN"},
    {{"DNNL", "DnnlExecutionProvider", ""}, false, "oneDNN"},
};

const KnownProvider* FindProvider(std::string_view name) {
  const auto* known =
      std::find_if(std::begin(kProviders), std::end(kProviders), [&](const KnownProvider& p) {
        return p.ep.short_name == name || p.ep.full_name == name ||
               (!p.label.empty() && p.label == name);
      });
  return known == std::end(kProviders) ? nullptr : known;
}

// What the functions with an EP in their name do: `provider` is what ONNX Runtime's text calls it.
OrtStatus* AppendNamed(OrtSessionOptions* options, const char* provider,
                       const KeyValuePairs& ep_options = {}) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    const std::string refusal = AppendEpByName(o, FindProvider(provider)->ep, ep_options);
    Require(refusal.empty(), ORT_FAIL, "{} execution provider is not enabled in this build. {}",
            provider, refusal);
  });
}

// What the exported functions take: the first device is the default everywhere, so it is not worth
// saying.
OrtStatus* AppendNamedOn(OrtSessionOptions* options, const char* provider, int device_id) noexcept {
  KeyValuePairs ep_options;
  if (device_id > 0) {
    if (OrtStatus* status = Guard([&] { ep_options.Set("device_id", Format("{}", device_id)); }))
      return status;
  }
  return AppendNamed(options, provider, ep_options);
}

KeyValuePairs PairsOf(const char* const* keys, const char* const* values, size_t count) {
  NotNullArray(keys, count, "provider_options_keys");
  NotNullArray(values, count, "provider_options_values");
  KeyValuePairs pairs;
  for (size_t i = 0; i < count; ++i) {
    Require(keys[i] != nullptr && values[i] != nullptr, ORT_INVALID_ARGUMENT,
            "key or value of option {} is null", i);
    pairs.Set(keys[i], values[i]);
  }
  return pairs;
}

OrtStatus* AppendNamed(OrtSessionOptions* options, const char* provider, const char* const* keys,
                       const char* const* values, size_t count) noexcept {
  KeyValuePairs pairs;
  if (OrtStatus* status = Guard([&] { pairs = PairsOf(keys, values, count); })) return status;
  return AppendNamed(options, provider, pairs);
}

OrtStatus* AppendNamed(OrtSessionOptions* options, const char* provider,
                       const NamedEpOptions* ep_options) noexcept {
  static const NamedEpOptions kNone;
  return AppendNamed(options, provider, (ep_options == nullptr ? kNone : *ep_options).pairs);
}

// From one of the plain structs, which may be null.
template <typename Options>
OrtStatus* AppendStruct(OrtSessionOptions* options, const char* provider,
                        const Options* ep_options) noexcept {
  KeyValuePairs pairs;
  if (OrtStatus* status = Guard([&] {
        if (ep_options != nullptr) pairs = OptionsOf(*ep_options);
      }))
    return status;
  return AppendNamed(options, provider, pairs);
}

// Programs take a failure of this for the EP's absence.
void RequireAvailable(const char* provider) {
  OrtSessionOptions trial;
  const std::string refusal = AppendEpByName(trial, FindProvider(provider)->ep, {});
  Require(refusal.empty(), ORT_FAIL, "{} execution provider is not enabled in this build. {}",
          provider, refusal);
}

template <typename Options>
OrtStatus* CreateNamed(const char* provider, Options** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    *out = nullptr;
    RequireAvailable(provider);
    *out = new Options();
  });
}

OrtStatus* UpdateNamed(NamedEpOptions* options, const char* const* keys, const char* const* values,
                       size_t count) noexcept {
  return Guard([&] {
    NotNull(options, "provider_options");
    const KeyValuePairs pairs = PairsOf(keys, values, count);
    for (const auto& [key, value] : pairs.entries()) options->pairs.Set(key, value);
  });
}

// The EP gets the address as a number, as with options in text.
OrtStatus* UpdateNamedWithValue(NamedEpOptions* options, const char* key, void* value) noexcept {
  return Guard([&] {
    NotNull(options, "provider_options");
    NotNull(key, "key");
    options->pointers[key] = value;
    options->pairs.Set(key, Format("{}", reinterpret_cast<uintptr_t>(value)));
  });
}

OrtStatus* GetNamedByName(const NamedEpOptions* options, const char* key, void** value) noexcept {
  return Guard([&] {
    NotNull(options, "provider_options");
    NotNull(key, "key");
    NotNull(value, "ptr");
    const auto it = options->pointers.find(key);
    *value = it == options->pointers.end() ? nullptr : it->second;
  });
}

// "key=value;key=value".
OrtStatus* GetNamedAsString(const NamedEpOptions* options, OrtAllocator* allocator,
                            char** out) noexcept {
  return Guard([&] {
    NotNull(options, "provider_options");
    NotNull(allocator, "allocator");
    NotNull(out, "ptr");
    std::string text;
    for (const auto& [key, value] : options->pairs.entries())
      text += Format("{}{}={}", text.empty() ? "" : ";", key, value);
    *out = CopyText(text, allocator);
  });
}

std::string ListOfProviders() {
  std::string list;
  for (const KnownProvider& known : kProviders) {
    if (!known.by_name) continue;
    list +=
        Format("{}'{}'/'{}'", list.empty() ? "" : ", ", known.ep.short_name, known.ep.full_name);
  }
  return list;
}

// A name that ONNX Runtime does not know may be one that a registered library gave its EP.
bool IsRegistered(std::string_view name) {
  const std::shared_ptr<OrtEnv> env = OrtEnv::Current();
  return env != nullptr && env->providers().FirstDeviceOf(name).first != nullptr;
}

// Fails where a registered library has the EP, but found no device for it.
void RequireDevice(std::string_view name) {
  const std::shared_ptr<OrtEnv> env = OrtEnv::Current();
  if (env == nullptr) return;
  for (const auto& [ep, reason] : env->providers().Absent()) {
    if (ep == name) Fail(ORT_INVALID_ARGUMENT, "{} cannot be used: {}", ep, reason.text);
  }
}

}  // namespace

bool FindLegacyMemory(std::string_view name, MemoryInfo& info) {
  if (name == "WebGPU_Buffer") name = "WebGPU_Buf";  // its earlier name
  for (const LegacyMemory& memory : kMemories) {
    if (memory.name != name) continue;
    info.name = name;
    info.device_type = memory.device_type;
    info.device_memory = memory.device_memory;
    info.vendor_id = memory.vendor_id;
    return true;
  }
  return false;
}

OrtStatus* SessionOptionsAppendExecutionProvider(OrtSessionOptions* options,
                                                 const char* provider_name,
                                                 const char* const* provider_options_keys,
                                                 const char* const* provider_options_values,
                                                 size_t num_keys) noexcept {
  return GuardOptions(options, [&](OrtSessionOptions& o) {
    NotNull(provider_name, "provider_name");
    const KeyValuePairs ep_options =
        PairsOf(provider_options_keys, provider_options_values, num_keys);
    const std::string_view name = provider_name;
    const KnownProvider* known = FindProvider(name);
    const bool named = known != nullptr && (known->by_name || known->ep.full_name == name);
    if (!named && !IsRegistered(name)) RequireDevice(name);
    Require(named || IsRegistered(name), ORT_INVALID_ARGUMENT,
            "Unknown provider name '{}'. Currently supported values are {}.", name,
            ListOfProviders());
    const std::string refusal =
        AppendEpByName(o, named ? known->ep : NamedEp{name, name, ""}, ep_options);
    Require(refusal.empty(), ORT_INVALID_ARGUMENT,
            "{} execution provider is not supported in this build. {}", name, refusal);
  });
}

OrtStatus* GetAvailableProviders(char*** out_ptr, int* provider_length) noexcept {
  return Guard([&] {
    NotNull(out_ptr, "out_ptr");
    NotNull(provider_length, "provider_length");
    const std::shared_ptr<OrtEnv> env = OrtEnv::Current();
    const std::vector<std::string> all =
        env == nullptr ? std::vector<std::string>{kCpuProvider} : env->providers().EpNames();
    auto names = std::make_unique<char*[]>(all.size());
    size_t made = 0;
    try {
      for (const std::string& name : all) {
        names[made] = new char[name.size() + 1];
        std::copy_n(name.c_str(), name.size() + 1, names[made++]);
      }
    } catch (...) {
      while (made > 0) delete[] names[--made];
      throw;
    }
    *out_ptr = names.release();
    *provider_length = static_cast<int>(all.size());
  });
}

OrtStatus* ReleaseAvailableProviders(char** ptr, int providers_length) noexcept {
  if (ptr == nullptr) return nullptr;
  for (int i = 0; i < providers_length; ++i) delete[] ptr[i];
  delete[] ptr;
  return nullptr;
}

OrtStatus* GetExecutionProviderApi(const char* provider_name, uint32_t,
                                   const void** provider_api) noexcept {
  return Guard([&] {
    NotNull(provider_name, "provider_name");
    NotNull(provider_api, "provider_api");
    *provider_api = nullptr;
    Fail(ORT_INVALID_ARGUMENT, "Specified provider is not supported. ({})", provider_name);
  });
}

OrtStatus* SetCurrentGpuDeviceId(int) noexcept {
  return Guard(
      [] { Fail(ORT_FAIL, "CUDA execution provider is either not enabled or not available."); });
}

OrtStatus* GetCurrentGpuDeviceId(int*) noexcept { return SetCurrentGpuDeviceId(0); }

OrtStatus* SessionOptionsAppendExecutionProvider_CUDA(
    OrtSessionOptions* options, const OrtCUDAProviderOptions* cuda_options) noexcept {
  return AppendStruct(options, "CUDA", cuda_options);
}
OrtStatus* SessionOptionsAppendExecutionProvider_CUDA_V2(
    OrtSessionOptions* options, const OrtCUDAProviderOptionsV2* provider_options) noexcept {
  return AppendNamed(options, "CUDA", provider_options);
}
OrtStatus* CreateCUDAProviderOptions(OrtCUDAProviderOptionsV2** out) noexcept {
  return CreateNamed("CUDA", out);
}
OrtStatus* UpdateCUDAProviderOptions(OrtCUDAProviderOptionsV2* provider_options,
                                     const char* const* keys, const char* const* values,
                                     size_t num_keys) noexcept {
  return UpdateNamed(provider_options, keys, values, num_keys);
}
OrtStatus* UpdateCUDAProviderOptionsWithValue(OrtCUDAProviderOptionsV2* provider_options,
                                              const char* key, void* value) noexcept {
  return UpdateNamedWithValue(provider_options, key, value);
}
OrtStatus* GetCUDAProviderOptionsByName(const OrtCUDAProviderOptionsV2* provider_options,
                                        const char* key, void** ptr) noexcept {
  return GetNamedByName(provider_options, key, ptr);
}
OrtStatus* GetCUDAProviderOptionsAsString(const OrtCUDAProviderOptionsV2* provider_options,
                                          OrtAllocator* allocator, char** ptr) noexcept {
  return GetNamedAsString(provider_options, allocator, ptr);
}
void ReleaseCUDAProviderOptions(OrtCUDAProviderOptionsV2* input) noexcept { delete input; }

OrtStatus* SessionOptionsAppendExecutionProvider_TensorRT(
    OrtSessionOptions* options, const OrtTensorRTProviderOptions* tensorrt_options) noexcept {
  return AppendStruct(options, "TensorRT", tensorrt_options);
}
OrtStatus* SessionOptionsAppendExecutionProvider_TensorRT_V2(
    OrtSessionOptions* options, const OrtTensorRTProviderOptionsV2* provider_options) noexcept {
  return AppendNamed(options, "TensorRT", provider_options);
}
OrtStatus* CreateTensorRTProviderOptions(OrtTensorRTProviderOptionsV2** out) noexcept {
  return CreateNamed("TensorRT", out);
}
OrtStatus* UpdateTensorRTProviderOptions(OrtTensorRTProviderOptionsV2* provider_options,
                                         const char* const* keys, const char* const* values,
                                         size_t num_keys) noexcept {
  return UpdateNamed(provider_options, keys, values, num_keys);
}
OrtStatus* UpdateTensorRTProviderOptionsWithValue(OrtTensorRTProviderOptionsV2* provider_options,
                                                  const char* key, void* value) noexcept {
  return UpdateNamedWithValue(provider_options, key, value);
}
OrtStatus* GetTensorRTProviderOptionsByName(const OrtTensorRTProviderOptionsV2* provider_options,
                                            const char* key, void** ptr) noexcept {
  return GetNamedByName(provider_options, key, ptr);
}
OrtStatus* GetTensorRTProviderOptionsAsString(const OrtTensorRTProviderOptionsV2* provider_options,
                                              OrtAllocator* allocator, char** ptr) noexcept {
  return GetNamedAsString(provider_options, allocator, ptr);
}
void ReleaseTensorRTProviderOptions(OrtTensorRTProviderOptionsV2* input) noexcept { delete input; }

OrtStatus* SessionOptionsAppendExecutionProvider_ROCM(
    OrtSessionOptions* options, const OrtROCMProviderOptions* rocm_options) noexcept {
  return AppendStruct(options, "ROCM", rocm_options);
}
OrtStatus* CreateROCMProviderOptions(OrtROCMProviderOptions** out) noexcept {
  return CreateNamed("ROCM", out);
}
OrtStatus* UpdateROCMProviderOptions(OrtROCMProviderOptions* options, const char* const* keys,
                                     const char* const* values, size_t num_keys) noexcept {
  return Guard([&] {
    NotNull(options, "options");
    RequireAvailable("ROCM");  // the struct is the caller's, who may have one without Create
    OrtROCMProviderOptions updated = *options;
    const KeyValuePairs pairs = PairsOf(keys, values, num_keys);
    for (const auto& [key, value] : pairs.entries()) SetMember(updated, key, value);
    *options = updated;
  });
}
OrtStatus* GetROCMProviderOptionsAsString(const OrtROCMProviderOptions* options,
                                          OrtAllocator* allocator, char** ptr) noexcept {
  return Guard([&] {
    NotNull(options, "options");
    NotNull(allocator, "allocator");
    NotNull(ptr, "ptr");
    RequireAvailable("ROCM");
    *ptr = CopyText(TextOf(*options), allocator);
  });
}
void ReleaseROCMProviderOptions(OrtROCMProviderOptions* input) noexcept { delete input; }

OrtStatus* SessionOptionsAppendExecutionProvider_CANN(
    OrtSessionOptions* options, const OrtCANNProviderOptions* provider_options) noexcept {
  return AppendNamed(options, "CANN", provider_options);
}
OrtStatus* CreateCANNProviderOptions(OrtCANNProviderOptions** out) noexcept {
  return CreateNamed("CANN", out);
}
OrtStatus* UpdateCANNProviderOptions(OrtCANNProviderOptions* provider_options,
                                     const char* const* keys, const char* const* values,
                                     size_t num_keys) noexcept {
  return UpdateNamed(provider_options, keys, values, num_keys);
}
OrtStatus* GetCANNProviderOptionsAsString(const OrtCANNProviderOptions* provider_options,
                                          OrtAllocator* allocator, char** ptr) noexcept {
  return GetNamedAsString(provider_options, allocator, ptr);
}
void ReleaseCANNProviderOptions(OrtCANNProviderOptions* input) noexcept { delete input; }

OrtStatus* SessionOptionsAppendExecutionProvider_Dnnl(
    OrtSessionOptions* options, const OrtDnnlProviderOptions* provider_options) noexcept {
  return AppendNamed(options, "oneDNN", provider_options);
}
OrtStatus* CreateDnnlProviderOptions(OrtDnnlProviderOptions** out) noexcept {
  return CreateNamed("oneDNN", out);
}
OrtStatus* UpdateDnnlProviderOptions(OrtDnnlProviderOptions* provider_options,
                                     const char* const* keys, const char* const* values,
                                     size_t num_keys) noexcept {
  return UpdateNamed(provider_options, keys, values, num_keys);
}
OrtStatus* GetDnnlProviderOptionsAsString(const OrtDnnlProviderOptions* provider_options,
                                          OrtAllocator* allocator, char** ptr) noexcept {
  return GetNamedAsString(provider_options, allocator, ptr);
}
void ReleaseDnnlProviderOptions(OrtDnnlProviderOptions* input) noexcept { delete input; }

OrtStatus* SessionOptionsAppendExecutionProvider_OpenVINO(
    OrtSessionOptions* options, const OrtOpenVINOProviderOptions* openvino_options) noexcept {
  return AppendStruct(options, "OpenVINO", openvino_options);
}
OrtStatus* SessionOptionsAppendExecutionProvider_OpenVINO_V2(
    OrtSessionOptions* options, const char* const* provider_options_keys,
    const char* const* provider_options_values, size_t num_keys) noexcept {
  return AppendNamed(options, "OpenVINO", provider_options_keys, provider_options_values, num_keys);
}

OrtStatus* SessionOptionsAppendExecutionProvider_MIGraphX(
    OrtSessionOptions* options, const OrtMIGraphXProviderOptions* migraphx_options) noexcept {
  return AppendStruct(options, "MIGraphX", migraphx_options);
}

OrtStatus* SessionOptionsAppendExecutionProvider_VitisAI(OrtSessionOptions* options,
                                                         const char* const* provider_options_keys,
                                                         const char* const* provider_options_values,
                                                         size_t num_keys) noexcept {
  return AppendNamed(options, "VitisAI", provider_options_keys, provider_options_values, num_keys);
}

}  // namespace backplane::abi

// -- exported functions
// ---------------------------------------------------------------------------------------------

extern "C" {

OrtStatus* OrtSessionOptionsAppendExecutionProvider_CPU(OrtSessionOptions* options,
                                                        int use_arena) noexcept {
  using backplane::abi::GuardOptions;
  return GuardOptions(options, [&](OrtSessionOptions& o) { o.cpu_mem_arena = use_arena != 0; });
}
OrtStatus* OrtSessionOptionsAppendExecutionProvider_CUDA(OrtSessionOptions* options,
                                                         int device_id) noexcept {
  return backplane::abi::AppendNamedOn(options, "CUDA", device_id);
}
OrtStatus* OrtSessionOptionsAppendExecutionProvider_ROCM(OrtSessionOptions* options,
                                                         int device_id) noexcept {
  return backplane::abi::AppendNamedOn(options, "ROCM", device_id);
}
OrtStatus* OrtSessionOptionsAppendExecutionProvider_MIGraphX(OrtSessionOptions* options,
                                                             int device_id) noexcept {
  return backplane::abi::AppendNamedOn(options, "MIGraphX", device_id);
}
OrtStatus* OrtSessionOptionsAppendExecutionProvider_Dnnl(OrtSessionOptions* options, int) noexcept {
  return backplane::abi::AppendNamed(options, "oneDNN");
}
OrtStatus* OrtSessionOptionsAppendExecutionProvider_Tensorrt(OrtSessionOptions* options,
                                                             int device_id) noexcept {
  return backplane::abi::AppendNamedOn(options, "TensorRT", device_id);
}

// ONNX Runtime exports these on Apple's systems and on Windows.
ORT_EXPORT OrtStatus* OrtSessionOptionsAppendExecutionProvider_CoreML(OrtSessionOptions* options,
                                                                      uint32_t) noexcept {
  return backplane::abi::AppendNamed(options, "CoreML");
}
ORT_EXPORT OrtStatus* OrtSessionOptionsAppendExecutionProvider_DML(OrtSessionOptions* options,
                                                                   int device_id) noexcept {
  return backplane::abi::AppendNamedOn(options, "DML", device_id);
}

}  // extern "C"
