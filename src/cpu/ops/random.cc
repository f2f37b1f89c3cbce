// RandomNormal, RandomUniform, their Like forms, and Bernoulli.
#include <atomic>

#include "base/clock.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/random_engine.h"

namespace backplane::cpu {

uint64_t FreshSeed() {
  static std::atomic<uint64_t> calls{static_cast<uint64_t>(MonotonicNanos())};
  return calls.fetch_add(0xd1b54a32d192ed03u);
}

namespace {

class RandomKernel final : public Kernel {
 public:
  /// `like`: the shape is input 0's; else the attribute's.
  RandomKernel(const KernelInfo& info, bool normal, bool like)
      : normal_(normal),
        like_(like),
        a_(info.node.Float(normal ? "mean" : "low", 0.0f)),
        b_(info.node.Float(normal ? "scale" : "high", 1.0f)),
        seed_(SeedOf(info.node)) {
    if (!like) shape_ = Shape(info.node.Ints("shape"));
  }

  void Run(KernelContext& context) const override {
    Tensor& output = context.Output(0, like_ ? context.Input(0).shape() : shape_);
    RandomEngine random(seed_);
    Dispatch<float, double, Float16, BFloat16>(output.dtype(), [&]<typename T>() {
      T* out = output.data<T>();
      const int64_t n = output.ElementCount();
      for (int64_t i = 0; i < n; ++i) {
        const double value =
            normal_ ? a_ + b_ * random.Normal() : a_ + (b_ - a_) * random.Uniform();
        if constexpr (std::is_same_v<T, double>) {
          out[i] = value;
        } else {
          out[i] = static_cast<T>(static_cast<float>(value));
        }
      }
    });
  }

 private:
  const bool normal_;
  const bool like_;
  const double a_, b_;
  const std::optional<uint64_t> seed_;
  Shape shape_;
};

template <bool kNormal, bool kLike>
std::unique_ptr<Kernel> MakeRandom(const KernelInfo& info) {
  return std::make_unique<RandomKernel>(info, kNormal, kLike);
}
constexpr TypeSet kRandomTypes = types::kAllFloats;
BACKPLANE_CPU_KERNEL(RandomNormal, Op("RandomNormal").Since(1).Out(0, kRandomTypes),
                     (MakeRandom<true, false>));
BACKPLANE_CPU_KERNEL(RandomUniform, Op("RandomUniform").Since(1).Out(0, kRandomTypes),
                     (MakeRandom<false, false>));
BACKPLANE_CPU_KERNEL(RandomNormalLike, Op("RandomNormalLike").Since(1).Out(0, kRandomTypes),
                     (MakeRandom<true, true>));
BACKPLANE_CPU_KERNEL(RandomUniformLike, Op("RandomUniformLike").Since(1).Out(0, kRandomTypes),
                     (MakeRandom<false, true>));

/// 1 with the probability that the input gives, else 0.
class BernoulliKernel final : public Kernel {
 public:
  explicit BernoulliKernel(const KernelInfo& info) : seed_(SeedOf(info.node)) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    Tensor& output = context.Output(0, input.shape());
    RandomEngine random(seed_);
    Dispatch<float, double, Float16, BFloat16>(input.dtype(), [&]<typename From>() {
      Dispatch<float, double, Float16, BFloat16, bool, int8_t, int16_t, int32_t, int64_t, uint8_t,
               uint16_t, uint32_t, uint64_t>(output.dtype(), [&]<typename To>() {
        for (int64_t i = 0; i < input.ElementCount(); ++i) {
          using Wide = std::conditional_t<std::is_same_v<From, double>, double, float>;
          const bool one =
              random.Uniform() < static_cast<double>(static_cast<Wide>(input.data<From>()[i]));
          output.data<To>()[i] = static_cast<To>(one ? 1.0f : 0.0f);
        }
      });
    });
  }

 private:
  const std::optional<uint64_t> seed_;
};
BACKPLANE_CPU_KERNEL(
    Bernoulli,
    Op("Bernoulli").Since(15).In(0, types::kAllFloats).Out(0, types::kNumeric | DType::kBool),
    Make<BernoulliKernel>);

}  // namespace
}  // namespace backplane::cpu
