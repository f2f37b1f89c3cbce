// Session creation: the way a model travels, stage by stage (docs/ARCHITECTURE.md). Each stage is
// one function.
#include <algorithm>
#include <charconv>
#include <optional>

#include "graph/check.h"
#include "graph/functions.h"
#include "graph/infer.h"
#include "model/model.h"
#include "onnxruntime_session_options_config_keys.h"
#include "optimize/optimize.h"
#include "partition/graph_record.h"
#include "partition/memory_borders.h"
#include "partition/node_stats.h"
#include "partition/partition.h"
#include "provider/registry.h"
#include "runtime/context_model.h"
#include "runtime/copy_kernels.h"
#include "runtime/env.h"
#include "runtime/environment_eps.h"
#include "runtime/evaluator.h"
#include "runtime/execution_providers.h"
#include "runtime/input_shapes.h"
#include "runtime/session.h"
#include "runtime/session_options.h"

namespace backplane {
namespace {

class SessionBuilder {
 public:
  SessionBuilder(const Env& env, const SessionOptions& options) : env_(env) {
    parts_.env = env.Share();
    parts_.options = std::make_unique<SessionOptions>(options);
    parts_.logger = std::make_unique<Logger>(
        options.log_sink.function != nullptr ? options.log_sink : env.logger().sink(),
        options.log_severity >= 0 ? static_cast<OrtLoggingLevel>(options.log_severity)
                                  : env.logger().threshold(),
        options.log_id.empty() ? env.logger().id() : options.log_id);
    if (options.profiling)
      parts_.profiler = std::make_unique<Profiler>(options.profile_prefix, *parts_.logger);
    MakePool();
  }

  void Load(ModelSource source) {
    const Profiler::Begun started = Begin();
    options().CheckCancelled();
    const bool from_file = std::holds_alternative<std::string>(source);
    if (const auto* path = std::get_if<std::string>(&source)) {
      parts_.graph = LoadModelFile(*path, MakeLoadOptions());
    } else if (const auto* bytes = std::get_if<std::span<const std::byte>>(&source)) {
      parts_.graph = LoadModelBytes(*bytes, MakeLoadOptions());
    } else {
      parts_.graph = std::get<std::unique_ptr<Graph>>(std::move(source));
    }
    if (parts_.profiler != nullptr)
      parts_.profiler->AddSession(from_file ? "model_loading_uri" : "model_loading_array", started);
  }

  Graph& graph() { return *parts_.graph; }
  SessionOptions& mutable_options() { return *parts_.options; }

  /// As far as EPs compile; writes a compiled model where one is wanted.
  void Prepare() {
    Require(!std::exchange(prepared_, true), ORT_FAIL,
            "This session failed to initialize; it cannot be finished any more.");
    // After loading: a selection delegate is told of the model.
    absent_ = AppendEnvironmentEps(env_, *parts_.options, *parts_.logger);
    parts_.eps = CreateExecutionProviders(env_, *parts_.options, *parts_.graph, *parts_.logger);
    if (parts_.profiler != nullptr) AddEpsToProfile();
    ContextModel context_model(options(), *parts_.logger);
    context_model.Check(*parts_.graph, parts_.eps);
    Resolve();
    Rewrite();
    SaveOptimized();
    Place(context_model);
    if (context_model.wanted()) context_model.Write(*parts_.graph, parts_.fused, parts_.eps);
  }

  SessionParts Finish() {
    const Profiler::Begun initializing = Begin();
    Prepare();
    if (options().ConfigSwitch(kOrtSessionOptionCompileOnly)) {
      parts_.logger->Info("session", "the session only compiles its model; it cannot be run");
    } else {
      Compile();
      for (const auto& ep : parts_.eps) ep->OnSessionInitialized();
    }
    if (parts_.profiler != nullptr)
      parts_.profiler->AddSession("session_initialization", initializing);
    return std::move(parts_);
  }

 private:
  const SessionOptions& options() const { return *parts_.options; }
  ExecutionProvider& host() const { return *parts_.eps.back(); }
  Profiler::Begun Begin() const {
    return parts_.profiler != nullptr ? parts_.profiler->Begin() : Profiler::Begun{};
  }

  void AddEpsToProfile() {
    for (const auto& ep : parts_.eps) {
      if (EpProfiler* profiler = ep->profiler()) parts_.profiler->AddEp(*profiler);
    }
  }

  void MakePool() {
    if (!options().per_session_threads && env_.pool() != nullptr) {
      parts_.pool = env_.pool().get();
      return;
    }
    Require(options().per_session_threads, ORT_FAIL,
            "When the session is not configured to use per session threads, the env must be "
            "created with the "
            "CreateEnvWithGlobalThreadPools API.");
    parts_.own_pool = std::make_unique<ThreadPool>(options().MakeThreadPoolOptions());
    parts_.pool = parts_.own_pool.get();
  }

  LoadOptions MakeLoadOptions() const {
    LoadOptions load;
    load.bytes_stay_valid = options().ConfigSwitch("session.use_ort_model_bytes_directly");
    load.external_data_folder =
        options().Config("session.model_external_initializers_file_folder_path");
    load.external_files = options().external_files;
    for (const auto* given : {&options().initializers, &options().external_initializers}) {
      for (const auto& [name, value] : *given) {
        load.initializers[name] = std::make_shared<const Tensor>(value.tensor());
      }
    }
    load.logger = parts_.logger.get();
    return load;
  }

  InferOptions MakeInferOptions() const {
    InferOptions infer;
    infer.strict = options().ConfigSwitch("session.strict_shape_type_inference");
    for (const FreeDimension& dimension : options().free_dimensions) {
      (dimension.by_denotation ? infer.dims_by_denotation : infer.dims_by_name)[dimension.name] =
          dimension.value;
    }
    infer.logger = parts_.logger.get();
    return infer;
  }

  // Operators, types and shapes; functions that no kernel implements become their bodies.
  void Resolve() {
    options().CheckCancelled();
    CheckOptions check;
    check.accepts = [](const Node& node) { return node.Is("EPContext", "com.microsoft"); };
    CheckGraph(*parts_.graph, check);
    FixInputShapes(*parts_.graph, options().Config(kInputShapesEntry));
    InferTypesAndShapes(*parts_.graph, MakeInferOptions());
    for (ValueInfo* input : parts_.graph->inputs()) {
      (input->IsInitializer() ? parts_.overridable_initializers : parts_.inputs).push_back(input);
    }
    // With IR versions below 4 every initializer is listed among the inputs too, but is a constant.
    std::erase_if(parts_.overridable_initializers,
                  [](const ValueInfo* value) { return value->IsConstant(); });
    InlineFunctions(
        *parts_.graph, [&](const Node& node) { return HostRuns(node); }, MakeInferOptions());
    parts_.outputs = parts_.graph->outputs();
  }

  bool HostRuns(const Node& node) const { return !HasFunctionBody(node) || host().Supports(node); }

  void Rewrite() {
    options().CheckCancelled();
    const NodeEvaluator evaluator(host(), *parts_.pool, *parts_.logger);
    OptimizeOptions rewrite;
    rewrite.level = options().optimization_level;
    rewrite.disabled = SplitList(options().Config("optimization.disable_specified_optimizers"));
    rewrite.max_folded_bytes =
        NumberOr(options().Config("optimization.constant_folding_max_output_size_in_bytes"),
                 rewrite.max_folded_bytes);
    rewrite.evaluate = [&](const Node& node, std::vector<Tensor>& outputs) {
      return evaluator.Evaluate(node, outputs);
    };
    rewrite.infer = [&](Graph& graph) { InferTypesAndShapes(graph, MakeInferOptions()); };
    Optimize(*parts_.graph, rewrite);
    parts_.outputs = parts_.graph->outputs();
  }

  void SaveOptimized() const {
    if (options().optimized_model_path.empty()) return;
    SaveOptions save;
    save.external_file =
        options().Config("session.optimized_model_external_initializers_file_name");
    save.external_threshold = static_cast<size_t>(NumberOr(
        options().Config("session.optimized_model_external_initializers_min_size_in_bytes"),
        static_cast<int64_t>(save.external_threshold)));
    SaveModelFile(*parts_.graph, options().optimized_model_path, save);
  }

  void Place(const ContextModel& context_model) {
    options().CheckCancelled();
    const std::string stats(options().Config(kOrtSessionOptionsCollectNodeMemoryStatsToFile));
    if (!stats.empty()) {
      parts_.stats = std::make_unique<NodeStatsRecorder>(
          *parts_.graph, StatsPath(parts_.graph->model()->path, stats));
    }
    PartitionOptions partition;
    partition.logger = parts_.logger.get();
    partition.before_compile = [&](ExecutionProvider& ep, std::span<const Claim> claims) {
      context_model.CheckClaims(ep, claims);
    };
    partition.needs_context_nodes = context_model.wanted();
    partition.allow_host_fallback = !options().ConfigSwitch("session.disable_cpu_ep_fallback");
    partition.config = &options().config;
    partition.record_graph = options().ConfigSwitch(kOrtSessionOptionsRecordEpGraphAssignmentInfo);
    Partition result = PartitionGraph(*parts_.graph, parts_.eps, partition);
    if (partition.record_graph) tracker_.emplace(*parts_.graph, result);
    parts_.placement = std::move(result.placement);
    const auto known = [&](const std::string& ep) {
      return std::any_of(absent_.begin(), absent_.end(),
                         [&](const auto& note) { return note.first == ep; });
    };
    for (auto& note : WhyNotInSession(env_, options(), parts_.eps)) {
      if (!known(note.first)) absent_.push_back(std::move(note));
    }
    for (auto& note : absent_) parts_.placement.notes.push_back(std::move(note));
    parts_.fused = std::move(result.fused);
    // With one EP there is nothing to report; with several, the user sees at once what runs where.
    parts_.logger->Log(parts_.eps.size() > 1 ? ORT_LOGGING_LEVEL_WARNING : ORT_LOGGING_LEVEL_INFO,
                       "partition", "{}", parts_.placement.Summary());
  }

  void Compile() {
    options().CheckCancelled();
    for (size_t i = 0; i < parts_.eps.size(); ++i) {
      ForEachGraph(*parts_.graph, [&](Graph& graph) {
        parts_.eps[i]->Lower(graph, static_cast<int>(i));
        graph.Sort();
      });
    }
    if (tracker_) tracker_->Finish(*parts_.graph, parts_.placement, parts_.eps);
    InsertMemoryCopies();
    PlanOptions plan;
    plan.eps = parts_.eps;
    plan.pool = parts_.pool;
    plan.logger = parts_.logger.get();
    plan.config = &parts_.options->config;
    if (parts_.devices != nullptr) plan.borders = &parts_.devices->borders;
    if (options().ConfigSwitch(kOrtSessionOptionsConfigUseEnvAllocators))
      plan.host_allocator = env_.RegisteredAllocator(CpuMemoryInfo());
    plan.take_fused = [&](const Node& node) -> std::unique_ptr<Kernel> {
      const MemoryBorders::Copy* copy =
          plan.borders != nullptr ? plan.borders->CopyOf(&node) : nullptr;
      if (copy != nullptr) return MakeCopyKernel(*copy);
      for (FusedKernel& fused : parts_.fused) {
        if (fused.node == &node) return std::move(fused.kernel);
      }
      return nullptr;
    };
    plan.make_subgraph = MakeSubgraphFactory(plan);
    parts_.level = std::make_unique<Level>(BuildPlan(*parts_.graph, plan));
  }

  // Sessions whose EPs all work in host memory go without.
  void InsertMemoryCopies() {
    auto devices = std::make_unique<DeviceSupport>(env_.providers().transfers());
    for (const auto& ep : parts_.eps) {
      devices->eps.push_back(ep.get());
      AddCopyKernels(*ep, *parts_.graph, *parts_.pool, *parts_.logger, devices->transfers);
    }
    devices->borders =
        InsertCopies(*parts_.graph, parts_.eps, devices->transfers, parts_.placement);
    if (!devices->borders.empty()) parts_.devices = std::move(devices);
  }

  static std::vector<std::string> SplitList(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
      const size_t end = std::min(text.find(';'), text.size());
      if (end > 0) items.emplace_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return items;
  }

  static int64_t NumberOr(std::string_view text, int64_t fallback) {
    int64_t number = fallback;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : fallback;
  }

  const Env& env_;
  SessionParts parts_;
  std::optional<KernelTracker> tracker_;                // only where the graph is recorded
  std::vector<std::pair<std::string, Reason>> absent_;  // EPs that are not in the session
  bool prepared_ = false;
};

/// A builder between its two halves.
class BegunSession final : public UnfinishedSession {
 public:
  BegunSession(const Env& env, const SessionOptions& options) : builder_(env, options) {}
  void Load(ModelSource source) { builder_.Load(std::move(source)); }

  Graph& graph() override { return builder_.graph(); }
  SessionParts Finish(const SessionOptions* options,
                      std::shared_ptr<PrepackedWeights> weights) override {
    SessionOptions& own = builder_.mutable_options();
    if (options != nullptr) Add(*options, own);
    if (weights != nullptr) own.prepacked_weights = std::move(weights);
    return builder_.Finish();
  }
  void CompileOnly() override { builder_.Prepare(); }

 private:
  static void Add(const SessionOptions& options, SessionOptions& own) {
    own.eps = options.eps;
    own.ep_selection = options.ep_selection;
    for (const auto& [key, value] : options.config.entries())
      own.SetConfig(key.c_str(), value.c_str());
    for (const OrtCustomOpDomain* domain : options.custom_op_domains) {
      if (std::find(own.custom_op_domains.begin(), own.custom_op_domains.end(), domain) ==
          own.custom_op_domains.end())
        own.custom_op_domains.push_back(domain);
    }
    own.custom_op_libraries.insert(own.custom_op_libraries.end(),
                                   options.custom_op_libraries.begin(),
                                   options.custom_op_libraries.end());
    if (options.prepacked_weights != nullptr) own.prepacked_weights = options.prepacked_weights;
  }

  SessionBuilder builder_;
};

std::unique_ptr<OrtSession> BuildSession(const Env& env, ModelSource source,
                                         const SessionOptions& options) {
  return std::make_unique<OrtSession>(
      BeginSession(env, std::move(source), options)->Finish(nullptr, nullptr));
}

}  // namespace

std::unique_ptr<UnfinishedSession> BeginSession(const OrtEnv& env, ModelSource source,
                                                const OrtSessionOptions& options) {
  auto begun = std::make_unique<BegunSession>(env, options);
  begun->Load(std::move(source));
  return begun;
}

}  // namespace backplane

std::unique_ptr<OrtSession> OrtSession::FromPath(const OrtEnv& env, const std::string& path,
                                                 const OrtSessionOptions& options) {
  return backplane::BuildSession(env, path, options);
}

std::unique_ptr<OrtSession> OrtSession::FromBytes(const OrtEnv& env,
                                                  std::span<const std::byte> bytes,
                                                  const OrtSessionOptions& options) {
  return backplane::BuildSession(env, bytes, options);
}

std::unique_ptr<OrtSession> OrtSession::FromGraph(const OrtEnv& env,
                                                  std::unique_ptr<backplane::Graph> graph,
                                                  const OrtSessionOptions& options) {
  return backplane::BuildSession(env, std::move(graph), options);
}
