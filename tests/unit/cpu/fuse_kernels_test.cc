// The kernels of private operators that are neither products nor pools, against plain loops.
#include <algorithm>
#include <cmath>

#include "cpu/kernel_registry.h"
#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

std::vector<float> Ramp(int64_t n, float step) {
  std::vector<float> values;
  for (int64_t i = 0; i < n; ++i) values.push_back(step * static_cast<float>((i * 7) % 23 - 11));
  return values;
}

TEST(ChannelAffineTest, ScalesShiftsAndClamps) {
  for (const int64_t channels : {1, 3, 16, 37}) {
    const Shape shape{2, 3, channels};
    const std::vector<float> x = Ramp(6 * channels, 0.5f);
    const std::vector<float> scale = Ramp(channels, 0.25f);
    const std::vector<float> shift = Ramp(channels, -1.0f);
    for (const char* activation : {"", "Relu", "Sigmoid"}) {
      std::vector<float> y;
      for (size_t i = 0; i < x.size(); ++i) {
        const size_t c = i % static_cast<size_t>(channels);
        float v = x[i] * scale[c] + shift[c];
        if (std::string(activation) == "Relu") v = std::max(v, 0.0f);
        if (std::string(activation) == "Sigmoid") v = 1 / (1 + std::exp(-v));
        y.push_back(v);
      }
      OpTester("ChannelAffine", 1, kPrivateDomain)
          .In<float>(shape, x)
          .Const<float>({channels}, scale)
          .Const<float>({channels}, shift)
          .Attr("activation", activation)
          .Tolerance(1e-5, 1e-5)
          .Out<float>(shape, y)
          .Check();
    }
  }
}

TEST(ChannelAffineTest, AnotherNumberOfChannelsIsAnError) {
  OpTester("ChannelAffine", 1, kPrivateDomain)
      .In<float>({1, 2}, {1, 2})
      .Const<float>({3}, {1, 2, 3})
      .Const<float>({3}, {1, 2, 3})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "3 channels");
}

TEST(PrivateLrnTest, AgreesWithTheDefinition) {
  for (const int64_t channels : {1, 4, 19, 64}) {
    for (const int64_t size : {1, 4, 5, 200}) {
      for (const float beta : {0.75f, 0.5f}) {
        const Shape shape{1, 2, 2, channels};
        const std::vector<float> x = Ramp(4 * channels, 0.5f);
        std::vector<float> y;
        for (int64_t i = 0; i < 4 * channels; ++i) {
          const int64_t c = i % channels;
          double sum = 0;
          const int64_t last = std::min(channels - 1, c + size / 2);
          for (int64_t k = std::max<int64_t>(0, c - (size - 1) / 2); k <= last; ++k) {
            sum += std::pow(x[i - c + k], 2);
          }
          y.push_back(x[i] / std::pow(2.0 + 0.1 / size * sum, beta));
        }
        OpTester("LRN", 1, kPrivateDomain)
            .In<float>(shape, x)
            .Attr("size", static_cast<int>(size))
            .Attr("alpha", 0.1f)
            .Attr("beta", beta)
            .Attr("bias", 2.0f)
            .Tolerance(1e-5, 1e-5)
            .Out<float>(shape, y)
            .Check();
      }
    }
  }
}

}  // namespace
}  // namespace backplane::cpu
