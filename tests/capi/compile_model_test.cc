// The compile API: its options, where compiled models go and what they hold. What is expected is
// what ONNX Runtime 1.31 did with the same plug-in; the same tests run on it.
#include <gmock/gmock.h>

#include "capi/context_ep_support.h"

namespace capi {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using CompileModelTest = ContextEpTest;

// -- options
// ---------------------------------------------------------------------------------------------------------

TEST_F(CompileModelTest, WrongOptions) {
  OrtModelCompilationOptions* none = nullptr;
  EXPECT_FAILS(Compiler().CreateModelCompilationOptionsFromSessionOptions(Env(), nullptr, &none),
               ORT_INVALID_ARGUMENT, "The session_options argument must be a non-null pointer");
  Compilation compilation(Options());
  OrtModelCompilationOptions* options = compilation.get();
  EXPECT_FAILS(
      compilation.Compile(), ORT_INVALID_ARGUMENT,
      "Input model to compile must be specified via file path, memory buffer, or OrtModel");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetInputModelPath(options, ""),
               ORT_INVALID_ARGUMENT, "Invalid input model: path string is empty");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetInputModelFromBuffer(options, nullptr, 5),
               ORT_INVALID_ARGUMENT, "Invalid input model: data pointer is null");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetInputModelFromBuffer(options, "abc", 0),
               ORT_INVALID_ARGUMENT, "Invalid input model: data size is 0");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetInputModel(options, nullptr),
               ORT_INVALID_ARGUMENT, "Invalid input model: OrtModel pointer is null");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetOutputModelPath(options, ""),
               ORT_INVALID_ARGUMENT, "Invalid output model path: path is empty");
  EXPECT_FAILS(
      Compiler().ModelCompilationOptions_SetOutputModelExternalInitializersFile(options, "", 0),
      ORT_INVALID_ARGUMENT, "Invalid external initializer file: path is empty");
  void* buffer = nullptr;
  size_t size = 0;
  EXPECT_FAILS(
      Compiler().ModelCompilationOptions_SetOutputModelBuffer(options, nullptr, &buffer, &size),
      ORT_INVALID_ARGUMENT, "allocator pointer is null");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetOutputModelBuffer(options, DefaultAllocator(),
                                                                       nullptr, &size),
               ORT_INVALID_ARGUMENT, "data pointer is null");
  EXPECT_FAILS(
      Compiler().ModelCompilationOptions_SetOutputModelWriteFunc(options, nullptr, nullptr),
      ORT_INVALID_ARGUMENT, "OrtWriteBufferFunc function for output model is null");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetOutputModelGetInitializerLocationFunc(
                   options, nullptr, nullptr),
               ORT_INVALID_ARGUMENT, "OrtGetInitializerLocationFunc function");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetGraphOptimizationLevel(
                   options, static_cast<GraphOptimizationLevel>(77)),
               ORT_INVALID_ARGUMENT, "77");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetEpContextBinaryInformation(options, "", "m"),
               ORT_INVALID_ARGUMENT, "Invalid output directory: path is empty");
  EXPECT_FAILS(compilation.Input(Path("nowhere.onnx")).Compile(), ORT_INVALID_ARGUMENT,
               "Input model path does not exist");
}

// ONNX Runtime ends the process for these.
TEST_F(CompileModelTest, NullsThatCrashElsewhere) {
  if (!OnBackplane()) GTEST_SKIP() << "ONNX Runtime crashes";
  Compilation compilation(Options());
  OrtModelCompilationOptions* options = compilation.get();
  EXPECT_FAILS(Compiler().CompileModel(Env(), nullptr), ORT_INVALID_ARGUMENT, "model_options");
  EXPECT_FAILS(Compiler().CompileModel(nullptr, options), ORT_INVALID_ARGUMENT, "env");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetInputModelPath(options, nullptr),
               ORT_INVALID_ARGUMENT, "input_model_path");
  EXPECT_FAILS(Compiler().ModelCompilationOptions_SetOutputModelPath(options, nullptr),
               ORT_INVALID_ARGUMENT, "output_model_path");
  EXPECT_FAILS(
      Compiler().ModelCompilationOptions_SetEpContextBinaryInformation(options, "d/", nullptr),
      ORT_INVALID_ARGUMENT, "model_name");
}

// -- where the model goes
// --------------------------------------------------------------------------------------------

TEST_F(CompileModelTest, BesideTheInputUnlessToldOtherwise) {
  Compilation compilation(Options());
  ASSERT_OK(compilation.Input(Path("chain.onnx")).Compile());
  EXPECT_THAT(Take("CreateEp"), ElementsAre("CreateEp ep.context_enable=1"));
  ASSERT_TRUE(fs::exists(Path("chain_ctx.onnx")));
  EXPECT_OK(compilation.Compile());  // replaces it
  EXPECT_FAILS(compilation.Flags(OrtCompileApiFlags_ERROR_IF_OUTPUT_FILE_EXISTS).Compile(),
               ORT_FAIL, "exists already. Please remove the EP context model");
  Take("");
  EXPECT_OK(Open(Path("chain_ctx.onnx")));
  EXPECT_THAT(Take("Compile"), ElementsAre("Compile 2"));
}

TEST_F(CompileModelTest, AModelOfTheEditor) {
  const OrtModelEditorApi& editor = *Api().GetModelEditorApi();
  const char* names[] = {"x", "y"};
  OrtNode* node = nullptr;
  ASSERT_OK(editor.CreateNode("Mul", "", "mul", std::vector{names[0], names[0]}.data(), 2,
                              &names[1], 1, nullptr, 0, &node));
  Handle<OrtTensorTypeAndShapeInfo> shape;
  ASSERT_OK(Api().CreateTensorTypeAndShapeInfo(shape.out()));
  ASSERT_OK(Api().SetTensorElementType(shape, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
  Handle<OrtTypeInfo> type;
  ASSERT_OK(editor.CreateTensorTypeInfo(shape, type.out()));
  OrtValueInfo* ends[2] = {};
  for (int i = 0; i < 2; ++i) ASSERT_OK(editor.CreateValueInfo(names[i], type, &ends[i]));
  OrtGraph* graph = nullptr;
  ASSERT_OK(editor.CreateGraph(&graph));
  ASSERT_OK(editor.SetGraphInputs(graph, &ends[0], 1));
  ASSERT_OK(editor.SetGraphOutputs(graph, &ends[1], 1));
  ASSERT_OK(editor.AddNodeToGraph(graph, node));
  Handle<OrtModel> model;
  const char* domain = "";
  const int version = 18;
  ASSERT_OK(editor.CreateModel(&domain, &version, 1, model.out()));
  ASSERT_OK(editor.AddGraphToModel(model, graph));
  Compilation compilation(Options());
  ASSERT_OK(Compiler().ModelCompilationOptions_SetInputModel(compilation.get(), model));
  ASSERT_OK(compilation.Embed().Output(Path("made.onnx")).Compile());
  EXPECT_THAT(ReadFile(Path("made.onnx")), HasSubstr("EPContext"));
  Handle<OrtSession> session;
  ASSERT_OK(Api().CreateSession(Env(), Path("made.onnx").c_str(), Options(), session.out()));
}

TEST_F(CompileModelTest, InMemory) {
  const std::string bytes = ReadFile(Path("chain.onnx"));
  Compilation compilation(Options());
  OrtModelCompilationOptions* options = compilation.get();
  ASSERT_OK(Compiler().ModelCompilationOptions_SetInputModelFromBuffer(options, bytes.data(),
                                                                       bytes.size()));
  EXPECT_FAILS(compilation.Compile(), ORT_FAIL, "without a valid location");
  void* buffer = nullptr;
  size_t size = 0;
  ASSERT_OK(Compiler().ModelCompilationOptions_SetOutputModelBuffer(options, DefaultAllocator(),
                                                                    &buffer, &size));
  ASSERT_OK(compilation.Embed().Compile());
  ASSERT_NE(buffer, nullptr);
  Handle<OrtSession> session;
  EXPECT_OK(Api().CreateSessionFromArray(Env(), buffer, size, Options(), session.out()));
  EXPECT_OK(Api().AllocatorFree(DefaultAllocator(), buffer));
  ExpectChain(session);
}

TEST_F(CompileModelTest, ThroughAFunction) {
  Compilation compilation(Options());
  std::string written;
  const auto append = +[](void* state, const void* data, size_t size) -> OrtStatus* {
    static_cast<std::string*>(state)->append(static_cast<const char*>(data), size);
    return nullptr;
  };
  ASSERT_OK(Compiler().ModelCompilationOptions_SetOutputModelWriteFunc(compilation.get(), append,
                                                                       &written));
  ASSERT_OK(compilation.Embed().Input(Path("chain.onnx")).Compile());
  Handle<OrtSession> session;
  ASSERT_OK(Api().CreateSessionFromArray(Env(), written.data(), written.size(), Options(),
                                         session.out()));
  ExpectChain(session);
  const auto fail = +[](void*, const void*, size_t) -> OrtStatus* {
    return Api().CreateStatus(ORT_EP_FAIL, "the disk is full");
  };
  ASSERT_OK(
      Compiler().ModelCompilationOptions_SetOutputModelWriteFunc(compilation.get(), fail, nullptr));
  EXPECT_FAILS(compilation.Compile(), ORT_EP_FAIL, "the disk is full");
}

TEST_F(CompileModelTest, DataBesideAModelInMemory) {
  fs::create_directories(Path("data"));
  Compilation compilation(Options());
  void* buffer = nullptr;
  size_t size = 0;
  ASSERT_OK(Compiler().ModelCompilationOptions_SetOutputModelBuffer(
      compilation.get(), DefaultAllocator(), &buffer, &size));
  ASSERT_OK(Compiler().ModelCompilationOptions_SetEpContextBinaryInformation(
      compilation.get(), Path("data/").c_str(), "model.onnx"));
  ASSERT_OK(compilation.Input(Path("chain.onnx")).Compile());
  EXPECT_OK(Api().AllocatorFree(DefaultAllocator(), buffer));
  EXPECT_THAT(Take("CreateEp"),
              ElementsAre(HasSubstr("ep.context_file_path=" + Path("data/model.onnx"))));
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(Path("data")))
    files += entry.path().filename().string().rfind("model_", 0) == 0 ? 1 : 0;
  EXPECT_EQ(files, 2u);
}

TEST_F(CompileModelTest, PlacesThatCannotBeWritten) {
  Compilation compilation(Options());
  compilation.Input(Path("chain.onnx"));
  EXPECT_FAILS(compilation.Output(Path("")).Compile(), ORT_INVALID_ARGUMENT,
               "context_file_path should not point to a folder.");
  EXPECT_FAILS(compilation.Embed().Output(Path("nowhere/x.onnx")).Compile(), ORT_INVALID_ARGUMENT,
               "No such file or directory");
}

// -- what the model holds
// ----------------------------------------------------------------------------------------------

TEST_F(CompileModelTest, OnlyWhatIsStillNeeded) {
  Compilation compilation(Options());
  ASSERT_OK(compilation.Embed().Input(Path("chain.onnx")).Output(Path("out.onnx")).Compile());
  const std::string model = ReadFile(Path("out.onnx"));
  EXPECT_THAT(model, HasSubstr("Add 1.000000 2.000000 3.000000"));
  EXPECT_THAT(model, HasSubstr("Mul 10.000000 20.000000 30.000000"));
  EXPECT_THAT(model, HasSubstr("MatMul"));
  EXPECT_THAT(model, HasSubstr("W1"));       // the Sub that is left uses it
  EXPECT_THAT(model, Not(HasSubstr("W2")));  // inside the compiled data now
  Handle<OrtSession> session;
  ASSERT_OK(Api().CreateSession(Env(), Path("out.onnx").c_str(), Options(), session.out()));
  Handle<OrtModelMetadata> metadata;
  ASSERT_OK(Api().SessionGetModelMetadata(session, metadata.out()));
  char* text = nullptr;
  ASSERT_OK(Api().ModelMetadataLookupCustomMetadataMap(metadata, DefaultAllocator(), "key", &text));
  EXPECT_EQ(TakeText(text), "value");
  ASSERT_OK(Api().ModelMetadataGetGraphDescription(metadata, DefaultAllocator(), &text));
  EXPECT_EQ(TakeText(text), "about the graph");
}

TEST_F(CompileModelTest, InitializersInAFile) {
  Compilation compilation(Options());
  ASSERT_OK(Compiler().ModelCompilationOptions_SetOutputModelExternalInitializersFile(
      compilation.get(), "weights.bin", 100));
  ASSERT_OK(compilation.Embed().Input(Path("chain.onnx")).Output(Path("out.onnx")).Compile());
  EXPECT_GE(fs::file_size(Path("weights.bin")), 600u);  // B; W1 is too small
  EXPECT_LT(fs::file_size(Path("out.onnx")), 2500u);
  EXPECT_OK(Open(Path("out.onnx")));
}

TEST_F(CompileModelTest, InitializersWhereAFunctionSays) {
  struct State {
    std::string folder;
    std::vector<std::string> names;
  } state{Path(""), {}};
  const auto locate =
      +[](void* opaque, const char* name, const OrtValue* value,
          const OrtExternalInitializerInfo* known, OrtExternalInitializerInfo** out) -> OrtStatus* {
    auto& s = *static_cast<State*>(opaque);
    s.names.emplace_back(name);
    *out = nullptr;
    if (known != nullptr) return Api().CreateStatus(ORT_FAIL, "nothing was external");
    if (std::string(name) != "B") return nullptr;
    const void* data = nullptr;
    size_t size = 0;
    if (OrtStatus* status = Api().GetTensorData(value, &data)) return status;
    if (OrtStatus* status = Api().GetTensorSizeInBytes(value, &size)) return status;
    std::ofstream file(s.folder + "b.bin", std::ios::binary);
    file << std::string(64, '-');
    file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
    return Api().CreateExternalInitializerInfo("b.bin", 64, size, out);
  };
  Compilation compilation(Options());
  ASSERT_OK(Compiler().ModelCompilationOptions_SetOutputModelGetInitializerLocationFunc(
      compilation.get(), locate, &state));
  ASSERT_OK(compilation.Embed().Input(Path("chain.onnx")).Output(Path("out.onnx")).Compile());
  EXPECT_THAT(state.names, testing::UnorderedElementsAre("B", "W1"));
  EXPECT_OK(Open(Path("out.onnx")));
}

TEST_F(CompileModelTest, NothingToCompile) {
  Set("CLAIM", "Cos");
  Compilation compilation(Options());
  ASSERT_OK(compilation.Input(Path("chain.onnx")).Output(Path("out.onnx")).Compile());
  EXPECT_OK(Open(Path("out.onnx"), NewOptions()));  // written as it was
  EXPECT_FAILS(compilation.Flags(OrtCompileApiFlags_ERROR_IF_NO_NODES_COMPILED).Compile(), ORT_FAIL,
               "Unable to compile any nodes.");
  Compilation without(NewOptions());
  EXPECT_OK(without.Input(Path("chain.onnx")).Output(Path("out.onnx")).Compile());
}

TEST_F(CompileModelTest, CompiledModelsAreNotCompiledAgain) {
  Compilation compilation(Options());
  ASSERT_OK(compilation.Embed().Input(Path("chain.onnx")).Output(Path("out.onnx")).Compile());
  EXPECT_FAILS(compilation.Input(Path("out.onnx")).Output(Path("again.onnx")).Compile(), ORT_FAIL,
               "OrtEp::Compile() returned a NULL EPContext node");
  EXPECT_FALSE(fs::exists(Path("again.onnx")));
}

TEST_F(CompileModelTest, ContextNodesThatAreMissing) {
  Set("NULL", "node");
  Compilation compilation(Options());
  EXPECT_FAILS(compilation.Input(Path("chain.onnx")).Output(Path("out.onnx")).Compile(), ORT_FAIL,
               "OrtEp::Compile() returned a NULL EPContext node");
}

}  // namespace
}  // namespace capi
