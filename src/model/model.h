// ONNX files to graphs and back: the only door between the engine and the ONNX format.
// Called by runtime/ (sessions), abi/ (saving, compile API) and the command. Does not check
// operators and infers nothing: that is graph/check.h and graph/infer.h. The interface shows no
// protobuf.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/log.h"
#include "graph/graph.h"

namespace backplane {

struct LoadOptions {
  /// LoadModelBytes: the bytes outlive the graph, so initializers are views of them; otherwise they
  /// are copied.
  bool bytes_stay_valid = false;
  /// Folder that external data is relative to. Empty: the model file's folder; for bytes, the
  /// working directory.
  std::string external_data_folder;
  /// External files given in memory, by the location the model spells; they must outlive the graph.
  std::map<std::string, std::span<const std::byte>> external_files;
  /// Contents for initializers of the main graph by name, instead of what the model holds (its
  /// dtype and shape must match).
  std::map<std::string, std::shared_ptr<const Tensor>> initializers;
  const Logger* logger = nullptr;  ///< for warnings; may be null
};

/// Reads the model at `path`. Initializers are views of the mapped file, which
/// ModelInfo::keep_alive holds. Constant nodes have become initializers, names are resolved, nodes
/// are in a topological order, types are those declared. Errors: ORT_NO_SUCHFILE,
/// ORT_INVALID_PROTOBUF (not an ONNX model), ORT_INVALID_ARGUMENT (no graph, an undefined name),
/// ORT_FAIL (duplicate names, a cycle, bad tensors or external data), as ONNX Runtime has them.
std::unique_ptr<Graph> LoadModelFile(const std::string& path, const LoadOptions& options = {});

/// The same for a model in memory.
std::unique_ptr<Graph> LoadModelBytes(std::span<const std::byte> bytes,
                                      const LoadOptions& options = {});

/// Reads a file that holds one TensorProto. Errors: ORT_NO_SUCHFILE, ORT_INVALID_PROTOBUF, ORT_FAIL
/// (bad data).
Tensor LoadTensorFile(const std::string& path);

struct SaveOptions {
  /// File for large initializers, relative to the model's folder; empty: everything goes into the
  /// model file.
  std::string external_file;
  size_t external_threshold = 1024;  ///< initializers of at least this many bytes go there
  /// Says where an initializer lies that somebody else stores; nullopt: as above. May be null.
  std::function<std::optional<ExternalData>(ValueInfo& value)> locate;
  /// Gives the node to write in place of one of the graph (EPContext nodes); null: the node itself.
  std::function<const Node&(const Node& node)> substitute;
  bool used_initializers_only = false;  ///< leaves out what no written node and no output needs
  std::map<std::string, std::string> metadata;  ///< added to the model's, or in place of its own
  std::map<std::string, int> opsets;            ///< added where the model imports no version
};

/// Writes `graph` as an ONNX model; nodes of any domain are written as they are. Fails with
/// ORT_FAIL when the file cannot be written and ORT_INVALID_ARGUMENT when a tensor's memory cannot
/// be read by the host. Initializers may be views of the very file that is replaced.
void SaveModelFile(const Graph& graph, const std::string& path, const SaveOptions& options = {});

/// The same as bytes; fails with ORT_INVALID_ARGUMENT where they would not fit protobuf's 2 GB. An
/// external file is relative to the working directory.
std::string SaveModelBytes(const Graph& graph, const SaveOptions& options = {});

}  // namespace backplane
