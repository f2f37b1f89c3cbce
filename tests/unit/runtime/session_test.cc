// Sessions from graphs in memory: what Run promises about names, shapes, reuse and threads.
#include "runtime/session.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "base/error.h"
#include "runtime/env.h"
#include "runtime/run_options.h"
#include "runtime/session_options.h"
#include "unit/model/model_text.h"

namespace backplane {
namespace {

using testing::BytesOfText;
using testing::FailureOf;
using testing::ParseModel;

class SessionTest : public ::testing::Test {
 protected:
  void SetUp() override { env_ = Env::Acquire({}); }
  void TearDown() override { Env::Release(env_); }

  static std::shared_ptr<ModelInfo> Model() {
    auto model = std::make_shared<ModelInfo>();
    model->ir_version = 8;
    model->opsets[""] = 17;
    return model;
  }

  // y = Relu(x * w + b) of x [n,4]; also r = the product seen as [n*3].
  std::unique_ptr<OrtSession> Mlp(int threads = 1) {
    auto graph = std::make_unique<Graph>(Model());
    ValueInfo* x =
        graph->AddInput("x", TypeInfo::Tensor(DType::kFloat, std::vector<Dim>{Dim("n"), Dim(4)}));
    std::vector<float> weights(12);
    for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i) - 5.0f;
    const Shape shape{4, 3};
    ValueInfo* w = graph->AddInitializer("w", Tensor::Of<float>(weights, &shape));
    ValueInfo* b = graph->AddInitializer("b", Tensor::Of<float>(std::vector<float>{1, 2, 3}));
    ValueInfo* flat = graph->AddInitializer("flat", Tensor::Of<int64_t>(std::vector<int64_t>{-1}));
    ValueInfo* product = graph->AddValue("product");
    ValueInfo* sum = graph->AddValue("sum");
    ValueInfo* y = graph->AddValue("y");
    ValueInfo* r = graph->AddValue("r");
    graph->AddNode("matmul", "MatMul", "", {x, w}, {product});
    graph->AddNode("add", "Add", "", {product, b}, {sum});
    graph->AddNode("relu", "Relu", "", {sum}, {y});
    graph->AddNode("reshape", "Reshape", "", {product, flat}, {r});
    graph->AddOutput(y);
    graph->AddOutput(r);
    graph->Sort();
    SessionOptions options;
    options.intra_op_threads = threads;
    return OrtSession::FromGraph(*env_, std::move(graph), options);
  }

  static std::vector<float> Expected(const std::vector<float>& x) {
    std::vector<float> y;
    for (size_t row = 0; row < x.size() / 4; ++row) {
      for (size_t column = 0; column < 3; ++column) {
        float sum = static_cast<float>(column + 1);
        for (size_t k = 0; k < 4; ++k)
          sum += x[row * 4 + k] * (static_cast<float>(k * 3 + column) - 5.0f);
        y.push_back(std::max(sum, 0.0f));
      }
    }
    return y;
  }

  static std::vector<float> Ramp(int64_t rows) {
    std::vector<float> x(static_cast<size_t>(rows * 4));
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 7) - 2.0f;
    return x;
  }

  static Value Input(const std::vector<float>& x) {
    const Shape shape{static_cast<int64_t>(x.size() / 4), 4};
    return Value(Tensor::Of<float>(x, &shape));
  }

  static std::vector<float> RunY(OrtSession& session, const std::vector<float>& x) {
    const Value input = Input(x);
    const char* in[] = {"x"};
    const char* out[] = {"y"};
    const Value* inputs[] = {&input};
    Value* outputs[] = {nullptr};
    session.Run(nullptr, in, inputs, out, outputs);
    const auto values = outputs[0]->tensor().span<float>();
    std::vector<float> y(values.begin(), values.end());
    delete outputs[0];
    return y;
  }

  Env* env_ = nullptr;
};

TEST_F(SessionTest, ShapesMayChangeFromRunToRunAndComeBack) {
  auto session = Mlp();
  for (const int64_t rows : {3, 1, 5, 3, 0, 1, 3, 8, 5}) {
    const auto x = Ramp(rows);
    EXPECT_EQ(RunY(*session, x), Expected(x)) << rows;
  }
}

// NonZero's shape depends on the data; seen through a view and as it is.
TEST_F(SessionTest, OutputShapesMayDependOnTheData) {
  auto graph = std::make_unique<Graph>(Model());
  ValueInfo* x = graph->AddInput("x", TypeInfo::Tensor(DType::kFloat, std::vector<Dim>{Dim(4)}));
  ValueInfo* flat = graph->AddInitializer("flat", Tensor::Of<int64_t>(std::vector<int64_t>{-1}));
  ValueInfo* where = graph->AddValue("where");
  ValueInfo* row = graph->AddValue("row");
  graph->AddNode("nonzero", "NonZero", "", {x}, {where});
  graph->AddNode("reshape", "Reshape", "", {where, flat}, {row});
  graph->AddOutput(where);
  graph->AddOutput(row);
  graph->Sort();
  auto session = OrtSession::FromGraph(*env_, std::move(graph), SessionOptions());
  const char* in[] = {"x"};
  const char* out[] = {"where", "row"};
  for (const std::vector<float>& data : std::vector<std::vector<float>>{
           {1, 1, 0, 0}, {0, 1, 1, 0}, {1, 1, 1, 1}, {0, 0, 0, 0}, {0, 0, 0, 1}}) {
    const Value input = Value(Tensor::Of<float>(data));
    const Value* inputs[] = {&input};
    Value* outputs[] = {nullptr, nullptr};
    session->Run(nullptr, in, inputs, out, outputs);
    std::vector<int64_t> expected;
    for (size_t i = 0; i < data.size(); ++i) {
      if (data[i] != 0) expected.push_back(static_cast<int64_t>(i));
    }
    const auto count = static_cast<int64_t>(expected.size());
    EXPECT_EQ(outputs[0]->tensor().shape(), (Shape{1, count}));
    EXPECT_EQ(outputs[1]->tensor().shape(), Shape{count});
    for (Value* output : outputs) {
      const auto values = output->tensor().span<int64_t>();
      EXPECT_EQ(std::vector<int64_t>(values.begin(), values.end()), expected);
      delete output;
    }
  }
  // Memory that the caller gave keeps its shape.
  Value given(Tensor::Allocate(DType::kInt64, Shape{1, 2}));
  const Value input = Value(Tensor::Of<float>(std::vector<float>{1, 1, 1, 0}));
  const Value* inputs[] = {&input};
  Value* outputs[] = {&given};
  EXPECT_THROW(session->Run(nullptr, in, inputs, std::span(out, 1), outputs), Error);
}

// Inference believes what a model declares where it cannot tell itself; the memory that was laid
// out for it must not be what counts.
TEST_F(SessionTest, ADeclaredShapeThatIsWrongCostsNothingButMemory) {
  auto graph = std::make_unique<Graph>(Model());
  ValueInfo* x = graph->AddInput("x", TypeInfo::Tensor(DType::kFloat, std::vector<Dim>{Dim(6)}));
  ValueInfo* indices = graph->AddValue("indices");
  indices->type = TypeInfo::Tensor(DType::kInt64, std::vector<Dim>{Dim(1), Dim(4)});
  ValueInfo* twice = graph->AddValue("twice");
  twice->type = TypeInfo::Tensor(DType::kInt64, std::vector<Dim>{Dim(1), Dim(4)});
  ValueInfo* y = graph->AddValue("y");
  graph->AddNode("nonzero", "NonZero", "", {x}, {indices});
  graph->AddNode("add", "Add", "", {indices, indices}, {twice});
  graph->AddNode("add2", "Add", "", {twice, indices}, {y});
  graph->AddOutput(y);
  graph->Sort();
  auto session = OrtSession::FromGraph(*env_, std::move(graph), SessionOptions());
  const auto run = [&](std::vector<float> values) {
    const Value input(Tensor::Of<float>(values));
    const char* in[] = {"x"};
    const char* out[] = {"y"};
    const Value* inputs[] = {&input};
    Value* outputs[] = {nullptr};
    session->Run(nullptr, in, inputs, out, outputs);
    const auto found = outputs[0]->tensor().span<int64_t>();
    std::vector<int64_t> result(found.begin(), found.end());
    delete outputs[0];
    return result;
  };
  const std::vector<int64_t> all{0, 3, 6, 9, 12, 15};
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(run({1, 1, 1, 1, 1, 1}), all);
    EXPECT_EQ(run({0, 1, 0, 0, 1, 0}), (std::vector<int64_t>{3, 12}));
    EXPECT_EQ(run({0, 1, 1, 1, 1, 0}), (std::vector<int64_t>{3, 6, 9, 12}));
  }
}

TEST_F(SessionTest, OutputsComeInAnyOrderAndIntoGivenMemory) {
  auto session = Mlp();
  const auto x = Ramp(2);
  const Value input = Input(x);
  for (int round = 0; round < 3; ++round) {
    Value y(Tensor::Allocate(DType::kFloat, {2, 3}));
    const float* memory = y.tensor().data<float>();
    const char* in[] = {"x"};
    const char* out[] = {"r", "y"};
    const Value* inputs[] = {&input};
    Value* outputs[] = {nullptr, &y};
    session->Run(nullptr, in, inputs, out, outputs);
    EXPECT_EQ(y.tensor().data<float>(), memory);
    const auto values = y.tensor().span<float>();
    EXPECT_EQ(std::vector<float>(values.begin(), values.end()), Expected(x));
    EXPECT_EQ(outputs[0]->tensor().shape(), (Shape{6}));
    delete outputs[0];
  }
}

void ExpectFailure(OrtSession& session, const char* input_name, const Value& input,
                   const char* output_name, Value* output, ErrorCode code,
                   const std::string& text) {
  const char* in[] = {input_name};
  const char* out[] = {output_name};
  const Value* inputs[] = {&input};
  Value* outputs[] = {output};
  try {
    session.Run(nullptr, in, inputs, out, outputs);
    FAIL() << "expected: " << text;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.message();
    EXPECT_NE(error.message().find(text), std::string::npos) << error.message();
  }
}

TEST_F(SessionTest, BadArgumentsNameTheCulpritAndTheSessionGoesOn) {
  auto session = Mlp();
  const Value good = Input(Ramp(2));
  const Value rank(Tensor::Allocate(DType::kFloat, {4}));
  const Value dim(Tensor::Allocate(DType::kFloat, {2, 5}));
  const Value type(Tensor::Allocate(DType::kInt64, {2, 4}));
  Value wrong_output(Tensor::Allocate(DType::kFloat, {7, 3}));
  Value wrong_type(Tensor::Allocate(DType::kDouble, {2, 3}));
  const auto kInvalid = ORT_INVALID_ARGUMENT;
  for (int round = 0; round < 2; ++round) {
    ExpectFailure(*session, "z", good, "y", nullptr, kInvalid, "Invalid input name: z");
    ExpectFailure(*session, "x", good, "z", nullptr, kInvalid, "Invalid output name: z");
    ExpectFailure(*session, "x", rank, "y", nullptr, kInvalid,
                  "Invalid rank for input: x Got: 1 Expected: 2");
    ExpectFailure(*session, "x", dim, "y", nullptr, kInvalid, "index: 1 Got: 5 Expected: 4");
    ExpectFailure(*session, "x", type, "y", nullptr, kInvalid, "Unexpected input data type");
    ExpectFailure(*session, "x", good, "y", &wrong_output, kInvalid, "'y' has shape {7,3}");
    ExpectFailure(*session, "x", good, "y", &wrong_type, kInvalid, "Unexpected output data type");
    EXPECT_EQ(RunY(*session, Ramp(2)), Expected(Ramp(2)));
  }
}

TEST_F(SessionTest, MissingInputAndTermination) {
  auto session = Mlp();
  const char* out[] = {"y"};
  Value* outputs[] = {nullptr};
  EXPECT_THROW(session->Run(nullptr, {}, {}, out, outputs), Error);
  OrtRunOptions options;
  options.terminate = true;
  const Value input = Input(Ramp(1));
  const char* in[] = {"x"};
  const Value* inputs[] = {&input};
  EXPECT_THROW(session->Run(&options, in, inputs, out, outputs), Error);
  EXPECT_EQ(outputs[0], nullptr);
  options.terminate = false;
  session->Run(&options, in, inputs, out, outputs);
  delete outputs[0];
}

// Also where a run spends its time inside of one node.
TEST_F(SessionTest, ALongLoopIsTerminatedFromAnotherThread) {
  const std::string bytes =
      ParseModel(R"(g (int64 count, float[n] x) => (float[n] y) <bool on = {1}> {
      y = Loop (count, on, x) <body = b (int64 i, bool c, float[n] v) => (bool c2, float[n] v2)
      { c2 = Identity(c) v2 = Add(v, x) }> })")
          .SerializeAsString();
  auto session = OrtSession::FromBytes(*env_, BytesOfText(bytes), SessionOptions());
  const Value x(Tensor::Of<float>(std::vector<float>{1, 2}));
  const auto run = [&](int64_t count, const OrtRunOptions* options) {
    const Value counter(Tensor::Scalar<int64_t>(count));
    const char* in[] = {"count", "x"};
    const char* out[] = {"y"};
    const Value* inputs[] = {&counter, &x};
    Value* outputs[] = {nullptr};
    session->Run(options, in, inputs, out, outputs);
    const std::unique_ptr<Value> y(outputs[0]);
    return y->tensor().data<float>()[1];
  };
  OrtRunOptions options;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    options.terminate = true;
  });
  EXPECT_THAT(FailureOf([&] { run(INT64_MAX, &options); }), ::testing::HasSubstr("terminate"));
  stopper.join();
  EXPECT_EQ(run(3, nullptr), 8.0f);
}

TEST_F(SessionTest, ConcurrentRunsDoNotDisturbEachOther) {
  auto session = Mlp(2);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&, t] {
      for (int round = 0; round < 300; ++round) {
        const auto x = Ramp(1 + (t + round) % 5);
        if (RunY(*session, x) != Expected(x)) wrong.fetch_add(1);
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace backplane
