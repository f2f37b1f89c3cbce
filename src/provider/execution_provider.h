// THE SEAM. An ExecutionProvider is asked what it can run, lowers what it was given, and makes
// kernels. Two implementors matter: the CPU EP (cpu/) and the adapter around a plugin's OrtEp
// (plugin_ep.h). Nothing else may tell them apart.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/graph_view.h"
#include "provider/kernel.h"
#include "provider/reason.h"

struct OrtRunOptions;

namespace backplane {

class EpProfiler;

/// One group of nodes an EP asks for.
struct Claim {
  std::vector<Node*> nodes;  ///< in execution order
  bool fuse = false;  ///< to be compiled into one kernel; otherwise each node keeps its own kernel
  bool drop_constants =
      false;  ///< the EP saved the constant initializers; the compiled kernel is not given them
};

/// What an EP answers in GetCapability.
struct Capability {
  std::vector<Claim> claims;
  std::vector<std::pair<const Node*, Reason>>
      refusals;  ///< for nodes left out, where it is known why
  /// What the EP says of nodes: why it leaves them, or what to know of those it takes.
  std::vector<std::pair<const Node*, std::string>> remarks;
};

/// A claimed group as handed to Compile.
struct FusedGroup {
  const GraphView* view = nullptr;  ///< the nodes, their inputs and outputs
  Node* fused_node = nullptr;       ///< the node that stands for them in the graph
};

/// What a finished run tells an EP.
enum class RunEnd { kSynchronize, kDoNotSynchronize };

class ExecutionProvider {
 public:
  virtual ~ExecutionProvider() = default;

  virtual const std::string& name() const = 0;

  /// Which nodes of `view` (one graph level) this EP wants. Nodes with node->ep set belong to an EP
  /// asked before.
  /// Claims and refusals name the graph's nodes: OriginOf those of `view`.
  virtual Capability GetCapability(const GraphView& view) = 0;

  /// True if it has a kernel for `node` by itself; asked when nodes are replaced by others before
  /// partition.
  virtual bool Supports(const Node& node) const { return (void)node, false; }

  /// True if layout-sensitive operators should have their channels last (NHWC) for this EP; then
  /// GetCapability is called again once those it claimed are converted.
  virtual bool PrefersChannelsLast() const { return false; }
  /// Whether `node` is to be converted; nullopt: if its operator is known to be layout-sensitive.
  virtual std::optional<bool> WantsChannelsLast(const Node& node) const {
    return (void)node, std::nullopt;
  }

  /// Compiles claimed groups (Claim::fuse) into one kernel each, in the same order.
  virtual std::vector<std::unique_ptr<Kernel>> Compile(std::span<const FusedGroup> groups) = 0;

  /// Rewrites of the EP's own nodes after partition: fusions, layouts. Must leave all other nodes
  /// and the graph's inputs and outputs as they are; nodes it adds get node->ep = `ep_index`.
  virtual void Lower(Graph& graph, int ep_index) { (void)graph, (void)ep_index; }

  /// The kernel for a node that it claimed without fusing (or made in Lower). Fails with
  /// ORT_NOT_IMPLEMENTED.
  virtual std::unique_ptr<Kernel> CreateKernel(const KernelInfo& info) = 0;
  /// Whether CreateKernel for this node may run beside others. Plugins are asked one at a time.
  virtual bool CreatesInParallel(const Node& node) const { return (void)node, false; }
  virtual KernelTraits TraitsOf(const Node& node) const { return (void)node, KernelTraits{}; }

  /// How much memory its device has left, in bytes; asked where the session gives the EP a budget
  /// but names no limit. nullopt: it does not tell.
  virtual std::optional<uint64_t> AvailableBytes() { return std::nullopt; }

  /// Where its kernels read and write by default, and who allocates there; null: ordinary host
  /// memory.
  virtual const MemoryInfo& default_memory() const { return CpuMemoryInfo(); }
  virtual OrtAllocator* allocator() { return CpuAllocator(); }
  /// Memory that a kernel-based EP wants for an input or output of its node; the default:
  /// default_memory().
  virtual const MemoryInfo& InputMemory(const Node& node, size_t i) const {
    return (void)node, (void)i, default_memory();
  }
  virtual const MemoryInfo& OutputMemory(const Node& node, size_t i) const {
    return (void)node, (void)i, default_memory();
  }

  /// Whether the kernel of a control-flow node hands output `i` on from its bodies without a look,
  /// whichever memory it lies in (and takes what it carries into them likewise).
  virtual bool PassesOn(const Node& node, size_t i) const { return (void)node, (void)i, false; }

  /// What it adds to the session's profile; null: nothing. The EP keeps it.
  virtual EpProfiler* profiler() { return nullptr; }
  /// Null where compiled groups cannot be kept.
  virtual class CompiledModelSupport* compiled_models() { return nullptr; }
  /// Takes options that change while the session lives; those it does not know are not for it.
  virtual void SetDynamicOptions(std::span<const char* const> keys,
                                 std::span<const char* const> values) {
    (void)keys, (void)values;
  }

  /// Who allocates `memory`, its own or such of the host as its devices reach; null: not this EP.
  virtual OrtAllocator* AllocatorFor(const MemoryInfo& memory) {
    return default_memory().SameDevice(memory) ? allocator() : nullptr;
  }

  /// Who allocates initializers that are copied there.
  virtual OrtAllocator* initializer_allocator() { return allocator(); }

  // Captured graphs: a run is recorded under a number and replayed instead of the nodes.
  virtual bool CapturesGraphs() const { return false; }
  /// Whether the host may run nodes that only compute shapes, in a session that captures.
  virtual bool CapturesBesideHost() const { return false; }
  virtual bool IsCaptured(int id) const { return (void)id, false; }
  virtual void Replay(int id) { (void)id; }
  virtual void ReleaseCapture(int id) { (void)id; }

  /// The devices it was made for; empty: the host's.
  virtual std::span<const OrtEpDevice* const> devices() const { return {}; }
  /// Waits until its devices have done everything. False if it has no way to.
  virtual bool Sync() { return false; }

  /// Whether its kernels, and copies from and to its memory, are enqueued on streams.
  virtual bool StreamAware() const { return false; }
  /// A stream for the EP's memory, which keeps alive what it needs. Called only where StreamAware.
  virtual std::shared_ptr<OrtSyncStream> CreateStream() { return nullptr; }

  virtual bool SupportsConcurrentRuns() const { return true; }
  virtual void OnSessionInitialized() {}
  virtual void OnRunStart(const OrtRunOptions& options) { (void)options; }
  virtual void OnRunEnd(const OrtRunOptions& options, RunEnd end) { (void)options, (void)end; }
};

}  // namespace backplane
