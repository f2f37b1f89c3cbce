// Where, Clip, the variadic operators and Dropout.
#include <limits>
#include <vector>

#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <typename T>
void CheckWhere() {
  for (const int64_t n : {1, 3, 40}) {
    std::vector<int> condition(n);
    std::vector<Literal<T>> x(n), y(n), by_element(n), left_scalar(n), right_scalar(n);
    for (int64_t i = 0; i < n; ++i) {
      condition[i] = i % 3 == 0;
      x[i] = static_cast<Literal<T>>(i % 100);
      y[i] = static_cast<Literal<T>>(100 - i % 100);
      by_element[i] = condition[i] ? x[i] : y[i];
      left_scalar[i] = condition[i] ? Literal<T>(7) : y[i];
      right_scalar[i] = condition[i] ? x[i] : Literal<T>(9);
    }
    const Shape shape{n};
    OpTester("Where", 16)
        .In<bool>(shape, condition)
        .In<T>(shape, x)
        .template In<T>(shape, y)
        .template Out<T>(shape, by_element)
        .Check();
    OpTester("Where", 9)
        .In<bool>(shape, condition)
        .In<T>({}, {Literal<T>(7)})
        .template In<T>(shape, y)
        .template Out<T>(shape, left_scalar)
        .Check();
    OpTester("Where", 9)
        .In<bool>(shape, condition)
        .In<T>(shape, x)
        .template In<T>({1}, {Literal<T>(9)})
        .template Out<T>(shape, right_scalar)
        .Check();
    OpTester("Where", 9)
        .In<bool>({1}, {1})
        .In<T>(shape, x)
        .template In<T>(shape, y)
        .template Out<T>(shape, x)
        .Check();
  }
}

TEST(Where, EveryWidth) {
  CheckWhere<float>();
  CheckWhere<double>();
  CheckWhere<uint8_t>();
  CheckWhere<int16_t>();
  CheckWhere<int32_t>();
  CheckWhere<Float16>();
}

TEST(Where, Broadcasts) {
  OpTester("Where", 16)
      .In<bool>({2, 1}, {1, 0})
      .In<float>({3}, {1, 2, 3})
      .In<float>({2, 3}, {4, 5, 6, 7, 8, 9})
      .Out<float>({2, 3}, {1, 2, 3, 7, 8, 9})
      .Check();
  OpTester("Where", 16)
      .In<bool>({2}, {1, 0})
      .In<std::string>({2}, {"a", "b"})
      .In<std::string>({}, {"c"})
      .Out<std::string>({2}, {"a", "c"})
      .Check();
  OpTester("Where", 16)
      .In<bool>({2}, {1, 0})
      .In<float>({3}, {1, 2, 3})
      .In<float>({}, {0})
      .Out<float>({3}, {0, 0, 0})
      .CheckFails(ORT_FAIL, "broadcast");
}

TEST(Clip, LimitsAsInputsAndAttributes) {
  OpTester("Clip", 6)
      .Attr("min", Attribute::Value(-1.0f))
      .In<float>({3}, {-5, 0, 5})
      .Out<float>({3}, {-1, 0, 5})
      .Check();
  OpTester("Clip", 6)
      .Attr("max", Attribute::Value(2.0f))
      .In<double>({3}, {-5, 0, 5})
      .Out<double>({3}, {-5, 0, 2})
      .Check();
  OpTester("Clip", 13)
      .In<float>({3}, {-5, kNan, 5})
      .In<float>({}, {-1})
      .In<float>({}, {1})
      .Out<float>({3}, {-1, kNan, 1})
      .Check();
  OpTester("Clip", 13)
      .In<float>({2}, {-kInf, 5})
      .Absent()
      .In<float>({1}, {1})
      .Out<float>({2}, {-kInf, 1})
      .Check();
  OpTester("Clip", 12)
      .In<int8_t>({3}, {-5, 0, 5})
      .In<int8_t>({}, {-1})
      .Out<int8_t>({3}, {-1, 0, 5})
      .Check();
  OpTester("Clip", 13)
      .In<uint64_t>({2}, {1, 9})
      .Const<uint64_t>({}, {2})
      .Const<uint64_t>({}, {5})
      .Out<uint64_t>({2}, {2, 5})
      .Check();
  OpTester("Clip", 13)
      .In<Float16>({2}, {1, 9})
      .In<Float16>({}, {2})
      .In<Float16>({}, {5})
      .Out<Float16>({2}, {2, 5})
      .Check();
  OpTester("Clip", 13)
      .In<float>({2}, {1, 9})
      .In<float>({}, {5})
      .In<float>({}, {2})
      .Out<float>({2}, {2, 2})
      .Check();
  OpTester("Clip", 13)
      .In<float>({2}, {1, 9})
      .In<float>({2}, {5, 6})
      .Out<float>({2}, {0, 0})
      .CheckFails(ORT_INVALID_ARGUMENT, "min");
}

TEST(Variadic, FoldsAnyNumber) {
  OpTester("Sum", 13).In<float>({2}, {1, 2}).Out<float>({2}, {1, 2}).Check();
  OpTester("Sum", 8)
      .In<float>({2, 1}, {1, 2})
      .In<float>({3}, {10, 20, 30})
      .In<float>({}, {100})
      .Out<float>({2, 3}, {111, 121, 131, 112, 122, 132})
      .Check();
  OpTester("Mean", 13)
      .In<double>({2}, {1, 2})
      .In<double>({2}, {3, 4})
      .In<double>({2}, {5, 9})
      .Out<double>({2}, {3, 5})
      .Check();
  OpTester("Max", 13)
      .In<int8_t>({2}, {1, 7})
      .In<int8_t>({2}, {3, 4})
      .In<int8_t>({}, {2})
      .Out<int8_t>({2}, {3, 7})
      .Check();
  OpTester("Min", 6)
      .In<float>({2}, {1, kNan})
      .In<float>({2}, {kNan, 4})
      .Out<float>({2}, {kNan, kNan})
      .Check();
  OpTester("Max", 12)
      .In<Float16>({2}, {1, 7})
      .In<Float16>({2}, {3, 4})
      .Out<Float16>({2}, {3, 7})
      .Check();
  OpTester("Mean", 13)
      .In<BFloat16>({1}, {1})
      .In<BFloat16>({1}, {3})
      .Out<BFloat16>({1}, {2})
      .Check();
  std::vector<float> large(10'000), want(10'000);
  for (size_t i = 0; i < large.size(); ++i)
    large[i] = static_cast<float>(i), want[i] = 3 * large[i];
  OpTester("Sum", 13)
      .In<float>({10'000}, large)
      .In<float>({10'000}, large)
      .In<float>({10'000}, large)
      .Out<float>({10'000}, want)
      .Check();
}

TEST(Dropout, AtInference) {
  OpTester("Dropout", 13)
      .In<float>({2}, {1, 2})
      .Out<float>({2}, {1, 2})
      .Out<bool>({2}, {1, 1})
      .Check();
  OpTester("Dropout", 7).In<double>({2}, {1, 2}).Out<double>({2}, {1, 2}).Check();
  OpTester("Dropout", 6)
      .Attr("is_test", 1)
      .In<float>({2}, {1, 2})
      .Out<float>({2}, {1, 2})
      .Out<float>({2}, {1, 1})
      .Check();
  OpTester("Dropout", 12)
      .In<float>({2}, {1, 2})
      .In<float>({}, {0})
      .In<bool>({}, {1})
      .Out<float>({2}, {1, 2})
      .Out<bool>({2}, {1, 1})
      .Check();
}

TEST(Dropout, AtTraining) {
  const std::vector<float> ones(2000, 1.0f);
  const auto out = OpTester("Dropout", 13)
                       .Attr("seed", 3)
                       .In<float>({2000}, ones)
                       .In<float>({}, {0.25f})
                       .In<bool>({}, {1})
                       .Out(DType::kFloat)
                       .Out(DType::kBool)
                       .Run();
  int kept = 0;
  for (int64_t i = 0; i < 2000; ++i) {
    const bool keep = out[1].tensor().data<bool>()[i];
    kept += keep;
    ASSERT_FLOAT_EQ(out[0].tensor().data<float>()[i], keep ? 4.0f / 3 : 0.0f);
  }
  EXPECT_NEAR(kept, 1500, 100);
  OpTester("Dropout", 13)
      .In<float>({1}, {1})
      .In<float>({}, {1})
      .In<bool>({}, {1})
      .Out<float>({1}, {0})
      .CheckFails(ORT_INVALID_ARGUMENT, "ratio");
}

}  // namespace
}  // namespace backplane::cpu
