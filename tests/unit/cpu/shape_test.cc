// Shape, Size, Reshape, Flatten, Squeeze, Unsqueeze, Identity, Constant, ConstantOfShape, EyeLike,
// Range.
#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

using Ints = std::vector<int64_t>;

Tensor Counting(const Shape& shape) {
  Tensor tensor = Tensor::Allocate(DType::kFloat, shape);
  for (int64_t i = 0; i < shape.ElementCount(); ++i)
    tensor.data<float>()[i] = static_cast<float>(i);
  return tensor;
}

TEST(ShapeTest, ClampsStartAndEnd) {
  OpTester("Shape", 13).In(Counting({2, 3, 4})).Out<int64_t>({3}, {2, 3, 4}).Check();
  OpTester("Shape", 15).Attr("start", -1).In(Counting({2, 3, 4})).Out<int64_t>({1}, {4}).Check();
  OpTester("Shape", 15)
      .Attr("start", 1)
      .Attr("end", -1)
      .In(Counting({2, 3, 4}))
      .Out<int64_t>({1}, {3})
      .Check();
  OpTester("Shape", 15)
      .Attr("start", -10)
      .Attr("end", 10)
      .In(Counting({2, 3}))
      .Out<int64_t>({2}, {2, 3})
      .Check();
  OpTester("Shape", 15)
      .Attr("start", 2)
      .Attr("end", 1)
      .In(Counting({2, 3}))
      .Out<int64_t>({0}, {})
      .Check();
  OpTester("Shape", 1).In(Counting({})).Out<int64_t>({0}, {}).Check();
  OpTester("Size", 1).In(Counting({2, 3})).Out<int64_t>({}, {6}).Check();
}

struct ReshapeCase {
  Shape from;
  Ints wanted;
  bool allow_zero;
  Shape to;  // meaningless when `error` is set
  const char* error = nullptr;
};

TEST(ReshapeTest, ResolvesShapes) {
  const ReshapeCase cases[] = {
      {{2, 3, 4}, {4, 6}, false, {4, 6}},
      {{2, 3, 4}, {0, -1}, false, {2, 12}},
      {{2, 3, 4}, {-1}, false, {24}},
      {{0, 3}, {0, -1}, false, {}, "cannot be reshaped"},
      {{0, 3}, {3, 0}, true, {3, 0}},
      {{1}, {}, false, {}},
      {{2, 3}, {-1, -1}, false, {}, "more than one -1"},
      {{2, 3}, {-2, 3}, false, {}, "below -1"},
      {{2, 3}, {2, 3, 0}, false, {}, "copies one"},
      {{2, 3}, {5}, false, {}, "cannot be reshaped"},
      {{2, 3}, {4, -1}, false, {}, "cannot be reshaped"},
      {{2, 3}, {INT64_MAX, 4}, false, {}, "overflow"},
  };
  for (const ReshapeCase& c : cases) {
    SCOPED_TRACE(c.from.ToString() + " to " + ShapeToString(c.wanted));
    const Tensor input = Counting(c.from);
    const Shape shape_shape{static_cast<int64_t>(c.wanted.size())};
    for (const bool constant : {false, true}) {
      OpTester test("Reshape", 14);
      test.Attr("allowzero", c.allow_zero ? 1 : 0).In(input);
      constant ? test.Const<int64_t>(shape_shape, c.wanted)
               : test.In<int64_t>(shape_shape, c.wanted);
      if (c.error != nullptr) {
        test.Out(DType::kFloat).CheckFails(ORT_FAIL, c.error);
      } else {
        test.Out<float>(c.to, Elements<float>(input)).Check();
      }
    }
  }
  OpTester("Reshape", 1)
      .Attr("shape", Ints{3, 2})
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .Out<float>({3, 2}, {1, 2, 3, 4, 5, 6})
      .Check();
}

TEST(ReshapeTest, FlattenSqueezeUnsqueeze) {
  OpTester("Flatten", 13).In(Counting({2, 3, 1})).Out<float>({2, 3}, {0, 1, 2, 3, 4, 5}).Check();
  OpTester("Flatten", 13)
      .Attr("axis", 0)
      .In(Counting({2, 3}))
      .Out<float>({1, 6}, {0, 1, 2, 3, 4, 5})
      .Check();
  OpTester("Flatten", 13)
      .Attr("axis", -1)
      .In(Counting({2, 1, 3}))
      .Out<float>({2, 3}, {0, 1, 2, 3, 4, 5})
      .Check();
  OpTester("Flatten", 13)
      .Attr("axis", 4)
      .In(Counting({2, 3}))
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL);

  OpTester("Squeeze", 11)
      .Attr("axes", Ints{0, -1})
      .In(Counting({1, 2, 1}))
      .Out<float>({2}, {0, 1})
      .Check();
  OpTester("Squeeze", 13)
      .In(Counting({1, 2, 1}))
      .In<int64_t>({1}, {0})
      .Out<float>({2, 1}, {0, 1})
      .Check();
  OpTester("Squeeze", 13).In(Counting({1, 2, 1})).Out<float>({2}, {0, 1}).Check();
  OpTester("Squeeze", 13)
      .In(Counting({1, 2}))
      .Const<int64_t>({1}, {1})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL, "must be 1");
  OpTester("Squeeze", 13)
      .In(Counting({1, 2}))
      .Const<int64_t>({1}, {2})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL);

  OpTester("Unsqueeze", 11)
      .Attr("axes", Ints{0, 3})
      .In(Counting({2, 1}))
      .Out<float>({1, 2, 1, 1}, {0, 1})
      .Check();
  OpTester("Unsqueeze", 13)
      .In(Counting({2}))
      .Const<int64_t>({2}, {-1, 0})
      .Out<float>({1, 2, 1}, {0, 1})
      .Check();
  OpTester("Unsqueeze", 13)
      .In(Counting({2}))
      .In<int64_t>({2}, {1, 1})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "twice");
  OpTester("Unsqueeze", 13)
      .In(Counting({2}))
      .In<int64_t>({1}, {5})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL);
}

TEST(ConstantTest, FillsAndIdentity) {
  OpTester("ConstantOfShape", 9).In<int64_t>({2}, {2, 2}).Out<float>({2, 2}, {0, 0, 0, 0}).Check();
  OpTester("ConstantOfShape", 9)
      .Attr("value", MakeTensor<int64_t>({1}, {7}))
      .In<int64_t>({1}, {3})
      .Out<int64_t>({3}, {7, 7, 7})
      .Check();
  OpTester("ConstantOfShape", 9).In<int64_t>({0}, {}).Out<float>({}, {0}).Check();
  OpTester("ConstantOfShape", 9)
      .In<int64_t>({1}, {-1})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT);
  OpTester("Constant", 13).Attr("value_ints", Ints{3, 4}).Out<int64_t>({2}, {3, 4}).Check();
  OpTester("Constant", 13).Attr("value_string", "x").Out<std::string>({}, {"x"}).Check();
  OpTester("Identity", 13)
      .In<std::string>({2}, {"a", "b"})
      .Out<std::string>({2}, {"a", "b"})
      .Check();
  OpTester("EyeLike", 9)
      .Attr("k", 1)
      .In(Counting({2, 3}))
      .Out<float>({2, 3}, {0, 1, 0, 0, 0, 1})
      .Check();
  OpTester("EyeLike", 9)
      .Attr("k", -1)
      .In(Counting({2, 3}))
      .Out<int64_t>({2, 3}, {0, 0, 0, 1, 0, 0})
      .Check();
}

TEST(RangeTest, CountsExactly) {
  OpTester("Range", 11)
      .In<float>({}, {1})
      .In<float>({}, {2})
      .In<float>({}, {0.25f})
      .Out<float>({4}, {1, 1.25f, 1.5f, 1.75f})
      .Check();
  OpTester("Range", 11)
      .In<int64_t>({}, {10})
      .In<int64_t>({}, {4})
      .In<int64_t>({}, {-3})
      .Out<int64_t>({2}, {10, 7})
      .Check();
  OpTester("Range", 11)
      .In<int16_t>({}, {32766})
      .In<int16_t>({}, {32767})
      .In<int16_t>({}, {5})
      .Out<int16_t>({1}, {32766})
      .Check();
  OpTester("Range", 11)
      .In<int64_t>({}, {INT64_MAX - 1})
      .In<int64_t>({}, {INT64_MAX})
      .In<int64_t>({}, {INT64_MAX})
      .Out<int64_t>({1}, {INT64_MAX - 1})
      .Check();
  OpTester("Range", 11)
      .In<int32_t>({}, {3})
      .In<int32_t>({}, {3})
      .In<int32_t>({}, {1})
      .Out<int32_t>({0}, {})
      .Check();
  OpTester("Range", 11)
      .In<int32_t>({}, {3})
      .In<int32_t>({}, {9})
      .In<int32_t>({}, {0})
      .Out(DType::kInt32)
      .CheckFails(ORT_INVALID_ARGUMENT, "zero");
}

}  // namespace
}  // namespace backplane::cpu
