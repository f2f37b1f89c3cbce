// The memory side of the GPU EP: what the host needs to allocate on the device, to copy to and from
// it, and to order work. All of it belongs to the factory, as it is used outside sessions too.
#pragma once

#include "gpu_device.h"
#include "tensor.h"

namespace sample {

// Given back to ReleaseGpuAllocator. `device` and `info` outlive it, here and below.
OrtAllocator* MakeGpuAllocator(const Api& api, GpuDevice& device, const OrtMemoryInfo* info);
void ReleaseGpuAllocator(OrtAllocator* allocator);

// These two are released by the host, through the object itself.
OrtDataTransferImpl* MakeGpuDataTransfer(const Api& api, GpuDevice& device,
                                         const OrtMemoryInfo* info);
OrtSyncStreamImpl* MakeGpuStream(const Api& api, GpuDevice& device);

// What the handle of such a stream is.
inline GpuQueue* QueueOf(void* stream_handle) { return static_cast<GpuQueue*>(stream_handle); }

enum class CopyKind : uint8_t { kToDevice, kToHost, kOnDevice };

// Copies in the order of the queue; if that is null, at once. The host's side is never touched
// after this returned: host memory is read, or written, before.
void GpuCopy(GpuQueue* queue, CopyKind kind, void* to, const void* from, size_t bytes);

}  // namespace sample
