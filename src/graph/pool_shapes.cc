#include "graph/pool_shapes.h"

#include <algorithm>

namespace backplane {
namespace {

constexpr int kCorrectSince = 22;

bool IsPooling(const Node& node) {
  return node.Is("MaxPool") || node.Is("AveragePool") || node.Is("LpPool");
}

// Of a list attribute with an entry for each axis, or more.
int64_t EntryOr(const Node& node, const char* name, size_t i, int64_t fallback) {
  const std::vector<int64_t> list = node.Ints(name);
  return i < list.size() ? list[i] : fallback;
}

}  // namespace

void DropEmptyWindows(const Node& node, TypeInfo& output) {
  if (!IsPooling(node) || node.since_version >= kCorrectSince || node.Int("ceil_mode", 0) == 0 ||
      node.Input(0) == nullptr || !output.IsTensor() || !output.tensor.shape)
    return;
  const std::string padding = node.Text("auto_pad", "NOTSET");
  const auto& in = node.Input(0)->type.tensor.shape;
  std::vector<Dim>& out = *output.tensor.shape;
  if (!in || in->size() != out.size() || (padding != "NOTSET" && padding != "VALID")) return;
  for (size_t axis = 2; axis < out.size(); ++axis) {
    if (!(*in)[axis].known() || !out[axis].known() || out[axis].value <= 1) continue;
    const int64_t stride = std::max<int64_t>(EntryOr(node, "strides", axis - 2, 1), 1);
    const int64_t pad = padding == "VALID" ? 0 : EntryOr(node, "pads", axis - 2, 0);
    constexpr int64_t kMost = int64_t{1} << 40;
    if (pad < 0 || pad > kMost || (*in)[axis].value > kMost) continue;
    const int64_t end = (*in)[axis].value + pad;
    if ((out[axis].value - 1) > (end - 1) / stride) --out[axis].value;
  }
}

}  // namespace backplane
