// Concat, Split, Slice, Gather*, Pad, Expand, Tile.
#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

using Ints = std::vector<int64_t>;

TEST(ConcatTest, JoinsAlongAnyAxis) {
  OpTester("Concat", 13)
      .Attr("axis", 0)
      .In<float>({1, 2}, {1, 2})
      .In<float>({2, 2}, {3, 4, 5, 6})
      .Out<float>({3, 2}, {1, 2, 3, 4, 5, 6})
      .Check();
  OpTester("Concat", 13)
      .Attr("axis", -1)
      .In<float>({2, 1}, {1, 2})
      .In<float>({2, 2}, {3, 4, 5, 6})
      .Out<float>({2, 3}, {1, 3, 4, 2, 5, 6})
      .Check();
  OpTester("Concat", 13)
      .Attr("axis", 0)
      .In<std::string>({1}, {"a"})
      .In<std::string>({2}, {"b", "c"})
      .Out<std::string>({3}, {"a", "b", "c"})
      .Check();
  OpTester("Concat", 13)
      .Attr("axis", 1)
      .In<float>({0}, {})
      .In<float>({1, 2}, {3, 4})
      .Out<float>({1, 2}, {3, 4})
      .Check();
  OpTester("Concat", 13)
      .Attr("axis", 0)
      .In<float>({0, 2}, {})
      .In<float>({1, 2}, {3, 4})
      .Out<float>({1, 2}, {3, 4})
      .Check();
  OpTester("Concat", 13)
      .Attr("axis", 0)
      .In<float>({1, 2}, {1, 2})
      .In<float>({1, 3}, {1, 2, 3})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL, "input 1");
  OpTester("Concat", 13)
      .Attr("axis", 2)
      .In<float>({1, 2}, {1, 2})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL);
}

TEST(SplitTest, AllForms) {
  OpTester("Split", 2)
      .Attr("axis", 1)
      .In<int32_t>({2, 2}, {1, 2, 3, 4})
      .Out<int32_t>({2, 1}, {1, 3})
      .Out<int32_t>({2, 1}, {2, 4})
      .Check();
  OpTester("Split", 11)
      .Attr("split", Ints{1, 2})
      .In<int32_t>({3}, {1, 2, 3})
      .Out<int32_t>({1}, {1})
      .Out<int32_t>({2}, {2, 3})
      .Check();
  OpTester("Split", 13)
      .In<int32_t>({3}, {1, 2, 3})
      .In<int64_t>({2}, {0, 3})
      .Out<int32_t>({0}, {})
      .Out<int32_t>({3}, {1, 2, 3})
      .Check();
  OpTester("Split", 18)
      .Attr("num_outputs", 2)
      .In<int32_t>({3}, {1, 2, 3})
      .Out<int32_t>({2}, {1, 2})
      .Out<int32_t>({1}, {3})
      .Check();
  OpTester("Split", 13)
      .In<int32_t>({3}, {1, 2, 3})
      .In<int64_t>({2}, {2, 2})
      .Out(DType::kInt32)
      .Out(DType::kInt32)
      .CheckFails(ORT_INVALID_ARGUMENT, "Cannot split");
  OpTester("Split", 13)
      .In<int32_t>({3}, {1, 2, 3})
      .In<int64_t>({2}, {-1, 4})
      .Out(DType::kInt32)
      .Out(DType::kInt32)
      .CheckFails(ORT_INVALID_ARGUMENT, "-1");
  OpTester("Split", 13)
      .In<int32_t>({3}, {1, 2, 3})
      .Out(DType::kInt32)
      .Out(DType::kInt32)
      .CheckFails(ORT_INVALID_ARGUMENT, "evenly");
}

struct SliceCase {
  Ints starts, ends, axes, steps;
  Shape shape;
  std::vector<float> expected;
};

TEST(SliceTest, BoundsAreClamped) {
  const std::vector<float> data = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};  // 3 x 4
  const SliceCase cases[] = {
      {{1}, {3}, {0}, {}, {2, 4}, {4, 5, 6, 7, 8, 9, 10, 11}},
      {{0, 1}, {2, INT64_MAX}, {}, {}, {2, 3}, {1, 2, 3, 5, 6, 7}},
      {{-1}, {1000}, {-1}, {1}, {3, 1}, {3, 7, 11}},
      {{-1}, {INT64_MIN}, {0}, {-1}, {3, 4}, {8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3}},
      {{3}, {0}, {1}, {-2}, {3, 2}, {3, 1, 7, 5, 11, 9}},
      {{0}, {4}, {1}, {3}, {3, 2}, {0, 3, 4, 7, 8, 11}},
      {{0}, {4}, {1}, {INT64_MAX}, {3, 1}, {0, 4, 8}},
      {{3}, {-100}, {1}, {INT64_MIN}, {3, 1}, {3, 7, 11}},
      {{2}, {1}, {0}, {}, {0, 4}, {}},
      {{5}, {9}, {0}, {}, {0, 4}, {}},
  };
  for (const SliceCase& c : cases) {
    SCOPED_TRACE(ShapeToString(c.starts) + ShapeToString(c.ends) + ShapeToString(c.steps));
    const auto list = [](const Ints& ints) { return Shape{static_cast<int64_t>(ints.size())}; };
    OpTester test("Slice", 13);
    test.In<float>({3, 4}, data)
        .In<int64_t>(list(c.starts), c.starts)
        .In<int64_t>(list(c.ends), c.ends);
    c.axes.empty() ? test.Absent() : test.Const<int64_t>(list(c.axes), c.axes);
    c.steps.empty() ? test.Absent() : test.In<int64_t>(list(c.steps), c.steps);
    test.Out<float>(c.shape, c.expected).Check();
  }
  OpTester("Slice", 1)
      .Attr("starts", Ints{1})
      .Attr("ends", Ints{2})
      .In<float>({3, 4}, data)
      .Out<float>({1, 4}, {4, 5, 6, 7})
      .Check();
  OpTester("Slice", 13)
      .In<float>({2}, {1, 2})
      .In<int64_t>({1}, {0})
      .In<int64_t>({1}, {2})
      .In<int64_t>({1}, {0})
      .In<int64_t>({1}, {0})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "step");
  OpTester("Slice", 13)
      .In<float>({2}, {1, 2})
      .In<int64_t>({1}, {0})
      .In<int64_t>({1}, {2})
      .In<int64_t>({1}, {3})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL, "axis");
  OpTester("Slice", 13)
      .In<float>({2}, {1, 2})
      .In<int64_t>({2}, {0, 0})
      .In<int64_t>({1}, {2})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "do not fit");
}

TEST(GatherTest, BlocksAndScalars) {
  OpTester("Gather", 13)
      .In<float>({3, 2}, {1, 2, 3, 4, 5, 6})
      .In<int64_t>({2}, {2, -3})
      .Out<float>({2, 2}, {5, 6, 1, 2})
      .Check();
  OpTester("Gather", 13)
      .Attr("axis", 1)
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .In<int32_t>({1, 2}, {0, 2})
      .Out<float>({2, 1, 2}, {1, 3, 4, 6})
      .Check();
  OpTester("Gather", 13)
      .Attr("axis", 0)
      .In<std::string>({2}, {"a", "b"})
      .In<int64_t>({}, {1})
      .Out<std::string>({}, {"b"})
      .Check();
  OpTester("Gather", 13)
      .In<float>({3}, {1, 2, 3})
      .In<int64_t>({2}, {0, 3})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "3 must be within the inclusive range [-3,2]");
  OpTester("Gather", 13)
      .In<float>({0}, {})
      .In<int64_t>({1}, {0})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT);
}

TEST(GatherTest, ElementsAndNd) {
  OpTester("GatherElements", 13)
      .Attr("axis", 1)
      .In<int32_t>({2, 2}, {1, 2, 3, 4})
      .In<int64_t>({2, 2}, {0, 0, 1, -2})
      .Out<int32_t>({2, 2}, {1, 1, 4, 3})
      .Check();
  OpTester("GatherElements", 13)
      .Attr("axis", 0)
      .In<int32_t>({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9})
      .In<int32_t>({2, 3}, {1, 2, 0, 2, 0, 0})
      .Out<int32_t>({2, 3}, {4, 8, 3, 7, 2, 3})
      .Check();
  OpTester("GatherElements", 13)
      .Attr("axis", 0)
      .In<int32_t>({1, 2}, {1, 2})
      .In<int64_t>({1, 3}, {0, 0, 0})
      .Out(DType::kInt32)
      .CheckFails(ORT_INVALID_ARGUMENT, "dimension 1");
  OpTester("GatherND", 13)
      .In<int32_t>({2, 2}, {0, 1, 2, 3})
      .In<int64_t>({2, 2}, {0, 0, 1, -1})
      .Out<int32_t>({2}, {0, 3})
      .Check();
  OpTester("GatherND", 13)
      .Attr("batch_dims", 1)
      .In<int32_t>({2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7})
      .In<int64_t>({2, 1}, {1, 0})
      .Out<int32_t>({2, 2}, {2, 3, 4, 5})
      .Check();
  OpTester("GatherND", 13)
      .In<int32_t>({2, 2}, {0, 1, 2, 3})
      .In<int64_t>({1, 2}, {0, 2})
      .Out(DType::kInt32)
      .CheckFails(ORT_INVALID_ARGUMENT, "[-2,1]");
  OpTester("GatherND", 13)
      .In<int32_t>({2}, {0, 1})
      .In<int64_t>({1, 2}, {0, 0})
      .Out(DType::kInt32)
      .CheckFails(ORT_INVALID_ARGUMENT);
}

struct PadCase {
  const char* mode;
  Ints pads;
  Shape shape;
  std::vector<float> expected;
};

TEST(PadTest, ModesAndCuts) {
  const std::vector<float> data = {1, 2, 3, 4, 5, 6};  // 2 x 3
  const PadCase cases[] = {
      {"constant", {0, 1, 1, 0}, {3, 4}, {9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9}},
      {"constant", {0, -1, 0, 0}, {2, 2}, {2, 3, 5, 6}},
      {"constant", {-1, 0, 0, 1}, {1, 4}, {4, 5, 6, 9}},
      {"constant", {0, 0, 0, 0}, {2, 3}, data},
      {"edge", {1, 0, 0, 2}, {3, 5}, {1, 2, 3, 3, 3, 1, 2, 3, 3, 3, 4, 5, 6, 6, 6}},
      {"reflect", {0, 2, 0, 2}, {2, 7}, {3, 2, 1, 2, 3, 2, 1, 6, 5, 4, 5, 6, 5, 4}},
      {"wrap", {0, 1, 0, 2}, {2, 6}, {3, 1, 2, 3, 1, 2, 6, 4, 5, 6, 4, 5}},
  };
  for (const PadCase& c : cases) {
    SCOPED_TRACE(std::string(c.mode) + ShapeToString(c.pads));
    OpTester("Pad", 19)
        .Attr("mode", c.mode)
        .In<float>({2, 3}, data)
        .In<int64_t>({4}, c.pads)
        .Const<float>({}, {9})
        .Out<float>(c.shape, c.expected)
        .Check();
  }
  OpTester("Pad", 18)
      .In<float>({2, 3}, data)
      .In<int64_t>({2}, {1, 0})
      .Absent()
      .In<int64_t>({1}, {-1})
      .Out<float>({2, 4}, {0, 1, 2, 3, 0, 4, 5, 6})
      .Check();
  OpTester("Pad", 2)
      .Attr("pads", Ints{1, 0})
      .Attr("value", Attribute::Value(2.5f))
      .In<float>({1}, {1})
      .Out<float>({2}, {2.5f, 1})
      .Check();
  OpTester("Pad", 13)
      .In<float>({1}, {1})
      .In<int64_t>({1}, {1})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL);
  OpTester("Pad", 13)
      .In<float>({1}, {1})
      .In<int64_t>({2}, {-2, 0})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL);
  OpTester("Pad", 13)
      .In<float>({1}, {1})
      .In<int64_t>({2}, {INT64_MAX, INT64_MAX})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL);
  OpTester("Pad", 13)
      .Attr("mode", "edge")
      .In<float>({0}, {})
      .In<int64_t>({2}, {1, 0})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT);
}

TEST(ExpandTest, BroadcastsBothWays) {
  OpTester("Expand", 13)
      .In<float>({2, 1}, {1, 2})
      .In<int64_t>({3}, {2, 1, 3})
      .Out<float>({2, 2, 3}, {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2})
      .Check();
  OpTester("Expand", 13)
      .In<float>({2, 1}, {1, 2})
      .In<int64_t>({1}, {1})
      .Out<float>({2, 1}, {1, 2})
      .Check();
  OpTester("Expand", 13).In<float>({1}, {1}).In<int64_t>({1}, {0}).Out<float>({0}, {}).Check();
  OpTester("Expand", 13)
      .In<float>({2}, {1, 2})
      .In<int64_t>({1}, {3})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "broadcast");
  OpTester("Expand", 13)
      .In<float>({1}, {1})
      .In<int64_t>({2}, {INT64_MAX, 8})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL);
  OpTester("Tile", 13)
      .In<int8_t>({2, 2}, {1, 2, 3, 4})
      .In<int64_t>({2}, {2, 2})
      .Out<int8_t>({4, 4}, {1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4})
      .Check();
  OpTester("Tile", 13)
      .In<std::string>({1}, {"x"})
      .In<int64_t>({1}, {3})
      .Out<std::string>({3}, {"x", "x", "x"})
      .Check();
  OpTester("Tile", 13).In<int8_t>({1}, {1}).In<int64_t>({1}, {0}).Out<int8_t>({0}, {}).Check();
  OpTester("Tile", 13)
      .In<int8_t>({1}, {1})
      .In<int64_t>({2}, {1, 1})
      .Out(DType::kInt8)
      .CheckFails(ORT_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace backplane::cpu
