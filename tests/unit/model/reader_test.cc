// What the reader makes of good models: views, copies, typed fields, constants, scopes, overridable
// initializers.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/float16.h"
#include "unit/model/model_text.h"

namespace backplane::testing {
namespace {

using ::testing::ElementsAre;

constexpr const char* kAddWeight =
    "g (float[2,3] x) => (float[2,3] y) <float[3] w = {1, 2, 3}> { y = Add(x, w) }";

template <typename T>
std::vector<T> Elements(const Graph& graph, const std::string& name) {
  const Tensor& tensor = *graph.FindValue(name)->initializer;
  const auto span = tensor.span<T>();
  return {span.begin(), span.end()};
}

std::string WriteTemporary(const std::string& name, const std::string& bytes) {
  std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

onnx::ModelProto WithRawWeight(const std::vector<float>& values, int padding) {
  onnx::ModelProto model = ParseModel(kAddWeight);
  model.set_producer_name(std::string(static_cast<size_t>(padding), 'p'));
  auto& tensor = *model.mutable_graph()->mutable_initializer(0);
  tensor.clear_float_data();
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
  return model;
}

TEST(ReaderTest, FileInitializersAreViewsWhereAlignmentAllows) {
  int views = 0;
  for (int padding = 0; padding < 4; ++padding) {
    const std::string path =
        WriteTemporary("view.onnx", WithRawWeight({1, 2, 3}, padding).SerializeAsString());
    const auto graph = LoadModelFile(path);
    const Tensor& weight = *graph->FindValue("w")->initializer;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(weight.raw()) % alignof(float), 0u);
    EXPECT_THAT(Elements<float>(*graph, "w"), ElementsAre(1, 2, 3));
    const auto& file = graph->model()->keep_alive.at(0);
    views += weight.owner() != nullptr && weight.owner()->bytes() > weight.Bytes() ? 1 : 0;
    EXPECT_NE(file, nullptr);
    EXPECT_EQ(graph->model()->path, path);
  }
  EXPECT_EQ(views, 1);
}

TEST(ReaderTest, ViewsOutliveTheGraph) {
  const std::string path =
      WriteTemporary("outlive.onnx", WithRawWeight({4, 5, 6}, 1).SerializeAsString());
  auto graph = LoadModelFile(path);
  const std::shared_ptr<const Tensor> weight = graph->FindValue("w")->initializer;
  graph.reset();
  EXPECT_EQ(weight->data<float>()[2], 6.0f);
}

TEST(ReaderTest, ModelsOverTwoGigabytes) {
  // Tag and length of fields, written by hand: the weight is a hole in the file.
  const auto field = [](int number, uint64_t length) {
    std::string head(1, static_cast<char>(number << 3 | 2));
    for (; length >= 0x80; length >>= 7) head += static_cast<char>((length & 0x7f) | 0x80);
    return head + static_cast<char>(length);
  };
  const int64_t count = int64_t{640} << 20;
  const uint64_t bytes = static_cast<uint64_t>(count) * sizeof(float);
  onnx::ModelProto model = ParseModel("g (float x) => (float[1] y) { y = ReduceMax(w) }");
  onnx::TensorProto tensor;
  tensor.set_name("w");
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_dims(count);
  const std::string raw = tensor.SerializeAsString() + field(9, bytes);
  const std::string initializer = field(5, raw.size() + bytes) + raw;
  const std::string graph = model.graph().SerializeAsString();
  model.clear_graph();
  std::string head;
  do {  // aligned, so that the weight is a view and the hole stays one
    model.mutable_producer_name()->push_back('p');
    head = model.SerializeAsString() + field(7, graph.size() + initializer.size() + bytes) + graph +
           initializer;
  } while (head.size() % alignof(float) != 0);
  const std::string path = WriteTemporary("large.onnx", head);
  std::filesystem::resize_file(path, head.size() + bytes);
  const auto loaded = LoadModelFile(path);
  EXPECT_EQ(loaded->FindValue("w")->initializer->Bytes(), bytes);
  CheckGraph(*loaded);
  InferTypesAndShapes(*loaded);
  EXPECT_EQ(TypeText(*loaded, "y"), "tensor(float)[1]");
  EXPECT_THAT(FailureOf([&] { SaveModelFile(*loaded, path); }),
              ::testing::HasSubstr("external data"));
  std::filesystem::remove(path);
}

TEST(ReaderTest, BytesAreReadInPlaceOnlyWhenTheyStay) {
  std::string bytes;
  for (int padding = 0; padding < 4; ++padding) {
    bytes = WithRawWeight({1, 2, 3}, padding).SerializeAsString();
    LoadOptions stay;
    stay.bytes_stay_valid = true;
    const auto inside = [&](const Graph& graph) {
      const char* data = static_cast<const char*>(graph.FindValue("w")->initializer->raw());
      return data >= bytes.data() && data < bytes.data() + bytes.size();
    };
    const auto in_place = LoadModelBytes(BytesOfText(bytes), stay);
    const auto address =
        reinterpret_cast<uintptr_t>(bytes.data() + bytes.find(std::string("\0\0\x80\x3f", 4)));
    EXPECT_EQ(inside(*in_place), address % alignof(float) == 0);
    const auto copied = LoadModelBytes(BytesOfText(bytes));
    EXPECT_FALSE(inside(*copied));
    EXPECT_EQ(
        reinterpret_cast<uintptr_t>(copied->FindValue("w")->initializer->raw()) % kTensorAlignment,
        0u);
    EXPECT_THAT(Elements<float>(*copied, "w"), ElementsAre(1, 2, 3));
  }
}

TEST(ReaderTest, TypedFieldsOfEveryKind) {
  const auto graph = Load(ParseModel(R"(g () => (float[2] f) <
      float[2] f = {1.5, -2}, double[2] d = {0.25, 8}, int8[3] i8 = {-1, 0, 127}, uint8[2] u8 = {0, 255},
      int16[2] i16 = {-5, 5}, uint16[1] u16 = {65535}, int32[2] i32 = {-7, 7}, int64[2] i64 = {-9, 9}, uint32[1] u32 = {7},
      uint64[1] u64 = {9}, bool[2] b = {1, 0}, string[2] s = {"hello", ""}, float16[2] h = {15360, 49152},
      float scalar = {3}, int64[0] none = {} > { })"));
  EXPECT_THAT(Elements<float>(*graph, "f"), ElementsAre(1.5f, -2.0f));
  EXPECT_THAT(Elements<double>(*graph, "d"), ElementsAre(0.25, 8.0));
  EXPECT_THAT(Elements<int8_t>(*graph, "i8"), ElementsAre(-1, 0, 127));
  EXPECT_THAT(Elements<uint8_t>(*graph, "u8"), ElementsAre(0, 255));
  EXPECT_THAT(Elements<int16_t>(*graph, "i16"), ElementsAre(-5, 5));
  EXPECT_THAT(Elements<uint16_t>(*graph, "u16"), ElementsAre(65535));
  EXPECT_THAT(Elements<int32_t>(*graph, "i32"), ElementsAre(-7, 7));
  EXPECT_THAT(Elements<int64_t>(*graph, "i64"), ElementsAre(-9, 9));
  EXPECT_THAT(Elements<uint32_t>(*graph, "u32"), ElementsAre(7u));
  EXPECT_THAT(Elements<uint64_t>(*graph, "u64"), ElementsAre(9u));
  EXPECT_THAT(Elements<bool>(*graph, "b"), ElementsAre(true, false));
  EXPECT_THAT(Elements<std::string>(*graph, "s"), ElementsAre("hello", ""));
  const auto halves = Elements<Float16>(*graph, "h");
  EXPECT_EQ(static_cast<float>(halves[0]), 1.0f);
  EXPECT_EQ(static_cast<float>(halves[1]), -2.0f);
  EXPECT_EQ(graph->FindValue("scalar")->initializer->shape().rank(), 0u);
  EXPECT_EQ(graph->FindValue("none")->initializer->ElementCount(), 0);
}

TEST(ReaderTest, PackedElements) {
  onnx::ModelProto model = ParseModel("g () => (float[1] y) <float[1] y = {1}> { }");
  auto& packed = *model.mutable_graph()->add_initializer();
  packed.set_name("i4");
  packed.set_data_type(onnx::TensorProto::INT4);
  packed.add_dims(3);
  packed.add_int32_data(0x21);
  packed.add_int32_data(0x03);
  const auto graph = Load(model);
  const Tensor& tensor = *graph->FindValue("i4")->initializer;
  EXPECT_EQ(tensor.Bytes(), 2u);
  EXPECT_EQ(static_cast<const uint8_t*>(tensor.raw())[0], 0x21);
}

TEST(ReaderTest, ConstantsOfEveryFormBecomeInitializers) {
  const auto graph = Load(ParseModel(
      R"(g () => (float a, float[2] b, int64 c, int64[3] d, string e, string[2] f, int32[2] h) {
      a = Constant <value_float = 1.5> () b = Constant <value_floats = [1.0, 2.0]> ()
      c = Constant <value_int = 7> () d = Constant <value_ints = [1, 2, 3]> ()
      e = Constant <value_string = "text"> () f = Constant <value_strings = ["x", "y"]> ()
      h = Constant <value = int32[2] {4, 5}> () })"));
  EXPECT_TRUE(graph->nodes().empty());
  EXPECT_THAT(Elements<float>(*graph, "a"), ElementsAre(1.5f));
  EXPECT_THAT(Elements<float>(*graph, "b"), ElementsAre(1.0f, 2.0f));
  EXPECT_THAT(Elements<int64_t>(*graph, "d"), ElementsAre(1, 2, 3));
  EXPECT_THAT(Elements<std::string>(*graph, "e"), ElementsAre("text"));
  EXPECT_THAT(Elements<std::string>(*graph, "f"), ElementsAre("x", "y"));
  EXPECT_THAT(Elements<int32_t>(*graph, "h"), ElementsAre(4, 5));
  EXPECT_EQ(graph->FindValue("c")->initializer->shape().rank(), 0u);
  EXPECT_TRUE(graph->outputs()[0]->IsConstant());
}

onnx::SparseTensorProto Sparse(std::vector<int64_t> index_dims, std::vector<int64_t> indices) {
  onnx::SparseTensorProto sparse;
  sparse.mutable_values()->set_name("s");
  sparse.mutable_values()->set_data_type(onnx::TensorProto::FLOAT);
  sparse.mutable_values()->add_dims(2);
  sparse.mutable_values()->add_float_data(5);
  sparse.mutable_values()->add_float_data(6);
  sparse.mutable_indices()->set_data_type(onnx::TensorProto::INT64);
  for (const int64_t dim : index_dims) sparse.mutable_indices()->add_dims(dim);
  for (const int64_t index : indices) sparse.mutable_indices()->add_int64_data(index);
  sparse.add_dims(2);
  sparse.add_dims(3);
  return sparse;
}

TEST(ReaderTest, SparseInitializersAreMadeDense) {
  onnx::ModelProto model = ParseModel("g () => (float[2,3] s) { }");
  *model.mutable_graph()->add_sparse_initializer() = Sparse({2}, {1, 5});
  EXPECT_THAT(Elements<float>(*Load(model), "s"), ElementsAre(0, 5, 0, 0, 0, 6));
  *model.mutable_graph()->mutable_sparse_initializer(0) = Sparse({2, 2}, {0, 2, 1, 0});
  EXPECT_THAT(Elements<float>(*Load(model), "s"), ElementsAre(0, 0, 5, 6, 0, 0));
  const std::pair<onnx::SparseTensorProto, const char*> bad[] = {
      {Sparse({2}, {1, 6}), "outside the 6 elements"},
      {Sparse({2}, {1, -1}), "outside the 6 elements"},
      {Sparse({2, 2}, {0, 3, 1, 0}), "outside dimension"},
      {Sparse({1, 2}, {0, 3}), "do not fit"},
      {Sparse({2}, {1}), "int64_data holds 1 values"}};
  for (const auto& [sparse, message] : bad) {
    *model.mutable_graph()->mutable_sparse_initializer(0) = sparse;
    EXPECT_THAT(FailureOf([&] { Load(model); }), ::testing::HasSubstr(message));
  }
  auto& huge = *model.mutable_graph()->mutable_sparse_initializer(0);
  huge = Sparse({2}, {1, 5});
  huge.set_dims(0, int64_t{1} << 40);
  EXPECT_THAT(FailureOf([&] { Load(model); }), ::testing::HasSubstr("too many for the dense form"));
}

TEST(ReaderTest, InitializersThatAreInputs) {
  onnx::ModelProto model = ParseModel(
      "g (float[2,3] x, float[N] w) => (float[2,3] y) <float[3] w = {1, 2, 3}> { y = Add(x, w) }");
  const auto overridable = Load(model);
  ASSERT_EQ(overridable->inputs().size(), 2u);
  const ValueInfo& weight = *overridable->FindValue("w");
  EXPECT_TRUE(weight.IsInitializer() && weight.overridable && !weight.IsConstant() &&
              weight.is_graph_input);
  EXPECT_EQ(TypeText(*overridable, "w"), "tensor(float)[N]");  // a caller may give another length
  model.set_ir_version(3);
  const auto constant = Load(model);
  ASSERT_EQ(constant->inputs().size(), 1u);
  EXPECT_TRUE(constant->FindValue("w")->IsConstant());
}

TEST(ReaderTest, NodesMayComeInAnyOrder) {
  const auto graph =
      Load(ParseModel("g (float[2] x) => (float[2] y) { y = Add(a, b) b = Relu(a) a = Relu(x) }"));
  std::vector<std::string> outputs;
  for (const Node* node : graph->nodes()) outputs.push_back(node->outputs[0]->name);
  EXPECT_THAT(outputs, ElementsAre("a", "b", "y"));
}

TEST(ReaderTest, SubgraphsSeeOuterValues) {
  const auto graph =
      Load(ParseModel(R"(g (bool c, float[2] x) => (float[2] y) <float[2] w = {1, 2}> {
      z = Relu(x)
      y = If(c) <then_branch = t () => (float[2] a) { a = Add(z, w) }, else_branch = e () => (float[2] z) { }> })"));
  const Node* node = graph->nodes()[1];
  ASSERT_EQ(node->implicit_inputs.size(), 2u);
  std::set<std::string> captured{node->implicit_inputs[0]->name, node->implicit_inputs[1]->name};
  EXPECT_THAT(captured, ElementsAre("w", "z"));
  for (const auto& [name, subgraph] : node->Subgraphs()) {
    EXPECT_EQ(subgraph->parent_graph(), graph.get());
    ASSERT_EQ(subgraph->outputs().size(), 1u);
    EXPECT_EQ(subgraph->outputs()[0]->graph,
              subgraph.get());  // an outer value is returned through an Identity
  }
}

TEST(ReaderTest, ReplacedInitializers) {
  const std::vector<float> other{7, 8, 9};
  LoadOptions options;
  options.initializers["w"] =
      std::make_shared<const Tensor>(Tensor::Of<float>(std::span<const float>(other)));
  EXPECT_THAT(Elements<float>(*Load(ParseModel(kAddWeight), options), "w"), ElementsAre(7, 8, 9));
  options.initializers["w"] =
      std::make_shared<const Tensor>(Tensor::Of<float>(std::span<const float>(other).first(2)));
  EXPECT_THAT(FailureOf([&] { Load(ParseModel(kAddWeight), options); }),
              ::testing::StartsWith("2: "));
}

TEST(ReaderTest, WhatTheModelSaysAboutItself) {
  onnx::ModelProto model = ParseModel(kAddWeight);
  model.set_producer_name("me");
  model.set_producer_version("1.2");
  model.set_domain("test");
  model.set_model_version(42);
  model.set_doc_string("about");
  auto& entry = *model.add_metadata_props();
  entry.set_key("k");
  entry.set_value("v");
  model.add_training_info();
  auto& dim = *model.mutable_graph()
                   ->mutable_input(0)
                   ->mutable_type()
                   ->mutable_tensor_type()
                   ->mutable_shape()
                   ->mutable_dim(0);
  dim.set_denotation("DATA_BATCH");
  const auto graph = Load(model);
  const ModelInfo& info = *graph->model();
  EXPECT_EQ(info.producer_name + info.producer_version + info.domain + info.doc_string,
            "me1.2testabout");
  EXPECT_EQ(info.model_version, 42);
  EXPECT_EQ(info.metadata.at("k"), "v");
  EXPECT_EQ(info.opsets.at(""), 17);
  EXPECT_THAT(info.dim_denotations.at("x"), ElementsAre("DATA_BATCH", ""));
  EXPECT_EQ(graph->name, "g");
}

}  // namespace
}  // namespace backplane::testing
