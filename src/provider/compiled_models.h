// What an EP offers whose compiled groups can be kept in a model (EPContext nodes). Reached through
// ExecutionProvider::compiled_models; called by partition/ and runtime/.
#pragma once

#include <string>
#include <vector>

#include "graph/draft.h"

namespace backplane {

class CompiledModelSupport {
 public:
  virtual ~CompiledModelSupport() = default;

  /// The EPContext nodes of the last Compile, one for each group; null where the EP made none.
  virtual std::vector<DraftNode> TakeContextNodes() = 0;
  /// What it wants to be told again when the compiled model is loaded; may be empty. `model` holds
  /// the fused nodes.
  virtual std::string CompatibilityInfo(const GraphView& model) = 0;
  /// Whether a model with that information suits the EP's devices.
  virtual OrtCompiledModelCompatibility Validate(const std::string& compatibility_info) = 0;
  virtual OrtWeightlessSupport WeightlessSupport() = 0;
  /// kReadsContextData and kWritesContextData: whether it passes the data of EPContext nodes
  /// through the client's functions.
  virtual uint32_t ContextDataCallbacks() = 0;

  static constexpr uint32_t kReadsContextData = 1;
  static constexpr uint32_t kWritesContextData = 2;
};

}  // namespace backplane
