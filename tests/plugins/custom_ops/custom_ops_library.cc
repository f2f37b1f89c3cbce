// A library of custom operators, as RegisterCustomOpsLibrary loads it: test.library::AddOne, in the
// oldest form of the struct that ONNX Runtime takes.
#include <cstdlib>

#include "onnxruntime_c_api.h"

namespace {

const OrtApi* ort = nullptr;
OrtCustomOpDomain* domain = nullptr;

// Gives the domain back when the library is unloaded.
struct DomainRelease {
  ~DomainRelease() {
    if (domain != nullptr) ort->ReleaseCustomOpDomain(domain);
  }
} domain_release;

void Die(OrtStatus* status) {
  if (status != nullptr) std::abort();
}

// Members after GetOutputCharacteristic came later; `version` says that this struct does not have
// them.
OrtCustomOp MakeAddOne() {
  OrtCustomOp op = {};
  op.version = 8;
  op.CreateKernel = [](const OrtCustomOp*, const OrtApi* api, const OrtKernelInfo*) noexcept {
    return const_cast<void*>(static_cast<const void*>(api));
  };
  op.GetName = [](const OrtCustomOp*) noexcept { return "AddOne"; };
  op.GetExecutionProviderType = [](const OrtCustomOp*) noexcept -> const char* { return nullptr; };
  op.GetInputTypeCount = [](const OrtCustomOp*) noexcept { return size_t{1}; };
  op.GetOutputTypeCount = [](const OrtCustomOp*) noexcept { return size_t{1}; };
  const auto type = [](const OrtCustomOp*, size_t) noexcept {
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  };
  op.GetInputType = type;
  op.GetOutputType = type;
  op.KernelCompute = [](void* state, OrtKernelContext* context) noexcept {
    const auto* api = static_cast<const OrtApi*>(state);
    const OrtValue* in = nullptr;
    Die(api->KernelContext_GetInput(context, 0, &in));
    OrtTensorTypeAndShapeInfo* info = nullptr;
    Die(api->GetTensorTypeAndShape(in, &info));
    int64_t dims[8] = {};
    size_t rank = 0;
    size_t count = 0;
    Die(api->GetDimensionsCount(info, &rank));
    Die(api->GetDimensions(info, dims, rank));
    Die(api->GetTensorShapeElementCount(info, &count));
    api->ReleaseTensorTypeAndShapeInfo(info);
    OrtValue* out = nullptr;
    Die(api->KernelContext_GetOutput(context, 0, dims, rank, &out));
    void* from = nullptr;
    void* to = nullptr;
    Die(api->GetTensorMutableData(const_cast<OrtValue*>(in), &from));
    Die(api->GetTensorMutableData(out, &to));
    for (size_t i = 0; i < count; ++i)
      static_cast<float*>(to)[i] = static_cast<float*>(from)[i] + 1;
  };
  op.KernelDestroy = [](void*) noexcept {};
  const auto required = [](const OrtCustomOp*, size_t) noexcept { return INPUT_OUTPUT_REQUIRED; };
  op.GetInputCharacteristic = required;
  op.GetOutputCharacteristic = required;
  return op;
}

const OrtCustomOp add_one = MakeAddOne();

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT OrtStatus* RegisterCustomOps(OrtSessionOptions* options, const OrtApiBase* base) {
  ort = base->GetApi(7);
  if (ort == nullptr) std::abort();
  if (domain == nullptr) {
    if (OrtStatus* status = ort->CreateCustomOpDomain("test.library", &domain)) return status;
    if (OrtStatus* status = ort->CustomOpDomain_Add(domain, &add_one)) return status;
  }
  return ort->AddCustomOpDomain(options, domain);
}

// For RegisterCustomOpsUsingFunction.
EXPORT OrtStatus* RegisterTestLibraryOps(OrtSessionOptions* options, const OrtApiBase* base) {
  return RegisterCustomOps(options, base);
}
