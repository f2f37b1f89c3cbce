// The vector of floats that the dense kernels are written with: as wide as the instruction set has
// them, 16 lanes at most. Included by kernel files inside foreach_target, after it; must only be
// used there.
#if defined(BACKPLANE_CPU_KERNELS_FLOAT_VECTOR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BACKPLANE_CPU_KERNELS_FLOAT_VECTOR_INL_H_
#undef BACKPLANE_CPU_KERNELS_FLOAT_VECTOR_INL_H_
#else
#define BACKPLANE_CPU_KERNELS_FLOAT_VECTOR_INL_H_
#endif

#include "hwy/highway.h"

#undef BACKPLANE_UNROLL
#if defined(__clang__)
#define BACKPLANE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define BACKPLANE_UNROLL _Pragma("GCC unroll 32")
#endif

HWY_BEFORE_NAMESPACE();
namespace backplane::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
constexpr int kLanes = 1;
#else
constexpr int kLanes = (HWY_MAX_BYTES < 64 ? HWY_MAX_BYTES : 64) / 4;
#endif
using D = hn::FixedTag<float, kLanes>;
using V = hn::Vec<D>;

}  // namespace backplane::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
