// Who keeps an OrtAllocator alive. The C API hands allocators out as plain pointers, but one that a
// plugin made goes with its EP and library; tensors in its memory must hold both.
#pragma once

#include <memory>

#include "onnxruntime_c_api.h"

namespace backplane {

/// Remembers that `allocator` lives as long as somebody holds it through this pointer. Its deleter
/// must call ForgetAllocatorOwner.
void RememberAllocatorOwner(const std::shared_ptr<OrtAllocator>& allocator);
void ForgetAllocatorOwner(const OrtAllocator* allocator) noexcept;

/// The owner of an allocator, to be held as long as its memory is in use; null for one that nobody
/// has remembered (the host's own, a client's).
std::shared_ptr<OrtAllocator> AllocatorOwner(const OrtAllocator* allocator);

}  // namespace backplane
