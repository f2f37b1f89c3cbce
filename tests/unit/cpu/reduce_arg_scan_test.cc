// ArgMax, ArgMin, CumSum, CumProd against index computations, and the random operators' statistics.
#include <cmath>
#include <vector>

#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

template <typename T>
void CheckArg(const Shape& shape) {
  const int64_t total = shape.ElementCount();
  std::vector<Literal<T>> x(total);
  for (int64_t i = 0; i < total; ++i) x[i] = static_cast<Literal<T>>((i * 7919) % 23);
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    const int64_t rows = shape[axis], inner = shape.Count(axis + 1);
    Shape reduced = shape;
    reduced[axis] = 1;
    for (int variant = 0; variant < 4; ++variant) {
      const bool largest = (variant & 1) != 0, last = (variant & 2) != 0;
      std::vector<int64_t> want;
      for (int64_t i = 0; i < total / rows; ++i) {
        const int64_t base = i / inner * rows * inner + i % inner;
        int64_t winner = 0;
        for (int64_t r = 1; r < rows; ++r) {
          const auto a = x[base + r * inner], b = x[base + winner * inner];
          if ((largest ? a > b : a < b) || (last && a == b)) winner = r;
        }
        want.push_back(winner);
      }
      SCOPED_TRACE(shape.ToString() + " axis " + std::to_string(axis) + " variant " +
                   std::to_string(variant));
      OpTester(largest ? "ArgMax" : "ArgMin", 13)
          .Attr("axis", static_cast<int>(axis))
          .Attr("select_last_index", last ? 1 : 0)
          .In<T>(shape, x)
          .template Out<int64_t>(reduced, want)
          .Check();
    }
  }
}

TEST(Arg, EveryAxis) {
  for (const Shape& shape : {Shape{1}, {3, 5}, {4, 37}, {2, 70, 33}, {3, 4, 5, 6}, {2, 3, 1030}}) {
    CheckArg<float>(shape);
    CheckArg<double>(shape);
  }
  CheckArg<int8_t>({3, 40});
  CheckArg<int64_t>({3, 40});
  CheckArg<uint8_t>({3, 40});
  CheckArg<int32_t>({3, 4, 5});
  CheckArg<Float16>({3, 40});
}

TEST(Arg, DefaultsAndErrors) {
  OpTester("ArgMax", 1).In<float>({2, 2}, {1, 5, 3, 4}).Out<int64_t>({1, 2}, {1, 0}).Check();
  OpTester("ArgMin", 11)
      .Attr("axis", -1)
      .Attr("keepdims", 0)
      .In<float>({2, 2}, {1, 5, 3, 4})
      .Out<int64_t>({2}, {0, 0})
      .Check();
  OpTester("ArgMax", 13)
      .In<float>({0, 2}, {})
      .Out<int64_t>({1, 2}, {0, 0})
      .CheckFails(ORT_INVALID_ARGUMENT, "empty");
  OpTester("ArgMax", 13).In<float>({2, 0}, {}).Out<int64_t>({1, 0}, {}).Check();
  OpTester("ArgMax", 13)
      .Attr("axis", 2)
      .In<float>({1, 1}, {1})
      .Out<int64_t>({1}, {0})
      .CheckFails(ORT_FAIL, "axis 2");
}

template <typename T>
void CheckScan(const char* op, int version, const Shape& shape) {
  const bool sum = std::string(op) == "CumSum";
  const int64_t total = shape.ElementCount();
  std::vector<Literal<T>> x(total);
  for (int64_t i = 0; i < total; ++i)
    x[i] = static_cast<Literal<T>>(sum ? (i * 31) % 9 : 1 + (i * 31) % 2);
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    for (int variant = 0; variant < 4; ++variant) {
      const bool exclusive = (variant & 1) != 0, reverse = (variant & 2) != 0;
      const int64_t rows = shape[axis], inner = shape.Count(axis + 1);
      std::vector<Literal<T>> want(total);
      for (int64_t i = 0; i < total / rows; ++i) {
        const int64_t base = i / inner * rows * inner + i % inner;
        double value = sum ? 0 : 1;
        for (int64_t r = 0; r < rows; ++r) {
          const int64_t at = base + (reverse ? rows - 1 - r : r) * inner;
          const double before = value;
          value = sum ? value + static_cast<double>(x[at]) : value * static_cast<double>(x[at]);
          want[at] = static_cast<Literal<T>>(exclusive ? before : value);
        }
      }
      SCOPED_TRACE(shape.ToString() + " axis " + std::to_string(axis) + " variant " +
                   std::to_string(variant));
      OpTester(op, version)
          .Attr("exclusive", exclusive ? 1 : 0)
          .Attr("reverse", reverse ? 1 : 0)
          .In<T>(shape, x)
          .template Const<int64_t>({}, {static_cast<int64_t>(axis)})
          .template Out<T>(shape, want)
          .Check();
    }
  }
}

TEST(Scan, EveryAxis) {
  for (const Shape& shape : {Shape{1}, {23}, {3, 18}, {2, 9, 21}}) {
    CheckScan<float>("CumSum", 14, shape);
    CheckScan<double>("CumSum", 11, shape);
    CheckScan<int32_t>("CumSum", 14, shape);
    CheckScan<int64_t>("CumSum", 14, shape);
    CheckScan<float>("CumProd", 26, shape);
    CheckScan<int64_t>("CumProd", 26, shape);
  }
  CheckScan<Float16>("CumSum", 14, {3, 5});
}

TEST(Scan, AxisInput) {
  OpTester("CumSum", 11)
      .In<float>({2}, {1, 2})
      .In<int32_t>({1}, {-1})
      .Out<float>({2}, {1, 3})
      .Check();
  OpTester("CumSum", 11).In<float>({0, 2}, {}).In<int64_t>({}, {0}).Out<float>({0, 2}, {}).Check();
  OpTester("CumSum", 11)
      .In<float>({2}, {1, 2})
      .In<int64_t>({2}, {0, 1})
      .Out<float>({2}, {0, 0})
      .CheckFails(ORT_INVALID_ARGUMENT);
  OpTester("CumSum", 11)
      .In<float>({2}, {1, 2})
      .In<int64_t>({}, {1})
      .Out<float>({2}, {0, 0})
      .CheckFails(ORT_FAIL);
}

struct Sample {
  double mean = 0, deviation = 0;
};
Sample Of(const Tensor& tensor) {
  Sample s;
  const auto values = tensor.span<float>();
  for (const float v : values) s.mean += v / static_cast<double>(values.size());
  for (const float v : values)
    s.deviation += std::pow(v - s.mean, 2) / static_cast<double>(values.size());
  s.deviation = std::sqrt(s.deviation);
  return s;
}

TEST(Random, HasTheRightMoments) {
  const Attribute::Value shape = std::vector<int64_t>{100, 200};
  const auto normal = OpTester("RandomNormal", 1)
                          .Attr("shape", shape)
                          .Attr("mean", Attribute::Value(3.0f))
                          .Attr("scale", Attribute::Value(2.0f))
                          .Attr("seed", Attribute::Value(1.0f))
                          .Out(DType::kFloat)
                          .Run();
  EXPECT_NEAR(Of(normal[0].tensor()).mean, 3, 0.05);
  EXPECT_NEAR(Of(normal[0].tensor()).deviation, 2, 0.05);
  const auto uniform = OpTester("RandomUniform", 1)
                           .Attr("shape", shape)
                           .Attr("low", Attribute::Value(-1.0f))
                           .Out(DType::kFloat)
                           .Run();
  EXPECT_NEAR(Of(uniform[0].tensor()).mean, 0, 0.03);
  EXPECT_NEAR(Of(uniform[0].tensor()).deviation, 2 / std::sqrt(12.0), 0.03);
  const auto like = OpTester("RandomNormalLike", 1)
                        .In<int32_t>({2, 3}, {0, 0, 0, 0, 0, 0})
                        .Out(DType::kFloat16)
                        .Run();
  EXPECT_EQ(like[0].tensor().shape(), (Shape{2, 3}));
  const auto one = OpTester("RandomUniformLike", 22)
                       .Attr("seed", Attribute::Value(5.0f))
                       .In<float>({2}, {0, 0})
                       .Out(DType::kFloat)
                       .Run();
  const auto two = OpTester("RandomUniformLike", 22)
                       .Attr("seed", Attribute::Value(5.0f))
                       .In<float>({2}, {0, 0})
                       .Out(DType::kFloat)
                       .Run();
  EXPECT_EQ(Elements<float>(one[0].tensor()), Elements<float>(two[0].tensor()));
}

TEST(Random, Bernoulli) {
  OpTester("Bernoulli", 15).In<float>({4}, {0, 1, 0, 1}).Out<bool>({4}, {0, 1, 0, 1}).Check();
  OpTester("Bernoulli", 15).In<double>({2}, {0, 1}).Out<float>({2}, {0, 1}).Check();
}

}  // namespace
}  // namespace backplane::cpu
