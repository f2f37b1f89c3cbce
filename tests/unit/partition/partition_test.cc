// Partition: order of preference, fusing, refused claims with their reasons, cycles, subgraphs.
#include "partition/partition.h"

#include <gtest/gtest.h>

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
            "one: 2/4 nodes; two: 1/4 nodes (B x1: not claimed by one); host: 1/4 nodes (D x1: not "
            "claimed by one)");
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

}  // namespace
}  // namespace backplane
