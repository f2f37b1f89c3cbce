// Sliding windows as convolution and pooling describe them: attributes resolved for known sizes.
#pragma once

#include "dnnl/operators.h"

namespace backplane::dnnl_ep {

/** One entry for each spatial dimension; oneDNN's conventions (a dilation of 0 is dense). */
struct Window {
  Dims kernel, strides, dilations, pads_begin, pads_end, output;
};

/**
 * Resolves auto_pad, pads, strides and dilations of `node` for input sizes `input` (spatial) and
 * `kernel`. `pads_end` is adjusted so that oneDNN's size rule gives `output` exactly, also with
 * ceil_mode. Throws Failure for attributes that fit no such input.
 */
Window ResolveWindow(const Node& node, const Dims& input, const Dims& kernel);

/** Refuses attributes of the wrong length and negative ones. */
Refusal CheckWindow(const Node& node, int spatial_rank);

}  // namespace backplane::dnnl_ep
