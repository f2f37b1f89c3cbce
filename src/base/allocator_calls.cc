#include "base/allocator_calls.h"

#include "base/error.h"
#include "base/memory_info.h"

namespace backplane {

const OrtMemoryInfo* MemoryOf(const OrtAllocator* allocator) {
  const OrtMemoryInfo* memory = nullptr;
  try {
    memory = allocator->Info(allocator);
  } catch (const std::exception& error) {
    Fail(ORT_FAIL, "Info of an allocator: {}", error.what());
  }
  Require(memory != nullptr, ORT_FAIL, "Info of an allocator gives no memory");
  return memory;
}

void* AllocateThrough(OrtAllocator* allocator, size_t bytes, OrtSyncStream* stream) {
  constexpr uint32_t kSince = 23;
  const bool on_stream =
      stream != nullptr && allocator->version >= kSince && allocator->AllocOnStream != nullptr;
  void* memory = nullptr;
  try {
    memory = on_stream ? allocator->AllocOnStream(allocator, bytes, stream)
                       : allocator->Alloc(allocator, bytes);
  } catch (const std::exception& error) {
    Fail(ORT_FAIL, "the allocator for memory '{}' could not provide {} bytes: {}",
         MemoryOf(allocator)->name, bytes, error.what());
  }
  Require(memory != nullptr || bytes == 0, ORT_FAIL,
          "the allocator for memory '{}' could not provide {} bytes", MemoryOf(allocator)->name,
          bytes);
  return memory;
}

void FreeThrough(OrtAllocator* allocator, void* memory) noexcept {
  if (memory == nullptr) return;
  try {
    allocator->Free(allocator, memory);
  } catch (...) {  // NOLINT: there is nobody to tell
  }
}

}  // namespace backplane
