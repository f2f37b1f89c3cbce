#include "abi/ep_memory.h"

#include <memory>

#include "abi/guard.h"
#include "base/value.h"
#include "provider/registry.h"
#include "runtime/env.h"

namespace backplane::abi {

OrtStatus* CreateSharedAllocator(OrtEnv* env, const OrtEpDevice* ep_device,
                                 OrtDeviceMemoryType mem_type, OrtAllocatorType allocator_type,
                                 const OrtKeyValuePairs* allocator_options,
                                 OrtAllocator** allocator) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(ep_device, "ep_device");
    // An EP gives its allocators an arena as it sees fit; only read-only ones are apart.
    Require(allocator_type != OrtInvalidAllocator, ORT_INVALID_ARGUMENT,
            "OrtInvalidAllocator is no type of allocator");
    const auto made = env->providers().CreateAllocator(ep_device, mem_type, allocator_options);
    if (allocator != nullptr) *allocator = made.get();
  });
}

OrtStatus* ReleaseSharedAllocator(OrtEnv* env, const OrtEpDevice* ep_device,
                                  OrtDeviceMemoryType mem_type) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(ep_device, "ep_device");
    env->providers().ReleaseAllocator(ep_device, mem_type);
  });
}

OrtStatus* CreateSyncStreamForEpDevice(const OrtEpDevice* ep_device,
                                       const OrtKeyValuePairs* stream_options,
                                       OrtSyncStream** stream) noexcept {
  return Guard([&] {
    Require(ep_device != nullptr && stream != nullptr, ORT_INVALID_ARGUMENT,
            "ep_device and stream must be provided.");
    *stream = nullptr;
    const std::shared_ptr<OrtEnv> env = OrtEnv::Current();
    Require(env != nullptr, ORT_INVALID_ARGUMENT, "there is no environment");
    *stream = env->providers().CreateStream(ep_device, stream_options).release();
  });
}

void* SyncStream_GetHandle(OrtSyncStream* stream) noexcept {
  void* handle = nullptr;
  if (stream == nullptr) return handle;
  OrtStatus* status = Guard([&] { handle = stream->Handle(); });
  DeleteStatus(status);
  return handle;
}

void ReleaseSyncStream(OrtSyncStream* input) noexcept { delete input; }

OrtStatus* CopyTensors(const OrtEnv* env, const OrtValue* const* src_tensors,
                       OrtValue* const* dst_tensors, OrtSyncStream* stream,
                       size_t num_tensors) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    Require(num_tensors != 0 && src_tensors != nullptr && dst_tensors != nullptr,
            ORT_INVALID_ARGUMENT, "Invalid arguments provided to CopyTensors.");
    env->providers().transfers().Copy({src_tensors, num_tensors}, {dst_tensors, num_tensors},
                                      stream);
  });
}

// -- for plugins; null in, nothing out
// -------------------------------------------------------------------------------------------------

const OrtMemoryDevice* MemoryInfo_GetMemoryDevice(const OrtMemoryInfo* memory_info) noexcept {
  return memory_info == nullptr ? nullptr : ToMemoryDevice(*memory_info);
}

const OrtMemoryDevice* Value_GetMemoryDevice(const OrtValue* value) noexcept {
  if (value == nullptr || !value->IsTensor()) return nullptr;
  return ToMemoryDevice(value->tensor().memory());
}

bool MemoryDevice_AreEqual(const OrtMemoryDevice* a, const OrtMemoryDevice* b) noexcept {
  if (a == nullptr || b == nullptr) return a == b;
  return FromMemoryDevice(*a).SameDevice(FromMemoryDevice(*b));
}

OrtMemoryInfoDeviceType MemoryDevice_GetDeviceType(const OrtMemoryDevice* memory_device) noexcept {
  return memory_device == nullptr ? OrtMemoryInfoDeviceType_CPU
                                  : FromMemoryDevice(*memory_device).device_type;
}

OrtDeviceMemoryType MemoryDevice_GetMemoryType(const OrtMemoryDevice* memory_device) noexcept {
  return memory_device == nullptr ? OrtDeviceMemoryType_DEFAULT
                                  : FromMemoryDevice(*memory_device).device_memory;
}

uint32_t MemoryDevice_GetVendorId(const OrtMemoryDevice* memory_device) noexcept {
  return memory_device == nullptr ? 0 : FromMemoryDevice(*memory_device).vendor_id;
}

uint32_t MemoryDevice_GetDeviceId(const OrtMemoryDevice* memory_device) noexcept {
  return memory_device == nullptr
             ? 0
             : static_cast<uint32_t>(FromMemoryDevice(*memory_device).device_id);
}

const OrtSyncStreamImpl* SyncStream_GetImpl(const OrtSyncStream* stream) noexcept {
  return stream == nullptr ? nullptr : stream->impl();
}

uint64_t SyncStream_GetSyncId(const OrtSyncStream* stream) noexcept {
  return stream == nullptr ? 0 : stream->sync_id();
}

uint64_t GetSyncIdForLastWaitOnSyncStream(const OrtSyncStream* producer_stream,
                                          const OrtSyncStream* consumer_stream) noexcept {
  if (producer_stream == nullptr || consumer_stream == nullptr) return 0;
  uint64_t id = 0;
  DeleteStatus(Guard([&] { id = consumer_stream->LastWaitFor(*producer_stream); }));
  return id;
}

}  // namespace backplane::abi
