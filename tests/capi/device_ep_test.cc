// EPs with memory of their own (tests/plugins/device_ep): copies at their borders, streams and who
// waits for whom, bound values, allocators, failures. Memory there cannot be touched by the host,
// and work is done later than it is asked for, so a copy or a wait that is missing shows.
#include <atomic>
#include <cmath>
#include <thread>

#include "capi/device_ep_support.h"

namespace capi {
namespace {

using List = std::vector<std::string>;

TEST_P(DeviceEpTest, CopiesOnceForEachValueAndMemory) {
  Open("chain");
  // The initializers: w for both devices, two for one.
  EXPECT_EQ(Copies(), (std::vector<std::string>{"host to DeviceA 12", "host to DeviceB 12",
                                                "host to DeviceA 4"}));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(RunChain(kInput), Chain(kInput));
    // x; negative to the host for Abs, from there with absolute to B; shifted; y.
    EXPECT_EQ(Copies().size(), 7u);
  }
}

TEST_P(DeviceEpTest, CopiesDirectlyWhereATransferCan) {
  Set("DEVICE_EP_DIRECT", "1");
  Open("chain");
  Journal();
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
  const std::vector<std::string> copies = Copies();
  EXPECT_EQ(std::count(copies.begin(), copies.end(), "DeviceA to DeviceB 12"), 1);
  EXPECT_EQ(copies.size(), 7u);
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
}

TEST_P(DeviceEpTest, RepeatedShapesAllocateNothingOnTheDevice) {
  Open("chain");
  std::vector<float> longer;
  for (int i = 0; i < 300; ++i) longer.push_back(static_cast<float>(i % 7 - 3));
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
  Journal();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(RunChain(kInput), Chain(kInput));
  for (const char* device : {"DeviceA alloc", "DeviceB alloc", "stream Device"})
    EXPECT_EQ(Journal(device), std::vector<std::string>());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(RunChain(longer), Chain(longer));
    EXPECT_EQ(RunChain(kInput), Chain(kInput));
  }
}

TEST_P(DeviceEpTest, SubgraphsWithCaptures) {
  Open("captures");
  std::vector<float> x{1, -2, 0.5f};
  std::vector<int64_t> count{3};
  const bool condition[] = {true, false};
  for (int turn = 0; turn < 4; ++turn) {
    bool chosen = condition[turn % 2];
    std::vector<float> carried = x;
    std::vector<float> scans;
    for (int64_t i = 0; i < count[0]; ++i) {
      for (size_t k = 0; k < 3; ++k) {
        carried[k] = (carried[k] - x[k]) * -x[k] + x[k];
        scans.push_back(-carried[k]);
      }
    }
    std::vector<float> y;
    for (size_t k = 0; k < 3; ++k) y.push_back(chosen ? carried[k] - x[k] : std::abs(x[k]));
    const Handle<OrtValue> value = TensorOver(x, {3});
    const Handle<OrtValue> limit = TensorOver(count, {});
    const Handle<OrtValue> flag = BoolOver(chosen);
    std::vector<Handle<OrtValue>> results;
    ASSERT_OK(Run({"x", "count", "condition"}, {value, limit, flag}, {"y", "scans"}, results));
    EXPECT_EQ(DataOf<float>(results[0]), y);
    EXPECT_EQ(DataOf<float>(results[1]), scans);
    ++count[0];
  }
}

TEST_P(DeviceEpTest, ConcurrentRuns) {
  Open("chain");
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        std::vector<float> x(static_cast<size_t>(3 * (1 + (t + i) % 3)), static_cast<float>(t - i));
        if (RunChain(x) != Chain(x)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(DeviceEpTest, RunsOneAfterTheOtherWhereAnEpSaysSo) {
  Set("DEVICE_EP_SERIAL", "1");
  Open("chain");
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] { EXPECT_EQ(RunChain(kInput), Chain(kInput)); });
  for (std::thread& thread : threads) thread.join();  // the plugin writes down what it minds
}

// -- where things are

TEST_P(DeviceEpTest, TellsMemoryAndDevices) {
  Open("chain");
  const OrtMemoryInfo* memory = nullptr;
  const OrtEpDevice* device = nullptr;
  const char* name = nullptr;
  EXPECT_OK(Api().SessionGetMemoryInfoForInputs(session_, &memory, 1));
  EXPECT_OK(Api().MemoryInfoGetName(memory, &name));
  EXPECT_STREQ(name, "DeviceA");
  EXPECT_OK(Api().SessionGetMemoryInfoForOutputs(session_, &memory, 1));
  EXPECT_OK(Api().MemoryInfoGetName(memory, &name));
  EXPECT_STREQ(name, "DeviceA");
  EXPECT_OK(Api().SessionGetEpDeviceForInputs(session_, &device, 1));
  EXPECT_EQ(device, EpDevices("DeviceA").at(0));
  EXPECT_OK(Api().SessionGetEpDeviceForOutputs(session_, &device, 1));
  EXPECT_EQ(device, EpDevices("DeviceA").at(0));
}

TEST_P(DeviceTensors, InputsAndOutputsOnTheDeviceAreNotCopied) {
  Open("chain");
  const Handle<OrtAllocator> allocator = AllocatorOf("DeviceA");
  const Handle<OrtValue> x = NewOn(allocator, {1, 3});
  const Handle<OrtValue> y = NewOn(allocator, {1, 3});
  std::vector<float> data = kInput;
  EXPECT_OK(Copy(TensorOver(data, {1, 3}), x));
  Journal();
  for (int i = 0; i < 3; ++i) {
    const char* input = "x";
    const char* output = "y";
    const OrtValue* in = x;
    OrtValue* out = y;
    ASSERT_OK(Api().Run(session_, nullptr, &input, &in, 1, &output, 1, &out));
    EXPECT_EQ(Copies().size(), 5u);
  }
  EXPECT_EQ(OnHost(y, 3), Chain(kInput));
}

TEST_P(DeviceTensors, InputsOnAnotherDeviceAreBroughtOver) {
  Open("chain");
  const Handle<OrtAllocator> allocator = AllocatorOf("DeviceB");
  const Handle<OrtValue> x = NewOn(allocator, {1, 3});
  std::vector<float> data = kInput;
  EXPECT_OK(Copy(TensorOver(data, {1, 3}), x));
  for (int i = 0; i < 2; ++i) {
    std::vector<Handle<OrtValue>> results;
    ASSERT_OK(Run({"x"}, {x}, {"y"}, results));
    EXPECT_EQ(DataOf<float>(results[0]), Chain(kInput));
  }
}

TEST_P(DeviceTensors, SessionsWithoutDevicesTakeThemToo) {
  OrtAllocator* allocator = nullptr;
  EXPECT_OK(Api().GetSharedAllocator(Env(), MemoryOf("DeviceB"), &allocator));
  const Handle<OrtValue> x = NewOn(allocator, {1, 3});
  const Handle<OrtValue> y = NewOn(allocator, {1, 3});
  std::vector<float> data = kInput;
  EXPECT_OK(Copy(TensorOver(data, {1, 3}), x));
  session_ = OpenModel("chain");
  const char* input = "x";
  const char* output = "y";
  const OrtValue* in = x;
  OrtValue* out = y;
  ASSERT_OK(Api().Run(session_, nullptr, &input, &in, 1, &output, 1, &out));
  EXPECT_EQ(OnHost(y, 3), Chain(kInput));
}

TEST_P(DeviceTensors, Binding) {
  Open("chain");
  Handle<OrtIoBinding> binding;
  EXPECT_OK(Api().CreateIoBinding(session_, binding.out()));
  std::vector<float> data = kInput;
  const Handle<OrtValue> x = TensorOver(data, {1, 3});
  Journal();
  EXPECT_OK(Api().BindInput(binding, "x", x));
  EXPECT_EQ(Copies(), std::vector<std::string>{"host to DeviceA 12"});
  EXPECT_OK(Api().BindOutputToDevice(binding, "y", MemoryOf("DeviceA")));
  for (int i = 0; i < 2; ++i) {
    EXPECT_OK(Api().RunWithBinding(session_, nullptr, binding));
    EXPECT_OK(Api().SynchronizeBoundOutputs(binding));
    EXPECT_EQ(Copies().size(), 5u);
    const Handle<OrtValue> y = BoundOutput(binding);
    const OrtMemoryInfo* memory = nullptr;
    EXPECT_OK(Api().GetTensorMemoryInfo(y, &memory));
    int different = 1;
    EXPECT_OK(Api().CompareMemoryInfo(memory, MemoryOf("DeviceA"), &different));
    EXPECT_EQ(different, 0);
    EXPECT_EQ(OnHost(y, 3), Chain(kInput));
    Journal();
  }
  EXPECT_OK(Api().BindOutputToDevice(binding, "y", MemoryOf("DeviceB")));  // made on the other one
  EXPECT_OK(Api().RunWithBinding(session_, nullptr, binding));
  EXPECT_OK(Api().BindOutputToDevice(binding, "y", CpuMemory()));
  EXPECT_OK(Api().RunWithBinding(session_, nullptr, binding));
}

// One call with all directions: each pair goes to the first transfer that says it can; between
// devices that none connects, through the host.
TEST_P(DeviceTensors, CopiesOfAllDirectionsAtOnce) {
  for (const char* direct : {"0", "1"}) {
    Set("DEVICE_EP_DIRECT", direct);
    OrtAllocator* on_a = nullptr;
    OrtAllocator* on_b = nullptr;
    EXPECT_OK(Api().GetSharedAllocator(Env(), MemoryOf("DeviceA"), &on_a));
    EXPECT_OK(Api().GetSharedAllocator(Env(), MemoryOf("DeviceB"), &on_b));
    std::vector<float> one{1, 2, 3};
    std::vector<float> two{4, 5, 6};
    std::vector<float> result(3);
    const Handle<OrtValue> host = TensorOver(one, {3});
    const Handle<OrtValue> other = TensorOver(two, {3});
    const Handle<OrtValue> back = TensorOver(result, {3});
    const Handle<OrtValue> a = NewOn(on_a, {3});
    const Handle<OrtValue> a2 = NewOn(on_a, {3});
    const Handle<OrtValue> b = NewOn(on_b, {3});
    const Handle<OrtValue> b2 = NewOn(on_b, {3});
    ASSERT_OK(Copy(host, a));
    ASSERT_OK(Copy(other, b));
    Journal();
    const OrtValue* sources[] = {a, b, b, host};
    OrtValue* targets[] = {b2, a2, back, a};
    ASSERT_OK(Api().CopyTensors(Env(), sources, targets, nullptr, 4));
    List copies = Copies();
    std::sort(copies.begin(), copies.end());
    List wanted{"DeviceB to host 12", "DeviceB to host 12", "host to DeviceA 12",
                "host to DeviceA 12"};
    if (direct[0] == '1') {
      wanted.insert(wanted.begin(), "DeviceA to DeviceB 12");
    } else {
      wanted.insert(wanted.end(), {"DeviceA to host 12", "host to DeviceB 12"});
    }
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(copies, wanted);
    EXPECT_EQ(OnHost(b2, 3), one);
    EXPECT_EQ(OnHost(a2, 3), two);
    EXPECT_EQ(result, two);
    EXPECT_EQ(OnHost(a, 3), one);
  }
}

// A value, and an allocator, hold the EP's library as long as they live.
TEST_P(DeviceTensors, OutliveTheirSession) {
  Open("chain");
  Handle<OrtAllocator> allocator = AllocatorOf("DeviceA");
  Handle<OrtValue> value = NewOn(allocator, {1, 3});
  session_ = {};
  Handle<OrtValue> another = NewOn(allocator, {1, 3});
  std::vector<float> data = kInput;
  EXPECT_OK(Copy(TensorOver(data, {1, 3}), value));
  EXPECT_OK(Copy(value, another));
  allocator = {};
  EXPECT_EQ(OnHost(another, 3), kInput);
  EXPECT_EQ(LiveBlocks(), 2u);
}

// -- failures

TEST_P(DeviceEpTest, FailuresNameTheEpAndLeaveNothing) {
  Open("chain");
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
  std::vector<float> data = kInput;
  const Handle<OrtValue> x = TensorOver(data, {1, 3});
  for (const char* callback : {"CopyTensors", "Compute", "OnRunStart", "OnRunEnd", "Flush"}) {
    if (!GetParam() && std::string(callback) == "Flush") continue;
    Journal();
    setenv("DEVICE_EP_FAIL", callback, 1);
    std::vector<Handle<OrtValue>> results;
    EXPECT_FAILS(Run({"x"}, {x}, {"y"}, results), ORT_EP_FAIL,
                 std::string("DeviceA: ") + callback + " was told to fail");
    EXPECT_EQ(results[0].get(), nullptr) << callback;
    unsetenv("DEVICE_EP_FAIL");
    // Who was told of the start is told of the end, once.
    std::vector<std::string> lines = Journal();
    const auto count = [&](const std::string& line) {
      return std::count_if(lines.begin(), lines.end(),
                           [&](const std::string& l) { return l.rfind(line, 0) == 0; });
    };
    if (std::string(callback) != "OnRunStart") {
      EXPECT_EQ(count("start DeviceA"), count("end DeviceA")) << callback;
    }
    EXPECT_EQ(RunChain(kInput), Chain(kInput)) << callback;
  }
  setenv("DEVICE_EP_FAIL", "CopyTensors", 1);
  EXPECT_FAILS(TryOpen("chain"), ORT_EP_FAIL, "DeviceA: CopyTensors was told to fail");
  unsetenv("DEVICE_EP_FAIL");
}

INSTANTIATE_TEST_SUITE_P(Streams, DeviceEpTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "With" : "Without"; });
INSTANTIATE_TEST_SUITE_P(Streams, DeviceTensors, testing::Bool(),
                         [](const auto& info) { return info.param ? "With" : "Without"; });

// -- streams

class DeviceStreams : public DeviceTensors {};

TEST_P(DeviceStreams, WaitsWhereWorkOfAnotherIsRead) {
  Open("chain");
  RunChain(kInput);
  Journal();
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
  std::vector<std::string> lines = Journal();
  const auto at = [&](const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) - lines.begin();
  };
  const auto size = static_cast<std::ptrdiff_t>(lines.size());
  EXPECT_LT(at("start DeviceA"), at("copy host to DeviceA 12 on stream"));
  EXPECT_LT(at("Neg on DeviceA on stream"), at("copy DeviceA to host 12 on stream"));
  EXPECT_LT(at("copy DeviceA to host 12 on stream"), at("host waits for DeviceA"));
  // One value goes on to B, which waits by itself; what the host makes of it follows.
  EXPECT_LT(at("DeviceB waits for DeviceA"), at("copy host to DeviceB 12 on stream"));
  EXPECT_LT(at("host waits for DeviceA"), at("Add on DeviceB on stream"));
  EXPECT_LT(at("flush DeviceA"), at("stream end DeviceA"));
  EXPECT_LT(at("stream end DeviceA"), at("end DeviceA sync"));
  EXPECT_LT(at("stream end DeviceB"), at("end DeviceB sync"));
  EXPECT_LT(at("end DeviceB sync"), size);
}

TEST_P(DeviceStreams, WithoutSynchronisation) {
  Open("chain");
  Handle<OrtRunOptions> options;
  EXPECT_OK(Api().CreateRunOptions(options.out()));
  EXPECT_OK(Api().AddRunConfigEntry(options, "disable_synchronize_execution_providers", "1"));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(RunChain(kInput, options), Chain(kInput));
  EXPECT_EQ(Journal("flush"), std::vector<std::string>());
  // Bound to the device, nobody waits until asked to.
  Handle<OrtIoBinding> binding;
  EXPECT_OK(Api().CreateIoBinding(session_, binding.out()));
  const Handle<OrtAllocator> allocator = AllocatorOf("DeviceA");
  const Handle<OrtValue> y = NewOn(allocator, {1, 3});
  std::vector<float> data = kInput;
  EXPECT_OK(Api().BindInput(binding, "x", TensorOver(data, {1, 3})));
  EXPECT_OK(Api().BindOutput(binding, "y", y));
  for (int i = 0; i < 4; ++i) EXPECT_OK(Api().RunWithBinding(session_, options, binding));
  EXPECT_OK(Api().SynchronizeBoundOutputs(binding));
  EXPECT_EQ(OnHost(y, 3), Chain(kInput));
}

// Memory that a run has outgrown may still be in use by the one before it.
TEST_P(DeviceStreams, WithoutSynchronisationInOtherShapes) {
  ASSERT_OK(OpenOnA("on_a_rows"));
  Handle<OrtRunOptions> options;
  EXPECT_OK(Api().CreateRunOptions(options.out()));
  EXPECT_OK(Api().AddRunConfigEntry(options, "disable_synchronize_execution_providers", "1"));
  Handle<OrtIoBinding> binding;
  EXPECT_OK(Api().CreateIoBinding(session_, binding.out()));
  const Handle<OrtAllocator> allocator = AllocatorOf("DeviceA");
  std::vector<Handle<OrtValue>> made;
  std::vector<std::vector<float>> expected;
  std::vector<Handle<OrtValue>> inputs;
  for (const int64_t rows : {1, 1, 1, 400, 1, 2000, 2000, 4000}) {
    std::vector<float> x(static_cast<size_t>(3 * rows), static_cast<float>(rows));
    inputs.push_back(NewOn(allocator, {rows, 3}));
    EXPECT_OK(Copy(TensorOver(x, {rows, 3}), inputs.back()));
    made.push_back(NewOn(allocator, {rows, 3}));
    expected.emplace_back(x.size(), -2 * static_cast<float>(rows));
    EXPECT_OK(Api().BindInput(binding, "x", inputs.back()));
    EXPECT_OK(Api().BindOutput(binding, "y", made.back()));
    EXPECT_OK(Api().RunWithBinding(session_, options, binding));
  }
  EXPECT_OK(Api().SynchronizeBoundOutputs(binding));
  for (size_t i = 0; i < made.size(); ++i)
    EXPECT_EQ(OnHost(made[i], expected[i].size()), expected[i]) << i;
}

TEST_P(DeviceStreams, TheCallersStream) {
  Open("chain");
  RunChain(kInput);
  OrtSyncStream* stream = nullptr;
  ASSERT_OK(Api().CreateSyncStreamForEpDevice(EpDevices("DeviceA").at(0), nullptr, &stream));
  Handle<OrtRunOptions> options;
  EXPECT_OK(Api().CreateRunOptions(options.out()));
  Api().RunOptionsSetSyncStream(options, stream);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(RunChain(kInput, options), Chain(kInput));
  options = {};
  Api().ReleaseSyncStream(stream);
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
}

// -- captured graphs

class CapturedGraphs : public DeviceTensors {
 protected:
  void SetUp() override {
    DeviceTensors::SetUp();
    Set("DEVICE_EP_CAPTURE", "1");
  }
  std::vector<float> RunUnder(const char* id, std::vector<float> x) {
    Handle<OrtRunOptions> options;
    EXPECT_OK(Api().CreateRunOptions(options.out()));
    EXPECT_OK(Api().AddRunConfigEntry(options, "gpu_graph_id", id));
    const Handle<OrtValue> value = TensorOver(x, {3});
    std::vector<Handle<OrtValue>> results;
    EXPECT_OK(Run({"x"}, {value}, {"y"}, results, options));
    return results[0] == nullptr ? std::vector<float>() : DataOf<float>(results[0]);
  }
};

TEST_P(CapturedGraphs, AreReplayedWithNewInputs) {
  ASSERT_OK(OpenOnA("on_a"));
  Journal();
  EXPECT_EQ(RunUnder("3", {1, 2, 3}), (std::vector<float>{-2, 0, -6}));
  EXPECT_EQ(Journal("Neg on DeviceA").size(), 2u);  // one to warm up, one that is recorded
  for (float i = 0; i < 3; ++i) {
    EXPECT_EQ(RunUnder("3", {i, 2, 3}), (std::vector<float>{-1 - i, 0, -6}));
    EXPECT_EQ(Journal("replay 3 on DeviceA").size(), 1u);
  }
  EXPECT_EQ(RunUnder("-1", {5, 2, 3}), (std::vector<float>{-6, 0, -6}));
  EXPECT_EQ(Journal("Neg on DeviceA").size(), 1u);  // neither recorded nor replayed
  EXPECT_OK(Api().SessionReleaseCapturedGraph(session_, 3));
  EXPECT_EQ(RunUnder("3", {7, 2, 3}), (std::vector<float>{-8, 0, -6}));
  EXPECT_EQ(Journal("Neg on DeviceA").size(), 2u);
  EXPECT_OK(Api().SessionReleaseCapturedGraph(session_, 3));
}

TEST_P(CapturedGraphs, KeepTheMemoryOfBoundValues) {
  ASSERT_OK(OpenOnA("on_a"));
  const Handle<OrtAllocator> allocator = AllocatorOf("DeviceA");
  const Handle<OrtValue> x = NewOn(allocator, {3});
  const Handle<OrtValue> y = NewOn(allocator, {3});
  const Handle<OrtValue> other = NewOn(allocator, {3});
  const char* input = "x";
  const char* output = "y";
  const auto run = [&](const OrtValue* in, OrtValue* out) {
    return Outcome(Api().Run(session_, nullptr, &input, &in, 1, &output, 1, &out));
  };
  for (float i = 0; i < 3; ++i) {
    std::vector<float> data{i, 2, 3};
    EXPECT_OK(Copy(TensorOver(data, {3}), x));
    ASSERT_OK(run(x, y));
    EXPECT_EQ(OnHost(y, 3), (std::vector<float>{-1 - i, 0, -6}));
  }
  EXPECT_FAILS(run(other, y), ORT_INVALID_ARGUMENT, "input 'x' has another address");
  EXPECT_FAILS(run(x, other), ORT_INVALID_ARGUMENT, "output 'y' has another address");
  EXPECT_OK(run(x, y));
  EXPECT_OK(Api().SessionReleaseCapturedGraph(session_, 0));
}

TEST_P(CapturedGraphs, NeedAllNodes) {
  EXPECT_FAILS(OpenOnA("chain"), ORT_FAIL,
               "This session cannot use the graph capture feature as requested by the user");
  unsetenv("DEVICE_EP_CAPTURE");
  ASSERT_OK(OpenOnA("chain"));
  EXPECT_FAILS(Api().SessionReleaseCapturedGraph(session_, 0), ORT_INVALID_ARGUMENT, "captures");
}

INSTANTIATE_TEST_SUITE_P(Streams, CapturedGraphs, testing::Bool(),
                         [](const auto& info) { return info.param ? "With" : "Without"; });
INSTANTIATE_TEST_SUITE_P(Streams, DeviceStreams, testing::Values(true),
                         [](const auto&) { return "With"; });

}  // namespace
}  // namespace capi
