#include "cpu/ops/cast_stages.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <type_traits>

#include "cpu/kernels/elementwise.h"
#include "cpu/ops/cast_float8.h"
#include "cpu/ops/dispatch.h"

namespace backplane::cpu {
namespace {

template <typename From, typename To>
void Convert(const void* in, void* out, int64_t n, const CastParams&) {
  const From* x = static_cast<const From*>(in);
  To* y = static_cast<To*>(out);
  for (int64_t i = 0; i < n; ++i) {
    if constexpr (std::is_same_v<To, bool>) {
      y[i] = x[i] != 0;
    } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> &&
                         sizeof(To) < sizeof(int32_t)) {
      y[i] = static_cast<To>(static_cast<int32_t>(x[i]));  // out of range: the low bits
    } else {
      y[i] = static_cast<To>(x[i]);
    }
  }
}

template <typename Half>
void DecodeHalf(const void* in, void* out, int64_t n, const CastParams&) {
  HalfToFloat(static_cast<const Half*>(in), static_cast<float*>(out), n);
}
template <typename Half>
void EncodeHalf(const void* in, void* out, int64_t n, const CastParams&) {
  FloatToHalf(static_cast<const float*>(in), static_cast<Half*>(out), n);
}

template <typename F8>
void DecodeFloat8(const void* in, void* out, int64_t n, const CastParams&) {
  const F8* x = static_cast<const F8*>(in);
  float* y = static_cast<float*>(out);
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<float>(x[i]);
}
template <typename F8>
void EncodeFloat8(const void* in, void* out, int64_t n, const CastParams& params) {
  const float* x = static_cast<const float*>(in);
  F8* y = static_cast<F8*>(out);
  for (int64_t i = 0; i < n; ++i) y[i] = F8(x[i], params.saturate);
}

// float8e8m0 is a float's exponent and nothing else.
void DecodeE8M0(const void* in, void* out, int64_t n, const CastParams&) {
  const uint8_t* x = static_cast<const uint8_t*>(in);
  float* y = static_cast<float*>(out);
  for (int64_t i = 0; i < n; ++i) {
    y[i] = std::bit_cast<float>(x[i] == 0xff ? 0x7fc00000u
                                : x[i] == 0  ? 0x00400000u
                                             : uint32_t{x[i]} << 23);
  }
}
uint8_t EncodeE8M0(float value, const CastParams& params) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t exponent = (bits >> 23) & 0xff;
  const uint32_t mantissa = bits & 0x7fffff;
  if (exponent == 0xff) return mantissa == 0 && params.saturate ? 0xfe : 0xff;
  if (bits << 1 == 0 && !params.saturate) return 0xff;
  bool up = false;
  if (params.rounding == CastParams::Rounding::kUp) {
    up = mantissa != 0;
  } else if (params.rounding == CastParams::Rounding::kNearest) {
    up = mantissa > 0x400000 || (mantissa == 0x400000 && exponent > 0);
  }
  if (exponent == 0xfe && params.saturate) up = false;
  return static_cast<uint8_t>(exponent + (up ? 1 : 0));
}
void EncodeE8M0s(const void* in, void* out, int64_t n, const CastParams& params) {
  const float* x = static_cast<const float*>(in);
  uint8_t* y = static_cast<uint8_t*>(out);
  for (int64_t i = 0; i < n; ++i) y[i] = EncodeE8M0(x[i], params);
}

// Packed elements lie in a byte from the lowest bits up.
template <int kBits>
uint8_t Unpack(const uint8_t* packed, int64_t i) {
  constexpr int kPerByte = 8 / kBits;
  return (packed[i / kPerByte] >> (i % kPerByte * kBits)) & ((1 << kBits) - 1);
}
template <int kBits>
void Pack(uint8_t* packed, int64_t i, uint8_t value) {
  constexpr int kPerByte = 8 / kBits;
  const int shift = static_cast<int>(i % kPerByte) * kBits;
  if (shift == 0) packed[i / kPerByte] = 0;  // the byte's other elements follow
  packed[i / kPerByte] |= static_cast<uint8_t>((value & ((1 << kBits) - 1)) << shift);
}

template <int kBits, bool kSigned>
void UnpackIntegers(const void* in, void* out, int64_t n, const CastParams&) {
  const uint8_t* x = static_cast<const uint8_t*>(in);
  int32_t* y = static_cast<int32_t*>(out);
  constexpr int32_t kSign = kSigned ? 1 << (kBits - 1) : 0;
  for (int64_t i = 0; i < n; ++i) y[i] = (Unpack<kBits>(x, i) ^ kSign) - kSign;
}
template <int kBits>
void PackIntegers(const void* in, void* out, int64_t n, const CastParams&) {
  const int32_t* x = static_cast<const int32_t*>(in);
  for (int64_t i = 0; i < n; ++i)
    Pack<kBits>(static_cast<uint8_t*>(out), i, static_cast<uint8_t>(x[i]));
}

// float4e2m1: 0, 0.5, 1, 1.5, 2, 3, 4, 6 and a sign; no infinities, no NaN.
constexpr float kFloat4[] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

void UnpackFloat4(const void* in, void* out, int64_t n, const CastParams&) {
  float* y = static_cast<float*>(out);
  for (int64_t i = 0; i < n; ++i) {
    const uint8_t bits = Unpack<4>(static_cast<const uint8_t*>(in), i);
    y[i] = (bits & 8) != 0 ? -kFloat4[bits & 7] : kFloat4[bits & 7];
  }
}
void PackFloat4(const void* in, void* out, int64_t n, const CastParams&) {
  const float* x = static_cast<const float*>(in);
  for (int64_t i = 0; i < n; ++i) {
    const float magnitude = std::abs(x[i]);
    uint8_t bits = 0;
    for (uint8_t k = 1; k < 8; ++k) {  // to the nearer neighbour; half way to the even one
      const float middle = (kFloat4[k - 1] + kFloat4[k]) / 2;
      if (magnitude > middle || (magnitude == middle && k % 2 == 0)) bits = k;
    }
    const bool negative = std::signbit(x[i]) || std::isnan(x[i]);
    Pack<4>(static_cast<uint8_t*>(out), i, negative ? bits | 8 : bits);
  }
}

}  // namespace

CastLoop DirectCast(DType from, DType to) {
  if (from == to) return nullptr;
  if (from == DType::kBool) from = DType::kUInt8;
  if (from == to) to = DType::kInt8;  // bool to uint8: the same bits
  return DispatchList(Numbers(), from, [&]<typename From>() {
    return Dispatch<bool, float, double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t,
                    uint32_t, uint64_t>(
        to, []<typename To>() -> CastLoop { return &Convert<From, To>; });
  });
}

Gateway Decoder(DType type, DType other) {
  switch (type) {
    case DType::kFloat16:
      return {DType::kFloat, &DecodeHalf<Float16>};
    case DType::kBFloat16:
      return {DType::kFloat, &DecodeHalf<BFloat16>};
    case DType::kFloat8E4M3FN:
      return {DType::kFloat, &DecodeFloat8<Float8E4M3FN>};
    case DType::kFloat8E4M3FNUZ:
      return {DType::kFloat, &DecodeFloat8<Float8E4M3FNUZ>};
    case DType::kFloat8E5M2:
      return {DType::kFloat, &DecodeFloat8<Float8E5M2>};
    case DType::kFloat8E5M2FNUZ:
      return {DType::kFloat, &DecodeFloat8<Float8E5M2FNUZ>};
    case DType::kFloat8E8M0:
      return {DType::kFloat, &DecodeE8M0};
    case DType::kFloat4E2M1:
      return {DType::kFloat, &UnpackFloat4};
    case DType::kInt4:
      return {DType::kInt32, &UnpackIntegers<4, true>};
    case DType::kUInt4:
      return {DType::kInt32, &UnpackIntegers<4, false>};
    case DType::kInt2:
      return {DType::kInt32, &UnpackIntegers<2, true>};
    case DType::kUInt2:
      return {DType::kInt32, &UnpackIntegers<2, false>};
    case DType::kString:
      return TextDecoder(other);
    default:
      return {type, nullptr};
  }
}

Gateway Encoder(DType type, DType other) {
  switch (type) {
    case DType::kFloat16:
      return {DType::kFloat, &EncodeHalf<Float16>};
    case DType::kBFloat16:
      return {DType::kFloat, &EncodeHalf<BFloat16>};
    case DType::kFloat8E4M3FN:
      return {DType::kFloat, &EncodeFloat8<Float8E4M3FN>};
    case DType::kFloat8E4M3FNUZ:
      return {DType::kFloat, &EncodeFloat8<Float8E4M3FNUZ>};
    case DType::kFloat8E5M2:
      return {DType::kFloat, &EncodeFloat8<Float8E5M2>};
    case DType::kFloat8E5M2FNUZ:
      return {DType::kFloat, &EncodeFloat8<Float8E5M2FNUZ>};
    case DType::kFloat8E8M0:
      return {DType::kFloat, &EncodeE8M0s};
    case DType::kFloat4E2M1:
      return {DType::kFloat, &PackFloat4};
    case DType::kInt4:
    case DType::kUInt4:
      return {DType::kInt32, &PackIntegers<4>};
    case DType::kInt2:
    case DType::kUInt2:
      return {DType::kInt32, &PackIntegers<2>};
    case DType::kString:
      return TextEncoder(other);
    default:
      return {type, nullptr};
  }
}

}  // namespace backplane::cpu
