// Run option functions of OrtApi.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateRunOptions);
BACKPLANE_RELEASE_SLOT(RunOptions);
BACKPLANE_SLOT(OrtApi, RunOptionsSetRunLogVerbosityLevel);
BACKPLANE_SLOT(OrtApi, RunOptionsSetRunLogSeverityLevel);
BACKPLANE_SLOT(OrtApi, RunOptionsSetRunTag);
BACKPLANE_SLOT(OrtApi, RunOptionsGetRunLogVerbosityLevel);
BACKPLANE_SLOT(OrtApi, RunOptionsGetRunLogSeverityLevel);
BACKPLANE_SLOT(OrtApi, RunOptionsGetRunTag);
BACKPLANE_SLOT(OrtApi, RunOptionsSetTerminate);
BACKPLANE_SLOT(OrtApi, RunOptionsUnsetTerminate);
BACKPLANE_SLOT(OrtApi, AddRunConfigEntry);
BACKPLANE_SLOT(OrtApi, GetRunConfigEntry);
BACKPLANE_SLOT(OrtApi, RunOptionsAddActiveLoraAdapter);
BACKPLANE_SLOT(OrtApi, RunOptionsSetSyncStream);
BACKPLANE_SLOT(OrtApi, RunOptionsEnableProfiling);
BACKPLANE_SLOT(OrtApi, RunOptionsDisableProfiling);

}  // namespace backplane::abi
