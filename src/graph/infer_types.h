// Types of a node's inputs against its schema, and the types of outputs that follow from the schema
// alone. Called by inference. Knows no shapes and no protobuf.
#pragma once

#include <vector>

#include "graph/graph.h"
#include "graph/schema.h"

namespace backplane {

/// For each type constraint of a schema, the type that a node's inputs bind it to; null while
/// nothing does.
using TypeBindings = std::vector<const TypeInfo*>;

/// Checks the known types of the node's inputs. Fails with ORT_INVALID_GRAPH (a type that the
/// operator does not take) and ORT_FAIL (one type parameter, two types), as ONNX Runtime does.
TypeBindings BindInputTypes(const Node& node, const OpSchema& schema);

/// The type of output `i` without its shape where schema and bindings determine it, else unknown.
TypeInfo OutputTypeFromSchema(const OpSchema& schema, size_t i, const TypeBindings& bindings);

/// The type written as `text` ("seq(tensor(float))"); unknown if it cannot be understood.
TypeInfo TypeFromString(std::string_view text);

/// Same kind and element types, whatever the shapes.
bool SameElementType(const TypeInfo& a, const TypeInfo& b);

/// `type` without the shapes in it.
TypeInfo WithoutShape(const TypeInfo& type);

}  // namespace backplane
