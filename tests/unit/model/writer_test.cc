// Writing models: what the reader keeps comes back, also with external data and over the file that
// is read.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "unit/model/model_text.h"

namespace backplane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

constexpr const char* kModel = R"(
  main (bool c, float[N,3] x) => (float[N,3] y, float[3] w2)
  <float[3] w = {1, 2, 3}, float[3] w2 = {4, 5, 6}, string[2] text = {"a", "b"}> {
    [first] z = Add(x, w)
    [branch] y = If(c) <
      then_branch = t () => (float[N,3] a) <float[1] half = {0.5}> { a = Mul(z, half) },
      else_branch = e () => (float[N,3] b) { b = LeakyRelu <alpha = 0.25> (x) } >
    [s] s = Concat <axis = 0> (text, text)
  })";

class WriterTest : public ::testing::Test {
 protected:
  WriterTest() {
    folder_ = fs::path(::testing::TempDir()) / ("writer_" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  ~WriterTest() override { fs::remove_all(folder_); }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

std::unique_ptr<Graph> Reload(const Graph& graph) {
  const std::string bytes = SaveModelBytes(graph);
  return LoadModelBytes(BytesOfText(bytes));
}

// Everything that a graph says, in one text.
std::string Describe(const Graph& graph) {
  std::string text = "graph " + graph.name + "\n";
  const auto value = [&](const ValueInfo* v) {
    if (v == nullptr) return std::string("-");
    std::string out = v->name + ":" + v->type.ToString();
    if (v->type.IsTensor()) out += ToString(v->type.tensor.shape);
    return out + (v->IsInitializer() ? "=" + std::to_string(v->initializer->Bytes()) : "") +
           (v->overridable ? "?" : "");
  };
  for (const ValueInfo* v : graph.inputs()) text += "in " + value(v) + "\n";
  for (const ValueInfo* v : graph.outputs()) text += "out " + value(v) + "\n";
  for (const Node* node : graph.nodes()) {
    text += node->Describe() + " " + node->domain;
    for (const ValueInfo* v : node->inputs) text += " " + value(v);
    text += " ->";
    for (const ValueInfo* v : node->outputs) text += " " + value(v);
    for (const Attribute& attribute : node->attributes)
      text += " " + attribute.name + std::to_string(attribute.value.index());
    text += "\n";
    for (const auto& [name, subgraph] : node->Subgraphs()) text += Describe(*subgraph);
  }
  return text;
}

TEST_F(WriterTest, RoundTrip) {
  onnx::ModelProto model = ParseModel(kModel);
  model.set_producer_name("me");
  model.set_doc_string("doc");
  auto& entry = *model.add_metadata_props();
  entry.set_key("k");
  entry.set_value("v");
  const auto graph = LoadAndInfer(model);
  const auto again = Reload(*graph);
  EXPECT_EQ(Describe(*again), Describe(*graph));
  EXPECT_EQ(again->model()->metadata, graph->model()->metadata);
  EXPECT_EQ(again->model()->opsets, graph->model()->opsets);
  EXPECT_EQ(again->model()->producer_name, "me");
  EXPECT_EQ(again->model()->doc_string, "doc");
  EXPECT_THAT(again->FindValue("w")->initializer->span<float>(), ElementsAre(1, 2, 3));
  EXPECT_THAT(again->FindValue("text")->initializer->span<std::string>(), ElementsAre("a", "b"));
  EXPECT_EQ(again->nodes()[1]->Subgraphs()[0].second->nodes()[0]->Float("alpha", 0), 0.25f);
}

TEST_F(WriterTest, OldIrVersionListsInitializersAsInputs) {
  onnx::ModelProto model = ParseModel(
      "g (float[3] x, float[3] w) => (float[3] y) <float[3] w = {1, 2, 3}> { y = Add(x, w) }");
  model.set_ir_version(3);
  const auto graph = Load(model);
  const std::string bytes = SaveModelBytes(*graph);
  onnx::ModelProto saved;
  ASSERT_TRUE(saved.ParseFromString(bytes));
  EXPECT_EQ(saved.graph().input_size(), 2);
  EXPECT_EQ(Describe(*LoadModelBytes(BytesOfText(bytes))), Describe(*graph));
}

TEST_F(WriterTest, OverTheFileThatIsMapped) {
  std::ofstream(Path("m.onnx"), std::ios::binary) << ParseModel(kModel).SerializeAsString();
  auto graph = LoadModelFile(Path("m.onnx"));
  SaveModelFile(*graph, Path("m.onnx"));
  EXPECT_THAT(graph->FindValue("w")->initializer->span<float>(), ElementsAre(1, 2, 3));
  EXPECT_EQ(Describe(*LoadModelFile(Path("m.onnx"))), Describe(*graph));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()),
            1);  // nothing is left behind
}

TEST_F(WriterTest, ExternalData) {
  const auto graph = Load(ParseModel(kModel));
  SaveOptions options;
  options.external_file = "weights.bin";
  options.external_threshold = 12;
  SaveModelFile(*graph, Path("m.onnx"), options);
  const auto again = LoadModelFile(Path("m.onnx"));
  ASSERT_NE(again->FindValue("w2")->external, nullptr);
  EXPECT_THAT(again->FindValue("w2")->initializer->span<float>(), ElementsAre(4, 5, 6));
  EXPECT_EQ(again->FindValue("w2")->external->offset % 4096, 0);
  EXPECT_EQ(again->FindValue("text")->external, nullptr);
  EXPECT_EQ(Describe(*again), Describe(*graph));
  options.external_threshold = 13;
  SaveModelFile(*graph, Path("small.onnx"), options);
  EXPECT_EQ(LoadModelFile(Path("small.onnx"))->FindValue("w")->external, nullptr);
  for (const char* bad : {"/tmp/x.bin", "../x.bin"}) {
    options.external_file = bad;
    EXPECT_THAT(FailureOf([&] { SaveModelFile(*graph, Path("m.onnx"), options); }),
                ::testing::StartsWith("2: "));
  }
}

TEST_F(WriterTest, FailuresAreReported) {
  const auto graph = Load(ParseModel(kModel));
  EXPECT_THAT(FailureOf([&] { SaveModelFile(*graph, Path("no/such/folder/m.onnx")); }),
              ::testing::StartsWith("1: "));
}

TEST_F(WriterTest, ShadowedNamesAreMadeDistinct) {
  const auto graph = Load(ParseModel(kModel));
  const auto branch = graph->nodes()[1]->Subgraphs()[1].second;
  branch->AddNode("", "Relu", "", {branch->FindValue("half")},
                  {branch->AddValue("w")});  // 'w' is outside, too
  const auto again = Reload(*graph);
  EXPECT_EQ(again->nodes()[1]->Subgraphs()[1].second->nodes()[1]->outputs[0]->name, "w/inner0");
}

TEST_F(WriterTest, FunctionsAndUnknownDomainsSurvive) {
  const auto graph =
      Load(ParseModel(R"(g (float[2] x) => (float[2] y) { t = local.Twice(x) y = my.Op <k = 1> (t) }
      <domain: "local", opset_import: ["": 17]> Twice (a) => (b) { c = Constant <value = float {2.0}> () b = Mul(a, c) })",
                      R"(ir_version: 8, opset_import: ["": 17, "local": 1, "my": 1])"));
  const auto again = Reload(*graph);
  EXPECT_EQ(Describe(*again), Describe(*graph));
  CheckOptions accepting;
  accepting.accepts = [](const Node& node) { return node.domain == "my"; };
  EXPECT_EQ(FailureOf([&] { CheckGraph(*again, accepting); }), "no error");
}

}  // namespace
}  // namespace backplane::testing
