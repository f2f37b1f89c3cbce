// Models that are wrong in one way each: the code is ONNX Runtime's, the message names the culprit.
#include <gmock/gmock.h>

#include "unit/model/model_text.h"

namespace backplane::testing {
namespace {

using Change = std::function<void(onnx::ModelProto&)>;

struct BadModel {
  const char* name;
  const char* graph;
  Change change;
  ErrorCode code;
  const char* message;  // part of it
};

onnx::TensorProto& FirstInitializer(onnx::ModelProto& model) {
  return *model.mutable_graph()->mutable_initializer(0);
}

constexpr const char* kRelu = "g (float[2,3] x) => (float[2,3] y) { y = Relu(x) }";
constexpr const char* kAddWeight =
    "g (float[2,3] x) => (float[2,3] y) <float[3] w = {1, 2, 3}> { y = Add(x, w) }";

void UseRawData(onnx::ModelProto& model, size_t bytes) {
  onnx::TensorProto& tensor = FirstInitializer(model);
  tensor.clear_float_data();
  tensor.set_raw_data(std::string(bytes, '\0'));
}

void SetDims(onnx::ModelProto& model, std::initializer_list<int64_t> dims) {
  FirstInitializer(model).clear_dims();
  for (const int64_t dim : dims) FirstInitializer(model).add_dims(dim);
}

const BadModel kBadModels[] = {
    {"Cycle",
     "g (float[2] x) => (float[2] y) { a = Relu(b) b = Relu(a) y = Add(b, x) }",
     {},
     ORT_FAIL,
     "not acyclic"},
    {"SelfLoop", "g (float[2] x) => (float[2] y) { y = Add(x, y) }", {}, ORT_FAIL, "not acyclic"},
    {"DuplicateOutput",
     "g (float[2] x) => (float[2] y) { y = Relu(x) y = Sigmoid(x) }",
     {},
     ORT_FAIL,
     "Duplicate definition of name (y)"},
    {"DuplicateNodeName",
     "g (float[2] x) => (float[2] y) { [n] z = Relu(x) [n] y = Sigmoid(z) }",
     {},
     ORT_FAIL,
     "two nodes with same node name (n)"},
    {"OutputIsInput",
     "g (float[2] x) => (float[2] y) { x = Relu(x) y = Relu(x) }",
     {},
     ORT_FAIL,
     "Duplicate definition of name (x)"},
    {"OutputIsInitializer",
     "g (float[3] x) => (float[3] y) <float[3] w = {1, 2, 3}> { w = Relu(x) y = Add(x, w) }",
     {},
     ORT_FAIL,
     "Duplicate definition of name (w)"},
    {"DuplicateInput",
     "g (float[2] x, float[2] x) => (float[2] y) { y = Relu(x) }",
     {},
     ORT_FAIL,
     "Duplicate definition-site for (x)"},
    {"UndefinedInput",
     "g (float[2] x) => (float[2] y) { [sum] y = Add(x, nope) }",
     {},
     ORT_INVALID_ARGUMENT,
     "Node input 'nope' is not a graph input, initializer, or output of a previous node. (node: "
     "Add 'sum')"},
    {"UndefinedOutput",
     "g (float[2] x) => (float[2] y) { z = Relu(x) }",
     {},
     ORT_FAIL,
     "Graph output (y) does not exist in the graph"},
    {"NoGraph", kRelu, [](auto& m) { m.clear_graph(); }, ORT_INVALID_ARGUMENT,
     "No graph was found in the protobuf"},
    {"NoOpset", kRelu, [](auto& m) { m.clear_opset_import(); }, ORT_FAIL, "Missing opset"},
    {"NewerOpset", kRelu, [](auto& m) { m.mutable_opset_import(0)->set_version(99); }, ORT_FAIL,
     "Opset 99"},
    {"NegativeOpset", kRelu, [](auto& m) { m.mutable_opset_import(0)->set_version(-1); }, ORT_FAIL,
     "version -1"},
    {"HugeOpset", kRelu, [](auto& m) { m.mutable_opset_import(0)->set_version(int64_t{1} << 40); },
     ORT_FAIL, "out of range"},
    {"NewerIrVersion", kRelu, [](auto& m) { m.set_ir_version(99); }, ORT_FAIL,
     "Unsupported model IR version: 99"},
    {"NoIrVersion", kRelu, [](auto& m) { m.clear_ir_version(); }, ORT_FAIL,
     "Missing model IR version"},
    {"InputWithoutType", kRelu, [](auto& m) { m.mutable_graph()->mutable_input(0)->clear_type(); },
     ORT_FAIL, "graph input 'x' has no type"},
    {"InputWithoutName", kRelu, [](auto& m) { m.mutable_graph()->mutable_input(0)->clear_name(); },
     ORT_FAIL, "without a name"},
    {"UnknownOperator",
     "g (float[2] x) => (float[2] y) { [n] y = Foo(x) }",
     {},
     ORT_INVALID_GRAPH,
     "No Op registered for Foo with domain_version of 17"},
    {"OperatorNewerThanOpset",
     "g (float[2] x) => (float[2] y) { [n] y = Gelu(x) }",
     {},
     ORT_INVALID_GRAPH,
     "No Op registered for Gelu with domain_version of 17"},
    {"UnknownDomain", "g (float[2] x) => (float[2] y) { [n] y = my.Foo(x) }",
     [](auto& m) {
       m.add_opset_import()->set_domain("my");
       m.mutable_opset_import(1)->set_version(1);
     },
     ORT_FAIL, "my:Foo(-1) is not a registered function/op"},
    {"DomainNotImported",
     "g (float[2] x) => (float[2] y) { [n] y = my.Foo(x) }",
     {},
     ORT_INVALID_GRAPH,
     "No opset import for domain 'my'"},
    {"DeprecatedOperator",
     "g (float[2] x) => (float[2] y) { [n] y = Upsample(x, x) }",
     {},
     ORT_INVALID_GRAPH,
     "Upsample"},
    {"AttributeType",
     "g (float[2] x) => (float[2] y) { [n] y = LeakyRelu <alpha = \"abc\"> (x) }",
     {},
     ORT_INVALID_GRAPH,
     "Mismatched attribute type in 'n : alpha'. Expected: 'FLOAT', actual: 'STRING'"},
    {"UnknownAttribute",
     "g (float[2] x) => (float[2] y) { [n] y = Relu <foo = 1> (x) }",
     {},
     ORT_INVALID_GRAPH,
     "Unrecognized attribute: foo for operator Relu"},
    {"MissingAttribute",
     "g (float[2] x) => (float[2] y) { [n] y = Cast (x) }",
     {},
     ORT_INVALID_GRAPH,
     "Required attribute 'to' is missing"},
    {"AttributeTwice",
     "g (float[2] x) => (float[2] y) { [n] y = LeakyRelu <alpha = 1.0, alpha = 2.0> (x) }",
     {},
     ORT_INVALID_GRAPH,
     "attribute 'alpha' of LeakyRelu 'n' is given twice"},
    {"TooManyInputs",
     "g (float[2] x) => (float[2] y) { [n] y = Relu(x, x) }",
     {},
     ORT_INVALID_GRAPH,
     "Node(n) with schema(::Relu:14) has input size 2 not in range [min=1, max=1]"},
    {"TooFewInputs",
     "g (float[2] x) => (float[2] y) { [n] y = Add(x) }",
     {},
     ORT_INVALID_GRAPH,
     "has input size 1 not in range [min=2, max=2]"},
    {"RequiredInputAbsent",
     "g (float[2] x) => (float[2] y) { [n] y = Add(\"\", x) }",
     {},
     ORT_INVALID_GRAPH,
     "input 0 ('A') is required but not given"},
    {"TooManyOutputs",
     "g (float[2] x) => (float[2] y) { [n] y, z = Relu(x) }",
     {},
     ORT_INVALID_GRAPH,
     "has output size 2"},
    {"TypeNotTaken",
     "g (float[2] x) => (bool[2] y) { [n] y = And(x, x) }",
     {},
     ORT_INVALID_GRAPH,
     "Type Error: Type 'tensor(float)' of input parameter (x) of operator (And) in node (n) is "
     "invalid"},
    {"TypesDiffer",
     "g (float[2] x, int64[2] i) => (float[2] y) { [n] y = Add(x, i) }",
     {},
     ORT_FAIL,
     "Type parameter (T) of Optype (Add) bound to different types (tensor(float) and tensor(int64) "
     "in node (n)"},
    {"ShapesDiffer",
     "g (float[2] x, float[3] z) => (float[2] y) { [n] y = Add(x, z) }",
     {},
     ORT_FAIL,
     "Node (n) Op (Add) [ShapeInferenceError] Incompatible dimensions"},
    {"OutputType",
     "g (float[2] x) => (int64[2] y) { [n] y = Relu(x) }",
     {},
     ORT_FAIL,
     "Type Error: Type (tensor(int64)) of output arg (y) of node (n) does not match expected type "
     "(tensor(float))"},
    {"RawDataTooShort", kAddWeight, [](auto& m) { UseRawData(m, 8); }, ORT_FAIL,
     "initializer 'w': raw_data holds 8 bytes where shape {3} of float takes 12"},
    {"RawDataTooLong", kAddWeight, [](auto& m) { UseRawData(m, 13); }, ORT_FAIL,
     "raw_data holds 13 bytes"},
    {"RawDataMissing", kAddWeight, [](auto& m) { UseRawData(m, 0); }, ORT_FAIL,
     "raw_data holds 0 bytes"},
    {"TypedDataTooShort", kAddWeight, [](auto& m) { SetDims(m, {4}); }, ORT_FAIL,
     "initializer 'w': float_data holds 3 values where shape {4} of float takes 4"},
    {"WrongTypedField", kAddWeight,
     [](auto& m) { FirstInitializer(m).set_data_type(onnx::TensorProto::INT64); }, ORT_FAIL,
     "int64_data holds 0 values"},
    {"NegativeDimension", kAddWeight, [](auto& m) { SetDims(m, {-3}); }, ORT_FAIL,
     "initializer 'w': shape {-3} has a negative dimension"},
    {"NegativeDimensions", kAddWeight,
     [](auto& m) {
       SetDims(m, {-3, -1});
     },
     ORT_FAIL, "negative dimension"},
    {"OverflowingDimensions", kAddWeight,
     [](auto& m) {
       SetDims(m, {int64_t{1} << 40, int64_t{1} << 40});
     },
     ORT_FAIL, "initializer 'w': shape"},
    {"OverflowingBytes", kAddWeight,
     [](auto& m) {
       SetDims(m, {(int64_t{1} << 61) + 1, 1});
     },
     ORT_FAIL, "initializer 'w'"},
    {"ElementType", kAddWeight, [](auto& m) { FirstInitializer(m).set_data_type(77); }, ORT_FAIL,
     "initializer 'w': 77 is not a valid tensor element type"},
    {"NoElementType", kAddWeight, [](auto& m) { FirstInitializer(m).clear_data_type(); }, ORT_FAIL,
     "0 is not a valid tensor element type"},
    {"StringRawData", kAddWeight,
     [](auto& m) {
       UseRawData(m, 12);
       FirstInitializer(m).set_data_type(onnx::TensorProto::STRING);
     },
     ORT_FAIL, "a string tensor cannot have raw_data"},
    {"ExternalFromBytes", kAddWeight,
     [](auto& m) { FirstInitializer(m).set_data_location(onnx::TensorProto::EXTERNAL); }, ORT_FAIL,
     "Missing 'location'"},
    {"ConstantWithoutValue",
     "g () => (float[2] y) { [n] y = Constant() }",
     {},
     ORT_INVALID_GRAPH,
     "must have exactly one attribute"},
    {"UndefinedInSubgraph",
     "g (bool c, float[2] x) => (float[2] y) { [n] y = If(c) <then_branch = t () => (float[2] a) { "
     "a = Relu(x) }, "
     "else_branch = e () => (float[2] b) { b = Relu(zzz) }> }",
     {},
     ORT_INVALID_ARGUMENT,
     "Node input 'zzz'"},
    {"MissingBranch",
     "g (bool c, float[2] x) => (float[2] y) { [n] y = If(c) <then_branch = t () => (float[2] a) { "
     "a = Relu(x) }> }",
     {},
     ORT_INVALID_GRAPH,
     "Required attribute 'else_branch' is missing"},
    {"BranchIsNoGraph",
     "g (bool c, float[2] x) => (float[2] y) { [n] y = If <then_branch = 1, else_branch = 2> (c) }",
     {},
     ORT_INVALID_GRAPH,
     "Mismatched attribute type"},
    {"BranchesDiffer",
     "g (bool c, float[2] x) => (float[2] y) { [n] y = If(c) <then_branch = t () => (float[2] a) { "
     "a = Relu(x) }, "
     "else_branch = e () => (int64[2] b) { b = Shape(x) }> }",
     {},
     ORT_FAIL,
     "Node (n) Op (If)"},
};

class BadModelTest : public ::testing::TestWithParam<BadModel> {};

TEST_P(BadModelTest, FailsWithThePreciseError) {
  const BadModel& bad = GetParam();
  onnx::ModelProto model = ParseModel(bad.graph);
  if (bad.change) bad.change(model);
  const std::string failure = FailureOf([&] { LoadAndInfer(model); });
  EXPECT_THAT(failure, ::testing::StartsWith(std::to_string(bad.code) + ": "));
  EXPECT_THAT(failure, ::testing::HasSubstr(bad.message));
}

INSTANTIATE_TEST_SUITE_P(Models, BadModelTest, ::testing::ValuesIn(kBadModels),
                         [](const auto& info) { return std::string(info.param.name); });

struct BadBytes {
  const char* name;
  std::string bytes;
  ErrorCode code;
};

class BadBytesTest : public ::testing::TestWithParam<BadBytes> {};

TEST_P(BadBytesTest, FailWithoutReadingFurther) {
  const std::string failure = FailureOf([&] { LoadModelBytes(BytesOfText(GetParam().bytes)); });
  EXPECT_THAT(failure, ::testing::StartsWith(std::to_string(GetParam().code) + ": "));
}

// A graph whose node holds a graph whose node ..., `depth` times.
std::string DeepModel(int depth) {
  std::string inner;
  const auto field = [](int number, const std::string& content) {
    std::string out(1, static_cast<char>(number << 3 | 2));
    for (size_t length = content.size();; length >>= 7) {
      out += static_cast<char>(length >= 0x80 ? (length & 0x7f) | 0x80 : length);
      if (length < 0x80) break;
    }
    return out + content;
  };
  for (int i = 0; i < depth; ++i) inner = field(1, field(5, field(6, inner)));
  return field(7, inner);
}

INSTANTIATE_TEST_SUITE_P(
    Bytes, BadBytesTest,
    ::testing::Values(BadBytes{"Empty", "", ORT_INVALID_ARGUMENT},
                      BadBytes{"Text", "hello world this is text", ORT_INVALID_PROTOBUF},
                      BadBytes{"Binary", "\xff\x01garbage\xff\xff", ORT_INVALID_PROTOBUF},
                      BadBytes{"LengthPastTheEnd", "\x3a\x7f\x01", ORT_INVALID_PROTOBUF},
                      BadBytes{"HugeLength", "\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
                               ORT_INVALID_PROTOBUF},
                      BadBytes{"EndlessNumber", std::string(40, '\xff'), ORT_INVALID_PROTOBUF},
                      BadBytes{"FieldZero", std::string(2, '\0'), ORT_INVALID_PROTOBUF},
                      BadBytes{"DeeplyNested", DeepModel(200), ORT_INVALID_PROTOBUF},
                      BadBytes{"VeryDeeplyNested", DeepModel(1000), ORT_INVALID_PROTOBUF}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(BadFileTest, MissingDirectoryAndEmpty) {
  const std::string folder = ::testing::TempDir();
  EXPECT_THAT(FailureOf([&] { LoadModelFile(folder + "/there_is_none.onnx"); }),
              ::testing::StartsWith("3: Load model from"));
  EXPECT_THAT(FailureOf([&] { LoadModelFile(folder); }),
              ::testing::StartsWith("2: Load model from"));
  const std::string path = folder + "/empty.onnx";
  fclose(fopen(path.c_str(), "w"));
  EXPECT_THAT(FailureOf([&] { LoadModelFile(path); }),
              ::testing::StartsWith("2: Load model from " + path));
}

TEST(BadModelTest, EveryTruncationFailsCleanly) {
  const std::string bytes = ParseModel(kAddWeight).SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size) {
    try {
      const auto graph = LoadModelBytes(BytesOfText(bytes.substr(0, size)));
      CheckGraph(*graph);
      InferTypesAndShapes(*graph);
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace backplane::testing
