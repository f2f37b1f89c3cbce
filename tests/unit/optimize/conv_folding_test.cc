#include <gtest/gtest.h>

#include "unit/optimize/test_graph.h"

namespace backplane::testing {
namespace {

const SymbolicShape kShape = Dims({1, 2, 4, 4});

TEST(ConvFoldingTest, BatchNormalizationGoesIntoWeightsAndBias) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {1, 1, 4, 4});
  ValueInfo* conv =
      g.Op("Conv", {x, g.Floats({2, 1, 1, 1}, {2, 3}), g.Floats({2}, {1, -1})}, kShape);
  ValueInfo* norm = g.Op("BatchNormalization",
                         {conv, g.Floats({2}, {2, 4}), g.Floats({2}, {10, 20}),
                          g.Floats({2}, {1, 2}), g.Floats({2}, {4, 16})},
                         kShape, {Attr("epsilon", 0.0f)});
  g.Output(g.Op("Relu", {norm}, kShape));
  Optimize(g.graph(), {});
  EXPECT_EQ(g.Ops(), "Conv Relu");
  const Tensor* weights = g.Find("Conv")->ConstantInput(1);
  const Tensor* bias = g.Find("Conv")->ConstantInput(2);
  ASSERT_TRUE(weights != nullptr && bias != nullptr);
  EXPECT_FLOAT_EQ(weights->data<float>()[0], 2.0f);
  EXPECT_FLOAT_EQ(weights->data<float>()[1], 3.0f);
  EXPECT_FLOAT_EQ(bias->data<float>()[0], 10.0f);
  EXPECT_FLOAT_EQ(bias->data<float>()[1], 17.0f);
}

TEST(ConvFoldingTest, LargeFoldedWeightsAreComputedWhenTheyAreRead) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {1, 4096, 4, 4});
  ValueInfo* v = g.Op("Conv", {x, g.Floats({2, 4096, 1, 1}, {1, 2, 3})}, kShape);
  v = g.Op("Mul", {v, g.Floats({2, 1, 1}, {5, 7})}, kShape);
  v = g.Op("Mul", {v, g.Floats({2, 1, 1}, {1, 10})}, kShape);
  g.Output(g.Op("Relu", {v}, kShape));
  Optimize(g.graph(), {});
  EXPECT_EQ(g.Ops(), "Conv Relu");
  const Tensor* weights = g.Find("Conv")->ConstantInput(1);
  EXPECT_NE(weights->deferred(), nullptr);
  float some[4] = {};
  EXPECT_EQ(weights->Read(4094, 4098, some), some);  // the last two of channel 0, then channel 1
  EXPECT_EQ(some[1], 15.0f);
  EXPECT_EQ(some[2], 210.0f);
  EXPECT_EQ(weights->data<float>()[0], 5.0f);
}

TEST(ConvFoldingTest, MulAndAddWithChannelConstantsGoIntoWeightsAndBias) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {1, 1, 4, 4});
  ValueInfo* v = g.Op("Conv", {x, g.Floats({2, 1, 1, 1}, {2, 3})}, kShape);
  v = g.Op("Mul", {g.Floats({2, 1, 1}, {5, 7}), v}, kShape);
  v = g.Op("Add", {v, g.Floats({1, 2, 1, 1}, {1, 2})}, kShape);
  v = g.Op("Add", {v, g.Scalar(1)}, kShape);
  g.Output(g.Op("Relu", {v}, kShape));
  Optimize(g.graph(), {});
  EXPECT_EQ(g.Ops(), "Conv Relu");
  EXPECT_FLOAT_EQ(g.Find("Conv")->ConstantInput(1)->data<float>()[1], 21.0f);
  EXPECT_FLOAT_EQ(g.Find("Conv")->ConstantInput(2)->data<float>()[1], 3.0f);
}

TEST(ConvFoldingTest, ConstantsThatAreNotPerChannelStay) {
  for (const Shape& shape : {Shape{1, 1, 1, 4}, Shape{1, 1, 1, 1, 1}, Shape{2, 1, 4}}) {
    TestGraph g;
    ValueInfo* x = g.Input("x", {1, 1, 4, 4});
    ValueInfo* conv = g.Op("Conv", {x, g.Floats({2, 1, 1, 1}, {2, 3})}, kShape);
    g.Output(g.Op("Mul", {conv, g.Floats(shape, {2})}, kShape));
    Optimize(g.graph(), {});
    EXPECT_EQ(g.Ops(), "Conv Mul") << shape.ToString();
  }
}

TEST(ConvFoldingTest, AConvolutionWithAnotherUserStays) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {1, 1, 4, 4});
  ValueInfo* conv = g.Op("Conv", {x, g.Floats({2, 1, 1, 1}, {2, 3})}, kShape);
  g.Output(conv);
  g.Output(g.Op("Mul", {conv, g.Scalar(2)}, kShape));
  Optimize(g.graph(), {});
  EXPECT_EQ(g.Ops(), "Conv Mul");
}

TEST(ConvFoldingTest, BatchNormalizationTakesUpScaleAndShift) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {1, 2, 4, 4});
  ValueInfo* v = g.Op(
      "BatchNormalization",
      {x, g.Floats({2}, {2, 4}), g.Floats({2}, {1, 2}), g.Floats({2}, {0}), g.Floats({2}, {1})},
      kShape);
  v = g.Op("Mul", {v, g.Floats({2, 1, 1}, {3, 5})}, kShape);
  v = g.Op("Add", {v, g.Floats({2, 1, 1}, {10, 20})}, kShape);
  g.Output(g.Op("Relu", {v}, kShape));
  Optimize(g.graph(), {});
  EXPECT_EQ(g.Ops(), "BatchNormalization Relu");
  EXPECT_FLOAT_EQ(g.Find("BatchNormalization")->ConstantInput(1)->data<float>()[1], 20.0f);
  EXPECT_FLOAT_EQ(g.Find("BatchNormalization")->ConstantInput(2)->data<float>()[1], 30.0f);
}

// Statistics that are computed at run time, training, and normalisation of something else stay.
TEST(ConvFoldingTest, OtherBatchNormalizationsStay) {
  for (const char* which : {"statistics", "training", "neighbour"}) {
    TestGraph g;
    const bool neighbour = std::string_view(which) == "neighbour";
    ValueInfo* x = g.Input("x", {1, 1, 4, 4});
    ValueInfo* mean = which[0] == 's' ? g.Input("mean", Shape{2}) : g.Floats({2}, {1, 2});
    ValueInfo* v = g.Op(neighbour ? "Relu" : "Conv",
                        neighbour ? std::vector<ValueInfo*>{x}
                                  : std::vector<ValueInfo*>{x, g.Floats({2, 1, 1, 1}, {2, 3})},
                        kShape);
    std::vector<Attribute> attributes;
    if (which[0] == 't') attributes.push_back(Attr("training_mode", int64_t{1}));
    v = g.Op("BatchNormalization",
             {v, g.Floats({2}, {2, 4}), g.Floats({2}, {10, 20}), mean, g.Floats({2}, {4, 16})},
             kShape, attributes);
    g.Output(v);
    Optimize(g.graph(), {});
    EXPECT_EQ(g.Counts()["BatchNormalization"], 1) << which;
  }
}

TEST(ConvFoldingTest, AResidualIsNotFolded) {
  TestGraph g;
  ValueInfo* x = g.Input("x", {1, 1, 4, 4});
  ValueInfo* y = g.Input("y", {1, 2, 4, 4});
  ValueInfo* conv = g.Op("Conv", {x, g.Floats({2, 1, 1, 1}, {2, 3})}, kShape);
  g.Output(g.Op("Mul", {g.Op("Add", {conv, y}, kShape), y}, kShape));
  Optimize(g.graph(), {});
  EXPECT_EQ(g.Ops(), "Conv Add Mul");
}

}  // namespace
}  // namespace backplane::testing
