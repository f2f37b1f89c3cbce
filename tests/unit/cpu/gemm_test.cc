// Matrix products against plain loops in double: the kernels themselves, then MatMul and Gemm.
#include <cmath>
#include <random>
#include <tuple>

#include "cpu/kernels/gemm.h"
#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

std::vector<float> Random(int64_t count, unsigned seed) {
  std::minstd_rand engine(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = uniform(engine);
  return values;
}

double Activate(const Activation& f, double x) {
  switch (f.kind) {
    case ActivationKind::kNone:
      return x;
    case ActivationKind::kRelu:
      return std::max(x, 0.0);
    case ActivationKind::kClip:
      return std::min(std::max(x, double{f.a}), double{f.b});
    case ActivationKind::kSigmoid:
      return 1 / (1 + std::exp(-x));
    case ActivationKind::kHardSwish:
      return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case ActivationKind::kSilu:
      return x / (1 + std::exp(-x));
    case ActivationKind::kLeakyRelu:
      return x < 0 ? x * f.a : x;
    case ActivationKind::kTanh:
      return std::tanh(x);
    case ActivationKind::kHardSigmoid:
      return std::clamp(f.a * x + f.b, 0.0, 1.0);
    case ActivationKind::kGelu:
      return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  }
  return x;
}

TEST(Activation, MatchesTheFormulas) {
  for (const char* name : {"", "Relu", "Clip", "Sigmoid", "HardSwish", "Silu", "LeakyRelu", "Tanh",
                           "HardSigmoid", "Gelu"}) {
    const float params[] = {0.25f, 0.5f};
    const Activation activation = MakeActivation(name, params);
    std::vector<float> x;
    for (int i = -1000; i <= 1000; ++i) x.push_back(static_cast<float>(i) * 0.0123f);
    std::vector<float> y = x;
    ApplyActivation(activation, y.data(), static_cast<int64_t>(y.size()));
    for (size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(y[i], Activate(activation, x[i]), 3e-7 + 1e-6 * std::abs(x[i]))
          << name << " of " << x[i];
    }
  }
  EXPECT_THROW(MakeActivation("Swoosh", {}), Error);
}

enum class B { kPacked, kRows, kColumns };

struct Problem {
  int64_t m, n, k;
  B b = B::kPacked;
  bool bias = false, residual = false, accumulate = false;
  float alpha = 1, beta = 1;
  ActivationKind activation = ActivationKind::kNone;
  int64_t pad = 0;  ///< extra floats at the end of the rows of A and C
};

void CheckProblem(const Problem& q, ThreadPool& pool) {
  SCOPED_TRACE(Format("{} x {} x {}, B {}, bias {}, residual {}, accumulate {}, threads {}", q.m,
                      q.n, q.k, static_cast<int>(q.b), q.bias, q.residual, q.accumulate,
                      pool.size()));
  const int64_t lda = q.k + q.pad, ldc = q.n + q.pad;
  const auto a = Random(q.m * lda, 1), b = Random(q.k * q.n, 2), bias = Random(q.n, 3),
             z = Random(q.m * ldc, 4);
  const auto before = Random(q.m * ldc, 5);
  auto c = before;
  GemmParams p;
  p.m = q.m;
  p.n = q.n;
  p.k = q.k;
  p.a = a.data();
  p.lda = lda;
  const bool columns = q.b == B::kColumns;
  const int64_t row_stride = columns ? 1 : q.n, column_stride = columns ? q.k : 1;
  PackedB packed;
  if (q.b == B::kPacked) {
    packed = PackedB::Pack(b.data(), q.k, q.n, row_stride, column_stride);
    p.packed = &packed;
  } else {
    p.b = b.data();
    p.b_row_stride = row_stride;
    p.b_column_stride = column_stride;
  }
  p.c = c.data();
  p.ldc = ldc;
  p.alpha = q.alpha;
  p.accumulate = q.accumulate;
  p.epilogue.bias = q.bias ? bias.data() : nullptr;
  p.epilogue.residual = q.residual ? z.data() : nullptr;
  p.epilogue.residual_stride = ldc;
  p.epilogue.residual_scale = q.beta;
  p.epilogue.activation = {q.activation, -0.5f, 0.75f};
  const auto scratch = Buffer::Allocate(GemmScratchBytes(p));
  Gemm(p, scratch->data(), pool);
  int wrong = 0;
  for (int64_t i = 0; i < q.m; ++i) {
    for (int64_t j = 0; j < ldc; ++j) {
      const auto at = static_cast<size_t>(i * ldc + j);
      double want = before[at];
      if (j < q.n) {
        want = q.accumulate ? want : 0;
        for (int64_t x = 0; x < q.k; ++x) {
          want += double{a[static_cast<size_t>(i * lda + x)]} *
                  b[static_cast<size_t>(x * row_stride + j * column_stride)];
        }
        want *= q.alpha;
        if (q.bias) want += bias[static_cast<size_t>(j)];
        if (q.residual) want += q.beta * z[at];
        want = Activate(p.epilogue.activation, want);
      }
      if (std::abs(want - c[at]) > 1e-5 * (1 + std::abs(want)) && ++wrong < 4) {
        ADD_FAILURE() << "(" << i << ", " << j << "): " << c[at] << ", not " << want;
      }
    }
  }
}

class GemmThreads : public testing::TestWithParam<int> {
 protected:
  ThreadPool pool_{ThreadPoolOptions{.threads = GetParam(), .affinities = {}}};
};

TEST_P(GemmThreads, EveryTileHeightAndWidth) {
  for (int64_t m = 1; m <= 30; ++m) {
    for (const int64_t n : {1, 2, 15, 16, 17, 31, 32, 33, 48, 49, 70}) {
      CheckProblem({.m = m, .n = n, .k = 7 + m % 5}, pool_);
    }
  }
}

TEST_P(GemmThreads, EveryWayToHoldB) {
  for (const B b : {B::kPacked, B::kRows, B::kColumns}) {
    for (const auto& [m, n, k] : std::vector<std::tuple<int64_t, int64_t, int64_t>>{{1, 1, 1},
                                                                                    {1, 5, 3},
                                                                                    {1, 300, 77},
                                                                                    {2, 64, 33},
                                                                                    {3, 65, 17},
                                                                                    {13, 40, 64},
                                                                                    {29, 100, 19},
                                                                                    {64, 37, 50},
                                                                                    {100, 1, 20},
                                                                                    {200, 96, 64},
                                                                                    {7, 513, 129},
                                                                                    {0, 5, 3},
                                                                                    {5, 0, 3},
                                                                                    {5, 4, 0}}) {
      CheckProblem({.m = m, .n = n, .k = k, .b = b}, pool_);
      CheckProblem({.m = m,
                    .n = n,
                    .k = k,
                    .b = b,
                    .bias = true,
                    .residual = true,
                    .accumulate = true,
                    .alpha = 0.5f,
                    .beta = -2,
                    .activation = ActivationKind::kClip,
                    .pad = 3},
                   pool_);
      CheckProblem({.m = m,
                    .n = n,
                    .k = k,
                    .b = b,
                    .bias = true,
                    .residual = true,
                    .alpha = 0.5f,
                    .beta = 3,
                    .activation = ActivationKind::kSilu,
                    .pad = 5},
                   pool_);
    }
  }
}

TEST_P(GemmThreads, LargeEnoughForManyTasks) {
  for (const auto& [m, n, k] : std::vector<std::tuple<int64_t, int64_t, int64_t>>{
           {301, 203, 150}, {14, 1003, 300}, {1000, 33, 65}}) {
    CheckProblem({.m = m, .n = n, .k = k, .bias = true, .activation = ActivationKind::kRelu},
                 pool_);
    CheckProblem({.m = m, .n = n, .k = k, .b = B::kRows, .residual = true}, pool_);
    CheckProblem({.m = m, .n = n, .k = k, .b = B::kColumns}, pool_);
  }
}

TEST_P(GemmThreads, BatchesWithStridesAndOffsets) {
  const int64_t batch = 12, m = 33, n = 37, k = 16;
  const auto a = Random(batch * m * k, 1), b = Random(batch * k * n, 2);
  for (const bool offsets : {false, true}) {
    std::vector<float> c(static_cast<size_t>(batch * m * n));
    std::vector<int64_t> a_at, b_at;
    for (int64_t i = 0; i < batch; ++i) {
      a_at.push_back((i * 5 % batch) * m * k);
      b_at.push_back((i / 3) * k * n);
    }
    BatchedGemmParams p;
    p.gemm = {.m = m,
              .n = n,
              .k = k,
              .a = a.data(),
              .lda = k,
              .b = b.data(),
              .b_row_stride = 1,
              .b_column_stride = k,
              .c = c.data(),
              .ldc = n,
              .epilogue = {}};
    p.batch = batch;
    p.a_stride = m * k;
    p.b_stride = k * n;
    p.c_stride = m * n;
    if (offsets) {
      p.a_offsets = a_at.data();
      p.b_offsets = b_at.data();
    }
    const auto scratch = Buffer::Allocate(BatchedGemmScratchBytes(p, pool_));
    BatchedGemm(p, scratch->data(), pool_);
    for (int64_t i = 0; i < batch; ++i) {
      const float* ai = a.data() + (offsets ? a_at[static_cast<size_t>(i)] : i * m * k);
      const float* bi = b.data() + (offsets ? b_at[static_cast<size_t>(i)] : i * k * n);
      for (int64_t r = 0; r < m; ++r) {
        for (int64_t j = 0; j < n; ++j) {
          double want = 0;
          for (int64_t x = 0; x < k; ++x) want += double{ai[r * k + x]} * bi[j * k + x];
          ASSERT_NEAR(c[static_cast<size_t>((i * m + r) * n + j)], want, 1e-5)
              << i << " " << r << " " << j;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, GemmThreads, testing::Values(1, 2));

// -- the operators
// ---------------------------------------------------------------------------------------------------

TEST(MatMul, RanksAndBroadcasting) {
  OpTester("MatMul", 13)
      .In<float>({2, 2}, {1, 2, 3, 4})
      .In<float>({2, 2}, {5, 6, 7, 8})
      .Out<float>({2, 2}, {19, 22, 43, 50})
      .Check();
  OpTester("MatMul", 13).In<float>({2}, {1, 2}).In<float>({2}, {3, 4}).Out<float>({}, {11}).Check();
  OpTester("MatMul", 1)
      .In<float>({2}, {1, 2})
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .Out<float>({3}, {9, 12, 15})
      .Check();
  OpTester("MatMul", 9)
      .In<float>({3, 2}, {1, 2, 3, 4, 5, 6})
      .Const<float>({2}, {1, 10})
      .Out<float>({3}, {21, 43, 65})
      .Check();
  OpTester("MatMul", 13)
      .In<float>({2, 1, 2}, {1, 2, 3, 4})
      .Const<float>({2, 1}, {1, 10})
      .Out<float>({2, 1, 1}, {21, 43})
      .Check();
  OpTester("MatMul", 13)
      .In<float>({2, 1, 1, 2}, {1, 2, 3, 4})
      .In<float>({3, 2, 1}, {1, 1, 1, 0, 0, 1})
      .Out<float>({2, 3, 1, 1}, {3, 1, 2, 7, 3, 4})
      .Check();
  OpTester("MatMul", 13)
      .In<float>({1, 2}, {1, 2})
      .In<float>({2, 2, 1}, {1, 1, 2, 2})
      .Out<float>({2, 1, 1}, {3, 6})
      .Check();
  OpTester("MatMul", 13)
      .In<float>({2, 0}, {})
      .In<float>({0, 2}, {})
      .Out<float>({2, 2}, {0, 0, 0, 0})
      .Check();
  OpTester("MatMul", 13)
      .In<float>({0, 2}, {})
      .Const<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .Out<float>({0, 3}, {})
      .Check();
  OpTester("MatMul", 13)
      .In<float>({2, 0}, {})
      .Const<float>({0, 2}, {})
      .Out<float>({2, 2}, {0, 0, 0, 0})
      .Check();
}

TEST(MatMul, OtherTypes) {
  OpTester("MatMul", 13)
      .In<double>({2, 2}, {1, 2, 3, 4})
      .In<double>({2, 2}, {5, 6, 7, 8})
      .Out<double>({2, 2}, {19, 22, 43, 50})
      .Check();
  OpTester("MatMul", 9)
      .In<int32_t>({1, 2}, {1, -2})
      .In<int32_t>({2, 1}, {3, 4})
      .Out<int32_t>({1, 1}, {-5})
      .Check();
  OpTester("MatMul", 13)
      .In<uint64_t>({2}, {1, 2})
      .In<uint64_t>({2, 2, 1}, {3, 4, 5, 6})
      .Out<uint64_t>({2, 1}, {11, 17})
      .Check();
}

TEST(MatMul, PrivateFormTransposesAndScales) {
  OpTester("MatMul", 1, kPrivateDomain)
      .Attr("transB", 1)
      .Attr("alpha", Attribute::Value(0.5f))
      .In<float>({1, 2, 2}, {1, 2, 3, 4})
      .In<float>({1, 2, 2}, {5, 7, 6, 8})
      .Out<float>({1, 2, 2}, {9.5, 11, 21.5, 25})
      .Check();
  OpTester("MatMul", 1, kPrivateDomain)
      .Attr("transA", 1)
      .Attr("transB", 1)
      .In<float>({2, 1, 2}, {1, 2, 3, 4})
      .Const<float>({3, 1}, {1, 10, 100})
      .Out<float>({2, 2, 3}, {1, 10, 100, 2, 20, 200, 3, 30, 300, 4, 40, 400})
      .Check();
}

TEST(MatMul, Refuses) {
  OpTester("MatMul", 13)
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL, "{2,3} and {2,3}");
  OpTester("MatMul", 13)
      .In<float>({}, {1})
      .In<float>({1, 1}, {1})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "at least one dimension");
  OpTester("MatMul", 13)
      .In<float>({2, 1, 1}, {1, 2})
      .In<float>({3, 1, 1}, {1, 2, 3})
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL);
}

TEST(Gemm, BroadcastsC) {
  const std::vector<float> a{1, 2, 3, 4, 5, 6}, b{1, 0, 0, 1, 1, 1};  // 2x3, 3x2: {4, 5, 10, 11}
  struct Case {
    Shape shape;
    std::vector<float> c;
  };
  for (const Case& test : std::vector<Case>{{{2}, {1, 2}},
                                            {{1, 2}, {1, 2}},
                                            {{2, 1}, {1, 2}},
                                            {{2, 2}, {1, 2, 3, 4}},
                                            {{1}, {1}},
                                            {{}, {1}}}) {
    // alpha = 1.5, beta = 2
    std::vector<float> want;
    for (int i = 0; i < 4; ++i) {
      const size_t rank = test.shape.rank();
      const int row = i / 2, column = i % 2;
      const int columns = rank == 0 ? 1 : static_cast<int>(test.shape.back());
      const int rows = rank < 2 ? 1 : static_cast<int>(test.shape[0]);
      const float c = test.c[static_cast<size_t>((rows == 1 ? 0 : row) * columns +
                                                 (columns == 1 ? 0 : column))];
      want.push_back(1.5f * std::vector<float>{4, 5, 10, 11}[static_cast<size_t>(i)] + 2 * c);
    }
    for (const bool constant : {false, true}) {
      OpTester tester("Gemm", 13);
      tester.Attr("alpha", Attribute::Value(1.5f))
          .Attr("beta", Attribute::Value(2.0f))
          .In<float>({2, 3}, a);
      if (constant) {
        tester.Const<float>({3, 2}, b);
      } else {
        tester.In<float>({3, 2}, b);
      }
      tester.In<float>(test.shape, test.c).Out<float>({2, 2}, want).Check();
    }
  }
}

TEST(Gemm, Transposes) {
  for (const int64_t trans_a : {0, 1}) {
    for (const int64_t trans_b : {0, 1}) {
      const std::vector<float> a =
          trans_a ? std::vector<float>{1, 4, 2, 5, 3, 6} : std::vector<float>{1, 2, 3, 4, 5, 6};
      const std::vector<float> b =
          trans_b ? std::vector<float>{1, 0, 1, 0, 1, 1} : std::vector<float>{1, 0, 0, 1, 1, 1};
      const Shape a_shape = trans_a ? Shape{3, 2} : Shape{2, 3},
                  b_shape = trans_b ? Shape{2, 3} : Shape{3, 2};
      for (const bool constant : {false, true}) {
        OpTester tester("Gemm", 11);
        tester.Attr("transA", static_cast<int>(trans_a)).Attr("transB", static_cast<int>(trans_b));
        tester.In<float>(a_shape, a);
        constant ? tester.Const<float>(b_shape, b) : tester.In<float>(b_shape, b);
        tester.Out<float>({2, 2}, {4, 5, 10, 11}).Check();
      }
      OpTester("Gemm", 11)
          .Attr("transA", static_cast<int>(trans_a))
          .Attr("transB", static_cast<int>(trans_b))
          .In<double>(a_shape, {a.begin(), a.end()})
          .In<double>(b_shape, {b.begin(), b.end()})
          .In<double>({2}, {1, 2})
          .Out<double>({2, 2}, {5, 7, 11, 13})
          .Check();
    }
  }
}

TEST(Gemm, PrivateFormFusesResidualAndActivation) {
  OpTester("Gemm", 1, kPrivateDomain)
      .Attr("activation", "Clip")
      .Attr("activation_params", Attribute::Value(std::vector<float>{0, 13}))
      .In<float>({2, 1, 3}, {1, 2, 3, 4, 5, 6})
      .Const<float>({3, 2}, {1, 0, 0, 1, 1, 1})
      .In<float>({2}, {1, -1})
      .In<float>({2, 1, 2}, {-9, 1, 1, 100})
      .Out<float>({2, 1, 2}, {0, 5, 12, 13})
      .Check();
  OpTester("Gemm", 1, kPrivateDomain)
      .In<float>({2, 1}, {1, 2})
      .Const<float>({1, 2}, {1, 10})
      .In<float>({2, 1}, {100, 200})
      .In<float>({2, 2}, {1, 2, 3, 4})
      .Out<float>({2, 2}, {102, 112, 205, 224})
      .Check();
}

TEST(Gemm, Refuses) {
  OpTester("Gemm", 13)
      .In<float>({2, 2, 1}, {1, 2, 3, 4})
      .In<float>({1, 1}, {1})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "must be matrices");
  OpTester("Gemm", 13)
      .In<float>({2, 2}, {1, 2, 3, 4})
      .In<float>({1, 2}, {1, 2})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "inner dimensions");
  OpTester("Gemm", 13)
      .In<float>({1, 1}, {1})
      .In<float>({1, 2}, {1, 2})
      .In<float>({3}, {1, 2, 3})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "does not broadcast");
}

}  // namespace
}  // namespace backplane::cpu
