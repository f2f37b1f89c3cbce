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
    const List lines = Journal();
    const auto count = [&](const std::string& word) {
      return std::count_if(lines.begin(), lines.end(),
                           [&](const std::string& line) { return line.rfind(word, 0) == 0; });
    };
    EXPECT_EQ(count("copy host to DeviceA 12"), 1);
    EXPECT_EQ(count("copy"), 2);  // no shape is copied
    if (i > 1) {
      EXPECT_EQ(count("DeviceA alloc"), 0);  // scratch memory neither
    }
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
  EXPECT_FAILS(OpenOnA("device_kernels"), ORT_FAIL, "cannot use the graph capture feature");
  Set("DEVICE_EP_SHAPES", "1");
  ASSERT_OK(OpenOnA("device_kernels"));
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

// ONNX Runtime has only copies between nodes made by kernels; here initializers, and what callers
// give and get, are too.
TEST_P(DeviceWithoutTransfer, KernelsCopyEverything) {
  ASSERT_OK(OpenOnA("device_kernels"));
  const std::string end = GetParam() ? " on stream" : "";
  EXPECT_EQ(Journal("kernel"), (List{"kernel copies from host 12" + end}));  // w
  for (float i = 0; i < 3; ++i) {
    EXPECT_EQ(RunKernels({i, -2, 5}), Kernels({i, -2, 5}));
    EXPECT_EQ(Journal("kernel"),
              (List{"kernel copies from host 12" + end, "kernel copies to host 24" + end}));
  }
  // Bound on the device, and from there.
  std::vector<float> data = kInput;
  Handle<OrtIoBinding> binding;
  EXPECT_OK(Api().CreateIoBinding(session_, binding.out()));
  EXPECT_OK(Api().BindInput(binding, "x", TensorOver(data, {1, 3})));
  EXPECT_EQ(Journal("kernel"), (List{"kernel copies from host 12" + end}));
  EXPECT_OK(Api().BindOutputToDevice(binding, "y", MemoryOf("DeviceA")));
  EXPECT_OK(Api().RunWithBinding(session_, nullptr, binding));
  EXPECT_OK(Api().SynchronizeBoundOutputs(binding));
  EXPECT_EQ(Journal("kernel"), List());
  EXPECT_OK(Api().BindOutputToDevice(binding, "y", CpuMemory()));
  EXPECT_OK(Api().RunWithBinding(session_, nullptr, binding));
  const Handle<OrtValue> y = BoundOutput(binding);
  EXPECT_EQ(DataOf<float>(y), Kernels(kInput));
  // The env knows no session's kernels.
  EXPECT_FAILS(Copy(y, NewOn(AllocatorOf("DeviceA"), {2, 3})), ORT_NOT_IMPLEMENTED,
               "There's no data transfer registered for copying tensors from Cpu (CPU 0) to "
               "DeviceA (GPU 0)");
}

TEST_P(DeviceWithoutTransfer, KernelsCopyAroundControlFlow) {
  ASSERT_OK(OpenOnA("carried"));
  std::vector<float> x{1, -2, 0.5f};
  std::vector<int64_t> count{3};
  const Handle<OrtValue> value = TensorOver(x, {3});
  const Handle<OrtValue> limit = TensorOver(count, {});
  bool condition = true;
  const Handle<OrtValue> flag = BoolOver(condition);
  std::vector<Handle<OrtValue>> results;
  ASSERT_OK(Run({"x", "count", "condition"}, {value, limit, flag}, {"y"}, results));
  EXPECT_EQ(DataOf<float>(results[0]), (std::vector<float>{-3, 6, -1.5f}));
}

TEST_P(DeviceWithoutTransfer, WhatIsMissingIsNamed) {
  EXPECT_FAILS(TryOpen("chain"), ORT_NOT_IMPLEMENTED,
               "There's no data transfer registered for copying tensors from memory 'Cpu' to "
               "'DeviceB', which 'w' needs between CPUExecutionProvider and DeviceB: DeviceB "
               "has neither a data transfer that copies there (OrtEpFactory::CreateDataTransfer) "
               "nor a kernel for MemcpyFromHost");
}

// -- Scan of opset 8, with a length of its own for each sequence of a batch

TEST_P(DeviceKernels, BatchesOfSequences) {
  for (const char* model : {"device_scan8", "host_scan8"}) {
    Open(model);
    for (const std::vector<int64_t>& given :
         {std::vector<int64_t>{3, 1, 2, 0}, {3, 3, 3, 3}, {0, 0, 0, 0}}) {
      std::vector<int64_t> lengths = given;
      std::vector<float> x;
      std::vector<float> slices;
      for (int i = 0; i < 4 * 3; ++i) x.push_back(static_cast<float>(i));
      for (int i = 0; i < 4 * 3 * 3; ++i) slices.push_back(static_cast<float>(i % 7));
      std::vector<float> total = x;
      std::vector<float> parts(slices.size(), 0);
      for (size_t i = 0; i < slices.size(); ++i) {
        const size_t batch = i / 9;
        if (static_cast<int64_t>(i / 3 % 3) < lengths[batch])
          parts[i] = -(total[batch * 3 + i % 3] += slices[i]);
      }
      const Handle<OrtValue> values[] = {TensorOver(lengths, {4}), TensorOver(x, {4, 3}),
                                         TensorOver(slices, {4, 3, 3})};
      std::vector<Handle<OrtValue>> results;
      ASSERT_OK(Run({"lengths", "x", "slices"}, {values[0], values[1], values[2]},
                    {"total", "parts"}, results));
      EXPECT_EQ(DataOf<float>(results[0]), total) << model;
      EXPECT_EQ(DataOf<float>(results[1]), parts) << model;
    }
    std::vector<int64_t> wrong{4, 0, 0, 0};
    std::vector<float> x(12, 1.0f);
    std::vector<float> slices(36, 1.0f);
    const Handle<OrtValue> values[] = {TensorOver(wrong, {4}), TensorOver(x, {4, 3}),
                                       TensorOver(slices, {4, 3, 3})};
    std::vector<Handle<OrtValue>> results;
    EXPECT_FAILS(
        Run({"lengths", "x", "slices"}, {values[0], values[1], values[2]}, {"total"}, results),
        ORT_INVALID_ARGUMENT, "Invalid entries in sequence_lens: 4 of 3");
  }
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

// -- an EP whose allocators keep what is freed

class DeviceArena : public DeviceTensors {
 protected:
  void SetUp() override {
    Set("DEVICE_EP_ARENA", "1");
    DeviceTensors::SetUp();
  }
  static size_t Stat(OrtAllocator* allocator, const char* name) {
    Handle<OrtKeyValuePairs> stats;
    EXPECT_OK(Api().AllocatorGetStats(allocator, stats.out()));
    const char* value = Api().GetKeyValue(stats, name);
    return value == nullptr ? 1000 : std::stoul(value);
  }
};

TEST_P(DeviceArena, TellsAndShrinks) {
  Open("chain");
  const Handle<OrtAllocator> a = AllocatorOf("DeviceA");
  const Handle<OrtAllocator> b = AllocatorOf("DeviceB");
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
  const size_t in_use = Stat(a, "InUse");
  EXPECT_GT(in_use, 2u);  // the weights and a frame
  Journal();
  Handle<OrtRunOptions> options;
  EXPECT_OK(Api().CreateRunOptions(options.out()));
  const auto shrink = [&](const char* list) {
    EXPECT_OK(Api().AddRunConfigEntry(options, "memory.enable_memory_arena_shrinkage", list));
    std::vector<float> result = RunChain(kInput, options);
    EXPECT_EQ(result, Chain(kInput));
    return Journal("shrink");
  };
  EXPECT_EQ(shrink("gpu:0"), (List{"shrink DeviceA"}));
  EXPECT_EQ(Stat(a, "Cached"), 0u);
  EXPECT_LT(Stat(a, "InUse"), in_use);  // the frame has gone
  EXPECT_GT(Stat(b, "Cached"), 0u);
  EXPECT_EQ(shrink("cpu:0;gpu:1;gpu:0"), (List{"shrink DeviceB", "shrink DeviceA"}));
  EXPECT_EQ(Stat(b, "Cached"), 0u);
  for (const char* list : {"gpu:2", "npu:0"}) {
    EXPECT_OK(Api().AddRunConfigEntry(options, "memory.enable_memory_arena_shrinkage", list));
    std::vector<float> data = kInput;
    std::vector<Handle<OrtValue>> results;
    EXPECT_FAILS(
        Run({"x"}, {TensorOver(data, {1, 3}).get()}, {"y"}, results, options), ORT_INVALID_ARGUMENT,
        "Did not find an arena based allocator registered for device-id combination in the memory "
        "arena shrink list");
  }
  EXPECT_EQ(RunChain(kInput), Chain(kInput));
}

// A shared allocator is made with the client's options and takes the place of the one before, which
// whoever uses it keeps.
TEST_P(DeviceArena, SharedOnesAreReplaced) {
  const OrtEpDevice* device = EpDevices("DeviceA").at(0);
  OrtAllocator* first = nullptr;
  EXPECT_OK(Api().GetSharedAllocator(Env(), MemoryOf("DeviceA"), &first));
  const Handle<OrtValue> value = NewOn(first, {3});
  Handle<OrtKeyValuePairs> told;
  Api().CreateKeyValuePairs(told.out());
  Api().AddKeyValuePair(told, "told", "so");
  Journal();
  OrtAllocator* second = nullptr;
  ASSERT_OK(Api().CreateSharedAllocator(Env(), device, OrtDeviceMemoryType_DEFAULT,
                                        OrtDeviceAllocator, told, &second));
  EXPECT_EQ(Journal("allocator"), (List{"allocator DeviceA so"}));
  EXPECT_NE(second, first);
  OrtAllocator* now = nullptr;
  EXPECT_OK(Api().GetSharedAllocator(Env(), MemoryOf("DeviceA"), &now));
  EXPECT_EQ(now, second);
  EXPECT_EQ(Stat(second, "InUse"), 0u);
  std::vector<float> data{1, 2, 3};
  EXPECT_OK(Copy(TensorOver(data, {3}), value));
  EXPECT_EQ(OnHost(value, 3), data);
  EXPECT_OK(Api().ReleaseSharedAllocator(Env(), device, OrtDeviceMemoryType_DEFAULT));
  EXPECT_OK(Api().GetSharedAllocator(Env(), MemoryOf("DeviceA"), &now));
  EXPECT_EQ(now, nullptr);
  EXPECT_EQ(OnHost(value, 3), data);
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
    const Handle<OrtValue> y = BoundOutput(binding);
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
INSTANTIATE_TEST_SUITE_P(Streams, DeviceArena, kStreams, kName);
INSTANTIATE_TEST_SUITE_P(Streams, DeviceReadOnly, kStreams, kName);
INSTANTIATE_TEST_SUITE_P(Streams, DevicePinned, kStreams, kName);

}  // namespace
}  // namespace capi
