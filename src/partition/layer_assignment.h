// Layer assignment: the session's options send nodes to EPs by the layer their metadata name
// (session.layer_assignment_settings) or by a part of their own name
// (session.name_based_layer_assignment). Made and asked by Partition; changes nothing.
//
// Both are lists "DEVICE(PATTERN, ...); DEVICE(...)". A pattern is the beginning of a layer, with
// "=" before it all of it; of several that fit, those without "=" come first, then those further
// left. Names are searched for the pattern, and the longest one counts. Nodes of subgraphs without
// a layer have that of the node around them. DEVICE is cpu, gpu, npu, accelerator (none of the
// CPU), gpu:NUMBER (the memory's device id), gpu:VENDOR, or what EpIsCalled understands.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/key_value_pairs.h"
#include "base/log.h"
#include "provider/execution_provider.h"

namespace backplane {

class LayerAssignment {
 public:
  /// No settings: no node is assigned. Fails with ORT_INVALID_ARGUMENT for settings that cannot be
  /// read, and for both kinds at once. A device that no EP fits is only logged; its nodes go where
  /// they would go without the rule.
  static LayerAssignment FromConfig(const KeyValuePairs& config,
                                    std::span<const std::shared_ptr<ExecutionProvider>> eps,
                                    const Logger& logger);

  bool empty() const { return rules_.empty(); }
  /// Index of the EP that `node` is meant for; kNoEp: any.
  int EpOf(const Node& node) const;
  /// The configuration entry that has the rules.
  const std::string& entry() const { return entry_; }

 private:
  struct Rule {
    std::string device;
    std::string pattern;
    bool exact = false;
    int ep = kNoEp;
  };

  static std::vector<Rule> Parse(const std::string& text);
  const Rule* RuleFor(const Node& node) const;

  std::string entry_;
  bool by_name_ = false;
  std::vector<Rule> rules_;  // the first that fits counts
};

}  // namespace backplane
