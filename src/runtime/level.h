// Level: one plan with its idle frames and its memory plans; the main graph of a session, or a
// subgraph of a control-flow node. Concurrent runs share nothing but a few atomics while shapes
// repeat.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "base/idle_pool.h"
#include "runtime/frame.h"

namespace backplane {

class Level {
 public:
  explicit Level(std::unique_ptr<Plan> plan);

  const Plan& plan() const { return *plan_; }

  /// A frame for one run; an idle one if there is any.
  std::unique_ptr<Frame> Take();
  void Return(std::unique_ptr<Frame> frame) { idle_.Return(std::move(frame)); }

  /// Readies `frame` for inputs and captures `args` (in the order of the plan's input_slots, then
  /// capture_slots; they must live through the run): binds the memory plan for their shapes or
  /// starts a trace, attaches the values. `pool`: the run's.
  void Prepare(Frame& frame, std::span<Value* const> args, ThreadPool* pool);
  /// After a successful Execute: keeps what a trace found, detaches the values.
  void Finish(Frame& frame);

 private:
  std::shared_ptr<const MemoryPlan> FindPlan(std::span<Value* const> args) const;
  std::shared_ptr<const MemoryPlan> Forecast(std::span<Value* const> args) const;

  static constexpr size_t kPlans = 32;

  std::unique_ptr<Plan> plan_;
  std::shared_ptr<const MemoryPlan> forecast_;  // for the declared shapes, where all are known
  IdlePool<Frame> idle_;
  mutable std::mutex mutex_;  // of plans_: taken only when a frame sees other shapes than last time
  std::vector<std::shared_ptr<const MemoryPlan>> plans_;  // the most recently made last
};

/// Makes SubgraphRunners (KernelInfo::Subgraph): builds the subgraph's plan with the same options
/// as its parent.
SubgraphFactory MakeSubgraphFactory(const PlanOptions& options);

}  // namespace backplane
