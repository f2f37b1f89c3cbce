#include "base/error.h"

namespace backplane {

void ThrowError(ErrorCode code, std::string message) { throw Error(code, std::move(message)); }

}  // namespace backplane
