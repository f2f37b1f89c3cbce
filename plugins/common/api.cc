// See api.h.
#include "common/api.h"

#include <cstdlib>
#include <new>

namespace backplane::plugins {
namespace {

const OrtApi* ort = nullptr;
const OrtEpApi* ep_api = nullptr;
uint32_t version = 0;
constexpr uint32_t kNewest = 24;  // with the members that HostHas is asked for

}  // namespace

void BindApi(const OrtApiBase* base) {
  // A host prints a line when it is asked for a version that it does not have; its version string
  // "1.<API version>.x" says which those are.
  const std::string text = base->GetVersionString();
  const size_t dot = text.find('.');
  const int minor = dot == std::string::npos ? 0 : std::atoi(text.c_str() + dot + 1);
  version = minor >= static_cast<int>(kNewest) ? kNewest : kApiVersion;
  const OrtApi* api = base->GetApi(version);
  if (api == nullptr) {
    throw Failure(ORT_FAIL, "the host " + text + " is too old: API version " +
                                std::to_string(kApiVersion) + " is needed");
  }
  ort = api;
  ep_api = api->GetEpApi();
}

bool HostHas(uint32_t api_version) { return version >= api_version; }

const OrtApi& Ort() { return *ort; }
const OrtEpApi& EpApi() { return *ep_api; }

void Check(OrtStatus* status) {
  if (status == nullptr) return;
  const Failure failure(Ort().GetErrorCode(status), Ort().GetErrorMessage(status));
  Ort().ReleaseStatus(status);
  throw failure;
}

OrtStatus* StatusOfException() noexcept {
  if (ort == nullptr) return nullptr;  // no table to make a status with
  try {
    throw;
  } catch (const Failure& failure) {
    return Ort().CreateStatus(failure.code(), failure.what());
  } catch (const std::bad_alloc&) {
    return Ort().CreateStatus(ORT_FAIL, "out of memory");
  } catch (const std::exception& error) {
    return Ort().CreateStatus(ORT_EP_FAIL, error.what());
  } catch (...) {
    return Ort().CreateStatus(ORT_EP_FAIL, "an exception of unknown type");
  }
}

void Log(const OrtLogger* logger, OrtLoggingLevel level, const std::string& message) noexcept {
  if (logger == nullptr) return;
  OrtStatus* status = Ort().Logger_LogMessage(logger, level, message.c_str(), ORT_FILE, __LINE__,
                                              static_cast<const char*>(__FUNCTION__));
  if (status != nullptr) Ort().ReleaseStatus(status);
}

}  // namespace backplane::plugins
