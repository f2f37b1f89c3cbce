// Google Benchmark over partition: 2,000 nodes among three plug-ins (tests/plugins/claims) and the
// CPU EP, through the C API that plug-ins use. The argument is how many nodes in a row an EP gets:
// 1 is the worst, 2,000 groups of one node.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "partition/partition.h"
#include "provider/registry.h"
#include "runtime/env.h"
#include "runtime/execution_providers.h"
#include "runtime/session_options.h"

namespace backplane {
namespace {

constexpr int kNodes = 2000;
constexpr const char* kOperators[] = {"Relu", "Sigmoid", "Tanh", "Abs"};
constexpr const char* kEps[] = {"first", "second", "third"};

// A chain in which every fourth run of `run` nodes is the same operator, and each node also reads
// the output of the one before the last.
std::unique_ptr<Graph> MakeGraph(int run) {
  auto model = std::make_shared<ModelInfo>();
  model->opsets[""] = 17;
  auto graph = std::make_unique<Graph>(std::move(model));
  const TypeInfo type = TypeInfo::Tensor(DType::kFloat, Shape{1, 64});
  ValueInfo* value = graph->AddInput("x", type);
  ValueInfo* before = value;
  for (int i = 0; i < kNodes; ++i) {
    const bool joins = i % 10 == 9;
    ValueInfo* next = graph->AddValue(Format("value_{}", i), type);
    Node* node = graph->AddNode(
        Format("layer.{}/node_{}", i / 16, i), joins ? "Add" : kOperators[i / run % 4], "",
        joins ? std::vector<ValueInfo*>{value, before} : std::vector{value}, {next});
    node->since_version = 13;
    before = value;
    value = next;
  }
  graph->AddOutput(value);
  graph->Sort();
  return graph;
}

// Three EPs, each for one operator; what is left is the CPU's.
std::vector<std::shared_ptr<ExecutionProvider>> MakeEps(OrtEnv& env, const Logger& logger) {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  const std::string plugin = (folder / "lib/libclaims_plugin.so").string();
  OrtSessionOptions options;
  for (int i = 0; i < 3; ++i) {
    if (env.providers().FirstDeviceOf(kEps[i]).first == nullptr)
      env.providers().Register(kEps[i], plugin, *OrtGetApiBase());
    const auto [device, library] = env.providers().FirstDeviceOf(kEps[i]);
    KeyValuePairs ep_options;
    ep_options.Set("claim", kOperators[i]);
    AppendEpDevices(env, options, {&device, 1}, ep_options);
  }
  return CreateExecutionProviders(env, options, *MakeGraph(1), logger);
}

void BM_Partition(benchmark::State& state) {
  static OrtEnv* env = [] {
    EnvOptions options;
    options.severity = ORT_LOGGING_LEVEL_ERROR;
    return OrtEnv::Acquire(options);
  }();
  const Logger logger({}, ORT_LOGGING_LEVEL_ERROR, "bench");
  const auto eps = MakeEps(*env, logger);
  size_t groups = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto graph = MakeGraph(static_cast<int>(state.range(0)));
    state.ResumeTiming();
    auto result = std::make_unique<Partition>(PartitionGraph(*graph, eps, {.logger = &logger}));
    benchmark::DoNotOptimize(result->placement.Summary());
    state.PauseTiming();
    groups = result->placement.groups.size();
    result.reset();
    graph.reset();
    state.ResumeTiming();
  }
  state.counters["groups"] = static_cast<double>(groups);
}
BENCHMARK(BM_Partition)->Arg(1)->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace backplane
