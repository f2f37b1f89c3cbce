// Kernel registries and definitions of plugins (OrtEpApi: KernelRegistry_*, KernelDefBuilder_*,
// KernelDef_*), and what kernels made from them give back. Fills the structs of
// provider/kernel_def.h; what they mean is decided there.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtEpApi, CreateKernelRegistry);
BACKPLANE_RELEASE_SLOT(KernelRegistry);
BACKPLANE_SLOT(OrtEpApi, KernelRegistry_AddKernel);

BACKPLANE_SLOT(OrtEpApi, CreateKernelDefBuilder);
BACKPLANE_RELEASE_SLOT(KernelDefBuilder);
BACKPLANE_SLOT(OrtEpApi, KernelDefBuilder_SetOperatorType);
BACKPLANE_SLOT(OrtEpApi, KernelDefBuilder_SetDomain);
BACKPLANE_SLOT(OrtEpApi, KernelDefBuilder_SetSinceVersion);
BACKPLANE_SLOT(OrtEpApi, KernelDefBuilder_SetExecutionProvider);
BACKPLANE_SLOT(OrtEpApi, KernelDefBuilder_SetInputMemType);
BACKPLANE_SLOT(OrtEpApi, KernelDefBuilder_SetOutputMemType);
BACKPLANE_SLOT(OrtEpApi, KernelDefBuilder_AddTypeConstraint);
BACKPLANE_SLOT(OrtEpApi, KernelDefBuilder_AddInputOutputAliases);
BACKPLANE_SLOT(OrtEpApi, KernelDefBuilder_AddInputOutputMutableAliases);
BACKPLANE_SLOT(OrtEpApi, KernelDefBuilder_Build);

BACKPLANE_RELEASE_SLOT(KernelDef);
BACKPLANE_SLOT(OrtEpApi, KernelDef_GetOperatorType);
BACKPLANE_SLOT(OrtEpApi, KernelDef_GetDomain);
BACKPLANE_SLOT(OrtEpApi, KernelDef_GetSinceVersion);
BACKPLANE_SLOT(OrtEpApi, KernelDef_GetExecutionProvider);
BACKPLANE_SLOT(OrtEpApi, KernelDef_GetInputMemType);
BACKPLANE_SLOT(OrtEpApi, KernelDef_GetOutputMemType);
BACKPLANE_SLOT(OrtEpApi, GetTensorDataType);

BACKPLANE_SLOT(OrtEpApi, SharedPrePackedWeightCache_StoreWeightData);
BACKPLANE_RELEASE_SLOT(KernelImpl);

}  // namespace backplane::abi
