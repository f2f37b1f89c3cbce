// Partition: order of preference, fusing, refused claims with their reasons, cycles, subgraphs.
#include "partition/partition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/error.h"

namespace backplane {
namespace {

class NullKernel final : public Kernel {
  void Run(KernelContext&) const override {}
};

// Claims the nodes whose operator is in `types`; as one group, as groups given by hand, or node by
// node.
class FakeEp final : public ExecutionProvider {
 public:
  FakeEp(std::string name, std::set<std::string> types, bool fuse)
      : name_(std::move(name)), types_(std::move(types)), fuse_(fuse) {}

  const std::string& name() const override { return name_; }
  Capability GetCapability(const GraphView& view) override {
    if (fails) Fail(ORT_EP_FAIL, "no mood");
    Capability capability;
    Claim all{.nodes = {}, .fuse = true};
    for (Node* node : view.nodes()) {
      if ((node->ep != kNoEp && !greedy) || types_.count(node->op_type) == 0) continue;
      if (fuse_) {
        all.nodes.push_back(node);
      } else {
        capability.claims.push_back({.nodes = {node}});
      }
    }
    if (!all.nodes.empty()) capability.claims.push_back(all);
    for (const std::set<std::string>& names : groups) {
      Claim claim{.nodes = {}, .fuse = true};
      for (Node* node : view.nodes()) {
        if (names.count(node->name) != 0) claim.nodes.insert(claim.nodes.begin(), node);
      }
      if (!claim.nodes.empty()) capability.claims.push_back(std::move(claim));
    }
    for (Node* node : view.nodes()) {
      const auto why = excuses.find(node->op_type);
      if (why != excuses.end()) capability.refusals.emplace_back(node, why->second);
    }
    if (twice) capability.claims.push_back(capability.claims.front());
    return capability;
  }
  std::vector<std::unique_ptr<Kernel>> Compile(std::span<const FusedGroup> groups) override {
    std::vector<std::unique_ptr<Kernel>> kernels;
    for (const FusedGroup& group : groups) {
      compiled.push_back(group.view->nodes().size());
      inputs.push_back(group.fused_node->inputs.size());
      kernels.push_back(std::make_unique<NullKernel>());
    }
    return kernels;
  }
  std::unique_ptr<Kernel> CreateKernel(const KernelInfo&) override {
    return std::make_unique<NullKernel>();
  }

  bool fails = false;
  bool twice = false;
  bool greedy = false;
  std::vector<std::set<std::string>> groups;  // of node names
  std::map<std::string, Reason> excuses;      // by operator
  std::vector<size_t> compiled;
  std::vector<size_t> inputs;

 private:
  std::string name_;
  std::set<std::string> types_;
  bool fuse_;
};

// x -> A -> B -> C -> y, and B also reads D(x).
struct Chain {
  Graph graph{std::make_shared<ModelInfo>()};
  Chain() {
    ValueInfo* x = graph.AddInput("x", TypeInfo::Tensor(DType::kFloat));
    ValueInfo* a = graph.AddValue("a");
    ValueInfo* b = graph.AddValue("b");
    ValueInfo* d = graph.AddValue("d");
    ValueInfo* y = graph.AddValue("y");
    graph.AddNode("a", "A", "", {x}, {a});
    graph.AddNode("d", "D", "", {a}, {d});
    graph.AddNode("b", "B", "", {a, d}, {b});
    graph.AddNode("c", "C", "", {b}, {y});
    graph.AddOutput(y);
    graph.Sort();
  }
  Partition Run(std::vector<std::shared_ptr<ExecutionProvider>> eps, bool fallback = true) {
    static const Logger logger({}, ORT_LOGGING_LEVEL_FATAL, "test");
    return PartitionGraph(graph, eps, {.logger = &logger, .allow_host_fallback = fallback});
  }
};

std::shared_ptr<FakeEp> Ep(std::string name, std::set<std::string> types, bool fuse = false) {
  return std::make_shared<FakeEp>(std::move(name), std::move(types), fuse);
}

const std::set<std::string> kAll = {"A", "B", "C", "D"};

TEST(PartitionTest, TheFirstThatWantsANodeGetsIt) {
  Chain chain;
  const Partition result =
      chain.Run({Ep("one", {"A", "C"}), Ep("two", {"A", "B"}), Ep("host", kAll)});
  std::map<std::string, std::string> where;
  for (const auto& node : result.placement.nodes) where[node.name] = node.ep;
  EXPECT_EQ(where, (std::map<std::string, std::string>{
                       {"a", "one"}, {"b", "two"}, {"c", "one"}, {"d", "host"}}));
  const auto& d = result.placement.nodes[1];
  ASSERT_EQ(d.refused_by.size(), 2u);
  EXPECT_EQ(d.refused_by[0].first, "one");
  EXPECT_EQ(d.refused_by[1].second.code, ReasonCode::kNotClaimed);
  EXPECT_EQ(result.placement.Summary(),
            "one: 2/4 nodes; two: 1 (B ×1: not claimed by one); host: 1 (D ×1: not claimed by one, "
            "two)");
}

TEST(PartitionTest, AGroupBecomesOneNode) {
  Chain chain;
  auto ep = Ep("fuser", {"A", "B", "D"}, true);
  const Partition result = chain.Run({ep, Ep("host", kAll)});
  ASSERT_EQ(chain.graph.nodes().size(), 2u);
  const Node& fused = *chain.graph.nodes()[0];
  EXPECT_EQ(fused.domain, "fuser");
  EXPECT_EQ(fused.inputs.size(), 1u);
  ASSERT_EQ(fused.outputs.size(), 1u);
  EXPECT_EQ(fused.outputs[0]->name, "b");
  EXPECT_EQ(fused.outputs[0]->producer, &fused);
  EXPECT_EQ(ep->compiled, (std::vector<size_t>{3}));
  ASSERT_EQ(result.placement.groups.size(), 1u);
  EXPECT_EQ(result.placement.groups[0].nodes, (std::vector<size_t>{0, 1, 2}));
}

// As in ONNX Runtime: real EPs tell the inputs of what they compile by these properties.
TEST(PartitionTest, AGroupIsShownAsAGraphOfItsOwn) {
  Chain chain;
  const Partition result = chain.Run({Ep("fuser", {"B", "D"}, true), Ep("host", kAll)});
  ASSERT_EQ(result.fused.size(), 1u);
  const GraphView& view = *result.fused[0].view;
  ASSERT_EQ(view.nodes().size(), 2u);
  EXPECT_EQ(view.nodes()[0]->name, "d");
  ASSERT_EQ(view.inputs().size(), 1u);
  const ValueInfo& input = *view.inputs()[0];
  EXPECT_EQ(input.name, "a");
  EXPECT_TRUE(input.is_graph_input);
  EXPECT_EQ(input.producer, nullptr);
  EXPECT_EQ(input.consumers.size(), 2u);
  ASSERT_EQ(view.outputs().size(), 1u);
  const ValueInfo& output = *view.outputs()[0];
  EXPECT_EQ(output.name, "b");
  EXPECT_TRUE(output.is_graph_output);
  EXPECT_EQ(output.producer, view.nodes()[1]);
  EXPECT_TRUE(output.consumers.empty());
}

TEST(PartitionTest, AFusionThatWouldMakeACycleIsRefusedWithAReason) {
  Chain chain;
  const Partition result = chain.Run({Ep("fuser", {"A", "B"}, true), Ep("host", kAll)});
  EXPECT_TRUE(result.placement.groups.empty());
  const auto& a = result.placement.nodes[0];
  EXPECT_EQ(a.ep, "host");
  ASSERT_EQ(a.refused_by.size(), 1u);
  EXPECT_EQ(a.refused_by[0].second.code, ReasonCode::kClaimRefused);
  EXPECT_NE(a.refused_by[0].second.text.find("cycle through D 'd'"), std::string::npos)
      << a.refused_by[0].second.text;
}

// a1 -> b1 and b2 -> a2: neither {a1, a2} nor {b1, b2} is a cycle by itself, both together are.
TEST(PartitionTest, GroupsThatWouldWaitForEachOtherAreNotBothFused) {
  Graph graph{std::make_shared<ModelInfo>()};
  ValueInfo* x = graph.AddInput("x", TypeInfo::Tensor(DType::kFloat));
  const auto node = [&](const char* name, const char* type, ValueInfo* input) {
    ValueInfo* output = graph.AddValue(Format("out_{}", name));
    graph.AddNode(name, type, "", {input}, {output});
    return output;
  };
  ValueInfo* b2 = node("b2", "B", x);
  ValueInfo* a1 = node("a1", "A", x);
  graph.AddOutput(node("a2", "A", b2));
  graph.AddOutput(node("b1", "B", a1));
  graph.Sort();
  auto ep = Ep("fuser", {});
  ep->groups = {{"a1", "a2"}, {"b1", "b2"}};
  static const Logger logger({}, ORT_LOGGING_LEVEL_FATAL, "test");
  const std::vector<std::shared_ptr<ExecutionProvider>> eps = {ep, Ep("host", kAll)};
  const Partition result = PartitionGraph(graph, eps, {.logger = &logger});
  ASSERT_EQ(result.placement.groups.size(), 1u);
  EXPECT_EQ(result.placement.Summary(),
            "fuser: 2/4 nodes in 1 group; host: 2 (B ×2: fuser: fusing it would make a cycle "
            "through A 'a1', which it leaves out)");
  EXPECT_EQ(graph.nodes().size(), 3u);
}

// a -> p and q -> b: only as one group of another EP are p and q a way from a to b.
TEST(PartitionTest, CyclesThroughAnotherEpsGroupAreSeen) {
  Graph graph{std::make_shared<ModelInfo>()};
  ValueInfo* x = graph.AddInput("x", TypeInfo::Tensor(DType::kFloat));
  const auto node = [&](const char* name, ValueInfo* input) {
    ValueInfo* output = graph.AddValue(Format("out_{}", name));
    graph.AddNode(name, "A", "", {input}, {output});
    return output;
  };
  graph.AddOutput(node("p", node("a", x)));
  graph.AddOutput(node("b", node("q", x)));
  graph.Sort();
  auto first = Ep("first", {});
  first->groups = {{"p", "q"}};
  auto second = Ep("second", {});
  second->groups = {{"a", "b"}};
  static const Logger logger({}, ORT_LOGGING_LEVEL_FATAL, "test");
  const std::vector<std::shared_ptr<ExecutionProvider>> eps = {first, second, Ep("host", kAll)};
  const Partition result = PartitionGraph(graph, eps, {.logger = &logger});
  ASSERT_EQ(result.placement.groups.size(), 1u);
  EXPECT_EQ(result.placement.groups[0].ep, "first");
  EXPECT_THAT(result.placement.Summary(), testing::HasSubstr("second: fusing it would make a "
                                                             "cycle through first_"));
}

// a -> If -> b, where only a branch of the If reads a.
TEST(PartitionTest, CyclesThroughWhatABranchReadsAreSeen) {
  Graph graph{std::make_shared<ModelInfo>()};
  ValueInfo* x = graph.AddInput("x", TypeInfo::Tensor(DType::kFloat));
  ValueInfo* condition = graph.AddInput("condition", TypeInfo::Tensor(DType::kBool));
  graph.AddNode("a", "A", "", {x}, {graph.AddValue("a_out")});
  Node* choice = graph.AddNode("choice", "If", "", {condition}, {graph.AddValue("chosen")});
  auto body = std::make_shared<Graph>(graph.model(), choice);
  body->AddNode("inner", "B", "", {graph.FindValue("a_out")}, {body->AddValue("z")});
  body->AddOutput(body->FindValue("z"));
  choice->SetAttribute("then_branch", body);
  graph.RefreshImplicitInputs(choice);
  graph.AddNode("b", "A", "", {graph.FindValue("chosen")}, {graph.AddValue("y")});
  graph.AddOutput(graph.FindValue("y"));
  graph.Sort();
  static const Logger logger({}, ORT_LOGGING_LEVEL_FATAL, "test");
  const std::vector<std::shared_ptr<ExecutionProvider>> eps = {Ep("fuser", {"A"}, true),
                                                               Ep("host", {"A", "B", "If"})};
  const Partition result = PartitionGraph(graph, eps, {.logger = &logger});
  EXPECT_TRUE(result.placement.groups.empty());
  EXPECT_THAT(result.placement.Summary(), testing::HasSubstr("cycle through If 'choice'"));
}

TEST(PartitionTest, WhatAnEpSaysOfANodeIsKept) {
  Chain chain;
  auto ep = Ep("one", {"A"});
  ep->excuses["D"] = {ReasonCode::kTypeUnsupported, "no kernel for these types: 'd' is double", {}};
  const Partition result = chain.Run({ep, Ep("host", kAll)});
  EXPECT_EQ(result.placement.nodes[1].refused_by[0].second.code, ReasonCode::kTypeUnsupported);
  EXPECT_EQ(result.placement.Summary(),
            "one: 1/4 nodes; host: 3 (B ×1, C ×1: not claimed by one; D ×1: one: no kernel for "
            "these types: 'd' is double)");
}

TEST(PartitionTest, ThePartsOfTheCApiAreGroupsAndSingleNodesByEp) {
  Chain chain;
  auto ep = Ep("fuser", {});
  ep->groups = {{"a", "d"}};
  const Partition result = chain.Run({ep, Ep("host", kAll)});
  std::vector<std::string> parts;
  for (const OrtEpAssignedSubgraph& part : AssignedParts(result.placement)) {
    std::string text = part.ep;
    for (const PlacedNode* node : part.nodes) text += " " + node->name;
    parts.push_back(text);
  }
  EXPECT_EQ(parts, (std::vector<std::string>{"fuser a d", "host b", "host c"}));
}

TEST(PartitionTest, OverlappingClaimsNameTheEpAndTheNode) {
  Chain chain;
  auto ep = Ep("greedy", {"A"});
  ep->twice = true;
  try {
    chain.Run({ep, Ep("host", kAll)});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ORT_FAIL);
    EXPECT_NE(error.message().find("greedy claims A 'a' twice"), std::string::npos)
        << error.message();
  }
}

TEST(PartitionTest, ATakenNodeIsNotTakenAgain) {
  Chain chain;
  auto second = Ep("second", {"A"});
  second->greedy = true;
  const Partition result = chain.Run({Ep("first", {"A"}), second, Ep("host", kAll)});
  EXPECT_EQ(result.placement.nodes[0].ep, "first");
}

// If around A: what another has in the body, or what was compiled there, cannot be compiled again.
TEST(PartitionTest, ControlFlowIsNotFusedOverNodesOfItsBodiesThatAreTaken) {
  const auto refusal = [](std::vector<std::shared_ptr<ExecutionProvider>> eps) {
    Graph graph{std::make_shared<ModelInfo>()};
    ValueInfo* condition = graph.AddInput("condition", TypeInfo::Tensor(DType::kBool));
    ValueInfo* x = graph.AddInput("x", TypeInfo::Tensor(DType::kFloat));
    Node* choice = graph.AddNode("choice", "If", "", {condition}, {graph.AddValue("y")});
    auto body = std::make_shared<Graph>(graph.model(), choice);
    body->AddNode("inner", "A", "", {x}, {body->AddValue("z")});
    body->AddOutput(body->FindValue("z"));
    choice->SetAttribute("then_branch", body);
    graph.RefreshImplicitInputs(choice);
    graph.AddOutput(graph.FindValue("y"));
    graph.Sort();
    static const Logger logger({}, ORT_LOGGING_LEVEL_FATAL, "test");
    eps.push_back(Ep("host", {"If", "A"}));
    const Partition result = PartitionGraph(graph, eps, {.logger = &logger});
    const PlacedNode& placed = result.placement.nodes[0];
    return placed.ep == "host" ? placed.refused_by.back().second.text : "taken by " + placed.ep;
  };
  EXPECT_EQ(refusal({Ep("first", {"A"}), Ep("second", {"If"}, true)}),
            "If 'choice' has A 'inner' inside, which another has");
  EXPECT_THAT(refusal({Ep("fuser", {"If", "A"}, true)}), testing::HasSubstr("which was compiled"));
  EXPECT_EQ(refusal({Ep("fuser", {"If"}, true)}), "taken by fuser");
}

TEST(PartitionTest, AFailingEpLosesItsNodesToTheNext) {
  Chain chain;
  auto ep = Ep("broken", kAll);
  ep->fails = true;
  const Partition result = chain.Run({ep, Ep("host", kAll)});
  ASSERT_EQ(result.placement.notes.size(), 1u);
  EXPECT_EQ(result.placement.notes[0].second.text, "no mood");
  EXPECT_EQ(result.placement.nodes[0].refused_by[0].second.code, ReasonCode::kCapabilityFailed);
}

TEST(PartitionTest, ANodeThatNobodyRunsIsAnErrorWithEveryReason) {
  Chain chain;
  try {
    chain.Run({Ep("one", {"A"}), Ep("host", {"A", "B", "D"})});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ORT_NOT_IMPLEMENTED);
    EXPECT_NE(error.message().find("for C node with name 'c'"), std::string::npos)
        << error.message();
    EXPECT_NE(error.message().find("one: not claimed"), std::string::npos) << error.message();
  }
}

TEST(PartitionTest, HostFallbackCanBeForbidden) {
  Chain chain;
  EXPECT_THROW(chain.Run({Ep("one", {"A"}), Ep("host", kAll)}, false), Error);
  Chain other;
  EXPECT_NO_THROW(other.Run({Ep("one", kAll), Ep("host", kAll)}, false));
}

TEST(PlacementTest, OneTypeMoreIsNotCalledTypes) {
  Placement placement;
  placement.eps = {"one", "CPUExecutionProvider"};
  for (const char* type : {"A", "B", "C", "D", "E"}) {
    PlacedNode& node = placement.nodes.emplace_back();
    node.op_type = type;
    node.ep = "CPUExecutionProvider";
    node.refused_by.emplace_back("one", Reason{ReasonCode::kNotClaimed, "not claimed", {}});
  }
  EXPECT_EQ(placement.Summary(),
            "one: 0/5 nodes; CPU: 5 (A ×1, B ×1, C ×1, D ×1, 1 more type: not claimed by one)");
}

TEST(PlacementTest, EpsWithoutANodeAreLeftOutOfTheSummaryUnlessTheyComeFirst) {
  Placement placement;
  placement.eps = {"idle", "lazy", "CPUExecutionProvider"};
  for (const char* type : {"A", "A", "B", "C", "D", "E", "F"}) {
    PlacedNode& node = placement.nodes.emplace_back();
    node.op_type = type;
    node.ep = "CPUExecutionProvider";
    node.refused_by.emplace_back("idle", Reason{ReasonCode::kNotClaimed, "not claimed", {}});
    node.refused_by.emplace_back("lazy", Reason{ReasonCode::kCapabilityFailed, "no mood", {}});
  }
  EXPECT_EQ(placement.Summary(),
            "idle: 0/7 nodes; CPU: 7 (A ×2, B ×1, C ×1, D ×1, 2 more types: lazy: no mood; not "
            "claimed by idle)");
}

}  // namespace
}  // namespace backplane
