// Sessions: made, asked about their model, run.
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include "capi/api.h"

namespace capi {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Handle<OrtSessionOptions> Options() {
  Env();
  Handle<OrtSessionOptions> options;
  EXPECT_OK(Api().CreateSessionOptions(options.out()));
  return options;
}

/// Runs with one thread of arguments; results are appended to `outputs`.
Outcome RunModel(OrtSession* session, std::vector<const char*> names,
                 std::vector<const OrtValue*> inputs, std::vector<const char*> output_names,
                 std::vector<Handle<OrtValue>>& outputs, const OrtRunOptions* options = nullptr) {
  std::vector<OrtValue*> made(output_names.size());
  Outcome outcome = Api().Run(session, options, names.data(), inputs.data(), inputs.size(),
                              output_names.data(), output_names.size(), made.data());
  for (OrtValue* value : made) outputs.emplace_back(value);
  return outcome;
}

TEST(SessionTest, FromPathAndFromBytes) {
  std::vector<float> x{10, 20, 30};
  std::string bytes = ReadFile(ModelPath("add"));
  Handle<OrtSession> from_bytes;
  ASSERT_OK(
      Api().CreateSessionFromArray(Env(), bytes.data(), bytes.size(), nullptr, from_bytes.out()));
  std::fill(bytes.begin(), bytes.end(), '\0');  // the session has its own copy
  const auto from_path = OpenModel("add");
  for (OrtSession* session : {from_path.get(), from_bytes.get()}) {
    std::vector<Handle<OrtValue>> outputs;
    const auto tensor = TensorOver(x, {1, 3});
    ASSERT_OK(RunModel(session, {"x"}, {tensor.get()}, {"y"}, outputs));
    EXPECT_EQ(DataOf<float>(outputs[0]), (std::vector<float>{11, 22, 33}));
    EXPECT_EQ(ShapeOf(outputs[0]), (std::vector<int64_t>{1, 3}));
  }
}

TEST(SessionTest, WithAContainerForPackedWeights) {
  Handle<OrtPrepackedWeightsContainer> container;
  ASSERT_OK(Api().CreatePrepackedWeightsContainer(container.out()));
  Handle<OrtSession> session;
  EXPECT_OK(Api().CreateSessionWithPrepackedWeightsContainer(Env(), ModelPath("add").c_str(),
                                                             Options(), container, session.out()));
  const std::string bytes = ReadFile(ModelPath("add"));
  EXPECT_OK(Api().CreateSessionFromArrayWithPrepackedWeightsContainer(
      Env(), bytes.data(), bytes.size(), Options(), container, session.out()));
}

TEST(SessionTest, WhatCannotBeLoaded) {
  Handle<OrtSession> session;
  EXPECT_FAILS(Api().CreateSession(Env(), "nowhere.onnx", nullptr, session.out()), ORT_NO_SUCHFILE,
               "nowhere.onnx");
  EXPECT_FALSE(
      Outcome(Api().CreateSession(Env(), BACKPLANE_SOURCE_DIR, nullptr, session.out())).ok())
      << "a folder";
  EXPECT_FAILS(Api().CreateSessionFromArray(Env(), "rubbish", 7, nullptr, session.out()),
               ORT_INVALID_PROTOBUF);
  EXPECT_FAILS(Api().CreateSessionFromArray(Env(), nullptr, 0, nullptr, session.out()),
               ORT_INVALID_ARGUMENT, "Model data pointer is null.");
}

TEST(SessionTest, LoadingCanBeCancelled) {
  const auto options = Options();
  EXPECT_OK(Api().SessionOptionsSetLoadCancellationFlag(options, true));
  Handle<OrtSession> session;
  EXPECT_FAILS(Api().CreateSession(Env(), ModelPath("add").c_str(), options, session.out()),
               ORT_MODEL_LOAD_CANCELED);
  EXPECT_OK(Api().SessionOptionsSetLoadCancellationFlag(options, false));
  EXPECT_OK(Api().CreateSession(Env(), ModelPath("add").c_str(), options, session.out()));
}

TEST(SessionTest, SharedThreadsNeedAnEnvThatHasSome) {
  const auto options = Options();
  EXPECT_OK(Api().DisablePerSessionThreads(options));
  Handle<OrtSession> session;
  EXPECT_FAILS(Api().CreateSession(Env(), ModelPath("add").c_str(), options, session.out()),
               ORT_FAIL, "CreateEnvWithGlobalThreadPools");
}

TEST(SessionTest, InputsAndOutputs) {
  const auto session = OpenModel("add");
  size_t count = 0;
  EXPECT_OK(Api().SessionGetInputCount(session, &count));
  EXPECT_EQ(count, 1u);
  EXPECT_OK(Api().SessionGetOutputCount(session, &count));
  EXPECT_EQ(count, 1u);
  EXPECT_OK(Api().SessionGetOverridableInitializerCount(session, &count));
  EXPECT_EQ(count, 1u);
  char* name = nullptr;
  EXPECT_OK(Api().SessionGetInputName(session, 0, DefaultAllocator(), &name));
  EXPECT_EQ(TakeText(name), "x");
  EXPECT_OK(Api().SessionGetOutputName(session, 0, DefaultAllocator(), &name));
  EXPECT_EQ(TakeText(name), "y");
  EXPECT_OK(Api().SessionGetOverridableInitializerName(session, 0, DefaultAllocator(), &name));
  EXPECT_EQ(TakeText(name), "w");
  EXPECT_FAILS(Api().SessionGetInputName(session, 1, DefaultAllocator(), &name), ORT_FAIL);

  Handle<OrtTypeInfo> type;
  ASSERT_OK(Api().SessionGetInputTypeInfo(session, 0, type.out()));
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  ASSERT_OK(Api().CastTypeInfoToTensorInfo(type, &tensor));
  int64_t dims[2];
  const char* symbols[2];
  EXPECT_OK(Api().GetDimensions(tensor, dims, 2));
  EXPECT_OK(Api().GetSymbolicDimensions(tensor, symbols, 2));
  EXPECT_EQ(dims[0], -1);
  EXPECT_EQ(dims[1], 3);
  EXPECT_STREQ(symbols[0], "batch");
  EXPECT_STREQ(symbols[1], "");
  EXPECT_OK(Api().SessionGetOutputTypeInfo(session, 0, type.out()));
  EXPECT_OK(Api().SessionGetOverridableInitializerTypeInfo(session, 0, type.out()));
  EXPECT_FAILS(Api().SessionGetOutputTypeInfo(session, 1, type.out()), ORT_FAIL);
}

TEST(SessionTest, MemoryOfInputsAndOutputs) {
  const auto session = OpenModel("two");
  const OrtMemoryInfo* memory[2] = {};
  EXPECT_OK(Api().SessionGetMemoryInfoForInputs(session, memory, 2));
  const char* name = nullptr;
  EXPECT_OK(Api().MemoryInfoGetName(memory[1], &name));
  EXPECT_STREQ(name, "Cpu");
  EXPECT_OK(Api().SessionGetMemoryInfoForOutputs(session, memory, 2));
  EXPECT_FAILS(Api().SessionGetMemoryInfoForInputs(session, memory, 1), ORT_INVALID_ARGUMENT,
               "exceeds the provided size of 1");
  const OrtEpDevice* devices[2] = {};
  EXPECT_OK(Api().SessionGetEpDeviceForInputs(session, devices, 2));
}

TEST(SessionTest, AllocatorForTheCpu) {
  const auto session = OpenModel("add");
  Handle<OrtAllocator> allocator;
  ASSERT_OK(Api().CreateAllocator(session, CpuMemory(), allocator.out()));
  void* memory = nullptr;
  EXPECT_OK(Api().AllocatorAlloc(allocator, 64, &memory));
  EXPECT_NE(memory, nullptr);
  EXPECT_OK(Api().AllocatorFree(allocator, memory));
  Handle<OrtMemoryInfo> gpu;
  ASSERT_OK(Api().CreateMemoryInfo("Cuda", OrtDeviceAllocator, 0, OrtMemTypeDefault, gpu.out()));
  Handle<OrtAllocator> none;
  EXPECT_FAILS(Api().CreateAllocator(session, gpu, none.out()), ORT_INVALID_ARGUMENT,
               "No requested allocator available");
}

TEST(SessionTest, KindsOfTypes) {
  const auto session = OpenModel("types");
  const auto type_of = [&](size_t i) {
    Handle<OrtTypeInfo> type;
    EXPECT_OK(Api().SessionGetInputTypeInfo(session, i, type.out()));
    return type;
  };
  const auto tensor_of = [](const OrtTypeInfo* type) {
    const OrtTensorTypeAndShapeInfo* tensor = nullptr;
    EXPECT_OK(Api().CastTypeInfoToTensorInfo(type, &tensor));
    return tensor;
  };
  const auto strings = type_of(0);
  const char* denotation = nullptr;
  size_t length = 0;
  EXPECT_OK(Api().GetDenotationFromTypeInfo(strings, &denotation, &length));
  EXPECT_EQ(std::string(denotation, length), "TEXT");
  const auto scalar = type_of(1);
  const auto unranked = type_of(2);
  EXPECT_TRUE(Api().TensorTypeAndShape_HasShape(tensor_of(scalar)));
  EXPECT_FALSE(Api().TensorTypeAndShape_HasShape(tensor_of(unranked)));
  size_t rank = 9;
  EXPECT_OK(Api().GetDimensionsCount(tensor_of(unranked), &rank));
  EXPECT_EQ(rank, 0u);

  const auto sequence = type_of(3);
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  EXPECT_OK(Api().GetOnnxTypeFromTypeInfo(sequence, &kind));
  EXPECT_EQ(kind, ONNX_TYPE_SEQUENCE);
  EXPECT_EQ(tensor_of(sequence), nullptr);
  const OrtSequenceTypeInfo* sequence_type = nullptr;
  EXPECT_OK(Api().CastTypeInfoToSequenceTypeInfo(sequence, &sequence_type));
  ASSERT_NE(sequence_type, nullptr);
  Handle<OrtTypeInfo> element;
  EXPECT_OK(Api().GetSequenceElementType(sequence_type, element.out()));
  EXPECT_NE(tensor_of(element), nullptr);

  const auto optional = type_of(4);
  const OrtOptionalTypeInfo* optional_type = nullptr;
  EXPECT_OK(Api().CastTypeInfoToOptionalTypeInfo(optional, &optional_type));
  ASSERT_NE(optional_type, nullptr);
  EXPECT_OK(Api().GetOptionalContainedTypeInfo(optional_type, element.out()));
  ASSERT_NE(tensor_of(element), nullptr);
  const OrtMapTypeInfo* map_type = nullptr;
  EXPECT_OK(Api().CastTypeInfoToMapTypeInfo(optional, &map_type));
  EXPECT_EQ(map_type, nullptr);
}

TEST(MetadataTest, EverythingComesBack) {
  auto session = OpenModel("add");
  Handle<OrtModelMetadata> metadata;
  ASSERT_OK(Api().SessionGetModelMetadata(session, metadata.out()));
  session = Handle<OrtSession>();  // the metadata is a copy
  char* text = nullptr;
  OrtAllocator* allocator = DefaultAllocator();
  EXPECT_OK(Api().ModelMetadataGetProducerName(metadata, allocator, &text));
  EXPECT_EQ(TakeText(text), "the producer");
  EXPECT_OK(Api().ModelMetadataGetGraphName(metadata, allocator, &text));
  EXPECT_EQ(TakeText(text), "the graph");
  EXPECT_OK(Api().ModelMetadataGetGraphDescription(metadata, allocator, &text));
  EXPECT_EQ(TakeText(text), "about the graph");
  EXPECT_OK(Api().ModelMetadataGetDomain(metadata, allocator, &text));
  EXPECT_EQ(TakeText(text), "the.domain");
  EXPECT_OK(Api().ModelMetadataGetDescription(metadata, allocator, &text));
  EXPECT_EQ(TakeText(text), "about the model");
  int64_t version = 0;
  EXPECT_OK(Api().ModelMetadataGetVersion(metadata, &version));
  EXPECT_EQ(version, 7);
  EXPECT_OK(Api().ModelMetadataLookupCustomMetadataMap(metadata, allocator, "key", &text));
  EXPECT_EQ(TakeText(text), "value");
  EXPECT_OK(Api().ModelMetadataLookupCustomMetadataMap(metadata, allocator, "no such key", &text));
  EXPECT_EQ(text, nullptr);
  char** keys = nullptr;
  int64_t count = 0;
  EXPECT_OK(Api().ModelMetadataGetCustomMetadataMapKeys(metadata, allocator, &keys, &count));
  ASSERT_EQ(count, 2);
  std::vector<std::string> names{TakeText(keys[0]), TakeText(keys[1])};
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"key", "other"}));
  EXPECT_OK(Api().AllocatorFree(allocator, keys));
}

class RunTest : public testing::Test {
 protected:
  std::vector<float> a_{1, 2};
  std::vector<float> b_{10, 20};
  Handle<OrtValue> a_tensor_ = TensorOver(a_, {2});
  Handle<OrtValue> b_tensor_ = TensorOver(b_, {2});
  Handle<OrtSession> session_ = OpenModel("two");
  std::vector<Handle<OrtValue>> outputs_;
};

TEST_F(RunTest, NamesInAnyOrder) {
  ASSERT_OK(RunModel(session_, {"b", "a"}, {b_tensor_.get(), a_tensor_.get()},
                     {"difference", "sum"}, outputs_));
  EXPECT_EQ(DataOf<float>(outputs_[0]), (std::vector<float>{-9, -18}));
  EXPECT_EQ(DataOf<float>(outputs_[1]), (std::vector<float>{11, 22}));
}

TEST_F(RunTest, SomeOutputsOnly) {
  ASSERT_OK(
      RunModel(session_, {"a", "b"}, {a_tensor_.get(), b_tensor_.get()}, {"difference"}, outputs_));
  EXPECT_EQ(DataOf<float>(outputs_[0]), (std::vector<float>{-9, -18}));
}

TEST_F(RunTest, IntoACallersTensor) {
  std::vector<float> sum(2);
  const auto target = TensorOver(sum, {2});
  const char* names[] = {"a", "b"};
  const OrtValue* inputs[] = {a_tensor_, b_tensor_};
  const char* output_names[] = {"sum", "difference"};
  OrtValue* outputs[] = {target, nullptr};
  ASSERT_OK(Api().Run(session_, nullptr, names, inputs, 2, output_names, 2, outputs));
  EXPECT_EQ(outputs[0], target.get());
  EXPECT_EQ(sum, (std::vector<float>{11, 22}));
  EXPECT_EQ(DataOf<float>(Handle<OrtValue>(outputs[1])), (std::vector<float>{-9, -18}));
}

TEST_F(RunTest, IntoATensorOfAnotherShape) {
  std::vector<float> sum(3);
  const auto target = TensorOver(sum, {3});
  const char* names[] = {"a", "b"};
  const OrtValue* inputs[] = {a_tensor_, b_tensor_};
  const char* output_names[] = {"sum"};
  OrtValue* outputs[] = {target};
  EXPECT_FALSE(
      Outcome(Api().Run(session_, nullptr, names, inputs, 2, output_names, 1, outputs)).ok());
}

TEST_F(RunTest, OverridesAnInitializer) {
  const auto session = OpenModel("add");
  std::vector<float> x{1, 1, 1};
  std::vector<float> w{5, 6, 7};
  const auto x_tensor = TensorOver(x, {1, 3});
  const auto w_tensor = TensorOver(w, {3});
  ASSERT_OK(RunModel(session, {"x", "w"}, {x_tensor.get(), w_tensor.get()}, {"y"}, outputs_));
  EXPECT_EQ(DataOf<float>(outputs_[0]), (std::vector<float>{6, 7, 8}));
}

TEST_F(RunTest, WhatIsRefused) {
  const OrtValue* a = a_tensor_.get();
  const OrtValue* b = b_tensor_.get();
  EXPECT_FAILS(RunModel(session_, {"a", "nonsense"}, {a, b}, {"sum"}, outputs_),
               ORT_INVALID_ARGUMENT, "nonsense");
  EXPECT_FAILS(RunModel(session_, {"a", "b"}, {a, b}, {"nonsense"}, outputs_), ORT_INVALID_ARGUMENT,
               "nonsense");
  EXPECT_FALSE(RunModel(session_, {"a"}, {a}, {"sum"}, outputs_).ok()) << "b is missing";
  EXPECT_FAILS(RunModel(session_, {"a", "b"}, {a, b}, {}, outputs_), ORT_INVALID_ARGUMENT,
               "At least one output should be requested.");
  EXPECT_FAILS(RunModel(session_, {"a", ""}, {a, b}, {"sum"}, outputs_), ORT_INVALID_ARGUMENT,
               "input name cannot be empty");
  EXPECT_FAILS(RunModel(session_, {"a", "b"}, {a, b}, {""}, outputs_), ORT_INVALID_ARGUMENT,
               "output name cannot be empty");
  EXPECT_FAILS(RunModel(session_, {"a", "b"}, {a, nullptr}, {"sum"}, outputs_),
               ORT_INVALID_ARGUMENT, "b");
  std::vector<int64_t> ints{1, 2};
  const auto wrong_type = TensorOver(ints, {2});
  EXPECT_FAILS(RunModel(session_, {"a", "b"}, {a, wrong_type.get()}, {"sum"}, outputs_),
               ORT_INVALID_ARGUMENT,
               "Unexpected input data type. Actual: (tensor(int64)) , expected: (tensor(float))");
  const auto wrong_rank = TensorOver(b_, {1, 2});
  EXPECT_FAILS(RunModel(session_, {"a", "b"}, {a, wrong_rank.get()}, {"sum"}, outputs_),
               ORT_INVALID_ARGUMENT,
               "Invalid rank for input: b Got: 2 Expected: 1 Please fix either the inputs/outputs "
               "or the model.");
  const auto session = OpenModel("add");
  const auto wrong_size = TensorOver(b_, {1, 2});
  EXPECT_FAILS(RunModel(session, {"x"}, {wrong_size.get()}, {"y"}, outputs_), ORT_INVALID_ARGUMENT,
               "Got invalid dimensions for input: x for the following indices\n index: 1 Got: 2 "
               "Expected: 3\n Please fix either the "
               "inputs/outputs or the model.");
}

TEST_F(RunTest, Terminated) {
  Handle<OrtRunOptions> options;
  ASSERT_OK(Api().CreateRunOptions(options.out()));
  EXPECT_OK(Api().RunOptionsSetTerminate(options));
  EXPECT_FAILS(RunModel(session_, {"a", "b"}, {a_tensor_.get(), b_tensor_.get()}, {"sum"}, outputs_,
                        options),
               ORT_FAIL, "Exiting due to terminate flag being set to true.");
  EXPECT_OK(Api().RunOptionsUnsetTerminate(options));
  EXPECT_OK(RunModel(session_, {"a", "b"}, {a_tensor_.get(), b_tensor_.get()}, {"sum"}, outputs_,
                     options));
}

TEST_F(RunTest, FromManyThreads) {
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        std::vector<float> a{static_cast<float>(t), static_cast<float>(i)};
        const auto tensor = TensorOver(a, {2});
        std::vector<Handle<OrtValue>> outputs;
        if (!RunModel(session_, {"a", "b"}, {tensor.get(), b_tensor_.get()}, {"sum"}, outputs).ok())
          continue;
        right += DataOf<float>(outputs[0]) == std::vector<float>{t + 10.0f, i + 20.0f};
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
}

struct AsyncResult {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  OrtValue** outputs = nullptr;
  size_t count = 0;
  Outcome outcome{nullptr};

  static void Done(void* self, OrtValue** outputs, size_t count, OrtStatus* status) {
    auto& result = *static_cast<AsyncResult*>(self);
    const std::lock_guard lock(result.mutex);
    result.outputs = outputs;
    result.count = count;
    result.outcome = status;
    result.done = true;
    result.changed.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done; });
  }
};

TEST_F(RunTest, Asynchronously) {
  const auto options = Options();
  EXPECT_OK(Api().SetIntraOpNumThreads(options, 2));
  const auto session = OpenModel("two", options);
  const char* names[] = {"a", "b"};
  const OrtValue* inputs[] = {a_tensor_, b_tensor_};
  const char* output_names[] = {"sum"};
  {
    OrtValue* outputs[] = {nullptr};
    AsyncResult result;
    ASSERT_OK(Api().RunAsync(session, nullptr, names, inputs, 2, output_names, 1, outputs,
                             AsyncResult::Done, &result));
    result.Wait();
    ASSERT_TRUE(IsOk(result.outcome));
    ASSERT_EQ(result.count, 1u);
    EXPECT_EQ(DataOf<float>(Handle<OrtValue>(result.outputs[0])), (std::vector<float>{11, 22}));
  }
  const char* wrong_names[] = {"a", "nonsense"};
  OrtValue* outputs[] = {nullptr};
  AsyncResult result;
  const Outcome started = Api().RunAsync(session, nullptr, wrong_names, inputs, 2, output_names, 1,
                                         outputs, AsyncResult::Done, &result);
  if (!started.ok()) return;  // the failure may show at once, or in the callback
  result.Wait();
  EXPECT_EQ(result.outcome.code, ORT_INVALID_ARGUMENT);
  if (!OnBackplane()) return;
  EXPECT_EQ(result.outputs, nullptr);
  EXPECT_EQ(result.count, 0u);
}

TEST(ProfilingTest, WritesATrace) {
  const auto options = Options();
  const std::string prefix = (std::filesystem::temp_directory_path() / "capi_profile").string();
  EXPECT_OK(Api().EnableProfiling(options, prefix.c_str()));
  const auto session = OpenModel("two", options);
  uint64_t start = 0;
  EXPECT_OK(Api().SessionGetProfilingStartTimeNs(session, &start));
  EXPECT_NE(start, 0u);
  std::vector<float> data{1};
  const auto tensor = TensorOver(data, {1});
  std::vector<Handle<OrtValue>> outputs;
  EXPECT_OK(RunModel(session, {"a", "b"}, {tensor.get(), tensor.get()}, {"sum"}, outputs));
  char* path = nullptr;
  ASSERT_OK(Api().SessionEndProfiling(session, DefaultAllocator(), &path));
  const std::string file = TakeText(path);
  EXPECT_EQ(file.substr(0, prefix.size()), prefix);
  const std::string trace = ReadFile(file);
  EXPECT_EQ(trace.front(), '[');
  EXPECT_NE(trace.find("\"adds"), std::string::npos) << trace;
  std::filesystem::remove(file);
}

TEST(ProfilingTest, OffMeansNoFile) {
  const auto session = OpenModel("two");
  char* path = nullptr;
  EXPECT_OK(Api().SessionEndProfiling(session, DefaultAllocator(), &path));
  EXPECT_EQ(TakeText(path), "");
}

TEST(SessionOptionsEffectTest, OptimizedModelIsWritten) {
  const auto options = Options();
  const std::string path =
      (std::filesystem::temp_directory_path() / "capi_optimized.onnx").string();
  EXPECT_OK(Api().SetOptimizedModelFilePath(options, path.c_str()));
  OpenModel("two", options);
  Handle<OrtSession> again;
  EXPECT_OK(Api().CreateSession(Env(), path.c_str(), nullptr, again.out()));
  std::filesystem::remove(path);
}

TEST(SessionOptionsEffectTest, FreeDimensionsAreFixed) {
  const auto options = Options();
  EXPECT_OK(Api().AddFreeDimensionOverrideByName(options, "batch", 4));
  const auto session = OpenModel("add", options);
  Handle<OrtTypeInfo> type;
  ASSERT_OK(Api().SessionGetInputTypeInfo(session, 0, type.out()));
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  ASSERT_OK(Api().CastTypeInfoToTensorInfo(type, &tensor));
  int64_t dims[2];
  EXPECT_OK(Api().GetDimensions(tensor, dims, 2));
  EXPECT_EQ(dims[0], 4);
}

TEST(SessionOptionsEffectTest, LogLinesGoToTheUsersFunction) {
  const auto options = Options();
  int lines = 0;
  EXPECT_OK(Api().SetUserLoggingFunction(
      options,
      [](void* param, OrtLoggingLevel, const char*, const char*, const char*, const char*) {
        ++*static_cast<int*>(param);
      },
      &lines));
  EXPECT_OK(Api().SetSessionLogSeverityLevel(options, ORT_LOGGING_LEVEL_INFO));
  OpenModel("add", options);
  EXPECT_GT(lines, 0);
}

struct CustomThreads {
  std::atomic<int> made{0};
  std::atomic<int> joined{0};
};
CustomThreads custom_threads;

TEST(SessionOptionsEffectTest, CustomThreadsAreMadeAndJoined) {
  const auto options = Options();
  EXPECT_OK(Api().SetIntraOpNumThreads(options, 3));
  EXPECT_OK(Api().SessionOptionsSetCustomThreadCreationOptions(options, &custom_threads));
  EXPECT_OK(Api().SessionOptionsSetCustomCreateThreadFn(
      options, [](void* options, OrtThreadWorkerFn work, void* param) {
        ++static_cast<CustomThreads*>(options)->made;
        return reinterpret_cast<OrtCustomThreadHandle>(new std::thread(work, param));
      }));
  EXPECT_OK(Api().SessionOptionsSetCustomJoinThreadFn(options, [](OrtCustomThreadHandle handle) {
    auto* thread = reinterpret_cast<std::thread*>(const_cast<OrtCustomHandleType*>(handle));
    thread->join();
    delete thread;
    ++custom_threads.joined;
  }));
  { const auto session = OpenModel("two", options); }
  EXPECT_EQ(custom_threads.made, 2);
  EXPECT_EQ(custom_threads.joined, 2);
}

}  // namespace
}  // namespace capi
