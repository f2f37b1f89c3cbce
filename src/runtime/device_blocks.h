// DeviceBlocks: device memory that results of subgraphs take in turn. A block goes back here when
// nobody holds it any more, although enqueued work may still use it: whoever takes it next works on
// the same stream, later. Belongs to a DeviceRun; not for memory in which several EPs work.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/memory.h"
#include "partition/memory_borders.h"

namespace backplane {

class DeviceBlocks : public std::enable_shared_from_this<DeviceBlocks> {
 public:
  /// A block of at least `bytes`: one that came back, else a new one of `allocator`, which is that
  /// of `memory`. Where sizes grow, `outgrown` is one that is given up; work may still use it.
  std::shared_ptr<Buffer> Take(MemoryNumber memory, OrtAllocator* allocator, size_t bytes,
                               std::shared_ptr<Buffer>& outgrown);
  /// Whether `block` is such, and comes back.
  static bool ComesBack(const std::shared_ptr<Buffer>& block);
  /// Has `block` freed in the end instead, for a caller who may keep it beyond the run.
  static void LetGo(const std::shared_ptr<Buffer>& block);

  /// Whether Trim would free something: nothing that is enqueued may use it then.
  bool CanTrim() const;
  /// Ends a run: frees what it did not need, and what is more than a run should leave behind.
  void Trim();
  /// Frees everything, now and later.
  void Close();

 private:
  struct Idle {
    MemoryNumber memory = kHostMemory;
    std::shared_ptr<Buffer> block;
    bool used = true;  // in this run
  };
  struct GivesBack;

  void Return(MemoryNumber memory, std::shared_ptr<Buffer> block) noexcept;

  static constexpr size_t kMostIdle = 256;
  static constexpr std::ptrdiff_t kMostTooSmall = 4;  // in one memory, when a larger one is wanted

  mutable std::mutex mutex_;
  std::vector<Idle> idle_;  // guarded by mutex_
  bool closed_ = false;     // guarded by mutex_
};

}  // namespace backplane
