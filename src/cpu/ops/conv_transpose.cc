// ConvTranspose: ONNX's on [N, C, spatial...], and the private one on [N, spatial..., C] with an
// activation. Each input pixel times the weights gives its share of every output pixel under the
// kernel (one matrix product), and each output pixel gathers its shares. Where kernels do not
// overlap a share is the pixel: then the products go where they belong, a row of the kernel at a
// time.
#include <algorithm>
#include <vector>

#include "base/checked_math.h"
#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/kernels/gemm.h"
#include "cpu/kernels/transpose.h"
#include "cpu/ops/conv_kernel.h"
#include "cpu/ops/conv_layout.h"
#include "cpu/ops/conv_window.h"
#include "cpu/ops/gemm_attributes.h"

namespace backplane::cpu {
namespace {

struct TransposedWeights {
  TransposedWeights(const ConvNode& conv, const Tensor& w, ThreadPool& pool)
      : attributes(conv.node, conv.KernelOf(w.shape())),
        channels(w.shape()[0]),
        group_outputs(w.shape()[1]) {
    Require(channels % conv.groups == 0, ORT_INVALID_ARGUMENT,
            "{}: {} input channels do not divide into {} groups", conv.name, channels, conv.groups);
    const Dims3& k = attributes.kernel();
    taps = CheckedMul(CheckedMul(k[0], k[1]), k[2]);
    group_channels = channels / conv.groups;
    if (w.ElementCount() == 0) return;
    // [C, outputs, taps] to [C, taps, outputs], so that the shares of one tap are neighbours.
    const auto ordered = Buffer::Allocate(w.Bytes());
    StridedCopy reorder;
    reorder.Add(channels, group_outputs * taps, group_outputs * taps);
    reorder.Add(taps, group_outputs, 1);
    reorder.Add(group_outputs, 1, taps);
    reorder.Run(pool, DType::kFloat, ordered->data(), w.raw());
    const auto* from = static_cast<const float*>(ordered->data());
    const int64_t n = taps * group_outputs;
    direct = conv.groups == 1 && KernelsTouch(conv.node);
    if (direct) {
      const int64_t row = k[2] * group_outputs;
      for (int64_t kh = 0; kh < k[1]; ++kh)
        packed.push_back(PackedB::Pack(from + kh * row, group_channels, row, n, 1));
      return;
    }
    for (int64_t g = 0; g < conv.groups; ++g) {
      packed.push_back(PackedB::Pack(from + g * group_channels * n, group_channels, n, n, 1));
    }
  }

  // Every output pixel lies under exactly one tap of one input pixel.
  bool KernelsTouch(const Node& node) const {
    const Dims3& k = attributes.kernel();
    return k[0] == 1 && attributes.window().stride == k &&
           attributes.dilation() == Dims3{1, 1, 1} && attributes.pad_begin() == Dims3{0, 0, 0} &&
           attributes.pad_end() == Dims3{0, 0, 0} && node.Text("auto_pad", "NOTSET") == "NOTSET" &&
           !HasOutputPadding(node) && !node.Has("output_shape");
  }

  static bool HasOutputPadding(const Node& node) {
    const std::vector<int64_t> extra = node.Ints("output_padding");
    return std::any_of(extra.begin(), extra.end(), [](int64_t v) { return v != 0; });
  }

  WindowAttributes attributes;
  int64_t channels;
  int64_t group_outputs;
  int64_t group_channels;
  int64_t taps;
  bool direct = false;  ///< one matrix for each row of the kernel; else for each group
  std::vector<PackedB> packed;
};

class ConvTransposeFloat final : public ConvKernel<ConvNode, TransposedWeights> {
 public:
  explicit ConvTransposeFloat(const KernelInfo& info)
      : ConvKernel(info),
        channels_last_(info.node.domain == kPrivateDomain),
        activation_(ActivationOf(info.node)) {}

 private:
  void RunWith(KernelContext& context, const TransposedWeights& weights) const override {
    const Tensor& x = context.Input(0);
    const Window w = weights.attributes.ResolveTransposed(facts_.node, x.shape(), channels_last_);
    Require(w.channels == weights.channels, ORT_INVALID_ARGUMENT,
            "{}: input of shape {} has {} channels, the weights want {}", facts_.name, x.shape(),
            w.channels, weights.channels);
    const int64_t outputs = CheckedMul(weights.group_outputs, facts_.groups);
    Tensor& y = context.Output(0, weights.attributes.OutputShape(w, outputs, channels_last_));
    if (y.ElementCount() == 0) return;
    const Tensor* bias = context.OptionalInput(2);
    Require(bias == nullptr || bias->ElementCount() == outputs, ORT_INVALID_ARGUMENT,
            "{}: the bias must have {} elements", facts_.name, outputs);
    const float* bias_data = bias != nullptr ? bias->data<float>() : nullptr;
    const auto* x_last =
        static_cast<const float*>(channels_last_ ? x.raw() : ToChannelsLast(context, x));
    float* y_last = channels_last_ ? y.data<float>()
                                   : context.Scratch<float>(static_cast<size_t>(y.ElementCount()));
    if (weights.direct) {
      MultiplyInPlace(context, weights, w, x_last, bias_data, y_last);
    } else {
      const float* shares =
          weights.packed.empty() ? nullptr : Multiply(context, weights, w, x_last);
      Gather(context, weights, w, shares, bias_data, y_last);
    }
    if (!channels_last_) FromChannelsLast(context, y_last, y);
  }

  // Each input row times one row of the kernel is one row of the output.
  void MultiplyInPlace(KernelContext& context, const TransposedWeights& weights, const Window& w,
                       const float* x, const float* bias, float* y) const {
    const int64_t row = w.kernel[2] * weights.group_outputs;
    BatchedGemmParams p;
    GemmParams& g = p.gemm;
    g.m = w.in[2];
    g.n = row;
    g.k = w.channels;
    g.a = x;
    g.lda = w.channels;
    g.ldc = row;
    g.epilogue.activation = activation_;
    if (bias != nullptr) {
      auto* repeated = context.Scratch<float>(static_cast<size_t>(row));
      for (int64_t i = 0; i < w.kernel[2]; ++i)
        std::copy_n(bias, weights.group_outputs, repeated + i * weights.group_outputs);
      g.epilogue.bias = repeated;
    }
    p.batch = w.batch * w.in[0] * w.in[1];
    p.a_stride = w.in[2] * w.channels;
    p.c_stride = w.kernel[1] * w.in[2] * row;
    g.packed = weights.packed.data();
    void* scratch = context.Scratch(BatchedGemmScratchBytes(p, context.pool()));
    for (int64_t kh = 0; kh < w.kernel[1]; ++kh) {
      g.packed = &weights.packed[static_cast<size_t>(kh)];
      g.c = y + kh * w.in[2] * row;
      BatchedGemm(p, scratch, context.pool());
    }
  }

  // [pixels, groups * taps * outputs of a group].
  const float* Multiply(KernelContext& context, const TransposedWeights& weights, const Window& w,
                        const float* x) const {
    const int64_t pixels = w.batch * w.in[0] * w.in[1] * w.in[2];
    const int64_t n = weights.taps * weights.group_outputs;
    const int64_t row = CheckedMul(n, facts_.groups);
    auto* shares = context.Scratch<float>(static_cast<size_t>(CheckedMul(pixels, row)));
    for (int64_t g = 0; g < facts_.groups; ++g) {
      GemmParams p;
      p.m = pixels;
      p.n = n;
      p.k = weights.group_channels;
      p.a = x + g * weights.group_channels;
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

  void Gather(KernelContext& context, const TransposedWeights& weights, const Window& w,
              const float* shares, const float* bias, float* y) const {
    const int64_t width = weights.group_outputs;
    const int64_t outputs = width * facts_.groups;
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
        ApplyActivation(activation_, to - w.out[2] * outputs, w.out[2] * outputs);
      }
    });
  }

  void GatherPixel(const TransposedWeights& weights, const Window& w, const float* shares,
                   int64_t row, int64_t ow, float* to) const {
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
                                  weights.taps * width * facts_.groups +
                              tap * width;
          for (int64_t g = 0; g < facts_.groups; ++g, from += weights.taps * width) {
            float* sums = to + g * width;
            for (int64_t i = 0; i < width; ++i) sums[i] += from[i];
          }
        }
      }
    }
  }

  bool channels_last_;
  Activation activation_;
};

constexpr Op FloatConvTranspose(const char* domain) {
  return Op("ConvTranspose", domain)
      .Since(1)
      .In(0, DType::kFloat)
      .In(1, DType::kFloat)
      .In(2, DType::kFloat);
}

BACKPLANE_CPU_KERNEL(ConvTranspose, FloatConvTranspose(""), Make<ConvTransposeFloat>);
BACKPLANE_CPU_KERNEL(ConvTransposePrivate, FloatConvTranspose(kPrivateDomain),
                     Make<ConvTransposeFloat>);

}  // namespace
}  // namespace backplane::cpu
