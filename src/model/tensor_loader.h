// Tensors of a model: views of the model's bytes and of external files where alignment allows, else
// copies. Made by the reader for one model; given to graph/onnx_import as its source of tensors.
#pragma once

#include <memory>
#include <string>

#include "graph/onnx_import.h"
#include "model/external_data.h"
#include "model/wire_skeleton.h"

namespace backplane {

class TensorLoader {
 public:
  /// `owner` keeps the model's bytes where they are. Null with `copy` false: the caller does.
  TensorLoader(WireSkeleton skeleton, std::shared_ptr<Buffer> owner, bool copy,
               ExternalFiles external)
      : skeleton_(std::move(skeleton)),
        owner_(std::move(owner)),
        copy_(copy),
        external_(std::move(external)) {}

  const WireSkeleton& skeleton() const { return skeleton_; }
  /// The parsed message is not needed any more.
  void DropMessage() { std::string().swap(skeleton_.message); }

  /// See TensorSource. Fails with ORT_FAIL where data, type and shape do not match.
  ImportedTensor Load(const onnx::TensorProto& proto, const std::string& what);

 private:
  ImportedTensor LoadExternal(const onnx::TensorProto& proto, const std::string& what);

  WireSkeleton skeleton_;
  std::shared_ptr<Buffer> owner_;
  bool copy_;
  ExternalFiles external_;
};

}  // namespace backplane
