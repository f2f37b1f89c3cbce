#include "partition/layer_assignment.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/split.h"
#include "onnxruntime_session_options_config_keys.h"
#include "partition/placement.h"
#include "provider/devices.h"

namespace backplane {
namespace {

bool SameWord(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::optional<int> NumberIn(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The word before the colon of "gpu:nvidia", and what is behind it.
struct DeviceWord {
  explicit DeviceWord(std::string_view text)
      : full(text), type(text.substr(0, text.find(':'))), detail(text.substr(type.size())) {
    if (!detail.empty()) detail.remove_prefix(1);
  }
  std::string_view full;
  std::string_view type;
  std::string_view detail;
};

bool FitsDetail(const DeviceWord& word, const EpDevice& device) {
  if (word.detail.empty()) return true;
  if (const auto number = NumberIn(word.detail)) {
    const MemoryInfo* memory = device.Memory(OrtDeviceMemoryType_DEFAULT);
    return memory != nullptr && memory->device_id == *number;
  }
  return SameWord(device.device->vendor, word.detail);
}

bool Fits(const DeviceWord& word, const ExecutionProvider& ep) {
  const auto devices = ep.devices();
  const auto any = [&](auto&& fits) { return std::any_of(devices.begin(), devices.end(), fits); };
  const auto is = [](OrtHardwareDeviceType type) {
    return [type](const EpDevice* device) { return device->device->type == type; };
  };
  if (SameWord(word.full, "cpu")) return devices.empty() || any(is(OrtHardwareDeviceType_CPU));
  if (SameWord(word.full, "npu")) return any(is(OrtHardwareDeviceType_NPU));
  if (SameWord(word.full, "accelerator"))
    return !devices.empty() && !any(is(OrtHardwareDeviceType_CPU));
  if (SameWord(word.type, "gpu")) {
    return any([&](const EpDevice* device) {
      return device->device->type == OrtHardwareDeviceType_GPU && FitsDetail(word, *device);
    });
  }
  return EpIsCalled(ep.name(), word.full);
}

}  // namespace

std::vector<LayerAssignment::Rule> LayerAssignment::Parse(const std::string& text) {
  std::vector<Rule> rules;
  ForEachPart(text, ';', [&](std::string_view entry) {
    const size_t open = entry.find('(');
    const size_t close = entry.find(')');
    const auto bad = [&](std::string_view why) {
      Fail(ORT_INVALID_ARGUMENT, "Invalid layering config: {} in entry: {}", why, entry);
    };
    if (open == std::string_view::npos) bad("Missing '('");
    if (close == std::string_view::npos) bad("Missing ')'");
    if (close < open) bad("')' comes before '('");
    const std::string_view device = Trim(entry.substr(0, open));
    if (device.empty()) bad("Empty device name");
    ForEachPart(entry.substr(open + 1, close - open - 1), ',', [&](std::string_view pattern) {
      const bool exact = pattern.front() == '=';
      if (exact) pattern = Trim(pattern.substr(1));
      if (pattern.empty()) return;
      for (const Rule& other : rules) {
        if (other.exact == exact && other.pattern == pattern)
          bad(Format("Duplicate {} match annotation '{}' found", exact ? "exact" : "prefix",
                     pattern));
      }
      rules.push_back({std::string(device), std::string(pattern), exact, kNoEp});
    });
  });
  return rules;
}

LayerAssignment LayerAssignment::FromConfig(const KeyValuePairs& config,
                                            std::span<const std::shared_ptr<ExecutionProvider>> eps,
                                            const Logger& logger) {
  const auto entry = [&](const char* key) {
    const char* value = config.Find(key);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string by_layer = entry(kOrtSessionOptionsLayerAssignmentSettings);
  const std::string by_name = entry(kOrtSessionOptionsNameBasedLayerAssignment);
  Require(by_layer.empty() || by_name.empty(), ORT_INVALID_ARGUMENT,
          "Cannot set both '{}' and '{}'. These options are mutually exclusive.",
          kOrtSessionOptionsLayerAssignmentSettings, kOrtSessionOptionsNameBasedLayerAssignment);
  LayerAssignment result;
  result.by_name_ = !by_name.empty();
  result.entry_ = result.by_name_ ? kOrtSessionOptionsNameBasedLayerAssignment
                                  : kOrtSessionOptionsLayerAssignmentSettings;
  result.rules_ = Parse(result.by_name_ ? by_name : by_layer);
  for (Rule& rule : result.rules_) {
    Require(!result.by_name_ || !rule.exact, ORT_INVALID_ARGUMENT,
            "Name-based layer assignment does not support the '=' (exact-match) qualifier. All "
            "patterns are parts of names. Remove the '=' prefix from pattern: '{}'",
            rule.pattern);
    for (size_t i = 0; i < eps.size() && rule.ep == kNoEp; ++i) {
      if (Fits(DeviceWord(rule.device), *eps[i])) rule.ep = static_cast<int>(i);
    }
    if (rule.ep == kNoEp)
      logger.Warning("partition", "{}: no EP of the session is '{}'; '{}' is not assigned",
                     result.entry_, rule.device, rule.pattern);
  }
  // The order in which rules are tried.
  std::stable_sort(result.rules_.begin(), result.rules_.end(), [&](const Rule& a, const Rule& b) {
    return result.by_name_ ? a.pattern.size() > b.pattern.size() : a.exact < b.exact;
  });
  return result;
}

const LayerAssignment::Rule* LayerAssignment::RuleFor(const Node& node) const {
  const std::string& text = by_name_ ? node.name : node.layer;
  if (text.empty()) return nullptr;
  const auto it = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    if (by_name_) return text.find(rule.pattern) != std::string::npos;
    return rule.exact ? text == rule.pattern : text.starts_with(rule.pattern);
  });
  return it == rules_.end() ? nullptr : &*it;
}

int LayerAssignment::EpOf(const Node& node) const {
  if (empty()) return kNoEp;
  if (const Rule* rule = RuleFor(node)) return rule->ep;
  const Node* around = node.graph->parent_node();
  return by_name_ || around == nullptr ? kNoEp : EpOf(*around);
}

}  // namespace backplane
