// The public headers as a C++17 program sees them; most clients are not C++20 yet. That it compiles
// is the test.
#include "onnxruntime_c_api.h"
#include "onnxruntime_env_config_keys.h"
#include "onnxruntime_ep_device_ep_metadata_keys.h"
#include "onnxruntime_run_options_config_keys.h"
#include "onnxruntime_session_options_config_keys.h"

// Vendor options start out with their defaults.
OrtCUDAProviderOptions backplane_cuda_options;
OrtROCMProviderOptions backplane_rocm_options;
OrtOpenVINOProviderOptions backplane_openvino_options{};

// An EP may leave noexcept out where no status is returned, and structs can be bases.
struct BackplaneCxx17Ep : OrtEp {
  BackplaneCxx17Ep() : OrtEp{} {
    ort_version_supported = ORT_API_VERSION;
    GetName = [](const OrtEp*) { return "cxx17"; };
    Sync = [](OrtEp*) noexcept -> OrtStatusPtr { return nullptr; };
  }
};
BackplaneCxx17Ep backplane_cxx17_ep;

// A custom operator may throw where it returns no status.
struct BackplaneCxx17Op : OrtCustomOp {
  BackplaneCxx17Op() : OrtCustomOp{} {
    version = ORT_API_VERSION;
    CreateKernelV2 = [](const OrtCustomOp*, const OrtApi*, const OrtKernelInfo*,
                        void**) -> OrtStatusPtr { return nullptr; };
    KernelCompute = [](void*, OrtKernelContext*) {};
  }
};
BackplaneCxx17Op backplane_cxx17_op;
