#include "runtime/device_run.h"

#include <algorithm>

#include "base/allocator_calls.h"
#include "base/allocator_owners.h"
#include "runtime/level.h"
#include "runtime/run_options.h"

namespace backplane {

Tensor AllocateOnStream(DType dtype, const Shape& shape, OrtAllocator* allocator,
                        OrtSyncStream* stream) {
  if (stream == nullptr) return Tensor::Allocate(dtype, shape, allocator);
  const size_t bytes = BytesOf(dtype, shape.ElementCount());
  void* data = AllocateThrough(allocator, bytes, stream);
  auto buffer = std::make_shared<Buffer>(
      data, bytes, [allocator, owner = AllocatorOwner(allocator)](void* memory) {
        FreeThrough(allocator, memory);
      });
  return Tensor(dtype, shape, data, std::move(buffer), MemoryOf(allocator));
}

void CopyAcross(const DataTransfers& transfers, const Value& from, Value& to) {
  if (from.tensor().IsString()) return CopyElements(from.tensor(), to.tensor());
  if (from.tensor().Bytes() == 0) return;
  const Value* const sources[] = {&from};
  Value* const targets[] = {&to};
  transfers.Copy(sources, targets);
}

std::shared_ptr<OrtSyncStream> DeviceSupport::MakeStream(int ep) const {
  std::shared_ptr<OrtSyncStream> stream = eps[static_cast<size_t>(ep)]->CreateStream();
  const std::lock_guard lock(mutex_);
  std::erase_if(streams_, [](const auto& known) { return known.second.expired(); });
  streams_.emplace_back(ep, stream);
  return stream;
}

void DeviceSupport::WaitForStreams(int ep) const {
  std::vector<std::shared_ptr<OrtSyncStream>> streams;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [owner, stream] : streams_) {
      if (owner == ep) streams.push_back(stream.lock());
    }
  }
  for (const auto& stream : streams) {
    if (stream != nullptr) stream->MakeWait(nullptr);
  }
}

DeviceRun::DeviceRun(const DeviceSupport& support)
    : support_(support), streams_(support.eps.size()) {
  for (EpStream& stream : streams_) stream.waited.resize(streams_.size(), 0);
  const size_t memories = support.borders.memories().size() + 1;
  transfers_.resize(memories * memories);
}

DeviceRun::~DeviceRun() {
  Abandon();
  blocks_->Close();
}

OrtSyncStream* DeviceRun::Stream(int ep) {
  EpStream& stream = streams_[static_cast<size_t>(ep)];
  if (stream.current != nullptr) return stream.current;
  ExecutionProvider& provider = *support_.eps[static_cast<size_t>(ep)];
  if (!provider.StreamAware()) return nullptr;
  if (stream.own == nullptr) stream.own = support_.MakeStream(ep);
  stream.current = stream.own.get();
  return stream.current;
}

void DeviceRun::Begin(const OrtRunOptions& options) {
  must_wait_ = false;
  if (options.stream == nullptr) return;
  for (size_t i = 0; i < streams_.size(); ++i) {
    ExecutionProvider& ep = *support_.eps[i];
    if (!ep.StreamAware() || !ep.default_memory().SameDevice(options.stream->memory())) continue;
    // The frame's memory may still be in use on the EP's own stream.
    WaitOnHost(static_cast<int>(i));
    streams_[i].current = options.stream;
    return;
  }
}

void DeviceRun::End(bool synchronize) {
  if (must_wait_ || !held_.empty() || !kept_.empty() || blocks_->CanTrim()) {
    WaitForAll();
  } else {
    FinishHostCopies();
  }
  blocks_->Trim();
  for (size_t i = 0; i < streams_.size(); ++i) {
    EpStream& stream = streams_[i];
    if (stream.current == nullptr) continue;
    const bool foreign = stream.current != stream.own.get();
    // The caller's stream may be gone when this frame runs again.
    if (foreign && !synchronize) WaitOnHost(static_cast<int>(i));
    if (synchronize) {
      stream.current->Flush();
      stream.host_waited = stream.enqueued;
    }
    stream.current->OnSessionRunEnd();
    if (foreign) stream.current = stream.own.get();
  }
  ReturnHeld();
}

void DeviceRun::Drain() noexcept {
  for (size_t i = 0; i < streams_.size(); ++i) {
    EpStream& stream = streams_[i];
    try {
      if (stream.current != nullptr && stream.enqueued > stream.host_waited)
        stream.current->Flush();
    } catch (...) {  // NOLINT: the run has failed already
    }
    stream.host_waited = stream.enqueued;
    stream.uses_host_memory = false;
  }
  kept_.clear();
}

void DeviceRun::Abandon() noexcept {
  Drain();
  for (EpStream& stream : streams_) stream.current = stream.own.get();
  held_.clear();
}

OrtSyncStream* DeviceRun::BeginStep(const Step& step) {
  for (const StreamWait& wait : step.waits) {
    if (wait.on_host) {
      WaitOnHost(wait.producer);
    } else {
      WaitOnStream(step.executor, wait.producer);
    }
  }
  if (step.executor == Step::kHostExecutor) return nullptr;
  MarkEnqueued(step.executor);
  return Stream(step.executor);
}

void DeviceRun::WaitOnHost(int ep) {
  EpStream& stream = streams_[static_cast<size_t>(ep)];
  if (stream.current == nullptr || stream.host_waited >= stream.enqueued) return;
  stream.current->MakeWait(nullptr);
  stream.host_waited = stream.enqueued;
  stream.uses_host_memory = false;
}

void DeviceRun::WaitOnStream(int consumer, int producer) {
  EpStream& source = streams_[static_cast<size_t>(producer)];
  EpStream& target = streams_[static_cast<size_t>(consumer)];
  uint64_t& waited = target.waited[static_cast<size_t>(producer)];
  if (source.current == nullptr || source.enqueued <= std::max(waited, source.host_waited)) return;
  OrtSyncStream* stream = Stream(consumer);
  // Only streams of one library know each other.
  if (stream == nullptr || !stream->CanWaitFor(*source.current)) {
    WaitOnHost(producer);
    return;
  }
  source.current->MakeWait(stream);
  waited = source.enqueued;
}

void DeviceRun::FinishHostCopies() {
  for (size_t i = 0; i < streams_.size(); ++i) {
    if (streams_[i].uses_host_memory) WaitOnHost(static_cast<int>(i));
  }
}

void DeviceRun::WaitForAll() {
  for (size_t i = 0; i < streams_.size(); ++i) WaitOnHost(static_cast<int>(i));
  kept_.clear();
}

void DeviceRun::KeepAlive(const Value& value) {
  if (!value.IsTensor() || value.tensor().owner() == nullptr) return;
  const MemoryNumber memory = support_.borders.NumberOf(value.tensor().memory());
  if (memory == kHostMemory) return;
  const std::vector<int>& users = support_.borders.device(memory).users;
  const bool enqueued = std::any_of(users.begin(), users.end(), [&](int ep) {
    return support_.eps[static_cast<size_t>(ep)]->StreamAware();
  });
  // What comes back is used again in the order of its stream.
  if (enqueued && !DeviceBlocks::ComesBack(value.tensor().owner())) Keep(value.tensor().owner());
}

Tensor DeviceRun::NewResult(DType dtype, const Shape& shape, MemoryNumber memory) {
  const DeviceMemory& device = support_.borders.device(memory);
  OrtAllocator* allocator = device.ep->allocator();
  if (device.Shared()) {
    RequireWait();
    return Tensor::Allocate(dtype, shape, allocator);
  }
  std::shared_ptr<Buffer> block = TakeBlock(memory, BytesOf(dtype, shape.ElementCount()));
  void* data = block->data();
  return Tensor(dtype, shape, data, std::move(block), allocator->Info(allocator));
}

std::shared_ptr<Buffer> DeviceRun::TakeBlock(MemoryNumber memory, size_t bytes) {
  std::shared_ptr<Buffer> outgrown;
  auto block =
      blocks_->Take(memory, support_.borders.device(memory).ep->allocator(), bytes, outgrown);
  if (outgrown != nullptr) Keep(std::move(outgrown));
  return block;
}

std::shared_ptr<Buffer> DeviceRun::TakeBlock(OrtAllocator* allocator, size_t bytes) {
  const auto memories = support_.borders.memories();
  for (size_t i = 0; i < memories.size(); ++i) {
    if (memories[i].ep->allocator() == allocator && !memories[i].Shared())
      return TakeBlock(static_cast<MemoryNumber>(i + 1), bytes);
  }
  return nullptr;
}

void DeviceRun::Gather() {
  for (const DeviceMemory& device : support_.borders.memories()) {
    if (!device.Shared()) continue;
    for (const int ep : device.users) {
      if (ep != device.ep_index) WaitOnStream(device.ep_index, ep);
    }
  }
}

void DeviceRun::Keep(std::shared_ptr<Buffer> memory) {
  constexpr size_t kMostKept = 64;
  if (kept_.size() >= kMostKept) WaitForAll();
  kept_.push_back(std::move(memory));
}

void DeviceRun::Copy(const Value& from, Value& to, MemoryBorders::Copy path) {
  if (from.tensor().Bytes() == 0) return;
  const MemoryBorders& borders = support_.borders;
  auto& transfer = transfers_[path.from * (borders.memories().size() + 1) + path.to];
  if (transfer == nullptr) {
    transfer = support_.transfers.Find(borders.InfoOf(path.from), borders.InfoOf(path.to));
    if (transfer == nullptr) {
      CopyAcross(support_.transfers, from, to);
      return;
    }
  }
  const int ep = borders.device(path.from == kHostMemory ? path.to : path.from).ep_index;
  OrtSyncStream* stream = Stream(ep);
  const Value* const sources[] = {&from};
  Value* const targets[] = {&to};
  OrtSyncStream* const streams[] = {stream};
  if (stream == nullptr) {
    transfer->Copy(sources, targets, {});
    return;
  }
  EpStream& own = streams_[static_cast<size_t>(ep)];
  own.uses_host_memory = own.uses_host_memory || path.from == kHostMemory || path.to == kHostMemory;
  MarkEnqueued(ep);
  transfer->Copy(sources, targets, streams);
}

void DeviceRun::Bring(const Value& from, Value& to) {
  const MemoryInfo& source = from.tensor().memory();
  const MemoryInfo& target = to.tensor().memory();
  const MemoryBorders::Copy path{support_.borders.NumberOf(source),
                                 support_.borders.NumberOf(target)};
  const bool known = (path.from != kHostMemory || source.HostAccessible()) &&
                     (path.to != kHostMemory || target.HostAccessible());
  for (const MemoryNumber memory : {path.from, path.to}) {
    if (memory != kHostMemory && support_.borders.device(memory).Shared()) WaitForAll();
  }
  if (known && path.from != path.to && (path.from == kHostMemory || path.to == kHostMemory)) {
    Copy(from, to, path);
    if (path.to == kHostMemory) WaitOnHost(support_.borders.device(path.from).ep_index);
    return;
  }
  // Within a device's memory, in the order of its stream.
  if (known && path.from == path.to && path.from != kHostMemory &&
      !support_.borders.device(path.from).Shared() &&
      support_.transfers.Find(source, target) != nullptr) {
    KeepAlive(from);
    Copy(from, to, path);
    return;
  }
  // What the session does not know, or must not touch before its stream is done.
  WaitForAll();
  CopyAcross(support_.transfers, from, to);
}

std::unique_ptr<Frame> DeviceRun::TakeHeld(Level* level) {
  for (size_t i = 0; i < held_.size(); ++i) {
    if (held_[i].level != level) continue;
    std::unique_ptr<Frame> frame = std::move(held_[i].frame);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
    return frame;
  }
  return nullptr;
}

void DeviceRun::Hold(Level* level, std::unique_ptr<Frame> frame) {
  held_.push_back({level, std::move(frame)});
}

void DeviceRun::ReturnHeld() {
  for (HeldFrame& held : held_) held.level->Return(std::move(held.frame));
  held_.clear();
}

namespace {

class CopyKernel final : public Kernel {
 public:
  explicit CopyKernel(MemoryBorders::Copy path) : path_(path) {}
  void Run(KernelContext& context) const override {
    const Value& from = *context.InputValue(0);
    context.Output(0, from.tensor().shape());
    static_cast<RunState*>(context.run_state_)
        ->devices->Copy(from, *context.slots_[context.outputs_[0]], path_);
  }

 private:
  MemoryBorders::Copy path_;
};

}  // namespace

std::unique_ptr<Kernel> MakeCopyKernel(MemoryBorders::Copy path) {
  return std::make_unique<CopyKernel>(path);
}

}  // namespace backplane
