#include "provider/plugin_allocator.h"

#include "base/allocator_owners.h"
#include "provider/plugin_call.h"

namespace backplane {

std::shared_ptr<OrtAllocator> AdoptAllocator(std::string_view ep_name, OrtAllocator* allocator,
                                             const MemoryInfo& memory, OrtEpFactory& factory,
                                             std::shared_ptr<void> keep) {
  if (allocator == nullptr) return nullptr;
  std::shared_ptr<OrtAllocator> owner(allocator, [keep = std::move(keep),
                                                  &factory](OrtAllocator* gone) {
    ForgetAllocatorOwner(gone);
    ReleaseThroughPlugin(Callback(factory, &OrtEpFactory::ReleaseAllocator, 23), &factory, gone);
  });
  Require(allocator->Alloc != nullptr && allocator->Free != nullptr && allocator->Info != nullptr,
          ORT_INVALID_ARGUMENT, "{}: the allocator for memory '{}' lacks Alloc, Free or Info",
          ep_name, memory.name);
  const MemoryInfo* info =
      AskPlugin<const MemoryInfo*>(ep_name, nullptr, allocator->Info, allocator);
  Require(info != nullptr && info->SameDevice(memory), ORT_INVALID_ARGUMENT,
          "{}: the allocator for memory '{}' says that it is for {}", ep_name, memory.name,
          info == nullptr ? "none" : "another");
  RememberAllocatorOwner(owner);
  return owner;
}

}  // namespace backplane
