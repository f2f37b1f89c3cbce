#include "layout/twins.h"

#include <algorithm>
#include <cstring>

namespace backplane::layout {
namespace {

// The order that does `first` and then `second`.
std::vector<int64_t> Compose(const std::vector<int64_t>& first,
                             const std::vector<int64_t>& second) {
  std::vector<int64_t> result(second.size());
  for (size_t i = 0; i < second.size(); ++i) result[i] = first[static_cast<size_t>(second[i])];
  return result;
}

bool IsIdentity(const std::vector<int64_t>& order) {
  return std::is_sorted(order.begin(), order.end());
}

// The shape a Reshape needs to move axes that are not longer than one around; nullopt if elements
// would move, or if more than one dimension is unknown.
std::optional<std::vector<int64_t>> ReshapeInstead(const ValueInfo& value,
                                                   const std::vector<int64_t>& order) {
  const auto& shape = value.type.tensor.shape;
  if (!shape.has_value() || shape->size() != order.size()) return std::nullopt;
  std::vector<int64_t> target;
  int64_t last = -1;
  for (const int64_t axis : order) {
    const Dim& dim = (*shape)[static_cast<size_t>(axis)];
    target.push_back(dim.known() ? dim.value : -1);
    if (dim.known() && dim.value == 1) continue;
    if (axis < last) return std::nullopt;
    last = axis;
  }
  const bool zero = std::find(target.begin(), target.end(), 0) != target.end();
  if (zero || std::count(target.begin(), target.end(), -1) > 1) return std::nullopt;
  return target;
}

}  // namespace

std::vector<int64_t> TwinOrder(size_t rank, size_t spatial) {
  std::vector<int64_t> order = {0};
  for (size_t i = rank - spatial; i < rank; ++i) order.push_back(static_cast<int64_t>(i));
  for (size_t i = 1; i < rank - spatial; ++i) order.push_back(static_cast<int64_t>(i));
  return order;
}

std::vector<int64_t> Inverse(const std::vector<int64_t>& order) {
  std::vector<int64_t> inverse(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    inverse[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return inverse;
}

int64_t TwinAxis(int64_t axis, size_t rank, size_t spatial) {
  const auto r = static_cast<int64_t>(rank);
  const auto s = static_cast<int64_t>(spatial);
  if (axis < 0) axis += r;
  if (axis < 0 || axis >= r) return -1;
  if (axis == 0) return 0;
  return axis >= r - s ? axis - (r - s) + 1 : axis + s;
}

Tensor Permuted(const Tensor& tensor, const std::vector<int64_t>& order) {
  const Shape& shape = tensor.shape();
  const size_t rank = order.size();
  std::vector<int64_t> strides(rank, 1);
  for (size_t i = rank; i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  Shape result_shape;
  std::vector<int64_t> steps(rank);
  for (size_t i = 0; i < rank; ++i) {
    result_shape.PushBack(shape[static_cast<size_t>(order[i])]);
    steps[i] = strides[static_cast<size_t>(order[i])];
  }
  Tensor result = Tensor::Allocate(tensor.dtype(), result_shape);
  const size_t bytes = BitsOf(tensor.dtype()) / 8;
  const auto* in = static_cast<const std::byte*>(tensor.raw());
  auto* out = static_cast<std::byte*>(result.raw());
  std::vector<int64_t> index(rank, 0);
  int64_t offset = 0;
  for (int64_t n = result.ElementCount(); n > 0; --n) {
    std::memcpy(out, in + static_cast<size_t>(offset) * bytes, bytes);
    out += bytes;
    for (size_t i = rank; i-- > 0;) {
      offset += steps[i];
      if (++index[i] < result_shape[i]) break;
      offset -= steps[i] * result_shape[i];
      index[i] = 0;
    }
  }
  return result;
}

TypeInfo PermutedType(const TypeInfo& type, const std::vector<int64_t>& order) {
  TypeInfo result = type;
  if (!type.tensor.shape.has_value() || type.tensor.shape->size() != order.size()) return result;
  for (size_t i = 0; i < order.size(); ++i) {
    (*result.tensor.shape)[i] = (*type.tensor.shape)[static_cast<size_t>(order[i])];
  }
  return result;
}

ValueInfo* Twins::Ints(const std::vector<int64_t>& values) {
  return edit_.Constant("layout", Tensor::Of<int64_t>(values));
}

Node* Twins::InsertTranspose(ValueInfo* value, const std::vector<int64_t>& order, TypeInfo type,
                             Node* anchor, bool after) {
  const auto insert = [&](const char* op, int since, std::vector<ValueInfo*> inputs,
                          std::vector<Attribute> attributes) {
    return after ? edit_.InsertAfter(anchor, op, "", since, std::move(inputs), std::move(type),
                                     std::move(attributes))
                 : edit_.InsertBefore(anchor, op, "", since, std::move(inputs), std::move(type),
                                      std::move(attributes));
  };
  Node* node;
  if (const auto target = ReshapeInstead(*value, order)) {
    node = insert("Reshape", 14, {value, Ints(*target)}, {});
  } else {
    node = insert("Transpose", 13, {value}, {{"perm", order, {}}});
  }
  node->ep = ep_;
  return node;
}

const Twin* Twins::Find(const ValueInfo* value) const {
  const auto it = twins_.find(value);
  return it == twins_.end() ? nullptr : &it->second;
}

ValueInfo* Twins::Get(ValueInfo* value, size_t spatial, Node* user) {
  ValueInfo* source = value;
  const auto rank = RankOf(value);
  const size_t axes = rank.value_or(spatial + 2);
  std::vector<int64_t> order = TwinOrder(axes, spatial);
  if (const Twin* twin = Find(value)) {
    if (twin->spatial == spatial) return twin->value;
    source = twin->value;
    order = Compose(Inverse(TwinOrder(axes, twin->spatial)), order);
  } else if (const Node* producer = value->producer; producer != nullptr &&
                                                     producer->Is("Transpose") &&
                                                     producer->Ints("perm").size() == axes) {
    // Through a transpose that the model has itself, often away.
    const std::vector<int64_t> composed = Compose(producer->Ints("perm"), order);
    ValueInfo* before = producer->inputs[0];
    if (before->graph == value->graph &&
        (before->producer != nullptr || before->is_graph_input || before->IsInitializer())) {
      source = before;
      order = composed;
    }
  }
  if (IsIdentity(order)) {
    twins_.emplace(value, Twin{source, spatial});
    return source;
  }
  Node* node = InsertTranspose(source, order, PermutedType(source->type, order), user, false);
  twins_.emplace(value, Twin{node->outputs[0], spatial});
  return node->outputs[0];
}

void Twins::MoveOutput(Node* node, size_t i, size_t spatial) {
  ValueInfo* original = node->outputs[i];
  const auto rank = RankOf(original);
  const size_t axes = rank.value_or(spatial + 2);
  Graph& graph = edit_.graph();
  ValueInfo* twin = graph.AddValue(graph.FreshName(original->name),
                                   PermutedType(original->type, TwinOrder(axes, spatial)));
  graph.SetOutput(node, i, twin);
  edit_.Touch();
  twins_[original] = {twin, spatial};
  moved_.push_back(original);
}

void Twins::Materialize() {
  for (ValueInfo* value : moved_) {
    if (!value->HasUses() || value->producer != nullptr) continue;
    const Twin& twin = twins_.at(value);
    const size_t axes = RankOf(value).value_or(twin.spatial + 2);
    const std::vector<int64_t> order = Inverse(TwinOrder(axes, twin.spatial));
    Node* node = InsertTranspose(twin.value, order, value->type, twin.value->producer, true);
    Graph& graph = edit_.graph();
    graph.SetOutput(node, 0, value);
  }
}

}  // namespace backplane::layout
