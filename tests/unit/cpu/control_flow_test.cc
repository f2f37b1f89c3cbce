// If, Loop and Scan over bodies written as C++ functions; sequences and optionals.
#include <functional>
#include <map>

#include "unit/cpu/op_tester.h"

namespace backplane::cpu {
namespace {

using Values = std::vector<Value>;
using Body = std::function<Values(std::span<const Value>)>;

class FunctionRunner final : public SubgraphRunner {
 public:
  FunctionRunner(size_t inputs, size_t outputs, Body body)
      : inputs_(inputs), outputs_(outputs), body_(std::move(body)) {}
  size_t input_count() const override { return inputs_; }
  size_t output_count() const override { return outputs_; }
  void Run(KernelContext&, std::span<const Value> inputs, Values& outputs) override {
    EXPECT_EQ(inputs.size(), inputs_);
    outputs = body_(inputs);
    EXPECT_EQ(outputs.size(), outputs_);
  }

 private:
  size_t inputs_, outputs_;
  Body body_;
};

struct BodySpec {
  size_t inputs, outputs;
  Body body;
};

struct ControlNode {
  const char* op;
  int version;
  std::vector<std::pair<std::string, Attribute::Value>> attributes;
  std::map<std::string, BodySpec> bodies;
  std::vector<Value> inputs;  // kNone: absent
  std::vector<DType> outputs;

  Values Run() const {
    Graph graph(std::make_shared<ModelInfo>());
    std::vector<ValueInfo*> in, out;
    for (const Value& value : inputs) {
      in.push_back(value.IsNone() ? nullptr : graph.AddInput(graph.FreshName("in"), TypeInfo()));
    }
    for (const DType dtype : outputs) out.push_back(graph.AddValue("", TypeInfo::Tensor(dtype)));
    Node* node = graph.AddNode("node", op, "", in, out);
    node->since_version = version;
    for (const auto& [name, value] : attributes) node->SetAttribute(name, value);
    std::map<const Graph*, const BodySpec*> specs;
    for (const auto& [name, spec] : bodies) {
      auto body = std::make_shared<Graph>(graph.model(), node);
      specs[body.get()] = &spec;
      node->SetAttribute(name, Attribute::Value(body));
    }
    ThreadPool pool(ThreadPoolOptions{.threads = 1, .affinities = {}});
    Logger logger;
    const KernelInfo info{
        *node,
        pool,
        logger,
        nullptr,
        nullptr,
        [&](const std::shared_ptr<Graph>& body) -> std::unique_ptr<SubgraphRunner> {
          const BodySpec& spec = *specs.at(body.get());
          return std::make_unique<FunctionRunner>(spec.inputs, spec.outputs, spec.body);
        },
        0};
    Reason why;
    const KernelEntry* entry = KernelRegistry::Get().Find(*node, &why);
    Require(entry != nullptr, ORT_NOT_IMPLEMENTED, "{}", why.text);
    const auto kernel = entry->create(info);
    return RunKernel(*kernel, *node, entry->op.traits(), pool, logger);
  }

 private:
  Values RunKernel(const Kernel& kernel, const Node& node, const KernelTraits& traits,
                   ThreadPool& pool, const Logger& logger) const {
    Values values = inputs;
    values.resize(inputs.size() + outputs.size());
    std::vector<Value*> slots;
    std::vector<uint32_t> in, out;
    for (size_t i = 0; i < values.size(); ++i) {
      slots.push_back(&values[i]);
      const bool absent = i < inputs.size() && inputs[i].IsNone();
      (i < inputs.size() ? in : out)
          .push_back(absent ? KernelContext::kAbsent : static_cast<uint32_t>(i));
    }
    HeapFrame frame(node, traits);
    KernelContext context;
    context.inputs_ = in.data();
    context.outputs_ = out.data();
    context.input_count_ = static_cast<uint32_t>(in.size());
    context.output_count_ = static_cast<uint32_t>(out.size());
    context.slots_ = slots.data();
    context.services_ = &frame;
    context.pool_ = &pool;
    context.logger_ = &logger;
    kernel.Run(context);
    return {values.begin() + static_cast<std::ptrdiff_t>(inputs.size()), values.end()};
  }
};

Value Floats(const Shape& shape, const std::vector<float>& values) {
  return Value(MakeTensor<float>(shape, values));
}
Value Bool(bool value) { return Value(Tensor::Scalar<bool>(value)); }
Value Int(int64_t value) { return Value(Tensor::Scalar<int64_t>(value)); }

void ExpectFloats(const Value& value, const Shape& shape, const std::vector<float>& expected) {
  ASSERT_TRUE(value.IsTensor());
  EXPECT_EQ(value.tensor().shape().ToString(), shape.ToString());
  EXPECT_EQ(Elements<float>(value.tensor()), expected);
}

template <typename F>
void ExpectFails(const F& run, const std::string& text) {
  try {
    run();
    ADD_FAILURE() << "did not fail";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find(text), std::string::npos) << error.message();
  }
}

TEST(IfTest, RunsOneBranch) {
  const auto branch = [](float v) {
    return BodySpec{0, 1, [v](auto) { return Values{Floats({1}, {v})}; }};
  };
  ControlNode node{"If",         13,
                   {},           {{"then_branch", branch(1)}, {"else_branch", branch(2)}},
                   {Bool(true)}, {DType::kFloat}};
  ExpectFloats(node.Run()[0], {1}, {1});
  node.inputs = {Bool(false)};
  ExpectFloats(node.Run()[0], {1}, {2});
  node.inputs = {Value(MakeTensor<bool>({2}, {1, 0}))};
  ExpectFails([&] { node.Run(); }, "one element");
}

// x doubles each time; the loop ends when the trip count is reached or x passes 10. Scans x before
// doubling.
BodySpec Doubling() {
  return {3, 3, [](std::span<const Value> in) {
            const float x = in[2].tensor().data<float>()[0];
            return Values{Bool(2 * x < 10), Floats({1}, {2 * x}), Floats({1}, {x})};
          }};
}

TEST(LoopTest, EndsByCountOrCondition) {
  ControlNode node{"Loop",
                   13,
                   {},
                   {{"body", Doubling()}},
                   {Int(2), Bool(true), Floats({1}, {1})},
                   {DType::kFloat, DType::kFloat}};
  Values out = node.Run();
  ExpectFloats(out[0], {1}, {4});
  ExpectFloats(out[1], {2, 1}, {1, 2});
  node.inputs = {Value(), Value(), Floats({1}, {1})};
  out = node.Run();
  ExpectFloats(out[0], {1}, {16});
  ExpectFloats(out[1], {4, 1}, {1, 2, 4, 8});
  for (const bool by_count : {true, false}) {
    node.inputs = {Int(by_count ? 0 : 5), Bool(by_count), Floats({1}, {7})};
    out = node.Run();
    ExpectFloats(out[0], {1}, {7});
    EXPECT_EQ(out[1].tensor().ElementCount(), 0);
  }
}

TEST(LoopTest, CarriesSequences) {
  const BodySpec body{
      3, 2, [](std::span<const Value> in) {
        Value sequence = in[2];
        Values elements = sequence.sequence();
        elements.push_back(Value(Tensor::Scalar<int64_t>(*in[0].tensor().data<int64_t>())));
        sequence.SetSequence(std::move(elements), DType::kInt64);
        return Values{Bool(true), sequence};
      }};
  Value empty;
  empty.SetSequence({}, DType::kInt64);
  const ControlNode node{
      "Loop", 13, {}, {{"body", body}}, {Int(3), Value(), empty}, {DType::kUndefined}};
  const Values out = node.Run();
  ASSERT_EQ(out[0].sequence().size(), 3u);
  for (int64_t i = 0; i < 3; ++i)
    EXPECT_EQ(*out[0].sequence()[static_cast<size_t>(i)].tensor().data<int64_t>(), i);
}

TEST(LoopTest, RefusesScansThatChangeShape) {
  const BodySpec body{2, 2, [](std::span<const Value> in) {
                        const int64_t i = *in[0].tensor().data<int64_t>();
                        return Values{Bool(true), Value(Tensor::Allocate(DType::kFloat, Shape{i}))};
                      }};
  const ControlNode node{"Loop", 13, {}, {{"body", body}}, {Int(3), Value()}, {DType::kFloat}};
  ExpectFails([&] { node.Run(); }, "iteration 1");
}

// state += slice; result: the state.
BodySpec Sum() {
  return {2, 2, [](std::span<const Value> in) {
            const Tensor& a = in[0].tensor();
            const Tensor& b = in[1].tensor();
            Tensor sum = Tensor::Allocate(DType::kFloat, a.shape());
            for (int64_t i = 0; i < a.ElementCount(); ++i)
              sum.data<float>()[i] = a.data<float>()[i] + b.data<float>()[i];
            return Values{Value(sum), Value(sum)};
          }};
}

TEST(ScanTest, AxesAndDirections) {
  const Value x = Floats({3, 2}, {1, 2, 3, 4, 5, 6});
  ControlNode node{"Scan",
                   11,
                   {{"num_scan_inputs", int64_t{1}}},
                   {{"body", Sum()}},
                   {Floats({2}, {0, 0}), x},
                   {DType::kFloat, DType::kFloat}};
  Values out = node.Run();
  ExpectFloats(out[0], {2}, {9, 12});
  ExpectFloats(out[1], {3, 2}, {1, 2, 4, 6, 9, 12});
  node.attributes = {{"num_scan_inputs", int64_t{1}},
                     {"scan_input_axes", std::vector<int64_t>{1}},
                     {"scan_input_directions", std::vector<int64_t>{1}},
                     {"scan_output_axes", std::vector<int64_t>{-1}},
                     {"scan_output_directions", std::vector<int64_t>{1}}};
  node.inputs = {Floats({3}, {0, 0, 0}), x};
  out = node.Run();
  ExpectFloats(out[0], {3}, {3, 7, 11});
  ExpectFloats(out[1], {3, 2}, {3, 2, 7, 4, 11, 6});
}

TEST(ScanTest, Version8HasBatches) {
  const ControlNode node{"Scan",
                         8,
                         {{"num_scan_inputs", int64_t{1}}},
                         {{"body", Sum()}},
                         {Value(MakeTensor<int64_t>({2}, {2, 1})), Floats({2, 1}, {0, 10}),
                          Floats({2, 2, 1}, {1, 2, 3, 4})},
                         {DType::kFloat, DType::kFloat}};
  const Values out = node.Run();
  ExpectFloats(out[0], {2, 1}, {3, 13});
  ExpectFloats(out[1], {2, 2, 1}, {1, 3, 13, 0});
}

Value Sequence(const std::vector<float>& scalars) {
  Values elements;
  for (const float v : scalars) elements.push_back(Floats({1}, {v}));
  Value sequence;
  sequence.SetSequence(std::move(elements), DType::kFloat);
  return sequence;
}
const TypeInfo kSequenceType = TypeInfo::Sequence(TypeInfo::Tensor(DType::kFloat));

TEST(SequenceTest, ElementsInAndOut) {
  const auto scalars = [](const Value& sequence) {
    std::vector<float> result;
    for (const Value& element : sequence.sequence())
      result.push_back(*element.tensor().data<float>());
    return result;
  };
  using Floats = std::vector<float>;
  const auto made = OpTester("SequenceConstruct", 11)
                        .In<float>({1}, {1})
                        .In<float>({1}, {2})
                        .Out(kSequenceType)
                        .Run();
  EXPECT_EQ(scalars(made[0]), (Floats{1, 2}));
  const auto inserted = OpTester("SequenceInsert", 11)
                            .In(Sequence({1, 2}), kSequenceType)
                            .In<float>({1}, {9})
                            .In<int64_t>({}, {-1})
                            .Out(kSequenceType)
                            .Run();
  EXPECT_EQ(scalars(inserted[0]), (Floats{1, 9, 2}));
  const auto erased =
      OpTester("SequenceErase", 11).In(Sequence({1, 2, 3}), kSequenceType).Out(kSequenceType).Run();
  EXPECT_EQ(scalars(erased[0]), (Floats{1, 2}));
  OpTester("SequenceAt", 11)
      .In(Sequence({1, 2}), kSequenceType)
      .In<int32_t>({}, {-2})
      .Out<float>({1}, {1})
      .Check();
  OpTester("SequenceAt", 11)
      .In(Sequence({1, 2}), kSequenceType)
      .In<int32_t>({}, {2})
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "[-2,1]");
  OpTester("SequenceLength", 11).In(Sequence({1, 2}), kSequenceType).Out<int64_t>({}, {2}).Check();
  OpTester("ConcatFromSequence", 11)
      .Attr("axis", 0)
      .In(Sequence({1, 2}), kSequenceType)
      .Out<float>({2}, {1, 2})
      .Check();
  OpTester("ConcatFromSequence", 11)
      .Attr("axis", 0)
      .Attr("new_axis", 1)
      .In(Sequence({1, 2}), kSequenceType)
      .Out<float>({2, 1}, {1, 2})
      .Check();
  OpTester("ConcatFromSequence", 11)
      .Attr("axis", 0)
      .In(Sequence({}), kSequenceType)
      .Out(DType::kFloat)
      .CheckFails(ORT_INVALID_ARGUMENT, "empty");
  const auto split = OpTester("SplitToSequence", 11)
                         .In<float>({3}, {1, 2, 3})
                         .In<int64_t>({}, {2})
                         .Out(kSequenceType)
                         .Run();
  ASSERT_EQ(split[0].sequence().size(), 2u);
  EXPECT_EQ(Elements<float>(split[0].sequence()[0].tensor()), (Floats{1, 2}));
}

TEST(OptionalTest, PresentAndAbsent) {
  const TypeInfo optional = TypeInfo::Optional(TypeInfo::Tensor(DType::kFloat));
  OpTester("OptionalHasElement", 18).In(Value(), optional).Out<bool>({}, {0}).Check();
  OpTester("OptionalHasElement", 18).In<float>({1}, {3}).Out<bool>({}, {1}).Check();
  OpTester("OptionalHasElement", 18).Absent().Out<bool>({}, {0}).Check();
  OpTester("OptionalGetElement", 18).In<float>({1}, {3}).Out<float>({1}, {3}).Check();
  OpTester("OptionalGetElement", 18)
      .In(Value(), optional)
      .Out(DType::kFloat)
      .CheckFails(ORT_FAIL, "no data");
}

}  // namespace
}  // namespace backplane::cpu
