// PluginEp: the adapter that makes an ExecutionProvider of a plugin's OrtEp. Reads no member newer
// than the version the plugin states, turns its statuses into Errors with the EP's name in front.
#include "provider/plugin_ep.h"

#include <unordered_set>

#include "provider/kernel_def.h"
#include "provider/plugin_allocator.h"
#include "provider/plugin_ep_impl.h"
#include "provider/plugin_graph.h"
#include "provider/plugin_kernel.h"
#include "provider/plugin_profiler.h"
#include "provider/sync_stream.h"

namespace backplane {

PluginEp::PluginEp(std::shared_ptr<PluginLibrary> library, OrtEpFactory* factory,
                   std::span<const OrtEpDevice* const> devices, const OrtSessionOptions& options,
                   const Logger& logger, PluginEpSession session)
    : library_(std::move(library)),
      factory_(factory),
      logger_(logger),
      devices_(devices.begin(), devices.end()),
      session_(std::move(session)) {
  Create(options);
  name_ =
      AskPlugin<const char*>("GetName", nullptr, Callback(*ep_, &OrtEp::GetName, 22), ep_) ?: "";
  Require(!name_.empty(), ORT_INVALID_ARGUMENT,
          "Error creating execution provider: the EP of library '{}' has no name",
          library_->name());
  FetchRegistry();
  ChooseMemory();
  bool concurrent = true;
  if (const auto ask = Callback(*ep_, &OrtEp::IsConcurrentRunSupported, 24)) {
    CallPlugin(name_, ask, ep_, &concurrent);
  }
  concurrent_ = concurrent;
  FetchProfiler();
  FetchLayout();
}

void PluginEp::Create(const OrtSessionOptions& options) {
  std::vector<const OrtHardwareDevice*> hardware;
  std::vector<const OrtKeyValuePairs*> metadata;
  for (const OrtEpDevice* device : devices_) {
    hardware.push_back(device->device);
    metadata.push_back(&device->metadata);
  }
  CallPlugin("Error creating execution provider", Callback(*factory_, &OrtEpFactory::CreateEp, 22),
             factory_, hardware.data(), metadata.data(), hardware.size(), &options, &logger_, &ep_);
  Require(ep_ != nullptr, ORT_FAIL,
          "Error creating execution provider: CreateEp of '{}' returned no EP",
          FactoryName(*factory_));
  lifetime_ = std::shared_ptr<OrtEp>(ep_, [library = library_, factory = factory_](OrtEp* ep) {
    ReleaseThroughPlugin(Callback(*factory, &OrtEpFactory::ReleaseEp, 22), factory, ep);
  });
  CheckStatedVersion(ep_->ort_version_supported, kFirstEpApiVersion, "OrtEp");
}

void PluginEp::FetchRegistry() {
  const OrtKernelRegistry* registry = nullptr;
  if (const auto get = Callback(*ep_, &OrtEp::GetKernelRegistry, 24))
    CallPlugin(name_, get, ep_, &registry);
  registry_ = registry;
}

void PluginEp::ChooseMemory() {
  memory_ = &CpuMemoryInfo();
  const OrtMemoryDevice* wanted = nullptr;
  if (const auto get = Callback(*ep_, &OrtEp::GetDefaultMemoryDevice, 27))
    CallPlugin(name_, get, ep_, &wanted);
  for (const OrtEpDevice* device : devices_) {
    const MemoryInfo* info = device->Memory(OrtDeviceMemoryType_DEFAULT);
    if (info == nullptr) continue;
    if (wanted == nullptr || FromMemoryDevice(*wanted).SameDevice(*info)) {
      memory_ = info;
      break;
    }
  }
  if (wanted != nullptr && !FromMemoryDevice(*wanted).SameDevice(*memory_))
    memory_ = &FromMemoryDevice(*wanted);
  if (memory_->HostAccessible()) return;
  allocator_ = MakeAllocator(*memory_);
  Require(allocator_ != nullptr, ORT_FAIL, "{}: no allocator for the memory '{}'", name_,
          memory_->name);
  for (const OrtEpDevice* device : devices_) {
    const auto& read_only = device->read_only_memory;
    if (read_only && read_only->SameDevice(*memory_) && read_only_allocator_ == nullptr)
      read_only_allocator_ = MakeAllocator(*read_only);
    if (device->host_memory && host_memory_ == nullptr) {
      host_allocator_ = MakeAllocator(*device->host_memory);
      host_memory_ = host_allocator_ != nullptr ? &*device->host_memory : nullptr;
    }
  }
  stream_aware_ =
      AskPlugin(name_, false, Callback(*factory_, &OrtEpFactory::IsStreamAware, 23), factory_);
}

void PluginEp::FetchProfiler() {
  OrtEpProfilerImpl* impl = nullptr;
  if (const auto create = Callback(*ep_, &OrtEp::CreateProfiler, 25))
    CallPlugin(name_, create, ep_, &impl);
  if (impl != nullptr) profiler_ = std::make_unique<PluginProfiler>(name_, impl);
}

void PluginEp::FetchLayout() {
  OrtEpDataLayout layout = OrtEpDataLayout_NCHW;
  if (const auto get = Callback(*ep_, &OrtEp::GetPreferredDataLayout, 23))
    CallPlugin(name_, get, ep_, &layout);
  Require(layout == OrtEpDataLayout_NCHW || layout == OrtEpDataLayout_NHWC, ORT_INVALID_ARGUMENT,
          "{}: GetPreferredDataLayout gave {}, which is no OrtEpDataLayout", name_,
          static_cast<int>(layout));
  channels_last_ = layout == OrtEpDataLayout_NHWC;
}

std::optional<bool> PluginEp::WantsChannelsLast(const Node& node) const {
  int should = -1;
  if (const auto ask = Callback(*ep_, &OrtEp::ShouldConvertDataLayoutForOp, 23)) {
    CallPlugin(name_, ask, ep_, node.domain.c_str(), node.op_type.c_str(), OrtEpDataLayout_NHWC,
               &should);
  }
  return should < 0 ? std::nullopt : std::optional<bool>(should != 0);
}

// The EP's own, else the factory's; null if both say that they have none.
std::shared_ptr<OrtAllocator> PluginEp::MakeAllocator(const MemoryInfo& memory) {
  if (session_.shared_allocators != nullptr) {
    if (auto shared = session_.shared_allocators(memory)) return shared;
  }
  OrtAllocator* allocator = nullptr;
  if (const auto create = Callback(*ep_, &OrtEp::CreateAllocator, 23)) {
    CallPlugin(name_, create, ep_, &memory, &allocator);
  } else {
    CallPlugin(name_, Callback(*factory_, &OrtEpFactory::CreateAllocator, 23), factory_, &memory,
               static_cast<const OrtKeyValuePairs*>(nullptr), &allocator);
  }
  return AdoptAllocator(name_, allocator, memory, *factory_, lifetime_);
}

OrtAllocator* PluginEp::AllocatorFor(const MemoryInfo& memory) {
  if (host_memory_ != nullptr && host_memory_->SameDevice(memory)) return host_allocator_.get();
  return memory_->SameDevice(memory) ? allocator() : nullptr;
}

bool PluginEp::CapturesGraphs() const {
  return AskPlugin(name_, false, Callback(*ep_, &OrtEp::IsGraphCaptureEnabled, 26), ep_) &&
         Callback(*ep_, &OrtEp::IsGraphCaptured, 26) != nullptr;
}

bool PluginEp::CapturesBesideHost() const {
  return AskPlugin(name_, OrtGraphCaptureNodeAssignmentPolicy_ALL_NODES_ON_EP,
                   Callback(*ep_, &OrtEp::GetGraphCaptureNodeAssignmentPolicy, 26),
                   ep_) == OrtGraphCaptureNodeAssignmentPolicy_ALLOW_CPU_FOR_SHAPES;
}

bool PluginEp::IsCaptured(int id) const {
  return AskPlugin(name_, false, Callback(*ep_, &OrtEp::IsGraphCaptured, 26), ep_, id);
}

void PluginEp::Replay(int id) {
  CallPlugin(Format("{}: ReplayGraph", name_), Callback(*ep_, &OrtEp::ReplayGraph, 26), ep_, id);
}

void PluginEp::ReleaseCapture(int id) {
  if (const auto release = Callback(*ep_, &OrtEp::ReleaseCapturedGraph, 27))
    CallPlugin(Format("{}: ReleaseCapturedGraph", name_), release, ep_, id);
}

bool PluginEp::Sync() {
  const auto sync = Callback(*ep_, &OrtEp::Sync, 25);
  if (sync == nullptr) return false;
  CallPlugin(Format("{}: Sync", name_), sync, ep_);
  return true;
}

std::optional<uint64_t> PluginEp::AvailableBytes() {
  const auto get = Callback(*ep_, &OrtEp::GetAvailableResource, 26);
  if (get == nullptr) return std::nullopt;
  OrtResourceCount available{};
  const std::string what = Format("{}: GetAvailableResource", name_);
  CallPlugin(what, get, ep_, &available);
  if (available.kind == OrtResourceCountKind_None) return std::nullopt;
  Require(available.kind == OrtResourceCountKind_TotalBytes, ORT_NOT_IMPLEMENTED,
          "{}: it counts something of kind {}, which is unknown", what, available.kind);
  return available.value.total_bytes;
}

std::shared_ptr<OrtSyncStream> PluginEp::CreateStream() {
  OrtSyncStreamImpl* impl = nullptr;
  if (const auto create = Callback(*ep_, &OrtEp::CreateSyncStreamForDevice, 23)) {
    CallPlugin(Format("{}: CreateSyncStreamForDevice", name_), create, ep_,
               ToMemoryDevice(*memory_), &impl);
  } else {
    CallPlugin(Format("{}: CreateSyncStreamForDevice", name_),
               Callback(*factory_, &OrtEpFactory::CreateSyncStreamForDevice, 23), factory_,
               ToMemoryDevice(*memory_), static_cast<const OrtKeyValuePairs*>(nullptr), &impl);
  }
  Require(impl != nullptr, ORT_FAIL, "{}: CreateSyncStreamForDevice gave no stream", name_);
  // The stream may use what the EP has, so the EP goes last.
  auto stream = std::make_unique<OrtSyncStream>(library_, name_, *memory_, impl);
  return {stream.release(), [keep = lifetime_](OrtSyncStream* gone) { delete gone; }};
}

Capability PluginEp::GetCapability(const GraphView& view) {
  // Of a whole graph, the view that a plug-in gets through the graph's nodes too.
  const GraphView& shown = view.IsWhole() ? view.graph().WholeView() : view;
  OrtEpGraphSupportInfo& info =
      *asked_.emplace_back(std::make_shared<OrtEpGraphSupportInfo>(shown, *this));
  try {
    CallPlugin(name_, Callback(*ep_, &OrtEp::GetCapability, 23), ep_, &shown, &info);
  } catch (...) {
    info.Close();
    throw;
  }
  Capability capability = info.Close();
  if (registry_ != nullptr) AddMissingKernels(view, capability);
  return capability;
}

// Where a kernel-based EP says nothing about a node that it leaves out, its registry does.
void PluginEp::AddMissingKernels(const GraphView& view, Capability& capability) const {
  std::unordered_set<const Node*> spoken;
  for (const Claim& claim : capability.claims)
    spoken.insert(claim.nodes.begin(), claim.nodes.end());
  for (const auto& [node, text] : capability.remarks) spoken.insert(node);
  for (const Node* shown : view.nodes()) {
    const Node* node = OriginOf(shown);
    Reason why;
    if (node->ep == kNoEp && spoken.count(node) == 0 && DefinitionFor(*node, &why) == nullptr)
      capability.refusals.emplace_back(node, std::move(why));
  }
}

namespace {

// Compute infos belong to the EP; they go back all together when the last kernel of the call is
// gone, or at once where Compile fails: what it wrote until then is the host's to give back.
class ComputeInfos {
 public:
  ComputeInfos(std::shared_ptr<OrtEp> ep, size_t count) : ep_(std::move(ep)), infos_(count) {}
  ComputeInfos(const ComputeInfos&) = delete;
  ComputeInfos& operator=(const ComputeInfos&) = delete;
  const std::vector<OrtNodeComputeInfo*>& infos() const { return infos_; }
  OrtNodeComputeInfo** data() { return infos_.data(); }
  ~ComputeInfos() {
    std::erase(infos_, nullptr);
    if (infos_.empty()) return;
    ReleaseThroughPlugin(Callback(*ep_, &OrtEp::ReleaseNodeComputeInfos, 23), ep_.get(),
                         infos_.data(), infos_.size());
  }

 private:
  std::shared_ptr<OrtEp> ep_;
  std::vector<OrtNodeComputeInfo*> infos_;  // null where Compile wrote nothing
};

// "MatMul 'a' and 3 more; Add 'b'": the groups of a call of Compile by their first nodes.
std::string DescribeGroups(std::span<const FusedGroup> groups) {
  constexpr size_t kShown = 3;
  std::vector<std::string> parts;
  for (const FusedGroup& group : groups.first(std::min(groups.size(), kShown))) {
    const std::vector<Node*>& nodes = group.view->nodes();
    parts.push_back(nodes.size() > 1
                        ? Format("{} and {} more", nodes.front()->Describe(), nodes.size() - 1)
                        : nodes.front()->Describe());
  }
  if (groups.size() > kShown) parts.push_back(Format("{} more groups", groups.size() - kShown));
  return Join(parts, "; ");
}

}  // namespace

std::vector<std::unique_ptr<Kernel>> PluginEp::Compile(std::span<const FusedGroup> groups) {
  std::vector<const OrtGraph*> views;
  std::vector<const OrtNode*> nodes;
  for (const FusedGroup& group : groups) {
    views.push_back(group.view);
    nodes.push_back(group.fused_node);
  }
  const auto owned = std::make_shared<ComputeInfos>(lifetime_, groups.size());
  const std::vector<OrtNodeComputeInfo*>& infos = owned->infos();
  std::vector<OrtNode*> context_nodes(groups.size(), nullptr);
  try {
    CallPlugin(Format("{}: Compile of {}", name_, DescribeGroups(groups)),
               Callback(*ep_, &OrtEp::Compile, 23), ep_, views.data(), nodes.data(), groups.size(),
               owned->data(), context_nodes.data());
  } catch (...) {
    compiled_models_.Drop(context_nodes);
    throw;
  }
  compiled_models_.Take(context_nodes);
  std::vector<std::unique_ptr<Kernel>> kernels;
  for (size_t i = 0; i < groups.size(); ++i) {
    Require(infos[i] != nullptr, ORT_EP_FAIL, "{}: Compile gave no OrtNodeComputeInfo for '{}'",
            name_, groups[i].fused_node->name);
    kernels.push_back(
        std::make_unique<CompiledKernel>(name_, groups[i].fused_node->name, infos[i], owned));
  }
  return kernels;
}

const OrtKernelDef* PluginEp::DefinitionFor(const Node& node, Reason* why) const {
  Reason none{ReasonCode::kNoKernel, "the EP has no kernel registry", node.Describe()};
  if (session_.custom_ops != nullptr) {
    if (const CustomOp* custom = session_.custom_ops->Find(node, name_, &none)) return &custom->def;
  }
  const OrtKernelRegistry::Entry* entry =
      registry_ == nullptr ? nullptr : registry_->Find(node, &none);
  if (entry != nullptr) return &entry->def;
  if (why != nullptr) *why = std::move(none);
  return nullptr;
}

std::unique_ptr<Kernel> PluginEp::CreateKernel(const KernelInfo& info) {
  Reason why;
  Require(DefinitionFor(info.node, &why) != nullptr, ORT_NOT_IMPLEMENTED, "{}: {}", name_,
          why.text);
  const CustomOp* custom = session_.custom_ops == nullptr
                               ? nullptr
                               : session_.custom_ops->Find(info.node, name_, nullptr);
  if (custom != nullptr) return MakeCustomOpKernel(*custom, info);
  return CreateRegistryKernel(*registry_->Find(info.node, nullptr), info);
}

std::unique_ptr<Kernel> PluginEp::CreateRegistryKernel(const OrtKernelRegistry::Entry& entry,
                                                       const KernelInfo& info) {
  auto kernel = std::make_unique<RegistryKernel>(name_, info, lifetime_);
  const ThatMayThrow<OrtKernelCreateFunc>::Type create = entry.create;
  CallPlugin(name_, create, entry.state, &kernel->info(), kernel->out());
  OrtKernelImpl* impl = kernel->impl();
  Require(impl != nullptr, ORT_EP_FAIL, "{}: the create function made no kernel for {}", name_,
          info.node.Describe());
  CheckStatedVersion(impl->ort_version_supported, 24, "OrtKernelImpl");
  Require(Callback(*impl, &OrtKernelImpl::Compute, 24) != nullptr, ORT_INVALID_ARGUMENT,
          "{}: the kernel for {} has no Compute", name_, info.node.Describe());
  PrePack(*kernel, info);
  return kernel;
}

void PluginEp::PrePack(RegistryKernel& kernel, const KernelInfo& info) {
  if (Callback(*kernel.impl(), &OrtKernelImpl::PrePackWeight, 24) == nullptr) return;
  for (size_t i = 0; i < info.node.inputs.size(); ++i) {
    if (info.ConstantInput(i) != nullptr && PrePackInput(kernel, info, i) && i < 64)
      info.ConsumeConstant(i);
  }
}

// Whether the kernel has packed input `i` and does not read it any more.
bool PluginEp::PrePackInput(RegistryKernel& kernel, const KernelInfo& info, size_t i) {
  OrtKernelImpl& impl = *kernel.impl();
  info.node.inputs[i]->AlignInitializer();
  const Value value(*info.ConstantInput(i));
  OrtSharedPrePackedWeightCache cache(allocator(), allocator_);
  bool packed = false;
  CallPlugin(name_, Callback(impl, &OrtKernelImpl::PrePackWeight, 24), &impl, &value,
             static_cast<int>(i), allocator(), &cache, &packed);
  std::shared_ptr<const PackedWeight> weight = cache.Take();
  if (!packed || weight == nullptr) return packed;
  // What lies in a device's memory cannot be compared; it stays this kernel's.
  if (session_.prepacked_weights != nullptr && memory_->HostAccessible()) {
    weight = session_.prepacked_weights->Share(
        Format("{}:{}:{}:{}", name_, info.node.domain, info.node.op_type, i), std::move(weight));
  }
  std::vector<const void*> data;
  std::vector<size_t> sizes;
  for (const auto& buffer : *weight) {
    data.push_back(buffer->data());
    sizes.push_back(buffer->bytes());
  }
  CallPlugin(Format("{}: SetSharedPrePackedWeight", name_),
             Callback(impl, &OrtKernelImpl::SetSharedPrePackedWeight, 24), &impl, data.data(),
             sizes.data(), data.size(), static_cast<int>(i));
  kernel.Keep(std::move(weight));
  return true;
}

KernelTraits PluginEp::TraitsOf(const Node& node) const {
  const OrtKernelDef* def = DefinitionFor(node);
  return def == nullptr ? KernelTraits{} : def->Traits();
}

const MemoryInfo& PluginEp::MemoryFor(OrtMemType type) const {
  return type == OrtMemTypeCPUInput || type == OrtMemTypeCPUOutput ? CpuMemoryInfo() : *memory_;
}

const MemoryInfo& PluginEp::InputMemory(const Node& node, size_t i) const {
  const OrtKernelDef* def = DefinitionFor(node);
  return def == nullptr ? *memory_ : MemoryFor(def->InputMemory(i));
}

const MemoryInfo& PluginEp::OutputMemory(const Node& node, size_t i) const {
  const OrtKernelDef* def = DefinitionFor(node);
  return def == nullptr ? *memory_ : MemoryFor(def->OutputMemory(i));
}

void PluginEp::OnSessionInitialized() {
  if (const auto call = Callback(*ep_, &OrtEp::OnSessionInitializationEnd, 27))
    CallPlugin(name_, call, ep_);
}

void PluginEp::SetDynamicOptions(std::span<const char* const> keys,
                                 std::span<const char* const> values) {
  if (const auto set = Callback(*ep_, &OrtEp::SetDynamicOptions, 23))
    CallPlugin(name_, set, ep_, keys.data(), values.data(), keys.size());
}

void PluginEp::OnRunStart(const OrtRunOptions& options) {
  if (const auto call = Callback(*ep_, &OrtEp::OnRunStart, 23))
    CallPlugin(name_, call, ep_, &options);
}

void PluginEp::OnRunEnd(const OrtRunOptions& options, RunEnd end) {
  if (const auto call = Callback(*ep_, &OrtEp::OnRunEnd, 23)) {
    CallPlugin(name_, call, ep_, &options, end == RunEnd::kSynchronize);
  }
}

std::shared_ptr<ExecutionProvider> CreatePluginEp(std::shared_ptr<PluginLibrary> library,
                                                  OrtEpFactory* factory,
                                                  std::span<const OrtEpDevice* const> devices,
                                                  const OrtSessionOptions& options,
                                                  const Logger& logger, PluginEpSession session) {
  return std::make_shared<PluginEp>(std::move(library), factory, devices, options, logger,
                                    std::move(session));
}

std::vector<const OrtCustomOpDomain*> CustomOpDomainsOf(OrtEpFactory& factory,
                                                        const std::string& ep_name) {
  const auto count = Callback(factory, &OrtEpFactory::GetNumCustomOpDomains, 24);
  const auto get = Callback(factory, &OrtEpFactory::GetCustomOpDomains, 24);
  if (count == nullptr || get == nullptr) return {};
  constexpr size_t kMost = 1024;
  size_t number = 0;
  CallPlugin(Format("{}: GetNumCustomOpDomains", ep_name), count, &factory, &number);
  if (number == 0) return {};
  Require(number <= kMost, ORT_INVALID_ARGUMENT, "{}: GetNumCustomOpDomains states {} domains",
          ep_name, number);
  std::vector<OrtCustomOpDomain*> domains(number, nullptr);
  CallPlugin(Format("{}: GetCustomOpDomains", ep_name), get, &factory, domains.data(), number);
  Require(std::find(domains.begin(), domains.end(), nullptr) == domains.end(), ORT_INVALID_ARGUMENT,
          "{}: GetCustomOpDomains left out one of {} domains", ep_name, number);
  return {domains.begin(), domains.end()};
}

}  // namespace backplane

using backplane::Node;
using backplane::Require;

namespace {

constexpr size_t kLongestReason = 500;

// One line, of a length that a table can show: the text is a plug-in's.
std::string OneLine(std::string_view text) {
  std::string line(text.substr(0, kLongestReason));
  if (line.size() < text.size()) {
    while (!line.empty() && (line.back() & 0xC0) == 0x80) line.pop_back();  // not within a letter
    if (!line.empty() && (line.back() & 0x80) != 0) line.pop_back();
    line += "...";
  }
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return line;
}

}  // namespace

const backplane::GraphView& OrtEpGraphSupportInfo::View() const {
  Require(view_ != nullptr, ORT_INVALID_ARGUMENT, "{}: GetCapability has returned", ep_.name());
  return *view_;
}

Node* OrtEpGraphSupportInfo::Checked(const Node* node, const char* what) {
  Require(node != nullptr, ORT_INVALID_ARGUMENT, "{}: {} is null", ep_.name(), what);
  Node* known = View().Find(node);
  Require(known != nullptr, ORT_INVALID_ARGUMENT,
          "{}: {} is not part of the graph that was asked about", ep_.name(), what);
  return known;
}

void OrtEpGraphSupportInfo::AddGroup(std::span<const Node* const> nodes, bool drop_constants) {
  Require(!nodes.empty(), ORT_INVALID_ARGUMENT, "{}: a group without nodes", ep_.name());
  backplane::Claim claim{.nodes = {}, .fuse = true, .drop_constants = drop_constants};
  View();
  try {
    for (const Node* node : nodes) claim.nodes.push_back(Checked(node, "a claimed node"));
  } catch (const backplane::Error& error) {
    Refuse(nodes, error.message());
    throw;
  }
  capability_.claims.push_back(std::move(claim));
}

void OrtEpGraphSupportInfo::AddSingle(const Node* node) {
  capability_.claims.push_back({.nodes = {Checked(node, "a claimed node")}});
}

// An EP may go on after its claim was refused; the nodes keep the reason.
void OrtEpGraphSupportInfo::Refuse(std::span<const Node* const> nodes, const std::string& why) {
  for (const Node* node : nodes) {
    const Node* known = view_->Find(node);
    if (known == nullptr) continue;
    capability_.refusals.emplace_back(
        known, backplane::Reason{backplane::ReasonCode::kClaimRefused, why, {}});
  }
}

const OrtKernelDef* OrtEpGraphSupportInfo::LookUpKernel(const Node& node) const {
  View();
  return ep_.DefinitionFor(node);
}

void OrtEpGraphSupportInfo::SetReason(const Node* node, std::string_view text) {
  const Node* known = Checked(node, "a node with a reason");
  Require(!text.empty(), ORT_INVALID_ARGUMENT, "{}: the reason for {} is empty", ep_.name(),
          known->Describe());
  reasons_[known] = OneLine(text);
}

backplane::Capability OrtEpGraphSupportInfo::Close() {
  for (auto& [node, text] : reasons_) capability_.remarks.emplace_back(node, std::move(text));
  reasons_.clear();
  view_ = nullptr;
  return std::move(capability_);
}
