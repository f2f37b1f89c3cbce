// What the operators on sequences, optionals and control flow share.
#pragma once

#include "cpu/ops/indexing.h"

namespace backplane::cpu {

/// `value` with memory of its own: a tensor that only views planned memory is copied. Everything
/// that outlives its step inside another value (a sequence's elements, carried values) must pass
/// through here.
Value Owned(const Value& value);

}  // namespace backplane::cpu
