#include "runtime/device_blocks.h"

#include <algorithm>

namespace backplane {

struct DeviceBlocks::GivesBack {
  std::shared_ptr<DeviceBlocks> to;  // null: nobody
  MemoryNumber memory;
  std::shared_ptr<Buffer> block;
  void operator()(Buffer*) noexcept {
    if (to != nullptr) to->Return(memory, std::move(block));
    block.reset();
  }
};

std::shared_ptr<Buffer> DeviceBlocks::Take(MemoryNumber memory, OrtAllocator* allocator,
                                           size_t bytes, std::shared_ptr<Buffer>& outgrown) {
  std::shared_ptr<Buffer> block;
  {
    const std::lock_guard lock(mutex_);
    auto best = idle_.end();
    auto too_small = idle_.end();  // the largest of those
    std::ptrdiff_t count = 0;
    for (auto it = idle_.begin(); it != idle_.end(); ++it) {
      if (it->memory != memory) continue;
      if (it->block->bytes() >= bytes) {
        if (best == idle_.end() || it->block->bytes() < best->block->bytes()) best = it;
      } else {
        ++count;
        if (too_small == idle_.end() || it->block->bytes() > too_small->block->bytes())
          too_small = it;
      }
    }
    if (best != idle_.end()) {
      block = std::move(best->block);
      idle_.erase(best);
    } else if (count > kMostTooSmall) {
      outgrown = std::move(too_small->block);
      idle_.erase(too_small);
    }
  }
  if (block == nullptr) block = Buffer::Allocate(allocator, bytes);
  Buffer* raw = block.get();
  return {raw, GivesBack{shared_from_this(), memory, std::move(block)}};
}

bool DeviceBlocks::ComesBack(const std::shared_ptr<Buffer>& block) {
  const auto* gives_back = std::get_deleter<GivesBack>(block);
  return gives_back != nullptr && gives_back->to != nullptr;
}

void DeviceBlocks::LetGo(const std::shared_ptr<Buffer>& block) {
  if (auto* gives_back = std::get_deleter<GivesBack>(block)) gives_back->to.reset();
}

void DeviceBlocks::Return(MemoryNumber memory, std::shared_ptr<Buffer> block) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (!closed_) idle_.push_back({memory, std::move(block)});
  } catch (const std::bad_alloc&) {  // NOLINT: then it is freed
  }
}

bool DeviceBlocks::CanTrim() const {
  const std::lock_guard lock(mutex_);
  return idle_.size() > kMostIdle ||
         std::any_of(idle_.begin(), idle_.end(), [](const Idle& idle) { return !idle.used; });
}

void DeviceBlocks::Trim() {
  std::vector<Idle> gone;  // freed outside of the lock
  const std::lock_guard lock(mutex_);
  const auto end =
      std::stable_partition(idle_.begin(), idle_.end(), [](const Idle& idle) { return idle.used; });
  gone.assign(std::make_move_iterator(end), std::make_move_iterator(idle_.end()));
  idle_.erase(end, idle_.end());
  while (idle_.size() > kMostIdle) {
    gone.push_back(std::move(idle_.back()));
    idle_.pop_back();
  }
  for (Idle& idle : idle_) idle.used = false;
}

void DeviceBlocks::Close() {
  std::vector<Idle> gone;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  gone.swap(idle_);
}

}  // namespace backplane
