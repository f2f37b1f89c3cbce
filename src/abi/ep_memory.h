// Memory, copies and streams of EP devices: shared allocators and streams that clients ask for
// (OrtApi), and what plugins read of memory devices and streams (OrtEpApi).
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateSharedAllocator);
BACKPLANE_SLOT(OrtApi, ReleaseSharedAllocator);
BACKPLANE_SLOT(OrtApi, CreateSyncStreamForEpDevice);
BACKPLANE_SLOT(OrtApi, SyncStream_GetHandle);
BACKPLANE_RELEASE_SLOT(SyncStream);
BACKPLANE_SLOT(OrtApi, CopyTensors);

BACKPLANE_SLOT(OrtEpApi, MemoryInfo_GetMemoryDevice);
BACKPLANE_SLOT(OrtEpApi, Value_GetMemoryDevice);
BACKPLANE_SLOT(OrtEpApi, MemoryDevice_AreEqual);
BACKPLANE_SLOT(OrtEpApi, MemoryDevice_GetDeviceType);
BACKPLANE_SLOT(OrtEpApi, MemoryDevice_GetMemoryType);
BACKPLANE_SLOT(OrtEpApi, MemoryDevice_GetVendorId);
BACKPLANE_SLOT(OrtEpApi, MemoryDevice_GetDeviceId);
BACKPLANE_SLOT(OrtEpApi, SyncStream_GetImpl);
BACKPLANE_SLOT(OrtEpApi, SyncStream_GetSyncId);
BACKPLANE_SLOT(OrtEpApi, GetSyncIdForLastWaitOnSyncStream);

}  // namespace backplane::abi
