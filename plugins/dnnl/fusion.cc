// See fusion.h.
#include "dnnl/fusion.h"

#include <algorithm>
#include <cmath>

namespace backplane::dnnl_ep {
namespace {

constexpr size_t kMostPostOps = 30;  // oneDNN takes 32

class Fuser {
 public:
  Fuser(const Group& group, const Shapes& shapes, bool enabled)
      : group_(group), shapes_(shapes), enabled_(enabled), taken_(group.graph.nodes.size()) {
    for (int i = 0; i < static_cast<int>(group.graph.nodes.size()); ++i) {
      for (int value : group.graph.nodes[i].inputs) {
        if (value >= 0) consumers_.resize(std::max<size_t>(consumers_.size(), value + 1));
        if (value >= 0) consumers_[value].push_back(i);
      }
    }
    consumers_.resize(group.graph.values.size());
  }

  std::vector<Unit> Fuse() {
    const int count = static_cast<int>(taken_.size());
    std::vector<Unit> units;
    std::vector<std::pair<int, Unit>> placed;  // by the node whose place it takes
    for (int i = 0; i < count; ++i) {
      if (taken_[i]) continue;
      Unit unit = Grow(i);
      const int place = unit.swallowed.empty() ? i : unit.swallowed.back();
      placed.emplace_back(place, std::move(unit));
    }
    std::sort(placed.begin(), placed.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [place, unit] : placed) units.push_back(std::move(unit));
    return units;
  }

 private:
  Unit Grow(int node) {
    Unit unit;
    unit.node = node;
    unit.result = group_.graph.nodes[node].outputs[0];
    taken_[node] = true;
    const Operator& op = *group_.operators[node];
    if (!enabled_ || !(op.takes_eltwise || op.takes_binary)) return unit;
    if (op.carries != nullptr && !op.carries(group_.View(node))) return unit;
    while (unit.posts.size() < kMostPostOps) {
      const Value& value = group_.graph.values[unit.result];
      if (value.is_graph_output || consumers_[unit.result].size() != 1) break;
      const int next = consumers_[unit.result][0];
      if (taken_[next] || !Append(op, next, unit)) break;
      taken_[next] = true;
      unit.swallowed.push_back(next);
      unit.result = group_.graph.nodes[next].outputs[0];
    }
    return unit;
  }

  bool Append(const Operator& op, int next, Unit& unit) const {
    const OpView view = group_.View(next);
    const Operator& post = *group_.operators[next];
    const Dims& dims = shapes_[unit.result];
    const Dims& next_dims = shapes_[view.node.outputs[0]];
    if (post.is_reshape && op.is_row_major) {
      // The channels must stay what they are: the last dimension.
      return view.node.inputs[0] == unit.result && !dims.empty() && !next_dims.empty() &&
             dims.back() == next_dims.back();
    }
    if (next_dims != dims) return false;
    if (post.eltwise != nullptr && op.takes_eltwise && view.node.inputs[0] == unit.result) {
      if (const auto eltwise = post.eltwise(view)) {
        unit.posts.push_back({.kind = PostOp::Kind::kEltwise, .eltwise = *eltwise});
        return true;
      }
    }
    if (post.binary != Algorithm::undef && view.node.inputs.size() == 2) {
      return AppendBinary(op, post.binary, view, unit);
    }
    if (view.node.op_type == "BatchNormalization") return AppendNormalization(op, view, unit);
    return false;
  }

  bool AppendBinary(const Operator& op, Algorithm algorithm, const OpView& view, Unit& unit) const {
    const bool is_left = view.node.inputs[0] == unit.result;
    const size_t other = is_left ? 1 : 0;
    const bool commutes = algorithm != Algorithm::binary_sub && algorithm != Algorithm::binary_div;
    if (const auto scalar = view.Scalar(other); scalar && op.takes_eltwise) {
      if (const auto linear = Linear(algorithm, is_left, *scalar)) {
        unit.posts.push_back({.kind = PostOp::Kind::kEltwise, .eltwise = *linear});
        return true;
      }
    }
    if (!op.takes_binary || !(is_left || commutes)) return false;
    const auto kind = OperandKind(op, shapes_[unit.result], shapes_[view.node.inputs[other]]);
    if (!kind) return false;
    unit.posts.push_back(
        {.kind = *kind, .algorithm = algorithm, .operand = view.node.inputs[other]});
    return true;
  }

  // An operation with a constant as alpha * x + beta.
  static std::optional<Eltwise> Linear(Algorithm algorithm, bool is_left, float c) {
    if (!std::isfinite(c)) return std::nullopt;
    switch (algorithm) {
      case Algorithm::binary_add:
        return Eltwise{Algorithm::eltwise_linear, 1, c};
      case Algorithm::binary_mul:
        return Eltwise{Algorithm::eltwise_linear, c, 0};
      case Algorithm::binary_sub:
        return is_left ? Eltwise{Algorithm::eltwise_linear, 1, -c}
                       : Eltwise{Algorithm::eltwise_linear, -1, c};
      case Algorithm::binary_div: {
        // Only where the reciprocal is exact.
        int exponent = 0;
        if (!is_left || std::abs(std::frexp(c, &exponent)) != 0.5F) return std::nullopt;
        return Eltwise{Algorithm::eltwise_linear, 1 / c, 0};
      }
      default:
        return std::nullopt;
    }
  }

  static std::optional<PostOp::Kind> OperandKind(const Operator& op, const Dims& result,
                                                 const Dims& operand) {
    if (ElementCount(operand) == 1) return PostOp::Kind::kScalar;
    if (operand == result) return PostOp::Kind::kTensor;
    if (operand.size() > result.size()) return std::nullopt;
    const auto rank = static_cast<int>(result.size());
    const int axis = op.channel_axis < 0 ? rank + op.channel_axis : op.channel_axis;
    for (int i = 0; i < static_cast<int>(operand.size()); ++i) {
      const int place = rank - static_cast<int>(operand.size()) + i;
      if (operand[i] != (place == axis ? result[axis] : 1)) return std::nullopt;
    }
    return PostOp::Kind::kVector;
  }

  // Inference of batch normalisation: a factor and a summand for each channel.
  bool AppendNormalization(const Operator& op, const OpView& view, Unit& unit) const {
    if (!op.takes_binary || op.channel_axis != 1 || unit.posts.size() + 2 > kMostPostOps) {
      return false;
    }
    if (!HasConstantStatistics(view)) return false;
    ChannelAffine affine = AffineOf(view);
    unit.posts.push_back({.kind = PostOp::Kind::kVector,
                          .algorithm = Algorithm::binary_mul,
                          .data = std::move(affine.factor)});
    unit.posts.push_back({.kind = PostOp::Kind::kVector,
                          .algorithm = Algorithm::binary_add,
                          .data = std::move(affine.summand)});
    return true;
  }

  const Group& group_;
  const Shapes& shapes_;
  const bool enabled_;
  std::vector<bool> taken_;
  std::vector<std::vector<int>> consumers_;
};

}  // namespace

std::vector<Unit> Fuse(const Group& group, const Shapes& shapes, bool enabled) {
  return Fuser(group, shapes, enabled).Fuse();
}

}  // namespace backplane::dnnl_ep
