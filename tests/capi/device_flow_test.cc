// Control flow around and on devices (tests/plugins/device_ep): how often memory is allocated while
// it turns, values that grow, values that live on, memory in which two EPs work.
#include "capi/device_ep_support.h"

namespace capi {
namespace {

using List = std::vector<std::string>;

class DeviceFlow : public DeviceTensors {
 protected:
  /// Runs a model with the inputs x and count, of `trips`, and maybe a condition.
  std::vector<Handle<OrtValue>> Turn(std::vector<float> x, const std::vector<int64_t>& shape,
                                     int64_t trips, const Names& outputs, bool condition = false,
                                     bool with_condition = false) {
    std::vector<int64_t> count{trips};
    const Handle<OrtValue> value = TensorOver(x, shape);
    const Handle<OrtValue> limit = TensorOver(count, {});
    const Handle<OrtValue> flag = BoolOver(condition);
    Names names{"x", "count"};
    std::vector<const OrtValue*> values{value, limit};
    if (with_condition) {
      names.push_back("condition");
      values.push_back(flag);
    }
    std::vector<Handle<OrtValue>> results;
    EXPECT_OK(Run(names, values, outputs, results));
    return results;
  }
  size_t Allocations() { return Journal("DeviceA alloc").size(); }
};

class DeviceKernelFlow : public DeviceFlow {
 protected:
  void SetUp() override {
    Set("DEVICE_EP_KERNELS", "1");
    Set("DEVICE_EP_POINTERS", "1");  // Scan is cut by address
    DeviceFlow::SetUp();
  }
};

TEST_P(DeviceFlow, AllocationsDoNotGrowWithTheTurns) {
  Open("carried");
  const auto run = [&](int64_t trips) {
    const auto last = static_cast<float>(trips + 1);
    EXPECT_EQ(DataOf<float>(Turn({1, 2, 3}, {3}, trips, {"y"}, false, true).at(0)),
              (std::vector<float>{last + 1, 2 * last + 2, 3 * last + 3}));
  };
  run(3);
  Allocations();
  run(500);  // two blocks that take turns
  EXPECT_LE(Allocations(), 2u);
  for (const int64_t trips : {3, 500, 40, 0, 1}) {
    run(trips);
    // What is handed on without a turn is copied.
    EXPECT_EQ(Allocations(), trips == 0 ? 2u : 0u) << trips;
  }
}

TEST_P(DeviceKernelFlow, AllocationsDoNotGrowWithTheTurns) {
  Open("device_flow");
  const auto run = [&](int64_t trips) {
    const auto results = Turn({1, 2, 3}, {3}, trips, {"y", "rows", "parts"}, true, true);
    EXPECT_EQ(ShapeOf(results.at(1)), (std::vector<int64_t>{trips, 3}));
  };
  for (const int64_t trips : {4, 40}) {
    for (int i = 0; i < 3; ++i) run(trips);
    Allocations();
    run(trips);
    // What is joined of as many rows as there are turns has its blocks from the run before.
    EXPECT_LE(Allocations(), 3u) << trips;
  }
}

TEST_P(DeviceKernelFlow, ValuesMayGrowWhileTheyAreCarried) {
  Open("growing");
  for (const int64_t trips : {1, 12, 12, 12, 40, 40, 3}) {
    std::vector<float> y;
    for (int64_t i = 0; i < trips; ++i) y.insert(y.end(), {-1, 2, -3});
    EXPECT_EQ(DataOf<float>(Turn({1, -2, 3}, {1, 3}, trips, {"y"}).at(0)), y) << trips;
    EXPECT_LT(LiveBlocks(), 32u);  // those outgrown are not kept
  }
}

// What a caller was given is not used again, and freed when the caller lets go of it.
TEST_P(DeviceKernelFlow, ResultsOutliveTheirRun) {
  Open("growing");
  Handle<OrtIoBinding> binding;
  EXPECT_OK(Api().CreateIoBinding(session_, binding.out()));
  std::vector<Handle<OrtValue>> kept;
  std::vector<std::vector<float>> expected;
  for (const int64_t trips : {3, 3, 2, 5, 3}) {
    std::vector<int64_t> count{trips};
    std::vector<float> x(3, static_cast<float>(kept.size()));
    expected.emplace_back(static_cast<size_t>(3 * trips), -x[0]);
    EXPECT_OK(Api().BindInput(binding, "x", TensorOver(x, {1, 3})));
    EXPECT_OK(Api().BindInput(binding, "count", TensorOver(count, {})));
    EXPECT_OK(Api().BindOutputToDevice(binding, "y", MemoryOf("DeviceA")));
    EXPECT_OK(Api().RunWithBinding(session_, nullptr, binding));
    EXPECT_OK(Api().SynchronizeBoundOutputs(binding));
    kept.push_back(BoundOutput(binding));
  }
  for (size_t k = 0; k < kept.size(); ++k)
    EXPECT_EQ(OnHost(kept[k], expected[k].size()), expected[k]) << k;
  binding = {};
  const size_t live = LiveBlocks();
  kept.clear();
  EXPECT_EQ(LiveBlocks(), live - expected.size());
}

INSTANTIATE_TEST_SUITE_P(Streams, DeviceFlow, testing::Bool(),
                         [](const auto& info) { return info.param ? "With" : "Without"; });
INSTANTIATE_TEST_SUITE_P(Streams, DeviceKernelFlow, testing::Bool(),
                         [](const auto& info) { return info.param ? "With" : "Without"; });

// -- DeviceA and DeviceB in one memory

class SharedMemory : public DeviceFlow {
 protected:
  void SetUp() override {
    Set("DEVICE_EP_SHARED", "1");
    DeviceFlow::SetUp();
  }
};

TEST_P(SharedMemory, NeedsNoCopiesBetweenItsEps) {
  Open("chain");
  EXPECT_EQ(Copies(), (List{"host to DeviceA 12", "host to DeviceA 4"}));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(RunChain(kInput), Chain(kInput));
    // x; negative to the host for Abs and absolute back; y.
    EXPECT_EQ(Copies(), (List{"host to DeviceA 12", "DeviceA to host 12", "host to DeviceA 12",
                              "DeviceA to host 12"}));
  }
}

TEST_P(SharedMemory, KeepsWhatItsEpsHandToEachOther) {
  Open("carried_together");
  for (const int64_t trips : {0, 1, 2, 5, 100, 100}) {
    std::vector<float> y;
    std::vector<float> z;
    for (const float x : {1.0f, -2.0f, 0.5f}) {
      float last = x;
      float total = x;
      for (int64_t i = 0; i < trips; ++i) total += last = -(last + x);
      y.push_back(-last);
      z.push_back(-last - total - last);
    }
    Journal();
    const auto results = Turn({1, -2, 0.5f}, {3}, trips, {"y", "z"});
    EXPECT_EQ(DataOf<float>(results.at(0)), y) << trips;
    EXPECT_EQ(DataOf<float>(results.at(1)), z) << trips;
    List copies = Copies();
    std::erase(copies, "DeviceA to DeviceA 12");  // x, where it is carried through
    EXPECT_EQ(copies, (List{"host to DeviceA 12", "DeviceA to host 12", "DeviceA to host 12"}))
        << trips;
  }
}

INSTANTIATE_TEST_SUITE_P(Streams, SharedMemory, testing::Bool(),
                         [](const auto& info) { return info.param ? "With" : "Without"; });

}  // namespace
}  // namespace capi
