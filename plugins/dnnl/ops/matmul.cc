// MatMul and Gemm of floats.
#include <algorithm>

#include "dnnl/builder.h"

namespace backplane::dnnl_ep {
namespace {

// Emits the product of two tensors that are described as oneDNN sees them. `result` is the shape
// in that view; the value gets its own shape over the same memory.
struct Product {
  int b;
  Desc b_view;     // how b's plain memory is seen
  bool b_is_free;  // whether b may be repacked
  Dims result;
  int bias = -1;  // a value of N elements
};

// Where the result is transposed next with its rows kept, they are written where they end up.
Desc ResultDesc(const Builder& builder, const Unit& unit, const Dims& dims) {
  const Desc plain = PlainDesc(dims, builder.ProductType(unit));
  const Node* next = builder.OnlyUser(unit.result);
  if (next == nullptr || next->op_type != "Transpose" || builder.Shape(unit.result) != dims) {
    return plain;
  }
  const Dims order = next->Ints("perm");
  if (order.size() != dims.size() || order.back() + 1 != static_cast<int64_t>(dims.size())) {
    return plain;
  }
  Dims moved;
  for (int64_t axis : order) moved.push_back(dims[axis]);
  const Dims moved_strides = PlainStrides(moved);
  Dims strides(dims.size());
  for (size_t i = 0; i < order.size(); ++i) strides[order[i]] = moved_strides[i];
  return Desc(dims, DataType::f32, strides);
}

void EmitProduct(Builder& builder, const Unit& unit, const Product& product, const Tensor& a,
                 const Tensor* b) {
  const auto rank = product.result.size();
  Dims bias_dims(rank, 1);
  bias_dims[rank - 1] = product.result[rank - 1];
  const Desc bias = product.bias < 0 ? Desc() : PlainDesc(bias_dims, DataType::f32);
  const Desc wanted = product.b_is_free ? AnyDesc(product.b_view.get_dims(), a.desc.get_data_type())
                      : b != nullptr    ? b->desc
                                        : product.b_view;
  Desc y_desc = ResultDesc(builder, unit, product.result);
  const auto make = [&](const dnnl::primitive_attr& attributes) {
    return dnnl::matmul::primitive_desc(Engine(), a.desc, wanted, bias, y_desc, attributes);
  };
  const int channel = static_cast<int>(rank) - 1;
  std::vector<Argument> arguments;
  auto descriptor =
      builder.WithPostOps(unit, product.result, channel, make, arguments, builder.Attributes());
  const Desc plain = PlainDesc(product.result, y_desc.get_data_type());
  if (IsReference(descriptor) && !SamePlaces(y_desc, plain)) {
    y_desc = plain;
    arguments.clear();
    descriptor =
        builder.WithPostOps(unit, product.result, channel, make, arguments, builder.Attributes());
  }
  const Tensor y = builder.New(descriptor.dst_desc());
  arguments.push_back({DNNL_ARG_SRC, a});
  arguments.push_back(
      {DNNL_ARG_WEIGHTS,
       b != nullptr ? *b : builder.Weights(product.b, product.b_view, descriptor.weights_desc())});
  if (product.bias >= 0) {
    arguments.push_back({DNNL_ARG_BIAS, builder.Viewed(product.bias, bias_dims)});
  }
  arguments.push_back({DNNL_ARG_DST, y});
  builder.Emit(dnnl::matmul(descriptor), descriptor, std::move(arguments));
  const Dims& shape = builder.Shape(unit.result);
  builder.Define(unit.result, shape == product.result
                                  ? y
                                  : Tensor{y.buffer, PlainDesc(shape, y_desc.get_data_type())});
}

// -- MatMul --------------------------------------------------------------------------------------

Refusal CheckMatMul(const OpView& view) { return CheckFloat(view, 2, 2, 6); }

Dims BatchOf(const Dims& dims) { return Dims(dims.begin(), dims.end() - 2); }

void InferMatMul(const OpView& view, Shapes& shapes) {
  const Dims& a = shapes[view.node.inputs[0]];
  const Dims& b = shapes[view.node.inputs[1]];
  if (a.back() != b[b.size() - 2]) {
    throw Failure(ORT_INVALID_ARGUMENT, Text(a) + " and " + Text(b) + " cannot be multiplied");
  }
  if (a.back() == 0) throw Failure(ORT_INVALID_ARGUMENT, "empty tensors are not supported");
  Dims y = BroadcastDims(BatchOf(a), BatchOf(b));
  y.push_back(a[a.size() - 2]);
  y.push_back(b.back());
  shapes[view.node.outputs[0]] = std::move(y);
}

// Whether oneDNN reads it as a matrix without copying: one of the last two dimensions is dense.
bool IsMatrix(const Desc& desc) {
  if (!IsStrided(desc)) return false;
  const Dims strides = desc.get_strides();
  return strides.back() == 1 || strides[strides.size() - 2] == 1;
}

Tensor MatrixOf(Builder& builder, int value, size_t rank) {
  const Dims& shape = builder.Shape(value);
  if (shape.size() == rank) {
    const Tensor tensor = builder.Of(value);
    return IsMatrix(tensor.desc) ? tensor : builder.Plain(value);
  }
  Dims dims(rank - shape.size(), 1);
  dims.insert(dims.end(), shape.begin(), shape.end());
  return builder.Viewed(value, dims);
}

void BuildMatMul(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const int a = node.inputs[0], b = node.inputs[1];
  const Dims& a_dims = builder.Shape(a);
  const Dims& b_dims = builder.Shape(b);
  const int64_t k = a_dims.back(), n = b_dims.back();
  Product product{.b = b, .b_view = {}, .b_is_free = false, .result = {}};
  if (ElementCount(BatchOf(b_dims)) == 1 && b_dims.size() <= a_dims.size()) {
    // One right-hand matrix for all: fold the batch into the rows.
    const Dims folded = {ElementCount(a_dims) / k, k};
    const DataType type = builder.IsConstant(b) ? builder.FactorType() : DataType::f32;
    const Tensor left = builder.Viewed(a, folded, type);
    product.b_view = PlainDesc(Dims{k, n}, DataType::f32);
    product.b_is_free = builder.IsConstant(b);
    product.result = {folded[0], n};
    return EmitProduct(builder, unit, product, left, nullptr);
  }
  product.result = builder.Shape(node.outputs[0]);
  const size_t rank = product.result.size();
  const Tensor left = MatrixOf(builder, a, rank);
  const Tensor right = MatrixOf(builder, b, rank);
  EmitProduct(builder, unit, product, left, &right);
}
DNNL_OPERATOR(MatMul, .since = 1, .until = 13, .check = CheckMatMul, .infer = InferMatMul,
              .build = BuildMatMul, .takes_eltwise = true, .takes_binary = true, .channel_axis = -1,
              .is_row_major = true);

// -- Gemm ----------------------------------------------------------------------------------------

// C as oneDNN can add it: one element, one row (of N elements), or the whole result.
Refusal CheckC(const OpView& view) {
  if (!view.IsType(2, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) || view.Rank(2) < 0 ||
      view.Rank(2) > 2) {
    return "C is not float, or of another rank";
  }
  const Value& c = view.Input(2);
  const int64_t n = (*view.Input(1).dims)[view.node.Int("transB", 0) != 0 ? 0 : 1];
  const bool single = c.HasStaticShape() && ElementCount(*c.dims) == 1;
  if (!single && (n < 0 || c.dims->empty() || c.dims->back() != n)) return "C is one column";
  if (view.node.Float("beta", 1) == 1) return "";
  const bool row = c.HasStaticShape() && ElementCount(*c.dims) == n;
  return view.IsConstant(2) && (single || row) ? "" : "beta with a C that is not a constant row";
}

Refusal CheckGemm(const OpView& view) {
  if (Refusal refusal = CheckFloat(view, 2, 2, 2); !refusal.empty()) return refusal;
  return view.HasInput(2) ? CheckC(view) : "";
}

void InferGemm(const OpView& view, Shapes& shapes) {
  Dims a = shapes[view.node.inputs[0]];
  Dims b = shapes[view.node.inputs[1]];
  if (view.node.Int("transA", 0) != 0) std::swap(a[0], a[1]);
  if (view.node.Int("transB", 0) != 0) std::swap(b[0], b[1]);
  if (a[1] != b[0] || a[1] == 0) {
    throw Failure(ORT_INVALID_ARGUMENT, Text(a) + " and " + Text(b) + " cannot be multiplied");
  }
  shapes[view.node.outputs[0]] = {a[0], b[1]};
}

Desc Matrix(const Dims& dims, DataType type, bool transposed) {
  return transposed ? Desc({dims[1], dims[0]}, type, Dims{1, dims[1]}) : PlainDesc(dims, type);
}

// What comes between the product and the unit's own post-ops: alpha, and C where it is no bias.
std::vector<PostOp> GemmPostOps(const OpView& view, const Dims& c, const Dims& result) {
  std::vector<PostOp> posts;
  const float alpha = view.node.Float("alpha", 1), beta = view.node.Float("beta", 1);
  if (alpha != 1) {
    posts.push_back(
        {.kind = PostOp::Kind::kEltwise, .eltwise = {Algorithm::eltwise_linear, alpha, 0}});
  }
  if (!view.HasInput(2)) return posts;
  PostOp add{.kind = PostOp::Kind::kTensor,
             .algorithm = Algorithm::binary_add,
             .operand = view.node.inputs[2]};
  const int64_t count = ElementCount(c);
  if (count == 1) {
    add.kind = PostOp::Kind::kScalar;
  } else if (count == result[1] && c.back() == result[1]) {
    add.kind = PostOp::Kind::kVector;
  } else if (c != result) {
    throw Failure(ORT_INVALID_ARGUMENT, "C of " + Text(c) + " does not fit " + Text(result));
  }
  if (beta != 1) {
    for (float value : view.Floats(2)) add.data.push_back(beta * value);
    if (count == 1) add.data.resize(result[1], add.data[0]);
    add.kind = PostOp::Kind::kVector;
    add.operand = -1;
  }
  posts.push_back(std::move(add));
  return posts;
}

void BuildGemm(Builder& builder, const Unit& unit) {
  const OpView view = builder.View(unit);
  const Node& node = view.node;
  const int a = node.inputs[0], b = node.inputs[1];
  Product product{.b = b, .b_view = {}, .b_is_free = false, .result = {}};
  product.b_view = Matrix(builder.Shape(b), DataType::f32, node.Int("transB", 0) != 0);
  product.b_is_free = builder.IsConstant(b);
  product.result = builder.Shape(node.outputs[0]);
  const Dims c = view.HasInput(2) ? builder.Shape(node.inputs[2]) : Dims();
  std::vector<PostOp> posts = GemmPostOps(view, c, product.result);
  // One row and no factors: that is what the primitive knows as its bias.
  if (posts.size() == 1 && posts[0].kind == PostOp::Kind::kVector && posts[0].operand >= 0) {
    product.bias = node.inputs[2];
    posts.clear();
  }
  Unit whole = unit;
  whole.posts.insert(whole.posts.begin(), posts.begin(), posts.end());
  const DataType type = product.b_is_free ? builder.FactorType() : DataType::f32;
  const Tensor left = {builder.Plain(a, type).buffer,
                       Matrix(builder.Shape(a), type, node.Int("transA", 0) != 0)};
  EmitProduct(builder, whole, product, left, nullptr);
}
DNNL_OPERATOR(Gemm, .since = 7, .until = 13, .check = CheckGemm, .infer = InferGemm,
              .build = BuildGemm, .takes_eltwise = true, .takes_binary = true, .channel_axis = -1,
              .is_row_major = true);

}  // namespace
}  // namespace backplane::dnnl_ep
