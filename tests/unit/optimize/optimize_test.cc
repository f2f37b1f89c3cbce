#include "optimize/optimize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/optimize/test_graph.h"

namespace backplane::testing {
namespace {

using ::testing::Contains;

OptimizeOptions WithToys() {
  OptimizeOptions options;
  options.evaluate = ToyEvaluator;
  return options;
}

TEST(OptimizeTest, FoldsChainsOfConstantsAndDropsWhatFedThem) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {2});
  ValueInfo* folded = g.Op("Neg", {g.Op("Neg", {g.Floats({2}, {1, 2})}, Dims({2}))}, Dims({2}));
  ValueInfo* y = g.Op("Mul", {x, folded}, Dims({2}));
  g.Output(y);
  Optimize(g.graph(), WithToys());
  EXPECT_EQ(g.Ops(), "Mul");
  ASSERT_NE(g.Find("Mul")->ConstantInput(1), nullptr);
  EXPECT_EQ(g.Find("Mul")->ConstantInput(1)->data<float>()[1], 2.0f);
  EXPECT_EQ(g->Initializers().size(), 1u);
}

TEST(OptimizeTest, LiftsConstantsAtEveryLevelButDoesNothingElseAtLevelNone) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {1});
  ValueInfo* c = g.Op("Constant", {}, std::nullopt, {Attr("value_floats", std::vector<float>{3})});
  ValueInfo* id = g.Op("Identity", {x}, Dims({1}));
  g.Output(g.Op("Add", {id, c}, Dims({1})));
  OptimizeOptions options = WithToys();
  options.level = ORT_DISABLE_ALL;
  Optimize(g.graph(), options);
  EXPECT_EQ(g.Ops(), "Identity Add");
  EXPECT_NE(g.Find("Add")->ConstantInput(1), nullptr);
}

TEST(OptimizeTest, ARewriteCanBeSwitchedOffByName) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {1});
  g.Output(g.Op("Neg", {g.Op("Identity", {x}, Dims({1}))}, Dims({1})));
  OptimizeOptions options = WithToys();
  options.disabled = {"EliminateIdentity"};
  Optimize(g.graph(), options);
  EXPECT_EQ(g.Ops(), "Identity Neg");
  EXPECT_THAT(RewriteNames(), Contains("EliminateIdentity"));
}

TEST(OptimizeTest, OverridableInitializersAreNotConstant) {
  TestGraph g;
  ValueInfo* c = g.Floats({2}, {1, 2});
  c->overridable = true;
  g.Output(g.Op("Neg", {c}, Dims({2})));
  Optimize(g.graph(), WithToys());
  EXPECT_EQ(g.Ops(), "Neg");
}

TEST(OptimizeTest, IdentityKeepsTheNameOfAGraphOutput) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {2});
  ValueInfo* id = g.Op("Identity", {g.Op("Relu", {x}, Dims({2}))}, Dims({2}));
  const std::string name = id->name;
  g.Output(id);
  Optimize(g.graph(), WithToys());
  EXPECT_EQ(g.Ops(), "Relu");
  EXPECT_EQ(g->outputs()[0]->name, name);
  EXPECT_EQ(g->outputs()[0]->producer, g.Find("Relu"));
}

TEST(OptimizeTest, IdentityFromInputToOutputStays) {
  TestGraph g;
  g.Output(g.Op("Identity", {g.Input("x", {2})}, Dims({2})));
  Optimize(g.graph(), WithToys());
  EXPECT_EQ(g.Ops(), "Identity");
}

TEST(OptimizeTest, RemovesDeadNodesAndUnusedInitializers) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {2});
  g.Op("Neg", {g.Op("Exp", {x}, Dims({2}))}, Dims({2}));
  g.Floats({2}, {1});
  g.Output(g.Op("Relu", {x}, Dims({2})));
  Optimize(g.graph(), WithToys());
  EXPECT_EQ(g.Ops(), "Relu");
  EXPECT_TRUE(g->Initializers().empty());
}

TEST(OptimizeTest, ALongDeadChainDoesNotOverflowTheStack) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {2});
  ValueInfo* v = x;
  for (int i = 0; i < 60000; ++i) v = g.Op("Sin", {v}, Dims({2}));
  g.Output(g.Op("Shape", {v}, Dims({1}), {}, DType::kInt64));
  Optimize(g.graph(), WithToys());
  EXPECT_EQ(g.Ops(), "");
  ASSERT_TRUE(g->outputs()[0]->IsConstant());
  EXPECT_EQ(g->outputs()[0]->initializer->data<int64_t>()[0], 2);
}

TEST(OptimizeTest, AFilledConstantTakesNoMemoryBeforeItIsRead) {
  TestGraph g;
  const auto fill = [&](std::vector<int64_t> shape, Tensor element) {
    ValueInfo* filled = g.Op("ConstantOfShape", {g.Ints(shape)}, Dims(shape),
                             {Attr("value", element)}, element.dtype());
    g.Output(filled);
    return filled;
  };
  const ValueInfo* floats = fill({3, 1000}, Tensor::Scalar(0.5f));
  const ValueInfo* bytes = fill({300}, Tensor::Scalar<uint8_t>(7));
  const ValueInfo* longs = fill({2, 300}, Tensor::Scalar<int64_t>(-9));
  const ValueInfo* negative = fill({-1}, Tensor::Scalar(0.5f));
  OptimizeOptions options;
  options.evaluate = [](const Node&, std::vector<Tensor>&) { return false; };
  Optimize(g.graph(), options);
  EXPECT_EQ(g.Ops(), "ConstantOfShape");
  EXPECT_FALSE(negative->IsConstant());
  for (const ValueInfo* value : {floats, bytes, longs}) {
    ASSERT_TRUE(value->IsConstant());
    EXPECT_NE(value->initializer->deferred(), nullptr);
  }
  EXPECT_THAT(floats->initializer->span<float>(), ::testing::Each(0.5f));
  EXPECT_THAT(bytes->initializer->span<uint8_t>(), ::testing::Each(7));
  EXPECT_THAT(longs->initializer->span<int64_t>(), ::testing::Each(-9));
  EXPECT_EQ(floats->initializer->ElementCount(), 3000);
}

TEST(OptimizeTest, FoldsThePartsOfAShapeThatAreKnown) {
  TestGraph g;
  ValueInfo* x = g.Input("x", SymbolicShape({Dim("batch"), Dim(3), Dim(7)}));
  ValueInfo* shape = g.Op("Shape", {x}, Dims({3}), {}, DType::kInt64);
  ValueInfo* last = g.Op("Gather", {shape, g.Ints({-1})}, Dims({1}), {}, DType::kInt64);
  ValueInfo* first = g.Op("Gather", {shape, g.Ints({0})}, Dims({1}), {}, DType::kInt64);
  ValueInfo* tail = g.Op("Slice", {shape, g.Ints({1}), g.Ints({99})}, Dims({2}), {}, DType::kInt64);
  for (ValueInfo* value : {last, first, tail}) g.Output(value);
  Optimize(g.graph(), WithToys());
  EXPECT_EQ(g.Ops(), "Shape Gather");
  EXPECT_EQ(ToInt64s(*last->initializer), std::vector<int64_t>({7}));
  EXPECT_EQ(ToInt64s(*tail->initializer), std::vector<int64_t>({3, 7}));
}

TEST(OptimizeTest, EqualNodesAndSmallConstantsMerge) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {2});
  ValueInfo* a = g.Op("Add", {x, g.Floats({2}, {1, 2})}, Dims({2}));
  ValueInfo* b = g.Op("Add", {x, g.Floats({2}, {1, 2})}, Dims({2}));
  ValueInfo* other = g.Op("Add", {x, g.Floats({2}, {1, 3})}, Dims({2}));
  g.Output(g.Op("Sum", {a, b, other}, Dims({2})));
  Optimize(g.graph(), WithToys());
  EXPECT_EQ(g.Ops(), "Add Add Sum");
}

TEST(OptimizeTest, RandomNodesDoNotMergeNorFold) {
  TestGraph g;
  ValueInfo* x = g.Floats({2}, {1});
  ValueInfo* a = g.Op("RandomNormalLike", {x}, Dims({2}));
  ValueInfo* b = g.Op("RandomNormalLike", {x}, Dims({2}));
  g.Output(g.Op("Sub", {a, b}, Dims({2})));
  OptimizeOptions options;
  options.evaluate = [](const Node&, std::vector<Tensor>&) -> bool {
    throw std::logic_error("must not be asked");
  };
  Optimize(g.graph(), options);
  EXPECT_EQ(g.Counts()["RandomNormalLike"], 2);
}

struct NoopCase {
  const char* name;
  const char* op;
  std::vector<Attribute> attributes;
  std::vector<std::vector<int64_t>> constants;
  std::vector<int64_t> output;
  bool removed;
};

class NoopTest : public ::testing::TestWithParam<NoopCase> {};

TEST_P(NoopTest, GoesAwayExactlyWhenItDoesNothing) {
  const NoopCase& c = GetParam();
  TestGraph g;
  ValueInfo* x = g.Input("x", {2, 1, 3});
  std::vector<ValueInfo*> inputs = {g.Op("Relu", {x}, Dims({2, 1, 3}))};
  for (const auto& constant : c.constants) inputs.push_back(g.Ints(constant));
  g.Output(g.Op("Exp", {g.Op(c.op, inputs, Dims(c.output), c.attributes)}, Dims(c.output)));
  Optimize(g.graph(), WithToys());
  EXPECT_EQ(g.Counts()[c.op], c.removed ? 0 : 1);
}

INSTANTIATE_TEST_SUITE_P(
    All, NoopTest,
    ::testing::ValuesIn(std::vector<NoopCase>{
        {"CastSame", "Cast", {Attr("to", int64_t{1})}, {}, {2, 1, 3}, true},
        {"CastOther", "Cast", {Attr("to", int64_t{11})}, {}, {2, 1, 3}, false},
        {"TransposeIdentity", "Transpose", {IntsAttr("perm", {0, 1, 2})}, {}, {2, 1, 3}, true},
        {"TransposeMoves", "Transpose", {IntsAttr("perm", {2, 1, 0})}, {}, {3, 1, 2}, false},
        {"TransposeOfOnesButOtherShape",
         "Transpose",
         {IntsAttr("perm", {1, 0, 2})},
         {},
         {1, 2, 3},
         false},
        {"ReshapeSame", "Reshape", {}, {{2, 1, -1}}, {2, 1, 3}, true},
        {"ReshapeOther", "Reshape", {}, {{6}}, {6}, false},
        {"SliceAll", "Slice", {}, {{0}, {INT64_MAX}, {2}}, {2, 1, 3}, true},
        {"SliceSome", "Slice", {}, {{1}, {INT64_MAX}, {2}}, {2, 1, 2}, false},
        {"SliceReversed", "Slice", {}, {{-1}, {INT64_MIN}, {2}, {-1}}, {2, 1, 3}, false},
        {"PadNone", "Pad", {}, {{0, 0, 0, 0, 0, 0}}, {2, 1, 3}, true},
        {"PadSome", "Pad", {}, {{0, 0, 0, 0, 0, 1}}, {2, 1, 4}, false},
        {"ConcatOfOne", "Concat", {Attr("axis", int64_t{0})}, {}, {2, 1, 3}, true},
        {"Dropout", "Dropout", {}, {}, {2, 1, 3}, true},
        {"ConcatOfTwo", "Concat", {Attr("axis", int64_t{0})}, {{1}}, {3, 1, 3}, false},
        {"DropoutOfTraining", "Dropout", {Attr("is_test", int64_t{0})}, {}, {2, 1, 3}, false},
        {"ExpandSame", "Expand", {}, {{2, 1, 3}}, {2, 1, 3}, true},
        {"ExpandMore", "Expand", {}, {{2, 5, 3}}, {2, 5, 3}, false},
        {"TileOnce", "Tile", {}, {{1, 1, 1}}, {2, 1, 3}, true},
        {"TileTwice", "Tile", {}, {{1, 2, 1}}, {2, 2, 3}, false},
        {"SqueezeNone", "Squeeze", {}, {}, {2, 1, 3}, true},
        {"SqueezeOne", "Squeeze", {}, {{1}}, {2, 3}, false},
        {"UnsqueezeOne", "Unsqueeze", {}, {{0}}, {1, 2, 1, 3}, false},
        {"FlattenOther", "Flatten", {Attr("axis", int64_t{1})}, {}, {2, 3}, false},
        {"SumOfOne", "Sum", {}, {}, {2, 1, 3}, true},
        {"MaxOfOne", "Max", {}, {}, {2, 1, 3}, true},
        {"MinOfTwo", "Min", {}, {{7}}, {2, 1, 3}, false},
    }),
    [](const auto& info) { return info.param.name; });

TEST(OptimizeTest, SubgraphsAreRewrittenAndTheirCapturesFollow) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {2});
  ValueInfo* condition = g.Input("c", Shape{}, DType::kBool);
  ValueInfo* id = g.Op("Identity", {x}, Dims({2}));
  std::vector<Attribute> branches;
  for (const char* name : {"then_branch", "else_branch"}) {
    auto branch = std::make_shared<Graph>(g->model());
    ValueInfo* inner = branch->AddValue("", TypeInfo::Tensor(DType::kFloat, Shape{2}));
    ValueInfo* out = branch->AddValue("", TypeInfo::Tensor(DType::kFloat, Shape{2}));
    branch->AddNode("", "Identity", "", {id}, {inner});
    branch->AddNode("", "Neg", "", {inner}, {out});
    branch->AddOutput(out);
    branches.push_back(Attr(name, branch));
  }
  g.Output(g.Op("If", {condition}, Dims({2}), branches));
  Optimize(g.graph(), WithToys());
  EXPECT_EQ(g.Ops(), "If");
  const Node* node = g.Find("If");
  EXPECT_EQ(node->implicit_inputs, std::vector<ValueInfo*>({x}));
  for (const auto& [name, branch] : node->Subgraphs()) {
    ASSERT_EQ(branch->nodes().size(), 1u);
    EXPECT_EQ(branch->nodes()[0]->inputs[0], x);
  }
}

}  // namespace
}  // namespace backplane::testing
