// DeviceRun: what the runs of one frame need of devices: the streams of their EPs, who has waited
// for whom, copies. Belongs to a session's outermost frame, so that its streams keep their order
// from run to run. Sessions whose EPs all work in host memory have none.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "compile/plan.h"
#include "partition/memory_borders.h"
#include "provider/sync_stream.h"
#include "runtime/device_blocks.h"

struct OrtRunOptions;

namespace backplane {

class Frame;
class Level;

/// What all runs of a session with devices share.
struct DeviceSupport {
 public:
  explicit DeviceSupport(const DataTransfers& env_transfers) : transfers(env_transfers) {}

  MemoryBorders borders;
  DataTransfers transfers;              ///< the env's and the session's own
  std::vector<ExecutionProvider*> eps;  ///< the session's

  /// A stream of the EP with this index, which WaitForStreams knows from then on.
  std::shared_ptr<OrtSyncStream> MakeStream(int ep) const;
  /// Waits for all streams of an EP.
  void WaitForStreams(int ep) const;

 private:
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<int, std::weak_ptr<OrtSyncStream>>> streams_;  // guarded by mutex_
};

/// Copies between any two memories, through the host where no transfer copies directly; done on
/// return. Fails with ORT_NOT_IMPLEMENTED where nobody can.
void CopyAcross(const DataTransfers& transfers, const Value& from, Value& to);

/// An uninitialised tensor from `allocator`, which may know of streams; null: none.
Tensor AllocateOnStream(DType dtype, const Shape& shape, OrtAllocator* allocator,
                        OrtSyncStream* stream);

class DeviceRun {
 public:
  explicit DeviceRun(const DeviceSupport& support);
  ~DeviceRun();
  DeviceRun(const DeviceRun&) = delete;
  DeviceRun& operator=(const DeviceRun&) = delete;

  void Begin(const OrtRunOptions& options);
  /// After a run: waits for the devices if asked to, or if memory that enqueued copies use goes
  /// back to somebody else.
  void End(bool synchronize);
  /// After a failure: waits, and swallows what goes wrong.
  void Drain() noexcept;
  /// After a failed run: the same, and lets go of what it held.
  void Abandon() noexcept;

  /// Makes the waits of a step. Returns its stream; null: the step is done when it returns.
  OrtSyncStream* BeginStep(const Step& step);
  /// The stream of the EP with this index; null if it has none.
  OrtSyncStream* Stream(int ep);

  /// Copies between memories that the session knows, on the stream of one of their EPs.
  void Copy(const Value& from, Value& to, MemoryBorders::Copy path);
  /// Copies between any two memories. Unless `to` is in a memory of the session, it is done on
  /// return.
  void Bring(const Value& from, Value& to);
  /// The host waits for what is enqueued for this EP.
  void WaitOnHost(int ep);
  /// The host waits until no enqueued copy uses host memory any more.
  void FinishHostCopies();
  /// The host waits for everything.
  void WaitForAll();
  /// Keeps the memory of a tensor that enqueued work may use until the host has waited for that.
  void KeepAlive(const Value& value);
  /// The same for memory of whatever device.
  void Keep(std::shared_ptr<Buffer> memory);
  /// Says that memory of this run is freed at its end.
  void RequireWait() { must_wait_ = true; }

  /// Memory for a result of a subgraph: a block that another has left, or new. Where EPs share the
  /// memory always new.
  Tensor NewResult(DType dtype, const Shape& shape, MemoryNumber memory);
  /// A block for work on the stream of the EP whose `allocator` is given, to be let go as soon as
  /// that is enqueued; null where blocks cannot be used again, for another allocator too.
  std::shared_ptr<Buffer> TakeBlock(OrtAllocator* allocator, size_t bytes);
  /// In memory that EPs share: has the stream of the one that allocates there wait for the others.
  /// Done around each run of a body, so that who reads what was handed on need not know who made
  /// it.
  void Gather();

  const DeviceSupport& support() const { return support_; }

  // Frames of subgraphs stay with a run until it ends: another run, on other streams, must not get
  // their memory earlier.
  std::unique_ptr<Frame> TakeHeld(Level* level);
  void Hold(Level* level, std::unique_ptr<Frame> frame);

 private:
  struct EpStream {
    std::shared_ptr<OrtSyncStream> own;
    OrtSyncStream* current = nullptr;  // the run's: own, or the caller's
    uint64_t enqueued = 0;             // clock of the last work
    uint64_t host_waited = 0;          // clock up to which the host has waited
    bool uses_host_memory = false;     // since the host last waited
    std::vector<uint64_t> waited;      // by producer: clock up to which this stream has waited
  };
  struct HeldFrame {
    Level* level;
    std::unique_ptr<Frame> frame;
  };

  std::shared_ptr<Buffer> TakeBlock(MemoryNumber memory, size_t bytes);
  void WaitOnStream(int consumer, int producer);
  void MarkEnqueued(int ep) { streams_[static_cast<size_t>(ep)].enqueued = ++clock_; }
  void ReturnHeld();

  const DeviceSupport& support_;
  std::vector<EpStream> streams_;  // by EP
  std::vector<HeldFrame> held_;
  std::vector<std::shared_ptr<Buffer>> kept_;
  std::shared_ptr<DeviceBlocks> blocks_ = std::make_shared<DeviceBlocks>();
  // By path: who copies; the host's number comes first. Filled as paths are used.
  std::vector<std::shared_ptr<const DataTransfer>> transfers_;
  uint64_t clock_ = 0;
  bool must_wait_ = false;
};

/// The kernel of a copy node.
std::unique_ptr<Kernel> MakeCopyKernel(MemoryBorders::Copy path);

}  // namespace backplane
