// What every EP needs around the C API: errors, ownership, options, tensors. No state of its own
// and nothing of the sample's, so that a vendor can copy this file as it is.
//
// The pattern: a callback is a captureless lambda that does its work in `api.Guard(...)`; inside,
// `api.Check(status)` turns a status of the host into an exception, and Guard turns every exception
// into a status. So nothing throws across the C interface, and no status is forgotten.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onnxruntime_c_api.h"

namespace sample {

// The version to ask hosts for and to state in every struct. Not ORT_API_VERSION: the oldest one
// that has all that the sample uses, so that every host since 1.24 loads it. Members that are newer
// are not set, and not read.
inline constexpr uint32_t kApiVersion = 24;

// An error with the code that the host's status shall have.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, OrtErrorCode code = ORT_EP_FAIL)
      : std::runtime_error(message), code_(code) {}
  OrtErrorCode code() const { return code_; }

 private:
  OrtErrorCode code_;
};

// An object of the host that we own: released by the function of the table it came from.
template <typename T>
using Owned = std::unique_ptr<T, std::function<void(T*)>>;

using Shape = std::vector<int64_t>;

inline size_t ElementCount(const Shape& shape) {
  size_t count = 1;
  for (const int64_t dim : shape) count *= static_cast<size_t>(dim);
  return count;
}

// A float tensor of somebody else's.
struct Tensor {
  const float* data = nullptr;
  Shape shape;
};

// The tables of the host. Kept in each object rather than in a global: one process may have two
// hosts, and the library is loaded once for both.
struct Api {
  const OrtApi* ort = nullptr;
  const OrtEpApi* ep = nullptr;

  void Check(OrtStatus* status) const {
    if (status == nullptr) return;
    Error error(ort->GetErrorMessage(status), ort->GetErrorCode(status));
    ort->ReleaseStatus(status);
    throw error;
  }

  template <typename Body>
  OrtStatus* Guard(Body&& body) const noexcept {
    try {
      body();
      return nullptr;
    } catch (const Error& error) {
      return ort->CreateStatus(error.code(), error.what());
    } catch (const std::bad_alloc&) {
      return ort->CreateStatus(ORT_EP_FAIL, "out of memory");
    } catch (const std::exception& error) {
      return ort->CreateStatus(ORT_EP_FAIL, error.what());
    } catch (...) {
      return ort->CreateStatus(ORT_EP_FAIL, "unknown exception");
    }
  }

  Owned<OrtKeyValuePairs> MakePairs(
      const std::vector<std::pair<std::string, std::string>>& entries) const {
    OrtKeyValuePairs* pairs = nullptr;
    ort->CreateKeyValuePairs(&pairs);
    Owned<OrtKeyValuePairs> owned(pairs, ort->ReleaseKeyValuePairs);
    for (const auto& [key, value] : entries) {
      ort->AddKeyValuePair(pairs, key.c_str(), value.c_str());
    }
    return owned;
  }

  // The tensor must be of floats.
  Tensor ReadTensor(const OrtValue* value) const {
    ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    const int64_t* dims = nullptr;
    size_t rank = 0;
    Check(ort->GetTensorElementTypeAndShapeDataReference(value, &type, &dims, &rank));
    if (type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) throw Error("expected a tensor of floats");
    const void* data = nullptr;
    Check(ort->GetTensorData(value, &data));
    return {static_cast<const float*>(data), Shape(dims, dims + rank)};
  }

  // An input of a node that runs; null for one that is absent, or that PrePackWeight took over.
  const OrtValue* Input(const OrtKernelContext* context, size_t index) const {
    const OrtValue* value = nullptr;
    Check(ort->KernelContext_GetInput(context, index, &value));
    return value;
  }

  // Room for an output of that shape. Null if nobody wants that output.
  void* Output(OrtKernelContext* context, size_t index, const Shape& shape) const {
    OrtValue* value = nullptr;
    Check(ort->KernelContext_GetOutput(context, index, shape.data(), shape.size(), &value));
    if (value == nullptr) return nullptr;
    void* data = nullptr;
    Check(ort->GetTensorMutableData(value, &data));
    return data;
  }
};

// The options of one EP: what it knows, with defaults, overlaid with what the program set.
// Programs' options reach an EP as entries `ep.<EP name in lower case>.<key>` of the session
// options.
class Options {
 public:
  using Entries = std::vector<std::pair<std::string, std::string>>;

  // Fails on an option that is not among `known`: a misspelt one would else be ignored in silence.
  Options(const Api& api, const std::string& ep_name, const OrtSessionOptions* session_options,
          Entries known)
      : api_(api), entries_(std::move(known)) {
    std::string prefix = "ep.";
    for (const char c : ep_name) prefix += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    prefix += '.';
    OrtKeyValuePairs* pairs = nullptr;
    api.Check(api.ort->GetSessionOptionsConfigEntries(session_options, &pairs));
    session_ = Owned<OrtKeyValuePairs>(pairs, api.ort->ReleaseKeyValuePairs);
    const char* const* keys = nullptr;
    const char* const* values = nullptr;
    size_t count = 0;
    api.ort->GetKeyValuePairs(pairs, &keys, &values, &count);
    for (size_t i = 0; i < count; ++i) {
      const std::string_view key = keys[i];
      if (key.starts_with(prefix)) Set(ep_name, key.substr(prefix.size()), values[i]);
    }
  }

  // An entry of the session that is not this EP's alone, such as ep.context_enable.
  bool SessionFlag(const char* key) const {
    const char* text = api_.ort->GetKeyValue(session_.get(), key);
    return text != nullptr && std::string_view(text) == "1";
  }

  // A whole number of at least `least`.
  int64_t Number(std::string_view key, int64_t least) const {
    const std::string& text = Find(key);
    size_t used = 0;
    int64_t number = 0;
    try {
      number = std::stoll(text, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used == 0 || used != text.size() || number < least) {
      throw Error("option " + std::string(key) + " must be a whole number of at least " +
                      std::to_string(least) + ", not '" + text + "'",
                  ORT_INVALID_ARGUMENT);
    }
    return number;
  }

  bool Flag(std::string_view key) const {
    const std::string& text = Find(key);
    if (text == "0" || text == "1") return text == "1";
    throw Error("option " + std::string(key) + " must be 0 or 1, not '" + text + "'",
                ORT_INVALID_ARGUMENT);
  }

 private:
  void Set(const std::string& ep_name, std::string_view key, const char* value) {
    std::string known;
    for (auto& [name, current] : entries_) {
      if (name == key) {
        current = value;
        return;
      }
      known += (known.empty() ? "" : ", ") + name;
    }
    throw Error(ep_name + " has no option '" + std::string(key) + "'" +
                    (known.empty() ? "; it has none" : "; it has: " + known),
                ORT_INVALID_ARGUMENT);
  }

  const std::string& Find(std::string_view key) const {
    for (const auto& [name, value] : entries_) {
      if (name == key) return value;
    }
    throw Error("option " + std::string(key) + " was not declared");
  }

  const Api& api_;
  Entries entries_;
  Owned<OrtKeyValuePairs> session_;
};

// What every OrtEp of ours starts with. The virtual destructor lets the factory release an EP
// without knowing its class; it also means that an OrtEp* must be cast with static_cast, never
// reinterpreted.
class Ep : public OrtEp {
 public:
  // `api` and `name` outlive the EP.
  Ep(const Api& api, const std::string& name) : OrtEp{}, api_(api), name_(name) {
    ort_version_supported = kApiVersion;
    GetName = [](const OrtEp* self) noexcept -> const char* {
      return static_cast<const Ep*>(self)->name_.c_str();
    };
  }
  virtual ~Ep() = default;

  Ep(const Ep&) = delete;
  Ep& operator=(const Ep&) = delete;

 protected:
  const Api& api_;
  const std::string& name_;
};

}  // namespace sample
