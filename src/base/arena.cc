#include "base/arena.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "base/allocator_owners.h"
#include "base/checked_math.h"
#include "base/error.h"
#include "base/key_value_pairs.h"
#include "base/memory.h"

namespace backplane {
namespace {

constexpr size_t kGrain = 256;  // chunks are multiples of it

class Arena final : public OrtAllocator {
 public:
  explicit Arena(const ArenaSettings& settings)
      : OrtAllocator{}, settings_(settings), next_region_(settings.initial_chunk) {
    info_.allocator_type = OrtArenaAllocator;
    version = ORT_API_VERSION;
    OrtAllocator::Alloc = [](OrtAllocator* self, size_t bytes) -> void* {
      return static_cast<Arena*>(self)->New(bytes);
    };
    OrtAllocator::Reserve = OrtAllocator::Alloc;
    OrtAllocator::Free = [](OrtAllocator* self, void* data) {
      static_cast<Arena*>(self)->Delete(data);
    };
    OrtAllocator::Info = [](const OrtAllocator* self) -> const OrtMemoryInfo* {
      return &static_cast<const Arena*>(self)->info_;
    };
    OrtAllocator::GetStats = [](const OrtAllocator* self,
                                OrtKeyValuePairs** out) noexcept -> OrtStatusPtr {
      *out = new KeyValuePairs(static_cast<const Arena*>(self)->Stats());
      return nullptr;
    };
    OrtAllocator::Shrink = [](OrtAllocator* self) noexcept -> OrtStatusPtr {
      static_cast<Arena*>(self)->GiveBack();
      return nullptr;
    };
  }
  ~Arena() {
    for (const auto& [region, bytes] : regions_) FreeAligned(region);
  }

 private:
  struct Chunk {
    size_t bytes = 0;
    bool free = true;
    std::byte* region = nullptr;
  };
  using Chunks = std::map<std::byte*, Chunk>;

  void* New(size_t bytes) noexcept {
    if (bytes == 0 || bytes > SIZE_MAX - kGrain) return nullptr;
    const size_t size = AlignUp(bytes, kGrain);
    const std::lock_guard lock(mutex_);
    auto found = free_.lower_bound({size, nullptr});
    if (found == free_.end()) {
      if (!Extend(size)) return nullptr;
      found = free_.lower_bound({size, nullptr});
    }
    const auto chunk = chunks_.find(found->second);
    free_.erase(found);
    Split(chunk, size);
    chunk->second.free = false;
    ++allocations_;
    in_use_ += chunk->second.bytes;
    most_in_use_ = std::max(most_in_use_, in_use_);
    largest_ = std::max(largest_, size);
    return chunk->first;
  }

  // What is left over becomes a chunk of its own, unless it is little.
  void Split(Chunks::iterator chunk, size_t size) {
    const size_t rest = chunk->second.bytes - size;
    if (rest < kGrain || (rest < size && rest <= settings_.max_dead_bytes)) return;
    chunk->second.bytes = size;
    std::byte* begin = chunk->first + size;
    chunks_[begin] = {rest, true, chunk->second.region};
    free_.insert({rest, begin});
  }

  bool Extend(size_t size) noexcept {
    const size_t left = settings_.max_memory == 0
                            ? SIZE_MAX
                            : settings_.max_memory - std::min(settings_.max_memory, total_);
    if (size > left) return false;
    size_t bytes = size;
    if (!settings_.extend_as_requested) {
      while (next_region_ < size && next_region_ < settings_.largest_doubling) next_region_ *= 2;
      bytes = std::min(std::max(size, next_region_), left);
      if (next_region_ < settings_.largest_doubling) next_region_ *= 2;
    } else if (regions_.empty()) {
      bytes = std::min(std::max(size, settings_.initial_chunk), left);
    }
    bytes = std::max(bytes / kGrain * kGrain, size);
    std::byte* region = nullptr;
    try {
      region = static_cast<std::byte*>(AllocateAligned(bytes));
    } catch (const Error&) {
      return false;
    }
    regions_[region] = bytes;
    chunks_[region] = {bytes, true, region};
    free_.insert({bytes, region});
    total_ += bytes;
    ++extensions_;
    return true;
  }

  void Delete(void* data) noexcept {
    if (data == nullptr) return;
    const std::lock_guard lock(mutex_);
    auto chunk = chunks_.find(static_cast<std::byte*>(data));
    if (chunk == chunks_.end() || chunk->second.free) return;  // not ours
    in_use_ -= chunk->second.bytes;
    chunk->second.free = true;
    const auto next = std::next(chunk);
    if (next != chunks_.end() && Joins(chunk, next)) {
      free_.erase({next->second.bytes, next->first});
      chunk->second.bytes += next->second.bytes;
      chunks_.erase(next);
    }
    if (chunk != chunks_.begin() && Joins(std::prev(chunk), chunk)) {
      const auto before = std::prev(chunk);
      free_.erase({before->second.bytes, before->first});
      before->second.bytes += chunk->second.bytes;
      chunks_.erase(chunk);
      chunk = before;
    }
    free_.insert({chunk->second.bytes, chunk->first});
  }

  static bool Joins(Chunks::iterator left, Chunks::iterator right) {
    return left->second.free && right->second.free && left->second.region == right->second.region;
  }

  void GiveBack() {
    const std::lock_guard lock(mutex_);
    for (auto region = regions_.begin(); region != regions_.end();) {
      const auto chunk = chunks_.find(region->first);
      if (!chunk->second.free || chunk->second.bytes != region->second) {
        ++region;
        continue;
      }
      free_.erase({chunk->second.bytes, chunk->first});
      chunks_.erase(chunk);
      total_ -= region->second;
      FreeAligned(region->first);
      region = regions_.erase(region);
    }
    next_region_ = settings_.initial_growth;
    ++shrinkages_;
  }

  KeyValuePairs Stats() const {
    const std::lock_guard lock(mutex_);
    KeyValuePairs pairs;
    const auto set = [&](const char* name, size_t number) {
      pairs.Set(name, std::to_string(number));
    };
    set("Limit", settings_.max_memory);
    set("InUse", in_use_);
    set("TotalAllocated", total_);
    set("MaxInUse", most_in_use_);
    set("NumAllocs", allocations_);
    set("NumArenaExtensions", extensions_);
    set("NumArenaShrinkages", shrinkages_);
    set("MaxAllocSize", largest_);
    return pairs;
  }

  const ArenaSettings settings_;
  MemoryInfo info_;
  mutable std::mutex mutex_;
  // All guarded by mutex_:
  std::map<std::byte*, size_t> regions_;
  Chunks chunks_;                                 // by address
  std::set<std::pair<size_t, std::byte*>> free_;  // by size
  size_t next_region_;
  size_t total_ = 0;
  size_t in_use_ = 0;
  size_t most_in_use_ = 0;
  size_t largest_ = 0;
  size_t allocations_ = 0;
  size_t extensions_ = 0;
  size_t shrinkages_ = 0;
};

}  // namespace

std::shared_ptr<OrtAllocator> MakeArena(const ArenaSettings& settings) {
  std::shared_ptr<OrtAllocator> arena(new Arena(settings), [](OrtAllocator* gone) {
    ForgetAllocatorOwner(gone);
    delete static_cast<Arena*>(gone);
  });
  RememberAllocatorOwner(arena);
  return arena;
}

}  // namespace backplane
