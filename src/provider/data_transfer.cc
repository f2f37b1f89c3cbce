#include "provider/data_transfer.h"

#include <algorithm>
#include <map>

#include "provider/sync_stream.h"

namespace backplane {
namespace {

constexpr uint32_t kSince = 23;

std::string Describe(const MemoryInfo& memory) {
  static constexpr const char* kTypes[] = {"CPU", "GPU", "NPU", "FPGA"};
  const auto type = static_cast<size_t>(memory.device_type);
  return Format("{} ({} {})", memory.name, type < std::size(kTypes) ? kTypes[type] : "device",
                memory.device_id);
}

void CheckPair(const Value* from, const Value* to) {
  Require(from != nullptr && from->IsTensor(), ORT_INVALID_ARGUMENT,
          "a source of a copy is null or not a tensor");
  Require(to != nullptr && to->IsTensor(), ORT_INVALID_ARGUMENT,
          "a destination of a copy is null or not a tensor");
  Require(from->tensor().dtype() == to->tensor().dtype(), ORT_INVALID_ARGUMENT,
          "a copy cannot convert: the source has elements of type {}, the destination of type {}",
          TensorTypeName(from->tensor().dtype()), TensorTypeName(to->tensor().dtype()));
  Require(from->tensor().shape().ElementCount() == to->tensor().shape().ElementCount(),
          ORT_INVALID_ARGUMENT, "a copy needs room: the source has shape {}, the destination {}",
          from->tensor().shape().ToString(), to->tensor().shape().ToString());
}

}  // namespace

PluginDataTransfer::PluginDataTransfer(std::shared_ptr<PluginLibrary> library, std::string ep_name,
                                       OrtDataTransferImpl* impl)
    : library_(std::move(library)), ep_name_(std::move(ep_name)), impl_(impl) {
  const uint32_t version = impl_->ort_version_supported;
  const bool complete =
      impl_->Release != nullptr && impl_->CanCopy != nullptr && impl_->CopyTensors != nullptr;
  if (version >= kSince && version <= kLargestEpApiVersion && complete) return;
  if (version >= kSince && version <= kLargestEpApiVersion)
    ReleaseThroughPlugin(Callback(*impl_, &OrtDataTransferImpl::Release, kSince), impl_);
  CheckStatedVersion(version, kSince, Format("the OrtDataTransferImpl of {}", ep_name_));
  Fail(ORT_INVALID_ARGUMENT, "the OrtDataTransferImpl of {} lacks Release, CanCopy or CopyTensors",
       ep_name_);
}

PluginDataTransfer::~PluginDataTransfer() {
  ReleaseThroughPlugin(Callback(*impl_, &OrtDataTransferImpl::Release, kSince), impl_);
}

bool PluginDataTransfer::CanCopy(const MemoryInfo& from, const MemoryInfo& to) const {
  return AskPlugin(ep_name_, false, Callback(*impl_, &OrtDataTransferImpl::CanCopy, kSince), impl_,
                   ToMemoryDevice(from), ToMemoryDevice(to));
}

void PluginDataTransfer::Copy(std::span<const Value* const> from, std::span<Value* const> to,
                              std::span<OrtSyncStream* const> streams) const {
  // The C API wants arrays it could write to; it does not.
  CallPlugin(ep_name_, Callback(*impl_, &OrtDataTransferImpl::CopyTensors, kSince), impl_,
             const_cast<const OrtValue**>(from.data()), const_cast<OrtValue**>(to.data()),
             streams.empty() ? nullptr : const_cast<OrtSyncStream**>(streams.data()), from.size());
}

void DataTransfers::Add(std::shared_ptr<const DataTransfer> transfer) {
  const std::lock_guard lock(mutex_);
  transfers_.push_back(std::move(transfer));
}

void DataTransfers::Remove(const PluginLibrary* library) {
  std::vector<std::shared_ptr<const DataTransfer>> gone;  // released outside of the lock
  const std::lock_guard lock(mutex_);
  for (auto& transfer : transfers_) {
    if (transfer->library() == library) gone.push_back(std::move(transfer));
  }
  std::erase(transfers_, nullptr);
}

std::shared_ptr<const DataTransfer> DataTransfers::Find(const MemoryInfo& from,
                                                        const MemoryInfo& to) const {
  if (before_ != nullptr) {
    if (auto transfer = before_->Find(from, to)) return transfer;
  }
  std::vector<std::shared_ptr<const DataTransfer>> candidates;
  {
    const std::lock_guard lock(mutex_);
    candidates = transfers_;
  }
  for (const auto& transfer : candidates) {
    if (transfer->CanCopy(from, to)) return transfer;
  }
  return nullptr;
}

bool DataTransfers::CanCopy(const MemoryInfo& from, const MemoryInfo& to) const {
  const bool on_host = from.device_type == OrtMemoryInfoDeviceType_CPU &&
                       to.device_type == OrtMemoryInfoDeviceType_CPU;
  return on_host || Find(from, to) != nullptr || (from.HostAccessible() && to.HostAccessible());
}

// What is enqueued on `stream` comes before; the copy is done on return.
void DataTransfers::CopyThroughHost(const Value& from, Value& to, OrtSyncStream* stream) const {
  Value between(Tensor::Allocate(from.tensor().dtype(), from.tensor().shape()));
  const Value* source = &from;
  Value* target = &between;
  if (stream != nullptr) stream->MakeWait(nullptr);
  Copy({&source, 1}, {&target, 1});
  source = &between;
  target = &to;
  Copy({&source, 1}, {&target, 1});
}

void DataTransfers::Copy(std::span<const Value* const> from, std::span<Value* const> to,
                         OrtSyncStream* stream) const {
  struct Batch {
    std::vector<const Value*> from;
    std::vector<Value*> to;
  };
  std::map<std::shared_ptr<const DataTransfer>, Batch>
      batches;  // one call for all that a transfer copies
  for (size_t i = 0; i < from.size(); ++i) {
    CheckPair(from[i], to[i]);
    const MemoryInfo& source = from[i]->tensor().memory();
    const MemoryInfo& target = to[i]->tensor().memory();
    const bool on_host = source.device_type == OrtMemoryInfoDeviceType_CPU &&
                         target.device_type == OrtMemoryInfoDeviceType_CPU;
    const std::shared_ptr<const DataTransfer> transfer = on_host ? nullptr : Find(source, target);
    if (transfer == nullptr && !(source.HostAccessible() && target.HostAccessible()) &&
        CanCopy(source, CpuMemoryInfo()) && CanCopy(CpuMemoryInfo(), target)) {
      CopyThroughHost(*from[i], *to[i], stream);
      continue;
    }
    if (transfer == nullptr) {
      Require(source.HostAccessible() && target.HostAccessible(), ORT_NOT_IMPLEMENTED,
              "There's no data transfer registered for copying tensors from {} to {}",
              Describe(source), Describe(target));
      CopyElements(from[i]->tensor(), to[i]->tensor());
      continue;
    }
    Batch& batch = batches[transfer];
    batch.from.push_back(from[i]);
    batch.to.push_back(to[i]);
  }
  for (const auto& [transfer, batch] : batches) {
    const std::vector<OrtSyncStream*> streams(stream == nullptr ? 0 : batch.from.size(), stream);
    transfer->Copy(batch.from, batch.to, streams);
  }
}

}  // namespace backplane
