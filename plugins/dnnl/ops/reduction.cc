// ReduceMean, ReduceSum, ReduceMax and ReduceMin over constant axes.
#include <algorithm>
#include <numeric>

#include "dnnl/builder.h"

namespace backplane::dnnl_ep {
namespace {

// Axes became an input with version 13 of ReduceSum and version 18 of the others.
bool HasAxesInput(const Node& node) {
  return node.since_version >= (node.op_type == "ReduceSum" ? 13 : 18);
}

std::optional<Dims> Axes(const OpView& view) {
  if (!HasAxesInput(view.node)) return view.node.Ints("axes");
  if (!view.HasInput(1)) return Dims();
  return view.Integers(1);
}

Refusal CheckReduce(const OpView& view) {
  const auto axes = Axes(view);
  if (!axes) return "the axes are not constant";
  if (axes->empty() && view.node.Int("noop_with_empty_axes", 0) != 0) return "nothing to reduce";
  const bool keeps = view.node.Int("keepdims", 1) != 0;
  if (!keeps && (axes->empty() || static_cast<int>(axes->size()) >= view.Rank(0))) {
    return "the result is a scalar";
  }
  return CheckFloat(view, 1, 1, 5);
}

// The input's shape with 1 where it is reduced.
Dims Kept(const OpView& view, const Dims& from) {
  Dims axes = Axes(view).value();
  if (axes.empty()) {
    axes.resize(from.size());
    std::iota(axes.begin(), axes.end(), int64_t{0});
  }
  Dims to = from;
  for (int64_t axis : axes) to[PositiveAxis(axis, static_cast<int64_t>(from.size()))] = 1;
  return to;
}

void InferReduce(const OpView& view, Shapes& shapes) {
  const Dims from = shapes[view.node.inputs[0]];
  Dims to = Kept(view, from);
  if (view.node.Int("keepdims", 1) == 0) {
    std::vector<bool> gone(from.size());
    const Dims axes = Axes(view).value();
    for (int64_t axis : axes) gone[PositiveAxis(axis, static_cast<int64_t>(from.size()))] = true;
    to.clear();
    for (size_t i = 0; i < from.size(); ++i) {
      if (!gone[i]) to.push_back(from[i]);
    }
  }
  shapes[view.node.outputs[0]] = std::move(to);
}

Algorithm AlgorithmOf(const std::string& op_type) {
  if (op_type == "ReduceMean") return Algorithm::reduction_mean;
  if (op_type == "ReduceSum") return Algorithm::reduction_sum;
  if (op_type == "ReduceMax") return Algorithm::reduction_max;
  return Algorithm::reduction_min;
}

void BuildReduce(Builder& builder, const Unit& unit) {
  const OpView view = builder.View(unit);
  const Dims& from = builder.Shape(view.node.inputs[0]);
  const Dims kept = Kept(view, from);
  const Dims& result = builder.Shape(unit.result);
  if (kept == from) {  // dimensions of 1 only: no reduction
    return builder.Define(unit.result, builder.Viewed(view.node.inputs[0], result));
  }
  const Tensor x = builder.Plain(view.node.inputs[0]);
  const Desc y_desc = PlainDesc(kept, DataType::f32);
  const dnnl::reduction::primitive_desc descriptor(Engine(), AlgorithmOf(view.node.op_type), x.desc,
                                                   y_desc, 2.0F, 0.0F, builder.Attributes());
  const Tensor y = builder.New(y_desc);
  builder.Emit(dnnl::reduction(descriptor), descriptor, {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}});
  builder.Define(unit.result, {y.buffer, PlainDesc(result, DataType::f32)});
}

#define REDUCE(op, last)                                                                   \
  DNNL_OPERATOR(op, .since = 1, .until = last, .check = CheckReduce, .infer = InferReduce, \
                .build = BuildReduce)

REDUCE(ReduceMean, 18);
REDUCE(ReduceSum, 13);
REDUCE(ReduceMax, 20);
REDUCE(ReduceMin, 20);

}  // namespace
}  // namespace backplane::dnnl_ep
