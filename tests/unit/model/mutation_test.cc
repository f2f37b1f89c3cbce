// Damaged models, many of them: whatever the bytes are, the outcome is a graph or an Error. Run
// under the sanitizers this is a small fuzzer; BACKPLANE_MUTATIONS sets the number of rounds.
#include <cstdlib>
#include <random>

#include "graph/functions.h"
#include "unit/model/model_text.h"

namespace backplane::testing {
namespace {

// Uses most of the format: subgraphs, functions, constants, sparse and typed data, shape
// arithmetic.
constexpr const char* kSeed = R"(
  seed (bool c, int64 n, float[N,3,8,8] x) => (y, last, stacked)
  <float[4] bias = {1, 2, 3, 4}, int64[2] shape = {0, -1}, string[2] text = {"a", "b"},
   int64[1] axis = {0}, int64[1] four = {4}, float16[2] half = {1, 2}> {
    [conv] a = Conv <pads = [1, 1, 1, 1], strides = [2, 2]> (x, w, bias)
    [norm] m = local.Norm <scale = 0.5> (a)
    s = Shape(m)
    front = Gather(s, axis)
    joined = Concat <axis = 0> (front, shape)
    flat = Reshape(m, joined)
    k = Constant <value = int64[3] {1, 2, 3}> ()
    sliced = Slice(s, axis, four)
    y = If(c) <then_branch = t () => (p) { p = Relu(flat) }, else_branch = e () => (q) { q = Flatten(flat) }>
    last, stacked = Loop(n, c, bias) <body = b (int64 i, bool c1, float[4] v) => (c2, v2, o)
      { c2 = Identity(c1) v2 = Add(v, bias) o = Softmax(v) }>
    pads = ConstantOfShape <value = int64[1] {1}> (four)
    padded = Pad(bias, sliced)
    pooled = MaxPool <kernel_shape = [2, 2]> (a)
    split0, split1 = Split <axis = 1> (a)
    up = Resize(a, "", "", s)
    tiled = Tile(bias, four)
    ein = Einsum <equation = "abcd,abce->ade"> (a, a)
    top, index = TopK(bias, axis)
  }
  <domain: "local", opset_import: ["": 17]> Norm <scale: float = 1.0> (a) => (b) {
    f = Constant <value_float: float = @scale> ()
    g = Mul(a, f)
    b = Softmax <axis = 1> (g)
  })";

onnx::ModelProto SeedModel() {
  onnx::ModelProto model =
      ParseModel(kSeed, R"(ir_version: 8, opset_import: ["": 17, "local": 1])");
  auto& weight = *model.mutable_graph()->add_initializer();
  weight.set_name("w");
  weight.set_data_type(onnx::TensorProto::FLOAT);
  for (const int64_t dim : {4, 3, 3, 3}) weight.add_dims(dim);
  weight.set_raw_data(std::string(4 * 3 * 3 * 3 * 4, '\1'));
  return model;
}

// Outcome of everything that happens to a model before kernels are chosen; throws nothing but
// Error.
void LoadAll(const std::string& bytes) {
  try {
    LoadOptions options;
    options.bytes_stay_valid = true;
    const auto graph = LoadModelBytes(BytesOfText(bytes), options);
    CheckOptions accepting;
    accepting.accepts = [](const Node&) { return true; };
    CheckGraph(*graph, accepting);
    InferTypesAndShapes(*graph);
    InlineFunctions(
        *graph, [](const Node& node) { return node.domain.empty() && node.op_type != "Softmax"; });
    const std::string saved = SaveModelBytes(*graph);
    InferTypesAndShapes(*LoadModelBytes(BytesOfText(saved)));
  } catch (const Error&) {
  }
}

int Rounds() {
  const char* text = std::getenv("BACKPLANE_MUTATIONS");
  return text != nullptr ? std::atoi(text) : 3000;
}

TEST(MutationTest, TheSeedItselfLoads) {
  const auto graph = LoadAndInfer(SeedModel());
  EXPECT_EQ(InlineFunctions(*graph, [](const Node& node) { return node.domain.empty(); }), 1u);
}

TEST(MutationTest, DamagedBytes) {
  const std::string seed = SeedModel().SerializeAsString();
  std::mt19937 random(1);
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  const unsigned char interesting[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x08, 0x0a, 0x12};
  for (int round = 0; round < Rounds(); ++round) {
    std::string bytes = seed;
    for (size_t edits = 1 + below(4); edits > 0; --edits) {
      const size_t at = below(bytes.size());
      switch (below(6)) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes[at] = static_cast<char>(interesting[below(std::size(interesting))]);
          break;
        case 2:
          bytes.resize(at + 1);
          break;
        case 3:
          bytes.erase(at, below(8));
          break;
        case 4:
          bytes.insert(at, bytes.substr(below(bytes.size()), below(32)));
          break;
        case 5:
          bytes[at] = static_cast<char>(bytes[at] + (below(2) != 0 ? 1 : -1));
          break;
      }
      if (bytes.empty()) break;
    }
    LoadAll(bytes);
  }
}

// Well-formed messages with nonsense in them come further than damaged bytes.
class Scrambler {
 public:
  explicit Scrambler(uint32_t seed) : random_(seed) {}

  void Scramble(onnx::ModelProto& model) {
    auto& graph = *model.mutable_graph();
    for (size_t edits = 1 + Below(3); edits > 0; --edits) {
      switch (Below(5)) {
        case 0:
          ScrambleNode(graph, *graph.mutable_node(static_cast<int>(Below(graph.node_size()))));
          break;
        case 1:
          ScrambleTensor(
              *graph.mutable_initializer(static_cast<int>(Below(graph.initializer_size()))));
          break;
        case 2:
          ScrambleType(
              *graph.mutable_input(static_cast<int>(Below(graph.input_size())))->mutable_type());
          break;
        case 3:
          model.mutable_opset_import(0)->set_version(static_cast<int64_t>(Below(29)));
          break;
        case 4:
          ScrambleNode(graph, *graph.mutable_node(static_cast<int>(Below(graph.node_size()))));
          break;
      }
    }
  }

 private:
  size_t Below(int n) { return n <= 0 ? 0 : random_() % static_cast<uint32_t>(n); }
  int64_t Number() {
    constexpr int64_t kNumbers[] = {0,  1,    2,         3,         7,         -1,
                                    -2, 1000, INT32_MAX, INT64_MAX, INT64_MIN, int64_t{1} << 40};
    return kNumbers[Below(std::size(kNumbers))];
  }

  void ScrambleNode(const onnx::GraphProto& graph, onnx::NodeProto& node) {
    switch (Below(4)) {
      case 0: {
        const auto operators = {"Conv",
                                "Reshape",
                                "Slice",
                                "Gather",
                                "Concat",
                                "Loop",
                                "If",
                                "TopK",
                                "Pad",
                                "Resize",
                                "Einsum",
                                "Split",
                                "MaxPool",
                                "Squeeze",
                                "Unsqueeze",
                                "Expand",
                                "Tile",
                                "Range",
                                "LSTM",
                                "GRU",
                                "Scan",
                                "OneHot",
                                "STFT",
                                "Compress",
                                "GatherND",
                                "Where",
                                "Gemm",
                                "ConvTranspose",
                                "RoiAlign",
                                "ScatterND",
                                "CenterCropPad",
                                "Col2Im",
                                "GridSample",
                                "DFT",
                                "MatMulInteger",
                                "QLinearConv",
                                "SplitToSequence",
                                "ConcatFromSequence",
                                "Transpose",
                                "DepthToSpace",
                                "ReduceSum",
                                "ArgMax",
                                "Flatten",
                                "ConstantOfShape",
                                "Upsample",
                                "MelWeightMatrix"};
        node.set_op_type(*(operators.begin() +
                           static_cast<std::ptrdiff_t>(Below(static_cast<int>(operators.size())))));
        break;
      }
      case 1:
        if (node.input_size() > 0) {
          const auto& other = graph.node(static_cast<int>(Below(graph.node_size())));
          const int slot = static_cast<int>(Below(node.input_size()));
          const bool initializer = Below(2) == 0 && graph.initializer_size() > 0;
          if (initializer) {
            node.set_input(
                slot, graph.initializer(static_cast<int>(Below(graph.initializer_size()))).name());
          } else if (other.output_size() > 0) {
            node.set_input(slot, other.output(0));
          }
        }
        break;
      case 2:
        if (node.attribute_size() > 0)
          ScrambleAttribute(
              *node.mutable_attribute(static_cast<int>(Below(node.attribute_size()))));
        break;
      case 3: {
        const auto names = {"axis",        "axes",      "kernel_shape", "strides",
                            "pads",        "to",        "perm",         "keepdims",
                            "hidden_size", "dilations", "group",        "allowzero",
                            "num_outputs", "blocksize", "direction",    "num_scan_inputs"};
        auto& attribute = *node.add_attribute();
        attribute.set_name(
            *(names.begin() + static_cast<std::ptrdiff_t>(Below(static_cast<int>(names.size())))));
        attribute.set_type(Below(2) == 0 ? onnx::AttributeProto::INT : onnx::AttributeProto::INTS);
        attribute.set_i(Number());
        for (size_t i = Below(5); i > 0; --i) attribute.add_ints(Number());
        break;
      }
    }
  }
  void ScrambleAttribute(onnx::AttributeProto& attribute) {
    attribute.set_i(Number());
    for (int64_t& value : *attribute.mutable_ints()) value = Below(2) == 0 ? value : Number();
    if (attribute.ints_size() > 0 && Below(2) == 0) attribute.mutable_ints()->RemoveLast();
    if (attribute.has_s()) attribute.set_s(Below(2) == 0 ? "a...b,->zz" : "");
    if (attribute.has_t()) ScrambleTensor(*attribute.mutable_t());
    if (attribute.has_g()) {
      auto& graph = *attribute.mutable_g();
      if (graph.node_size() > 0) ScrambleNode(graph, *graph.mutable_node(0));
      if (graph.output_size() > 0 && Below(3) == 0) graph.mutable_output()->RemoveLast();
      if (graph.input_size() > 0 && Below(3) == 0) graph.mutable_input()->RemoveLast();
    }
  }
  void ScrambleTensor(onnx::TensorProto& tensor) {
    for (int64_t& value : *tensor.mutable_int64_data()) value = Number();
    if (Below(3) == 0) tensor.set_data_type(static_cast<int>(Below(30)));
    if (tensor.dims_size() > 0 && Below(3) == 0) tensor.set_dims(0, Number());
    if (tensor.dims_size() > 0 && Below(3) == 0) tensor.clear_dims();
  }
  void ScrambleType(onnx::TypeProto& type) {
    auto& tensor = *type.mutable_tensor_type();
    if (Below(3) == 0) tensor.set_elem_type(static_cast<int>(Below(28)));
    auto& shape = *tensor.mutable_shape();
    if (shape.dim_size() > 0 && Below(2) == 0)
      shape.mutable_dim(static_cast<int>(Below(shape.dim_size())))->set_dim_value(Number());
    if (shape.dim_size() > 0 && Below(3) == 0) shape.mutable_dim()->RemoveLast();
    if (Below(4) == 0) tensor.clear_shape();
  }

  std::mt19937 random_;
};

TEST(MutationTest, WellFormedNonsense) {
  const onnx::ModelProto seed = SeedModel();
  for (int round = 0; round < Rounds(); ++round) {
    onnx::ModelProto model = seed;
    Scrambler(static_cast<uint32_t>(round)).Scramble(model);
    SCOPED_TRACE(round);
    LoadAll(model.SerializeAsString());
  }
}

}  // namespace
}  // namespace backplane::testing
