// Which EPs a session gets: appended by device or by name, by policy, by delegate. The tables are
// what ONNX Runtime 1.31 did on the same devices; the same tests run on it.
#include <gmock/gmock.h>

#include <functional>

#include "capi/ep_support.h"

namespace capi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// What the plug-in was asked to create for a session with `options`: lines "CreateEp NAME
/// DEVICE... [ENTRY...]".
std::vector<std::string> Created(LifeCycle& life, const OrtSessionOptions* options) {
  life.Take();
  Handle<OrtSession> session = OpenModel("add", options);
  std::vector<std::string> lines = life.Take("CreateEp ");
  for (std::string& line : lines) line.erase(0, std::string("CreateEp ").size());
  return lines;
}

// -- appending by device
// ----------------------------------------------------------------------------------------------

class AppendTest : public testing::Test {
 protected:
  AppendTest()
      : life_{{"NAMES", "App"},
              {"DEVICES", "GPU:0x8086:1:vendor=Intel,GPU:0x8086:2:vendor=Intel,cpu"}},
        library_("app") {
    devices_ = EpDevices("App");
  }
  LifeCycle life_;
  Registered library_;
  std::vector<const OrtEpDevice*> devices_;
  Handle<OrtSessionOptions> options_ = NewOptions();
};

TEST_F(AppendTest, OneAndSeveralDevices) {
  ASSERT_OK(Append(options_, {devices_[1]}));
  EXPECT_THAT(Created(life_, options_), ElementsAre("App 1"));
  Handle<OrtSessionOptions> several = NewOptions();
  ASSERT_OK(Append(several, {devices_[2], devices_[0], devices_[0]}));
  EXPECT_THAT(Created(life_, several), ElementsAre("App 2 0 0"));
}

TEST_F(AppendTest, WrongDevices) {
  EXPECT_FAILS(Append(options_, {}), ORT_INVALID_ARGUMENT,
               "Must provide one or more OrtEpDevice instances.");
  EXPECT_FAILS(Append(options_, {devices_[0], EpDevices()[0]}), ORT_INVALID_ARGUMENT,
               "must have the same execution provider.");
  if (!OnBackplane()) return;  // ONNX Runtime crashes
  EXPECT_FAILS(Append(options_, {nullptr}), ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(Api().SessionOptionsAppendExecutionProvider_V2(options_, Env(), devices_.data(), 1,
                                                              nullptr, nullptr, 2),
               ORT_INVALID_ARGUMENT, "ep_option_keys");
}

TEST_F(AppendTest, TheSameEpTwiceFailsAtTheSession) {
  ASSERT_OK(Append(options_, {devices_[0]}));
  ASSERT_OK(Append(options_, {devices_[1]}));
  Handle<OrtSession> session;
  EXPECT_FAILS(Api().CreateSession(Env(), ModelPath("add").c_str(), options_, session.out()),
               ORT_FAIL, "Provider App has already been registered.");
}

TEST_F(AppendTest, TheBuiltInEpNeedsNoLibrary) {
  ASSERT_OK(Append(options_, {EpDevices()[0]}));
  EXPECT_THAT(Created(life_, options_), IsEmpty());
}

TEST_F(AppendTest, FailureToCreate) {
  ASSERT_OK(Append(options_, {devices_[0]}));
  life_.Set("FAIL", "CreateEp");
  Handle<OrtSession> session;
  EXPECT_FAILS(Api().CreateSession(Env(), ModelPath("add").c_str(), options_, session.out()),
               ORT_FAIL, "Error creating execution provider: ");
  if (!OnBackplane()) return;  // ONNX Runtime terminates
  life_.Set("FAIL", "");
  life_.Set("THROW", "CreateEp");
  EXPECT_FAILS(Api().CreateSession(Env(), ModelPath("add").c_str(), options_, session.out()),
               ORT_FAIL, "CreateEp threw");
  life_.Set("THROW", "");
  life_.Set("NULL", "ep");
  EXPECT_FAILS(Api().CreateSession(Env(), ModelPath("add").c_str(), options_, session.out()),
               ORT_FAIL, "App");
}

// -- options
// ----------------------------------------------------------------------------------------------------------

class EpOptionsTest : public testing::Test {
 protected:
  EpOptionsTest()
      : life_{{"NAMES", "OptionEP"}, {"OPTIONS", "threads=1,precision=high"}}, library_("options") {
    devices_ = EpDevices("OptionEP");
  }
  std::map<std::string, std::string> Entries() {
    OrtKeyValuePairs* entries = nullptr;
    EXPECT_OK(Api().GetSessionOptionsConfigEntries(options_, &entries));
    auto pairs = Pairs(entries);
    Api().ReleaseKeyValuePairs(entries);
    return pairs;
  }
  LifeCycle life_;
  Registered library_;
  std::vector<const OrtEpDevice*> devices_;
  Handle<OrtSessionOptions> options_ = NewOptions();
};

TEST_F(EpOptionsTest, BecomeConfigEntriesOverTheDefaults) {
  ASSERT_OK(Api().AddSessionConfigEntry(options_, "ep.optionep.precision", "before"));
  ASSERT_OK(Append(options_, devices_, {{"threads", "7"}}));
  EXPECT_THAT(Entries(), ElementsAre(std::pair("ep.optionep.precision", "high"),
                                     std::pair("ep.optionep.threads", "7")));
  ASSERT_OK(Api().AddSessionConfigEntry(options_, "ep.optionep.precision", "after"));
  const auto created = Created(life_, options_);
  ASSERT_EQ(created.size(), 1u);
  EXPECT_THAT(created[0], HasSubstr("ep.optionep.precision=after"));
  EXPECT_THAT(created[0], HasSubstr("ep.optionep.threads=7"));
}

TEST_F(EpOptionsTest, UnknownOnesNameTheNearest) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime passes them on";
  EXPECT_FAILS(Append(options_, devices_, {{"thread", "7"}}), ORT_INVALID_ARGUMENT,
               "OptionEP does not know the option 'thread'. Did you mean 'threads'? It knows: "
               "precision, threads.");
  EXPECT_THAT(Entries(), IsEmpty());
  ASSERT_OK(Api().AddSessionConfigEntry(options_, "backplane.strict_ep_options", "0"));
  EXPECT_OK(Append(options_, devices_, {{"thread", "7"}}));
}

TEST_F(EpOptionsTest, OfAPolicyYieldToEntries) {
  ASSERT_OK(Api().AddSessionConfigEntry(options_, "ep.optionep.precision", "low"));
  ASSERT_OK(Api().SessionOptionsSetEpSelectionPolicy(options_,
                                                     OrtExecutionProviderDevicePolicy_PREFER_CPU));
  const auto created = Created(life_, options_);
  ASSERT_EQ(created.size(), 1u);
  EXPECT_THAT(created[0], HasSubstr("ep.optionep.precision=low"));
  EXPECT_THAT(created[0], HasSubstr("ep.optionep.threads=1"));
}

// -- appending by name
// ------------------------------------------------------------------------------------------------

Outcome AppendByName(OrtSessionOptions* options, const char* name) {
  return Api().SessionOptionsAppendExecutionProvider(options, name, nullptr, nullptr, 0);
}

TEST(AppendByNameTest, UnknownAndAbsent) {
  Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_FAILS(AppendByName(options, "Nobody"), ORT_INVALID_ARGUMENT,
               "Unknown provider name 'Nobody'. Currently supported values are ");
  EXPECT_FAILS(AppendByName(options, "SNPE"), ORT_INVALID_ARGUMENT,
               "execution provider is not supported in this build.");
  EXPECT_FAILS(AppendByName(options, "snpe"), ORT_INVALID_ARGUMENT, "Unknown provider name 'snpe'");
}

TEST(AppendByNameTest, RegisteredEps) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime knows its built-in EPs only";
  LifeCycle life{{"NAMES", "ByName,SNPEExecutionProvider"}, {"DEVICES", "GPU:0x8086:1,cpu"}};
  Registered library("by name");
  Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_OK(AppendByName(options, "CPUExecutionProvider"));
  EXPECT_OK(AppendByName(options, "ByName"));
  EXPECT_OK(AppendByName(options, "SNPE"));
  EXPECT_THAT(Created(life, options), ElementsAre("ByName 0", "SNPEExecutionProvider 0"));
  EXPECT_FAILS(AppendByName(options, "byname"), ORT_INVALID_ARGUMENT,
               "Unknown provider name 'byname'");
}

TEST(AppendByNameTest, RegisteredEpsWithoutADeviceSaySo) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime knows its built-in EPs only";
  LifeCycle life{{"NAMES", "Lonely"}, {"DEVICES", ""}};
  Registered library("lonely library");
  Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_FAILS(AppendByName(options, "Lonely"), ORT_INVALID_ARGUMENT,
               "Lonely cannot be used: EP library 'lonely library' found no device for it");
}

// -- policies
// ---------------------------------------------------------------------------------------------------------

struct Library {
  const char* names;
  const char* devices = "cpu";
  const char* vendor = "Test Vendor";
};

struct PolicyCase {
  const char* title;
  std::vector<Library> libraries;
  std::vector<std::string> cpu, npu, gpu;  // created under PREFER_CPU, PREFER_NPU and PREFER_GPU
};

const PolicyCase kPolicyCases[] = {
    {"no plug-in", {}, {}, {}, {}},
    {"one on the CPU", {{"Zed"}}, {"Zed 0"}, {"Zed 0"}, {"Zed 0"}},
    {"by name", {{"Zed"}, {"Abc"}}, {"Abc 0"}, {"Abc 0"}, {"Abc 0"}},
    {"a GPU", {{"G", "GPU:0x10de:1"}}, {}, {}, {"G 0"}},
    {"an NPU", {{"N", "NPU:0x8086:1"}}, {}, {"N 0"}, {}},
    {"one of each",
     {{"C"}, {"G", "GPU:0x10de:1"}, {"N", "NPU:0x8086:1"}},
     {"C 0"},
     {"N 0", "C 0"},
     {"G 0", "C 0"}},
    {"discrete first",
     {{"G1", "GPU:1:1"}, {"G2", "GPU:1:2:Discrete=1"}, {"A3", "GPU:1:3:Discrete=0"}},
     {},
     {},
     {"G2 0"}},
    {"the device's vendor",
     {{"G1", "GPU:1:1:vendor=NV:Discrete=1"}, {"G2", "GPU:1:1:vendor=NV:Discrete=1", "NV"}},
     {},
     {},
     {"G2 0"}},
    {"discrete before vendor",
     {{"G1", "GPU:1:1:vendor=NV", "NV"}, {"G2", "GPU:1:1:vendor=NV:Discrete=1"}},
     {},
     {},
     {"G2 0"}},
    {"NPUs by vendor",
     {{"N1", "NPU:1:1:vendor=I"}, {"N2", "NPU:1:1:vendor=I", "I"}},
     {},
     {"N2 0"},
     {}},
    {"one EP on several devices", {{"X", "GPU:1:1,NPU:1:2,cpu"}}, {"X 2"}, {"X 1 2"}, {"X 0 2"}},
    {"the same and another GPU",
     {{"X", "cpu,NPU:1:2,GPU:1:1"}, {"D", "GPU:2:1:Discrete=1"}},
     {"X 0"},
     {"X 1 0"},
     {"D 0", "X 0"}},
};

TEST(PolicyTest, AsOnnxRuntimeChooses) {
  const struct {
    OrtExecutionProviderDevicePolicy policy;
    std::vector<std::string> PolicyCase::*expected;
  } policies[] = {{OrtExecutionProviderDevicePolicy_DEFAULT, &PolicyCase::cpu},
                  {OrtExecutionProviderDevicePolicy_PREFER_CPU, &PolicyCase::cpu},
                  {OrtExecutionProviderDevicePolicy_PREFER_NPU, &PolicyCase::npu},
                  {OrtExecutionProviderDevicePolicy_PREFER_GPU, &PolicyCase::gpu},
                  {OrtExecutionProviderDevicePolicy_MAX_PERFORMANCE, &PolicyCase::gpu},
                  {OrtExecutionProviderDevicePolicy_MAX_EFFICIENCY, &PolicyCase::npu},
                  {OrtExecutionProviderDevicePolicy_MIN_OVERALL_POWER, &PolicyCase::npu}};
  for (const PolicyCase& c : kPolicyCases) {
    LifeCycle life;
    std::vector<std::unique_ptr<Registered>> libraries;
    for (const Library& library : c.libraries) {
      life.Set("NAMES", library.names);
      life.Set("DEVICES", library.devices);
      life.Set("VENDOR", library.vendor);
      libraries.push_back(std::make_unique<Registered>(library.names));
    }
    for (const auto& p : policies) {
      Handle<OrtSessionOptions> options = NewOptions();
      ASSERT_OK(Api().SessionOptionsSetEpSelectionPolicy(options, p.policy));
      EXPECT_EQ(Created(life, options), c.*p.expected) << c.title << ", policy " << p.policy;
    }
  }
}

TEST(PolicyTest, AnExplicitAppendBeatsIt) {
  LifeCycle life{{"NAMES", "Abc,Zed"}};
  Registered library("two");
  Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Api().SessionOptionsSetEpSelectionPolicy(options,
                                                     OrtExecutionProviderDevicePolicy_PREFER_CPU));
  ASSERT_OK(Append(options, EpDevices("Zed")));
  EXPECT_THAT(Created(life, options), ElementsAre("Zed 0"));
}

TEST(PolicyTest, NoPolicy) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime crashes";
  Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_FAILS(Api().SessionOptionsSetEpSelectionPolicy(
                   options, static_cast<OrtExecutionProviderDevicePolicy>(77)),
               ORT_INVALID_ARGUMENT, "77");
}

// -- order
// ---------------------------------------------------------------------------------------------------------

/// The EPs that run neg_relu_neg.onnx where `eps` are appended in that order; the plug-ins take
/// Neg.
std::vector<std::string> RunBy(const std::vector<std::string>& eps) {
  Registered first("First", PluginPath("claims_plugin"));
  Registered second("Second", PluginPath("claims_plugin"));
  Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_OK(Api().AddSessionConfigEntry(options, "session.record_ep_graph_assignment_info", "1"));
  for (const std::string& ep : eps) {
    const bool built_in = ep == "CPUExecutionProvider";
    EXPECT_OK(Append(options, EpDevices(ep),
                     built_in
                         ? std::vector<std::pair<const char*, const char*>>()
                         : std::vector<std::pair<const char*, const char*>>{{"claim", "Neg"}}));
  }
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options);
  const OrtEpAssignedSubgraph* const* parts = nullptr;
  size_t count = 0;
  EXPECT_OK(Api().Session_GetEpGraphAssignmentInfo(session, &parts, &count));
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    const char* name = nullptr;
    EXPECT_OK(Api().EpAssignedSubgraph_GetEpName(parts[i], &name));
    names.emplace_back(name);
  }
  return names;
}

TEST(EpOrderTest, IsThatOfAppending) {
  EXPECT_THAT(RunBy({"First", "Second"}),
              UnorderedElementsAre("First", "First", "CPUExecutionProvider"));
  EXPECT_THAT(RunBy({"Second", "First"}),
              UnorderedElementsAre("Second", "Second", "CPUExecutionProvider"));
}

TEST(EpOrderTest, TheCpuIsLastWhereverItIsNamed) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime gives a CPU EP that is named first everything";
  EXPECT_THAT(RunBy({"CPUExecutionProvider", "First"}),
              UnorderedElementsAre("First", "First", "CPUExecutionProvider"));
}

TEST(EpOrderTest, FallbackToTheCpuMayBeForbidden) {
  Registered library("First", PluginPath("claims_plugin"));
  Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Api().AddSessionConfigEntry(options, "session.disable_cpu_ep_fallback", "1"));
  ASSERT_OK(Append(options, EpDevices("First"), {{"claim", "Neg"}}));
  Handle<OrtSession> session;
  EXPECT_FAILS(
      Api().CreateSession(Env(), ModelPath("neg_relu_neg").c_str(), options, session.out()),
      ORT_FAIL, "fallback to CPU EP has been explicitly disabled by the user");
  ASSERT_OK(Api().AddSessionConfigEntry(options, "ep.first.claim", "Neg,Relu"));
  EXPECT_OK(Api().CreateSession(Env(), ModelPath("neg_relu_neg").c_str(), options, session.out()));
  // Also where there is no other EP.
  Handle<OrtSessionOptions> alone = NewOptions();
  ASSERT_OK(Api().AddSessionConfigEntry(alone, "session.disable_cpu_ep_fallback", "1"));
  EXPECT_FAILS(Api().CreateSession(Env(), ModelPath("neg_relu_neg").c_str(), alone, session.out()),
               ORT_FAIL, "fallback to CPU EP has been explicitly disabled by the user");
  // And who asks for it does not know what he wants.
  ASSERT_OK(Append(options, EpDevices("CPUExecutionProvider")));
  EXPECT_FAILS(
      Api().CreateSession(Env(), ModelPath("neg_relu_neg").c_str(), options, session.out()),
      ORT_INVALID_ARGUMENT, "Conflicting session configuration: explicitly added the CPU EP");
}

// -- delegate
// ---------------------------------------------------------------------------------------------------------

struct Delegate {
  std::vector<std::string> offered;
  std::map<std::string, std::string> model;
  size_t room = 0;
  bool has_runtime_metadata = false;
  std::function<OrtStatus*(const OrtEpDevice** all, size_t count, const OrtEpDevice** selected,
                           size_t* out)>
      select;

  static OrtStatus* Call(const OrtEpDevice** devices, size_t count, const OrtKeyValuePairs* model,
                         const OrtKeyValuePairs* runtime, const OrtEpDevice** selected, size_t room,
                         size_t* out, void* state) {
    auto& self = *static_cast<Delegate*>(state);
    self.offered.clear();
    for (size_t i = 0; i < count; ++i) self.offered.push_back(Api().EpDevice_EpName(devices[i]));
    self.model = Pairs(model);
    self.has_runtime_metadata = runtime != nullptr;
    self.room = room;
    return self.select(devices, count, selected, out);
  }
};

class DelegateTest : public testing::Test {
 protected:
  DelegateTest() : life_{{"NAMES", "Zed,Abc"}}, library_("delegate") {
    EXPECT_OK(
        Api().SessionOptionsSetEpSelectionPolicyDelegate(options_, &Delegate::Call, &delegate_));
  }
  Outcome Open() {
    Handle<OrtSession> session;
    return Api().CreateSession(Env(), ModelPath("add").c_str(), options_, session.out());
  }
  LifeCycle life_;
  Registered library_;
  Delegate delegate_;
  Handle<OrtSessionOptions> options_ = NewOptions();
};

TEST_F(DelegateTest, SeesDevicesInOrderAndTheModel) {
  delegate_.select = [](const OrtEpDevice** all, size_t, const OrtEpDevice** selected,
                        size_t* out) {
    selected[0] = all[1];
    *out = 1;
    return nullptr;
  };
  EXPECT_THAT(Created(life_, options_), ElementsAre("Zed 0"));
  EXPECT_THAT(delegate_.offered, ElementsAre("Abc", "Zed", "CPUExecutionProvider"));
  EXPECT_EQ(delegate_.room, 8u);
  EXPECT_TRUE(delegate_.has_runtime_metadata);
  for (const char* key : {"graph_name", "producer_name", "producer_version", "domain", "doc_string",
                          "graph_description", "model_version"}) {
    EXPECT_EQ(delegate_.model.count(key), 1u) << key;
  }
}

TEST_F(DelegateTest, Failures) {
  const auto select_many = [](size_t count) {
    return [count](const OrtEpDevice** all, size_t, const OrtEpDevice** selected,
                   size_t* out) -> OrtStatus* {
      for (size_t i = 0; i < count && i < 8; ++i) selected[i] = all[0];
      *out = count;
      return nullptr;
    };
  };
  delegate_.select = select_many(0);
  EXPECT_FAILS(Open(), ORT_FAIL, "EP selection delegate did not select anything.");
  delegate_.select = select_many(9);
  EXPECT_FAILS(Open(), ORT_FAIL, "selected too many EP devices (9). The limit is 8 EP devices.");
  delegate_.select = select_many(8);
  EXPECT_OK(Open());
  delegate_.select = [](const OrtEpDevice**, size_t, const OrtEpDevice**, size_t*) {
    return Api().CreateStatus(ORT_EP_FAIL, "not today");
  };
  EXPECT_FAILS(Open(), ORT_FAIL, "EP selection delegate failed: not today");
  if (!OnBackplane()) return;
  delegate_.select = [](const OrtEpDevice**, size_t, const OrtEpDevice** selected,
                        size_t* out) -> OrtStatus* {
    selected[0] = nullptr;
    *out = 1;
    return nullptr;
  };
  EXPECT_FAILS(Open(), ORT_FAIL, "none of the devices it was given");
  delegate_.select = [](const OrtEpDevice**, size_t, const OrtEpDevice**, size_t*) -> OrtStatus* {
    throw std::runtime_error("boom");
  };
  EXPECT_FAILS(Open(), ORT_FAIL, "EP selection delegate failed: boom");
}

// -- environment-wide EPs
// ----------------------------------------------------------------------------------------------

class EnvironmentEpsTest : public testing::Test {
 protected:
  static constexpr const char* kVariable = "BACKPLANE_EXECUTION_PROVIDERS";
  EnvironmentEpsTest() : life_{{"NAMES", "Wide,Other"}, {"OPTIONS", "a=1,b=2"}}, library_("wide") {}
  void SetUp() override {
    if (!OnBackplane()) GTEST_SKIP() << "only ours has them";
  }
  ~EnvironmentEpsTest() override { unsetenv(kVariable); }

  LifeCycle life_;
  Registered library_;
  Handle<OrtSessionOptions> options_ = NewOptions();
};

TEST_F(EnvironmentEpsTest, ApplyToSessionsThatNameNone) {
  setenv(kVariable, " Wide , b=3; Other ", 1);
  EXPECT_THAT(Created(life_, options_),
              ElementsAre("Wide 0 ep.other.a=1 ep.other.b=2 ep.wide.a=1 ep.wide.b=3",
                          "Other 0 ep.other.a=1 ep.other.b=2 ep.wide.a=1 ep.wide.b=3"));
}

TEST_F(EnvironmentEpsTest, YieldToThoseASessionNames) {
  setenv(kVariable, "Wide", 1);
  ASSERT_OK(Append(options_, EpDevices("Other")));
  EXPECT_THAT(Created(life_, options_), ElementsAre(HasSubstr("Other")));
  Handle<OrtSessionOptions> host = NewOptions();
  ASSERT_OK(Api().SessionOptionsAppendExecutionProvider(host, "CPU", nullptr, nullptr, 0));
  EXPECT_THAT(Created(life_, host), IsEmpty());
  Handle<OrtSessionOptions> policy = NewOptions();
  ASSERT_OK(Api().SessionOptionsSetEpSelectionPolicy(policy,
                                                     OrtExecutionProviderDevicePolicy_PREFER_CPU));
  EXPECT_THAT(Created(life_, policy), testing::Not(IsEmpty()));  // the policy's choice, not ours
}

TEST_F(EnvironmentEpsTest, AnAbsentOneIsLeftOutButNonsenseIsAnError) {
  setenv(kVariable, "NoSuchEp;Wide,zz=1;Other", 1);
  EXPECT_THAT(Created(life_, options_), ElementsAre(HasSubstr("Other")));
  setenv(kVariable, "Wide,b", 1);
  Handle<OrtSession> session;
  EXPECT_FAILS(Api().CreateSession(Env(), ModelPath("add").c_str(), options_, session.out()),
               ORT_INVALID_ARGUMENT, "'b' among the environment's execution providers");
}

// In a process of its own, because a process has one env.
TEST(EnvironmentEpsDeathTest, TheEntryCountsBeforeTheVariable) {
  if (!OnBackplane()) GTEST_SKIP() << "only ours has them";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto created = [] {
    setenv("BACKPLANE_EXECUTION_PROVIDERS", "Variable", 1);
    Handle<OrtKeyValuePairs> entries;
    Api().CreateKeyValuePairs(entries.out());
    Api().AddKeyValuePair(entries, "backplane.execution_providers", "Entry");
    OrtEnvCreationOptions creation{};
    creation.version = ORT_API_VERSION;
    creation.logging_severity_level = ORT_LOGGING_LEVEL_ERROR;
    creation.log_id = "entry";
    creation.config_entries = entries;
    Handle<OrtEnv> env;
    if (!Outcome(Api().CreateEnvWithOptions(&creation, env.out())).ok()) return false;
    LifeCycle life{{"NAMES", "Entry,Variable"}};
    Registered library("both");
    Handle<OrtSessionOptions> options = NewOptions();
    const std::vector<std::string> lines = Created(life, options);
    return lines.size() == 1 && lines[0].rfind("Entry", 0) == 0;
  };
  EXPECT_EXIT(std::exit(created() ? 0 : 1), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace capi
