// Conversions between element types as loops that can be chained. Types with arithmetic convert to
// each other directly; half and 8-bit floats go through float, packed integers through int32, text
// through the widest type of its kind. So some 600 pairs need few loops.
#pragma once

#include <cstdint>
#include <string>

#include "base/dtype.h"

namespace backplane::cpu {

struct CastParams {
  bool saturate = true;  ///< what overflows an 8-bit float: its largest value, or NaN or infinity
  enum class Rounding : uint8_t {
    kUp,
    kDown,
    kNearest
  } rounding = Rounding::kUp;  ///< to float8e8m0
};

/// Converts n elements. Packed elements start at a byte boundary.
using CastLoop = void (*)(const void* in, void* out, int64_t n, const CastParams& params);

/// Between types with arithmetic (and bool). Null for the same type.
CastLoop DirectCast(DType from, DType to);

/// How a type without arithmetic becomes one that has it (`hub`), and back.
struct Gateway {
  DType hub = DType::kUndefined;
  CastLoop loop = nullptr;  ///< null: the type is its own hub
};
/// `other` is the type at the far end, which text is read and written for.
Gateway Decoder(DType type, DType other);
Gateway Encoder(DType type, DType other);

/// Text, used by the two above: cast_text.cc.
Gateway TextDecoder(DType other);
Gateway TextEncoder(DType other);

}  // namespace backplane::cpu
