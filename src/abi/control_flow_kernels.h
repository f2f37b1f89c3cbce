// Kernels for If, Loop and Scan that the host makes for EPs with kernel registries (OrtEpApi:
// CreateIfKernel, CreateLoopKernel, CreateScanKernel).
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtEpApi, CreateIfKernel);
BACKPLANE_SLOT(OrtEpApi, CreateLoopKernel);
BACKPLANE_SLOT(OrtEpApi, CreateScanKernel);

}  // namespace backplane::abi
