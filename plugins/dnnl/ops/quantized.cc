// Convolutions and matrix products of 8-bit integers: QLinearConv, ConvInteger, QLinearMatMul and
// MatMulInteger. Weights are constant and symmetric: signed with zero points of 0, or unsigned with
// zero points of 128, which the builder makes the same. Taken only where the processor multiplies
// bytes without intermediate saturation.
#include <algorithm>
#include <cmath>

#include "dnnl/builder.h"
#include "dnnl/ops/quantization.h"
#include "dnnl/ops/window.h"

namespace backplane::dnnl_ep {
namespace {

using dnnl::primitive_attr;
using dnnl::prop_kind;

// Where a node has its tensors; -1: not at all.
struct Layout {
  int a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero, bias;
};
constexpr Layout kLinear = {0, 1, 2, 3, 4, 5, 6, 7, 8};
constexpr Layout kInteger = {0, -1, 2, 1, -1, 3, -1, -1, -1};

bool HasExactProducts() {
  return HasIsa(dnnl::cpu_isa::avx512_core_vnni) || HasIsa(dnnl::cpu_isa::avx2_vnni);
}

// The output channels of b are its dimension `axis`.
Refusal CheckQuantized(const OpView& view, const Layout& at, int axis) {
  if (!HasExactProducts()) return "the processor has no byte products (VNNI)";
  for (int i : {at.a, at.b}) {
    if (!view.HasInput(i) || view.Rank(i) < 2 || view.Rank(i) > 5) return "a rank does not fit";
  }
  if (!IsByte(view.Input(at.a).type)) return "input is not an 8-bit integer";
  if (!IsByte(view.Input(at.b).type)) return "weights are not 8-bit integers";
  if (!view.IsConstant(at.b)) return "weights are not constant";
  const bool centred = view.HasInput(at.b_zero)
                           ? IsCentre(view, at.b_zero)
                           : view.IsType(at.b, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8);
  if (!centred) return "weights have a zero point that is not the middle of their type";
  if (view.HasInput(at.a_zero) && (view.Rank(at.a_zero) < 0 || !IsSingle(view, at.a_zero))) {
    return "the zero point is no scalar";
  }
  if (at.a_scale < 0) return "";
  if (view.HasInput(at.a_zero) && !view.IsConstant(at.a_zero)) return "zero point not constant";
  for (int i : {at.a_scale, at.y_scale}) {
    if (!view.Scalar(i)) return "a scale is not a constant scalar";
  }
  if (view.HasInput(at.y_zero) && (!view.IsConstant(at.y_zero) || !IsSingle(view, at.y_zero))) {
    return "the output's zero point is not a constant scalar";
  }
  const int64_t channels = (*view.Input(at.b).dims)[axis];
  if (!view.IsConstant(at.b_scale) ||
      !view.IsType(at.b_scale, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)) {
    return "the weights' scale is not constant";
  }
  const auto scales = static_cast<int64_t>(view.Floats(at.b_scale).size());
  if (scales != 1 && scales != channels) return "the weights' scale fits no channels";
  if (view.HasInput(at.bias) && !view.IsConstant(at.bias)) return "the bias is not constant";
  return "";
}

// The scales and zero points of a primitive, as attributes and as arguments.
class Quantization {
 public:
  Quantization(Builder& builder, const OpView& view, const Layout& at, int channel_mask)
      : builder_(builder), attributes_(builder.Attributes()) {
    if (at.a_scale >= 0) {
      Scale(DNNL_ARG_SRC, {*view.Scalar(at.a_scale)}, 0);
      const std::span<const float> scales = view.Floats(at.b_scale);
      Scale(DNNL_ARG_WEIGHTS, {scales.begin(), scales.end()},
            scales.size() == 1 ? 0 : channel_mask);
      Scale(DNNL_ARG_DST, {*view.Scalar(at.y_scale)}, 0);
      if (view.HasInput(at.y_zero)) ZeroPoint(DNNL_ARG_DST, ZeroPointOf(view, at.y_zero));
    }
    if (!view.HasInput(at.a_zero)) return;
    if (view.IsConstant(at.a_zero)) {
      ZeroPoint(DNNL_ARG_SRC, ZeroPointOf(view, at.a_zero));
    } else {
      attributes_.set_zero_points_mask(DNNL_ARG_SRC, 0);
      arguments_.push_back({DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC,
                            builder.Reordered(builder.Viewed(view.node.inputs[at.a_zero], {1}),
                                              PlainDesc(Dims{1}, DataType::s32))});
    }
  }

  const primitive_attr& attributes() const { return attributes_; }
  std::vector<Argument>& arguments() { return arguments_; }

 private:
  void Scale(int argument, const std::vector<float>& scales, int mask) {
    attributes_.set_scales_mask(argument, mask);
    arguments_.push_back({DNNL_ARG_ATTR_SCALES | argument,
                          builder_.Floats(scales, {static_cast<int64_t>(scales.size())})});
  }

  void ZeroPoint(int argument, int32_t zero_point) {
    if (zero_point == 0) return;
    attributes_.set_zero_points_mask(argument, 0);
    arguments_.push_back(
        {DNNL_ARG_ATTR_ZERO_POINTS | argument, builder_.Integers({zero_point}, {1})});
  }

  Builder& builder_;
  primitive_attr attributes_;
  std::vector<Argument> arguments_;
};

// -- convolutions --------------------------------------------------------------------------------

const Layout& LayoutOf(const Node& node) {
  return node.op_type.starts_with("QLinear") ? kLinear : kInteger;
}

Refusal CheckConv(const OpView& view) {
  const Layout& at = LayoutOf(view.node);
  if (Refusal refusal = CheckQuantized(view, at, 0); !refusal.empty()) return refusal;
  if (view.Rank(at.a) < 3 || view.Rank(at.a) != view.Rank(at.b)) return "a rank does not fit";
  if (view.node.Int("group", 1) < 1) return "group is less than 1";
  return CheckWindow(view.node, view.Rank(at.a) - 2);
}

Window WindowOf(const Node& node, const Dims& x, const Dims& w) {
  return ResolveWindow(node, Dims(x.begin() + 2, x.end()), Dims(w.begin() + 2, w.end()));
}

void InferConv(const OpView& view, Shapes& shapes) {
  const Layout& at = LayoutOf(view.node);
  const Dims& x = shapes[view.node.inputs[at.a]];
  const Dims& w = shapes[view.node.inputs[at.b]];
  const int64_t groups = view.node.Int("group", 1);
  if (w[1] * groups != x[1] || w[0] % groups != 0) {
    throw Failure(ORT_INVALID_ARGUMENT, "weights of " + Text(w) + " do not fit " + Text(x));
  }
  const Window window = WindowOf(view.node, x, w);
  Dims y = {x[0], w[0]};
  y.insert(y.end(), window.output.begin(), window.output.end());
  shapes[view.node.outputs[0]] = std::move(y);
}

// The bias in units of the real result.
std::vector<float> RealBias(const OpView& view, const Layout& at, int64_t channels) {
  const auto* values = static_cast<const int32_t*>(view.constants[view.node.inputs[at.bias]]);
  const std::span<const float> scales = view.Floats(at.b_scale);
  const float a_scale = *view.Scalar(at.a_scale);
  std::vector<float> bias;
  for (int64_t i = 0; i < channels; ++i) {
    bias.push_back(static_cast<float>(values[i]) * a_scale * scales[scales.size() == 1 ? 0 : i]);
  }
  return bias;
}

void BuildConv(Builder& builder, const Unit& unit) {
  const OpView view = builder.View(unit);
  const Node& node = view.node;
  const Layout& at = LayoutOf(node);
  const int x = node.inputs[at.a], w = node.inputs[at.b];
  const int64_t groups = node.Int("group", 1);
  const Window window = WindowOf(node, builder.Shape(x), builder.Shape(w));
  Dims w_dims = builder.Shape(w);
  if (groups > 1) {
    w_dims[0] /= groups;
    w_dims.insert(w_dims.begin(), groups);
  }
  const Dims& y_dims = builder.Shape(unit.result);
  const bool has_bias = at.bias >= 0 && view.HasInput(at.bias);
  const Desc bias = has_bias ? PlainDesc(Dims{y_dims[1]}, DataType::f32) : Desc();
  Quantization quantization(builder, view, at, groups > 1 ? 3 : 1);
  const dnnl::convolution_forward::primitive_desc descriptor(
      Engine(), prop_kind::forward_inference, Algorithm::convolution_direct,
      AnyDesc(builder.Shape(x), builder.Type(x)), AnyDesc(w_dims, DataType::s8), bias,
      AnyDesc(y_dims, builder.Type(unit.result)), window.strides, window.dilations,
      window.pads_begin, window.pads_end, quantization.attributes());
  const Tensor y = builder.New(descriptor.dst_desc());
  std::vector<Argument>& arguments = quantization.arguments();
  arguments.push_back({DNNL_ARG_SRC, builder.As(x, descriptor.src_desc())});
  arguments.push_back({DNNL_ARG_WEIGHTS, builder.Weights(w, PlainDesc(w_dims, DataType::s8),
                                                         descriptor.weights_desc())});
  if (has_bias) {
    arguments.push_back(
        {DNNL_ARG_BIAS, builder.Floats(RealBias(view, at, y_dims[1]), {y_dims[1]})});
  }
  arguments.push_back({DNNL_ARG_DST, y});
  builder.Emit(dnnl::convolution_forward(descriptor), descriptor, std::move(arguments));
  builder.Define(unit.result, y);
}

DNNL_OPERATOR(QLinearConv, .since = 10, .until = 10, .check = CheckConv, .infer = InferConv,
              .build = BuildConv);
DNNL_OPERATOR(ConvInteger, .since = 10, .until = 10, .check = CheckConv, .infer = InferConv,
              .build = BuildConv);

// -- matrix products -----------------------------------------------------------------------------

Refusal CheckProduct(const OpView& view) {
  const Layout& at = LayoutOf(view.node);
  if (!view.HasInput(at.b) || view.Rank(at.b) != 2) return "b is no matrix";
  return CheckQuantized(view, at, 1);
}

void InferProduct(const OpView& view, Shapes& shapes) {
  const Layout& at = LayoutOf(view.node);
  Dims y = shapes[view.node.inputs[at.a]];
  const Dims& b = shapes[view.node.inputs[at.b]];
  if (y.back() != b[0] || b[0] == 0) {
    throw Failure(ORT_INVALID_ARGUMENT, Text(y) + " and " + Text(b) + " cannot be multiplied");
  }
  y.back() = b[1];
  shapes[view.node.outputs[0]] = std::move(y);
}

void BuildProduct(Builder& builder, const Unit& unit) {
  const OpView view = builder.View(unit);
  const Layout& at = LayoutOf(view.node);
  const int a = view.node.inputs[at.a], b = view.node.inputs[at.b];
  const Dims& b_dims = builder.Shape(b);
  const Dims rows = {ElementCount(builder.Shape(a)) / b_dims[0], b_dims[0]};
  const Tensor left = builder.Viewed(a, rows);
  Quantization quantization(builder, view, at, 2);
  const dnnl::matmul::primitive_desc descriptor(
      Engine(), left.desc, AnyDesc(b_dims, DataType::s8),
      PlainDesc(Dims{rows[0], b_dims[1]}, builder.Type(unit.result)), quantization.attributes());
  const Tensor y = builder.New(descriptor.dst_desc());
  std::vector<Argument>& arguments = quantization.arguments();
  arguments.push_back({DNNL_ARG_SRC, left});
  arguments.push_back({DNNL_ARG_WEIGHTS, builder.Weights(b, PlainDesc(b_dims, DataType::s8),
                                                         descriptor.weights_desc())});
  arguments.push_back({DNNL_ARG_DST, y});
  builder.Emit(dnnl::matmul(descriptor), descriptor, std::move(arguments));
  builder.Define(unit.result,
                 {y.buffer, PlainDesc(builder.Shape(unit.result), builder.Type(unit.result))});
}

DNNL_OPERATOR(QLinearMatMul, .since = 10, .until = 21, .check = CheckProduct, .infer = InferProduct,
              .build = BuildProduct);
DNNL_OPERATOR(MatMulInteger, .since = 10, .until = 10, .check = CheckProduct, .infer = InferProduct,
              .build = BuildProduct);

}  // namespace
}  // namespace backplane::dnnl_ep
