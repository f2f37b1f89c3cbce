#include "elementwise.h"

#include <algorithm>

namespace sample {

namespace {

float Apply(Operator op, float left, float right) {
  switch (op) {
    case Operator::kAdd:
      return left + right;
    case Operator::kSub:
      return left - right;
    case Operator::kMul:
      return left * right;
    case Operator::kDiv:
      return left / right;
    case Operator::kRelu:
      break;
  }
  throw Failure(ORT_EP_FAIL, "not a binary operator");
}

// How far to step in a tensor for one step in each dimension of `out`; 0 where it repeats.
Shape BroadcastStrides(const Shape& shape, const Shape& out) {
  Shape strides(out.size(), 0);
  int64_t stride = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    const int64_t dim = shape[shape.size() - 1 - i];
    if (dim != 1) strides[out.size() - 1 - i] = stride;
    stride *= dim;
  }
  return strides;
}

}  // namespace

std::optional<Operator> FindOperator(std::string_view domain, std::string_view op_type,
                                     int since_version) {
  if (!domain.empty() && domain != "ai.onnx") return std::nullopt;
  if (op_type == "Relu" && since_version >= 6) return Operator::kRelu;
  if (since_version < 7) return std::nullopt;
  if (op_type == "Add") return Operator::kAdd;
  if (op_type == "Sub") return Operator::kSub;
  if (op_type == "Mul") return Operator::kMul;
  if (op_type == "Div") return Operator::kDiv;
  return std::nullopt;
}

bool IsBinary(Operator op) { return op != Operator::kRelu; }

Shape BroadcastShape(const Shape& left, const Shape& right) {
  Shape out(std::max(left.size(), right.size()));
  for (size_t i = 0; i < out.size(); ++i) {  // i counts from the last dimension
    const int64_t l = i < left.size() ? left[left.size() - 1 - i] : 1;
    const int64_t r = i < right.size() ? right[right.size() - 1 - i] : 1;
    if (l != r && l != 1 && r != 1) {
      throw Failure(ORT_INVALID_ARGUMENT, "dimensions " + std::to_string(l) + " and " +
                                              std::to_string(r) + " do not broadcast");
    }
    out[out.size() - 1 - i] = l == 1 ? r : l;
  }
  return out;
}

void Binary(Operator op, const Tensor& left, const Tensor& right, float* out) {
  const Shape shape = BroadcastShape(left.shape, right.shape);
  const Shape left_strides = BroadcastStrides(left.shape, shape);
  const Shape right_strides = BroadcastStrides(right.shape, shape);
  const size_t count = ElementCount(shape);
  Shape index(shape.size(), 0);
  int64_t l = 0;
  int64_t r = 0;
  for (size_t i = 0; i < count; ++i) {
    out[i] = Apply(op, left.data[l], right.data[r]);
    for (size_t d = shape.size(); d-- > 0;) {  // the next index, as an odometer counts
      l += left_strides[d];
      r += right_strides[d];
      if (++index[d] < shape[d]) break;
      l -= left_strides[d] * shape[d];
      r -= right_strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

void Relu(const float* in, float* out, size_t count) {
  for (size_t i = 0; i < count; ++i) out[i] = in[i] < 0 ? 0.0f : in[i];  // keeps NaN, as ONNX does
}

}  // namespace sample
