// MaxPool, AveragePool and the global pools.
#include <algorithm>

#include "dnnl/builder.h"
#include "dnnl/ops/window.h"

namespace backplane::dnnl_ep {
namespace {

bool CountsPads(const Node& node) {
  return node.op_type == "AveragePool" && node.Int("count_include_pad", 0) != 0;
}

Refusal CheckPool(const OpView& view) {
  if (Refusal refusal = CheckFloat(view, 1, 3, 5); !refusal.empty()) return refusal;
  const Node& node = view.node;
  const int spatial = view.Rank(0) - 2;
  if (view.HasOutput(1)) return "the indices are used";
  if (static_cast<int>(node.Ints("kernel_shape").size()) != spatial) return "kernel_shape is wrong";
  if (CountsPads(node) && node.Int("ceil_mode", 0) != 0 && !view.Input(0).HasStaticShape()) {
    return "ceil_mode with count_include_pad and sizes that are not known";
  }
  const Dims kernel = node.Ints("kernel_shape"), pads = node.Ints("pads");
  const Dims dilations = node.Ints("dilations", Dims(kernel.size(), 1));
  for (size_t i = 0; i < pads.size(); ++i) {
    // A window that lies in the padding altogether has no defined result.
    if (pads[i] >= kernel[i % kernel.size()]) return "pads are as large as the window";
  }
  if (std::any_of(dilations.begin(), dilations.end(), [](int64_t d) { return d != 1; }) &&
      std::any_of(pads.begin(), pads.end(), [](int64_t p) { return p != 0; })) {
    return "dilations with pads";
  }
  return CheckWindow(node, spatial);
}

// oneDNN would count what a last window has beyond the pads, ONNX does not.
void CheckLastWindows(const Node& node, const Dims& x, const Window& window) {
  if (!CountsPads(node)) return;
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  const Dims pads = node.Ints("pads", Dims(2 * window.kernel.size(), 0));
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    if (auto_pad != "NOTSET" && auto_pad != "VALID") continue;  // the pads are what is missing
    const int64_t end = auto_pad == "VALID" ? 0 : pads[window.kernel.size() + i];
    if (window.pads_end[i] > end) {
      throw Failure(ORT_INVALID_ARGUMENT, "a window that ceil_mode adds goes beyond the pads of " +
                                              Text(x) + ", which count_include_pad counts");
    }
  }
}

Window PoolWindow(const Node& node, const Dims& x) {
  return ResolveWindow(node, Dims(x.begin() + 2, x.end()), node.Ints("kernel_shape"));
}

void InferPool(const OpView& view, Shapes& shapes) {
  const Dims& x = shapes[view.node.inputs[0]];
  const Window window = PoolWindow(view.node, x);
  CheckLastWindows(view.node, x, window);
  Dims y = {x[0], x[1]};
  y.insert(y.end(), window.output.begin(), window.output.end());
  shapes[view.node.outputs[0]] = std::move(y);
}

void EmitPool(Builder& builder, const Unit& unit, Algorithm algorithm, const Window& window) {
  const Tensor x = builder.Of(builder.Input(unit, 0));
  const Desc y_any = AnyDesc(builder.Shape(unit.result), DataType::f32);
  std::vector<Argument> arguments;
  const auto descriptor = builder.WithPostOps(
      unit, builder.Shape(unit.result), 1,
      [&](const dnnl::primitive_attr& attributes) {
        return dnnl::pooling_forward::primitive_desc(
            Engine(), dnnl::prop_kind::forward_inference, algorithm, x.desc, y_any, window.strides,
            window.kernel, window.dilations, window.pads_begin, window.pads_end, attributes);
      },
      arguments, builder.Attributes());
  const Tensor y = builder.New(descriptor.dst_desc());
  arguments.push_back({DNNL_ARG_SRC, x});
  arguments.push_back({DNNL_ARG_DST, y});
  builder.Emit(dnnl::pooling_forward(descriptor), descriptor, std::move(arguments));
  builder.Define(unit.result, y);
}

void BuildPool(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const Algorithm average = node.Int("count_include_pad", 0) != 0
                                ? Algorithm::pooling_avg_include_padding
                                : Algorithm::pooling_avg_exclude_padding;
  EmitPool(builder, unit, node.op_type == "MaxPool" ? Algorithm::pooling_max : average,
           PoolWindow(node, builder.Shape(node.inputs[0])));
}
DNNL_OPERATOR(MaxPool, .since = 1, .until = 22, .check = CheckPool, .infer = InferPool,
              .build = BuildPool);
DNNL_OPERATOR(AveragePool, .since = 1, .until = 22, .check = CheckPool, .infer = InferPool,
              .build = BuildPool);

Refusal CheckGlobal(const OpView& view) { return CheckFloat(view, 1, 3, 5); }

void InferGlobal(const OpView& view, Shapes& shapes) {
  Dims y = shapes[view.node.inputs[0]];
  std::fill(y.begin() + 2, y.end(), 1);
  shapes[view.node.outputs[0]] = std::move(y);
}

void BuildGlobal(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const Dims& x = builder.Shape(node.inputs[0]);
  const size_t rank = x.size() - 2;
  Window window;
  window.kernel = Dims(x.begin() + 2, x.end());
  window.strides = Dims(rank, 1);
  window.dilations = window.pads_begin = window.pads_end = Dims(rank, 0);
  EmitPool(builder, unit,
           node.op_type == "GlobalMaxPool" ? Algorithm::pooling_max
                                           : Algorithm::pooling_avg_exclude_padding,
           window);
}
DNNL_OPERATOR(GlobalAveragePool, .since = 1, .until = 22, .check = CheckGlobal,
              .infer = InferGlobal, .build = BuildGlobal);
DNNL_OPERATOR(GlobalMaxPool, .since = 1, .until = 22, .check = CheckGlobal, .infer = InferGlobal,
              .build = BuildGlobal);

}  // namespace
}  // namespace backplane::dnnl_ep
