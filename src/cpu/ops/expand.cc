// Expand and Tile: repeating elements along axes.
#include <algorithm>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

constexpr int64_t kMaxRank = 1024;

class ExpandKernel final : public Kernel {
 public:
  explicit ExpandKernel(const KernelInfo&) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const IntList wanted = ReadInts(context.Input(1), "shape", kMaxRank);
    const size_t rank = std::max(from.rank(), wanted.size());
    Shape to;
    to.Resize(rank, 1);
    IntList source_strides = to;
    const IntList strides = StridesOf(from);
    for (size_t i = 0; i < rank; ++i) {
      const int64_t have = i + from.rank() >= rank ? from[i + from.rank() - rank] : 1;
      const int64_t want = i + wanted.size() >= rank ? wanted[i + wanted.size() - rank] : 1;
      Require(want >= 0 && (have == want || have == 1 || want == 1), ORT_INVALID_ARGUMENT,
              "invalid expand shape: {} cannot be broadcast with {}", from, wanted);
      to[i] = have == 1 ? want : have;
      source_strides[i] = have == 1 ? 0 : strides[i + from.rank() - rank];
    }
    Tensor& output = context.Output(0, to);
    if (output.ElementCount() == 0) return;
    const IntList to_strides = StridesOf(to);
    StridedCopy copy;
    for (size_t i = 0; i < rank; ++i) copy.Add(to[i], to_strides[i], source_strides[i]);
    const WholeBytes source = ReadWholeBytes(context, input);
    WholeByteOutput destination(context, output);
    copy.Run(context.pool(), source.dtype, destination.data(), source.data);
    destination.Finish();
  }
};

class TileKernel final : public Kernel {
 public:
  explicit TileKernel(const KernelInfo&) {}

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    const Shape& from = input.shape();
    const IntList repeats = ReadInts(context.Input(1), "repeats", kMaxRank);
    Require(repeats.size() == from.rank(), ORT_INVALID_ARGUMENT,
            "'repeat' input tensor must have the same length as the 'input' tensor's rank: {} for "
            "shape {}",
            repeats, from);
    Shape to = from;
    for (size_t i = 0; i < from.rank(); ++i) {
      Require(repeats[i] >= 0, ORT_INVALID_ARGUMENT, "repeats {} must not be negative", repeats);
      to[i] = CheckedMul(from[i], repeats[i]);
    }
    Tensor& output = context.Output(0, to);
    if (output.ElementCount() == 0) return;
    const IntList strides = StridesOf(from);
    const IntList to_strides = StridesOf(to);
    StridedCopy copy;
    for (size_t i = 0; i < from.rank(); ++i) {
      copy.Add(repeats[i], from[i] * to_strides[i], 0);
      copy.Add(from[i], to_strides[i], strides[i]);
    }
    const WholeBytes source = ReadWholeBytes(context, input);
    WholeByteOutput destination(context, output);
    copy.Run(context.pool(), source.dtype, destination.data(), source.data);
    destination.Finish();
  }
};

BACKPLANE_CPU_KERNEL(Expand, Op("Expand").Since(8).In(0, types::kAll).In(1, DType::kInt64),
                     Make<ExpandKernel>);
BACKPLANE_CPU_KERNEL(Tile, Op("Tile").Since(6).In(0, types::kAll).In(1, DType::kInt64),
                     Make<TileKernel>);

}  // namespace
}  // namespace backplane::cpu
