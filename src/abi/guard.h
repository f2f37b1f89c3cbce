// The border to C: nothing throws across. Every function of the tables that can fail has its body
// in Guard.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/status.h"

namespace backplane::abi {

/// Runs `body`; an exception out of it becomes a status, else the result is null (success).
template <typename Body>
OrtStatus* Guard(Body&& body) noexcept {
  try {
    body();
    return nullptr;
  } catch (...) {
    return StatusOfCurrentException();
  }
}

[[noreturn]] void FailNull(const char* name);

/// Fails with ORT_INVALID_ARGUMENT naming the argument if it is null.
template <typename T>
void NotNull(T* argument, const char* name) {
  if (argument == nullptr) [[unlikely]]
    FailNull(name);
}

/// Pointer and count of an array; null is fine when there are none.
template <typename T>
void NotNullArray(T* array, size_t count, const char* name) {
  if (array == nullptr && count != 0) [[unlikely]]
    FailNull(name);
}

/// Guard around `body(*handle)`; a null handle, an argument called `name`, is an error.
template <typename Handle, typename Body>
OrtStatus* GuardHandle(Handle* handle, const char* name, Body&& body) noexcept {
  return Guard([&] {
    NotNull(handle, name);
    body(*handle);
  });
}

template <typename Options, typename Body>
OrtStatus* GuardOptions(Options* options, Body&& body) noexcept {
  return GuardHandle(options, "options", body);
}

/// A copy of `text` with its terminator in memory of `allocator`.
char* CopyText(std::string_view text, OrtAllocator* allocator);

/// `bytes` of memory from `allocator`; fails with ORT_FAIL when there is none.
void* AllocateFrom(OrtAllocator* allocator, size_t bytes);

/// The C API's way to hand out a text: `*size` is the room on entry and what is needed, terminator
/// included, on return. With a null `out` it only asks. Too little room fails with
/// ORT_INVALID_ARGUMENT, naming `what`.
void CopyTextOut(std::string_view text, char* out, size_t* size, const char* what);

}  // namespace backplane::abi
