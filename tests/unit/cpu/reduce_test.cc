// Reductions: every set of axes against an index computation, then the operators' versions, types
// and edge cases.
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Definition {
  const char* op;
  double start;
  std::function<double(double, double)> fold;
  std::function<double(double, double)> finish;  // of the accumulator and the count
};

std::vector<Definition> Definitions() {
  const auto same = [](double a, double) { return a; };
  return {
      {"ReduceSum", 0, [](double a, double x) { return a + x; }, same},
      {"ReduceMean", 0, [](double a, double x) { return a + x; },
       [](double a, double n) { return a / n; }},
      {"ReduceMax", -1e30, [](double a, double x) { return std::max(a, x); }, same},
      {"ReduceMin", 1e30, [](double a, double x) { return std::min(a, x); }, same},
      {"ReduceProd", 1, [](double a, double x) { return a * x; }, same},
      {"ReduceL1", 0, [](double a, double x) { return a + std::abs(x); }, same},
      {"ReduceL2", 0, [](double a, double x) { return a + x * x; },
       [](double a, double) { return std::sqrt(a); }},
      {"ReduceSumSquare", 0, [](double a, double x) { return a + x * x; }, same},
      {"ReduceLogSum", 0, [](double a, double x) { return a + x; },
       [](double a, double) { return std::log(a); }},
      {"ReduceLogSumExp", 0, [](double a, double x) { return a + std::exp(x); },
       [](double a, double) { return std::log(a); }},
  };
}

template <typename T>
void CheckAllAxes(const Definition& definition, const Shape& shape,
                  std::function<double(int64_t)> value) {
  const int64_t total = shape.ElementCount();
  std::vector<Literal<T>> x(total);
  for (int64_t i = 0; i < total; ++i) x[i] = static_cast<Literal<T>>(value(i));
  for (int mask = 1; mask < (1 << shape.rank()); ++mask) {
    Shape reduced = shape;
    std::vector<int64_t> axes;
    double count = 1;
    for (size_t d = 0; d < shape.rank(); ++d) {
      if ((mask >> d) & 1) {
        reduced[d] = 1;
        count *= static_cast<double>(shape[d]);
        axes.push_back(static_cast<int64_t>(d) -
                       (d % 2 == 0 ? 0 : static_cast<int64_t>(shape.rank())));
      }
    }
    std::vector<double> sums(reduced.ElementCount(), definition.start);
    for (int64_t i = 0; i < total; ++i) {
      int64_t rest = i, at = 0, step = 1;
      for (size_t d = shape.rank(); d-- > 0;) {
        const int64_t index = rest % shape[d];
        rest /= shape[d];
        if (reduced[d] != 1) at += index * step;
        step *= reduced[d];
      }
      sums[at] = definition.fold(sums[at], static_cast<double>(x[i]));
    }
    std::vector<Literal<T>> want;
    for (const double sum : sums)
      want.push_back(static_cast<Literal<T>>(definition.finish(sum, count)));
    SCOPED_TRACE(shape.ToString() + " mask " + std::to_string(mask));
    OpTester("" + std::string(definition.op), 18)
        .In<T>(shape, x)
        .template Const<int64_t>({static_cast<int64_t>(axes.size())}, axes)
        .template Out<T>(reduced, want)
        .Tolerance(2e-5, 2e-5)
        .Check();
  }
}

TEST(Reduce, EverySetOfAxes) {
  for (const Definition& definition : Definitions()) {
    const auto value = [](int64_t i) { return 0.5 + static_cast<double>((i * 7919) % 13) / 16; };
    CheckAllAxes<float>(definition, {3, 4, 5, 19}, value);
    CheckAllAxes<float>(definition, {2, 1, 37}, value);
    CheckAllAxes<double>(definition, {3, 2, 5}, value);
    CheckAllAxes<int32_t>(definition, {2, 3, 3},
                          [](int64_t i) { return static_cast<double>(1 + i % 3); });
    CheckAllAxes<int64_t>(definition, {3, 3, 2},
                          [](int64_t i) { return static_cast<double>(1 + i % 3); });
  }
}

// Long enough to be shared among threads in each of the three ways.
TEST(Reduce, LargeTensors) {
  const auto value = [](int64_t i) { return static_cast<double>((i * 7919) % 17) / 16; };
  const auto definitions = Definitions();
  for (const size_t which : {0, 2}) {
    CheckAllAxes<float>(definitions[which], {1 << 20}, value);
    CheckAllAxes<float>(definitions[which], {4099, 67}, value);
    CheckAllAxes<float>(definitions[which], {33, 8191}, value);
    CheckAllAxes<float>(definitions[which], {2, 64, 1030}, value);
  }
}

TEST(Reduce, AxesAsAttribute) {
  OpTester("ReduceSum", 11)
      .Attr("axes", std::vector<int64_t>{-1})
      .Attr("keepdims", 0)
      .In<float>({2, 2}, {1, 2, 3, 4})
      .Out<float>({2}, {3, 7})
      .Check();
  OpTester("ReduceMean", 1).In<float>({2, 2}, {1, 2, 3, 4}).Out<float>({1, 1}, {2.5f}).Check();
  OpTester("ReduceMax", 13)
      .Attr("axes", std::vector<int64_t>{0})
      .In<uint8_t>({2, 2}, {1, 9, 3, 4})
      .Out<uint8_t>({1, 2}, {3, 9})
      .Check();
  OpTester("ReduceMax", 11)
      .Attr("axes", std::vector<int64_t>{2})
      .In<float>({2, 2}, {1, 9, 3, 4})
      .Out<float>({1, 2}, {0, 0})
      .CheckFails(ORT_FAIL, "axis 2");
}

TEST(Reduce, WithoutAxes) {
  OpTester("ReduceSum", 13).In<float>({2}, {1, 2}).Out<float>({1}, {3}).Check();
  OpTester("ReduceSum", 13)
      .Attr("noop_with_empty_axes", 1)
      .In<float>({2}, {1, 2})
      .Out<float>({2}, {1, 2})
      .Check();
  OpTester("ReduceSumSquare", 18)
      .Attr("noop_with_empty_axes", 1)
      .In<float>({2}, {1, 2})
      .Const<int64_t>({0}, {})
      .Out<float>({2}, {1, 4})
      .Check();
  OpTester("ReduceMax", 20).Attr("keepdims", 0).In<float>({}, {3}).Out<float>({}, {3}).Check();
}

TEST(Reduce, NothingToReduce) {
  const std::vector<int64_t> axis = {1};
  OpTester("ReduceSum", 13)
      .In<float>({2, 0}, {})
      .Const<int64_t>({1}, axis)
      .Out<float>({2, 1}, {0, 0})
      .Check();
  OpTester("ReduceProd", 18)
      .In<float>({2, 0}, {})
      .Const<int64_t>({1}, axis)
      .Out<float>({2, 1}, {1, 1})
      .Check();
  OpTester("ReduceMax", 18)
      .In<float>({2, 0}, {})
      .Const<int64_t>({1}, axis)
      .Out<float>({2, 1}, {-kInf, -kInf})
      .Check();
  OpTester("ReduceMin", 18)
      .In<int32_t>({1, 0}, {})
      .Const<int64_t>({1}, axis)
      .Out<int32_t>({1, 1}, {INT32_MAX})
      .Check();
  OpTester("ReduceLogSumExp", 18)
      .In<float>({1, 0}, {})
      .Const<int64_t>({1}, axis)
      .Out<float>({1, 1}, {-kInf})
      .Check();
  OpTester("ReduceSum", 13)
      .In<float>({0, 2}, {})
      .Const<int64_t>({1}, axis)
      .Out<float>({0, 1}, {})
      .Check();
}

TEST(Reduce, SpecialValues) {
  const std::vector<int64_t> axis = {1};
  OpTester("ReduceMax", 18)
      .In<float>({1, 3}, {1, kNan, 2})
      .Const<int64_t>({1}, axis)
      .Out<float>({1, 1}, {kNan})
      .Check();
  OpTester("ReduceLogSumExp", 18)
      .In<float>({3, 2}, {-kInf, -kInf, kInf, 1, 1000, 1000})
      .Const<int64_t>({1}, axis)
      .Out<float>({3, 1}, {-kInf, kInf, 1000.6931472f})
      .Check();
  OpTester("ReduceMax", 20)
      .In<bool>({1, 3}, {0, 1, 0})
      .Const<int64_t>({1}, axis)
      .Out<bool>({1, 1}, {1})
      .Check();
  OpTester("ReduceMin", 20)
      .In<bool>({1, 3}, {0, 1, 1})
      .Const<int64_t>({1}, axis)
      .Out<bool>({1, 1}, {0})
      .Check();
  OpTester("ReduceSum", 13)
      .In<Float16>({1, 3}, {1, 2, 3})
      .Const<int64_t>({1}, axis)
      .Out<Float16>({1, 1}, {6})
      .Check();
  OpTester("ReduceMean", 18)
      .In<BFloat16>({2, 2}, {1, 2, 3, 4})
      .Const<int64_t>({1}, {0})
      .Out<BFloat16>({1, 2}, {2, 3})
      .Check();
}

}  // namespace
}  // namespace backplane::cpu
