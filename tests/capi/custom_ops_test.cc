// Custom operators of clients: both styles of the struct, types, arguments, shapes, memory; from a
// library and from a function. Also runs on ONNX Runtime.
#include <dlfcn.h>

#include <cstring>
#include <functional>

#include "capi/ep_support.h"

namespace capi {
namespace {

using Floats = std::vector<float>;
constexpr auto kFloat = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
constexpr auto kInt64 = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
constexpr auto kAny = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;

/// An operator whose callbacks are functions of the test.
struct Operator : OrtCustomOp {
  std::string name;
  std::vector<ONNXTensorElementDataType> inputs{kFloat};
  std::vector<ONNXTensorElementDataType> outputs{kFloat};
  std::vector<OrtCustomOpInputOutputCharacteristic> input_kinds;
  std::function<void(const OrtKernelInfo*)> create = [](const OrtKernelInfo*) {};
  std::function<OrtStatus*(OrtKernelContext*)> compute;
  int created = 0;
  int destroyed = 0;
};

Operator& Self(const OrtCustomOp* op) {
  return const_cast<Operator&>(static_cast<const Operator&>(*op));
}

/// The operators of a test: they have to outlive its session.
std::vector<std::shared_ptr<Operator>>& Kept() {
  static std::vector<std::shared_ptr<Operator>> kept;
  return kept;
}

/// An operator of the newest form, or (`style` 1) with kernels that return no status.
std::shared_ptr<Operator> MakeOperator(const char* name, int style = 2) {
  auto op = std::make_shared<Operator>();
  Kept().push_back(op);
  static_cast<OrtCustomOp&>(*op) = {};
  op->version = ORT_API_VERSION;
  op->name = name;
  op->GetName = [](const OrtCustomOp* o) noexcept { return Self(o).name.c_str(); };
  op->GetExecutionProviderType = [](const OrtCustomOp*) noexcept -> const char* { return nullptr; };
  op->GetInputTypeCount = [](const OrtCustomOp* o) noexcept { return Self(o).inputs.size(); };
  op->GetOutputTypeCount = [](const OrtCustomOp* o) noexcept { return Self(o).outputs.size(); };
  op->GetInputType = [](const OrtCustomOp* o, size_t i) noexcept { return Self(o).inputs[i]; };
  op->GetOutputType = [](const OrtCustomOp* o, size_t i) noexcept { return Self(o).outputs[i]; };
  op->GetInputCharacteristic = [](const OrtCustomOp* o, size_t i) noexcept {
    return i < Self(o).input_kinds.size() ? Self(o).input_kinds[i] : INPUT_OUTPUT_REQUIRED;
  };
  op->GetOutputCharacteristic = [](const OrtCustomOp*, size_t) noexcept {
    return INPUT_OUTPUT_REQUIRED;
  };
  op->GetInputMemoryType = [](const OrtCustomOp*, size_t) noexcept { return OrtMemTypeDefault; };
  op->GetVariadicInputMinArity = [](const OrtCustomOp*) noexcept { return 2; };
  op->GetVariadicInputHomogeneity = [](const OrtCustomOp*) noexcept { return 1; };
  op->GetVariadicOutputMinArity = [](const OrtCustomOp*) noexcept { return 1; };
  op->GetVariadicOutputHomogeneity = [](const OrtCustomOp*) noexcept { return 1; };
  if (style == 2) {
    op->CreateKernelV2 = [](const OrtCustomOp* o, const OrtApi*, const OrtKernelInfo* info,
                            void** kernel) noexcept -> OrtStatus* {
      ++Self(o).created;
      Self(o).create(info);
      *kernel = &Self(o);
      return nullptr;
    };
    op->KernelComputeV2 = [](void* kernel, OrtKernelContext* context) noexcept -> OrtStatus* {
      return static_cast<Operator*>(kernel)->compute(context);
    };
  } else {
    op->CreateKernel = [](const OrtCustomOp* o, const OrtApi*, const OrtKernelInfo* info) noexcept {
      ++Self(o).created;
      Self(o).create(info);
      return static_cast<void*>(&Self(o));
    };
    op->KernelCompute = [](void* kernel, OrtKernelContext* context) noexcept {
      EXPECT_OK(static_cast<Operator*>(kernel)->compute(context));
    };
  }
  op->KernelDestroy = [](void* kernel) noexcept { ++static_cast<Operator*>(kernel)->destroyed; };
  return op;
}

const OrtValue* Input(OrtKernelContext* context, size_t i) {
  const OrtValue* value = nullptr;
  EXPECT_OK(Api().KernelContext_GetInput(context, i, &value));
  return value;
}

template <typename T>
T* Output(OrtKernelContext* context, size_t i, const std::vector<int64_t>& shape) {
  OrtValue* value = nullptr;
  EXPECT_OK(Api().KernelContext_GetOutput(context, i, shape.data(), shape.size(), &value));
  void* data = nullptr;
  EXPECT_OK(Api().GetTensorMutableData(value, &data));
  return static_cast<T*>(data);
}

/// Every element of the input passed through `f`.
template <typename T>
OrtStatus* Map(OrtKernelContext* context, const std::function<T(T)>& f) {
  const OrtValue* in = Input(context, 0);
  const std::vector<T> data = DataOf<T>(in);
  std::transform(data.begin(), data.end(), Output<T>(context, 0, ShapeOf(in)), f);
  return nullptr;
}

/// Session options that know operators of the domain test.custom.
class CustomOps : public testing::Test {
 protected:
  void Add(const Operator& op) {
    if (domain_ == nullptr) {
      EXPECT_OK(Api().CreateCustomOpDomain("test.custom", &domain_));
    }
    EXPECT_OK(Api().CustomOpDomain_Add(domain_, &op));
  }
  Outcome TryOpen(const char* model) {
    options_ = NewOptions();
    EXPECT_OK(Api().AddCustomOpDomain(options_, domain_));
    return Api().CreateSession(Env(), ModelPath(model).c_str(), options_, session_.out());
  }
  void Open(const char* model) { ASSERT_OK(TryOpen(model)); }
  void TearDown() override {
    session_ = Handle<OrtSession>();
    options_ = Handle<OrtSessionOptions>();
    if (domain_ != nullptr) Api().ReleaseCustomOpDomain(domain_);
    Kept().clear();
  }

  template <typename T>
  Handle<OrtValue> RunValue(std::vector<const char*> names, std::vector<std::vector<T>> data,
                            const std::vector<int64_t>& shape) {
    std::vector<Handle<OrtValue>> held;
    std::vector<const OrtValue*> inputs;
    for (auto& values : data) {
      held.push_back(TensorOver(values, shape));
      inputs.push_back(held.back());
    }
    const char* output = "y";
    Handle<OrtValue> y;
    outcome_ = Api().Run(session_, nullptr, names.data(), inputs.data(), inputs.size(), &output, 1,
                         y.out());
    return y;
  }
  template <typename T>
  std::vector<T> Results(std::vector<const char*> names, std::vector<std::vector<T>> data,
                         const std::vector<int64_t>& shape) {
    const Handle<OrtValue> y = RunValue(std::move(names), std::move(data), shape);
    EXPECT_OK(outcome_);
    return y == nullptr ? std::vector<T>() : DataOf<T>(y);
  }

  OrtCustomOpDomain* domain_ = nullptr;
  Handle<OrtSessionOptions> options_;
  Handle<OrtSession> session_;
  Outcome outcome_ = nullptr;
};

TEST_F(CustomOps, BothStylesOfKernelsRunAndAreDestroyed) {
  for (const int style : {1, 2}) {
    float factor = 0;
    const auto scale = MakeOperator("Scale", style);
    scale->create = [&](const OrtKernelInfo* info) {
      EXPECT_OK(Api().KernelInfoGetAttribute_float(info, "factor", &factor));
    };
    scale->compute = [&](OrtKernelContext* context) {
      return Map<float>(context, [&](float x) { return x * factor; });
    };
    Add(*scale);
    Open("custom_chain");
    EXPECT_EQ(Results<float>({"x"}, {{1, -2, 4}}, {3}), (Floats{2.5f, 0, 10})) << "style " << style;
    EXPECT_EQ(scale->created, 1);
    TearDown();
    domain_ = nullptr;
    EXPECT_EQ(scale->destroyed, 1);
  }
}

TEST_F(CustomOps, ModelEditorSessionsGetThemWhenTheyAreFinished) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime knows only those of the beginning";
  const auto scale = MakeOperator("Scale");
  scale->compute = [&](OrtKernelContext* context) {
    return Map<float>(context, [](float x) { return x * 10; });
  };
  Add(*scale);
  options_ = NewOptions();
  ASSERT_OK(Api().AddCustomOpDomain(options_, domain_));
  const OrtModelEditorApi& editor = *Api().GetModelEditorApi();
  ASSERT_OK(editor.CreateModelEditorSession(Env(), ModelPath("custom_chain").c_str(), nullptr,
                                            session_.out()));
  ASSERT_OK(editor.FinalizeModelEditorSession(session_, options_, nullptr));
  EXPECT_EQ(Results<float>({"x"}, {{1, -2, 4}}, {3}), (Floats{10, 0, 40}));
}

TEST_F(CustomOps, FailuresReachTheCaller) {
  const auto scale = MakeOperator("Scale");
  scale->compute = [&](OrtKernelContext*) {
    return Api().CreateStatus(ORT_NO_SUCHFILE, "the operator says no");
  };
  Add(*scale);
  Open("custom_chain");
  RunValue<float>({"x"}, {{1, 2, 3}}, {3});
  EXPECT_FAILS(outcome_, ORT_NO_SUCHFILE, "the operator says no");
  EXPECT_FAILS(outcome_, ORT_NO_SUCHFILE, "Scale");
}

TEST_F(CustomOps, KernelsThatCannotBeCreatedFailTheSession) {
  const auto scale = MakeOperator("Scale");
  scale->CreateKernelV2 = [](const OrtCustomOp*, const OrtApi* api, const OrtKernelInfo*,
                             void**) noexcept -> OrtStatus* {
    return api->CreateStatus(ORT_INVALID_ARGUMENT, "no kernel today");
  };
  Add(*scale);
  const Outcome outcome = TryOpen("custom_chain");
  EXPECT_FALSE(outcome.ok());
  EXPECT_NE(outcome.message.find("no kernel today"), std::string::npos) << outcome;
}

TEST_F(CustomOps, OfOneNameTheOneForTheTypesRuns) {
  const auto floats = MakeOperator("Double");
  floats->compute = [](OrtKernelContext* context) {
    return Map<float>(context, [](float x) { return 2 * x; });
  };
  const auto ints = MakeOperator("Double");
  ints->inputs = ints->outputs = {kInt64};
  ints->compute = [](OrtKernelContext* context) {
    return Map<int64_t>(context, [](int64_t x) { return 2 * x; });
  };
  Add(*floats);
  Add(*ints);
  Open("custom_double_float");
  EXPECT_EQ(Results<float>({"x"}, {{1, 2, 3}}, {3}), (Floats{2, 4, 6}));
  Open("custom_double_int64");
  EXPECT_EQ(Results<int64_t>({"x"}, {{1, 2, 3}}, {3}), (std::vector<int64_t>{2, 4, 6}));
}

TEST_F(CustomOps, WithoutAVariantForTheTypesTheModelIsRefused) {
  const auto floats = MakeOperator("Double");
  Add(*floats);
  const Outcome outcome = TryOpen("custom_double_int64");
  EXPECT_FALSE(outcome.ok());
  EXPECT_NE(outcome.message.find("int64"), std::string::npos) << outcome;
}

TEST_F(CustomOps, AnyTypePassesOnToTheOutput) {
  const auto any = MakeOperator("Double");
  any->inputs = any->outputs = {kAny};
  any->compute = [](OrtKernelContext* context) {
    return Map<int64_t>(context, [](int64_t x) { return 2 * x; });
  };
  Add(*any);
  Open("custom_double_int64");
  EXPECT_EQ(Results<int64_t>({"x"}, {{1, 2, 3}}, {3}), (std::vector<int64_t>{2, 4, 6}));
}

TEST_F(CustomOps, VariadicInputs) {
  const auto sum = MakeOperator("Sum");
  sum->input_kinds = {INPUT_OUTPUT_VARIADIC};
  size_t inputs = 0;
  sum->create = [&](const OrtKernelInfo* info) {
    EXPECT_OK(Api().KernelInfo_GetInputCount(info, &inputs));
  };
  sum->compute = [&](OrtKernelContext* context) -> OrtStatus* {
    float* out = Output<float>(context, 0, {2});
    out[0] = out[1] = 0;
    for (size_t i = 0; i < inputs; ++i) {
      const Floats data = DataOf<float>(Input(context, i));
      out[0] += data[0];
      out[1] += data[1];
    }
    return nullptr;
  };
  Add(*sum);
  Open("custom_sum");
  EXPECT_EQ(Results<float>({"a", "b", "c"}, {{1, 2}, {3, 4}, {5, 6}}, {2}), (Floats{9, 12}));
}

TEST_F(CustomOps, TooFewVariadicInputsAreRefused) {
  const auto sum = MakeOperator("Sum");
  sum->input_kinds = {INPUT_OUTPUT_VARIADIC};
  sum->GetVariadicInputMinArity = [](const OrtCustomOp*) noexcept { return 4; };
  Add(*sum);
  EXPECT_FALSE(TryOpen("custom_sum").ok());
}

TEST_F(CustomOps, OptionalInputsMayBeMissing) {
  const auto maybe = MakeOperator("Maybe");
  maybe->inputs = {kFloat, kFloat};
  maybe->input_kinds = {INPUT_OUTPUT_REQUIRED, INPUT_OUTPUT_OPTIONAL};
  maybe->compute = [](OrtKernelContext* context) -> OrtStatus* {
    size_t count = 0;
    EXPECT_OK(Api().KernelContext_GetInputCount(context, &count));
    Floats data = DataOf<float>(Input(context, 0));
    if (count > 1) data[0] += DataOf<float>(Input(context, 1))[0];
    std::copy(data.begin(), data.end(), Output<float>(context, 0, {2}));
    return nullptr;
  };
  Add(*maybe);
  Open("custom_optional_with");
  EXPECT_EQ(Results<float>({"a", "b"}, {{1, 2}, {10, 20}}, {2}), (Floats{11, 2}));
  Open("custom_optional_without");
  EXPECT_EQ(Results<float>({"a"}, {{1, 2}}, {2}), (Floats{1, 2}));
}

std::vector<int64_t> OutputShape(const OrtSession* session) {
  Handle<OrtTypeInfo> type;
  EXPECT_OK(Api().SessionGetOutputTypeInfo(session, 0, type.out()));
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  EXPECT_OK(Api().CastTypeInfoToTensorInfo(type, &tensor));
  size_t rank = 0;
  EXPECT_OK(Api().GetDimensionsCount(tensor, &rank));
  std::vector<int64_t> dims(rank);
  EXPECT_OK(Api().GetDimensions(tensor, dims.data(), rank));
  return dims;
}

TEST_F(CustomOps, ShapesComeFromTheOperator) {
  const auto repeat = MakeOperator("Repeat");
  // Seen by InferOutputShapeFn, which has no state but the operator.
  static size_t inputs = 0;
  static size_t rank = 0;
  static Outcome absent = nullptr;
  static Outcome beyond = nullptr;
  repeat->InferOutputShapeFn = [](const OrtCustomOp*,
                                  OrtShapeInferContext* context) noexcept -> OrtStatus* {
    EXPECT_OK(Api().ShapeInferContext_GetInputCount(context, &inputs));
    OrtTensorTypeAndShapeInfo* in = nullptr;
    EXPECT_OK(Api().ShapeInferContext_GetInputTypeShape(context, 0, &in));
    EXPECT_OK(Api().GetDimensionsCount(in, &rank));
    std::vector<int64_t> dims(rank);
    EXPECT_OK(Api().GetDimensions(in, dims.data(), rank));
    const OrtOpAttr* attribute = nullptr;
    absent = Api().ShapeInferContext_GetAttribute(context, "no_such", &attribute);
    EXPECT_OK(Api().ShapeInferContext_GetAttribute(context, "times", &attribute));
    int64_t times = 0;
    size_t bytes = 0;
    EXPECT_OK(Api().ReadOpAttr(attribute, ORT_OP_ATTR_INT, &times, sizeof(times), &bytes));
    dims.push_back(times);
    Handle<OrtTensorTypeAndShapeInfo> out;
    EXPECT_OK(Api().CreateTensorTypeAndShapeInfo(out.out()));
    EXPECT_OK(Api().SetTensorElementType(out, kFloat));
    EXPECT_OK(Api().SetDimensions(out, dims.data(), dims.size()));
    EXPECT_OK(Api().ShapeInferContext_SetOutputTypeShape(context, 0, out));
    beyond = Api().ShapeInferContext_GetInputTypeShape(context, 5, &in);
    return nullptr;
  };
  repeat->compute = [](OrtKernelContext* context) -> OrtStatus* {
    const OrtValue* in = Input(context, 0);
    std::vector<int64_t> shape = ShapeOf(in);
    shape.push_back(3);
    float* out = Output<float>(context, 0, shape);
    for (const float x : DataOf<float>(in)) out = std::fill_n(out, 3, x);
    return nullptr;
  };
  Add(*repeat);
  Open("custom_repeat");
  EXPECT_EQ(inputs, 1u);
  EXPECT_EQ(rank, 2u);
  EXPECT_FALSE(absent.ok());
  EXPECT_FALSE(beyond.ok());
  EXPECT_EQ(OutputShape(session_), (std::vector<int64_t>{-1, 2, 3}));
  const Handle<OrtValue> y = RunValue<float>({"x"}, {{1, 2}}, {1, 2});
  EXPECT_EQ(ShapeOf(y), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(DataOf<float>(y), (Floats{1, 1, 1, 2, 2, 2}));
}

TEST_F(CustomOps, ShapesThatCannotBeToldAreLeftOpen) {
  const auto repeat = MakeOperator("Repeat");
  repeat->InferOutputShapeFn = [](const OrtCustomOp*, OrtShapeInferContext*) noexcept {
    return Api().CreateStatus(ORT_FAIL, "the shape is a secret");
  };
  repeat->compute = [](OrtKernelContext* context) -> OrtStatus* {
    Output<float>(context, 0, {1})[0] = 7;
    return nullptr;
  };
  Add(*repeat);
  Open("custom_repeat");
  EXPECT_EQ(Results<float>({"x"}, {{1, 2}}, {1, 2}), (Floats{7}));
}

TEST_F(CustomOps, KernelsInvokeOperators) {
  const auto scale = MakeOperator("Scale");
  OrtOp* add = nullptr;
  Outcome unknown = nullptr;
  scale->create = [&](const OrtKernelInfo* info) {
    const char* names[] = {"T"};
    const ONNXTensorElementDataType types[] = {kFloat};
    EXPECT_OK(Api().CreateOp(info, "Add", "", 14, names, types, 1, nullptr, 0, 2, 1, &add));
    OrtOp* none = nullptr;
    unknown = Api().CreateOp(info, "NoSuchOp", "", 14, names, types, 1, nullptr, 0, 2, 1, &none);
  };
  scale->compute = [&](OrtKernelContext* context) -> OrtStatus* {
    const OrtValue* in = Input(context, 0);
    const std::vector<int64_t> shape = ShapeOf(in);
    OrtValue* out = nullptr;
    EXPECT_OK(Api().KernelContext_GetOutput(context, 0, shape.data(), shape.size(), &out));
    const OrtValue* sides[] = {in, in};
    return Api().InvokeOp(context, add, sides, 2, &out, 1);
  };
  Add(*scale);
  Open("custom_chain");
  EXPECT_FALSE(unknown.ok());
  EXPECT_EQ(Results<float>({"x"}, {{1, -2, 4}}, {3}), (Floats{2, 0, 8}));
  EXPECT_EQ(Results<float>({"x"}, {{3, 2, 1}}, {3}), (Floats{6, 4, 2}));
  session_ = Handle<OrtSession>();
  Api().ReleaseOp(add);
}

TEST_F(CustomOps, AliasesShareMemory) {
  static const void* read = nullptr;
  static const void* written = nullptr;
  const auto same = MakeOperator("Same");
  same->GetAliasMap = [](int** inputs, int** outputs) noexcept {
    *inputs = new int(0);
    *outputs = new int(0);
    return size_t{1};
  };
  same->ReleaseAliasMap = [](int* inputs, int* outputs) noexcept {
    delete inputs;
    delete outputs;
  };
  same->compute = [](OrtKernelContext* context) -> OrtStatus* {
    const OrtValue* in = Input(context, 0);
    EXPECT_OK(Api().GetTensorData(in, &read));
    float* out = Output<float>(context, 0, {3});
    written = out;
    if (out != read) std::memcpy(out, read, 3 * sizeof(float));
    return nullptr;
  };
  Add(*same);
  Open("custom_same");
  for (int run = 0; run < 3; ++run) {
    EXPECT_EQ(Results<float>({"x"}, {{1, -2, 3}}, {3}), (Floats{-1, 0, -3}));
    EXPECT_EQ(read, written) << "run " << run;
  }
}

TEST_F(CustomOps, TheStructIsReadNoFurtherThanItsVersion) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime reads members that came later";
  auto scale = MakeOperator("Scale", 1);
  scale->version = 7;  // before characteristics
  std::memset(static_cast<void*>(&scale->GetInputCharacteristic), 0x5a,
              sizeof(OrtCustomOp) - offsetof(OrtCustomOp, GetInputCharacteristic));
  scale->compute = [](OrtKernelContext* context) {
    return Map<float>(context, [](float x) { return -x; });
  };
  Add(*scale);
  Open("custom_chain");
  EXPECT_EQ(Results<float>({"x"}, {{1, -2, 4}}, {3}), (Floats{0, 2, 0}));
}

TEST_F(CustomOps, VersionsFromTheFutureAreRefused) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime hands such an operator a null table";
  const auto scale = MakeOperator("Scale");
  scale->version = 9000;
  Add(*scale);
  EXPECT_FAILS(TryOpen("custom_chain"), ORT_INVALID_ARGUMENT,
               "Unsupported version '9000' in custom op 'Scale'");
}

TEST_F(CustomOps, SessionsMayMeanDifferentOperatorsByOneName) {
  const auto one = MakeOperator("Double");
  one->compute = [](OrtKernelContext* context) {
    return Map<float>(context, [](float x) { return 2 * x; });
  };
  Add(*one);
  Open("custom_double_float");
  OrtCustomOpDomain* other_domain = nullptr;
  ASSERT_OK(Api().CreateCustomOpDomain("test.custom", &other_domain));
  const auto two = MakeOperator("Double");
  two->inputs = two->outputs = {kInt64};
  two->compute = [](OrtKernelContext* context) {
    return Map<int64_t>(context, [](int64_t x) { return 20 * x; });
  };
  ASSERT_OK(Api().CustomOpDomain_Add(other_domain, two.get()));
  {
    const auto options = NewOptions();
    ASSERT_OK(Api().AddCustomOpDomain(options, other_domain));
    Handle<OrtSession> other;
    EXPECT_OK(
        Api().CreateSession(Env(), ModelPath("custom_double_int64").c_str(), options, other.out()));
    Handle<OrtSession> wrong;
    EXPECT_FALSE(Outcome(Api().CreateSession(Env(), ModelPath("custom_double_float").c_str(),
                                             options, wrong.out()))
                     .ok());
  }
  EXPECT_EQ(Results<float>({"x"}, {{1, 2, 3}}, {3}), (Floats{2, 4, 6}));
  Api().ReleaseCustomOpDomain(other_domain);
}

// -- libraries

const std::string& LibraryPath() {
  static const std::string path = PluginPath("custom_ops_library");
  return path;
}

void ExpectAddsOne(OrtSessionOptions* options) {
  Handle<OrtSession> session;
  ASSERT_OK(
      Api().CreateSession(Env(), ModelPath("custom_add_one").c_str(), options, session.out()));
  Floats x = {1, 2};
  const auto input = TensorOver(x, {2});
  const char* in = "x";
  const char* out = "y";
  const OrtValue* inputs[] = {input};
  Handle<OrtValue> y;
  ASSERT_OK(Api().Run(session, nullptr, &in, inputs, 1, &out, 1, y.out()));
  EXPECT_EQ(DataOf<float>(y), (Floats{2, 3}));
}

TEST(CustomOpsLibrary, TheHostKeepsItLoaded) {
  const auto options = NewOptions();
  ASSERT_OK(Api().RegisterCustomOpsLibrary_V2(options, LibraryPath().c_str()));
  ExpectAddsOne(options);
}

TEST(CustomOpsLibrary, TheCallerClosesIt) {
  void* library = nullptr;
  {
    const auto options = NewOptions();
    ASSERT_OK(Api().RegisterCustomOpsLibrary(options, LibraryPath().c_str(), &library));
    ASSERT_NE(library, nullptr);
    ExpectAddsOne(options);
  }
  EXPECT_EQ(dlclose(library), 0);
}

TEST(CustomOpsLibrary, AFunctionOfTheProcess) {
  void* library = dlopen(LibraryPath().c_str(), RTLD_NOW | RTLD_GLOBAL);
  ASSERT_NE(library, nullptr);
  {
    const auto options = NewOptions();
    ASSERT_OK(Api().RegisterCustomOpsUsingFunction(options, "RegisterTestLibraryOps"));
    ExpectAddsOne(options);
    EXPECT_FALSE(Outcome(Api().RegisterCustomOpsUsingFunction(options, "NoSuchFunction")).ok());
  }
  dlclose(library);
}

TEST(CustomOpsLibrary, WhatCannotBeLoaded) {
  const auto options = NewOptions();
  EXPECT_FAILS(Api().RegisterCustomOpsLibrary_V2(options, "/no/such/library.so"), ORT_FAIL,
               "/no/such/library.so");
  EXPECT_FAILS(Api().RegisterCustomOpsLibrary_V2(options, PluginPath("half_plugin").c_str()),
               ORT_FAIL, "RegisterCustomOps");
}

}  // namespace
}  // namespace capi
