// How the files of abi/ declare the functions of the C API's tables, and what stands in a slot
// without one. The signatures come from the public headers: a definition that differs does not
// compile or link.
#pragma once

#include <cstddef>
#include <type_traits>

#include "onnxruntime_c_api.h"

/// Declares the function for a slot; `table` is OrtApi, OrtEpApi, ... Slots named Release... are
/// declared by hand, because the header leaves out their noexcept.
#define BACKPLANE_SLOT(table, slot) __typeof__(*static_cast<const table*>(nullptr)->slot) slot
#define BACKPLANE_RELEASE_SLOT(X) void Release##X(Ort##X* input) noexcept

/// In a table: this slot has no function here; see Missing.
#define BACKPLANE_MISSING(table, slot) .slot = ::backplane::abi::Missing<#slot>(&table::slot)

namespace backplane::abi {

/// A text that can be a template argument.
template <size_t kSize>
struct SlotName {
  char text[kSize];
  constexpr SlotName(const char (&name)[kSize]) {  // NOLINT: a literal is a name
    for (size_t i = 0; i < kSize; ++i) text[i] = name[i];
  }
};

/// ORT_NOT_IMPLEMENTED with "<name> is not implemented in this build of Backplane".
OrtStatus* NotImplementedStatus(const char* name) noexcept;

/// Says that it is not implemented where it can return a status; else does nothing and returns null
/// or zero.
template <SlotName kName, typename Result, typename... Args>
Result MissingFunction(Args...) noexcept {
  if constexpr (std::is_same_v<Result, OrtStatus*>) {
    return NotImplementedStatus(kName.text);
  } else if constexpr (!std::is_void_v<Result>) {
    return Result{};
  }
}

template <SlotName kName, typename Table, typename Result, typename... Args>
constexpr auto Missing(Result (*Table::*)(Args...) noexcept) {
  return MissingFunction<kName, Result, Args...>;
}
template <SlotName kName, typename Table, typename Result, typename... Args>
constexpr auto Missing(Result (*Table::*)(Args...)) {
  return MissingFunction<kName, Result, Args...>;
}

}  // namespace backplane::abi
