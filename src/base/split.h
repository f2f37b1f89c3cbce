// Lists in text, such as the values of environment variables: split at a separator, without the
// white space around the parts.
#pragma once

#include <algorithm>
#include <string_view>

namespace backplane {

/// `text` without white space at its ends.
inline std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\r";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// Calls `each` with the non-empty parts of `text`.
template <typename Each>
void ForEachPart(std::string_view text, char separator, Each&& each) {
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = Trim(text.substr(0, end));
    if (!part.empty()) each(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace backplane
