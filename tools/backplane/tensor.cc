#include "backplane/tensor.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "backplane/error.h"

namespace backplane::command {
namespace {

struct TypeFacts {
  const char* name;
  size_t bits;
};

// By value of ONNXTensorElementDataType.
constexpr std::array<TypeFacts, 27> kTypes = {{
    {"undefined", 0},      {"float", 32},       {"uint8", 8},          {"int8", 8},
    {"uint16", 16},        {"int16", 16},       {"int32", 32},         {"int64", 64},
    {"string", 0},         {"bool", 8},         {"float16", 16},       {"double", 64},
    {"uint32", 32},        {"uint64", 64},      {"complex64", 64},     {"complex128", 128},
    {"bfloat16", 16},      {"float8e4m3fn", 8}, {"float8e4m3fnuz", 8}, {"float8e5m2", 8},
    {"float8e5m2fnuz", 8}, {"uint4", 4},        {"int4", 4},           {"float4e2m1", 4},
    {"uint2", 2},          {"int2", 2},         {"float8e8m0", 8},
}};

struct Half {
  uint16_t bits;
  explicit operator double() const {
    const double sign = (bits & 0x8000) != 0 ? -1 : 1;
    const int exponent = (bits >> 10) & 0x1f;
    const int mantissa = bits & 0x3ff;
    if (exponent == 0x1f) {
      return mantissa != 0 ? std::numeric_limits<double>::quiet_NaN()
                           : sign * std::numeric_limits<double>::infinity();
    }
    if (exponent == 0) return sign * std::ldexp(mantissa, -24);
    return sign * std::ldexp(mantissa + 1024, exponent - 25);
  }
  static Half From(double value) {
    const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
    const double magnitude = std::abs(value);
    if (std::isnan(value)) return {static_cast<uint16_t>(sign | 0x7e00)};
    if (magnitude >= 65520) return {static_cast<uint16_t>(sign | 0x7c00)};
    if (magnitude < std::ldexp(1.0, -14)) {
      return {static_cast<uint16_t>(
          sign | static_cast<uint16_t>(std::nearbyint(std::ldexp(magnitude, 24))))};
    }
    int exponent = 0;
    const double fraction = std::frexp(magnitude, &exponent);  // [0.5, 1)
    // Rounding up to the next power of two carries into the exponent by itself.
    const int mantissa = static_cast<int>(std::nearbyint(std::ldexp(fraction, 11))) - 1024;
    return {static_cast<uint16_t>(sign | (((exponent + 14) << 10) + mantissa))};
  }
};

struct Brain {
  uint16_t bits;
  explicit operator double() const {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  }
  static Brain From(double value) {
    const auto u = std::bit_cast<uint32_t>(static_cast<float>(value));
    if ((u & 0x7fffffffu) > 0x7f800000u) return {static_cast<uint16_t>((u >> 16) | 0x40)};
    return {static_cast<uint16_t>((u + 0x7fffu + ((u >> 16) & 1)) >> 16)};
  }
};

// Saturates where an integer type cannot hold `value`; not a number becomes zero.
template <typename T>
T Convert(double value) {
  if constexpr (std::is_integral_v<T>) {
    if (std::isnan(value)) return 0;
    if (value <= static_cast<double>(std::numeric_limits<T>::min()))
      return std::numeric_limits<T>::min();
    if (value >= static_cast<double>(std::numeric_limits<T>::max()))
      return std::numeric_limits<T>::max();
  }
  return static_cast<T>(value);
}

// Calls `f` with a null pointer to the type that stores an element; false for types without one.
template <typename F>
bool WithStorage(ElementType type, F&& f) {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
      f(static_cast<float*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
      f(static_cast<double*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
      f(static_cast<Half*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16:
      f(static_cast<Brain*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8:
      f(static_cast<int8_t*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
      f(static_cast<uint8_t*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16:
      f(static_cast<int16_t*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16:
      f(static_cast<uint16_t*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
      f(static_cast<int32_t*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32:
      f(static_cast<uint32_t*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
      f(static_cast<int64_t*>(nullptr));
      return true;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64:
      f(static_cast<uint64_t*>(nullptr));
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string NameOf(ElementType type) {
  const auto index = static_cast<size_t>(type);
  return index < kTypes.size() ? kTypes[index].name : "type " + std::to_string(index);
}

size_t BitsOf(ElementType type) {
  const auto index = static_cast<size_t>(type);
  return index < kTypes.size() ? kTypes[index].bits : 0;
}

int64_t ElementCount(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t dim : shape) {
    // Leaves room for 128 bits an element.
    if (dim < 0 || __builtin_mul_overflow(count, dim, &count) || count > (int64_t{1} << 56))
      throw Failure("a shape is too large or negative");
  }
  return count;
}

size_t BytesOf(ElementType type, int64_t count) {
  return (static_cast<size_t>(count) * BitsOf(type) + 7) / 8;
}

bool IsFloating(ElementType type) {
  return type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT ||
         type == ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE ||
         type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 ||
         type == ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16;
}

bool IsNumeric(ElementType type) {
  return WithStorage(type, [](auto*) {});
}

void ReadElements(ElementType type, const void* data, int64_t count,
                  const std::function<void(int64_t, double)>& visit) {
  WithStorage(type, [&](auto* tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    const T* elements = static_cast<const T*>(data);
    for (int64_t i = 0; i < count; ++i) visit(i, static_cast<double>(elements[i]));
  });
}

void WriteElements(ElementType type, void* data, int64_t count,
                   const std::function<double(int64_t)>& value) {
  WithStorage(type, [&](auto* tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    T* elements = static_cast<T*>(data);
    for (int64_t i = 0; i < count; ++i) {
      if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, Brain>) {
        elements[i] = T::From(value(i));
      } else {
        elements[i] = Convert<T>(value(i));
      }
    }
  });
}

}  // namespace backplane::command
