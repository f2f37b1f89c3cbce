// The OrtNodeComputeInfo of one compiled group: finds or builds the program for the shapes of a run
// and runs it. Called by the host, from several threads at once.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "dnnl/builder.h"
#include "kit/compute_info.h"

namespace backplane::dnnl_ep {

class CompiledGroup : public ep_kit::ComputeInfo<CompiledGroup> {
 public:
  /**
   * `positions[i]`: at which input of the fused node value `group.inputs[i]` arrives. When all
   * shapes are known the program is built here.
   */
  CompiledGroup(const ep_kit::Api& api, Group group, std::vector<size_t> positions,
                const Settings& settings);

  /** Throws Failure; called by the host through Compute. */
  void Run(OrtKernelContext* context);

 private:
  using ProgramPointer = std::shared_ptr<const Program>;

  using Inputs = std::span<const OrtValue* const>;
  bool IsFor(const Program& program, Inputs inputs) const;
  ProgramPointer FindProgram(Inputs inputs);
  ProgramPointer BuildProgram(const std::vector<Dims>& input_dims, const Constants& constants);
  ProgramPointer ProgramFor(Inputs inputs);
  void Remember(ProgramPointer program);
  void LetGo(int value);

  Group group_;
  const std::vector<size_t> positions_;
  const Settings settings_;
  std::mutex mutex_;                    // of programs_
  std::list<ProgramPointer> programs_;  // the last one used first
  std::mutex build_mutex_;
};

/** The group that a graph given to Compile is, with its constants read. */
Group MakeGroup(const ep_kit::Api& api, const OrtGraph* graph, const OrtNode* fused_node);

}  // namespace backplane::dnnl_ep
