// What every EP needs around the C API: the host's tables, errors, ownership, tensors. The kit has
// no state of its own and knows no particular EP, so a vendor copies it as it is; it sees the
// public headers only, so that any host of the C ABI can load what is built on it.
//
// The pattern: a callback is a captureless lambda that does its work in `api.Guard(...)`; inside,
// `api.Check(status)` turns a status of the host into an exception, and Guard turns every exception
// into a status. So nothing throws across the C interface, and no status is forgotten.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "onnxruntime_c_api.h"

namespace ep_kit {

/** The newest version whose members the kit knows how to use. */
inline constexpr uint32_t kNewestVersion = 31;

/** A failure, with the code that the host's status shall have. */
class Failure : public std::runtime_error {
 public:
  Failure(OrtErrorCode code, const std::string& message)
      : std::runtime_error(message), code_(code) {}
  OrtErrorCode code() const { return code_; }

 private:
  OrtErrorCode code_;
};

/** An object of the host that we own: released by the function of the table it came from. */
template <typename T>
using Owned = std::unique_ptr<T, std::function<void(T*)>>;

using Dims = std::vector<int64_t>;

/** Backplane's function for reasons (include/backplane/ep.h there), found by name. */
using SetReasonFunction = OrtStatus*(ORT_API_CALL*)(OrtEpGraphSupportInfo*, const OrtNode*,
                                                    const char* reason);

/** Keys with values, in order. */
using Entries = std::vector<std::pair<std::string, std::string>>;

/**
 * The tables of a host. Kept in each object rather than in a global: one process may have two
 * hosts, and the library is loaded once for both.
 */
struct Api {
  const OrtApi* ort = nullptr;
  const OrtEpApi* ep = nullptr;
  /**
   * Of the tables: what every struct states as its ort_version_supported, and what must be asked
   * before a member is used that came later than the oldest host.
   */
  uint32_t version = 0;
  /** Null in hosts that do not ask for reasons. */
  SetReasonFunction set_reason = nullptr;

  /**
   * The newest tables that both know. `ort` is null if the host is older than `oldest`, which is
   * said on stderr in the name of `who`, as there is no table to make a status with.
   */
  static Api Open(const OrtApiBase* base, uint32_t oldest, const char* who) noexcept;

  /** Throws the status, if it is one, as Failure. */
  void Check(OrtStatus* status) const;

  /** Runs a callback's body; what it throws becomes the status that is returned. */
  template <typename Body>
  OrtStatus* Guard(Body&& body) const noexcept {
    try {
      std::forward<Body>(body)();
      return nullptr;
    } catch (...) {
      return StatusOfException();
    }
  }

  /** A line for the host's log; never fails. */
  void Log(const OrtLogger* logger, OrtLoggingLevel level,
           const std::string& message) const noexcept;

  /**
   * In GetCapability: why the EP leaves a node, or what to know of one that it takes, for hosts
   * that tell their users.
   */
  void SetReason(OrtEpGraphSupportInfo* support, const OrtNode* node, const std::string& why) const;

  Owned<OrtKeyValuePairs> MakePairs(const Entries& entries) const;

  /** An input of a node that runs; null for one that is absent, or was packed before. */
  const OrtValue* Input(const OrtKernelContext* context, size_t index) const {
    const OrtValue* value = nullptr;
    Check(ort->KernelContext_GetInput(context, index, &value));
    return value;
  }

  /** Room for an output of that shape; null if nobody wants that output. */
  void* Output(OrtKernelContext* context, size_t index, const Dims& shape) const;

  /** A tensor's shape. */
  Dims ShapeOf(const OrtValue* tensor) const;

  /** Whether a tensor has that shape; allocates nothing in hosts since 1.24. */
  bool HasShape(const OrtValue* tensor, const Dims& shape) const;

  /** A tensor's data, in the memory it lies in. */
  const void* DataOf(const OrtValue* tensor) const {
    const void* data = nullptr;
    Check(ort->GetTensorData(tensor, &data));
    return data;
  }

 private:
  OrtStatus* StatusOfException() const noexcept;
};

/**
 * What every OrtEp starts with. The virtual destructor lets the factory release an EP without
 * knowing its class; it also means that an OrtEp* must be cast with static_cast, never
 * reinterpreted.
 */
class EpBase : public OrtEp {
 public:
  /** `api` and `name` outlive the EP. */
  EpBase(const Api& api, const std::string& name) : OrtEp{}, api_(api), name_(name) {
    ort_version_supported = api.version;
    GetName = [](const OrtEp* self) noexcept -> const char* {
      return static_cast<const EpBase*>(self)->name_.c_str();
    };
  }
  virtual ~EpBase() = default;

  EpBase(const EpBase&) = delete;
  EpBase& operator=(const EpBase&) = delete;

 protected:
  const Api& api_;
  const std::string& name_;
};

}  // namespace ep_kit
