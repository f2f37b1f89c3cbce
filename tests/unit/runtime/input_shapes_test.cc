// Shapes that a client promises for inputs (backplane.input_shapes).
#include "runtime/input_shapes.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace backplane {
namespace {

class InputShapesTest : public testing::Test {
 protected:
  InputShapesTest() {
    x = graph.AddInput("x", TypeInfo::Tensor(DType::kFloat, SymbolicShape({Dim("n"), Dim(), 4})));
    scalar = graph.AddInput("a=b", TypeInfo::Tensor(DType::kInt64, SymbolicShape({})));
    any = graph.AddInput("any", TypeInfo::Tensor(DType::kFloat));
    graph.AddInput("list", TypeInfo::Sequence(TypeInfo::Tensor(DType::kFloat)));
  }
  std::string ErrorOf(std::string_view text) {
    try {
      FixInputShapes(graph, text);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ORT_INVALID_ARGUMENT);
      return error.message();
    }
    return "";
  }
  Graph graph{std::make_shared<ModelInfo>()};
  ValueInfo* x;
  ValueInfo* scalar;
  ValueInfo* any;
};

TEST_F(InputShapesTest, SizesAreFixed) {
  FixInputShapes(graph, "x=2x3x4;any=7;a=b=;");
  EXPECT_EQ(ToString(x->type.tensor.shape), "[2,3,4]");
  EXPECT_EQ(ToString(any->type.tensor.shape), "[7]");
  EXPECT_EQ(ToString(scalar->type.tensor.shape), "[]");
  FixInputShapes(graph, "");
  EXPECT_EQ(ToString(x->type.tensor.shape), "[2,3,4]");
}

TEST_F(InputShapesTest, WhatContradictsTheModelIsRefused) {
  EXPECT_NE(ErrorOf("x=2x3x5").find("'x' is [n,?,4] in the model, which cannot be [2,3,5]"),
            std::string::npos);
  EXPECT_NE(ErrorOf("x=2x3").find("cannot be [2,3]"), std::string::npos);
  EXPECT_NE(ErrorOf("y=1").find("no input 'y'"), std::string::npos);
  EXPECT_NE(ErrorOf("list=1").find("'list' is no tensor"), std::string::npos);
}

TEST_F(InputShapesTest, WhatIsNoShapeIsRefused) {
  for (const char* text :
       {"x", "x=2x", "x=x2", "x=2,3,4", "x=-1x3x4", "x=2x3x99999999999999999999"})
    EXPECT_NE(ErrorOf(text).find("is not INPUT=1x2x3"), std::string::npos) << text;
}

}  // namespace
}  // namespace backplane
