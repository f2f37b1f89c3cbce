// Text formatting for messages: fmt's syntax with compile-time checked format strings.
// Everyone includes this; only format.cc pulls in fmt's implementation, so a message costs little
// to compile.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace backplane {

std::string VFormat(std::string_view format, fmt::format_args args);

/// Formats `args` into `format` ("{}" placeholders, fmt's mini-language).
template <typename... Args>
std::string Format(fmt::format_string<Args...> format, Args&&... args) {
  const fmt::string_view view = format;
  return VFormat({view.data(), view.size()}, fmt::make_format_args(args...));
}

/// Joins a range of streamable-by-fmt items with `separator`.
template <typename Range>
std::string Join(const Range& items, std::string_view separator) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += separator;
    out += Format("{}", item);
  }
  return out;
}

}  // namespace backplane
