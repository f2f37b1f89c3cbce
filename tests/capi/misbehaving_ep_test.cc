// EPs that break the rules of docs/EP_RULES.md, one fault at a time: what the user sees is written
// beside each. After every fault the env goes on working and the EP has everything back.
#include <dlfcn.h>

#include <nlohmann/json.hpp>
#include <tuple>

#include "capi/ep_support.h"

namespace capi {
namespace {

enum class Step {
  kOpens,       ///< the session is created, and runs right
  kOpensOnCpu,  ///< the same, but the EP got no node
  kCreate,      ///< creating the session fails
  kRun,         ///< creating it works, running fails
  kOtherShape,  ///< running works, with the shape that the EP gave its output, and a warning
};

struct Case {
  const char* fault;
  Step step;
  OrtErrorCode code = ORT_OK;
  const char* words = "";
};

// clang-format off
const Case kCases[] = {
    {"", Step::kOpens},
    // A status reaches the user, with the EP's name.
    {"fail:CreateEp", Step::kCreate, ORT_FAIL, "Error creating execution provider: CreateEp was told to fail"},
    {"fail:IsConcurrentRunSupported", Step::kCreate, ORT_FAIL, "Bad: IsConcurrentRunSupported was told to fail"},
    {"fail:CreateProfiler", Step::kCreate, ORT_FAIL, "Bad: CreateProfiler was told to fail"},
    {"fail:GetKernelRegistry", Step::kCreate, ORT_FAIL, "Bad: GetKernelRegistry was told to fail"},
    {"fail:GetPreferredDataLayout", Step::kCreate, ORT_FAIL, "Bad: GetPreferredDataLayout was told to fail"},
    {"layout:77", Step::kCreate, ORT_FAIL, "Bad: GetPreferredDataLayout gave 77, which is no OrtEpDataLayout"},
    {"fail:SetDynamicOptions", Step::kOpens},
    {"fail:GetCapability", Step::kOpensOnCpu},
    {"fail:Compile", Step::kCreate, ORT_EP_FAIL, "Bad: Compile of Neg 'first'; Neg 'second': Compile was told to fail"},
    {"compile:half", Step::kCreate, ORT_EP_FAIL, "Bad: Compile of Neg 'first'; Neg 'second': half of it is compiled"},
    {"compile:half_throw", Step::kCreate, ORT_FAIL, "Bad: Compile of Neg 'first'; Neg 'second': half-way out (a C++ exception"},
    {"fail:CreateState", Step::kCreate, ORT_EP_FAIL, "Bad: Create state function failed. Return value: CreateState was told to fail"},
    {"fail:OnSessionInitializationEnd", Step::kCreate, ORT_EP_FAIL, "Bad: OnSessionInitializationEnd was told to fail"},
    {"fail:OnRunStart", Step::kRun, ORT_EP_FAIL, "Bad: OnRunStart was told to fail"},
    {"fail:Compute", Step::kRun, ORT_EP_FAIL, "Bad: Compute was told to fail"},
    {"fail:OnRunEnd", Step::kRun, ORT_EP_FAIL, "Bad: OnRunEnd was told to fail"},
    // So does a C++ exception.
    {"throw:CreateEp", Step::kCreate, ORT_FAIL, "Error creating execution provider: CreateEp threw (a C++ exception thrown by the plugin)"},
    {"throw:GetKernelRegistry", Step::kCreate, ORT_FAIL, "Bad: GetKernelRegistry threw"},
    {"throw:GetPreferredDataLayout", Step::kCreate, ORT_FAIL, "Bad: GetPreferredDataLayout threw"},
    {"throw:IsConcurrentRunSupported", Step::kCreate, ORT_FAIL, "Bad: IsConcurrentRunSupported threw"},
    {"throw:CreateProfiler", Step::kCreate, ORT_FAIL, "Bad: CreateProfiler threw"},
    {"throw:GetCapability", Step::kOpensOnCpu},
    {"throw:Compile", Step::kCreate, ORT_FAIL, "Bad: Compile of Neg 'first'; Neg 'second': Compile threw (a C++ exception"},
    {"throw:CreateState", Step::kCreate, ORT_FAIL, "Bad: Create state function failed. Return value: CreateState threw"},
    {"throw:OnSessionInitializationEnd", Step::kCreate, ORT_FAIL, "Bad: OnSessionInitializationEnd threw"},
    {"throw:OnRunStart", Step::kRun, ORT_FAIL, "Bad: OnRunStart threw"},
    {"throw:Compute", Step::kRun, ORT_FAIL, "Bad: Compute threw (a C++ exception"},
    {"throw:OnRunEnd", Step::kRun, ORT_FAIL, "Bad: OnRunEnd threw"},
    // What must be there and is not.
    {"null:ep", Step::kCreate, ORT_FAIL, "CreateEp of 'Bad' returned no EP"},
    {"null:GetName", Step::kCreate, ORT_FAIL, "the EP of library 'Bad' has no name"},
    {"null:GetCapability", Step::kOpensOnCpu},
    {"null:Compile", Step::kCreate, ORT_NOT_IMPLEMENTED, "Bad: Compile of Neg 'first'; Neg 'second': the plugin does not provide this function"},
    {"null:compute_info", Step::kCreate, ORT_EP_FAIL, "Bad: Compile gave no OrtNodeComputeInfo for"},
    {"null:Compute", Step::kCreate, ORT_INVALID_ARGUMENT, "has no Compute"},
    {"null:CreateState", Step::kOpens},
    {"null:CreateProfiler", Step::kOpens},
    {"null:GetKernelRegistry", Step::kOpens},
    {"null:GetPreferredDataLayout", Step::kOpens},
    {"null:SetDynamicOptions", Step::kOpens},
    {"null:OnRunStart", Step::kOpens},
    {"null:OnRunEnd", Step::kOpens},
    {"null:IsConcurrentRunSupported", Step::kOpens},
    {"null:OnSessionInitializationEnd", Step::kOpens},
    // Versions that cannot be.
    {"version:ep=0", Step::kCreate, ORT_FAIL, "OrtEp states ort_version_supported 0"},
    {"version:ep=4000000000", Step::kCreate, ORT_FAIL, "OrtEp states ort_version_supported 4000000000"},
    {"version:compute_info=0", Step::kCreate, ORT_INVALID_ARGUMENT, "OrtNodeComputeInfo states ort_version_supported 0"},
    {"version:compute_info=4000000000", Step::kCreate, ORT_INVALID_ARGUMENT, "OrtNodeComputeInfo states ort_version_supported 4000000000"},
    // Claims: an unsound one is turned down and its nodes go to the next EP; two that contradict each other are an error.
    {"claim:null", Step::kOpensOnCpu},
    {"claim:foreign", Step::kOpensOnCpu},
    {"claim:empty", Step::kOpensOnCpu},
    {"claim:cycle", Step::kOpensOnCpu},
    {"claim:twice", Step::kCreate, ORT_FAIL, "Bad claims"},
    {"claim:overlap", Step::kCreate, ORT_FAIL, "Bad claims"},
    {"claim:late", Step::kCreate, ORT_INVALID_ARGUMENT, "Bad: GetCapability has returned"},
    // Reasons: a call that fails is a failure of GetCapability only where the EP makes it one.
    {"reason:claimed", Step::kOpens},
    {"reason:null", Step::kOpensOnCpu},
    {"reason:null_info", Step::kOpensOnCpu},
    {"reason:null_text", Step::kOpensOnCpu},
    {"reason:foreign", Step::kOpensOnCpu},
    {"reason:empty", Step::kOpensOnCpu},
    {"reason:late", Step::kCreate, ORT_INVALID_ARGUMENT, "Bad: GetCapability has returned"},
    // What Compute does with the context.
    {"output:none", Step::kRun, ORT_EP_FAIL, "Bad: Compute returned without output 0"},
    {"output:rank", Step::kOtherShape},
    {"output:negative", Step::kRun, ORT_INVALID_ARGUMENT, "Bad: "},
    {"output:huge", Step::kRun, ORT_FAIL, "Bad: "},
    {"output:index", Step::kRun, ORT_INVALID_ARGUMENT, "Bad: output 7 of 1 was asked for"},
    {"output:input_index", Step::kRun, ORT_INVALID_ARGUMENT, "Bad: input 7 of 1 was asked for"},
    {"output:small", Step::kOtherShape},
};
// clang-format on

class MisbehavingTest : public testing::TestWithParam<Case> {
 protected:
  static std::string Path() { return PluginPath("misbehaving_plugin"); }
  static int Live() {
    void* library = dlopen(Path().c_str(), RTLD_NOW | RTLD_NOLOAD);
    if (library == nullptr) return -1;
    const auto count = reinterpret_cast<int (*)()>(dlsym(library, "MisbehavingLiveObjects"));
    const int live = count();
    dlclose(library);
    return live;
  }
  ~MisbehavingTest() override { unsetenv("MISBEHAVE"); }

  // Neg, Relu, Neg on [-2, -1, 0, 1].
  Outcome RunOnce(OrtSession* session, bool other_shape = false) {
    std::vector<float> x{-2, -1, 0, 1};
    const Handle<OrtValue> input = TensorOver(x, {4});
    const OrtValue* inputs[] = {input};
    const char* input_names[] = {"x"};
    const char* output_names[] = {"y"};
    Handle<OrtValue> output;
    Outcome outcome =
        Api().Run(session, nullptr, input_names, inputs, 1, output_names, 1, output.out());
    if (outcome.ok() && other_shape) {
      EXPECT_NE(ShapeOf(output), (std::vector<int64_t>{4}));
    } else if (outcome.ok()) {
      EXPECT_EQ(DataOf<float>(output), (std::vector<float>{-2, -1, 0, 0}));
    }
    return outcome;
  }
};

TEST_P(MisbehavingTest, HasItsExpectedOutcome) {
  const Case& test = GetParam();
  Registered library("Bad", Path());
  setenv("MISBEHAVE", test.fault, 1);
  Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Append(options, EpDevices("Bad")));
  {
    Handle<OrtSession> session;
    const Outcome created =
        Api().CreateSession(Env(), ModelPath("neg_relu_neg").c_str(), options, session.out());
    if (test.step == Step::kCreate) {
      EXPECT_FAILS(created, test.code, test.words);
    } else {
      ASSERT_TRUE(IsOk(created));
      // The EP and its profiler; an info and a state for each of two groups.
      int live = test.step == Step::kOpensOnCpu ? 2 : 2 + 4;
      if (std::string(test.fault) == "null:CreateState") live -= 2;
      if (std::string(test.fault) == "null:CreateProfiler") live -= 1;
      EXPECT_EQ(Live(), live);
      for (int repeat = 0; repeat < 2; ++repeat) {
        const Outcome ran = RunOnce(session, test.step == Step::kOtherShape);
        if (test.step == Step::kRun) {
          EXPECT_FAILS(ran, test.code, test.words);
        } else {
          EXPECT_OK(ran);
        }
      }
      setenv("MISBEHAVE", "", 1);
      EXPECT_OK(RunOnce(session));  // a failed run leaves nothing behind
    }
  }
  EXPECT_EQ(Live(), 0);
  setenv("MISBEHAVE", "", 1);
  Handle<OrtSession> session;
  EXPECT_OK(Api().CreateSession(Env(), ModelPath("neg_relu_neg").c_str(), options, session.out()));
  EXPECT_OK(RunOnce(session));
}

INSTANTIATE_TEST_SUITE_P(Faults, MisbehavingTest, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& info) {
                           std::string name = info.param.fault;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name.empty() ? std::string("none") : name;
                         });

// What an EP adds to a profile; where it fails at that, the rest of the profile is there.
TEST_F(MisbehavingTest, ProfilingEventsAreMerged) {
  Registered library("Bad", Path());
  for (const std::string fault : {"", "fail:StartProfiling", "throw:StartEvent", "fail:StopEvent",
                                  "fail:EndProfiling", "null:StartEvent", "null:EndProfiling"}) {
    setenv("MISBEHAVE", fault.c_str(), 1);
    Handle<OrtSessionOptions> options = NewOptions();
    ASSERT_OK(Append(options, EpDevices("Bad")));
    const std::string prefix =
        (std::filesystem::temp_directory_path() / ("misbehaving_" + std::to_string(getpid())))
            .string();
    ASSERT_OK(Api().EnableProfiling(options, prefix.c_str()));
    Handle<OrtSession> session;
    ASSERT_OK(
        Api().CreateSession(Env(), ModelPath("neg_relu_neg").c_str(), options, session.out()));
    EXPECT_OK(RunOnce(session));
    char* path = nullptr;
    ASSERT_OK(Api().SessionEndProfiling(session, DefaultAllocator(), &path));
    const std::string file = TakeText(path);
    std::ifstream stream(file);
    const nlohmann::json profile = nlohmann::json::parse(stream);
    std::filesystem::remove(file);
    size_t nodes = 0;
    std::vector<std::string> parents;
    for (const auto& event : profile) {
      if (event["cat"] == "Node") ++nodes;
      if (event["cat"] != "Kernel") continue;
      EXPECT_EQ(event["name"], "negate");
      parents.push_back(event["args"]["parent"]);
      EXPECT_EQ(event["args"]["operator"].get<std::string>().rfind("Bad_", 0), 0u);
      EXPECT_EQ(event["args"]["absent"], "yes");
    }
    EXPECT_EQ(nodes, 3u) << fault;
    if (fault.empty() || fault == "null:StartEvent" || fault == "throw:StartEvent") {
      ASSERT_EQ(parents.size(), 2u) << fault;
      EXPECT_EQ(parents[0].rfind("Bad_Bad_", 0), 0u);
    } else {
      EXPECT_TRUE(parents.empty()) << fault;
    }
    session = Handle<OrtSession>();
    setenv("MISBEHAVE", "", 1);
  }
  EXPECT_EQ(Live(), 0);
}

TEST_F(MisbehavingTest, DynamicOptionsThatItDoesNotTake) {
  Registered library("Bad", Path());
  Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Append(options, EpDevices("Bad")));
  Handle<OrtSession> session;
  ASSERT_OK(Api().CreateSession(Env(), ModelPath("neg_relu_neg").c_str(), options, session.out()));
  const char* key = "speed";
  const char* value = "9";
  for (const auto& [fault, code, words] :
       {std::tuple("fail:SetDynamicOptions", ORT_EP_FAIL,
                   "Bad: SetDynamicOptions was told to fail"),
        std::tuple("throw:SetDynamicOptions", ORT_FAIL, "Bad: SetDynamicOptions threw")}) {
    setenv("MISBEHAVE", fault, 1);
    EXPECT_FAILS(Api().SetEpDynamicOptions(session, &key, &value, 1), code, words);
    EXPECT_OK(RunOnce(session));
  }
}

TEST_F(MisbehavingTest, CannotTakeWhatAnotherHas) {
  Registered first("First", Path());
  Registered second("Second", Path());
  Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Append(options, EpDevices("First")));
  ASSERT_OK(Append(options, EpDevices("Second")));
  setenv("MISBEHAVE", "claim:everything", 1);
  Handle<OrtSession> session;
  // The first takes all three nodes as one group and would negate three times: what it computes is
  // its own affair. The second asks for the first one's fused node, in vain.
  ASSERT_OK(Api().CreateSession(Env(), ModelPath("neg_relu_neg").c_str(), options, session.out()));
  EXPECT_EQ(Live(), 2 * 2 + 2);
}

TEST_F(MisbehavingTest, AnEpThatReleasesNoStateLeaksOnlyItsOwn) {
  Registered library("Bad", Path());
  setenv("MISBEHAVE", "null:ReleaseState", 1);
  Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Append(options, EpDevices("Bad")));
  {
    Handle<OrtSession> session;
    ASSERT_OK(
        Api().CreateSession(Env(), ModelPath("neg_relu_neg").c_str(), options, session.out()));
    EXPECT_OK(RunOnce(session));
  }
  EXPECT_EQ(Live(), 2);  // its two states; the EP and the compute infos went back
}

}  // namespace
}  // namespace capi
