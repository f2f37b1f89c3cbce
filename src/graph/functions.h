// Operators defined by other operators: functions of the model and function bodies of ONNX schemas.
// The session calls InlineFunctions for nodes that no EP has a kernel for. Must not decide what to
// inline.
#pragma once

#include <functional>
#include <memory>

#include "graph/graph.h"
#include "graph/infer.h"

namespace backplane {

/// The functions a model brings along (ModelInfo::functions). Made by model/, opaque to the rest.
class FunctionLibrary;

/// True if the node calls a function of the model, or its schema has a function body.
bool HasFunctionBody(const Node& node);

/// Replaces every node for which `keep` says no by its function body, in all subgraphs, again and
/// again until nothing is left to replace (a body may call functions). Types must be inferred
/// before; afterwards the graph is sorted, checked and has its types inferred again. Returns the
/// number of nodes replaced. Nodes without a body stay. Errors: ORT_INVALID_GRAPH for recursive
/// functions and for bodies that do not fit the call.
size_t InlineFunctions(Graph& graph, const std::function<bool(const Node& node)>& keep,
                       const InferOptions& options = {});

}  // namespace backplane
