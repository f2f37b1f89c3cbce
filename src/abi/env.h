// Environment functions of OrtApi: creation, logging, shared thread pools, telemetry (there is
// none).
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateEnv);
BACKPLANE_SLOT(OrtApi, CreateEnvWithCustomLogger);
BACKPLANE_SLOT(OrtApi, CreateEnvWithGlobalThreadPools);
BACKPLANE_SLOT(OrtApi, CreateEnvWithCustomLoggerAndGlobalThreadPools);
BACKPLANE_SLOT(OrtApi, CreateEnvWithOptions);
BACKPLANE_RELEASE_SLOT(Env);
BACKPLANE_SLOT(OrtApi, EnableTelemetryEvents);
BACKPLANE_SLOT(OrtApi, DisableTelemetryEvents);
BACKPLANE_SLOT(OrtApi, SetLanguageProjection);
BACKPLANE_SLOT(OrtApi, UpdateEnvWithCustomLogLevel);
BACKPLANE_SLOT(OrtApi, SetPerSessionThreadPoolCallbacks);

BACKPLANE_SLOT(OrtApi, CreateThreadingOptions);
BACKPLANE_RELEASE_SLOT(ThreadingOptions);
BACKPLANE_SLOT(OrtApi, SetGlobalIntraOpNumThreads);
BACKPLANE_SLOT(OrtApi, SetGlobalInterOpNumThreads);
BACKPLANE_SLOT(OrtApi, SetGlobalSpinControl);
BACKPLANE_SLOT(OrtApi, SetGlobalDenormalAsZero);
BACKPLANE_SLOT(OrtApi, SetGlobalIntraOpThreadAffinity);
BACKPLANE_SLOT(OrtApi, SetGlobalCustomCreateThreadFn);
BACKPLANE_SLOT(OrtApi, SetGlobalCustomThreadCreationOptions);
BACKPLANE_SLOT(OrtApi, SetGlobalCustomJoinThreadFn);

BACKPLANE_SLOT(OrtApi, Logger_LogMessage);
BACKPLANE_SLOT(OrtApi, Logger_GetLoggingSeverityLevel);

}  // namespace backplane::abi
