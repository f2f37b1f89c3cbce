// A null where something is needed is a status that names the argument, never a crash.
#include <functional>

#include "capi/api.h"

namespace capi {
namespace {

struct Call {
  const char* name;      // of the slot
  const char* argument;  // named in the message
  std::function<OrtStatus*()> run;
};

// Something that is not null, for arguments before the one under test.
struct Things {
  Handle<OrtSessionOptions> session_options;
  Handle<OrtRunOptions> run_options;
  Handle<OrtThreadingOptions> threading_options;
  Handle<OrtSession> session = OpenModel("two");
  Handle<OrtIoBinding> binding;
  Handle<OrtMemoryInfo> memory = CpuMemory();
  std::vector<float> data = std::vector<float>(2);
  Handle<OrtValue> tensor = TensorOver(data, {2});
  Handle<OrtValue> strings = Strings({"a"});
  Handle<OrtTypeInfo> type;
  Handle<OrtModelMetadata> metadata;

  Things() {
    EXPECT_OK(Api().CreateSessionOptions(session_options.out()));
    EXPECT_OK(Api().CreateRunOptions(run_options.out()));
    EXPECT_OK(Api().CreateThreadingOptions(threading_options.out()));
    EXPECT_OK(Api().CreateIoBinding(session, binding.out()));
    EXPECT_OK(Api().GetTypeInfo(tensor, type.out()));
    EXPECT_OK(Api().SessionGetModelMetadata(session, metadata.out()));
  }
};

#define CALL(slot, argument, ...)                            \
  Call {                                                     \
#slot, argument, [&] { return Api().slot(__VA_ARGS__); } \
  }

void ExpectAllRefused(const std::vector<Call>& calls) {
  for (const Call& call : calls) {
    EXPECT_FAILS(call.run(), ORT_INVALID_ARGUMENT,
                 std::string("argument '") + call.argument + "' is null")
        << call.name;
  }
}

class NullArgumentsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!OnBackplane()) GTEST_SKIP() << "elsewhere these crash";
  }
};

TEST_F(NullArgumentsTest, EnvAndOptions) {
  Things t;
  ExpectAllRefused({
      CALL(CreateEnv, "out", ORT_LOGGING_LEVEL_WARNING, "id", nullptr),
      CALL(EnableTelemetryEvents, "env", nullptr),
      CALL(UpdateEnvWithCustomLogLevel, "ort_env", nullptr, ORT_LOGGING_LEVEL_WARNING),
      CALL(CreateThreadingOptions, "out", nullptr),
      CALL(SetGlobalIntraOpNumThreads, "tp_options", nullptr, 1),
      CALL(SetGlobalIntraOpThreadAffinity, "affinity_string", t.threading_options, nullptr),
      CALL(CreateSessionOptions, "options", nullptr),
      CALL(CloneSessionOptions, "in_options", nullptr, nullptr),
      CALL(CloneSessionOptions, "out_options", t.session_options, nullptr),
      CALL(SetOptimizedModelFilePath, "options", nullptr, "x"),
      CALL(SetOptimizedModelFilePath, "optimized_model_filepath", t.session_options, nullptr),
      CALL(EnableProfiling, "profile_file_prefix", t.session_options, nullptr),
      CALL(SetSessionLogId, "logid", t.session_options, nullptr),
      CALL(AddFreeDimensionOverride, "dim_denotation", t.session_options, nullptr, 1),
      CALL(AddFreeDimensionOverrideByName, "dim_name", t.session_options, nullptr, 1),
      CALL(AddSessionConfigEntry, "config_key", t.session_options, nullptr, "v"),
      CALL(AddSessionConfigEntry, "config_value", t.session_options, "k", nullptr),
      CALL(HasSessionConfigEntry, "out", t.session_options, "k", nullptr),
      CALL(GetSessionConfigEntry, "size", t.session_options, "k", nullptr, nullptr),
      CALL(AddExternalInitializers, "initializer_names", t.session_options, nullptr, nullptr, 1),
      CALL(AddExternalInitializersFromFilesInMemory, "external_initializer_file_names",
           t.session_options, nullptr, nullptr, nullptr, 1),
      CALL(SessionOptionsAppendExecutionProvider, "provider_name", t.session_options, nullptr,
           nullptr, nullptr, 0),
      CALL(SessionOptionsAppendExecutionProvider, "provider_options_keys", t.session_options, "CPU",
           nullptr, nullptr, 1),
      CALL(CreateRunOptions, "out", nullptr),
      CALL(RunOptionsSetTerminate, "options", nullptr),
      CALL(RunOptionsGetRunTag, "run_tag", t.run_options, nullptr),
      CALL(AddRunConfigEntry, "config_value", t.run_options, "k", nullptr),
  });
}

TEST_F(NullArgumentsTest, Sessions) {
  Things t;
  Handle<OrtSession> session;
  size_t count = 0;
  const OrtValue* none = nullptr;
  const char* name = "sum";
  OrtValue* output = nullptr;
  ExpectAllRefused({
      CALL(CreateSession, "env", nullptr, "x", nullptr, session.out()),
      CALL(CreateSession, "model_path", Env(), nullptr, nullptr, session.out()),
      CALL(CreateSession, "out", Env(), "x", nullptr, nullptr),
      CALL(CreateSessionFromArray, "out", Env(), "x", 1, nullptr, nullptr),
      CALL(CreateSessionWithPrepackedWeightsContainer, "prepacked_weights_container", Env(), "x",
           nullptr, nullptr, session.out()),
      CALL(Run, "session", nullptr, nullptr, nullptr, nullptr, 0, nullptr, 0, nullptr),
      CALL(Run, "input_names", t.session, nullptr, nullptr, &none, 1, &name, 1, &output),
      CALL(Run, "inputs", t.session, nullptr, &name, nullptr, 1, &name, 1, &output),
      CALL(Run, "output_names", t.session, nullptr, &name, &none, 1, nullptr, 1, &output),
      CALL(Run, "outputs", t.session, nullptr, &name, &none, 1, &name, 1, nullptr),
      CALL(SessionGetInputCount, "session", nullptr, &count),
      CALL(SessionGetInputCount, "out", t.session, nullptr),
      CALL(SessionGetInputName, "allocator", t.session, 0, nullptr, nullptr),
      CALL(SessionGetInputName, "value", t.session, 0, DefaultAllocator(), nullptr),
      CALL(SessionGetInputTypeInfo, "type_info", t.session, 0, nullptr),
      CALL(SessionGetModelMetadata, "out", t.session, nullptr),
      CALL(ModelMetadataGetDomain, "model_metadata", nullptr, DefaultAllocator(), nullptr),
      CALL(ModelMetadataGetDomain, "allocator", t.metadata, nullptr, nullptr),
      CALL(ModelMetadataLookupCustomMetadataMap, "key", t.metadata, DefaultAllocator(), nullptr,
           nullptr),
      CALL(ModelMetadataGetVersion, "value", t.metadata, nullptr),
      CALL(SessionEndProfiling, "allocator", t.session, nullptr, nullptr),
      CALL(CreateAllocator, "mem_info", t.session, nullptr, nullptr),
      CALL(CreateIoBinding, "session", nullptr, nullptr),
      CALL(BindInput, "name", t.binding, nullptr, t.tensor),
      CALL(BindInput, "val_ptr", t.binding, "a", nullptr),
      CALL(BindOutputToDevice, "mem_info_ptr", t.binding, "a", nullptr),
      CALL(RunWithBinding, "binding_ptr", t.session, nullptr, nullptr),
      CALL(GetBoundOutputValues, "allocator", t.binding, nullptr, nullptr, nullptr),
  });
}

TEST_F(NullArgumentsTest, ValuesTypesMemory) {
  Things t;
  Handle<OrtValue> value;
  void* data = nullptr;
  const int64_t shape[] = {2};
  constexpr auto kFloat = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  ExpectAllRefused({
      CALL(CreateTensorAsOrtValue, "allocator", nullptr, shape, 1, kFloat, value.out()),
      CALL(CreateTensorAsOrtValue, "shape", DefaultAllocator(), nullptr, 1, kFloat, value.out()),
      CALL(CreateTensorWithDataAsOrtValue, "info", nullptr, t.data.data(), 8, shape, 1, kFloat,
           value.out()),
      CALL(CreateTensorWithDataAsOrtValue, "p_data", t.memory, nullptr, 8, shape, 1, kFloat,
           value.out()),
      CALL(CreateTensorWithDataAsOrtValue, "out", t.memory, t.data.data(), 8, shape, 1, kFloat,
           nullptr),
      CALL(IsTensor, "value", nullptr, nullptr),
      CALL(IsTensor, "out", t.tensor, nullptr),
      CALL(GetTensorMutableData, "value", nullptr, &data),
      CALL(GetTensorMutableData, "out", t.tensor, nullptr),
      CALL(FillStringTensor, "s", t.strings, nullptr, 1),
      CALL(GetStringTensorContent, "offsets", t.strings, &data, 1, nullptr, 1),
      CALL(CreateValue, "in", nullptr, 1, ONNX_TYPE_SEQUENCE, value.out()),
      CALL(GetValue, "allocator", t.tensor, 0, nullptr, value.out()),
      CALL(GetTensorTypeAndShape, "value", nullptr, nullptr),
      CALL(CastTypeInfoToTensorInfo, "type_info", nullptr, nullptr),
      CALL(CastTypeInfoToTensorInfo, "out", t.type, nullptr),
      CALL(GetDimensions, "info", nullptr, nullptr, 0),
      CALL(CreateSparseTensorAsOrtValue, "allocator", nullptr, shape, 1, kFloat, value.out()),
      CALL(CreateMemoryInfo, "name", nullptr, OrtDeviceAllocator, 0, OrtMemTypeDefault, nullptr),
      CALL(CompareMemoryInfo, "info2", t.memory, nullptr, nullptr),
      CALL(MemoryInfoGetName, "ptr", nullptr, nullptr),
      CALL(AllocatorAlloc, "ort_allocator", nullptr, 1, &data),
      CALL(AllocatorFree, "ort_allocator", nullptr, nullptr),
      CALL(RegisterAllocator, "allocator", Env(), nullptr),
      CALL(GetSharedAllocator, "mem_info", Env(), nullptr, nullptr),
      CALL(CreateArenaCfg, "out", 0, -1, -1, -1, nullptr),
      CALL(GetAvailableProviders, "out_ptr", nullptr, nullptr),
  });
}

TEST_F(NullArgumentsTest, FunctionsWithoutAStatus) {
  Api().AddKeyValuePair(nullptr, "k", "v");
  EXPECT_EQ(Api().GetKeyValue(nullptr, "k"), nullptr);
  Api().RemoveKeyValuePair(nullptr, "k");
  Api().ClearBoundInputs(nullptr);
  Api().ClearBoundOutputs(nullptr);
  EXPECT_EQ(Api().GetRunConfigEntry(nullptr, "k"), nullptr);
  EXPECT_FALSE(Api().TensorTypeAndShape_HasShape(nullptr));
}

TEST_F(NullArgumentsTest, CustomOperators) {
  Things t;
  OrtCustomOpDomain* domain = nullptr;
  void* library = nullptr;
  size_t size = 0;
  OrtTensorTypeAndShapeInfo* shape = nullptr;
  const OrtOpAttr* attribute = nullptr;
  ExpectAllRefused({
      CALL(CreateCustomOpDomain, "domain", nullptr, &domain),
      CALL(CreateCustomOpDomain, "out", "some.domain", nullptr),
      CALL(CustomOpDomain_Add, "custom_op_domain", nullptr, nullptr),
      CALL(AddCustomOpDomain, "options", nullptr, nullptr),
      CALL(AddCustomOpDomain, "custom_op_domain", t.session_options, nullptr),
      CALL(RegisterCustomOpsLibrary, "options", nullptr, "library", &library),
      CALL(RegisterCustomOpsLibrary, "library_handle", t.session_options, "library", nullptr),
      CALL(RegisterCustomOpsLibrary_V2, "options", nullptr, "library"),
      CALL(RegisterCustomOpsLibrary_V2, "library_path", t.session_options, nullptr),
      CALL(RegisterCustomOpsUsingFunction, "options", nullptr, "function"),
      CALL(RegisterCustomOpsUsingFunction, "registration_func_name", t.session_options, nullptr),
      CALL(ShapeInferContext_GetInputCount, "context", nullptr, &size),
      CALL(ShapeInferContext_GetInputTypeShape, "context", nullptr, 0, &shape),
      CALL(ShapeInferContext_GetAttribute, "context", nullptr, "name", &attribute),
      CALL(ShapeInferContext_SetOutputTypeShape, "context", nullptr, 0, nullptr),
  });
}

TEST_F(NullArgumentsTest, KernelsAndTheirOperators) {
  float number = 0;
  int64_t integer = 0;
  int flag = 0;
  size_t size = 0;
  void* memory = nullptr;
  char** texts = nullptr;
  const OrtValue* value = nullptr;
  OrtValue* made = nullptr;
  OrtTypeInfo* type = nullptr;
  OrtAllocator* allocator = nullptr;
  OrtKeyValuePairs* entries = nullptr;
  OrtKernelInfo* copy = nullptr;
  OrtOpAttr* attribute = nullptr;
  OrtOp* op = nullptr;
  OrtSyncStream* stream = nullptr;
  const OrtLogger* logger = nullptr;
  ExpectAllRefused({
      CALL(KernelInfoGetAttribute_float, "info", nullptr, "a", &number),
      CALL(KernelInfoGetAttribute_int64, "info", nullptr, "a", &integer),
      CALL(KernelInfoGetAttribute_string, "info", nullptr, "a", nullptr, &size),
      CALL(KernelInfoGetAttribute_tensor, "info", nullptr, "a", DefaultAllocator(), &made),
      CALL(KernelInfoGetAttributeArray_float, "info", nullptr, "a", nullptr, &size),
      CALL(KernelInfoGetAttributeArray_int64, "info", nullptr, "a", nullptr, &size),
      CALL(KernelInfoGetAttributeArray_string, "info", nullptr, "a", DefaultAllocator(), &texts,
           &size),
      CALL(KernelInfo_GetInputCount, "info", nullptr, &size),
      CALL(KernelInfo_GetOutputCount, "info", nullptr, &size),
      CALL(KernelInfo_GetInputName, "info", nullptr, 0, nullptr, &size),
      CALL(KernelInfo_GetOutputName, "info", nullptr, 0, nullptr, &size),
      CALL(KernelInfo_GetInputTypeInfo, "info", nullptr, 0, &type),
      CALL(KernelInfo_GetOutputTypeInfo, "info", nullptr, 0, &type),
      CALL(KernelInfoGetConstantInput_tensor, "info", nullptr, 0, &flag, &value),
      CALL(KernelInfo_GetNodeName, "info", nullptr, nullptr, &size),
      CALL(KernelInfo_GetOperatorDomain, "info", nullptr, nullptr, &size),
      CALL(KernelInfo_GetOperatorType, "info", nullptr, nullptr, &size),
      CALL(KernelInfo_GetOperatorSinceVersion, "info", nullptr, &flag),
      CALL(KernelInfo_GetLogger, "info", nullptr, &logger),
      CALL(KernelInfo_GetConfigEntries, "info", nullptr, &entries),
      CALL(KernelInfoGetAllocator, "info", nullptr, OrtMemTypeDefault, &allocator),
      CALL(CopyKernelInfo, "info", nullptr, &copy),
      CALL(KernelContext_GetAllocator, "context", nullptr, CpuMemory(), &allocator),
      CALL(KernelContext_GetScratchBuffer, "context", nullptr, CpuMemory(), 1, &memory),
      CALL(KernelContext_GetGPUComputeStream, "context", nullptr, &memory),
      CALL(KernelContext_GetSyncStream, "context", nullptr, &stream),
      CALL(KernelContext_GetResource, "context", nullptr, 1, 1, &memory),
      CALL(KernelContext_GetPreallocatedOutput, "context", nullptr, 0, &made),
      CALL(CreateOpAttr, "name", nullptr, &integer, 1, ORT_OP_ATTR_INT, &attribute),
      CALL(CreateOpAttr, "data", "a", nullptr, 1, ORT_OP_ATTR_INT, &attribute),
      CALL(CreateOpAttr, "op_attr", "a", &integer, 1, ORT_OP_ATTR_INT, nullptr),
      CALL(CreateOp, "info", nullptr, "Add", "", 14, nullptr, nullptr, 0, nullptr, 0, 2, 1, &op),
      CALL(InvokeOp, "context", nullptr, nullptr, nullptr, 0, nullptr, 0),
      CALL(CreateOpaqueValue, "out", "domain", "type", &integer, 8, nullptr),
      CALL(GetOpaqueValue, "in", "domain", "type", nullptr, &integer, 8),
  });
}

}  // namespace
}  // namespace capi
