// Element types of tensors: the values of ONNX's TensorProto.DataType. The C API's
// ONNXTensorElementDataType numbers the last three otherwise (abi/type_info.h converts). Sizes,
// names, sets of types, and the C++ type of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/float16.h"

namespace backplane {

enum class DType : uint8_t {
  kUndefined = 0,
  kFloat = 1,
  kUInt8 = 2,
  kInt8 = 3,
  kUInt16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kDouble = 11,
  kUInt32 = 12,
  kUInt64 = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kBFloat16 = 16,
  kFloat8E4M3FN = 17,
  kFloat8E4M3FNUZ = 18,
  kFloat8E5M2 = 19,
  kFloat8E5M2FNUZ = 20,
  kUInt4 = 21,
  kInt4 = 22,
  kFloat4E2M1 = 23,
  kFloat8E8M0 = 24,
  kUInt2 = 25,
  kInt2 = 26,
};
inline constexpr int kDTypeCount = 27;

/// Bits that one element takes (string: of a std::string); 0 for kUndefined and values out of
/// range.
size_t BitsOf(DType type);

/// Bytes of `count` elements; sub-byte types are packed. Fails on overflow (ORT_INVALID_ARGUMENT).
size_t BytesOf(DType type, int64_t count);

/// ONNX's spelling of the element type: "float", "int64", "bfloat16", ...
std::string_view NameOf(DType type);

/// ONNX's spelling of the tensor type, "tensor(float)".
std::string TensorTypeName(DType type);

/// The type named `name` (as NameOf gives it), or kUndefined.
DType DTypeFromName(std::string_view name);

/// A set of element types; what a kernel registration accepts at one input or output.
class TypeSet {
 public:
  constexpr TypeSet() = default;
  constexpr TypeSet(DType type)
      : bits_(uint64_t{1} << static_cast<int>(type)) {}  // NOLINT: a type is a set of one
  constexpr TypeSet(std::initializer_list<DType> types) {
    for (DType type : types) bits_ |= uint64_t{1} << static_cast<int>(type);
  }
  constexpr bool Has(DType type) const { return (bits_ >> static_cast<int>(type)) & 1; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr TypeSet operator|(TypeSet other) const {
    TypeSet result;
    result.bits_ = bits_ | other.bits_;
    return result;
  }

 private:
  uint64_t bits_ = 0;
};

namespace types {
inline constexpr TypeSet kFloats{DType::kFloat, DType::kDouble};
inline constexpr TypeSet kHalfs{DType::kFloat16, DType::kBFloat16};
inline constexpr TypeSet kAllFloats = kFloats | kHalfs;
inline constexpr TypeSet kSignedInts{DType::kInt8, DType::kInt16, DType::kInt32, DType::kInt64};
inline constexpr TypeSet kUnsignedInts{DType::kUInt8, DType::kUInt16, DType::kUInt32,
                                       DType::kUInt64};
inline constexpr TypeSet kInts = kSignedInts | kUnsignedInts;
inline constexpr TypeSet kNumeric = kAllFloats | kInts;
inline constexpr TypeSet kIndices{DType::kInt32, DType::kInt64};
inline constexpr TypeSet kFloat8s{DType::kFloat8E4M3FN, DType::kFloat8E4M3FNUZ, DType::kFloat8E5M2,
                                  DType::kFloat8E5M2FNUZ, DType::kFloat8E8M0};
inline constexpr TypeSet kSubBytes{DType::kUInt4, DType::kInt4, DType::kFloat4E2M1, DType::kUInt2,
                                   DType::kInt2};
/// Every type whose elements are whole bytes that memcpy may move (no strings, nothing sub-byte).
inline constexpr TypeSet kPlain =
    kNumeric | kFloat8s | TypeSet{DType::kBool, DType::kComplex64, DType::kComplex128};
inline constexpr TypeSet kAll = kPlain | kSubBytes | TypeSet{DType::kString};
}  // namespace types

/// DTypeOf<T>::value is the DType whose elements are stored as T.
template <typename T>
struct DTypeOf;
#define BACKPLANE_DTYPE(cpp_type, dtype)         \
  template <>                                    \
  struct DTypeOf<cpp_type> {                     \
    static constexpr DType value = DType::dtype; \
  };
BACKPLANE_DTYPE(float, kFloat)
BACKPLANE_DTYPE(double, kDouble)
BACKPLANE_DTYPE(uint8_t, kUInt8)
BACKPLANE_DTYPE(int8_t, kInt8)
BACKPLANE_DTYPE(uint16_t, kUInt16)
BACKPLANE_DTYPE(int16_t, kInt16)
BACKPLANE_DTYPE(uint32_t, kUInt32)
BACKPLANE_DTYPE(int32_t, kInt32)
BACKPLANE_DTYPE(uint64_t, kUInt64)
BACKPLANE_DTYPE(int64_t, kInt64)
BACKPLANE_DTYPE(bool, kBool)
BACKPLANE_DTYPE(std::string, kString)
BACKPLANE_DTYPE(Float16, kFloat16)
BACKPLANE_DTYPE(BFloat16, kBFloat16)
#undef BACKPLANE_DTYPE
template <typename T>
inline constexpr DType kDTypeOf = DTypeOf<T>::value;

}  // namespace backplane
