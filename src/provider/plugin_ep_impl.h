// The class behind CreatePluginEp; apart from plugin_ep.h so that only provider/ and the EP API of
// abi/ see it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "provider/ep_profiler.h"
#include "provider/kernel_def.h"
#include "provider/plugin_compiled_models.h"
#include "provider/plugin_ep.h"

namespace backplane {

class RegistryKernel;

class PluginEp final : public ExecutionProvider {
 public:
  PluginEp(std::shared_ptr<PluginLibrary> library, OrtEpFactory* factory,
           std::span<const OrtEpDevice* const> devices, const OrtSessionOptions& options,
           const Logger& logger, PluginEpSession session);

  const std::string& name() const override { return name_; }
  Capability GetCapability(const GraphView& view) override;
  bool PrefersChannelsLast() const override { return channels_last_; }
  std::optional<bool> WantsChannelsLast(const Node& node) const override;
  bool Supports(const Node& node) const override { return DefinitionFor(node) != nullptr; }
  std::vector<std::unique_ptr<Kernel>> Compile(std::span<const FusedGroup> groups) override;
  std::unique_ptr<Kernel> CreateKernel(const KernelInfo& info) override;
  KernelTraits TraitsOf(const Node& node) const override;
  const MemoryInfo& default_memory() const override { return *memory_; }
  OrtAllocator* allocator() override {
    return allocator_ != nullptr ? allocator_.get() : CpuAllocator();
  }
  OrtAllocator* AllocatorFor(const MemoryInfo& memory) override;
  OrtAllocator* initializer_allocator() override {
    return read_only_allocator_ != nullptr ? read_only_allocator_.get() : allocator();
  }
  bool CapturesGraphs() const override;
  bool CapturesBesideHost() const override;
  bool IsCaptured(int id) const override;
  void Replay(int id) override;
  void ReleaseCapture(int id) override;
  bool Sync() override;
  std::optional<uint64_t> AvailableBytes() override;
  bool StreamAware() const override { return stream_aware_; }
  std::shared_ptr<OrtSyncStream> CreateStream() override;
  const MemoryInfo& InputMemory(const Node& node, size_t i) const override;
  const MemoryInfo& OutputMemory(const Node& node, size_t i) const override;
  EpProfiler* profiler() override { return profiler_.get(); }
  CompiledModelSupport* compiled_models() override { return &compiled_models_; }
  void SetDynamicOptions(std::span<const char* const> keys,
                         std::span<const char* const> values) override;
  bool SupportsConcurrentRuns() const override { return concurrent_; }
  void OnSessionInitialized() override;
  void OnRunStart(const OrtRunOptions& options) override;
  void OnRunEnd(const OrtRunOptions& options, RunEnd end) override;

  OrtEp* ep() const { return ep_; }
  /// What the EP's registry, or a custom operator of its name, says of a kernel for `node`; null,
  /// with the reason in `why`, if there is none.
  const OrtKernelDef* DefinitionFor(const Node& node, Reason* why = nullptr) const;
  std::span<const OrtEpDevice* const> devices() const override { return devices_; }

 private:
  void Create(const OrtSessionOptions& options);
  void FetchRegistry();
  void ChooseMemory();
  void FetchProfiler();
  void FetchLayout();
  std::shared_ptr<OrtAllocator> MakeAllocator(const MemoryInfo& memory);
  void AddMissingKernels(const GraphView& view, Capability& capability) const;
  std::unique_ptr<Kernel> CreateRegistryKernel(const OrtKernelRegistry::Entry& entry,
                                               const KernelInfo& info);
  void PrePack(RegistryKernel& kernel, const KernelInfo& info);
  bool PrePackInput(RegistryKernel& kernel, const KernelInfo& info, size_t i);
  const MemoryInfo& MemoryFor(OrtMemType type) const;

  std::shared_ptr<PluginLibrary> library_;
  OrtEpFactory* factory_;
  const Logger& logger_;
  std::vector<const OrtEpDevice*> devices_;
  OrtEp* ep_ = nullptr;
  std::shared_ptr<OrtEp> lifetime_;  // releases ep_; kernels and allocators hold it too
  std::string name_;
  const OrtKernelRegistry* registry_ = nullptr;  // the EP's
  const PluginEpSession session_;
  const MemoryInfo* memory_ = nullptr;
  std::shared_ptr<OrtAllocator> allocator_;            // null: host memory
  std::shared_ptr<OrtAllocator> read_only_allocator_;  // for initializers; null: allocator_
  std::shared_ptr<OrtAllocator> host_allocator_;       // of host memory that the device reaches
  const MemoryInfo* host_memory_ = nullptr;
  bool stream_aware_ = false;
  std::unique_ptr<EpProfiler> profiler_;
  bool concurrent_ = true;
  bool channels_last_ = false;
  PluginCompiledModels compiled_models_{*this};
  std::vector<std::shared_ptr<OrtEpGraphSupportInfo>> asked_;  // of all GetCapability calls
};

}  // namespace backplane
