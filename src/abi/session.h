// Session functions of OrtApi: creation, running, what a model's inputs and outputs are.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateSession);
BACKPLANE_SLOT(OrtApi, CreateSessionFromArray);
BACKPLANE_SLOT(OrtApi, CreatePrepackedWeightsContainer);
BACKPLANE_RELEASE_SLOT(PrepackedWeightsContainer);
BACKPLANE_SLOT(OrtApi, CreateSessionWithPrepackedWeightsContainer);
BACKPLANE_SLOT(OrtApi, CreateSessionFromArrayWithPrepackedWeightsContainer);
BACKPLANE_RELEASE_SLOT(Session);

BACKPLANE_SLOT(OrtApi, Run);
BACKPLANE_SLOT(OrtApi, RunAsync);

BACKPLANE_SLOT(OrtApi, SessionGetInputCount);
BACKPLANE_SLOT(OrtApi, SessionGetOutputCount);
BACKPLANE_SLOT(OrtApi, SessionGetOverridableInitializerCount);
BACKPLANE_SLOT(OrtApi, SessionGetInputName);
BACKPLANE_SLOT(OrtApi, SessionGetOutputName);
BACKPLANE_SLOT(OrtApi, SessionGetOverridableInitializerName);
BACKPLANE_SLOT(OrtApi, SessionGetInputTypeInfo);
BACKPLANE_SLOT(OrtApi, SessionGetOutputTypeInfo);
BACKPLANE_SLOT(OrtApi, SessionGetOverridableInitializerTypeInfo);
BACKPLANE_SLOT(OrtApi, SessionGetMemoryInfoForInputs);
BACKPLANE_SLOT(OrtApi, SessionGetMemoryInfoForOutputs);
BACKPLANE_SLOT(OrtApi, SessionGetEpDeviceForInputs);
BACKPLANE_SLOT(OrtApi, SessionGetEpDeviceForOutputs);
BACKPLANE_SLOT(OrtApi, SessionReleaseCapturedGraph);
BACKPLANE_SLOT(OrtApi, SessionEndProfiling);
BACKPLANE_SLOT(OrtApi, SessionGetProfilingStartTimeNs);

}  // namespace backplane::abi
