// Post-op fusion: which nodes run inside the primitive of another. Decided for known shapes, since
// what may be a post-op depends on how its operand broadcasts.
#pragma once

#include <vector>

#include "dnnl/group.h"

namespace backplane::dnnl_ep {

/** Something applied to a primitive's result before it is written. */
struct PostOp {
  enum class Kind { kEltwise, kScalar, kVector, kTensor };
  Kind kind;
  Eltwise eltwise = {};                    // kEltwise
  Algorithm algorithm = Algorithm::undef;  // of a binary one, whose operand is:
  int operand = -1;                        // one element, along the channel axis, or of full shape
  std::vector<float> data = {};            // kVector without an operand: these values instead
};

/** A node and the nodes that it swallows. */
struct Unit {
  int node = -1;
  std::vector<PostOp> posts;
  int result = -1;             // the value it defines: that of the last node swallowed
  std::vector<int> swallowed;  // nodes, in order
};

/**
 * All nodes of the group as units, in an order in which they can run. With `enabled` false each
 * node is a unit of its own.
 */
std::vector<Unit> Fuse(const Group& group, const Shapes& shapes, bool enabled);

}  // namespace backplane::dnnl_ep
