// MemoryBorders: in which memory every value of a session lies, and the copies where a value is
// needed in another. Made once by the session builder, after partition and lowering and before
// plans; adds copy nodes to the graph. Must not know how copies are done, only whether they can be.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "partition/placement.h"
#include "provider/data_transfer.h"
#include "provider/execution_provider.h"

namespace backplane {

/// A kind of memory, as a number: 0 is the host's, n is the session's n-th device memory.
using MemoryNumber = uint32_t;
inline constexpr MemoryNumber kHostMemory = 0;

/// Memory that the host cannot reach.
struct DeviceMemory {
  const MemoryInfo* info = nullptr;
  ExecutionProvider* ep = nullptr;  ///< allocates there
  int ep_index = 0;
  std::vector<int> users;  ///< indices of all EPs of the session that work there
  bool Shared() const { return users.size() > 1; }
};

class MemoryBorders {
 public:
  /// What a copy node does.
  struct Copy {
    MemoryNumber from = kHostMemory;
    MemoryNumber to = kHostMemory;
  };

  bool empty() const { return memories_.empty(); }
  std::span<const DeviceMemory> memories() const { return memories_; }
  const DeviceMemory& device(MemoryNumber memory) const { return memories_[memory - 1]; }
  const MemoryInfo& InfoOf(MemoryNumber memory) const {
    return memory == kHostMemory ? CpuMemoryInfo() : *device(memory).info;
  }
  /// The number of `memory`; the host's for what the session knows no device of.
  MemoryNumber NumberOf(const MemoryInfo& memory) const;
  /// Where a value lies when it has been made, or staged where it is an input of a level.
  MemoryNumber HomeOf(const ValueInfo* value) const {
    const auto it = homes_.find(value);
    return it == homes_.end() ? kHostMemory : it->second;
  }
  /// What a copy node makes of `value` in another memory; null if none does.
  const ValueInfo* CopyIn(const ValueInfo* value, MemoryNumber memory) const {
    const auto it = copied_.find({value, memory});
    return it == copied_.end() ? nullptr : it->second;
  }
  /// Where a control-flow node wants result `i` of its bodies. Those that only steer it stay with
  /// the host.
  MemoryNumber ResultMemory(const Node& owner, size_t i) const;
  /// Null unless `node` is a copy node of these borders.
  const Copy* CopyOf(const Node* node) const {
    const auto it = copies_.find(node);
    return it == copies_.end() ? nullptr : &it->second;
  }

 private:
  friend class BorderPass;
  std::vector<DeviceMemory> memories_;
  std::unordered_map<const ValueInfo*, MemoryNumber> homes_;  // of those not in host memory
  std::unordered_map<const Node*, Copy> copies_;
  std::map<std::pair<const ValueInfo*, MemoryNumber>, ValueInfo*> copied_;
  // Of outputs of control flow that stay in a device's memory, which may be absent.
  std::map<std::pair<const Node*, size_t>, MemoryNumber> carried_;
};

/// Finds the memory of each value of `graph` and its subgraphs, whose nodes all have an EP of
/// `eps`, and adds a copy node for each value and each other memory that its readers want: one for
/// all readers, subgraphs included; through host memory where no transfer copies directly. An input
/// of a level has its home where all its readers are; what control flow carries from turn to turn,
/// or hands on, stays on the device that makes and uses it. Initializers are copied here, once. All
/// of this, and what is brought to the results of a level, is recorded in `placement`. Does nothing
/// where all EPs work in host memory. Fails with ORT_NOT_IMPLEMENTED, naming the value, where
/// nobody can copy.
MemoryBorders InsertCopies(Graph& graph, std::span<const std::shared_ptr<ExecutionProvider>> eps,
                           const DataTransfers& transfers, Placement& placement);

}  // namespace backplane
