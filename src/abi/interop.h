// OrtInteropApi: memory, semaphores and queues that graphics APIs share with an EP's device.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtInteropApi, CreateExternalResourceImporterForDevice);
BACKPLANE_RELEASE_SLOT(ExternalResourceImporter);
BACKPLANE_SLOT(OrtInteropApi, CanImportMemory);
BACKPLANE_SLOT(OrtInteropApi, ImportMemory);
BACKPLANE_RELEASE_SLOT(ExternalMemoryHandle);
BACKPLANE_SLOT(OrtInteropApi, CreateTensorFromMemory);
BACKPLANE_SLOT(OrtInteropApi, CanImportSemaphore);
BACKPLANE_SLOT(OrtInteropApi, ImportSemaphore);
BACKPLANE_RELEASE_SLOT(ExternalSemaphoreHandle);
BACKPLANE_SLOT(OrtInteropApi, WaitSemaphore);
BACKPLANE_SLOT(OrtInteropApi, SignalSemaphore);
BACKPLANE_SLOT(OrtInteropApi, InitGraphicsInteropForEpDevice);
BACKPLANE_SLOT(OrtInteropApi, DeinitGraphicsInteropForEpDevice);

}  // namespace backplane::abi
