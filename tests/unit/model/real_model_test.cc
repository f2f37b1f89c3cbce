// Models made by others (scripts/models.sh): they load, check, infer and survive being saved.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "unit/model/model_text.h"

namespace backplane::testing {
namespace {

namespace fs = std::filesystem;

fs::path ModelsFolder() {
  const char* folder = std::getenv("BACKPLANE_MODELS_DIR");
  return folder != nullptr ? fs::path(folder) : fs::path(BACKPLANE_SOURCE_DIR) / ".models";
}

std::vector<std::string> RealModels() {
  std::vector<std::string> paths;
  for (const char* part : {"light", "magika", "silero"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(ModelsFolder() / part, error)) {
      if (entry.path().extension() == ".onnx") paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

struct Counts {
  size_t nodes = 0;
  size_t untyped = 0;
};

Counts Count(Graph& graph) {
  Counts counts;
  ForEachGraph(graph, [&](Graph& each) {
    for (const Node* node : each.nodes()) {
      ++counts.nodes;
      for (const ValueInfo* output : node->outputs)
        counts.untyped += output != nullptr && !output->type.known() ? 1 : 0;
    }
  });
  return counts;
}

TEST(RealModelTest, LoadCheckInferSaveAndLoadAgain) {
  const std::vector<std::string> paths = RealModels();
  if (paths.empty()) GTEST_SKIP() << "no models in " << ModelsFolder() << ": run scripts/models.sh";
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    const auto graph = LoadModelFile(path);
    CheckGraph(*graph);
    InferTypesAndShapes(*graph);
    const Counts counts = Count(*graph);
    EXPECT_GT(counts.nodes, 0u);
    EXPECT_EQ(counts.untyped, 0u);
    for (const ValueInfo* value : graph->Initializers())
      EXPECT_TRUE(value->type.tensor.FullyKnown());
    const std::string bytes = SaveModelBytes(*graph);
    const auto again = LoadModelBytes(BytesOfText(bytes));
    CheckGraph(*again);
    InferOptions strict;
    strict.strict = true;
    InferTypesAndShapes(*again, strict);
    EXPECT_EQ(Count(*again).nodes, counts.nodes);
    EXPECT_EQ(SaveModelBytes(*again), bytes);  // deterministic
  }
}

TEST(RealModelTest, KnownOutputs) {
  const std::string resnet = ModelsFolder() / "light" / "light_resnet50.onnx";
  if (!fs::exists(resnet))
    GTEST_SKIP() << "no models in " << ModelsFolder() << ": run scripts/models.sh";
  const auto graph = LoadModelFile(resnet);
  CheckGraph(*graph);
  InferTypesAndShapes(*graph);
  ASSERT_EQ(graph->inputs().size(), 1u);  // IR version 3 lists the weights as inputs
  EXPECT_EQ(TypeText(*graph, graph->inputs()[0]->name), "tensor(float)[1,3,224,224]");
  EXPECT_EQ(TypeText(*graph, graph->outputs()[0]->name), "tensor(float)[1,1000]");
  for (const Node* node : graph->nodes()) {
    EXPECT_TRUE(node->outputs[0]->type.tensor.FullyKnown()) << node->Describe();
  }
}

}  // namespace
}  // namespace backplane::testing
