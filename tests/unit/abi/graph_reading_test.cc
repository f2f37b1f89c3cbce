// Graphs as plugins read them: counts, lists, attributes, producers and consumers, subgraphs,
// subsets.
#include "abi/graph_reading.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "graph/graph_view.h"

namespace backplane {
namespace {

using namespace backplane::abi;  // NOLINT: the functions under test

#define EXPECT_OK(expression) EXPECT_EQ(expression, nullptr)

void ExpectStatus(OrtStatus* status, OrtErrorCode code, const std::string& text) {
  ASSERT_NE(status, nullptr);
  EXPECT_EQ(status->code, code);
  EXPECT_NE(status->message.find(text), std::string::npos) << status->message;
  DeleteStatus(status);
}

// y = Gemm(x, w) ; z = If(c) { Identity(y) }
class GraphReadingTest : public testing::Test {
 protected:
  void SetUp() override {
    auto model = std::make_shared<ModelInfo>();
    model->ir_version = 9;
    model->opsets = {{"", 17}, {"ai.onnx.ml", 3}};
    graph_ = std::make_unique<Graph>(model);
    graph_->name = "main";
    x_ = graph_->AddInput("x", TypeInfo::Tensor(DType::kFloat, Shape{2, 3}));
    ValueInfo* c = graph_->AddInput("c", TypeInfo::Tensor(DType::kBool, Shape{}));
    w_ = graph_->AddInitializer("w", Tensor::Of<float>(std::vector<float>{1, 2, 3}));
    y_ = graph_->AddValue("y", TypeInfo::Tensor(DType::kFloat, Shape{2, 3}));
    ValueInfo* z = graph_->AddValue("z");
    gemm_ = graph_->AddNode("gemm", "Gemm", "", {x_, w_, nullptr}, {y_},
                            {{"transB", int64_t{1}, {}},
                             {"alpha", 0.5f, {}},
                             {"words", std::vector<std::string>{"a", "bc"}, {}},
                             {"table", Tensor::Of<int64_t>(std::vector<int64_t>{7, 8}), {}}});
    auto body = std::make_shared<Graph>(model);
    body->name = "then";
    ValueInfo* inner = body->AddValue("inner");
    body->AddNode("copy", "Identity", "", {y_}, {inner});
    body->AddOutput(inner);
    if_ = graph_->AddNode("if", "If", "", {c}, {z}, {{"then_branch", body, {}}});
    graph_->AddOutput(z);
    graph_->Sort();
  }

  std::unique_ptr<Graph> graph_;
  ValueInfo* x_ = nullptr;
  ValueInfo* w_ = nullptr;
  ValueInfo* y_ = nullptr;
  Node* gemm_ = nullptr;
  Node* if_ = nullptr;
};

TEST_F(GraphReadingTest, TheWholeViewFollowsEdits) {
  const OrtGraph& before = graph_->WholeView();
  Graph* body = if_->Subgraphs()[0].second.get();
  const OrtGraph& body_before = body->WholeView();
  EXPECT_EQ(body_before.nodes()[0]->inputs[0]->origin, y_);
  ValueInfo* v = graph_->AddValue("v", y_->type);
  Node* relu = graph_->AddNode("relu", "Relu", "", {x_}, {v});
  EXPECT_NE(&graph_->WholeView(), &before);
  EXPECT_EQ(graph_->WholeView().nodes().back(), relu);
  EXPECT_TRUE(graph_->ReplaceUses(y_, v));  // also where the subgraph captures it
  EXPECT_NE(&body->WholeView(), &body_before);
  EXPECT_EQ(body->WholeView().nodes()[0]->inputs[0]->origin, v);
}

TEST_F(GraphReadingTest, TheWholeGraph) {
  const OrtGraph& view = graph_->WholeView();
  EXPECT_EQ(&view, &graph_->WholeView());
  size_t count = 0;
  EXPECT_OK(Graph_GetNumNodes(&view, &count));
  ASSERT_EQ(count, 2u);
  const OrtNode* nodes[2];
  EXPECT_OK(Graph_GetNodes(&view, nodes, 2));
  EXPECT_EQ(nodes[0], gemm_);
  ExpectStatus(Graph_GetNodes(&view, nodes, 1), ORT_INVALID_ARGUMENT, "room for 1");
  const char* domains[2];
  int64_t versions[2];
  EXPECT_OK(Graph_GetOperatorSets(&view, domains, versions, 2));
  EXPECT_STREQ(domains[1], "ai.onnx.ml");
  EXPECT_EQ(versions[0], 17);
  EXPECT_OK(Graph_GetNumInitializers(&view, &count));
  EXPECT_EQ(count, 1u);
  ExpectStatus(Graph_GetNumNodes(nullptr, &count), ORT_INVALID_ARGUMENT, "graph");
}

TEST_F(GraphReadingTest, TheEpOfANode) {
  const char* name = nullptr;
  EXPECT_OK(Node_GetEpName(gemm_, &name));
  EXPECT_STREQ(name, "");
  graph_->model()->ep_names = {"First", "Second"};
  gemm_->ep = 1;
  EXPECT_OK(Node_GetEpName(gemm_, &name));
  EXPECT_STREQ(name, "Second");
}

TEST_F(GraphReadingTest, NodesAndTheirAttributes) {
  const OrtValueInfo* inputs[3];
  EXPECT_OK(Node_GetInputs(gemm_, inputs, 3));
  EXPECT_EQ(inputs[1], w_);
  EXPECT_EQ(inputs[2], nullptr);
  const OrtOpAttr* attribute = nullptr;
  EXPECT_OK(Node_GetAttributeByName(gemm_, "transB", &attribute));
  int64_t number = 0;
  size_t bytes = 0;
  EXPECT_OK(ReadOpAttr(attribute, ORT_OP_ATTR_INT, &number, sizeof(number), &bytes));
  EXPECT_EQ(number, 1);
  ExpectStatus(ReadOpAttr(attribute, ORT_OP_ATTR_FLOAT, &number, sizeof(number), &bytes),
               ORT_INVALID_ARGUMENT, "not of the requested type");
  EXPECT_OK(Node_GetAttributeByName(gemm_, "words", &attribute));
  char text[8];
  ExpectStatus(ReadOpAttr(attribute, ORT_OP_ATTR_STRINGS, text, 2, &bytes), ORT_INVALID_ARGUMENT,
               "not large enough");
  EXPECT_EQ(bytes, 5u);
  EXPECT_OK(ReadOpAttr(attribute, ORT_OP_ATTR_STRINGS, text, sizeof(text), &bytes));
  EXPECT_EQ(std::string(text, bytes), std::string("a\0bc\0", 5));
  EXPECT_OK(Node_GetAttributeByName(gemm_, "table", &attribute));
  OrtValue* value = nullptr;
  EXPECT_OK(OpAttr_GetTensorAttributeAsOrtValue(attribute, &value));
  EXPECT_EQ(value->tensor().span<int64_t>()[1], 8);
  delete value;
  ExpectStatus(Node_GetAttributeByName(gemm_, "none", &attribute), ORT_NOT_FOUND,
               "no attribute 'none'");
}

TEST_F(GraphReadingTest, ValuesKnowTheirNodes) {
  const OrtNode* producer = nullptr;
  size_t index = 7;
  EXPECT_OK(ValueInfo_GetValueProducer(y_, &producer, &index));
  EXPECT_EQ(producer, gemm_);
  EXPECT_EQ(index, 0u);
  size_t count = 0;
  EXPECT_OK(ValueInfo_GetValueNumConsumers(y_, &count));
  ASSERT_EQ(count, 1u);
  const OrtNode* consumer = nullptr;
  int64_t input = 0;
  EXPECT_OK(ValueInfo_GetValueConsumers(y_, &consumer, &input, 1));
  EXPECT_EQ(consumer, if_);
  EXPECT_EQ(input, -1);  // used inside the branch only
  const OrtValue* content = nullptr;
  EXPECT_OK(ValueInfo_GetInitializerValue(w_, &content));
  EXPECT_EQ(content->tensor().span<float>()[2], 3.0f);
  EXPECT_OK(ValueInfo_GetInitializerValue(x_, &content));
  EXPECT_EQ(content, nullptr);
  bool yes = false;
  EXPECT_OK(ValueInfo_IsRequiredGraphInput(x_, &yes));
  EXPECT_TRUE(yes);
}

TEST_F(GraphReadingTest, SubgraphsAndTheirParents) {
  const OrtGraph* body = nullptr;
  const char* attribute = nullptr;
  EXPECT_OK(Node_GetSubgraphs(if_, &body, 1, &attribute));
  EXPECT_STREQ(attribute, "then_branch");
  const OrtNode* parent = nullptr;
  EXPECT_OK(Graph_GetParentNode(body, &parent));
  EXPECT_EQ(parent, if_);
  const OrtValueInfo* captured = nullptr;
  EXPECT_OK(Node_GetImplicitInputs(if_, &captured, 1));
  EXPECT_EQ(captured, y_);
}

TEST_F(GraphReadingTest, ASubsetHasItsOwnInputsAndOutputs) {
  const OrtNode* chosen[] = {gemm_};
  OrtGraph* part = nullptr;
  EXPECT_OK(Graph_GetGraphView(&graph_->WholeView(), chosen, 1, &part));
  size_t inputs = 0;
  const OrtValueInfo* in = nullptr;
  const OrtValueInfo* out = nullptr;
  const OrtValueInfo* constant = nullptr;
  EXPECT_OK(Graph_GetNumInputs(part, &inputs));
  ASSERT_EQ(inputs, 1u);  // constants are initializers only
  EXPECT_OK(Graph_GetInputs(part, &in, 1));
  EXPECT_OK(Graph_GetOutputs(part, &out, 1));
  EXPECT_OK(Graph_GetInitializers(part, &constant, 1));
  EXPECT_EQ(in->origin, x_);
  EXPECT_EQ(out->origin, y_);
  EXPECT_EQ(constant->origin, w_);

  // What they are to the part: its nodes are all there is.
  const OrtNode* own = nullptr;
  EXPECT_OK(Graph_GetNodes(part, &own, 1));
  const OrtGraph* its_graph = nullptr;
  EXPECT_OK(Node_GetGraph(own, &its_graph));
  EXPECT_EQ(its_graph, part);
  bool required = false;
  bool handed_out = false;
  EXPECT_OK(ValueInfo_IsRequiredGraphInput(in, &required));
  EXPECT_OK(ValueInfo_IsGraphOutput(out, &handed_out));
  EXPECT_TRUE(required);
  EXPECT_TRUE(handed_out);
  const OrtNode* consumer = nullptr;
  int64_t index = 0;
  EXPECT_OK(ValueInfo_GetValueConsumers(in, &consumer, &index, 1));
  EXPECT_EQ(consumer, own);
  // A claim may name the graph's node or the part's.
  EXPECT_EQ(graph_->WholeView().Find(own), gemm_);
  EXPECT_EQ(graph_->WholeView().Find(gemm_), gemm_);
  EXPECT_EQ(graph_->WholeView().Find(reinterpret_cast<const Node*>(&index)), nullptr);
  ReleaseGraph(part);
  const OrtNode* twice[] = {gemm_, gemm_};
  ExpectStatus(Graph_GetGraphView(&graph_->WholeView(), twice, 2, &part), ORT_INVALID_ARGUMENT,
               "1 of the 2 nodes");
}

}  // namespace
}  // namespace backplane
