// EPs that prefer channels-last: what they are shown in their second turn, and what becomes of what
// they do not take then.
#include "partition/channels_last.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "graph/schema.h"
#include "partition/partition.h"
#include "unit/optimize/test_graph.h"

namespace backplane {
namespace {

using namespace ::backplane::testing;  // NOLINT: the helpers of TestGraph
using ::testing::ElementsAre;

class NullKernel final : public Kernel {
  void Run(KernelContext&) const override {}
};

class ChannelsLastEp final : public ExecutionProvider {
 public:
  const std::string& name() const override { return name_; }
  bool PrefersChannelsLast() const override { return true; }
  std::optional<bool> WantsChannelsLast(const Node& node) const override {
    return node.op_type == "MaxPool" ? std::optional<bool>(false) : std::nullopt;
  }
  Capability GetCapability(const GraphView& view) override {
    if (++turns == fails_in_turn) Fail(ORT_EP_FAIL, "no mood");
    Capability capability;
    size_t converted = 0;
    for (Node* node : view.nodes()) {
      if (node->op_type == "Transpose" || node->op_type == "Reshape") continue;
      if (node->domain == kNhwcDomain && ++converted > takes_converted) continue;
      capability.claims.push_back({.nodes = {node}});
    }
    return capability;
  }
  std::vector<std::unique_ptr<Kernel>> Compile(std::span<const FusedGroup>) override { return {}; }
  std::unique_ptr<Kernel> CreateKernel(const KernelInfo&) override {
    return std::make_unique<NullKernel>();
  }

  int turns = 0;
  int fails_in_turn = 0;
  size_t takes_converted = 100;

 private:
  std::string name_ = "last";
};

class HostEp final : public ExecutionProvider {
 public:
  const std::string& name() const override { return name_; }
  Capability GetCapability(const GraphView& view) override {
    Capability capability;
    for (Node* node : view.nodes()) {
      if (node->ep == kNoEp && node->domain.empty()) capability.claims.push_back({.nodes = {node}});
    }
    return capability;
  }
  std::vector<std::unique_ptr<Kernel>> Compile(std::span<const FusedGroup>) override { return {}; }
  std::unique_ptr<Kernel> CreateKernel(const KernelInfo&) override {
    return std::make_unique<NullKernel>();
  }

 private:
  std::string name_ = "host";
};

// x [1,3,8,8] -> Conv -> Exp -> MaxPool -> Conv -> y
class ChannelsLastTest : public ::testing::Test {
 protected:
  ChannelsLastTest() {
    ValueInfo* x = g_.Input("x", {1, 3, 8, 8});
    ValueInfo* a = g_.Op("Conv", {x, g_.Floats({4, 3, 1, 1}, {1})}, Dims({1, 4, 8, 8}));
    ValueInfo* e = g_.Op("Exp", {a}, Dims({1, 4, 8, 8}));
    ValueInfo* p = g_.Op("MaxPool", {e}, Dims({1, 4, 4, 4}),
                         {IntsAttr("kernel_shape", {2, 2}), IntsAttr("strides", {2, 2})});
    g_->AddOutput(g_.Op("Conv", {p, g_.Floats({4, 4, 1, 1}, {1})}, Dims({1, 4, 4, 4})));
    g_->Sort();
  }

  Partition Place() {
    static const Logger logger({}, ORT_LOGGING_LEVEL_FATAL, "test");
    const std::vector<std::shared_ptr<ExecutionProvider>> eps = {ep_, std::make_shared<HostEp>()};
    return PartitionGraph(g_.graph(), eps, {.logger = &logger});
  }
  // "ep operator", with a star for the internal domain.
  std::vector<std::string> Nodes() {
    std::vector<std::string> result;
    for (const Node* node : g_->nodes()) {
      result.push_back(Format("{} {}{}", node->ep == 0 ? "last" : "host", node->op_type,
                              node->domain == kNhwcDomain ? "*" : ""));
    }
    return result;
  }

  TestGraph g_;
  std::shared_ptr<ChannelsLastEp> ep_ = std::make_shared<ChannelsLastEp>();
};

TEST_F(ChannelsLastTest, WantedOperatorsAreConvertedBetweenTheTurns) {
  const Partition result = Place();
  EXPECT_EQ(ep_->turns, 2);
  // The pool is not wanted so, and stands between transposes.
  EXPECT_THAT(Nodes(),
              ElementsAre("host Transpose", "last Conv*", "last Exp", "host Transpose",
                          "last MaxPool", "host Transpose", "last Conv*", "host Transpose"));
  const Node& conv = *g_->nodes()[1];
  EXPECT_EQ(conv.inputs[0]->type.tensor.shape, Dims({1, 8, 8, 3}));
  EXPECT_EQ(conv.inputs[1]->type.tensor.shape, Dims({4, 3, 1, 1}));
  EXPECT_EQ(conv.outputs[0]->type.tensor.shape, Dims({1, 8, 8, 4}));
  EXPECT_EQ(g_->outputs()[0]->type.tensor.shape, Dims({1, 4, 4, 4}));
  // The record shows the model's own operators.
  EXPECT_EQ(result.placement.nodes[0].op_type, "Conv");
  EXPECT_EQ(result.placement.nodes[0].domain, "");
  EXPECT_EQ(result.placement.nodes[0].ep, "last");
}

TEST_F(ChannelsLastTest, WhatIsNotTakenThenGetsItsFormBack) {
  ep_->takes_converted = 1;
  Place();
  EXPECT_THAT(Nodes(), ElementsAre("host Transpose", "last Conv*", "last Exp", "host Transpose",
                                   "last MaxPool", "host Transpose", "host Transpose", "host Conv",
                                   "host Transpose", "host Transpose"));
  const Node& conv = *g_->nodes()[7];
  EXPECT_EQ(conv.inputs[0]->type.tensor.shape, Dims({1, 4, 4, 4}));
  EXPECT_EQ(conv.outputs[0]->type.tensor.shape, Dims({1, 4, 4, 4}));
}

TEST_F(ChannelsLastTest, AnEpThatFailsInItsSecondTurnLosesEverything) {
  ep_->fails_in_turn = 2;
  Place();
  for (const Node* node : g_->nodes()) {
    EXPECT_EQ(node->ep, 1);
    EXPECT_EQ(node->domain, "");
  }
}

TEST_F(ChannelsLastTest, AnEpThatFailsInItsFirstTurnChangesNothing) {
  ep_->fails_in_turn = 1;
  Place();
  EXPECT_THAT(Nodes(), ElementsAre("host Conv", "host Exp", "host MaxPool", "host Conv"));
}

TEST(NhwcDomainTest, HasOnnxSchemas) {
  const OpSchema* schema = FindSchema(kNhwcDomain, "Conv", 11);
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(schema, FindSchema("", "Conv", 11));
}

}  // namespace
}  // namespace backplane
