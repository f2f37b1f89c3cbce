// The runtime library as the command sees it: the one it is linked to, or another libonnxruntime
// opened by path; and owners for what its API creates.
#pragma once

#include <backplane/backplane.h>
#include <onnxruntime_c_api.h>

#include <memory>
#include <string>
#include <vector>

#include "backplane/tensor.h"

namespace backplane::command {

/// An owner for what the API creates.
template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

class Runtime {
 public:
  /// `library` empty: the one this program is linked to.
  explicit Runtime(const std::string& library);

  const OrtApi* operator->() const { return api_; }
  /// The newest API version that both sides know; slots added later may not be touched.
  uint32_t api_version() const { return api_version_; }
  const std::string& version() const { return version_; }
  const std::string& path() const { return path_; }

  /// Turns a failed status into a Failure and releases it.
  void Check(OrtStatus* status) const { CheckWith(*api_, status); }
  static void CheckWith(const OrtApi& api, OrtStatus* status);

  template <typename T, typename Create, typename... Arguments>
  Owned<T> Make(void (*release)(T*), Create create, Arguments... arguments) const {
    T* created = nullptr;
    Check(create(arguments..., &created));
    return {created, release};
  }

  OrtAllocator* allocator() const;
  /// A value of this library with a copy of the tensor's elements.
  Owned<OrtValue> MakeValue(const HostTensor& tensor) const;
  Owned<OrtEnv> MakeEnv(bool verbose) const;

 private:
  const OrtApi* api_ = nullptr;
  uint32_t api_version_ = 0;
  std::string version_;
  std::string path_;
};

/// A copy of a tensor's elements. Fails for values that are no tensors.
HostTensor CopyTensor(const OrtApi& api, const OrtValue& value);

/// Our own library's functions, whatever library sessions run on.
std::string ModelSummary(const std::string& model_path);
std::string CpuFacts();
/// `session` is one of our own library's.
std::string ExplanationOf(const OrtSession* session);
HostTensor ReadTensorProto(const std::string& path);

}  // namespace backplane::command
