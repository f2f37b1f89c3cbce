// The way in: OrtGetApiBase, versions, and the functions that hand out the other tables.
#include <cstdio>

#include "abi/tables.h"

namespace backplane::abi {
namespace {

const OrtApi* GetApi(uint32_t version) noexcept {
  if (version >= 1 && version <= ORT_API_VERSION) return &kApi;
  std::fprintf(stderr,
               "The requested API version [%u] is not available, only API versions [1, %d] are "
               "supported in this build "
               "of Backplane %s. It takes the place of ONNX Runtime %s.\n",
               version, ORT_API_VERSION, BACKPLANE_VERSION, BACKPLANE_ORT_VERSION);
  return nullptr;
}

const char* GetVersionString() noexcept { return BACKPLANE_ORT_VERSION; }

constexpr OrtApiBase kApiBase = {.GetApi = GetApi, .GetVersionString = GetVersionString};

}  // namespace

const OrtModelEditorApi* GetModelEditorApi() noexcept { return &kModelEditorApi; }
const OrtCompileApi* GetCompileApi() noexcept { return &kCompileApi; }
const OrtInteropApi* GetInteropApi() noexcept { return &kInteropApi; }
const OrtModelPackageApi* GetModelPackageApi() noexcept { return &kModelPackageApi; }
const OrtEpApi* GetEpApi() noexcept { return &kEpApi; }
const OrtTrainingApi* GetTrainingApi(uint32_t) noexcept { return nullptr; }

const char* GetBuildInfoString() noexcept {
#ifdef NDEBUG
  return "Backplane " BACKPLANE_VERSION ", C API of ONNX Runtime " BACKPLANE_ORT_VERSION
         ", build type=Release";
#else
  return "Backplane " BACKPLANE_VERSION ", C API of ONNX Runtime " BACKPLANE_ORT_VERSION
         ", build type=Debug";
#endif
}

}  // namespace backplane::abi

extern "C" const OrtApiBase* OrtGetApiBase() noexcept { return &backplane::abi::kApiBase; }
