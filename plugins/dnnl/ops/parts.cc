// Concat, Split and Slice: tensors made of others' parts.
#include <algorithm>
#include <cstdlib>
#include <limits>

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

// Small tensors are put together by copies: the primitive's call costs more than they do.
bool ConcatByCopies(Builder& builder, const Unit& unit, size_t axis) {
  constexpr int64_t kSmallElements = 8192;
  const Node& node = builder.NodeOf(unit);
  const Dims& dims = builder.Shape(unit.result);
  std::vector<Argument> arguments;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Tensor tensor = builder.Of(node.inputs[i]);
    if (!IsStrided(tensor.desc) || tensor.desc.get_dims().size() != dims.size()) return false;
    arguments.push_back({DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), tensor});
  }
  if (ElementCount(dims) > kSmallElements) return false;
  const Tensor to = builder.New(DenseLike(arguments[0].tensor.desc, dims));
  const Dims strides = to.desc.get_strides();
  std::vector<StridedCopy> copies;
  int64_t place = 0;
  for (const Argument& argument : arguments) {
    const Desc& from = argument.tensor.desc;
    copies.emplace_back(Places{.dims = from.get_dims(),
                               .from = from.get_strides(),
                               .to = strides,
                               .to_offset = place * strides[axis]},
                        ElementSize(from.get_data_type()));
    place += from.get_dims()[axis];
  }
  arguments.push_back({DNNL_ARG_DST, to});
  builder.EmitHost(
      [copies = std::move(copies)](std::span<void* const> data) {
        for (size_t i = 0; i < copies.size(); ++i) copies[i].Run(data[i], data.back());
      },
      std::move(arguments), "copies");
  builder.Define(unit.result, to);
  return true;
}

void BuildConcat(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const auto axis = static_cast<int>(PositiveAxis(
      node.Int("axis", 1), static_cast<int64_t>(builder.Shape(node.outputs[0]).size())));
  if (ConcatByCopies(builder, unit, static_cast<size_t>(axis))) return;
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

// -- Split, Slice --------------------------------------------------------------------------------

// Where a part of a tensor begins and how far its elements are apart, by dimension.
struct Part {
  Dims offsets, steps;
};

// The elements of `from` that make up `to`, dense and in the order in which they lie.
void DefinePart(Builder& builder, int from, int to, const Part& part) {
  Tensor whole = builder.Of(from);
  if (!IsStrided(whole.desc)) whole = builder.Plain(from);
  Places places{.dims = builder.Shape(to), .from = whole.desc.get_strides(), .to = {}};
  if (places.dims == builder.Shape(from) && part.steps == Dims(part.steps.size(), 1)) {
    return builder.Define(to, whole);
  }
  for (size_t i = 0; i < places.dims.size(); ++i) {
    places.from_offset += part.offsets[i] * places.from[i];
    places.from[i] *= part.steps[i];
  }
  const Tensor result = builder.New(DenseLike(whole.desc, places.dims));
  places.to = result.desc.get_strides();
  builder.EmitCopy(StridedCopy(std::move(places), ElementSize(whole.desc.get_data_type())), whole,
                   result, "copy");
  builder.Define(to, result);
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
  const size_t rank = builder.Shape(node.inputs[0]).size();
  Part part{Dims(rank, 0), Dims(rank, 1)};
  const int64_t axis = PositiveAxis(node.Int("axis", 0), static_cast<int64_t>(rank));
  for (int output : node.outputs) {
    DefinePart(builder, node.inputs[0], output, part);
    part.offsets[axis] += builder.Shape(output)[axis];
  }
}
DNNL_OPERATOR(Split, .since = 2, .until = 18, .check = CheckSplit, .infer = InferSplit,
              .build = BuildSplit, .is_movement = true);

// Starts, ends, axes and steps of a Slice; before version 10 they are attributes.
struct Ranges {
  Dims starts, ends, axes, steps;
};

std::optional<Ranges> RangesOf(const OpView& view) {
  const Node& node = view.node;
  Ranges ranges;
  if (node.since_version < 10) {
    ranges = {node.Ints("starts"), node.Ints("ends"), node.Ints("axes"), {}};
  } else {
    Dims* lists[] = {&ranges.starts, &ranges.ends, &ranges.axes, &ranges.steps};
    for (size_t i = 0; i < 4; ++i) {
      if (i >= 2 && !view.HasInput(i + 1)) continue;
      const auto list = view.Integers(i + 1);
      if (!list) return std::nullopt;
      *lists[i] = *list;
    }
  }
  const size_t count = ranges.starts.size();
  if (ranges.steps.empty()) ranges.steps.assign(count, 1);
  if (ranges.axes.empty()) {
    for (size_t i = 0; i < count; ++i) ranges.axes.push_back(static_cast<int64_t>(i));
  }
  return ranges;
}

Refusal CheckSlice(const OpView& view) {
  const auto ranges = RangesOf(view);
  if (!ranges) return "ranges that are not constant";
  const size_t count = ranges->starts.size();
  if (ranges->ends.size() != count || ranges->axes.size() != count ||
      ranges->steps.size() != count) {
    return "starts, ends, axes and steps differ in number";
  }
  // Of the least integer there is no positive one.
  if (std::any_of(ranges->steps.begin(), ranges->steps.end(), [](int64_t step) {
        return step == 0 || step == std::numeric_limits<int64_t>::min();
      })) {
    return "a step is 0 or out of range";
  }
  return CheckMoved(view);
}

// The first element of each dimension, how far to the next, and how many there are.
Part ResolveRanges(const OpView& view, const Dims& from, Dims& sizes) {
  const Ranges ranges = RangesOf(view).value();
  Part part{Dims(from.size(), 0), Dims(from.size(), 1)};
  sizes = from;
  for (size_t i = 0; i < ranges.starts.size(); ++i) {
    const int64_t axis = PositiveAxis(ranges.axes[i], static_cast<int64_t>(from.size()));
    const int64_t dim = from[axis];
    const int64_t step = ranges.steps[i];
    const auto place = [&](int64_t at, int64_t least, int64_t most) {
      return std::clamp(at < 0 ? std::max(at, -dim - 1) + dim : at, least, most);
    };
    // Backwards, the end may lie before the first element.
    const int64_t least = step < 0 ? -1 : 0;
    const int64_t start = step < 0 ? place(ranges.starts[i], 0, std::max<int64_t>(dim - 1, 0))
                                   : place(ranges.starts[i], 0, dim);
    const int64_t end = place(ranges.ends[i], least, dim);
    const int64_t reach = step < 0 ? start - end : end - start;
    const int64_t stride = std::abs(step);
    part.offsets[axis] = start;
    part.steps[axis] = step;
    sizes[axis] = reach <= 0 ? 0 : (reach - 1) / stride + 1;
    if (sizes[axis] <= 1) part.steps[axis] = 1;  // nothing follows, and steps may be huge
  }
  return part;
}

void InferSlice(const OpView& view, Shapes& shapes) {
  const Dims from = shapes[view.node.inputs[0]];
  ResolveRanges(view, from, shapes[view.node.outputs[0]]);
}

void BuildSlice(Builder& builder, const Unit& unit) {
  const OpView view = builder.View(unit);
  Dims sizes;
  const Part part = ResolveRanges(view, builder.Shape(view.node.inputs[0]), sizes);
  DefinePart(builder, view.node.inputs[0], unit.result, part);
}
DNNL_OPERATOR(Slice, .since = 1, .until = 13, .check = CheckSlice, .infer = InferSlice,
              .build = BuildSlice, .is_movement = true);

}  // namespace
}  // namespace backplane::dnnl_ep
