// Numbers to text and back, in the forms that ONNX Runtime writes and reads: eight significant
// digits, INF, -INF, NaN; an integer is read up to the first character that does not belong to it.
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <type_traits>

#include "base/error.h"
#include "cpu/ops/cast_stages.h"

namespace backplane::cpu {
namespace {

[[noreturn]] void FailToRead(const std::string& text) {
  Fail(ORT_RUNTIME_EXCEPTION, "cannot cast the string '{}' to a number", text);
}

// Past white space and a plus sign, which std::from_chars does not skip.
const char* Start(const std::string& text) {
  const char* p = text.c_str();
  while (*p == ' ' || (*p >= '\t' && *p <= '\r')) ++p;
  return *p == '+' && p[1] != '-' ? p + 1 : p;
}

double ReadDouble(const std::string& text) {
  const char* begin = Start(text);
  const char* end = text.c_str() + text.size();
  double value = 0;
  const auto [rest, error] = std::from_chars(begin, end, value);
  if (error == std::errc::result_out_of_range) return std::strtod(begin, nullptr);
  if (error != std::errc()) FailToRead(text);
  return value;
}

template <typename T>
T ReadInteger(const std::string& text) {
  const char* begin = Start(text);
  const char* end = text.c_str() + text.size();
  // A minus sign is accepted for unsigned types too and wraps.
  const bool negative = begin != end && *begin == '-';
  std::make_unsigned_t<T> magnitude = 0;
  const auto [rest, error] = std::from_chars(begin + (negative ? 1 : 0), end, magnitude);
  if (error != std::errc()) FailToRead(text);
  return static_cast<T>(negative ? std::make_unsigned_t<T>{0} - magnitude : magnitude);
}

template <typename T>
void Read(const void* in, void* out, int64_t n, const CastParams&) {
  const std::string* x = static_cast<const std::string*>(in);
  T* y = static_cast<T*>(out);
  for (int64_t i = 0; i < n; ++i) {
    if constexpr (std::is_same_v<T, double>) {
      y[i] = ReadDouble(x[i]);
    } else {
      y[i] = ReadInteger<T>(x[i]);
    }
  }
}

void WriteOne(double value, std::string& text) {
  if (std::isnan(value)) {
    text = "NaN";
  } else if (std::isinf(value)) {
    text = value < 0 ? "-INF" : "INF";
  } else {
    char digits[32];
    const auto [end, error] =
        std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::general, 8);
    text.assign(digits, error == std::errc() ? end : digits);
  }
}

template <typename T>
void Write(const void* in, void* out, int64_t n, const CastParams&) {
  const T* x = static_cast<const T*>(in);
  std::string* y = static_cast<std::string*>(out);
  for (int64_t i = 0; i < n; ++i) {
    if constexpr (std::is_same_v<T, double>) {
      WriteOne(x[i], y[i]);
    } else {
      y[i] = std::to_string(x[i]);
    }
  }
}

enum class Kind { kFloat, kSigned, kUnsigned };
Kind KindOf(DType type) {
  if ((types::kSignedInts | TypeSet{DType::kInt4, DType::kInt2}).Has(type)) return Kind::kSigned;
  if ((types::kUnsignedInts | TypeSet{DType::kUInt4, DType::kUInt2, DType::kBool}).Has(type))
    return Kind::kUnsigned;
  return Kind::kFloat;
}

}  // namespace

Gateway TextDecoder(DType other) {
  switch (KindOf(other)) {
    case Kind::kSigned:
      return {DType::kInt64, &Read<int64_t>};
    case Kind::kUnsigned:
      return {DType::kUInt64, &Read<uint64_t>};
    case Kind::kFloat:
      break;
  }
  return {DType::kDouble, &Read<double>};
}

Gateway TextEncoder(DType other) {
  switch (KindOf(other)) {
    case Kind::kSigned:
      return {DType::kInt64, &Write<int64_t>};
    case Kind::kUnsigned:
      return {DType::kUInt64, &Write<uint64_t>};
    case Kind::kFloat:
      break;
  }
  return {DType::kDouble, &Write<double>};
}

}  // namespace backplane::cpu
