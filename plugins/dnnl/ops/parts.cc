// Concat, Split and Slice: tensors made of others' parts.
#include <algorithm>

#include "dnnl/builder.h"

namespace backplane::dnnl_ep {
namespace {

// -- Concat --------------------------------------------------------------------------------------

Refusal CheckConcat(const OpView& view) {
  for (size_t i = 0; i < view.node.inputs.size(); ++i) {
    if (!view.HasInput(i) || view.Rank(i) < 1 || view.Rank(i) > 6) return "a rank is unknown";
    if (!view.IsType(i, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)) return "an input is not float";
  }
  return "";
}

void InferConcat(const OpView& view, Shapes& shapes) {
  Dims to = shapes[view.node.inputs[0]];
  const int64_t axis = PositiveAxis(view.node.Int("axis", 1), static_cast<int64_t>(to.size()));
  to[axis] = 0;
  for (int input : view.node.inputs) {
    Dims from = shapes[input];
    if (from.size() != to.size()) throw Failure(ORT_INVALID_ARGUMENT, "ranks differ");
    to[axis] += from[axis];
    from[axis] = to[axis];
    if (from != to) throw Failure(ORT_INVALID_ARGUMENT, "shapes differ beside the axis");
  }
  shapes[view.node.outputs[0]] = std::move(to);
}

void BuildConcat(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const auto axis = static_cast<int>(PositiveAxis(
      node.Int("axis", 1), static_cast<int64_t>(builder.Shape(node.outputs[0]).size())));
  std::vector<Desc> from;
  std::vector<Argument> arguments;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Tensor tensor = builder.Of(node.inputs[i]);
    from.push_back(tensor.desc);
    arguments.push_back({DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), tensor});
  }
  const dnnl::concat::primitive_desc descriptor(Engine(), axis, from, builder.Attributes());
  const Tensor to = builder.New(descriptor.dst_desc());
  arguments.push_back({DNNL_ARG_DST, to});
  builder.Emit(dnnl::concat(descriptor), descriptor, std::move(arguments));
  builder.Define(unit.result, to);
}
DNNL_OPERATOR(Concat, .since = 4, .until = 13, .check = CheckConcat, .infer = InferConcat,
              .build = BuildConcat);

// -- Split, Slice: a part of a tensor is the same memory from another place on
// ----------------------

// The part of `dims` elements from `offsets` on, dense.
void DefinePart(Builder& builder, int from, int to, const Dims& offsets) {
  const Tensor whole = builder.Plain(from);
  const Dims& dims = builder.Shape(to);
  const Tensor part{whole.buffer, whole.desc.submemory_desc(dims, offsets)};
  builder.Define(to, builder.Reordered(part, PlainDesc(dims, builder.Type(to))));
}

Refusal CheckMoved(const OpView& view) {
  if (!view.HasInput(0) || ToDataType(view.Input(0).type) == DataType::undef) {
    return "input 0 has a type that oneDNN does not move";
  }
  return view.Rank(0) < 1 || view.Rank(0) > 6 ? "a rank does not fit" : "";
}

Refusal CheckSplit(const OpView& view) {
  for (size_t i = 0; i < view.node.outputs.size(); ++i) {
    if (!view.HasOutput(i)) return "an output is left out";
  }
  if (view.node.since_version >= 13 && view.HasInput(1) && !view.Integers(1)) {
    return "the sizes are not constant";
  }
  return CheckMoved(view);
}

void InferSplit(const OpView& view, Shapes& shapes) {
  const Node& node = view.node;
  const Dims from = shapes[node.inputs[0]];
  const auto count = static_cast<int64_t>(node.outputs.size());
  const int64_t axis = PositiveAxis(node.Int("axis", 0), static_cast<int64_t>(from.size()));
  Dims sizes = node.since_version < 13 ? node.Ints("split")
               : view.HasInput(1)      ? view.Integers(1).value()
                                       : Dims();
  if (sizes.empty()) {
    const int64_t size = (from[axis] + count - 1) / count;
    sizes.assign(count, size);
    sizes.back() = from[axis] - size * (count - 1);
  }
  int64_t left = from[axis];
  for (int64_t size : sizes) left -= size;
  if (left != 0 || static_cast<int64_t>(sizes.size()) != count ||
      std::any_of(sizes.begin(), sizes.end(), [](int64_t size) { return size < 0; })) {
    throw Failure(ORT_INVALID_ARGUMENT, "the parts do not make up " + Text(from));
  }
  for (int64_t i = 0; i < count; ++i) {
    Dims part = from;
    part[axis] = sizes[i];
    shapes[node.outputs[i]] = std::move(part);
  }
}

void BuildSplit(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  Dims offsets(builder.Shape(node.inputs[0]).size(), 0);
  const int64_t axis = PositiveAxis(node.Int("axis", 0), static_cast<int64_t>(offsets.size()));
  for (int output : node.outputs) {
    DefinePart(builder, node.inputs[0], output, offsets);
    offsets[axis] += builder.Shape(output)[axis];
  }
}
DNNL_OPERATOR(Split, .since = 2, .until = 18, .check = CheckSplit, .infer = InferSplit,
              .build = BuildSplit, .is_movement = true);

// Starts, ends and axes of a Slice; before version 10 they are attributes.
struct Ranges {
  Dims starts, ends, axes;
};

std::optional<Ranges> RangesOf(const OpView& view) {
  const Node& node = view.node;
  if (node.since_version < 10) {
    return Ranges{node.Ints("starts"), node.Ints("ends"), node.Ints("axes")};
  }
  const auto starts = view.Integers(1), ends = view.Integers(2);
  if (!starts || !ends) return std::nullopt;
  Ranges ranges{*starts, *ends, {}};
  if (view.HasInput(3)) {
    const auto axes = view.Integers(3);
    if (!axes) return std::nullopt;
    ranges.axes = *axes;
  }
  if (view.HasInput(4)) {
    const auto steps = view.Integers(4);
    if (!steps || std::any_of(steps->begin(), steps->end(), [](int64_t s) { return s != 1; })) {
      return std::nullopt;
    }
  }
  return ranges;
}

Refusal CheckSlice(const OpView& view) {
  const auto ranges = RangesOf(view);
  if (!ranges) return "ranges that are not constant, or steps";
  if (ranges->starts.size() != ranges->ends.size() ||
      (!ranges->axes.empty() && ranges->axes.size() != ranges->starts.size())) {
    return "starts, ends and axes differ in number";
  }
  return CheckMoved(view);
}

// Where each dimension begins and how much of it remains.
void ResolveRanges(const OpView& view, const Dims& from, Dims& offsets, Dims& sizes) {
  const Ranges ranges = RangesOf(view).value();
  offsets.assign(from.size(), 0);
  sizes = from;
  for (size_t i = 0; i < ranges.starts.size(); ++i) {
    const int64_t axis =
        PositiveAxis(ranges.axes.empty() ? static_cast<int64_t>(i) : ranges.axes[i],
                     static_cast<int64_t>(from.size()));
    const auto place = [&](int64_t at) {
      return std::clamp<int64_t>(at < 0 ? std::max<int64_t>(at, -from[axis]) + from[axis] : at, 0,
                                 from[axis]);
    };
    offsets[axis] = place(ranges.starts[i]);
    sizes[axis] = std::max<int64_t>(place(ranges.ends[i]) - offsets[axis], 0);
  }
}

void InferSlice(const OpView& view, Shapes& shapes) {
  Dims offsets;
  const Dims from = shapes[view.node.inputs[0]];
  ResolveRanges(view, from, offsets, shapes[view.node.outputs[0]]);
}

void BuildSlice(Builder& builder, const Unit& unit) {
  const OpView view = builder.View(unit);
  Dims offsets, sizes;
  ResolveRanges(view, builder.Shape(view.node.inputs[0]), offsets, sizes);
  DefinePart(builder, view.node.inputs[0], unit.result, offsets);
}
DNNL_OPERATOR(Slice, .since = 1, .until = 13, .check = CheckSlice, .infer = InferSlice,
              .build = BuildSlice, .is_movement = true);

}  // namespace
}  // namespace backplane::dnnl_ep
