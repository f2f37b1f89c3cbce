// ScatterElements (and Scatter, its first name), ScatterND, TensorScatter. The data is copied to
// the output, or already lies there, and then updated in order: a later update of the same element
// wins.
#include <algorithm>
#include <cmath>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

enum class Reduction { kNone, kAdd, kMul, kMin, kMax };

Reduction ReductionOf(const Node& node) {
  const std::string name = node.Text("reduction", "none");
  if (name == "none") return Reduction::kNone;
  if (name == "add") return Reduction::kAdd;
  if (name == "mul") return Reduction::kMul;
  if (name == "min") return Reduction::kMin;
  if (name == "max") return Reduction::kMax;
  Fail(ORT_INVALID_ARGUMENT, "{}: Reduction attribute '{}' is not supported", node.Describe(),
       name);
}

template <typename T>
inline void Combine(Reduction reduction, T& to, const T& value) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    auto wide = static_cast<float>(to);
    Combine(reduction, wide, static_cast<float>(value));
    to = T(wide);
  } else if constexpr (std::is_same_v<T, bool>) {
    to = reduction == Reduction::kAdd || reduction == Reduction::kMax ? to || value : to && value;
  } else {
    // Integers wrap: the sums are made without sign.
    using Sum = typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>,
                                            std::type_identity<T>>::type;
    switch (reduction) {
      case Reduction::kAdd:
        to = static_cast<T>(static_cast<Sum>(to) + static_cast<Sum>(value));
        break;
      case Reduction::kMul:
        if constexpr (sizeof(T) < 4)
          to = static_cast<T>(uint32_t(to) * uint32_t(value));
        else
          to = static_cast<T>(static_cast<Sum>(to) * static_cast<Sum>(value));
        break;
      case Reduction::kMin:
        to = value < to ? value : to;
        break;
      case Reduction::kMax:
        to = value > to ? value : to;
        break;
      case Reduction::kNone:
        to = value;
        break;
    }
  }
}

// Calls update.operator()<T>(combine) with combine(to, from) doing the reduction on elements of
// `dtype`.
template <typename Update>
void WithReduction(Reduction reduction, DType dtype, const Update& update) {
  if (reduction == Reduction::kNone) {
    DispatchBySize(dtype, [&]<typename T>() {
      update.template operator()<T>([](T& to, const T& from) { to = from; });
    });
    return;
  }
  Require(dtype != DType::kString, ORT_INVALID_ARGUMENT,
          "strings can only be scattered without a reduction");
  Dispatch<float, double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t,
           Float16, BFloat16, bool>(dtype, [&]<typename T>() {
    update.template operator()<T>(
        [reduction](T& to, const T& from) { Combine(reduction, to, from); });
  });
}

constexpr TypeSet kScattered = types::kPlain | DType::kString;

class ScatterElementsKernel final : public Kernel {
 public:
  explicit ScatterElementsKernel(const KernelInfo& info)
      : axis_(info.node.Int("axis", 0)), reduction_(ReductionOf(info.node)) {}

  void Run(KernelContext& context) const override {
    const Tensor& data = context.Input(0);
    const Tensor& indices = context.Input(1);
    const Tensor& updates = context.Input(2);
    const Shape& shape = data.shape();
    const Shape& at = indices.shape();
    const auto axis = static_cast<size_t>(
        NormalizeAxis(axis_, std::max<int64_t>(1, static_cast<int64_t>(shape.rank()))));
    Require(at == updates.shape(), ORT_INVALID_ARGUMENT,
            "Indices and updates must have the same shape: {} and {}", at, updates.shape());
    Require(at.rank() == shape.rank() && shape.rank() > 0, ORT_INVALID_ARGUMENT,
            "Indices must have the same rank as Input: {} and {}", at, shape);
    for (size_t i = 0; i < at.rank(); ++i) {
      Require(i == axis || at[i] <= shape[i], ORT_INVALID_ARGUMENT,
              "Indices of shape {} reach outside of the input of shape {} in dimension {}", at,
              shape, i);
    }
    Tensor& output = context.Output(0, shape);
    if (output.raw() != data.raw())
      CopyContiguous(context.pool(), data.dtype(), output.raw(), data.raw(), data.ElementCount());
    if (indices.ElementCount() == 0) return;
    DispatchIndex(indices, [&]<typename I>() {
      WithReduction(reduction_, data.dtype(), [&]<typename T>(auto combine) {
        Update(shape, at, axis, indices.data<I>(), static_cast<const T*>(updates.raw()),
               static_cast<T*>(output.raw()), combine);
      });
    });
  }

 private:
  template <typename I, typename T, typename Combiner>
  static void Update(const Shape& shape, const Shape& at, size_t axis, const I* indices,
                     const T* updates, T* out, Combiner combine) {
    const IntList strides = StridesOf(shape);
    const size_t last = at.rank() - 1;
    const int64_t row = at[last];
    const int64_t step = axis == last ? 0 : 1;
    const int64_t rows = at.Count(0, last);
    for (int64_t r = 0; r < rows; ++r) {
      int64_t base = 0;
      int64_t position = r;
      for (size_t d = last; d-- > 0;) {
        if (d != axis) base += position % at[d] * strides[d];
        position /= at[d];
      }
      for (int64_t i = 0; i < row; ++i) {
        const int64_t index = CheckedIndex(*indices++, shape[axis], "indices element");
        combine(out[base + i * step + index * strides[axis]], *updates++);
      }
    }
  }

  const int64_t axis_;
  const Reduction reduction_;
};

class ScatterNdKernel final : public Kernel {
 public:
  explicit ScatterNdKernel(const KernelInfo& info) : reduction_(ReductionOf(info.node)) {}

  void Run(KernelContext& context) const override {
    const Tensor& data = context.Input(0);
    const Tensor& indices = context.Input(1);
    const Tensor& updates = context.Input(2);
    const Shape& shape = data.shape();
    const Shape& at = indices.shape();
    Require(shape.rank() > 0 && at.rank() > 0, ORT_INVALID_ARGUMENT,
            "input tensor and indices tensor must have at least one dimension: {} and {}", shape,
            at);
    const int64_t tuple = at.back();
    Require(tuple <= static_cast<int64_t>(shape.rank()), ORT_INVALID_ARGUMENT,
            "last dimension of indices must not be larger than rank of input tensor: {} and {}", at,
            shape);
    Shape expected;
    for (size_t i = 0; i + 1 < at.rank(); ++i) expected.PushBack(at[i]);
    for (size_t i = static_cast<size_t>(tuple); i < shape.rank(); ++i) expected.PushBack(shape[i]);
    Require(updates.shape() == expected, ORT_INVALID_ARGUMENT,
            "updates tensor should have shape {}, it has {} (data {}, indices {})", expected,
            updates.shape(), shape, at);
    Tensor& output = context.Output(0, shape);
    if (output.raw() != data.raw())
      CopyContiguous(context.pool(), data.dtype(), output.raw(), data.raw(), data.ElementCount());
    if (updates.ElementCount() == 0) return;
    const int64_t count = at.Count(0, at.rank() - 1);
    const int64_t block = shape.Count(static_cast<size_t>(tuple));
    const IntList strides = StridesOf(shape);
    const int64_t* index = indices.data<int64_t>();
    WithReduction(reduction_, data.dtype(), [&]<typename T>(auto combine) {
      const T* from = static_cast<const T*>(updates.raw());
      T* out = static_cast<T*>(output.raw());
      for (int64_t i = 0; i < count; ++i, from += block) {
        int64_t offset = 0;
        for (size_t k = 0; k < static_cast<size_t>(tuple); ++k) {
          offset += CheckedIndex(index[i * tuple + static_cast<int64_t>(k)], shape[k],
                                 "indices element") *
                    strides[k];
        }
        for (int64_t j = 0; j < block; ++j) combine(out[offset + j], from[j]);
      }
    });
  }

 private:
  const Reduction reduction_;
};

// Writes the update of each batch into its cache, from a position of its own along the sequence
// axis.
class TensorScatterKernel final : public Kernel {
 public:
  explicit TensorScatterKernel(const KernelInfo& info) : axis_(info.node.Int("axis", -2)) {
    const std::string mode = info.node.Text("mode", "linear");
    Require(mode == "linear" || mode == "circular", ORT_INVALID_ARGUMENT,
            "{}: mode '{}' is neither linear nor circular", info.node.Describe(), mode);
    circular_ = mode == "circular";
  }

  void Run(KernelContext& context) const override {
    const Tensor& past = context.Input(0);
    const Tensor& update = context.Input(1);
    const Tensor* positions = context.OptionalInput(2);
    const Shape& shape = past.shape();
    const auto axis = static_cast<size_t>(NormalizeAxis(axis_, static_cast<int64_t>(shape.rank())));
    Require(axis > 0, ORT_INVALID_ARGUMENT, "TensorScatter: axis must not be the batch dimension");
    bool fits = update.shape().rank() == shape.rank();
    for (size_t i = 0; fits && i < shape.rank(); ++i)
      fits = i == axis || update.shape()[i] == shape[i];
    Require(fits, ORT_INVALID_ARGUMENT,
            "TensorScatter: update of shape {} does not fit the cache of shape {}", update.shape(),
            shape);
    const int64_t length = shape[axis];
    const int64_t count = update.shape()[axis];
    Require(count <= length, ORT_INVALID_ARGUMENT, "TensorScatter: {} updates for a cache of {}",
            count, length);
    Require(positions == nullptr ||
                (positions->shape() == Shape{shape[0]} && positions->dtype() == DType::kInt64),
            ORT_INVALID_ARGUMENT, "TensorScatter: write_indices must be int64 of shape {{{}}}",
            shape[0]);
    Tensor& output = context.Output(0, shape);
    if (output.raw() != past.raw())
      CopyContiguous(context.pool(), past.dtype(), output.raw(), past.raw(), past.ElementCount());
    if (update.ElementCount() == 0) return;
    const int64_t inner = shape.Count(axis + 1);
    const int64_t rows_per_batch = shape.Count(1, axis);
    const int64_t rows = shape[0] * rows_per_batch;
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t first =
          positions == nullptr ? 0 : positions->data<int64_t>()[r / rows_per_batch];
      Require(first >= 0 && (circular_ ? first < length : first <= length - count),
              ORT_INVALID_ARGUMENT,
              "TensorScatter: write index {} of batch {} leaves a cache of {}", first,
              r / rows_per_batch, length);
      const int64_t before_end = std::min(count, length - first);
      const auto copy = [&](int64_t to, int64_t from, int64_t n) {
        CopyContiguous(context.pool(), past.dtype(),
                       Advance(output.raw(), past.dtype(), (r * length + to) * inner),
                       Advance(update.raw(), past.dtype(), (r * count + from) * inner), n * inner);
      };
      copy(first, 0, before_end);
      if (before_end < count) copy(0, before_end, count - before_end);
    }
  }

 private:
  const int64_t axis_;
  bool circular_ = false;
};

BACKPLANE_CPU_KERNEL(Scatter,
                     Op("Scatter").Since(9).In(0, kScattered).In(1, types::kIndices).InPlace(0, 0),
                     Make<ScatterElementsKernel>);
BACKPLANE_CPU_KERNEL(
    ScatterElements,
    Op("ScatterElements").Since(11).In(0, kScattered).In(1, types::kIndices).InPlace(0, 0),
    Make<ScatterElementsKernel>);
BACKPLANE_CPU_KERNEL(ScatterND,
                     Op("ScatterND").Since(11).In(0, kScattered).In(1, DType::kInt64).InPlace(0, 0),
                     Make<ScatterNdKernel>);
BACKPLANE_CPU_KERNEL(
    TensorScatter,
    Op("TensorScatter").Since(24).In(0, kScattered).In(2, DType::kInt64).InPlace(0, 0),
    Make<TensorScatterKernel>);

}  // namespace
}  // namespace backplane::cpu
