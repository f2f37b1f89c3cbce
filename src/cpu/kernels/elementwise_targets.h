// The x86 instruction sets that the elementwise, reduction and normalisation kernels are compiled
// for: the baseline, AVX2 and AVX-512. The steps between gain nothing for them, and each costs
// compile time and library size. To be included before hwy/foreach_target.h, in .cc files only.
#pragma once

#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
#endif
