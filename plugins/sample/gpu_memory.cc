#include "gpu_memory.h"

#include <cstring>

namespace sample {

namespace {

class GpuAllocator : public OrtAllocator {
 public:
  GpuAllocator(const Api& api, GpuDevice& device, const OrtMemoryInfo* info)
      : OrtAllocator{}, device_(device), info_(info) {
    version = api.version;
    Alloc = [](OrtAllocator* self, size_t size) noexcept {
      return static_cast<GpuAllocator*>(self)->device_.Allocate(size);
    };
    Free = [](OrtAllocator* self, void* memory) noexcept {
      static_cast<GpuAllocator*>(self)->device_.Free(memory);
    };
    Info = [](const OrtAllocator* self) noexcept {
      return static_cast<const GpuAllocator*>(self)->info_;
    };
  }

 private:
  GpuDevice& device_;
  const OrtMemoryInfo* info_;
};

class GpuNotification : public OrtSyncNotificationImpl {
 public:
  GpuNotification(const Api& api, GpuQueue& queue)
      : OrtSyncNotificationImpl{}, api_(api), queue_(queue) {
    ort_version_supported = api.version;
    Release = [](OrtSyncNotificationImpl* self) noexcept {
      delete static_cast<GpuNotification*>(self);
    };
    Activate = [](OrtSyncNotificationImpl* self) noexcept -> OrtStatus* {
      auto* notification = static_cast<GpuNotification*>(self);
      return notification->api_.Guard(
          [&] { notification->event_ = notification->queue_.Record(); });
    };
    // The thread that calls goes on; the other queue stops when it gets here.
    WaitOnDevice = [](OrtSyncNotificationImpl* self, OrtSyncStream* consumer) noexcept {
      auto* notification = static_cast<GpuNotification*>(self);
      return notification->api_.Guard([&] {
        if (notification->event_ == nullptr) return;
        GpuQueue* queue = QueueOf(notification->api_.ort->SyncStream_GetHandle(consumer));
        queue->Submit([event = notification->event_] { event->Wait(); });
      });
    };
    WaitOnHost = [](OrtSyncNotificationImpl* self) noexcept -> OrtStatus* {
      auto* notification = static_cast<GpuNotification*>(self);
      if (notification->event_ != nullptr) notification->event_->Wait();
      return nullptr;
    };
  }

 private:
  const Api& api_;
  GpuQueue& queue_;
  std::shared_ptr<const GpuEvent> event_;
};

class GpuStream : public OrtSyncStreamImpl {
 public:
  GpuStream(const Api& api, GpuDevice& device) : OrtSyncStreamImpl{}, api_(api), queue_(device) {
    ort_version_supported = api.version;
    Release = [](OrtSyncStreamImpl* self) noexcept { delete static_cast<GpuStream*>(self); };
    GetHandle = [](OrtSyncStreamImpl* self) noexcept -> void* {
      return &static_cast<GpuStream*>(self)->queue_;
    };
    CreateNotification = [](OrtSyncStreamImpl* self,
                            OrtSyncNotificationImpl** notification) noexcept -> OrtStatus* {
      auto* stream = static_cast<GpuStream*>(self);
      return stream->api_.Guard(
          [&] { *notification = new GpuNotification(stream->api_, stream->queue_); });
    };
    Flush = [](OrtSyncStreamImpl* self) noexcept -> OrtStatus* {
      auto* stream = static_cast<GpuStream*>(self);
      return stream->api_.Guard([&] { stream->queue_.Finish(); });
    };
    // Here memory that was kept for the stream would be made free again; the sample keeps none.
    OnSessionRunEnd = [](OrtSyncStreamImpl*) noexcept -> OrtStatus* { return nullptr; };
  }

 private:
  const Api& api_;
  GpuQueue queue_;
};

class GpuDataTransfer : public OrtDataTransferImpl {
 public:
  GpuDataTransfer(const Api& api, GpuDevice& device, const OrtMemoryInfo* info)
      : OrtDataTransferImpl{},
        api_(api),
        device_(device),
        memory_(api.ep->MemoryInfo_GetMemoryDevice(info)) {
    ort_version_supported = api.version;
    OrtDataTransferImpl::Release = [](OrtDataTransferImpl* self) noexcept {
      delete static_cast<GpuDataTransfer*>(self);
    };
    OrtDataTransferImpl::CanCopy = [](const OrtDataTransferImpl* self, const OrtMemoryDevice* from,
                                      const OrtMemoryDevice* to) noexcept {
      const auto* transfer = static_cast<const GpuDataTransfer*>(self);
      return (transfer->IsOurs(from) && (transfer->IsOurs(to) || transfer->IsHost(to))) ||
             (transfer->IsHost(from) && transfer->IsOurs(to));
    };
    OrtDataTransferImpl::CopyTensors = [](OrtDataTransferImpl* self, const OrtValue** from,
                                          OrtValue** to, OrtSyncStream** streams,
                                          size_t count) noexcept -> OrtStatus* {
      auto* transfer = static_cast<GpuDataTransfer*>(self);
      return transfer->api_.Guard([&] {
        for (size_t i = 0; i < count; ++i) {
          transfer->Copy(from[i], to[i], streams == nullptr ? nullptr : streams[i]);
        }
      });
    };
  }

 private:
  bool IsOurs(const OrtMemoryDevice* memory) const {
    return api_.ep->MemoryDevice_AreEqual(memory, memory_);
  }
  bool IsHost(const OrtMemoryDevice* memory) const {
    return api_.ep->MemoryDevice_GetDeviceType(memory) == OrtMemoryInfoDeviceType_CPU;
  }

  void Copy(const OrtValue* from, OrtValue* to, OrtSyncStream* stream) const {
    size_t bytes = 0;
    const void* source = nullptr;
    void* target = nullptr;
    api_.Check(api_.ort->GetTensorSizeInBytes(from, &bytes));
    api_.Check(api_.ort->GetTensorData(from, &source));
    api_.Check(api_.ort->GetTensorMutableData(to, &target));
    if (bytes == 0) return;
    const bool from_device = IsOurs(api_.ep->Value_GetMemoryDevice(from));
    const bool to_device = IsOurs(api_.ep->Value_GetMemoryDevice(to));
    if ((from_device && !device_.Owns(source, bytes)) ||
        (to_device && !device_.Owns(target, bytes))) {
      throw Failure(ORT_EP_FAIL, "a tensor said to be on the device is not in its memory");
    }
    const CopyKind kind = !from_device ? CopyKind::kToDevice
                          : to_device  ? CopyKind::kOnDevice
                                       : CopyKind::kToHost;
    void* handle = stream == nullptr ? nullptr : api_.ort->SyncStream_GetHandle(stream);
    GpuCopy(QueueOf(handle), kind, target, source, bytes);
  }

  const Api& api_;
  GpuDevice& device_;
  const OrtMemoryDevice* memory_;
};

}  // namespace

void GpuCopy(GpuQueue* queue, CopyKind kind, void* to, const void* from, size_t bytes) {
  if (queue == nullptr && kind == CopyKind::kOnDevice) {
    std::memmove(to, from, bytes);
  } else if (queue == nullptr) {
    GpuDevice::Convert(to, from, bytes);
  } else if (kind == CopyKind::kOnDevice) {
    queue->Submit([=] { std::memmove(to, from, bytes); });
  } else if (kind == CopyKind::kToHost) {
    queue->Submit([=] { GpuDevice::Convert(to, from, bytes); });
    queue->Finish();
  } else {
    const auto* begin = static_cast<const uint8_t*>(from);
    queue->Submit([=, staged = std::vector<uint8_t>(begin, begin + bytes)] {
      GpuDevice::Convert(to, staged.data(), bytes);
    });
  }
}

OrtAllocator* MakeGpuAllocator(const Api& api, GpuDevice& device, const OrtMemoryInfo* info) {
  return new GpuAllocator(api, device, info);
}

void ReleaseGpuAllocator(OrtAllocator* allocator) { delete static_cast<GpuAllocator*>(allocator); }

OrtDataTransferImpl* MakeGpuDataTransfer(const Api& api, GpuDevice& device,
                                         const OrtMemoryInfo* info) {
  return new GpuDataTransfer(api, device, info);
}

OrtSyncStreamImpl* MakeGpuStream(const Api& api, GpuDevice& device) {
  return new GpuStream(api, device);
}

}  // namespace sample
