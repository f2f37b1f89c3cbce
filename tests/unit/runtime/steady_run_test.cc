// A run whose input shapes were seen before and whose outputs are bound allocates nothing: small
// graphs of every kind, and real models, with shapes that alternate.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/env.h"
#include "runtime/io_binding.h"
#include "runtime/session.h"
#include "runtime/session_options.h"
#include "unit/model/model_text.h"
#include "unit/runtime/allocation_counter.h"

namespace backplane::testing {
namespace {

using Shapes = std::map<std::string, Shape>;

struct SteadyCase {
  const char* name;
  const char* model;           ///< text of a graph, or the path of a file below the models' folder
  std::vector<Shapes> shapes;  ///< of the inputs, by their names; the runs alternate between them
};

std::filesystem::path ModelsFolder() {
  const char* folder = std::getenv("BACKPLANE_MODELS_DIR");
  return folder != nullptr ? std::filesystem::path(folder)
                           : std::filesystem::path(BACKPLANE_SOURCE_DIR) / ".models";
}

Value MakeInput(const ValueInfo& input, const Shape& shape) {
  Tensor tensor = Tensor::Allocate(input.type.tensor.dtype, shape);
  std::memset(tensor.raw(), 0, tensor.Bytes());
  if (input.name == "sr") *tensor.data<int64_t>() = 16000;  // Silero's sampling rate
  if (input.name == "count") *tensor.data<int64_t>() = 5;   // iterations
  if (input.name == "condition") *tensor.data<bool>() = true;
  return Value(std::move(tensor));
}

/// A session's inputs and outputs for one set of shapes, kept from run to run.
class BoundRun {
 public:
  BoundRun(OrtSession& session, const Shapes& shapes) : session_(session), binding_(session) {
    for (const ValueInfo* input : session.inputs()) {
      inputs_.push_back(MakeInput(*input, shapes.at(input->name)));
      input_names_.push_back(input->name.c_str());
    }
    for (const Value& input : inputs_) input_pointers_.push_back(&input);
    for (const ValueInfo* output : session.outputs()) output_names_.push_back(output->name.c_str());
    // The first run tells the shapes of the outputs.
    output_pointers_.assign(output_names_.size(), nullptr);
    Run();
    for (Value* output : output_pointers_) outputs_.emplace_back(output);
    for (size_t i = 0; i < inputs_.size(); ++i) binding_.BindInput(input_names_[i], inputs_[i]);
    for (size_t i = 0; i < outputs_.size(); ++i)
      binding_.BindOutput(output_names_[i], *outputs_[i]);
  }

  void Run() {
    session_.Run(nullptr, input_names_, input_pointers_, output_names_, output_pointers_);
  }
  void RunWithBinding() { binding_.Run(nullptr); }

 private:
  OrtSession& session_;
  OrtIoBinding binding_;
  std::vector<Value> inputs_;
  std::vector<std::unique_ptr<Value>> outputs_;
  std::vector<const char*> input_names_;
  std::vector<const char*> output_names_;
  std::vector<const Value*> input_pointers_;
  std::vector<Value*> output_pointers_;
};

class SteadyRunTest : public ::testing::TestWithParam<std::tuple<SteadyCase, int>> {
 protected:
  void SetUp() override { env_ = Env::Acquire({}); }
  void TearDown() override { Env::Release(env_); }

  std::unique_ptr<OrtSession> Open(const std::string& model, int threads) {
    SessionOptions options;
    options.intra_op_threads = threads;
    if (model.find('{') == std::string::npos)
      return OrtSession::FromPath(*env_, (ModelsFolder() / model).string(), options);
    const std::string bytes = ParseModel(model.c_str()).SerializeAsString();
    return OrtSession::FromBytes(*env_, BytesOfText(bytes), options);
  }

  Env* env_ = nullptr;
};

TEST_P(SteadyRunTest, AllocatesNothing) {
  if (!kCountsAllocations) GTEST_SKIP() << "sanitizers bring allocators of their own";
  const auto& [test, threads] = GetParam();
  if (std::string(test.model).find('{') == std::string::npos &&
      !std::filesystem::exists(ModelsFolder() / test.model))
    GTEST_SKIP() << "no models in " << ModelsFolder() << ": run scripts/models.sh";
  auto session = Open(test.model, threads);
  std::vector<std::unique_ptr<BoundRun>> runs;
  for (const Shapes& shapes : test.shapes)
    runs.push_back(std::make_unique<BoundRun>(*session, shapes));
  const auto round = [&] {
    for (const auto& run : runs) {
      run->Run();
      run->RunWithBinding();
    }
  };
  for (int i = 0; i < 3; ++i) round();
  EXPECT_EQ(AllocationsDuring([&] {
              for (int i = 0; i < 4; ++i) round();
            }),
            0);
}

// The counter does see allocations: a run that makes its output needs some.
TEST(AllocationCounterTest, SeesAllocations) {
  if (!kCountsAllocations) GTEST_SKIP() << "sanitizers bring allocators of their own";
  EXPECT_GT(AllocationsDuring([] { Value(Tensor::Allocate(DType::kFloat, {6, 3})); }), 0);
}

const SteadyCase kCases[] = {
    {"Mlp",
     "g (float[n,4] x) => (float[n,3] y, float[m] r) <float[4,3] w = {1,2,3,4,5,6,7,8,9,1,2,3}, "
     "float[3] b = {1,2,3}, int64[1] flat = {-1}> "
     "{ p = MatMul(x, w) s = Add(p, b) y = Relu(s) r = Reshape(p, flat) }",
     {{{"x", {6, 4}}}, {{"x", {1, 4}}}, {{"x", {300, 4}}}}},
    {"ShapeArithmetic",
     "g (float[n,k] x) => (float[a,b] y) <int64[1] first = {0}, int64[1] rest = {-1}> "
     "{ s = Shape(x) n = Gather(s, first) t = Concat<axis=0>(n, rest) z = Reshape(x, t) "
     "u = Transpose<perm=[1,0]>(z) y = MatMul(z, u) }",
     {{{"x", {6, 4}}}, {{"x", {1, 9}}}}},
    {"If",
     "g (bool condition, float[n] x) => (float[n] y) { y = If (condition) <"
     "then_branch = g1 () => (float[n] a) { b = Exp(x) a = Add(b, x) }, "
     "else_branch = g2 () => (float[n] c) { c = Neg(x) }> }",
     {{{"condition", {}}, {"x", {7}}}, {{"condition", {}}, {"x", {20}}}}},
    {"Loop",
     "g (int64 count, bool condition, float[n] x) => (float[n] y, float[i,n] scans) { "
     "y, scans = Loop (count, condition, x) <body = b (int64 i, bool c, float[n] v) => "
     "(bool c2, float[n] v2, float[n] s) { c2 = Identity(c) v2 = Add(v, x) s = Mul(v, v) }> }",
     {{{"count", {}}, {"condition", {}}, {"x", {7}}},
      {{"count", {}}, {"condition", {}}, {"x", {20}}}}},
    {"Scan",
     "g (float[k] state, float[n,k] x) => (float[k] last, float[n,k] y) { "
     "last, y = Scan <num_scan_inputs=1, body = b (float[k] s, float[k] v) => "
     "(float[k] s2, float[k] z) { s2 = Add(s, v) z = Mul(s2, v) }> (state, x) }",
     {{{"state", {4}}, {"x", {6, 4}}}, {{"state", {9}}, {"x", {3, 9}}}}},
    {"IfInIfInLoop",
     "g (int64 count, bool condition, float[n] x) => (float[n] y) { "
     "y = Loop (count, condition, x) <body = b (int64 i, bool c, float[n] v) => "
     "(bool c2, float[n] v2) { c2 = Identity(c) v2 = If (condition) <"
     "then_branch = g1 () => (float[n] a) { a = If (condition) <"
     "then_branch = g2 () => (float[n] d) { d = Add(v, x) }, "
     "else_branch = g3 () => (float[n] e) { e = Identity(v) }> }, "
     "else_branch = g4 () => (float[n] f) { f = Neg(v) }> }> }",
     {{{"count", {}}, {"condition", {}}, {"x", {7}}},
      {{"count", {}}, {"condition", {}}, {"x", {20}}}}},
    {"Magika", "magika/model.onnx", {{{"bytes", {1, 2048}}}, {{"bytes", {3, 2048}}}}},
    {"Silero",
     "silero/silero_vad.onnx",
     {{{"input", {1, 576}}, {"state", {2, 1, 128}}, {"sr", {}}},
      {{"input", {2, 576}}, {"state", {2, 2, 128}}, {"sr", {}}}}},
    {"SqueezeNet", "light/light_squeezenet.onnx", {{{"data_0", {1, 3, 224, 224}}}}},
    {"ShuffleNet", "light/light_shufflenet.onnx", {{{"gpu_0/data_0", {1, 3, 224, 224}}}}},
};

INSTANTIATE_TEST_SUITE_P(All, SteadyRunTest,
                         ::testing::Combine(::testing::ValuesIn(kCases), ::testing::Values(1, 2)),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param).name) + "With" +
                                  std::to_string(std::get<1>(info.param)) + "Threads";
                         });

}  // namespace
}  // namespace backplane::testing
