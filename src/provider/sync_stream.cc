#include "provider/sync_stream.h"

#include <algorithm>

using backplane::Callback;
using backplane::CallPlugin;
using backplane::CheckStatedVersion;
using backplane::Require;

namespace {

constexpr uint32_t kSince = 23;

// A point in a stream; releases the plugin's object.
class Notification {
 public:
  Notification(const std::string& ep_name, OrtSyncStreamImpl* stream) : ep_name_(ep_name) {
    CallPlugin(ep_name_, Callback(*stream, &OrtSyncStreamImpl::CreateNotification, kSince), stream,
               &impl_);
    Require(impl_ != nullptr, ORT_FAIL, "{}: CreateNotification gave no notification", ep_name_);
    CheckStatedVersion(impl_->ort_version_supported, kSince, "an OrtSyncNotificationImpl");
  }
  ~Notification() {
    if (impl_ == nullptr) return;
    backplane::ReleaseThroughPlugin(Callback(*impl_, &OrtSyncNotificationImpl::Release, kSince),
                                    impl_);
  }
  Notification(const Notification&) = delete;
  Notification& operator=(const Notification&) = delete;

  void Activate() {
    CallPlugin(ep_name_, Callback(*impl_, &OrtSyncNotificationImpl::Activate, kSince), impl_);
  }
  void WaitOnDevice(OrtSyncStream* consumer) {
    CallPlugin(ep_name_, Callback(*impl_, &OrtSyncNotificationImpl::WaitOnDevice, kSince), impl_,
               consumer);
  }
  void WaitOnHost() {
    CallPlugin(ep_name_, Callback(*impl_, &OrtSyncNotificationImpl::WaitOnHost, kSince), impl_);
  }

 private:
  const std::string& ep_name_;  // the stream's
  OrtSyncNotificationImpl* impl_ = nullptr;
};

}  // namespace

OrtSyncStream::OrtSyncStream(std::shared_ptr<backplane::PluginLibrary> library, std::string ep_name,
                             const backplane::MemoryInfo& memory, OrtSyncStreamImpl* impl)
    : library_(std::move(library)), ep_name_(std::move(ep_name)), memory_(memory), impl_(impl) {
  CheckStatedVersion(impl_->ort_version_supported, kSince,
                     backplane::Format("{}: the OrtSyncStreamImpl", ep_name_));
  if (impl_->Release != nullptr && impl_->GetHandle != nullptr && impl_->Flush != nullptr) return;
  backplane::ReleaseThroughPlugin(Callback(*impl_, &OrtSyncStreamImpl::Release, kSince), impl_);
  backplane::Fail(ORT_INVALID_ARGUMENT,
                  "{}: the OrtSyncStreamImpl lacks Release, GetHandle or Flush", ep_name_);
}

OrtSyncStream::~OrtSyncStream() {
  backplane::ReleaseThroughPlugin(Callback(*impl_, &OrtSyncStreamImpl::Release, kSince), impl_);
}

void* OrtSyncStream::Handle() const {
  return backplane::AskPlugin<void*>(
      ep_name_, nullptr, Callback(*impl_, &OrtSyncStreamImpl::GetHandle, kSince), impl_);
}

void OrtSyncStream::Flush() {
  CallPlugin(ep_name_, Callback(*impl_, &OrtSyncStreamImpl::Flush, kSince), impl_);
}

void OrtSyncStream::OnSessionRunEnd() {
  const auto callback = Callback(*impl_, &OrtSyncStreamImpl::OnSessionRunEnd, kSince);
  if (callback != nullptr) CallPlugin(ep_name_, callback, impl_);
}

void OrtSyncStream::MakeWait(OrtSyncStream* consumer) {
  if (consumer == this) return;  // a stream keeps its own order
  if (Callback(*impl_, &OrtSyncStreamImpl::CreateNotification, kSince) == nullptr) {
    Flush();
    return;
  }
  auto notification = std::make_shared<Notification>(ep_name_, impl_);
  // What another thread has this stream wait for meanwhile stays pending.
  std::vector<std::shared_ptr<void>> before;
  if (consumer == nullptr) {
    const std::lock_guard lock(mutex_);
    before = pending_;
  }
  notification->Activate();
  const uint64_t id = sync_id_.fetch_add(1, std::memory_order_acq_rel) + 1;
  if (consumer == nullptr) {
    notification->WaitOnHost();
    const std::lock_guard lock(mutex_);
    std::erase_if(pending_, [&](const std::shared_ptr<void>& each) {
      return std::find(before.begin(), before.end(), each) != before.end();
    });
    return;
  }
  notification->WaitOnDevice(consumer);
  constexpr size_t kMostPending = 256;
  bool many = false;
  {
    const std::lock_guard lock(consumer->mutex_);
    consumer->waits_[this] = id;
    consumer->pending_.push_back(std::move(notification));
    many = consumer->pending_.size() > kMostPending;
  }
  if (many) consumer->MakeWait(nullptr);
}

bool OrtSyncStream::CanWaitFor(const OrtSyncStream& producer) const {
  return library_ == producer.library_ && memory_.vendor_id == producer.memory_.vendor_id &&
         memory_.device_type == producer.memory_.device_type;
}

uint64_t OrtSyncStream::LastWaitFor(const OrtSyncStream& producer) const {
  const std::lock_guard lock(mutex_);
  const auto it = waits_.find(&producer);
  return it == waits_.end() ? 0 : it->second;
}
