// What BackplaneGetCpuFacts tells about the processor: what hardware discovery knows, as JSON.
#pragma once

#include <string>

namespace backplane::abi {

/// JSON; see include/backplane/backplane.h. What the system does not tell is left empty.
std::string CpuFactsJson();

}  // namespace backplane::abi
