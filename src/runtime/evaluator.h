// Runs single nodes on constants, for constant folding: the same kernels as at run time, without a
// plan.
#pragma once

#include <vector>

#include "base/thread_pool.h"
#include "provider/execution_provider.h"

namespace backplane {

class NodeEvaluator {
 public:
  /// `host` makes the kernels; all three must outlive the evaluator.
  NodeEvaluator(ExecutionProvider& host, ThreadPool& pool, const Logger& logger)
      : host_(host), pool_(pool), logger_(logger) {}

  /// Evaluates `node`, whose inputs are all constant (absent ones excepted). False if the host has
  /// no kernel for it, the kernel fails on these constants (the error then comes at run time), or
  /// an output is not a tensor.
  bool Evaluate(const Node& node, std::vector<Tensor>& outputs) const;

 private:
  ExecutionProvider& host_;
  ThreadPool& pool_;
  const Logger& logger_;
};

}  // namespace backplane
