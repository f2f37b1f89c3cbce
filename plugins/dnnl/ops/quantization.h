// What the operators on 8-bit integers have in common.
#pragma once

#include "dnnl/operators.h"

namespace backplane::dnnl_ep {

bool IsByte(ONNXTensorElementDataType type);

/** Whether an input of known rank has one element. */
bool IsSingle(const OpView& view, size_t i);

/** Whether a constant input of bytes is the middle of its type all over: 0, or 128 unsigned. */
bool IsCentre(const OpView& view, size_t i);

/** The single byte of a constant zero point. */
int32_t ZeroPointOf(const OpView& view, size_t i);

}  // namespace backplane::dnnl_ep
