// Elementwise loops over contiguous spans: what cpu/ops calls to compute. The float loops are
// vectorised for each instruction set and chosen once, when a kernel is prepared; they know nothing
// of shapes, threads or tensors.
#pragma once

#include <cstdint>

#include "base/float16.h"

namespace backplane::cpu {

struct UnaryParams;

/// out[i] = f(in[i]) for n elements; `out` may be `in`.
using UnaryLoop = void (*)(const void* in, void* out, int64_t n, const UnaryParams& params);

/// Parameters of an operator with attributes; what alpha and beta mean is the operator's business.
struct UnaryParams {
  float alpha = 0;
  float beta = 0;
  float gamma = 0;
  UnaryLoop inner = nullptr;  ///< the float loop behind one for half floats
};

/// The unary operations that exist as vector code for float.
enum class FloatUnary : uint8_t {
  kAbs,
  kNeg,
  kCeil,
  kFloor,
  kRound,  ///< to nearest, ties to even
  kSign,
  kSqrt,
  kReciprocal,
  kExp,
  kLog,
  kSin,
  kCos,
  kErf,
  kRelu,
  kLeakyRelu,        ///< alpha: slope
  kElu,              ///< alpha
  kSelu,             ///< alpha, gamma
  kCelu,             ///< alpha
  kThresholdedRelu,  ///< alpha: threshold
  kHardSigmoid,      ///< alpha, beta
  kHardSwish,
  kSigmoid,
  kTanh,
  kSoftplus,
  kSoftsign,
  kMish,
  kGelu,
  kGeluTanh,
  kSwish,   ///< alpha: x * sigmoid(alpha x)
  kClip,    ///< alpha: minimum, beta: maximum
  kShrink,  ///< alpha: bias, beta: lambd
};

/// The loop of `op` on float for this processor.
UnaryLoop FloatUnaryLoop(FloatUnary op);
/// What one element costs, in nanoseconds, for ThreadPool::For.
double FloatUnaryCost(FloatUnary op);

/// Which side of a binary span is one value for the whole span.
enum class Scalar : uint8_t { kNone, kLeft, kRight };

struct BinaryLoops;
/// out[i] = f(a[i], b[i]); with a scalar side that pointer is to one element. `out` may be `a` or
/// `b`.
using BinaryLoop = void (*)(const void* a, const void* b, void* out, int64_t n,
                            const BinaryLoops& self);

/// One operation in its three forms.
struct BinaryLoops {
  BinaryLoop loop[3] = {};             ///< by Scalar
  const BinaryLoops* inner = nullptr;  ///< the float loops behind those for half floats

  void operator()(Scalar scalar, const void* a, const void* b, void* out, int64_t n) const {
    loop[static_cast<int>(scalar)](a, b, out, n, *this);
  }
};

enum class FloatBinary : uint8_t { kAdd, kSub, kMul, kDiv, kMin, kMax, kPRelu };

/// The loops of `op` on float for this processor; valid for ever.
const BinaryLoops& FloatBinaryLoops(FloatBinary op);

/// Half floats to float and back, n elements; to nearest even.
void HalfToFloat(const Float16* in, float* out, int64_t n);
void HalfToFloat(const BFloat16* in, float* out, int64_t n);
void FloatToHalf(const float* in, Float16* out, int64_t n);
void FloatToHalf(const float* in, BFloat16* out, int64_t n);

/// out[i] = condition[i] != 0 ? x[i] : y[i] for float; a stride is 0 or 1.
void SelectFloat(const uint8_t* condition, const float* x, int x_stride, const float* y,
                 int y_stride, float* out, int64_t n);

}  // namespace backplane::cpu
