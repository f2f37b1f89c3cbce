// NumPy's .npy files, versions 1 to 3: plain numeric types, little-endian. Fortran order is
// refused.
#pragma once

#include <span>
#include <string>

#include "backplane/tensor.h"

namespace backplane::command {

/// Fails with a message that names the file and what is wrong with it.
HostTensor ReadNpy(const std::string& path);

/// Writes elements as they lie in memory; bfloat16 and other types that NumPy lacks become unsigned
/// integers.
void WriteNpy(const std::string& path, ElementType type, const std::vector<int64_t>& shape,
              std::span<const std::byte> bytes);

}  // namespace backplane::command
