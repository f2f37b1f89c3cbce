// The table for sharing memory and semaphores with graphics APIs: a line for each slot, in the
// order of the header.
#include "abi/interop.h"
#include "abi/tables.h"

namespace backplane::abi {

// clang-format off
constinit const OrtInteropApi kInteropApi = {
    .CreateExternalResourceImporterForDevice = CreateExternalResourceImporterForDevice,
    .ReleaseExternalResourceImporter = ReleaseExternalResourceImporter,
    .CanImportMemory = CanImportMemory,
    .ImportMemory = ImportMemory,
    .ReleaseExternalMemoryHandle = ReleaseExternalMemoryHandle,
    .CreateTensorFromMemory = CreateTensorFromMemory,
    .CanImportSemaphore = CanImportSemaphore,
    .ImportSemaphore = ImportSemaphore,
    .ReleaseExternalSemaphoreHandle = ReleaseExternalSemaphoreHandle,
    .WaitSemaphore = WaitSemaphore,
    .SignalSemaphore = SignalSemaphore,
    .InitGraphicsInteropForEpDevice = InitGraphicsInteropForEpDevice,
    .DeinitGraphicsInteropForEpDevice = DeinitGraphicsInteropForEpDevice,
};
// clang-format on

}  // namespace backplane::abi
