// DepthToSpace and SpaceToDepth: one strided copy each.
#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

int64_t BlockSize(const Node& node) {
  const int64_t block = node.Int("blocksize", 0);
  Require(block > 0 && block <= INT32_MAX, ORT_INVALID_ARGUMENT,
          "{}: blocksize must be positive, it is {}", node.Describe(), block);
  return block;
}

// Whether the channels of the deep side are [depth, block, block] (CRD) rather than [block, block,
// depth] (DCR).
bool ColumnRowDepth(const Node& node) {
  const std::string mode = node.Text("mode", "DCR");
  Require(mode == "DCR" || mode == "CRD", ORT_INVALID_ARGUMENT,
          "{}: mode '{}' is neither DCR nor CRD", node.Describe(), mode);
  return mode == "CRD";
}

// Copies `input` to output 0: the output seen as six axes of `sizes`, of which axis i steps
// `strides[i]` in the input.
void Rearrange(KernelContext& context, const Shape& to, const int64_t (&sizes)[6],
               const int64_t (&strides)[6]) {
  Tensor& output = context.Output(0, to);
  if (output.ElementCount() == 0) return;
  const WholeBytes source = ReadWholeBytes(context, context.Input(0));
  WholeByteOutput destination(context, output);
  StridedCopy copy;
  int64_t stride = output.ElementCount();
  for (int i = 0; i < 6; ++i) {
    stride /= sizes[i];
    copy.Add(sizes[i], stride, strides[i]);
  }
  copy.Run(context.pool(), source.dtype, destination.data(), source.data);
  destination.Finish();
}

class DepthToSpaceKernel final : public Kernel {
 public:
  explicit DepthToSpaceKernel(const KernelInfo& info)
      : block_(BlockSize(info.node)), column_row_depth_(ColumnRowDepth(info.node)) {}

  void Run(KernelContext& context) const override {
    const Shape& from = context.Input(0).shape();
    Require(from.rank() == 4, ORT_INVALID_ARGUMENT,
            "DepthToSpace needs four dimensions, the input has shape {}", from);
    const int64_t n = from[0], c = from[1], h = from[2], w = from[3], b = block_;
    Require(c % (b * b) == 0, ORT_INVALID_ARGUMENT,
            "DepthToSpace requires input depth to be a multiple of (block_size * block_size): {} "
            "and {}",
            c, b);
    const int64_t depth = c / (b * b);
    const int64_t plane = h * w;
    const int64_t depth_stride = (column_row_depth_ ? b * b : 1) * plane;
    const int64_t row_stride = (column_row_depth_ ? b : b * depth) * plane;
    const int64_t column_stride = (column_row_depth_ ? 1 : depth) * plane;
    Rearrange(context, Shape{n, depth, CheckedMul(h, b), CheckedMul(w, b)}, {n, depth, h, b, w, b},
              {c * plane, depth_stride, w, row_stride, 1, column_stride});
  }

 private:
  const int64_t block_;
  const bool column_row_depth_;
};

class SpaceToDepthKernel final : public Kernel {
 public:
  explicit SpaceToDepthKernel(const KernelInfo& info)
      : block_(BlockSize(info.node)), column_row_depth_(ColumnRowDepth(info.node)) {}

  void Run(KernelContext& context) const override {
    const Shape& from = context.Input(0).shape();
    Require(from.rank() == 4, ORT_INVALID_ARGUMENT,
            "SpaceToDepth needs four dimensions, the input has shape {}", from);
    const int64_t n = from[0], c = from[1], h = from[2], w = from[3], b = block_;
    Require(h % b == 0 && w % b == 0, ORT_INVALID_ARGUMENT,
            "SpaceToDepth requires input height and width to be multiples of block_size {}: {}", b,
            from);
    const Shape to{n, CheckedMul(c, b * b), h / b, w / b};
    if (column_row_depth_) {
      Rearrange(context, to, {n, c, b, b, h / b, w / b}, {c * h * w, h * w, w, 1, b * w, b});
    } else {
      Rearrange(context, to, {n, b, b, c, h / b, w / b}, {c * h * w, w, 1, h * w, b * w, b});
    }
  }

 private:
  const int64_t block_;
  const bool column_row_depth_;
};

BACKPLANE_CPU_KERNEL(DepthToSpace, Op("DepthToSpace").In(0, types::kAll), Make<DepthToSpaceKernel>);
BACKPLANE_CPU_KERNEL(SpaceToDepth, Op("SpaceToDepth").In(0, types::kAll), Make<SpaceToDepthKernel>);

}  // namespace
}  // namespace backplane::cpu
