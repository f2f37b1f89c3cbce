// Unique: distinct elements, or distinct slices along an axis, with where they were and how often.
#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

// -1, 0, 1; NaN equals itself and is above every number.
template <typename T>
int Compare(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return Compare(static_cast<float>(a), static_cast<float>(b));
  } else if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return static_cast<int>(a != a) - static_cast<int>(b != b);
    return static_cast<int>(b < a) - static_cast<int>(a < b);
  } else {
    return static_cast<int>(b < a) - static_cast<int>(a < b);
  }
}

// The tensor as `count` slices of `outer` x `inner` elements along an axis.
struct Slices {
  int64_t outer = 1;
  int64_t count = 0;
  int64_t inner = 1;
};

template <typename T>
int CompareSlices(const T* x, const Slices& slices, int64_t a, int64_t b) {
  for (int64_t o = 0; o < slices.outer; ++o) {
    const T* row = x + o * slices.count * slices.inner;
    for (int64_t i = 0; i < slices.inner; ++i) {
      const int order = Compare(row[a * slices.inner + i], row[b * slices.inner + i]);
      if (order != 0) return order;
    }
  }
  return 0;
}

class UniqueKernel final : public Kernel {
 public:
  explicit UniqueKernel(const KernelInfo& info) : sorted_(info.node.Int("sorted", 1) != 0) {
    if (info.node.Has("axis")) axis_ = info.node.Int("axis", 0);
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    Slices slices{1, input.ElementCount(), 1};
    size_t axis = 0;
    if (axis_.has_value()) {
      axis = static_cast<size_t>(NormalizeAxis(*axis_, static_cast<int64_t>(from.rank())));
      slices = {from.Count(0, axis), from[axis], from.Count(axis + 1)};
    }
    Groups groups;
    Dispatch<float, double, int64_t, int32_t, int16_t, int8_t, uint8_t, uint16_t, uint32_t,
             uint64_t, bool, Float16, BFloat16, std::string>(
        input.dtype(), [&]<typename T>() { groups = Group(input.data<T>(), slices); });
    const auto found = static_cast<int64_t>(groups.first.size());
    Shape to{found};
    if (axis_.has_value()) {
      to = from;
      to[axis] = found;
    }
    WriteValues(context, input, slices, groups, to);
    const auto write = [&](size_t i, const std::vector<int64_t>& values) {
      if (Tensor* out = context.OptionalOutput(i, Shape{static_cast<int64_t>(values.size())})) {
        std::copy(values.begin(), values.end(), out->data<int64_t>());
      }
    };
    write(1, groups.first);
    write(2, groups.inverse);
    write(3, groups.counts);
  }

 private:
  struct Groups {
    std::vector<int64_t> first;    // where each distinct slice is met first
    std::vector<int64_t> inverse;  // which distinct slice each slice is
    std::vector<int64_t> counts;
  };

  template <typename T>
  Groups Group(const T* x, const Slices& slices) const {
    std::vector<int64_t> order(static_cast<size_t>(slices.count));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      const int compared = CompareSlices(x, slices, a, b);
      return compared != 0 ? compared < 0 : a < b;
    });
    Groups groups;
    groups.inverse.resize(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
      if (i == 0 || CompareSlices(x, slices, order[i - 1], order[i]) != 0) {
        groups.first.push_back(order[i]);
        groups.counts.push_back(0);
      }
      groups.inverse[static_cast<size_t>(order[i])] = static_cast<int64_t>(groups.first.size()) - 1;
      ++groups.counts.back();
    }
    if (!sorted_) OrderByFirst(groups);
    return groups;
  }

  static void OrderByFirst(Groups& groups) {
    std::vector<size_t> order(groups.first.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return groups.first[a] < groups.first[b]; });
    Groups result = groups;
    std::vector<int64_t> place(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
      result.first[i] = groups.first[order[i]];
      result.counts[i] = groups.counts[order[i]];
      place[order[i]] = static_cast<int64_t>(i);
    }
    for (int64_t& group : result.inverse) group = place[static_cast<size_t>(group)];
    groups = std::move(result);
  }

  static void WriteValues(KernelContext& context, const Tensor& input, const Slices& slices,
                          const Groups& groups, const Shape& to) {
    Tensor& output = context.Output(0, to);
    const auto found = static_cast<int64_t>(groups.first.size());
    DispatchBySize(input.dtype(), [&]<typename T>() {
      const T* x = static_cast<const T*>(input.raw());
      T* y = static_cast<T*>(output.raw());
      for (int64_t o = 0; o < slices.outer; ++o) {
        for (int64_t g = 0; g < found; ++g) {
          std::copy_n(x + (o * slices.count + groups.first[static_cast<size_t>(g)]) * slices.inner,
                      slices.inner, y + (o * found + g) * slices.inner);
        }
      }
    });
  }

  const bool sorted_;
  std::optional<int64_t> axis_;
};

BACKPLANE_CPU_KERNEL(Unique,
                     Op("Unique").Since(11).In(0, types::kNumeric |
                                                      TypeSet{DType::kBool, DType::kString}),
                     Make<UniqueKernel>);

}  // namespace
}  // namespace backplane::cpu
