// Shapes that the client promises for the model's inputs, so that dimensions without a name can be
// fixed too. Called by the session builder before types and shapes are inferred.
#pragma once

#include <string_view>

#include "graph/graph.h"

namespace backplane {

/// Configuration entry of a session: "INPUT=1x512;OTHER=3": the inputs have these shapes in every
/// run. No digits stand for a scalar.
inline constexpr const char* kInputShapesEntry = "backplane.input_shapes";

/// Writes the shapes of `text` into the types of the inputs of `graph`. Fails with
/// ORT_INVALID_ARGUMENT for an input that there is not, and for a shape that contradicts the
/// model's.
void FixInputShapes(Graph& graph, std::string_view text);

}  // namespace backplane
