// What a kernel of a plugin sees of a run and of its node (OrtApi: KernelContext_*, KernelInfo_*),
// and how an EP claims nodes (OrtEpApi: EpGraphSupportInfo_*).
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, KernelContext_GetInputCount);
BACKPLANE_SLOT(OrtApi, KernelContext_GetOutputCount);
BACKPLANE_SLOT(OrtApi, KernelContext_GetInput);
BACKPLANE_SLOT(OrtApi, KernelContext_GetOutput);
BACKPLANE_SLOT(OrtApi, KernelContext_GetLogger);
BACKPLANE_SLOT(OrtApi, KernelContext_ParallelFor);
BACKPLANE_SLOT(OrtApi, KernelContext_GetResource);
BACKPLANE_SLOT(OrtApi, KernelContext_GetAllocator);
BACKPLANE_SLOT(OrtApi, KernelContext_GetScratchBuffer);
BACKPLANE_SLOT(OrtApi, KernelContext_GetGPUComputeStream);
BACKPLANE_SLOT(OrtApi, KernelContext_GetSyncStream);
BACKPLANE_SLOT(OrtApi, KernelContext_GetPreallocatedOutput);

BACKPLANE_SLOT(OrtEpApi, EpGraphSupportInfo_AddNodesToFuse);
BACKPLANE_SLOT(OrtEpApi, EpGraphSupportInfo_AddSingleNode);
BACKPLANE_SLOT(OrtEpApi, EpGraphSupportInfo_LookUpKernel);
BACKPLANE_SLOT(OrtEpApi, NodeComputeContext_NodeName);

}  // namespace backplane::abi
