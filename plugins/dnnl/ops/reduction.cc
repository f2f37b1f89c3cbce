// ReduceMean, ReduceSum, ReduceMax and ReduceMin over constant axes.
#include <algorithm>
#include <limits>
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

// A row-major tensor as dimensions that are reduced or kept in turn, and how far the result's
// elements are apart in each: 0 where it is reduced.
struct Turns {
  Dims sizes, to;
};

Turns TurnsOf(const Dims& from, const Dims& kept) {
  Turns turns;
  const Dims strides = PlainStrides(kept);
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] == 1) continue;
    const int64_t to = kept[i] == from[i] ? strides[i] : 0;
    if (!turns.sizes.empty() && (turns.to.back() == 0) == (to == 0)) {
      turns.sizes.back() *= from[i];
      turns.to.back() = to;
    } else {
      turns.sizes.push_back(from[i]);
      turns.to.push_back(to);
    }
  }
  return turns;
}

// NaN wins.
template <bool is_max>
float Better(float a, float b) {
  return (is_max ? a > b : a < b) || a != a ? a : b;
}

template <bool is_max>
float BestOf(const float* x, int64_t count) {
  constexpr int kLanes = 16;
  float best[kLanes];
  std::fill_n(best, kLanes, x[0]);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) {
      best[lane] = Better<is_max>(x[i + lane], best[lane]);
    }
  }
  for (; i < count; ++i) best[0] = Better<is_max>(x[i], best[0]);
  for (int lane = 1; lane < kLanes; ++lane) best[0] = Better<is_max>(best[lane], best[0]);
  return best[0];
}

template <bool is_max>
void FindBest(const Turns& turns, const float* x, float* y, int64_t results) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::fill_n(y, results, is_max ? -kInfinity : kInfinity);
  const size_t last = turns.sizes.size() - 1;
  const int64_t width = turns.sizes[last];
  const int64_t rows = ElementCount(turns.sizes) / width;
  for (int64_t row = 0; row < rows; ++row, x += width) {
    float* to = y;
    for (int64_t rest = row, d = static_cast<int64_t>(last) - 1; d >= 0; --d) {
      to += rest % turns.sizes[d] * turns.to[d];
      rest /= turns.sizes[d];
    }
    if (turns.to[last] == 0) {
      *to = Better<is_max>(BestOf<is_max>(x, width), *to);
    } else {
      for (int64_t i = 0; i < width; ++i) to[i] = Better<is_max>(x[i], to[i]);
    }
  }
}

// By a loop of ours: oneDNN begins with the largest finite number, which rows that are masked with
// infinities would show.
void EmitBest(Builder& builder, bool is_max, const Tensor& x, const Tensor& y) {
  const Dims kept = y.desc.get_dims();
  builder.EmitHost(
      [turns = TurnsOf(x.desc.get_dims(), kept), results = ElementCount(kept),
       is_max](std::span<void* const> data) {
        const auto* from = static_cast<const float*>(data[0]);
        auto* to = static_cast<float*>(data[1]);
        return is_max ? FindBest<true>(turns, from, to, results)
                      : FindBest<false>(turns, from, to, results);
      },
      {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}}, is_max ? "max" : "min");
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
  const Tensor y = builder.New(y_desc);
  builder.Define(unit.result, {y.buffer, PlainDesc(result, DataType::f32)});
  if (view.node.op_type == "ReduceMax" || view.node.op_type == "ReduceMin") {
    return EmitBest(builder, view.node.op_type == "ReduceMax", x, y);
  }
  const Algorithm algorithm =
      view.node.op_type == "ReduceMean" ? Algorithm::reduction_mean : Algorithm::reduction_sum;
  const dnnl::reduction::primitive_desc descriptor(Engine(), algorithm, x.desc, y_desc, 2.0F, 0.0F,
                                                   builder.Attributes());
  builder.Emit(dnnl::reduction(descriptor), descriptor, {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}});
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
