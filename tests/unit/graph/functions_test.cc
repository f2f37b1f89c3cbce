// Functions: of the model and of schemas, found, typed and inlined.
#include "graph/functions.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "unit/model/model_text.h"

namespace backplane::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kHead = R"(ir_version: 8, opset_import: ["": 17, "local": 1])";

std::vector<std::string> Operators(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node* node : graph.nodes()) names.push_back(node->op_type);
  return names;
}

bool KeepStandard(const Node& node) { return node.domain.empty(); }
bool KeepNothing(const Node&) { return false; }

TEST(FunctionsTest, ModelFunctionsAreTypedAndInlined) {
  auto graph = LoadAndInfer(ParseModel(R"(g (float[2,3] x) => (float[2,3] y) {
        [call] y = local.ScaledRelu <scale = 3.0> (x) }
      <domain: "local", opset_import: ["": 17]> ScaledRelu <scale: float = 2.0> (a) => (b) {
        s = Constant <value_float: float = @scale> ()
        r = Relu(a)
        b = Mul(r, s)
      })",
                                       kHead));
  EXPECT_EQ(TypeText(*graph, "y"), "tensor(float)[2,3]");
  EXPECT_TRUE(HasFunctionBody(*graph->nodes()[0]));
  EXPECT_EQ(InlineFunctions(*graph, KeepStandard), 1u);
  EXPECT_THAT(Operators(*graph), ElementsAre("Relu", "Mul"));
  const Node* mul = graph->nodes()[1];
  EXPECT_EQ(mul->outputs[0]->name, "y");
  EXPECT_EQ(mul->since_version, 14);
  EXPECT_EQ(mul->ConstantInput(1)->span<float>()[0], 3.0f);
  EXPECT_EQ(TypeText(*graph, mul->inputs[0]->name), "tensor(float)[2,3]");
}

TEST(FunctionsTest, DefaultsAbsentInputsAndUnusedOutputs) {
  auto graph = LoadAndInfer(ParseModel(R"(g (float[2] x) => (float[2] y) { y = local.Both(x) }
      <domain: "local", opset_import: ["": 17]> Both <alpha: float = 0.5> (a, low) => (b, unused) {
        c = Clip(a, low)
        b = LeakyRelu <alpha: float = @alpha> (c)
        unused = Neg(a)
      })",
                                       kHead));
  EXPECT_EQ(InlineFunctions(*graph, KeepStandard), 1u);
  const auto nodes = graph->nodes();
  const auto leaky = std::find_if(nodes.begin(), nodes.end(),
                                  [](const Node* n) { return n->op_type == "LeakyRelu"; });
  EXPECT_EQ((*leaky)->Float("alpha", 0), 0.5f);
  const auto clip =
      std::find_if(nodes.begin(), nodes.end(), [](const Node* n) { return n->op_type == "Clip"; });
  EXPECT_EQ((*clip)->inputs.size(), 1u);
}

TEST(FunctionsTest, NestedCallsInSubgraphsAndPassThrough) {
  auto graph = LoadAndInfer(ParseModel(R"(g (bool c, float[2] x) => (float[2] y) {
        y = If(c) <then_branch = t () => (float[2] p) { p = local.Outer(x) },
                   else_branch = e () => (float[2] q) { q = local.Same(x) }> }
      <domain: "local", opset_import: ["": 17, "local": 1]> Outer (a) => (b) { m = local.Inner(a) b = local.Inner(m) }
      <domain: "local", opset_import: ["": 17]> Inner (a) => (b) { b = Neg(a) }
      <domain: "local", opset_import: ["": 17]> Same (a) => (a) { unused = Neg(a) })",
                                       kHead));
  EXPECT_EQ(TypeText(*graph, "y"), "tensor(float)[2]");
  EXPECT_EQ(InlineFunctions(*graph, KeepStandard), 4u);
  const auto subgraphs = graph->nodes()[0]->Subgraphs();  // sorted by name: else, then
  EXPECT_THAT(Operators(*subgraphs[1].second), ElementsAre("Neg", "Neg"));
  EXPECT_THAT(Operators(*subgraphs[0].second), ::testing::UnorderedElementsAre("Neg", "Identity"));
  EXPECT_EQ(graph->nodes()[0]->implicit_inputs.size(), 1u);
}

TEST(FunctionsTest, ABodyKeepsTheVersionItIsWrittenFor) {
  auto graph = LoadAndInfer(ParseModel(R"(g (float[2,3] x) => (float[2,1] y) { y = local.Sum(x) }
      <domain: "local", opset_import: ["": 11]> Sum (a) => (b) { b = ReduceSum <axes = [1]> (a) })",
                                       kHead));
  EXPECT_EQ(TypeText(*graph, "y"), "tensor(float)[2,1]");
  InlineFunctions(*graph, KeepStandard);
  EXPECT_EQ(graph->nodes()[0]->since_version, 11);  // from 13 on, axes are an input
}

TEST(FunctionsTest, BodiesOfSchemas) {
  struct Case {
    const char* graph;
    const char* type;
  };
  const Case cases[] = {
      {"g (float[2,3] x) => (y) { y = HardSwish(x) }", "tensor(float)[2,3]"},
      {"g (float[2,3] x) => (y) { y = Gelu(x) }", "tensor(float)[2,3]"},  // depends on an attribute
      {"g (float[2,3] x) => (y) { y = LayerNormalization(x, w) }", "tensor(float)[2,3]"},
      {"g (float[2,3] x) => (y) { y = Softmax <axis = -1> (x) }", "tensor(float)[2,3]"},
      {"g (float[2,3] x) => (y) { y = Clip(x, \"\", one) }", "tensor(float)[2,3]"},
      {"g (float[2,3] x) => (y) { y = Celu(x) }", "tensor(float)[2,3]"},
      {"g (float[2,3] x) => (y) { y = ReduceSumSquare(x) }", "tensor(float)[1,1]"},
  };
  for (const Case& each : cases) {
    std::string text = each.graph;
    const std::string initializers = " <float[3] w = {1, 2, 3}, float one = {1}> ";
    text.insert(text.find('{'), initializers);
    auto graph = LoadAndInfer(ParseModel(text, R"(ir_version: 8, opset_import: ["": 20])"));
    EXPECT_EQ(TypeText(*graph, "y"), each.type) << text;
    EXPECT_TRUE(HasFunctionBody(*graph->nodes()[0])) << text;
    EXPECT_GE(InlineFunctions(*graph, KeepNothing), 1u) << text;
    EXPECT_EQ(TypeText(*graph, "y"), each.type) << text;
    for (const Node* node : graph->nodes())
      EXPECT_FALSE(HasFunctionBody(*node)) << text << node->op_type;
  }
}

TEST(FunctionsTest, BadFunctions) {
  const struct {
    const char* functions;
    const char* message;
  } cases[] = {
      {"<domain: \"local\", opset_import: [\"\": 17]> F (a) => (b) { b = Neg(a) }"
       "<domain: \"local\", opset_import: [\"\": 17]> F (a) => (b) { b = Neg(a) }",
       "is defined twice"},
      {"<domain: \"local\", opset_import: [\"local\": 1]> F (a) => (b) { b = local.F(a) }",
       "calls itself"},
      {"<domain: \"local\", opset_import: [\"local\": 1]> F (a) => (b) { b = local.G(a) }"
       "<domain: \"local\", opset_import: [\"local\": 1]> G (a) => (b) { b = local.F(a) }",
       "calls itself"},
      {"<domain: \"local\", opset_import: [\"\": 17]> F (a) => (b) { c = Neg(a) }",
       "does not define its output 'b'"},
      {"<domain: \"local\", opset_import: [\"\": 17]> F (a) => (b) { b = Neg(zzz) }",
       "Node input 'zzz'"},
      {"<domain: \"local\", opset_import: [\"\": 17]> F () => (b) { b = Constant <value = float "
       "{1.0}> () }",
       "has 1 inputs and 1 outputs where 0 and 1 are possible"},
  };
  for (const auto& bad : cases) {
    const auto model = ParseModel(
        std::string("g (float[2] x) => (float[2] y) { y = local.F(x) }\n") + bad.functions, kHead);
    EXPECT_THAT(FailureOf([&] {
                  auto graph = LoadAndInfer(model);
                  InlineFunctions(*graph, KeepStandard);
                }),
                HasSubstr(bad.message));
  }
}

TEST(FunctionsTest, FunctionsThatGrowWithoutBoundAreRefused) {
  std::string text = "g (float[2] x) => (float[2] y) { y = local.F0(x) }\n";
  for (int i = 0; i < 40; ++i) {
    text += Format(
        "<domain: \"local\", opset_import: [\"local\": 1]> F{} (a) => (b) {{ m = local.F{}(a) b = "
        "local.F{}(m) }}\n",
        i, i + 1, i + 1);
  }
  text += "<domain: \"local\", opset_import: [\"\": 17]> F40 (a) => (b) { b = Neg(a) }";
  EXPECT_THAT(FailureOf([&] { Load(ParseModel(text, kHead)); }), HasSubstr("stands for more than"));
}

TEST(FunctionsTest, LongChainsOfCallsAreRefused) {
  for (const bool forwards : {true, false}) {
    std::string text = "g (float[2] x) => (float[2] y) { y = local.F0(x) }\n";
    std::vector<std::string> functions;
    for (int i = 0; i < 2000; ++i) {
      functions.push_back(
          Format("<domain: \"local\", opset_import: [\"local\": 1]> F{} (a) => (b) {{ b = "
                 "local.F{}(a) }}\n",
                 i, i + 1));
    }
    functions.push_back(
        "<domain: \"local\", opset_import: [\"\": 17]> F2000 (a) => (b) { b = Neg(a) }\n");
    if (!forwards) std::reverse(functions.begin(), functions.end());
    for (const std::string& function : functions) text += function;
    EXPECT_THAT(FailureOf([&] { Load(ParseModel(text, kHead)); }),
                HasSubstr("calls inside each other"));
  }
}

}  // namespace
}  // namespace backplane::testing
