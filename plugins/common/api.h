// The host's API tables, and errors across its border: what every EP library of ours stands on.
// A library calls BindApi once, in CreateEpFactories; after that Ort() and EpApi() answer. Inside
// the library failures are exceptions; each callback's body goes through Guarded, which turns them
// into statuses. Must use the public headers only, so that any host of the C ABI can load it.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "onnxruntime_c_api.h"
#include "onnxruntime_ep_c_api.h"

namespace backplane::plugins {

/** The oldest API with all that our EPs call; they state it as their own version. */
inline constexpr uint32_t kApiVersion = 23;

/** A failure with the code the host is to see. */
class Failure : public std::runtime_error {
 public:
  Failure(OrtErrorCode code, const std::string& message)
      : std::runtime_error(message), code_(code) {}
  OrtErrorCode code() const { return code_; }

 private:
  OrtErrorCode code_;
};

/** Takes the tables from the host. Throws Failure when the host is older than kApiVersion. */
void BindApi(const OrtApiBase* base);

/** Whether the host's table has what came with that version; newer members need the question. */
bool HostHas(uint32_t api_version);

const OrtApi& Ort();
const OrtEpApi& EpApi();

/** Throws the status, if it is one, as Failure. */
void Check(OrtStatus* status);

/** A status for the exception in flight; call it in a catch block only. */
OrtStatus* StatusOfException() noexcept;

/** Runs a callback's body; what it throws becomes the status that is returned. */
template <typename Body>
OrtStatus* Guarded(Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
    return nullptr;
  } catch (...) {
    return StatusOfException();
  }
}

/** Releases an object of the API with the function of OrtApi that `member` names. */
template <auto member>
struct ApiDeleter {
  template <typename T>
  void operator()(T* object) const {
    (Ort().*member)(object);
  }
};

using TypeAndShape =
    std::unique_ptr<OrtTensorTypeAndShapeInfo, ApiDeleter<&OrtApi::ReleaseTensorTypeAndShapeInfo>>;
using KeyValuePairs = std::unique_ptr<OrtKeyValuePairs, ApiDeleter<&OrtApi::ReleaseKeyValuePairs>>;

/** A line for the host's log; never fails. */
void Log(const OrtLogger* logger, OrtLoggingLevel level, const std::string& message) noexcept;

}  // namespace backplane::plugins
