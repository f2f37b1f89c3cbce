// Softmax, LogSoftmax, Hardmax against their definition, over axes, versions and types.
#include <cmath>
#include <limits>
#include <vector>

#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<double> Softmax(const std::vector<double>& x, int64_t outer, int64_t length,
                            int64_t inner, bool logarithm) {
  std::vector<double> y(x.size());
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      const auto at = [&](int64_t r) { return (o * length + r) * inner + i; };
      double max = -1e300, sum = 0;
      for (int64_t r = 0; r < length; ++r) max = std::max(max, x[at(r)]);
      for (int64_t r = 0; r < length; ++r) sum += std::exp(x[at(r)] - max);
      for (int64_t r = 0; r < length; ++r) {
        y[at(r)] = logarithm ? x[at(r)] - max - std::log(sum) : std::exp(x[at(r)] - max) / sum;
      }
    }
  }
  return y;
}

template <typename T>
void CheckShape(const Shape& shape) {
  const int64_t total = shape.ElementCount();
  std::vector<double> x(total);
  for (int64_t i = 0; i < total; ++i) x[i] = static_cast<double>((i * 7919) % 101) / 8 - 6;
  const auto as = [](const std::vector<double>& values) {
    return std::vector<Literal<T>>(values.begin(), values.end());
  };
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    SCOPED_TRACE(shape.ToString() + " axis " + std::to_string(axis));
    for (const bool logarithm : {false, true}) {
      const char* op = logarithm ? "LogSoftmax" : "Softmax";
      const auto want =
          Softmax(x, shape.Count(0, axis), shape[axis], shape.Count(axis + 1), logarithm);
      OpTester(op, 13)
          .Attr("axis", static_cast<int>(axis))
          .In<T>(shape, as(x))
          .template Out<T>(shape, as(want))
          .Check();
      const auto flattened = Softmax(x, shape.Count(0, axis), shape.Count(axis), 1, logarithm);
      OpTester(op, 11)
          .Attr("axis", static_cast<int>(axis))
          .In<T>(shape, as(x))
          .template Out<T>(shape, as(flattened))
          .Check();
    }
  }
}

TEST(Softmax, EveryAxis) {
  for (const Shape& shape :
       {Shape{5}, {3, 17}, {2, 33, 19}, {4, 3, 64}, {2, 3, 4, 5}, {1, 70, 130}}) {
    CheckShape<float>(shape);
    CheckShape<double>(shape);
  }
  CheckShape<Float16>({3, 5});
  CheckShape<BFloat16>({2, 600, 2});
}

TEST(Softmax, Defaults) {
  OpTester("Softmax", 1).In<float>({1, 2}, {0, 0}).Out<float>({1, 2}, {0.5f, 0.5f}).Check();
  OpTester("Softmax", 13)
      .In<float>({2, 1, 2}, {0, 0, 1, 1})
      .Out<float>({2, 1, 2}, {0.5f, 0.5f, 0.5f, 0.5f})
      .Check();
  OpTester("Softmax", 13).In<float>({2, 0}, {}).Out<float>({2, 0}, {}).Check();
  OpTester("Softmax", 13)
      .Attr("axis", 2)
      .In<float>({1, 2}, {0, 0})
      .Out<float>({1, 2}, {0, 0})
      .CheckFails(ORT_FAIL, "axis 2");
}

TEST(Softmax, SpecialValues) {
  OpTester("Softmax", 13)
      .In<float>({4, 2}, {1000, 1000, -kInf, 3, kNan, 1, -1000, 1000})
      .Out<float>({4, 2}, {0.5f, 0.5f, 0, 1, kNan, kNan, 0, 1})
      .Check();
  OpTester("Softmax", 13)
      .Attr("axis", 0)
      .In<float>({2, 3}, {-kInf, kNan, 1, 3, 1, 1})
      .Out<float>({2, 3}, {0, kNan, 0.5f, 1, kNan, 0.5f})
      .Check();
}

TEST(Hardmax, MarksTheFirstMaximum) {
  OpTester("Hardmax", 13)
      .In<float>({2, 3}, {1, 3, 3, 5, 2, 1})
      .Out<float>({2, 3}, {0, 1, 0, 1, 0, 0})
      .Check();
  OpTester("Hardmax", 13)
      .Attr("axis", 0)
      .In<double>({2, 3}, {1, 3, 3, 5, 2, 3})
      .Out<double>({2, 3}, {0, 1, 1, 1, 0, 0})
      .Check();
  OpTester("Hardmax", 11)
      .In<float>({1, 2, 2}, {1, 2, 4, 3})
      .Out<float>({1, 2, 2}, {0, 0, 1, 0})
      .Check();
  OpTester("Hardmax", 13).In<Float16>({1, 2}, {1, 2}).Out<Float16>({1, 2}, {0, 1}).Check();
}

}  // namespace
}  // namespace backplane::cpu
