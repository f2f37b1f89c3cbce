// The EP API's profiling events: what an EP's profiler reads of ours and makes of its own.
#pragma once

#include "abi/slots.h"
#include "provider/ep_profiler.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtEpApi, CreateProfilingEvent);
BACKPLANE_SLOT(OrtEpApi, ReleaseProfilingEvent);
BACKPLANE_SLOT(OrtEpApi, ProfilingEvent_GetCategory);
BACKPLANE_SLOT(OrtEpApi, ProfilingEvent_GetName);
BACKPLANE_SLOT(OrtEpApi, ProfilingEvent_GetTimestampUs);
BACKPLANE_SLOT(OrtEpApi, ProfilingEvent_GetDurationUs);
BACKPLANE_SLOT(OrtEpApi, ProfilingEvent_GetArgValue);
BACKPLANE_SLOT(OrtEpApi, ProfilingEventsContainer_AddEvents);

}  // namespace backplane::abi
