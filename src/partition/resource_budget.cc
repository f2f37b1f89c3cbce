#include "partition/resource_budget.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/error.h"
#include "graph/rewriter.h"
#include "partition/placement.h"

namespace backplane {
namespace {

constexpr std::string_view kPrefix = "session.resource_";
constexpr std::string_view kSuffix = "_partitioning_settings";

uint64_t StaticBytes(const ValueInfo& value) {
  const auto shape = StaticShape(&value);
  if (!shape) return 0;
  return BytesOf(DTypeOfValue(&value), shape->ElementCount());
}

std::optional<uint64_t> LimitIn(std::string_view text, const std::string& entry) {
  if (text.empty()) return std::nullopt;
  uint64_t kilobytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), kilobytes);
  Require(error == std::errc() && end == text.data() + text.size() &&
              kilobytes <= std::numeric_limits<uint64_t>::max() / 1024,
          ORT_FAIL, "{}: Failed to parse value: \"{}\" is no number of KB", entry, text);
  return kilobytes * 1024;
}

}  // namespace

// Statistics where there are any. Else an estimate: constants that the EP has not paid for yet, and
// outputs of known shape, with half as much again for what the kernel needs while it runs.
uint64_t ResourceBudget::CostOf(const Node& node, std::vector<const ValueInfo*>& counted,
                                bool inside) const {
  if (const auto it = stats_.find(StatsName(node)); it != stats_.end()) return it->second.Total();
  uint64_t bytes = 0;
  for (const auto* list : {&node.inputs, &node.implicit_inputs}) {
    for (const ValueInfo* input : *list) {
      if (input == nullptr || !input->IsInitializer() || initializers_.count(input) != 0 ||
          std::find(counted.begin(), counted.end(), input) != counted.end())
        continue;
      counted.push_back(input);
      bytes += input->initializer->Bytes();
    }
  }
  for (const ValueInfo* output : node.outputs) {
    if (output != nullptr) bytes += StaticBytes(*output);
  }
  bytes += bytes / 2;
  if (!inside) return bytes;
  for (const auto& [attribute, subgraph] : node.Subgraphs()) {
    for (const Node* inner : subgraph->nodes()) {
      if (inner->ep == kNoEp) bytes += CostOf(*inner, counted, inside);
    }
  }
  return bytes;
}

// A fused control-flow node takes along what nobody claimed in its subgraphs; what was claimed
// there is paid for.
bool ResourceBudget::Spend(const Claim& claim) {
  std::vector<const ValueInfo*> counted;
  uint64_t cost = 0;
  for (const Node* node : claim.nodes) cost += CostOf(*node, counted, claim.fuse);
  if (limit_ && (spent_ > *limit_ || cost > *limit_ - spent_)) return false;
  spent_ += cost;
  initializers_.insert(counted.begin(), counted.end());
  return true;
}

void ResourceBudget::Apply(CheckedClaims& claims) {
  std::vector<Claim> kept;
  for (Claim& claim : claims.accepted) {
    closed_ = closed_ || !Spend(claim);
    if (!closed_) {
      kept.push_back(std::move(claim));
      continue;
    }
    const Reason reason{ReasonCode::kOverBudget, Format("budget of {} bytes spent", *limit_), {}};
    for (const Node* node : claim.nodes) claims.refused.emplace_back(node, reason);
  }
  claims.accepted = std::move(kept);
}

namespace {

std::optional<uint64_t> AvailableTo(ExecutionProvider& ep, const Logger& logger) {
  try {
    return ep.AvailableBytes();
  } catch (const Error& error) {
    logger.Warning("partition", "{}; it has no budget", error.message());
    return std::nullopt;
  }
}

}  // namespace

std::vector<std::unique_ptr<ResourceBudget>> MakeBudgets(
    const KeyValuePairs& config, std::span<const std::shared_ptr<ExecutionProvider>> eps,
    const std::string& model_path, const Logger& logger) {
  std::vector<std::unique_ptr<ResourceBudget>> budgets(eps.size());
  for (const auto& [entry, value] : config.entries()) {
    if (value.empty() || !entry.starts_with(kPrefix) || !entry.ends_with(kSuffix) ||
        entry.size() <= kPrefix.size() + kSuffix.size())
      continue;
    const std::string_view word = std::string_view(entry).substr(
        kPrefix.size(), entry.size() - kPrefix.size() - kSuffix.size());
    const size_t comma = value.find(',');
    Require(comma != std::string::npos && value.find(',', comma + 1) == std::string::npos,
            ORT_INVALID_ARGUMENT, "Invalid format for: {} : expecting comma separated fields",
            entry);
    const std::optional<uint64_t> limit = LimitIn(value.substr(0, comma), entry);
    const std::string file = value.substr(comma + 1);
    NodeStatsTable stats;
    if (!file.empty()) stats = ReadNodeStats(StatsPath(model_path, file));
    bool found = false;
    for (size_t i = 0; i < eps.size(); ++i) {
      if (!EpIsCalled(eps[i]->name(), word)) continue;
      found = true;
      budgets[i] =
          std::make_unique<ResourceBudget>(limit ? limit : AvailableTo(*eps[i], logger), stats);
    }
    if (!found) logger.Warning("partition", "{}: no EP of the session is '{}'", entry, word);
  }
  return budgets;
}

}  // namespace backplane
