// Between floats and 8-bit integers: QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear, and
// Cast to float. The loops are ours: they round as ONNX says, to the even neighbour of the exact
// quotient, where oneDNN multiplies by a reciprocal.
#include <algorithm>
#include <limits>

#include "dnnl/builder.h"
#include "dnnl/ops/quantization.h"

namespace backplane::dnnl_ep {

bool IsByte(ONNXTensorElementDataType type) {
  return type == ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 || type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8;
}

bool IsSingle(const OpView& view, size_t i) { return ElementCount(*view.Input(i).dims) == 1; }

bool IsCentre(const OpView& view, size_t i) {
  if (!view.IsConstant(i) || !IsByte(view.Input(i).type)) return false;
  const uint8_t centre = view.IsType(i, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8) ? 128 : 0;
  const auto* bytes = static_cast<const uint8_t*>(view.constants[view.node.inputs[i]]);
  return std::all_of(bytes, bytes + ElementCount(*view.Input(i).dims),
                     [&](uint8_t byte) { return byte == centre; });
}

int32_t ZeroPointOf(const OpView& view, size_t i) {
  const void* data = view.constants[view.node.inputs[i]];
  return view.IsType(i, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8) ? *static_cast<const int8_t*>(data)
                                                            : *static_cast<const uint8_t*>(data);
}

namespace {

// Adding and taking away this number rounds a float of at most 22 bits to the even neighbour.
constexpr float kRounder = 1.5F * (1 << 23);

template <typename T>
void QuantizeRow(const float* x, T* y, int64_t count, float scale, int32_t zero_point) {
  const float low = static_cast<float>(std::numeric_limits<T>::min() - zero_point);
  const float high = static_cast<float>(std::numeric_limits<T>::max() - zero_point);
  for (int64_t i = 0; i < count; ++i) {
    float value = x[i] / scale;
    value = value > low ? value : low;  // also for NaN
    value = value < high ? value : high;
    y[i] = static_cast<T>(static_cast<int32_t>((value + kRounder) - kRounder) + zero_point);
  }
}

template <typename T>
void DequantizeRow(const T* x, float* y, int64_t count, float scale, int32_t zero_point) {
  for (int64_t i = 0; i < count; ++i) {
    y[i] = static_cast<float>(static_cast<int32_t>(x[i]) - zero_point) * scale;
  }
}

// Scales along one axis: the tensor as outer x scales x inner.
struct Blocks {
  int64_t outer = 1, inner = 1;
  std::vector<float> scales;
  std::vector<int32_t> zero_points;
};

Blocks BlocksOf(const OpView& view, const Dims& x) {
  Blocks blocks;
  const std::span<const float> scales = view.Floats(1);
  blocks.scales.assign(scales.begin(), scales.end());
  blocks.zero_points.resize(scales.size());
  if (view.HasInput(2) && IsByte(view.Input(2).type)) {  // of integers it is 0
    const void* data = view.constants[view.node.inputs[2]];
    for (size_t i = 0; i < scales.size(); ++i) {
      blocks.zero_points[i] = view.IsType(2, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8)
                                  ? int32_t{static_cast<const int8_t*>(data)[i]}
                                  : int32_t{static_cast<const uint8_t*>(data)[i]};
    }
  }
  blocks.inner = ElementCount(x);
  if (scales.size() > 1) {
    const int64_t axis = PositiveAxis(view.node.Int("axis", 1), static_cast<int64_t>(x.size()));
    blocks.inner = ElementCount(std::span(x).subspan(axis + 1));
    blocks.outer = ElementCount(std::span(x).first(axis));
    if (x[axis] != static_cast<int64_t>(scales.size())) {
      throw Failure(ORT_INVALID_ARGUMENT, "the scales do not fit the axis");
    }
  }
  return blocks;
}

template <typename From, typename To, typename Row>
HostFunction Apply(Blocks blocks, Row row) {
  return [blocks = std::move(blocks), row](std::span<void* const> data) {
    const auto* x = static_cast<const From*>(data[0]);
    auto* y = static_cast<To*>(data[1]);
    for (int64_t outer = 0; outer < blocks.outer; ++outer) {
      for (size_t i = 0; i < blocks.scales.size(); ++i, x += blocks.inner, y += blocks.inner) {
        row(x, y, blocks.inner, blocks.scales[i], blocks.zero_points[i]);
      }
    }
  };
}

// As the bias of quantized convolutions has them.
bool IsZeroInteger(const OpView& view, size_t i) {
  if (!view.IsType(i, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32)) return false;
  const auto values = view.Integers(i);
  return values && std::all_of(values->begin(), values->end(), [](int64_t v) { return v == 0; });
}

Refusal CheckParameters(const OpView& view) {
  if (view.Rank(0) < 1 || view.Rank(0) > 6) return "a rank does not fit";
  if (view.node.Int("block_size", 0) != 0) return "scales of blocks";
  if (!view.HasInput(1) || !view.IsConstant(1) ||
      !view.IsType(1, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)) {
    return "the scale is not a constant float";
  }
  if (view.HasInput(2)) {
    if (!view.IsConstant(2)) return "zero point is not constant";
    if (!IsByte(view.Input(2).type) && !IsZeroInteger(view, 2)) return "zero point is not a byte";
    if (ElementCount(*view.Input(2).dims) != ElementCount(*view.Input(1).dims)) {
      return "scale and zero point differ in size";
    }
  }
  if (IsSingle(view, 1)) return "";
  if (view.node.since_version < 13) return "scales along an axis";
  const int64_t axis = view.node.Int("axis", 1);
  return axis < -view.Rank(0) || axis >= view.Rank(0) ? "the axis is out of range" : "";
}

// -- QuantizeLinear ------------------------------------------------------------------------------

Refusal CheckQuantize(const OpView& view) {
  if (Refusal refusal = CheckFloat(view, 1); !refusal.empty()) return refusal;
  if (!IsByte(view.Output(0).type)) return "the result is not an 8-bit integer";
  return CheckParameters(view);
}

void BuildQuantize(Builder& builder, const Unit& unit) {
  const OpView view = builder.View(unit);
  const Tensor x = builder.Plain(view.node.inputs[0]);
  const Dims& dims = builder.Shape(unit.result);
  const DataType type = builder.Type(unit.result);
  const Tensor y = builder.New(PlainDesc(dims, type));
  Blocks blocks = BlocksOf(view, dims);
  builder.EmitHost(type == DataType::u8
                       ? Apply<float, uint8_t>(std::move(blocks), QuantizeRow<uint8_t>)
                       : Apply<float, int8_t>(std::move(blocks), QuantizeRow<int8_t>),
                   {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}}, "quantize");
  builder.Define(unit.result, y);
}
DNNL_OPERATOR(QuantizeLinear, .since = 10, .until = 28, .check = CheckQuantize, .infer = InferSame,
              .build = BuildQuantize);

// -- DequantizeLinear ----------------------------------------------------------------------------

Refusal CheckDequantize(const OpView& view) {
  if (!IsByte(view.Input(0).type) && !view.IsType(0, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32)) {
    return "input is not an 8-bit or 32-bit integer";
  }
  if (view.Output(0).type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) return "the result is not float";
  return CheckParameters(view);
}

void BuildDequantize(Builder& builder, const Unit& unit) {
  const OpView view = builder.View(unit);
  const int value = view.node.inputs[0];
  const Tensor x = builder.Plain(value);
  const Dims& dims = builder.Shape(unit.result);
  const Tensor y = builder.New(PlainDesc(dims, DataType::f32));
  Blocks blocks = BlocksOf(view, dims);
  const DataType type = builder.Type(value);
  builder.EmitHost(
      type == DataType::u8   ? Apply<uint8_t, float>(std::move(blocks), DequantizeRow<uint8_t>)
      : type == DataType::s8 ? Apply<int8_t, float>(std::move(blocks), DequantizeRow<int8_t>)
                             : Apply<int32_t, float>(std::move(blocks), DequantizeRow<int32_t>),
      {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}}, "dequantize");
  builder.Define(unit.result, y);
}
DNNL_OPERATOR(DequantizeLinear, .since = 10, .until = 28, .check = CheckDequantize,
              .infer = InferSame, .build = BuildDequantize);

// -- DynamicQuantizeLinear -----------------------------------------------------------------------

Refusal CheckDynamic(const OpView& view) { return CheckFloat(view, 1); }

void InferDynamic(const OpView& view, Shapes& shapes) {
  InferSame(view, shapes);
  for (size_t i = 1; i < view.node.outputs.size(); ++i) {
    if (view.HasOutput(i)) shapes[view.node.outputs[i]] = {};
  }
}

// The range from the least to the greatest element, 0 included, is spread over 0 to 255.
void QuantizeDynamically(const float* x, int64_t count, uint8_t* y, float* scale_out,
                         uint8_t* zero_point_out) {
  constexpr int kLanes = 16;
  float low[kLanes] = {}, high[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) {
      low[lane] = x[i + lane] < low[lane] ? x[i + lane] : low[lane];
      high[lane] = x[i + lane] > high[lane] ? x[i + lane] : high[lane];
    }
  }
  for (; i < count; ++i) {
    low[0] = std::min(low[0], x[i]);
    high[0] = std::max(high[0], x[i]);
  }
  const float least = *std::min_element(low, low + kLanes);
  const float most = *std::max_element(high, high + kLanes);
  const float scale = most == least ? 1.0F : (most - least) / 255.0F;
  float zero_point = std::clamp(0.0F - least / scale, 0.0F, 255.0F);
  zero_point = (zero_point + kRounder) - kRounder;
  *scale_out = scale;
  *zero_point_out = static_cast<uint8_t>(zero_point);
  QuantizeRow(x, y, count, scale, static_cast<int32_t>(zero_point));
}

void BuildDynamic(Builder& builder, const Unit& unit) {
  const Node& node = builder.NodeOf(unit);
  const Tensor x = builder.Plain(node.inputs[0]);
  const Dims& dims = builder.Shape(node.outputs[0]);
  const int64_t count = ElementCount(dims);
  const Tensor y = builder.New(PlainDesc(dims, DataType::u8));
  const Tensor scale = builder.New(PlainDesc(Dims{1}, DataType::f32));
  const Tensor zero_point = builder.New(PlainDesc(Dims{1}, DataType::u8));
  builder.EmitHost(
      [count](std::span<void* const> data) {
        QuantizeDynamically(static_cast<const float*>(data[0]), count,
                            static_cast<uint8_t*>(data[1]), static_cast<float*>(data[2]),
                            static_cast<uint8_t*>(data[3]));
      },
      {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}, {DNNL_ARG_DST_1, scale}, {DNNL_ARG_DST_2, zero_point}},
      "quantize");
  builder.Define(node.outputs[0], y);
  if (node.outputs.size() > 1 && node.outputs[1] >= 0) builder.Define(node.outputs[1], scale);
  if (node.outputs.size() > 2 && node.outputs[2] >= 0) builder.Define(node.outputs[2], zero_point);
}
DNNL_OPERATOR(DynamicQuantizeLinear, .since = 11, .until = 11, .check = CheckDynamic,
              .infer = InferDynamic, .build = BuildDynamic);

// -- Cast ----------------------------------------------------------------------------------------

Refusal CheckCast(const OpView& view) {
  const bool from_integer =
      IsByte(view.Input(0).type) || view.IsType(0, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32);
  if (!from_integer || view.Output(0).type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
    return "not from a small integer to float";
  }
  return view.Rank(0) < 1 || view.Rank(0) > 6 ? "a rank does not fit" : "";
}

void BuildCast(Builder& builder, const Unit& unit) {
  const Tensor x = builder.Of(builder.Input(unit, 0));
  const Desc wanted = IsStrided(x.desc)
                          ? Desc(x.desc.get_dims(), DataType::f32, x.desc.get_strides())
                          : PlainDesc(builder.Shape(unit.result), DataType::f32);
  builder.Define(unit.result, builder.Reordered(x, wanted));
}
DNNL_OPERATOR(Cast, .since = 6, .until = 28, .check = CheckCast, .infer = InferSame,
              .build = BuildCast, .is_movement = true);

}  // namespace
}  // namespace backplane::dnnl_ep
