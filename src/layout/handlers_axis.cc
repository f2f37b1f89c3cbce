// Operators along axes: the axis becomes the twin's.
#include <algorithm>
#include <numeric>

#include "layout/handlers.h"

namespace backplane::layout {
namespace {

struct Source {
  Twin twin;
  size_t rank;
};

// The twin of input 0 and the rank, if both are known.
std::optional<Source> SourceOf(const Node* node, const Twins& twins) {
  const Twin* twin = node->Input(0) == nullptr ? nullptr : twins.Find(node->inputs[0]);
  const auto rank = RankOf(node->Input(0));
  if (twin == nullptr || !rank) return std::nullopt;
  return Source{*twin, *rank};
}

int64_t MovedAxis(int64_t axis, const Source& source) {
  return TwinAxis(axis, source.rank, source.twin.spatial);
}

// A list with one entry for each axis in its new order.
std::vector<int64_t> Reordered(const std::vector<int64_t>& list, const Source& source) {
  std::vector<int64_t> result;
  for (const int64_t axis : TwinOrder(source.rank, source.twin.spatial))
    result.push_back(list[static_cast<size_t>(axis)]);
  return result;
}

// The axes as the twin has them; nullopt if one is out of range.
std::optional<std::vector<int64_t>> MovedAxes(const std::vector<int64_t>& axes,
                                              const Source& source) {
  std::vector<int64_t> moved;
  for (const int64_t axis : axes) {
    moved.push_back(MovedAxis(axis, source));
    if (moved.back() < 0) return std::nullopt;
  }
  return moved;
}

void MoveOutputs(Node* node, const Source& source, Twins& twins) {
  for (size_t i = 0; i < node->outputs.size(); ++i) {
    if (node->outputs[i] != nullptr) twins.MoveOutput(node, i, source.twin.spatial);
  }
}

// Where an axis list is given: attribute `axes` or constant input `index`. Missing: all axes, and
// `given` is false.
struct AxisList {
  std::vector<int64_t> axes;
  bool given = false;
};

std::optional<AxisList> AxesOf(const Node* node, size_t index, size_t rank) {
  if (!node->Has("axes") && node->Input(index) == nullptr) {
    AxisList all{std::vector<int64_t>(rank), false};
    std::iota(all.axes.begin(), all.axes.end(), 0);
    return all;
  }
  auto axes = ConstantInts(node, index, "axes");
  if (!axes) return std::nullopt;
  return AxisList{std::move(*axes), true};
}

}  // namespace

bool ConvertAxis(Node* node, Twins& twins) {
  const auto source = SourceOf(node, twins);
  if (!source) return false;
  const std::string& type = node->op_type;
  const bool quantize = type == "QuantizeLinear" || type == "DequantizeLinear";
  if (quantize && node->Int("block_size", 0) != 0) return false;
  if (type == "Gather" && RankOf(node->Input(1)) != 1u) return false;
  if (type.starts_with("Arg") && node->Int("keepdims", 1) == 0) return false;
  if (type == "Split" && node->since_version == 1)
    return false;  // may take its sizes from an input
  for (size_t i = 1; i < node->inputs.size(); ++i) {
    if (node->inputs[i] != nullptr && twins.Find(node->inputs[i]) != nullptr) return false;
  }
  const int64_t axis = MovedAxis(node->Int("axis", quantize ? 1 : 0), *source);
  if (axis < 0) return false;
  node->SetAttribute("axis", axis);
  twins.edit().SetInput(node, 0, source->twin.value);
  MoveOutputs(node, *source, twins);
  return true;
}

bool ConvertConcat(Node* node, Twins& twins) {
  const Twin* reference = nullptr;
  size_t count = 0;
  const auto rank = RankOf(node->Input(0));
  for (const ValueInfo* input : node->inputs) {
    if (input == nullptr || !rank || RankOf(input) != rank) return false;
    const Twin* twin = twins.Find(input);
    if (twin == nullptr) continue;
    if (reference != nullptr && twin->spatial != reference->spatial) return false;
    reference = twin;
    ++count;
  }
  if (reference == nullptr || 2 * count < node->inputs.size()) return false;
  const Source source{*reference, *rank};
  const int64_t axis = MovedAxis(node->Int("axis", 1), source);
  if (axis < 0) return false;
  std::vector<ValueInfo*> inputs;
  for (ValueInfo* input : node->inputs)
    inputs.push_back(twins.Get(input, source.twin.spatial, node));
  node->SetAttribute("axis", axis);
  twins.edit().SetInputs(node, std::move(inputs));
  MoveOutputs(node, source, twins);
  return true;
}

bool ConvertSoftmax(Node* node, Twins& twins) {
  const auto source = SourceOf(node, twins);
  if (!source) return false;
  const bool by_axis = node->since_version >= 13;
  // Before operator set 13 everything from `axis` on is one long row: for axis 1 in any order of
  // the other axes.
  if (!by_axis && node->Int("axis", 1) != 1) return false;
  if (!by_axis && node->op_type == "Hardmax")
    return false;  // the first of equals depends on the order
  const int64_t axis = by_axis ? MovedAxis(node->Int("axis", -1), *source) : 1;
  if (axis < 0) return false;
  node->SetAttribute("axis", axis);
  twins.edit().SetInput(node, 0, source->twin.value);
  MoveOutputs(node, *source, twins);
  return true;
}

bool ConvertReduce(Node* node, Twins& twins) {
  const auto source = SourceOf(node, twins);
  if (!source || node->Int("noop_with_empty_axes", 0) != 0) return false;
  const auto list = AxesOf(node, 1, source->rank);
  const auto moved = list ? MovedAxes(list->axes, *source) : std::nullopt;
  if (!moved || moved->empty()) return false;
  size_t spatial = source->twin.spatial;
  bool plain = false;  // the output's axes lie in the same order in both layouts
  if (node->Int("keepdims", 1) == 0) {
    size_t channels = source->rank - 1 - spatial;
    for (const int64_t axis : *moved) {
      if (axis == 0 && list->given) return false;
      if (axis > 0 && axis <= static_cast<int64_t>(source->twin.spatial)) --spatial;
      if (axis > static_cast<int64_t>(source->twin.spatial)) --channels;
    }
    plain = spatial == 0 || channels == 0;
  }
  std::vector<ValueInfo*> inputs = {source->twin.value};
  if (node->Has("axes")) {
    node->SetAttribute("axes", *moved);
  } else if (list->given) {
    inputs.push_back(twins.Ints(*moved));
  }
  twins.edit().SetInputs(node, std::move(inputs));
  if (!plain) twins.MoveOutput(node, 0, spatial);
  return true;
}

bool ConvertPad(Node* node, Twins& twins) {
  const auto source = SourceOf(node, twins);
  if (!source || node->Input(3) != nullptr) return false;
  const auto pads = ConstantInts(node, 1, node->Has("paddings") ? "paddings" : "pads");
  if (!pads || pads->size() != 2 * source->rank) return false;
  const auto half = pads->begin() + static_cast<int64_t>(source->rank);
  std::vector<int64_t> moved = Reordered({pads->begin(), half}, *source);
  const std::vector<int64_t> ends = Reordered({half, pads->end()}, *source);
  moved.insert(moved.end(), ends.begin(), ends.end());
  std::vector<ValueInfo*> inputs = node->inputs;
  inputs[0] = source->twin.value;
  if (inputs.size() > 1) {
    inputs[1] = twins.Ints(moved);
  } else {
    node->SetAttribute(node->Has("paddings") ? "paddings" : "pads", moved);
  }
  twins.edit().SetInputs(node, std::move(inputs));
  MoveOutputs(node, *source, twins);
  return true;
}

bool ConvertSlice(Node* node, Twins& twins) {
  const auto source = SourceOf(node, twins);
  if (!source) return false;
  const auto list = AxesOf(node, 3, source->rank);
  const bool attributes = node->inputs.size() == 1;
  size_t count = 0;
  if (attributes) {
    count = node->Ints("starts").size();
  } else {
    const auto starts = StaticShape(node->Input(1));
    if (!starts || starts->rank() != 1) return false;
    count = static_cast<size_t>((*starts)[0]);
  }
  if (!list || (list->given ? list->axes.size() != count : count > source->rank)) return false;
  std::vector<int64_t> axes = list->axes;
  axes.resize(count);
  const auto moved = MovedAxes(axes, *source);
  if (!moved) return false;
  std::vector<ValueInfo*> inputs = node->inputs;
  inputs[0] = source->twin.value;
  if (attributes) {
    node->SetAttribute("axes", *moved);
  } else {
    inputs.resize(std::max<size_t>(inputs.size(), 4), nullptr);
    inputs[3] = twins.Ints(*moved);
  }
  twins.edit().SetInputs(node, std::move(inputs));
  MoveOutputs(node, *source, twins);
  return true;
}

bool ConvertResize(Node* node, Twins& twins) {
  const auto source = SourceOf(node, twins);
  if (!source || node->Text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize")
    return false;
  const bool by_attribute = node->inputs.size() == 1;  // Upsample of operator set 7
  const bool old = node->op_type == "Upsample" || node->since_version == 10;
  const size_t scales_at = old ? 1 : 2;
  std::vector<ValueInfo*> inputs = node->inputs;
  inputs[0] = source->twin.value;
  bool any = false;
  if (node->Has("axes")) {
    const auto moved = MovedAxes(node->Ints("axes"), *source);
    if (!moved) return false;
    node->SetAttribute("axes", *moved);
    any = true;
  } else if (by_attribute) {
    std::vector<float> scales = node->Floats("scales");
    if (scales.size() != source->rank) return false;
    std::vector<float> moved;
    for (const int64_t axis : TwinOrder(source->rank, source->twin.spatial))
      moved.push_back(scales[static_cast<size_t>(axis)]);
    node->SetAttribute("scales", std::move(moved));
    any = true;
  } else {
    const Shape per_axis{static_cast<int64_t>(source->rank)};
    for (size_t i = scales_at; i < inputs.size(); ++i) {
      if (inputs[i] == nullptr || StaticShape(inputs[i]) == Shape{0}) continue;
      if (!inputs[i]->IsConstant() || StaticShape(inputs[i]) != per_axis) return false;
      Tensor moved = Tensor::Allocate(inputs[i]->initializer->dtype(), per_axis);
      const size_t bytes = moved.Bytes() / source->rank;
      const auto* from = static_cast<const char*>(inputs[i]->initializer->raw());
      auto* to = static_cast<char*>(moved.raw());
      for (const int64_t axis : TwinOrder(source->rank, source->twin.spatial)) {
        std::copy_n(from + static_cast<size_t>(axis) * bytes, bytes, to);
        to += bytes;
      }
      inputs[i] = twins.edit().Constant(inputs[i]->name, std::move(moved));
      any = true;
    }
  }
  if (!any) return false;
  twins.edit().SetInputs(node, std::move(inputs));
  MoveOutputs(node, *source, twins);
  return true;
}

}  // namespace backplane::layout
