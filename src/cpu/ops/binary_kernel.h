// The kernel behind every binary elementwise operator with broadcasting, and what the families use
// to make one. The kernel itself knows no types: only the three loops (vectors, scalar left, scalar
// right) are compiled for each.
#pragma once

#include <memory>

#include "cpu/kernel_registry.h"
#include "cpu/kernels/elementwise.h"
#include "cpu/ops/broadcast.h"
#include "cpu/ops/dispatch.h"

namespace backplane::cpu {

/// out = loops(a, b) with NumPy broadcasting, or with that of the operator's first versions.
class BinaryKernel final : public Kernel {
 public:
  BinaryKernel(const KernelInfo& info, const BinaryLoops& loops, double cost);

  void Run(KernelContext& context) const override;

 private:
  const BinaryLoops loops_;
  const size_t in_bytes_[2];
  const size_t out_bytes_;
  const double cost_;
  // Operator sets 1 to 6: the attributes `broadcast` and `axis` say how the second input spreads.
  bool legacy_ = false;
  bool legacy_axis_given_ = false;
  int64_t legacy_axis_ = 0;
};

/// Nanoseconds per element of loops that move memory and little else.
inline constexpr double kCheapBinary = 0.2;

inline std::unique_ptr<Kernel> MakeBinary(const KernelInfo& info, const BinaryLoops& loops,
                                          double cost = kCheapBinary) {
  return std::make_unique<BinaryKernel>(info, loops, cost);
}

/// Loops for float16 and bfloat16 made of loops on float; `float_loops` must live for ever.
BinaryLoops HalfLoops(DType dtype, const BinaryLoops& float_loops);

/// Plain loops out[i] = F{}(a[i], b[i]) for a stateless F.
template <typename A, typename B, typename To, typename F, Scalar kScalar>
void PlainBinary(const void* left, const void* right, void* out, int64_t n, const BinaryLoops&) {
  const A* a = static_cast<const A*>(left);
  const B* b = static_cast<const B*>(right);
  To* y = static_cast<To*>(out);
  if constexpr (kScalar == Scalar::kNone) {
    for (int64_t i = 0; i < n; ++i) y[i] = static_cast<To>(F{}(a[i], b[i]));
  } else if constexpr (kScalar == Scalar::kLeft) {
    const A same = *a;
    for (int64_t i = 0; i < n; ++i) y[i] = static_cast<To>(F{}(same, b[i]));
  } else {
    const B same = *b;
    for (int64_t i = 0; i < n; ++i) y[i] = static_cast<To>(F{}(a[i], same));
  }
}

template <typename A, typename B, typename To, typename F>
inline constexpr BinaryLoops kPlainLoops = {
    {&PlainBinary<A, B, To, F, Scalar::kNone>, &PlainBinary<A, B, To, F, Scalar::kLeft>,
     &PlainBinary<A, B, To, F, Scalar::kRight>},
    nullptr};

/// Loops T x T -> T for the types of `Types`.
template <typename F, typename... Types>
BinaryLoops LoopsFor(TypeList<Types...>, DType dtype) {
  return Dispatch<Types...>(dtype, []<typename T>() { return kPlainLoops<T, T, T, F>; });
}

/// The registration of a binary operator whose output has the inputs' type.
constexpr Op Binary(const char* type, TypeSet types, int first, int last = INT32_MAX) {
  return Op(type).Since(first, last).In(0, types).InPlace(0, 0).InPlace(0, 1);
}

}  // namespace backplane::cpu
