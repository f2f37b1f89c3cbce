// The list of rewrites: which there are, at which level, for which operators, in which order.
#include "optimize/rewrite.h"

namespace backplane {

std::span<const Rewrite> Rewrites() {
  static const Rewrite kRewrites[] = {
      {"ConstantLifting", ORT_DISABLE_ALL, {"Constant"}, LiftConstant},
      {"EliminateIdentity", ORT_ENABLE_BASIC, {"Identity"}, RemoveIdentity},
      {"ConstantFolding", ORT_ENABLE_BASIC, {}, FoldConstants},
      {"ConstantFolding", ORT_ENABLE_BASIC, {"Shape", "Size"}, FoldShape},
      {"ConstantFolding", ORT_ENABLE_BASIC, {"Gather"}, FoldGatherOfShape},
      {"ConstantFolding", ORT_ENABLE_BASIC, {"Slice"}, FoldSliceOfShape},
      {"EliminateDropout", ORT_ENABLE_BASIC, {"Dropout"}, RemoveDropout},
      {"CastElimination", ORT_ENABLE_BASIC, {"Cast"}, RemoveNoopCast},
      {"NoopElimination",
       ORT_ENABLE_BASIC,
       {"Reshape", "Flatten", "Transpose", "Expand", "Tile", "Concat", "Squeeze", "Unsqueeze",
        "Sum", "Max", "Min", "Mean"},
       RemoveNoopShaping},
      {"EliminateSlice", ORT_ENABLE_BASIC, {"Slice"}, RemoveNoopSlice},
      {"NoopElimination", ORT_ENABLE_BASIC, {"Pad"}, RemoveNoopPad},
      {"CastChainElimination", ORT_ENABLE_BASIC, {"Cast"}, MergeCasts},
      {"TransposeOptimizer", ORT_ENABLE_BASIC, {"Transpose"}, MergeTransposes},
      {"ReshapeFusion",
       ORT_ENABLE_BASIC,
       {"Reshape", "Flatten", "Squeeze", "Unsqueeze"},
       MergeReshapes},
      {"NoopElimination", ORT_ENABLE_BASIC, {"Add", "Sub", "Mul", "Div"}, RemoveNeutralOperand},
      {"InverseElimination", ORT_ENABLE_BASIC, {"Not", "Neg"}, CancelInverse},
      {"IdempotentElimination",
       ORT_ENABLE_BASIC,
       {"Relu", "Abs", "Ceil", "Floor", "Round", "Sign"},
       RemoveRepeated},
      {"PowSimplification", ORT_ENABLE_BASIC, {"Pow"}, SimplifyPow},
      {"OutputTrimming",
       ORT_ENABLE_BASIC,
       {"Dropout", "MaxPool", "LayerNormalization", "LSTM", "GRU", "RNN"},
       TrimOutputs},
      {"ConstantIfInlining", ORT_ENABLE_BASIC, {"If"}, InlineConstantIf},
      {"ConvBNFusion", ORT_ENABLE_BASIC, {"BatchNormalization"}, FoldConvBatchNorm},
      {"ConvMulFusion", ORT_ENABLE_BASIC, {"Mul"}, FoldConvMul},
      {"ConvAddFusion", ORT_ENABLE_BASIC, {"Add"}, FoldConvAdd},
      {"BatchNormScaleFusion", ORT_ENABLE_BASIC, {"Mul"}, FoldBatchNormMul},
      {"BatchNormScaleFusion", ORT_ENABLE_BASIC, {"Add"}, FoldBatchNormAdd},
  };
  return kRewrites;
}

}  // namespace backplane
