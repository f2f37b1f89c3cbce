// What the dense operators (Gemm, Conv, pooling) read from their nodes in the same way.
#pragma once

#include "cpu/kernels/activation.h"
#include "graph/graph.h"

namespace backplane::cpu {

/// The fused activation of a private operator: attributes `activation` and `activation_params`.
inline Activation ActivationOf(const Node& node) {
  return MakeActivation(node.Text("activation", ""), node.Floats("activation_params"));
}

}  // namespace backplane::cpu
