// Files beside the model that hold tensors: opened once each, mapped, and never outside the model's
// folder. Called by the tensor loader only.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/memory.h"
#include "graph/graph.h"
#include "model/model.h"

namespace backplane {

/// Bytes and what keeps them there (null: the caller).
struct OwnedBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<Buffer> owner;
};

class ExternalFiles {
 public:
  /// `model_path` may be empty (a model from memory). What is opened is added to `info.keep_alive`.
  ExternalFiles(const std::string& model_path, const LoadOptions& options, ModelInfo& info);

  /// The part of a file that `data` names; `data.length` bytes. Fails with ORT_FAIL, naming `what`.
  OwnedBytes Read(const ExternalData& data, std::string_view what);

 private:
  const OwnedBytes& Open(const std::string& location, std::string_view what);
  std::string Locate(const std::string& location, std::string_view what) const;

  std::vector<std::string>
      folders_;  // the model's folder as given, and where the model really is; both allowed
  std::map<std::string, OwnedBytes> files_;
  ModelInfo& info_;
};

/// A buffer that stands for a mapped file and keeps it mapped.
std::shared_ptr<Buffer> HoldFile(std::shared_ptr<class MappedFile> file);

}  // namespace backplane
