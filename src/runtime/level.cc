#include "runtime/level.h"

#include <malloc.h>

#include <algorithm>
#include <optional>

#include "runtime/device_run.h"

namespace backplane {
namespace {

// Non-tensors have no shape that a plan could depend on.
bool SameShapes(const std::vector<Shape>& key, std::span<Value* const> args) {
  if (key.size() != args.size()) return false;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i]->IsTensor() && !(args[i]->tensor().shape() == key[i])) return false;
  }
  return true;
}

std::vector<Shape> KeyOf(std::span<Value* const> args) {
  std::vector<Shape> key;
  key.reserve(args.size());
  for (const Value* value : args)
    key.push_back(value->IsTensor() ? value->tensor().shape() : Shape());
  return key;
}

// Of the level's inputs and captures, if all are known before any run.
std::optional<std::vector<Shape>> StaticShapes(const Plan& plan) {
  std::vector<Shape> shapes;
  for (const auto* slots : {&plan.input_slots, &plan.capture_slots}) {
    for (const uint32_t slot : *slots) {
      auto shape = plan.slots[slot].value->type.tensor.StaticShape();
      if (plan.slots[slot].is_tensor && !shape.has_value()) return std::nullopt;
      shapes.push_back(shape.value_or(Shape()));
    }
  }
  return shapes;
}

}  // namespace

Level::Level(std::unique_ptr<Plan> plan) : plan_(std::move(plan)) {
  if (auto shapes = StaticShapes(*plan_)) forecast_ = ForecastMemory(*plan_, std::move(*shapes));
}

std::unique_ptr<Frame> Level::Take() {
  std::unique_ptr<Frame> frame = idle_.Take();
  return frame != nullptr ? std::move(frame) : std::make_unique<Frame>(*plan_);
}

std::shared_ptr<const MemoryPlan> Level::FindPlan(std::span<Value* const> args) const {
  std::lock_guard lock(mutex_);
  for (const auto& plan : plans_) {
    if (SameShapes(plan->input_shapes, args)) return plan;
  }
  return nullptr;
}

std::shared_ptr<const MemoryPlan> Level::Forecast(std::span<Value* const> args) const {
  if (forecast_ != nullptr && SameShapes(forecast_->input_shapes, args)) return forecast_;
  return ForecastMemory(*plan_, KeyOf(args));
}

void Level::Prepare(Frame& frame, std::span<Value* const> args, ThreadPool* pool) {
  if (frame.tracing() || !SameShapes(frame.memory()->input_shapes, args)) {
    if (auto memory = FindPlan(args)) {
      frame.Bind(std::move(memory), pool);
    } else {
      frame.BeginTrace(Forecast(args), pool);
      frame.trace_key = KeyOf(args);
    }
  }
  size_t next = 0;
  for (const uint32_t slot : plan_->input_slots) {
    if (plan_->slots[slot].kind != SlotKind::kConstant) frame.Attach(slot, args[next]);
    ++next;
  }
  for (const uint32_t slot : plan_->capture_slots) {
    if (plan_->slots[slot].kind != SlotKind::kConstant) frame.Attach(slot, args[next]);
    ++next;
  }
}

void Level::Finish(Frame& frame) {
  if (frame.tracing()) {
    auto memory =
        std::make_shared<const MemoryPlan>(frame.MakeMemoryPlan(std::move(frame.trace_key)));
    const bool large = frame.heap_bytes() > (size_t{8} << 20);
    {
      std::lock_guard lock(mutex_);
      if (plans_.size() >= kPlans) plans_.erase(plans_.begin());
      plans_.push_back(std::move(memory));
    }
    frame.Reset();
    // The trace's heap memory goes back before the arena is made, so that a session's peak is one
    // of both, not the sum.
    if (large) malloc_trim(0);
    return;
  }
  frame.Reset();
}

namespace {

class SubgraphLevel final : public SubgraphRunner {
 public:
  /// `results` says where the node that owns the subgraph wants each output. The results of a
  /// branch are the node's outputs.
  SubgraphLevel(std::unique_ptr<Plan> plan, std::vector<MemoryNumber> results, bool is_branch)
      : level_(std::move(plan)), results_(std::move(results)), is_branch_(is_branch) {}

  size_t input_count() const override { return level_.plan().input_slots.size(); }
  size_t output_count() const override { return level_.plan().output_slots.size(); }

  void Run(KernelContext& context, std::span<const Value> inputs,
           std::vector<Value>& outputs) override {
    const Plan& plan = level_.plan();
    Require(inputs.size() == plan.input_slots.size(), ORT_INVALID_ARGUMENT,
            "a subgraph takes {} inputs, but {} were given", plan.input_slots.size(),
            inputs.size());
    RunState& run = *static_cast<RunState*>(context.run_state_);
    std::unique_ptr<Frame> frame;
    if (run.devices != nullptr) frame = run.devices->TakeHeld(&level_);
    if (frame == nullptr) frame = level_.Take();
    frame->args.clear();
    for (const Value& value : inputs) frame->args.push_back(const_cast<Value*>(&value));
    for (size_t i = 0; i < plan.capture_slots.size(); ++i) {
      frame->args.push_back(const_cast<Value*>(&context.ImplicitInput(i)));
    }
    level_.Prepare(*frame, frame->args, run.pool);
    outputs.resize(plan.output_slots.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (run.devices != nullptr || !GiveRoom(*frame, context, i, outputs[i])) outputs[i].SetNone();
    }
    OrtSyncStream* const stream = run.stream;
    try {
      if (run.devices != nullptr) run.devices->Gather();
      frame->Execute(run);
      if (run.devices != nullptr) run.devices->Gather();
      for (size_t i = 0; i < outputs.size(); ++i) TakeOutput(*frame, run, i, outputs[i]);
    } catch (...) {
      if (run.devices != nullptr) run.devices->Drain();  // before the frame's memory goes
      throw;
    }
    run.stream = stream;
    if (run.devices == nullptr) {
      level_.Finish(*frame);
      level_.Return(std::move(frame));
      return;
    }
    // Who owns the inputs may let go of them as soon as this returns.
    for (const Value& value : inputs) run.devices->KeepAlive(value);
    frame->KeepScratch(*run.devices);
    // What was traced is freed now, and the host memory may be used by the next turn.
    if (frame->tracing()) {
      run.devices->WaitForAll();
    } else {
      run.devices->FinishHostCopies();
    }
    level_.Finish(*frame);
    run.devices->Hold(&level_, std::move(frame));
  }

 private:
  // Lets the step that makes result `i` write it where it is wanted: to the output of the branch's
  // node, if that has memory, or to a result of before that nobody else has a share in.
  bool GiveRoom(Frame& frame, const KernelContext& context, size_t i, Value& out) const {
    const Plan& plan = level_.plan();
    const uint32_t slot = plan.output_slots[i];
    if (plan.slots[slot].kind != SlotKind::kOutput ||
        std::count(plan.output_slots.begin(), plan.output_slots.end(), slot) > 1)
      return false;
    if (is_branch_) {
      if (!context.HasOutput(i)) return false;
      Value& place = *context.slots_[context.outputs_[i]];
      if (!place.IsTensor() || place.tensor().raw() == nullptr) return false;
      Tensor& tensor = place.tensor();
      out.SetTensor(Tensor(tensor.dtype(), tensor.shape(), tensor.raw(), &tensor.memory()));
    } else if (!out.IsTensor() || out.tensor().owner().use_count() != 1) {
      return false;
    }
    if (out.tensor().dtype() != plan.slots[slot].dtype || !out.tensor().memory().HostAccessible())
      return false;
    if (!is_branch_) FitTo(frame, slot, out);
    frame.AttachNew(slot, &out);
    return true;
  }

  // Memory that is large enough serves another shape as well, where the shape is known beforehand.
  static void FitTo(const Frame& frame, uint32_t slot, Value& out) {
    const MemoryPlan* plan = frame.memory();
    if (plan == nullptr || !plan->shape_known[slot] || out.tensor().IsString()) return;
    const Shape& shape = plan->shapes[slot];
    const std::shared_ptr<Buffer>& owner = out.tensor().owner();
    const DType dtype = out.tensor().dtype();
    if (shape == out.tensor().shape() || out.tensor().raw() != owner->data() ||
        owner->bytes() < BytesOf(dtype, shape.ElementCount()))
      return;
    out.SetTensor(Tensor(dtype, shape, owner->data(), owner, &out.tensor().memory()));
  }

  // A result must not point into this frame, nor into memory of the parent that has no owner of its
  // own, but for the node's output.
  void TakeOutput(Frame& frame, RunState& run, size_t i, Value& out) const {
    const uint32_t index = level_.plan().OutputSlot(i, results_[i]);
    const Slot& slot = level_.plan().slots[index];
    const Value& value = frame.at(index);
    if (&value == &out) return;  // made in place
    if (run.devices != nullptr && value.IsTensor() && !IsWhereWanted(value, i, run)) {
      TakeAcross(value, run, i, out);
      return;
    }
    if (!value.IsTensor() || slot.kind == SlotKind::kConstant ||
        value.tensor().owner() != nullptr) {
      out = value;
      return;
    }
    if (run.devices != nullptr && results_[i] != kHostMemory) {
      TakeAcross(value, run, i, out);
      return;
    }
    Tensor copy = Tensor::Allocate(value.tensor().dtype(), value.tensor().shape());
    CopyElements(value.tensor(), copy);
    out.SetTensor(std::move(copy));
  }

  bool IsWhereWanted(const Value& value, size_t i, const RunState& run) const {
    const MemoryInfo& memory = value.tensor().memory();
    return results_[i] == kHostMemory
               ? memory.HostAccessible()
               : memory.SameDevice(run.devices->support().borders.InfoOf(results_[i]));
  }

  void TakeAcross(const Value& value, RunState& run, size_t i, Value& out) const {
    const Tensor& source = value.tensor();
    out.SetTensor(results_[i] == kHostMemory
                      ? Tensor::Allocate(source.dtype(), source.shape())
                      : run.devices->NewResult(source.dtype(), source.shape(), results_[i]));
    run.devices->Bring(value, out);
  }

  Level level_;
  const std::vector<MemoryNumber> results_;
  const bool is_branch_;
};

// Where the owner wants each result.
std::vector<MemoryNumber> ResultMemories(const Node& owner, const Graph& graph,
                                         const MemoryBorders* borders) {
  std::vector<MemoryNumber> memories(graph.outputs().size(), kHostMemory);
  for (size_t i = 0; i < memories.size() && borders != nullptr; ++i)
    memories[i] = borders->ResultMemory(owner, i);
  return memories;
}

}  // namespace

SubgraphFactory MakeSubgraphFactory(const PlanOptions& options) {
  return [options](const Node& owner,
                   const std::shared_ptr<Graph>& graph) -> std::unique_ptr<SubgraphRunner> {
    PlanOptions inner = options;
    inner.make_subgraph = MakeSubgraphFactory(options);
    return std::make_unique<SubgraphLevel>(
        BuildPlan(*graph, inner), ResultMemories(owner, *graph, options.borders), owner.Is("If"));
  };
}

}  // namespace backplane
