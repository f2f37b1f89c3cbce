// Normalisations against their definitions in double.
#include <cmath>
#include <vector>

#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

using Doubles = std::vector<double>;

Doubles Values(int64_t n, int64_t stride = 7919) {
  Doubles x(n);
  for (int64_t i = 0; i < n; ++i) x[i] = static_cast<double>((i * stride) % 61) / 16 - 1.5;
  return x;
}

template <typename T>
std::vector<Literal<T>> As(const Doubles& values) {
  return {values.begin(), values.end()};
}

struct Statistics {
  double mean, variance;
};
Statistics Of(const Doubles& x, int64_t begin, int64_t n) {
  Statistics s{0, 0};
  for (int64_t i = 0; i < n; ++i) s.mean += x[begin + i] / static_cast<double>(n);
  for (int64_t i = 0; i < n; ++i)
    s.variance += std::pow(x[begin + i] - s.mean, 2) / static_cast<double>(n);
  return s;
}

template <typename T>
void CheckLayer(const Shape& shape, int axis) {
  const int64_t n = shape.Count(axis), rows = shape.Count(0, axis);
  const Doubles x = Values(n * rows), scale = Values(n, 31), bias = Values(n, 17);
  Doubles y(x.size()), rms(x.size()), means, factors;
  for (int64_t row = 0; row < rows; ++row) {
    const Statistics s = Of(x, row * n, n);
    means.push_back(s.mean);
    factors.push_back(1 / std::sqrt(s.variance + 1e-5));
    const double square = s.variance + s.mean * s.mean;
    for (int64_t i = 0; i < n; ++i) {
      y[row * n + i] = (x[row * n + i] - s.mean) * factors.back() * scale[i] + bias[i];
      rms[row * n + i] = x[row * n + i] / std::sqrt(square + 1e-5) * scale[i];
    }
  }
  Shape row_shape(std::span<const int64_t>(shape).subspan(axis));
  Shape statistics = shape;
  for (size_t i = axis; i < shape.rank(); ++i) statistics[i] = 1;
  SCOPED_TRACE(shape.ToString());
  const double tolerance = sizeof(T) == 2 ? 2e-2 : 2e-5;
  OpTester("LayerNormalization", 17)
      .Attr("axis", axis)
      .In<T>(shape, As<T>(x))
      .template In<T>(row_shape, As<T>(scale))
      .template In<T>(row_shape, As<T>(bias))
      .template Out<T>(shape, As<T>(y))
      .template Out<float>(statistics, As<float>(means))
      .template Out<float>(statistics, As<float>(factors))
      .Tolerance(tolerance, tolerance)
      .Check();
  OpTester("RMSNormalization", 23)
      .Attr("axis", axis)
      .In<T>(shape, As<T>(x))
      .template In<T>(row_shape, As<T>(scale))
      .template Out<T>(shape, As<T>(rms))
      .Tolerance(tolerance, tolerance)
      .Check();
}

TEST(LayerNormalization, EveryType) {
  for (const Shape& shape : {Shape{3, 7}, {2, 5, 64}, {4, 100}, {2, 9001}}) {
    CheckLayer<float>(shape, 1);
    CheckLayer<double>(shape, static_cast<int>(shape.rank()) - 1);
  }
  CheckLayer<Float16>({3, 40}, 1);
  CheckLayer<BFloat16>({3, 40}, 1);
}

TEST(LayerNormalization, ScaleOfOtherShapes) {
  OpTester("LayerNormalization", 17)
      .In<float>({2, 2}, {1, 3, 5, 9})
      .In<float>({1}, {2})
      .In<float>({2, 1}, {1, 10})
      .Out<float>({2, 2}, {-1, 3, 8, 12})
      .Tolerance(1e-4, 1e-4)
      .Check();
  OpTester("LayerNormalization", 17)
      .In<float>({1, 2}, {1, 3})
      .In<float>({3}, {2, 2, 2})
      .Out<float>({1, 2}, {0, 0})
      .CheckFails(ORT_FAIL);
  OpTester("SimplifiedLayerNormalization", 1)
      .In<float>({1, 2}, {3, 4})
      .In<float>({2}, {1, 2})
      .Out<float>({1, 2}, {0.8485281f, 2.2627417f})
      .Tolerance(1e-4, 1e-4)
      .Check();
}

template <typename T>
void CheckChannels(const Shape& shape, int64_t groups) {
  const int64_t batch = shape[0], channels = shape[1], inner = shape.Count(2),
                members = channels / groups;
  const Doubles x = Values(shape.ElementCount()), scale = Values(channels, 31),
                bias = Values(channels, 17);
  const Doubles mean = Values(channels, 13);
  Doubles variance = Values(channels, 11);
  for (double& v : variance) v = v * v + 0.5;
  Doubles grouped(x.size()), batched(x.size());
  for (int64_t i = 0; i < batch * channels; ++i) {
    const int64_t c = i % channels, group = i / members;
    const Statistics s = Of(x, group * members * inner, members * inner);
    for (int64_t j = i * inner; j < (i + 1) * inner; ++j) {
      grouped[j] = (x[j] - s.mean) / std::sqrt(s.variance + 1e-5) * scale[c] + bias[c];
      batched[j] = (x[j] - mean[c]) / std::sqrt(variance[c] + 1e-5) * scale[c] + bias[c];
    }
  }
  SCOPED_TRACE(shape.ToString());
  const double tolerance = sizeof(T) == 2 ? 3e-2 : 2e-5;
  const Shape c{channels};
  OpTester("GroupNormalization", 21)
      .Attr("num_groups", static_cast<int>(groups))
      .In<T>(shape, As<T>(x))
      .template In<T>(c, As<T>(scale))
      .template In<T>(c, As<T>(bias))
      .template Out<T>(shape, As<T>(grouped))
      .Tolerance(tolerance, tolerance)
      .Check();
  if (groups == channels) {
    OpTester("InstanceNormalization", 6)
        .In<T>(shape, As<T>(x))
        .template In<T>(c, As<T>(scale))
        .template In<T>(c, As<T>(bias))
        .template Out<T>(shape, As<T>(grouped))
        .Tolerance(tolerance, tolerance)
        .Check();
  }
  for (const bool constant : {false, true}) {
    OpTester test("BatchNormalization", 15);
    test.In<T>(shape, As<T>(x));
    for (const Doubles& values : {scale, bias, mean, variance}) {
      const Tensor tensor = MakeTensor<T>(c, As<T>(values));
      constant ? test.Const(tensor) : test.In(tensor);
    }
    test.Out<T>(shape, As<T>(batched)).Tolerance(tolerance, tolerance).Check();
  }
}

TEST(ChannelNormalization, EveryType) {
  for (const int64_t groups : {1, 2, 6}) {
    CheckChannels<float>({2, 6, 5, 7}, groups);
    CheckChannels<float>({1, 6, 70, 71}, groups);
    CheckChannels<float>({3, 6, 1}, groups);
    CheckChannels<double>({2, 6, 5}, groups);
    CheckChannels<Float16>({2, 6, 9}, groups);
  }
  CheckChannels<BFloat16>({2, 4, 9}, 4);
}

TEST(ChannelNormalization, BatchStatisticsInTraining) {
  OpTester("BatchNormalization", 15)
      .Attr("training_mode", 1)
      .Attr("momentum", Attribute::Value(0.75f))
      .In<float>({2, 1, 2}, {1, 3, 5, 7})
      .In<float>({1}, {2})
      .In<float>({1}, {1})
      .In<float>({1}, {8})
      .In<float>({1}, {1})
      .Out<float>({2, 1, 2}, {-1.6832795f, 0.1055735f, 1.8944265f, 3.6832795f})
      .Out<float>({1}, {7})
      .Out<float>({1}, {2})
      .Tolerance(1e-4, 1e-4)
      .Check();
}

TEST(ChannelNormalization, OlderVersionsAndErrors) {
  OpTester("GroupNormalization", 18)
      .Attr("num_groups", 1)
      .In<float>({1, 2, 1}, {1, 3})
      .In<float>({1}, {2})
      .In<float>({1}, {1})
      .Out<float>({1, 2, 1}, {-1, 3})
      .Tolerance(1e-4, 1e-4)
      .Check();
  OpTester("BatchNormalization", 7)
      .Attr("spatial", 0)
      .In<float>({1, 1, 2}, {1, 3})
      .In<float>({1, 2}, {2, 1})
      .In<float>({1, 2}, {0, 1})
      .In<float>({1, 2}, {1, 1})
      .In<float>({1, 2}, {1, 4})
      .Out<float>({1, 1, 2}, {0, 2})
      .Tolerance(1e-4, 1e-4)
      .Check();
  OpTester("BatchNormalization", 9)
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .In<float>({2}, {1, 1})
      .In<float>({3}, {0, 0, 0})
      .In<float>({3}, {0, 0, 0})
      .In<float>({3}, {1, 1, 1})
      .Out<float>({2, 3}, {0, 0, 0, 0, 0, 0})
      .CheckFails(ORT_INVALID_ARGUMENT, "scale");
  OpTester("GroupNormalization", 21)
      .Attr("num_groups", 2)
      .In<float>({1, 3, 1}, {1, 2, 3})
      .In<float>({3}, {1, 1, 1})
      .In<float>({3}, {0, 0, 0})
      .Out<float>({1, 3, 1}, {0, 0, 0})
      .CheckFails(ORT_INVALID_ARGUMENT, "groups");
}

TEST(LocalNormalization, Lrn) {
  for (const int size : {1, 2, 3, 5, 9}) {
    for (const float beta : {0.75f, 0.5f, 1.0f, 0.6f}) {
      const int64_t channels = 6, inner = 35;
      const Doubles x = Values(2 * channels * inner);
      Doubles y(x.size());
      for (int64_t i = 0; i < static_cast<int64_t>(x.size()); ++i) {
        const int64_t c = i / inner % channels;
        double sum = 0;
        const int64_t low = (size - 1) / 2, high = size / 2;
        for (int64_t k = std::max<int64_t>(0, c - low); k <= std::min(channels - 1, c + high);
             ++k) {
          sum += std::pow(x[i + (k - c) * inner], 2);
        }
        y[i] = x[i] / std::pow(1.5 + 0.2 / size * sum, beta);
      }
      OpTester("LRN", 13)
          .Attr("size", size)
          .Attr("alpha", Attribute::Value(0.2f))
          .Attr("beta", Attribute::Value(beta))
          .Attr("bias", Attribute::Value(1.5f))
          .In<float>({2, channels, 5, 7}, As<float>(x))
          .Out<float>({2, channels, 5, 7}, As<float>(y))
          .Tolerance(1e-5, 1e-5)
          .Check();
    }
  }
  OpTester("LRN", 1)
      .In<float>({1, 1}, {1})
      .Out<float>({1, 1}, {0})
      .CheckFails(ORT_INVALID_ARGUMENT, "size");
}

TEST(LocalNormalization, Lp) {
  OpTester("LpNormalization", 1)
      .In<float>({2, 2}, {3, 4, 0, 0})
      .Out<float>({2, 2}, {0.6f, 0.8f, 0, 0})
      .Check();
  OpTester("LpNormalization", 22)
      .Attr("p", 1)
      .Attr("axis", 0)
      .In<double>({2, 2}, {3, 4, -1, 0})
      .Out<double>({2, 2}, {0.75, 1, -0.25, 0})
      .Check();
  OpTester("LpNormalization", 1)
      .Attr("p", 3)
      .In<float>({1}, {1})
      .Out<float>({1}, {1})
      .CheckFails(ORT_INVALID_ARGUMENT, "p ");
}

TEST(LocalNormalization, MeanVariance) {
  const Doubles x = Values(2 * 3 * 4 * 5);
  Doubles y(x.size());
  for (int64_t c = 0; c < 3; ++c) {
    Doubles channel;
    for (int64_t i = 0; i < 120; ++i)
      if (i / 20 % 3 == c) channel.push_back(x[i]);
    const Statistics s = Of(channel, 0, static_cast<int64_t>(channel.size()));
    for (int64_t i = 0; i < 120; ++i)
      if (i / 20 % 3 == c) y[i] = (x[i] - s.mean) / std::sqrt(s.variance);
  }
  OpTester("MeanVarianceNormalization", 13)
      .In<float>({2, 3, 4, 5}, As<float>(x))
      .Out<float>({2, 3, 4, 5}, As<float>(y))
      .Tolerance(1e-5, 1e-5)
      .Check();
  OpTester("MeanVarianceNormalization", 9)
      .Attr("axes", std::vector<int64_t>{-1})
      .In<float>({1, 2}, {1, 3})
      .Out<float>({1, 2}, {-1, 1})
      .Check();
}

}  // namespace
}  // namespace backplane::cpu
