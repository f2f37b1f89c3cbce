// ConvTranspose against plain loops that scatter each input pixel.
#include <random>

#include "cpu/kernels/conv.h"
#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

using Dims = std::vector<int64_t>;

struct Problem {
  Dims in;  ///< two spatial sizes
  Dims kernel;
  int64_t channels;
  int64_t group_outputs;
  Dims stride = {1, 1};
  Dims pads = {0, 0, 0, 0};
  Dims dilation = {1, 1};
  Dims output_padding = {0, 0};
  int64_t groups = 1;
  int64_t batch = 1;
};

void Check(const Problem& q) {
  SCOPED_TRACE(Format("in {}, kernel {}, strides {}, pads {}, dilations {}, groups {}",
                      ShapeToString(q.in), ShapeToString(q.kernel), ShapeToString(q.stride),
                      ShapeToString(q.pads), ShapeToString(q.dilation), q.groups));
  std::minstd_rand engine(3);
  const auto random = [&](int64_t count) {
    std::vector<float> values;
    for (int64_t i = 0; i < count; ++i)
      values.push_back(static_cast<float>(engine() % 2001) / 1000 - 1);
    return values;
  };
  Dims out;
  for (size_t i = 0; i < 2; ++i) {
    out.push_back((q.in[i] - 1) * q.stride[i] + (q.kernel[i] - 1) * q.dilation[i] + 1 +
                  q.output_padding[i] - q.pads[i] - q.pads[i + 2]);
  }
  const int64_t outputs = q.group_outputs * q.groups, group_channels = q.channels / q.groups;
  const auto x = random(q.batch * q.channels * q.in[0] * q.in[1]);
  const auto w = random(q.channels * q.group_outputs * q.kernel[0] * q.kernel[1]);
  const auto bias = random(outputs);
  std::vector<float> y(static_cast<size_t>(q.batch * outputs * out[0] * out[1]));
  for (size_t i = 0; i < y.size(); ++i)
    y[i] = bias[i / static_cast<size_t>(out[0] * out[1]) % static_cast<size_t>(outputs)];
  for (int64_t n = 0; n < q.batch; ++n) {
    for (int64_t c = 0; c < q.channels; ++c) {
      for (int64_t o = 0; o < q.group_outputs; ++o) {
        const int64_t output = c / group_channels * q.group_outputs + o;
        for (int64_t h = 0; h < q.in[0]; ++h) {
          for (int64_t v = 0; v < q.in[1]; ++v) {
            for (int64_t kh = 0; kh < q.kernel[0]; ++kh) {
              for (int64_t kw = 0; kw < q.kernel[1]; ++kw) {
                const int64_t oh = h * q.stride[0] - q.pads[0] + kh * q.dilation[0];
                const int64_t ow = v * q.stride[1] - q.pads[1] + kw * q.dilation[1];
                if (oh < 0 || ow < 0 || oh >= out[0] || ow >= out[1]) continue;
                y[static_cast<size_t>(((n * outputs + output) * out[0] + oh) * out[1] + ow)] +=
                    x[static_cast<size_t>(((n * q.channels + c) * q.in[0] + h) * q.in[1] + v)] *
                    w[static_cast<size_t>(
                        ((c * q.group_outputs + o) * q.kernel[0] + kh) * q.kernel[1] + kw)];
              }
            }
          }
        }
      }
    }
  }
  const auto last = [](const std::vector<float>& from, int64_t batch, int64_t channels) {
    std::vector<float> to(from.size());
    const int64_t pixels = static_cast<int64_t>(from.size()) / batch / channels;
    for (int64_t i = 0; i < static_cast<int64_t>(from.size()); ++i) {
      const int64_t n = i / (channels * pixels), c = i / pixels % channels, p = i % pixels;
      to[static_cast<size_t>((n * pixels + p) * channels + c)] = from[static_cast<size_t>(i)];
    }
    return to;
  };
  for (const int form : {0, 1, 2}) {
    const bool constant = form > 0, is_private = form > 1;
    OpTester tester("ConvTranspose", is_private ? 1 : 11, is_private ? kPrivateDomain : "");
    tester.Attr("strides", Attribute::Value(q.stride)).Attr("pads", Attribute::Value(q.pads));
    tester.Attr("dilations", Attribute::Value(q.dilation))
        .Attr("group", static_cast<int>(q.groups));
    tester.Attr("output_padding", Attribute::Value(q.output_padding)).Tolerance(2e-5, 1e-5);
    if (is_private) {
      tester.In<float>({q.batch, q.in[0], q.in[1], q.channels}, last(x, q.batch, q.channels));
    } else {
      tester.In<float>({q.batch, q.channels, q.in[0], q.in[1]}, x);
    }
    const Shape w_shape{q.channels, q.group_outputs, q.kernel[0], q.kernel[1]};
    constant ? tester.Const<float>(w_shape, w) : tester.In<float>(w_shape, w);
    tester.In<float>({outputs}, bias);
    if (is_private) {
      std::vector<float> expected = last(y, q.batch, outputs);
      for (float& v : expected) v = std::max(v, 0.0f);
      tester.Attr("activation", std::string("Relu"))
          .Out<float>({q.batch, out[0], out[1], outputs}, expected)
          .Check();
    } else {
      tester.Out<float>({q.batch, outputs, out[0], out[1]}, y).Check();
    }
  }
}

TEST(ConvTranspose, AgainstReference) {
  Check({.in = {5, 6}, .kernel = {2, 2}, .channels = 12, .group_outputs = 7, .stride = {2, 2}});
  Check({.in = {3, 33},
         .kernel = {3, 2},
         .channels = 5,
         .group_outputs = 19,
         .stride = {3, 2},
         .batch = 2});
  Check({.in = {5, 6}, .kernel = {3, 3}, .channels = 3, .group_outputs = 5, .batch = 2});
  Check({.in = {4, 7},
         .kernel = {4, 3},
         .channels = 8,
         .group_outputs = 17,
         .stride = {2, 3},
         .pads = {1, 0, 1, 2},
         .output_padding = {1, 2}});
  Check({.in = {6, 5},
         .kernel = {3, 2},
         .channels = 6,
         .group_outputs = 2,
         .stride = {1, 2},
         .pads = {1, 1, 0, 0},
         .dilation = {2, 3},
         .groups = 3});
  Check({.in = {6, 5},
         .kernel = {4, 4},
         .channels = 6,
         .group_outputs = 1,
         .stride = {2, 2},
         .pads = {1, 1, 1, 1},
         .groups = 6});
}

TEST(ConvTranspose, ShapesGivenInOtherWays) {
  // One input pixel and one tap: the output is where it lands.
  const auto tester = [] { return OpTester("ConvTranspose", 11); };
  auto a = tester();
  a.Attr("output_shape", Attribute::Value(Dims{5}))
      .Attr("strides", Attribute::Value(Dims{2}))
      .In<float>({1, 1, 2}, {1, 2})
      .Const<float>({1, 1, 3}, {1, 1, 1})
      .Out<float>({1, 1, 5}, {1, 1, 3, 2, 2})
      .Check();
  auto b = tester();
  b.Attr("auto_pad", "SAME_UPPER")
      .Attr("strides", Attribute::Value(Dims{2}))
      .In<float>({1, 1, 2}, {1, 2})
      .Const<float>({1, 1, 3}, {1, 1, 1})
      .Out<float>({1, 1, 4}, {1, 1, 3, 2})
      .Check();
  auto c = tester();
  c.Attr("auto_pad", "SAME_LOWER")
      .Attr("strides", Attribute::Value(Dims{2}))
      .In<float>({1, 1, 2}, {1, 2})
      .Const<float>({1, 1, 3}, {1, 1, 1})
      .Out<float>({1, 1, 4}, {1, 3, 2, 2})
      .Check();
  auto d = tester();
  d.In<float>({0, 1, 2}, {}).Const<float>({1, 1, 3}, {1, 1, 1}).Out<float>({0, 1, 4}, {}).Check();
}

TEST(ConvTranspose, Refuses) {
  OpTester("ConvTranspose", 11)
      .In<float>({1, 2, 1}, {1, 2})
      .Const<float>({1, 1, 1}, {1})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "channels");
  OpTester("ConvTranspose", 11)
      .Attr("output_padding", Attribute::Value(Dims{-1}))
      .In<float>({1, 1, 1}, {1})
      .Const<float>({1, 1, 1}, {1})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "output_padding");
}

}  // namespace
}  // namespace backplane::cpu
