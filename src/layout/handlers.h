// How each operator goes channels-last: one function per kind, called by layout.cc for nodes of one
// EP in execution order. A handler returns false, having changed nothing that matters, where the
// node has to stay as it is.
#pragma once

#include "layout/twins.h"

namespace backplane::layout {

using Handler = bool (*)(Node* node, Twins& twins);

/// The handler for an operator that works in either order of axes, or null.
Handler FindHandler(const Node& node);

// handlers_elementwise.cc
bool ConvertElementwise(Node* node, Twins& twins);

// handlers_axis.cc: operators with axes, which move.
bool ConvertAxis(Node* node, Twins& twins);
bool ConvertConcat(Node* node, Twins& twins);
bool ConvertSoftmax(Node* node, Twins& twins);
bool ConvertReduce(Node* node, Twins& twins);
bool ConvertPad(Node* node, Twins& twins);
bool ConvertSlice(Node* node, Twins& twins);
bool ConvertResize(Node* node, Twins& twins);

// handlers_shape.cc: operators that change the order or the number of axes.
bool ConvertTranspose(Node* node, Twins& twins);
bool ConvertReshape(Node* node, Twins& twins);
bool ConvertShape(Node* node, Twins& twins);

}  // namespace backplane::layout
