// The table for sharing memory and semaphores with graphics APIs: a line for each slot, in the
// order of the header.
#include "abi/tables.h"

namespace backplane::abi {

#define MISSING(slot) BACKPLANE_MISSING(OrtInteropApi, slot)

// clang-format off
constinit const OrtInteropApi kInteropApi = {
    MISSING(CreateExternalResourceImporterForDevice),
    MISSING(ReleaseExternalResourceImporter),
    MISSING(CanImportMemory),
    MISSING(ImportMemory),
    MISSING(ReleaseExternalMemoryHandle),
    MISSING(CreateTensorFromMemory),
    MISSING(CanImportSemaphore),
    MISSING(ImportSemaphore),
    MISSING(ReleaseExternalSemaphoreHandle),
    MISSING(WaitSemaphore),
    MISSING(SignalSemaphore),
    MISSING(InitGraphicsInteropForEpDevice),
    MISSING(DeinitGraphicsInteropForEpDevice),
};
// clang-format on

}  // namespace backplane::abi
