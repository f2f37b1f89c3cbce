// If and Loop. Bodies run through SubgraphRunner, whose results own their memory, but for those of
// a branch that were made in the node's outputs at once; what the node was given may not, so it is
// copied where it becomes a result. What a run needs is kept for the next one, which so allocates
// nothing while shapes repeat.
#include "cpu/ops/control_flow.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/checked_math.h"
#include "base/idle_pool.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/sequence.h"

namespace backplane::cpu {
namespace {

bool ReadBool(const Tensor& tensor, const char* what) {
  Require(tensor.dtype() == DType::kBool && tensor.ElementCount() == 1, ORT_INVALID_ARGUMENT,
          "{} must be a bool with one element, it is {} of shape {}", what,
          TensorTypeName(tensor.dtype()), tensor.shape().ToString());
  Require(tensor.memory().HostAccessible(), ORT_INVALID_ARGUMENT,
          "{} must be in host memory (the kernel's definition can ask for that), it is in '{}'",
          what, tensor.memory().name);
  return *tensor.data<bool>();
}

class IfKernel final : public Kernel {
 public:
  explicit IfKernel(const KernelInfo& info)
      : then_(info.Subgraph("then_branch")), else_(info.Subgraph("else_branch")) {
    for (const SubgraphRunner* branch : {then_.get(), else_.get()}) {
      Require(branch->input_count() == 0 && branch->output_count() == info.node.outputs.size(),
              ORT_INVALID_GRAPH, "{}: a branch has {} inputs and {} outputs, it needs none and {}",
              info.node.Describe(), branch->input_count(), branch->output_count(),
              info.node.outputs.size());
    }
  }

  void Run(KernelContext& context) const override {
    const bool condition = ReadBool(context.Input(0), "the condition of If");
    auto results = idle_.TakeOrMake();
    (condition ? then_ : else_)->Run(context, {}, *results);
    for (size_t i = 0; i < results->size(); ++i) {
      Value& result = (*results)[i];
      if (context.HasOutput(i) && !IsInPlace(context, i, result))
        context.SetOutput(i, std::move(result));
      result.SetNone();
    }
    idle_.Return(std::move(results));
  }

 private:
  static bool IsInPlace(const KernelContext& context, size_t i, const Value& result) {
    return result.IsTensor() && HasRoom(context, i, result.tensor()) &&
           context.slots_[context.outputs_[i]]->tensor().raw() == result.tensor().raw();
  }

  const std::unique_ptr<SubgraphRunner> then_;
  const std::unique_ptr<SubgraphRunner> else_;
  mutable IdlePool<std::vector<Value>> idle_;
};

class LoopKernel final : public Kernel {
 public:
  explicit LoopKernel(const KernelInfo& info, ConcatParts concat = nullptr)
      : body_(info.Subgraph("body")), concat_(std::move(concat)) {
    const size_t inputs = info.node.inputs.size();
    Require(inputs >= 2 && body_->input_count() == inputs, ORT_INVALID_GRAPH,
            "{}: the body takes {} inputs, it must take {}: iteration, condition and the carried "
            "values",
            info.node.Describe(), body_->input_count(), inputs);
    carried_ = inputs - 2;
    Require(
        body_->output_count() == info.node.outputs.size() + 1 &&
            info.node.outputs.size() >= carried_,
        ORT_INVALID_GRAPH,
        "{}: the body gives {} results, it must give a condition and one for each of {} outputs",
        info.node.Describe(), body_->output_count(), info.node.outputs.size());
    CollectScanTypes(info);
  }

  void Run(KernelContext& context) const override {
    const int64_t limit = TripLimit(context);
    const Tensor* condition = context.OptionalInput(1);
    bool go_on = condition == nullptr || ReadBool(*condition, "the condition of Loop");

    auto state = idle_.TakeOrMake();
    Begin(context, *state);
    auto& [arguments, results, spare, scans] = *state;
    size_t iteration = 0;
    for (; static_cast<int64_t>(iteration) < limit && go_on; ++iteration) {
      SetScalar<int64_t>(arguments[0], static_cast<int64_t>(iteration));
      SetScalar<bool>(arguments[1], true);
      body_->Run(context, arguments, results);
      Require(results[0].IsTensor(), ORT_INVALID_ARGUMENT, "the body of Loop gave no condition");
      go_on = ReadBool(results[0].tensor(), "the condition that the body of Loop gives");
      // What was carried before is room for the next results; but the first was the node's input.
      for (size_t i = 0; i < carried_; ++i) {
        std::swap(arguments[i + 2], results[i + 1]);
        if (iteration == 0) std::swap(results[i + 1], spare[i]);
      }
      for (size_t i = 0; i < scans.size(); ++i) {
        if (!context.HasOutput(carried_ + i)) continue;
        if (scans[i].size() == iteration) scans[i].emplace_back();
        std::swap(scans[i][iteration], results[carried_ + 1 + i]);
      }
    }
    for (size_t i = 0; i < carried_; ++i) {
      if (context.HasOutput(i)) HandOnOrCopy(context, i, arguments[i + 2]);
    }
    for (size_t i = 0; i < scans.size(); ++i) {
      scans[i].resize(std::min(iteration, scans[i].size()));
      if (context.HasOutput(carried_ + i)) StackScan(context, i, scans[i]);
    }
    End(*state);
    idle_.Return(std::move(state));
  }

 private:
  /// What an iteration is given and gives, and memory of runs before.
  struct State {
    std::vector<Value> arguments;  ///< iteration, condition, carried values
    std::vector<Value> results;
    std::vector<Value> spare;               ///< by carried value
    std::vector<std::vector<Value>> scans;  ///< by scan output: what each iteration gave
  };

  void Begin(const KernelContext& context, State& state) const {
    state.arguments.resize(carried_ + 2);
    state.spare.resize(carried_);
    state.scans.resize(scan_types_.size());
    for (size_t i = 0; i < carried_; ++i) {
      const Value* initial = context.InputValue(i + 2);
      state.spare[i] =
          std::exchange(state.arguments[i + 2], initial != nullptr ? *initial : Value());
    }
  }

  static void End(State& state) {
    for (auto* values : {&state.arguments, &state.results, &state.spare}) KeepOwn(*values);
    for (std::vector<Value>& parts : state.scans) KeepOwn(parts);
  }

  void CollectScanTypes(const KernelInfo& info) {
    const Attribute* body = info.node.FindAttribute("body");
    const auto* graph =
        body == nullptr ? nullptr : std::get_if<std::shared_ptr<Graph>>(&body->value);
    for (size_t i = carried_; i < info.node.outputs.size(); ++i) {
      const bool known = graph != nullptr && (*graph)->outputs().size() > i + 1;
      scan_types_.push_back(known ? (*graph)->outputs()[i + 1]->type.tensor : TensorTypeInfo());
    }
  }

  static int64_t TripLimit(const KernelContext& context) {
    const Tensor* count = context.OptionalInput(0);
    if (count == nullptr) return std::numeric_limits<int64_t>::max();
    Require(count->dtype() == DType::kInt64 && count->ElementCount() == 1, ORT_INVALID_ARGUMENT,
            "the trip count of Loop must be an int64 with one element, its shape is {}",
            count->shape().ToString());
    Require(count->memory().HostAccessible(), ORT_INVALID_ARGUMENT,
            "the trip count of Loop must be in host memory (the kernel's definition can ask for "
            "that), it is in '{}'",
            count->memory().name);
    return *count->data<int64_t>();
  }

  // Reuses the tensor of the last iteration unless the body kept it.
  template <typename T>
  static void SetScalar(Value& value, T number) {
    if (value.IsTensor() && value.tensor().owner().use_count() == 1) {
      *value.tensor().data<T>() = number;
    } else {
      value.SetTensor(Tensor::Scalar<T>(number));
    }
  }

  // The iterations' tensors under a new first dimension.
  void StackScan(KernelContext& context, size_t scan, const std::vector<Value>& parts) const {
    const size_t output_index = carried_ + scan;
    Shape shape{static_cast<int64_t>(parts.size())};
    if (parts.empty()) {
      // What inference knows of an iteration's shape; a dimension it does not know counts as 0.
      if (scan_types_[scan].shape.has_value()) {
        for (const Dim& dim : *scan_types_[scan].shape) shape.PushBack(dim.known() ? dim.value : 0);
      }
      context.Output(output_index, shape);
      return;
    }
    Require(parts[0].IsTensor(), ORT_INVALID_ARGUMENT, "scan output {} of Loop is not a tensor",
            scan);
    const Tensor& first = parts[0].tensor();
    for (const int64_t dim : first.shape()) shape.PushBack(dim);
    Tensor& output = context.Output(output_index, shape);
    for (size_t i = 0; i < parts.size(); ++i) {
      const Tensor& part = parts[i].tensor();
      Require(
          parts[i].IsTensor() && part.shape() == first.shape() && part.dtype() == output.dtype(),
          ORT_INVALID_ARGUMENT, "scan output {} of Loop has shape {} in iteration {}, {} before",
          scan, part.shape().ToString(), i, first.shape().ToString());
    }
    if (concat_ != nullptr) {
      std::vector<const Value*> values;
      for (const Value& part : parts) values.push_back(&part);
      return concat_(context, values, output);
    }
    const int64_t count = first.ElementCount();
    for (size_t i = 0; i < parts.size(); ++i) {
      const Tensor& part = parts[i].tensor();
      CopyContiguous(context.pool(), part.dtype(),
                     Advance(output.raw(), part.dtype(), static_cast<int64_t>(i) * count),
                     part.raw(), count);
    }
  }

  const std::unique_ptr<SubgraphRunner> body_;
  const ConcatParts concat_;
  size_t carried_ = 0;
  std::vector<TensorTypeInfo> scan_types_;
  mutable IdlePool<State> idle_;
};

// No constraints on what passes through: any value may be captured, carried or returned.
BACKPLANE_CPU_KERNEL(If, Op("If").In(0, DType::kBool), Make<IfKernel>);
BACKPLANE_CPU_KERNEL(Loop, Op("Loop").In(0, DType::kInt64).In(1, DType::kBool), Make<LoopKernel>);

}  // namespace

void HandOn(KernelContext& context, size_t i, Value value) {
  if (value.IsTensor() && value.tensor().owner() == nullptr) {
    context.View(i, value.tensor(), value.tensor().shape());
  } else {
    context.SetOutput(i, std::move(value));
  }
}

void HandOnOrCopy(KernelContext& context, size_t i, Value& value) {
  if (value.IsTensor() && value.tensor().owner() != nullptr &&
      value.tensor().memory().HostAccessible() && HasRoom(context, i, value.tensor())) {
    CopyElements(value.tensor(), context.Output(i, value.tensor().shape()));
  } else {
    HandOn(context, i, std::move(value));
    value.SetNone();
  }
}

bool HasRoom(const KernelContext& context, size_t i, const Tensor& tensor) {
  const Value& output = *context.slots_[context.outputs_[i]];
  return output.IsTensor() && output.tensor().raw() != nullptr &&
         output.tensor().shape() == tensor.shape() && output.tensor().memory().HostAccessible();
}

void KeepOwn(std::vector<Value>& values) {
  for (Value& value : values) {
    if (!value.IsTensor() || value.tensor().owner().use_count() != 1 ||
        &value.tensor().memory() != &CpuMemoryInfo())
      value.SetNone();
  }
}

std::unique_ptr<Kernel> MakeIfKernel(const KernelInfo& info) {
  return std::make_unique<IfKernel>(info);
}

std::unique_ptr<Kernel> MakeLoopKernel(const KernelInfo& info, ConcatParts concat) {
  return std::make_unique<LoopKernel>(info, std::move(concat));
}

}  // namespace backplane::cpu
