// EPs that name kernels in a registry: which nodes they get, what their kernels are told, shared
// memory, packed weights, control flow made by the host. Also runs on ONNX Runtime.
#include <dlfcn.h>

#include <sstream>

#include "capi/ep_support.h"

namespace capi {
namespace {

constexpr const char* kEp = "kernel_ep";

/// What the EP's kernels wrote down since the last call.
std::vector<std::string> Take() { return TakeJournal("kernel_ep_plugin", "KernelEpTake"); }

std::vector<std::string> Take(const std::string& prefix) {
  std::vector<std::string> lines = Take();
  std::erase_if(lines, [&](const std::string& line) { return line.rfind(prefix, 0) != 0; });
  return lines;
}

bool Contains(const std::vector<std::string>& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

class KernelEp : public testing::Test {
 protected:
  KernelEp() : registered_(kEp, PluginPath("kernel_ep_plugin")) {}

  Handle<OrtSessionOptions> Options() {
    Handle<OrtSessionOptions> options = NewOptions();
    std::vector<const OrtEpDevice*> devices = EpDevices(kEp);
    devices.resize(std::min<size_t>(devices.size(), 1));
    EXPECT_OK(Append(options, devices));
    return options;
  }

  Registered registered_;
};

struct Feed {
  const char* name;
  const OrtValue* value;
};

Outcome TryRun(OrtSession* session, const std::vector<Feed>& feeds,
               const std::vector<const char*>& outputs, std::vector<OrtValue*>& values) {
  std::vector<const char*> names;
  std::vector<const OrtValue*> inputs;
  for (const Feed& feed : feeds) {
    names.push_back(feed.name);
    inputs.push_back(feed.value);
  }
  values.assign(outputs.size(), nullptr);
  return Api().Run(session, nullptr, names.data(), inputs.data(), inputs.size(), outputs.data(),
                   outputs.size(), values.data());
}

/// The float outputs.
std::vector<std::vector<float>> Outputs(OrtSession* session, const std::vector<Feed>& feeds,
                                        const std::vector<const char*>& outputs) {
  std::vector<OrtValue*> values;
  EXPECT_OK(TryRun(session, feeds, outputs, values));
  std::vector<std::vector<float>> results;
  for (OrtValue* value : values) {
    if (value == nullptr) continue;
    results.push_back(DataOf<float>(value));
    Api().ReleaseValue(value);
  }
  return results;
}

using Floats = std::vector<float>;

TEST_F(KernelEp, RegistriesRefuseAKernelThatMakesTheChoiceAmbiguous) {
  // Kernels that state memory may repeat.
  const std::vector<std::string> expected = {
      "second Relu: code 1",   "second Flatten: code 1", "second LeakyRelu: code 1",
      "second MatMul: code 1", "second If: ok",          "second Loop: ok",
      "second Scan: code 1",   "second Inspect: code 1", "second Invoke: code 1"};
  EXPECT_EQ(Take("second "), expected);
}

TEST_F(KernelEp, TakesTheNodesItsRegistryFits) {
  const auto options = Options();
  Take();
  const Handle<OrtSession> session = OpenModel("kernels", options);
  const auto lines = Take("LookUpKernel ");
  EXPECT_TRUE(Contains(lines, "LookUpKernel ::Relu ep=yes since=14..14 in0=0 out0=0"))
      << testing::PrintToString(lines);
  EXPECT_TRUE(Contains(lines, "LookUpKernel ::Flatten ep=yes since=13..20 in0=0 out0=0"));
  EXPECT_TRUE(Contains(lines, "LookUpKernel ::MatMul ep=yes since=13..13 in0=0 out0=0"));
  EXPECT_TRUE(Contains(lines, "LookUpKernel ::LeakyRelu ep=yes since=16..16 in0=0 out0=0"));
  EXPECT_EQ(lines.size(), 4u);

  Floats x = {-1, -2, -3, 4, 5, -6};
  const auto input = TensorOver(x, {2, 3, 1});
  // relu(-x) = {1, 2, 3, 0, 0, 6}; times w = {22, 28, 30, 36}; its negation, a hundredth of it.
  for (int run = 0; run < 3; ++run) {
    const auto y = Outputs(session, {{"x", input}}, {"y"});
    ASSERT_EQ(y.size(), 1u);
    const Floats expected = {-0.22f, -0.28f, -0.30f, -0.36f};
    for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(y[0][i], expected[i], 1e-6);
  }
  const auto sharing = Take();
  EXPECT_EQ(std::count(sharing.begin(), sharing.end(), "Flatten aliased"), 3)
      << testing::PrintToString(sharing);
  // From the run on for which the memory is planned, which may be the first.
  EXPECT_GE(std::count(sharing.begin(), sharing.end(), "Relu in place"), 2);
}

TEST_F(KernelEp, AttributesTheModelLeavesOutHaveTheirDefaults) {
  const auto options = Options();
  Take();
  const Handle<OrtSession> session = OpenModel("kernels", options);
  EXPECT_EQ(Take("attributes"), (std::vector<std::string>{"attributes alpha, alpha is 0.010000"}));
}

TEST_F(KernelEp, TypesThatNoKernelTakesGoToTheHost) {
  const auto options = Options();
  Take();
  const Handle<OrtSession> session = OpenModel("kernel_double", options);
  EXPECT_TRUE(Take("LookUpKernel ").empty());
  std::vector<double> x = {-1, 2};
  const auto input = TensorOver(x, {2});
  std::vector<OrtValue*> values;
  ASSERT_OK(TryRun(session, {{"x", input}}, {"y"}, values));
  const Handle<OrtValue> y(values[0]);
  EXPECT_EQ(DataOf<double>(y), (std::vector<double>{0, 2}));
}

TEST_F(KernelEp, NobodyForTheTypesNamesTheReason) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime does not say why";
  const auto options = Options();
  EXPECT_OK(Api().AddSessionConfigEntry(options, "session.disable_cpu_ep_fallback", "1"));
  Handle<OrtSession> session;
  EXPECT_FAILS(
      Api().CreateSession(Env(), ModelPath("kernel_double").c_str(), options, session.out()),
      ORT_FAIL, "no kernel for these types: 'x' is tensor(double)");
}

TEST_F(KernelEp, KernelInfoAnswersEverything) {
  const auto options = Options();
  EXPECT_OK(Api().AddSessionConfigEntry(options, "test.entry", "the value"));
  Take();
  const Handle<OrtSession> session = OpenModel("inspect", options);
  std::vector<std::string> expected = {
      "f 1.250000 i 7",
      "f as int: code 1",
      "absent: code 1",
      "s 'a text', without room code 2 size 7",
      "floats 2: 0.500000 1.500000",
      "ints without room: code 2 size 3",
      "ints 1 3",
      "strings one two",
      "t 2 elements, the last 2.500000",
      "inputs 2 outputs 1",
      "input 0 'x': element 1 rank 1",
      "input 1 'c': element 1 rank 1",
      "input 2 code 2: code 2",
      "output 0 'y': element 1 rank 1",
      "output 1 code 2: code 2",
      "constant 0: 0",
      "constant 1: 1 4.000000",
      "node 'y_node' is 'test.kernels'::'Inspect' since 1",
      "logger yes, test.entry the value",
      "allocator yes",
      "allocator yes",
      "allocator yes",
      "ep kernel_ep",
  };
  auto lines = Take();
  std::erase_if(lines, [](const std::string& line) { return line.rfind("LookUp", 0) == 0; });
  EXPECT_EQ(lines, expected);
}

TEST_F(KernelEp, KernelContextAnswersEverything) {
  const auto options = Options();
  const Handle<OrtSession> session = OpenModel("inspect", options);
  Take();
  Floats x = {1, 2};
  const auto input = TensorOver(x, {2});
  Floats y = {0, 0};
  const auto output = TensorOver(y, {2});
  const char* input_names[] = {"x"};
  const char* output_names[] = {"y"};
  const OrtValue* inputs[] = {input};
  OrtValue* outputs[] = {output};
  ASSERT_OK(Api().Run(session, nullptr, input_names, inputs, 1, output_names, 1, outputs));
  EXPECT_EQ(y, x);
  const std::vector<std::string> expected = {"copied info: y_node",
                                             "context allocator yes",
                                             "scratch apart",
                                             "foreign scratch: code 2",
                                             "stream no",
                                             "resource: code 2",
                                             "preallocated yes",
                                             "preallocated 9: code 2",
                                             "context logger yes",
                                             "context counts 2 1",
                                             "parallel once once once once"};
  EXPECT_EQ(Take(), expected);
}

TEST_F(KernelEp, KernelsInvokeOperatorsOfTheHost) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime finds operators of the kernel's own EP only";
  const auto options = Options();
  Take();
  const Handle<OrtSession> session = OpenModel("invoke", options);
  const auto lines = Take("CreateOp NoSuchOp");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0], "CreateOp NoSuchOp: ok");
  Floats x = {0, 0, 0, 0};
  const auto input = TensorOver(x, {1, 4});
  EXPECT_EQ(Outputs(session, {{"x", input}}, {"y"})[0], (Floats{1.25f, 1.25f, 1.25f, 1.25f}));
}

TEST_F(KernelEp, CustomOperatorsOfTheEpComeWithIt) {
  const auto options = Options();
  Take();
  const Handle<OrtSession> session = OpenModel("triple", options);
  const auto lines = Take();
  EXPECT_TRUE(Contains(lines, "custom kernel of Triple")) << testing::PrintToString(lines);
  Floats x = {1, 2};
  const auto input = TensorOver(x, {2});
  EXPECT_EQ(Outputs(session, {{"x", input}}, {"y"})[0], (Floats{3, 6}));
  // Without the EP nobody knows the operator.
  Handle<OrtSession> without;
  EXPECT_FALSE(
      Outcome(Api().CreateSession(Env(), ModelPath("triple").c_str(), nullptr, without.out()))
          .ok());
}

// -- control flow

TEST_F(KernelEp, IfRunsItsBranchesWithWhatTheyCapture) {
  const auto options = Options();
  const Handle<OrtSession> session = OpenModel("flow_if", options);
  Take();
  Floats x = {-1, 2};
  const auto input = TensorOver(x, {2});
  for (const bool condition : {true, false, true}) {
    bool flag = condition;
    const Handle<OrtValue> c = BoolOver(flag);
    EXPECT_EQ(Outputs(session, {{"c", c}, {"x", input}}, {"y"})[0],
              condition ? (Floats{0, 2}) : (Floats{1, -2}));
  }
}

TEST_F(KernelEp, LoopJoinsItsScansThroughTheHelper) {
  const auto options = Options();
  {
    const Handle<OrtSession> session = OpenModel("flow_loop", options);
    Take();
    Floats v = {-3, 1};
    Floats x = {1, 1};
    const auto start = TensorOver(v, {2});
    const auto captured = TensorOver(x, {2});
    for (const int64_t times : {3, 1, 3}) {
      std::vector<int64_t> count = {times};
      const auto n = TensorOver(count, {});
      const auto results =
          Outputs(session, {{"n", n}, {"v", start}, {"x", captured}}, {"last", "all"});
      ASSERT_EQ(results.size(), 2u);
      EXPECT_EQ(results[0], times == 3 ? (Floats{0, 4}) : (Floats{-2, 2}));
      EXPECT_EQ(results[1], times == 3 ? (Floats{0, 2, 0, 3, 0, 4}) : (Floats{0, 2}));
    }
    const auto lines = Take("ConcatOutput");
    const std::vector<std::string> expected = {"ConcatOutput parts=3 bytes=24 stream=no",
                                               "ConcatOutput parts=1 bytes=8 stream=no",
                                               "ConcatOutput parts=3 bytes=24 stream=no"};
    EXPECT_EQ(lines, expected);
  }
  EXPECT_EQ(Take("LoopHelper").size(), 1u);
}

TEST_F(KernelEp, ScanTransposesThroughTheHelper) {
  const auto options = Options();
  {
    const Handle<OrtSession> session = OpenModel("flow_scan", options);
    Take();
    Floats s = {10, 20};
    Floats xs = {1, 2, 3, 4, 5, 6};
    Floats factor = {2};
    const auto state = TensorOver(s, {2});
    const auto sequence = TensorOver(xs, {2, 3});
    const auto captured = TensorOver(factor, {1});
    for (int run = 0; run < 2; ++run) {
      const auto results =
          Outputs(session, {{"s", state}, {"xs", sequence}, {"factor", captured}}, {"last", "ys"});
      ASSERT_EQ(results.size(), 2u);
      EXPECT_EQ(results[0], (Floats{16, 35}));
      EXPECT_EQ(results[1], (Floats{22, 26, 32, 48, 58, 70}));
    }
    // In and out, each time.
    EXPECT_EQ(Take("Transpose"), (std::vector<std::string>(4, "Transpose 1 0")));
  }
  EXPECT_EQ(Take("ScanHelper").size(), 1u);
}

// -- packed weights

TEST_F(KernelEp, WeightsStoredWithoutAContainerAreTheSessionsOwn) {
  const auto options = Options();
  Take();
  const Handle<OrtSession> first = OpenModel("kernels", options);
  const Handle<OrtSession> second = OpenModel("kernels", options);
  const auto lines = Take();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "PrePack cache=yes"), 2)
      << testing::PrintToString(lines);
  std::vector<std::string> shared = lines;
  std::erase_if(shared, [](const auto& line) { return line.rfind("SetShared", 0) != 0; });
  ASSERT_EQ(shared.size(), 2u);
  EXPECT_EQ(shared[0].rfind("SetShared input=1 buffers=1 bytes=24 at 0x", 0), 0u) << shared[0];
  EXPECT_NE(shared[0], shared[1]);
}

TEST_F(KernelEp, SessionsShareWhatTheyPackIntoOneContainer) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime shares weights of its own EP only";
  Handle<OrtPrepackedWeightsContainer> container;
  ASSERT_OK(Api().CreatePrepackedWeightsContainer(container.out()));
  const auto options = Options();
  Take();
  std::vector<Handle<OrtSession>> sessions(2);
  for (auto& session : sessions) {
    ASSERT_OK(Api().CreateSessionWithPrepackedWeightsContainer(Env(), ModelPath("kernels").c_str(),
                                                               options, container, session.out()));
  }
  const auto shared = Take("SetShared");
  ASSERT_EQ(shared.size(), 2u);
  EXPECT_EQ(shared[0].rfind("SetShared input=1 buffers=1 bytes=24 at 0x", 0), 0u) << shared[0];
  EXPECT_EQ(shared[0], shared[1]);  // the same address
  Floats x = {-1, -2, -3, 4, 5, -6};
  const auto input = TensorOver(x, {2, 3, 1});
  const auto first = Outputs(sessions[0], {{"x", input}}, {"y"});
  sessions[0] = Handle<OrtSession>();
  container = Handle<OrtPrepackedWeightsContainer>();
  EXPECT_EQ(Outputs(sessions[1], {{"x", input}}, {"y"}), first);
}

TEST_F(KernelEp, ModelEditorSessionsShareWhatTheyPackToo) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime shares weights of its own EP only";
  Handle<OrtPrepackedWeightsContainer> container;
  ASSERT_OK(Api().CreatePrepackedWeightsContainer(container.out()));
  const OrtModelEditorApi& editor = *Api().GetModelEditorApi();
  const auto options = Options();
  Take();
  std::vector<Handle<OrtSession>> sessions(2);
  for (auto& session : sessions) {
    ASSERT_OK(editor.CreateModelEditorSession(Env(), ModelPath("kernels").c_str(), options,
                                              session.out()));
    ASSERT_OK(editor.FinalizeModelEditorSession(session, nullptr, container));
  }
  const auto shared = Take("SetShared");
  ASSERT_EQ(shared.size(), 2u);
  EXPECT_EQ(shared[0], shared[1]);  // the same address
}

}  // namespace
}  // namespace capi
