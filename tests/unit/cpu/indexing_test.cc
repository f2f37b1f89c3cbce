// Scatter*, TensorScatter, OneHot, NonZero, Compress, TopK, Unique, Trilu, ReverseSequence,
// DepthToSpace, SpaceToDepth.
#include <limits>

#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

TEST(ScatterTest, ElementsWithReductions) {
  const auto test = [](const char* reduction) {
    OpTester t("ScatterElements", 18);
    t.Attr("axis", 1)
        .Attr("reduction", reduction)
        .In<float>({1, 4}, {1, 2, 3, 4})
        .In<int64_t>({1, 3}, {1, 3, -3});
    t.In<float>({1, 3}, {5, 6, -7});
    return t;
  };
  test("none").Out<float>({1, 4}, {1, -7, 3, 6}).Check();
  test("add").Out<float>({1, 4}, {1, 0, 3, 10}).Check();
  test("mul").Out<float>({1, 4}, {1, -70, 3, 24}).Check();
  test("min").Out<float>({1, 4}, {1, -7, 3, 4}).Check();
  test("max").Out<float>({1, 4}, {1, 5, 3, 6}).Check();
  test("sum").Out(DType::kFloat).CheckFails(ORT_INVALID_ARGUMENT, "sum");
  OpTester("ScatterElements", 18)
      .In<float>({2}, {1, 2})
      .In<int64_t>({1}, {2})
      .In<float>({1}, {0})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "[-2,1]");
  OpTester("ScatterElements", 18)
      .In<float>({2}, {1, 2})
      .In<int64_t>({1}, {0})
      .In<float>({2}, {0, 0})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "same shape");
  OpTester("Scatter", 9)
      .In<std::string>({2}, {"a", "b"})
      .In<int32_t>({1}, {1})
      .In<std::string>({1}, {"c"})
      .Out<std::string>({2}, {"a", "c"})
      .Check();
}

TEST(ScatterTest, NdAndTensorScatter) {
  OpTester("ScatterND", 18)
      .In<int32_t>({2, 2}, {1, 2, 3, 4})
      .In<int64_t>({1, 1}, {-1})
      .In<int32_t>({1, 2}, {8, 9})
      .Out<int32_t>({2, 2}, {1, 2, 8, 9})
      .Check();
  OpTester("ScatterND", 18)
      .Attr("reduction", "add")
      .In<int32_t>({2, 2}, {1, 2, 3, 4})
      .In<int64_t>({2, 2}, {0, 1, 0, 1})
      .In<int32_t>({2}, {8, 9})
      .Out<int32_t>({2, 2}, {1, 19, 3, 4})
      .Check();
  OpTester("ScatterND", 18)
      .In<int32_t>({2}, {1, 2})
      .In<int64_t>({1, 1}, {5})
      .In<int32_t>({1}, {8})
      .Out(DType::kInt32)
      .CheckFails(ORT_INVALID_ARGUMENT, "5");
  OpTester("ScatterND", 18)
      .In<int32_t>({2}, {1, 2})
      .In<int64_t>({1, 2}, {0, 0})
      .In<int32_t>({1}, {8})
      .Out(DType::kInt32)
      .CheckFails(ORT_INVALID_ARGUMENT);
  OpTester("TensorScatter", 24)
      .Attr("mode", "circular")
      .In<float>({2, 3, 1}, {1, 2, 3, 4, 5, 6})
      .In<float>({2, 2, 1}, {7, 8, 9, 0})
      .In<int64_t>({2}, {2, 0})
      .Out<float>({2, 3, 1}, {8, 2, 7, 9, 0, 6})
      .Check();
  OpTester("TensorScatter", 24)
      .In<float>({1, 3, 1}, {1, 2, 3})
      .In<float>({1, 2, 1}, {7, 8})
      .In<int64_t>({1}, {2})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "write index 2");
}

TEST(OneHotTest, OutOfRangeStaysOff) {
  OpTester("OneHot", 11)
      .In<int64_t>({4}, {0, -1, 3, -4})
      .In<int64_t>({1}, {3})
      .In<float>({2}, {0, 5})
      .Out<float>({4, 3}, {5, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0})
      .Check();
  OpTester("OneHot", 11)
      .Attr("axis", 0)
      .In<float>({2}, {1, NAN})
      .In<float>({}, {2})
      .In<std::string>({2}, {"-", "x"})
      .Out<std::string>({2, 2}, {"-", "-", "x", "-"})
      .Check();
  OpTester("OneHot", 11)
      .In<int64_t>({1}, {0})
      .In<int64_t>({}, {0})
      .In<float>({2}, {0, 1})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "Depth");
}

TEST(ChoosingTest, NonZeroCompressTrilu) {
  OpTester("NonZero", 13)
      .In<float>({2, 2}, {1, -0.0f, 0, NAN})
      .Out<int64_t>({2, 2}, {0, 1, 0, 1})
      .Check();
  OpTester("NonZero", 13).In<int32_t>({0}, {}).Out<int64_t>({1, 0}, {}).Check();
  OpTester("Compress", 11)
      .Attr("axis", 1)
      .In<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6})
      .In<bool>({2}, {0, 1})
      .Out<int32_t>({2, 1}, {2, 5})
      .Check();
  OpTester("Compress", 11)
      .In<std::string>({2, 2}, {"a", "b", "c", "d"})
      .In<bool>({5}, {1, 1, 0, 1, 1})
      .Out<std::string>({3}, {"a", "b", "d"})
      .Check();
  OpTester("Trilu", 14)
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .Out<float>({2, 3}, {1, 2, 3, 0, 5, 6})
      .Check();
  OpTester("Trilu", 14)
      .Attr("upper", 0)
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .In<int64_t>({}, {INT64_MIN})
      .Out<float>({2, 3}, {0, 0, 0, 0, 0, 0})
      .Check();
}

TEST(TopKTest, OrdersByValueThenIndex) {
  OpTester("TopK", 11)
      .In<float>({2, 4}, {1, 4, 4, 2, 7, -1, 0, 7})
      .In<int64_t>({1}, {2})
      .Out<float>({2, 2}, {4, 4, 7, 7})
      .Out<int64_t>({2, 2}, {1, 2, 0, 3})
      .Check();
  OpTester("TopK", 11)
      .Attr("largest", 0)
      .Attr("axis", 0)
      .In<int32_t>({3, 1}, {3, 1, 2})
      .In<int64_t>({1}, {2})
      .Out<int32_t>({2, 1}, {1, 2})
      .Out<int64_t>({2, 1}, {1, 2})
      .Check();
  OpTester("TopK", 1)
      .Attr("k", 1)
      .In<double>({2}, {1, NAN})
      .Out<double>({1}, {NAN})
      .Out<int64_t>({1}, {1})
      .Check();
  OpTester("TopK", 11)
      .In<float>({2}, {1, 2})
      .In<int64_t>({1}, {3})
      .Out(DType::kFloat)
      .Out(DType::kInt64)
      .CheckFails(ORT_INVALID_ARGUMENT, "[3]");
  OpTester("TopK", 11)
      .In<float>({2}, {1, 2})
      .In<int64_t>({1}, {0})
      .Out<float>({0}, {})
      .Out<int64_t>({0}, {})
      .Check();
}

TEST(UniqueTest, SortedAndNot) {
  OpTester("Unique", 11)
      .In<float>({5}, {3, 1, 3, 2, 1})
      .Out<float>({3}, {1, 2, 3})
      .Out<int64_t>({3}, {1, 3, 0})
      .Out<int64_t>({5}, {2, 0, 2, 1, 0})
      .Out<int64_t>({3}, {2, 1, 2})
      .Check();
  OpTester("Unique", 11)
      .Attr("sorted", 0)
      .In<std::string>({3}, {"b", "a", "b"})
      .Out<std::string>({2}, {"b", "a"})
      .Out<int64_t>({2}, {0, 1})
      .Out<int64_t>({3}, {0, 1, 0})
      .Out<int64_t>({2}, {2, 1})
      .Check();
  OpTester("Unique", 11)
      .Attr("axis", 0)
      .In<int64_t>({3, 2}, {1, 0, 1, 0, 0, 5})
      .Out<int64_t>({2, 2}, {0, 5, 1, 0})
      .Check();
}

TEST(RearrangingTest, ReverseAndBlocks) {
  OpTester("ReverseSequence", 10)
      .In<float>({3, 2}, {1, 2, 3, 4, 5, 6})
      .In<int64_t>({2}, {2, 3})
      .Out<float>({3, 2}, {3, 6, 1, 4, 5, 2})
      .Check();
  OpTester("ReverseSequence", 10)
      .In<float>({3, 2}, {1, 2, 3, 4, 5, 6})
      .In<int64_t>({2}, {2, 4})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "4");
  OpTester("DepthToSpace", 13)
      .Attr("blocksize", 2)
      .In<float>({1, 4, 1, 2}, {0, 1, 2, 3, 4, 5, 6, 7})
      .Out<float>({1, 1, 2, 4}, {0, 2, 1, 3, 4, 6, 5, 7})
      .Check();
  OpTester("SpaceToDepth", 13)
      .Attr("blocksize", 2)
      .In<float>({1, 1, 2, 4}, {0, 2, 1, 3, 4, 6, 5, 7})
      .Out<float>({1, 4, 1, 2}, {0, 1, 2, 3, 4, 5, 6, 7})
      .Check();
  OpTester("DepthToSpace", 13)
      .Attr("blocksize", 2)
      .In<float>({1, 3, 1, 1}, {0, 1, 2})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "multiple");
  OpTester("DepthToSpace", 13)
      .Attr("blocksize", 0)
      .In<float>({1, 4, 1, 1}, {0, 1, 2, 3})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "blocksize");
}

}  // namespace
}  // namespace backplane::cpu
