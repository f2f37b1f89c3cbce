// Everything in the C API that names particular execution providers: typed option structs,
// appending by name, memory names. The definitions are the one place in the library where such
// names stand.
#pragma once

#include <string_view>

#include "abi/slots.h"
#include "base/memory_info.h"

namespace backplane::abi {

/// Fills name, device type, memory and vendor of the memory that clients of ONNX Runtime call
/// `name`; false if it is unknown.
bool FindLegacyMemory(std::string_view name, MemoryInfo& info);

BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider);
BACKPLANE_SLOT(OrtApi, GetAvailableProviders);
BACKPLANE_SLOT(OrtApi, ReleaseAvailableProviders);
BACKPLANE_SLOT(OrtApi, GetExecutionProviderApi);
BACKPLANE_SLOT(OrtApi, SetCurrentGpuDeviceId);
BACKPLANE_SLOT(OrtApi, GetCurrentGpuDeviceId);

BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_CUDA);
BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_CUDA_V2);
BACKPLANE_SLOT(OrtApi, CreateCUDAProviderOptions);
BACKPLANE_SLOT(OrtApi, UpdateCUDAProviderOptions);
BACKPLANE_SLOT(OrtApi, UpdateCUDAProviderOptionsWithValue);
BACKPLANE_SLOT(OrtApi, GetCUDAProviderOptionsByName);
BACKPLANE_SLOT(OrtApi, GetCUDAProviderOptionsAsString);
BACKPLANE_SLOT(OrtApi, ReleaseCUDAProviderOptions);

BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_TensorRT);
BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_TensorRT_V2);
BACKPLANE_SLOT(OrtApi, CreateTensorRTProviderOptions);
BACKPLANE_SLOT(OrtApi, UpdateTensorRTProviderOptions);
BACKPLANE_SLOT(OrtApi, UpdateTensorRTProviderOptionsWithValue);
BACKPLANE_SLOT(OrtApi, GetTensorRTProviderOptionsByName);
BACKPLANE_SLOT(OrtApi, GetTensorRTProviderOptionsAsString);
BACKPLANE_SLOT(OrtApi, ReleaseTensorRTProviderOptions);

BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_ROCM);
BACKPLANE_SLOT(OrtApi, CreateROCMProviderOptions);
BACKPLANE_SLOT(OrtApi, UpdateROCMProviderOptions);
BACKPLANE_SLOT(OrtApi, GetROCMProviderOptionsAsString);
void ReleaseROCMProviderOptions(OrtROCMProviderOptions* input) noexcept;

BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_CANN);
BACKPLANE_SLOT(OrtApi, CreateCANNProviderOptions);
BACKPLANE_SLOT(OrtApi, UpdateCANNProviderOptions);
BACKPLANE_SLOT(OrtApi, GetCANNProviderOptionsAsString);
void ReleaseCANNProviderOptions(OrtCANNProviderOptions* input) noexcept;

BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_Dnnl);
BACKPLANE_SLOT(OrtApi, CreateDnnlProviderOptions);
BACKPLANE_SLOT(OrtApi, UpdateDnnlProviderOptions);
BACKPLANE_SLOT(OrtApi, GetDnnlProviderOptionsAsString);
void ReleaseDnnlProviderOptions(OrtDnnlProviderOptions* input) noexcept;

BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_OpenVINO);
BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_OpenVINO_V2);
BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_MIGraphX);
BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_VitisAI);

}  // namespace backplane::abi
