// Comparisons and logic: Equal, Less(OrEqual), Greater(OrEqual), And, Or, Xor. Two inputs,
// broadcasting, bool output.
#include <string>

#include "cpu/ops/binary_kernel.h"

namespace backplane::cpu {
namespace {

using I = const KernelInfo&;

struct EqualValue {
  template <typename T>
  bool operator()(const T& a, const T& b) const {
    return a == b;
  }
};
struct LessValue {
  template <typename T>
  bool operator()(const T& a, const T& b) const {
    return a < b;
  }
};
struct LessOrEqualValue {
  template <typename T>
  bool operator()(const T& a, const T& b) const {
    return a <= b;
  }
};
// a > b is b < a with the roles of the inputs exchanged: nothing more is compiled.
template <typename F>
struct Swapped {
  template <typename T>
  bool operator()(const T& a, const T& b) const {
    return F{}(b, a);
  }
};

// Half floats compare as floats do.
template <typename F>
struct AsFloat {
  template <typename T>
  bool operator()(T a, T b) const {
    return F{}(static_cast<float>(a), static_cast<float>(b));
  }
};

template <typename F, typename... Types>
BinaryLoops Comparison(TypeList<Types...>, DType dtype) {
  if (types::kHalfs.Has(dtype)) {
    return Dispatch<Float16, BFloat16>(
        dtype, []<typename T>() { return kPlainLoops<T, T, bool, AsFloat<F>>; });
  }
  return Dispatch<Types...>(dtype, []<typename T>() { return kPlainLoops<T, T, bool, F>; });
}

// Strings are compared in place, whatever their length; they cost more.
std::unique_ptr<Kernel> MakeEqual(I info) {
  const DType dtype = info.InputType(0);
  if (dtype == DType::kString)
    return MakeBinary(info, kPlainLoops<std::string, std::string, bool, EqualValue>, 10);
  if (dtype == DType::kBool)
    return MakeBinary(info, kPlainLoops<uint8_t, uint8_t, bool, EqualValue>);
  return MakeBinary(info, Comparison<EqualValue>(Numbers(), dtype));
}

constexpr Op Compare(const char* type, TypeSet types, int first) {
  return Op(type).Since(first).In(0, types);
}

BACKPLANE_CPU_KERNEL(Equal,
                     Compare("Equal", types::kNumeric | TypeSet{DType::kBool, DType::kString}, 1),
                     MakeEqual);
BACKPLANE_CPU_KERNEL(Less, Compare("Less", types::kNumeric, 1), [](I info) {
  return MakeBinary(info, Comparison<LessValue>(Numbers(), info.InputType(0)));
});
BACKPLANE_CPU_KERNEL(Greater, Compare("Greater", types::kNumeric, 1), [](I info) {
  return MakeBinary(info, Comparison<Swapped<LessValue>>(Numbers(), info.InputType(0)));
});
BACKPLANE_CPU_KERNEL(LessOrEqual, Compare("LessOrEqual", types::kNumeric, 12), [](I info) {
  return MakeBinary(info, Comparison<LessOrEqualValue>(Numbers(), info.InputType(0)));
});
BACKPLANE_CPU_KERNEL(GreaterOrEqual, Compare("GreaterOrEqual", types::kNumeric, 12), [](I info) {
  return MakeBinary(info, Comparison<Swapped<LessOrEqualValue>>(Numbers(), info.InputType(0)));
});

// Bool is stored as 0 or 1; any other byte from a caller counts as true.
#define BACKPLANE_LOGICAL(name, expression)                                       \
  struct name##Value {                                                            \
    uint8_t operator()(uint8_t a, uint8_t b) const { return expression; }         \
  };                                                                              \
  BACKPLANE_CPU_KERNEL(name, Binary(#name, DType::kBool, 1), [](I info) {         \
    return MakeBinary(info, kPlainLoops<uint8_t, uint8_t, uint8_t, name##Value>); \
  })
BACKPLANE_LOGICAL(And, (a != 0) & (b != 0));
BACKPLANE_LOGICAL(Or, (a | b) != 0);
BACKPLANE_LOGICAL(Xor, (a != 0) != (b != 0));
#undef BACKPLANE_LOGICAL

}  // namespace
}  // namespace backplane::cpu
