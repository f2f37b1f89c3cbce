// Models built in memory and models extended before their session is finished (OrtModelEditorApi).
#include <fstream>
#include <iterator>
#include <numeric>

#include "capi/api.h"

namespace capi {
namespace {

const OrtModelEditorApi& Editor() { return *Api().GetModelEditorApi(); }

Handle<OrtTypeInfo> FloatType(const std::vector<int64_t>* shape) {
  Handle<OrtTensorTypeAndShapeInfo> tensor;
  EXPECT_OK(Api().CreateTensorTypeAndShapeInfo(tensor.out()));
  EXPECT_OK(Api().SetTensorElementType(tensor, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
  if (shape != nullptr) {
    EXPECT_OK(Api().SetDimensions(tensor, shape->data(), shape->size()));
  }
  Handle<OrtTypeInfo> type;
  EXPECT_OK(Editor().CreateTensorTypeInfo(tensor, type.out()));
  return type;
}

OrtValueInfo* NewValue(const char* name, const std::vector<int64_t>& shape) {
  OrtValueInfo* value = nullptr;
  EXPECT_OK(Editor().CreateValueInfo(name, FloatType(&shape), &value));
  return value;
}

OrtNode* NewNode(const char* type, const char* name, const std::vector<const char*>& inputs,
                 const std::vector<const char*>& outputs, std::vector<OrtOpAttr*> attributes = {},
                 const char* domain = "") {
  OrtNode* node = nullptr;
  EXPECT_OK(Editor().CreateNode(type, domain, name, inputs.data(), inputs.size(), outputs.data(),
                                outputs.size(), attributes.data(), attributes.size(), &node));
  return node;
}

/// A graph being written. Everything given to it becomes the graph's.
class Draft {
 public:
  Draft() { EXPECT_OK(Editor().CreateGraph(&graph_)); }
  ~Draft() {
    if (graph_ != nullptr) Api().ReleaseGraph(graph_);
  }
  Draft(Draft&& other) noexcept : graph_(std::exchange(other.graph_, nullptr)) {}

  Draft& Inputs(std::vector<OrtValueInfo*> values) {
    EXPECT_OK(Editor().SetGraphInputs(graph_, values.data(), values.size()));
    return *this;
  }
  Draft& Outputs(std::vector<OrtValueInfo*> values) {
    EXPECT_OK(Editor().SetGraphOutputs(graph_, values.data(), values.size()));
    return *this;
  }
  Draft& Add(OrtNode* node) {
    EXPECT_OK(Editor().AddNodeToGraph(graph_, node));
    return *this;
  }
  Draft& Weight(const char* name, std::vector<float>& data, bool external = false) {
    Handle<OrtValue> tensor = TensorOver(data, {static_cast<int64_t>(data.size())});
    const Outcome outcome = Editor().AddInitializerToGraph(graph_, name, tensor.get(), external);
    EXPECT_OK(outcome);
    if (outcome.ok()) tensor.Forget();
    return *this;
  }
  Handle<OrtModel> Model(const std::vector<std::pair<const char*, int>>& opsets = {{"", 18}}) {
    std::vector<const char*> domains;
    std::vector<int> versions;
    for (const auto& [domain, version] : opsets) {
      domains.push_back(domain);
      versions.push_back(version);
    }
    Handle<OrtModel> model;
    EXPECT_OK(Editor().CreateModel(domains.data(), versions.data(), domains.size(), model.out()));
    EXPECT_OK(Editor().AddGraphToModel(model, std::exchange(graph_, nullptr)));
    return model;
  }
  OrtGraph* get() const { return graph_; }

 private:
  OrtGraph* graph_ = nullptr;
};

Outcome Open(const OrtModel* model, Handle<OrtSession>& session) {
  Handle<OrtSessionOptions> options;
  EXPECT_OK(Api().CreateSessionOptions(options.out()));
  return Editor().CreateSessionFromModel(Env(), model, options, session.out());
}

std::vector<float> RunOne(OrtSession* session, const char* input, std::vector<float> data,
                          const char* output, std::vector<int64_t> shape = {}) {
  if (shape.empty()) shape = {static_cast<int64_t>(data.size())};
  Handle<OrtValue> value = TensorOver(data, shape);
  const OrtValue* inputs[] = {value};
  Handle<OrtValue> result;
  const Outcome outcome = Api().Run(session, nullptr, &input, inputs, 1, &output, 1, result.out());
  EXPECT_OK(outcome);
  return outcome.ok() ? DataOf<float>(result) : std::vector<float>();
}

using Vector = std::vector<float>;

TEST(ModelEditor, ModelFromNothing) {
  Vector weight{10, 20, 30};
  Handle<OrtModel> model = Draft()
                               .Inputs({NewValue("x", {3})})
                               .Outputs({NewValue("y", {3})})
                               .Add(NewNode("Relu", "last", {"sum"}, {"y"}))  // before its input
                               .Add(NewNode("Add", "first", {"x", "w"}, {"sum"}))
                               .Weight("w", weight)
                               .Model();
  Handle<OrtSession> sessions[2];  // a model serves any number of them
  for (Handle<OrtSession>& session : sessions) ASSERT_OK(Open(model, session));
  weight.assign(3, 0);  // it was copied
  for (Handle<OrtSession>& session : sessions)
    EXPECT_EQ(RunOne(session, "x", {1, -100, 3}, "y"), (Vector{11, 0, 33}));
}

TEST(ModelEditor, ExternalWeightsStayWithTheClient) {
  Vector weight(64);
  std::iota(weight.begin(), weight.end(), 0.f);
  Handle<OrtModel> model = Draft()
                               .Inputs({NewValue("x", {64})})
                               .Outputs({NewValue("y", {64})})
                               .Add(NewNode("Add", "add", {"x", "w"}, {"y"}))
                               .Weight("w", weight, /*external=*/true)
                               .Model();
  Handle<OrtSession> session;
  ASSERT_OK(Open(model, session));
  EXPECT_EQ(RunOne(session, "x", Vector(64, 0), "y"), weight);
}

TEST(ModelEditor, SmallOrWrongInitializers) {
  Vector data(31, 1);
  Draft draft;
  Handle<OrtValue> tensor = TensorOver(data, {31});
  EXPECT_FAILS(Editor().AddInitializerToGraph(draft.get(), "w", tensor, true), ORT_INVALID_ARGUMENT,
               "larger than 127 bytes (got 124 bytes)");
  EXPECT_FAILS(Editor().AddInitializerToGraph(draft.get(), "", tensor, false), ORT_INVALID_ARGUMENT,
               "name cannot be null or empty");
  EXPECT_FAILS(Editor().AddInitializerToGraph(draft.get(), "w", nullptr, false),
               ORT_INVALID_ARGUMENT, "tensor cannot be null");
  draft.Weight("w", data);
  EXPECT_FAILS(Editor().AddInitializerToGraph(draft.get(), "w", tensor, false),
               ORT_INVALID_ARGUMENT, "has already been added");
}

TEST(ModelEditor, ArgumentsThatAreMissing) {
  Handle<OrtTypeInfo> type = FloatType(nullptr);
  OrtValueInfo* value = nullptr;
  EXPECT_FAILS(Editor().CreateValueInfo(nullptr, type, &value), ORT_INVALID_ARGUMENT,
               "name cannot be null or empty string");
  EXPECT_FAILS(Editor().CreateValueInfo("", type, &value), ORT_INVALID_ARGUMENT, "name");
  EXPECT_FAILS(Editor().CreateValueInfo("a", nullptr, &value), ORT_INVALID_ARGUMENT,
               "type_info cannot be null");
  Draft draft;
  EXPECT_FAILS(Editor().AddNodeToGraph(draft.get(), nullptr), ORT_INVALID_ARGUMENT,
               "node cannot be null");
  EXPECT_FAILS(Editor().SetGraphInputs(draft.get(), nullptr, 1), ORT_INVALID_ARGUMENT,
               "inputs cannot be null when inputs_len is non-zero");
  EXPECT_FAILS(Editor().SetGraphOutputs(draft.get(), &value, 1), ORT_INVALID_ARGUMENT,
               "outputs cannot contain null entries");
  const char* names[] = {"x"};
  OrtOpAttr* attributes[] = {nullptr};
  OrtNode* node = nullptr;
  EXPECT_FAILS(Editor().CreateNode("Relu", "", "n", names, 1, names, 1, attributes, 1, &node),
               ORT_INVALID_ARGUMENT, "attributes cannot contain null entries");
  Handle<OrtModel> model;
  ASSERT_OK(Editor().CreateModel(nullptr, nullptr, 0, model.out()));
  EXPECT_FAILS(Editor().AddGraphToModel(model, nullptr), ORT_INVALID_ARGUMENT,
               "graph cannot be null");
}

// ONNX Runtime ends the process for these.
TEST(ModelEditor, ArgumentsThatCrashElsewhere) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime crashes";
  const char* names[] = {"x"};
  OrtNode* node = nullptr;
  EXPECT_FAILS(Editor().CreateNode(nullptr, "", "n", names, 1, names, 1, nullptr, 0, &node),
               ORT_INVALID_ARGUMENT, "operator_name");
  EXPECT_FAILS(Editor().CreateNode("Relu", "", "n", nullptr, 1, names, 1, nullptr, 0, &node),
               ORT_INVALID_ARGUMENT, "input_names");
  EXPECT_FAILS(Editor().CreateGraph(nullptr), ORT_INVALID_ARGUMENT, "graph");
  const char* domain = "";
  OrtModel* made = nullptr;
  EXPECT_FAILS(Editor().CreateModel(&domain, nullptr, 1, &made), ORT_INVALID_ARGUMENT, "opset");
  Handle<OrtModel> model;
  ASSERT_OK(Editor().CreateModel(nullptr, nullptr, 0, model.out()));
  Handle<OrtSession> session;
  EXPECT_FAILS(Open(model, session), ORT_INVALID_ARGUMENT, "no graph");
  // A node that is in a graph already, and a value that is.
  Draft draft;
  OrtNode* added = NewNode("Relu", "n", {"x"}, {"y"});
  draft.Add(added);
  EXPECT_FAILS(Editor().AddNodeToGraph(draft.get(), added), ORT_INVALID_ARGUMENT, "belongs");
  OrtValueInfo* value = NewValue("x", {1});
  OrtValueInfo* twice[] = {value, value};
  EXPECT_FAILS(Editor().SetGraphInputs(draft.get(), twice, 2), ORT_INVALID_ARGUMENT, "belongs");
  Api().ReleaseValueInfo(value);
  Api().ReleaseNode(added);  // the graph's: nothing happens
}

TEST(ModelEditor, ModelsThatMakeNoSense) {
  const auto open = [](Draft draft, const std::vector<std::pair<const char*, int>>& opsets) {
    Handle<OrtModel> model = draft.Model(opsets);
    Handle<OrtSession> session;
    return Open(model, session);
  };
  const auto between = [](std::vector<OrtNode*> nodes) {
    Draft draft;
    draft.Inputs({NewValue("x", {2})}).Outputs({NewValue("y", {2})});
    for (OrtNode* node : nodes) draft.Add(node);
    return draft;
  };
  EXPECT_FAILS(open(between({NewNode("Add", "a", {"x", "q"}, {"y"})}), {{"", 18}}),
               ORT_INVALID_ARGUMENT,
               "Invalid model. Node input 'q' is not a graph input, initializer, or output of a "
               "previous node.");
  EXPECT_FAILS(
      open(between({NewNode("Relu", "a", {"x"}, {"y"}), NewNode("Relu", "b", {"x"}, {"y"})}),
           {{"", 18}}),
      ORT_FAIL, "This is an invalid model. Error: Duplicate definition of name (y).");
  EXPECT_FAILS(
      open(between({NewNode("Relu", "a", {"x"}, {"y"}), NewNode("Relu", "a", {"x"}, {"z"})}),
           {{"", 18}}),
      ORT_FAIL, "This is an invalid model. Error: two nodes with same node name (a).");
  EXPECT_FAILS(
      open(between({NewNode("Add", "a", {"x", "y"}, {"z"}), NewNode("Relu", "b", {"z"}, {"y"})}),
           {{"", 18}}),
      ORT_FAIL, "This is an invalid model. Error: the graph is not acyclic.");
  EXPECT_FAILS(open(between({NewNode("Nope", "a", {"x"}, {"y"})}), {{"", 18}}), ORT_INVALID_GRAPH,
               "No Op registered for Nope with domain_version of 18");
  EXPECT_FAILS(open(between({NewNode("Relu", "a", {"x"}, {"y"})}), {{"", 999}}), ORT_FAIL,
               "Opset 999");
  Draft twice;
  twice.Inputs({NewValue("x", {2}), NewValue("x", {2})}).Outputs({NewValue("y", {2})});
  twice.Add(NewNode("Relu", "a", {"x"}, {"y"}));
  EXPECT_FAILS(open(std::move(twice), {{"", 18}}), ORT_FAIL,
               "Error: Duplicate definition-site for (x).");
}

TEST(ModelEditor, TheMainDomainNeedsAVersion) {
  const auto model = [](const std::vector<std::pair<const char*, int>>& opsets) {
    return Draft()
        .Inputs({NewValue("x", {2})})
        .Outputs({NewValue("y", {2})})
        .Add(NewNode("Neg", "n", {"x"}, {"y"}, {}, "ai.onnx"))
        .Model(opsets);
  };
  Handle<OrtSession> session;
  EXPECT_FAILS(Open(model({}), session), ORT_INVALID_ARGUMENT,
               "The opset for the ONNX domain must be explicitly specified.");
  EXPECT_FAILS(Open(model({{"ai.onnx.ml", 3}}), session), ORT_INVALID_ARGUMENT, "opset");
  ASSERT_OK(Open(model({{"ai.onnx", 18}}), session));
  EXPECT_EQ(RunOne(session, "x", {4, -2}, "y"), (Vector{-4, 2}));
}

TEST(ModelEditor, Types) {
  Handle<OrtTypeInfo> tensor = FloatType(nullptr);
  Handle<OrtTypeInfo> made;
  const auto kind = [&] {
    ONNXType type = ONNX_TYPE_UNKNOWN;
    EXPECT_OK(Api().GetOnnxTypeFromTypeInfo(made, &type));
    return type;
  };
  ASSERT_OK(Editor().CreateSequenceTypeInfo(tensor, made.out()));
  EXPECT_EQ(kind(), ONNX_TYPE_SEQUENCE);
  ASSERT_OK(Editor().CreateOptionalTypeInfo(tensor, made.out()));
  EXPECT_EQ(kind(), ONNX_TYPE_OPTIONAL);
  ASSERT_OK(Editor().CreateMapTypeInfo(ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, tensor, made.out()));
  EXPECT_EQ(kind(), ONNX_TYPE_MAP);
  Handle<OrtTensorTypeAndShapeInfo> info;
  ASSERT_OK(Api().CreateTensorTypeAndShapeInfo(info.out()));
  ASSERT_OK(Api().SetTensorElementType(info, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
  ASSERT_OK(Editor().CreateSparseTensorTypeInfo(info, made.out()));
  EXPECT_EQ(kind(), ONNX_TYPE_SPARSETENSOR);
}

TEST(ModelEditor, WhatIsNotAddedIsReleased) {
  Api().ReleaseValueInfo(NewValue("x", {1}));
  Api().ReleaseNode(NewNode("Add", "n", {"x", ""}, {"y"}));
  Draft().Add(NewNode("Relu", "n", {"x"}, {"y"})).Inputs({NewValue("x", {1})});
}

// -- extending a model
// ----------------------------------------------------------------------------------------------

class ModelEditorSession : public testing::Test {
 protected:
  // add.onnx has input x and output y.
  Handle<OrtSession> Begin() {
    Handle<OrtSession> session;
    EXPECT_OK(
        Editor().CreateModelEditorSession(Env(), ModelPath("add").c_str(), nullptr, session.out()));
    return session;
  }
  static std::string Output(const OrtSession* session) {
    char* name = nullptr;
    EXPECT_OK(Api().SessionGetOutputName(session, 0, DefaultAllocator(), &name));
    return TakeText(name);
  }
  static Handle<OrtModel> Negated() {
    OrtValueInfo* output = nullptr;
    EXPECT_OK(Editor().CreateValueInfo("negated", FloatType(nullptr), &output));
    return Draft().Outputs({output}).Add(NewNode("Neg", "neg", {"y"}, {"negated"})).Model({});
  }
  // y = x + (1, 2, 3).
  static Vector RunAdd(OrtSession* session, const char* input, float element, const char* output) {
    return RunOne(session, input, Vector(3, element), output, {1, 3});
  }
};

TEST_F(ModelEditorSession, NodesAreAddedAndOutputsReplaced) {
  Handle<OrtSession> session = Begin();
  int opset = 0;
  ASSERT_OK(Editor().SessionGetOpsetForDomain(session, "", &opset));
  EXPECT_EQ(opset, 17);
  EXPECT_FAILS(Editor().SessionGetOpsetForDomain(session, "foo", &opset), ORT_FAIL,
               "Domain not used by model.");
  EXPECT_EQ(Output(session), "y");
  ASSERT_OK(Editor().ApplyModelToModelEditorSession(session, Negated()));
  EXPECT_EQ(Output(session), "negated");
  ASSERT_OK(Editor().FinalizeModelEditorSession(session, nullptr, nullptr));
  EXPECT_EQ(RunAdd(session, "x", 1, "negated"), (Vector{-2, -3, -4}));
  EXPECT_OK(Editor().FinalizeModelEditorSession(session, nullptr, nullptr));
  EXPECT_FAILS(Editor().ApplyModelToModelEditorSession(session, Negated()), ORT_MODEL_LOADED,
               "This session has already been initialized.");
}

TEST_F(ModelEditorSession, InputsAreReplaced) {
  Handle<OrtSession> session = Begin();
  Handle<OrtModel> model = Draft()
                               .Inputs({NewValue("raw", {1, 3})})
                               .Add(NewNode("Neg", "neg", {"raw"}, {"x"}))
                               .Model({});
  ASSERT_OK(Editor().ApplyModelToModelEditorSession(session, model));
  ASSERT_OK(Editor().FinalizeModelEditorSession(session, nullptr, nullptr));
  EXPECT_EQ(RunAdd(session, "raw", -1, "y"), (Vector{2, 3, 4}));
}

TEST_F(ModelEditorSession, FromBytes) {
  std::ifstream file(ModelPath("add"), std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  Handle<OrtSession> session;
  ASSERT_OK(Editor().CreateModelEditorSessionFromArray(Env(), bytes.data(), bytes.size(), nullptr,
                                                       session.out()));
  ASSERT_OK(Editor().FinalizeModelEditorSession(session, nullptr, nullptr));
  bytes.assign(bytes.size(), 'x');
  EXPECT_EQ(RunAdd(session, "x", 1, "y"), (Vector{2, 3, 4}));
}

TEST_F(ModelEditorSession, OpsetVersionsStay) {
  Handle<OrtSession> session = Begin();
  Handle<OrtModel> newer = Draft().Add(NewNode("Neg", "neg", {"y"}, {"z"})).Model({{"", 18}});
  EXPECT_FAILS(Editor().ApplyModelToModelEditorSession(session, newer), ORT_INVALID_ARGUMENT,
               "Domain version can not be changed for ''. Current version: 17");
  ASSERT_OK(Editor().ApplyModelToModelEditorSession(session, Negated()));
  ASSERT_OK(Editor().FinalizeModelEditorSession(session, nullptr, nullptr));
}

TEST_F(ModelEditorSession, MustBeFinishedToRun) {
  Handle<OrtSession> session = Begin();
  Vector data(3, 1.f);
  Handle<OrtValue> value = TensorOver(data, {1, 3});
  const char* input = "x";
  const char* output = "y";
  const OrtValue* inputs[] = {value};
  OrtValue* result = nullptr;
  EXPECT_FAILS(Api().Run(session, nullptr, &input, inputs, 1, &output, 1, &result), ORT_FAIL,
               "Session not initialized.");
}

TEST_F(ModelEditorSession, ModelsThatAreNotThere) {
  Handle<OrtSession> session;
  EXPECT_FAILS(Editor().CreateModelEditorSession(Env(), "/nowhere.onnx", nullptr, session.out()),
               ORT_NO_SUCHFILE, "/nowhere.onnx");
}

TEST_F(ModelEditorSession, AFailedChangeCannotBeFinished) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime finds out when the session is finished";
  Handle<OrtSession> session = Begin();
  Handle<OrtModel> wrong = Draft().Add(NewNode("Neg", "neg", {"nothing"}, {"z"})).Model({});
  EXPECT_FAILS(Editor().ApplyModelToModelEditorSession(session, wrong), ORT_INVALID_ARGUMENT,
               "'nothing'");
  EXPECT_FAILS(Editor().FinalizeModelEditorSession(session, nullptr, nullptr), ORT_FAIL, "change");
}

}  // namespace
}  // namespace capi
