// Calls of an OrtAllocator that may be a plug-in's: what it throws becomes an Error, or stays
// unheard where memory goes back. For whoever allocates through the C API's allocators.
#pragma once

#include <cstddef>

#include "onnxruntime_c_api.h"

namespace backplane {

/// `bytes` of the allocator's memory; with `stream`, for use on it, where the allocator has
/// AllocOnStream. Fails with ORT_FAIL, naming the memory.
void* AllocateThrough(OrtAllocator* allocator, size_t bytes, OrtSyncStream* stream = nullptr);
/// Which memory it is. Fails with ORT_FAIL where the allocator does not say.
const OrtMemoryInfo* MemoryOf(const OrtAllocator* allocator);
/// Gives memory back. Null is fine.
void FreeThrough(OrtAllocator* allocator, void* memory) noexcept;

}  // namespace backplane
