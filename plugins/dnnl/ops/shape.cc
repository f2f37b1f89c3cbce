// Operators that only move or rename elements. Reshaping is another view of the same memory,
// transposing another order of the strides; whoever needs the elements elsewhere reorders them.
#include <algorithm>
#include <numeric>

#include "dnnl/builder.h"

namespace backplane::dnnl_ep {
namespace {

Refusal CheckType(const OpView& view) {
  if (!view.HasInput(0) || ToDataType(view.Input(0).type) == DataType::undef) {
    return "input 0 has a type that oneDNN does not move";
  }
  const int rank = view.Rank(0);
  if (rank < 0) return "the rank of input 0 is unknown";
  if (rank < 1 || rank > 6) return "input 0 has rank " + std::to_string(rank);
  return "";
}

// How a tensor of dimensions `from` lies so that it can be seen as one of `to` with the channels
// innermost; nothing if a dimension of `to` is not a product of dimensions of `from`.
std::optional<Desc> JoinedChannelsLast(const Dims& from, const Dims& to, DataType type) {
  const Dims strides = ChannelsLastDesc(to, type).get_strides();
  Dims joined(from.size());
  size_t next = 0;
  for (size_t i = 0; i < to.size(); ++i) {
    const size_t first = next;
    int64_t product = 1;
    while (next < from.size() && (product < to[i] || from[next] == 1)) product *= from[next++];
    if (product != to[i]) return std::nullopt;
    int64_t stride = strides[i];
    for (size_t j = next; j-- > first;) {
      joined[j] = stride;
      stride *= from[j];
    }
  }
  if (next != from.size()) return std::nullopt;
  return Desc(from, type, joined);
}

// Channels that are shuffled, as [.., groups, channels, ..] with its dimensions exchanged: where
// they lie innermost they shall stay there.
std::optional<Tensor> ViewChannelsLast(Builder& builder, const Tensor& tensor, const Dims& to) {
  const Dims from = tensor.desc.get_dims();
  const Dims strides = tensor.desc.get_strides();
  if (to.size() < 3 || from.size() <= to.size() || from[0] != to[0]) return std::nullopt;
  const bool innermost = (from[1] > 1 && strides[1] == 1) || (from[2] > 1 && strides[2] == 1);
  if (!innermost) return std::nullopt;
  const auto joined = JoinedChannelsLast(from, to, tensor.desc.get_data_type());
  if (!joined) return std::nullopt;
  return Tensor{builder.Reordered(tensor, *joined).buffer,
                ChannelsLastDesc(to, tensor.desc.get_data_type())};
}

void BuildView(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const Dims& to = builder.Shape(node.outputs[0]);
  const Tensor tensor = builder.Of(node.inputs[0]);
  // Also dimensions in another order can often be split and joined where they lie.
  if (IsStrided(tensor.desc)) {
    const Desc view = tensor.desc.reshape(to, /*allow_empty=*/true);
    if (view.get(/*allow_empty=*/true) != nullptr) {
      return builder.Define(unit.result, {tensor.buffer, view});
    }
    if (const auto moved = ViewChannelsLast(builder, tensor, to)) {
      return builder.Define(unit.result, *moved);
    }
  }
  builder.Define(unit.result, builder.Viewed(node.inputs[0], to));
}

// -- Identity, Dropout ---------------------------------------------------------------------------

void BuildSame(Builder& builder, const Unit& unit) {
  builder.Define(unit.result, builder.Of(builder.Input(unit, 0)));
}
DNNL_OPERATOR(Identity, .since = 1, .until = 25, .check = CheckType, .infer = InferSame,
              .build = BuildSame, .is_movement = true);

Refusal CheckDropout(const OpView& view) {
  if (view.HasOutput(1)) return "the mask is used";
  if (view.HasInput(2)) {
    if (!view.IsConstant(2) || *static_cast<const bool*>(view.constants[view.node.inputs[2]])) {
      return "it may be training";
    }
  }
  return CheckType(view);
}
DNNL_OPERATOR(Dropout, .since = 7, .until = 22, .check = CheckDropout, .infer = InferSame,
              .build = BuildSame, .is_movement = true);

// -- Reshape, Flatten, Squeeze, Unsqueeze --------------------------------------------------------

Refusal CheckReshape(const OpView& view) {
  const auto shape = view.HasInput(1) ? view.Integers(1) : std::nullopt;
  if (!shape) return "the shape is not constant";
  if (shape->empty() || shape->size() > 6) return "the result's rank is 0 or over 6";
  if (std::count(shape->begin(), shape->end(), -1) > 1 ||
      std::any_of(shape->begin(), shape->end(), [](int64_t dim) { return dim < -1; })) {
    return "the shape is negative";
  }
  return CheckType(view);
}

void InferReshape(const OpView& view, Shapes& shapes) {
  const Dims& from = shapes[view.node.inputs[0]];
  Dims to = *view.Integers(1);
  const bool allow_zero = view.node.Int("allowzero", 0) != 0;
  int64_t* open = nullptr;
  for (size_t i = 0; i < to.size(); ++i) {
    if (to[i] == 0 && !allow_zero) {
      if (i >= from.size()) throw Failure(ORT_INVALID_ARGUMENT, "a copied dimension is missing");
      to[i] = from[i];
    }
    if (to[i] == -1) open = &to[i];
  }
  const int64_t count = ElementCount(from);
  if (open != nullptr) {
    *open = 1;
    const int64_t known = ElementCount(to);
    if (known > 0) *open = count / known;
  }
  if (ElementCount(to) != count) {
    throw Failure(ORT_INVALID_ARGUMENT, Text(from) + " cannot become " + Text(to));
  }
  shapes[view.node.outputs[0]] = std::move(to);
}
DNNL_OPERATOR(Reshape, .since = 5, .until = 25, .check = CheckReshape, .infer = InferReshape,
              .build = BuildView, .is_movement = true, .is_reshape = true);

void InferFlatten(const OpView& view, Shapes& shapes) {
  const Dims& from = shapes[view.node.inputs[0]];
  const auto rank = static_cast<int64_t>(from.size());
  int64_t axis = view.node.Int("axis", 1);
  if (axis != rank) axis = PositiveAxis(axis, rank);
  const auto middle = from.begin() + axis;
  shapes[view.node.outputs[0]] = {
      std::accumulate(from.begin(), middle, int64_t{1}, std::multiplies<>()),
      std::accumulate(middle, from.end(), int64_t{1}, std::multiplies<>())};
}
DNNL_OPERATOR(Flatten, .since = 1, .until = 25, .check = CheckType, .infer = InferFlatten,
              .build = BuildView, .is_movement = true, .is_reshape = true);

// Axes: an attribute before version 13, then an input.
std::optional<Dims> Axes(const OpView& view) {
  if (view.node.since_version < 13) return view.node.Ints("axes");
  if (!view.HasInput(1)) return Dims();
  return view.Integers(1);
}

Refusal CheckAxes(const OpView& view) {
  if (!Axes(view)) return "the axes are not constant";
  return CheckType(view);
}

Refusal CheckSqueeze(const OpView& view) {
  if (Refusal refusal = CheckAxes(view); !refusal.empty()) return refusal;
  // The result's rank must be known and not 0.
  const size_t gone = Axes(view)->size();
  if (gone == 0) return "the axes are not given";
  if (static_cast<int>(gone) >= view.Rank(0)) return "the result is a scalar";
  return "";
}

void InferSqueeze(const OpView& view, Shapes& shapes) {
  const Dims& from = shapes[view.node.inputs[0]];
  std::vector<bool> gone(from.size());
  const Dims axes = Axes(view).value();
  for (int64_t axis : axes) {
    const int64_t place = PositiveAxis(axis, static_cast<int64_t>(from.size()));
    if (from[place] != 1) throw Failure(ORT_INVALID_ARGUMENT, "only dimensions of 1 are squeezed");
    gone[place] = true;
  }
  Dims to;
  for (size_t i = 0; i < from.size(); ++i) {
    if (!gone[i]) to.push_back(from[i]);
  }
  shapes[view.node.outputs[0]] = std::move(to);
}
DNNL_OPERATOR(Squeeze, .since = 1, .until = 25, .check = CheckSqueeze, .infer = InferSqueeze,
              .build = BuildView, .is_movement = true, .is_reshape = true);

Refusal CheckUnsqueeze(const OpView& view) {
  if (Refusal refusal = CheckAxes(view); !refusal.empty()) return refusal;
  if (view.Rank(0) + static_cast<int>(Axes(view)->size()) > 6) return "the result's rank is over 6";
  return "";
}

void InferUnsqueeze(const OpView& view, Shapes& shapes) {
  const Dims& from = shapes[view.node.inputs[0]];
  const Dims axes = Axes(view).value();
  const auto rank = static_cast<int64_t>(from.size() + axes.size());
  std::vector<bool> is_new(rank);
  for (int64_t axis : axes) is_new[PositiveAxis(axis, rank)] = true;
  if (std::count(is_new.begin(), is_new.end(), true) != static_cast<int64_t>(axes.size())) {
    throw Failure(ORT_INVALID_ARGUMENT, "an axis is named twice");
  }
  Dims to;
  auto next = from.begin();
  for (int64_t i = 0; i < rank; ++i) to.push_back(is_new[i] ? 1 : *next++);
  shapes[view.node.outputs[0]] = std::move(to);
}
DNNL_OPERATOR(Unsqueeze, .since = 1, .until = 25, .check = CheckUnsqueeze, .infer = InferUnsqueeze,
              .build = BuildView, .is_movement = true, .is_reshape = true);

// -- Transpose -----------------------------------------------------------------------------------

Dims Permutation(const Node& node, size_t rank) {
  Dims order(rank);
  std::iota(order.rbegin(), order.rend(), int64_t{0});
  order = node.Ints("perm", order);
  Dims sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted.size() != rank || sorted[i] != static_cast<int64_t>(i)) {
      throw Failure(ORT_INVALID_ARGUMENT, "perm is not a permutation");
    }
  }
  return order;
}

void InferTranspose(const OpView& view, Shapes& shapes) {
  const Dims& from = shapes[view.node.inputs[0]];
  Dims to;
  for (int64_t axis : Permutation(view.node, from.size())) to.push_back(from[axis]);
  shapes[view.node.outputs[0]] = std::move(to);
}

void BuildTranspose(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  Tensor tensor = builder.Of(node.inputs[0]);
  if (!IsStrided(tensor.desc)) tensor = builder.Plain(node.inputs[0]);
  const Dims order = Permutation(node, builder.Shape(node.inputs[0]).size());
  // oneDNN asks where each dimension goes, ONNX says where each comes from.
  std::vector<int> places(order.size());
  for (size_t i = 0; i < order.size(); ++i) places[order[i]] = static_cast<int>(i);
  builder.Define(unit.result, {tensor.buffer, tensor.desc.permute_axes(places)});
}
DNNL_OPERATOR(Transpose, .since = 1, .until = 25, .check = CheckType, .infer = InferTranspose,
              .build = BuildTranspose, .is_movement = true);

}  // namespace
}  // namespace backplane::dnnl_ep
