// Operator definitions as EPs read them, kernel definitions, and what is no opaque type. Also runs
// on ONNX Runtime.
#include "capi/api.h"

namespace capi {
namespace {

const OrtEpApi& EpApi() { return *Api().GetEpApi(); }

class Schema {
 public:
  Schema(const char* name, int version, const char* domain = "") {
    Env();  // ONNX Runtime knows operators once there is one
    EXPECT_OK(EpApi().GetOpSchema(name, version, domain, &schema_));
  }
  ~Schema() { EpApi().ReleaseOpSchema(schema_); }
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;
  OrtOpSchema* get() const { return schema_; }

 private:
  OrtOpSchema* schema_ = nullptr;
};

struct Parameter {
  std::string name;
  std::vector<std::string> allowed;
  std::vector<size_t> inputs;
  std::vector<size_t> outputs;
};

Parameter Read(const OrtOpSchemaTypeConstraint* constraint) {
  Parameter parameter;
  const char* name = nullptr;
  const char* const* types = nullptr;
  const size_t* indices = nullptr;
  size_t count = 0;
  EXPECT_OK(EpApi().OpSchemaTypeConstraint_GetTypeParamName(constraint, &name));
  parameter.name = name;
  EXPECT_OK(EpApi().OpSchemaTypeConstraint_GetAllowedTypes(constraint, &types, &count));
  parameter.allowed.assign(types, types + count);
  EXPECT_OK(EpApi().OpSchemaTypeConstraint_GetInputIndices(constraint, &indices, &count));
  parameter.inputs.assign(indices, indices + count);
  EXPECT_OK(EpApi().OpSchemaTypeConstraint_GetOutputIndices(constraint, &indices, &count));
  parameter.outputs.assign(indices, indices + count);
  return parameter;
}

TEST(OpSchema, TellsInputsOutputsAndTypeParameters) {
  const Schema loop("Loop", 17);
  ASSERT_NE(loop.get(), nullptr);
  int since = 0;
  size_t count = 0;
  const char* name = nullptr;
  EXPECT_OK(EpApi().OpSchema_GetSinceVersion(loop.get(), &since));
  EXPECT_EQ(since, 16);
  EXPECT_OK(EpApi().OpSchema_GetNumInputs(loop.get(), &count));
  EXPECT_EQ(count, 3u);
  EXPECT_OK(EpApi().OpSchema_GetNumOutputs(loop.get(), &count));
  EXPECT_EQ(count, 1u);
  EXPECT_OK(EpApi().OpSchema_GetInputName(loop.get(), 1, &name));
  EXPECT_STREQ(name, "cond");
  EXPECT_OK(EpApi().OpSchema_GetOutputName(loop.get(), 0, &name));
  EXPECT_STREQ(name, "v_final_and_scan_outputs");
  EXPECT_OK(EpApi().OpSchema_GetTypeConstraintCount(loop.get(), &count));
  ASSERT_EQ(count, 3u);
  for (size_t i = 0; i < count; ++i) {
    const OrtOpSchemaTypeConstraint* constraint = nullptr;
    EXPECT_OK(EpApi().OpSchema_GetTypeConstraint(loop.get(), i, &constraint));
    const Parameter parameter = Read(constraint);
    if (parameter.name != "B") continue;
    EXPECT_EQ(parameter.allowed, std::vector<std::string>{"tensor(bool)"});
    EXPECT_EQ(parameter.inputs, std::vector<size_t>{1});
    EXPECT_TRUE(parameter.outputs.empty());
    const OrtOpSchemaTypeConstraint* of_input = nullptr;
    EXPECT_OK(EpApi().OpSchema_GetInputTypeConstraint(loop.get(), 1, &of_input));
    EXPECT_EQ(of_input, constraint);
  }
  const OrtOpSchemaTypeConstraint* of_output = nullptr;
  EXPECT_OK(EpApi().OpSchema_GetOutputTypeConstraint(loop.get(), 0, &of_output));
  ASSERT_NE(of_output, nullptr);
  EXPECT_EQ(Read(of_output).name, "V");
}

TEST(OpSchema, AFixedTypeHasNoParameter) {
  const Schema reshape("Reshape", 14);
  const OrtOpSchemaTypeConstraint* constraint = nullptr;
  EXPECT_OK(EpApi().OpSchema_GetInputTypeConstraint(reshape.get(), 1, &constraint));
  EXPECT_EQ(constraint, nullptr);
}

TEST(OpSchema, TheVersionIsTheNewestThatIsNotNewer) {
  int since = 0;
  EXPECT_OK(EpApi().OpSchema_GetSinceVersion(Schema("Relu", 13).get(), &since));
  EXPECT_EQ(since, 13);
  EXPECT_OK(EpApi().OpSchema_GetSinceVersion(Schema("Relu", 12).get(), &since));
  EXPECT_EQ(since, 6);
  EXPECT_OK(EpApi().OpSchema_GetSinceVersion(Schema("Relu", 17, "ai.onnx").get(), &since));
  EXPECT_EQ(since, 14);
  EXPECT_EQ(Schema("NoSuchOperator", 17).get(), nullptr);
}

TEST(OpSchema, IndicesThatAreNone) {
  const Schema loop("Loop", 17);
  const char* name = nullptr;
  const OrtOpSchemaTypeConstraint* constraint = nullptr;
  EXPECT_FAILS(EpApi().OpSchema_GetInputName(loop.get(), 3, &name), ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(EpApi().OpSchema_GetOutputName(loop.get(), 1, &name), ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(EpApi().OpSchema_GetInputTypeConstraint(loop.get(), 3, &constraint),
               ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(EpApi().OpSchema_GetTypeConstraint(loop.get(), 3, &constraint),
               ORT_INVALID_ARGUMENT);
}

class KernelDefinition : public testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(EpApi().CreateKernelDefBuilder(&builder_)); }
  void TearDown() override { EpApi().ReleaseKernelDefBuilder(builder_); }
  OrtKernelDefBuilder* builder_ = nullptr;
};

TEST(KernelImpl, IsReleasedThroughItself) {
  struct Impl : OrtKernelImpl {
    int released = 0;
  } impl{};
  impl.ort_version_supported = ORT_API_VERSION;
  impl.Release = [](OrtKernelImpl* self) noexcept { ++static_cast<Impl*>(self)->released; };
  EpApi().ReleaseKernelImpl(&impl);
  EXPECT_EQ(impl.released, 1);
  EpApi().ReleaseKernelImpl(nullptr);
}

TEST_F(KernelDefinition, ReadsBackWhatWasStated) {
  ASSERT_OK(EpApi().KernelDefBuilder_SetOperatorType(builder_, "Conv"));
  ASSERT_OK(EpApi().KernelDefBuilder_SetDomain(builder_, "some.domain"));
  ASSERT_OK(EpApi().KernelDefBuilder_SetSinceVersion(builder_, 3, 7));
  ASSERT_OK(EpApi().KernelDefBuilder_SetExecutionProvider(builder_, "SomeEp"));
  ASSERT_OK(EpApi().KernelDefBuilder_SetInputMemType(builder_, 1, OrtMemTypeCPUInput));
  ASSERT_OK(EpApi().KernelDefBuilder_SetOutputMemType(builder_, 2, OrtMemTypeCPUOutput));
  OrtKernelDef* def = nullptr;
  ASSERT_OK(EpApi().KernelDefBuilder_Build(builder_, &def));
  EXPECT_STREQ(EpApi().KernelDef_GetOperatorType(def), "Conv");
  EXPECT_STREQ(EpApi().KernelDef_GetDomain(def), "some.domain");
  EXPECT_STREQ(EpApi().KernelDef_GetExecutionProvider(def), "SomeEp");
  int first = 0;
  int last = 0;
  EXPECT_OK(EpApi().KernelDef_GetSinceVersion(def, &first, &last));
  EXPECT_EQ(first, 3);
  EXPECT_EQ(last, 7);
  OrtMemType memory = OrtMemTypeCPU;
  EXPECT_OK(EpApi().KernelDef_GetInputMemType(def, 0, &memory));
  EXPECT_EQ(memory, OrtMemTypeDefault);
  EXPECT_OK(EpApi().KernelDef_GetInputMemType(def, 1, &memory));
  EXPECT_EQ(memory, OrtMemTypeCPUInput);
  EXPECT_OK(EpApi().KernelDef_GetOutputMemType(def, 2, &memory));
  EXPECT_EQ(memory, OrtMemTypeCPUOutput);
  EpApi().ReleaseKernelDef(def);
}

TEST_F(KernelDefinition, StatementsThatMakeNoSense) {
  EXPECT_FAILS(EpApi().KernelDefBuilder_SetSinceVersion(builder_, 5, 3), ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(EpApi().KernelDefBuilder_SetSinceVersion(builder_, 0, 3), ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(EpApi().KernelDefBuilder_AddTypeConstraint(builder_, "T", nullptr, 0),
               ORT_INVALID_ARGUMENT);
  EXPECT_FAILS(EpApi().KernelDefBuilder_AddInputOutputAliases(builder_, nullptr, nullptr, 0),
               ORT_INVALID_ARGUMENT);
  const int index = 0;
  EXPECT_FAILS(EpApi().KernelDefBuilder_AddInputOutputMutableAliases(builder_, &index, nullptr, 1),
               ORT_INVALID_ARGUMENT);
}

TEST(DataType, OneObjectForEachElementType) {
  const OrtDataType* first = nullptr;
  const OrtDataType* second = nullptr;
  const OrtDataType* other = nullptr;
  EXPECT_OK(EpApi().GetTensorDataType(ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &first));
  EXPECT_OK(EpApi().GetTensorDataType(ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &second));
  EXPECT_OK(EpApi().GetTensorDataType(ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, &other));
  EXPECT_EQ(first, second);
  EXPECT_NE(first, other);
  EXPECT_FAILS(EpApi().GetTensorDataType(ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED, &other),
               ORT_NOT_IMPLEMENTED);
}

TEST(OpaqueValue, TypesNobodyRegisteredAreRefused) {
  const int content = 3;
  OrtValue* value = nullptr;
  EXPECT_FAILS(Api().CreateOpaqueValue("domain", "type", &content, sizeof(content), &value),
               ORT_FAIL, "does not refer to a registered opaque type");
  std::vector<float> data = {1};
  const auto tensor = TensorOver(data, {1});
  int out = 0;
  EXPECT_FAILS(Api().GetOpaqueValue("domain", "type", tensor, &out, sizeof(out)), ORT_FAIL,
               "does not refer to a registered opaque type");
}

TEST(OpAttr, HoldsACopyOfItsData) {
  int64_t values[] = {4, 5, 6};
  OrtOpAttr* attribute = nullptr;
  ASSERT_OK(Api().CreateOpAttr("list", values, 3, ORT_OP_ATTR_INTS, &attribute));
  values[1] = 99;
  const char* name = nullptr;
  EXPECT_OK(Api().OpAttr_GetName(attribute, &name));
  EXPECT_STREQ(name, "list");
  OrtOpAttrType type = ORT_OP_ATTR_UNDEFINED;
  EXPECT_OK(Api().OpAttr_GetType(attribute, &type));
  EXPECT_EQ(type, ORT_OP_ATTR_INTS);
  int64_t read[3] = {};
  size_t bytes = 0;
  EXPECT_OK(Api().ReadOpAttr(attribute, ORT_OP_ATTR_INTS, read, sizeof(read), &bytes));
  EXPECT_EQ(bytes, sizeof(read));
  EXPECT_EQ(read[1], 5);
  Api().ReleaseOpAttr(attribute);
}

}  // namespace
}  // namespace capi
