// Unary, binary and comparing operators: the vector functions against <cmath> in units in the last
// place, then each operator on a table of cases.
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "cpu/kernels/elementwise.h"
#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// -- accuracy
// -------------------------------------------------------------------------------------------------------

struct Accuracy {
  const char* name;
  FloatUnary op;
  double (*exact)(double);
  float low, high;
  double ulps;
  UnaryParams params = {};
};

double Ulps(float got, double want) {
  const auto nearest = static_cast<float>(want);
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e9;
  if (std::isinf(nearest) || std::isinf(got)) return nearest == got ? 0 : 1e9;
  const float above = std::nextafter(std::abs(nearest), kInf);
  const double spacing = static_cast<double>(above) - static_cast<double>(std::abs(nearest));
  return std::abs(static_cast<double>(got) - want) / spacing;
}

class VectorMath : public testing::TestWithParam<Accuracy> {};

TEST_P(VectorMath, AgreesWithCmath) {
  const Accuracy& c = GetParam();
  constexpr int kCount = 400'003;
  std::vector<float> x(kCount), y(kCount);
  for (int i = 0; i < kCount; ++i)
    x[i] = c.low + (c.high - c.low) * static_cast<float>(i) / (kCount - 1);
  // As many values near zero, spread over the exponents.
  for (int i = 0; i < kCount; i += 2) {
    const float magnitude = std::ldexp(1.0f + static_cast<float>(i % 977) / 977, -(i % 120));
    const float value = (i % 4 == 0 ? magnitude : -magnitude);
    if (value >= c.low && value <= c.high) x[i] = value;
  }
  FloatUnaryLoop(c.op)(x.data(), y.data(), kCount, c.params);
  double worst = 0;
  float worst_x = 0;
  for (int i = 0; i < kCount; ++i) {
    const double error = Ulps(y[i], c.exact(static_cast<double>(x[i])));
    if (error > worst) worst = error, worst_x = x[i];
  }
  RecordProperty("ulps", std::to_string(worst));
  EXPECT_LE(worst, c.ulps) << "at " << worst_x;
}

double SoftplusExact(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double SigmoidExact(double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

INSTANTIATE_TEST_SUITE_P(
    All, VectorMath,
    testing::Values(
        Accuracy{"Exp", FloatUnary::kExp, [](double x) { return std::exp(x); }, -104, 90, 1.1},
        Accuracy{"Log", FloatUnary::kLog, [](double x) { return std::log(x); }, 1e-38f, 10, 1.5},
        Accuracy{"LogLarge", FloatUnary::kLog, [](double x) { return std::log(x); }, 1, 3e38f, 1.5},
        Accuracy{"Sin", FloatUnary::kSin, [](double x) { return std::sin(x); }, -10, 10, 1.5},
        Accuracy{"SinLarge", FloatUnary::kSin, [](double x) { return std::sin(x); }, -9000, 9000,
                 2.5},
        Accuracy{"Cos", FloatUnary::kCos, [](double x) { return std::cos(x); }, -10, 10, 1.5},
        Accuracy{"Erf", FloatUnary::kErf, [](double x) { return std::erf(x); }, -6, 6, 2},
        Accuracy{"Sigmoid", FloatUnary::kSigmoid, SigmoidExact, -87, 40, 2.5},
        Accuracy{"Tanh", FloatUnary::kTanh, [](double x) { return std::tanh(x); }, -12, 12, 2},
        Accuracy{"Softplus", FloatUnary::kSoftplus, SoftplusExact, -87, 90, 2.5},
        Accuracy{"Mish", FloatUnary::kMish,
                 [](double x) { return x * std::tanh(SoftplusExact(x)); }, -80, 40, 4.5},
        Accuracy{"Gelu", FloatUnary::kGelu,
                 [](double x) { return 0.5 * x * std::erfc(-x * 0.7071067811865475244); }, -3, 10,
                 20},
        Accuracy{"Swish",
                 FloatUnary::kSwish,
                 [](double x) { return x * SigmoidExact(x); },
                 -80,
                 40,
                 3.5,
                 {.alpha = 1}},
        Accuracy{"Elu",
                 FloatUnary::kElu,
                 [](double x) { return x < 0 ? std::expm1(x) : x; },
                 -20,
                 5,
                 2,
                 {.alpha = 1}}),
    [](const auto& info) { return info.param.name; });

TEST(VectorMath, KeepsSpecialValues) {
  const auto at = [](FloatUnary op, float x) {
    float y = 0;
    FloatUnaryLoop(op)(&x, &y, 1, {.alpha = 1, .beta = 2});
    return y;
  };
  for (int op = 0; op <= static_cast<int>(FloatUnary::kShrink); ++op) {
    const auto unary = static_cast<FloatUnary>(op);
    if (unary == FloatUnary::kThresholdedRelu || unary == FloatUnary::kShrink)
      continue;  // NaN > threshold is false
    EXPECT_TRUE(std::isnan(at(unary, kNan))) << "op " << op;
  }
  EXPECT_EQ(at(FloatUnary::kExp, kInf), kInf);
  EXPECT_EQ(at(FloatUnary::kExp, -kInf), 0);
  EXPECT_EQ(at(FloatUnary::kLog, 0), -kInf);
  EXPECT_EQ(at(FloatUnary::kLog, kInf), kInf);
  EXPECT_TRUE(std::isnan(at(FloatUnary::kLog, -1)));
  EXPECT_FLOAT_EQ(at(FloatUnary::kLog, 1e-42f), std::log(1e-42f));
  EXPECT_EQ(at(FloatUnary::kTanh, kInf), 1);
  EXPECT_EQ(at(FloatUnary::kTanh, -kInf), -1);
  EXPECT_EQ(at(FloatUnary::kErf, -kInf), -1);
  EXPECT_EQ(at(FloatUnary::kSigmoid, -kInf), 0);
  EXPECT_EQ(at(FloatUnary::kSoftplus, kInf), kInf);
  EXPECT_EQ(at(FloatUnary::kGelu, -10), 0);
  EXPECT_TRUE(std::signbit(at(FloatUnary::kTanh, -0.0f)));
}

TEST(HalfFloats, ConvertAsTheScalarCodeDoes) {
  std::vector<float> values;
  for (uint32_t bits = 0; bits < 0xffffff00u - 65537; bits += 65537) {
    float value;
    std::memcpy(&value, &bits, sizeof(value));
    values.push_back(value);
  }
  const auto n = static_cast<int64_t>(values.size());
  std::vector<Float16> half(values.size());
  std::vector<BFloat16> brain(values.size());
  FloatToHalf(values.data(), half.data(), n);
  FloatToHalf(values.data(), brain.data(), n);
  std::vector<float> from_half(values.size()), from_brain(values.size());
  HalfToFloat(half.data(), from_half.data(), n);
  HalfToFloat(brain.data(), from_brain.data(), n);
  const auto same = [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_TRUE(same(from_half[i], static_cast<float>(Float16(values[i])))) << values[i];
    ASSERT_TRUE(same(from_brain[i], static_cast<float>(BFloat16(values[i])))) << values[i];
  }
}

// -- unary operators
// ------------------------------------------------------------------------------------------------

struct UnaryCase {
  const char* op;
  int version;
  std::vector<float> in, out;
  std::vector<std::pair<const char*, float>> attributes = {};
};

class UnaryOperators : public testing::TestWithParam<UnaryCase> {};

template <typename T>
void CheckUnary(const UnaryCase& c) {
  const auto n = static_cast<int64_t>(c.in.size());
  OpTester test(c.op, c.version);
  for (const auto& [name, value] : c.attributes) test.Attr(name, Attribute::Value(value));
  const std::vector<Literal<T>> in(c.in.begin(), c.in.end()), out(c.out.begin(), c.out.end());
  test.In<T>({n}, in).template Out<T>({n}, out);
  if (std::is_same_v<T, BFloat16>) test.Tolerance(2e-2, 2e-2);
  if (std::is_same_v<T, Float16>) test.Tolerance(4e-3, 4e-3);
  test.Check();
}

TEST_P(UnaryOperators, OnEveryFloatType) {
  const UnaryCase& c = GetParam();
  CheckUnary<float>(c);
  CheckUnary<double>(c);
  CheckUnary<Float16>(c);
  CheckUnary<BFloat16>(c);
}

INSTANTIATE_TEST_SUITE_P(
    All, UnaryOperators,
    testing::Values(
        UnaryCase{"Abs", 13, {-1, 2, -0.5f}, {1, 2, 0.5f}},
        UnaryCase{"Neg", 13, {-1, 2, 0}, {1, -2, 0}},
        UnaryCase{"Ceil", 13, {-1.5f, 1.2f, 3}, {-1, 2, 3}},
        UnaryCase{"Floor", 13, {-1.5f, 1.2f, 3}, {-2, 1, 3}},
        UnaryCase{"Round", 11, {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 2.75f}, {0, 2, 2, 0, -2, 3}},
        UnaryCase{"Sign", 13, {-3, 0, 7}, {-1, 0, 1}},
        UnaryCase{"Sqrt", 13, {4, 2, 0}, {2, 1.4142135624f, 0}},
        UnaryCase{"Reciprocal", 13, {4, -2}, {0.25f, -0.5f}},
        UnaryCase{"Exp", 13, {0, 1, -1}, {1, 2.7182818285f, 0.3678794412f}},
        UnaryCase{"Log", 13, {1, 10, 0.5f}, {0, 2.3025850930f, -0.6931471806f}},
        UnaryCase{"Sin", 7, {0, 1, -2}, {0, 0.8414709848f, -0.9092974268f}},
        UnaryCase{"Cos", 7, {0, 1, -2}, {1, 0.5403023059f, -0.4161468365f}},
        UnaryCase{"Tan", 7, {0, 1}, {0, 1.5574077247f}},
        UnaryCase{"Asin", 7, {0, 0.5f}, {0, 0.5235987756f}},
        UnaryCase{"Acos", 7, {1, 0.5f}, {0, 1.0471975512f}},
        UnaryCase{"Atan", 7, {0, 1}, {0, 0.7853981634f}},
        UnaryCase{"Sinh", 9, {0, 1}, {0, 1.1752011936f}},
        UnaryCase{"Cosh", 9, {0, 1}, {1, 1.5430806348f}},
        UnaryCase{"Asinh", 9, {0, 1}, {0, 0.8813735870f}},
        UnaryCase{"Acosh", 9, {1, 2}, {0, 1.3169578969f}},
        UnaryCase{"Atanh", 9, {0, 0.5f}, {0, 0.5493061443f}},
        UnaryCase{"Erf", 13, {0, 0.5f, 2, -1}, {0, 0.5204998778f, 0.9953222650f, -0.8427007929f}},
        UnaryCase{"Relu", 14, {-1, 0, 2}, {0, 0, 2}},
        UnaryCase{"LeakyRelu", 16, {-1, 2}, {-0.01f, 2}},
        UnaryCase{"LeakyRelu", 1, {-1, 2}, {-0.5f, 2}, {{"alpha", 0.5f}}},
        UnaryCase{"Elu", 6, {-1, 2}, {-1.2642411177f, 2}, {{"alpha", 2.0f}}},
        UnaryCase{"Selu", 6, {-1, 2}, {-1.1113307378f, 2.1014020443f}},
        UnaryCase{"Celu", 12, {-1, 2}, {-0.7869386806f, 2}, {{"alpha", 2.0f}}},
        UnaryCase{"ThresholdedRelu", 10, {0.5f, 1, 2}, {0, 0, 2}},
        UnaryCase{"HardSigmoid", 6, {-3, 0, 1, 9}, {0, 0.5f, 0.7f, 1}},
        UnaryCase{"HardSwish", 14, {-4, 1, 4}, {0, 0.6666666667f, 4}},
        UnaryCase{"Sigmoid", 13, {0, 2, -3}, {0.5f, 0.8807970780f, 0.0474258732f}},
        UnaryCase{"Tanh", 13, {0, 0.5f, -2}, {0, 0.4621171573f, -0.9640275801f}},
        UnaryCase{"Softplus", 1, {0, 2, -3}, {0.6931471806f, 2.1269280110f, 0.0485873516f}},
        UnaryCase{"Softsign", 1, {0, 1, -3}, {0, 0.5f, -0.75f}},
        UnaryCase{"Mish", 18, {0, 1, -2}, {0, 0.8650983883f, -0.2525014827f}},
        UnaryCase{"Gelu", 20, {0, 1, -2}, {0, 0.8413447461f, -0.0455002639f}},
        UnaryCase{"Swish", 24, {0, 1, -2}, {0, 0.7310585786f, -0.2384058440f}},
        UnaryCase{
            "Shrink", 9, {-2, 0.25f, 3}, {-0.5f, 0, 1.5f}, {{"bias", 1.5f}, {"lambd", 1.0f}}}));

TEST(UnaryOperators, ApproximatesGelu) {
  OpTester("Gelu", 20)
      .Attr("approximate", "tanh")
      .In<float>({2}, {1, -2})
      .Out<float>({2}, {0.8411919906f, -0.0454023f})
      .Check();
  OpTester("Gelu", 20)
      .Attr("approximate", "erf")
      .In<float>({1}, {1})
      .Out<float>({1}, {0})
      .CheckFails(ORT_INVALID_ARGUMENT, "approximate");
}

TEST(UnaryOperators, OnIntegers) {
  OpTester("Abs", 13).In<int8_t>({3}, {-128, -1, 5}).Out<int8_t>({3}, {-128, 1, 5}).Check();
  OpTester("Abs", 13).In<uint64_t>({1}, {7}).Out<uint64_t>({1}, {7}).Check();
  OpTester("Neg", 13).In<int64_t>({2}, {INT64_MIN, 3}).Out<int64_t>({2}, {INT64_MIN, -3}).Check();
  OpTester("Sign", 13).In<int32_t>({3}, {-5, 0, 9}).Out<int32_t>({3}, {-1, 0, 1}).Check();
  OpTester("Relu", 14).In<int8_t>({2}, {-5, 9}).Out<int8_t>({2}, {0, 9}).Check();
  OpTester("BitwiseNot", 18).In<uint8_t>({2}, {0, 0xf0}).Out<uint8_t>({2}, {255, 0x0f}).Check();
  OpTester("Not", 1).In<bool>({3}, {0, 1, 0}).Out<bool>({3}, {1, 0, 1}).Check();
}

TEST(UnaryOperators, ClassifyFloats) {
  OpTester("IsNaN", 9).In<float>({3}, {1, kNan, kInf}).Out<bool>({3}, {0, 1, 0}).Check();
  OpTester("IsNaN", 13).In<Float16>({2}, {1, kNan}).Out<bool>({2}, {0, 1}).Check();
  OpTester("IsInf", 10)
      .In<double>({4}, {1, kNan, kInf, -kInf})
      .Out<bool>({4}, {0, 0, 1, 1})
      .Check();
  OpTester("IsInf", 10)
      .Attr("detect_negative", 0)
      .In<float>({2}, {kInf, -kInf})
      .Out<bool>({2}, {1, 0})
      .Check();
  OpTester("IsInf", 20)
      .Attr("detect_positive", 0)
      .In<BFloat16>({2}, {kInf, -kInf})
      .Out<bool>({2}, {0, 1})
      .Check();
}

TEST(UnaryOperators, KeepEmptyAndScalarShapes) {
  OpTester("Exp", 13).In<float>({0, 3}, {}).Out<float>({0, 3}, {}).Check();
  OpTester("Exp", 13).In<float>({}, {0}).Out<float>({}, {1}).Check();
}

// -- binary operators
// -----------------------------------------------------------------------------------------------

struct BinaryCase {
  const char* op;
  int version;
  std::vector<double> a, b, out;
};
class BinaryOperators : public testing::TestWithParam<BinaryCase> {};

template <typename T>
void CheckBinary(const BinaryCase& c) {
  const auto n = static_cast<int64_t>(c.a.size());
  const std::vector<Literal<T>> a(c.a.begin(), c.a.end()), b(c.b.begin(), c.b.end()),
      out(c.out.begin(), c.out.end());
  OpTester(c.op, c.version).In<T>({n}, a).template In<T>({n}, b).template Out<T>({n}, out).Check();
  // Each scalar side by itself gives the same elements.
  for (size_t i = 0; i < a.size(); ++i) {
    const std::vector<Literal<T>> outs(3, out[i]);
    OpTester(c.op, c.version)
        .In<T>({}, {a[i]})
        .template In<T>({3}, {b[i], b[i], b[i]})
        .template Out<T>({3}, outs)
        .Check();
    OpTester(c.op, c.version)
        .In<T>({3}, {a[i], a[i], a[i]})
        .template In<T>({1}, {b[i]})
        .template Out<T>({3}, outs)
        .Check();
  }
}

TEST_P(BinaryOperators, OnEveryType) {
  const BinaryCase& c = GetParam();
  CheckBinary<float>(c);
  CheckBinary<double>(c);
  CheckBinary<int32_t>(c);
  CheckBinary<int64_t>(c);
  if (std::string(c.op) == "Pow") return;
  CheckBinary<Float16>(c);
  CheckBinary<BFloat16>(c);
  CheckBinary<int8_t>(c);
  CheckBinary<int16_t>(c);
}

INSTANTIATE_TEST_SUITE_P(All, BinaryOperators,
                         testing::Values(BinaryCase{"Add", 14, {1, -2, 3}, {4, 5, 6}, {5, 3, 9}},
                                         BinaryCase{"Sub", 14, {1, -2, 3}, {4, 5, 6}, {-3, -7, -3}},
                                         BinaryCase{"Mul", 14, {1, -2, 3}, {4, 5, 6}, {4, -10, 18}},
                                         BinaryCase{"Div", 14, {8, -12, 30}, {4, 3, 6}, {2, -4, 5}},
                                         BinaryCase{"Pow", 15, {2, -3, 5}, {3, 2, 0}, {8, 9, 1}}));

TEST(BinaryOperators, Broadcast) {
  OpTester("Add", 14)
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .In<float>({3}, {10, 20, 30})
      .Out<float>({2, 3}, {11, 22, 33, 14, 25, 36})
      .Check();
  OpTester("Add", 14)
      .In<float>({2, 1}, {1, 2})
      .In<float>({1, 3}, {10, 20, 30})
      .Out<float>({2, 3}, {11, 21, 31, 12, 22, 32})
      .Check();
  OpTester("Sub", 14)
      .In<float>({2, 1, 2}, {1, 2, 3, 4})
      .In<float>({3, 1}, {10, 20, 30})
      .Out<float>({2, 3, 2}, {-9, -8, -19, -18, -29, -28, -7, -6, -17, -16, -27, -26})
      .Check();
  OpTester("Mul", 14).In<float>({1}, {2}).In<float>({}, {3}).Out<float>({1}, {6}).Check();
  OpTester("Add", 14)
      .In<float>({0, 3}, {})
      .In<float>({3}, {1, 2, 3})
      .Out<float>({0, 3}, {})
      .Check();
  OpTester("Add", 14)
      .In<float>({1, 0}, {})
      .In<float>({4, 1}, {1, 2, 3, 4})
      .Out<float>({4, 0}, {})
      .Check();
  OpTester("Add", 14)
      .In<float>({2}, {1, 2})
      .In<float>({3}, {1, 2, 3})
      .Out<float>({3}, {0, 0, 0})
      .CheckFails(ORT_FAIL, "{2} and {3}");
}

// Every pattern of broadcast dimensions at rank 4 against an index computation, on several threads.
TEST(BinaryOperators, BroadcastEveryPattern) {
  const int64_t full[4] = {3, 5, 4, 7};
  for (int pattern = 0; pattern < 256; ++pattern) {
    Shape a, b, out;
    for (int d = 0; d < 4; ++d) {
      a.PushBack((pattern >> d) & 1 ? 1 : full[d]);
      b.PushBack((pattern >> (d + 4)) & 1 ? 1 : full[d]);
      out.PushBack(std::max(a[d], b[d]));
    }
    std::vector<float> x(a.ElementCount()), y(b.ElementCount()), want(out.ElementCount());
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
    for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(1000 * i);
    for (int64_t i = 0; i < out.ElementCount(); ++i) {
      int64_t rest = i, at_a = 0, at_b = 0, step_a = 1, step_b = 1;
      for (int d = 3; d >= 0; --d) {
        const int64_t index = rest % out[d];
        rest /= out[d];
        at_a += a[d] == 1 ? 0 : index * step_a;
        at_b += b[d] == 1 ? 0 : index * step_b;
        step_a *= a[d];
        step_b *= b[d];
      }
      want[i] = x[at_a] + y[at_b];
    }
    SCOPED_TRACE(a.ToString() + " + " + b.ToString());
    OpTester("Add", 14).In<float>(a, x).In<float>(b, y).Out<float>(out, want).Check();
  }
}

TEST(BinaryOperators, BroadcastLikeOperatorSet6) {
  OpTester("Add", 6)
      .Attr("broadcast", 1)
      .Attr("axis", 0)
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .In<float>({2}, {10, 20})
      .Out<float>({2, 3}, {11, 12, 13, 24, 25, 26})
      .Check();
  OpTester("Mul", 1)
      .Attr("broadcast", 1)
      .In<float>({2, 2}, {1, 2, 3, 4})
      .In<float>({2}, {10, 20})
      .Out<float>({2, 2}, {10, 40, 30, 80})
      .Check();
  OpTester("Add", 6)
      .Attr("broadcast", 1)
      .Attr("axis", 2)
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .In<float>({1}, {1})
      .Out<float>({2, 3}, {0, 0, 0, 0, 0, 0})
      .CheckFails(ORT_INVALID_ARGUMENT, "axis");
}

TEST(BinaryOperators, DivideIntegersSafely) {
  OpTester("Div", 14)
      .In<int32_t>({4}, {7, -7, INT32_MIN, 5})
      .In<int32_t>({4}, {2, 2, -1, 0})
      .Out<int32_t>({4}, {3, -3, INT32_MIN, 0})
      .Check();
  OpTester("Mod", 13)
      .In<int64_t>({5}, {7, -7, 7, INT64_MIN, 5})
      .In<int64_t>({5}, {3, 3, -3, -1, 0})
      .Out<int64_t>({5}, {1, 2, -2, 0, 0})
      .Check();
  OpTester("Mod", 13)
      .Attr("fmod", 1)
      .In<int32_t>({2}, {-7, 7})
      .In<int32_t>({2}, {3, -3})
      .Out<int32_t>({2}, {-1, 1})
      .Check();
  OpTester("Mod", 13)
      .Attr("fmod", 1)
      .In<float>({2}, {-7.5f, 7})
      .In<float>({2}, {2, -3})
      .Out<float>({2}, {-1.5f, 1})
      .Check();
  OpTester("Mod", 13)
      .Attr("fmod", 1)
      .In<Float16>({1}, {-7.5f})
      .In<Float16>({1}, {2})
      .Out<Float16>({1}, {-1.5f})
      .Check();
  OpTester("Mod", 13).In<float>({1}, {1}).In<float>({1}, {1}).Out<float>({1}, {0}).CheckFails(
      ORT_INVALID_ARGUMENT, "fmod");
}

TEST(BinaryOperators, RaiseToPowers) {
  for (const float e : {2.0f, 1.0f, -1.0f, 3.0f, 0.5f, 1.7f, 0.0f}) {
    OpTester("Pow", 13)
        .In<float>({3}, {0.5f, 2, 7})
        .In<float>({}, {e})
        .Out<float>({3}, {std::pow(0.5f, e), std::pow(2.0f, e), std::pow(7.0f, e)})
        .Check();
  }
  OpTester("Pow", 13)
      .In<float>({2}, {-0.0f, -kInf})
      .In<float>({}, {0.5f})
      .Out<float>({2}, {0, kInf})
      .Check();
  OpTester("Pow", 13)
      .In<int64_t>({3}, {3, 2, -2})
      .In<float>({3}, {2, -1, 3})
      .Out<int64_t>({3}, {9, 0, -8})
      .Check();
  OpTester("Pow", 13)
      .In<float>({2}, {3, 2})
      .In<int32_t>({2}, {2, -1})
      .Out<float>({2}, {9, 0.5f})
      .Check();
  OpTester("Pow", 13)
      .In<Float16>({2}, {3, 2})
      .In<Float16>({}, {2})
      .Out<Float16>({2}, {9, 4})
      .Check();
}

TEST(BinaryOperators, PRelu) {
  OpTester("PRelu", 16)
      .In<float>({2, 2}, {-1, 2, -3, 4})
      .In<float>({2}, {0.5f, 2})
      .Out<float>({2, 2}, {-0.5f, 2, -1.5f, 4})
      .Check();
  OpTester("PRelu", 6)
      .In<float>({1, 2, 2}, {-1, 2, -3, -4})
      .In<float>({2}, {0.5f, 2})
      .Out<float>({1, 2, 2}, {-0.5f, 2, -6, -8})
      .Check();
  OpTester("PRelu", 9)
      .In<int32_t>({2}, {-3, 4})
      .In<int32_t>({1}, {2})
      .Out<int32_t>({2}, {-6, 4})
      .Check();
}

TEST(BinaryOperators, OnBits) {
  OpTester("BitShift", 11)
      .Attr("direction", "LEFT")
      .In<uint8_t>({3}, {16, 4, 1})
      .In<uint8_t>({3}, {1, 2, 8})
      .Out<uint8_t>({3}, {32, 16, 0})
      .Check();
  OpTester("BitShift", 11)
      .Attr("direction", "RIGHT")
      .In<uint64_t>({2}, {16, 4})
      .In<uint64_t>({2}, {1, 64})
      .Out<uint64_t>({2}, {8, 0})
      .Check();
  OpTester("BitwiseAnd", 18)
      .In<int8_t>({2}, {-1, 12})
      .In<int8_t>({1}, {10})
      .Out<int8_t>({2}, {10, 8})
      .Check();
  OpTester("BitwiseOr", 18)
      .In<uint16_t>({1}, {12})
      .In<uint16_t>({1}, {3})
      .Out<uint16_t>({1}, {15})
      .Check();
  OpTester("BitwiseXor", 18)
      .In<int64_t>({1}, {12})
      .In<int64_t>({1}, {10})
      .Out<int64_t>({1}, {6})
      .Check();
}

TEST(BinaryOperators, OperatorSet28) {
  OpTester("BitShift", 28)
      .Attr("direction", "RIGHT")
      .In<int8_t>({4}, {-8, -8, -8, 8})
      .In<int8_t>({4}, {1, 8, -1, 9})
      .Out<int8_t>({4}, {-4, -1, -1, 0})
      .Check();
  OpTester("BitShift", 28)
      .Attr("direction", "LEFT")
      .In<int32_t>({3}, {1, -1, 3})
      .In<int32_t>({3}, {31, 32, -2})
      .Out<int32_t>({3}, {INT32_MIN, 0, 0})
      .Check();
  OpTester("Mod", 28)
      .In<float>({5}, {-7.5f, 7.5f, 4, 1, -1})
      .In<float>({5}, {2, -2, -2, 0, kInf})
      .Out<float>({5}, {0.5f, -0.5f, -0.0f, kNan, kInf})
      .Check();
  OpTester("Mod", 28)
      .In<Float16>({1}, {-7.5f})
      .In<Float16>({1}, {2})
      .Out<Float16>({1}, {0.5f})
      .Check();
  OpTester("Pow", 15)
      .In<float>({2}, {3, 2})
      .In<uint32_t>({2}, {2, 3})
      .Out<float>({2}, {9, 8})
      .Check();
  OpTester("Pow", 15)
      .In<int32_t>({2}, {3, -2})
      .In<uint8_t>({2}, {2, 3})
      .Out<int32_t>({2}, {9, -8})
      .Check();
}

TEST(BinaryOperators, Compare) {
  OpTester("Equal", 19)
      .In<std::string>({2}, {"a", "b"})
      .In<std::string>({}, {"b"})
      .Out<bool>({2}, {0, 1})
      .Check();
  OpTester("Equal", 13).In<bool>({2}, {1, 0}).In<bool>({2}, {1, 1}).Out<bool>({2}, {1, 0}).Check();
  OpTester("Equal", 7)
      .In<float>({2}, {1, kNan})
      .In<float>({2}, {1, kNan})
      .Out<bool>({2}, {1, 0})
      .Check();
  OpTester("Less", 13)
      .In<int8_t>({3}, {1, 2, 3})
      .In<int8_t>({}, {2})
      .Out<bool>({3}, {1, 0, 0})
      .Check();
  OpTester("Greater", 13)
      .In<double>({3}, {1, 2, 3})
      .In<double>({}, {2})
      .Out<bool>({3}, {0, 0, 1})
      .Check();
  OpTester("Greater", 13)
      .In<float>({}, {2})
      .In<float>({3}, {1, 2, 3})
      .Out<bool>({3}, {1, 0, 0})
      .Check();
  OpTester("LessOrEqual", 16)
      .In<BFloat16>({3}, {1, 2, 3})
      .In<BFloat16>({}, {2})
      .Out<bool>({3}, {1, 1, 0})
      .Check();
  OpTester("GreaterOrEqual", 12)
      .In<uint64_t>({3}, {1, 2, 3})
      .In<uint64_t>({}, {2})
      .Out<bool>({3}, {0, 1, 1})
      .Check();
  OpTester("And", 7)
      .In<bool>({4}, {0, 0, 1, 1})
      .In<bool>({4}, {0, 1, 0, 1})
      .Out<bool>({4}, {0, 0, 0, 1})
      .Check();
  OpTester("Or", 7)
      .In<bool>({4}, {0, 0, 1, 1})
      .In<bool>({4}, {0, 1, 0, 1})
      .Out<bool>({4}, {0, 1, 1, 1})
      .Check();
  OpTester("Xor", 7)
      .In<bool>({4}, {0, 0, 1, 1})
      .In<bool>({4}, {0, 1, 0, 1})
      .Out<bool>({4}, {0, 1, 1, 0})
      .Check();
}

}  // namespace
}  // namespace backplane::cpu
