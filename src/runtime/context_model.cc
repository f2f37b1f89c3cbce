#include "runtime/context_model.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <unordered_map>

#include "base/status.h"
#include "model/model.h"
#include "runtime/session_options.h"

namespace backplane {
namespace {

namespace fs = std::filesystem;

using Eps = std::span<const std::shared_ptr<ExecutionProvider>>;

// In the model's metadata; the EP's name follows.
constexpr std::string_view kCompatibilityPrefix = "ep_compatibility_info.";
constexpr size_t kPiece = size_t{1} << 20;

bool IsContextNode(const Node* node) { return node->Is("EPContext", "com.microsoft"); }

void HandOut(const std::string& bytes, const ContextModelOptions& to) {
  if (to.write != nullptr) {
    for (size_t at = 0; at < bytes.size(); at += kPiece) {
      const size_t size = std::min(kPiece, bytes.size() - at);
      ThrowIfFailed(to.write(to.write_state, bytes.data() + at, size));
    }
    return;
  }
  void* memory = to.allocator->Alloc(to.allocator, bytes.size());
  Require(memory != nullptr, ORT_FAIL, "no memory for the compiled model of {} bytes",
          bytes.size());
  std::memcpy(memory, bytes.data(), bytes.size());
  *to.buffer = memory;
  *to.buffer_size = bytes.size();
}

}  // namespace

std::optional<ContextModelOptions> ContextModelOptions::FromConfig(
    const OrtSessionOptions& options) {
  if (!options.ConfigSwitch("ep.context_enable")) return std::nullopt;
  ContextModelOptions wanted;
  wanted.fail_if_output_exists = true;
  wanted.path = options.Config("ep.context_file_path");
  wanted.external_file = options.Config("ep.context_model_external_initializers_file_name");
  return wanted;
}

ContextModel::ContextModel(const OrtSessionOptions& options, const Logger& logger)
    : options_(options),
      logger_(logger),
      wanted_(options.context_model != nullptr ? std::optional(*options.context_model)
                                               : ContextModelOptions::FromConfig(options)) {}

void ContextModel::Check(const Graph& graph, Eps eps) {
  CheckWeightless(eps);
  CheckCompatibility(graph, eps);
  if (wanted()) CheckOutput(graph);
}

void ContextModel::CheckWeightless(Eps eps) const {
  if (!options_.ConfigSwitch("ep.enable_weightless")) return;
  for (const auto& ep : eps) {
    CompiledModelSupport* support = ep->compiled_models();
    Require(support == nullptr || support->WeightlessSupport() != OrtWeightlessSupport_NONE,
            ORT_EP_FAIL,
            "Weightless mode requested (ep.enable_weightless=1) but EP '{}' does not support "
            "weightless mode on this device.",
            ep->name());
  }
}

void ContextModel::CheckCompatibility(const Graph& graph, Eps eps) const {
  const auto& metadata = graph.model()->metadata;
  for (const auto& ep : eps) {
    const auto info = metadata.find(std::string(kCompatibilityPrefix) + ep->name());
    if (info == metadata.end() || ep->compiled_models() == nullptr) continue;
    OrtCompiledModelCompatibility verdict = OrtCompiledModelCompatibility_EP_NOT_APPLICABLE;
    try {
      verdict = ep->compiled_models()->Validate(info->second);
    } catch (const Error& error) {
      Fail(ORT_FAIL, "Failed to validate compiled model compatibility for EP {}: {}", ep->name(),
           error.message());
    }
    Require(verdict != OrtCompiledModelCompatibility_EP_UNSUPPORTED, ORT_FAIL,
            "Compiled model is not supported by execution provider: {}", ep->name());
    if (verdict != OrtCompiledModelCompatibility_EP_SUPPORTED_PREFER_RECOMPILATION) continue;
    Require(!options_.ConfigSwitch("session.fail_on_suboptimal_compiled_model"), ORT_FAIL,
            "Compiled model is suboptimal for execution provider: {}. Recompilation recommended "
            "for better performance.",
            ep->name());
    logger_.Warning("session",
                    "EP {} reports compiled model is supported but suboptimal. Consider "
                    "recompiling for better performance.",
                    ep->name());
  }
}

void ContextModel::CheckOutput(const Graph& graph) {
  if (!wanted_->GoesToFile()) return;
  std::error_code error;
  if (wanted_->path.empty()) {
    const fs::path model(graph.model()->path);
    Require(!model.empty(), ORT_FAIL,
            "Inference session with a model loaded from bytes was configured with EPContext model "
            "generation enabled but without a valid location (e.g., file or buffer) for the output "
            "model. Please specify a valid ep.context_file_path via SessionOption configs or use "
            "the OrtCompileApi to compile a model to a file or buffer.");
    wanted_->path = (model.parent_path() / (model.stem().string() + "_ctx.onnx")).string();
  }
  const fs::path path(wanted_->path);
  Require(!fs::is_directory(path, error), ORT_INVALID_ARGUMENT,
          "context_file_path should not point to a folder. ('{}')", wanted_->path);
  Require(!wanted_->fail_if_output_exists || !fs::exists(path, error), ORT_FAIL,
          "Failed to generate EP context model since the file '{}' exists already. Please remove "
          "the EP context model if you want to re-generate it.",
          wanted_->path);
  Require(path.parent_path().empty() || fs::is_directory(path.parent_path(), error),
          ORT_INVALID_ARGUMENT, "open file \"{}\" failed: No such file or directory",
          wanted_->path);
}

void ContextModel::CheckClaims(ExecutionProvider& ep, std::span<const Claim> claims) const {
  bool reads = false;
  bool compiles = false;
  for (const Claim& claim : claims) {
    for (const Node* node : claim.nodes) (IsContextNode(node) ? reads : compiles) = true;
  }
  Require(!compiles || !options_.ConfigSwitch("session.disable_model_compile"),
          ORT_MODEL_REQUIRES_COMPILATION,
          "User disabled EP compilation but EP '{}' needs to compile one or more nodes.",
          ep.name());
  const bool by_read = reads && options_.ep_context_read != nullptr;
  const bool by_write = compiles && wanted() && options_.ep_context_write != nullptr;
  if (!by_read && !by_write) return;
  CompiledModelSupport* support = ep.compiled_models();
  const uint32_t callbacks = support != nullptr ? support->ContextDataCallbacks() : 0;
  Require(!by_read || (callbacks & CompiledModelSupport::kReadsContextData) != 0, ORT_FAIL,
          "EP '{}' does not support the registered EPContext data read callback.", ep.name());
  Require(!by_write || (callbacks & CompiledModelSupport::kWritesContextData) != 0, ORT_FAIL,
          "EP '{}' does not support the registered EPContext data write callback.", ep.name());
}

void ContextModel::Write(Graph& graph, const std::vector<FusedKernel>& compiled, Eps eps) const {
  std::unordered_map<const Node*, const Node*> context_nodes;
  for (const FusedKernel& fused : compiled) {
    if (fused.context_node != nullptr) context_nodes[fused.node] = fused.context_node.get();
  }
  if (context_nodes.empty()) {
    Require(!wanted_->fail_if_nothing_compiled, ORT_FAIL,
            "Unable to compile any nodes. Check that the session EPs support compilation and can "
            "execute at least one subgraph in the model.");
    logger_.Warning("session",
                    "Unable to compile any nodes. Either the session EPs do not support "
                    "compilation or the model is already compiled.");
    if (!wanted_->from_compile_api) return;
  }
  SaveOptions save;
  save.external_file = wanted_->external_file;
  save.external_threshold = wanted_->external_threshold;
  save.locate = wanted_->locate;
  save.used_initializers_only = true;
  save.substitute = [&](const Node& node) -> const Node& {
    const auto it = context_nodes.find(&node);
    return it == context_nodes.end() ? node : *it->second;
  };
  if (!context_nodes.empty()) {
    save.opsets["com.microsoft"] = 1;
    const GraphView view(graph);
    for (const auto& ep : eps) {
      if (ep->compiled_models() == nullptr) continue;
      std::string info = ep->compiled_models()->CompatibilityInfo(view);
      if (!info.empty())
        save.metadata[std::string(kCompatibilityPrefix) + ep->name()] = std::move(info);
    }
  }
  if (wanted_->GoesToFile()) return SaveModelFile(graph, wanted_->path, save);
  HandOut(SaveModelBytes(graph, save), *wanted_);
}

}  // namespace backplane
