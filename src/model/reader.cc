// Models from files and from memory: finds the tensors' bytes, lets protobuf parse the rest, and
// has the graph imported.
#include <google/protobuf/arena.h>

#include <filesystem>
#include <limits>

#include "base/error.h"
#include "base/file.h"
#include "graph/onnx_functions.h"
#include "graph/onnx_import.h"
#include "model/model.h"
#include "model/tensor_loader.h"
#include "onnx/onnx_pb.h"

namespace backplane {
namespace {

const onnx::ModelProto& Parse(const WireSkeleton& skeleton, google::protobuf::Arena& arena) {
  auto& proto = *google::protobuf::Arena::CreateMessage<onnx::ModelProto>(&arena);
  const std::string& message = skeleton.message;
  Require(message.size() <= std::numeric_limits<int>::max() &&
              proto.ParsePartialFromArray(message.data(), static_cast<int>(message.size())),
          ORT_INVALID_PROTOBUF, "Failed to load model because protobuf parsing failed.");
  Require(proto.has_graph(), ORT_INVALID_ARGUMENT, "No graph was found in the protobuf.");
  return proto;
}

void ReadInfo(const onnx::ModelProto& proto, ModelInfo& info) {
  Require(proto.has_ir_version(), ORT_FAIL, "Missing model IR version.");
  Require(proto.ir_version() <= onnx::Version::IR_VERSION, ORT_FAIL,
          "Unsupported model IR version: {}, max supported IR version: {}", proto.ir_version(),
          static_cast<int>(onnx::Version::IR_VERSION));
  Require(proto.opset_import_size() > 0, ORT_FAIL,
          "Missing opset in the model. All ModelProtos MUST have at least one entry that specifies "
          "which version of the "
          "ONNX OperatorSet is being imported.");
  info.ir_version = proto.ir_version();
  info.producer_name = proto.producer_name();
  info.producer_version = proto.producer_version();
  info.domain = proto.domain();
  info.model_version = proto.has_model_version() ? proto.model_version() : kNoModelVersion;
  info.doc_string = proto.doc_string();
  for (const auto& entry : proto.metadata_props()) info.metadata[entry.key()] = entry.value();
  for (const auto& opset : proto.opset_import()) {
    Require(opset.version() >= 0 && opset.version() <= std::numeric_limits<int>::max(), ORT_FAIL,
            "the model imports version {} of operator set '{}', which is out of range",
            opset.version(), opset.domain());
    info.opsets[std::string(CanonicalDomain(opset.domain()))] = static_cast<int>(opset.version());
  }
}

std::unique_ptr<Graph> Read(std::span<const std::byte> bytes, std::shared_ptr<Buffer> owner,
                            bool copy, std::shared_ptr<ModelInfo> info,
                            const LoadOptions& options) {
  ExternalFiles external(info->path, options, *info);
  auto loader = std::make_shared<TensorLoader>(MakeSkeleton(bytes), std::move(owner), copy,
                                               std::move(external));
  google::protobuf::Arena arena;
  const onnx::ModelProto& proto = Parse(loader->skeleton(), arena);
  loader->DropMessage();
  ReadInfo(proto, *info);

  ImportOptions import;
  import.tensors = [loader](const onnx::TensorProto& tensor, const std::string& what) {
    return loader->Load(tensor, what);
};
import.replacements = &options.initializers;
import.logger = options.logger;
if (proto.functions_size() > 0) {
  info->functions = MakeFunctionLibrary(proto.functions(), import.tensors);
}
auto graph = std::make_unique<Graph>(std::move(info));
ImportGraph(proto.graph(), *graph, import);
return graph;
}  // namespace

}  // namespace backplane

std::unique_ptr<Graph> LoadModelFile(const std::string& path, const LoadOptions& options) {
  std::error_code ignored;
  Require(!std::filesystem::is_directory(path, ignored), ORT_INVALID_ARGUMENT,
          "Load model from {} failed:The model path is a directory.", path);
  auto file = MappedFile::Open(path);
  auto info = std::make_shared<ModelInfo>();
  info->path = path;
  info->keep_alive.push_back(file);
  const auto bytes = file->bytes();
  try {
    return Read(bytes, HoldFile(std::move(file)), /*copy=*/false, std::move(info), options);
  } catch (const Error& error) {
    Fail(error.code(), "Load model from {} failed:{}", path, error.message());
  }
}

std::unique_ptr<Graph> LoadModelBytes(std::span<const std::byte> bytes,
                                      const LoadOptions& options) {
  return Read(bytes, nullptr, /*copy=*/!options.bytes_stay_valid, std::make_shared<ModelInfo>(),
              options);
}

}  // namespace backplane
