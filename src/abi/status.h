// Status functions of OrtApi.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateStatus);
BACKPLANE_SLOT(OrtApi, GetErrorCode);
BACKPLANE_SLOT(OrtApi, GetErrorMessage);
BACKPLANE_RELEASE_SLOT(Status);

}  // namespace backplane::abi
