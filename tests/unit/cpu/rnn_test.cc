// LSTM, GRU and RNN against a plain reference: every direction, length, layout and option.
#include <cmath>
#include <random>

#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

using Floats = std::vector<float>;

struct Layer {
  const char* op;
  int64_t gates, steps, batch, input, hidden;
  bool reverse = false;
  bool peepholes = false;
  bool linear_before_reset = false;
  std::vector<int32_t> lengths;
};

Floats Random(std::mt19937& random, int64_t count) {
  Floats values(static_cast<size_t>(count));
  for (float& v : values) v = std::uniform_real_distribution<float>(-0.6f, 0.6f)(random);
  return values;
}

struct Data {
  Floats x, w, r, b, h0, c0, p;
};

double Sigmoid(double v) { return 1 / (1 + std::exp(-v)); }

// One sequence of one direction, straight from ONNX's equations. Writes y[step][hidden] and leaves
// h and c.
void Reference(const Layer& layer, const Data& d, int64_t sequence, std::vector<double>& h,
               std::vector<double>& c, std::vector<std::vector<double>>& y) {
  const int64_t n = layer.hidden, g = layer.gates;
  const int64_t length =
      layer.lengths.empty() ? layer.steps : layer.lengths[static_cast<size_t>(sequence)];
  y.assign(static_cast<size_t>(layer.steps), std::vector<double>(static_cast<size_t>(n), 0.0));
  const auto at = [](const Floats& v, int64_t i) {
    return static_cast<double>(v[static_cast<size_t>(i)]);
  };
  for (int64_t s = 0; s < length; ++s) {
    const int64_t t = layer.reverse ? length - 1 - s : s;
    const auto x_part = [&](int64_t row) {
      double sum = at(d.b, row);
      for (int64_t k = 0; k < layer.input; ++k) {
        sum += at(d.w, row * layer.input + k) *
               at(d.x, (t * layer.batch + sequence) * layer.input + k);
      }
      return sum;
    };
    const auto h_part = [&](int64_t row, const std::vector<double>& state) {
      double sum = at(d.b, g * n + row);
      for (int64_t k = 0; k < n; ++k) sum += at(d.r, row * n + k) * state[static_cast<size_t>(k)];
      return sum;
    };
    std::vector<double> next(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) {
      const auto index = static_cast<size_t>(i);
      const auto gate = [&](int64_t k) { return x_part(k * n + i) + h_part(k * n + i, h); };
      if (g == 1) {
        next[index] = std::tanh(gate(0));
      } else if (g == 3) {
        const double z = Sigmoid(gate(0));
        double candidate;
        if (layer.linear_before_reset) {
          candidate = x_part(2 * n + i) + Sigmoid(gate(1)) * h_part(2 * n + i, h);
        } else {
          std::vector<double> reset(h);
          for (int64_t k = 0; k < n; ++k)
            reset[static_cast<size_t>(k)] *= Sigmoid(x_part(n + k) + h_part(n + k, h));
          candidate = x_part(2 * n + i) + h_part(2 * n + i, reset);
        }
        next[index] = (1 - z) * std::tanh(candidate) + z * h[index];
      } else {
        const auto peephole = [&](int64_t k, double cell) {
          return layer.peepholes ? at(d.p, k * n + i) * cell : 0.0;
        };
        const double in = Sigmoid(gate(0) + peephole(0, c[index]));
        const double forget = Sigmoid(gate(2) + peephole(2, c[index]));
        c[index] = forget * c[index] + in * std::tanh(gate(3));
        next[index] = Sigmoid(gate(1) + peephole(1, c[index])) * std::tanh(c[index]);
      }
    }
    h = next;
    y[static_cast<size_t>(t)] = h;
  }
}

void Check(const Layer& layer) {
  SCOPED_TRACE(std::string(layer.op) + (layer.reverse ? " reverse" : "") +
               (layer.lengths.empty() ? "" : " lengths"));
  std::mt19937 random(7);
  const int64_t n = layer.hidden, g = layer.gates, b = layer.batch, s = layer.steps;
  const bool lstm = g == 4;
  const Data d{Random(random, s * b * layer.input),
               Random(random, g * n * layer.input),
               Random(random, g * n * n),
               Random(random, 2 * g * n),
               Random(random, b * n),
               Random(random, b * n),
               Random(random, 3 * n)};
  Floats y(static_cast<size_t>(s * b * n)), y_h(static_cast<size_t>(b * n)),
      y_c(static_cast<size_t>(b * n));
  for (int64_t i = 0; i < b; ++i) {
    std::vector<double> h(d.h0.begin() + i * n, d.h0.begin() + (i + 1) * n);
    std::vector<double> c(d.c0.begin() + i * n, d.c0.begin() + (i + 1) * n);
    std::vector<std::vector<double>> rows;
    Reference(layer, d, i, h, c, rows);
    for (int64_t t = 0; t < s; ++t) {
      std::copy(rows[static_cast<size_t>(t)].begin(), rows[static_cast<size_t>(t)].end(),
                y.begin() + (t * b + i) * n);
    }
    std::copy(h.begin(), h.end(), y_h.begin() + i * n);
    std::copy(c.begin(), c.end(), y_c.begin() + i * n);
  }
  for (const bool constant : {true, false}) {
    OpTester test(layer.op, 14);
    test.Attr("hidden_size", Attribute::Value(n))
        .Attr("direction", layer.reverse ? "reverse" : "forward");
    if (layer.linear_before_reset) test.Attr("linear_before_reset", 1);
    test.In<float>({s, b, layer.input}, d.x);
    const auto weight = [&](const Shape& shape, const Floats& values) {
      constant ? test.Const<float>(shape, values) : test.In<float>(shape, values);
    };
    weight({1, g * n, layer.input}, d.w);
    weight({1, g * n, n}, d.r);
    weight({1, 2 * g * n}, d.b);
    layer.lengths.empty() ? test.Absent() : test.In<int32_t>({b}, layer.lengths);
    test.In<float>({1, b, n}, d.h0);
    if (lstm) test.In<float>({1, b, n}, d.c0);
    if (layer.peepholes) test.In<float>({1, 3 * n}, d.p);
    test.Out<float>({s, 1, b, n}, y).Out<float>({1, b, n}, y_h);
    if (lstm) test.Out<float>({1, b, n}, y_c);
    test.Tolerance(2e-6, 1e-5).Check();
  }
}

TEST(RnnTest, MatchesReference) {
  for (const auto& [op, gates] :
       {std::pair<const char*, int64_t>{"LSTM", 4}, {"GRU", 3}, {"RNN", 1}}) {
    for (const bool reverse : {false, true}) {
      Check({op, gates, 4, 1, 3, 5, reverse, false, false, {}});
      Check({op, gates, 3, 3, 6, 17, reverse, false, false, {}});
      Check({op, gates, 4, 3, 2, 4, reverse, false, false, {4, 1, 3}});
    }
  }
  Check({"LSTM", 4, 3, 2, 3, 4, false, true, false, {}});
  Check({"GRU", 3, 3, 2, 3, 4, false, false, true, {}});
  Check({"GRU", 3, 3, 2, 3, 4, true, false, true, {2, 3}});
}

TEST(RnnTest, BatchFirstIsTheTransposedLayer) {
  std::mt19937 random(3);
  const int64_t s = 3, b = 2, in = 4, n = 5;
  const Floats x = Random(random, s * b * in), w = Random(random, 2 * 4 * n * in),
               r = Random(random, 2 * 4 * n * n);
  Floats batch_first(x.size());
  for (int64_t t = 0; t < s; ++t) {
    for (int64_t i = 0; i < b; ++i)
      std::copy_n(x.begin() + (t * b + i) * in, in, batch_first.begin() + (i * s + t) * in);
  }
  const auto run = [&](int layout) {
    OpTester test("LSTM", 14);
    test.Attr("hidden_size", Attribute::Value(n))
        .Attr("direction", "bidirectional")
        .Attr("layout", layout);
    test.In<float>(layout ? Shape{b, s, in} : Shape{s, b, in}, layout ? batch_first : x);
    test.Const<float>({2, 4 * n, in}, w).Const<float>({2, 4 * n, n}, r);
    return test.Out(DType::kFloat).Out(DType::kFloat).Out(DType::kFloat).Run();
  };
  const auto steps_first = run(0);
  const auto rows_first = run(1);
  for (int64_t t = 0; t < s; ++t) {
    for (int64_t d = 0; d < 2; ++d) {
      for (int64_t i = 0; i < b; ++i) {
        for (int64_t k = 0; k < n; ++k) {
          EXPECT_FLOAT_EQ(steps_first[0].tensor().data<float>()[((t * 2 + d) * b + i) * n + k],
                          rows_first[0].tensor().data<float>()[((i * s + t) * 2 + d) * n + k]);
        }
      }
    }
  }
}

TEST(RnnTest, RefusesWhatDoesNotFit) {
  const auto lstm = [] {
    OpTester test("LSTM", 14);
    test.Attr("hidden_size", 1).In<float>({1, 1, 1}, {1});
    return test;
  };
  lstm()
      .In<float>({1, 4, 1}, {1, 1, 1, 1})
      .In<float>({1, 4, 2}, Floats(8))
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT);
  lstm()
      .In<float>({1, 4, 2}, Floats(8))
      .In<float>({1, 4, 1}, Floats(4))
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "Input W");
  lstm()
      .In<float>({1, 4, 1}, Floats(4))
      .In<float>({1, 4, 1}, Floats(4))
      .Absent()
      .In<int32_t>({1}, {2})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "sequence_lens");
  lstm()
      .Attr("direction", "sideways")
      .In<float>({1, 4, 1}, Floats(4))
      .In<float>({1, 4, 1}, Floats(4))
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "sideways");
  lstm()
      .Attr("activations", Attribute::Value(std::vector<std::string>{"Sigmoid", "Tanh", "Cosine"}))
      .In<float>({1, 4, 1}, Floats(4))
      .In<float>({1, 4, 1}, Floats(4))
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "Cosine");
}

}  // namespace
}  // namespace backplane::cpu
