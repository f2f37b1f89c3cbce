// What runs where and why: the C API's graph assignment, the JSON of BackplaneSessionExplain, the
// line in the log. The assignment tests run on ONNX Runtime too.
#include <backplane/backplane.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "capi/ep_support.h"

namespace capi {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kRecord = "session.record_ep_graph_assignment_info";
constexpr const char* kCpu = "CPUExecutionProvider";
using EpOptions = std::vector<std::pair<const char*, const char*>>;

/// Sessions on Neg -> Relu -> Neg with the claims plug-in, which takes what its options say.
class ExplainTest : public testing::Test {
 protected:
  ExplainTest() : library_("Claims", PluginPath("claims_plugin")) {
    EXPECT_OK(Api().AddSessionConfigEntry(options_, kRecord, "1"));
  }

  void Claim(const EpOptions& ep_options) {
    ASSERT_OK(Append(options_, EpDevices("Claims"), ep_options));
  }

  Registered library_;
  Handle<OrtSessionOptions> options_ = NewOptions();
};

/// "EP: domain.Type name, ..." for each part.
std::vector<std::string> Parts(const OrtSession* session) {
  std::vector<std::string> texts;
  const OrtEpAssignedSubgraph* const* parts = nullptr;
  size_t count = 0;
  EXPECT_OK(Api().Session_GetEpGraphAssignmentInfo(session, &parts, &count));
  for (size_t i = 0; i < count; ++i) {
    const char* ep = nullptr;
    EXPECT_OK(Api().EpAssignedSubgraph_GetEpName(parts[i], &ep));
    const OrtEpAssignedNode* const* nodes = nullptr;
    size_t node_count = 0;
    EXPECT_OK(Api().EpAssignedSubgraph_GetNodes(parts[i], &nodes, &node_count));
    std::string text = std::string(ep) + ":";
    for (size_t n = 0; n < node_count; ++n) {
      const char *name = nullptr, *domain = nullptr, *type = nullptr;
      EXPECT_OK(Api().EpAssignedNode_GetName(nodes[n], &name));
      EXPECT_OK(Api().EpAssignedNode_GetDomain(nodes[n], &domain));
      EXPECT_OK(Api().EpAssignedNode_GetOperatorType(nodes[n], &type));
      text += std::string(" ") + domain + type;
    }
    texts.push_back(text);
  }
  return texts;
}

json Explain(const OrtSession* session) {
  char* text = nullptr;
  EXPECT_OK(BackplaneSessionExplain(session, DefaultAllocator(), &text));
  return json::parse(TakeText(text));
}

// -- the C API
// --------------------------------------------------------------------------------------------------------

TEST_F(ExplainTest, AssignmentNeedsItsConfigurationEntry) {
  Handle<OrtSession> session = OpenModel("neg_relu_neg");
  const OrtEpAssignedSubgraph* const* parts = nullptr;
  size_t count = 0;
  EXPECT_FAILS(Api().Session_GetEpGraphAssignmentInfo(session, &parts, &count), ORT_FAIL,
               "Session configuration entry 'session.record_ep_graph_assignment_info' must be set "
               "to \"1\" to retrieve EP graph assignment information.");
}

TEST_F(ExplainTest, EveryNodeOutsideOfGroupsIsAPart) {
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options_);
  EXPECT_THAT(Parts(session), ElementsAre("CPUExecutionProvider: Neg", "CPUExecutionProvider: Relu",
                                          "CPUExecutionProvider: Neg"));
}

TEST_F(ExplainTest, AGroupIsOnePart) {
  Claim({{"claim", "Relu,Neg"}});
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options_);
  EXPECT_THAT(Parts(session), ElementsAre("Claims: Neg Relu Neg"));
}

TEST_F(ExplainTest, PartsComeByEpInTheirOrder) {
  Claim({{"claim", "Neg"}});
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options_);
  EXPECT_THAT(Parts(session),
              ElementsAre("Claims: Neg", "Claims: Neg", "CPUExecutionProvider: Relu"));
}

TEST_F(ExplainTest, NullArguments) {
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options_);
  const OrtEpAssignedSubgraph* const* parts = nullptr;
  size_t count = 0;
  ASSERT_OK(Api().Session_GetEpGraphAssignmentInfo(session, &parts, &count));
  EXPECT_FAILS(Api().EpAssignedSubgraph_GetEpName(parts[0], nullptr), ORT_INVALID_ARGUMENT, "out");
  if (!OnBackplane()) return;  // the others crash there
  const char* text = nullptr;
  EXPECT_FAILS(Api().EpAssignedSubgraph_GetEpName(nullptr, &text), ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(Api().EpAssignedSubgraph_GetNodes(parts[0], nullptr, &count), ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(Api().EpAssignedNode_GetName(nullptr, &text), ORT_INVALID_ARGUMENT, "ep_node");
  EXPECT_FAILS(Api().EpAssignedNode_GetDomain(nullptr, &text), ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(Api().EpAssignedNode_GetOperatorType(nullptr, nullptr), ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(Api().Session_GetEpGraphAssignmentInfo(nullptr, &parts, &count),
               ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(BackplaneSessionExplain(nullptr, DefaultAllocator(), nullptr), ORT_INVALID_ARGUMENT);
}

// -- reasons
// ----------------------------------------------------------------------------------------------------------

class ReasonTest : public ExplainTest {
 protected:
  void SetUp() override {
    if (!OnBackplane()) GTEST_SKIP() << "only Backplane explains";
  }
  /// The reason that Claims has for not running each node: "reason: text", empty where it runs it.
  std::vector<std::string> Reasons(const OrtSession* session) {
    std::vector<std::string> reasons;
    const json explanation = Explain(session);
    for (const json& node : explanation.at("nodes")) {
      std::string words;
      for (const json& refusal : node.at("refused_by")) {
        EXPECT_EQ(refusal.at("ep"), "Claims");
        words +=
            refusal.at("reason").get<std::string>() + ": " + refusal.at("text").get<std::string>();
      }
      EXPECT_EQ(node.at("ep"), words.empty() ? "Claims" : kCpu);
      reasons.push_back(words);
    }
    return reasons;
  }
};

TEST_F(ReasonTest, NotClaimed) {
  Claim({{"claim", "Neg"}});
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options_);
  EXPECT_THAT(Reasons(session), ElementsAre("", "not-claimed: not claimed", ""));
  EXPECT_EQ(Explain(session).at("summary"),
            "Claims: 2/3 nodes in 2 groups; CPU: 1 (Relu ×1: not claimed by Claims)");
}

TEST_F(ReasonTest, AClaimThatWouldMakeACycleIsRefused) {
  Claim({{"claim", "Neg"}, {"groups", "all"}});
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options_);
  const auto refused = HasSubstr("claim-refused: fusing it would make a cycle through Relu");
  EXPECT_THAT(Reasons(session), ElementsAre(refused, "not-claimed: not claimed", refused));
}

TEST_F(ReasonTest, AnEpThatFailsToAnswer) {
  Claim({{"claim", "*"}, {"fail", "no mood"}});
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options_);
  const json explanation = Explain(session);
  EXPECT_THAT(Reasons(session), testing::Each(HasSubstr("capability-failed: Claims: no mood")));
  ASSERT_FALSE(explanation.at("notes").empty());
  EXPECT_EQ(explanation.at("notes")[0].at("reason"), "capability-failed");
  EXPECT_THAT(explanation.at("summary").get<std::string>(),
              HasSubstr("CPU: 3 (Neg ×2, Relu ×1: Claims: Claims: no mood)"));
}

TEST_F(ReasonTest, WhatTheEpSays) {
  Claim({{"claim", "Neg"}, {"say", "Relu=it hurts;Neg=in\thalf precision;Relu=no mood"}});
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options_);
  EXPECT_THAT(Reasons(session), ElementsAre("", "declined: no mood", ""));
  const json explanation = Explain(session);
  EXPECT_EQ(explanation.at("summary"),
            "Claims: 2/3 nodes in 2 groups; CPU: 1 (Relu ×1: Claims: no mood)");
  EXPECT_EQ(explanation.at("nodes")[0].at("remarks"), json({"in half precision"}));
  EXPECT_FALSE(explanation.at("nodes")[1].contains("remarks"));
}

TEST_F(ReasonTest, WhatTheHostRefusesComesBeforeWhatTheEpSays) {
  Claim({{"claim", "Neg"}, {"groups", "all"}, {"say", "Neg=fast"}});
  const auto refused = HasSubstr("claim-refused: fusing it would make a cycle through Relu");
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options_);
  EXPECT_THAT(Reasons(session), ElementsAre(refused, "not-claimed: not claimed", refused));
  EXPECT_FALSE(Explain(session).at("nodes")[0].contains("remarks"));
}

TEST_F(ReasonTest, LongWordsAreCut) {
  std::string words = "Relu=" + std::string(499, 'x');
  for (int i = 0; i < 300; ++i) words += "ä";
  Claim({{"say", words.c_str()}});
  Handle<OrtSession> session = OpenModel("neg_relu_neg", options_);
  EXPECT_EQ(Reasons(session)[1], "declined: " + std::string(499, 'x') + "...");
}

TEST_F(ReasonTest, AWrongReasonSaysWhatIsWrong) {
  Registered bad("Bad", PluginPath("misbehaving_plugin"));
  const std::pair<const char*, const char*> cases[] = {
      {"reason:null", "argument 'node' is null"},
      {"reason:null_info", "argument 'graph_support_info' is null"},
      {"reason:null_text", "argument 'reason' is null"},
      {"reason:foreign", "a node with a reason is not part of the graph that was asked about"},
      {"reason:empty", "the reason for Neg 'first' is empty"}};
  for (const auto& [fault, words] : cases) {
    setenv("MISBEHAVE", fault, 1);
    Handle<OrtSessionOptions> options = NewOptions();
    ASSERT_OK(Append(options, EpDevices("Bad")));
    const json explanation = Explain(OpenModel("neg_relu_neg", options));
    unsetenv("MISBEHAVE");
    EXPECT_THAT(explanation.at("notes")[0].at("text").get<std::string>(), HasSubstr(words));
  }
}

/// What the notes say of `ep`: "reason: text".
std::string Note(const json& explanation, const std::string& ep) {
  for (const json& note : explanation.at("notes")) {
    if (note.at("ep") == ep)
      return note.at("reason").get<std::string>() + ": " + note.at("text").get<std::string>();
  }
  return "(none)";
}

TEST_F(ReasonTest, EpsThatAreNotInTheSession) {
  LifeCycle life({{"NAMES", "NoDevice"}, {"DEVICES", ""}});
  Registered idle("idle");
  EXPECT_FALSE(Register("broken", PluginPath("half_plugin")).ok());
  const json explanation = Explain(OpenModel("neg_relu_neg"));
  EXPECT_THAT(Note(explanation, "Claims"), "option: the session's options do not name it");
  EXPECT_THAT(Note(explanation, "NoDevice"), HasSubstr("device-missing: EP library 'idle' found"));
  EXPECT_THAT(Note(explanation, "broken"), HasSubstr("library-failed: "));
  EXPECT_THAT(Note(explanation, "broken"), HasSubstr("ReleaseEpFactory"));
  EXPECT_EQ(Note(explanation, kCpu), "(none)");
}

// -- the whole explanation
// --------------------------------------------------------------------------------------------

TEST_F(ReasonTest, GroupsDevicesAndTheGraph) {
  Claim({{"claim", "Neg"}});
  const json explanation = Explain(OpenModel("neg_relu_neg", options_));
  EXPECT_EQ(explanation.at("format"), 1);
  ASSERT_EQ(explanation.at("eps").size(), 2u);
  const json& ep = explanation.at("eps")[0];
  EXPECT_EQ(ep.at("name"), "Claims");
  EXPECT_EQ(ep.at("nodes"), 2);
  EXPECT_EQ(ep.at("groups"), 2);
  EXPECT_THAT(ep.at("devices")[0].get<std::string>(), HasSubstr("CPU"));
  ASSERT_EQ(explanation.at("groups").size(), 2u);
  EXPECT_EQ(explanation.at("groups")[1].at("nodes"), json({2}));
  const json& relu = explanation.at("nodes")[1];
  EXPECT_EQ(explanation.at("values")[relu.at("inputs")[0].get<size_t>()].at("type"), "float");
  EXPECT_EQ(explanation.at("inputs").size(), 1u);
  ASSERT_EQ(explanation.at("kernels").size(), 3u);
  EXPECT_EQ(explanation.at("kernels")[relu.at("kernel").get<size_t>()].at("nodes"), json({1}));
}

TEST_F(ReasonTest, WithoutTheRecordThereIsNoGraph) {
  const json explanation = Explain(OpenModel("neg_relu_neg"));
  EXPECT_FALSE(explanation.contains("values"));
  EXPECT_FALSE(explanation.at("nodes")[0].contains("inputs"));
}

TEST_F(ReasonTest, OneLineIsLoggedWhereThereIsAChoice) {
  Claim({{"claim", "Neg"}});
  std::vector<std::string> lines;
  const auto log = [](void* param, OrtLoggingLevel severity, const char* category, const char*,
                      const char*, const char* message) noexcept {
    if (severity >= ORT_LOGGING_LEVEL_WARNING)
      static_cast<std::vector<std::string>*>(param)->push_back(std::string(category) + ": " +
                                                               message);
  };
  ASSERT_OK(Api().SetUserLoggingFunction(options_, log, &lines));
  ASSERT_OK(Api().SetSessionLogSeverityLevel(options_, ORT_LOGGING_LEVEL_WARNING));
  OpenModel("neg_relu_neg", options_);
  EXPECT_THAT(lines, ElementsAre("partition: Claims: 2/3 nodes in 2 groups; CPU: 1 (Relu ×1: not "
                                 "claimed by Claims)"));
}

}  // namespace
}  // namespace capi
