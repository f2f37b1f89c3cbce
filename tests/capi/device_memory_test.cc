// Kinds of memory of EPs with devices (tests/plugins/device_ep): what kernels of a registry are
// given, control flow on the device, allocators that know streams, weights or pinned memory, those
// of the env, and graphs that are captured beside the host's shape computations.
#include "capi/device_ep_support.h"

namespace capi {
namespace {

using List = std::vector<std::string>;

// What `unknown_shapes` makes of x.
std::vector<float> NonZero(const std::vector<float>& x) {
  std::vector<float> y;
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i] != 0) y.push_back(-2 * static_cast<float>(i));
  }
  return y;
}

class DeviceKernels : public DeviceTensors {
 protected:
  void SetUp() override {
    Set("DEVICE_EP_KERNELS", "1");
    Set("DEVICE_EP_POINTERS", "1");  // Scan is cut by address
    DeviceTensors::SetUp();
  }
  std::vector<float> RunKernels(std::vector<float> x, OrtRunOptions* options = nullptr) {
    const Handle<OrtValue> value = TensorOver(x, {1, 3});
    std::vector<Handle<OrtValue>> results;
    EXPECT_OK(Run({"x"}, {value}, {"y"}, results, options));
    return results.at(0) == nullptr ? std::vector<float>() : DataOf<float>(results[0]);
  }
  static std::vector<float> Kernels(const std::vector<float>& x) {
    const float w[] = {1, -2, 3};
    std::vector<float> y;
    for (size_t i = 0; i < 6; ++i) y.push_back(std::abs(x[i % 3]) + w[i % 3]);
    return y;
  }
};

TEST_P(DeviceKernels, ReadAndWriteWhereTheirDefinitionsSay) {
  Open("device_kernels");
  Journal();
  for (float i = 0; i < 4; ++i) {
    EXPECT_EQ(RunKernels({i, -2, 5}), Kernels({i, -2, 5}));
    EXPECT_EQ(Copies(), (List{"host to DeviceA 12", "DeviceA to host 24"}));  // no shape is copied
  }
}

TEST_P(DeviceKernels, ControlFlowOnTheDevice) {
  Open("device_flow");
  for (int64_t turns : {3, 0, 1, 4, 100}) {
    for (bool condition : {true, false}) {
      std::vector<float> x{0.5f, -2, 1};
      std::vector<float> carried = x;
      std::vector<float> rows;
      for (int64_t i = 0; i < turns; ++i) {
        for (size_t k = 0; k < 3; ++k) rows.push_back(std::abs(carried[k] += x[k]));
      }
      std::vector<float> parts(rows.size());
      for (size_t i = 0; i < rows.size(); ++i)
        parts[i % 3 * static_cast<size_t>(turns) + i / 3] = -(carried[i % 3] += rows[i]);
      std::vector<float> y;
      for (const float v : carried) y.push_back(condition ? -v : v * v);

      std::vector<int64_t> count{turns};
      const Handle<OrtValue> value = TensorOver(x, {3});
      const Handle<OrtValue> limit = TensorOver(count, {});
      const Handle<OrtValue> flag = BoolOver(condition);
      std::vector<Handle<OrtValue>> results;
      Journal();
      ASSERT_OK(
          Run({"x", "count", "condition"}, {value, limit, flag}, {"y", "rows", "parts"}, results));
      EXPECT_EQ(ShapeOf(results[1]), (std::vector<int64_t>{turns, 3}));
      EXPECT_EQ(ShapeOf(results[2]), (std::vector<int64_t>{3, turns}));
      EXPECT_EQ(DataOf<float>(results[0]), y) << turns;
      EXPECT_EQ(DataOf<float>(results[1]), rows) << turns;
      EXPECT_EQ(DataOf<float>(results[2]), parts) << turns;
      List lines = Journal();
      std::erase_if(lines, [](const std::string& line) { return line.rfind("copy ", 0) != 0; });
      for (const std::string& line : lines) {  // x there, the results back, nothing between
        if (line.find("DeviceA to DeviceA") != std::string::npos) continue;
        EXPECT_TRUE(line.find("host to DeviceA 12") != std::string::npos ||
                    line.find("DeviceA to host") != std::string::npos)
            << line;
      }
      EXPECT_EQ(std::count_if(
                    lines.begin(), lines.end(),
                    [](const std::string& line) { return line.find("host") != std::string::npos; }),
                turns == 0 ? 2 : 4);
    }
  }
}

TEST_P(DeviceKernels, GraphsAreCapturedBesideShapesOfTheHost) {
  Set("DEVICE_EP_CAPTURE", "1");
  const auto open = [&] {
    Handle<OrtSessionOptions> options = NewOptions();
    EXPECT_OK(Append(options, EpDevices("DeviceA")));
    return Outcome(
        Api().CreateSession(Env(), ModelPath("device_kernels").c_str(), options, session_.out()));
  };
  EXPECT_FAILS(open(), ORT_FAIL, "cannot use the graph capture feature");
  Set("DEVICE_EP_SHAPES", "1");
  ASSERT_OK(open());
  Journal();
  for (float i = 0; i < 4; ++i) {
    EXPECT_EQ(RunKernels({i, -2, 5}), Kernels({i, -2, 5}));
    EXPECT_EQ(Journal("replay 0").size(), i == 0 ? 0u : 1u);
  }
  EXPECT_OK(Api().SessionReleaseCapturedGraph(session_, 0));
}

class DeviceCopyKernels : public DeviceKernels {
 protected:
  void SetUp() override {
    DeviceKernels::SetUp();
    Set("DEVICE_EP_KERNELS", "copies");
  }
};

// ONNX Runtime runs an EP's kernels for MemcpyFromHost and MemcpyToHost between nodes, and the data
// transfer for what callers give; here the data transfer does both, as it does without kernels.
TEST_P(DeviceCopyKernels, AreNotNeededWhereADataTransferCopies) {
  Open("captures");
  std::vector<float> x{1, -2, 0.5f};
  std::vector<int64_t> count{2};
  bool condition = false;
  const Handle<OrtValue> value = TensorOver(x, {3});
  const Handle<OrtValue> limit = TensorOver(count, {});
  const Handle<OrtValue> flag = BoolOver(condition);
  std::vector<Handle<OrtValue>> results;
  Journal();
  ASSERT_OK(Run({"x", "count", "condition"}, {value, limit, flag}, {"y"}, results));
  EXPECT_EQ(DataOf<float>(results[0]), (std::vector<float>{1, 2, 0.5f}));
  const List lines = Journal();
  const auto count_of = [&](const std::string& word) {
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(word) != std::string::npos;
    });
  };
  EXPECT_GT(count_of("by kernel"), 0);
  EXPECT_GT(count_of("copy DeviceA to host"), 0);
  EXPECT_EQ(count_of("kernel copies"), 0);
}

class DeviceWithoutTransfer : public DeviceCopyKernels {
 protected:
  void SetUp() override {
    Set("DEVICE_EP_TRANSFER", "0");
    DeviceCopyKernels::SetUp();
  }
};

TEST_P(DeviceWithoutTransfer, CannotHaveASession) {
  EXPECT_FAILS(TryOpen("chain"), ORT_NOT_IMPLEMENTED,
               "There's no data transfer registered for copying tensors");
}

// -- allocators (DeviceTensors is instantiated in device_ep_test.cc)

TEST_P(DeviceTensors, AllocatorsThatKnowStreams) {
  Set("DEVICE_EP_ALLOC_ON_STREAM", "1");
  Open("unknown_shapes");
  const auto run = [&](std::vector<float> x) {
    std::vector<Handle<OrtValue>> results;
    const Handle<OrtValue> value = TensorOver(x, {static_cast<int64_t>(x.size())});
    const Outcome outcome = Run({"x"}, {value}, {"y"}, results);
    if (results.at(0) != nullptr) {
      EXPECT_EQ(DataOf<float>(results[0]), NonZero(x));
    }
    return outcome;
  };
  Journal();
  EXPECT_OK(run({1, 0, 1, 1}));
  // Work of a stream takes memory of the stream.
  EXPECT_EQ(Journal("DeviceA alloc on stream").empty(), !GetParam());
  for (const std::vector<float>& x :
       {std::vector<float>{0, 0, 5}, {0, 0}, {1, 2, 3, 4, 5, 6}, {1, 0, 1, 1}})
    EXPECT_OK(run(x));
  setenv("DEVICE_EP_FAIL", "Compute", 1);
  EXPECT_FAILS(run({1, 2, 3, 4, 5, 6, 7}), ORT_EP_FAIL, "Compute was told to fail");
  setenv("DEVICE_EP_FAIL", "OnRunEnd", 1);
  EXPECT_FAILS(run({1, 2, 3, 4, 5, 6, 7, 8}), ORT_EP_FAIL, "OnRunEnd was told to fail");
  unsetenv("DEVICE_EP_FAIL");
  EXPECT_OK(run({1, 2, 3, 4, 5, 6, 7}));
}

TEST_P(DeviceTensors, TheEnvsAllocatorsServeSessions) {
  Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_OK(Api().AddSessionConfigEntry(options, "session.use_env_allocators", "1"));
  OrtAllocator* shared = nullptr;
  EXPECT_OK(Api().CreateSharedAllocator(Env(), EpDevices("DeviceA").at(0),
                                        OrtDeviceMemoryType_DEFAULT, OrtDeviceAllocator, nullptr,
                                        &shared));
  Journal();
  ASSERT_OK(TryOpen("chain", options));
  EXPECT_EQ(Journal("allocator"), List());  // none is made for the session
  Handle<OrtAllocator> allocator;
  EXPECT_OK(Api().CreateAllocator(session_, MemoryOf("DeviceA"), allocator.out()));
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
  EXPECT_OK(
      Api().ReleaseSharedAllocator(Env(), EpDevices("DeviceA").at(0), OrtDeviceMemoryType_DEFAULT));
  EXPECT_EQ(RunChain(kInput), Chain(kInput));  // the session keeps it
  allocator = {};
  session_ = {};
  ASSERT_OK(TryOpen("chain"));
  EXPECT_EQ(Journal("allocator"), (List{"allocator DeviceA ", "allocator DeviceB "}));
}

class DeviceReadOnly : public DeviceTensors {
 protected:
  void SetUp() override {
    Set("DEVICE_EP_READ_ONLY", "1");
    DeviceTensors::SetUp();
  }
};

TEST_P(DeviceReadOnly, WeightsHaveAnAllocatorOfTheirOwn) {
  Open("chain");
  List lines = Journal();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "DeviceA alloc read-only 12"), 1);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "DeviceA alloc read-only 4"), 1);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "DeviceB alloc read-only 12"), 1);
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
  EXPECT_EQ(Journal("DeviceA alloc read-only"), List());
  // Tensors that callers make are not read-only.
  EXPECT_NE(NewOn(AllocatorOf("DeviceA"), {3}).get(), nullptr);
  EXPECT_EQ(Journal("DeviceA alloc 12").size(), 1u);
}

class DevicePinned : public DeviceTensors {
 protected:
  void SetUp() override {
    Set("DEVICE_EP_PINNED", "1");
    DeviceTensors::SetUp();
  }
  const OrtMemoryInfo* Pinned() {
    return Api().EpDevice_MemoryInfo(EpDevices("DeviceA").at(0),
                                     OrtDeviceMemoryType_HOST_ACCESSIBLE);
  }
  void ExpectPinned(const OrtValue* value) {
    const OrtMemoryInfo* memory = nullptr;
    EXPECT_OK(Api().GetTensorMemoryInfo(value, &memory));
    int different = 1;
    EXPECT_OK(Api().CompareMemoryInfo(memory, Pinned(), &different));
    EXPECT_EQ(different, 0);
  }
};

TEST_P(DevicePinned, ServesAsHostMemoryThatTheDeviceReaches) {
  Open("chain");
  Handle<OrtAllocator> allocator;
  ASSERT_OK(Api().CreateAllocator(session_, Pinned(), allocator.out()));
  Journal();
  const Handle<OrtValue> x = NewOn(allocator, {1, 3});
  EXPECT_EQ(Journal("DeviceA alloc pinned 12").size(), 1u);
  ExpectPinned(x);
  float* data = nullptr;
  EXPECT_OK(Api().GetTensorMutableData(x, reinterpret_cast<void**>(&data)));
  std::copy(kInput.begin(), kInput.end(), data);
  Handle<OrtIoBinding> binding;
  EXPECT_OK(Api().CreateIoBinding(session_, binding.out()));
  EXPECT_OK(Api().BindInput(binding, "x", x));
  EXPECT_OK(Api().BindOutputToDevice(binding, "y", Pinned()));
  for (int i = 0; i < 3; ++i) {
    Journal();
    EXPECT_OK(Api().RunWithBinding(session_, nullptr, binding));
    OrtValue** outputs = nullptr;
    size_t count = 0;
    ASSERT_OK(Api().GetBoundOutputValues(binding, DefaultAllocator(), &outputs, &count));
    const Handle<OrtValue> y(outputs[0]);
    EXPECT_OK(Api().AllocatorFree(DefaultAllocator(), outputs));
    ExpectPinned(y);
    EXPECT_EQ(DataOf<float>(y), Chain(kInput));
    EXPECT_EQ(Journal("DeviceA alloc pinned 12").size(), 1u);
  }
  // Given in a run, and in a session that knows no device.
  const Handle<OrtValue> y = NewOn(allocator, {1, 3});
  const char* input = "x";
  const char* output = "y";
  for (int turn = 0; turn < 2; ++turn) {
    const OrtValue* in = x;
    OrtValue* out = y;
    ASSERT_OK(Api().Run(session_, nullptr, &input, &in, 1, &output, 1, &out));
    EXPECT_EQ(DataOf<float>(y), Chain(kInput));
    binding = {};
    session_ = OpenModel("chain");
  }
}

const auto kStreams = testing::Bool();
const auto kName = [](const auto& info) -> std::string { return info.param ? "With" : "Without"; };
INSTANTIATE_TEST_SUITE_P(Streams, DeviceKernels, kStreams, kName);
INSTANTIATE_TEST_SUITE_P(Streams, DeviceCopyKernels, kStreams, kName);
INSTANTIATE_TEST_SUITE_P(Streams, DeviceWithoutTransfer, kStreams, kName);
INSTANTIATE_TEST_SUITE_P(Streams, DeviceReadOnly, kStreams, kName);
INSTANTIATE_TEST_SUITE_P(Streams, DevicePinned, kStreams, kName);

}  // namespace
}  // namespace capi
