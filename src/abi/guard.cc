#include "abi/guard.h"

namespace backplane::abi {

void FailNull(const char* name) { Fail(ORT_INVALID_ARGUMENT, "argument '{}' is null", name); }

void* AllocateFrom(OrtAllocator* allocator, size_t bytes) {
  void* memory = allocator->Alloc(allocator, bytes);
  Require(memory != nullptr, ORT_FAIL, "the allocator could not provide {} bytes", bytes);
  return memory;
}

char* CopyText(std::string_view text, OrtAllocator* allocator) {
  auto* copy = static_cast<char*>(AllocateFrom(allocator, text.size() + 1));
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return copy;
}

void CopyTextOut(std::string_view text, char* out, size_t* size, const char* what) {
  const size_t room = *size;
  *size = text.size() + 1;
  if (out == nullptr) return;
  Require(room >= text.size() + 1, ORT_INVALID_ARGUMENT,
          "Output buffer is not large enough for {}: it has {} bytes and needs {}", what, room,
          text.size() + 1);
  std::memcpy(out, text.data(), text.size());
  out[text.size()] = '\0';
}

}  // namespace backplane::abi
