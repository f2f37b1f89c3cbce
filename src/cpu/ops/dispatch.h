// From a DType at run time to a C++ type at compile time. Every operator family dispatches through
// here, once, when its kernel is prepared; list only the types that the operator is registered for,
// since each one is compiled.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "base/dtype.h"
#include "base/error.h"

namespace backplane::cpu {

/// Calls `f.template operator()<T>()` for the T of `Types` that `dtype` is stored as and returns
/// what it returns.
///
///   auto loop = Dispatch<float, double>(dtype, [&]<typename T>() -> Loop { return &Body<T>; });
template <typename... Types, typename F>
auto Dispatch(DType dtype, F&& f) {
  using First = std::tuple_element_t<0, std::tuple<Types...>>;
  using Result = decltype(f.template operator()<First>());
  if constexpr (std::is_void_v<Result>) {
    const bool found =
        ((dtype == kDTypeOf<Types> && (f.template operator()<Types>(), true)) || ...);
    Require(found, ORT_NOT_IMPLEMENTED, "no kernel for element type {}", NameOf(dtype));
  } else {
    Result result{};
    const bool found =
        ((dtype == kDTypeOf<Types> && (result = f.template operator()<Types>(), true)) || ...);
    Require(found, ORT_NOT_IMPLEMENTED, "no kernel for element type {}", NameOf(dtype));
    return result;
  }
}

/// The same over types already in a list: DispatchList(Integers{}, dtype, f).
template <typename... Types>
struct TypeList {};
template <typename... Types, typename F>
auto DispatchList(TypeList<Types...>, DType dtype, F&& f) {
  return Dispatch<Types...>(dtype, std::forward<F>(f));
}

using Integers = TypeList<int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>;
/// What has arithmetic of its own; half floats are computed as float.
using Numbers = TypeList<float, double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t,
                         uint32_t, uint64_t>;

}  // namespace backplane::cpu
