// Session option functions of OrtApi, except those that append EPs.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateSessionOptions);
BACKPLANE_SLOT(OrtApi, CloneSessionOptions);
BACKPLANE_RELEASE_SLOT(SessionOptions);
BACKPLANE_SLOT(OrtApi, SetOptimizedModelFilePath);
BACKPLANE_SLOT(OrtApi, SetSessionExecutionMode);
BACKPLANE_SLOT(OrtApi, GetSessionExecutionMode);
BACKPLANE_SLOT(OrtApi, EnableProfiling);
BACKPLANE_SLOT(OrtApi, DisableProfiling);
BACKPLANE_SLOT(OrtApi, EnableMemPattern);
BACKPLANE_SLOT(OrtApi, DisableMemPattern);
BACKPLANE_SLOT(OrtApi, GetMemPatternEnabled);
BACKPLANE_SLOT(OrtApi, EnableCpuMemArena);
BACKPLANE_SLOT(OrtApi, DisableCpuMemArena);
BACKPLANE_SLOT(OrtApi, SetSessionLogId);
BACKPLANE_SLOT(OrtApi, SetSessionLogVerbosityLevel);
BACKPLANE_SLOT(OrtApi, SetSessionLogSeverityLevel);
BACKPLANE_SLOT(OrtApi, SetUserLoggingFunction);
BACKPLANE_SLOT(OrtApi, SetSessionGraphOptimizationLevel);
BACKPLANE_SLOT(OrtApi, SetIntraOpNumThreads);
BACKPLANE_SLOT(OrtApi, SetInterOpNumThreads);
BACKPLANE_SLOT(OrtApi, DisablePerSessionThreads);
BACKPLANE_SLOT(OrtApi, SessionOptionsSetCustomCreateThreadFn);
BACKPLANE_SLOT(OrtApi, SessionOptionsSetCustomThreadCreationOptions);
BACKPLANE_SLOT(OrtApi, SessionOptionsSetCustomJoinThreadFn);
BACKPLANE_SLOT(OrtApi, SetDeterministicCompute);
BACKPLANE_SLOT(OrtApi, SessionOptionsSetLoadCancellationFlag);

BACKPLANE_SLOT(OrtApi, AddFreeDimensionOverride);
BACKPLANE_SLOT(OrtApi, AddFreeDimensionOverrideByName);
BACKPLANE_SLOT(OrtApi, AddInitializer);
BACKPLANE_SLOT(OrtApi, AddExternalInitializers);
BACKPLANE_SLOT(OrtApi, AddExternalInitializersFromFilesInMemory);
BACKPLANE_SLOT(OrtApi, SessionOptionsSetWeightlessSourceModelBuffer);
BACKPLANE_SLOT(OrtApi, SessionOptionsSetEpContextDataReadFunc);

BACKPLANE_SLOT(OrtApi, AddSessionConfigEntry);
BACKPLANE_SLOT(OrtApi, HasSessionConfigEntry);
BACKPLANE_SLOT(OrtApi, GetSessionConfigEntry);
BACKPLANE_SLOT(OrtApi, GetSessionOptionsConfigEntries);
BACKPLANE_SLOT(OrtApi, EnableOrtCustomOps);

}  // namespace backplane::abi
