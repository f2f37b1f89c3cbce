// Conv and ConvTranspose on float tensors of one to three spatial dimensions.
#include <algorithm>

#include "dnnl/builder.h"
#include "dnnl/ops/window.h"

namespace backplane::dnnl_ep {
namespace {

using dnnl::prop_kind;

constexpr int64_t kMost = int64_t{1} << 24;  // of a size that is given

Refusal CheckConvolution(const OpView& view) {
  if (Refusal refusal = CheckFloat(view, 2, 3, 5); !refusal.empty()) return refusal;
  if (view.HasInput(2) && !view.IsType(2, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)) {
    return "the bias is not float";
  }
  if (view.Rank(0) != view.Rank(1)) return "input and weights differ in rank";
  if (view.node.Int("group", 1) < 1) return "group is less than 1";
  const Dims kernel = view.node.Ints("kernel_shape");
  const Dims& w = *view.Input(1).dims;
  if (!kernel.empty() && view.Input(1).HasStaticShape() && kernel != Dims(w.begin() + 2, w.end())) {
    return "kernel_shape is not that of the weights";
  }
  return CheckWindow(view.node, view.Rank(0) - 2);
}

// Weights with the group as a dimension of its own.
Dims Grouped(const Dims& weights, int64_t groups) {
  Dims dims = {groups, weights[0] / groups};
  dims.insert(dims.end(), weights.begin() + 1, weights.end());
  return dims;
}

void CheckChannels(const Dims& x, const Dims& w, int64_t groups) {
  if (x.size() != w.size() || w[1] * groups != x[1] || w[0] % groups != 0) {
    throw Failure(ORT_INVALID_ARGUMENT, "weights of " + Text(w) + " in " + std::to_string(groups) +
                                            " groups do not fit an input of " + Text(x));
  }
}

Window ConvWindow(const Node& node, const Dims& x, const Dims& w) {
  return ResolveWindow(node, Dims(x.begin() + 2, x.end()), Dims(w.begin() + 2, w.end()));
}

void InferConv(const OpView& view, Shapes& shapes) {
  const Dims& x = shapes[view.node.inputs[0]];
  const Dims& w = shapes[view.node.inputs[1]];
  CheckChannels(x, w, view.node.Int("group", 1));
  const Window window = ConvWindow(view.node, x, w);
  Dims y = {x[0], w[0]};
  y.insert(y.end(), window.output.begin(), window.output.end());
  shapes[view.node.outputs[0]] = std::move(y);
}

void BuildConv(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const int x = node.inputs[0], w = node.inputs[1];
  const int64_t groups = node.Int("group", 1);
  const Dims w_dims = groups > 1 ? Grouped(builder.Shape(w), groups) : builder.Shape(w);
  const Window window = ConvWindow(node, builder.Shape(x), builder.Shape(w));
  const Dims& y_dims = builder.Shape(node.outputs[0]);
  const bool has_bias = builder.View(unit).HasInput(2);
  const Desc x_any = AnyDesc(builder.Shape(x), builder.FactorType());
  const Desc w_any = AnyDesc(w_dims, builder.FactorType());
  const DataType y_type = builder.ProductType(unit);
  Desc y_desc = AnyDesc(y_dims, y_type);
  const Desc bias = has_bias ? PlainDesc(Dims{y_dims[1]}, DataType::f32) : Desc();
  const auto make = [&](const dnnl::primitive_attr& attributes) {
    return dnnl::convolution_forward::primitive_desc(
        Engine(), prop_kind::forward_inference, Algorithm::convolution_direct, x_any, w_any, bias,
        y_desc, window.strides, window.dilations, window.pads_begin, window.pads_end, attributes);
  };
  std::vector<Argument> arguments;
  auto descriptor = builder.WithPostOps(unit, y_dims, 1, make, arguments, builder.Attributes());
  if (!IsStrided(descriptor.dst_desc())) {
    // Blocks of channels, mostly after an image's three: what follows does better without them.
    y_desc = ChannelsLastDesc(y_dims, y_type);
    std::vector<Argument> other_arguments;
    auto other = builder.WithPostOps(unit, y_dims, 1, make, other_arguments, builder.Attributes());
    if (std::string_view(other.impl_info_str()) == descriptor.impl_info_str()) {
      descriptor = std::move(other);
      arguments = std::move(other_arguments);
    }
  }
  const Tensor y = builder.New(descriptor.dst_desc());
  arguments.push_back({DNNL_ARG_SRC, builder.As(x, descriptor.src_desc())});
  arguments.push_back({DNNL_ARG_WEIGHTS, builder.Weights(w, PlainDesc(w_dims, DataType::f32),
                                                         descriptor.weights_desc())});
  if (has_bias) arguments.push_back({DNNL_ARG_BIAS, builder.As(node.inputs[2], bias)});
  arguments.push_back({DNNL_ARG_DST, y});
  builder.Emit(dnnl::convolution_forward(descriptor), descriptor, std::move(arguments));
  builder.Define(unit.result, y);
}

DNNL_OPERATOR(Conv, .since = 1, .until = 22, .check = CheckConvolution, .infer = InferConv,
              .build = BuildConv, .takes_eltwise = true, .takes_binary = true, .channel_axis = 1);

// -- ConvTranspose -------------------------------------------------------------------------------

Refusal CheckConvTranspose(const OpView& view) {
  if (Refusal refusal = CheckConvolution(view); !refusal.empty()) return refusal;
  const Node& node = view.node;
  const auto spatial = static_cast<size_t>(view.Rank(0) - 2);
  const Dims shape = node.Ints("output_shape");
  if (!shape.empty() && shape.size() != spatial) return "output_shape does not fit";
  if (std::any_of(shape.begin(), shape.end(),
                  [](int64_t size) { return size < 1 || size > kMost; })) {
    return "output_shape is not positive";
  }
  if (!shape.empty() && !(view.Input(0).HasStaticShape() && view.Input(1).HasStaticShape())) {
    return "output_shape with sizes that are not known";
  }
  const Dims more = node.Ints("output_padding");
  const Dims strides = node.Ints("strides", Dims(more.size(), 1));
  if (!more.empty() && more.size() != spatial) {
    return "output_padding does not fit";
  }
  for (size_t i = 0; i < more.size(); ++i) {
    if (more[i] < 0 || more[i] >= strides[i]) return "output_padding is not less than the stride";
  }
  return "";
}

// The output's spatial sizes where the node gives them, by output_shape or auto_pad.
Dims WantedSizes(const Node& node, const Dims& x, const Dims& strides) {
  Dims sizes = node.Ints("output_shape");
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  if (!sizes.empty() || (auto_pad != "SAME_UPPER" && auto_pad != "SAME_LOWER")) return sizes;
  for (size_t i = 0; i < strides.size(); ++i) sizes.push_back(x[i + 2] * strides[i]);
  return sizes;
}

Window TransposeWindow(const Node& node, const Dims& x, const Dims& w) {
  const size_t rank = x.size() - 2;
  Window window;
  window.kernel = Dims(w.begin() + 2, w.end());
  window.strides = node.Ints("strides", Dims(rank, 1));
  window.dilations = node.Ints("dilations", Dims(rank, 1));
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  const Dims none(2 * rank, 0);
  const Dims pads = auto_pad == "VALID" ? none : node.Ints("pads", none);
  const Dims more = node.Ints("output_padding", Dims(rank, 0));  // at the end
  const Dims wanted = WantedSizes(node, x, window.strides);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t full =
        window.strides[i] * (x[i + 2] - 1) + (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t begin = pads[i], output = full + more[i] - pads[i] - pads[rank + i];
    if (!wanted.empty()) {
      // What is too much is cut off at both ends, as the CPU EPs do it.
      output = wanted[i];
      const int64_t total = std::max<int64_t>(full + more[i] - output, 0);
      begin = auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
    }
    if (output - (full - begin) >= window.strides[i]) {
      throw Failure(ORT_INVALID_ARGUMENT,
                    "output_shape has more than a stride of nothing at an end");
    }
    window.pads_begin.push_back(begin);
    window.pads_end.push_back(full - begin - output);
    window.output.push_back(output);
    --window.dilations[i];
    if (window.output[i] < 1) throw Failure(ORT_INVALID_ARGUMENT, "pads leave no output");
  }
  return window;
}

void InferConvTranspose(const OpView& view, Shapes& shapes) {
  const Dims& x = shapes[view.node.inputs[0]];
  const Dims& w = shapes[view.node.inputs[1]];
  const int64_t groups = view.node.Int("group", 1);
  if (x.size() != w.size() || w[0] != x[1] || x[1] % groups != 0) {
    throw Failure(ORT_INVALID_ARGUMENT,
                  "weights of " + Text(w) + " do not fit an input of " + Text(x));
  }
  const Window window = TransposeWindow(view.node, x, w);
  Dims y = {x[0], w[1] * groups};
  y.insert(y.end(), window.output.begin(), window.output.end());
  shapes[view.node.outputs[0]] = std::move(y);
}

void BuildConvTranspose(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const int x = node.inputs[0], w = node.inputs[1];
  const int64_t groups = node.Int("group", 1);
  const Dims& w_shape = builder.Shape(w);
  const Window window = TransposeWindow(node, builder.Shape(x), w_shape);
  const Dims& y_dims = builder.Shape(node.outputs[0]);
  const bool has_bias = builder.View(unit).HasInput(2);
  // ONNX has the input channels first, oneDNN the output channels: the same memory with two
  // dimensions exchanged.
  Dims w_dims = Grouped(w_shape, groups);
  Dims w_strides = PlainStrides(w_dims);
  std::swap(w_dims[1], w_dims[2]);
  std::swap(w_strides[1], w_strides[2]);
  if (groups == 1) {
    w_dims.erase(w_dims.begin());
    w_strides.erase(w_strides.begin());
  }
  const Desc x_any = AnyDesc(builder.Shape(x), DataType::f32);
  const Desc w_any = AnyDesc(w_dims, DataType::f32);
  const Desc y_any = AnyDesc(y_dims, DataType::f32);
  const Desc bias = has_bias ? PlainDesc(Dims{y_dims[1]}, DataType::f32) : Desc();
  std::vector<Argument> arguments;
  const auto descriptor = builder.WithPostOps(
      unit, y_dims, 1,
      [&](const dnnl::primitive_attr& attributes) {
        return dnnl::deconvolution_forward::primitive_desc(
            Engine(), prop_kind::forward_inference, Algorithm::deconvolution_direct, x_any, w_any,
            bias, y_any, window.strides, window.dilations, window.pads_begin, window.pads_end,
            attributes);
      },
      arguments, builder.Attributes());
  const Tensor y = builder.New(descriptor.dst_desc());
  arguments.push_back({DNNL_ARG_SRC, builder.As(x, descriptor.src_desc())});
  arguments.push_back({DNNL_ARG_WEIGHTS, builder.Weights(w, Desc(w_dims, DataType::f32, w_strides),
                                                         descriptor.weights_desc())});
  if (has_bias) arguments.push_back({DNNL_ARG_BIAS, builder.As(node.inputs[2], bias)});
  arguments.push_back({DNNL_ARG_DST, y});
  builder.Emit(dnnl::deconvolution_forward(descriptor), descriptor, std::move(arguments));
  builder.Define(unit.result, y);
}

DNNL_OPERATOR(ConvTranspose, .since = 1, .until = 22, .check = CheckConvTranspose,
              .infer = InferConvTranspose, .build = BuildConvTranspose, .takes_eltwise = true,
              .takes_binary = true, .channel_axis = 1);

}  // namespace
}  // namespace backplane::dnnl_ep
