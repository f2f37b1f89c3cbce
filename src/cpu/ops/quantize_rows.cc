#include "cpu/ops/quantize_rows.h"

#include <algorithm>

#include "base/checked_math.h"
#include "base/shape_format.h"

namespace backplane::cpu {
namespace {

constexpr int64_t kChunk = 4096;

}  // namespace

QuantizedRows::QuantizedRows(const Shape& x, const Shape& scale, int64_t axis, int64_t block_size) {
  total_ = x.ElementCount();
  if (scale.ElementCount() == 1 && scale.rank() <= 1 && block_size == 0) {
    rows_ = CeilDiv(total_, kChunk);
    longest_ = std::min(total_, kChunk);
    return;
  }
  const auto at = static_cast<size_t>(NormalizeAxis(axis, static_cast<int64_t>(x.rank())));
  const int64_t outer = x.Count(0, at);
  dim_ = x[at];
  inner_ = x.Count(at + 1);
  if (block_size == 0) {
    Require(scale.rank() == 1 && scale[0] == dim_, ORT_INVALID_ARGUMENT,
            "scale must be a scalar or have {} elements for axis {}, its shape is {}", dim_, axis,
            scale);
    kind_ = inner_ == 1 ? Kind::kLastAxis : Kind::kAxis;
    rows_ = inner_ == 1 ? outer : outer * dim_;
    longest_ = inner_ == 1 ? dim_ : inner_;
    return;
  }
  Require(block_size > 0, ORT_INVALID_ARGUMENT, "block_size must not be negative, it is {}",
          block_size);
  block_ = block_size;
  blocks_ = dim_ == 0 ? 0 : (dim_ - 1) / block_size + 1;
  bool fits = scale.rank() == x.rank();
  for (size_t i = 0; fits && i < x.rank(); ++i) fits = scale[i] == (i == at ? blocks_ : x[i]);
  Require(fits, ORT_INVALID_ARGUMENT,
          "scale of shape {} does not fit input {} in blocks of {} along axis {}", scale, x,
          block_size, axis);
  kind_ = inner_ == 1 ? Kind::kLastAxisBlock : Kind::kBlock;
  rows_ = inner_ == 1 ? outer * blocks_ : outer * dim_;
  longest_ = inner_ == 1 ? std::min(block_, dim_) : inner_;
}

QuantizedRow QuantizedRows::Row(int64_t i) const {
  switch (kind_) {
    case Kind::kTensor:
      return {i * kChunk, std::min(kChunk, total_ - i * kChunk), 0, 0};
    case Kind::kAxis:
      return {i * inner_, inner_, i % dim_, 0};
    case Kind::kLastAxis:
      return {i * dim_, dim_, 0, 1};
    case Kind::kBlock:
      return {i * inner_, inner_, (i / dim_ * blocks_ + i % dim_ / block_) * inner_, 1};
    case Kind::kLastAxisBlock:
      break;
  }
  const int64_t from = i % blocks_ * block_;
  return {i / blocks_ * dim_ + from, std::min(block_, dim_ - from), i, 0};
}

QuantizationParameters ReadQuantizationParameters(KernelContext& context) {
  const Tensor& scale = context.Input(1);
  const Tensor* zero_point = context.OptionalInput(2);
  const int64_t count = scale.ElementCount();
  const auto size = static_cast<size_t>(count);
  Require(zero_point == nullptr || zero_point->ElementCount() == count, ORT_INVALID_ARGUMENT,
          "zero_point and scale must have the same shape: {} and {}",
          zero_point == nullptr ? Shape() : zero_point->shape(), scale.shape());
  auto* scales = context.Scratch<float>(size);
  LoadFloats(scale.dtype(), scale.raw(), 0, count, scales);
  auto* zeros = context.Scratch<int32_t>(size);
  std::fill_n(zeros, size, 0);
  if (zero_point == nullptr) return {scales, zeros};
  const DType dtype = zero_point->dtype();
  const auto widen = [&](const auto* values) { std::copy_n(values, size, zeros); };
  switch (dtype) {
    case DType::kUInt8:
      widen(zero_point->data<uint8_t>());
      break;
    case DType::kInt8:
      widen(zero_point->data<int8_t>());
      break;
    case DType::kUInt16:
      widen(zero_point->data<uint16_t>());
      break;
    case DType::kInt16:
      widen(zero_point->data<int16_t>());
      break;
    case DType::kInt32:
      widen(zero_point->data<int32_t>());
      break;
    default:
      if (types::kSubBytes.Has(dtype) && dtype != DType::kFloat4E2M1) {
        auto* bytes = context.Scratch<uint8_t>(size);
        UnpackSubBytes(dtype, zero_point->raw(), count, bytes);
        SignExtend(dtype, bytes, count);
        if (dtype == DType::kInt4 || dtype == DType::kInt2)
          widen(reinterpret_cast<const int8_t*>(bytes));
        else
          widen(bytes);
      }
      break;  // the zero points of float types are zero
  }
  return {scales, zeros};
}

void SignExtend(DType dtype, uint8_t* bytes, int64_t count) {
  if (dtype != DType::kInt4 && dtype != DType::kInt2) return;
  const uint8_t sign = dtype == DType::kInt4 ? 8 : 2;
  for (int64_t i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>((bytes[i] ^ sign) - sign);
}

void LoadFloats(DType dtype, const void* x, int64_t start, int64_t count, float* out) {
  const auto convert = [&]<typename T>(const T* from) {
    for (int64_t i = 0; i < count; ++i) out[i] = static_cast<float>(from[start + i]);
  };
  switch (dtype) {
    case DType::kFloat:
      return convert(static_cast<const float*>(x));
    case DType::kFloat16:
      return convert(static_cast<const Float16*>(x));
    case DType::kBFloat16:
      return convert(static_cast<const BFloat16*>(x));
    case DType::kInt32:
      return convert(static_cast<const int32_t*>(x));
    case DType::kDouble:
      return convert(static_cast<const double*>(x));
    case DType::kFloat8E8M0: {  // a bare exponent: 2^(bits - 127)
      const auto* bits = static_cast<const uint8_t*>(x);
      for (int64_t i = 0; i < count; ++i) {
        const uint32_t e = bits[start + i];
        out[i] = e == 0xff ? std::bit_cast<float>(0x7fc00000u)
                           : std::bit_cast<float>(e == 0 ? 0x00400000u : e << 23);
      }
      return;
    }
    default:
      Fail(ORT_NOT_IMPLEMENTED, "quantization does not read {}", TensorTypeName(dtype));
  }
}

void StoreFloats(DType dtype, const float* x, int64_t start, int64_t count, void* out) {
  const auto convert = [&]<typename T>(T* to) {
    for (int64_t i = 0; i < count; ++i) to[start + i] = static_cast<T>(x[i]);
  };
  switch (dtype) {
    case DType::kFloat:
      return convert(static_cast<float*>(out));
    case DType::kFloat16:
      return convert(static_cast<Float16*>(out));
    case DType::kBFloat16:
      return convert(static_cast<BFloat16*>(out));
    default:
      Fail(ORT_NOT_IMPLEMENTED, "dequantization does not write {}", TensorTypeName(dtype));
  }
}

}  // namespace backplane::cpu
