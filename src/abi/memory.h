// Memory info and allocator functions of OrtApi, those of sessions and of the env included.
#pragma once

#include "abi/slots.h"
#include "base/memory_info.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateMemoryInfo);
BACKPLANE_SLOT(OrtApi, CreateMemoryInfo_V2);
BACKPLANE_SLOT(OrtApi, CreateCpuMemoryInfo);
BACKPLANE_RELEASE_SLOT(MemoryInfo);
BACKPLANE_SLOT(OrtApi, CompareMemoryInfo);
BACKPLANE_SLOT(OrtApi, MemoryInfoGetName);
BACKPLANE_SLOT(OrtApi, MemoryInfoGetId);
BACKPLANE_SLOT(OrtApi, MemoryInfoGetMemType);
BACKPLANE_SLOT(OrtApi, MemoryInfoGetType);
BACKPLANE_SLOT(OrtApi, MemoryInfoGetDeviceType);
BACKPLANE_SLOT(OrtApi, MemoryInfoGetDeviceMemType);
BACKPLANE_SLOT(OrtApi, MemoryInfoGetVendorId);

BACKPLANE_SLOT(OrtApi, GetAllocatorWithDefaultOptions);
BACKPLANE_SLOT(OrtApi, CreateAllocator);
BACKPLANE_RELEASE_SLOT(Allocator);
BACKPLANE_SLOT(OrtApi, AllocatorAlloc);
BACKPLANE_SLOT(OrtApi, AllocatorFree);
BACKPLANE_SLOT(OrtApi, AllocatorGetInfo);
BACKPLANE_SLOT(OrtApi, AllocatorGetStats);

BACKPLANE_SLOT(OrtApi, CreateArenaCfg);
BACKPLANE_SLOT(OrtApi, CreateArenaCfgV2);
BACKPLANE_RELEASE_SLOT(ArenaCfg);
BACKPLANE_SLOT(OrtApi, RegisterAllocator);
BACKPLANE_SLOT(OrtApi, UnregisterAllocator);
BACKPLANE_SLOT(OrtApi, CreateAndRegisterAllocator);
BACKPLANE_SLOT(OrtApi, CreateAndRegisterAllocatorV2);
BACKPLANE_SLOT(OrtApi, GetSharedAllocator);

/// The same description in memory that lives as long as the process: tensors point to theirs,
/// clients free their own.
const MemoryInfo& Interned(const MemoryInfo& info);

}  // namespace backplane::abi
