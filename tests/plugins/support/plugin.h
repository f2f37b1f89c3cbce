// What test plug-ins share, whatever kind of EP they have: the host's tables, statuses as
// exceptions, what every factory tells. Uses the public headers only.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "onnxruntime_c_api.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace plugin {

// Each library has its own: nothing of it is visible but the entry points.
inline const OrtApi* ort = nullptr;
inline const OrtEpApi* ep_api = nullptr;

/// For CreateEpFactories to call first.
inline void SetTables(const OrtApiBase* base) {
  ort = base->GetApi(ORT_API_VERSION);
  ep_api = ort->GetEpApi();
}

struct Failed {
  OrtStatus* status;
};

inline void Check(OrtStatus* status) {
  if (status != nullptr) throw Failed{status};
}

[[noreturn]] inline void Fail(const std::string& message) {
  throw Failed{ort->CreateStatus(ORT_EP_FAIL, message.c_str())};
}

/// The status that `body` threw, or one of its exception; null for none.
template <typename Body>
OrtStatus* Guard(Body&& body) noexcept {
  try {
    body();
    return nullptr;
  } catch (const Failed& failed) {
    return failed.status;
  } catch (const std::exception& error) {
    return ort->CreateStatus(ORT_EP_FAIL, error.what());
  }
}

/// A factory without devices yet.
struct Factory : OrtEpFactory {
  Factory(std::string the_name, uint32_t the_vendor_id)
      : OrtEpFactory{}, name(std::move(the_name)), vendor_id(the_vendor_id) {
    ort_version_supported = ORT_API_VERSION;
    GetName = [](const OrtEpFactory* self) noexcept {
      return static_cast<const Factory*>(self)->name.c_str();
    };
    GetVendor = [](const OrtEpFactory*) noexcept { return "Backplane tests"; };
    GetVendorId = [](const OrtEpFactory* self) noexcept {
      return static_cast<const Factory*>(self)->vendor_id;
    };
    GetVersion = [](const OrtEpFactory*) noexcept { return "1.0.0"; };
    // ONNX Runtime calls these without asking whether they are there.
    CreateDataTransfer = [](OrtEpFactory*, OrtDataTransferImpl** transfer) noexcept {
      *transfer = nullptr;
      return static_cast<OrtStatus*>(nullptr);
    };
    IsStreamAware = [](const OrtEpFactory*) noexcept { return false; };
  }

  const std::string name;
  const uint32_t vendor_id;
};

}  // namespace plugin
