#include "runtime/frame.h"

#include <algorithm>
#include <utility>

#include "base/pages.h"
#include "base/shape_format.h"
#include "runtime/device_run.h"
#include "runtime/node_stats_recorder.h"
#include "runtime/profiler.h"

namespace backplane {

Frame::Frame(const Plan& plan)
    : plan_(plan),
      values_(plan.slots.size()),
      slots_(plan.slots.size()),
      trace_(plan.slots.size()) {
  for (size_t i = 0; i < slots_.size(); ++i) {
    slots_[i] = plan.slots[i].kind == SlotKind::kConstant ? const_cast<Value*>(&plan.constants[i])
                                                          : &values_[i];
  }
}

Frame::~Frame() {
  FreeArena();
  FreeAligned(scratch_);
}

void Frame::BeginTrace(std::shared_ptr<const MemoryPlan> forecast, ThreadPool* pool) {
  tracing_ = true;
  memory_ = std::move(forecast);
  std::fill(trace_.begin(), trace_.end(), SlotTrace());
  heap_bytes_ = 0;
  scratch_wanted_ = 0;
  BindAll(pool);
}

void Frame::Bind(std::shared_ptr<const MemoryPlan> memory, ThreadPool* pool) {
  tracing_ = false;
  memory_ = std::move(memory);
  if (memory_->scratch_bytes > scratch_bytes_) GrowScratch(memory_->scratch_bytes);
  BindAll(pool);
}

void Frame::BindAll(ThreadPool* pool) {
  dirty_.clear();
  if (memory_ != nullptr && memory_->arena_bytes > arena_bytes_) {
    FreeArena();
    GrowArena(memory_->arena_bytes, pool);
  }
  if (memory_ != nullptr && !memory_->device_blocks.empty()) BindDevices();
  for (uint32_t i = 0; i < values_.size(); ++i) BindSlot(i);
}

void Frame::GrowArena(size_t bytes, ThreadPool* pool) {
  if (OrtAllocator* allocator = plan_.host_allocator.get()) {
    arena_owner_ = Buffer::Allocate(allocator, bytes + kTensorAlignment);
    auto address = reinterpret_cast<uintptr_t>(arena_owner_->data());
    address = (address + kTensorAlignment - 1) & ~(kTensorAlignment - 1);
    arena_ = reinterpret_cast<std::byte*>(address);
  } else {
    arena_ = static_cast<std::byte*>(AllocateAligned(bytes));
  }
  arena_bytes_ = bytes;
  if (pool != nullptr) {
    TouchPages(arena_, arena_bytes_, *pool);
  } else {
    TouchPages(arena_, arena_bytes_);
  }
}

void Frame::FreeArena() {
  if (arena_owner_ == nullptr) FreeAligned(arena_);
  arena_owner_.reset();
  arena_ = nullptr;
  arena_bytes_ = 0;
}

void Frame::BindDevices() {
  const auto& wanted = memory_->device_blocks;
  device_blocks_.resize(std::max(device_blocks_.size(), wanted.size()));
  device_block_memory_.resize(device_blocks_.size(), kHostMemory);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (device_blocks_[i] != nullptr && device_block_memory_[i] == wanted[i].memory &&
        device_blocks_[i]->bytes() >= wanted[i].bytes)
      continue;
    if (device_blocks_[i] != nullptr) Retire(std::move(device_blocks_[i]));
    device_blocks_[i] =
        Buffer::Allocate(plan_.memories[wanted[i].memory - 1].allocator, wanted[i].bytes);
    device_block_memory_[i] = wanted[i].memory;
  }
}

// Work of the run before may still be enqueued, or of the turn before.
void Frame::Retire(std::shared_ptr<Buffer> block) {
  device_scratch_.push_back(std::move(block));
  if (devices_ != nullptr) devices_->RequireWait();
}

void Frame::GrowScratch(size_t bytes) {
  FreeAligned(scratch_);
  scratch_ = nullptr;
  scratch_bytes_ = 0;
  scratch_ = static_cast<std::byte*>(AllocateAligned(bytes));
  scratch_bytes_ = bytes;
}

void Frame::BindSlot(uint32_t i) {
  if (plan_.slots[i].kind == SlotKind::kConstant) return;
  slots_[i] = &values_[i];
  const MemoryNumber memory = plan_.slots[i].memory;
  if (memory_ == nullptr) {
    values_[i].SetNone();
  } else if (memory_->offsets[i] != MemoryPlan::kNone && memory != kHostMemory) {
    values_[i].SetTensor(Tensor(plan_.slots[i].dtype, memory_->shapes[i],
                                device_blocks_[memory_->offsets[i]]->data(),
                                plan_.memories[memory - 1].info));
  } else if (memory_->offsets[i] != MemoryPlan::kNone) {
    values_[i].SetTensor(
        Tensor(plan_.slots[i].dtype, memory_->shapes[i], arena_ + memory_->offsets[i]));
  } else if (plan_.slots[i].is_view && memory_->shape_known[i]) {
    values_[i].SetTensor(
        Tensor(plan_.slots[i].dtype, memory_->shapes[i], nullptr,
               memory == kHostMemory ? &CpuMemoryInfo() : plan_.memories[memory - 1].info));
  } else {
    values_[i].SetNone();
  }
}

MemoryPlan Frame::MakeMemoryPlan(std::vector<Shape> input_shapes) const {
  const bool foreseen = memory_ != nullptr && memory_->Foresaw(plan_, trace_);
  MemoryPlan memory = foreseen ? *memory_ : PlanMemory(plan_, trace_);
  memory.input_shapes = std::move(input_shapes);
  memory.scratch_bytes = scratch_wanted_;
  return memory;
}

void Frame::MarkDirty(uint32_t slot) {
  if (!tracing_) dirty_.push_back(slot);
}

DeviceRun& Frame::Devices(const DeviceSupport& support) {
  if (devices_ == nullptr) devices_ = std::make_unique<DeviceRun>(support);
  return *devices_;
}

bool Frame::LiesAtHome(uint32_t slot, const MemoryInfo& memory) const {
  const MemoryNumber home = plan_.slots[slot].memory;
  return home == kHostMemory ? memory.HostAccessible()
                             : memory.SameDevice(*plan_.memories[home - 1].info);
}

void Frame::StageInputs(RunState& run) {
  run_ = &run;
  for (const uint32_t slot : plan_.input_slots) Stage(slot);
  for (const uint32_t slot : plan_.capture_slots) Stage(slot);
}

void Frame::Stage(uint32_t slot) {
  const Value& given = *slots_[slot];
  if (plan_.slots[slot].kind == SlotKind::kConstant || !given.IsTensor() ||
      LiesAtHome(slot, given.tensor().memory()))
    return;
  Value& own = values_[slot];
  if (!own.IsTensor() || !(own.tensor().shape() == given.tensor().shape())) {
    MarkDirty(slot);
    own.SetTensor(AllocateAtHome(slot, given.tensor().shape()));
  }
  run_->devices->Bring(given, own);
  slots_[slot] = &own;
}

Tensor Frame::AllocateAtHome(uint32_t index, const Shape& shape) {
  const Slot& slot = plan_.slots[index];
  if (slot.memory == kHostMemory) {
    return plan_.host_allocator != nullptr
               ? Tensor::Allocate(slot.dtype, shape, plan_.host_allocator.get())
               : Tensor::Allocate(slot.dtype, shape);
  }
  const PlannedMemory& memory = plan_.memories[slot.memory - 1];
  DeviceRun& devices = *run_->devices;
  if (!plan_.is_main) return devices.NewResult(slot.dtype, shape, slot.memory);
  // What belongs to the caller lives on; anything else goes back when the run ends.
  if (slots_[index] == &values_[index]) devices.RequireWait();
  return AllocateOnStream(slot.dtype, shape, memory.allocator,
                          slot.kind == SlotKind::kOutput ? nullptr : devices.Stream(memory.ep));
}

void Frame::Execute(RunState& run) {
  run_ = &run;
  if (run.devices != nullptr) StageInputs(run);
  KernelContext context;
  context.slots_ = slots_.data();
  context.services_ = this;
  context.pool_ = run.pool;
  context.logger_ = run.logger;
  context.run_state_ = &run;
  const size_t count = plan_.steps.size();
  for (size_t s = 0; s < count; ++s) {
    const Step& step = plan_.steps[s];
    context.inputs_ = step.slots.data();
    context.outputs_ = step.slots.data() + step.input_count + step.implicit_count;
    context.input_count_ = step.input_count;
    context.implicit_count_ = step.implicit_count;
    context.output_count_ = step.output_count;
    context.step_ = static_cast<uint32_t>(s);
    context.scratch_used_ = 0;
    context.scratch_ = scratch_;
    context.scratch_bytes_ = scratch_bytes_;
    if (run.terminate != nullptr && run.terminate->load(std::memory_order_relaxed)) [[unlikely]] {
      Fail(ORT_FAIL, "Exiting due to terminate flag being set to true.");
    }
    const Profiler::Begun begun =
        run.profiler != nullptr ? run.profiler->Begin() : Profiler::Begun{};
    try {
      if (run.devices != nullptr) [[unlikely]]
        run.stream = run.devices->BeginStep(step);
      step.kernel->Run(context);
      if (step.gathers) [[unlikely]]
        run.devices->Gather();
    } catch (...) {
      RethrowFor(step);
    }
    if (run.profiler != nullptr) [[unlikely]]
      run.profiler->AddNode(step, begun, context);
    if (run.stats != nullptr) [[unlikely]] {
      run.stats->Add(
          plan_, step, context,
          context.scratch_used_ + extra_bytes_ + std::exchange(device_scratch_bytes_, 0));
    }
    if (tracing_) {
      scratch_wanted_ = std::max(scratch_wanted_, context.scratch_used_ + extra_bytes_);
      AfterTracedStep(step);
    }
    if (!extra_scratch_.empty()) DropExtraScratch();
  }
}

void Frame::RethrowFor(const Step& step) const {
  const auto fail = [&](ErrorCode code, const char* message) {
    Fail(code, "Non-zero status code returned while running {} node. Name:'{}' Status Message: {}",
         step.node->op_type, step.node->name, message);
  };
  try {
    throw;
  } catch (const Error& error) {
    fail(error.code(), error.what());
  } catch (const std::exception& error) {
    fail(ORT_RUNTIME_EXCEPTION, error.what());
  } catch (...) {
    fail(ORT_RUNTIME_EXCEPTION, "an exception of unknown type");
  }
  __builtin_unreachable();
}

void Frame::AfterTracedStep(const Step& step) {
  for (const uint32_t slot : step.outputs()) {
    if (slot == KernelContext::kAbsent || !slots_[slot]->IsTensor()) continue;
    trace_[slot].made = true;
    trace_[slot].shape = slots_[slot]->tensor().shape();
  }
  for (const uint32_t slot : step.inputs()) {
    if (slot == KernelContext::kAbsent || trace_[slot].made || !slots_[slot]->IsTensor()) continue;
    trace_[slot].made =
        true;  // level inputs, captures, constants: shapes that in-place decisions look at
    trace_[slot].shape = slots_[slot]->tensor().shape();
  }
  for (const uint32_t slot : step.releases) values_[slot].SetNone();
}

namespace {

// Models declare wrong shapes now and then, and EPs produce some; the shape that came is the one
// that counts.
void WarnOfShape(const ValueInfo& value, const Shape& shape, const Logger& logger) {
  const SymbolicShape& expected = value.type.tensor.shape;
  if (!expected.has_value()) return;
  bool same = expected->size() == shape.rank();
  for (size_t i = 0; same && i < shape.rank(); ++i) {
    same = !(*expected)[i].known() || (*expected)[i].value == shape[i];
  }
  if (!same)
    logger.Warning("run", "'{}' was expected to have shape {}, but has {}", value.name,
                   ToString(expected), shape.ToString());
}

}  // namespace

Tensor& Frame::AllocateOutput(KernelContext& context, size_t i, const Shape& shape) {
  const uint32_t index = context.outputs_[i];
  const Slot& slot = plan_.slots[index];
  Value& value = *slots_[index];
  if (slots_[index] != &values_[index] && value.IsTensor() && !IsNewOutput(index)) {
    Require(value.tensor().shape() == shape, ORT_INVALID_ARGUMENT,
            "the given output '{}' has shape {}, but the model produces {}", slot.value->name,
            value.tensor().shape(), shape);
    return value.tensor();  // a preallocated empty tensor
  }
  if (const Tensor* source = slot.is_view ? AliasedInput(context, i, shape) : nullptr) {
    MarkDirty(index);  // the next run's input may lie elsewhere
    return ViewOutput(context, i, *source, shape);
  }
  Require(slot.dtype != DType::kUndefined, ORT_FAIL, "the element type of '{}' is not known",
          slot.value->name);
  WarnOfShape(*slot.value, shape, context.logger());
  MarkDirty(index);
  if (tracing_) heap_bytes_ += BytesOf(slot.dtype, shape.ElementCount());
  value.SetTensor(AllocateAtHome(index, shape));
  return value.tensor();
}

// The input whose memory output `i` is, for kernels that do not know View: those of plugins.
const Tensor* Frame::AliasedInput(const KernelContext& context, size_t i,
                                  const Shape& shape) const {
  for (const auto& pair : plan_.steps[context.step_].traits.alias) {
    if (pair.output != static_cast<int>(i)) continue;
    const uint32_t index = context.outputs_[i];
    const Tensor* input = context.OptionalInput(static_cast<size_t>(pair.input));
    if (input != nullptr && input->dtype() == plan_.slots[index].dtype &&
        input->ElementCount() == shape.ElementCount() && LiesAtHome(index, input->memory()))
      return input;
  }
  return nullptr;
}

Tensor& Frame::ViewOutput(KernelContext& context, size_t i, const Tensor& source,
                          const Shape& shape) {
  const uint32_t index = context.outputs_[i];
  Value& value = *slots_[index];
  if (!plan_.slots[index].is_view) {
    Tensor& out = context.Output(i, shape);
    if (run_->devices != nullptr &&
        !(source.memory().HostAccessible() && out.memory().HostAccessible())) {
      run_->devices->Bring(Value(source), value);
    } else {
      CopyElements(source, out);
    }
    return out;
  }
  if (!tracing_ && value.IsTensor()) [[likely]] {
    Tensor& tensor = value.tensor();
    if (tensor.shape() == shape) {
      tensor.Rebind(const_cast<void*>(source.raw()));
    } else {
      tensor.Rebind(source.dtype(), shape, const_cast<void*>(source.raw()));
      MarkDirty(index);
    }
    return tensor;
  }
  MarkDirty(index);
  value.SetTensor(source.Reshaped(shape));
  return value.tensor();
}

void Frame::SetOutput(KernelContext& context, size_t i, Value value) {
  const uint32_t index = context.outputs_[i];
  Value& target = *slots_[index];
  if (slots_[index] != &values_[index] && target.IsTensor() && value.IsTensor()) {
    Tensor& own = context.Output(i, value.tensor().shape());
    if (run_->devices != nullptr) {
      run_->devices->Bring(value, target);
      run_->devices->FinishHostCopies();  // before `value` goes
    } else {
      CopyElements(value.tensor(), own);
    }
    return;
  }
  if (run_->devices != nullptr && value.IsTensor() && !LiesAtHome(index, value.tensor().memory())) {
    AllocateOutput(context, i, value.tensor().shape());
    run_->devices->Bring(value, target);
    run_->devices->FinishHostCopies();  // before `value` goes
    return;
  }
  MarkDirty(index);
  if (tracing_) trace_[index].handed = true;
  // A caller may keep it beyond the run.
  if (slots_[index] != &values_[index] && value.IsTensor())
    DeviceBlocks::LetGo(value.tensor().owner());
  target = std::move(value);
}

void* Frame::AllocateScratch(KernelContext& context, size_t bytes) {
  if (context.scratch_used_ == 0 && extra_scratch_.empty()) {
    GrowScratch(bytes);
    context.scratch_ = scratch_;
    context.scratch_bytes_ = scratch_bytes_;
    context.scratch_used_ = bytes;
    return scratch_;
  }
  extra_bytes_ += bytes;
  extra_scratch_.push_back(Buffer::Allocate(bytes));
  return extra_scratch_.back()->data();
}

void Frame::DropExtraScratch() {
  extra_scratch_.clear();
  extra_bytes_ = 0;
}

OrtAllocator* Frame::AllocatorFor(KernelContext& context, const MemoryInfo& memory) {
  OrtAllocator* allocator = plan_.steps[context.step_].ep->AllocatorFor(memory);
  return allocator != nullptr ? allocator : FrameServices::AllocatorFor(context, memory);
}

// The device may still work when the kernel returns: its scratch stays until the run ends, or is
// used again by what comes later on its stream.
void* Frame::AllocateScratchFrom(OrtAllocator* allocator, KernelContext&, size_t bytes) {
  if (run_->devices != nullptr && !holds_scratch_) {
    if (auto block = run_->devices->TakeBlock(allocator, bytes)) {
      extra_scratch_.push_back(std::move(block));
      return extra_scratch_.back()->data();
    }
  }
  if (run_->devices != nullptr) run_->devices->RequireWait();
  device_scratch_.push_back(Buffer::Allocate(allocator, bytes));
  device_scratch_bytes_ += bytes;
  return device_scratch_.back()->data();
}

void Frame::KeepScratch(DeviceRun& devices) {
  for (std::shared_ptr<Buffer>& scratch : device_scratch_) devices.Keep(std::move(scratch));
  device_scratch_.clear();
}

Value* Frame::PreallocatedOutput(KernelContext& context, size_t i) {
  const uint32_t index = context.outputs_[i];
  Value* value = slots_[index];
  return value != &values_[index] && value->IsTensor() ? value : nullptr;
}

OrtSyncStream* Frame::StreamOf(KernelContext& context) { return RunStream(context); }

void Frame::Reset() {
  new_outputs_.clear();
  DropExtraScratch();
  if (!holds_scratch_) device_scratch_.clear();
  if (tracing_) {
    BeginTrace(nullptr, nullptr);
    return;
  }
  const auto detach = [&](uint32_t slot) {
    if (plan_.slots[slot].kind != SlotKind::kConstant) slots_[slot] = &values_[slot];
  };
  for (const uint32_t slot : plan_.input_slots) detach(slot);
  for (const uint32_t slot : plan_.capture_slots) detach(slot);
  for (const uint32_t slot : plan_.output_slots) detach(slot);
  for (const OutputCopy& copy : plan_.output_copies) detach(copy.slot);
  for (const uint32_t slot : dirty_) BindSlot(slot);
  dirty_.clear();
}

}  // namespace backplane
