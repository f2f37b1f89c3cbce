// BatchNormalization (inference), LayerNormalization, LRN, Softmax and LogSoftmax.
#include <algorithm>
#include <numeric>

#include "dnnl/builder.h"

namespace backplane::dnnl_ep {
namespace {

using dnnl::normalization_flags;
using dnnl::prop_kind;

// -- BatchNormalization --------------------------------------------------------------------------

Refusal CheckBatchNormalization(const OpView& view) {
  if (view.node.Int("training_mode", 0) != 0) return "training_mode is set";
  if (view.node.Int("spatial", 1) != 1) return "spatial is 0";
  for (size_t i = 1; i < view.node.outputs.size(); ++i) {
    if (view.HasOutput(i)) return "it has outputs of training";
  }
  if (view.node.inputs.size() != 5) return "not five inputs";
  for (size_t i = 1; i < 5; ++i) {
    if (!view.HasInput(i) || !view.IsType(i, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)) {
      return "a statistic is not float";
    }
  }
  return CheckFloat(view, 1, 2, 5);
}

void InferBatchNormalization(const OpView& view, Shapes& shapes) {
  const Dims& x = shapes[view.node.inputs[0]];
  for (size_t i = 1; i < 5; ++i) {
    if (shapes[view.node.inputs[i]] != Dims{x[1]}) {
      throw Failure(ORT_INVALID_ARGUMENT, "each statistic needs one element for each channel");
    }
  }
  InferSame(view, shapes);
}

// With constant statistics: a factor and a summand for each channel, like the post-op.
void BuildAffine(Builder& builder, const Unit& unit) {
  const Tensor x = builder.Of(builder.Input(unit, 0));
  const Dims& dims = builder.Shape(unit.result);
  ChannelAffine affine = AffineOf(builder.View(unit));
  Dims vector(dims.size(), 1);
  vector[1] = dims[1];
  const Tensor factor = builder.Floats(affine.factor, vector);
  Unit with_summand = unit;
  with_summand.posts.insert(with_summand.posts.begin(), {.kind = PostOp::Kind::kVector,
                                                         .algorithm = Algorithm::binary_add,
                                                         .data = std::move(affine.summand)});
  std::vector<Argument> arguments;
  const auto descriptor = builder.WithPostOps(
      with_summand, dims, 1,
      [&](const dnnl::primitive_attr& attributes) {
        return dnnl::binary::primitive_desc(Engine(), Algorithm::binary_mul, x.desc, factor.desc,
                                            x.desc, attributes);
      },
      arguments, builder.Attributes());
  const Tensor y = builder.New(descriptor.dst_desc());
  arguments.push_back({DNNL_ARG_SRC_0, x});
  arguments.push_back({DNNL_ARG_SRC_1, factor});
  arguments.push_back({DNNL_ARG_DST, y});
  builder.Emit(dnnl::binary(descriptor), descriptor, std::move(arguments));
  builder.Define(unit.result, y);
}

void BuildBatchNormalization(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  if (HasConstantStatistics(builder.View(unit))) return BuildAffine(builder, unit);
  const Tensor x = builder.Of(node.inputs[0]);
  const dnnl::batch_normalization_forward::primitive_desc descriptor(
      Engine(), prop_kind::forward_inference, x.desc, x.desc, node.Float("epsilon", 1e-5F),
      normalization_flags::use_global_stats | normalization_flags::use_scale |
          normalization_flags::use_shift,
      builder.Attributes());
  const Tensor y = builder.New(descriptor.dst_desc());
  builder.Emit(dnnl::batch_normalization_forward(descriptor), descriptor,
               {{DNNL_ARG_SRC, x},
                {DNNL_ARG_SCALE, builder.Plain(node.inputs[1])},
                {DNNL_ARG_SHIFT, builder.Plain(node.inputs[2])},
                {DNNL_ARG_MEAN, builder.Plain(node.inputs[3])},
                {DNNL_ARG_VARIANCE, builder.Plain(node.inputs[4])},
                {DNNL_ARG_DST, y}});
  builder.Define(unit.result, y);
}

// Fused only where the statistics are constant.
bool CarriesPostOps(const OpView& view) { return HasConstantStatistics(view); }

DNNL_OPERATOR(BatchNormalization, .since = 7, .until = 15, .check = CheckBatchNormalization,
              .infer = InferBatchNormalization, .build = BuildBatchNormalization,
              .takes_eltwise = true, .takes_binary = true, .channel_axis = 1,
              .carries = CarriesPostOps);

// -- LayerNormalization --------------------------------------------------------------------------

Refusal CheckLayerNormalization(const OpView& view) {
  if (view.HasOutput(1) || view.HasOutput(2)) return "the statistics are used";
  if (view.node.Int("stash_type", 1) != 1) return "stash_type is not float";
  for (size_t i = 1; i < view.node.inputs.size(); ++i) {
    if (view.HasInput(i) && !view.IsType(i, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)) {
      return "the scale or the bias is not float";
    }
  }
  return CheckFloat(view, 1, 1, 6);
}

// The normalised dimensions as one.
Dims Rows(const Node& node, const Dims& x) {
  const int64_t axis = PositiveAxis(node.Int("axis", -1), static_cast<int64_t>(x.size()));
  const int64_t inner = std::accumulate(x.begin() + axis, x.end(), int64_t{1}, std::multiplies<>());
  return {ElementCount(x) / std::max<int64_t>(inner, 1), inner};
}

void InferLayerNormalization(const OpView& view, Shapes& shapes) {
  const Dims rows = Rows(view.node, shapes[view.node.inputs[0]]);
  for (size_t i = 1; i < 3; ++i) {
    if (view.HasInput(i) && ElementCount(shapes[view.node.inputs[i]]) != rows[1]) {
      throw Failure(ORT_INVALID_ARGUMENT, "scale and bias need one element for each normalised");
    }
  }
  InferSame(view, shapes);
}

void BuildLayerNormalization(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const Dims rows = Rows(node, builder.Shape(node.inputs[0]));
  const bool has_shift = builder.View(unit).HasInput(2);
  const Tensor x = builder.Viewed(node.inputs[0], rows);
  const auto flags = has_shift ? normalization_flags::use_scale | normalization_flags::use_shift
                               : normalization_flags::use_scale;
  const dnnl::layer_normalization_forward::primitive_desc descriptor(
      Engine(), prop_kind::forward_inference, x.desc, x.desc, node.Float("epsilon", 1e-5F), flags,
      builder.Attributes());
  const Tensor y = builder.New(x.desc);
  std::vector<Argument> arguments = {{DNNL_ARG_SRC, x},
                                     {DNNL_ARG_SCALE, builder.Viewed(node.inputs[1], {rows[1]})},
                                     {DNNL_ARG_DST, y}};
  if (has_shift) {
    arguments.push_back({DNNL_ARG_SHIFT, builder.Viewed(node.inputs[2], {rows[1]})});
  }
  builder.Emit(dnnl::layer_normalization_forward(descriptor), descriptor, std::move(arguments));
  builder.Define(unit.result, {y.buffer, PlainDesc(builder.Shape(unit.result), DataType::f32)});
}
DNNL_OPERATOR(LayerNormalization, .since = 17, .until = 17, .check = CheckLayerNormalization,
              .infer = InferLayerNormalization, .build = BuildLayerNormalization);

// -- LRN -----------------------------------------------------------------------------------------

Refusal CheckLrn(const OpView& view) {
  if (view.node.Int("size", 0) % 2 != 1) return "size is even";
  return CheckFloat(view, 1, 4, 4);
}

void BuildLrn(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const Tensor x = builder.Of(node.inputs[0]);
  const dnnl::lrn_forward::primitive_desc descriptor(
      Engine(), prop_kind::forward_inference, Algorithm::lrn_across_channels, x.desc, x.desc,
      node.Int("size", 1), node.Float("alpha", 1e-4F), node.Float("beta", 0.75F),
      node.Float("bias", 1), builder.Attributes());
  const Tensor y = builder.New(descriptor.dst_desc());
  builder.Emit(dnnl::lrn_forward(descriptor), descriptor, {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}});
  builder.Define(unit.result, y);
}
DNNL_OPERATOR(LRN, .since = 1, .until = 13, .check = CheckLrn, .infer = InferSame,
              .build = BuildLrn);

// -- Softmax, LogSoftmax -------------------------------------------------------------------------

Refusal CheckSoftmax(const OpView& view) { return CheckFloat(view, 1, 1, 6); }

// Before version 13 everything from the axis on is one row.
Dims SoftmaxView(const Node& node, const Dims& x) {
  if (node.since_version >= 13) return x;
  const int64_t axis = PositiveAxis(node.Int("axis", 1), static_cast<int64_t>(x.size()));
  const int64_t inner = std::accumulate(x.begin() + axis, x.end(), int64_t{1}, std::multiplies<>());
  return {ElementCount(x) / inner, inner};
}

void BuildSoftmax(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const Dims& shape = builder.Shape(node.inputs[0]);
  const Dims dims = SoftmaxView(node, shape);
  const int64_t axis = node.since_version >= 13
                           ? PositiveAxis(node.Int("axis", -1), static_cast<int64_t>(dims.size()))
                           : 1;
  const Tensor x =
      dims == shape ? builder.Of(node.inputs[0]) : builder.Viewed(node.inputs[0], dims);
  const dnnl::softmax_forward::primitive_desc descriptor(
      Engine(), prop_kind::forward_inference,
      node.op_type == "Softmax" ? Algorithm::softmax_accurate : Algorithm::softmax_log, x.desc,
      x.desc, static_cast<int>(axis), builder.Attributes());
  const Tensor y = builder.New(x.desc);
  builder.Emit(dnnl::softmax_forward(descriptor), descriptor,
               {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}});
  builder.Define(unit.result,
                 dims == shape ? y : Tensor{y.buffer, PlainDesc(shape, DataType::f32)});
}
DNNL_OPERATOR(Softmax, .since = 1, .until = 13, .check = CheckSoftmax, .infer = InferSame,
              .build = BuildSoftmax);
DNNL_OPERATOR(LogSoftmax, .since = 1, .until = 13, .check = CheckSoftmax, .infer = InferSame,
              .build = BuildSoftmax);

}  // namespace
}  // namespace backplane::dnnl_ep
