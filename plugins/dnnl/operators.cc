// See operators.h.
#include "dnnl/operators.h"

#include <algorithm>
#include <cmath>

namespace backplane::dnnl_ep {
namespace {

std::vector<Operator>& Table() {
  static std::vector<Operator> table;
  return table;
}

}  // namespace

OperatorRegistration::OperatorRegistration(const Operator& op) { Table().push_back(op); }

std::span<const Operator> Operators() { return Table(); }

const Operator* FindOperator(const Node& node) {
  for (const Operator& op : Table()) {
    if (op.name == node.op_type && op.domain == node.domain && op.since <= node.since_version &&
        node.since_version <= op.until) {
      return &op;
    }
  }
  return nullptr;
}

Refusal CheckNode(const OpView& view, const Operator** op) {
  const Node& node = view.node;
  const Operator* found = FindOperator(node);
  if (found == nullptr) {
    const auto entries = Operators();
    const bool known = std::any_of(entries.begin(), entries.end(), [&](const Operator& op) {
      return op.domain == node.domain && op.name == node.op_type;
    });
    return known ? node.op_type + " of version " + std::to_string(node.since_version) +
                       " is not among those it knows"
                 : node.op_type + " is not one of its operators";
  }
  if (!view.HasInput(0) || !view.HasOutput(0)) return "the first input or output is left out";
  Refusal refusal = found->check(view);
  if (refusal.empty()) *op = found;
  return refusal;
}

Refusal CheckShapes(const OpView& view, const Operator& op, Shapes& shapes) {
  for (int input : view.node.inputs) {
    if (input < 0) continue;
    const Value& value = view.graph.values[input];
    if (!value.HasStaticShape()) return "";
    const bool is_data = ToDataType(value.type) != DataType::undef;
    if (is_data && ElementCount(*value.dims) == 0) return "an input is empty";
  }
  try {
    op.infer(view, shapes);
    for (int output : view.node.outputs) {
      if (output < 0) continue;
      if (ElementCount(shapes[output]) == 0) return "the result is empty";
    }
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

std::optional<std::vector<int64_t>> OpView::Integers(size_t i) const {
  if (!IsConstant(i)) return std::nullopt;
  const void* data = constants[node.inputs[i]];
  const int64_t count = ElementCount(*Input(i).dims);
  switch (Input(i).type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64: {
      const auto* values = static_cast<const int64_t*>(data);
      return std::vector<int64_t>(values, values + count);
    }
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32: {
      const auto* values = static_cast<const int32_t*>(data);
      return std::vector<int64_t>(values, values + count);
    }
    default:
      return std::nullopt;
  }
}

std::span<const float> OpView::Floats(size_t i) const {
  return {static_cast<const float*>(constants[node.inputs[i]]),
          static_cast<size_t>(ElementCount(*Input(i).dims))};
}

std::optional<float> OpView::Scalar(size_t i) const {
  if (!IsConstant(i) || !IsType(i, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)) return std::nullopt;
  const std::span<const float> values = Floats(i);
  if (values.size() != 1) return std::nullopt;
  return values[0];
}

int64_t PositiveAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank) {
    throw Failure(ORT_INVALID_ARGUMENT, "axis " + std::to_string(axis) +
                                            " is out of range for rank " + std::to_string(rank));
  }
  return axis < 0 ? axis + rank : axis;
}

Dims BroadcastDims(const Dims& a, const Dims& b) {
  Dims result(std::max(a.size(), b.size()));
  for (size_t i = 0; i < result.size(); ++i) {
    const size_t from_end = result.size() - i;
    const int64_t x = from_end <= a.size() ? a[a.size() - from_end] : 1;
    const int64_t y = from_end <= b.size() ? b[b.size() - from_end] : 1;
    if (x != y && x != 1 && y != 1) {
      throw Failure(ORT_INVALID_ARGUMENT, Text(a) + " and " + Text(b) + " do not broadcast");
    }
    result[i] = x == 1 ? y : x;
  }
  return result;
}

void InferSame(const OpView& view, Shapes& shapes) {
  shapes[view.node.outputs[0]] = shapes[view.node.inputs[0]];
}

bool HasConstantStatistics(const OpView& view) {
  for (size_t i = 1; i < 5; ++i) {
    if (!view.IsConstant(i)) return false;
  }
  return true;
}

ChannelAffine AffineOf(const OpView& view) {
  const auto scale = view.Floats(1), shift = view.Floats(2);
  const auto mean = view.Floats(3), variance = view.Floats(4);
  const float epsilon = view.node.Float("epsilon", 1e-5F);
  ChannelAffine affine;
  for (size_t i = 0; i < scale.size(); ++i) {
    const double factor = scale[i] / std::sqrt(double{variance[i]} + epsilon);
    affine.factor.push_back(static_cast<float>(factor));
    affine.summand.push_back(static_cast<float>(shift[i] - mean[i] * factor));
  }
  return affine;
}

Refusal CheckFloat(const OpView& view, size_t inputs, int least_rank, int most_rank) {
  for (size_t i = 0; i < inputs; ++i) {
    if (!view.HasInput(i)) return "input " + std::to_string(i) + " is missing";
    if (!view.IsType(i, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)) {
      return "input " + std::to_string(i) + " is not float";
    }
    const int rank = view.Rank(i);
    if (rank < 0) return "the rank of input " + std::to_string(i) + " is unknown";
    if (rank < least_rank || rank > most_rank) {
      return "input " + std::to_string(i) + " has rank " + std::to_string(rank);
    }
  }
  return "";
}

}  // namespace backplane::dnnl_ep
