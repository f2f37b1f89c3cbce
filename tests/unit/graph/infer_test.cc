// Types and shapes: inferred, merged with what is declared, carried through shape arithmetic and
// subgraphs.
#include "graph/infer.h"

#include <gmock/gmock.h>

#include "unit/model/model_text.h"

namespace backplane::testing {
namespace {

struct InferCase {
  const char* name;
  const char* graph;
  const char* type;  // of y
};

const InferCase kCases[] = {
    {"Elementwise", "g (float[N,3] x) => (y) { y = Relu(x) }", "tensor(float)[N,3]"},
    {"Broadcast", "g (float[N,1] x, float[4] z) => (y) { y = Add(x, z) }", "tensor(float)[N,4]"},
    {"Matrices", "g (float[B,M,8] x, float[8,16] z) => (y) { y = MatMul(x, z) }",
     "tensor(float)[B,M,16]"},
    {"Convolution",
     "g (float[N,3,32,32] x, float[8,3,3,3] w) => (y) { y = Conv <strides = [2,2], pads = "
     "[1,1,1,1]> (x, w) }",
     "tensor(float)[N,8,16,16]"},
    {"PoolingWithoutEmptyWindows",
     "g (float[1,1,3,7] x) => (y) { y = MaxPool <kernel_shape = [2,2], strides = [2,4], pads = "
     "[1,1,1,1], ceil_mode = 1> (x) }",
     "tensor(float)[1,1,2,2]"},
    {"PoolingWithPartialWindows",
     "g (float[1,1,4,5] x) => (y) { y = AveragePool <kernel_shape = [2,2], strides = [3,2], "
     "ceil_mode = 1> (x) }",
     "tensor(float)[1,1,2,3]"},
    {"ConstantShape", "g (float[2,6] x) => (y) <int64[2] s = {3, -1}> { y = Reshape(x, s) }",
     "tensor(float)[3,4]"},
    {"ShapeArithmetic",
     "g (float[N,4,5] x) => (y) <int64 i0 = {0}, int64[1] a = {0}, int64[1] rest = {20}> "
     "{ s = Shape(x) n = Gather(s, i0) u = Unsqueeze(n, a) t = Concat <axis = 0> (u, rest) y = "
     "Reshape(x, t) }",
     "tensor(float)[N,20]"},
    {"ShapeSlice",
     "g (float[2,4,5] x) => (y) <int64[1] one = {1}, int64[1] three = {3}> "
     "{ s = Shape(x) t = Slice(s, one, three) y = ConstantOfShape(t) }",
     "tensor(float)[4,5]"},
    {"ShapeProduct",
     "g (float[2,4,5] x) => (y) <int64[2] i = {1, 2}, int64[1] two = {2}> "
     "{ s = Shape(x) t = Gather(s, i) u = Mul(t, two) y = ConstantOfShape(u) }",
     "tensor(float)[8,10]"},
    {"ShapeThroughCast",
     "g (float[2,4] x) => (y) { s = Shape(x) f = Cast <to = 6> (s) i = Cast <to = 7> (f) y = "
     "ConstantOfShape(i) }",
     "tensor(float)[2,4]"},
    {"AxesFromConstant",
     "g (float[2,4] x) => (y) <int64[1] a = {1}> { y = ReduceSum <keepdims = 0> (x, a) }",
     "tensor(float)[2]"},
    {"Branches",
     "g (bool c, float[2,4] x, float[3,4] z) => (y) { y = If(c) <then_branch = t () => (a) { a = "
     "Relu(x) }, "
     "else_branch = e () => (b) { b = Relu(z) }> }",
     "tensor(float)[?,4]"},
    {"LoopScan",
     "g (int64 n, bool c, float[2] x) => (last, y) { last, y = Loop(n, c, x) <body = b (int64 i, "
     "bool c1, float[2] v) => "
     "(bool c2, float[2] w, float[2] o) { c2 = Identity(c1) w = Neg(v) o = Relu(v) }> }",
     "tensor(float)[?,2]"},
    {"Sequence",
     "g (float[2] x) => (y) { s = SequenceConstruct(x, x) y = ConcatFromSequence <axis = 0> (s) }",
     "tensor(float)[?]"},
    {"UnknownRank", "g (float x, int64[M] s) => (y) { y = Reshape(x, s) }", "tensor(float)[...]"},
};

class InferTest : public ::testing::TestWithParam<InferCase> {};

TEST_P(InferTest, FindsTheType) {
  const auto graph = LoadAndInfer(ParseModel(GetParam().graph));
  EXPECT_EQ(TypeText(*graph, "y"), GetParam().type);
  InferTypesAndShapes(*graph);  // again changes nothing
  EXPECT_EQ(TypeText(*graph, "y"), GetParam().type);
}

INSTANTIATE_TEST_SUITE_P(Graphs, InferTest, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(InferMergeTest, DeclaredSymbolsAndSizesComplementEachOther) {
  const auto graph =
      LoadAndInfer(ParseModel("g (float[N,3] x) => (float[batch,M] y) { y = Relu(x) }"));
  EXPECT_EQ(TypeText(*graph, "y"), "tensor(float)[batch,3]");
}

TEST(InferMergeTest, ContradictionsWarnUnlessStrict) {
  const auto model = ParseModel("g (float[2,3] x) => (float[2,4] y) { [n] y = Relu(x) }");
  static std::string logged;
  LogSink sink;
  sink.function = [](void*, OrtLoggingLevel, const char*, const char*, const char*,
                     const char* message) { logged = message; };
  const Logger logger(sink, ORT_LOGGING_LEVEL_WARNING, "test");
  InferOptions options;
  options.logger = &logger;
  const auto graph = LoadAndInfer(model, options);
  EXPECT_EQ(TypeText(*graph, "y"), "tensor(float)[2,?]");
  EXPECT_THAT(logged, ::testing::HasSubstr("inferred=[2,3] declared=[2,4]"));
  options.strict = true;
  EXPECT_THAT(FailureOf([&] { LoadAndInfer(model, options); }),
              ::testing::AllOf(::testing::StartsWith("1: Node (n) Op (Relu)"),
                               ::testing::HasSubstr("declared=[2,4]")));
}

TEST(InferMergeTest, RanksThatDifferLeaveTheShapeOpen) {
  const auto graph = LoadAndInfer(ParseModel("g (float[2,3] x) => (float[5] y) { y = Relu(x) }"));
  EXPECT_EQ(TypeText(*graph, "y"), "tensor(float)[...]");
}

TEST(InferDimensionsTest, ByNameAndByDenotation) {
  auto model = ParseModel("g (float[N,C] x, float[C] z) => (float[N,C] y) { y = Add(x, z) }");
  InferOptions options;
  options.dims_by_name["N"] = 8;
  EXPECT_EQ(TypeText(*LoadAndInfer(model, options), "y"), "tensor(float)[8,C]");
  auto& shape = *model.mutable_graph()
                     ->mutable_input(0)
                     ->mutable_type()
                     ->mutable_tensor_type()
                     ->mutable_shape();
  shape.mutable_dim(1)->set_denotation("DATA_CHANNEL");
  options.dims_by_denotation["DATA_CHANNEL"] = 5;
  const auto graph = LoadAndInfer(model, options);
  EXPECT_EQ(TypeText(*graph, "x"), "tensor(float)[8,5]");
  EXPECT_EQ(TypeText(*graph, "z"), "tensor(float)[5]");  // the same symbol
  EXPECT_EQ(TypeText(*graph, "y"), "tensor(float)[8,5]");
  options.dims_by_name["N"] = -1;
  EXPECT_THAT(FailureOf([&] { LoadAndInfer(model, options); }), ::testing::StartsWith("2: "));
}

TEST(InferUnknownTest, OperatorsWithoutASchemaLeaveTheirOutputsOpen) {
  const auto graph = Load(ParseModel("g (float[2] x) => (y) { t = my.Op(x) y = Relu(t) }",
                                     R"(ir_version: 8, opset_import: ["": 17, "my": 1])"));
  CheckOptions accepting;
  accepting.accepts = [](const Node&) { return true; };
  CheckGraph(*graph, accepting);
  InferTypesAndShapes(*graph);
  EXPECT_EQ(TypeText(*graph, "t"), "unknown");
  EXPECT_EQ(TypeText(*graph, "y"), "unknown");
}

TEST(InferUnknownTest, SubgraphsAreTypedInPlace) {
  const auto graph =
      LoadAndInfer(ParseModel("g (int64 n, bool c, float[2] x) => (y) { y = Loop(n, c, x) <body = "
                              "b (int64 i, bool c1, v) => (c2, w) "
                              "{ c2 = Identity(c1) t = Neg(v) w = Add(t, x) }> }"));
  const auto body = graph->nodes()[0]->Subgraphs()[0].second;
  EXPECT_EQ(body->FindValue("w")->type.ToString(), "tensor(float)");
  EXPECT_EQ(body->FindValue("c2")->type.ToString(), "tensor(bool)");
}

TEST(InferEditTest, MoreIsFoundAfterAnEdit) {
  const auto graph = LoadAndInfer(
      ParseModel("g (float[2,6] x, int64[2] s) => (y) { t = Reshape(x, s) y = Relu(t) }"));
  EXPECT_EQ(TypeText(*graph, "y"), "tensor(float)[?,?]");
  const int64_t shape[] = {4, 3};
  ValueInfo* constant =
      graph->AddInitializer("", Tensor::Of<int64_t>(std::span<const int64_t>(shape)));
  graph->SetInput(graph->nodes()[0], 1, constant);
  InferTypesAndShapes(*graph);
  EXPECT_EQ(TypeText(*graph, "y"), "tensor(float)[4,3]");
}

TEST(InferLimitsTest, LargeConstantsAndHugeShapesAreNotExpanded) {
  // A vector said to have 2^40 elements is tracked no further; a shape's product may overflow
  // without harm.
  const auto graph = LoadAndInfer(
      ParseModel("g (int64[1099511627776] s, float[4611686018427387904,4] x) => (y, z) "
                 "{ y = ConstantOfShape(s) a = Shape(x) b = Mul(a, a) z = ConstantOfShape(b) }"));
  EXPECT_EQ(graph->FindValue("y")->type.ToString(), "tensor(float)");
}

}  // namespace
}  // namespace backplane::testing
