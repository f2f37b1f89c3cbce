// Sessions on EPs with devices (tests/plugins/device_ep) that several threads use at once: bound
// values, streams of their own, sessions beside each other; where the EP allows concurrent runs
// and where not.
#include <atomic>
#include <thread>

#include "capi/device_ep_support.h"

namespace capi {
namespace {

class DeviceThreads : public DeviceTensors {
 protected:
  static constexpr int kThreads = 4;
  static constexpr int kTurns = 8;

  /// Calls `body(thread)` in several threads; what it counts as wrong must stay 0.
  template <typename Body>
  void InThreads(Body body) {
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) threads.emplace_back([&, t] { wrong += body(t); });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
  }

  static std::vector<float> InputOf(int thread, int turn) {
    return {static_cast<float>(thread), static_cast<float>(-turn), 2};
  }

  /// Runs with inputs and outputs that are bound on the device, on the caller's stream or not.
  /// The number of wrong results.
  int RunBound(OrtSession* session, int thread, bool own_stream) {
    Handle<OrtIoBinding> binding;
    EXPECT_OK(Api().CreateIoBinding(session, binding.out()));
    Handle<OrtRunOptions> options;
    EXPECT_OK(Api().CreateRunOptions(options.out()));
    OrtSyncStream* stream = nullptr;
    if (own_stream) {
      EXPECT_OK(Api().CreateSyncStreamForEpDevice(EpDevices("DeviceA").at(0), nullptr, &stream));
      Api().RunOptionsSetSyncStream(options, stream);
    }
    Handle<OrtAllocator> allocator;
    EXPECT_OK(Api().CreateAllocator(session, MemoryOf("DeviceA"), allocator.out()));
    const Handle<OrtValue> y = NewOn(allocator, {1, 3});
    int wrong = 0;
    for (int i = 0; i < kTurns; ++i) {
      std::vector<float> data = InputOf(thread, i);
      EXPECT_OK(Api().BindInput(binding, "x", TensorOver(data, {1, 3})));
      if (i % 2 == 0) {
        EXPECT_OK(Api().BindOutput(binding, "y", y));
      } else {
        EXPECT_OK(Api().BindOutputToDevice(binding, "y", MemoryOf("DeviceA")));
      }
      EXPECT_OK(Api().RunWithBinding(session, options, binding));
      EXPECT_OK(Api().SynchronizeBoundOutputs(binding));
      const Handle<OrtValue> made = BoundOutput(binding);
      if (OnHost(made, 3) != Chain(data)) ++wrong;
    }
    binding = {};
    options = {};
    if (stream != nullptr) Api().ReleaseSyncStream(stream);
    return wrong;
  }
};

TEST_P(DeviceThreads, BoundValues) {
  Open("chain");
  InThreads([&](int thread) { return RunBound(session_, thread, /*own_stream=*/false); });
}

TEST_P(DeviceThreads, StreamsOfTheirOwn) {
  if (!GetParam()) return;  // there are none
  Open("chain");
  InThreads([&](int thread) { return RunBound(session_, thread, thread % 2 == 0); });
}

TEST_P(DeviceThreads, MemoryOfStreams) {
  Set("DEVICE_EP_ALLOC_ON_STREAM", "1");
  Open("unknown_shapes");
  InThreads([&](int thread) {
    int wrong = 0;
    for (int i = 0; i < kTurns; ++i) {  // other shapes again and again
      std::vector<float> x(static_cast<size_t>(1 + (thread + i) % 4), 1.5f);
      const Handle<OrtValue> value = TensorOver(x, {static_cast<int64_t>(x.size())});
      std::vector<Handle<OrtValue>> results;
      EXPECT_OK(Run({"x"}, {value}, {"y"}, results));
      const std::vector<float> y = DataOf<float>(results.at(0));
      for (size_t k = 0; k < x.size(); ++k) wrong += y.at(k) != -2 * static_cast<float>(k);
    }
    return wrong;
  });
}

TEST_P(DeviceThreads, SessionsBesideEachOther) {
  Open("chain");
  Handle<OrtSession> first = std::move(session_);
  Open("chain");
  InThreads([&](int thread) {
    return RunBound(thread % 2 == 0 ? first.get() : session_.get(), thread, /*own_stream=*/false);
  });
}

// The plug-in writes down, as an error, every two runs that it sees at once.
TEST_P(DeviceThreads, OneAfterTheOtherWhereTheEpSaysSo) {
  Set("DEVICE_EP_SERIAL", "1");
  Open("chain");
  InThreads([&](int thread) { return RunBound(session_, thread, GetParam() && thread == 0); });
}

TEST_P(DeviceThreads, ControlFlow) {
  Open("carried");
  InThreads([&](int thread) {
    int wrong = 0;
    for (int64_t turns = 0; turns < kTurns; ++turns) {
      std::vector<float> x = InputOf(thread, 1);
      std::vector<int64_t> count{turns};
      bool condition = false;
      const Handle<OrtValue> value = TensorOver(x, {3});
      const Handle<OrtValue> limit = TensorOver(count, {});
      const Handle<OrtValue> flag = BoolOver(condition);
      std::vector<Handle<OrtValue>> results;
      EXPECT_OK(Run({"x", "count", "condition"}, {value, limit, flag}, {"y"}, results));
      for (size_t i = 0; i < 3; ++i) {
        const float last = x[i] * static_cast<float>(turns + 1);
        if (DataOf<float>(results.at(0))[i] != std::max(last, 0.0f) + x[i]) ++wrong;
      }
    }
    return wrong;
  });
}

INSTANTIATE_TEST_SUITE_P(Streams, DeviceThreads, testing::Bool(),
                         [](const auto& info) { return info.param ? "With" : "Without"; });

}  // namespace
}  // namespace capi
