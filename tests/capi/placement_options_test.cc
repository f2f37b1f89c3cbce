// Options that place nodes: layers assigned to EPs, budgets of memory. All but the reasons, which
// only Backplane tells, runs on ONNX Runtime too; that gives budgets to EPs of one name only, so
// the claims plug-in is registered under it.
#include <backplane/backplane.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <tuple>

#include "capi/ep_support.h"

namespace capi {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kEp = "CUDAExecutionProvider";
constexpr const char* kLayers = "session.layer_assignment_settings";
constexpr const char* kNames = "session.name_based_layer_assignment";
constexpr const char* kBudget = "session.resource_cuda_partitioning_settings";

/// Sessions on tests/capi/models/layers.onnx: first/neg, first/add, second/mul, second/relu, choice
/// (an If with one node in each branch). Every output has 16 KB, the weight 1 KB.
class PlacementOptionsTest : public testing::Test {
 protected:
  PlacementOptionsTest() : library_(kEp, PluginPath("claims_plugin")) {
    Set("session.record_ep_graph_assignment_info", "1");
    EXPECT_OK(Api().SetSessionGraphOptimizationLevel(options_, ORT_DISABLE_ALL));
  }

  void Set(const char* key, const std::string& value) {
    EXPECT_OK(Api().AddSessionConfigEntry(options_, key, value.c_str()));
  }
  void Claim(const std::vector<std::pair<const char*, const char*>>& ep_options) {
    ASSERT_OK(Append(options_, EpDevices(kEp), ep_options));
  }
  Outcome Open() {
    return Api().CreateSession(Env(), ModelPath("layers").c_str(), options_, session_.out());
  }
  /// The names of the nodes that the plug-in runs.
  std::vector<std::string> Taken() {
    EXPECT_OK(Open());
    return TakenBySession();
  }
  std::vector<std::string> TakenBySession() {
    std::vector<std::string> names;
    const OrtEpAssignedSubgraph* const* parts = nullptr;
    size_t count = 0;
    EXPECT_OK(Api().Session_GetEpGraphAssignmentInfo(session_, &parts, &count));
    for (size_t i = 0; i < count; ++i) {
      const char* ep = nullptr;
      const OrtEpAssignedNode* const* nodes = nullptr;
      size_t node_count = 0;
      EXPECT_OK(Api().EpAssignedSubgraph_GetEpName(parts[i], &ep));
      EXPECT_OK(Api().EpAssignedSubgraph_GetNodes(parts[i], &nodes, &node_count));
      for (size_t n = 0; n < node_count && std::string(ep) == kEp; ++n) {
        const char* name = nullptr;
        EXPECT_OK(Api().EpAssignedNode_GetName(nodes[n], &name));
        names.emplace_back(name);
      }
    }
    return names;
  }

  Registered library_;
  Handle<OrtSessionOptions> options_ = NewOptions();
  Handle<OrtSession> session_;
};

constexpr const char* kOps = "Neg,Add,Mul,Relu,Abs,Sqrt";
const std::vector<std::string> kAll = {"choice/Sqrt", "choice/Abs", "first/neg",
                                       "first/add",   "second/mul", "second/relu"};

std::vector<std::string> FirstOf(size_t count) { return {kAll.begin(), kAll.begin() + count}; }

// -- budgets
// ----------------------------------------------------------------------------------------------------------

/// With a budget and one node to a group: subgraphs come first, then nodes in their order. A node
/// is estimated at one and a half times its output (24 KB), and the weight (1.5 KB) once.
class BudgetTest : public PlacementOptionsTest {
 protected:
  std::vector<std::string> TakenWith(const std::string& budget, const char* has = "") {
    options_ = NewOptions();
    Set("session.record_ep_graph_assignment_info", "1");
    EXPECT_OK(Api().SetSessionGraphOptimizationLevel(options_, ORT_DISABLE_ALL));
    Claim({{"claim", kOps}, {"groups", "each"}, {"has", has}});
    if (!budget.empty()) Set(kBudget, budget);
    return Taken();
  }
};

TEST_F(BudgetTest, NodesBeyondTheLimitGoToTheNextEp) {
  EXPECT_EQ(TakenWith(""), kAll);
  EXPECT_EQ(TakenWith("0,"), FirstOf(0));
  EXPECT_EQ(TakenWith("23,"), FirstOf(0));
  EXPECT_EQ(TakenWith("24,"), FirstOf(1));
  EXPECT_EQ(TakenWith("97,"), FirstOf(3));
  EXPECT_EQ(TakenWith("98,"), FirstOf(4));
  EXPECT_EQ(TakenWith("145,"), FirstOf(5));
  EXPECT_EQ(TakenWith("146,"), kAll);
}

TEST_F(BudgetTest, TheEpTellsWhatItHasWhereThereIsNoLimit) {
  EXPECT_EQ(TakenWith("", "30000"), kAll);  // without the entry nobody counts
  EXPECT_EQ(TakenWith(",", "30000"), FirstOf(1));
  EXPECT_EQ(TakenWith(",", "50000"), FirstOf(2));
  EXPECT_EQ(TakenWith("98,", "30000"), FirstOf(4));
  for (const char* has : {"", "none", "fail", "litres"}) EXPECT_EQ(TakenWith(",", has), kAll);
}

TEST_F(BudgetTest, AGroupIsTakenWholeOrNotAtAll) {
  Claim({{"claim", kOps}});
  Set(kBudget, "145,");
  EXPECT_EQ(Taken(), FirstOf(2));
  Set(kBudget, "146,");
  EXPECT_EQ(Taken(), kAll);
}

/// A file of statistics that goes away with the test. Its names are those of layers.onnx, made by
/// ONNX Runtime.
class StatsFile {
 public:
  explicit StatsFile(const std::string& lines = "") {
    std::ofstream(path_) << "#name,input_sizes,initializers_sizes,total_dynamic_sizes,"
                            "total_temp_allocations\n"
                         << lines;
  }
  ~StatsFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("stats_" + std::to_string(getpid()))).string();
};

TEST_F(BudgetTest, StatisticsOfRunsAreBetterThanEstimates) {
  const StatsFile stats(
      "choice/Abs_5476845667329535958,16384,0,0,0\n"
      "second/mul_731598418529518802,0,0,0,0\n"
      "first/neg_17529141245392188534,16384,0,16384,0\n"
      "first/add_13997846329532958112,1024,0,16384,0\n"
      "choice_7021312728286300029,1,0,16384,0\n"
      "choice/Sqrt_6064874115363302919,16384,0,0,0\n"
      "second/relu_17704679586426292164,16384,0,0,0\n");
  EXPECT_EQ(TakenWith("16," + stats.path()), FirstOf(1));
  EXPECT_EQ(TakenWith("33," + stats.path()), FirstOf(2));
  EXPECT_EQ(TakenWith("64," + stats.path()), FirstOf(3));
  EXPECT_EQ(TakenWith("82," + stats.path()), FirstOf(5));
  EXPECT_EQ(TakenWith("," + stats.path()), kAll);
}

constexpr const char* kCollect = "session.collect_node_memory_stats_to_file";

/// The columns of a file by the nodes' names; a test of a file's form as well.
std::map<std::string, std::vector<uint64_t>> StatsIn(const std::string& path) {
  std::map<std::string, std::vector<uint64_t>> rows;
  std::ifstream file(path);
  std::string line;
  EXPECT_TRUE(std::getline(file, line));
  EXPECT_EQ(line,
            "#name,input_sizes,initializers_sizes,total_dynamic_sizes,total_temp_allocations");
  while (std::getline(file, line)) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream words(line);
    std::string name;
    words >> name;
    for (uint64_t number = 0; words >> number;) rows[name].push_back(number);
    EXPECT_EQ(rows[name].size(), 4u) << line;
  }
  return rows;
}

// What a session has measured is what a later one's budget counts: each value once.
TEST_F(BudgetTest, StatisticsOfRunsAreWrittenAndReadBack) {
  const StatsFile stats;
  {
    const Handle<OrtSessionOptions> options = NewOptions();
    ASSERT_OK(Api().SetSessionGraphOptimizationLevel(options, ORT_DISABLE_ALL));
    ASSERT_OK(Api().AddSessionConfigEntry(options, kCollect, stats.path().c_str()));
    const Handle<OrtSession> session = OpenModel("layers", options);
    std::vector<float> x(4096, 4.0f);
    bool flag = true;
    const Handle<OrtValue> value = TensorOver(x, {16, 256});
    const Handle<OrtValue> condition = BoolOver(flag);
    const OrtValue* inputs[] = {value, condition};
    const char* names[] = {"x", "c"};
    const char* output = "y";
    for (int run = 0; run < 2; ++run) {
      OrtValue* y = nullptr;
      ASSERT_OK(Api().Run(session, nullptr, names, inputs, 2, &output, 1, &y));
      Api().ReleaseValue(y);
    }
  }
  auto rows = StatsIn(stats.path());
  EXPECT_EQ(rows.size(), 6u);  // a branch was not taken
  EXPECT_EQ(
      rows.count("choice/Abs_5476845667329535958") + rows.count("choice/Sqrt_6064874115363302919"),
      1u);
  using Row = std::vector<uint64_t>;
  EXPECT_EQ(rows["first/neg_17529141245392188534"], (Row{16384, 0, 16384, 0}));
  ASSERT_EQ(rows.count("first/add_13997846329532958112"), 1u);
  if (!OnBackplane()) return;  // it has weights among the inputs, and counts some values again
  EXPECT_EQ(rows["first/add_13997846329532958112"], (Row{0, 1024, 0, 0}));  // adds in place
  // The branch that was not taken is estimated, at 24 KB, the other allocated 16, the negation 32.
  EXPECT_EQ(TakenWith("39," + stats.path()), FirstOf(1));
  EXPECT_EQ(TakenWith("71," + stats.path()), FirstOf(2));
  EXPECT_EQ(TakenWith("72," + stats.path()), FirstOf(3));
}

TEST_F(BudgetTest, StatisticsThatCannotBeWritten) {
  const Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Api().AddSessionConfigEntry(options, kCollect, "/nowhere/at/all/stats.csv"));
  const Handle<OrtSession> session = OpenModel("neg_relu_neg", options);
  std::vector<float> x{1, 2, 3, 4};
  const Handle<OrtValue> value = TensorOver(x, {4});
  const OrtValue* inputs[] = {value};
  const char* name = "x";
  const char* output = "y";
  Handle<OrtValue> y;
  const Outcome outcome = Api().Run(session, nullptr, &name, inputs, 1, &output, 1, y.out());
  EXPECT_FALSE(outcome.ok());
  EXPECT_THAT(outcome.message, HasSubstr("/nowhere/at/all/stats.csv"));
}

TEST_F(BudgetTest, SettingsThatCannotBeRead) {
  const StatsFile broken("first/neg_1,2,3,many,5\n");
  const std::vector<std::tuple<std::string, OrtErrorCode, std::string>> cases = {
      {"30", ORT_INVALID_ARGUMENT, "Invalid format for: " + std::string(kBudget)},
      {"30,x,y", ORT_INVALID_ARGUMENT, "expecting comma separated fields"},
      {"zz,", ORT_FAIL, "Failed to parse value"},
      {",nofile", ORT_FAIL, "Failed to open file \"" + ModelPath("nofile")},
  };
  for (const auto& [budget, code, text] : cases) {
    Set(kBudget, budget);
    const std::string wanted = text.substr(0, text.rfind(".onnx"));
    EXPECT_FAILS(Open(), code, wanted) << budget;
  }
  Set(kBudget, "1," + broken.path());
  if (!OnBackplane()) return;  // it throws what the C++ library says
  EXPECT_FAILS(Open(), ORT_FAIL, "first/neg_1,2,3,many,5");
}

// -- layers
// ----------------------------------------------------------------------------------------------------------

class LayersTest : public PlacementOptionsTest {
 protected:
  std::vector<std::string> TakenWith(const char* entry, const std::string& rules) {
    options_ = NewOptions();
    Set("session.record_ep_graph_assignment_info", "1");
    EXPECT_OK(Api().SetSessionGraphOptimizationLevel(options_, ORT_DISABLE_ALL));
    Claim({{"claim", kOps}, {"groups", "each"}});
    Set(entry, rules);
    return Taken();
  }
  /// kAll without those.
  static std::vector<std::string> AllBut(const std::vector<std::string>& names) {
    std::vector<std::string> rest = kAll;
    std::erase_if(rest, [&](const std::string& name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    });
    return rest;
  }
};

TEST_F(LayersTest, RulesForTheEpItselfAndForNobodyChangeNothing) {
  for (const char* rules : {"", "cuda(encoder)", "cpu(encoder)", "gpu(encoder)", "npu:0(e)",
                            "cpu()", ";;", "NobodysEp(encoder)"})
    EXPECT_EQ(TakenWith(kLayers, rules), kAll) << rules;
}

TEST_F(LayersTest, NodesOfAnotherEpsLayersAreNotOffered) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime fails where an EP sees a part of a graph";
  EXPECT_EQ(TakenWith(kLayers, "CPUExecutionProvider(encoder)"),
            AllBut({"first/neg", "first/add"}));
  EXPECT_EQ(TakenWith(kLayers, "CPUExecutionProvider(=encoder.1, =dec)"), AllBut({"first/add"}));
  // The branches' nodes name no layer: theirs is that of the node around them.
  EXPECT_EQ(TakenWith(kLayers, "CPUExecutionProvider(branch)"),
            AllBut({"choice/Sqrt", "choice/Abs"}));
}

TEST_F(LayersTest, BeginningsComeBeforeWholeLayersAndThenTheFirst) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime fails where an EP sees a part of a graph";
  EXPECT_EQ(TakenWith(kLayers, "cuda(=encoder.0); CPUExecutionProvider(enc)"),
            AllBut({"first/neg", "first/add"}));
  EXPECT_EQ(TakenWith(kLayers, "cuda(encoder.0); CPUExecutionProvider(enc)"),
            AllBut({"first/add"}));
}

TEST_F(LayersTest, ByPartsOfNames) {
  EXPECT_EQ(TakenWith(kNames, "CPUExecutionProvider(choice/)"),
            AllBut({"choice/Sqrt", "choice/Abs"}));
  if (!OnBackplane()) return;
  EXPECT_EQ(TakenWith(kNames, "CPUExecutionProvider(t/ad, relu)"),
            AllBut({"first/add", "second/relu"}));
  // The longest counts.
  EXPECT_EQ(TakenWith(kNames, "CPUExecutionProvider(first); cuda(first/a)"), AllBut({"first/neg"}));
}

TEST_F(LayersTest, AreWrittenWithTheModel) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime fails where an EP sees a part of a graph";
  const std::string path =
      (std::filesystem::temp_directory_path() / ("layers_" + std::to_string(getpid()))).string();
  ASSERT_OK(Api().SetOptimizedModelFilePath(options_, path.c_str()));
  ASSERT_OK(Open());
  options_ = NewOptions();
  Claim({{"claim", kOps}, {"groups", "each"}});
  Set("session.record_ep_graph_assignment_info", "1");
  Set(kLayers, "CPUExecutionProvider(encoder, branch)");
  ASSERT_OK(Api().CreateSession(Env(), path.c_str(), options_, session_.out()));
  std::filesystem::remove(path);
  EXPECT_EQ(TakenBySession(), (std::vector<std::string>{"second/mul", "second/relu"}));
}

TEST_F(LayersTest, SettingsThatCannotBeRead) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"cpu", "Invalid layering config: Missing '('"},
      {"cpu(a", "Invalid layering config: Missing ')' in entry: cpu(a"},
      {"cpu)a(", "Invalid layering config: ')' comes before '('"},
      {"(a)", "Invalid layering config: Empty device name in entry: (a)"},
      {"cpu(=a, =a)", "Duplicate exact match annotation 'a' found"},
      {"cpu(a); gpu(a)", "Duplicate prefix match annotation 'a' found"},
  };
  for (const auto& [rules, text] : cases) {
    Set(kLayers, rules);
    EXPECT_FAILS(Open(), ORT_INVALID_ARGUMENT, text);
  }
  Set(kNames, "cpu(a)");
  EXPECT_FAILS(Open(), ORT_INVALID_ARGUMENT, "These options are mutually exclusive.");
  Set(kLayers, "");
  Set(kNames, "cpu(=a)");
  EXPECT_FAILS(Open(), ORT_INVALID_ARGUMENT, "does not support the '=' (exact-match) qualifier");
}

// -- explain
// ----------------------------------------------------------------------------------------------------------

TEST_F(PlacementOptionsTest, ExplainTellsWhichOptionKeptANodeAway) {
  if (!OnBackplane()) GTEST_SKIP() << "only Backplane explains";
  Claim({{"claim", kOps}, {"groups", "each"}});
  Set(kBudget, "74,");
  Set(kLayers, "CPUExecutionProvider(=encoder.0)");
  ASSERT_OK(Open());
  char* text = nullptr;
  ASSERT_OK(BackplaneSessionExplain(session_, DefaultAllocator(), &text));
  const json explanation = json::parse(TakeText(text));
  std::map<std::string, std::string> reasons;
  for (const json& node : explanation.at("nodes")) {
    for (const json& refusal : node.at("refused_by"))
      reasons[node.at("name")] =
          refusal.at("reason").get<std::string>() + ": " + refusal.at("text").get<std::string>();
  }
  const std::string assigned = "assigned to CPUExecutionProvider by " + std::string(kLayers);
  const std::string spent = "budget of 75776 bytes spent";
  EXPECT_THAT(reasons, ElementsAre(std::pair("choice", "not-claimed: not claimed"),
                                   std::pair("first/neg", "assigned: " + assigned),
                                   std::pair("second/mul", "over-budget: " + spent),
                                   std::pair("second/relu", "over-budget: " + spent)));
  EXPECT_THAT(
      explanation.at("summary").get<std::string>(),
      AllOf(HasSubstr("Neg ×1: CUDA: " + assigned), HasSubstr("Mul ×1, Relu ×1: CUDA: " + spent)));
}

}  // namespace
}  // namespace capi
