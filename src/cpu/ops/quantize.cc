// QuantizeLinear and DynamicQuantizeLinear.
#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/kernel_registry.h"
#include "cpu/ops/cast_float8.h"
#include "cpu/ops/quantize_rows.h"

namespace backplane::cpu {
namespace {

// y = clamp(round(x / scale) + zero). Clamped first, so that adding 1.5 * 2^23 rounds to nearest
// even: a form that every compiler vectorises. NaN becomes the lowest value.
template <typename Q>
inline Q QuantizeOne(float x, float scale, int32_t zero, float low, float high) {
  constexpr float kRound = 12582912.0f;
  const float z = static_cast<float>(zero);
  float v = x / scale;
  v = v > low - z ? v : low - z;
  v = v < high - z ? v : high - z;
  return static_cast<Q>(static_cast<int32_t>((v + kRound) - kRound) + zero);
}

template <typename Q>
void QuantizeRow(const float* x, const float* scale, const int32_t* zero, int64_t step,
                 int64_t count, float low, float high, Q* y) {
  if (step == 0) {
    const float s = *scale;
    const int32_t z = *zero;
    for (int64_t i = 0; i < count; ++i) y[i] = QuantizeOne<Q>(x[i], s, z, low, high);
  } else {
    for (int64_t i = 0; i < count; ++i) y[i] = QuantizeOne<Q>(x[i], scale[i], zero[i], low, high);
  }
}

// float4e2m1 as sign and three bits; ties go to the even code.
uint8_t EncodeFloat4(float x) {
  const auto sign = static_cast<uint8_t>(std::signbit(x) ? 8 : 0);
  const float m = std::abs(x);
  constexpr float kMiddle[] = {0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5.0f};
  uint8_t code = 0;
  for (int i = 0; i < 7; ++i)
    code = static_cast<uint8_t>(code + ((i % 2 == 0) ? m > kMiddle[i] : m >= kMiddle[i]));
  return sign | (std::isnan(x) ? uint8_t{7} : code);
}

class QuantizeLinearKernel final : public Kernel {
 public:
  explicit QuantizeLinearKernel(const KernelInfo& info)
      : axis_(info.node.Int("axis", 1)),
        block_size_(info.node.Int("block_size", 0)),
        saturate_(info.node.Int("saturate", 1) != 0) {}

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    Tensor& y = context.Output(0, x.shape());
    const QuantizedRows rows(x.shape(), context.Input(1).shape(), axis_, block_size_);
    const QuantizationParameters parameters = ReadQuantizationParameters(context);
    WholeByteOutput output(context, y);
    void* out = output.data();
    switch (y.dtype()) {
      case DType::kUInt8:
        Integers<uint8_t>(context, x, rows, parameters, 0, 255, out);
        break;
      case DType::kInt8:
        Integers<int8_t>(context, x, rows, parameters, -128, 127, out);
        break;
      case DType::kUInt16:
        Integers<uint16_t>(context, x, rows, parameters, 0, 65535, out);
        break;
      case DType::kInt16:
        Integers<int16_t>(context, x, rows, parameters, -32768, 32767, out);
        break;
      case DType::kUInt4:
        Integers<uint8_t>(context, x, rows, parameters, 0, 15, out);
        break;
      case DType::kInt4:
        Integers<int8_t>(context, x, rows, parameters, -8, 7, out);
        break;
      case DType::kUInt2:
        Integers<uint8_t>(context, x, rows, parameters, 0, 3, out);
        break;
      case DType::kInt2:
        Integers<int8_t>(context, x, rows, parameters, -2, 1, out);
        break;
      case DType::kFloat8E4M3FN:
        Floats<Float8E4M3FN>(context, x, rows, parameters, out);
        break;
      case DType::kFloat8E4M3FNUZ:
        Floats<Float8E4M3FNUZ>(context, x, rows, parameters, out);
        break;
      case DType::kFloat8E5M2:
        Floats<Float8E5M2>(context, x, rows, parameters, out);
        break;
      case DType::kFloat8E5M2FNUZ:
        Floats<Float8E5M2FNUZ>(context, x, rows, parameters, out);
        break;
      case DType::kFloat4E2M1:
        ForRows(context, x, rows,
                [&](const float* from, const QuantizedRow& row, int64_t offset, int64_t count) {
                  auto* to = static_cast<uint8_t*>(out) + row.start + offset;
                  const float* scale = parameters.scale + row.scale + offset * row.scale_step;
                  for (int64_t i = 0; i < count; ++i)
                    to[i] = EncodeFloat4(from[i] / scale[i * row.scale_step] + 0.0f);
                });
        break;
      default:
        Fail(ORT_NOT_IMPLEMENTED, "QuantizeLinear to {}", TensorTypeName(y.dtype()));
    }
    output.Finish();
  }

 private:
  // Calls body(floats, row, offset, count) for pieces of rows that fit a buffer on the stack.
  template <typename Body>
  static void ForRows(KernelContext& context, const Tensor& x, const QuantizedRows& rows,
                      const Body& body) {
    const bool plain = x.dtype() == DType::kFloat;
    rows.ForPieces(context.pool(), 2.0 + static_cast<double>(rows.longest()),
                   [&](const QuantizedRow& row, int64_t offset, int64_t count, float* buffer) {
                     if (!plain) LoadFloats(x.dtype(), x.raw(), row.start + offset, count, buffer);
                     body(plain ? x.data<float>() + row.start + offset : buffer, row, offset,
                          count);
                   });
  }

  template <typename Q>
  void Integers(KernelContext& context, const Tensor& x, const QuantizedRows& rows,
                const QuantizationParameters& parameters, float low, float high, void* out) const {
    ForRows(context, x, rows,
            [&](const float* from, const QuantizedRow& row, int64_t offset, int64_t count) {
              const int64_t at = row.scale + offset * row.scale_step;
              QuantizeRow(from, parameters.scale + at, parameters.zero_point + at, row.scale_step,
                          count, low, high, static_cast<Q*>(out) + row.start + offset);
            });
  }

  template <typename Q>
  void Floats(KernelContext& context, const Tensor& x, const QuantizedRows& rows,
              const QuantizationParameters& parameters, void* out) const {
    ForRows(context, x, rows,
            [&](const float* from, const QuantizedRow& row, int64_t offset, int64_t count) {
              const float* scale = parameters.scale + row.scale + offset * row.scale_step;
              Q* to = static_cast<Q*>(out) + row.start + offset;
              for (int64_t i = 0; i < count; ++i)
                to[i] = Q(from[i] / scale[i * row.scale_step], saturate_);
            });
  }

  const int64_t axis_;
  const int64_t block_size_;
  const bool saturate_;
};

class DynamicQuantizeLinearKernel final : public Kernel {
 public:
  explicit DynamicQuantizeLinearKernel(const KernelInfo&) {}

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    const float* from = x.data<float>();
    const int64_t count = x.ElementCount();
    float low = 0, high = 0;  // zero must be representable
    for (int64_t i = 0; i < count; ++i) {
      low = from[i] < low ? from[i] : low;
      high = from[i] > high ? from[i] : high;
    }
    const float scale = low == high ? 1.0f : (high - low) / 255.0f;
    const int32_t zero = QuantizeOne<uint8_t>(-low, scale, 0, 0, 255);
    if (Tensor* out = context.OptionalOutput(1, Shape{})) *out->data<float>() = scale;
    if (Tensor* out = context.OptionalOutput(2, Shape{}))
      *out->data<uint8_t>() = static_cast<uint8_t>(zero);
    Tensor* y = context.OptionalOutput(0, x.shape());
    if (y == nullptr) return;
    auto* to = y->data<uint8_t>();
    context.pool().For(count, 0.5, [&](int64_t begin, int64_t end) {
      QuantizeRow(from + begin, &scale, &zero, 0, end - begin, 0, 255, to + begin);
    });
  }
};

constexpr TypeSet kReal = types::kAllFloats | DType::kInt32;
constexpr TypeSet kQuantized = TypeSet{DType::kUInt8, DType::kInt8, DType::kUInt16, DType::kInt16} |
                               TypeSet{DType::kFloat8E4M3FN, DType::kFloat8E4M3FNUZ,
                                       DType::kFloat8E5M2, DType::kFloat8E5M2FNUZ} |
                               types::kSubBytes;
constexpr TypeSet kScales = types::kAllFloats | DType::kInt32 | DType::kFloat8E8M0;

BACKPLANE_CPU_KERNEL(QuantizeLinear,
                     Op("QuantizeLinear").Since(10).In(0, kReal).In(1, kScales).Out(0, kQuantized),
                     Make<QuantizeLinearKernel>);
BACKPLANE_CPU_KERNEL(
    DynamicQuantizeLinear,
    Op("DynamicQuantizeLinear").Since(11).In(0, DType::kFloat).Out(0, DType::kUInt8),
    Make<DynamicQuantizeLinearKernel>);

}  // namespace
}  // namespace backplane::cpu
