// Schemas: found by version, built when asked for, registered at run time.
#include "graph/schema.h"

#include <gmock/gmock.h>

#include <limits>
#include <thread>

#include "base/error.h"
#include "onnx/defs/schema.h"
#include "unit/model/model_text.h"

namespace backplane::testing {
namespace {

TEST(SchemaTest, VersionsAsTheDomainGrew) {
  EXPECT_EQ(FindSchema("", "Relu", 17)->since_version, 14);
  EXPECT_EQ(FindSchema("ai.onnx", "Relu", 14), FindSchema("", "Relu", 20));
  EXPECT_EQ(FindSchema("", "Relu", 13)->since_version, 13);
  EXPECT_EQ(FindSchema("", "Relu", 1)->since_version, 1);
  EXPECT_EQ(FindSchema("", "Relu", 0), nullptr);
  EXPECT_EQ(FindSchema("", "Gelu", 19), nullptr);
  EXPECT_EQ(FindSchema("", "Gelu", 20)->since_version, 20);
  EXPECT_EQ(FindSchema("", "NoSuchThing", 20), nullptr);
  EXPECT_EQ(FindSchema("nowhere", "Relu", 20), nullptr);
  EXPECT_EQ(FindSchema("ai.onnx.ml", "Scaler", 3)->domain, "ai.onnx.ml");
  EXPECT_NE(FindSchema("ai.onnx.preview.training", "Adam", 1), nullptr);
  EXPECT_EQ(FindSchema("ai.onnx.preview", "Adam", 1), nullptr);
  EXPECT_TRUE(FindSchema("", "Upsample", 17)->deprecated);
}

TEST(SchemaTest, WhatASchemaTells) {
  const OpSchema& conv = *FindSchema("", "Conv", 17);
  EXPECT_EQ(conv.min_inputs, 2);
  EXPECT_EQ(conv.max_inputs, 3);
  EXPECT_EQ(conv.Input(2)->option, FormalParameter::Option::kOptional);
  EXPECT_EQ(conv.Input(3), nullptr);
  EXPECT_EQ(conv.Input(0)->type, "T");
  EXPECT_TRUE(conv.Input(0)->tensor_types.Has(DType::kFloat));
  EXPECT_FALSE(conv.Input(0)->tensor_types.Has(DType::kInt32));
  EXPECT_THAT(conv.FindConstraint("T")->allowed, ::testing::Contains("tensor(double)"));
  EXPECT_EQ(conv.FindAttribute("group")->type, AttributeType::kInt);
  EXPECT_EQ(std::get<int64_t>(conv.FindAttribute("group")->default_value), 1);
  EXPECT_FALSE(conv.FindAttribute("group")->required);
  EXPECT_FALSE(conv.has_function);
  EXPECT_TRUE(conv.deterministic);

  const OpSchema& concat = *FindSchema("", "Concat", 17);
  EXPECT_EQ(concat.max_inputs, std::numeric_limits<int>::max());
  EXPECT_EQ(concat.Input(100)->option, FormalParameter::Option::kVariadic);
  EXPECT_TRUE(concat.FindAttribute("axis")->required);
  EXPECT_FALSE(FindSchema("", "Loop", 17)->Input(5)->homogeneous);
  EXPECT_TRUE(FindSchema("", "LayerNormalization", 17)->has_function);
  for (const char* random :
       {"RandomNormal", "RandomUniform", "RandomNormalLike", "Multinomial", "Bernoulli"}) {
    EXPECT_FALSE(FindSchema("", random, 17)->deterministic) << random;
  }
}

TEST(SchemaTest, EverySchemaOfTheLibraryCanBeBuilt) {
  for (const char* domain : {"", "ai.onnx.ml"}) {
    const auto all = ListSchemas(domain);
    EXPECT_GT(all.size(), 20u);
    for (const auto& [name, version] : all) {
      const OpSchema* schema = FindSchema(domain, name, version);
      ASSERT_NE(schema, nullptr) << name;
      EXPECT_EQ(schema->name, name);
      EXPECT_EQ(schema->since_version, version) << name;
      EXPECT_EQ(schema->domain, domain);
      EXPECT_LE(version, MaxOpsetVersion(domain)) << name;
    }
  }
}

TEST(SchemaTest, DomainVersionsAreTheLibrarys) {
  const auto& range = onnx::OpSchemaRegistry::DomainToVersionRange::Instance();
  for (const auto& [domain, versions] : range.Map())
    EXPECT_EQ(MaxOpsetVersion(domain), versions.second) << domain;
  for (const auto& [domain, version] : range.LastReleaseVersionMap()) {
    EXPECT_EQ(ReleasedOpsetVersion(domain), version) << domain;
  }
  EXPECT_EQ(MaxOpsetVersion("nowhere"), 0);
}

TEST(SchemaTest, ManyThreadsFindTheSame) {
  std::vector<const OpSchema*> found(8);
  std::vector<std::thread> threads;
  for (auto& slot : found) threads.emplace_back([&slot] { slot = FindSchema("", "Einsum", 12); });
  for (std::thread& thread : threads) thread.join();
  for (const OpSchema* schema : found) EXPECT_EQ(schema, found[0]);
}

TEST(SchemaTest, RegisteredSchemas) {
  OpSchema schema;
  schema.name = "Scale";
  schema.domain = "test.registered";
  schema.min_inputs = schema.max_inputs = schema.min_outputs = schema.max_outputs = 1;
  schema.inputs.resize(1);
  schema.inputs[0].name = "x";
  schema.inputs[0].type = "T";
  schema.outputs = schema.inputs;
  schema.type_constraints = {{"T", {"tensor(float)"}}};
  schema.attributes = {{"factor", AttributeType::kFloat, true, {}}};
  schema.infer = [](const Node& node, std::vector<TypeInfo>& outputs) {
    outputs[0].tensor.shape = node.inputs[0]->type.tensor.shape;
  };
  RegisterSchema(schema);
  EXPECT_FALSE(IsOnnxDomain("test.registered"));
  EXPECT_TRUE(IsOnnxDomain("ai.onnx"));
  EXPECT_THAT(ListSchemas("test.registered"),
              ::testing::ElementsAre(std::pair<std::string, int>("Scale", 1)));
  constexpr const char* kHead = R"(ir_version: 8, opset_import: ["": 17, "test.registered": 1])";
  const auto graph = LoadAndInfer(ParseModel(
      "g (float[N,2] x) => (y) { y = test.registered.Scale <factor = 2.0> (x) }", kHead));
  EXPECT_EQ(TypeText(*graph, "y"), "tensor(float)[N,2]");
  EXPECT_THAT(
      FailureOf([] {
        LoadAndInfer(ParseModel("g (float[2] x) => (y) { y = test.registered.Scale(x) }", kHead));
      }),
      ::testing::HasSubstr("Required attribute 'factor'"));
  EXPECT_THAT(
      FailureOf([] {
        LoadAndInfer(ParseModel(
            "g (int32[2] x) => (y) { y = test.registered.Scale <factor = 2.0> (x) }", kHead));
      }),
      ::testing::HasSubstr("Type 'tensor(int32)' of input parameter (x)"));
  schema.domain = "ai.onnx";
  EXPECT_THAT(FailureOf([&] { RegisterSchema(schema); }), ::testing::StartsWith("2: "));
}

TEST(SchemaSetTest, OperatorsOfOneModelComeFirstThere) {
  auto set = std::make_shared<SchemaSet>();
  for (const int since : {1, 3}) {
    OpSchema schema;
    schema.domain = "set.test";
    schema.name = "Own";
    schema.since_version = since;
    schema.attributes = {{"scale", AttributeType::kFloat, false, 2.0f}};
    set->Add(std::move(schema));
  }
  OpSchema relu;
  relu.domain = "ai.onnx";
  relu.name = "Relu";
  set->Add(std::move(relu));
  EXPECT_EQ(set->Find("set.test", "Own", 0), nullptr);
  EXPECT_EQ(set->Find("set.test", "Own", 2)->since_version, 1);
  EXPECT_EQ(set->Find("set.test", "Own", 9)->since_version, 3);

  auto model = std::make_shared<ModelInfo>();
  EXPECT_EQ(FindSchema(*model, "set.test", "Own", 1), nullptr);
  model->schemas = set;
  EXPECT_NE(FindSchema(*model, "set.test", "Own", 1), nullptr);
  EXPECT_EQ(FindSchema(*model, "", "Relu", 17)->since_version, 1);  // the model's own
  EXPECT_EQ(FindSchema(*model, "", "Abs", 17)->since_version, 13);
  EXPECT_EQ(FindSchema("set.test", "Own", 1), nullptr);  // nobody else's

  Graph graph(model);
  Node* node = graph.AddNode("n", "Own", "set.test", {}, {graph.AddValue("y")});
  node->since_version = 3;
  ASSERT_NE(AttributeOrDefault(*node, "scale"), nullptr);
  EXPECT_EQ(std::get<float>(AttributeOrDefault(*node, "scale")->value), 2.0f);
  node->SetAttribute("scale", 5.0f);
  EXPECT_EQ(std::get<float>(AttributeOrDefault(*node, "scale")->value), 5.0f);
  EXPECT_EQ(AttributeOrDefault(*node, "other"), nullptr);
}

TEST(SchemaSetTest, TwoDefinitionsOfOneVersionAreRefused) {
  SchemaSet set;
  const auto add = [&] {
    OpSchema schema;
    schema.domain = "set.test";
    schema.name = "Own";
    set.Add(std::move(schema));
  };
  add();
  EXPECT_THROW(add(), Error);
}

}  // namespace
}  // namespace backplane::testing
