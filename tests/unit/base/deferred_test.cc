// Tensors whose elements are computed when they are read.
#include "base/deferred.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include "base/tensor.h"

namespace backplane {
namespace {

/// Element i is i; counts how often any are computed.
class Counting final : public DeferredElements {
 public:
  explicit Counting(std::atomic<int>* calls) : calls_(calls) {}
  void Compute(int64_t begin, int64_t end, void* to) const override {
    ++*calls_;
    auto* numbers = static_cast<float*>(to);
    std::iota(numbers, numbers + (end - begin), static_cast<float>(begin));
  }

 private:
  std::atomic<int>* calls_;
};

TEST(DeferredTest, SomeElementsAreComputedIntoTheReadersMemory) {
  std::atomic<int> calls = 0;
  const Tensor tensor =
      Tensor::Deferred(DType::kFloat, Shape{100}, std::make_shared<Counting>(&calls));
  float scratch[3] = {};
  EXPECT_EQ(tensor.Read(50, 53, scratch), scratch);
  EXPECT_EQ(scratch[2], 52.0f);
  EXPECT_NE(tensor.deferred(), nullptr);
  EXPECT_EQ(tensor.Bytes(), 400u);
}

TEST(DeferredTest, WhoReadsAllGetsMemoryThatEveryCopyShares) {
  std::atomic<int> calls = 0;
  Tensor tensor = Tensor::Deferred(DType::kFloat, Shape{100}, std::make_shared<Counting>(&calls));
  const Tensor view = tensor.Reshaped(Shape{10, 10});
  const float* data = tensor.data<float>();
  EXPECT_EQ(data[99], 99.0f);
  EXPECT_EQ(view.raw(), data);
  EXPECT_EQ(view.span<float>()[7], 7.0f);
  EXPECT_EQ(view.deferred(), nullptr);
  EXPECT_EQ(view.Read(5, 6, nullptr), data + 5);
  EXPECT_EQ(calls, 1);
}

TEST(DeferredTest, ManyThreadsComputeOnce) {
  std::atomic<int> calls = 0;
  const Tensor tensor =
      Tensor::Deferred(DType::kFloat, Shape{1000}, std::make_shared<Counting>(&calls));
  std::vector<const void*> seen(8);
  {
    std::vector<std::jthread> threads;
    for (const void*& data : seen) threads.emplace_back([&] { data = tensor.raw(); });
  }
  for (const void* data : seen) EXPECT_EQ(data, tensor.raw());
  EXPECT_EQ(calls, 1);
}

TEST(DeferredTest, NoElementsAreNoTrouble) {
  std::atomic<int> calls = 0;
  const Tensor tensor =
      Tensor::Deferred(DType::kFloat, Shape{0, 3}, std::make_shared<Counting>(&calls));
  EXPECT_TRUE(tensor.span<float>().empty());
}

}  // namespace
}  // namespace backplane
