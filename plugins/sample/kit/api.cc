// See api.h.
#include "kit/api.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace ep_kit {

Api Api::Open(const OrtApiBase* base, uint32_t oldest, const char* who) noexcept {
  // A host prints a line when it is asked for a version that it does not have; its version string
  // "1.<API version>.x" says which those are.
  Api api;
  const std::string text = base->GetVersionString();
  const size_t dot = text.find('.');
  const int minor = dot == std::string::npos ? 0 : std::atoi(text.c_str() + dot + 1);
  api.version = std::max(oldest, std::min(kNewestVersion, static_cast<uint32_t>(minor)));
  api.ort = base->GetApi(api.version);
  if (api.ort != nullptr) {
    api.ep = api.ort->GetEpApi();
    if (api.version >= 28) {
      api.set_reason = reinterpret_cast<SetReasonFunction>(
          api.ort->GetExperimentalFunction("Backplane_EpGraphSupportInfo_SetReason"));
    }
  } else {
    std::fprintf(stderr, "%s: needs version 1.%u of the runtime, this is %s\n", who, oldest,
                 text.c_str());
  }
  return api;
}

void Api::Check(OrtStatus* status) const {
  if (status == nullptr) return;
  const Failure failure(ort->GetErrorCode(status), ort->GetErrorMessage(status));
  ort->ReleaseStatus(status);
  throw failure;
}

OrtStatus* Api::StatusOfException() const noexcept {
  try {
    throw;
  } catch (const Failure& failure) {
    return ort->CreateStatus(failure.code(), failure.what());
  } catch (const std::bad_alloc&) {
    return ort->CreateStatus(ORT_EP_FAIL, "out of memory");
  } catch (const std::exception& error) {
    return ort->CreateStatus(ORT_EP_FAIL, error.what());
  } catch (...) {
    return ort->CreateStatus(ORT_EP_FAIL, "an exception of unknown type");
  }
}

void Api::Log(const OrtLogger* logger, OrtLoggingLevel level,
              const std::string& message) const noexcept {
  if (logger == nullptr) return;
  OrtStatus* status = ort->Logger_LogMessage(logger, level, message.c_str(), ORT_FILE, __LINE__,
                                             static_cast<const char*>(__FUNCTION__));
  if (status != nullptr) ort->ReleaseStatus(status);
}

void Api::SetReason(OrtEpGraphSupportInfo* support, const OrtNode* node,
                    const std::string& why) const {
  if (set_reason != nullptr) Check(set_reason(support, node, why.c_str()));
}

Owned<OrtKeyValuePairs> Api::MakePairs(const Entries& entries) const {
  OrtKeyValuePairs* pairs = nullptr;
  ort->CreateKeyValuePairs(&pairs);
  Owned<OrtKeyValuePairs> owned(pairs, ort->ReleaseKeyValuePairs);
  for (const auto& [key, value] : entries) ort->AddKeyValuePair(pairs, key.c_str(), value.c_str());
  return owned;
}

void* Api::Output(OrtKernelContext* context, size_t index, const Dims& shape) const {
  OrtValue* value = nullptr;
  Check(ort->KernelContext_GetOutput(context, index, shape.data(), shape.size(), &value));
  if (value == nullptr) return nullptr;
  void* data = nullptr;
  Check(ort->GetTensorMutableData(value, &data));
  return data;
}

Dims Api::ShapeOf(const OrtValue* tensor) const {
  OrtTensorTypeAndShapeInfo* info = nullptr;
  Check(ort->GetTensorTypeAndShape(tensor, &info));
  const Owned<OrtTensorTypeAndShapeInfo> owned(info, ort->ReleaseTensorTypeAndShapeInfo);
  size_t rank = 0;
  Check(ort->GetDimensionsCount(info, &rank));
  Dims dims(rank);
  if (rank > 0) Check(ort->GetDimensions(info, dims.data(), rank));
  return dims;
}

bool Api::HasShape(const OrtValue* tensor, const Dims& shape) const {
  if (version < 24) return ShapeOf(tensor) == shape;
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  const int64_t* dims = nullptr;
  size_t rank = 0;
  Check(ort->GetTensorElementTypeAndShapeDataReference(tensor, &type, &dims, &rank));
  return rank == shape.size() && std::equal(dims, dims + rank, shape.begin());
}

}  // namespace ep_kit
