// What a kernel may ask of its node when it is created (OrtApi: KernelInfo_*, KernelInfoGet*,
// CopyKernelInfo), and the EP behind it (OrtEpApi: KernelInfo_GetEp). Attributes that the model
// leaves out have the operator's defaults.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, KernelInfoGetAttribute_float);
BACKPLANE_SLOT(OrtApi, KernelInfoGetAttribute_int64);
BACKPLANE_SLOT(OrtApi, KernelInfoGetAttribute_string);
BACKPLANE_SLOT(OrtApi, KernelInfoGetAttribute_tensor);
BACKPLANE_SLOT(OrtApi, KernelInfoGetAttributeArray_float);
BACKPLANE_SLOT(OrtApi, KernelInfoGetAttributeArray_int64);
BACKPLANE_SLOT(OrtApi, KernelInfoGetAttributeArray_string);

BACKPLANE_SLOT(OrtApi, KernelInfo_GetInputCount);
BACKPLANE_SLOT(OrtApi, KernelInfo_GetOutputCount);
BACKPLANE_SLOT(OrtApi, KernelInfo_GetInputName);
BACKPLANE_SLOT(OrtApi, KernelInfo_GetOutputName);
BACKPLANE_SLOT(OrtApi, KernelInfo_GetInputTypeInfo);
BACKPLANE_SLOT(OrtApi, KernelInfo_GetOutputTypeInfo);
BACKPLANE_SLOT(OrtApi, KernelInfoGetConstantInput_tensor);
BACKPLANE_SLOT(OrtApi, KernelInfo_GetNodeName);
BACKPLANE_SLOT(OrtApi, KernelInfo_GetOperatorDomain);
BACKPLANE_SLOT(OrtApi, KernelInfo_GetOperatorType);
BACKPLANE_SLOT(OrtApi, KernelInfo_GetOperatorSinceVersion);

BACKPLANE_SLOT(OrtApi, KernelInfo_GetLogger);
BACKPLANE_SLOT(OrtApi, KernelInfo_GetConfigEntries);
BACKPLANE_SLOT(OrtApi, KernelInfoGetAllocator);
BACKPLANE_SLOT(OrtEpApi, KernelInfo_GetEp);

BACKPLANE_SLOT(OrtApi, CopyKernelInfo);
BACKPLANE_RELEASE_SLOT(KernelInfo);

}  // namespace backplane::abi
