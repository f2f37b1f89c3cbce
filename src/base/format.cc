// The one place where fmt's implementation is compiled (header-only mode, so that nothing has to be
// linked).
#define FMT_HEADER_ONLY
#include "base/format.h"

#include <fmt/format.h>

namespace backplane {

std::string VFormat(std::string_view format, fmt::format_args args) {
  return fmt::vformat(fmt::string_view(format.data(), format.size()), args);
}

}  // namespace backplane
