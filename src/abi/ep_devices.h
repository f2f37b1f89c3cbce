// Hardware devices and EP devices: what clients read of them (OrtApi) and how plugins make them
// (OrtEpApi).
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, GetEpDevices);
BACKPLANE_SLOT(OrtApi, GetNumHardwareDevices);
BACKPLANE_SLOT(OrtApi, GetHardwareDevices);

BACKPLANE_SLOT(OrtApi, HardwareDevice_Type);
BACKPLANE_SLOT(OrtApi, HardwareDevice_VendorId);
BACKPLANE_SLOT(OrtApi, HardwareDevice_Vendor);
BACKPLANE_SLOT(OrtApi, HardwareDevice_DeviceId);
BACKPLANE_SLOT(OrtApi, HardwareDevice_Metadata);

BACKPLANE_SLOT(OrtApi, EpDevice_EpName);
BACKPLANE_SLOT(OrtApi, EpDevice_EpVendor);
BACKPLANE_SLOT(OrtApi, EpDevice_EpMetadata);
BACKPLANE_SLOT(OrtApi, EpDevice_EpOptions);
BACKPLANE_SLOT(OrtApi, EpDevice_Device);
BACKPLANE_SLOT(OrtApi, EpDevice_MemoryInfo);

BACKPLANE_SLOT(OrtApi, GetHardwareDeviceEpIncompatibilityDetails);
BACKPLANE_SLOT(OrtApi, DeviceEpIncompatibilityDetails_GetReasonsBitmask);
BACKPLANE_SLOT(OrtApi, DeviceEpIncompatibilityDetails_GetNotes);
BACKPLANE_SLOT(OrtApi, DeviceEpIncompatibilityDetails_GetErrorCode);
BACKPLANE_RELEASE_SLOT(DeviceEpIncompatibilityDetails);
BACKPLANE_SLOT(OrtApi, GetModelCompatibilityForEpDevices);
BACKPLANE_SLOT(OrtApi, GetCompatibilityInfoFromModel);
BACKPLANE_SLOT(OrtApi, GetCompatibilityInfoFromModelBytes);

BACKPLANE_SLOT(OrtEpApi, CreateEpDevice);
BACKPLANE_RELEASE_SLOT(EpDevice);
BACKPLANE_SLOT(OrtEpApi, EpDevice_AddAllocatorInfo);
BACKPLANE_SLOT(OrtEpApi, CreateHardwareDevice);
BACKPLANE_RELEASE_SLOT(HardwareDevice);
BACKPLANE_SLOT(OrtEpApi, DeviceEpIncompatibilityDetails_SetDetails);
BACKPLANE_SLOT(OrtEpApi, GetEnvConfigEntries);

}  // namespace backplane::abi
