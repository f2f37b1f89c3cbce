// Backplane: the C interface between ONNX Runtime and execution providers (EPs) in libraries of
// their own.
//
// An EP library exports CreateEpFactories and ReleaseEpFactory. The host (Backplane or ONNX
// Runtime) loads it when a program calls OrtApi::RegisterExecutionProviderLibrary, asks each
// factory which of the machine's devices it drives, and has it make one OrtEp for each session that
// uses it. The EP then says which nodes it takes (GetCapability), and either compiles them
// (Compile: one OrtNodeComputeInfo for each group) or names kernels for them (GetKernelRegistry:
// one OrtKernelImpl for each node). tests/ and docs/ carry complete examples.
//
// Rules that hold everywhere, besides those at the head of onnxruntime_c_api.h:
//
// - A struct that an EP fills starts with `ort_version_supported`: the ORT_API_VERSION the EP was
//   compiled with. The host reads no member that is newer. A member that is optional may be null;
//   the comment says what the host does then. "Since" is the version a member came with.
// - `this_ptr` is the struct itself. An EP usually derives a class from the struct, or puts it
//   first, and casts.
// - Nothing may throw across this interface, in either direction. An EP makes statuses with
//   OrtApi::CreateStatus.
// - Text that an EP returns as `const char*` lives as long as the object that returned it.
// - Factories are called by one thread at a time. A session creates its EP on one thread;
//   afterwards Compute, and what runs around it, may come from several threads at once (see
//   IsConcurrentRunSupported).
// - OrtGraph, OrtNode and OrtValueInfo that an EP is shown live until the call returns, not longer.

#pragma once

#include "onnxruntime_c_api.h"

#ifdef __cplusplus
extern "C" {
#endif

// -------------------------------------------------------------------------------------------------
// Opaque types
// -------------------------------------------------------------------------------------------------

ORT_RUNTIME_CLASS(EpGraphSupportInfo);       // collects what an EP takes of a graph
ORT_RUNTIME_CLASS(MemoryDevice);             // memory of one kind on one device
ORT_RUNTIME_CLASS(NodeComputeContext);       // tells a compiled group its node
ORT_RUNTIME_CLASS(DataType);                 // a type, for type constraints of kernels
ORT_RUNTIME_CLASS(KernelRegistry);           // an EP's kernels
ORT_RUNTIME_CLASS(KernelDefBuilder);         // describes a kernel, step by step
ORT_RUNTIME_CLASS(KernelDef);                // which nodes a kernel fits
ORT_RUNTIME_CLASS(SharedPrePackedWeightCache);  // takes packed weights that sessions share
ORT_RUNTIME_CLASS(OpSchema);                 // an operator as ONNX defines it
ORT_RUNTIME_CLASS(OpSchemaTypeConstraint);   // a type parameter of an operator
ORT_RUNTIME_CLASS(ProfilingEvent);           // an interval on a profile's time line
ORT_RUNTIME_CLASS(ProfilingEventsContainer);  // collects an EP's events
ORT_RUNTIME_CLASS(EpContextConfig);          // callbacks for the data of EPContext nodes

// Structs defined below.
ORT_RUNTIME_CLASS(DataTransferImpl);
ORT_RUNTIME_CLASS(SyncNotificationImpl);
ORT_RUNTIME_CLASS(SyncStreamImpl);
ORT_RUNTIME_CLASS(ExternalResourceImporterImpl);
ORT_RUNTIME_CLASS(EpProfilerImpl);
ORT_RUNTIME_CLASS(NodeFusionOptions);
ORT_RUNTIME_CLASS(NodeComputeInfo);
ORT_RUNTIME_CLASS(KernelImpl);
ORT_RUNTIME_CLASS(LoopKernelHelper);
ORT_RUNTIME_CLASS(ScanKernelHelper);

// -------------------------------------------------------------------------------------------------
// Data transfer and streams
// -------------------------------------------------------------------------------------------------

/**
 * Copies tensors to, from and within the memory of an EP's devices. Made by the factory. Since
 * 1.23.
 */
struct OrtDataTransferImpl {
  /** Since 1.23. */
  uint32_t ort_version_supported;

  /** Since 1.23. */
  void(ORT_API_CALL* Release)(_In_ OrtDataTransferImpl* this_ptr);

  /** Since 1.23. */
  bool(ORT_API_CALL* CanCopy)(_In_ const OrtDataTransferImpl* this_ptr,
                              _In_ const OrtMemoryDevice* src_memory_device,
                              _In_ const OrtMemoryDevice* dst_memory_device);

  /** Since 1.23. */
  ORT_API2_STATUS(CopyTensors, _In_ OrtDataTransferImpl* this_ptr,
                  _In_reads_(num_tensors) const OrtValue** src_tensors,
                  _In_reads_(num_tensors) OrtValue** dst_tensors, _Outptr_ OrtSyncStream** streams,
                  size_t num_tensors);
};

/**
 * A point in a stream that others can wait for. Made by OrtSyncStreamImpl::CreateNotification.
 * Since 1.23.
 */
struct OrtSyncNotificationImpl {
  /** Since 1.23. */
  uint32_t ort_version_supported;

  /** Since 1.23. */
  void(ORT_API_CALL* Release)(_In_ OrtSyncNotificationImpl* this_ptr);

  /** Since 1.23. */
  ORT_API2_STATUS(Activate, _In_ OrtSyncNotificationImpl* this_ptr);

  /** Since 1.23. */
  ORT_API2_STATUS(WaitOnDevice, _In_ OrtSyncNotificationImpl* this_ptr,
                  _Inout_ OrtSyncStream* consumer_stream);

  /** Since 1.23. */
  ORT_API2_STATUS(WaitOnHost, _In_ OrtSyncNotificationImpl* this_ptr);
};

/** A queue of work on a device, such as a CUDA stream. Since 1.23. */
struct OrtSyncStreamImpl {
  /** Since 1.23. */
  uint32_t ort_version_supported;

  /** Since 1.23. */
  void(ORT_API_CALL* Release)(_In_ OrtSyncStreamImpl* this_ptr);

  /** Since 1.23. */
  void*(ORT_API_CALL* GetHandle)(_In_ OrtSyncStreamImpl* this_ptr);

  /** Since 1.23. */
  ORT_API2_STATUS(CreateNotification, _In_ OrtSyncStreamImpl* this_ptr,
                  _Outptr_ OrtSyncNotificationImpl** notification);

  /** Since 1.23. */
  ORT_API2_STATUS(Flush, _In_ OrtSyncStreamImpl* this_ptr);

  /** Since 1.23. */
  ORT_API2_STATUS(OnSessionRunEnd, _In_ OrtSyncStreamImpl* this_ptr);
};

// -------------------------------------------------------------------------------------------------
// Memory and semaphores of graphics APIs
// -------------------------------------------------------------------------------------------------

/** Imported memory. An EP derives its own type and puts this first. Since 1.24. */
struct OrtExternalMemoryHandle {
  /** Since 1.24. */
  uint32_t version;

  /** Since 1.24. */
  const OrtEpDevice* ep_device;

  /** Since 1.24. */
  OrtExternalMemoryDescriptor descriptor;

  /** Since 1.24. */
  void(ORT_API_CALL* Release)(_Inout_ OrtExternalMemoryHandle* handle);
};

/** An imported semaphore. An EP derives its own type and puts this first. Since 1.24. */
struct OrtExternalSemaphoreHandle {
  /** Since 1.24. */
  uint32_t version;

  /** Since 1.24. */
  const OrtEpDevice* ep_device;

  /** Since 1.24. */
  OrtExternalSemaphoreDescriptor descriptor;

  /** Since 1.24. */
  void(ORT_API_CALL* Release)(_Inout_ OrtExternalSemaphoreHandle* handle);
};

/** Imports memory and semaphores for one EP device; the EP's side of OrtInteropApi. Since 1.24. */
struct OrtExternalResourceImporterImpl {
  /** Since 1.24. */
  uint32_t ort_version_supported;

  /** Since 1.24. */
  bool(ORT_API_CALL* CanImportMemory)(_In_ const OrtExternalResourceImporterImpl* this_ptr,
                                      OrtExternalMemoryHandleType handle_type);

  /** Since 1.24. */
  ORT_API2_STATUS(ImportMemory, _In_ OrtExternalResourceImporterImpl* this_ptr,
                  _In_ const OrtExternalMemoryDescriptor* desc,
                  _Outptr_ OrtExternalMemoryHandle** out_handle);

  /** Since 1.24. */
  void(ORT_API_CALL* ReleaseMemory)(_In_ OrtExternalResourceImporterImpl* this_ptr,
                                    _Inout_ OrtExternalMemoryHandle* handle);

  /** Since 1.24. */
  ORT_API2_STATUS(CreateTensorFromMemory, _In_ OrtExternalResourceImporterImpl* this_ptr,
                  _In_ const OrtExternalMemoryHandle* mem_handle,
                  _In_ const OrtExternalTensorDescriptor* tensor_desc,
                  _Outptr_ OrtValue** out_tensor);

  /** Since 1.24. */
  bool(ORT_API_CALL* CanImportSemaphore)(_In_ const OrtExternalResourceImporterImpl* this_ptr,
                                         OrtExternalSemaphoreType type);

  /** Since 1.24. */
  ORT_API2_STATUS(ImportSemaphore, _In_ OrtExternalResourceImporterImpl* this_ptr,
                  _In_ const OrtExternalSemaphoreDescriptor* desc,
                  _Outptr_ OrtExternalSemaphoreHandle** out_handle);

  /** Since 1.24. */
  void(ORT_API_CALL* ReleaseSemaphore)(_In_ OrtExternalResourceImporterImpl* this_ptr,
                                       _Inout_ OrtExternalSemaphoreHandle* handle);

  /** Since 1.24. */
  ORT_API2_STATUS(WaitSemaphore, _In_ OrtExternalResourceImporterImpl* this_ptr,
                  _Inout_ OrtExternalSemaphoreHandle* handle, _Inout_opt_ OrtSyncStream* stream,
                  uint64_t value);

  /** Since 1.24. */
  ORT_API2_STATUS(SignalSemaphore, _In_ OrtExternalResourceImporterImpl* this_ptr,
                  _Inout_ OrtExternalSemaphoreHandle* handle, _Inout_opt_ OrtSyncStream* stream,
                  uint64_t value);

  /** Since 1.24. */
  void(ORT_API_CALL* Release)(_In_ OrtExternalResourceImporterImpl* this_ptr);
};

// -------------------------------------------------------------------------------------------------
// Profiling
// -------------------------------------------------------------------------------------------------

typedef enum OrtProfilingEventCategory {
  OrtProfilingEventCategory_SESSION = 0,
  OrtProfilingEventCategory_NODE = 1,
  OrtProfilingEventCategory_KERNEL = 2,
  OrtProfilingEventCategory_API = 3
} OrtProfilingEventCategory;

/** Adds an EP's own events, such as kernels on a GPU, to a session's profile. Since 1.25. */
struct OrtEpProfilerImpl {
  /** Since 1.25. */
  uint32_t ort_version_supported;

  /** Since 1.25. */
  void(ORT_API_CALL* Release)(_In_ OrtEpProfilerImpl* this_ptr);

  /** Since 1.25. */
  ORT_API2_STATUS(StartProfiling, _In_ OrtEpProfilerImpl* this_ptr,
                  int64_t ep_profiling_start_offset_ns);

  /** Since 1.25. */
  ORT_API2_STATUS(StartEvent, _In_ OrtEpProfilerImpl* this_ptr, uint64_t ort_event_correlation_id);

  /** Since 1.25. */
  ORT_API2_STATUS(StopEvent, _In_ OrtEpProfilerImpl* this_ptr, uint64_t ort_event_correlation_id,
                  _In_ const OrtProfilingEvent* ort_event);

  /** Since 1.25. */
  ORT_API2_STATUS(EndProfiling, _In_ OrtEpProfilerImpl* this_ptr,
                  _Inout_ OrtProfilingEventsContainer* events_container);
};

// -------------------------------------------------------------------------------------------------
// Compiled groups of nodes
// -------------------------------------------------------------------------------------------------

/** How a group of nodes is to be fused. Since 1.23. */
struct OrtNodeFusionOptions {
  /** Since 1.23. */
  uint32_t ort_version_supported;

  /** Since 1.23. */
  bool drop_constant_initializers;
};

/** Runs one group of nodes that an EP compiled. Made by OrtEp::Compile. Since 1.23. */
struct OrtNodeComputeInfo {
  /** Since 1.23. */
  uint32_t ort_version_supported;

  /** Since 1.23. */
  OrtStatus*(ORT_API_CALL* CreateState)(_In_ OrtNodeComputeInfo* this_ptr,
                                        _Inout_ OrtNodeComputeContext* compute_context,
                                        _Outptr_ void** compute_state);

  /** Since 1.23. */
  OrtStatus*(ORT_API_CALL* Compute)(_In_ OrtNodeComputeInfo* this_ptr, _In_ void* compute_state,
                                    _Inout_ OrtKernelContext* kernel_context);

  /** Since 1.23. */
  void(ORT_API_CALL* ReleaseState)(_In_ OrtNodeComputeInfo* this_ptr, _In_ void* compute_state);
};

// -------------------------------------------------------------------------------------------------
// Kernels
// -------------------------------------------------------------------------------------------------

/**
 * A kernel for one node of a session. An EP derives its own type and puts this first. Since 1.24.
 */
struct OrtKernelImpl {
  /** Since 1.24. */
  uint32_t ort_version_supported;

  /** Since 1.24. */
  uint32_t flags;

  /** Since 1.24. */
  ORT_API2_STATUS(Compute, _In_ OrtKernelImpl* this_ptr, _Inout_ OrtKernelContext* context);

  /** Since 1.24. */
  void(ORT_API_CALL* Release)(_In_ OrtKernelImpl* this_ptr);

  /** Since 1.24. */
  ORT_API2_STATUS(PrePackWeight, _In_ OrtKernelImpl* this_ptr, _In_ const OrtValue* tensor,
                  int input_index, _Inout_ OrtAllocator* allocator,
                  _Inout_opt_ OrtSharedPrePackedWeightCache* prepacked_weight_cache,
                  _Out_ bool* is_packed);

  /** Since 1.24. */
  ORT_API2_STATUS(SetSharedPrePackedWeight, _In_ OrtKernelImpl* this_ptr,
                  _In_reads_(num_buffers) const void* const* buffer_data_ptrs,
                  _In_reads_(num_buffers) const size_t* buffer_data_sizes, size_t num_buffers,
                  int input_index);
};

/**
 * Makes the kernel of a node. `kernel_create_func_state` is what was given when the kernel was
 * added. Since 1.24.
 */
typedef OrtStatus*(ORT_API_CALL* OrtKernelCreateFunc)(_In_opt_ void* kernel_create_func_state,
                                                      _In_ const OrtKernelInfo* info,
                                                      _Outptr_ OrtKernelImpl** kernel_out);

/** What the host's Loop kernel needs from an EP, for OrtEpApi::CreateLoopKernel. Since 1.24. */
struct OrtLoopKernelHelper {
  /** Since 1.24. */
  uint32_t ort_version_supported;

  /** Since 1.24. */
  void(ORT_API_CALL* Release)(_In_ OrtLoopKernelHelper* this_ptr);

  /** Since 1.24. */
  ORT_API2_STATUS(ConcatOutput, _In_ OrtLoopKernelHelper* this_ptr, _In_opt_ void* stream_handle,
      _In_reads_(num_per_iteration_outputs) const OrtValue* const* per_iteration_outputs,
      size_t num_per_iteration_outputs, _In_ void* output, size_t output_size_in_bytes);
};

/** What the host's Scan kernel needs from an EP, for OrtEpApi::CreateScanKernel. Since 1.24. */
struct OrtScanKernelHelper {
  /** Since 1.24. */
  uint32_t ort_version_supported;

  /** Since 1.24. */
  void(ORT_API_CALL* Release)(_In_ OrtScanKernelHelper* this_ptr);

  /** Since 1.24. */
  ORT_API2_STATUS(Transpose, _In_ OrtScanKernelHelper* this_ptr,
                  _In_reads_(num_permutation_elems) const size_t* permutation,
                  size_t num_permutation_elems, _In_ const OrtValue* input,
                  _Inout_opt_ OrtSyncStream* stream, _Inout_ OrtValue* output);
};

// -------------------------------------------------------------------------------------------------
// Resources, layouts and policies
// -------------------------------------------------------------------------------------------------

typedef enum OrtResourceCountKind {
  OrtResourceCountKind_None = 0,
  OrtResourceCountKind_TotalBytes = 1
} OrtResourceCountKind;

/** An amount of a resource. Since 1.26. */
typedef struct OrtResourceCount {
  /** Since 1.26. */
  uint32_t kind;

  /** Since 1.26. */
  uint32_t reserved;

  /** Since 1.26. */
  union {
    uint64_t total_bytes;        /**< For OrtResourceCountKind_TotalBytes. */
    uint64_t reserved_words[6];  /**< Keeps the size fixed for later kinds. */
  } value;
} OrtResourceCount;

typedef enum OrtEpDataLayout {
  OrtEpDataLayout_NCHW = 0,
  OrtEpDataLayout_NHWC = 1,
  OrtEpDataLayout_Default = OrtEpDataLayout_NCHW
} OrtEpDataLayout;

typedef enum OrtGraphCaptureNodeAssignmentPolicy {
  OrtGraphCaptureNodeAssignmentPolicy_ALL_NODES_ON_EP = 0,
  OrtGraphCaptureNodeAssignmentPolicy_ALLOW_CPU_FOR_SHAPES = 1
} OrtGraphCaptureNodeAssignmentPolicy;

typedef enum OrtWeightlessSupport {
  OrtWeightlessSupport_NONE = 0,
  OrtWeightlessSupport_EXTERNAL_ONLY = 1,
  OrtWeightlessSupport_ALL = 2
} OrtWeightlessSupport;

/** Bits of the answer of OrtEp::GetEpContextDataCallbackSupport. Since 1.31. */
#define ORT_EP_CONTEXT_DATA_CALLBACK_READ 0x1u
#define ORT_EP_CONTEXT_DATA_CALLBACK_WRITE 0x2u

// -------------------------------------------------------------------------------------------------
// OrtEpApi
// -------------------------------------------------------------------------------------------------

/** What the host offers to EPs. Obtained from OrtApi::GetEpApi. Since 1.22. */
struct OrtEpApi {
  /** Since 1.22. */
  ORT_API2_STATUS(CreateEpDevice, _Inout_ OrtEpFactory* ep_factory,
                  _In_ const OrtHardwareDevice* hardware_device,
                  _In_opt_ const OrtKeyValuePairs* ep_metadata,
                  _In_opt_ const OrtKeyValuePairs* ep_options, _Outptr_ OrtEpDevice** ep_device);

  /** Since 1.22. */
  ORT_CLASS_RELEASE(EpDevice);

  /** Since 1.23. */
  ORT_API2_STATUS(EpGraphSupportInfo_AddNodesToFuse,
                  _Inout_ OrtEpGraphSupportInfo* graph_support_info,
                  _In_reads_(num_nodes) const OrtNode* const* nodes, size_t num_nodes,
                  _In_opt_ const OrtNodeFusionOptions* node_fusion_options);

  /** Since 1.23. */
  ORT_API2_STATUS(EpGraphSupportInfo_AddSingleNode,
                  _Inout_ OrtEpGraphSupportInfo* graph_support_info, _In_ const OrtNode* node);

  /** Since 1.23. */
  ORT_API_T(const char*, NodeComputeContext_NodeName, _In_ const OrtNodeComputeContext* context);

  /** Since 1.23. */
  ORT_API2_STATUS(EpDevice_AddAllocatorInfo, _Inout_ OrtEpDevice* ep_device,
                  _In_ const OrtMemoryInfo* allocator_memory_info);

  /** Since 1.23. */
  ORT_API_T(const OrtMemoryDevice*, MemoryInfo_GetMemoryDevice,
            _In_ const OrtMemoryInfo* memory_info);

  /** Since 1.23. */
  ORT_API_T(const OrtMemoryDevice*, Value_GetMemoryDevice, _In_ const OrtValue* value);

  /** Since 1.23. */
  ORT_API_T(bool, MemoryDevice_AreEqual, _In_ const OrtMemoryDevice* a,
            _In_ const OrtMemoryDevice* b);

  /** Since 1.23. */
  ORT_API_T(OrtMemoryInfoDeviceType, MemoryDevice_GetDeviceType,
            _In_ const OrtMemoryDevice* memory_device);

  /** Since 1.23. */
  ORT_API_T(OrtDeviceMemoryType, MemoryDevice_GetMemoryType,
            _In_ const OrtMemoryDevice* memory_device);

  /** Since 1.23. */
  ORT_API_T(uint32_t, MemoryDevice_GetVendorId, _In_ const OrtMemoryDevice* memory_device);

  /** Since 1.23. */
  ORT_API_T(uint32_t, MemoryDevice_GetDeviceId, _In_ const OrtMemoryDevice* memory_device);

  /** Since 1.23. */
  ORT_API_T(const OrtSyncStreamImpl*, SyncStream_GetImpl, _In_ const OrtSyncStream* stream);

  /** Since 1.23. */
  ORT_API_T(uint64_t, SyncStream_GetSyncId, _In_ const OrtSyncStream* stream);

  /** Since 1.23. */
  ORT_API_T(uint64_t, GetSyncIdForLastWaitOnSyncStream, _In_ const OrtSyncStream* producer_stream,
            _In_ const OrtSyncStream* consumer_stream);

  /** Since 1.24. */
  ORT_API2_STATUS(CreateHardwareDevice, OrtHardwareDeviceType type, uint32_t vendor_id,
                  uint32_t device_id, _In_ const char* vendor_name,
                  _In_opt_ const OrtKeyValuePairs* metadata,
                  _Outptr_ OrtHardwareDevice** hardware_device);

  /** Since 1.24. */
  ORT_CLASS_RELEASE(HardwareDevice);

  /** Since 1.24. */
  ORT_API2_STATUS(CreateKernelRegistry, _Outptr_ OrtKernelRegistry** kernel_registry);

  /** Since 1.24. */
  ORT_CLASS_RELEASE(KernelRegistry);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelRegistry_AddKernel, _Inout_ OrtKernelRegistry* kernel_registry,
                  _In_ const OrtKernelDef* kernel_def, OrtKernelCreateFunc kernel_create_func,
                  _In_opt_ void* kernel_create_func_state);

  /** Since 1.24. */
  ORT_API2_STATUS(CreateKernelDefBuilder, _Outptr_ OrtKernelDefBuilder** kernel_def_builder_out);

  /** Since 1.24. */
  ORT_CLASS_RELEASE(KernelDefBuilder);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetOperatorType, _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  _In_ const char* op_type);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetDomain, _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  _In_ const char* domain);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetSinceVersion, _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  int since_version_start, int since_version_end);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetExecutionProvider,
                  _Inout_ OrtKernelDefBuilder* kernel_def_builder, _In_ const char* ep_name);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetInputMemType, _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  size_t input_index, OrtMemType mem_type);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetOutputMemType,
                  _Inout_ OrtKernelDefBuilder* kernel_def_builder, size_t output_index,
                  OrtMemType mem_type);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_AddTypeConstraint,
                  _Inout_ OrtKernelDefBuilder* kernel_def_builder, _In_ const char* arg_name,
                  _In_reads_(num_types) const OrtDataType* const* types, size_t num_types);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_AddInputOutputAliases,
                  _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  _In_reads_(num_io_indices) const int* input_indices,
                  _In_reads_(num_io_indices) const int* output_indices, size_t num_io_indices);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_AddInputOutputMutableAliases,
                  _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  _In_reads_(num_io_indices) const int* input_indices,
                  _In_reads_(num_io_indices) const int* output_indices, size_t num_io_indices);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_Build, _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  _Outptr_ OrtKernelDef** kernel_def_out);

  /** Since 1.24. */
  ORT_CLASS_RELEASE(KernelDef);

  /** Since 1.24. */
  ORT_API_T(const char*, KernelDef_GetOperatorType, _In_ const OrtKernelDef* kernel_def);

  /** Since 1.24. */
  ORT_API_T(const char*, KernelDef_GetDomain, _In_ const OrtKernelDef* kernel_def);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDef_GetSinceVersion, _In_ const OrtKernelDef* kernel_def,
                  _Out_ int* start_version, _Out_ int* end_version);

  /** Since 1.24. */
  ORT_API_T(const char*, KernelDef_GetExecutionProvider, _In_ const OrtKernelDef* kernel_def);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDef_GetInputMemType, _In_ const OrtKernelDef* kernel_def,
                  size_t input_index, _Out_ OrtMemType* mem_type);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelDef_GetOutputMemType, _In_ const OrtKernelDef* kernel_def,
                  size_t output_index, _Out_ OrtMemType* mem_type);

  /** Since 1.24. */
  ORT_API2_STATUS(GetTensorDataType, ONNXTensorElementDataType elem_type,
                  _Outptr_ const OrtDataType** out);

  /** Since 1.24. */
  ORT_API2_STATUS(EpGraphSupportInfo_LookUpKernel,
                  _Inout_ OrtEpGraphSupportInfo* graph_support_info, _In_ const OrtNode* node,
                  _Outptr_result_maybenull_ const OrtKernelDef** out_kernel_def);

  /** Since 1.24. */
  ORT_API2_STATUS(SharedPrePackedWeightCache_StoreWeightData,
                  _Inout_ OrtSharedPrePackedWeightCache* prepacked_weight_cache,
                  _In_reads_(num_buffers) void** buffer_data_ptrs,
                  _In_reads_(num_buffers) size_t* buffer_data_sizes, size_t num_buffers);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelInfo_GetEp, _In_ const OrtKernelInfo* info, _Outptr_ const OrtEp** ep);

  /** Since 1.24. */
  ORT_API2_STATUS(DeviceEpIncompatibilityDetails_SetDetails,
                  _Inout_ OrtDeviceEpIncompatibilityDetails* details, uint32_t reasons_bitmask,
                  int32_t error_code, _In_opt_ const char* notes);

  /** Since 1.24. */
  ORT_API2_STATUS(CreateIfKernel, _In_ const OrtKernelInfo* kernel_info,
                  _Outptr_ OrtKernelImpl** kernel_out);

  /** Since 1.24. */
  ORT_API2_STATUS(CreateLoopKernel, _In_ const OrtKernelInfo* kernel_info,
                  _Inout_ OrtLoopKernelHelper* helper, _Outptr_ OrtKernelImpl** kernel_out);

  /** Since 1.24. */
  ORT_API2_STATUS(CreateScanKernel, _In_ const OrtKernelInfo* kernel_info,
                  _Inout_ OrtScanKernelHelper* helper, _Outptr_ OrtKernelImpl** kernel_out);

  /** Since 1.24. */
  ORT_CLASS_RELEASE(KernelImpl);

  /** Since 1.24. */
  ORT_API2_STATUS(GetEnvConfigEntries, _Outptr_ OrtKeyValuePairs** config_entries);

  /** Since 1.25. */
  ORT_API2_STATUS(GetOpSchema, _In_ const char* name, int max_inclusive_version,
                  _In_opt_ const char* domain, _Outptr_ OrtOpSchema** out_schema);

  /** Since 1.25. */
  ORT_CLASS_RELEASE(OpSchema);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetSinceVersion, _In_ const OrtOpSchema* schema, _Out_ int* out);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetNumInputs, _In_ const OrtOpSchema* schema, _Out_ size_t* out);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetInputName, _In_ const OrtOpSchema* schema, size_t index,
                  _Outptr_ const char** out);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetInputTypeConstraint, _In_ const OrtOpSchema* schema, size_t index,
                  _Outptr_result_maybenull_ const OrtOpSchemaTypeConstraint** out);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetNumOutputs, _In_ const OrtOpSchema* schema, _Out_ size_t* out);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetOutputName, _In_ const OrtOpSchema* schema, size_t index,
                  _Outptr_ const char** out);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetOutputTypeConstraint, _In_ const OrtOpSchema* schema, size_t index,
                  _Outptr_result_maybenull_ const OrtOpSchemaTypeConstraint** out);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetTypeConstraintCount, _In_ const OrtOpSchema* schema,
                  _Out_ size_t* out);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetTypeConstraint, _In_ const OrtOpSchema* schema, size_t index,
                  _Outptr_ const OrtOpSchemaTypeConstraint** out);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchemaTypeConstraint_GetTypeParamName,
                  _In_ const OrtOpSchemaTypeConstraint* type_constraint, _Outptr_ const char** out);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchemaTypeConstraint_GetAllowedTypes,
                  _In_ const OrtOpSchemaTypeConstraint* type_constraint,
                  _Outptr_ const char* const** out_types, _Out_ size_t* num_types);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchemaTypeConstraint_GetInputIndices,
                  _In_ const OrtOpSchemaTypeConstraint* type_constraint,
                  _Outptr_ const size_t** out_indices, _Out_ size_t* count);

  /** Since 1.25. */
  ORT_API2_STATUS(OpSchemaTypeConstraint_GetOutputIndices,
                  _In_ const OrtOpSchemaTypeConstraint* type_constraint,
                  _Outptr_ const size_t** out_indices, _Out_ size_t* count);

  /** Since 1.25. */
  ORT_API2_STATUS(CreateProfilingEvent, OrtProfilingEventCategory category, int32_t process_id,
                  int32_t thread_id, _In_ const char* event_name, int64_t timestamp_us,
                  int64_t duration_us, _In_reads_opt_(num_args) const char* const* arg_keys,
                  _In_reads_opt_(num_args) const char* const* arg_values, size_t num_args,
                  _Outptr_ OrtProfilingEvent** out);

  /** Since 1.25. */
  ORT_CLASS_RELEASE(ProfilingEvent);

  /** Since 1.25. */
  ORT_API2_STATUS(ProfilingEvent_GetCategory, _In_ const OrtProfilingEvent* event,
                  _Out_ OrtProfilingEventCategory* out);

  /** Since 1.25. */
  ORT_API2_STATUS(ProfilingEvent_GetName, _In_ const OrtProfilingEvent* event,
                  _Outptr_ const char** out);

  /** Since 1.25. */
  ORT_API2_STATUS(ProfilingEvent_GetTimestampUs, _In_ const OrtProfilingEvent* event,
                  _Out_ int64_t* out);

  /** Since 1.25. */
  ORT_API2_STATUS(ProfilingEvent_GetDurationUs, _In_ const OrtProfilingEvent* event,
                  _Out_ int64_t* out);

  /** Since 1.25. */
  ORT_API2_STATUS(ProfilingEvent_GetArgValue, _In_ const OrtProfilingEvent* event,
                  _In_ const char* key, _Outptr_result_maybenull_ const char** out);

  /** Since 1.25. */
  ORT_API2_STATUS(ProfilingEventsContainer_AddEvents,
                  _Inout_ OrtProfilingEventsContainer* events_container,
                  _In_reads_(num_events) const OrtProfilingEvent* const* events, size_t num_events);

  /** Since 1.29. */
  ORT_API2_STATUS(SessionOptionsGetWeightlessSourceModelBuffer,
                  _In_ const OrtSessionOptions* session_options,
                  _Outptr_result_maybenull_ const void** source_model_data,
                  _Out_ size_t* source_model_data_length);

  /** Since 1.31. */
  ORT_API2_STATUS(SessionOptionsGetEpContextConfig, _In_ const OrtSessionOptions* session_options,
                  _Outptr_ OrtEpContextConfig** config);

  /** Since 1.31. */
  ORT_CLASS_RELEASE(EpContextConfig);

  /** Since 1.31. */
  ORT_API2_STATUS(EpContextConfig_GetEpContextDataReadFunc, _In_ const OrtEpContextConfig* config,
                  _Out_ OrtReadNamedBufferFunc* read_func, _Outptr_result_maybenull_ void** state);

  /** Since 1.31. */
  ORT_API2_STATUS(EpContextConfig_GetEpContextDataWriteFunc, _In_ const OrtEpContextConfig* config,
                  _Out_ OrtWriteNamedBufferFunc* write_func,
                  _Outptr_result_maybenull_ void** state);
};

// -------------------------------------------------------------------------------------------------
// OrtEp
// -------------------------------------------------------------------------------------------------

/**
 * An EP in one session. Made by OrtEpFactory::CreateEp, given back to OrtEpFactory::ReleaseEp.
 * Since 1.22.
 */
struct OrtEp {
  /** Since 1.22. */
  uint32_t ort_version_supported;

  /** Since 1.22. */
  const char*(ORT_API_CALL* GetName)(_In_ const OrtEp* this_ptr);

  /** Since 1.23. */
  ORT_API2_STATUS(GetCapability, _In_ OrtEp* this_ptr, _In_ const OrtGraph* graph,
                  _Inout_ OrtEpGraphSupportInfo* graph_support_info);

  /** Since 1.23. */
  ORT_API2_STATUS(Compile, _In_ OrtEp* this_ptr, _In_reads_(count) const OrtGraph** graphs,
                  _In_reads_(count) const OrtNode** fused_nodes, size_t count,
                  _Out_writes_(count) OrtNodeComputeInfo** node_compute_infos,
                  _Out_writes_opt_(count) OrtNode** ep_context_nodes);

  /** Since 1.23. */
  void(ORT_API_CALL* ReleaseNodeComputeInfos)(_In_ OrtEp* this_ptr,
      _Inout_updates_(num_node_compute_infos) OrtNodeComputeInfo** node_compute_infos,
      size_t num_node_compute_infos);

  /** Since 1.23. */
  ORT_API2_STATUS(GetPreferredDataLayout, _In_ OrtEp* this_ptr,
                  _Out_ OrtEpDataLayout* preferred_data_layout);

  /** Since 1.23. */
  ORT_API2_STATUS(ShouldConvertDataLayoutForOp, _In_ OrtEp* this_ptr, _In_ const char* domain,
                  _In_ const char* op_type, OrtEpDataLayout target_data_layout,
                  _Out_ int* should_convert);

  /** Since 1.23. */
  ORT_API2_STATUS(SetDynamicOptions, _In_ OrtEp* this_ptr,
                  _In_reads_(num_options) const char* const* option_keys,
                  _In_reads_(num_options) const char* const* option_values, size_t num_options);

  /** Since 1.23. */
  ORT_API2_STATUS(OnRunStart, _In_ OrtEp* this_ptr, _In_ const OrtRunOptions* run_options);

  /** Since 1.23. */
  ORT_API2_STATUS(OnRunEnd, _In_ OrtEp* this_ptr, _In_ const OrtRunOptions* run_options,
                  bool sync_stream);

  /** Since 1.23. */
  ORT_API2_STATUS(CreateAllocator, _In_ OrtEp* this_ptr, _In_ const OrtMemoryInfo* memory_info,
                  _Outptr_result_maybenull_ OrtAllocator** allocator);

  /** Since 1.23. */
  ORT_API2_STATUS(CreateSyncStreamForDevice, _In_ OrtEp* this_ptr,
                  _In_ const OrtMemoryDevice* memory_device, _Outptr_ OrtSyncStreamImpl** stream);

  /** Since 1.23. */
  const char*(ORT_API_CALL* GetCompiledModelCompatibilityInfo)(_In_ OrtEp* this_ptr,
                                                               _In_ const OrtGraph* graph);

  /** Since 1.24. */
  ORT_API2_STATUS(GetKernelRegistry, _In_ OrtEp* this_ptr,
                  _Outptr_result_maybenull_ const OrtKernelRegistry** kernel_registry);

  /** Since 1.24. */
  ORT_API2_STATUS(IsConcurrentRunSupported, _In_ OrtEp* this_ptr, _Out_ bool* is_supported);

  /** Since 1.25. */
  ORT_API2_STATUS(Sync, _In_ OrtEp* this_ptr);

  /** Since 1.25. */
  ORT_API2_STATUS(CreateProfiler, _In_ OrtEp* this_ptr,
                  _Outptr_result_maybenull_ OrtEpProfilerImpl** profiler);

  /** Since 1.26. */
  bool(ORT_API_CALL* IsGraphCaptureEnabled)(_In_ const OrtEp* this_ptr);

  /** Since 1.26. */
  bool(ORT_API_CALL* IsGraphCaptured)(_In_ const OrtEp* this_ptr, int graph_annotation_id);

  /** Since 1.26. */
  ORT_API2_STATUS(ReplayGraph, _In_ OrtEp* this_ptr, int graph_annotation_id);

  /** Since 1.26. */
  OrtGraphCaptureNodeAssignmentPolicy(ORT_API_CALL* GetGraphCaptureNodeAssignmentPolicy)(
      _In_ const OrtEp* this_ptr);

  /** Since 1.26. */
  ORT_API2_STATUS(GetAvailableResource, _In_ const OrtEp* this_ptr,
                  _Out_ OrtResourceCount* available);

  /** Since 1.27. */
  ORT_API2_STATUS(OnSessionInitializationEnd, _In_ OrtEp* this_ptr);

  /** Since 1.27. */
  ORT_API2_STATUS(GetDefaultMemoryDevice, _In_ const OrtEp* this_ptr,
                  _Outptr_result_maybenull_ const OrtMemoryDevice** device);

  /** Since 1.27. */
  ORT_API2_STATUS(ReleaseCapturedGraph, _In_ OrtEp* this_ptr, int graph_annotation_id);

  /** Since 1.29. */
  ORT_API2_STATUS(GetWeightlessSupport, _In_ const OrtEp* this_ptr,
                  _Out_ OrtWeightlessSupport* support);

  /** Since 1.31. */
  ORT_API2_STATUS(GetEpContextDataCallbackSupport, _In_ OrtEp* this_ptr, _Out_ uint32_t* flags);
};

// -------------------------------------------------------------------------------------------------
// OrtEpFactory and the entry points of an EP library
// -------------------------------------------------------------------------------------------------

/**
 * Makes EPs, and what EPs share between sessions. Lives as long as its library is registered. Since
 * 1.22.
 */
struct OrtEpFactory {
  /** Since 1.22. */
  uint32_t ort_version_supported;

  /** Since 1.22. */
  const char*(ORT_API_CALL* GetName)(_In_ const OrtEpFactory* this_ptr);

  /** Since 1.22. */
  const char*(ORT_API_CALL* GetVendor)(_In_ const OrtEpFactory* this_ptr);

  /** Since 1.22. */
  ORT_API2_STATUS(GetSupportedDevices, _In_ OrtEpFactory* this_ptr,
                  _In_reads_(num_devices) const OrtHardwareDevice* const* devices,
                  size_t num_devices, _Out_writes_(max_ep_devices) OrtEpDevice** ep_devices,
                  size_t max_ep_devices, _Out_ size_t* num_ep_devices);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateEp, _In_ OrtEpFactory* this_ptr,
                  _In_reads_(num_devices) const OrtHardwareDevice* const* devices,
                  _In_reads_opt_(num_devices) const OrtKeyValuePairs* const* ep_metadata_pairs,
                  size_t num_devices, _In_ const OrtSessionOptions* session_options,
                  _In_ const OrtLogger* logger, _Outptr_ OrtEp** ep);

  /** Since 1.22. */
  void(ORT_API_CALL* ReleaseEp)(_In_ OrtEpFactory* this_ptr, _Inout_ OrtEp* ep);

  /** Since 1.23. */
  uint32_t(ORT_API_CALL* GetVendorId)(_In_ const OrtEpFactory* this_ptr);

  /** Since 1.23. */
  const char*(ORT_API_CALL* GetVersion)(_In_ const OrtEpFactory* this_ptr);

  /** Since 1.23. */
  ORT_API2_STATUS(ValidateCompiledModelCompatibilityInfo, _In_ OrtEpFactory* this_ptr,
                  _In_reads_(num_devices) const OrtHardwareDevice* const* devices,
                  size_t num_devices, _In_ const char* compatibility_info,
                  _Out_ OrtCompiledModelCompatibility* model_compatibility);

  /** Since 1.23. */
  ORT_API2_STATUS(CreateAllocator, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtMemoryInfo* memory_info,
                  _In_opt_ const OrtKeyValuePairs* allocator_options,
                  _Outptr_result_maybenull_ OrtAllocator** allocator);

  /** Since 1.23. */
  void(ORT_API_CALL* ReleaseAllocator)(_In_ OrtEpFactory* this_ptr,
                                       _Inout_opt_ OrtAllocator* allocator);

  /** Since 1.23. */
  ORT_API2_STATUS(CreateDataTransfer, _In_ OrtEpFactory* this_ptr,
                  _Outptr_result_maybenull_ OrtDataTransferImpl** data_transfer);

  /** Since 1.23. */
  bool(ORT_API_CALL* IsStreamAware)(_In_ const OrtEpFactory* this_ptr);

  /** Since 1.23. */
  ORT_API2_STATUS(CreateSyncStreamForDevice, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtMemoryDevice* memory_device,
                  _In_opt_ const OrtKeyValuePairs* stream_options,
                  _Outptr_ OrtSyncStreamImpl** stream);

  /** Since 1.24. */
  ORT_API2_STATUS(GetHardwareDeviceIncompatibilityDetails, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtHardwareDevice* hw,
                  _Inout_ OrtDeviceEpIncompatibilityDetails* details);

  /** Since 1.24. */
  ORT_API2_STATUS(CreateExternalResourceImporterForDevice, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtEpDevice* ep_device,
                  _Outptr_result_maybenull_ OrtExternalResourceImporterImpl** out_importer);

  /** Since 1.24. */
  ORT_API2_STATUS(GetNumCustomOpDomains, _In_ OrtEpFactory* this_ptr, _Out_ size_t* num_domains);

  /** Since 1.24. */
  ORT_API2_STATUS(GetCustomOpDomains, _In_ OrtEpFactory* this_ptr,
                  _Out_writes_(num_domains) OrtCustomOpDomain** domains, size_t num_domains);

  /** Since 1.25. */
  ORT_API2_STATUS(InitGraphicsInterop, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtEpDevice* ep_device, _In_ const OrtGraphicsInteropConfig* config);

  /** Since 1.25. */
  ORT_API2_STATUS(DeinitGraphicsInterop, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtEpDevice* ep_device);

  /** Since 1.28. */
  ORT_API2_STATUS(SelectBestModelCandidate, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtHardwareDevice* device,
                  _In_reads_(num_candidates) const OrtKeyValuePairs* const* candidates,
                  size_t num_candidates, _In_ const OrtSessionOptions* session_options,
                  _Out_ size_t* selected_index);
};

/**
 * The type of `CreateEpFactories`, which every EP library exports. It writes up to `max_factories`
 * factories, and their number. `registered_name` is the name the program registered the library
 * under; factories may use it as their name. `default_logger` is the environment's and outlives the
 * factories. Since 1.22.
 */
typedef OrtStatus* (*CreateEpApiFactoriesFn)(_In_ const char* registered_name,
                                             _In_ const OrtApiBase* ort_api_base,
                                             _In_ const OrtLogger* default_logger,
                                             _Inout_ OrtEpFactory** factories,
                                             size_t max_factories, _Out_ size_t* num_factories);

/**
 * The type of `ReleaseEpFactory`, which every EP library exports. Frees one factory. Since 1.22.
 */
typedef OrtStatus* (*ReleaseEpApiFactoryFn)(_In_ OrtEpFactory* factory);

#ifdef __cplusplus
}  // extern "C"
#endif
