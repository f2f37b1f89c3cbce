#include "cpu/kernels/reduce_scan.h"

#include "hwy/highway.h"

namespace backplane::cpu {

// Four elements at a time: their own running sums take two shifted additions off the chain that
// carries the total along. The baseline's 128-bit vectors are exactly that wide.
void RunningSum(const float* x, float* y, int64_t n) {
  namespace hn = hwy::HWY_NAMESPACE;
  float total = 0;
  int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::FixedTag<float, 4> d;
  auto carried = hn::Zero(d);
  for (; i + 4 <= n; i += 4) {
    auto v = hn::LoadU(d, x + i);
    v = hn::Add(v, hn::ShiftLeftLanes<1>(d, v));
    v = hn::Add(v, hn::ShiftLeftLanes<2>(d, v));
    v = hn::Add(v, carried);
    hn::StoreU(v, d, y + i);
    carried = hn::Broadcast<3>(v);
  }
  total = hn::GetLane(carried);
#endif
  for (; i < n; ++i) {
    total += x[i];
    y[i] = total;
  }
}

}  // namespace backplane::cpu
