// Backplane: the C interface between ONNX Runtime and execution providers (EPs) in libraries of
// their own.
//
// An EP library exports CreateEpFactories and ReleaseEpFactory. The host (Backplane or ONNX
// Runtime) loads it when a program calls OrtApi::RegisterExecutionProviderLibrary, asks each
// factory which of the machine's devices it drives, and has it make one OrtEp for each session that
// uses it. The EP then says which nodes it takes (GetCapability), and either compiles them
// (Compile: one OrtNodeComputeInfo for each group) or names kernels for them (GetKernelRegistry:
// one OrtKernelImpl for each node).
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
// - Sessions are created on any thread, so a factory may be called by several at once. An EP is
//   called by one thread until its session is ready; then Compute, and what runs around it, may
//   come from several at once (see IsConcurrentRunSupported).
// - OrtGraph, OrtNode and OrtValueInfo that an EP is shown live until the call returns, not longer.

#pragma once

#include "onnxruntime_c_api.h"

#ifdef __cplusplus
extern "C" {
#endif

// -------------------------------------------------------------------------------------------------
// Opaque types
// -------------------------------------------------------------------------------------------------

ORT_RUNTIME_CLASS(EpGraphSupportInfo);          // collects what an EP takes of a graph
ORT_RUNTIME_CLASS(MemoryDevice);                // memory of one kind on one device
ORT_RUNTIME_CLASS(NodeComputeContext);          // tells a compiled group its node
ORT_RUNTIME_CLASS(DataType);                    // a type, for type constraints of kernels
ORT_RUNTIME_CLASS(KernelRegistry);              // an EP's kernels
ORT_RUNTIME_CLASS(KernelDefBuilder);            // describes a kernel, step by step
ORT_RUNTIME_CLASS(KernelDef);                   // which nodes a kernel fits
ORT_RUNTIME_CLASS(SharedPrePackedWeightCache);  // takes packed weights that sessions share
ORT_RUNTIME_CLASS(OpSchema);                    // an operator as ONNX defines it
ORT_RUNTIME_CLASS(OpSchemaTypeConstraint);      // a type parameter of an operator
ORT_RUNTIME_CLASS(ProfilingEvent);              // an interval on a profile's time line
ORT_RUNTIME_CLASS(ProfilingEventsContainer);    // collects an EP's events
ORT_RUNTIME_CLASS(EpContextConfig);             // callbacks for the data of EPContext nodes

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
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  /** Frees this object. */
  void(ORT_API_CALL* Release)(_In_ OrtDataTransferImpl* this_ptr);

  /** Whether it copies from one memory to the other. */
  bool(ORT_API_CALL* CanCopy)(_In_ const OrtDataTransferImpl* this_ptr,
                              _In_ const OrtMemoryDevice* src_memory_device,
                              _In_ const OrtMemoryDevice* dst_memory_device);

  /**
   * Copies each source to its destination. `streams` is null, or has a stream for each copy, or
   * null for those to be done before returning.
   */
  ORT_API2_STATUS(CopyTensors, _In_ OrtDataTransferImpl* this_ptr,
                  _In_reads_(num_tensors) const OrtValue** src_tensors,
                  _In_reads_(num_tensors) OrtValue** dst_tensors,
                  _In_reads_opt_(num_tensors) OrtSyncStream** streams, size_t num_tensors);
};

/**
 * A point in a stream that others can wait for. Made by OrtSyncStreamImpl::CreateNotification.
 * Since 1.23.
 */
struct OrtSyncNotificationImpl {
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  /** Frees this object. */
  void(ORT_API_CALL* Release)(_In_ OrtSyncNotificationImpl* this_ptr);

  /** Marks the present end of the stream's work. */
  ORT_API2_STATUS(Activate, _In_ OrtSyncNotificationImpl* this_ptr);

  /** Has another stream wait for the mark, without stopping the host. */
  ORT_API2_STATUS(WaitOnDevice, _In_ OrtSyncNotificationImpl* this_ptr,
                  _Inout_ OrtSyncStream* consumer_stream);

  /** Stops the calling thread until the mark is reached. */
  ORT_API2_STATUS(WaitOnHost, _In_ OrtSyncNotificationImpl* this_ptr);
};

/** A queue of work on a device, such as a CUDA stream. Since 1.23. */
struct OrtSyncStreamImpl {
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  /** Frees this object. */
  void(ORT_API_CALL* Release)(_In_ OrtSyncStreamImpl* this_ptr);

  /** The native handle, such as a cudaStream_t. */
  void*(ORT_API_CALL* GetHandle)(_In_ OrtSyncStreamImpl* this_ptr);

  /** Makes a notification on this stream; the host releases it. */
  ORT_API2_STATUS(CreateNotification, _In_ OrtSyncStreamImpl* this_ptr,
                  _Outptr_ OrtSyncNotificationImpl** notification);

  /** Sends off or finishes all work that is enqueued. */
  ORT_API2_STATUS(Flush, _In_ OrtSyncStreamImpl* this_ptr);

  /** Called at the end of a run, so that memory kept for the stream can be reused. */
  ORT_API2_STATUS(OnSessionRunEnd, _In_ OrtSyncStreamImpl* this_ptr);
};

// -------------------------------------------------------------------------------------------------
// Memory and semaphores of graphics APIs
// -------------------------------------------------------------------------------------------------

/** Imported memory. An EP derives its own type and puts this first. Since 1.24. */
struct OrtExternalMemoryHandle {
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t version;

  /** The device it was imported for; a view. */
  const OrtEpDevice* ep_device;

  /** What was imported. */
  OrtExternalMemoryDescriptor descriptor;

  /** Frees this object. */
  void(ORT_API_CALL* Release)(_Inout_ OrtExternalMemoryHandle* handle);
};

/** An imported semaphore. An EP derives its own type and puts this first. Since 1.24. */
struct OrtExternalSemaphoreHandle {
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t version;

  /** The device it was imported for; a view. */
  const OrtEpDevice* ep_device;

  /** What was imported. */
  OrtExternalSemaphoreDescriptor descriptor;

  /** Frees this object. */
  void(ORT_API_CALL* Release)(_Inout_ OrtExternalSemaphoreHandle* handle);
};

/** Imports memory and semaphores for one EP device; the EP's side of OrtInteropApi. Since 1.24. */
struct OrtExternalResourceImporterImpl {
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  // ---- Memory ----

  /** Whether it takes this kind of memory. */
  bool(ORT_API_CALL* CanImportMemory)(_In_ const OrtExternalResourceImporterImpl* this_ptr,
                                      OrtExternalMemoryHandleType handle_type);

  /** Imports memory; the host gives it back with its own Release. */
  ORT_API2_STATUS(ImportMemory, _In_ OrtExternalResourceImporterImpl* this_ptr,
                  _In_ const OrtExternalMemoryDescriptor* desc,
                  _Outptr_ OrtExternalMemoryHandle** out_handle);

  /** Frees imported memory. */
  void(ORT_API_CALL* ReleaseMemory)(_In_ OrtExternalResourceImporterImpl* this_ptr,
                                    _Inout_ OrtExternalMemoryHandle* handle);

  /** A tensor over imported memory, which outlives it. */
  ORT_API2_STATUS(CreateTensorFromMemory, _In_ OrtExternalResourceImporterImpl* this_ptr,
                  _In_ const OrtExternalMemoryHandle* mem_handle,
                  _In_ const OrtExternalTensorDescriptor* tensor_desc,
                  _Outptr_ OrtValue** out_tensor);

  // ---- Semaphores ----

  /** Whether it takes this kind of semaphore. */
  bool(ORT_API_CALL* CanImportSemaphore)(_In_ const OrtExternalResourceImporterImpl* this_ptr,
                                         OrtExternalSemaphoreType type);

  /** Imports a semaphore; the host gives it back with its own Release. */
  ORT_API2_STATUS(ImportSemaphore, _In_ OrtExternalResourceImporterImpl* this_ptr,
                  _In_ const OrtExternalSemaphoreDescriptor* desc,
                  _Outptr_ OrtExternalSemaphoreHandle** out_handle);

  /** Frees an imported semaphore. */
  void(ORT_API_CALL* ReleaseSemaphore)(_In_ OrtExternalResourceImporterImpl* this_ptr,
                                       _Inout_ OrtExternalSemaphoreHandle* handle);

  /** Has a stream wait until the semaphore reaches a value. */
  ORT_API2_STATUS(WaitSemaphore, _In_ OrtExternalResourceImporterImpl* this_ptr,
                  _Inout_ OrtExternalSemaphoreHandle* handle, _Inout_opt_ OrtSyncStream* stream,
                  uint64_t value);

  /** Has a stream set the semaphore to a value once its work so far is done. */
  ORT_API2_STATUS(SignalSemaphore, _In_ OrtExternalResourceImporterImpl* this_ptr,
                  _Inout_ OrtExternalSemaphoreHandle* handle, _Inout_opt_ OrtSyncStream* stream,
                  uint64_t value);

  /** Frees this object. */
  void(ORT_API_CALL* Release)(_In_ OrtExternalResourceImporterImpl* this_ptr);
};

// -------------------------------------------------------------------------------------------------
// Profiling
// -------------------------------------------------------------------------------------------------

/** What an event in a profile stands for. Since 1.25. */
typedef enum OrtProfilingEventCategory {
  OrtProfilingEventCategory_SESSION = 0, /**< a step of the session */
  OrtProfilingEventCategory_NODE = 1,    /**< a node */
  OrtProfilingEventCategory_KERNEL = 2,  /**< work on a device */
  OrtProfilingEventCategory_API = 3      /**< a call into a driver or library */
} OrtProfilingEventCategory;

/** Adds an EP's own events, such as kernels on a GPU, to a session's profile. Since 1.25. */
struct OrtEpProfilerImpl {
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  /** Frees this object. */
  void(ORT_API_CALL* Release)(_In_ OrtEpProfilerImpl* this_ptr);

  /**
   * Profiling begins. The offset is the nanoseconds since the session's profile began; times of
   * events count from that beginning.
   */
  ORT_API2_STATUS(StartProfiling, _In_ OrtEpProfilerImpl* this_ptr,
                  int64_t ep_profiling_start_offset_ns);

  /**
   * An event of the session begins on the calling thread; the id ties the EP's events to it.
   * Optional.
   */
  ORT_API2_STATUS(StartEvent, _In_ OrtEpProfilerImpl* this_ptr, uint64_t ort_event_correlation_id);

  /** That event ends. The event is a view for the call. Optional. */
  ORT_API2_STATUS(StopEvent, _In_ OrtEpProfilerImpl* this_ptr, uint64_t ort_event_correlation_id,
                  _In_ const OrtProfilingEvent* ort_event);

  /** Profiling ends: the EP adds its events with OrtEpApi::ProfilingEventsContainer_AddEvents. */
  ORT_API2_STATUS(EndProfiling, _In_ OrtEpProfilerImpl* this_ptr,
                  _Inout_ OrtProfilingEventsContainer* events_container);
};

// -------------------------------------------------------------------------------------------------
// Compiled groups of nodes
// -------------------------------------------------------------------------------------------------

/** How a group of nodes is to be fused. Since 1.23. */
struct OrtNodeFusionOptions {
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  /**
   * Whether the fused node goes without constant initializers as inputs, because the EP copies them
   * while it compiles; their memory can then be freed.
   */
  bool drop_constant_initializers;
};

/** Runs one group of nodes that an EP compiled. Made by OrtEp::Compile. Since 1.23. */
struct OrtNodeComputeInfo {
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  /** Makes the state that Compute gets. Called once in a session. */
  OrtStatus*(ORT_API_CALL* CreateState)(_In_ OrtNodeComputeInfo* this_ptr,
                                        _Inout_ OrtNodeComputeContext* compute_context,
                                        _Outptr_ void** compute_state);

  /**
   * Runs the group: inputs and outputs come from the kernel context. May be called from several
   * threads at once.
   */
  OrtStatus*(ORT_API_CALL* Compute)(_In_ OrtNodeComputeInfo* this_ptr, _In_ void* compute_state,
                                    _Inout_ OrtKernelContext* kernel_context);

  /** Frees the state. */
  void(ORT_API_CALL* ReleaseState)(_In_ OrtNodeComputeInfo* this_ptr, _In_ void* compute_state);
};

// -------------------------------------------------------------------------------------------------
// Kernels
// -------------------------------------------------------------------------------------------------

/**
 * A kernel for one node of a session. An EP derives its own type and puts this first. Since 1.24.
 */
struct OrtKernelImpl {
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  /** Belongs to the host, which sets it on kernels of its own; EPs set it to 0. */
  uint32_t flags;

  /** Runs the node. May be called from several threads at once. */
  ORT_API2_STATUS(Compute, _In_ OrtKernelImpl* this_ptr, _Inout_ OrtKernelContext* context);

  /** Frees this object. */
  void(ORT_API_CALL* Release)(_In_ OrtKernelImpl* this_ptr);

  /**
   * Looks at a constant input once. If the kernel keeps a form of its own, it sets `is_packed`, and
   * the host may free the tensor. With a cache, the packed data is stored there instead of in the
   * kernel, and comes back through SetSharedPrePackedWeight. Optional.
   */
  ORT_API2_STATUS(PrePackWeight, _In_ OrtKernelImpl* this_ptr, _In_ const OrtValue* tensor,
                  int input_index, _Inout_ OrtAllocator* allocator,
                  _Inout_opt_ OrtSharedPrePackedWeightCache* prepacked_weight_cache,
                  _Out_ bool* is_packed);

  /** Takes packed weights that live as long as the session, as they were stored. Optional. */
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
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  /** Frees this object. */
  void(ORT_API_CALL* Release)(_In_ OrtLoopKernelHelper* this_ptr);

  /**
   * Joins the outputs of all iterations along a new first dimension, into device memory of this
   * size. `stream_handle` is the native stream, or null.
   */
  ORT_API2_STATUS(ConcatOutput, _In_ OrtLoopKernelHelper* this_ptr, _In_opt_ void* stream_handle,
                  _In_reads_(num_per_iteration_outputs)
                      const OrtValue* const* per_iteration_outputs,
                  size_t num_per_iteration_outputs, _In_ void* output, size_t output_size_in_bytes);
};

/** What the host's Scan kernel needs from an EP, for OrtEpApi::CreateScanKernel. Since 1.24. */
struct OrtScanKernelHelper {
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  /** Frees this object. */
  void(ORT_API_CALL* Release)(_In_ OrtScanKernelHelper* this_ptr);

  /** Transposes a tensor into another one. `stream` may be null. */
  ORT_API2_STATUS(Transpose, _In_ OrtScanKernelHelper* this_ptr,
                  _In_reads_(num_permutation_elems) const size_t* permutation,
                  size_t num_permutation_elems, _In_ const OrtValue* input,
                  _Inout_opt_ OrtSyncStream* stream, _Inout_ OrtValue* output);
};

// -------------------------------------------------------------------------------------------------
// Resources, layouts and policies
// -------------------------------------------------------------------------------------------------

/** Kinds of resources. Since 1.26. */
typedef enum OrtResourceCountKind {
  OrtResourceCountKind_None = 0,      /**< nothing is known */
  OrtResourceCountKind_TotalBytes = 1 /**< memory, in bytes */
} OrtResourceCountKind;

/** An amount of a resource. Since 1.26. */
typedef struct OrtResourceCount {
  /** One of OrtResourceCountKind: which member of `value` counts. */
  uint32_t kind;

  /** 0. */
  uint32_t reserved;

  /** The amount. */
  union {
    uint64_t total_bytes;       /**< For OrtResourceCountKind_TotalBytes. */
    uint64_t reserved_words[6]; /**< Keeps the size fixed for later kinds. */
  } value;
} OrtResourceCount;

/** Layouts of tensors with channels. Since 1.23. */
typedef enum OrtEpDataLayout {
  OrtEpDataLayout_NCHW = 0,                      /**< channels before space */
  OrtEpDataLayout_NHWC = 1,                      /**< channels last */
  OrtEpDataLayout_Default = OrtEpDataLayout_NCHW /**< what ONNX uses */
} OrtEpDataLayout;

/** Which nodes must be on an EP that captures runs. Since 1.26. */
typedef enum OrtGraphCaptureNodeAssignmentPolicy {
  /** all */
  OrtGraphCaptureNodeAssignmentPolicy_ALL_NODES_ON_EP = 0,
  /** all but shape computations on the CPU */
  OrtGraphCaptureNodeAssignmentPolicy_ALLOW_CPU_FOR_SHAPES = 1
} OrtGraphCaptureNodeAssignmentPolicy;

/** Which weights an EP can leave out of compiled models. Since 1.29. */
typedef enum OrtWeightlessSupport {
  OrtWeightlessSupport_NONE = 0,          /**< none */
  OrtWeightlessSupport_EXTERNAL_ONLY = 1, /**< those in external files */
  OrtWeightlessSupport_ALL = 2            /**< all */
} OrtWeightlessSupport;

/** Bits of the answer of OrtEp::GetEpContextDataCallbackSupport. Since 1.31. */
#define ORT_EP_CONTEXT_DATA_CALLBACK_READ 0x1u
#define ORT_EP_CONTEXT_DATA_CALLBACK_WRITE 0x2u

// -------------------------------------------------------------------------------------------------
// OrtEpApi
// -------------------------------------------------------------------------------------------------

/** What the host offers to EPs. Obtained from OrtApi::GetEpApi. Since 1.22. */
struct OrtEpApi {
  // -----------------------------------------------------------------------------------------------
  // EP devices
  // -----------------------------------------------------------------------------------------------

  /**
   * States that a factory's EP can use a device. Metadata and default options are copied and may be
   * null. The caller hands the result to the host through GetSupportedDevices, or releases it.
   */
  ORT_API2_STATUS(CreateEpDevice, _Inout_ OrtEpFactory* ep_factory,
                  _In_ const OrtHardwareDevice* hardware_device,
                  _In_opt_ const OrtKeyValuePairs* ep_metadata,
                  _In_opt_ const OrtKeyValuePairs* ep_options, _Outptr_ OrtEpDevice** ep_device);

  /** Frees an EP device that was not handed to the host. */
  ORT_CLASS_RELEASE(EpDevice);

  // -----------------------------------------------------------------------------------------------
  // Claiming nodes
  // -----------------------------------------------------------------------------------------------

  /**
   * Takes a group of nodes, to be compiled as one. The group must have no way out and back in. Null
   * options stand for the defaults. Since 1.23.
   */
  ORT_API2_STATUS(EpGraphSupportInfo_AddNodesToFuse,
                  _Inout_ OrtEpGraphSupportInfo* graph_support_info,
                  _In_reads_(num_nodes) const OrtNode* const* nodes, size_t num_nodes,
                  _In_opt_ const OrtNodeFusionOptions* node_fusion_options);

  /** Takes one node, to be run by a kernel of the EP's registry. Since 1.23. */
  ORT_API2_STATUS(EpGraphSupportInfo_AddSingleNode,
                  _Inout_ OrtEpGraphSupportInfo* graph_support_info, _In_ const OrtNode* node);

  /** The name of the fused node whose state is being created; a view. Since 1.23. */
  ORT_API_T(const char*, NodeComputeContext_NodeName, _In_ const OrtNodeComputeContext* context);

  // -----------------------------------------------------------------------------------------------
  // Memory
  // -----------------------------------------------------------------------------------------------

  /**
   * States a kind of memory that the EP allocates on the device: at most one for each
   * OrtDeviceMemoryType, and one for weights with OrtReadOnlyAllocator. The memory info must live
   * as long as the EP device. Since 1.23.
   */
  ORT_API2_STATUS(EpDevice_AddAllocatorInfo, _Inout_ OrtEpDevice* ep_device,
                  _In_ const OrtMemoryInfo* allocator_memory_info);

  /** The memory device of a memory info; a view. Since 1.23. */
  ORT_API_T(const OrtMemoryDevice*, MemoryInfo_GetMemoryDevice,
            _In_ const OrtMemoryInfo* memory_info);

  /** The memory device that a tensor's data is on; a view. Since 1.23. */
  ORT_API_T(const OrtMemoryDevice*, Value_GetMemoryDevice, _In_ const OrtValue* value);

  /** Whether both are the same memory. Since 1.23. */
  ORT_API_T(bool, MemoryDevice_AreEqual, _In_ const OrtMemoryDevice* a,
            _In_ const OrtMemoryDevice* b);

  /** The kind of device. Since 1.23. */
  ORT_API_T(OrtMemoryInfoDeviceType, MemoryDevice_GetDeviceType,
            _In_ const OrtMemoryDevice* memory_device);

  /** Whether the host can reach the memory. Since 1.23. */
  ORT_API_T(OrtDeviceMemoryType, MemoryDevice_GetMemoryType,
            _In_ const OrtMemoryDevice* memory_device);

  /** The vendor's number; 0 if none was given. Since 1.23. */
  ORT_API_T(uint32_t, MemoryDevice_GetVendorId, _In_ const OrtMemoryDevice* memory_device);

  /** The number of the device among its kind. Since 1.23. */
  ORT_API_T(uint32_t, MemoryDevice_GetDeviceId, _In_ const OrtMemoryDevice* memory_device);

  // -----------------------------------------------------------------------------------------------
  // Streams
  // -----------------------------------------------------------------------------------------------

  /** The EP's own side of a stream; a view. Since 1.23. */
  ORT_API_T(const OrtSyncStreamImpl*, SyncStream_GetImpl, _In_ const OrtSyncStream* stream);

  /** A count that grows each time something waits for the stream. Since 1.23. */
  ORT_API_T(uint64_t, SyncStream_GetSyncId, _In_ const OrtSyncStream* stream);

  /** The producer's count when the consumer last waited for it; 0 if it never did. Since 1.23. */
  ORT_API_T(uint64_t, GetSyncIdForLastWaitOnSyncStream, _In_ const OrtSyncStream* producer_stream,
            _In_ const OrtSyncStream* consumer_stream);

  // -----------------------------------------------------------------------------------------------
  // Hardware devices that the host does not find itself
  // -----------------------------------------------------------------------------------------------

  /**
   * Makes a device, such as a virtual one. Only allowed where the environment entry
   * allow_virtual_devices is 1. The factory keeps it until it is released itself. Since 1.24.
   */
  ORT_API2_STATUS(CreateHardwareDevice, OrtHardwareDeviceType type, uint32_t vendor_id,
                  uint32_t device_id, _In_ const char* vendor_name,
                  _In_opt_ const OrtKeyValuePairs* metadata,
                  _Outptr_ OrtHardwareDevice** hardware_device);

  /** Frees a device from CreateHardwareDevice. Since 1.24. */
  ORT_CLASS_RELEASE(HardwareDevice);

  // -----------------------------------------------------------------------------------------------
  // Kernel registry
  // -----------------------------------------------------------------------------------------------

  /** Makes an empty registry. Since 1.24. */
  ORT_API2_STATUS(CreateKernelRegistry, _Outptr_ OrtKernelRegistry** kernel_registry);

  /** Frees a registry; sessions that use it must be gone. Since 1.24. */
  ORT_CLASS_RELEASE(KernelRegistry);

  /**
   * Adds a kernel: which nodes it fits, and a function that makes it. The definition is copied; the
   * state must outlive the registry. Since 1.24.
   */
  ORT_API2_STATUS(KernelRegistry_AddKernel, _Inout_ OrtKernelRegistry* kernel_registry,
                  _In_ const OrtKernelDef* kernel_def, OrtKernelCreateFunc kernel_create_func,
                  _In_opt_ void* kernel_create_func_state);

  // -----------------------------------------------------------------------------------------------
  // Kernel definitions
  // -----------------------------------------------------------------------------------------------

  /** Begins a definition. Since 1.24. */
  ORT_API2_STATUS(CreateKernelDefBuilder, _Outptr_ OrtKernelDefBuilder** kernel_def_builder_out);

  /** Frees a builder; definitions built with it stay. Since 1.24. */
  ORT_CLASS_RELEASE(KernelDefBuilder);

  /** States the operator. Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetOperatorType, _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  _In_ const char* op_type);

  /** States the operator's domain; empty for that of ONNX itself. Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetDomain, _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  _In_ const char* domain);

  /**
   * States the first and last opset version, both inclusive; an equal pair means one version only.
   * Since 1.24.
   */
  ORT_API2_STATUS(KernelDefBuilder_SetSinceVersion, _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  int since_version_start, int since_version_end);

  /** States the EP. Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetExecutionProvider,
                  _Inout_ OrtKernelDefBuilder* kernel_def_builder, _In_ const char* ep_name);

  /** States where an input must be. Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetInputMemType, _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  size_t input_index, OrtMemType mem_type);

  /** States where an output is put. Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_SetOutputMemType,
                  _Inout_ OrtKernelDefBuilder* kernel_def_builder, size_t output_index,
                  OrtMemType mem_type);

  /** States the types that a type parameter of the operator, such as "T", may have. Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_AddTypeConstraint,
                  _Inout_ OrtKernelDefBuilder* kernel_def_builder, _In_ const char* arg_name,
                  _In_reads_(num_types) const OrtDataType* const* types, size_t num_types);

  /** States pairs of input and output that share memory always. Since 1.24. */
  ORT_API2_STATUS(KernelDefBuilder_AddInputOutputAliases,
                  _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  _In_reads_(num_io_indices) const int* input_indices,
                  _In_reads_(num_io_indices) const int* output_indices, size_t num_io_indices);

  /**
   * States pairs of input and output that may share memory when the input is not used later. Since
   * 1.24.
   */
  ORT_API2_STATUS(KernelDefBuilder_AddInputOutputMutableAliases,
                  _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  _In_reads_(num_io_indices) const int* input_indices,
                  _In_reads_(num_io_indices) const int* output_indices, size_t num_io_indices);

  /**
   * Makes the definition; the caller releases it. Fails if the operator, the version or the EP is
   * missing. Since 1.24.
   */
  ORT_API2_STATUS(KernelDefBuilder_Build, _Inout_ OrtKernelDefBuilder* kernel_def_builder,
                  _Outptr_ OrtKernelDef** kernel_def_out);

  /** Frees a definition. Since 1.24. */
  ORT_CLASS_RELEASE(KernelDef);

  /** The operator; a view. Since 1.24. */
  ORT_API_T(const char*, KernelDef_GetOperatorType, _In_ const OrtKernelDef* kernel_def);

  /** The operator's domain; a view. Since 1.24. */
  ORT_API_T(const char*, KernelDef_GetDomain, _In_ const OrtKernelDef* kernel_def);

  /** The first and the last opset version. Since 1.24. */
  ORT_API2_STATUS(KernelDef_GetSinceVersion, _In_ const OrtKernelDef* kernel_def,
                  _Out_ int* start_version, _Out_ int* end_version);

  /** The EP; a view. Since 1.24. */
  ORT_API_T(const char*, KernelDef_GetExecutionProvider, _In_ const OrtKernelDef* kernel_def);

  /** Where an input must be. Since 1.24. */
  ORT_API2_STATUS(KernelDef_GetInputMemType, _In_ const OrtKernelDef* kernel_def,
                  size_t input_index, _Out_ OrtMemType* mem_type);

  /** Where an output is put. Since 1.24. */
  ORT_API2_STATUS(KernelDef_GetOutputMemType, _In_ const OrtKernelDef* kernel_def,
                  size_t output_index, _Out_ OrtMemType* mem_type);

  /** The type "tensor of these elements"; static. Since 1.24. */
  ORT_API2_STATUS(GetTensorDataType, ONNXTensorElementDataType elem_type,
                  _Outptr_ const OrtDataType** out);

  /** The kernel of the EP's registry that fits a node, a view; null if none does. Since 1.24. */
  ORT_API2_STATUS(EpGraphSupportInfo_LookUpKernel,
                  _Inout_ OrtEpGraphSupportInfo* graph_support_info, _In_ const OrtNode* node,
                  _Outptr_result_maybenull_ const OrtKernelDef** out_kernel_def);

  // -----------------------------------------------------------------------------------------------
  // Kernels
  // -----------------------------------------------------------------------------------------------

  /**
   * Stores packed weights so that other sessions can use them. The buffers must come from the
   * allocator that PrePackWeight was given, and become the cache's. Since 1.24.
   */
  ORT_API2_STATUS(SharedPrePackedWeightCache_StoreWeightData,
                  _Inout_ OrtSharedPrePackedWeightCache* prepacked_weight_cache,
                  _In_reads_(num_buffers) void** buffer_data_ptrs,
                  _In_reads_(num_buffers) size_t* buffer_data_sizes, size_t num_buffers);

  /** The EP that the kernel belongs to; a view. Since 1.24. */
  ORT_API2_STATUS(KernelInfo_GetEp, _In_ const OrtKernelInfo* info, _Outptr_ const OrtEp** ep);

  /**
   * Fills in why a device cannot be used. `reasons_bitmask` has bits of
   * OrtDeviceEpIncompatibilityReason; the notes are copied. Since 1.24.
   */
  ORT_API2_STATUS(DeviceEpIncompatibilityDetails_SetDetails,
                  _Inout_ OrtDeviceEpIncompatibilityDetails* details, uint32_t reasons_bitmask,
                  int32_t error_code, _In_opt_ const char* notes);

  /**
   * The host's kernel for If, to be returned by an EP's kernel function. The subgraphs run like
   * other graphs. Since 1.24.
   */
  ORT_API2_STATUS(CreateIfKernel, _In_ const OrtKernelInfo* kernel_info,
                  _Outptr_ OrtKernelImpl** kernel_out);

  /** The host's kernel for Loop. The helper becomes the kernel's, on success. Since 1.24. */
  ORT_API2_STATUS(CreateLoopKernel, _In_ const OrtKernelInfo* kernel_info,
                  _Inout_ OrtLoopKernelHelper* helper, _Outptr_ OrtKernelImpl** kernel_out);

  /** The host's kernel for Scan. The helper becomes the kernel's, on success. Since 1.24. */
  ORT_API2_STATUS(CreateScanKernel, _In_ const OrtKernelInfo* kernel_info,
                  _Inout_ OrtScanKernelHelper* helper, _Outptr_ OrtKernelImpl** kernel_out);

  /** Frees a kernel that the host made. Since 1.24. */
  ORT_CLASS_RELEASE(KernelImpl);

  /** A copy of the environment's configuration entries; the caller releases it. Since 1.24. */
  ORT_API2_STATUS(GetEnvConfigEntries, _Outptr_ OrtKeyValuePairs** config_entries);

  // -----------------------------------------------------------------------------------------------
  // Operator schemas
  // -----------------------------------------------------------------------------------------------

  /**
   * The definition of an operator that a model of this opset version uses; the caller releases it.
   * Null if the operator is not known. Since 1.25.
   */
  ORT_API2_STATUS(GetOpSchema, _In_ const char* name, int max_inclusive_version,
                  _In_opt_ const char* domain, _Outptr_ OrtOpSchema** out_schema);

  /** Frees a schema; views from it end. Since 1.25. */
  ORT_CLASS_RELEASE(OpSchema);

  /** The opset version in which the operator last changed. Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetSinceVersion, _In_ const OrtOpSchema* schema, _Out_ int* out);

  /** The number of inputs. Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetNumInputs, _In_ const OrtOpSchema* schema, _Out_ size_t* out);

  /** The name of an input; a view. Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetInputName, _In_ const OrtOpSchema* schema, size_t index,
                  _Outptr_ const char** out);

  /** The type parameter of an input, a view; null if its type is fixed. Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetInputTypeConstraint, _In_ const OrtOpSchema* schema, size_t index,
                  _Outptr_result_maybenull_ const OrtOpSchemaTypeConstraint** out);

  /** The number of outputs. Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetNumOutputs, _In_ const OrtOpSchema* schema, _Out_ size_t* out);

  /** The name of an output; a view. Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetOutputName, _In_ const OrtOpSchema* schema, size_t index,
                  _Outptr_ const char** out);

  /** The type parameter of an output, a view; null if its type is fixed. Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetOutputTypeConstraint, _In_ const OrtOpSchema* schema, size_t index,
                  _Outptr_result_maybenull_ const OrtOpSchemaTypeConstraint** out);

  /** The number of type parameters. Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetTypeConstraintCount, _In_ const OrtOpSchema* schema,
                  _Out_ size_t* out);

  /** A type parameter; a view. Since 1.25. */
  ORT_API2_STATUS(OpSchema_GetTypeConstraint, _In_ const OrtOpSchema* schema, size_t index,
                  _Outptr_ const OrtOpSchemaTypeConstraint** out);

  /** Its name, such as "T"; a view. Since 1.25. */
  ORT_API2_STATUS(OpSchemaTypeConstraint_GetTypeParamName,
                  _In_ const OrtOpSchemaTypeConstraint* type_constraint, _Outptr_ const char** out);

  /** The types it may have, such as "tensor(float)"; views. Since 1.25. */
  ORT_API2_STATUS(OpSchemaTypeConstraint_GetAllowedTypes,
                  _In_ const OrtOpSchemaTypeConstraint* type_constraint,
                  _Outptr_ const char* const** out_types, _Out_ size_t* num_types);

  /** The inputs that have it; a view. Since 1.25. */
  ORT_API2_STATUS(OpSchemaTypeConstraint_GetInputIndices,
                  _In_ const OrtOpSchemaTypeConstraint* type_constraint,
                  _Outptr_ const size_t** out_indices, _Out_ size_t* count);

  /** The outputs that have it; a view. Since 1.25. */
  ORT_API2_STATUS(OpSchemaTypeConstraint_GetOutputIndices,
                  _In_ const OrtOpSchemaTypeConstraint* type_constraint,
                  _Outptr_ const size_t** out_indices, _Out_ size_t* count);

  // -----------------------------------------------------------------------------------------------
  // Profiling events
  // -----------------------------------------------------------------------------------------------

  /**
   * Makes an event; all text is copied. `process_id` and `thread_id` may be -1. The time stamp is
   * in microseconds since profiling began. The caller releases the event. Since 1.25.
   */
  ORT_API2_STATUS(CreateProfilingEvent, OrtProfilingEventCategory category, int32_t process_id,
                  int32_t thread_id, _In_ const char* event_name, int64_t timestamp_us,
                  int64_t duration_us, _In_reads_opt_(num_args) const char* const* arg_keys,
                  _In_reads_opt_(num_args) const char* const* arg_values, size_t num_args,
                  _Outptr_ OrtProfilingEvent** out);

  /** Frees an event that the caller made. Since 1.25. */
  ORT_CLASS_RELEASE(ProfilingEvent);

  /** The category. Since 1.25. */
  ORT_API2_STATUS(ProfilingEvent_GetCategory, _In_ const OrtProfilingEvent* event,
                  _Out_ OrtProfilingEventCategory* out);

  /** The name; a view. Since 1.25. */
  ORT_API2_STATUS(ProfilingEvent_GetName, _In_ const OrtProfilingEvent* event,
                  _Outptr_ const char** out);

  /** When it began. Since 1.25. */
  ORT_API2_STATUS(ProfilingEvent_GetTimestampUs, _In_ const OrtProfilingEvent* event,
                  _Out_ int64_t* out);

  /** How long it took. Since 1.25. */
  ORT_API2_STATUS(ProfilingEvent_GetDurationUs, _In_ const OrtProfilingEvent* event,
                  _Out_ int64_t* out);

  /** The value of an argument, a view; null if there is none. Since 1.25. */
  ORT_API2_STATUS(ProfilingEvent_GetArgValue, _In_ const OrtProfilingEvent* event,
                  _In_ const char* key, _Outptr_result_maybenull_ const char** out);

  /** Adds copies of events to the profile. Since 1.25. */
  ORT_API2_STATUS(ProfilingEventsContainer_AddEvents,
                  _Inout_ OrtProfilingEventsContainer* events_container,
                  _In_reads_(num_events) const OrtProfilingEvent* const* events, size_t num_events);

  // -----------------------------------------------------------------------------------------------
  // Compiled models without weights
  // -----------------------------------------------------------------------------------------------

  /**
   * The model bytes set with OrtApi::SessionOptionsSetWeightlessSourceModelBuffer, a view; null and
   * 0 if there are none. Since 1.29.
   */
  ORT_API2_STATUS(SessionOptionsGetWeightlessSourceModelBuffer,
                  _In_ const OrtSessionOptions* session_options,
                  _Outptr_result_maybenull_ const void** source_model_data,
                  _Out_ size_t* source_model_data_length);

  // -----------------------------------------------------------------------------------------------
  // Data of EPContext nodes
  // -----------------------------------------------------------------------------------------------

  /** How the options want EPContext data read and written; the caller releases it. Since 1.31. */
  ORT_API2_STATUS(SessionOptionsGetEpContextConfig, _In_ const OrtSessionOptions* session_options,
                  _Outptr_ OrtEpContextConfig** config);

  /** Frees the configuration. Since 1.31. */
  ORT_CLASS_RELEASE(EpContextConfig);

  /** The function to read with, and its state; both null if files are to be used. Since 1.31. */
  ORT_API2_STATUS(EpContextConfig_GetEpContextDataReadFunc, _In_ const OrtEpContextConfig* config,
                  _Out_ OrtReadNamedBufferFunc* read_func, _Outptr_result_maybenull_ void** state);

  /** The function to write with, and its state; both null if files are to be used. Since 1.31. */
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
  /** The ORT_API_VERSION the EP was compiled with. */
  uint32_t ort_version_supported;

  // ---- Claiming and compiling nodes ----

  /** The EP's name; the same as the factory's. */
  const char*(ORT_API_CALL* GetName)(_In_ const OrtEp* this_ptr);

  /**
   * Adds to `graph_support_info` the nodes of the graph that the EP takes. Called for subgraphs
   * too, inner ones first; and again after a change of layout, if the EP prefers NHWC. Nodes that
   * have an EP already are not to be taken. An error leaves the nodes to the next EP. Since 1.23.
   */
  ORT_API2_STATUS(GetCapability, _In_ OrtEp* this_ptr, _In_ const OrtGraph* graph,
                  _Inout_ OrtEpGraphSupportInfo* graph_support_info);

  /**
   * Compiles the groups that the EP took: `graphs[i]` becomes `node_compute_infos[i]`, and
   * `fused_nodes[i]` is the node that stands for it. When EPContext nodes are asked for,
   * `ep_context_nodes[i]` gets a new node that the host releases. Null if the EP takes single nodes
   * only. Since 1.23.
   */
  ORT_API2_STATUS(Compile, _In_ OrtEp* this_ptr, _In_reads_(count) const OrtGraph** graphs,
                  _In_reads_(count) const OrtNode** fused_nodes, size_t count,
                  _Out_writes_(count) OrtNodeComputeInfo** node_compute_infos,
                  _Out_writes_opt_(count) OrtNode** ep_context_nodes);

  /** Frees what Compile made. Needed if there is Compile. Since 1.23. */
  void(ORT_API_CALL* ReleaseNodeComputeInfos)(_In_ OrtEp* this_ptr,
                                              _Inout_updates_(num_node_compute_infos)
                                                  OrtNodeComputeInfo** node_compute_infos,
                                              size_t num_node_compute_infos);

  // ---- Data layout ----

  /**
   * States the layout that the EP wants for layout-sensitive operators. Optional: null means NCHW.
   * Since 1.23.
   */
  ORT_API2_STATUS(GetPreferredDataLayout, _In_ OrtEp* this_ptr,
                  _Out_ OrtEpDataLayout* preferred_data_layout);

  /**
   * Decides for an operator whether it is converted: 1 yes, 0 no, -1 as the host thinks. Optional.
   * Since 1.23.
   */
  ORT_API2_STATUS(ShouldConvertDataLayoutForOp, _In_ OrtEp* this_ptr, _In_ const char* domain,
                  _In_ const char* op_type, OrtEpDataLayout target_data_layout,
                  _Out_ int* should_convert);

  // ---- Running ----

  /** Takes options that a program changes while the session lives. Optional. Since 1.23. */
  ORT_API2_STATUS(SetDynamicOptions, _In_ OrtEp* this_ptr,
                  _In_reads_(num_options) const char* const* option_keys,
                  _In_reads_(num_options) const char* const* option_values, size_t num_options);

  /** Called before each run. Optional. An error ends the run. Since 1.23. */
  ORT_API2_STATUS(OnRunStart, _In_ OrtEp* this_ptr, _In_ const OrtRunOptions* run_options);

  /**
   * Called after each run whose OnRunStart succeeded, also if it failed. `sync_stream` asks to wait
   * for the device. Optional. Since 1.23.
   */
  ORT_API2_STATUS(OnRunEnd, _In_ OrtEp* this_ptr, _In_ const OrtRunOptions* run_options,
                  bool sync_stream);

  // ---- Memory and streams ----

  /**
   * An allocator for the session, freed with the factory's ReleaseAllocator; null with success
   * means none. Optional: null leaves it to the factory. Since 1.23.
   */
  ORT_API2_STATUS(CreateAllocator, _In_ OrtEp* this_ptr, _In_ const OrtMemoryInfo* memory_info,
                  _Outptr_result_maybenull_ OrtAllocator** allocator);

  /** A stream for the session. Optional: null leaves it to the factory. Since 1.23. */
  ORT_API2_STATUS(CreateSyncStreamForDevice, _In_ OrtEp* this_ptr,
                  _In_ const OrtMemoryDevice* memory_device, _Outptr_ OrtSyncStreamImpl** stream);

  // ---- Compiled models, kernels, threads ----

  /**
   * A text that goes into the compiled model and later tells ValidateCompiledModelCompatibilityInfo
   * what it was compiled for; the EP owns it. Optional. Since 1.23.
   */
  const char*(ORT_API_CALL* GetCompiledModelCompatibilityInfo)(_In_ OrtEp* this_ptr,
                                                               _In_ const OrtGraph* graph);

  /**
   * The EP's kernels, a view that must outlive the session; null if it has none. Optional. Since
   * 1.24.
   */
  ORT_API2_STATUS(GetKernelRegistry, _In_ OrtEp* this_ptr,
                  _Outptr_result_maybenull_ const OrtKernelRegistry** kernel_registry);

  /**
   * Whether Run may be called from several threads at once. Optional: null means yes. Since 1.24.
   */
  ORT_API2_STATUS(IsConcurrentRunSupported, _In_ OrtEp* this_ptr, _Out_ bool* is_supported);

  /** Waits until the device has done everything. Optional. Since 1.25. */
  ORT_API2_STATUS(Sync, _In_ OrtEp* this_ptr);

  /**
   * A profiler for the session, which the host releases; null if the EP has none. Optional. Since
   * 1.25.
   */
  ORT_API2_STATUS(CreateProfiler, _In_ OrtEp* this_ptr,
                  _Outptr_result_maybenull_ OrtEpProfilerImpl** profiler);

  // ---- Captured graphs ----

  /** Whether the EP captures runs and replays them. Optional: null means no. Since 1.26. */
  bool(ORT_API_CALL* IsGraphCaptureEnabled)(_In_ const OrtEp* this_ptr);

  /** Whether there is a capture under this id. Needed if capture is enabled. Since 1.26. */
  bool(ORT_API_CALL* IsGraphCaptured)(_In_ const OrtEp* this_ptr, int graph_annotation_id);

  /** Runs a capture instead of the nodes. Needed if capture is enabled. Since 1.26. */
  ORT_API2_STATUS(ReplayGraph, _In_ OrtEp* this_ptr, int graph_annotation_id);

  /** Which nodes must be on the EP for capture to work. Optional: null means all. Since 1.26. */
  OrtGraphCaptureNodeAssignmentPolicy(ORT_API_CALL* GetGraphCaptureNodeAssignmentPolicy)(
      _In_ const OrtEp* this_ptr);

  // ---- Resources and the end of initialization ----

  /** How much the EP has, for partitioning by a budget. Optional. Since 1.26. */
  ORT_API2_STATUS(GetAvailableResource, _In_ const OrtEp* this_ptr,
                  _Out_ OrtResourceCount* available);

  /** Called once when the session is ready to run. Optional. Since 1.27. */
  ORT_API2_STATUS(OnSessionInitializationEnd, _In_ OrtEp* this_ptr);

  /**
   * The memory that inputs and outputs of the EP's nodes are in, a view. Optional: null, or a null
   * result, means that of the device's default memory. Since 1.27.
   */
  ORT_API2_STATUS(GetDefaultMemoryDevice, _In_ const OrtEp* this_ptr,
                  _Outptr_result_maybenull_ const OrtMemoryDevice** device);

  /** Frees a capture. Optional. Since 1.27. */
  ORT_API2_STATUS(ReleaseCapturedGraph, _In_ OrtEp* this_ptr, int graph_annotation_id);

  // ---- Compiled models without weights; data of EPContext nodes ----

  /** Whether the EP can compile without weights. Optional: null means no. Since 1.29. */
  ORT_API2_STATUS(GetWeightlessSupport, _In_ const OrtEp* this_ptr,
                  _Out_ OrtWeightlessSupport* support);

  /**
   * Whether the EP reads and writes EPContext data through the functions that the program set:
   * ORT_EP_CONTEXT_DATA_CALLBACK bits. Asked when such a function is set and the EP took nodes.
   * Optional: null means neither. The name and bits are as observed. Since 1.31.
   */
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
  /** The ORT_API_VERSION the factory was compiled with. */
  uint32_t ort_version_supported;

  // ---- Identity and devices ----

  /** The name of the EP that the factory makes; unique among those registered. */
  const char*(ORT_API_CALL* GetName)(_In_ const OrtEpFactory* this_ptr);

  /** The name of the EP's vendor. */
  const char*(ORT_API_CALL* GetVendor)(_In_ const OrtEpFactory* this_ptr);

  /**
   * Picks devices: writes one OrtEpDevice (from OrtEpApi::CreateEpDevice) for each use of a device,
   * at most `max_ep_devices`, and their number. The host owns them afterwards. The hardware devices
   * live as long as the environment.
   */
  ORT_API2_STATUS(GetSupportedDevices, _In_ OrtEpFactory* this_ptr,
                  _In_reads_(num_devices) const OrtHardwareDevice* const* devices,
                  size_t num_devices, _Out_writes_(max_ep_devices) OrtEpDevice** ep_devices,
                  size_t max_ep_devices, _Out_ size_t* num_ep_devices);

  // ---- EPs ----

  /**
   * Makes the EP of a session for some of its devices, all made by this factory, with the metadata
   * of each. Session options and logger live until ReleaseEp.
   */
  ORT_API2_STATUS(CreateEp, _In_ OrtEpFactory* this_ptr,
                  _In_reads_(num_devices) const OrtHardwareDevice* const* devices,
                  _In_reads_opt_(num_devices) const OrtKeyValuePairs* const* ep_metadata_pairs,
                  size_t num_devices, _In_ const OrtSessionOptions* session_options,
                  _In_ const OrtLogger* logger, _Outptr_ OrtEp** ep);

  /** Frees an EP; its session is gone. */
  void(ORT_API_CALL* ReleaseEp)(_In_ OrtEpFactory* this_ptr, _Inout_ OrtEp* ep);

  // ---- Version and compiled models ----

  /** The vendor's PCI number. Since 1.23. */
  uint32_t(ORT_API_CALL* GetVendorId)(_In_ const OrtEpFactory* this_ptr);

  /**
   * The EP's version, as MAJOR.MINOR.PATCH with optional suffixes of semantic versioning. Since
   * 1.23.
   */
  const char*(ORT_API_CALL* GetVersion)(_In_ const OrtEpFactory* this_ptr);

  /**
   * Whether a model compiled earlier, by its compatibility text, suits the devices. Optional: null
   * means not applicable. Since 1.23.
   */
  ORT_API2_STATUS(ValidateCompiledModelCompatibilityInfo, _In_ OrtEpFactory* this_ptr,
                  _In_reads_(num_devices) const OrtHardwareDevice* const* devices,
                  size_t num_devices, _In_ const char* compatibility_info,
                  _Out_ OrtCompiledModelCompatibility* model_compatibility);

  // ---- Memory, copies and streams ----

  /**
   * An allocator that sessions share. `allocator_options` may be null. Needed if an EP device has
   * allocator infos. Since 1.23.
   */
  ORT_API2_STATUS(CreateAllocator, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtMemoryInfo* memory_info,
                  _In_opt_ const OrtKeyValuePairs* allocator_options,
                  _Outptr_result_maybenull_ OrtAllocator** allocator);

  /**
   * Frees an allocator of this factory or of its EPs. Needed if there is CreateAllocator. Since
   * 1.23.
   */
  void(ORT_API_CALL* ReleaseAllocator)(_In_ OrtEpFactory* this_ptr,
                                       _Inout_opt_ OrtAllocator* allocator);

  /**
   * Makes what copies tensors from and to the devices, which the host releases; null if the memory
   * is the CPU's. Optional. Since 1.23.
   */
  ORT_API2_STATUS(CreateDataTransfer, _In_ OrtEpFactory* this_ptr,
                  _Outptr_result_maybenull_ OrtDataTransferImpl** data_transfer);

  /** Whether the EP works with streams. Optional: null means no. Since 1.23. */
  bool(ORT_API_CALL* IsStreamAware)(_In_ const OrtEpFactory* this_ptr);

  /** A stream outside of any session. Needed if the EP is stream-aware. Since 1.23. */
  ORT_API2_STATUS(CreateSyncStreamForDevice, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtMemoryDevice* memory_device,
                  _In_opt_ const OrtKeyValuePairs* stream_options,
                  _Outptr_ OrtSyncStreamImpl** stream);

  // ---- Incompatibility, interop, custom operators ----

  /**
   * Fills in why the EP cannot use a device, through
   * OrtEpApi::DeviceEpIncompatibilityDetails_SetDetails; leaves it alone if it can. Optional. Since
   * 1.24.
   */
  ORT_API2_STATUS(GetHardwareDeviceIncompatibilityDetails, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtHardwareDevice* hw,
                  _Inout_ OrtDeviceEpIncompatibilityDetails* details);

  /**
   * An importer for a device, which the host releases. Optional: null means no import. Since 1.24.
   */
  ORT_API2_STATUS(CreateExternalResourceImporterForDevice, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtEpDevice* ep_device,
                  _Outptr_result_maybenull_ OrtExternalResourceImporterImpl** out_importer);

  /** The number of domains of custom operators that come with the EP. Optional. Since 1.24. */
  ORT_API2_STATUS(GetNumCustomOpDomains, _In_ OrtEpFactory* this_ptr, _Out_ size_t* num_domains);

  /**
   * Those domains, which the factory owns; `num_domains` is the number that GetNumCustomOpDomains
   * gives. Optional. Since 1.24.
   */
  ORT_API2_STATUS(GetCustomOpDomains, _In_ OrtEpFactory* this_ptr,
                  _Out_writes_(num_domains) OrtCustomOpDomain** domains, size_t num_domains);

  // ---- Graphics queues ----

  /** Ties a device to a graphics queue. Optional. Since 1.25. */
  ORT_API2_STATUS(InitGraphicsInterop, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtEpDevice* ep_device, _In_ const OrtGraphicsInteropConfig* config);

  /** Undoes InitGraphicsInterop. Optional. Since 1.25. */
  ORT_API2_STATUS(DeinitGraphicsInterop, _In_ OrtEpFactory* this_ptr,
                  _In_ const OrtEpDevice* ep_device);

  // ---- Model packages ----

  /**
   * Picks among the variants of a model package the best for a device; each is described by
   * key-value pairs. Optional: null leaves it to the host. Since 1.28.
   */
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
                                             _Inout_ OrtEpFactory** factories, size_t max_factories,
                                             _Out_ size_t* num_factories);

/**
 * The type of `ReleaseEpFactory`, which every EP library exports. Frees one factory. Since 1.22.
 */
typedef OrtStatus* (*ReleaseEpApiFactoryFn)(_In_ OrtEpFactory* factory);

#ifdef __cplusplus
}  // extern "C"
#endif
