// MatMul and Gemm of floats.
#include <algorithm>

#include "dnnl/builder.h"

namespace backplane::dnnl_ep {
namespace {

// Emits the product of two tensors that are described as oneDNN sees them. `result` is the shape
// in that view; the value gets its own shape over the same memory.
struct Product {
  int a, b;
  Desc a_desc;     // how a is read
  Desc b_view;     // how b's plain memory is seen
  bool b_is_free;  // whether b may be repacked
  Dims result;
  int bias = -1;  // a value of N elements
};

Desc WithoutLayout(const Desc& desc) { return AnyDesc(desc.get_dims(), desc.get_data_type()); }

void EmitProduct(Builder& builder, const Unit& unit, const Product& product, const Tensor& a,
                 const Tensor* b) {
  const auto rank = product.result.size();
  Dims bias_dims(rank, 1);
  bias_dims[rank - 1] = product.result[rank - 1];
  const Desc bias = product.bias < 0 ? Desc() : PlainDesc(bias_dims, DataType::f32);
  const Desc wanted = product.b_is_free ? WithoutLayout(product.b_view)
                      : b != nullptr    ? b->desc
                                        : product.b_view;
  const Desc y_desc = PlainDesc(product.result, DataType::f32);
  std::vector<Argument> arguments;
  const auto descriptor = builder.WithPostOps(
      unit, product.result, static_cast<int>(rank) - 1,
      [&](const dnnl::primitive_attr& attributes) {
        return dnnl::matmul::primitive_desc(Engine(), a.desc, wanted, bias, y_desc, attributes);
      },
      arguments, builder.Attributes());
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
  builder.Define(unit.result, {y.buffer, PlainDesc(builder.Shape(unit.result), DataType::f32)});
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
  Product product{.a = a, .b = b, .a_desc = {}, .b_view = {}, .b_is_free = false, .result = {}};
  if (ElementCount(BatchOf(b_dims)) == 1 && b_dims.size() <= a_dims.size()) {
    // One right-hand matrix for all: fold the batch into the rows.
    const Dims folded = {ElementCount(a_dims) / k, k};
    const Tensor left = builder.Viewed(a, folded);
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

Refusal CheckGemm(const OpView& view) {
  if (Refusal refusal = CheckFloat(view, 2, 2, 2); !refusal.empty()) return refusal;
  if (view.node.Float("alpha", 1) != 1) return "alpha is not 1";
  if (!view.HasInput(2)) return "";
  if (!view.IsType(2, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) || view.Rank(2) < 0) {
    return "C is not float, or of unknown rank";
  }
  if (view.node.Float("beta", 1) != 1) return "beta is not 1";
  // N elements in one row: oneDNN's bias.
  const Dims& c = *view.Input(2).dims;
  if (c.empty() || c.size() > 2 || (c.size() == 2 && c[0] != 1)) return "C is not one row";
  const Value& b = view.Input(1);
  const int64_t n = (*b.dims)[view.node.Int("transB", 0) != 0 ? 0 : 1];
  return c.back() < 0 || c.back() != n ? "C is not one row" : "";
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

Desc Matrix(const Dims& dims, bool transposed) {
  return transposed ? Desc({dims[1], dims[0]}, DataType::f32, Dims{1, dims[1]})
                    : PlainDesc(dims, DataType::f32);
}

void BuildGemm(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const int a = node.inputs[0], b = node.inputs[1];
  Product product{.a = a, .b = b, .a_desc = {}, .b_view = {}, .b_is_free = false, .result = {}};
  product.b_view = Matrix(builder.Shape(b), node.Int("transB", 0) != 0);
  product.b_is_free = builder.IsConstant(b);
  product.result = builder.Shape(node.outputs[0]);
  if (builder.View(unit).HasInput(2)) product.bias = node.inputs[2];
  const Tensor left = {builder.Plain(a).buffer,
                       Matrix(builder.Shape(a), node.Int("transA", 0) != 0)};
  EmitProduct(builder, unit, product, left, nullptr);
}
DNNL_OPERATOR(Gemm, .since = 7, .until = 13, .check = CheckGemm, .infer = InferGemm,
              .build = BuildGemm, .takes_eltwise = true, .takes_binary = true, .channel_axis = -1,
              .is_row_major = true);

}  // namespace
}  // namespace backplane::dnnl_ep
