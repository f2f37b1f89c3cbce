// OpTester: runs one CPU kernel on given inputs, without files, sessions or plans. Used by every
// test of cpu/ops.
//
//   OpTester("Add", 14).In<float>({2}, {1, 2}).In<float>({1}, {3}).Out<float>({2}, {4, 5}).Check();
//
// The kernel is found through KernelRegistry and prepared from a KernelInfo, as a session does it.
// Outputs are filled with garbage first. Check() runs the kernel again for each pair that the
// registration declares InPlace, with the output on top of the input, and expects the same. Must
// not need anything above cpu/.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <concepts>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "cpu/kernel_registry.h"

namespace backplane::cpu {

/// How a test writes an element of type T: half floats as float, bool as int.
template <typename T>
using Literal = std::conditional_t<std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>, float,
                                   std::conditional_t<std::is_same_v<T, bool>, int, T>>;

/// A host tensor of `shape` holding `values`.
template <typename T>
Tensor MakeTensor(const Shape& shape, const std::vector<Literal<T>>& values) {
  Tensor tensor = Tensor::Allocate(kDTypeOf<T>, shape);
  if (static_cast<size_t>(shape.ElementCount()) != values.size()) {
    ADD_FAILURE() << values.size() << " values for shape " << shape.ToString();
    return tensor;
  }
  for (size_t i = 0; i < values.size(); ++i) tensor.data<T>()[i] = static_cast<T>(values[i]);
  return tensor;
}

/// The elements as the test writes them.
template <typename T>
std::vector<Literal<T>> Elements(const Tensor& tensor) {
  std::vector<Literal<T>> values;
  for (const T& element : tensor.span<T>()) values.push_back(static_cast<Literal<T>>(element));
  return values;
}

/// A FrameServices that takes everything from the heap and checks what the kernel asks for against
/// its registration.
class HeapFrame final : public FrameServices {
 public:
  HeapFrame(const Node& node, const KernelTraits& traits) : node_(node), traits_(traits) {}

  Tensor& AllocateOutput(KernelContext& context, size_t i, const Shape& shape) override {
    Value& value = *context.slots_[context.outputs_[i]];
    Tensor tensor = Tensor::Allocate(node_.outputs[i]->type.tensor.dtype, shape);
    if (!tensor.IsString() && tensor.Bytes() != 0) std::memset(tensor.raw(), 0xCD, tensor.Bytes());
    value.SetTensor(std::move(tensor));
    return value.tensor();
  }
  Tensor& ViewOutput(KernelContext& context, size_t i, const Tensor& source,
                     const Shape& shape) override {
    bool declared = false;
    for (const auto& pair : traits_.alias) {
      declared |= pair.output == static_cast<int>(i) && pair.input >= 0 &&
                  &context.Input(pair.input) == &source;
    }
    EXPECT_TRUE(declared) << "View of output " << i << " is not declared with Alias()";
    EXPECT_EQ(shape.ElementCount(), source.ElementCount());
    Value& value = *context.slots_[context.outputs_[i]];
    value.SetTensor(source.Reshaped(shape));
    return value.tensor();
  }
  void SetOutput(KernelContext& context, size_t i, Value value) override {
    *context.slots_[context.outputs_[i]] = std::move(value);
  }
  void* AllocateScratch(KernelContext&, size_t bytes) override {
    scratch_.push_back(Buffer::Allocate(bytes));
    std::memset(scratch_.back()->data(), 0xCD, bytes);
    return scratch_.back()->data();
  }

 private:
  const Node& node_;
  const KernelTraits& traits_;
  std::vector<std::shared_ptr<Buffer>> scratch_;
};

class OpTester {
 public:
  /// `since_version` is the schema's, as node->since_version holds it.
  explicit OpTester(std::string op_type, int since_version, std::string domain = "")
      : op_type_(std::move(op_type)), domain_(std::move(domain)), since_version_(since_version) {}

  OpTester& Attr(std::string name, Attribute::Value value) {
    attributes_.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  template <std::integral Int>
  OpTester& Attr(std::string name, Int value) {
    return Attr(std::move(name), Attribute::Value(static_cast<int64_t>(value)));
  }
  OpTester& Attr(std::string name, float value) {
    return Attr(std::move(name), Attribute::Value(value));
  }
  OpTester& Attr(std::string name, const char* value) {
    return Attr(std::move(name), Attribute::Value(std::string(value)));
  }

  /// The next input: a value computed at run time.
  template <typename T>
  OpTester& In(const Shape& shape, const std::vector<Literal<T>>& values) {
    return In(Value(MakeTensor<T>(shape, values)));
  }
  OpTester& In(Tensor tensor) { return In(Value(std::move(tensor))); }
  /// `type` is needed for what is not a tensor.
  OpTester& In(Value value, std::optional<TypeInfo> type = std::nullopt) {
    inputs_.push_back({std::move(value), std::move(type), false, true});
    return *this;
  }
  /// The next input: a constant initializer.
  template <typename T>
  OpTester& Const(const Shape& shape, const std::vector<Literal<T>>& values) {
    return Const(MakeTensor<T>(shape, values));
  }
  OpTester& Const(Tensor tensor) {
    inputs_.push_back({Value(std::move(tensor)), std::nullopt, true, true});
    return *this;
  }
  /// The next input is an absent optional.
  OpTester& Absent() {
    inputs_.push_back({Value(), std::nullopt, false, false});
    return *this;
  }

  /// The next output, expected to be this.
  template <typename T>
  OpTester& Out(const Shape& shape, const std::vector<Literal<T>>& values) {
    Out(TypeInfo::Tensor(kDTypeOf<T>));
    outputs_.back().check = [this, shape, values](const Value& value) {
      ExpectTensor<T>(value, shape, values);
    };
    return *this;
  }
  /// The next output, not checked here: Run() returns it.
  OpTester& Out(DType dtype) { return Out(TypeInfo::Tensor(dtype)); }
  OpTester& Out(TypeInfo type) {
    outputs_.push_back({std::move(type), nullptr, true});
    return *this;
  }
  /// The next output is not used.
  OpTester& Unused() {
    outputs_.push_back({TypeInfo(), nullptr, false});
    return *this;
  }

  /// |got - expected| may be absolute + relative * |expected|; the default is 0 for integers, 1e-6
  /// each for floats.
  OpTester& Tolerance(double absolute, double relative) {
    tolerance_ = {absolute, relative};
    return *this;
  }
  /// Hides the shapes of the inputs from the KernelInfo.
  OpTester& UnknownShapes() {
    shapes_known_ = false;
    return *this;
  }
  OpTester& Threads(int threads) {
    threads_ = threads;
    return *this;
  }

  /// Runs and returns the outputs. Throws what the kernel throws.
  std::vector<Value> Run() {
    Prepare();
    return RunPrepared(-1);
  }

  /// Runs, also in place where declared, and compares with the expected outputs.
  void Check() {
    SCOPED_TRACE(op_type_ + "(" + std::to_string(since_version_) + ")");
    try {
      Prepare();
      CheckRun(-1);
      for (int i = 0; i < static_cast<int>(KernelTraits::kMaxPairs); ++i) {
        if (PairFits(traits_->in_place[i])) {
          SCOPED_TRACE("in place");
          CheckRun(i);
        }
      }
    } catch (const Error& error) {
      ADD_FAILURE() << "failed: " << error.message();
    }
  }

  /// Expects preparing or running to fail with `code` and a message containing `text`.
  void CheckFails(ErrorCode code, const std::string& text = "") {
    SCOPED_TRACE(op_type_ + "(" + std::to_string(since_version_) + ")");
    try {
      Prepare();
      RunPrepared(-1);
      ADD_FAILURE() << "did not fail";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.message();
      EXPECT_NE(error.message().find(text), std::string::npos) << error.message();
    }
  }

  /// The node, for tests that add to it before Run (subgraphs); made by the first call of
  /// Prepare().
  Node& node() { return *node_; }
  /// Builds the graph and creates the kernel; called by the others.
  void Prepare() {
    graph_ = std::make_unique<Graph>(std::make_shared<ModelInfo>());
    std::vector<ValueInfo*> inputs, outputs;
    for (const Input& input : inputs_) inputs.push_back(AddInput(input));
    for (size_t i = 0; i < outputs_.size(); ++i) {
      outputs.push_back(outputs_[i].used
                            ? graph_->AddValue("out" + std::to_string(i), outputs_[i].type)
                            : nullptr);
      if (outputs.back() != nullptr) graph_->AddOutput(outputs.back());
    }
    node_ = graph_->AddNode("node", op_type_, domain_, inputs, outputs);
    node_->since_version = since_version_;
    for (const auto& [name, value] : attributes_) node_->SetAttribute(name, value);
    pool_ = std::make_unique<ThreadPool>(ThreadPoolOptions{.threads = threads_, .affinities = {}});
    Reason why;
    const KernelEntry* entry = KernelRegistry::Get().Find(*node_, &why);
    if (entry == nullptr) Fail(ORT_NOT_IMPLEMENTED, "{}", why.text);
    traits_ = &entry->op.traits();
    kernel_ = entry->create(KernelInfo{*node_, *pool_, logger_, nullptr, nullptr, {}, 0});
  }

 private:
  struct Input {
    Value value;
    std::optional<TypeInfo> type;
    bool constant;
    bool present;
  };
  struct Output {
    TypeInfo type;
    std::function<void(const Value&)> check;
    bool used;
  };

  ValueInfo* AddInput(const Input& input) {
    if (!input.present) return nullptr;
    const std::string name = graph_->FreshName("in");
    if (input.constant) return graph_->AddInitializer(name, input.value.tensor());
    if (input.type) return graph_->AddInput(name, *input.type);
    const Tensor& tensor = input.value.tensor();
    return graph_->AddInput(name, shapes_known_ ? TypeInfo::Tensor(tensor.dtype(), tensor.shape())
                                                : TypeInfo::Tensor(tensor.dtype()));
  }

  bool PairFits(const KernelTraits::Pair& pair) const {
    if (pair.output < 0 || static_cast<size_t>(pair.input) >= inputs_.size()) return false;
    const Input& input = inputs_[pair.input];
    if (!input.present || !input.value.IsTensor() ||
        last_outputs_.size() <= static_cast<size_t>(pair.output)) {
      return false;
    }
    const Value& output = last_outputs_[pair.output];
    return output.IsTensor() && !output.tensor().IsString() && !input.value.tensor().IsString() &&
           output.tensor().Bytes() == input.value.tensor().Bytes();
  }

  // in_place: index of the declared pair to put on top of each other, or -1.
  std::vector<Value> RunPrepared(int in_place) {
    std::vector<Value> values;
    for (const Input& input : inputs_) values.push_back(input.value);
    values.resize(inputs_.size() + outputs_.size());
    if (in_place >= 0) {
      const auto [output, input] = traits_->in_place[in_place];
      const Tensor& original = inputs_[input].value.tensor();
      Tensor shared = Tensor::Allocate(original.dtype(), original.shape());
      CopyElements(original, shared);
      const Tensor& like = last_outputs_[output].tensor();
      values[inputs_.size() + output].SetTensor(
          Tensor(like.dtype(), like.shape(), shared.raw(), shared.owner()));
      values[input].SetTensor(std::move(shared));
    }
    std::vector<Value*> slots;
    std::vector<uint32_t> in, out;
    for (Value& value : values) slots.push_back(&value);
    for (size_t i = 0; i < inputs_.size(); ++i) {
      in.push_back(inputs_[i].present ? static_cast<uint32_t>(i) : KernelContext::kAbsent);
    }
    for (size_t i = 0; i < outputs_.size(); ++i) {
      out.push_back(outputs_[i].used ? static_cast<uint32_t>(inputs_.size() + i)
                                     : KernelContext::kAbsent);
    }
    HeapFrame frame(*node_, *traits_);
    KernelContext context;
    context.inputs_ = in.data();
    context.outputs_ = out.data();
    context.input_count_ = static_cast<uint32_t>(in.size());
    context.output_count_ = static_cast<uint32_t>(out.size());
    context.slots_ = slots.data();
    context.services_ = &frame;
    context.pool_ = pool_.get();
    context.logger_ = &logger_;
    kernel_->Run(context);
    return {values.begin() + static_cast<std::ptrdiff_t>(inputs_.size()), values.end()};
  }

  void CheckRun(int in_place) {
    last_outputs_ = RunPrepared(in_place);
    for (size_t i = 0; i < outputs_.size(); ++i) {
      SCOPED_TRACE("output " + std::to_string(i));
      if (outputs_[i].check) outputs_[i].check(last_outputs_[i]);
    }
  }

  template <typename T>
  void ExpectTensor(const Value& value, const Shape& shape,
                    const std::vector<Literal<T>>& expected) const {
    ASSERT_TRUE(value.IsTensor());
    const Tensor& tensor = value.tensor();
    ASSERT_EQ(NameOf(tensor.dtype()), NameOf(kDTypeOf<T>));
    ASSERT_EQ(tensor.shape().ToString(), shape.ToString());
    ASSERT_EQ(static_cast<size_t>(tensor.ElementCount()), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      const auto got = static_cast<Literal<T>>(tensor.data<T>()[i]);
      if constexpr (std::is_floating_point_v<Literal<T>>) {
        const double want = expected[i];
        if (std::isnan(want) || std::isinf(want) || std::isnan(got) || std::isinf(got)) {
          EXPECT_TRUE((std::isnan(want) && std::isnan(got)) || want == got)
              << i << ": " << got << ", not " << want;
        } else {
          const auto [absolute, relative] = tolerance_.value_or(DefaultTolerance<T>());
          EXPECT_LE(std::abs(got - want), absolute + relative * std::abs(want))
              << i << ": " << got << ", not " << want;
        }
      } else {
        EXPECT_EQ(got, expected[i]) << "element " << i;
      }
    }
  }

  template <typename T>
  static std::pair<double, double> DefaultTolerance() {
    if (std::is_same_v<T, BFloat16>) return {1e-3, 8e-3};
    if (std::is_same_v<T, Float16>) return {1e-4, 1e-3};
    return {1e-6, 1e-6};
  }

  std::string op_type_;
  std::string domain_;
  int since_version_;
  std::vector<std::pair<std::string, Attribute::Value>> attributes_;
  std::vector<Input> inputs_;
  std::vector<Output> outputs_;
  std::optional<std::pair<double, double>> tolerance_;
  bool shapes_known_ = true;
  int threads_ = 2;

  Logger logger_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<Graph> graph_;
  Node* node_ = nullptr;
  const KernelTraits* traits_ = nullptr;
  std::unique_ptr<Kernel> kernel_;
  std::vector<Value> last_outputs_;
};

}  // namespace backplane::cpu
