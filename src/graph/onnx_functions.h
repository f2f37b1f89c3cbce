// The functions of a model as messages, and the bodies of functions of ONNX schemas. Internal to
// graph/ and model/.
#pragma once

#include <memory>

#include "graph/functions.h"
#include "graph/onnx_import.h"
#include "onnx/onnx_pb.h"

namespace backplane {

using FunctionProtos = google::protobuf::RepeatedPtrField<onnx::FunctionProto>;

/// Fails with ORT_FAIL for two functions of one name and ORT_INVALID_GRAPH for functions that call
/// themselves.
std::shared_ptr<const FunctionLibrary> MakeFunctionLibrary(const FunctionProtos& functions,
                                                           TensorSource tensors);

/// The functions with their tensors embedded, for the writer.
void ExportFunctions(const FunctionLibrary& library, FunctionProtos& functions);

/// True if the model the node belongs to has a function for it (whatever schemas say: the model's
/// own comes first).
bool CallsModelFunction(const Node& node);

/// A node's function body in a graph of its own, to find the types of its outputs; null if there is
/// no body, or none can be made yet because types are missing. Its inputs and outputs are those of
/// the node that are present, in order.
std::unique_ptr<Graph> InstantiateFunction(const Node& node);

}  // namespace backplane
