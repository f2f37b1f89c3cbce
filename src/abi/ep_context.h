// How EPs learn where the data of EPContext nodes is read and written, the source model of those
// without weights, and dynamic options.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtEpApi, SessionOptionsGetWeightlessSourceModelBuffer);
BACKPLANE_SLOT(OrtEpApi, SessionOptionsGetEpContextConfig);
BACKPLANE_RELEASE_SLOT(EpContextConfig);
BACKPLANE_SLOT(OrtEpApi, EpContextConfig_GetEpContextDataReadFunc);
BACKPLANE_SLOT(OrtEpApi, EpContextConfig_GetEpContextDataWriteFunc);
BACKPLANE_SLOT(OrtApi, SetEpDynamicOptions);

}  // namespace backplane::abi
