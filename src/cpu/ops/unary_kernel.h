// The kernel behind every unary elementwise operator, and what the families use to make one: a
// vectorised loop for float, a plain loop for other types, and the float loop in small pieces for
// half floats.
#pragma once

#include <memory>
#include <type_traits>

#include "cpu/kernel_registry.h"
#include "cpu/kernels/elementwise.h"
#include "cpu/ops/dispatch.h"

namespace backplane::cpu {

/// out = loop(in), elementwise, shapes equal.
class UnaryKernel final : public Kernel {
 public:
  UnaryKernel(UnaryLoop loop, const UnaryParams& params, size_t in_bytes, size_t out_bytes,
              double cost)
      : loop_(loop), params_(params), in_bytes_(in_bytes), out_bytes_(out_bytes), cost_(cost) {}

  void Run(KernelContext& context) const override;

 private:
  const UnaryLoop loop_;
  const UnaryParams params_;
  const size_t in_bytes_;
  const size_t out_bytes_;
  const double cost_;
};

/// A kernel from a loop of any types: the element sizes come from the node's input 0 and output 0.
std::unique_ptr<Kernel> MakeUnary(const KernelInfo& info, UnaryLoop loop,
                                  const UnaryParams& params = {}, double cost = 0.3);

/// The loop for float, float16 or bfloat16 input, made of `loop` on float. Sets params.inner where
/// it is needed.
UnaryLoop ThroughFloat(DType dtype, UnaryLoop loop, UnaryParams& params);

/// A plain loop out[i] = F{}(in[i]) or F{}(in[i], params) for a stateless F.
template <typename From, typename To, typename F>
void PlainUnary(const void* in, void* out, int64_t n, const UnaryParams& params) {
  const From* x = static_cast<const From*>(in);
  To* y = static_cast<To*>(out);
  const UnaryParams p = params;
  for (int64_t i = 0; i < n; ++i) {
    if constexpr (std::is_invocable_v<F, From, const UnaryParams&>) {
      y[i] = static_cast<To>(F{}(x[i], p));
    } else {
      y[i] = static_cast<To>(F{}(x[i]));
    }
  }
}

/// A kernel that computes float (and half floats) with the vectorised `op` and the other types T of
/// `Others`, input and output alike, as F{}(T) or F{}(T, params).
template <typename... Others, typename F>
std::unique_ptr<Kernel> MakeFloatUnary(const KernelInfo& info, FloatUnary op, UnaryParams params,
                                       F) {
  const DType dtype = info.InputType(0);
  if constexpr (sizeof...(Others) > 0) {
    if (!(types::kHalfs | DType::kFloat).Has(dtype)) {
      const UnaryLoop loop = Dispatch<Others...>(
          dtype, []<typename T>() -> UnaryLoop { return &PlainUnary<T, T, F>; });
      return MakeUnary(info, loop, params, 4 * FloatUnaryCost(op));
    }
  }
  const UnaryLoop loop = ThroughFloat(dtype, FloatUnaryLoop(op), params);
  return MakeUnary(info, loop, params, FloatUnaryCost(op));
}

/// The registration of a unary operator whose output has the input's type.
constexpr Op Unary(const char* type, TypeSet types, int first, int last = INT32_MAX) {
  return Op(type).Since(first, last).In(0, types).InPlace(0, 0);
}

}  // namespace backplane::cpu
