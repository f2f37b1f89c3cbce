// The 8-bit floats as storage types: conversion to float by table, from float with
// round-to-nearest-even and the two overflow behaviours of the ONNX Cast operator. Used by Cast,
// IsNaN, IsInf and whoever reads or writes float8 tensors.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/dtype.h"

namespace backplane::cpu {

/// One of the four signed formats. kFnuz: no negative zero (its bits are the only NaN) and no
/// infinities, else kInfinity: IEEE's infinities and NaNs; without both, all ones is NaN.
template <int kMantissaBits, int kBias, bool kInfinity, bool kFnuz>
struct Float8 {
  uint8_t bits = 0;

  Float8() = default;
  explicit Float8(float value, bool saturate = true) : bits(Encode(value, saturate)) {}
  explicit operator float() const { return kDecoded[bits]; }

 private:
  // Bits of the largest finite magnitude.
  static constexpr uint8_t kMaxBits = kFnuz ? 0x7f : kInfinity ? 0x7b : 0x7e;
  static constexpr uint8_t kNanBits = kFnuz ? 0x80 : 0x7f;

  static constexpr float Power(int exponent) {
    return std::bit_cast<float>(static_cast<uint32_t>(exponent + 127) << 23);
  }
  static constexpr float Decode(uint8_t bits) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    if (kFnuz ? bits == 0x80 : kInfinity ? (bits & 0x7f) > 0x7c : (bits & 0x7f) == 0x7f) return nan;
    const float sign = (bits & 0x80) != 0 ? -1.0f : 1.0f;
    if (kInfinity && (bits & 0x7f) == 0x7c) return sign * std::numeric_limits<float>::infinity();
    const int exponent = (bits & 0x7f) >> kMantissaBits;
    const int mantissa = bits & ((1 << kMantissaBits) - 1);
    if (exponent == 0)
      return sign * static_cast<float>(mantissa) * Power(1 - kBias - kMantissaBits);
    return sign * static_cast<float>(mantissa + (1 << kMantissaBits)) *
           Power(exponent - kBias - kMantissaBits);
  }
  static constexpr std::array<float, 256> MakeTable() {
    std::array<float, 256> table{};
    for (int i = 0; i < 256; ++i) table[i] = Decode(static_cast<uint8_t>(i));
    return table;
  }
  static constexpr std::array<float, 256> kDecoded = MakeTable();

  static uint8_t Encode(float value, bool saturate) {
    const auto sign = static_cast<uint8_t>(std::signbit(value) ? 0x80 : 0);
    if (std::isnan(value)) return kFnuz ? kNanBits : sign | kNanBits;
    const float magnitude = std::abs(value);
    // Round to a multiple of the spacing at this magnitude. Exact: the spacing is a power of two.
    const int exponent = std::max(std::ilogb(std::max(magnitude, Power(1 - kBias))), 1 - kBias);
    const float rounded = std::isinf(magnitude)
                              ? magnitude
                              : std::nearbyint(std::ldexp(magnitude, kMantissaBits - exponent));
    const float largest = kDecoded[kMaxBits];
    if (std::isinf(rounded) || std::ldexp(rounded, exponent - kMantissaBits) > largest) {
      if (saturate) return sign | kMaxBits;
      return kFnuz ? kNanBits : kInfinity ? sign | 0x7c : sign | kNanBits;
    }
    if (rounded == 0) return kFnuz ? 0 : sign;
    // Adding (not or-ing) the mantissa carries a rounding up to the next power of two into the
    // exponent.
    const int field = exponent + kBias - 1;
    return static_cast<uint8_t>(sign | ((field << kMantissaBits) + static_cast<int>(rounded)));
  }
};

using Float8E4M3FN = Float8<3, 7, false, false>;
using Float8E4M3FNUZ = Float8<3, 8, false, true>;
using Float8E5M2 = Float8<2, 15, true, false>;
using Float8E5M2FNUZ = Float8<2, 16, false, true>;

}  // namespace backplane::cpu

namespace backplane {

template <>
struct DTypeOf<cpu::Float8E4M3FN> {
  static constexpr DType value = DType::kFloat8E4M3FN;
};
template <>
struct DTypeOf<cpu::Float8E4M3FNUZ> {
  static constexpr DType value = DType::kFloat8E4M3FNUZ;
};
template <>
struct DTypeOf<cpu::Float8E5M2> {
  static constexpr DType value = DType::kFloat8E5M2;
};
template <>
struct DTypeOf<cpu::Float8E5M2FNUZ> {
  static constexpr DType value = DType::kFloat8E5M2FNUZ;
};

}  // namespace backplane
