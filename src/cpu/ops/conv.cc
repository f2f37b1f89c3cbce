// Conv: ONNX's on [N, C, spatial...], and the private one on [N, spatial..., C] with a residual Z
// and an activation. Both run the channels-last kernels; the first one transposes on the way in and
// out.
#include <string_view>

#include "base/checked_math.h"
#include "base/error.h"
#include "cpu/kernel_registry.h"
#include "cpu/kernels/conv.h"
#include "cpu/kernels/transpose.h"
#include "cpu/ops/conv_kernel.h"
#include "cpu/ops/conv_layout.h"
#include "cpu/ops/conv_window.h"
#include "cpu/ops/gemm_attributes.h"

namespace backplane::cpu {
namespace {

/// The session's configuration entry that chooses Winograd's tiles for 3x3 kernels: "2" (2x2, the
/// default), "4" (4x4, faster where channels are many, but less exact) or "0" (direct sums).
constexpr char kWinogradKey[] = "backplane.cpu.winograd";

Winograd WinogradOf(const KernelInfo& info) {
  const char* value = info.config == nullptr ? nullptr : info.config->Find(kWinogradKey);
  const std::string_view tiles = value == nullptr ? "2" : value;
  if (tiles == "0") return Winograd::kNone;
  return tiles == "4" ? Winograd::kLargeTiles : Winograd::kSmallTiles;
}

struct ConvFacts : ConvNode {
  explicit ConvFacts(const KernelInfo& info) : ConvNode(info), winograd(WinogradOf(info)) {}
  Winograd winograd;
};

/// The weights and what follows from their shape.
struct ConvWeights {
  ConvWeights(const ConvFacts& conv, const Tensor& w, ThreadPool& pool)
      : attributes(conv.node, conv.KernelOf(w.shape())),
        outputs(w.shape()[0]),
        group_channels(w.shape()[1]) {
    Require(outputs % conv.groups == 0, ORT_INVALID_ARGUMENT,
            "{}: {} output channels do not divide into {} groups", conv.name, outputs, conv.groups);
    if (outputs == 0 || group_channels == 0) return;
    packed = PackedConv(w, outputs, group_channels, conv.groups, attributes.window(), conv.winograd,
                        pool);
  }
  WindowAttributes attributes;
  int64_t outputs;
  int64_t group_channels;
  PackedConv packed;
};

class ConvFloat final : public ConvKernel<ConvFacts, ConvWeights> {
 public:
  explicit ConvFloat(const KernelInfo& info)
      : ConvKernel(info),
        channels_last_(info.node.domain == kPrivateDomain),
        activation_(ActivationOf(info.node)) {}

 private:
  void RunWith(KernelContext& context, const ConvWeights& weights) const override {
    const Tensor& x = context.Input(0);
    const Window window = weights.attributes.Resolve(x.shape(), channels_last_);
    Require(window.channels == CheckedMul(weights.group_channels, facts_.groups), ORT_FAIL,
            "{}: input of shape {} has {} channels, the weights want {}", facts_.name, x.shape(),
            window.channels, weights.group_channels * facts_.groups);
    Tensor& y =
        context.Output(0, weights.attributes.OutputShape(window, weights.outputs, channels_last_));
    const int64_t count = y.ElementCount();
    if (count == 0) return;
    const Epilogue epilogue = EpilogueOf(context, y.shape(), weights.outputs);
    if (weights.packed.empty()) {  // no input channels
      FillWithoutWeights(window, weights.outputs, epilogue, y.data<float>());
      return;
    }
    void* scratch = context.Scratch(weights.packed.ScratchBytes(window, context.pool()));
    if (channels_last_) {
      weights.packed.Run(window, x.data<float>(), y.data<float>(), epilogue, scratch,
                         context.pool());
      return;
    }
    const auto* x_last = static_cast<const float*>(ToChannelsLast(context, x));
    const bool same_layout = weights.outputs == 1 || count == window.batch * weights.outputs;
    float* y_last =
        same_layout ? y.data<float>() : context.Scratch<float>(static_cast<size_t>(count));
    weights.packed.Run(window, x_last, y_last, epilogue, scratch, context.pool());
    if (!same_layout) FromChannelsLast(context, y_last, y);
  }

  Epilogue EpilogueOf(KernelContext& context, const Shape& output, int64_t outputs) const {
    Epilogue epilogue;
    epilogue.activation = activation_;
    if (const Tensor* bias = context.OptionalInput(2)) {
      Require(bias->ElementCount() == outputs, ORT_INVALID_ARGUMENT,
              "{}: bias of shape {} for {} output channels", facts_.name, bias->shape(), outputs);
      epilogue.bias = bias->data<float>();
    }
    const Tensor* z = channels_last_ ? context.OptionalInput(3) : nullptr;
    if (z != nullptr) {
      Require(z->shape() == output, ORT_INVALID_ARGUMENT,
              "{}: Z of shape {} is not of the output's shape {}", facts_.name, z->shape(), output);
      epilogue.residual = z->data<float>();
      epilogue.residual_stride = outputs;
    }
    return epilogue;
  }

  // The sums are all zero; what is left is bias, residual and activation.
  void FillWithoutWeights(const Window& window, int64_t outputs, const Epilogue& epilogue,
                          float* y) const {
    const int64_t inner = channels_last_ ? 1 : window.out[0] * window.out[1] * window.out[2];
    const int64_t count = window.Pixels() * outputs;
    for (int64_t i = 0; i < count; ++i) {
      y[i] = epilogue.bias != nullptr ? epilogue.bias[i / inner % outputs] : 0.0f;
      if (epilogue.residual != nullptr) y[i] += epilogue.residual[i];
    }
    ApplyActivation(epilogue.activation, y, count);
  }

  bool channels_last_;
  Activation activation_;
};

constexpr Op FloatConv(const char* domain) {
  return Op("Conv", domain).Since(1).In(0, DType::kFloat).In(1, DType::kFloat).In(2, DType::kFloat);
}

BACKPLANE_CPU_KERNEL(Conv, FloatConv(""), Make<ConvFloat>);
BACKPLANE_CPU_KERNEL(ConvPrivate, FloatConv(kPrivateDomain).In(3, DType::kFloat), Make<ConvFloat>);

}  // namespace
}  // namespace backplane::cpu
