// What BackplaneGetCpuFacts tells about the processor, from /proc and /sys.
#pragma once

#include <string>

namespace backplane::abi {

/// JSON; see include/backplane/backplane.h. What the system does not tell is left empty.
std::string CpuFactsJson();

}  // namespace backplane::abi
