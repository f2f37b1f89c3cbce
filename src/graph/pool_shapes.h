// Shapes of pooling with ceil_mode that ONNX's inference gets wrong before version 22 of the
// operators. Called by inference; knows no kernels.
#pragma once

#include "graph/graph.h"

namespace backplane {

/// Takes windows that would lie in the padding at the end altogether off the inferred type of an
/// output of `node`, where it is a pooling with ceil_mode: kernels (and ONNX from version 22 on)
/// leave them out. Does nothing where sizes are not known.
void DropEmptyWindows(const Node& node, TypeInfo& output);

}  // namespace backplane
