// Conv in both layouts against plain loops in double.
#include <random>

#include "cpu/ops/conv_window.h"
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

using Dims = std::vector<int64_t>;

struct Problem {
  Dims in;  ///< spatial
  Dims kernel;
  int64_t channels = 1;
  int64_t outputs = 1;
  Dims stride = {};
  Dims dilation = {};
  Dims pads = {};
  int64_t groups = 1;
  int64_t batch = 1;
  std::string auto_pad = {};
  std::string activation = {};
  bool bias = true;
};

// The sizes as the operator's specification has them, three-dimensional.
struct Geometry {
  Dims3 in{1, 1, 1}, kernel{1, 1, 1}, stride{1, 1, 1}, dilation{1, 1, 1}, pad{0, 0, 0},
      out{1, 1, 1};
};

Geometry Resolve(const Problem& q) {
  Geometry g;
  const size_t rank = q.in.size();
  for (size_t i = 0; i < rank; ++i) {
    const size_t at = 3 - rank + i;
    g.in[at] = q.in[i];
    g.kernel[at] = q.kernel[i];
    if (!q.stride.empty()) g.stride[at] = q.stride[i];
    if (!q.dilation.empty()) g.dilation[at] = q.dilation[i];
    const int64_t reach = (g.kernel[at] - 1) * g.dilation[at] + 1;
    int64_t total = 0;
    if (q.auto_pad.starts_with("SAME")) {
      g.out[at] = (g.in[at] + g.stride[at] - 1) / g.stride[at];
      total = std::max<int64_t>(0, (g.out[at] - 1) * g.stride[at] + reach - g.in[at]);
      g.pad[at] = q.auto_pad == "SAME_UPPER" ? total / 2 : (total + 1) / 2;
    } else {
      if (!q.pads.empty()) {
        g.pad[at] = q.pads[i];
        total = q.pads[i] + q.pads[rank + i];
      }
      g.out[at] = (g.in[at] + total - reach) / g.stride[at] + 1;
    }
  }
  return g;
}

// Index into [batch, channels, spatial...] or [batch, spatial..., channels].
int64_t At(bool last, const Dims3& size, int64_t channels, int64_t n, int64_t c, int64_t d,
           int64_t h, int64_t w) {
  const int64_t pixel = (d * size[1] + h) * size[2] + w;
  const int64_t pixels = size[0] * size[1] * size[2];
  return last ? (n * pixels + pixel) * channels + c : (n * channels + c) * pixels + pixel;
}

struct Data {
  std::vector<float> x, w, bias, z;
};

std::vector<float> Reference(const Problem& q, const Geometry& g, const Data& data, bool last,
                             bool residual) {
  const int64_t group_channels = q.channels / q.groups, group_outputs = q.outputs / q.groups;
  std::vector<float> y(static_cast<size_t>(q.batch * q.outputs * g.out[0] * g.out[1] * g.out[2]));
  for (int64_t n = 0; n < q.batch; ++n) {
    for (int64_t o = 0; o < q.outputs; ++o) {
      for (int64_t od = 0; od < g.out[0]; ++od) {
        for (int64_t oh = 0; oh < g.out[1]; ++oh) {
          for (int64_t ow = 0; ow < g.out[2]; ++ow) {
            double sum = q.bias ? data.bias[static_cast<size_t>(o)] : 0;
            for (int64_t c = 0; c < group_channels; ++c) {
              for (int64_t kd = 0; kd < g.kernel[0]; ++kd) {
                for (int64_t kh = 0; kh < g.kernel[1]; ++kh) {
                  for (int64_t kw = 0; kw < g.kernel[2]; ++kw) {
                    const int64_t d = od * g.stride[0] - g.pad[0] + kd * g.dilation[0];
                    const int64_t h = oh * g.stride[1] - g.pad[1] + kh * g.dilation[1];
                    const int64_t w = ow * g.stride[2] - g.pad[2] + kw * g.dilation[2];
                    if (d < 0 || h < 0 || w < 0 || d >= g.in[0] || h >= g.in[1] || w >= g.in[2])
                      continue;
                    const int64_t channel = o / group_outputs * group_channels + c;
                    const int64_t tap = (kd * g.kernel[1] + kh) * g.kernel[2] + kw;
                    sum += double{data.x[static_cast<size_t>(
                               At(last, g.in, q.channels, n, channel, d, h, w))]} *
                           data.w[static_cast<size_t>((o * group_channels + c) * g.kernel[0] *
                                                          g.kernel[1] * g.kernel[2] +
                                                      tap)];
                  }
                }
              }
            }
            const auto at = static_cast<size_t>(At(last, g.out, q.outputs, n, o, od, oh, ow));
            if (residual) sum += data.z[at];
            if (q.activation == "Relu") sum = std::max(sum, 0.0);
            if (q.activation == "Silu") sum = sum / (1 + std::exp(-sum));
            y[at] = static_cast<float>(sum);
          }
        }
      }
    }
  }
  return y;
}

Shape ShapeOf(bool last, int64_t batch, int64_t channels, const Dims3& size, size_t rank) {
  Shape shape{batch};
  if (!last) shape.PushBack(channels);
  for (size_t i = 3 - rank; i < 3; ++i) shape.PushBack(size[i]);
  if (last) shape.PushBack(channels);
  return shape;
}

/// Weights that packing may read only piece by piece.
class DeferredCopy final : public DeferredElements {
 public:
  explicit DeferredCopy(std::vector<float> values) : values_(std::move(values)) {}
  void Compute(int64_t begin, int64_t end, void* to) const override {
    std::copy(values_.begin() + begin, values_.begin() + end, static_cast<float*>(to));
  }

 private:
  const std::vector<float> values_;
};

void Check(const Problem& q) {
  SCOPED_TRACE(Format(
      "in {}, kernel {}, {} -> {} channels, strides {}, dilations {}, pads {}{}, groups {}",
      ShapeToString(q.in), ShapeToString(q.kernel), q.channels, q.outputs, ShapeToString(q.stride),
      ShapeToString(q.dilation), ShapeToString(q.pads), q.auto_pad, q.groups));
  const Geometry g = Resolve(q);
  const size_t rank = q.in.size();
  const int64_t taps = g.kernel[0] * g.kernel[1] * g.kernel[2];
  const int64_t out_count = q.batch * q.outputs * g.out[0] * g.out[1] * g.out[2];
  const Data data{Random(q.batch * q.channels * g.in[0] * g.in[1] * g.in[2], 1),
                  Random(q.outputs * q.channels / q.groups * taps, 2), Random(q.outputs, 3),
                  Random(out_count, 4)};
  Shape w_shape{q.outputs, q.channels / q.groups};
  for (const int64_t k : q.kernel) w_shape.PushBack(k);
  for (const bool last : {false, true}) {
    for (const int threads : {1, 2}) {
      const bool residual = last && threads == 1;
      Problem p = q;
      if (!last) p.activation.clear();
      OpTester tester("Conv", last ? 1 : 11, last ? kPrivateDomain : "");
      tester.Attr("kernel_shape", Attribute::Value(q.kernel))
          .Attr("group", static_cast<int>(q.groups))
          .Threads(threads);
      if (!q.stride.empty()) tester.Attr("strides", Attribute::Value(q.stride));
      if (!q.dilation.empty()) tester.Attr("dilations", Attribute::Value(q.dilation));
      if (!q.pads.empty()) tester.Attr("pads", Attribute::Value(q.pads));
      if (!q.auto_pad.empty()) tester.Attr("auto_pad", q.auto_pad.c_str());
      if (!p.activation.empty()) tester.Attr("activation", p.activation.c_str());
      tester.In<float>(ShapeOf(last, q.batch, q.channels, g.in, rank), data.x);
      if (threads == 2) {
        tester.In<float>(w_shape, data.w);
      } else if (last) {
        tester.Const(
            Tensor::Deferred(DType::kFloat, w_shape, std::make_shared<DeferredCopy>(data.w)));
      } else {
        tester.Const<float>(w_shape, data.w);
      }
      q.bias ? tester.In<float>({q.outputs}, data.bias) : tester.Absent();
      const Shape y_shape = ShapeOf(last, q.batch, q.outputs, g.out, rank);
      if (residual) tester.In<float>(y_shape, data.z);
      tester.Tolerance(2e-5, 1e-5)
          .Out<float>(y_shape, Reference(p, g, data, last, residual))
          .Check();
    }
  }
}

TEST(Conv, Pointwise) {
  Check({.in = {5, 7}, .kernel = {1, 1}, .channels = 3, .outputs = 5});
  Check({.in = {9, 11},
         .kernel = {1, 1},
         .channels = 40,
         .outputs = 33,
         .batch = 2,
         .activation = "Relu"});
  Check({.in = {9, 11}, .kernel = {1, 1}, .channels = 16, .outputs = 32, .stride = {2, 2}});
  Check(
      {.in = {9, 11}, .kernel = {1, 1}, .channels = 8, .outputs = 12, .groups = 4, .bias = false});
  Check({.in = {1, 1}, .kernel = {1, 1}, .channels = 8, .outputs = 12, .activation = "Silu"});
  Check({.in = {4, 5}, .kernel = {1, 1}, .channels = 8, .outputs = 12, .pads = {1, 1, 1, 1}});
}

TEST(Conv, Implicit) {
  Check({.in = {8, 9},
         .kernel = {3, 3},
         .channels = 16,
         .outputs = 32,
         .pads = {1, 1, 1, 1},
         .activation = "Relu"});
  Check({.in = {8, 9},
         .kernel = {3, 3},
         .channels = 17,
         .outputs = 35,
         .stride = {2, 1},
         .pads = {0, 1, 2, 1},
         .batch = 3,
         .activation = "Silu"});
  Check({.in = {12, 13},
         .kernel = {3, 2},
         .channels = 9,
         .outputs = 70,
         .stride = {1, 3},
         .dilation = {2, 3}});
  Check({.in = {6, 6}, .kernel = {5, 5}, .channels = 20, .outputs = 20, .auto_pad = "SAME_UPPER"});
  Check({.in = {7, 6},
         .kernel = {4, 2},
         .channels = 20,
         .outputs = 20,
         .stride = {2, 2},
         .auto_pad = "SAME_LOWER"});
  Check({.in = {7, 6}, .kernel = {3, 3}, .channels = 20, .outputs = 20, .auto_pad = "VALID"});
  Check({.in = {2, 2}, .kernel = {3, 3}, .channels = 10, .outputs = 4, .pads = {3, 3, 3, 3}});
  Check({.in = {10, 10},
         .kernel = {9, 9},
         .channels = 12,
         .outputs = 20,
         .pads = {4, 4, 4, 4}});  // 81 taps
}

TEST(Conv, FewChannels) {
  for (const int64_t channels : {1, 2, 3, 4, 8}) {
    Check({.in = {17, 19},
           .kernel = {3, 3},
           .channels = channels,
           .outputs = 16,
           .stride = {2, 2},
           .pads = {1, 1, 1, 1},
           .activation = "Relu"});
    Check({.in = {12, 11},
           .kernel = {7, 7},
           .channels = channels,
           .outputs = 40,
           .stride = {2, 2},
           .pads = {3, 3, 3, 3}});
  }
  Check({.in = {15, 15},
         .kernel = {11, 11},
         .channels = 3,
         .outputs = 20,
         .stride = {4, 4},
         .pads = {2, 2, 2, 2}});
  Check({.in = {9, 9},
         .kernel = {3, 3},
         .channels = 3,
         .outputs = 8,
         .dilation = {2, 2},
         .pads = {2, 2, 2, 2}});
  Check({.in = {1, 1}, .kernel = {3, 3}, .channels = 3, .outputs = 8, .pads = {2, 2, 2, 2}});
}

// Rows wide enough for tiles without a border: whole kernel rows at one distance, or with the rows
// of the kernel that lie above or below the image left out.
TEST(Conv, WideRows) {
  for (const int64_t channels : {3, 16, 19}) {
    for (const int64_t outputs : {5, 16, 33}) {
      Check({.in = {4, 47},
             .kernel = {3, 3},
             .channels = channels,
             .outputs = outputs,
             .pads = {1, 1, 1, 1},
             .activation = "Relu"});
    }
  }
  Check({.in = {3, 61},
         .kernel = {5, 4},
         .channels = 6,
         .outputs = 20,
         .stride = {1, 2},
         .pads = {2, 1, 2, 2},
         .activation = "Silu"});
  Check({.in = {9, 40},
         .kernel = {3, 1},
         .channels = 24,
         .outputs = 10,
         .dilation = {4, 1},
         .pads = {2, 0, 2, 0},
         .batch = 2});
}

TEST(Conv, Groups) {
  Check({.in = {9, 8},
         .kernel = {3, 3},
         .channels = 32,
         .outputs = 32,
         .pads = {1, 1, 1, 1},
         .groups = 8});
  Check({.in = {9, 8},
         .kernel = {3, 3},
         .channels = 6,
         .outputs = 12,
         .pads = {1, 1, 1, 1},
         .groups = 2,
         .batch = 2,
         .activation = "Silu"});
  Check({.in = {9, 8}, .kernel = {3, 3}, .channels = 5, .outputs = 15, .groups = 5});
}

TEST(Conv, Depthwise) {
  for (const int64_t channels : {2, 4, 7, 16, 24, 35, 48}) {
    for (const int64_t k : {3, 5, 7}) {
      for (const int64_t s : {1, 2}) {
        Check({.in = {13, 21},
               .kernel = {k, k},
               .channels = channels,
               .outputs = channels,
               .stride = {s, s},
               .pads = {k / 2, k / 2, k / 2, k / 2},
               .groups = channels,
               .activation = s == 1 ? "Relu" : "Silu"});
      }
    }
  }
  Check({.in = {20, 30},
         .kernel = {3, 3},
         .channels = 20,
         .outputs = 20,
         .stride = {3, 3},
         .groups = 20,
         .batch = 2});
  Check({.in = {9, 30},
         .kernel = {3, 3},
         .channels = 20,
         .outputs = 20,
         .dilation = {2, 4},
         .pads = {2, 5, 1, 3},
         .groups = 20,
         .bias = false});
  Check({.in = {2, 3},
         .kernel = {5, 5},
         .channels = 20,
         .outputs = 20,
         .pads = {4, 4, 4, 4},
         .groups = 20});
  Check({.in = {3, 4},
         .kernel = {3, 2},
         .channels = 20,
         .outputs = 20,
         .stride = {1, 2},
         .pads = {0, 5, 0, 5},
         .groups = 20});
  Check({.in = {6, 25},
         .kernel = {1, 9},
         .channels = 18,
         .outputs = 18,
         .pads = {0, 4, 0, 4},
         .groups = 18});
}

TEST(Conv, OneAndThreeDimensions) {
  Check({.in = {40}, .kernel = {3}, .channels = 20, .outputs = 33, .stride = {2}, .pads = {1, 1}});
  Check({.in = {40}, .kernel = {25}, .channels = 1, .outputs = 33, .stride = {5}, .batch = 2});
  Check({.in = {40}, .kernel = {5}, .channels = 20, .outputs = 20, .pads = {4, 0}, .groups = 20});
  Check({.in = {40}, .kernel = {1}, .channels = 20, .outputs = 20});
  Check({.in = {5, 6, 7},
         .kernel = {3, 3, 3},
         .channels = 10,
         .outputs = 20,
         .pads = {1, 1, 1, 1, 1, 1}});
  Check({.in = {5, 6, 7},
         .kernel = {5, 4, 4},
         .channels = 3,
         .outputs = 20,
         .stride = {1, 2, 2},
         .pads = {2, 2, 2, 2, 2, 2}});
  Check({.in = {5, 6, 7},
         .kernel = {3, 2, 3},
         .channels = 12,
         .outputs = 12,
         .stride = {2, 1, 1},
         .dilation = {1, 2, 1},
         .pads = {1, 1, 1, 1, 1, 1},
         .groups = 12});
}

TEST(Conv, LargeEnoughForManyTasks) {
  Check({.in = {28, 28},
         .kernel = {3, 3},
         .channels = 64,
         .outputs = 64,
         .pads = {1, 1, 1, 1},
         .activation = "Relu"});
  Check({.in = {7, 7}, .kernel = {3, 3}, .channels = 64, .outputs = 200, .pads = {1, 1, 1, 1}});
}

// Pixels that would push each other out of the cache are copied: strided 1x1, and 3x3 in groups.
TEST(Conv, PixelsAtUnfortunateDistances) {
  Check({.in = {7, 9}, .kernel = {1, 1}, .channels = 512, .outputs = 20, .stride = {2, 2}});
  Check({.in = {7, 8},
         .kernel = {3, 3},
         .channels = 512,
         .outputs = 32,
         .stride = {2, 2},
         .pads = {1, 1, 1, 1},
         .groups = 8,
         .activation = "Relu"});
  Check({.in = {2, 4, 5},
         .kernel = {1, 2, 2},
         .channels = 1024,
         .outputs = 8,
         .stride = {1, 2, 1},
         .groups = 4});
  Check(
      {.in = {3, 4, 5}, .kernel = {1, 1, 1}, .channels = 1024, .outputs = 16, .stride = {2, 3, 1}});
}

// Winograd's way against the direct one, both with residual and activation.
TEST(Conv, Winograd) {
  struct Case {
    int64_t batch, height, width, channels, outputs, pad;
    ActivationKind activation;
  };
  for (const int threads : {1, 2}) {
    ThreadPool pool(ThreadPoolOptions{.threads = threads, .affinities = {}});
    for (const Case& c : std::vector<Case>{{1, 4, 4, 32, 32, 1, ActivationKind::kNone},
                                           {3, 9, 11, 48, 32, 1, ActivationKind::kRelu},
                                           {1, 8, 7, 32, 80, 0, ActivationKind::kSilu},
                                           {2, 1, 2, 32, 32, 2, ActivationKind::kNone},
                                           {1, 30, 41, 64, 64, 1, ActivationKind::kRelu},
                                           {1, 8, 8, 256, 256, 1, ActivationKind::kNone}}) {
      SCOPED_TRACE(Format("{}x{}, {} -> {} channels, threads {}", c.height, c.width, c.channels,
                          c.outputs, threads));
      Window w;
      w.batch = c.batch;
      w.channels = c.channels;
      w.in = {1, c.height, c.width};
      w.kernel = {1, 3, 3};
      w.pad = {0, c.pad, c.pad};
      w.out = {1, c.height + 2 * c.pad - 2, c.width + 2 * c.pad - 2};
      const int64_t count = w.Pixels() * c.outputs;
      const auto x = Random(c.batch * c.height * c.width * c.channels, 1),
                 bias = Random(c.outputs, 3);
      const Tensor weights = Tensor::Of<float>(Random(c.outputs * c.channels * 9, 2));
      const auto z = Random(count, 4);
      Epilogue e;
      e.bias = bias.data();
      e.residual = z.data();
      e.residual_stride = c.outputs;
      e.activation.kind = c.activation;
      const auto run = [&](Winograd winograd) {
        const PackedConv conv(weights, c.outputs, c.channels, 1, w, winograd, pool);
        std::vector<float> y(static_cast<size_t>(count), -99.0f);
        const auto scratch = Buffer::Allocate(conv.ScratchBytes(w, pool));
        conv.Run(w, x.data(), y.data(), e, scratch->data(), pool);
        return y;
      };
      const auto direct = run(Winograd::kNone);
      const auto worst = [&](const std::vector<float>& y) {
        float most = 0;
        for (size_t i = 0; i < y.size(); ++i) most = std::max(most, std::abs(y[i] - direct[i]));
        return most / static_cast<float>(c.channels);
      };
      EXPECT_LT(worst(run(Winograd::kSmallTiles)), 1e-6f);
      EXPECT_LT(worst(run(Winograd::kLargeTiles)), 1e-5f);
    }
  }
}

TEST(Conv, ZeroSizes) {
  OpTester("Conv", 11)
      .In<float>({0, 2, 3, 3}, {})
      .Const<float>({1, 2, 1, 1}, {1, 1})
      .Out<float>({0, 1, 3, 3}, {})
      .Check();
  OpTester("Conv", 11)
      .In<float>({1, 0, 1, 2}, {})
      .Const<float>({2, 0, 1, 1}, {})
      .In<float>({2}, {1, 2})
      .Out<float>({1, 2, 1, 2}, {1, 1, 2, 2})
      .Check();
  OpTester("Conv", 11)
      .In<float>({1, 1, 1, 2}, {1, 2})
      .Const<float>({0, 1, 1, 1}, {})
      .Out<float>({1, 0, 1, 2}, {})
      .Check();
}

TEST(Conv, Refuses) {
  const auto x = [](Shape shape) { return Tensor::Allocate(DType::kFloat, std::move(shape)); };
  const auto conv = [&](Shape x_shape, Shape w_shape) {
    OpTester tester("Conv", 11);
    tester.In(x(std::move(x_shape))).Const(x(std::move(w_shape))).Out(DType::kFloat);
    return tester;
  };
  conv({1, 3, 4, 4}, {2, 2, 3, 3}).CheckFails(ORT_FAIL, "channels");
  conv({1, 2, 2, 2}, {2, 2, 3, 3}).CheckFails(ORT_FAIL, "larger than the padded input");
  conv({1, 2, 4}, {2, 2, 3, 3}).CheckFails(ORT_INVALID_ARGUMENT, "dimensions");
  conv({1, 2}, {2, 2}).CheckFails(ORT_INVALID_ARGUMENT, "at least 3");
  conv({1, 2, 4, 4}, {3, 1, 3, 3}).Attr("group", 2).CheckFails(ORT_INVALID_ARGUMENT, "groups");
  conv({1, 2, 4, 4}, {2, 2, 3, 3}).Attr("group", 0).CheckFails(ORT_INVALID_ARGUMENT, "group");
  conv({1, 2, 4, 4}, {2, 2, 3, 3})
      .Attr("strides", Attribute::Value(Dims{1, 0}))
      .CheckFails(ORT_INVALID_ARGUMENT, "strides");
  conv({1, 2, 4, 4}, {2, 2, 3, 3})
      .Attr("dilations", Attribute::Value(Dims{1}))
      .CheckFails(ORT_INVALID_ARGUMENT, "dilations");
  conv({1, 2, 4, 4}, {2, 2, 3, 3})
      .Attr("pads", Attribute::Value(Dims{1, 1, 1, -1}))
      .CheckFails(ORT_INVALID_ARGUMENT, "pads");
  conv({1, 2, 4, 4}, {2, 2, 3, 3})
      .Attr("kernel_shape", Attribute::Value(Dims{3, 4}))
      .CheckFails(ORT_INVALID_ARGUMENT, "kernel_shape");
  conv({1, 2, 4, 4}, {2, 2, 3, 3})
      .Attr("dilations", Attribute::Value(Dims{1, INT64_MAX}))
      .CheckFails(ORT_INVALID_ARGUMENT, "dilations");
  conv({1, 2, 4, 4}, {2, 2, 3, 3})
      .Attr("pads", Attribute::Value(Dims{INT64_MAX, 1, INT64_MAX, 1}))
      .CheckFails(ORT_INVALID_ARGUMENT, "pads");
  conv({1, 2, 4, 4}, {2, 2, 3, 3})
      .Attr("auto_pad", "SOMEHOW")
      .CheckFails(ORT_INVALID_GRAPH, "auto_pad");
  OpTester("Conv", 11)
      .In(x({1, 1, 4, 4}))
      .Const(x({2, 1, 3, 3}))
      .In(x({3}))
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "bias");
}

}  // namespace
}  // namespace backplane::cpu
