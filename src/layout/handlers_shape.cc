// Transpose, Reshape and their relatives, and Shape: what they do to the original, said of the
// twin. A channel shuffle (Reshape, Transpose, Reshape) stays channels-last, and so does what only
// flattens the spatial axes.
#include <algorithm>

#include "layout/handlers.h"

namespace backplane::layout {
namespace {

std::vector<int64_t> PermOf(const Node* node, size_t rank) {
  std::vector<int64_t> perm = node->Ints("perm");
  if (perm.empty()) {
    for (size_t i = rank; i-- > 0;) perm.push_back(static_cast<int64_t>(i));
  }
  return perm;
}

bool IsPermutation(std::vector<int64_t> perm, size_t rank) {
  std::sort(perm.begin(), perm.end());
  for (size_t i = 0; i < perm.size(); ++i) {
    if (perm[i] != static_cast<int64_t>(i)) return false;
  }
  return perm.size() == rank;
}

// Replaces `node` by nothing: its output has the elements and the shape of `value`.
void Bypass(Node* node, ValueInfo* value, Twins& twins) {
  if (node->outputs[0]->is_graph_output) {
    twins.edit().Morph(node, "Identity", "", 16, {value}, {});
    return;
  }
  if (!twins.edit().Replace(node->outputs[0], value))
    twins.edit().Morph(node, "Identity", "", 16, {value}, {});
}

// Product of the dimensions [begin, end), if known.
std::optional<int64_t> Known(const std::vector<Dim>& dims, size_t begin, size_t end) {
  int64_t product = 1;
  for (size_t i = begin; i < end; ++i) {
    if (!dims[i].known() || __builtin_mul_overflow(product, dims[i].value, &product))
      return std::nullopt;
  }
  return product;
}

// How many trailing axes of `out` hold exactly the elements that the `spatial` trailing axes of
// `in` hold, the batch axis being the same and the rest the channels; nullopt if a reshape from
// `in` to `out` mixes them.
std::optional<size_t> SpatialAxesAfter(const std::vector<Dim>& in, size_t spatial,
                                       const std::vector<Dim>& out) {
  if (out.size() < 2 || in.size() < 2) return std::nullopt;
  const auto elements = Known(in, in.size() - spatial, in.size());
  const auto channels = Known(in, 1, in.size() - spatial);
  if (!elements || !channels) return std::nullopt;
  const bool same_batch = in[0].known() ? in[0] == out[0] : !out[0].known();
  if (!same_batch) return std::nullopt;
  // As many spatial axes as before where there is a choice (axes of length 1).
  std::optional<size_t> found;
  for (size_t n = 0; n + 1 <= out.size() - 1 + (*channels == 1 ? 1 : 0); ++n) {
    if (Known(out, out.size() - n, out.size()) != elements ||
        Known(out, 1, out.size() - n) != channels)
      continue;
    if (!found || n <= spatial) found = n;
  }
  return found;
}

}  // namespace

bool ConvertTranspose(Node* node, Twins& twins) {
  const Twin* found = node->Input(0) == nullptr ? nullptr : twins.Find(node->inputs[0]);
  const auto rank = RankOf(node->Input(0));
  if (found == nullptr || !rank || !IsPermutation(PermOf(node, *rank), *rank)) return false;
  const Twin twin = *found;
  const std::vector<int64_t> perm = PermOf(node, *rank);
  // Only channels move: it stays a twin.
  bool channels_only = perm[0] == 0;
  for (size_t i = *rank - twin.spatial; i < *rank; ++i)
    channels_only &= perm[i] == static_cast<int64_t>(i);
  std::vector<int64_t> moved;
  if (channels_only) {
    for (const int64_t axis : TwinOrder(*rank, twin.spatial)) {
      moved.push_back(TwinAxis(perm[static_cast<size_t>(axis)], *rank, twin.spatial));
    }
  } else {
    for (const int64_t axis : perm) moved.push_back(TwinAxis(axis, *rank, twin.spatial));
    if (std::is_sorted(moved.begin(), moved.end())) return Bypass(node, twin.value, twins), true;
  }
  node->SetAttribute("perm", moved);
  twins.edit().SetInput(node, 0, twin.value);
  if (channels_only) twins.MoveOutput(node, 0, twin.spatial);
  return true;
}

bool ConvertReshape(Node* node, Twins& twins) {
  const Twin* found = node->Input(0) == nullptr ? nullptr : twins.Find(node->inputs[0]);
  if (found == nullptr || node->outputs.size() != 1) return false;
  const Twin twin = *found;
  const auto& in = node->inputs[0]->type.tensor.shape;
  const auto& out = node->outputs[0]->type.tensor.shape;
  if (!in || !out) return false;
  const auto spatial = SpatialAxesAfter(*in, twin.spatial, *out);
  if (!spatial) return false;
  const std::vector<int64_t> order = TwinOrder(out->size(), *spatial);
  std::vector<int64_t> target;
  for (const int64_t axis : order) {
    const Dim& dim = (*out)[static_cast<size_t>(axis)];
    target.push_back(dim.known() ? dim.value : -1);
  }
  if (std::count(target.begin(), target.end(), -1) > 1 ||
      std::count(target.begin(), target.end(), 0) > 0)
    return false;
  twins.edit().Morph(node, "Reshape", "", 14, {twin.value, twins.Ints(target)}, {});
  if (!std::is_sorted(order.begin(), order.end())) twins.MoveOutput(node, 0, *spatial);
  return true;
}

bool ConvertShape(Node* node, Twins& twins) {
  const Twin* found = node->Input(0) == nullptr ? nullptr : twins.Find(node->inputs[0]);
  const auto rank = RankOf(node->Input(0));
  if (found == nullptr || !rank) return false;
  const Twin twin = *found;
  const auto r = static_cast<int64_t>(*rank);
  const auto clamp = [r](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + r : i, 0, r); };
  std::vector<int64_t> picked;
  for (int64_t i = clamp(node->Int("start", 0)); i < clamp(node->Int("end", r)); ++i) {
    picked.push_back(TwinAxis(i, *rank, twin.spatial));
  }
  Node* shape = twins.edit().InsertBefore(node, "Shape", "", 1, {twin.value},
                                          TypeInfo::Tensor(DType::kInt64, Shape{r}));
  twins.edit().Morph(node, "Gather", "", 13, {shape->outputs[0], twins.Ints(picked)},
                     {{"axis", int64_t{0}, {}}});
  return true;
}

}  // namespace backplane::layout
