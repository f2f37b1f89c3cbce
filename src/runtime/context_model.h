// Compiled models: models whose claimed groups are replaced by the EPContext nodes that EPs made of
// them. Options that say where one goes, and the object that checks and writes it while a session
// is built. Used by the session builder; compile_model.h is the way in for clients.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "partition/partition.h"

struct OrtSessionOptions;

namespace backplane {

/// Where the compiled model goes and what is an error.
struct ContextModelOptions {
  bool from_compile_api = false;  ///< else from session entries (ep.context_enable)
  bool fail_if_nothing_compiled = false;
  bool fail_if_output_exists = false;

  std::string path;  ///< empty: "<model>_ctx.onnx", unless one of the next two is set
  /// Memory of `allocator` that is handed out through the other two.
  OrtAllocator* allocator = nullptr;
  void** buffer = nullptr;
  size_t* buffer_size = nullptr;
  /// Takes the model piece by piece.
  OrtWriteBufferFunc write = nullptr;
  void* write_state = nullptr;

  std::string external_file;  ///< for initializers of at least `external_threshold` bytes
  size_t external_threshold = 0;
  /// Says where an initializer lies that the client stores; nullopt: inside the model. May be null.
  std::function<std::optional<ExternalData>(ValueInfo& value)> locate;

  bool GoesToFile() const { return allocator == nullptr && write == nullptr; }
  /// What the entries ep.context_* of a session ask for; nullopt without ep.context_enable.
  static std::optional<ContextModelOptions> FromConfig(const OrtSessionOptions& options);
};

class ContextModel {
 public:
  /// `options` outlive this; whether a compiled model is wanted at all is up to them.
  ContextModel(const OrtSessionOptions& options, const Logger& logger);

  /// Before anything is compiled: EPs that cannot work without weights (ORT_EP_FAIL), a compiled
  /// model that does not suit its EPs (ORT_FAIL), an output that cannot be written
  /// (ORT_INVALID_ARGUMENT) or must not be replaced (ORT_FAIL).
  void Check(const Graph& graph, std::span<const std::shared_ptr<ExecutionProvider>> eps);
  /// For PartitionOptions::before_compile. Fails with ORT_MODEL_REQUIRES_COMPILATION where
  /// compiling was forbidden, ORT_FAIL where an EP cannot pass data through the client's functions.
  void CheckClaims(ExecutionProvider& ep, std::span<const Claim> claims) const;
  bool wanted() const { return wanted_.has_value(); }
  /// Writes the model: `graph` with the EPContext nodes of `compiled` in place of its fused nodes.
  void Write(Graph& graph, const std::vector<FusedKernel>& compiled,
             std::span<const std::shared_ptr<ExecutionProvider>> eps) const;

 private:
  void CheckWeightless(std::span<const std::shared_ptr<ExecutionProvider>> eps) const;
  void CheckCompatibility(const Graph& graph,
                          std::span<const std::shared_ptr<ExecutionProvider>> eps) const;
  void CheckOutput(const Graph& graph);

  const OrtSessionOptions& options_;
  const Logger& logger_;
  std::optional<ContextModelOptions> wanted_;
};

}  // namespace backplane
