// DequantizeLinear.
#include <algorithm>

#include "cpu/kernel_registry.h"
#include "cpu/ops/cast_float8.h"
#include "cpu/ops/quantize_rows.h"

namespace backplane::cpu {
namespace {

constexpr float kFloat4Values[] = {0,     0.5f,  1,  1.5f,  2,  3,  4,  6,
                                   -0.0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};

template <typename Q>
void DequantizeRow(const Q* x, const float* scale, const int32_t* zero, int64_t step, int64_t count,
                   float* y) {
  // An int32 minus its zero point may need more bits; the small types vectorise in 32.
  using Wide = std::conditional_t<std::is_same_v<Q, int32_t>, int64_t, int32_t>;
  if (step == 0) {
    const float s = *scale;
    const Wide z = *zero;
    for (int64_t i = 0; i < count; ++i) y[i] = static_cast<float>(static_cast<Wide>(x[i]) - z) * s;
  } else {
    for (int64_t i = 0; i < count; ++i)
      y[i] = static_cast<float>(static_cast<Wide>(x[i]) - Wide{zero[i]}) * scale[i];
  }
}

// Element i of float8 data as a float.
template <typename Q>
auto Decoder(const void* data) {
  const Q* x = static_cast<const Q*>(data);
  return [x](int64_t i) { return static_cast<float>(x[i]); };
}

class DequantizeLinearKernel final : public Kernel {
 public:
  explicit DequantizeLinearKernel(const KernelInfo& info)
      : axis_(info.node.Int("axis", 1)), block_size_(info.node.Int("block_size", 0)) {}

  void Run(KernelContext& context) const override {
    const Tensor& x = context.Input(0);
    Tensor& y = context.Output(0, x.shape());
    const QuantizedRows rows(x.shape(), context.Input(1).shape(), axis_, block_size_);
    const QuantizationParameters parameters = ReadQuantizationParameters(context);
    const WholeBytes source = ReadWholeBytes(context, x);
    switch (x.dtype()) {
      case DType::kUInt8:
      case DType::kUInt4:
      case DType::kUInt2:
        return Integers<uint8_t>(context, source.data, rows, parameters, y);
      case DType::kInt4:
      case DType::kInt2:
        // The unpacked bytes are scratch memory of ours.
        SignExtend(x.dtype(), static_cast<uint8_t*>(const_cast<void*>(source.data)),
                   x.ElementCount());
        [[fallthrough]];
      case DType::kInt8:
        return Integers<int8_t>(context, source.data, rows, parameters, y);
      case DType::kUInt16:
        return Integers<uint16_t>(context, source.data, rows, parameters, y);
      case DType::kInt16:
        return Integers<int16_t>(context, source.data, rows, parameters, y);
      case DType::kInt32:
        return Integers<int32_t>(context, source.data, rows, parameters, y);
      case DType::kFloat8E4M3FN:
        return Floats(context, rows, parameters, y, Decoder<Float8E4M3FN>(source.data));
      case DType::kFloat8E4M3FNUZ:
        return Floats(context, rows, parameters, y, Decoder<Float8E4M3FNUZ>(source.data));
      case DType::kFloat8E5M2:
        return Floats(context, rows, parameters, y, Decoder<Float8E5M2>(source.data));
      case DType::kFloat8E5M2FNUZ:
        return Floats(context, rows, parameters, y, Decoder<Float8E5M2FNUZ>(source.data));
      case DType::kFloat4E2M1: {
        const auto* codes = static_cast<const uint8_t*>(source.data);
        return Floats(context, rows, parameters, y,
                      [codes](int64_t i) { return kFloat4Values[codes[i] & 15]; });
      }
      default:
        Fail(ORT_NOT_IMPLEMENTED, "DequantizeLinear of {}", TensorTypeName(x.dtype()));
    }
  }

 private:
  // Calls fill(row, offset, count, floats) for pieces of rows; the floats go to y, converted where
  // y is half precision.
  template <typename Fill>
  static void ForRows(KernelContext& context, const QuantizedRows& rows, Tensor& y,
                      const Fill& fill) {
    const bool plain = y.dtype() == DType::kFloat;
    rows.ForPieces(context.pool(), 2.0 + 0.5 * static_cast<double>(rows.longest()),
                   [&](const QuantizedRow& row, int64_t offset, int64_t count, float* buffer) {
                     fill(row, offset, count,
                          plain ? y.data<float>() + row.start + offset : buffer);
                     if (!plain) StoreFloats(y.dtype(), buffer, row.start + offset, count, y.raw());
                   });
  }

  template <typename Q>
  static void Integers(KernelContext& context, const void* data, const QuantizedRows& rows,
                       const QuantizationParameters& parameters, Tensor& y) {
    const Q* x = static_cast<const Q*>(data);
    ForRows(context, rows, y,
            [&](const QuantizedRow& row, int64_t offset, int64_t count, float* to) {
              const int64_t at = row.scale + offset * row.scale_step;
              DequantizeRow(x + row.start + offset, parameters.scale + at,
                            parameters.zero_point + at, row.scale_step, count, to);
            });
  }

  template <typename Decode>
  static void Floats(KernelContext& context, const QuantizedRows& rows,
                     const QuantizationParameters& parameters, Tensor& y, const Decode& decode) {
    ForRows(context, rows, y,
            [&](const QuantizedRow& row, int64_t offset, int64_t count, float* to) {
              const float* scale = parameters.scale + row.scale + offset * row.scale_step;
              for (int64_t i = 0; i < count; ++i)
                to[i] = decode(row.start + offset + i) * scale[i * row.scale_step];
            });
  }

  const int64_t axis_;
  const int64_t block_size_;
};

constexpr TypeSet kQuantized =
    TypeSet{DType::kUInt8, DType::kInt8, DType::kUInt16, DType::kInt16, DType::kInt32} |
    TypeSet{DType::kFloat8E4M3FN, DType::kFloat8E4M3FNUZ, DType::kFloat8E5M2,
            DType::kFloat8E5M2FNUZ} |
    types::kSubBytes;

BACKPLANE_CPU_KERNEL(DequantizeLinear,
                     Op("DequantizeLinear")
                         .Since(10)
                         .In(0, kQuantized)
                         .In(1, TypeSet{DType::kFloat, DType::kFloat16, DType::kBFloat16,
                                        DType::kFloat8E8M0})
                         .Out(0, TypeSet{DType::kFloat, DType::kFloat16, DType::kBFloat16}),
                     Make<DequantizeLinearKernel>);

}  // namespace
}  // namespace backplane::cpu
