// Descriptions of memory, allocators and their settings.
#include "capi/api.h"

namespace capi {
namespace {

struct MemoryFacts {
  std::string name;
  OrtMemoryInfoDeviceType device;
  OrtDeviceMemoryType memory;
  uint32_t vendor;
  int id;
  OrtMemType mem_type;
  OrtAllocatorType allocator;
  friend bool operator==(const MemoryFacts&, const MemoryFacts&) = default;
};

MemoryFacts FactsOf(const OrtMemoryInfo* info) {
  MemoryFacts facts{};
  const char* name = nullptr;
  EXPECT_OK(Api().MemoryInfoGetName(info, &name));
  facts.name = name;
  Api().MemoryInfoGetDeviceType(info, &facts.device);
  facts.memory = Api().MemoryInfoGetDeviceMemType(info);
  facts.vendor = Api().MemoryInfoGetVendorId(info);
  EXPECT_OK(Api().MemoryInfoGetId(info, &facts.id));
  EXPECT_OK(Api().MemoryInfoGetMemType(info, &facts.mem_type));
  EXPECT_OK(Api().MemoryInfoGetType(info, &facts.allocator));
  return facts;
}

TEST(MemoryInfoTest, ByName) {
  struct Case {
    const char* name;
    OrtMemoryInfoDeviceType device;
    OrtDeviceMemoryType memory;
    uint32_t vendor;
    int id;
  };
  constexpr auto kGpu = OrtMemoryInfoDeviceType_GPU;
  constexpr auto kOwn = OrtDeviceMemoryType_DEFAULT;
  constexpr auto kHost = OrtDeviceMemoryType_HOST_ACCESSIBLE;
  for (const Case& c :
       {Case{"Cpu", OrtMemoryInfoDeviceType_CPU, kOwn, 0, 0}, Case{"Cuda", kGpu, kOwn, 0x10de, 3},
        Case{"CudaPinned", kGpu, kHost, 0x10de, 3}, Case{"Hip", kGpu, kOwn, 0x1002, 3},
        Case{"HipPinned", kGpu, kHost, 0x1002, 3}, Case{"DML", kGpu, kOwn, 0x1414, 3},
        Case{"OpenVINO_GPU", kGpu, kOwn, 0x8086, 3},
        Case{"OpenVINO_RT_NPU", OrtMemoryInfoDeviceType_NPU, kOwn, 0x8086, 3},
        Case{"QnnHtpShared", OrtMemoryInfoDeviceType_CPU, kHost, 0x5143, 3},
        Case{"WebGPU_Buffer", kGpu, kOwn, 0, 3}}) {
    Handle<OrtMemoryInfo> info;
    ASSERT_OK(Api().CreateMemoryInfo(c.name, OrtArenaAllocator, 3, OrtMemTypeDefault, info.out()))
        << c.name;
    EXPECT_EQ(FactsOf(info),
              (MemoryFacts{c.name == std::string("WebGPU_Buffer") ? "WebGPU_Buf" : c.name, c.device,
                           c.memory, c.vendor, c.id, OrtMemTypeDefault, OrtArenaAllocator}))
        << c.name;
  }
  Handle<OrtMemoryInfo> info;
  EXPECT_FAILS(
      Api().CreateMemoryInfo("nonsense", OrtArenaAllocator, 0, OrtMemTypeDefault, info.out()),
      ORT_INVALID_ARGUMENT, "Specified device is not supported. Try CreateMemoryInfo_V2.");
}

TEST(MemoryInfoTest, InFull) {
  Handle<OrtMemoryInfo> info;
  ASSERT_OK(Api().CreateMemoryInfo_V2("mine", OrtMemoryInfoDeviceType_NPU, 5, 2,
                                      OrtDeviceMemoryType_HOST_ACCESSIBLE, 16, OrtDeviceAllocator,
                                      info.out()));
  EXPECT_EQ(FactsOf(info),
            (MemoryFacts{"mine", OrtMemoryInfoDeviceType_NPU, OrtDeviceMemoryType_HOST_ACCESSIBLE,
                         5, 2, OrtMemTypeCPUOutput, OrtDeviceAllocator}));
  EXPECT_FAILS(
      Api().CreateMemoryInfo_V2("mine", static_cast<OrtMemoryInfoDeviceType>(8), 5, 2,
                                OrtDeviceMemoryType_DEFAULT, 0, OrtDeviceAllocator, info.out()),
      ORT_INVALID_ARGUMENT, "Invalid device type specified.");
}

TEST(MemoryInfoTest, Compare) {
  const auto a = CpuMemory();
  const auto b = CpuMemory();
  Handle<OrtMemoryInfo> arena;
  ASSERT_OK(Api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, arena.out()));
  int result = 7;
  EXPECT_OK(Api().CompareMemoryInfo(a, b, &result));
  EXPECT_EQ(result, 0);
  EXPECT_OK(Api().CompareMemoryInfo(a, arena, &result));
  EXPECT_EQ(result, -1);
}

TEST(AllocatorTest, TheDefaultOne) {
  OrtAllocator* allocator = DefaultAllocator();
  EXPECT_EQ(allocator, DefaultAllocator());
  void* memory = nullptr;
  ASSERT_OK(Api().AllocatorAlloc(allocator, 100, &memory));
  ASSERT_NE(memory, nullptr);
  std::fill_n(static_cast<char*>(memory), 100, 'x');
  EXPECT_OK(Api().AllocatorFree(allocator, memory));
  EXPECT_OK(Api().AllocatorFree(allocator, nullptr));
  EXPECT_OK(Api().AllocatorAlloc(allocator, 0, &memory));
  EXPECT_EQ(memory, nullptr);
  const OrtMemoryInfo* info = nullptr;
  EXPECT_OK(Api().AllocatorGetInfo(allocator, &info));
  EXPECT_EQ(FactsOf(info), FactsOf(CpuMemory()));
  Handle<OrtKeyValuePairs> stats;
  EXPECT_OK(Api().AllocatorGetStats(allocator, stats.out()));
}

/// An allocator of the client's that counts.
struct CountingAllocator : OrtAllocator {
  CountingAllocator() : OrtAllocator{} {
    version = ORT_API_VERSION;
    OrtAllocator::Alloc = [](OrtAllocator* self, size_t size) {
      ++static_cast<CountingAllocator*>(self)->live;
      return std::malloc(size);
    };
    OrtAllocator::Free = [](OrtAllocator* self, void* p) {
      if (p != nullptr) --static_cast<CountingAllocator*>(self)->live;
      std::free(p);
    };
    OrtAllocator::Info = [](const OrtAllocator* self) {
      return static_cast<const OrtMemoryInfo*>(
          static_cast<const CountingAllocator*>(self)->memory.get());
    };
  }
  Handle<OrtMemoryInfo> memory = CpuMemory();
  int live = 0;
};

TEST(AllocatorTest, OfTheClients) {
  CountingAllocator allocator;
  {
    const int64_t shape[] = {2, 3};
    Handle<OrtValue> value;
    ASSERT_OK(Api().CreateTensorAsOrtValue(&allocator, shape, 2,
                                           ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, value.out()));
    EXPECT_EQ(allocator.live, 1);
  }
  EXPECT_EQ(allocator.live, 0);
  if (!OnBackplane()) return;  // elsewhere this crashes
  Handle<OrtKeyValuePairs> stats;
  EXPECT_FAILS(Api().AllocatorGetStats(&allocator, stats.out()), ORT_NOT_IMPLEMENTED,
               "keeps no statistics");
}

TEST(AllocatorTest, DeletesTheMemoryATensorWasGiven) {
  CountingAllocator allocator;
  const int64_t shape[] = {4};
  void* memory = allocator.Alloc(&allocator, 16);
  Handle<OrtValue> value;
  EXPECT_FAILS(
      Api().CreateTensorWithDataAndDeleterAsOrtValue(
          &allocator, memory, 15, shape, 1, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, value.out()),
      ORT_INVALID_ARGUMENT);
  EXPECT_EQ(allocator.live, 1) << "on failure the memory stays the caller's";
  ASSERT_OK(Api().CreateTensorWithDataAndDeleterAsOrtValue(
      &allocator, memory, 16, shape, 1, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, value.out()));
  void* data = nullptr;
  EXPECT_OK(Api().GetTensorMutableData(value, &data));
  EXPECT_EQ(data, memory);
  value = Handle<OrtValue>();
  EXPECT_EQ(allocator.live, 0);
}

TEST(SharedAllocatorTest, RegisteredAndUnregistered) {
  CountingAllocator allocator;
  const auto cpu = CpuMemory();
  OrtAllocator* shared = nullptr;
  EXPECT_OK(Api().GetSharedAllocator(Env(), cpu, &shared));
  EXPECT_NE(shared, nullptr) << "the CPU always has one";
  EXPECT_OK(Api().RegisterAllocator(Env(), &allocator));
  EXPECT_OK(Api().RegisterAllocator(Env(), &allocator));
  EXPECT_OK(Api().GetSharedAllocator(Env(), cpu, &shared));
  EXPECT_NE(shared, nullptr);
  EXPECT_OK(Api().UnregisterAllocator(Env(), cpu));
  EXPECT_FAILS(Api().UnregisterAllocator(Env(), cpu), ORT_INVALID_ARGUMENT,
               "No allocator for this device has been registered for sharing.");
  EXPECT_OK(Api().CreateAndRegisterAllocator(Env(), cpu, nullptr));
  EXPECT_OK(Api().CreateAndRegisterAllocatorV2(Env(), "CPUExecutionProvider", cpu, nullptr, nullptr,
                                               nullptr, 0));
  EXPECT_FAILS(
      Api().CreateAndRegisterAllocatorV2(Env(), "nonsense", cpu, nullptr, nullptr, nullptr, 0),
      ORT_INVALID_ARGUMENT, "nonsense is not implemented in CreateAndRegisterAllocatorV2()");
  EXPECT_OK(Api().UnregisterAllocator(Env(), cpu));
  Handle<OrtMemoryInfo> gpu;
  ASSERT_OK(Api().CreateMemoryInfo("Cuda", OrtDeviceAllocator, 0, OrtMemTypeDefault, gpu.out()));
  EXPECT_FAILS(Api().CreateAndRegisterAllocator(Env(), gpu, nullptr), ORT_INVALID_ARGUMENT,
               "Only CPU devices are supported. Please call CreateAndRegisterAllocatorV2() for "
               "other device.");
  EXPECT_OK(Api().GetSharedAllocator(Env(), gpu, &shared));
  EXPECT_EQ(shared, nullptr);
}

TEST(ArenaCfgTest, WhatIsRefused) {
  Handle<OrtArenaCfg> config;
  EXPECT_OK(Api().CreateArenaCfg(0, -1, -1, -1, config.out()));
  EXPECT_OK(Api().CreateArenaCfg(1 << 20, 1, 1024, 1024, config.out()));
  EXPECT_FAILS(Api().CreateArenaCfg(0, 5, -1, -1, config.out()), ORT_INVALID_ARGUMENT,
               "Invalid configuration value was provided.");
  const char* keys[] = {"max_mem", "max_power_of_two_extend_bytes", "nonsense"};
  const size_t values[] = {1, 2, 3};
  EXPECT_OK(Api().CreateArenaCfgV2(keys, values, 2, config.out()));
  EXPECT_FAILS(Api().CreateArenaCfgV2(keys, values, 3, config.out()), ORT_INVALID_ARGUMENT,
               "Invalid key found: nonsense");
}

// Sessions that are told to use the env's allocators take their memory from an arena there, as far
// as it goes; a run gives back what it can if asked to.
TEST(SharedAllocatorTest, SessionsUseTheEnvsArena) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime's arena counts its own way";
  Handle<OrtMemoryInfo> memory;
  EXPECT_OK(Api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, memory.out()));
  const char* keys[] = {"max_mem", "arena_extend_strategy", "initial_chunk_size_bytes"};
  const size_t values[] = {size_t{1} << 20, 1, 4096};
  Handle<OrtArenaCfg> config;
  EXPECT_OK(Api().CreateArenaCfgV2(keys, values, 3, config.out()));
  ASSERT_OK(Api().CreateAndRegisterAllocator(Env(), memory, config));
  OrtAllocator* arena = nullptr;
  EXPECT_OK(Api().GetSharedAllocator(Env(), memory, &arena));
  const auto stat = [&](const char* name) {
    Handle<OrtKeyValuePairs> pairs;
    EXPECT_OK(Api().AllocatorGetStats(arena, pairs.out()));
    return std::stoul(Api().GetKeyValue(pairs, name));
  };
  {
    Handle<OrtSessionOptions> options;
    EXPECT_OK(Api().CreateSessionOptions(options.out()));
    EXPECT_OK(Api().AddSessionConfigEntry(options, "session.use_env_allocators", "1"));
    const Handle<OrtSession> session = OpenModel("add", options);
    Handle<OrtRunOptions> run_options;
    EXPECT_OK(Api().CreateRunOptions(run_options.out()));
    const auto run = [&](int64_t rows, Handle<OrtValue>& result) {
      std::vector<float> x(static_cast<size_t>(rows) * 3, 1);
      const Handle<OrtValue> value = TensorOver(x, {rows, 3});
      const char* input = "x";
      const char* output = "y";
      const OrtValue* in = value;
      return Outcome(Api().Run(session, run_options, &input, &in, 1, &output, 1, result.out()));
    };
    Handle<OrtValue> small;
    EXPECT_OK(run(2, small));
    EXPECT_EQ(DataOf<float>(small), (std::vector<float>{2, 3, 4, 2, 3, 4}));
    EXPECT_GT(stat("InUse"), 0u);
    Handle<OrtValue> large;
    EXPECT_FAILS(run(200000, large), ORT_FAIL, "could not provide");
    large = {};
    EXPECT_OK(run(1000, large));
    large = {};
    const size_t before = stat("TotalAllocated");
    EXPECT_OK(
        Api().AddRunConfigEntry(run_options, "memory.enable_memory_arena_shrinkage", "cpu:0"));
    EXPECT_OK(run(2, large));
    EXPECT_LT(stat("TotalAllocated"), before);
    for (const char* list : {"cpu", "tpu:0", "gpu:0"}) {
      EXPECT_OK(Api().AddRunConfigEntry(run_options, "memory.enable_memory_arena_shrinkage", list));
      Handle<OrtValue> result;
      EXPECT_FAILS(run(2, result), ORT_INVALID_ARGUMENT, "memory arena shrink list");
      EXPECT_EQ(result.get(), nullptr);
    }
  }
  EXPECT_OK(Api().UnregisterAllocator(Env(), memory));
}

}  // namespace
}  // namespace capi
