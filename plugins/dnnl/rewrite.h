// Rewrites of a group's graph before it is built: patterns of several operators that one primitive
// computes. Runs once for each group; knows no shapes beyond those declared.
#pragma once

#include "dnnl/operators.h"

namespace backplane::dnnl_ep {

/** Replaces each pattern by the one operator of the same meaning, in place. */
void Rewrite(Graph& graph, const Constants& constants);

/** The part of Rewrite that is about 8-bit integers. */
void RewriteQdq(Graph& graph, const Constants& constants);

}  // namespace backplane::dnnl_ep
