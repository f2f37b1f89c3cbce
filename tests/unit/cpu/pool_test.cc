// Pooling in both layouts and all types against plain loops.
#include <cmath>
#include <limits>
#include <random>

#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

using Dims = std::vector<int64_t>;

struct Problem {
  std::string op;
  int64_t batch;
  int64_t channels;
  Dims in;  ///< two spatial sizes
  Dims kernel;
  Dims stride = {1, 1};
  Dims pads = {0, 0, 0, 0};
  Dims dilation = {1, 1};
  bool ceil = false;
  bool count_pads = false;
};

Dims OutputSize(const Problem& q) {
  Dims out;
  for (size_t i = 0; i < 2; ++i) {
    const int64_t room =
        q.in[i] + q.pads[i] + q.pads[i + 2] - (q.kernel[i] - 1) * q.dilation[i] - 1;
    int64_t size = (q.ceil ? (room + q.stride[i] - 1) / q.stride[i] : room / q.stride[i]) + 1;
    if (q.ceil && (size - 1) * q.stride[i] >= q.in[i] + q.pads[i]) --size;
    out.push_back(size);
  }
  return out;
}

// Values in [N, C, H, W].
std::vector<double> Reference(const Problem& q, const std::vector<float>& x, const Dims& out) {
  std::vector<double> y;
  for (int64_t plane = 0; plane < q.batch * q.channels; ++plane) {
    for (int64_t oh = 0; oh < out[0]; ++oh) {
      for (int64_t ow = 0; ow < out[1]; ++ow) {
        double sum = 0, best = -std::numeric_limits<double>::infinity();
        int inside = 0, padded = 0;
        for (int64_t kh = 0; kh < q.kernel[0]; ++kh) {
          for (int64_t kw = 0; kw < q.kernel[1]; ++kw) {
            const int64_t h = oh * q.stride[0] - q.pads[0] + kh * q.dilation[0];
            const int64_t w = ow * q.stride[1] - q.pads[1] + kw * q.dilation[1];
            padded += h < q.in[0] + q.pads[2] && w < q.in[1] + q.pads[3];
            if (h < 0 || w < 0 || h >= q.in[0] || w >= q.in[1]) continue;
            const double value = x[static_cast<size_t>((plane * q.in[0] + h) * q.in[1] + w)];
            ++inside;
            sum += value;
            best = std::max(best, value);
          }
        }
        y.push_back(q.op == "MaxPool" ? best : sum / (q.count_pads ? padded : inside));
      }
    }
  }
  return y;
}

template <typename T>
std::vector<T> ToLast(const std::vector<T>& from, int64_t batch, int64_t channels, int64_t pixels) {
  std::vector<T> to(from.size());
  for (int64_t n = 0; n < batch; ++n) {
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t p = 0; p < pixels; ++p) {
        to[static_cast<size_t>((n * pixels + p) * channels + c)] =
            from[static_cast<size_t>((n * channels + c) * pixels + p)];
      }
    }
  }
  return to;
}

void Check(const Problem& q) {
  SCOPED_TRACE(
      Format("{} channels {}, in {}, kernel {}, strides {}, pads {}, dilations {}, ceil {}", q.op,
             q.channels, ShapeToString(q.in), ShapeToString(q.kernel), ShapeToString(q.stride),
             ShapeToString(q.pads), ShapeToString(q.dilation), q.ceil));
  const int64_t pixels = q.in[0] * q.in[1];
  std::minstd_rand engine(7);
  std::vector<float> x;
  for (int64_t i = 0; i < q.batch * q.channels * pixels; ++i) {
    x.push_back(static_cast<float>(static_cast<int>(engine() % 2001) - 1000) / 64);
  }
  const Dims out = OutputSize(q);
  const std::vector<double> want = Reference(q, x, out);
  const std::vector<float> y(want.begin(), want.end());
  const auto tester = [&](int version, const char* domain) {
    OpTester t(q.op, version, domain);
    t.Attr("kernel_shape", Attribute::Value(q.kernel)).Attr("strides", Attribute::Value(q.stride));
    t.Attr("pads", Attribute::Value(q.pads)).Attr("ceil_mode", q.ceil);
    if (q.op == "MaxPool" || version > 11) t.Attr("dilations", Attribute::Value(q.dilation));
    if (q.op != "MaxPool") t.Attr("count_include_pad", q.count_pads);
    t.Tolerance(1e-5, 1e-5);
    return t;
  };
  const Shape in_shape{q.batch, q.channels, q.in[0], q.in[1]},
      out_shape{q.batch, q.channels, out[0], out[1]};
  tester(19, "").In<float>(in_shape, x).Out<float>(out_shape, y).Check();
  tester(19, "").In<double>(in_shape, {x.begin(), x.end()}).Out<double>(out_shape, want).Check();
  for (const int threads : {1, 2}) {
    tester(19, kPrivateDomain)
        .Threads(threads)
        .In<float>({q.batch, q.in[0], q.in[1], q.channels}, ToLast(x, q.batch, q.channels, pixels))
        .Out<float>({q.batch, out[0], out[1], q.channels},
                    ToLast(y, q.batch, q.channels, out[0] * out[1]))
        .Check();
  }
}

TEST(Pool, AgainstReference) {
  for (const char* op : {"MaxPool", "AveragePool"}) {
    for (const int64_t channels : {1, 3, 8, 17, 70}) {
      for (const bool count_pads : {false, true}) {
        for (const bool ceil : {false, true}) {
          Check({.op = op,
                 .batch = 2,
                 .channels = channels,
                 .in = {7, 8},
                 .kernel = {3, 3},
                 .stride = {2, 2},
                 .pads = {1, 1, 1, 1},
                 .ceil = ceil,
                 .count_pads = count_pads});
          Check({.op = op,
                 .batch = 1,
                 .channels = channels,
                 .in = {9, 10},
                 .kernel = {2, 3},
                 .stride = {3, 2},
                 .pads = {0, 2, 1, 0},
                 .ceil = ceil,
                 .count_pads = count_pads});
          Check({.op = op,
                 .batch = 1,
                 .channels = channels,
                 .in = {11, 12},
                 .kernel = {3, 2},
                 .stride = {1, 2},
                 .pads = {1, 0, 1, 1},
                 .dilation = {2, 3},
                 .ceil = ceil,
                 .count_pads = count_pads});
        }
      }
    }
    Check({.op = op,
           .batch = 1,
           .channels = 200,
           .in = {40, 40},
           .kernel = {5, 5},
           .pads = {2, 2, 2, 2}});
    Check({.op = op, .batch = 1, .channels = 300, .in = {7, 7}, .kernel = {7, 7}});
  }
}

TEST(Pool, Global) {
  const std::vector<float> x{1, 2, 3, 4, -5, 6, -7, 8};
  OpTester("GlobalMaxPool", 1).In<float>({1, 2, 2, 2}, x).Out<float>({1, 2, 1, 1}, {4, 8}).Check();
  OpTester("GlobalAveragePool", 1)
      .In<float>({2, 2, 2}, x)
      .Out<float>({2, 2, 1}, {1.5, 3.5, 0.5, 0.5})
      .Check();
  OpTester("GlobalAveragePool", 1)
      .In<double>({1, 1, 2, 2, 2}, {1, 2, 3, 4, -5, 6, -7, 8})
      .Out<double>({1, 1, 1, 1, 1}, {1.5})
      .Check();
  OpTester("GlobalAveragePool", 1, kPrivateDomain)
      .In<float>({1, 2, 2, 2}, x)
      .Out<float>({1, 1, 1, 2}, {-2, 5})
      .Check();
  OpTester("GlobalMaxPool", 1, kPrivateDomain)
      .In<float>({2, 2, 2}, x)
      .Out<float>({2, 1, 2}, {3, 4, -5, 8})
      .Check();
}

TEST(Pool, OneAndThreeDimensions) {
  const Attribute::Value two(Dims{2}), cube(Dims{2, 2, 2});
  OpTester("MaxPool", 12)
      .Attr("kernel_shape", two)
      .Attr("strides", two)
      .In<float>({1, 1, 4}, {1, 3, 2, -1})
      .Out<float>({1, 1, 2}, {3, 2})
      .Check();
  OpTester("AveragePool", 11)
      .Attr("kernel_shape", cube)
      .In<float>({1, 1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8})
      .Out<float>({1, 1, 1, 1, 1}, {4.5})
      .Check();
}

TEST(Pool, AutoPad) {
  const Attribute::Value two(Dims{2, 2});
  OpTester("MaxPool", 8)
      .Attr("kernel_shape", two)
      .Attr("auto_pad", "SAME_UPPER")
      .In<float>({1, 1, 2, 2}, {1, 2, 3, 4})
      .Out<float>({1, 1, 2, 2}, {4, 4, 4, 4})
      .Check();
  OpTester("MaxPool", 8)
      .Attr("kernel_shape", two)
      .Attr("auto_pad", "SAME_LOWER")
      .In<float>({1, 1, 2, 2}, {1, 2, 3, 4})
      .Out<float>({1, 1, 2, 2}, {1, 2, 3, 4})
      .Check();
  OpTester("AveragePool", 7)
      .Attr("kernel_shape", two)
      .Attr("auto_pad", "VALID")
      .In<float>({1, 1, 2, 2}, {1, 2, 3, 4})
      .Out<float>({1, 1, 1, 1}, {2.5})
      .Check();
}

TEST(MaxPool, Indices) {
  const Attribute::Value two(Dims{2, 2});
  for (const int order : {0, 1}) {
    const std::vector<int64_t> where =
        order == 0 ? std::vector<int64_t>{4, 4, 9, 11} : std::vector<int64_t>{3, 3, 7, 11};
    OpTester("MaxPool", 8)
        .Attr("kernel_shape", two)
        .Attr("storage_order", order)
        .In<float>({1, 2, 2, 3}, {1, 5, 2, 3, 6, 2, 1, 1, 1, 7, 2, 3})
        .Out<float>({1, 2, 1, 2}, {6, 6, 7, 3})
        .Out<int64_t>({1, 2, 1, 2}, where)
        .Check();
  }
}

TEST(MaxPool, IntegersAndNaN) {
  const Attribute::Value two(Dims{2, 2});
  OpTester("MaxPool", 12)
      .Attr("kernel_shape", two)
      .In<int8_t>({1, 1, 2, 3}, {-128, -3, -5, -128, -128, -4})
      .Out<int8_t>({1, 1, 1, 2}, {-3, -3})
      .Check();
  OpTester("MaxPool", 12)
      .Attr("kernel_shape", two)
      .In<uint8_t>({1, 1, 2, 2}, {0, 200, 3, 255})
      .Out<uint8_t>({1, 1, 1, 1}, {255})
      .Check();
}

TEST(Pool, ZeroSizes) {
  const Attribute::Value two(Dims{2, 2});
  OpTester("MaxPool", 12)
      .Attr("kernel_shape", two)
      .In<float>({0, 3, 2, 2}, {})
      .Out<float>({0, 3, 1, 1}, {})
      .Check();
  OpTester("AveragePool", 11)
      .Attr("kernel_shape", two)
      .In<float>({2, 0, 2, 2}, {})
      .Out<float>({2, 0, 1, 1}, {})
      .Check();
}

TEST(Pool, Refuses) {
  const Attribute::Value two(Dims{2, 2});
  const Tensor x = Tensor::Allocate(DType::kFloat, {1, 1, 4, 4});
  OpTester("MaxPool", 12).In(x).Out(DType::kFloat).CheckFails(ORT_INVALID_GRAPH, "kernel_shape");
  OpTester("MaxPool", 12)
      .Attr("kernel_shape", Attribute::Value(Dims{2}))
      .In(x)
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "dimensions");
  OpTester("MaxPool", 12)
      .Attr("kernel_shape", Attribute::Value(Dims{5, 2}))
      .In(x)
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL, "larger than the padded input");
  OpTester("MaxPool", 12)
      .Attr("kernel_shape", two)
      .Attr("pads", Attribute::Value(Dims{2, 0, 0, 0}))
      .In(x)
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "pads");
  OpTester("GlobalMaxPool", 1)
      .In<float>({3}, {1, 2, 3})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace backplane::cpu
