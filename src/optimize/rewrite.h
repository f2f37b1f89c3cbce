// What a rewrite of optimize/ is: a function on one node that the driver (optimize.cc) calls for
// each node of the types it asks for, in execution order. Adding one: a file with its function, and
// its line in rewrites.cc.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "graph/rewriter.h"
#include "optimize/optimize.h"

namespace backplane {

/// What a rewrite works with.
struct RewriteContext {
  Rewriter& edit;
  const OptimizeOptions& options;
  /// Set by a rewrite after which inference may find more shapes.
  bool refresh_types = false;
};

/// Returns true if it changed the graph; `node` may be dead then.
using RewriteFunction = bool (*)(Node* node, RewriteContext& context);

struct Rewrite {
  const char*
      name;  ///< as ONNX Runtime names it, where it has one: users switch rewrites off by name
  GraphOptimizationLevel level;
  std::initializer_list<std::string_view> op_types;  ///< empty: every operator
  RewriteFunction apply;
};

/// All of them; for one node they are tried in this order.
std::span<const Rewrite> Rewrites();

/// False for operators that give another result each time (random numbers).
bool IsRepeatable(const Node& node);

/// The since-version of `op` (ai.onnx) in the operator set that `graph` imports; 0 if it is not
/// known.
int SinceVersion(const Graph& graph, std::string_view op);

// Their functions; related ones share a file.
bool LiftConstant(Node* node, RewriteContext& context);
bool FoldConstants(Node* node, RewriteContext& context);
bool FoldShape(Node* node, RewriteContext& context);
bool FoldGatherOfShape(Node* node, RewriteContext& context);
bool FoldSliceOfShape(Node* node, RewriteContext& context);
bool RemoveIdentity(Node* node, RewriteContext& context);
bool RemoveDropout(Node* node, RewriteContext& context);
bool RemoveNoopCast(Node* node, RewriteContext& context);
bool RemoveNoopShaping(Node* node, RewriteContext& context);
bool RemoveNoopSlice(Node* node, RewriteContext& context);
bool RemoveNoopPad(Node* node, RewriteContext& context);
bool MergeTransposes(Node* node, RewriteContext& context);
bool MergeReshapes(Node* node, RewriteContext& context);
bool MergeCasts(Node* node, RewriteContext& context);
bool RemoveNeutralOperand(Node* node, RewriteContext& context);
bool CancelInverse(Node* node, RewriteContext& context);
bool RemoveRepeated(Node* node, RewriteContext& context);
bool SimplifyPow(Node* node, RewriteContext& context);
bool TrimOutputs(Node* node, RewriteContext& context);
bool InlineConstantIf(Node* node, RewriteContext& context);
bool FoldConvBatchNorm(Node* node, RewriteContext& context);
bool FoldConvMul(Node* node, RewriteContext& context);
bool FoldConvAdd(Node* node, RewriteContext& context);
bool FoldBatchNormMul(Node* node, RewriteContext& context);
bool FoldBatchNormAdd(Node* node, RewriteContext& context);

/// Merges nodes that compute the same from the same inputs.
bool MergeCommonSubexpressions(Rewriter& edit);

}  // namespace backplane
