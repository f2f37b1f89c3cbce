// Every function that EPs give the host fails in turn: tests/plugins/faults puts one fault at a
// time into EPs that otherwise do real work. What the user then sees is written beside each
// (faults_expected.h); afterwards the same work succeeds in the same process.
#include "capi/faults_expected.h"

#include <algorithm>
#include <atomic>
#include <set>

#include "capi/context_ep_support.h"
#include "capi/device_ep_support.h"

// There in builds with a sanitizer that looks for leaks.
extern "C" __attribute__((weak)) void __lsan_disable();  // NOLINT
extern "C" __attribute__((weak)) void __lsan_enable();   // NOLINT

namespace capi {
namespace {

/// Work in steps; one that fails does not keep the others from being tried.
class Steps {
 public:
  bool Do(const std::string& step, const Outcome& outcome) {
    if (outcome.ok()) return true;
    if (names_.insert(step).second) failed_ += (failed_.empty() ? "" : ", ") + step;
    messages_ += step + ": " + outcome.message + "\n";
    return false;
  }
  bool Check(const std::string& step, bool right) {
    return Do(step, Outcome(right ? nullptr : Api().CreateStatus(ORT_FAIL, "a wrong result")));
  }
  /// The names of those that failed, in their order.
  const std::string& failed() const { return failed_; }
  const std::string& messages() const { return messages_; }

 private:
  std::set<std::string> names_;
  std::string failed_;
  std::string messages_;
};

/// Opens tests/capi/models/`model` with one device of each of `eps`.
bool OpenWith(Steps& steps, const std::vector<std::string>& eps, const std::string& model,
              OrtSessionOptions* options, Handle<OrtSession>& session) {
  for (const std::string& ep : eps) {
    const auto devices = EpDevices(ep);
    if (!steps.Check("devices", !devices.empty())) return false;
    if (!steps.Do("append", Append(options, {devices[0]}))) return false;
  }
  return steps.Do("open",
                  Api().CreateSession(Env(), ModelPath(model).c_str(), options, session.out()));
}

// -- EPs with memory, streams, copies, importers

void Import(Steps& steps, const OrtEpDevice* device, OrtSyncStream* stream) {
  const OrtInteropApi& interop = *Api().GetInteropApi();
  std::vector<float> data{1, 2, 3};
  static std::atomic<uint64_t> counter{0};  // the stream may still be at work when this returns
  const OrtGraphicsInteropConfig config{};
  if (steps.Do("graphics", interop.InitGraphicsInteropForEpDevice(device, &config)))
    steps.Do("graphics off", interop.DeinitGraphicsInteropForEpDevice(device));
  OrtExternalResourceImporter* importer = nullptr;
  if (!steps.Do("importer", interop.CreateExternalResourceImporterForDevice(device, &importer)) ||
      importer == nullptr)
    return;
  bool can = false;
  steps.Do("ask", interop.CanImportMemory(importer, ORT_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION,
                                          &can));
  steps.Do("ask", interop.CanImportSemaphore(
                      importer, ORT_EXTERNAL_SEMAPHORE_VK_TIMELINE_SEMAPHORE_OPAQUE_FD, &can));
  const OrtExternalMemoryDescriptor memory{ORT_API_VERSION,
                                           ORT_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION,
                                           data.data(), 3 * sizeof(float), 0};
  OrtExternalMemoryHandle* handle = nullptr;
  if (steps.Do("import", interop.ImportMemory(importer, &memory, &handle))) {
    const int64_t shape = 3;
    const OrtExternalTensorDescriptor wanted{ORT_API_VERSION, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                             &shape, 1, 0};
    Handle<OrtValue> tensor;
    steps.Do("tensor", interop.CreateTensorFromMemory(importer, handle, &wanted, tensor.out()));
    tensor = {};
    interop.ReleaseExternalMemoryHandle(handle);
  }
  const OrtExternalSemaphoreDescriptor described{
      ORT_API_VERSION, ORT_EXTERNAL_SEMAPHORE_VK_TIMELINE_SEMAPHORE_OPAQUE_FD, &counter};
  OrtExternalSemaphoreHandle* semaphore = nullptr;
  if (steps.Do("import", interop.ImportSemaphore(importer, &described, &semaphore))) {
    if (stream != nullptr) {
      steps.Do("signal", interop.SignalSemaphore(importer, semaphore, stream, 1));
      steps.Do("wait", interop.WaitSemaphore(importer, semaphore, stream, 0));
    }
    interop.ReleaseExternalSemaphoreHandle(semaphore);
  }
  interop.ReleaseExternalResourceImporter(importer);
}

void UseMemory(Steps& steps, const OrtEpDevice* device) {
  const OrtMemoryInfo* memory = Api().EpDevice_MemoryInfo(device, OrtDeviceMemoryType_DEFAULT);
  OrtAllocator* shared = nullptr;
  steps.Do("allocator", Api().CreateSharedAllocator(Env(), device, OrtDeviceMemoryType_DEFAULT,
                                                    OrtDeviceAllocator, nullptr, &shared));
  steps.Do("allocator", Api().GetSharedAllocator(Env(), memory, &shared));
  if (!steps.Check("allocator", shared != nullptr)) return;
  Handle<OrtKeyValuePairs> stats;
  steps.Do("stats", Api().AllocatorGetStats(shared, stats.out()));
  std::vector<float> data{1, 2, 3};
  std::vector<float> back(3);
  Handle<OrtValue> host = TensorOver(data, {3});
  Handle<OrtValue> result = TensorOver(back, {3});
  const int64_t shape = 3;
  Handle<OrtValue> there;
  if (!steps.Do("allocate",
                Api().CreateTensorAsOrtValue(shared, &shape, 1, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                             there.out())))
    return;
  const OrtValue* from[] = {host, there};
  OrtValue* to[] = {there, result};
  if (steps.Do("copy", Api().CopyTensors(Env(), &from[0], &to[0], nullptr, 1)))
    steps.Do("copy", Api().CopyTensors(Env(), &from[1], &to[1], nullptr, 1));
}

void Devices(Steps& steps) {
  const auto devices = EpDevices("DeviceA");
  if (!steps.Check("devices", !devices.empty())) return;
  OrtSyncStream* stream = nullptr;
  if (steps.Do("stream", Api().CreateSyncStreamForEpDevice(devices[0], nullptr, &stream)))
    Api().SyncStream_GetHandle(stream);
  Import(steps, devices[0], stream);
  if (stream != nullptr) Api().ReleaseSyncStream(stream);
  UseMemory(steps, devices[0]);
  const Handle<OrtSessionOptions> options = NewOptions();
  steps.Do("options", Api().AddSessionConfigEntry(
                          options, "session.resource_DeviceA_partitioning_settings", ","));
  Handle<OrtSession> session;
  if (!OpenWith(steps, {"DeviceA", "DeviceB"}, "chain", options, session)) return;
  Handle<OrtRunOptions> run;
  EXPECT_OK(Api().CreateRunOptions(run.out()));
  EXPECT_OK(Api().AddRunConfigEntry(run, "memory.enable_memory_arena_shrinkage", "gpu:0"));
  for (const int64_t rows : {1, 2}) {
    std::vector<float> x{1, 2, -3};
    if (rows == 2) x.insert(x.end(), {4, -5, 6});
    const Handle<OrtValue> value = TensorOver(x, {rows, 3});
    std::vector<Handle<OrtValue>> results;
    if (steps.Do("run",
                 RunOn(session, {"x"}, {value}, {"y"}, results, rows == 2 ? run.get() : nullptr)))
      steps.Check("result", DataOf<float>(results[0]) == Chain(x));
  }
  Handle<OrtIoBinding> binding;
  EXPECT_OK(Api().CreateIoBinding(session, binding.out()));
  steps.Do("sync", Api().SynchronizeBoundInputs(binding));
  const Handle<OrtSessionOptions> policy = NewOptions();
  EXPECT_OK(Api().SessionOptionsSetEpSelectionPolicy(policy,
                                                     OrtExecutionProviderDevicePolicy_PREFER_CPU));
  Handle<OrtSession> chosen;
  steps.Do("policy", Api().CreateSession(Env(), ModelPath("add").c_str(), policy, chosen.out()));
}

void Capture(Steps& steps) {
  const Handle<OrtSessionOptions> options = NewOptions();
  Handle<OrtSession> session;
  if (!OpenWith(steps, {"DeviceA"}, "device_kernels", options, session)) return;
  std::vector<float> x{1, 2, -3};
  std::vector<float> y(6);
  const Handle<OrtValue> value = TensorOver(x, {1, 3});
  const Handle<OrtValue> result = TensorOver(y, {2, 3});
  const char* names[] = {"x", "y"};
  const OrtValue* input = value;
  for (int i = 0; i < 4; ++i) {
    OrtValue* output = result;
    steps.Do("run", Api().Run(session, nullptr, &names[0], &input, 1, &names[1], 1, &output));
  }
  steps.Do("release", Api().SessionReleaseCapturedGraph(session, 0));
}

// -- EPs with kernels

void Kernels(Steps& steps) {
  Handle<OrtPrepackedWeightsContainer> container;
  EXPECT_OK(Api().CreatePrepackedWeightsContainer(container.out()));
  const auto devices = EpDevices("faulty");
  if (!steps.Check("devices", !devices.empty())) return;
  const Handle<OrtSessionOptions> options = NewOptions();
  if (!steps.Do("append", Append(options, {devices[0]}))) return;
  std::vector<float> x{-1, -2, -3, 4, 5, -6};
  const Handle<OrtValue> value = TensorOver(x, {2, 3, 1});
  for (int i = 0; i < 2; ++i) {
    Handle<OrtSession> session;
    if (!steps.Do("open",
                  Api().CreateSessionWithPrepackedWeightsContainer(
                      Env(), ModelPath("kernels").c_str(), options, container, session.out())))
      continue;
    std::vector<Handle<OrtValue>> results;
    steps.Do("run", RunOn(session, {"x"}, {value}, {"y"}, results));
  }
  std::vector<int64_t> turns{2};
  std::vector<float> v{1, 2};
  const Handle<OrtValue> count = TensorOver(turns, {});
  const Handle<OrtValue> pair = TensorOver(v, {2});
  std::vector<Handle<OrtValue>> results;
  Handle<OrtSession> loop;
  if (steps.Do("open loop",
               Api().CreateSession(Env(), ModelPath("flow_loop").c_str(), options, loop.out())))
    steps.Do("loop", RunOn(loop, {"n", "v", "x"}, {count, pair, pair}, {"all"}, results));
  Handle<OrtSession> scan;
  std::vector<float> parts{1, 2, 3, 4, 5, 6};
  std::vector<float> factors{2};
  if (!steps.Do("open scan",
                Api().CreateSession(Env(), ModelPath("flow_scan").c_str(), options, scan.out())))
    return;
  const Handle<OrtValue> slices = TensorOver(parts, {2, 3});
  const Handle<OrtValue> factor = TensorOver(factors, {1});
  steps.Do("scan", RunOn(scan, {"s", "xs", "factor"}, {pair, slices, factor}, {"ys"}, results));
}

// -- EPs that compile

void Groups(Steps& steps) {
  const std::string prefix =
      (std::filesystem::temp_directory_path() / ("faults_" + std::to_string(getpid()))).string();
  const Handle<OrtSessionOptions> options = NewOptions();
  EXPECT_OK(Api().EnableProfiling(options, prefix.c_str()));
  Handle<OrtSession> session;
  if (!OpenWith(steps, {"faulty"}, "neg_relu_neg", options, session)) return;
  const char* key = "speed";
  const char* text = "9";
  steps.Do("dynamic", Api().SetEpDynamicOptions(session, &key, &text, 1));
  std::vector<float> x{-2, -1, 0, 1};
  const Handle<OrtValue> value = TensorOver(x, {4});
  for (int i = 0; i < 2; ++i) {
    std::vector<Handle<OrtValue>> results;
    if (steps.Do("run", RunOn(session, {"x"}, {value}, {"y"}, results)))
      steps.Check("result", DataOf<float>(results[0]) == std::vector<float>{-2, -1, 0, 0});
  }
  char* path = nullptr;
  if (steps.Do("profile", Api().SessionEndProfiling(session, DefaultAllocator(), &path)))
    std::filesystem::remove(TakeText(path));
}

void Contexts(Steps& steps) {
  const auto devices = EpDevices("faulty");
  if (!steps.Check("devices", !devices.empty())) return;
  OrtCompiledModelCompatibility verdict = OrtCompiledModelCompatibility_EP_NOT_APPLICABLE;
  steps.Do("judge", Api().GetModelCompatibilityForEpDevices(devices.data(), 1, "info", &verdict));
  const Handle<OrtSessionOptions> options = NewOptions();
  if (!steps.Do("append", Append(options, {devices[0]}))) return;
  const std::string path =
      (std::filesystem::temp_directory_path() / ("faults_" + std::to_string(getpid()) + ".onnx"))
          .string();
  {
    Compilation compilation(options);
    compilation.Embed().Input(ModelPath("partly_compiled")).Output(path);
    EXPECT_OK(Compiler().ModelCompilationOptions_SetWeightlessEnabled(compilation.get(), true));
    EXPECT_OK(Compiler().ModelCompilationOptions_SetEpContextDataWriteFunc(
        compilation.get(),
        [](void*, const char*, const void*, size_t) -> OrtStatus* { return nullptr; }, nullptr));
    steps.Do("compile", compilation.Compile());
  }
  {
    Compilation compilation(options);
    if (!steps.Do("compile",
                  compilation.Embed().Input(ModelPath("partly_compiled")).Output(path).Compile()))
      return;
  }
  Handle<OrtSession> session;
  if (steps.Do("open", Api().CreateSession(Env(), path.c_str(), options, session.out()))) {
    std::vector<float> x{1, 1, 1};
    const Handle<OrtValue> value = TensorOver(x, {3});
    std::vector<Handle<OrtValue>> results;
    if (steps.Do("run", RunOn(session, {"x"}, {value}, {"z"}, results)))
      steps.Check("result", DataOf<float>(results[0]) == std::vector<float>{1, 1, 1});
  }
  std::filesystem::remove(path);
}

// -- all of them

struct Scenario {
  const char* name;
  const char* library;
  void (*work)(Steps& steps);
  std::vector<std::pair<const char*, std::string>> variables;
  std::vector<std::string> eps;  ///< errors name one of them
};

const Scenario kScenarios[] = {
    {"devices",
     "device_ep_plugin",
     &Devices,
     {{"DEVICE_EP_STREAMS", "1"},
      {"DEVICE_EP_IMPORTER", "1"},
      {"DEVICE_EP_PINNED", "1"},
      {"DEVICE_EP_READ_ONLY", "1"},
      {"DEVICE_EP_ALLOC_ON_STREAM", "1"}},
     {"DeviceA", "DeviceB"}},
    {"capture",
     "device_ep_plugin",
     &Capture,
     {{"DEVICE_EP_CAPTURE", "1"}, {"DEVICE_EP_KERNELS", "1"}, {"DEVICE_EP_SHAPES", "1"}},
     {"DeviceA", "DeviceB"}},
    {"kernels", "kernel_ep_plugin", &Kernels, {}, {"faulty"}},
    {"groups", "misbehaving_plugin", &Groups, {}, {"faulty"}},
    {"contexts",
     "context_ep_plugin",
     &Contexts,
     {{"CONTEXT_EP_CALLBACKS", "3"}, {"CONTEXT_EP_INFO", "info"}},
     {"faulty"}},
};

// What an EP does not give back is its own leak, not the host's: leaks are not looked for while a
// function that releases something is at fault.
class OwnLeaks {
 public:
  explicit OwnLeaks(const std::string& fault)
      : expected_(__lsan_disable != nullptr && (fault.find("Release") != std::string::npos ||
                                                fault.find(".Free") != std::string::npos)) {
    if (expected_) __lsan_disable();
  }
  ~OwnLeaks() {
    if (expected_) __lsan_enable();
  }
  OwnLeaks(const OwnLeaks&) = delete;
  OwnLeaks& operator=(const OwnLeaks&) = delete;

 private:
  const bool expected_;
};

class FaultsTest : public testing::TestWithParam<Scenario> {
 protected:
  void SetUp() override {
    if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime crashes at many of them";
  }
  /// Does the scenario's work with `fault`; `filled` gets the functions that the EP had.
  Steps Work(const std::string& fault, int* reached = nullptr,
             std::set<std::string>* filled = nullptr) {
    const Scenario& scenario = GetParam();
    const std::string plugin = PluginPath("faults_plugin");
    setenv("FAULTS_LIBRARY", PluginPath(scenario.library).c_str(), 1);
    for (const auto& [name, value] : scenario.variables) setenv(name, value.c_str(), 1);
    setenv("FAULT", fault.c_str(), 1);
    const OwnLeaks own_leaks(fault);
    void* library = dlopen(plugin.c_str(), RTLD_NOW);  // to be asked afterwards
    Steps steps;
    if (steps.Do("register", Register("faulty", plugin))) {
      scenario.work(steps);
      steps.Do("unregister", Unregister("faulty"));
    }
    const int count = reinterpret_cast<int (*)()>(dlsym(library, "FaultsReached"))();
    if (reached != nullptr) *reached = count;
    if (filled != nullptr) {
      std::istringstream lines(
          reinterpret_cast<const char* (*)()>(dlsym(library, "FaultsFilled"))());
      for (std::string line; std::getline(lines, line);) filled->insert(line);
    }
    dlclose(library);
    unsetenv("FAULT");
    unsetenv("FAULTS_LIBRARY");
    for (const auto& [name, value] : scenario.variables) unsetenv(name);
    return steps;
  }
};

// What one stream writes while another reads is a race indeed, which ThreadSanitizer would report.
bool IsRace([[maybe_unused]] const std::string& fault) {
#ifdef __SANITIZE_THREAD__
  return fault == "nothing:OrtSyncNotificationImpl.WaitOnDevice";
#else
  return false;
#endif
}

constexpr const char* kKinds[] = {"fail", "throw", "null", "nothing"};

TEST_P(FaultsTest, EachFunctionFailsInTurn) {
  const std::string scenario = GetParam().name;
  const auto names_the_ep = [&](const std::string& message) {
    return message.find("EP library 'faulty'") != std::string::npos ||
           std::any_of(GetParam().eps.begin(), GetParam().eps.end(), [&](const std::string& ep) {
             return message.find(ep) != std::string::npos;
           });
  };
  for (const FaultRow& row : kFaultRows) {
    if (scenario != row.scenario) continue;
    for (size_t kind = 0; kind < std::size(kKinds); ++kind) {
      const std::string expected = row.steps[kind];
      if (expected == kNotApplicable) continue;
      const std::string fault = std::string(kKinds[kind]) + ":" + row.function;
      if (IsRace(fault)) continue;
      SCOPED_TRACE(fault);
      int reached = 0;
      const Steps steps = Work(fault, &reached);
      EXPECT_GT(reached, 0) << "the host never came to it";
      EXPECT_EQ(steps.failed(), expected) << steps.messages();
      if (kind > 1) continue;  // what is missing is named by what is missed
      std::istringstream messages(steps.messages());
      for (std::string message; std::getline(messages, message);) {
        EXPECT_TRUE(names_the_ep(message)) << message;
        EXPECT_NE(message.find(kind == 0 ? " was told to fail" : " threw"), std::string::npos)
            << message;
      }
    }
    EXPECT_EQ(Work("").messages(), "") << "after faults of " << row.function;
  }
}

TEST_P(FaultsTest, NoFunctionIsLeftOut) {
  std::set<std::string> filled;
  EXPECT_EQ(Work("", nullptr, &filled).messages(), "");
  EXPECT_GT(filled.size(), 10u);
  for (const std::string& name : filled) {
    EXPECT_TRUE(std::any_of(std::begin(kFaultRows), std::end(kFaultRows), [&](const FaultRow& row) {
      return name == row.function;
    })) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, FaultsTest, testing::ValuesIn(kScenarios),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace capi
