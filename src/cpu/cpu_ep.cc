#include "cpu/cpu_ep.h"

#include "cpu/fuse/fuse.h"
#include "cpu/fuse/widen.h"
#include "cpu/layout.h"

namespace backplane::cpu {

const std::string& CpuExecutionProvider::name() const {
  static const std::string name = kCpuExecutionProvider;
  return name;
}

// Custom operators come first: a client may replace an operator by its own.
const CustomOp* CpuExecutionProvider::FindCustom(const Node& node, Reason* why) const {
  return custom_ops_ == nullptr ? nullptr : custom_ops_->Find(node, name(), why);
}

Capability CpuExecutionProvider::GetCapability(const GraphView& view) {
  Capability capability;
  const KernelRegistry& registry = KernelRegistry::Get();
  for (Node* shown : view.nodes()) {
    Node* node = OriginOf(shown);
    if (node->ep != kNoEp) continue;
    Reason why;
    Reason why_not_custom;
    if (FindCustom(*node, &why_not_custom) != nullptr || registry.Find(*node, &why) != nullptr ||
        RunsWidened(*node)) {
      capability.claims.push_back({.nodes = {node}});
    } else {
      const bool is_custom =
          custom_ops_ != nullptr &&
          custom_ops_->schemas()->Find(node->domain, node->op_type, node->since_version) != nullptr;
      capability.refusals.emplace_back(node, std::move(is_custom ? why_not_custom : why));
    }
  }
  return capability;
}

bool CpuExecutionProvider::Supports(const Node& node) const {
  return FindCustom(node, nullptr) != nullptr ||
         KernelRegistry::Get().Find(node, nullptr) != nullptr || RunsWidened(node);
}

std::vector<std::unique_ptr<Kernel>> CpuExecutionProvider::Compile(std::span<const FusedGroup>) {
  return {};
}

void CpuExecutionProvider::Lower(Graph& graph, int ep_index) {
  WidenHalves(graph, ep_index);
  if (options_.fuse) FuseForCpu(graph, ep_index);
  if (options_.layout) ChooseLayout(graph, ep_index);
}

std::unique_ptr<Kernel> CpuExecutionProvider::CreateKernel(const KernelInfo& info) {
  if (const CustomOp* custom = FindCustom(info.node, nullptr))
    return MakeCustomOpKernel(*custom, info);
  Reason why;
  const KernelEntry* entry = KernelRegistry::Get().Find(info.node, &why);
  if (entry == nullptr) Fail(ORT_NOT_IMPLEMENTED, "{}", why.text);
  return entry->create(info);
}

KernelTraits CpuExecutionProvider::TraitsOf(const Node& node) const {
  if (const CustomOp* custom = FindCustom(node, nullptr)) return custom->def.Traits();
  const KernelEntry* entry = KernelRegistry::Get().Find(node, nullptr);
  return entry == nullptr ? KernelTraits{} : entry->op.traits();
}

// Scans are not among them: they are cut and joined on the host.
bool CpuExecutionProvider::PassesOn(const Node& node, size_t i) const {
  if (!node.HasSubgraphs() || FindCustom(node, nullptr) != nullptr) return false;
  if (node.Is("If")) return true;
  if (node.Is("Loop")) return i + 2 < node.inputs.size();
  const auto scans = static_cast<size_t>(node.Int("num_scan_inputs", 0));
  return node.Is("Scan") && node.since_version >= 9 && i + scans < node.inputs.size();
}

}  // namespace backplane::cpu
