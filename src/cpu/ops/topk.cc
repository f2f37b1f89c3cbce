// TopK.
#include <algorithm>
#include <cmath>

#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

template <typename T>
struct Entry {
  T value;
  int64_t index;
};

template <typename T>
auto Comparable(const T& value) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>)
    return static_cast<float>(value);
  else
    return value;
}

// A strict order for every input: NaN is above all numbers, equal values go by index.
template <typename T>
struct Before {
  bool largest;
  bool operator()(const Entry<T>& a, const Entry<T>& b) const {
    const auto x = Comparable(a.value);
    const auto y = Comparable(b.value);
    if constexpr (std::is_floating_point_v<decltype(x)>) {
      if (std::isnan(x) || std::isnan(y)) {
        if (std::isnan(x) != std::isnan(y)) return std::isnan(x) == largest;
        return a.index < b.index;
      }
    }
    if (x != y) return largest ? x > y : x < y;
    return a.index < b.index;
  }
};

class TopKKernel final : public Kernel {
 public:
  explicit TopKKernel(const KernelInfo& info)
      : axis_(info.node.Int("axis", -1)),
        fixed_k_(info.node.Int("k", -1)),
        from_attribute_(info.node.since_version < 10),
        largest_(info.node.Int("largest", 1) != 0) {
    Require(!from_attribute_ || fixed_k_ >= 0, ORT_INVALID_ARGUMENT,
            "{}: k must not be negative, it is {}", info.node.Describe(), fixed_k_);
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const auto axis = static_cast<size_t>(NormalizeAxis(axis_, static_cast<int64_t>(from.rank())));
    const int64_t k = from_attribute_ ? fixed_k_ : ReadInt(context.Input(1), "k");
    Require(
        k >= 0 && k <= from[axis], ORT_INVALID_ARGUMENT,
        "k argument [{}] should not be greater than specified axis dim value [{}], nor negative", k,
        from[axis]);
    Shape to = from;
    to[axis] = k;
    Tensor* values = context.OptionalOutput(0, to);
    Tensor* indices = context.OptionalOutput(1, to);
    if (to.ElementCount() == 0) return;
    Dispatch<float, double, int64_t, int32_t, int8_t, int16_t, uint8_t, uint16_t, uint32_t,
             uint64_t, Float16, BFloat16>(input.dtype(), [&]<typename T>() {
      Select(context, input.data<T>(), from, axis, k,
             values == nullptr ? nullptr : values->data<T>(),
             indices == nullptr ? nullptr : indices->data<int64_t>());
    });
  }

 private:
  template <typename T>
  void Select(KernelContext& context, const T* x, const Shape& from, size_t axis, int64_t k,
              T* values, int64_t* indices) const {
    const int64_t n = from[axis];
    const int64_t inner = from.Count(axis + 1);
    const int64_t rows = from.Count(0, axis) * inner;
    const double cost = static_cast<double>(n) * (2.0 + std::log2(static_cast<double>(k)));
    const int64_t blocks = context.pool().BlocksFor(rows, cost);
    auto* scratch = context.Scratch<Entry<T>>(static_cast<size_t>(blocks * n));
    context.pool().Run(blocks, [&](int64_t block) {
      Entry<T>* entries = scratch + block * n;
      for (int64_t row = block; row < rows; row += blocks) {
        const int64_t base = row / inner * n * inner + row % inner;
        for (int64_t i = 0; i < n; ++i) entries[i] = {x[base + i * inner], i};
        Order(entries, n, k);
        const int64_t out = row / inner * k * inner + row % inner;
        for (int64_t i = 0; i < k; ++i) {
          if (values != nullptr) values[out + i * inner] = entries[i].value;
          if (indices != nullptr) indices[out + i * inner] = entries[i].index;
        }
      }
    });
  }

  // The first k in order; `sorted` = 0 allows any order, so this one.
  template <typename T>
  void Order(Entry<T>* entries, int64_t n, int64_t k) const {
    const Before<T> before{largest_};
    if (k == 1) {
      std::iter_swap(entries, std::min_element(entries, entries + n, before));
    } else if (k <= 64) {
      std::partial_sort(entries, entries + k, entries + n, before);
    } else {
      if (k < n) std::nth_element(entries, entries + k, entries + n, before);
      std::sort(entries, entries + k, before);
    }
  }

  const int64_t axis_;
  const int64_t fixed_k_;
  const bool from_attribute_;
  const bool largest_;
};

BACKPLANE_CPU_KERNEL(TopK, Op("TopK").In(0, types::kNumeric).In(1, DType::kInt64),
                     Make<TopKKernel>);

}  // namespace
}  // namespace backplane::cpu
