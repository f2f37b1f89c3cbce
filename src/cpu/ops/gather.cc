// Gather, GatherElements and GatherND. Indices are checked before the first element moves.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

template <typename T>
void CopyBlock(T* to, const T* from, int64_t count) {
  if constexpr (!std::is_trivially_copyable_v<T>) {
    std::copy_n(from, count, to);
  } else if (count == 1) {
    std::memcpy(to, from, sizeof(T));  // from any address
  } else {
    std::memcpy(to, from, static_cast<size_t>(count) * sizeof(T));
  }
}

double BlockCost(int64_t block, size_t element_bytes) {
  return 2.0 + static_cast<double>(block) * static_cast<double>(element_bytes) / 8.0;
}

// Each index of `indices` as checked offset index * scale; one out of bounds fails with `code`.
int64_t* CheckedOffsets(KernelContext& context, const Tensor& indices, int64_t bound, int64_t scale,
                        ErrorCode code) {
  const int64_t count = indices.ElementCount();
  auto* offsets = context.Scratch<int64_t>(static_cast<size_t>(count));
  DispatchIndex(indices, [&]<typename I>() {
    const I* index = indices.data<I>();
    for (int64_t i = 0; i < count; ++i) {
      offsets[i] = CheckedIndex(index[i], bound, "indices element", code) * scale;
    }
  });
  return offsets;
}

class GatherKernel final : public Kernel {
 public:
  // A table in a mapped file may lie at an odd address. It is read there, row by row, where the
  // planner would make an aligned copy of it: embeddings are large and used in few places.
  explicit GatherKernel(const KernelInfo& info) : axis_(info.node.Int("axis", 0)) {
    const Tensor* table = info.ConstantInput(0);
    if (table == nullptr || IsAligned(*table)) return;
    table_ = *table;
    info.ConsumeConstant(0);
  }

  void Run(KernelContext& context) const override {
    const Tensor& data = table_.raw() != nullptr ? table_ : context.Input(0);
    const Tensor& indices = context.Input(1);
    const Shape& from = data.shape();
    const auto axis = static_cast<size_t>(NormalizeAxis(axis_, static_cast<int64_t>(from.rank())));
    Shape to;
    for (size_t i = 0; i < axis; ++i) to.PushBack(from[i]);
    for (const int64_t dim : indices.shape()) to.PushBack(dim);
    for (size_t i = axis + 1; i < from.rank(); ++i) to.PushBack(from[i]);
    Tensor& output = context.Output(0, to);
    const int64_t count = indices.ElementCount();
    const int64_t outer = from.Count(0, axis);
    const int64_t block = from.Count(axis + 1);
    const int64_t* offsets =
        CheckedOffsets(context, indices, from[axis], block, ORT_INVALID_ARGUMENT);
    if (outer * count * block == 0) return;
    const WholeBytes source = ReadWholeBytes(context, data);
    WholeByteOutput destination(context, output);
    DispatchBySize(source.dtype, [&]<typename T>() {
      const T* src = static_cast<const T*>(source.data);
      T* dst = static_cast<T*>(destination.data());
      const int64_t outer_stride = from[axis] * block;
      context.pool().For(
          outer * count, BlockCost(block, sizeof(T)), [&](int64_t begin, int64_t end) {
            int64_t row = begin / count;
            int64_t i = begin % count;
            for (int64_t at = begin; at < end; ++at) {
              CopyBlock(dst + at * block, src + row * outer_stride + offsets[i], block);
              if (++i == count) {
                i = 0;
                ++row;
              }
            }
          });
    });
    destination.Finish();
  }

 private:
  static bool IsAligned(const Tensor& tensor) {
    const size_t element = std::clamp<size_t>(BitsOf(tensor.dtype()) / 8, 1, alignof(double));
    return reinterpret_cast<uintptr_t>(tensor.raw()) % element == 0;
  }

  const int64_t axis_;
  Tensor table_;  // the first input, where the kernel has taken it over
};

class GatherElementsKernel final : public Kernel {
 public:
  explicit GatherElementsKernel(const KernelInfo& info) : axis_(info.node.Int("axis", 0)) {}

  void Run(KernelContext& context) const override {
    const Tensor& data = context.Input(0);
    const Tensor& indices = context.Input(1);
    const Shape& from = data.shape();
    const Shape& to = indices.shape();
    const auto axis = static_cast<size_t>(NormalizeAxis(axis_, static_cast<int64_t>(from.rank())));
    Require(to.rank() == from.rank(), ORT_INVALID_ARGUMENT,
            "indices of shape {} must have the rank of data, {}", to, from);
    for (size_t i = 0; i < to.rank(); ++i) {
      Require(
          i == axis || to[i] <= from[i], ORT_INVALID_ARGUMENT,
          "GatherElements: indices of shape {} reach outside of data of shape {} in dimension {}",
          to, from, i);
    }
    Tensor& output = context.Output(0, to);
    if (output.ElementCount() == 0) return;
    const IntList strides = StridesOf(from);
    const int64_t* offsets = CheckedOffsets(context, indices, from[axis], strides[axis], ORT_FAIL);
    const WholeBytes source = ReadWholeBytes(context, data);
    WholeByteOutput destination(context, output);
    DispatchBySize(source.dtype, [&]<typename T>() {
      Copy(context.pool(), to, strides, axis, offsets, static_cast<const T*>(source.data),
           static_cast<T*>(destination.data()));
    });
    destination.Finish();
  }

 private:
  // Row by row along the last axis; the offset of a row is that of its coordinates, `axis` left
  // out.
  template <typename T>
  static void Copy(ThreadPool& pool, const Shape& to, const IntList& strides, size_t axis,
                   const int64_t* offsets, const T* src, T* dst) {
    const size_t last = to.rank() - 1;
    const int64_t row = to[last];
    const int64_t step = axis == last ? 0 : 1;
    pool.For(to.Count(0, last), 5.0 + 2.0 * static_cast<double>(row),
             [&](int64_t begin, int64_t end) {
               for (int64_t r = begin; r < end; ++r) {
                 int64_t base = 0;
                 int64_t position = r;
                 for (size_t d = last; d-- > 0;) {
                   if (d != axis) base += position % to[d] * strides[d];
                   position /= to[d];
                 }
                 const int64_t at = r * row;
                 for (int64_t i = 0; i < row; ++i)
                   dst[at + i] = src[base + i * step + offsets[at + i]];
               }
             });
  }

  const int64_t axis_;
};

class GatherNdKernel final : public Kernel {
 public:
  explicit GatherNdKernel(const KernelInfo& info) : batch_dims_(info.node.Int("batch_dims", 0)) {}

  void Run(KernelContext& context) const override {
    const Tensor& data = context.Input(0);
    const Tensor& indices = context.Input(1);
    const Shape& from = data.shape();
    const Shape& at = indices.shape();
    Require(from.rank() >= 1 && at.rank() >= 1, ORT_INVALID_ARGUMENT,
            "GatherND: data {} and indices {} must have at least one dimension", from, at);
    const int64_t width = at.back();
    const auto rank = static_cast<int64_t>(from.rank());
    Require(batch_dims_ >= 0 && batch_dims_ < static_cast<int64_t>(at.rank()) &&
                batch_dims_ < rank && width >= 1 && width <= rank - batch_dims_,
            ORT_INVALID_ARGUMENT,
            "GatherND: indices of shape {} and batch_dims {} do not fit data of shape {}", at,
            batch_dims_, from);
    const auto batch = static_cast<size_t>(batch_dims_);
    const auto tuple = static_cast<size_t>(width);
    for (size_t i = 0; i < batch; ++i) {
      Require(from[i] == at[i], ORT_INVALID_ARGUMENT,
              "GatherND: batch dimension {} of data {} and indices {} differ", i, from, at);
    }
    Shape to;
    for (size_t i = 0; i + 1 < at.rank(); ++i) to.PushBack(at[i]);
    for (size_t i = batch + tuple; i < from.rank(); ++i) to.PushBack(from[i]);
    Tensor& output = context.Output(0, to);
    const int64_t block = from.Count(batch + tuple);
    const int64_t count = at.Count(0, at.rank() - 1);
    if (count == 0) return;
    const int64_t* offsets = Offsets(context, indices, from, batch, tuple);
    if (block == 0) return;
    const WholeBytes source = ReadWholeBytes(context, data);
    WholeByteOutput destination(context, output);
    DispatchBySize(source.dtype, [&]<typename T>() {
      const T* src = static_cast<const T*>(source.data);
      T* dst = static_cast<T*>(destination.data());
      context.pool().For(count, BlockCost(block, sizeof(T)), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) CopyBlock(dst + i * block, src + offsets[i], block);
      });
    });
    destination.Finish();
  }

 private:
  static int64_t* Offsets(KernelContext& context, const Tensor& indices, const Shape& from,
                          size_t batch, size_t tuple) {
    const Shape& at = indices.shape();
    const int64_t count = at.Count(0, at.rank() - 1);
    const int64_t per_batch = at.Count(batch, at.rank() - 1);
    const int64_t batch_stride = from.Count(batch);
    const IntList strides = StridesOf(from);
    auto* offsets = context.Scratch<int64_t>(static_cast<size_t>(count));
    DispatchIndex(indices, [&]<typename I>() {
      const I* index = indices.data<I>();
      for (int64_t i = 0; i < count; ++i) {
        int64_t offset = i / per_batch * batch_stride;
        for (size_t k = 0; k < tuple; ++k) {
          offset += CheckedIndex(*index++, from[batch + k], "indices element") * strides[batch + k];
        }
        offsets[i] = offset;
      }
    });
    return offsets;
  }

  const int64_t batch_dims_;
};

BACKPLANE_CPU_KERNEL(Gather, Op("Gather").In(0, types::kAll).In(1, types::kIndices),
                     Make<GatherKernel>);
BACKPLANE_CPU_KERNEL(GatherElements,
                     Op("GatherElements").Since(11).In(0, types::kAll).In(1, types::kIndices),
                     Make<GatherElementsKernel>);
BACKPLANE_CPU_KERNEL(GatherND, Op("GatherND").Since(11).In(0, types::kAll).In(1, types::kIndices),
                     Make<GatherNdKernel>);

}  // namespace
}  // namespace backplane::cpu
