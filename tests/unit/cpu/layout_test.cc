#include "cpu/layout.h"

#include <gtest/gtest.h>

#include "cpu/fuse/fuse.h"
#include "cpu/kernel_registry.h"
#include "unit/optimize/test_graph.h"

namespace backplane::cpu {
namespace {

using namespace ::backplane::testing;  // NOLINT: the helpers of TestGraph

constexpr int kEp = 0;

class LayoutTest : public ::testing::Test {
 protected:
  ValueInfo* Conv(ValueInfo* x, int64_t in, int64_t out, SymbolicShape shape) {
    return g_.Op("Conv", {x, g_.Floats({out, in, 1, 1}, {1})}, std::move(shape));
  }
  void Lower() {
    for (Node* node : g_->nodes()) node->ep = kEp;
    ChooseLayout(g_.graph(), kEp);
    g_->Sort();
    for (const Node* node : g_->nodes()) EXPECT_EQ(node->ep, kEp) << node->Describe();
    for (const ValueInfo* output : g_->outputs()) EXPECT_NE(output->producer, nullptr);
  }

  TestGraph g_;
};

TEST_F(LayoutTest, TransposesStandAtTheBordersOnly) {
  ValueInfo* x = g_.Input("x", {1, 3, 8, 8});
  ValueInfo* a = Conv(x, 3, 4, Dims({1, 4, 8, 8}));
  ValueInfo* r = g_.Op("Exp", {a}, Dims({1, 4, 8, 8}));
  ValueInfo* p = g_.Op("MaxPool", {r}, Dims({1, 4, 4, 4}),
                       {IntsAttr("kernel_shape", {2, 2}), IntsAttr("strides", {2, 2})});
  ValueInfo* c = g_.Op("Concat", {p, Conv(p, 4, 4, Dims({1, 4, 4, 4}))}, Dims({1, 8, 4, 4}),
                       {Attr("axis", int64_t{1})});
  ValueInfo* m = g_.Op("Mul", {c, g_.Floats({8, 1, 1}, {1, 2, 3})}, Dims({1, 8, 4, 4}));
  g_.Output(m);
  Lower();
  EXPECT_EQ(g_.Ops(), "Transpose Conv Exp MaxPool Conv Concat Mul Transpose");
  EXPECT_EQ(g_.Find("Concat")->Int("axis", 0), 3);
  EXPECT_EQ(g_.Find("MaxPool")->domain, kPrivateDomain);
  EXPECT_EQ(g_.Find("Mul")->ConstantInput(1)->shape(), (Shape{8}));
  EXPECT_EQ(g_.Find("Conv")->outputs[0]->type.tensor.StaticShape(), (Shape{1, 8, 8, 4}));
  EXPECT_EQ(g_->outputs()[0], m);
  EXPECT_EQ(m->producer->Ints("perm"), (std::vector<int64_t>{0, 3, 1, 2}));
}

TEST_F(LayoutTest, ResidualAndActivationGoIntoTheLaterConvolution) {
  ValueInfo* x = g_.Input("x", {1, 4, 8, 8});
  const SymbolicShape shape = Dims({1, 4, 8, 8});
  ValueInfo* a = g_.Op("Relu", {Conv(x, 4, 4, shape)}, shape);
  ValueInfo* b = Conv(a, 4, 4, shape);
  ValueInfo* sum = g_.Op("Add", {b, a}, shape);
  g_.Output(g_.Op("Relu", {sum}, shape));
  Lower();
  EXPECT_EQ(g_.Ops(), "Transpose Conv Conv Transpose");
  const Node* last = g_->nodes()[2];
  EXPECT_EQ(last->inputs.size(), 4u);
  EXPECT_EQ(last->inputs[3], g_->nodes()[1]->outputs[0]);
  EXPECT_EQ(last->Text("activation", ""), "Relu");
}

TEST_F(LayoutTest, TransposedConvolutionsStayChannelsLast) {
  ValueInfo* x = g_.Input("x", {1, 4, 8, 8});
  ValueInfo* a = Conv(x, 4, 4, Dims({1, 4, 8, 8}));
  const std::vector<float> weights(4 * 4 * 2 * 2, 1.0f);
  ValueInfo* up = g_.Op("ConvTranspose", {a, g_.Floats({4, 4, 2, 2}, weights)},
                        Dims({1, 4, 16, 16}), {IntsAttr("strides", {2, 2})});
  ValueInfo* r = g_.Op("Relu", {up}, Dims({1, 4, 16, 16}));
  g_.Output(Conv(r, 4, 4, Dims({1, 4, 16, 16})));
  Lower();
  EXPECT_EQ(g_.Ops(), "Transpose Conv ConvTranspose Conv Transpose");
  EXPECT_EQ(g_.Find("ConvTranspose")->domain, kPrivateDomain);
  EXPECT_EQ(g_.Find("ConvTranspose")->Text("activation", ""), "Relu");
  EXPECT_EQ(g_.Find("ConvTranspose")->outputs[0]->type.tensor.StaticShape(), (Shape{1, 16, 16, 4}));
}

TEST_F(LayoutTest, TransposesOfTheModelCancel) {
  ValueInfo* x = g_.Input("x", {1, 8, 8, 3});
  ValueInfo* t = g_.Op("Transpose", {x}, Dims({1, 3, 8, 8}), {IntsAttr("perm", {0, 3, 1, 2})});
  ValueInfo* c = Conv(t, 3, 4, Dims({1, 4, 8, 8}));
  ValueInfo* u = g_.Op("Transpose", {c}, Dims({1, 8, 8, 4}), {IntsAttr("perm", {0, 2, 3, 1})});
  ValueInfo* s = g_.Op("Neg", {u}, Dims({1, 8, 8, 4}));
  ValueInfo* v = g_.Op("Transpose", {s}, Dims({1, 4, 8, 8}), {IntsAttr("perm", {0, 3, 1, 2})});
  ValueInfo* d = Conv(v, 4, 4, Dims({1, 4, 8, 8}));
  g_.Output(g_.Op("Exp",
                  {g_.Op("Transpose", {d}, Dims({1, 8, 8, 4}), {IntsAttr("perm", {0, 2, 3, 1})})},
                  Dims({1, 8, 8, 4})));
  Lower();
  EXPECT_EQ(g_.Ops(), "Conv Neg Conv Exp");
}

TEST_F(LayoutTest, AChannelShuffleStaysChannelsLast) {
  ValueInfo* x = g_.Input("x", {1, 6, 8, 8});
  ValueInfo* a = Conv(x, 6, 6, Dims({1, 6, 8, 8}));
  ValueInfo* r = g_.Op("Reshape", {a, g_.Ints({1, 2, 3, 8, 8})}, Dims({1, 2, 3, 8, 8}));
  ValueInfo* t =
      g_.Op("Transpose", {r}, Dims({1, 3, 2, 8, 8}), {IntsAttr("perm", {0, 2, 1, 3, 4})});
  ValueInfo* s = g_.Op("Reshape", {t, g_.Ints({1, 6, 8, 8})}, Dims({1, 6, 8, 8}));
  ValueInfo* b = Conv(s, 6, 6, Dims({1, 6, 8, 8}));
  g_.Output(b);
  Lower();
  EXPECT_EQ(g_.Ops(), "Transpose Conv Reshape Transpose Reshape Conv Transpose");
  const Node* middle = g_->nodes()[3];
  EXPECT_EQ(middle->Ints("perm"), (std::vector<int64_t>{0, 1, 2, 4, 3}));
  EXPECT_EQ(ToInt64s(*g_->nodes()[2]->ConstantInput(1)), (std::vector<int64_t>{1, 8, 8, 2, 3}));
  EXPECT_EQ(ToInt64s(*g_->nodes()[4]->ConstantInput(1)), (std::vector<int64_t>{1, 8, 8, 6}));
}

TEST_F(LayoutTest, FlatteningOnePixelNeedsNoTranspose) {
  ValueInfo* x = g_.Input("x", SymbolicShape({Dim("n"), Dim(1), Dim(8), Dim(8)}));
  const auto shape = [](int64_t c, int64_t hw) {
    return SymbolicShape({Dim("n"), Dim(c), Dim(hw), Dim(hw)});
  };
  ValueInfo* a = Conv(x, 1, 4, shape(4, 8));
  ValueInfo* p = g_.Op("GlobalAveragePool", {a}, shape(4, 1));
  g_.Output(g_.Op("Flatten", {p}, SymbolicShape({Dim("n"), Dim(4)})));
  Lower();
  EXPECT_EQ(g_.Ops(), "Reshape Conv GlobalAveragePool Reshape");
}

TEST_F(LayoutTest, ReductionsOverThePixelsGiveAPlainResult) {
  ValueInfo* x = g_.Input("x", {2, 3, 8, 8});
  ValueInfo* a = Conv(x, 3, 4, Dims({2, 4, 8, 8}));
  ValueInfo* mean = g_.Op("ReduceMean", {a}, Dims({2, 4}),
                          {IntsAttr("axes", {2, 3}), Attr("keepdims", int64_t{0})});
  g_.Output(mean);
  Lower();
  EXPECT_EQ(g_.Ops(), "Transpose Conv ReduceMean");
  EXPECT_EQ(g_.Find("ReduceMean")->Ints("axes"), (std::vector<int64_t>{1, 2}));
}

TEST_F(LayoutTest, ShapeReadsTheTwin) {
  ValueInfo* x = g_.Input("x", {2, 3, 8, 8});
  ValueInfo* a = Conv(x, 3, 4, Dims({2, 4, 8, 8}));
  g_.Output(g_.Op("Shape", {a}, Dims({4}), {}, DType::kInt64));
  Lower();
  EXPECT_EQ(g_.Ops(), "Transpose Conv Shape Gather");
  EXPECT_EQ(ToInt64s(*g_.Find("Gather")->ConstantInput(1)), (std::vector<int64_t>{0, 3, 1, 2}));
}

TEST_F(LayoutTest, WhatCannotMoveGetsTheOriginal) {
  ValueInfo* x = g_.Input("x", {2, 3, 8, 8});
  ValueInfo* a = Conv(x, 3, 4, Dims({2, 4, 8, 8}));
  ValueInfo* b = g_.Op("DepthToSpace", {a}, Dims({2, 1, 16, 16}), {Attr("blocksize", int64_t{2})});
  ValueInfo* c = g_.Op("Neg", {a}, Dims({2, 4, 8, 8}));
  g_.Output(b);
  g_.Output(c);
  Lower();
  EXPECT_EQ(g_.Counts()["Transpose"], 3);
  EXPECT_EQ(g_.Find("DepthToSpace")->inputs[0], a);
}

TEST_F(LayoutTest, NodesOfOtherEpsStay) {
  ValueInfo* x = g_.Input("x", {2, 3, 8, 8});
  ValueInfo* a = Conv(x, 3, 4, Dims({2, 4, 8, 8}));
  g_.Output(g_.Op("Relu", {a}, Dims({2, 4, 8, 8})));
  for (Node* node : g_->nodes()) node->ep = 1;
  g_.Find("Conv")->ep = kEp;
  ChooseLayout(g_.graph(), kEp);
  EXPECT_EQ(g_.Ops(), "Transpose Conv Transpose Relu");
}

TEST_F(LayoutTest, AConvolutionWithComputedWeightsStays) {
  ValueInfo* x = g_.Input("x", {2, 3, 8, 8});
  g_.Output(g_.Op("Conv", {x, g_.Input("w", {4, 3, 1, 1})}, Dims({2, 4, 8, 8})));
  Lower();
  EXPECT_EQ(g_.Ops(), "Conv");
  EXPECT_EQ(g_.Find("Conv")->domain, "");
}

TEST_F(LayoutTest, SameUpperIsSpelledOut) {
  ValueInfo* x = g_.Input("x", {1, 1, 7, 8});
  g_.Output(g_.Op("Conv", {x, g_.Floats({1, 1, 3, 3}, {1})}, Dims({1, 1, 4, 4}),
                  {Attr("auto_pad", std::string("SAME_UPPER")), IntsAttr("strides", {2, 2})}));
  Lower();
  EXPECT_FALSE(g_.Find("Conv")->Has("auto_pad"));
  EXPECT_EQ(g_.Find("Conv")->Ints("pads"), (std::vector<int64_t>{1, 0, 1, 1}));
  EXPECT_EQ(g_.Counts()["Transpose"], 0);  // one channel: nothing to move
}

TEST(FuseTest, ProductsTakeBiasAndActivation) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {2, 5, 8});
  ValueInfo* m = g.Op("MatMul", {x, g.Floats({8, 4}, {1})}, Dims({2, 5, 4}));
  ValueInfo* b = g.Op("Add", {g.Floats({4}, {1}), m}, Dims({2, 5, 4}));
  g.Output(g.Op("Relu", {b}, Dims({2, 5, 4})));
  for (Node* node : g->nodes()) node->ep = kEp;
  FuseForCpu(g.graph(), kEp);
  ASSERT_EQ(g.Ops(), "Gemm");
  EXPECT_EQ(g.Find("Gemm")->inputs.size(), 3u);
  EXPECT_EQ(g.Find("Gemm")->Text("activation", ""), "Relu");
}

struct PatternCase {
  const char* name;
  const char* wanted;
  ValueInfo* (*build)(TestGraph& g, ValueInfo* x, const SymbolicShape& s);
};

class FusePatternTest : public ::testing::TestWithParam<PatternCase> {};

TEST_P(FusePatternTest, BecomesOneNode) {
  TestGraph g;
  const SymbolicShape shape = Dims({2, 8});
  g.Output(GetParam().build(g, g.Input("x", {2, 8}), shape));
  for (Node* node : g->nodes()) node->ep = kEp;
  FuseForCpu(g.graph(), kEp);
  EXPECT_EQ(g.Ops(), GetParam().wanted);
  EXPECT_EQ(g->nodes()[0]->inputs[0], g->inputs()[0]);
}

ValueInfo* Gelu(TestGraph& g, ValueInfo* x, const SymbolicShape& s) {
  ValueInfo* e = g.Op("Erf", {g.Op("Div", {x, g.Scalar(1.41421356f)}, s)}, s);
  return g.Op("Mul", {g.Op("Mul", {x, g.Op("Add", {e, g.Scalar(1)}, s)}, s), g.Scalar(0.5f)}, s);
}
ValueInfo* GeluOtherOrder(TestGraph& g, ValueInfo* x, const SymbolicShape& s) {
  ValueInfo* e = g.Op("Erf", {g.Op("Mul", {g.Scalar(0.70710678f), x}, s)}, s);
  return g.Op("Mul", {g.Op("Mul", {g.Scalar(0.5f), x}, s), g.Op("Add", {g.Scalar(1), e}, s)}, s);
}
ValueInfo* GeluTanh(TestGraph& g, ValueInfo* x, const SymbolicShape& s) {
  ValueInfo* cube = g.Op("Mul", {g.Op("Pow", {x, g.Scalar(3)}, s), g.Scalar(0.044715f)}, s);
  ValueInfo* t =
      g.Op("Tanh", {g.Op("Mul", {g.Op("Add", {x, cube}, s), g.Scalar(0.79788456f)}, s)}, s);
  return g.Op("Mul", {g.Op("Mul", {x, g.Scalar(0.5f)}, s), g.Op("Add", {t, g.Scalar(1)}, s)}, s);
}
ValueInfo* Silu(TestGraph& g, ValueInfo* x, const SymbolicShape& s) {
  return g.Op("Mul", {x, g.Op("Sigmoid", {x}, s)}, s);
}
ValueInfo* HardSwish(TestGraph& g, ValueInfo* x, const SymbolicShape& s) {
  ValueInfo* c = g.Op("Clip", {g.Op("Add", {x, g.Scalar(3)}, s), g.Scalar(0), g.Scalar(6)}, s);
  return g.Op("Mul", {x, g.Op("Div", {c, g.Scalar(6)}, s)}, s);
}
ValueInfo* LayerNorm(TestGraph& g, ValueInfo* x, const SymbolicShape& s) {
  const std::vector<Attribute> axes = {IntsAttr("axes", {-1})};
  ValueInfo* d = g.Op("Sub", {x, g.Op("ReduceMean", {x}, Dims({2, 1}), axes)}, s);
  ValueInfo* v = g.Op("ReduceMean", {g.Op("Pow", {d, g.Scalar(2)}, s)}, Dims({2, 1}), axes);
  ValueInfo* q = g.Op("Sqrt", {g.Op("Add", {v, g.Scalar(1e-5f)}, Dims({2, 1}))}, Dims({2, 1}));
  ValueInfo* n = g.Op("Mul", {g.Op("Div", {d, q}, s), g.Floats({8}, {1})}, s);
  return g.Op("Add", {n, g.Floats({8}, {2})}, s);
}

INSTANTIATE_TEST_SUITE_P(
    All, FusePatternTest,
    ::testing::Values(PatternCase{"Gelu", "Gelu", Gelu},
                      PatternCase{"GeluOtherOrder", "Gelu", GeluOtherOrder},
                      PatternCase{"GeluTanh", "Gelu", GeluTanh}, PatternCase{"Silu", "Swish", Silu},
                      PatternCase{"HardSwish", "HardSwish", HardSwish},
                      PatternCase{"LayerNorm", "LayerNormalization", LayerNorm}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace backplane::cpu
