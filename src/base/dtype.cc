#include "base/dtype.h"

#include <array>

#include "base/checked_math.h"

namespace backplane {
namespace {

struct Row {
  std::string_view name;
  size_t bits;
};

constexpr std::array<Row, kDTypeCount> kRows = {{
    {"undefined", 0},      {"float", 32},     {"uint8", 8},
    {"int8", 8},           {"uint16", 16},    {"int16", 16},
    {"int32", 32},         {"int64", 64},     {"string", 8 * sizeof(std::string)},
    {"bool", 8},           {"float16", 16},   {"double", 64},
    {"uint32", 32},        {"uint64", 64},    {"complex64", 64},
    {"complex128", 128},   {"bfloat16", 16},  {"float8e4m3fn", 8},
    {"float8e4m3fnuz", 8}, {"float8e5m2", 8}, {"float8e5m2fnuz", 8},
    {"uint4", 4},          {"int4", 4},       {"float4e2m1", 4},
    {"float8e8m0", 8},     {"uint2", 2},      {"int2", 2},
}};

const Row& RowOf(DType type) {
  const auto index = static_cast<size_t>(type);
  return kRows[index < kRows.size() ? index : 0];
}

}  // namespace

size_t BitsOf(DType type) { return RowOf(type).bits; }

size_t BytesOf(DType type, int64_t count) {
  Require(count >= 0, ORT_INVALID_ARGUMENT, "a tensor cannot have {} elements", count);
  const size_t bits = BitsOf(type);
  if (bits >= 8) return CheckedMul(static_cast<size_t>(count), bits / 8);
  return CheckedAdd(CheckedMul(static_cast<size_t>(count), bits), size_t{7}) / 8;
}

std::string_view NameOf(DType type) { return RowOf(type).name; }

std::string TensorTypeName(DType type) { return Format("tensor({})", NameOf(type)); }

DType DTypeFromName(std::string_view name) {
  for (size_t i = 1; i < kRows.size(); ++i) {
    if (kRows[i].name == name) return static_cast<DType>(i);
  }
  return DType::kUndefined;
}

}  // namespace backplane
