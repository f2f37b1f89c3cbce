// ConvTranspose on [N, C, spatial...]: each input pixel times the weights gives its share of every
// output pixel under the kernel (one matrix product), and each output pixel gathers its shares.
#include <algorithm>
#include <optional>

#include "base/checked_math.h"
#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/kernels/gemm.h"
#include "cpu/kernels/transpose.h"
#include "cpu/ops/conv_layout.h"
#include "cpu/ops/conv_window.h"

namespace backplane::cpu {
namespace {

class ConvTransposeFloat final : public Kernel {
 public:
  explicit ConvTransposeFloat(const KernelInfo& info)
      : name_(info.node.Describe()), groups_(info.node.Int("group", 1)) {
    Require(groups_ > 0, ORT_INVALID_ARGUMENT, "{}: group is {}", name_, groups_);
    node_.name = info.node.name;
    node_.op_type = info.node.op_type;
    node_.index = info.node.index;
    node_.attributes = info.node.attributes;
    const Tensor* w = info.ConstantInput(1);
    if (w == nullptr) return;
    constant_.emplace(*this, *w, info.pool);
    info.ConsumeConstant(1);
  }

  void Run(KernelContext& context) const override {
    if (constant_) {
      RunWith(context, *constant_);
    } else {
      RunWith(context, Weights(*this, context.Input(1), context.pool()));
    }
  }

 private:
  struct Weights {
    Weights(const ConvTransposeFloat& op, const Tensor& w, ThreadPool& pool)
        : attributes(op.node_, op.KernelOf(w.shape())),
          channels(w.shape()[0]),
          group_outputs(w.shape()[1]) {
      Require(channels % op.groups_ == 0, ORT_INVALID_ARGUMENT,
              "{}: {} input channels do not divide into {} groups", op.name_, channels, op.groups_);
      const Dims3& k = attributes.kernel();
      taps = CheckedMul(CheckedMul(k[0], k[1]), k[2]);
      group_channels = channels / op.groups_;
      if (w.ElementCount() == 0) return;
      // [C, outputs, taps] to [C, taps, outputs], so that the shares of one tap are neighbours.
      const auto ordered = Buffer::Allocate(w.Bytes());
      StridedCopy reorder;
      reorder.Add(channels, group_outputs * taps, group_outputs * taps);
      reorder.Add(taps, group_outputs, 1);
      reorder.Add(group_outputs, 1, taps);
      reorder.Run(pool, DType::kFloat, ordered->data(), w.raw());
      const int64_t n = taps * group_outputs;
      for (int64_t g = 0; g < op.groups_; ++g) {
        packed.push_back(
            PackedB::Pack(static_cast<const float*>(ordered->data()) + g * group_channels * n,
                          group_channels, n, n, 1));
      }
    }
    WindowAttributes attributes;
    int64_t channels;
    int64_t group_outputs;
    int64_t group_channels;
    int64_t taps;
    std::vector<PackedB> packed;
  };

  std::span<const int64_t> KernelOf(const Shape& w) const {
    Require(w.rank() >= 3, ORT_INVALID_ARGUMENT,
            "{}: weights of shape {} must have at least 3 dimensions", name_, w.ToString());
    return {w.data() + 2, w.rank() - 2};
  }

  void RunWith(KernelContext& context, const Weights& weights) const {
    const Tensor& x = context.Input(0);
    const Window w = weights.attributes.ResolveTransposed(node_, x.shape());
    Require(w.channels == weights.channels, ORT_INVALID_ARGUMENT,
            "{}: input of shape {} has {} channels, the weights want {}", name_,
            x.shape().ToString(), w.channels, weights.channels);
    const int64_t outputs = CheckedMul(weights.group_outputs, groups_);
    Tensor& y = context.Output(0, weights.attributes.OutputShape(w, outputs, false));
    if (y.ElementCount() == 0) return;
    const Tensor* bias = context.OptionalInput(2);
    Require(bias == nullptr || bias->ElementCount() == outputs, ORT_INVALID_ARGUMENT,
            "{}: the bias must have {} elements", name_, outputs);
    const float* shares = weights.packed.empty() ? nullptr : Multiply(context, weights, w, x);
    float* y_last = context.Scratch<float>(static_cast<size_t>(y.ElementCount()));
    Gather(context, weights, w, shares, bias != nullptr ? bias->data<float>() : nullptr, y_last);
    FromChannelsLast(context, y_last, y);
  }

  // [pixels, groups * taps * outputs of a group].
  const float* Multiply(KernelContext& context, const Weights& weights, const Window& w,
                        const Tensor& x) const {
    const int64_t pixels = w.batch * w.in[0] * w.in[1] * w.in[2];
    const int64_t n = weights.taps * weights.group_outputs;
    const int64_t row = CheckedMul(n, groups_);
    const auto* x_last = static_cast<const float*>(ToChannelsLast(context, x));
    auto* shares = context.Scratch<float>(static_cast<size_t>(CheckedMul(pixels, row)));
    for (int64_t g = 0; g < groups_; ++g) {
      GemmParams p;
      p.m = pixels;
      p.n = n;
      p.k = weights.group_channels;
      p.a = x_last + g * weights.group_channels;
      p.lda = w.channels;
      p.packed = &weights.packed[static_cast<size_t>(g)];
      p.c = shares + g * n;
      p.ldc = row;
      Gemm(p, context.Scratch(GemmScratchBytes(p)), context.pool());
    }
    return shares;
  }

  // The input position that reaches output position `out` through tap `k`, or -1.
  static int64_t Source(const Window& w, size_t axis, int64_t out, int64_t k) {
    const int64_t at = out + w.pad[axis] - k * w.dilation[axis];
    if (at < 0 || at % w.stride[axis] != 0 || at / w.stride[axis] >= w.in[axis]) return -1;
    return at / w.stride[axis];
  }

  void Gather(KernelContext& context, const Weights& weights, const Window& w, const float* shares,
              const float* bias, float* y) const {
    const int64_t width = weights.group_outputs;
    const int64_t outputs = width * groups_;
    const int64_t rows = w.batch * w.out[0] * w.out[1];
    const double cost =
        static_cast<double>(w.out[2] * outputs) * (0.2 + 0.1 * static_cast<double>(weights.taps));
    context.pool().For(rows, cost, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        float* to = y + row * w.out[2] * outputs;
        for (int64_t ow = 0; ow < w.out[2]; ++ow, to += outputs) {
          if (bias != nullptr) {
            std::copy_n(bias, outputs, to);
          } else {
            std::fill_n(to, outputs, 0.0f);
          }
          if (shares != nullptr) GatherPixel(weights, w, shares, row, ow, to);
        }
      }
    });
  }

  void GatherPixel(const Weights& weights, const Window& w, const float* shares, int64_t row,
                   int64_t ow, float* to) const {
    const int64_t width = weights.group_outputs;
    const int64_t n = row / (w.out[0] * w.out[1]);
    int64_t tap = 0;
    for (int64_t kd = 0; kd < w.kernel[0]; ++kd) {
      const int64_t d = Source(w, 0, row / w.out[1] % w.out[0], kd);
      for (int64_t kh = 0; kh < w.kernel[1]; ++kh) {
        const int64_t h = d < 0 ? -1 : Source(w, 1, row % w.out[1], kh);
        for (int64_t kw = 0; kw < w.kernel[2]; ++kw, ++tap) {
          const int64_t column = h < 0 ? -1 : Source(w, 2, ow, kw);
          if (column < 0) continue;
          const float* from = shares +
                              (((n * w.in[0] + d) * w.in[1] + h) * w.in[2] + column) *
                                  weights.taps * width * groups_ +
                              tap * width;
          for (int64_t g = 0; g < groups_; ++g, from += weights.taps * width) {
            float* sums = to + g * width;
            for (int64_t i = 0; i < width; ++i) sums[i] += from[i];
          }
        }
      }
    }
  }

  Node node_;  ///< name and attributes only: the graph may be gone when this runs
  std::string name_;
  int64_t groups_;
  std::optional<Weights> constant_;
};

BACKPLANE_CPU_KERNEL(
    ConvTranspose,
    Op("ConvTranspose").Since(1).In(0, DType::kFloat).In(1, DType::kFloat).In(2, DType::kFloat),
    Make<ConvTransposeFloat>);

}  // namespace
}  // namespace backplane::cpu
