// Rewrites that merge neighbours, drop neutral arithmetic and inline branches.
#include <gtest/gtest.h>

#include "unit/optimize/test_graph.h"

namespace backplane::testing {
namespace {

class MergeTest : public ::testing::Test {
 protected:
  std::string Optimized(ValueInfo* output) {
    g_.Output(output);
    Optimize(g_.graph(), {});
    return g_.Ops();
  }
  TestGraph g_;
};

TEST_F(MergeTest, TransposesCancelOrMerge) {
  ValueInfo* x = g_.Input("x", {2, 3, 4});
  ValueInfo* a = g_.Op("Transpose", {x}, Dims({4, 2, 3}), {IntsAttr("perm", {2, 0, 1})});
  ValueInfo* back = g_.Op("Transpose", {a}, Dims({2, 3, 4}), {IntsAttr("perm", {1, 2, 0})});
  ValueInfo* other = g_.Op("Transpose", {a}, Dims({3, 2, 4}), {IntsAttr("perm", {2, 1, 0})});
  g_.Output(g_.Op("Exp", {back}, Dims({2, 3, 4})));
  EXPECT_EQ(Optimized(other), "Transpose Exp");
  EXPECT_EQ(g_.Find("Exp")->inputs[0], x);
  EXPECT_EQ(g_.Find("Transpose")->inputs[0], x);
  EXPECT_EQ(g_.Find("Transpose")->Ints("perm"), (std::vector<int64_t>{1, 0, 2}));
}

TEST_F(MergeTest, ReshapesMergeUnlessTheLastCopiesADimension) {
  ValueInfo* x = g_.Input("x", {2, 3, 4});
  ValueInfo* a = g_.Op("Reshape", {x, g_.Ints({6, 4})}, Dims({6, 4}));
  ValueInfo* b = g_.Op("Reshape", {a, g_.Ints({-1, 8})}, Dims({3, 8}));
  ValueInfo* c = g_.Op("Reshape", {a, g_.Ints({0, 2, 2})}, Dims({6, 2, 2}));
  ValueInfo* d =
      g_.Op("Unsqueeze", {g_.Op("Squeeze", {g_.Op("Exp", {x}, Dims({2, 3, 4}))}, Dims({2, 3, 4}))},
            Dims({1, 2, 3, 4}));
  g_.Output(b);
  g_.Output(c);
  EXPECT_EQ(Optimized(d), "Reshape Reshape Reshape Exp Unsqueeze");
  EXPECT_EQ(b->producer->inputs[0], x);
  EXPECT_EQ(c->producer->inputs[0], a);
}

TEST_F(MergeTest, CastsMergeWhenTheFirstLosesNothing) {
  ValueInfo* x = g_.Input("x", {2}, DType::kInt32);
  const auto cast = [&](ValueInfo* v, DType to) {
    return g_.Op("Cast", {v}, Dims({2}), {Attr("to", static_cast<int64_t>(to))}, to);
  };
  g_.Output(cast(cast(x, DType::kInt64), DType::kFloat));
  EXPECT_EQ(Optimized(cast(cast(x, DType::kFloat), DType::kInt64)), "Cast Cast");
}

TEST_F(MergeTest, NeutralOperandsGo) {
  ValueInfo* x = g_.Input("x", {2, 3});
  ValueInfo* v = g_.Op("Exp", {x}, Dims({2, 3}));
  v = g_.Op("Add", {g_.Floats({3}, {0}), v}, Dims({2, 3}));
  v = g_.Op("Mul", {v, g_.Scalar(1)}, Dims({2, 3}));
  v = g_.Op("Div", {v, g_.Scalar(1)}, Dims({2, 3}));
  EXPECT_EQ(Optimized(g_.Op("Sin", {v}, Dims({2, 3}))), "Exp Sin");
}

TEST_F(MergeTest, ANeutralOperandThatBroadcastsStays) {
  ValueInfo* x = g_.Input("x", {3});
  ValueInfo* v = g_.Op("Mul", {x, g_.Floats({2, 3}, {1})}, Dims({2, 3}));
  v = g_.Op("Div", {g_.Scalar(1), v}, Dims({2, 3}));
  EXPECT_EQ(Optimized(v), "Mul Div");
}

TEST_F(MergeTest, NotOfNotAndSquares) {
  ValueInfo* x = g_.Input("x", {3}, DType::kBool);
  ValueInfo* y = g_.Input("y", {3});
  ValueInfo* n =
      g_.Op("Not", {g_.Op("Not", {x}, Dims({3}), {}, DType::kBool)}, Dims({3}), {}, DType::kBool);
  g_.Output(g_.Op("Where", {n, y, g_.Op("Pow", {y, g_.Scalar(2)}, Dims({3}))}, Dims({3})));
  EXPECT_EQ(Optimized(g_.Op("Relu", {g_.Op("Relu", {y}, Dims({3}))}, Dims({3}))), "Mul Where Relu");
}

TEST_F(MergeTest, OnlyWhatRepeatsOrCancelsGoes) {
  const SymbolicShape shape = Dims({3});
  ValueInfo* x = g_.Input("x", {3});
  const auto twice = [&](const char* first, const char* second) {
    g_.Output(g_.Op(second, {g_.Op(first, {x}, shape)}, shape));
  };
  g_.Output(g_.Op("Sin", {g_.Op("Neg", {g_.Op("Neg", {x}, shape)}, shape)}, shape));
  twice("Floor", "Floor");
  twice("Ceil", "Floor");
  twice("Abs", "Neg");
  twice("Exp", "Exp");
  EXPECT_EQ(Optimized(g_.Op("Cos", {x}, shape)), "Sin Floor Ceil Floor Abs Neg Exp Exp Cos");
}

TEST_F(MergeTest, OtherPowersStay) {
  ValueInfo* x = g_.Input("x", {3});
  ValueInfo* n = g_.Input("n", {3}, DType::kInt32);
  g_.Output(g_.Op("Pow", {x, g_.Scalar(3)}, Dims({3})));
  g_.Output(g_.Op("Pow", {x, g_.Floats({1, 1}, {2})}, Dims({1, 3})));  // of another rank
  EXPECT_EQ(Optimized(g_.Op("Pow", {n, g_.Scalar(2)}, Dims({3}), {}, DType::kInt32)),
            "Pow Pow Pow");
}

TEST_F(MergeTest, OptionalOutputsThatAreReadStay) {
  ValueInfo* x = g_.Input("x", {1, 1, 4, 4});
  ValueInfo* y = g_->AddValue("y", TypeInfo::Tensor(DType::kFloat, Shape{1, 1, 2, 2}));
  ValueInfo* indices = g_->AddValue("i", TypeInfo::Tensor(DType::kInt64, Shape{1, 1, 2, 2}));
  g_->AddNode("pool", "MaxPool", "", {x}, {y, indices}, {IntsAttr("kernel_shape", {3, 3})});
  g_.Output(y);
  EXPECT_EQ(Optimized(indices), "MaxPool");
  EXPECT_EQ(g_.Find("MaxPool")->outputs.size(), 2u);
}

TEST_F(MergeTest, OptionalOutputsThatNobodyReadsAreDropped) {
  ValueInfo* x = g_.Input("x", {1, 1, 4, 4});
  ValueInfo* y = g_->AddValue("y", TypeInfo::Tensor(DType::kFloat, Shape{1, 1, 2, 2}));
  ValueInfo* indices = g_->AddValue("i", TypeInfo::Tensor(DType::kInt64, Shape{1, 1, 2, 2}));
  g_->AddNode("pool", "MaxPool", "", {x}, {y, indices}, {IntsAttr("kernel_shape", {3, 3})});
  EXPECT_EQ(Optimized(y), "MaxPool");
  EXPECT_EQ(g_.Find("MaxPool")->outputs.size(), 1u);
  EXPECT_EQ(g_->FindValue("i"), nullptr);
}

TEST_F(MergeTest, AnIfWithAKnownConditionBecomesItsBranch) {
  ValueInfo* x = g_.Input("x", {2});
  bool yes = true;
  const Shape scalar;
  ValueInfo* condition =
      g_->AddInitializer("condition", Tensor::Of<bool>(std::span<const bool>(&yes, 1), &scalar));
  std::vector<Attribute> branches;
  for (const char* name : {"then_branch", "else_branch"}) {
    auto branch = std::make_shared<Graph>(g_->model());
    ValueInfo* constant = branch->AddInitializer("k", Tensor::Of<float>(std::vector<float>{1, 2}));
    ValueInfo* sum = branch->AddValue("v", TypeInfo::Tensor(DType::kFloat, Shape{2}));
    branch->AddNode("", name[0] == 't' ? "Add" : "Sub", "", {x, constant}, {sum});
    branch->AddOutput(sum);
    branch->AddOutput(x);
    branches.push_back(Attr(name, branch));
  }
  ValueInfo* first = g_->AddValue("first", TypeInfo::Tensor(DType::kFloat, Shape{2}));
  ValueInfo* second = g_->AddValue("second", TypeInfo::Tensor(DType::kFloat, Shape{2}));
  g_->AddNode("if", "If", "", {condition}, {first, second}, std::move(branches));
  ValueInfo* exp = g_.Op("Exp", {first}, Dims({2}));
  g_.Output(exp);
  g_.Output(first);
  EXPECT_EQ(Optimized(second), "Add Identity Exp");
  EXPECT_EQ(g_->outputs()[1]->name, "first");
  EXPECT_EQ(g_->outputs()[2]->name, "second");
  EXPECT_EQ(g_->outputs()[1]->producer, g_.Find("Add"));
  EXPECT_EQ(g_->FindValue("condition"), nullptr);
}

}  // namespace
}  // namespace backplane::testing
