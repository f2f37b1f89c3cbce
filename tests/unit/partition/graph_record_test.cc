// The recorded graph: values between nodes, and which kernel does which node's work after an EP
// merged, removed and added nodes.
#include "partition/graph_record.h"

#include <gtest/gtest.h>

#include "graph/rewriter.h"

namespace backplane {
namespace {

class Host final : public ExecutionProvider {
 public:
  const std::string& name() const override { return name_; }
  Capability GetCapability(const GraphView& view) override {
    Capability capability;
    for (Node* node : view.nodes()) {
      if (node->ep == kNoEp) capability.claims.push_back({.nodes = {node}});
    }
    return capability;
  }
  std::vector<std::unique_ptr<Kernel>> Compile(std::span<const FusedGroup>) override { return {}; }
  std::unique_ptr<Kernel> CreateKernel(const KernelInfo&) override { return nullptr; }

 private:
  std::string name_ = "host";
};

// x -> Conv -> Add(c) -> Relu -> Neg -> y
class GraphRecordTest : public testing::Test {
 protected:
  GraphRecordTest() {
    ValueInfo* x = graph.AddInput("x", TypeInfo::Tensor(DType::kFloat, Shape{1, 3}));
    ValueInfo* c = graph.AddInitializer("c", Tensor::Allocate(DType::kFloat, Shape{1, 3}));
    ValueInfo* value = x;
    for (const char* type : {"Conv", "Add", "Relu", "Neg"}) {
      ValueInfo* next = graph.AddValue(Format("after_{}", type), TypeInfo::Tensor(DType::kFloat));
      std::vector<ValueInfo*> inputs = {value};
      if (std::string_view(type) == "Add") inputs.push_back(c);
      nodes[type] = graph.AddNode(type, type, "", inputs, {next});
      value = next;
    }
    graph.AddOutput(value);
    graph.Sort();
    partition = PartitionGraph(graph, eps, {.logger = &logger, .record_graph = true});
  }
  void Finish(KernelTracker& tracker) {
    graph.Sort();
    tracker.Finish(graph, partition.placement, eps);
  }
  // "Kernel: node node" for each kernel.
  std::vector<std::string> Kernels() const {
    std::vector<std::string> texts;
    for (const PlacedKernel& kernel : partition.placement.kernels) {
      std::string text = kernel.op_type + ":";
      for (const size_t node : kernel.nodes) text += " " + partition.placement.nodes[node].name;
      texts.push_back(text);
    }
    return texts;
  }
  using Texts = std::vector<std::string>;

  const Logger logger{{}, ORT_LOGGING_LEVEL_FATAL, "test"};
  const std::vector<std::shared_ptr<ExecutionProvider>> eps = {std::make_shared<Host>()};
  Graph graph{std::make_shared<ModelInfo>()};
  std::map<std::string, Node*> nodes;
  Partition partition;
};

TEST_F(GraphRecordTest, ValuesHaveNamesTypesAndEnds) {
  const Placement& placement = partition.placement;
  ASSERT_TRUE(placement.recorded);
  ASSERT_EQ(placement.values.size(), 6u);
  EXPECT_EQ(placement.values[0].name, "x");
  EXPECT_EQ(placement.values[0].type.tensor.StaticShape(), (Shape{1, 3}));
  EXPECT_EQ(placement.inputs, (std::vector<int>{0}));
  EXPECT_EQ(placement.outputs, placement.nodes[3].outputs);
  EXPECT_EQ(placement.nodes[1].inputs[0], placement.nodes[0].outputs[0]);
  EXPECT_TRUE(placement.values[static_cast<size_t>(placement.nodes[1].inputs[1])].constant);
}

TEST_F(GraphRecordTest, WithoutALoweringEveryNodeIsItsOwnKernel) {
  KernelTracker tracker(graph, partition);
  Finish(tracker);
  EXPECT_EQ(Kernels(), (Texts{"Conv: Conv", "Add: Add", "Relu: Relu", "Neg: Neg"}));
}

TEST_F(GraphRecordTest, NodesMergedIntoTheFirstOfAChain) {
  KernelTracker tracker(graph, partition);
  ValueInfo* last = nodes["Relu"]->outputs[0];
  graph.RemoveNodes(std::vector<Node*>{nodes["Add"], nodes["Relu"]});
  graph.SetOutput(nodes["Conv"], 0, last);
  Finish(tracker);
  EXPECT_EQ(Kernels(), (Texts{"Conv: Conv Add Relu", "Neg: Neg"}));
  EXPECT_EQ(partition.placement.nodes[2].kernel, 0);
}

TEST_F(GraphRecordTest, NodesMergedIntoTheLastOfAChain) {
  KernelTracker tracker(graph, partition);
  Rewriter edit(graph);
  edit.Morph(nodes["Neg"], "Everything", "private", 1, {graph.inputs()[0]}, {});
  edit.Finish();
  Finish(tracker);
  EXPECT_EQ(Kernels(), (Texts{"Everything: Conv Add Relu Neg"}));
}

TEST_F(GraphRecordTest, ANodeThatWasAddedDoesNoNodesWork) {
  KernelTracker tracker(graph, partition);
  ValueInfo* copy = graph.AddValue("copy");
  graph.AddNode("to_nhwc", "Transpose", "", {graph.inputs()[0]}, {copy})->ep = 0;
  graph.SetInput(nodes["Conv"], 0, copy);
  Finish(tracker);
  EXPECT_EQ(Kernels(), (Texts{"Transpose:", "Conv: Conv", "Add: Add", "Relu: Relu", "Neg: Neg"}));
  EXPECT_EQ(partition.placement.kernels[0].ep, "host");
}

}  // namespace
}  // namespace backplane
