// Element-wise functions of two tensors with broadcasting, and Sum.
#include "dnnl/builder.h"

namespace backplane::dnnl_ep {
namespace {

Refusal CheckBinary(const OpView& view) {
  if (view.node.inputs.size() != 2) return "not two inputs";
  // A constant scalar has rank 0 and is welcome; a scalar input of a run has no known rank.
  return CheckFloat(view, 2, 0, 6);
}

void InferBinary(const OpView& view, Shapes& shapes) {
  shapes[view.node.outputs[0]] =
      BroadcastDims(shapes[view.node.inputs[0]], shapes[view.node.inputs[1]]);
}

Dims Aligned(const Dims& dims, size_t rank) {
  Dims aligned(rank - std::min(rank, dims.size()), 1);
  aligned.insert(aligned.end(), dims.begin(), dims.end());
  return aligned;
}

// The operand as the primitive wants it: in the layout of `like` where the shapes are the same.
Tensor Operand(Builder& builder, int value, const Dims& dims, const Desc* like) {
  if (builder.Shape(value) != dims) return builder.Viewed(value, dims);
  if (like != nullptr) return builder.As(value, *like);
  return builder.Of(value);
}

void BuildBinary(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const Dims& y_shape = builder.Shape(node.outputs[0]);
  const Dims y_dims = y_shape.empty() ? Dims{1} : y_shape;
  Algorithm algorithm = FindOperator(node)->binary;
  int a = node.inputs[0], b = node.inputs[1];
  const bool commutes = algorithm != Algorithm::binary_sub && algorithm != Algorithm::binary_div;
  if (commutes &&
      (builder.Shape(a) != y_dims || (builder.IsConstant(a) && builder.Shape(b) == y_dims))) {
    std::swap(a, b);
  }
  const Dims a_dims = Aligned(builder.Shape(a), y_dims.size());
  const Dims b_dims = Aligned(builder.Shape(b), y_dims.size());
  Tensor left = Operand(builder, a, a_dims, nullptr);
  if (!IsStrided(left.desc) && a_dims != b_dims) {
    // Blocks of channels, with an operand that is broadcast: that has no fast implementation.
    left = builder.Reordered(left, ChannelsLastDesc(a_dims, DataType::f32));
  }
  const Tensor right = Operand(builder, b, b_dims, a_dims == b_dims ? &left.desc : nullptr);
  const Desc y_desc = a_dims == y_dims ? left.desc : PlainDesc(y_dims, DataType::f32);
  std::vector<Argument> arguments;
  const auto descriptor = builder.WithPostOps(
      unit, y_dims, static_cast<int>(y_dims.size()) - 1,
      [&](const dnnl::primitive_attr& attributes) {
        return dnnl::binary::primitive_desc(Engine(), algorithm, left.desc, right.desc, y_desc,
                                            attributes);
      },
      arguments, builder.Attributes());
  const Tensor y = builder.New(descriptor.dst_desc());
  arguments.push_back({DNNL_ARG_SRC_0, left});
  arguments.push_back({DNNL_ARG_SRC_1, right});
  arguments.push_back({DNNL_ARG_DST, y});
  builder.Emit(dnnl::binary(descriptor), descriptor, std::move(arguments));
  builder.Define(unit.result, y);
}

#define BINARY(op, first, last, algorithm)                                                     \
  DNNL_OPERATOR(op, .since = first, .until = last, .check = CheckBinary, .infer = InferBinary, \
                .build = BuildBinary, .takes_eltwise = true, .takes_binary = true,             \
                .binary = algorithm)

BINARY(Add, 7, 14, Algorithm::binary_add);
BINARY(Sub, 7, 14, Algorithm::binary_sub);
BINARY(Mul, 7, 14, Algorithm::binary_mul);
BINARY(Div, 7, 14, Algorithm::binary_div);
BINARY(Max, 8, 13, Algorithm::binary_max);
BINARY(Min, 8, 13, Algorithm::binary_min);
// Of two tensors a sum is an addition; others are refused by CheckBinary.
BINARY(Sum, 8, 13, Algorithm::binary_add);

}  // namespace
}  // namespace backplane::dnnl_ep
