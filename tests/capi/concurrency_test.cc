// The C API from several threads at once: sessions that share an env, its libraries, allocators and
// weights; runs that share a session. Under ThreadSanitizer (make tsan) a data race fails them too.
#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "capi/api.h"
#include "capi/ep_support.h"

namespace capi {
namespace {

/// Calls all of `works` at the same time, each on a thread of its own.
void Together(const std::vector<std::function<void()>>& works) {
  std::atomic<size_t> ready{0};
  std::vector<std::thread> threads;
  for (const auto& work : works) {
    threads.emplace_back([&] {
      ++ready;
      while (ready < works.size()) std::this_thread::yield();
      work();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

/// The same `work` on `count` threads; each gets its number.
void Together(size_t count, const std::function<void(size_t)>& work) {
  std::vector<std::function<void()>> works;
  for (size_t t = 0; t < count; ++t) works.emplace_back([&work, t] { work(t); });
  Together(works);
}

/// a + b by the model "two", for vectors of any one length.
Outcome Sum(OrtSession* session, std::vector<float> a, std::vector<float> b,
            std::vector<float>& sum, const OrtRunOptions* options = nullptr) {
  const std::vector<int64_t> shape{static_cast<int64_t>(a.size())};
  const Handle<OrtValue> values[] = {TensorOver(a, shape), TensorOver(b, shape)};
  const char* names[] = {"a", "b"};
  const char* output = "sum";
  const OrtValue* inputs[] = {values[0], values[1]};
  Handle<OrtValue> result;
  Outcome outcome = Api().Run(session, options, names, inputs, 2, &output, 1, result.out());
  if (outcome.ok()) sum = DataOf<float>(result);
  return outcome;
}

/// Runs "two" once with vectors of `length`, whose content `seed` varies.
void CheckSum(OrtSession* session, size_t length, float seed) {
  std::vector<float> sum;
  ASSERT_OK(Sum(session, std::vector<float>(length, seed), std::vector<float>(length, 2), sum));
  EXPECT_EQ(sum, std::vector<float>(length, seed + 2));
}

Handle<OrtSession> WithThreads(int threads) {
  Env();
  const Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_OK(Api().SetIntraOpNumThreads(options, threads));
  return OpenModel("two", options);
}

// More shapes than a session remembers plans for; the longest are worth the session's threads.
TEST(ConcurrencyTest, RunsWithManyShapes) {
  const Handle<OrtSession> session = WithThreads(3);
  Together(4, [&](size_t t) {
    for (size_t i = 0; i < 120; ++i) {
      const size_t length = i % 20 == 0 ? 300000 + t : 1 + (7 * i + t) % 61;
      CheckSum(session, length, static_cast<float>(t + i));
    }
  });
}

TEST(ConcurrencyTest, EverySessionHasItsOwnThreads) {
  Together(3, [](size_t t) {
    for (size_t i = 0; i < 4; ++i) CheckSum(WithThreads(3), 200000 + 10 * t + i, 1);
  });
}

TEST(ConcurrencyTest, SessionsOfManyModelsAreMade) {
  Env();
  const char* models[] = {"two", "captures", "types", "flow_if", "flow_loop", "flow_scan", "add"};
  Together(3, [&](size_t t) {
    for (size_t i = 0; i < std::size(models); ++i) {
      const Handle<OrtSession> session = OpenModel(models[(t + i) % std::size(models)]);
      size_t count = 0;
      EXPECT_OK(Api().SessionGetInputCount(session, &count));
      EXPECT_NE(count, 0u);
    }
  });
}

TEST(ConcurrencyTest, ARunIsStoppedFromOutside) {
  const Handle<OrtSession> session = WithThreads(1);
  Handle<OrtRunOptions> options;
  ASSERT_OK(Api().CreateRunOptions(options.out()));
  std::atomic<int> left{2};
  const auto runs = [&] {
    for (bool stopped = false, finished = false; !stopped || !finished;) {
      std::vector<float> sum;
      const Outcome outcome = Sum(session, {1, 2}, {3, 4}, sum, options);
      if (outcome.ok()) {
        finished = true;
        EXPECT_EQ(sum, (std::vector<float>{4, 6}));
      } else {
        stopped = true;
        EXPECT_NE(outcome.message.find("terminate"), std::string::npos) << outcome;
      }
    }
    --left;
  };
  Together({runs, runs, [&] {
              while (left > 0) {
                EXPECT_OK(Api().RunOptionsSetTerminate(options));
                std::this_thread::yield();
                EXPECT_OK(Api().RunOptionsUnsetTerminate(options));
                std::this_thread::yield();
              }
            }});
}

struct AsyncRun {
  std::vector<float> data;
  Handle<OrtValue> input;
  const OrtValue* in = nullptr;
  OrtValue* out = nullptr;
  std::atomic<int>* done = nullptr;
  bool right = false;

  static void Done(void* self, OrtValue** outputs, size_t count, OrtStatus* status) {
    auto& run = *static_cast<AsyncRun*>(self);
    if (Outcome(status).ok() && count == 1) {
      const Handle<OrtValue> y(outputs[0]);
      run.right =
          DataOf<float>(y) == std::vector<float>{run.data[0] + 1, run.data[1] + 2, run.data[2] + 3};
    }
    run.done->fetch_add(1);
  }
};

TEST(ConcurrencyTest, AsynchronousRunsOfManyCallers) {
  const Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_OK(Api().SetIntraOpNumThreads(options, 2));
  const Handle<OrtSession> session = OpenModel("add", options);
  constexpr size_t kEach = 25;
  constexpr size_t kCallers = 3;
  std::vector<AsyncRun> runs(kCallers * kEach);
  std::atomic<int> done{0};
  Together(kCallers, [&](size_t t) {
    for (size_t i = t * kEach; i < (t + 1) * kEach; ++i) {
      AsyncRun& run = runs[i];
      run.data = {static_cast<float>(i), 1, 2};
      run.input = TensorOver(run.data, {1, 3});
      run.in = run.input;
      run.done = &done;
      static const char* const input = "x";
      static const char* const output = "y";
      EXPECT_OK(Api().RunAsync(session, nullptr, &input, &run.in, 1, &output, 1, &run.out,
                               AsyncRun::Done, &run));
    }
  });
  while (done < static_cast<int>(runs.size())) std::this_thread::yield();
  for (const AsyncRun& run : runs) EXPECT_TRUE(run.right);
}

TEST(ConcurrencyTest, ProfilingEndsWhileRunsGoOn) {
  const std::string prefix = (std::filesystem::temp_directory_path() / "capi_busy").string();
  const Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_OK(Api().EnableProfiling(options, prefix.c_str()));
  const Handle<OrtSession> session = OpenModel("two", options);
  std::mutex mutex;
  std::vector<std::string> files;
  const auto end = [&] {
    char* path = nullptr;
    EXPECT_OK(Api().SessionEndProfiling(session, DefaultAllocator(), &path));
    const std::string file = TakeText(path);
    const std::lock_guard lock(mutex);
    if (!file.empty()) files.push_back(file);
  };
  const auto runs = [&] {
    for (size_t i = 0; i < 150; ++i) CheckSum(session, 3, static_cast<float>(i));
  };
  Together({runs, runs, end, end});
  ASSERT_EQ(files.size(), 1u) << "one of the two ends it";
  std::filesystem::remove(files[0]);
}

// -- what an env shares

TEST(ConcurrencyTest, EnvsAreCounted) {
  Env();
  Together(4, [](size_t) {
    for (int i = 0; i < 50; ++i) {
      Handle<OrtEnv> env;
      EXPECT_OK(Api().CreateEnv(ORT_LOGGING_LEVEL_ERROR, "other", env.out()));
      EXPECT_EQ(env.get(), Env());
    }
  });
}

TEST(ConcurrencyTest, TheEnvsAllocatorsAreReplacedWhileSessionsUseThem) {
  Handle<OrtMemoryInfo> memory;
  ASSERT_OK(Api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, memory.out()));
  const auto share = [&] { EXPECT_OK(Api().CreateAndRegisterAllocator(Env(), memory, nullptr)); };
  share();
  const Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_OK(Api().AddSessionConfigEntry(options, "session.use_env_allocators", "1"));
  const Handle<OrtSession> first = OpenModel("two", options);
  const auto runs = [&] {
    Handle<OrtRunOptions> shrinking;
    EXPECT_OK(Api().CreateRunOptions(shrinking.out()));
    EXPECT_OK(Api().AddRunConfigEntry(shrinking, "memory.enable_memory_arena_shrinkage", "cpu:0"));
    for (size_t i = 0; i < 40; ++i) {
      const size_t length = 1 + 997 * i;
      CheckSum(first, length, 1);
      std::vector<float> sum;
      EXPECT_OK(
          Sum(first, std::vector<float>(length, 1), std::vector<float>(length, 1), sum, shrinking));
    }
  };
  const auto sessions = [&] {
    for (size_t i = 0; i < 10; ++i) CheckSum(OpenModel("two", options), 100 + i, 1);
  };
  Together({runs, runs, sessions, [&] {
              for (int i = 0; i < 30; ++i) share();
            }});
  EXPECT_OK(Api().UnregisterAllocator(Env(), memory));
  CheckSum(first, 5, 1);  // the session keeps the arena that it has
}

TEST(ConcurrencyTest, AnArenaServesManyThreads) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime's arena counts its own way";
  Handle<OrtMemoryInfo> memory;
  ASSERT_OK(Api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, memory.out()));
  ASSERT_OK(Api().CreateAndRegisterAllocator(Env(), memory, nullptr));
  OrtAllocator* arena = nullptr;
  ASSERT_OK(Api().GetSharedAllocator(Env(), memory, &arena));
  const auto stat = [&](const char* name) {
    Handle<OrtKeyValuePairs> pairs;
    EXPECT_OK(Api().AllocatorGetStats(arena, pairs.out()));
    return std::stoul(Api().GetKeyValue(pairs, name));
  };
  Together(4, [&](size_t t) {
    std::vector<std::pair<uint8_t*, size_t>> held;
    for (size_t i = 0; i < 300; ++i) {
      const size_t bytes = 1 + (i * 7919 + t) % 5000;
      void* data = nullptr;
      ASSERT_OK(Api().AllocatorAlloc(arena, bytes, &data));
      std::fill_n(static_cast<uint8_t*>(data), bytes, static_cast<uint8_t>(t));
      held.emplace_back(static_cast<uint8_t*>(data), bytes);
      if (i % 3 != 2) continue;
      const auto [oldest, size] = held.front();
      EXPECT_EQ(std::count(oldest, oldest + size, static_cast<uint8_t>(t)),
                static_cast<std::ptrdiff_t>(size));
      EXPECT_OK(Api().AllocatorFree(arena, oldest));
      held.erase(held.begin());
      EXPECT_GE(stat("MaxInUse"), size);
    }
    for (const auto& [data, size] : held) EXPECT_OK(Api().AllocatorFree(arena, data));
  });
  EXPECT_EQ(stat("InUse"), 0u);
  EXPECT_OK(Api().UnregisterAllocator(Env(), memory));
}

TEST(ConcurrencyTest, MemoryInfosOfManyKinds) {
  std::vector<float> data{1, 2};
  Together(4, [&](size_t) {
    for (int32_t id = 0; id < 20; ++id) {
      Handle<OrtMemoryInfo> memory;
      ASSERT_OK(Api().CreateMemoryInfo_V2("Elsewhere", OrtMemoryInfoDeviceType_NPU, 7, id,
                                          OrtDeviceMemoryType_DEFAULT, 0, OrtDeviceAllocator,
                                          memory.out()));
      const int64_t shape = 2;
      Handle<OrtValue> value;
      ASSERT_OK(Api().CreateTensorWithDataAsOrtValue(
          memory, data.data(), 8, &shape, 1, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, value.out()));
      memory = {};
      const OrtMemoryInfo* told = nullptr;
      int told_id = -1;
      ASSERT_OK(Api().GetTensorMemoryInfo(value, &told));
      EXPECT_OK(Api().MemoryInfoGetId(told, &told_id));
      EXPECT_EQ(told_id, id);
    }
  });
}

// -- libraries and devices

/// y of the model "chain".
std::vector<float> RunChain(OrtSession* session, std::vector<float> x) {
  const Handle<OrtValue> value = TensorOver(x, {static_cast<int64_t>(x.size() / 3), 3});
  const char* input = "x";
  const char* output = "y";
  const OrtValue* in = value;
  Handle<OrtValue> y;
  EXPECT_OK(Api().Run(session, nullptr, &input, &in, 1, &output, 1, y.out()));
  return y == nullptr ? std::vector<float>() : DataOf<float>(y);
}

class ConcurrentDevices : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime 1.31 crashes in these";
    setenv("DEVICE_EP_STREAMS", GetParam() ? "1" : "0", 1);
  }
  void TearDown() override {
    unsetenv("DEVICE_EP_STREAMS");
    for (const std::string& line : TakeJournal("device_ep_plugin", "DeviceEpJournal"))
      EXPECT_NE(line.rfind("ERROR", 0), 0u) << line;
  }

  const std::vector<float> input_{1, 2, -3};
  Registered library_{"device_ep", PluginPath("device_ep_plugin")};
  const std::vector<const OrtEpDevice*> a_ = EpDevices("DeviceA");
  const std::vector<const OrtEpDevice*> b_ = EpDevices("DeviceB");
};

TEST_P(ConcurrentDevices, SessionsAreMadeWhileLibrariesComeAndGo) {
  const std::vector<float> expected = RunChain(OpenModel("chain"), input_);
  std::atomic<bool> over{false};
  const auto come_and_go = [&] {
    for (int i = 0; i < 12; ++i) {
      EXPECT_OK(Register("coming"));
      for (Outcome gone = Unregister("coming"); !gone.ok(); gone = Unregister("coming"))
        ASSERT_NE(gone.message.find("in use by"), std::string::npos) << gone;  // a policy chose it
    }
    over = true;
  };
  const auto with_eps = [&] {
    while (!over) {
      const Handle<OrtSessionOptions> options = NewOptions();
      ASSERT_OK(Append(options, a_));
      ASSERT_OK(Append(options, b_));
      const Handle<OrtSession> session = OpenModel("chain", options);
      EXPECT_EQ(RunChain(session, input_), expected);
    }
  };
  const auto with_a_policy = [&] {
    while (!over) {
      const Handle<OrtSessionOptions> options = NewOptions();
      ASSERT_OK(Api().SessionOptionsSetEpSelectionPolicy(
          options, OrtExecutionProviderDevicePolicy_PREFER_CPU));
      Handle<OrtSession> session;
      const Outcome made =
          Api().CreateSession(Env(), ModelPath("two").c_str(), options, session.out());
      // The one that it chose may have gone before it had it.
      if (!made.ok()) {
        EXPECT_NE(made.message.find("unregistered"), std::string::npos) << made;
        continue;
      }
      CheckSum(session, 3, 1);
    }
  };
  const auto looks = [&] {
    const Handle<OrtSession> session = OpenModel("add");
    while (!over) {
      const OrtEpDevice* const* devices = nullptr;
      size_t count = 0;
      EXPECT_OK(Api().GetEpDevices(Env(), &devices, &count));
      for (size_t i = 0; i < count; ++i) EXPECT_NE(devices[i], nullptr);
      const OrtEpDevice* device = nullptr;
      EXPECT_OK(Api().SessionGetEpDeviceForOutputs(session, &device, 1));
      EXPECT_EQ(device, devices[0]);
    }
  };
  Together({come_and_go, with_eps, with_a_policy, looks});
}

TEST_P(ConcurrentDevices, RunsAndCopies) {
  const std::vector<float> expected = RunChain(OpenModel("chain"), input_);
  const Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Append(options, a_));
  ASSERT_OK(Append(options, b_));
  const Handle<OrtSession> session = OpenModel("chain", options);
  const auto runs = [&] {
    for (int i = 0; i < 15; ++i) EXPECT_EQ(RunChain(session, input_), expected);
  };
  const auto copies = [&] {
    const OrtMemoryInfo* memory = Api().EpDevice_MemoryInfo(a_.at(0), OrtDeviceMemoryType_DEFAULT);
    Handle<OrtAllocator> allocator;
    ASSERT_OK(Api().CreateAllocator(session, memory, allocator.out()));
    for (int i = 0; i < 15; ++i) {
      std::vector<float> there{1, 2, static_cast<float>(i)};
      std::vector<float> back(3);
      const int64_t shape = 3;
      Handle<OrtValue> on_device;
      ASSERT_OK(Api().CreateTensorAsOrtValue(allocator, &shape, 1,
                                             ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, on_device.out()));
      const Handle<OrtValue> from = TensorOver(there, {3});
      const Handle<OrtValue> to = TensorOver(back, {3});
      const OrtValue* sources[] = {from, on_device};
      OrtValue* targets[] = {on_device, to};
      OrtSyncStream* stream = nullptr;
      if (GetParam()) {
        ASSERT_OK(Api().CreateSyncStreamForEpDevice(a_.at(0), nullptr, &stream));
      }
      for (size_t step : {0, 1})
        EXPECT_OK(Api().CopyTensors(Env(), &sources[step], &targets[step], stream, 1));
      if (stream != nullptr) Api().ReleaseSyncStream(stream);  // when its work is done
      EXPECT_EQ(back, there);
    }
  };
  Together({runs, runs, copies, copies});
}

INSTANTIATE_TEST_SUITE_P(Streams, ConcurrentDevices, testing::Bool());

TEST(ConcurrencyTest, SessionsShareWeightsPackedIntoOneContainer) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime shares weights of its own EP only";
  const Registered library("kernel_ep", PluginPath("kernel_ep_plugin"));
  const auto devices = EpDevices("kernel_ep");
  ASSERT_FALSE(devices.empty());
  const Handle<OrtSessionOptions> options = NewOptions();
  ASSERT_OK(Append(options, {devices.front()}));
  Handle<OrtPrepackedWeightsContainer> container;
  ASSERT_OK(Api().CreatePrepackedWeightsContainer(container.out()));
  TakeJournal("kernel_ep_plugin", "KernelEpTake");
  Together(3, [&](size_t) {
    for (int i = 0; i < 5; ++i) {
      Handle<OrtSession> session;
      EXPECT_OK(Api().CreateSessionWithPrepackedWeightsContainer(
          Env(), ModelPath("kernels").c_str(), options, container, session.out()));
    }
  });
  std::vector<std::string> shared = TakeJournal("kernel_ep_plugin", "KernelEpTake");
  std::erase_if(shared, [](const auto& line) { return line.rfind("SetShared input=1", 0) != 0; });
  EXPECT_EQ(shared, std::vector<std::string>(15, shared.at(0))) << "each session got the same one";
}

// Sessions that name no EP, all of which want the environment's, whose library is not loaded yet.
TEST(ConcurrencyTest, TheEnvironmentsEpIsLoadedOnce) {
  if (!OnBackplane()) GTEST_SKIP() << "only ours has them";
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("capi_eps_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(PluginPath(), folder / "libbackplane_ep_installed.so",
                             std::filesystem::copy_options::overwrite_existing);
  for (int round = 0; round < 3; ++round) {
    LifeCycle life{{"NAMES", "Installed"}};
    setenv("BACKPLANE_EP_PATH", folder.c_str(), 1);
    setenv("BACKPLANE_EXECUTION_PROVIDERS", "Installed", 1);
    Together(4, [](size_t) { CheckSum(OpenModel("two"), 3, 1); });
    unsetenv("BACKPLANE_EXECUTION_PROVIDERS");
    unsetenv("BACKPLANE_EP_PATH");
    const std::vector<std::string> lines = life.Take();
    const auto count = [&](const std::string& prefix) {
      return std::count_if(lines.begin(), lines.end(),
                           [&](const auto& line) { return line.rfind(prefix, 0) == 0; });
    };
    EXPECT_EQ(count("CreateEpFactories Installed"), 1);
    EXPECT_EQ(count("CreateEp Installed"), 4) << "every session has it";
    EXPECT_OK(Unregister("Installed"));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace capi
