#include "runtime/session.h"

#include <algorithm>
#include <cstring>

#include "base/allocator_calls.h"
#include "base/shape_format.h"
#include "graph/draft.h"
#include "provider/plugin_call.h"
#include "provider/registry.h"
#include "runtime/env.h"
#include "runtime/run_options.h"
#include "runtime/session_options.h"

using backplane::CopyAcross;
using backplane::CpuMemoryInfo;
using backplane::Fail;
using backplane::Format;
using backplane::Frame;
using backplane::MemoryInfo;
using backplane::Require;
using backplane::Shape;
using backplane::Tensor;
using backplane::Value;
using backplane::ValueInfo;
using backplane::ValueKind;

OrtSession::OrtSession(backplane::SessionParts parts) : parts_(std::move(parts)) { Adopt(); }

void OrtSession::Adopt() {
  for (ValueInfo* input : parts_.graph->inputs()) level_inputs_.push_back(input);
  defaults_.resize(level_inputs_.size());
  for (uint32_t i = 0; i < level_inputs_.size(); ++i) {
    input_index_.emplace(level_inputs_[i]->name, i);
    if (level_inputs_[i]->IsInitializer()) defaults_[i].SetTensor(*level_inputs_[i]->initializer);
  }
  for (uint32_t i = 0; i < parts_.outputs.size(); ++i)
    output_index_.emplace(parts_.outputs[i]->name, i);
  if (ready()) AdoptPlan();
  if (parts_.placement.recorded) assigned_ = backplane::AssignedParts(parts_.placement);
  for (const OrtEpAssignedSubgraph& part : assigned_) assigned_parts_.push_back(&part);
}

void OrtSession::AdoptPlan() {
  const auto& slots = plan().output_slots;
  for (const auto slot : slots) {
    output_is_plain_.push_back(plan().slots[slot].kind == backplane::SlotKind::kOutput &&
                               std::count(slots.begin(), slots.end(), slot) == 1);
  }
  for (const auto& ep : parts_.eps) concurrent_ = concurrent_ && ep->SupportsConcurrentRuns();
  ChooseCapturingEp();
}

OrtSession::OrtSession(std::unique_ptr<backplane::UnfinishedSession> unfinished)
    : unfinished_(std::move(unfinished)) {
  parts_.options = std::make_unique<OrtSessionOptions>();
  ListEnds();
}

// What clients may ask of a session before it is finished.
void OrtSession::ListEnds() {
  parts_.inputs.clear();
  parts_.overridable_initializers.clear();
  for (ValueInfo* input : unfinished_->graph().inputs()) {
    (input->IsInitializer() ? parts_.overridable_initializers : parts_.inputs).push_back(input);
  }
  parts_.outputs = unfinished_->graph().outputs();
}

void OrtSession::Apply(const OrtModel& model) {
  Require(unfinished_ != nullptr, ORT_MODEL_LOADED, "This session has already been initialized.");
  Require(!edit_failed_, ORT_FAIL, "An earlier change of this session's model failed.");
  model.CheckDomains(unfinished_->graph());
  edit_failed_ = true;
  model.AddTo(unfinished_->graph());
  edit_failed_ = false;
  ListEnds();
}

void OrtSession::Finish(const OrtSessionOptions* options,
                        std::shared_ptr<backplane::PrepackedWeights> weights) {
  if (unfinished_ == nullptr) return;
  Require(!edit_failed_, ORT_FAIL, "A change of this session's model failed.");
  try {
    parts_ = unfinished_->Finish(options, std::move(weights));
  } catch (...) {
    ListEnds();  // the optimizer may have exchanged some
    throw;
  }
  unfinished_.reset();
  Adopt();
}

OrtSession::~OrtSession() {
  if (parts_.profiler == nullptr) return;
  try {
    EndProfiling();
  } catch (const std::exception& error) {
    parts_.logger->Warning("session", "the profile was not written: {}", error.what());
  }
}

uint32_t OrtSession::InputIndex(const char* name, size_t hint) const {
  if (hint < level_inputs_.size() && level_inputs_[hint]->name == name)
    return static_cast<uint32_t>(hint);
  const auto it = input_index_.find(name);
  Require(it != input_index_.end(), ORT_INVALID_ARGUMENT, "Invalid input name: {}", name);
  return it->second;
}

uint32_t OrtSession::OutputIndex(const char* name, size_t hint) const {
  if (hint < parts_.outputs.size() && parts_.outputs[hint]->name == name)
    return static_cast<uint32_t>(hint);
  const auto it = output_index_.find(name);
  Require(it != output_index_.end(), ORT_INVALID_ARGUMENT, "Invalid output name: {}", name);
  return it->second;
}

namespace {

ONNXType KindOf(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kTensor:
      return ONNX_TYPE_TENSOR;
    case ValueKind::kSequence:
      return ONNX_TYPE_SEQUENCE;
    case ValueKind::kMap:
      return ONNX_TYPE_MAP;
    case ValueKind::kSparseTensor:
      return ONNX_TYPE_SPARSETENSOR;
    case ValueKind::kNone:
      return ONNX_TYPE_UNKNOWN;
  }
  return ONNX_TYPE_UNKNOWN;
}

void CheckDims(const ValueInfo& input, const Shape& shape) {
  if (!input.type.tensor.shape) return;
  const auto& declared = *input.type.tensor.shape;
  if (declared.size() != shape.rank()) {
    Fail(ORT_INVALID_ARGUMENT,
         "Invalid rank for input: {} Got: {} Expected: {} Please fix either the inputs/outputs or "
         "the model.",
         input.name, shape.rank(), declared.size());
  }
  std::string wrong;
  for (size_t i = 0; i < declared.size(); ++i) {
    if (declared[i].known() && declared[i].value != shape[i]) {
      wrong += Format("\n index: {} Got: {} Expected: {}", i, shape[i], declared[i].value);
    }
  }
  if (!wrong.empty()) {
    Fail(ORT_INVALID_ARGUMENT,
         "Got invalid dimensions for input: {} for the following indices{}\n Please fix either the "
         "inputs/outputs or "
         "the model.",
         input.name, wrong);
  }
}

}  // namespace

void OrtSession::CheckInput(size_t index, const Value* value) const {
  const ValueInfo& input = *level_inputs_[index];
  Require(value != nullptr, ORT_INVALID_ARGUMENT, "the value given for input '{}' is null",
          input.name);
  const backplane::TypeInfo& type = input.type;
  if (!type.IsTensor()) {
    const bool optional = type.kind == ONNX_TYPE_OPTIONAL;
    const ONNXType wanted = optional ? type.element->kind : type.kind;
    if (KindOf(*value) != wanted && !(optional && value->IsNone()) && type.known()) {
      Fail(ORT_INVALID_ARGUMENT, "input '{}' expects {}, but a value of another kind was given",
           input.name, type.ToString());
    }
    return;
  }
  if (!value->IsTensor()) [[unlikely]] {
    Fail(ORT_INVALID_ARGUMENT, "input '{}' expects {}, but the value given is not a tensor",
         input.name, type.ToString());
  }
  const Tensor& tensor = value->tensor();
  if (tensor.dtype() != type.tensor.dtype) [[unlikely]] {
    Fail(ORT_INVALID_ARGUMENT,
         "Unexpected input data type. Actual: ({}) , expected: ({}) for input '{}'",
         backplane::TensorTypeName(tensor.dtype()), type.ToString(), input.name);
  }
  CheckDims(input, tensor.shape());
}

void OrtSession::CheckPreallocated(size_t index, const Value& value) const {
  const ValueInfo& output = *parts_.outputs[index];
  if (!value.IsTensor() || !output.type.IsTensor()) return;
  if (value.tensor().dtype() != output.type.tensor.dtype) [[unlikely]] {
    Fail(ORT_INVALID_ARGUMENT,
         "Unexpected output data type. Actual: ({}) , expected: ({}) for output '{}'",
         backplane::TensorTypeName(value.tensor().dtype()), output.type.ToString(), output.name);
  }
}

const backplane::DataTransfers& OrtSession::Transfers() const {
  return parts_.devices != nullptr ? parts_.devices->transfers
                                   : parts_.env->providers().transfers();
}

// For sessions without devices, which may still be given what lies on one.
Value& OrtSession::BringToHost(Frame& frame, const Value& value) const {
  const Tensor& tensor = value.tensor();
  Value& brought = frame.brought.emplace_back(Tensor::Allocate(tensor.dtype(), tensor.shape()));
  CopyAcross(Transfers(), value, brought);
  return brought;
}

void OrtSession::BindInputs(Frame& frame, std::span<const char* const> names,
                            std::span<const Value* const> values) {
  frame.args.assign(level_inputs_.size(), nullptr);
  if (!frame.brought.empty()) frame.brought.clear();
  for (size_t i = 0; i < names.size(); ++i) {
    Require(names[i] != nullptr && names[i][0] != '\0', ORT_INVALID_ARGUMENT,
            "input name cannot be empty");
    const uint32_t index = InputIndex(names[i], i);
    CheckInput(index, values[i]);
    frame.args[index] = const_cast<Value*>(values[i]);
    if (parts_.devices == nullptr && values[i]->IsTensor() &&
        !values[i]->tensor().memory().HostAccessible()) [[unlikely]] {
      frame.args[index] = &BringToHost(frame, *values[i]);
    }
  }
  for (size_t i = 0; i < level_inputs_.size(); ++i) {
    if (frame.args[i] != nullptr) continue;
    Require(level_inputs_[i]->IsInitializer(), ORT_FAIL, "Missing Input: {}",
            level_inputs_[i]->name);
    frame.args[i] = &defaults_[i];
  }
}

namespace {

void ShrinkAllocator(OrtAllocator* allocator) {
  constexpr uint32_t kSince = 25;
  if (allocator == nullptr || allocator->version < kSince || allocator->Shrink == nullptr) return;
  backplane::CallPlugin(Format("{}: Shrink", backplane::MemoryOf(allocator)->name),
                        allocator->Shrink, allocator);
}

}  // namespace

void OrtSession::Run(const OrtRunOptions* run_options, std::span<const char* const> input_names,
                     std::span<const Value* const> inputs,
                     std::span<const char* const> output_names, std::span<Value*> outputs,
                     std::span<const MemoryInfo* const> output_memory) {
  Require(!output_names.empty(), ORT_INVALID_ARGUMENT, "At least one output should be requested.");
  Require(ready(), ORT_FAIL, "Session not initialized.");
  static const OrtRunOptions kDefaultRunOptions;
  const OrtRunOptions& options = run_options != nullptr ? *run_options : kDefaultRunOptions;
  backplane::RunState run;
  run.options = &options;
  run.terminate = run_options != nullptr ? &run_options->terminate : nullptr;
  run.pool = parts_.pool;
  run.logger = parts_.logger.get();
  run.profiler = parts_.profiler.get();
  run.stats = parts_.stats.get();
  const auto profiled =
      run.profiler != nullptr ? run.profiler->Begin() : backplane::Profiler::Begun{};

  std::unique_lock<std::mutex> serial(serial_run_, std::defer_lock);
  if (!concurrent_) serial.lock();
  if (!options.shrink_list().empty()) Shrink(options.shrink_list(), /*act=*/false);
  const Arguments arguments{input_names, inputs, output_names, outputs, output_memory};
  if (capturing_ep_ != backplane::kNoEp && options.graph_id() != -1) [[unlikely]] {
    RunCaptured(run, arguments);
  } else {
    auto frame = parts_.level->Take();
    RunOnce(*frame, run, arguments);
    if (options.shrink_list().empty()) {
      parts_.level->Return(std::move(frame));
    } else {
      frame.reset();
      Shrink(options.shrink_list(), /*act=*/true);
    }
  }
  if (run.profiler != nullptr) run.profiler->AddSession("model_run", profiled);
  if (run.stats != nullptr) run.stats->Write();
}

// Of "cpu:0;gpu:0"; the run's frame has let go of its memory.
void OrtSession::Shrink(std::string_view list, bool act) const {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(';'));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    const std::string_view type = item.substr(0, item.find(':'));
    const std::string_view id = type.size() < item.size() ? item.substr(type.size() + 1) : "";
    const bool cpu = type == "cpu";
    Require((cpu || type == "gpu" || type == "npu") && !id.empty() &&
                id.find_first_not_of("0123456789") == std::string_view::npos,
            ORT_INVALID_ARGUMENT,
            "Unsupported device specified in the memory arena shrink list: {}", item);
    if (cpu) {
      if (act) ShrinkAllocator(plan().host_allocator.get());
      continue;
    }
    const auto wanted = type == "gpu" ? OrtMemoryInfoDeviceType_GPU : OrtMemoryInfoDeviceType_NPU;
    bool found = false;
    for (const auto& ep : parts_.eps) {
      const MemoryInfo& memory = ep->default_memory();
      if (memory.device_type != wanted || Format("{}", memory.device_id) != id) continue;
      if (act) ShrinkAllocator(ep->allocator());
      found = true;
    }
    Require(found, ORT_INVALID_ARGUMENT,
            "Did not find an arena based allocator registered for device-id combination in the "
            "memory arena shrink list: {}",
            item);
  }
}

void OrtSession::RunOnce(Frame& frame, backplane::RunState& run, const Arguments& arguments) {
  BindInputs(frame, arguments.input_names, arguments.inputs);
  if (parts_.devices != nullptr) run.devices = &frame.Devices(*parts_.devices);
  size_t begun = 0;  // EPs that were told of the run's start, and of its end
  size_t ended = 0;
  try {
    for (; begun < parts_.eps.size(); ++begun) parts_.eps[begun]->OnRunStart(*run.options);
    if (run.devices != nullptr) run.devices->Begin(*run.options);
    parts_.level->Prepare(frame, frame.args, run.pool);
    RunFrame(frame, run, arguments, ended);
  } catch (...) {
    EndFailedRun(run, ended, begun);
    throw;
  }
  parts_.level->Finish(frame);
}

void OrtSession::EndRun(backplane::RunState& run, size_t& ended) {
  const bool synchronize = run.options->synchronize_eps();
  if (run.devices != nullptr) run.devices->End(synchronize);
  while (ended < parts_.eps.size()) {
    parts_.eps[ended++]->OnRunEnd(*run.options, synchronize ? backplane::RunEnd::kSynchronize
                                                            : backplane::RunEnd::kDoNotSynchronize);
  }
}

void OrtSession::EndFailedRun(backplane::RunState& run, size_t ended, size_t begun) noexcept {
  if (run.devices != nullptr) run.devices->Abandon();
  for (; ended < begun; ++ended) {
    try {
      parts_.eps[ended]->OnRunEnd(*run.options, backplane::RunEnd::kDoNotSynchronize);
    } catch (const std::exception& error) {
      parts_.logger->Warning("session", "OnRunEnd of {} failed after a failed run: {}",
                             parts_.eps[ended]->name(), error.what());
    }
  }
}

namespace {

bool IsPlainHost(const MemoryInfo& memory) {
  return memory.device_type == OrtMemoryInfoDeviceType_CPU;
}

// Values made for the caller; they are deleted again if the run fails.
class NewOutputs {
 public:
  explicit NewOutputs(std::span<Value*> outputs) : outputs_(outputs) {}
  ~NewOutputs() {
    if (done_) return;
    for (size_t i = 0; i < std::min(outputs_.size(), kInMask); ++i) {
      if ((made_ >> i) & 1) Drop(i);
    }
    for (const size_t i : beyond_mask_) Drop(i);
  }
  Value* Make(size_t i) {
    outputs_[i] = new Value();
    if (i < kInMask) {
      made_ |= uint64_t{1} << i;
    } else {
      beyond_mask_.push_back(i);
    }
    return outputs_[i];
  }
  void Keep() { done_ = true; }

 private:
  // The caller must not see what is gone.
  void Drop(size_t i) {
    delete outputs_[i];
    outputs_[i] = nullptr;
  }

  // A mask, because a run with a usual number of outputs should not allocate for this.
  static constexpr size_t kInMask = 64;
  std::span<Value*> outputs_;
  uint64_t made_ = 0;
  std::vector<size_t> beyond_mask_;
  bool done_ = false;
};

}  // namespace

void OrtSession::RunFrame(Frame& frame, backplane::RunState& run, const Arguments& arguments,
                          size_t& ended) {
  const auto [input_names, inputs, output_names, outputs, memory] = arguments;
  const auto wanted = [&](size_t i) -> const MemoryInfo& { return arguments.Wanted(i); };
  NewOutputs fresh(outputs);
  for (size_t i = 0; i < outputs.size(); ++i) {
    Require(output_names[i] != nullptr && output_names[i][0] != '\0', ORT_INVALID_ARGUMENT,
            "output name cannot be empty");
    const uint32_t index = OutputIndex(output_names[i], i);
    const bool given = outputs[i] != nullptr;
    if (given) {
      CheckPreallocated(index, *outputs[i]);
    } else {
      MakeRoom(frame, index, wanted(i), *fresh.Make(i));
    }
    if (!CanMakeInPlace(frame, index, wanted(i), *outputs[i])) continue;
    const uint32_t slot = OutputSlot(index, wanted(i), *outputs[i]);
    given ? frame.Attach(slot, outputs[i]) : frame.AttachNew(slot, outputs[i]);
  }
  frame.Execute(run);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const uint32_t index = OutputIndex(output_names[i], i);
    const uint32_t slot = OutputSlot(index, wanted(i), *outputs[i]);
    if (output_is_plain_[index] && &frame.at(slot) == outputs[i]) continue;
    // An input or constant passed through, one value under several names, or one that was made in
    // another memory: the caller gets a copy.
    if (frame.IsNewOutput(slot)) outputs[i]->SetNone();
    HandOver(run, frame.at(slot), index, wanted(i), *outputs[i]);
  }
  EndRun(run, ended);
  fresh.Keep();
}

// The slot that an output is taken from: that of a copy where the value has one in the memory in
// which the caller has room, or wants it.
uint32_t OrtSession::OutputSlot(size_t index, const MemoryInfo& memory, const Value& value) const {
  if (plan().output_copies.empty()) return plan().output_slots[index];
  const MemoryInfo& wanted = value.IsTensor() ? value.tensor().memory() : memory;
  return plan().OutputSlot(index, parts_.devices->borders.NumberOf(wanted));
}

// A new output that can be made in place gets its memory beforehand, where its shape is known.
void OrtSession::MakeRoom(Frame& frame, size_t index, const MemoryInfo& memory,
                          Value& value) const {
  const uint32_t slot = OutputSlot(index, memory, value);
  const backplane::MemoryPlan* plan = frame.memory();
  if (!output_is_plain_[index] || plan == nullptr || !plan->shape_known[slot] ||
      !frame.LiesAtHome(slot, memory))
    return;
  value.SetTensor(NewTensor(frame.plan().slots[slot].dtype, plan->shapes[slot], memory));
}

// Whether the level may write to the caller's value directly.
bool OrtSession::CanMakeInPlace(const Frame& frame, size_t index, const MemoryInfo& memory,
                                const Value& value) const {
  if (!output_is_plain_[index]) return false;
  const uint32_t slot = OutputSlot(index, memory, value);
  if (value.IsTensor()) return frame.LiesAtHome(slot, value.tensor().memory());
  // What the frame allocates for the host is ordinary memory.
  return frame.LiesAtHome(slot, memory) && (!memory.HostAccessible() || IsPlainHost(memory));
}

Tensor OrtSession::NewTensor(backplane::DType dtype, const Shape& shape,
                             const MemoryInfo& memory) const {
  if (IsPlainHost(memory) || dtype == backplane::DType::kString) {
    OrtAllocator* host = plan().host_allocator.get();
    return host != nullptr ? Tensor::Allocate(dtype, shape, host) : Tensor::Allocate(dtype, shape);
  }
  OrtAllocator* allocator = AllocatorFor(memory);
  Require(allocator != nullptr, ORT_INVALID_ARGUMENT,
          "No requested allocator available: no execution provider of the session has memory '{}'",
          memory.name);
  return Tensor::Allocate(dtype, shape, allocator);
}

void OrtSession::HandOver(backplane::RunState& run, const Value& source, size_t index,
                          const MemoryInfo& memory, Value& value) const {
  if (!source.IsTensor()) {
    value = source;
    return;
  }
  const Tensor& made = source.tensor();
  if (!value.IsTensor()) value.SetTensor(NewTensor(made.dtype(), made.shape(), memory));
  Tensor& given = value.tensor();
  Require(given.shape() == made.shape(), ORT_INVALID_ARGUMENT,
          "the given output '{}' has shape {}, but the model produces {}",
          parts_.outputs[index]->name, given.shape(), made.shape());
  if (made.memory().HostAccessible() && given.memory().HostAccessible()) {
    // A device's EP may have left it there with work that is only enqueued.
    if (run.devices != nullptr) run.devices->WaitForAll();
    CopyElements(made, given);
  } else if (run.devices != nullptr) {
    run.devices->Bring(source, value);
  } else {
    CopyAcross(Transfers(), source, value);
  }
}

const MemoryInfo& OrtSession::InputMemory(const ValueInfo& input) const {
  if (parts_.devices == nullptr) return CpuMemoryInfo();
  return parts_.devices->borders.InfoOf(parts_.devices->borders.HomeOf(&input));
}

const MemoryInfo& OrtSession::OutputMemory(size_t index) const {
  const backplane::MemoryNumber memory = plan().slots[plan().output_slots[index]].memory;
  return parts_.devices == nullptr ? CpuMemoryInfo() : parts_.devices->borders.InfoOf(memory);
}

const OrtEpDevice* OrtSession::DeviceOf(const backplane::Node* node,
                                        const MemoryInfo& memory) const {
  if (node == nullptr || node->ep < 0) return nullptr;
  const auto devices = parts_.eps[static_cast<size_t>(node->ep)]->devices();
  for (const OrtEpDevice* device : devices) {
    if (device->memory && device->memory->SameDevice(memory)) return device;
  }
  if (!devices.empty()) return devices.front();
  return parts_.env->providers().host_device();
}

const OrtEpDevice* OrtSession::InputDevice(const ValueInfo& input) const {
  return DeviceOf(input.consumers.empty() ? nullptr : input.consumers.front().node,
                  InputMemory(input));
}

const OrtEpDevice* OrtSession::OutputDevice(size_t index) const {
  const ValueInfo* value = plan().slots[plan().output_slots[index]].value;
  return DeviceOf(value->producer, OutputMemory(index));
}

Value OrtSession::InInputMemory(const ValueInfo& input, const Value& value) const {
  const MemoryInfo& home = InputMemory(input);
  if (home.HostAccessible() || !value.IsTensor() || value.tensor().memory().SameDevice(home))
    return value;
  Value moved(NewTensor(value.tensor().dtype(), value.tensor().shape(), home));
  CopyAcross(Transfers(), value, moved);
  return moved;
}

void OrtSession::Synchronize() {
  if (parts_.devices == nullptr) return;
  for (size_t i = 0; i < parts_.eps.size(); ++i) {
    if (!parts_.eps[i]->Sync()) parts_.devices->WaitForStreams(static_cast<int>(i));
  }
}

OrtAllocator* OrtSession::AllocatorFor(const MemoryInfo& memory) const {
  for (const auto& ep : parts_.eps) {
    if (OrtAllocator* allocator = ep->AllocatorFor(memory)) return allocator;
  }
  return parts_.env->SharedAllocator(memory);
}

void OrtSession::SetEpDynamicOptions(std::span<const char* const> keys,
                                     std::span<const char* const> values) {
  Require(!keys.empty(), ORT_INVALID_ARGUMENT, "no inputs were passed");
  Require(ready(), ORT_FAIL, "Session not initialized.");
  for (const auto& ep : parts_.eps) ep->SetDynamicOptions(keys, values);
}

std::string OrtSession::EndProfiling() {
  // It stays, ended: runs on other threads may be using it.
  return parts_.profiler == nullptr ? std::string() : parts_.profiler->Finish();
}
