// Shapes as arguments of error messages. Require(..., "{}", shape) spells the shape out only when
// it fails; shape.ToString() there would do so in every run that succeeds.
#pragma once

#include <fmt/format.h>

#include "base/shape.h"

template <>
struct fmt::formatter<backplane::Shape> : fmt::formatter<std::string_view> {
  template <typename Context>
  auto format(const backplane::Shape& shape, Context& context) const {
    return fmt::formatter<std::string_view>::format(shape.ToString(), context);
  }
};
