// None of these execution providers is built in: EPs come as plugin libraries. What follows answers
// clients that ask for them by name in ONNX Runtime's older ways.
#include "abi/legacy_providers.h"

#include <algorithm>
#include <memory>
#include <string>

#include "abi/guard.h"
#include "runtime/session_options.h"

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

// Names that SessionOptionsAppendExecutionProvider takes in ONNX Runtime: the short and the full
// one.
struct KnownProvider {
  std::string_view name;
  std::string_view full_name;
};

constexpr KnownProvider kProviders[] = {
    {"DML", "DmlExecutionProvider"},
    {"QNN", "QNNExecutionProvider"},
    {"OpenVINO", "OpenVINOExecutionProvider"},
    {"SNPE", "SNPEExecutionProvider"},
    {"XNNPACK", "XnnpackExecutionProvider"},
    {"WEBNN", "WebNNExecutionProvider"},
    {"WebGPU", "WebGpuExecutionProvider"},
    {"AZURE", "AzureExecutionProvider"},
    {"JS", "JsExecutionProvider"},
    {"VitisAI", "VitisAIExecutionProvider"},
    {"CoreML", "CoreMLExecutionProvider"},
    {"NvTensorRtRtx", "NvTensorRTRTXExecutionProvider"},
    {"MIGraphX", "MIGraphXExecutionProvider"},
    {"CPU", kCpuProvider},
};

OrtStatus* Absent(const char* provider) noexcept {
  return Guard(
      [&] { Fail(ORT_FAIL, "{} execution provider is not enabled in this build.", provider); });
}

std::string ListOfProviders() {
  std::string list;
  for (const KnownProvider& known : kProviders) {
    list += Format("{}'{}'/'{}'", list.empty() ? "" : ", ", known.name, known.full_name);
  }
  return list;
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
  return GuardOptions(options, [&](OrtSessionOptions&) {
    NotNull(provider_name, "provider_name");
    NotNullArray(provider_options_keys, num_keys, "provider_options_keys");
    NotNullArray(provider_options_values, num_keys, "provider_options_values");
    const std::string_view name = provider_name;
    const auto* known =
        std::find_if(std::begin(kProviders), std::end(kProviders),
                     [&](const KnownProvider& p) { return p.name == name || p.full_name == name; });
    Require(known != std::end(kProviders), ORT_INVALID_ARGUMENT,
            "Unknown provider name '{}'. Currently supported values are {}.", name,
            ListOfProviders());
    // The CPU's provider always runs what nobody else takes, so there is nothing to add.
    Require(known->full_name == kCpuProvider, ORT_INVALID_ARGUMENT,
            "{} execution provider is not supported in this build. Register its plugin library and "
            "append its devices "
            "instead.",
            name);
  });
}

OrtStatus* GetAvailableProviders(char*** out_ptr, int* provider_length) noexcept {
  return Guard([&] {
    NotNull(out_ptr, "out_ptr");
    NotNull(provider_length, "provider_length");
    auto names = std::make_unique<char*[]>(1);
    const size_t bytes = std::char_traits<char>::length(kCpuProvider) + 1;
    names[0] = new char[bytes];
    std::copy_n(kCpuProvider, bytes, names[0]);
    *out_ptr = names.release();
    *provider_length = 1;
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

OrtStatus* SessionOptionsAppendExecutionProvider_CUDA(OrtSessionOptions*,
                                                      const OrtCUDAProviderOptions*) noexcept {
  return Absent("CUDA");
}
OrtStatus* SessionOptionsAppendExecutionProvider_CUDA_V2(OrtSessionOptions*,
                                                         const OrtCUDAProviderOptionsV2*) noexcept {
  return Absent("CUDA");
}
OrtStatus* CreateCUDAProviderOptions(OrtCUDAProviderOptionsV2**) noexcept { return Absent("CUDA"); }
OrtStatus* UpdateCUDAProviderOptions(OrtCUDAProviderOptionsV2*, const char* const*,
                                     const char* const*, size_t) noexcept {
  return Absent("CUDA");
}
OrtStatus* UpdateCUDAProviderOptionsWithValue(OrtCUDAProviderOptionsV2*, const char*,
                                              void*) noexcept {
  return Absent("CUDA");
}
OrtStatus* GetCUDAProviderOptionsByName(const OrtCUDAProviderOptionsV2*, const char*,
                                        void**) noexcept {
  return Absent("CUDA");
}
OrtStatus* GetCUDAProviderOptionsAsString(const OrtCUDAProviderOptionsV2*, OrtAllocator*,
                                          char**) noexcept {
  return Absent("CUDA");
}
void ReleaseCUDAProviderOptions(OrtCUDAProviderOptionsV2*) noexcept {}

OrtStatus* SessionOptionsAppendExecutionProvider_TensorRT(
    OrtSessionOptions*, const OrtTensorRTProviderOptions*) noexcept {
  return Absent("TensorRT");
}
OrtStatus* SessionOptionsAppendExecutionProvider_TensorRT_V2(
    OrtSessionOptions*, const OrtTensorRTProviderOptionsV2*) noexcept {
  return Absent("TensorRT");
}
OrtStatus* CreateTensorRTProviderOptions(OrtTensorRTProviderOptionsV2**) noexcept {
  return Absent("TensorRT");
}
OrtStatus* UpdateTensorRTProviderOptions(OrtTensorRTProviderOptionsV2*, const char* const*,
                                         const char* const*, size_t) noexcept {
  return Absent("TensorRT");
}
OrtStatus* UpdateTensorRTProviderOptionsWithValue(OrtTensorRTProviderOptionsV2*, const char*,
                                                  void*) noexcept {
  return Absent("TensorRT");
}
OrtStatus* GetTensorRTProviderOptionsByName(const OrtTensorRTProviderOptionsV2*, const char*,
                                            void**) noexcept {
  return Absent("TensorRT");
}
OrtStatus* GetTensorRTProviderOptionsAsString(const OrtTensorRTProviderOptionsV2*, OrtAllocator*,
                                              char**) noexcept {
  return Absent("TensorRT");
}
void ReleaseTensorRTProviderOptions(OrtTensorRTProviderOptionsV2*) noexcept {}

OrtStatus* SessionOptionsAppendExecutionProvider_ROCM(OrtSessionOptions*,
                                                      const OrtROCMProviderOptions*) noexcept {
  return Absent("ROCM");
}
OrtStatus* CreateROCMProviderOptions(OrtROCMProviderOptions**) noexcept { return Absent("ROCM"); }
OrtStatus* UpdateROCMProviderOptions(OrtROCMProviderOptions*, const char* const*,
                                     const char* const*, size_t) noexcept {
  return Absent("ROCM");
}
OrtStatus* GetROCMProviderOptionsAsString(const OrtROCMProviderOptions*, OrtAllocator*,
                                          char**) noexcept {
  return Absent("ROCM");
}
void ReleaseROCMProviderOptions(OrtROCMProviderOptions*) noexcept {}

OrtStatus* SessionOptionsAppendExecutionProvider_CANN(OrtSessionOptions*,
                                                      const OrtCANNProviderOptions*) noexcept {
  return Absent("CANN");
}
OrtStatus* CreateCANNProviderOptions(OrtCANNProviderOptions**) noexcept { return Absent("CANN"); }
OrtStatus* UpdateCANNProviderOptions(OrtCANNProviderOptions*, const char* const*,
                                     const char* const*, size_t) noexcept {
  return Absent("CANN");
}
OrtStatus* GetCANNProviderOptionsAsString(const OrtCANNProviderOptions*, OrtAllocator*,
                                          char**) noexcept {
  return Absent("CANN");
}
void ReleaseCANNProviderOptions(OrtCANNProviderOptions*) noexcept {}

OrtStatus* SessionOptionsAppendExecutionProvider_Dnnl(OrtSessionOptions*,
                                                      const OrtDnnlProviderOptions*) noexcept {
  return Absent("oneDNN");
}
OrtStatus* CreateDnnlProviderOptions(OrtDnnlProviderOptions**) noexcept { return Absent("oneDNN"); }
OrtStatus* UpdateDnnlProviderOptions(OrtDnnlProviderOptions*, const char* const*,
                                     const char* const*, size_t) noexcept {
  return Absent("oneDNN");
}
OrtStatus* GetDnnlProviderOptionsAsString(const OrtDnnlProviderOptions*, OrtAllocator*,
                                          char**) noexcept {
  return Absent("oneDNN");
}
void ReleaseDnnlProviderOptions(OrtDnnlProviderOptions*) noexcept {}

OrtStatus* SessionOptionsAppendExecutionProvider_OpenVINO(
    OrtSessionOptions*, const OrtOpenVINOProviderOptions*) noexcept {
  return Absent("OpenVINO");
}
OrtStatus* SessionOptionsAppendExecutionProvider_OpenVINO_V2(OrtSessionOptions*, const char* const*,
                                                             const char* const*, size_t) noexcept {
  return Absent("OpenVINO");
}

OrtStatus* SessionOptionsAppendExecutionProvider_MIGraphX(
    OrtSessionOptions*, const OrtMIGraphXProviderOptions*) noexcept {
  return Absent("MIGraphX");
}

OrtStatus* SessionOptionsAppendExecutionProvider_VitisAI(OrtSessionOptions*, const char* const*,
                                                         const char* const*, size_t) noexcept {
  return Absent("VitisAI");
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
OrtStatus* OrtSessionOptionsAppendExecutionProvider_CUDA(OrtSessionOptions*, int) noexcept {
  return backplane::abi::Absent("CUDA");
}
OrtStatus* OrtSessionOptionsAppendExecutionProvider_ROCM(OrtSessionOptions*, int) noexcept {
  return backplane::abi::Absent("ROCM");
}
OrtStatus* OrtSessionOptionsAppendExecutionProvider_MIGraphX(OrtSessionOptions*, int) noexcept {
  return backplane::abi::Absent("MIGraphX");
}
OrtStatus* OrtSessionOptionsAppendExecutionProvider_Dnnl(OrtSessionOptions*, int) noexcept {
  return backplane::abi::Absent("oneDNN");
}
OrtStatus* OrtSessionOptionsAppendExecutionProvider_Tensorrt(OrtSessionOptions*, int) noexcept {
  return backplane::abi::Absent("TensorRT");
}

}  // extern "C"
