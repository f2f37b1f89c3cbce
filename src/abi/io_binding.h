// I/O binding functions of OrtApi.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateIoBinding);
BACKPLANE_RELEASE_SLOT(IoBinding);
BACKPLANE_SLOT(OrtApi, BindInput);
BACKPLANE_SLOT(OrtApi, BindOutput);
BACKPLANE_SLOT(OrtApi, BindOutputToDevice);
BACKPLANE_SLOT(OrtApi, GetBoundOutputNames);
BACKPLANE_SLOT(OrtApi, GetBoundOutputValues);
BACKPLANE_SLOT(OrtApi, ClearBoundInputs);
BACKPLANE_SLOT(OrtApi, ClearBoundOutputs);
BACKPLANE_SLOT(OrtApi, SynchronizeBoundInputs);
BACKPLANE_SLOT(OrtApi, SynchronizeBoundOutputs);
BACKPLANE_SLOT(OrtApi, RunWithBinding);

}  // namespace backplane::abi
