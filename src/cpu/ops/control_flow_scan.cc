// Scan: a body run over slices of the inputs, its results stacked. Scan(8) does so for every batch;
// later versions have no batch and choose axes and directions for inputs and outputs.
#include <numeric>
#include <utility>
#include <vector>

#include "base/checked_math.h"
#include "base/idle_pool.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/control_flow.h"
#include "cpu/ops/sequence.h"

namespace backplane::cpu {
namespace {

// A list attribute with one entry for each of `count` scans, or all `fallback`.
IntList PerScan(const Node& node, const char* name, size_t count, int64_t fallback) {
  IntList list;
  if (node.Has(name)) {
    list = IntsAttribute(node, name);
    Require(list.size() == count, ORT_INVALID_ARGUMENT, "{}: {} has {} entries for {} scans",
            node.Describe(), name, list.size(), count);
  } else {
    list.Resize(count, fallback);
  }
  return list;
}

IntList Directions(const Node& node, const char* name, size_t count) {
  const IntList list = PerScan(node, name, count, 0);
  for (const int64_t direction : list) {
    Require(direction == 0 || direction == 1, ORT_INVALID_ARGUMENT,
            "{}: {} has the value {}, not 0 or 1", node.Describe(), name, direction);
  }
  return list;
}

// The dimensions of `shape` without axis `axis`.
Shape Without(const Shape& shape, size_t axis) {
  Shape result;
  for (size_t i = 0; i < shape.rank(); ++i) {
    if (i != axis) result.PushBack(shape[i]);
  }
  return result;
}

Shape With(const Shape& shape, size_t axis, int64_t dim) {
  Shape result;
  for (size_t i = 0; i <= shape.rank(); ++i)
    result.PushBack(i == axis ? dim : shape[i < axis ? i : i - 1]);
  return result;
}

// A sequence: tensor seen as outer x steps x inner around its scan axis.
struct ScanAxis {
  int64_t outer = 1;
  int64_t steps = 0;
  int64_t inner = 1;
};

ScanAxis AxisOf(const Shape& shape, size_t axis) {
  return {shape.Count(0, axis), shape[axis], shape.Count(axis + 1)};
}

void CopyStep(ThreadPool& pool, DType dtype, const ScanAxis& axis, int64_t step,
              const void* sequence, void* slice) {
  StridedCopy copy;
  copy.Add(axis.outer, axis.inner, axis.steps * axis.inner);
  copy.Add(axis.inner, 1, 1);
  copy.Run(pool, dtype, slice, Advance(sequence, dtype, step * axis.inner));
}

void StoreStep(ThreadPool& pool, DType dtype, const ScanAxis& axis, int64_t step, const void* slice,
               void* sequence) {
  StridedCopy copy;
  copy.Add(axis.outer, axis.steps * axis.inner, axis.inner);
  copy.Add(axis.inner, 1, 1);
  copy.Run(pool, dtype, Advance(sequence, dtype, step * axis.inner), slice);
}

class ScanKernel final : public Kernel {
 public:
  explicit ScanKernel(const KernelInfo& info, TransposeValue transpose = nullptr,
                      CopyValue copy = nullptr)
      : body_(info.Subgraph("body")),
        transpose_(std::move(transpose)),
        copy_(std::move(copy)),
        batched_(info.node.since_version < 9) {
    const Node& node = info.node;
    const int64_t scan_inputs = node.Int("num_scan_inputs", 0);
    const size_t first = batched_ ? 1 : 0;  // sequence_lens
    const size_t given = node.inputs.size() - std::min(first, node.inputs.size());
    Require(scan_inputs > 0 && static_cast<size_t>(scan_inputs) <= given, ORT_INVALID_GRAPH,
            "{}: num_scan_inputs is {} for {} inputs", node.Describe(), scan_inputs, given);
    scans_ = static_cast<size_t>(scan_inputs);
    states_ = given - scans_;
    Require(body_->input_count() == given && body_->output_count() == node.outputs.size() &&
                node.outputs.size() >= states_,
            ORT_INVALID_GRAPH, "{}: the body has {} inputs and {} outputs, the node {} and {}",
            node.Describe(), body_->input_count(), body_->output_count(), given,
            node.outputs.size());
    results_ = node.outputs.size() - states_;
    input_axes_ = PerScan(node, "scan_input_axes", scans_, 0);
    output_axes_ = PerScan(node, "scan_output_axes", results_, 0);
    input_directions_ = Directions(node, batched_ ? "directions" : "scan_input_directions", scans_);
    output_directions_ = Directions(node, "scan_output_directions", results_);
    CollectResultTypes(node);
  }

  void Run(KernelContext& context) const override {
    if (batched_) {
      RunBatched(context);
    } else {
      RunPlain(context);
    }
  }

 private:
  // Where a scan's results go: the output tensor, or the part of it that belongs to one batch.
  struct Sink {
    Tensor* tensor = nullptr;
    ScanAxis axis;
    int64_t offset = 0;
  };

  // What a run works with; kept for the next one, so that it allocates nothing while shapes repeat.
  struct State {
    std::vector<Tensor> sequences;  ///< by scan input
    std::vector<size_t> scan_axes;
    std::vector<ScanAxis> axes;
    std::vector<Value> arguments;  ///< of the body: states, slices
    std::vector<Value> results;
    std::vector<Value> spare;  ///< by state: memory of the run before
    std::vector<Sink> sinks;   ///< by scan output
    std::vector<Shape> shapes;
    std::vector<Tensor> stacked;  ///< scan outputs that are transposed at the end
  };

  std::unique_ptr<State> Begin() const {
    auto state = idle_.TakeOrMake();
    state->arguments.resize(states_ + scans_);
    state->spare.resize(states_);
    state->stacked.resize(results_);
    return state;
  }

  void End(std::unique_ptr<State> state) const {
    state->sequences.clear();
    for (Tensor& tensor : state->stacked) tensor = Tensor();
    for (auto* values : {&state->arguments, &state->results, &state->spare}) KeepOwn(*values);
    idle_.Return(std::move(state));
  }

  void SetState(State& state, size_t i, Value initial) const {
    state.spare[i] = std::exchange(state.arguments[i], std::move(initial));
  }

  void CollectResultTypes(const Node& node) {
    const auto& graph = std::get<std::shared_ptr<Graph>>(node.FindAttribute("body")->value);
    for (size_t i = states_; i < node.outputs.size(); ++i) {
      result_types_.push_back(i < graph->outputs().size() ? graph->outputs()[i]->type.tensor
                                                          : TensorTypeInfo());
    }
  }

  // The shape of a step's result as far as inference knows it, for a scan without steps.
  Shape EmptyResultShape(size_t result) const {
    Shape shape;
    if (result_types_[result].shape.has_value()) {
      for (const Dim& dim : *result_types_[result].shape)
        shape.PushBack(dim.known() ? dim.value : 0);
    }
    return shape;
  }

  // Runs `steps` steps. `make_sink(i, shape)` gives, at the first step, where result i goes. Leaves
  // the final states in the arguments.
  template <typename MakeSink>
  void RunSteps(KernelContext& context, int64_t steps, State& state,
                const MakeSink& make_sink) const {
    auto& [sequences, scan_axes, axes, arguments, results, spare, sinks, shapes, stacked] = state;
    sinks.assign(results_, Sink());
    shapes.assign(results_, Shape());
    for (int64_t step = 0; step < steps; ++step) {
      for (size_t i = 0; i < scans_; ++i) {
        const int64_t at = input_directions_[i] == 1 ? steps - 1 - step : step;
        SetSlice(context, sequences[i], axes[i], scan_axes[i], at, arguments[states_ + i]);
      }
      body_->Run(context, arguments, results);
      // The states before are room for the next results; but the first were the node's inputs.
      for (size_t i = 0; i < states_; ++i) {
        std::swap(arguments[i], results[i]);
        if (step == 0) std::swap(results[i], spare[i]);
      }
      for (size_t i = 0; i < results_; ++i) {
        if (!context.HasOutput(states_ + i)) continue;
        Require(results[states_ + i].IsTensor(), ORT_INVALID_ARGUMENT,
                "scan output {} of Scan is not a tensor", i);
        const Tensor& result = results[states_ + i].tensor();
        if (step == 0) {
          sinks[i] = make_sink(i, result.shape());
          shapes[i] = result.shape();
        }
        Require(result.shape() == shapes[i] && result.dtype() == sinks[i].tensor->dtype(),
                ORT_INVALID_ARGUMENT, "scan output {} of Scan has shape {} in step {}, {} before",
                i, result.shape(), step, shapes[i]);
        const int64_t at = output_directions_[i] == 1 ? steps - 1 - step : step;
        Store(context, results[states_ + i], sinks[i], at);
      }
    }
  }

  void Store(KernelContext& context, const Value& result, const Sink& sink, int64_t at) const {
    const Tensor& part = result.tensor();
    const MemoryInfo& memory = sink.tensor->memory();
    if (memory.HostAccessible() && part.memory().HostAccessible()) {
      StoreStep(context.pool(), part.dtype(), sink.axis, at, part.raw(),
                Advance(sink.tensor->raw(), part.dtype(), sink.offset));
      return;
    }
    Require(copy_ != nullptr && sink.axis.outer == 1, ORT_NOT_IMPLEMENTED,
            "Scan cannot join results in memory '{}'", memory.name);
    Value place(Tensor(
        part.dtype(), part.shape(),
        Advance(sink.tensor->raw(), part.dtype(), sink.offset + at * sink.axis.inner), &memory));
    copy_(context, result, place);
  }

  // A contiguous slice is a view of the sequence; another one is gathered into a tensor that is
  // reused when it can be.
  static void SetSlice(KernelContext& context, const Tensor& sequence, const ScanAxis& axis,
                       size_t scan_axis, int64_t step, Value& slice) {
    const Shape shape = Without(sequence.shape(), scan_axis);
    const DType dtype = sequence.dtype();
    if (axis.outer == 1) {
      slice.SetTensor(Tensor(dtype, shape,
                             const_cast<void*>(Advance(sequence.raw(), dtype, step * axis.inner)),
                             &sequence.memory()));
      return;
    }
    Require(sequence.memory().HostAccessible(), ORT_NOT_IMPLEMENTED,
            "Scan cannot cut a sequence in memory '{}' along axis {}", sequence.memory().name,
            scan_axis);
    const bool reusable = slice.IsTensor() && slice.tensor().owner().use_count() == 1 &&
                          slice.tensor().dtype() == dtype && slice.tensor().shape() == shape;
    if (!reusable) slice.SetTensor(Tensor::Allocate(dtype, shape));
    CopyStep(context.pool(), dtype, axis, step, sequence.raw(), slice.tensor().raw());
  }

  const Tensor& ScanInput(const KernelContext& context, size_t i) const {
    const Value* value = context.InputValue((batched_ ? 1 : 0) + states_ + i);
    Require(value != nullptr && value->IsTensor() && BitsOf(value->tensor().dtype()) >= 8,
            ORT_INVALID_ARGUMENT, "scan input {} of Scan is not a tensor of whole bytes", i);
    return value->tensor();
  }

  void RunPlain(KernelContext& context) const {
    std::unique_ptr<State> state = Begin();
    auto& [sequences, scan_axes, axes, arguments, results, spare, sinks, shapes, stacked] = *state;
    scan_axes.clear();
    axes.clear();
    for (size_t i = 0; i < scans_; ++i) {
      Tensor input = ScanInput(context, i);
      const auto rank = static_cast<int64_t>(input.shape().rank());
      scan_axes.push_back(static_cast<size_t>(NormalizeAxis(input_axes_[i], rank)));
      if (transpose_ != nullptr && scan_axes[i] != 0) {
        input = AxisToFront(context, input, scan_axes[i]);
        scan_axes[i] = 0;
      }
      axes.push_back(AxisOf(input.shape(), scan_axes[i]));
      sequences.push_back(std::move(input));
      Require(axes[i].steps == axes[0].steps, ORT_INVALID_ARGUMENT,
              "Scan inputs have inconsistent sequence lengths. Previous value was {} but input {} "
              "has length of {}",
              axes[0].steps, i, axes[i].steps);
    }
    for (size_t i = 0; i < states_; ++i) SetState(*state, i, *context.InputValue(i));
    const int64_t steps = axes[0].steps;
    const auto make_sink = [&](size_t i, const Shape& step_shape) {
      const auto axis = static_cast<size_t>(
          NormalizeAxis(output_axes_[i], static_cast<int64_t>(step_shape.rank()) + 1));
      const Shape shape = With(step_shape, axis, steps);
      if (transpose_ != nullptr && axis != 0 && steps > 0) {
        const Shape front = With(step_shape, 0, steps);
        Tensor& rows = state->stacked[i];  // a lambda of C++20 may name it so, but not Clang 14's
        rows = Allocate(context, result_types_[i].dtype, front, state->sequences[0].memory());
        return Sink{&rows, AxisOf(front, 0), 0};
      }
      return Sink{&context.Output(states_ + i, shape), AxisOf(shape, axis), 0};
    };
    RunSteps(context, steps, *state, make_sink);
    for (size_t i = 0; i < results_; ++i) {
      if (stacked[i].dtype() != DType::kUndefined) AxisFromFront(context, stacked[i], i);
    }
    if (steps == 0) {
      for (size_t i = 0; i < results_; ++i) {
        if (context.HasOutput(states_ + i)) make_sink(i, EmptyResultShape(i));
      }
    }
    for (size_t i = 0; i < states_; ++i) {
      if (context.HasOutput(i)) HandOnOrCopy(context, i, arguments[i]);
    }
    End(std::move(state));
  }

  static Tensor Allocate(KernelContext& context, DType dtype, const Shape& shape,
                         const MemoryInfo& memory) {
    OrtAllocator* allocator = context.services_->AllocatorFor(context, memory);
    Require(allocator != nullptr, ORT_FAIL, "nobody allocates memory '{}' for Scan", memory.name);
    return allocator == CpuAllocator() ? Tensor::Allocate(dtype, shape)
                                       : Tensor::Allocate(dtype, shape, allocator);
  }

  // A copy in which `axis` comes first.
  Tensor AxisToFront(KernelContext& context, const Tensor& input, size_t axis) const {
    std::vector<size_t> permutation(input.shape().rank());
    std::iota(permutation.begin(), permutation.end(), size_t{0});
    std::rotate(permutation.begin(), permutation.begin() + static_cast<std::ptrdiff_t>(axis),
                permutation.begin() + static_cast<std::ptrdiff_t>(axis) + 1);
    const Shape shape = With(Without(input.shape(), axis), 0, input.shape()[axis]);
    Value moved(Allocate(context, input.dtype(), shape, input.memory()));
    transpose_(context, permutation, Value(input), moved);
    return moved.tensor();
  }

  // Writes result `i`, which was stacked along the first axis, to its output.
  void AxisFromFront(KernelContext& context, const Tensor& stacked, size_t i) const {
    const auto axis = static_cast<size_t>(
        NormalizeAxis(output_axes_[i], static_cast<int64_t>(stacked.shape().rank())));
    std::vector<size_t> permutation(stacked.shape().rank());
    std::iota(permutation.begin(), permutation.end(), size_t{0});
    std::rotate(permutation.begin(), permutation.begin() + 1,
                permutation.begin() + static_cast<std::ptrdiff_t>(axis) + 1);
    const Shape shape = With(Without(stacked.shape(), 0), axis, stacked.shape()[0]);
    Value output(context.Output(states_ + i, shape));
    transpose_(context, permutation, Value(stacked), output);
  }

  // Inputs are [batch, ...] and [batch, steps, ...]; what lies behind a sequence's length is zero.
  void RunBatched(KernelContext& context) const {
    const Shape& first = ScanInput(context, 0).shape();
    Require(first.rank() >= 2, ORT_INVALID_ARGUMENT,
            "scan inputs of Scan(8) need two dimensions, not {}", first);
    const int64_t batch = first[0];
    const int64_t steps = first[1];
    const Value lengths = Lengths(context, batch);
    for (int64_t b = 0; b < batch; ++b) {
      const int64_t length = lengths.IsNone() ? steps : lengths.tensor().data<int64_t>()[b];
      Require(length >= 0 && length <= steps, ORT_INVALID_ARGUMENT,
              "Invalid entries in sequence_lens: {} of {}", length, steps);
      RunOneBatch(context, b, batch, steps, length);
    }
  }

  // sequence_lens in host memory; none where all sequences are full.
  Value Lengths(KernelContext& context, int64_t batch) const {
    const Value* given = context.InputValue(0);
    if (given == nullptr || !given->IsTensor()) return Value();
    Require(given->tensor().shape() == Shape{batch}, ORT_INVALID_ARGUMENT,
            "sequence_lens of Scan must have shape {{{}}}", batch);
    if (given->tensor().memory().HostAccessible()) return *given;
    Value read(Tensor::Allocate(given->tensor().dtype(), given->tensor().shape()));
    CopyPart(context, *given, read);
    return read;
  }

  // Between tensors of which either may be in a device's memory.
  void CopyPart(KernelContext& context, const Value& from, Value& to) const {
    const MemoryInfo& source = from.tensor().memory();
    const MemoryInfo& target = to.tensor().memory();
    if (source.HostAccessible() && target.HostAccessible()) {
      CopyContiguous(context.pool(), from.tensor().dtype(), to.tensor().raw(), from.tensor().raw(),
                     from.tensor().ElementCount());
      return;
    }
    Require(copy_ != nullptr, ORT_NOT_IMPLEMENTED, "Scan cannot copy from memory '{}' to '{}'",
            source.name, target.name);
    copy_(context, from, to);
  }

  static Tensor BatchOf(const Tensor& tensor, int64_t b, int64_t batch) {
    Require(tensor.shape().rank() >= 1 && tensor.shape()[0] == batch && BitsOf(tensor.dtype()) >= 8,
            ORT_INVALID_ARGUMENT, "an input of Scan has shape {} for a batch of {}", tensor.shape(),
            batch);
    const Shape shape = Without(tensor.shape(), 0);
    return Tensor(
        tensor.dtype(), shape,
        const_cast<void*>(Advance(tensor.raw(), tensor.dtype(), b * shape.ElementCount())),
        &tensor.memory());
  }

  void RunOneBatch(KernelContext& context, int64_t b, int64_t batch, int64_t steps,
                   int64_t length) const {
    std::unique_ptr<State> state = Begin();
    auto& [sequences, scan_axes, axes, arguments, results, spare, sinks, shapes, stacked] = *state;
    scan_axes.assign(scans_, 0);
    axes.clear();
    for (size_t i = 0; i < scans_; ++i) {
      sequences.push_back(BatchOf(ScanInput(context, i), b, batch));
      Require(sequences[i].shape().rank() >= 1 && sequences[i].shape()[0] == steps,
              ORT_INVALID_ARGUMENT,
              "Scan inputs have inconsistent sequence lengths: input {} has {}, not {}", i,
              sequences[i].shape(), steps);
      axes.push_back(AxisOf(sequences[i].shape(), 0));
    }
    for (size_t i = 0; i < states_; ++i) {
      const Value* initial = context.InputValue(1 + i);
      Require(initial != nullptr && initial->IsTensor(), ORT_INVALID_ARGUMENT,
              "state {} of Scan is not a tensor", i);
      SetState(*state, i, Value(BatchOf(initial->tensor(), b, batch)));
    }
    const auto make_sink = [&](size_t i, const Shape& step_shape) {
      const Shape shape = With(With(step_shape, 0, steps), 0, batch);
      Tensor& output = context.Output(states_ + i, shape);
      const int64_t count = step_shape.ElementCount();
      ClearBehind(context, output, (b * steps + length) * count, (steps - length) * count);
      return Sink{&output, ScanAxis{1, steps, count}, b * steps * count};
    };
    RunSteps(context, length, *state, make_sink);
    if (length == 0) {
      for (size_t i = 0; i < results_; ++i) {
        if (context.HasOutput(states_ + i)) make_sink(i, EmptyResultShape(i));
      }
    }
    for (size_t i = 0; i < states_; ++i) {
      if (!context.HasOutput(i)) continue;
      const Shape& last = arguments[i].tensor().shape();
      Value place(BatchOf(context.Output(i, With(last, 0, batch)), b, batch));
      CopyPart(context, arguments[i], place);
    }
    End(std::move(state));
  }

  void ClearBehind(KernelContext& context, Tensor& output, int64_t from, int64_t count) const {
    if (count == 0) return;
    Value place(Tensor(output.dtype(), Shape{count}, Advance(output.raw(), output.dtype(), from),
                       &output.memory()));
    Value zeros = place;
    if (!output.memory().HostAccessible())
      zeros.SetTensor(Tensor::Allocate(output.dtype(), Shape{count}));
    DispatchBySize(output.dtype(), [&]<typename T>() {
      std::fill_n(static_cast<T*>(zeros.tensor().raw()), count, T{});
    });
    if (!output.memory().HostAccessible()) CopyPart(context, zeros, place);
  }

  const std::unique_ptr<SubgraphRunner> body_;
  const TransposeValue transpose_;
  const CopyValue copy_;
  const bool batched_;
  size_t scans_ = 0;
  size_t states_ = 0;
  size_t results_ = 0;
  IntList input_axes_;
  IntList output_axes_;
  IntList input_directions_;
  IntList output_directions_;
  std::vector<TensorTypeInfo> result_types_;
  mutable IdlePool<State> idle_;
};

BACKPLANE_CPU_KERNEL(Scan, Op("Scan").Since(8), Make<ScanKernel>);

}  // namespace

std::unique_ptr<Kernel> MakeScanKernel(const KernelInfo& info, TransposeValue transpose,
                                       CopyValue copy) {
  return std::make_unique<ScanKernel>(info, std::move(transpose), std::move(copy));
}

}  // namespace backplane::cpu
