// The table that plugin EPs call: a line for each slot, in the order of the header.
#include "abi/control_flow_kernels.h"
#include "abi/ep_context.h"
#include "abi/ep_devices.h"
#include "abi/ep_memory.h"
#include "abi/kernel_context.h"
#include "abi/kernel_info.h"
#include "abi/kernel_registry.h"
#include "abi/op_schema.h"
#include "abi/profiling_events.h"
#include "abi/tables.h"

namespace backplane::abi {

#define MISSING(slot) BACKPLANE_MISSING(OrtEpApi, slot)

// clang-format off
constinit const OrtEpApi kEpApi = {
    .CreateEpDevice = CreateEpDevice,
    .ReleaseEpDevice = ReleaseEpDevice,
    .EpGraphSupportInfo_AddNodesToFuse = EpGraphSupportInfo_AddNodesToFuse,
    .EpGraphSupportInfo_AddSingleNode = EpGraphSupportInfo_AddSingleNode,
    .NodeComputeContext_NodeName = NodeComputeContext_NodeName,
    .EpDevice_AddAllocatorInfo = EpDevice_AddAllocatorInfo,
    .MemoryInfo_GetMemoryDevice = MemoryInfo_GetMemoryDevice,
    .Value_GetMemoryDevice = Value_GetMemoryDevice,
    .MemoryDevice_AreEqual = MemoryDevice_AreEqual,
    .MemoryDevice_GetDeviceType = MemoryDevice_GetDeviceType,
    .MemoryDevice_GetMemoryType = MemoryDevice_GetMemoryType,
    .MemoryDevice_GetVendorId = MemoryDevice_GetVendorId,
    .MemoryDevice_GetDeviceId = MemoryDevice_GetDeviceId,
    .SyncStream_GetImpl = SyncStream_GetImpl,
    .SyncStream_GetSyncId = SyncStream_GetSyncId,
    .GetSyncIdForLastWaitOnSyncStream = GetSyncIdForLastWaitOnSyncStream,
    .CreateHardwareDevice = CreateHardwareDevice,
    .ReleaseHardwareDevice = ReleaseHardwareDevice,
    .CreateKernelRegistry = CreateKernelRegistry,
    .ReleaseKernelRegistry = ReleaseKernelRegistry,
    .KernelRegistry_AddKernel = KernelRegistry_AddKernel,
    .CreateKernelDefBuilder = CreateKernelDefBuilder,
    .ReleaseKernelDefBuilder = ReleaseKernelDefBuilder,
    .KernelDefBuilder_SetOperatorType = KernelDefBuilder_SetOperatorType,
    .KernelDefBuilder_SetDomain = KernelDefBuilder_SetDomain,
    .KernelDefBuilder_SetSinceVersion = KernelDefBuilder_SetSinceVersion,
    .KernelDefBuilder_SetExecutionProvider = KernelDefBuilder_SetExecutionProvider,
    .KernelDefBuilder_SetInputMemType = KernelDefBuilder_SetInputMemType,
    .KernelDefBuilder_SetOutputMemType = KernelDefBuilder_SetOutputMemType,
    .KernelDefBuilder_AddTypeConstraint = KernelDefBuilder_AddTypeConstraint,
    .KernelDefBuilder_AddInputOutputAliases = KernelDefBuilder_AddInputOutputAliases,
    .KernelDefBuilder_AddInputOutputMutableAliases = KernelDefBuilder_AddInputOutputMutableAliases,
    .KernelDefBuilder_Build = KernelDefBuilder_Build,
    .ReleaseKernelDef = ReleaseKernelDef,
    .KernelDef_GetOperatorType = KernelDef_GetOperatorType,
    .KernelDef_GetDomain = KernelDef_GetDomain,
    .KernelDef_GetSinceVersion = KernelDef_GetSinceVersion,
    .KernelDef_GetExecutionProvider = KernelDef_GetExecutionProvider,
    .KernelDef_GetInputMemType = KernelDef_GetInputMemType,
    .KernelDef_GetOutputMemType = KernelDef_GetOutputMemType,
    .GetTensorDataType = GetTensorDataType,
    .EpGraphSupportInfo_LookUpKernel = EpGraphSupportInfo_LookUpKernel,
    .SharedPrePackedWeightCache_StoreWeightData = SharedPrePackedWeightCache_StoreWeightData,
    .KernelInfo_GetEp = KernelInfo_GetEp,
    .DeviceEpIncompatibilityDetails_SetDetails = DeviceEpIncompatibilityDetails_SetDetails,
    .CreateIfKernel = CreateIfKernel,
    .CreateLoopKernel = CreateLoopKernel,
    .CreateScanKernel = CreateScanKernel,
    .ReleaseKernelImpl = ReleaseKernelImpl,
    .GetEnvConfigEntries = GetEnvConfigEntries,
    .GetOpSchema = GetOpSchema,
    .ReleaseOpSchema = ReleaseOpSchema,
    .OpSchema_GetSinceVersion = OpSchema_GetSinceVersion,
    .OpSchema_GetNumInputs = OpSchema_GetNumInputs,
    .OpSchema_GetInputName = OpSchema_GetInputName,
    .OpSchema_GetInputTypeConstraint = OpSchema_GetInputTypeConstraint,
    .OpSchema_GetNumOutputs = OpSchema_GetNumOutputs,
    .OpSchema_GetOutputName = OpSchema_GetOutputName,
    .OpSchema_GetOutputTypeConstraint = OpSchema_GetOutputTypeConstraint,
    .OpSchema_GetTypeConstraintCount = OpSchema_GetTypeConstraintCount,
    .OpSchema_GetTypeConstraint = OpSchema_GetTypeConstraint,
    .OpSchemaTypeConstraint_GetTypeParamName = OpSchemaTypeConstraint_GetTypeParamName,
    .OpSchemaTypeConstraint_GetAllowedTypes = OpSchemaTypeConstraint_GetAllowedTypes,
    .OpSchemaTypeConstraint_GetInputIndices = OpSchemaTypeConstraint_GetInputIndices,
    .OpSchemaTypeConstraint_GetOutputIndices = OpSchemaTypeConstraint_GetOutputIndices,
    .CreateProfilingEvent = CreateProfilingEvent,
    .ReleaseProfilingEvent = ReleaseProfilingEvent,
    .ProfilingEvent_GetCategory = ProfilingEvent_GetCategory,
    .ProfilingEvent_GetName = ProfilingEvent_GetName,
    .ProfilingEvent_GetTimestampUs = ProfilingEvent_GetTimestampUs,
    .ProfilingEvent_GetDurationUs = ProfilingEvent_GetDurationUs,
    .ProfilingEvent_GetArgValue = ProfilingEvent_GetArgValue,
    .ProfilingEventsContainer_AddEvents = ProfilingEventsContainer_AddEvents,
    .SessionOptionsGetWeightlessSourceModelBuffer = SessionOptionsGetWeightlessSourceModelBuffer,
    .SessionOptionsGetEpContextConfig = SessionOptionsGetEpContextConfig,
    .ReleaseEpContextConfig = ReleaseEpContextConfig,
    .EpContextConfig_GetEpContextDataReadFunc = EpContextConfig_GetEpContextDataReadFunc,
    .EpContextConfig_GetEpContextDataWriteFunc = EpContextConfig_GetEpContextDataWriteFunc,
};
// clang-format on

}  // namespace backplane::abi
