// Backplane: the C interface of ONNX Runtime, API versions 1 to 31.
//
// Programs written for ONNX Runtime compile against this header and run on Backplane unchanged;
// Backplane's own src/abi implements it. This header is the specification of that interface: every
// struct here has a fixed layout, a slot never moves, and new slots go at the end only. Everything
// after the tables' slots is opaque.
//
// How to start:
//
//     const OrtApi* ort = OrtGetApiBase()->GetApi(ORT_API_VERSION);  // null: the library is older
//     OrtEnv* env = NULL;
//     OrtStatus* status = ort->CreateEnv(ORT_LOGGING_LEVEL_WARNING, "my-program", &env);
//
// Rules that hold everywhere, unless a slot's comment says otherwise:
//
// - Errors. A function that returns OrtStatusPtr returns null on success. Anything else describes
//   the failure, is owned by the caller and goes to ReleaseStatus. On failure the outputs are null
//   or untouched. A null pointer where one is required is ORT_INVALID_ARGUMENT. No function throws.
// - Ownership. What a Create, Get or Copy slot puts through `T** out` into non-const T is the
//   caller's, to be given to the matching Release slot. A `const T*` result is a view, owned by the
//   object it was asked of, and lives as long as that object does. Buffers and strings made with an
//   OrtAllocator argument are freed with that allocator. Every Release slot accepts null.
// - Inputs are copied before the call returns, except tensor data, allocators and callbacks with
//   their state: those stay with the caller and must live as long as they are in use.
// - Text is UTF-8 and null-terminated. Paths are ORTCHAR_T: char, or wchar_t on Windows.
// - Threads. Run may be called on one session from many threads at once. Other objects may be read
//   by many threads, or changed by one.
// - `_In_`, `_Out_` and so on say how a pointer is used; `opt` in the name marks one that may be
//   null.
// - "Since 1.x" gives the API version a slot came with; slots without it are of version 1. A
//   program may use a slot only if GetApi accepted that version or a later one.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onnxruntime_error_code.h"

/**
 * The newest API version that this header describes; what a program passes to OrtApiBase::GetApi.
 */
#define ORT_API_VERSION 31

#ifdef __cplusplus
extern "C" {
#endif

// -------------------------------------------------------------------------------------------------
// Macros
// -------------------------------------------------------------------------------------------------

// Annotations of parameters. Microsoft's compiler brings its own; elsewhere they are for the reader
// only.
#ifdef _WIN32
#include <specstrings.h>
#else
#define _In_
#define _In_z_
#define _In_opt_
#define _In_opt_z_
#define _In_reads_(count)
#define _In_reads_opt_(count)
#define _In_reads_bytes_(size)
#define _In_reads_bytes_opt_(size)
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(count)
#define _Inout_updates_opt_(count)
#define _Inout_updates_all_(count)
#define _Inout_updates_all_opt_(count)
#define _Out_
#define _Out_opt_
#define _Out_writes_(count)
#define _Out_writes_opt_(count)
#define _Out_writes_all_(count)
#define _Out_writes_all_opt_(count)
#define _Out_writes_bytes_(size)
#define _Out_writes_bytes_opt_(size)
#define _Out_writes_bytes_all_(size)
#define _Out_writes_bytes_all_opt_(size)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_result_maybenull_z_
#define _Outptr_result_z_
#define _Outptr_opt_result_maybenull_
#define _Outptr_result_buffer_(count)
#define _Outptr_result_buffer_maybenull_(count)
#define _Frees_ptr_opt_
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Ret_opt_
#define _Check_return_
#define _Success_(condition)
#define _Return_type_success_(condition)
#define _When_(condition, annotations)
#endif

// Symbol visibility, calling convention and the character type of paths.
#ifdef _WIN32
// A program that links the import library may define ORT_DLL_IMPORT; the library itself exports
// through a module-definition file.
#ifdef ORT_DLL_IMPORT
#define ORT_EXPORT __declspec(dllimport)
#else
#define ORT_EXPORT
#endif
#define ORT_API_CALL __stdcall
#define ORT_MUST_USE_RESULT
#define ORTCHAR_T wchar_t
#else
#define ORT_EXPORT __attribute__((visibility("default")))
#define ORT_API_CALL
#define ORT_MUST_USE_RESULT __attribute__((warn_unused_result))
#define ORTCHAR_T char
#endif

// ORT_TSTR("text") is a literal of ORTCHAR_T; ORT_TSTR_ON_MACRO does the same for a macro that
// expands to one.
#ifndef ORT_TSTR
#ifdef _WIN32
#define ORT_TSTR(X) L##X
#define ORT_TSTR_ON_MACRO(X) ORT_TSTR(X)
#else
#define ORT_TSTR(X) X
#define ORT_TSTR_ON_MACRO(X) X
#endif
#endif

/** The source file being compiled, as a literal of ORTCHAR_T. */
#define ORT_FILE_INTERNAL(x) ORT_TSTR(x)
#define ORT_FILE ORT_FILE_INTERNAL(__FILE__)

/** `noexcept` in C++, nothing in C. */
#ifdef __cplusplus
#define NO_EXCEPTION noexcept
#else
#define NO_EXCEPTION
#endif

/** Lets the compiler warn where a literal null is passed to a function that takes none. */
#if defined(__GNUC__) || defined(__clang__)
#define ORT_ALL_ARGS_NONNULL __attribute__((nonnull))
#else
#define ORT_ALL_ARGS_NONNULL
#endif

/** Declares a function outside the tables. */
#define ORT_API(RETURN_TYPE, NAME, ...) RETURN_TYPE ORT_API_CALL NAME(__VA_ARGS__) NO_EXCEPTION

/** Declares a function outside the tables that returns a status. */
#define ORT_API_STATUS(NAME, ...)                                                              \
  _Success_(return == 0) _Check_return_ _Ret_maybenull_ OrtStatusPtr ORT_API_CALL NAME(        \
      __VA_ARGS__) NO_EXCEPTION ORT_MUST_USE_RESULT

/** Begins the definition of a function that ORT_API_STATUS declared. */
#define ORT_API_STATUS_IMPL(NAME, ...)                                                         \
  _Success_(return == 0) _Check_return_ _Ret_maybenull_ OrtStatusPtr ORT_API_CALL NAME(        \
      __VA_ARGS__) NO_EXCEPTION

/** Declares a slot: a member that points to a function returning RETURN_TYPE. */
#define ORT_API_T(RETURN_TYPE, NAME, ...) RETURN_TYPE(ORT_API_CALL* NAME)(__VA_ARGS__) NO_EXCEPTION

/**
 * Declares a slot: a member that points to a function returning a status, which may not be dropped.
 */
#define ORT_API2_STATUS(NAME, ...)                                                             \
  _Check_return_ _Ret_maybenull_ OrtStatusPtr(ORT_API_CALL* NAME)(__VA_ARGS__) NO_EXCEPTION    \
      ORT_MUST_USE_RESULT

/** Declares the slot `ReleaseX`, which gives an `OrtX` back; null is allowed. */
#define ORT_CLASS_RELEASE(X) void(ORT_API_CALL * Release##X)(_Frees_ptr_opt_ Ort##X * input)

/** Declares the type `OrtX`, seen only through pointers or defined further down. */
#define ORT_RUNTIME_CLASS(X) \
  struct Ort##X;             \
  typedef struct Ort##X Ort##X

// -------------------------------------------------------------------------------------------------
// Opaque types
// -------------------------------------------------------------------------------------------------

// Environment, sessions and running.
ORT_RUNTIME_CLASS(Env);                      // process-wide: logging, threads, EP libraries
ORT_RUNTIME_CLASS(Status);                   // an error: code and message
ORT_RUNTIME_CLASS(Session);                  // a loaded model, ready to run
ORT_RUNTIME_CLASS(SessionOptions);           // how to load and run a model
ORT_RUNTIME_CLASS(RunOptions);               // settings of one run
ORT_RUNTIME_CLASS(IoBinding);                // inputs and outputs bound ahead of runs
ORT_RUNTIME_CLASS(ThreadingOptions);         // settings of the environment's thread pools
ORT_RUNTIME_CLASS(ThreadPoolParams);         // reserved
ORT_RUNTIME_CLASS(PrepackedWeightsContainer);  // packed weights that sessions share
ORT_RUNTIME_CLASS(LoraAdapter);              // a loaded set of LoRA parameters
ORT_RUNTIME_CLASS(Logger);                   // where EPs and kernels write log lines
ORT_RUNTIME_CLASS(KeyValuePairs);            // a text-to-text map

// Values, types and memory.
ORT_RUNTIME_CLASS(Value);                    // tensor, sequence, map, sparse tensor, ...
ORT_RUNTIME_CLASS(TypeInfo);                 // the type of a value
ORT_RUNTIME_CLASS(TensorTypeAndShapeInfo);   // element type and shape
ORT_RUNTIME_CLASS(MapTypeInfo);              // key and value type
ORT_RUNTIME_CLASS(SequenceTypeInfo);         // element type of a sequence
ORT_RUNTIME_CLASS(OptionalTypeInfo);         // what an optional may hold
ORT_RUNTIME_CLASS(MemoryInfo);               // names a kind of memory on a device
ORT_RUNTIME_CLASS(ArenaCfg);                 // settings of an arena allocator
ORT_RUNTIME_CLASS(SyncStream);               // a queue of work on a device
ORT_RUNTIME_CLASS(ExternalInitializerInfo);  // file, offset and size of an external weight

// Models and graphs.
ORT_RUNTIME_CLASS(Model);
ORT_RUNTIME_CLASS(Graph);
ORT_RUNTIME_CLASS(Node);
ORT_RUNTIME_CLASS(ValueInfo);
ORT_RUNTIME_CLASS(ModelMetadata);
ORT_RUNTIME_CLASS(ModelCompilationOptions);  // what to compile, and where to
ORT_RUNTIME_CLASS(ModelPackageOptions);      // which EPs a package may choose for
ORT_RUNTIME_CLASS(ModelPackageContext);      // an opened model package
ORT_RUNTIME_CLASS(ModelPackageComponentContext);  // a component with its selected variant

// Custom operators and kernels.
ORT_RUNTIME_CLASS(CustomOp);                   // an operator of the program's own; below
ORT_RUNTIME_CLASS(CustomOpDomain);
ORT_RUNTIME_CLASS(KernelInfo);               // what a kernel may ask when it is created
ORT_RUNTIME_CLASS(KernelContext);            // what a kernel may ask when it runs
ORT_RUNTIME_CLASS(ShapeInferContext);        // what shape inference of a custom operator may ask
ORT_RUNTIME_CLASS(Op);                       // a standard operator, to be invoked by a kernel
ORT_RUNTIME_CLASS(OpAttr);                   // an attribute

// Execution providers and devices.
ORT_RUNTIME_CLASS(HardwareDevice);           // a processor of this machine
ORT_RUNTIME_CLASS(EpDevice);                 // an EP on a hardware device
ORT_RUNTIME_CLASS(DeviceEpIncompatibilityDetails);
ORT_RUNTIME_CLASS(EpAssignedSubgraph);       // nodes that an EP was given
ORT_RUNTIME_CLASS(EpAssignedNode);
ORT_RUNTIME_CLASS(ExternalResourceImporter);  // imports graphics memory and semaphores
ORT_RUNTIME_CLASS(Ep);                       // an EP in a session; onnxruntime_ep_c_api.h
ORT_RUNTIME_CLASS(EpFactory);                // makes EPs; onnxruntime_ep_c_api.h
ORT_RUNTIME_CLASS(EpApi);                    // onnxruntime_ep_c_api.h

// Options of particular vendors' EPs.
ORT_RUNTIME_CLASS(TensorRTProviderOptionsV2);
ORT_RUNTIME_CLASS(NvTensorRtRtxProviderOptions);
ORT_RUNTIME_CLASS(CUDAProviderOptionsV2);
ORT_RUNTIME_CLASS(CANNProviderOptions);
ORT_RUNTIME_CLASS(DnnlProviderOptions);

// Tables defined below.
ORT_RUNTIME_CLASS(ApiBase);
ORT_RUNTIME_CLASS(Api);
ORT_RUNTIME_CLASS(ModelEditorApi);
ORT_RUNTIME_CLASS(CompileApi);
ORT_RUNTIME_CLASS(InteropApi);
ORT_RUNTIME_CLASS(ModelPackageApi);
ORT_RUNTIME_CLASS(TrainingApi);              // never provided

/** A status or, for success, null. */
#ifdef _WIN32
typedef _Return_type_success_(return == 0) OrtStatus* OrtStatusPtr;
#else
typedef OrtStatus* OrtStatusPtr;
#endif

// -------------------------------------------------------------------------------------------------
// Enumerations: values and types
// -------------------------------------------------------------------------------------------------

typedef enum ONNXTensorElementDataType {
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED = 0,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT = 1,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 = 2,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 = 3,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 = 4,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 = 5,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 = 6,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 = 7,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING = 8,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL = 9,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 = 10,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE = 11,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 = 12,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 = 13,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64 = 14,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX128 = 15,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 = 16,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E4M3FN = 17,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E4M3FNUZ = 18,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E5M2 = 19,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E5M2FNUZ = 20,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT4 = 21,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT4 = 22,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT4E2M1 = 23,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT2 = 24,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT2 = 25,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E8M0 = 26
} ONNXTensorElementDataType;

typedef enum ONNXType {
  ONNX_TYPE_UNKNOWN = 0,
  ONNX_TYPE_TENSOR = 1,
  ONNX_TYPE_SEQUENCE = 2,
  ONNX_TYPE_MAP = 3,
  ONNX_TYPE_OPAQUE = 4,
  ONNX_TYPE_SPARSETENSOR = 5,
  ONNX_TYPE_OPTIONAL = 6
} ONNXType;

typedef enum OrtSparseFormat {
  ORT_SPARSE_UNDEFINED = 0,
  ORT_SPARSE_COO = 1,
  ORT_SPARSE_CSRC = 2,
  ORT_SPARSE_BLOCK_SPARSE = 4
} OrtSparseFormat;

typedef enum OrtSparseIndicesFormat {
  ORT_SPARSE_COO_INDICES = 0,
  ORT_SPARSE_CSR_INNER_INDICES = 1,
  ORT_SPARSE_CSR_OUTER_INDICES = 2,
  ORT_SPARSE_BLOCK_SPARSE_INDICES = 3
} OrtSparseIndicesFormat;

typedef enum OrtOpAttrType {
  ORT_OP_ATTR_UNDEFINED = 0,
  ORT_OP_ATTR_INT = 1,
  ORT_OP_ATTR_INTS = 2,
  ORT_OP_ATTR_FLOAT = 3,
  ORT_OP_ATTR_FLOATS = 4,
  ORT_OP_ATTR_STRING = 5,
  ORT_OP_ATTR_STRINGS = 6,
  ORT_OP_ATTR_GRAPH = 7,
  ORT_OP_ATTR_TENSOR = 8
} OrtOpAttrType;

// -------------------------------------------------------------------------------------------------
// Enumerations: environment and session
// -------------------------------------------------------------------------------------------------

typedef enum OrtLoggingLevel {
  ORT_LOGGING_LEVEL_VERBOSE = 0,
  ORT_LOGGING_LEVEL_INFO = 1,
  ORT_LOGGING_LEVEL_WARNING = 2,
  ORT_LOGGING_LEVEL_ERROR = 3,
  ORT_LOGGING_LEVEL_FATAL = 4
} OrtLoggingLevel;

typedef enum GraphOptimizationLevel {
  ORT_DISABLE_ALL = 0,
  ORT_ENABLE_BASIC = 1,
  ORT_ENABLE_EXTENDED = 2,
  ORT_ENABLE_LAYOUT = 3,
  ORT_ENABLE_ALL = 99
} GraphOptimizationLevel;

typedef enum ExecutionMode {
  ORT_SEQUENTIAL = 0,
  ORT_PARALLEL = 1
} ExecutionMode;

typedef enum OrtLanguageProjection {
  ORT_PROJECTION_C = 0,
  ORT_PROJECTION_CPLUSPLUS = 1,
  ORT_PROJECTION_CSHARP = 2,
  ORT_PROJECTION_PYTHON = 3,
  ORT_PROJECTION_JAVA = 4,
  ORT_PROJECTION_WINML = 5,
  ORT_PROJECTION_NODEJS = 6
} OrtLanguageProjection;

// -------------------------------------------------------------------------------------------------
// Enumerations: memory, devices and execution providers
// -------------------------------------------------------------------------------------------------

typedef enum OrtAllocatorType {
  OrtInvalidAllocator = -1,
  OrtDeviceAllocator = 0,
  OrtArenaAllocator = 1,
  OrtReadOnlyAllocator = 2
} OrtAllocatorType;

typedef enum OrtMemType {
  OrtMemTypeCPUInput = -2,
  OrtMemTypeCPUOutput = -1,
  OrtMemTypeCPU = OrtMemTypeCPUOutput,
  OrtMemTypeDefault = 0
} OrtMemType;

typedef enum OrtDeviceMemoryType {
  OrtDeviceMemoryType_DEFAULT = 0,
  OrtDeviceMemoryType_HOST_ACCESSIBLE = 5
} OrtDeviceMemoryType;

typedef enum OrtMemoryInfoDeviceType {
  OrtMemoryInfoDeviceType_CPU = 0,
  OrtMemoryInfoDeviceType_GPU = 1,
  OrtMemoryInfoDeviceType_FPGA = 2,
  OrtMemoryInfoDeviceType_NPU = 3
} OrtMemoryInfoDeviceType;

typedef enum OrtHardwareDeviceType {
  OrtHardwareDeviceType_CPU = 0,
  OrtHardwareDeviceType_GPU = 1,
  OrtHardwareDeviceType_NPU = 2
} OrtHardwareDeviceType;

typedef enum OrtExecutionProviderDevicePolicy {
  OrtExecutionProviderDevicePolicy_DEFAULT = 0,
  OrtExecutionProviderDevicePolicy_PREFER_CPU = 1,
  OrtExecutionProviderDevicePolicy_PREFER_NPU = 2,
  OrtExecutionProviderDevicePolicy_PREFER_GPU = 3,
  OrtExecutionProviderDevicePolicy_MAX_PERFORMANCE = 4,
  OrtExecutionProviderDevicePolicy_MAX_EFFICIENCY = 5,
  OrtExecutionProviderDevicePolicy_MIN_OVERALL_POWER = 6
} OrtExecutionProviderDevicePolicy;

typedef enum OrtDeviceEpIncompatibilityReason {
  OrtDeviceEpIncompatibility_NONE = 0,
  OrtDeviceEpIncompatibility_DRIVER_INCOMPATIBLE = 1,
  OrtDeviceEpIncompatibility_DEVICE_INCOMPATIBLE = 2,
  OrtDeviceEpIncompatibility_MISSING_DEPENDENCY = 4,
  OrtDeviceEpIncompatibility_UNKNOWN = -2147483647 - 1
} OrtDeviceEpIncompatibilityReason;

typedef enum OrtCompiledModelCompatibility {
  OrtCompiledModelCompatibility_EP_NOT_APPLICABLE = 0,
  OrtCompiledModelCompatibility_EP_SUPPORTED_OPTIMAL = 1,
  OrtCompiledModelCompatibility_EP_SUPPORTED_PREFER_RECOMPILATION = 2,
  OrtCompiledModelCompatibility_EP_UNSUPPORTED = 3
} OrtCompiledModelCompatibility;

typedef enum OrtCudnnConvAlgoSearch {
  OrtCudnnConvAlgoSearchExhaustive = 0,
  OrtCudnnConvAlgoSearchHeuristic = 1,
  OrtCudnnConvAlgoSearchDefault = 2
} OrtCudnnConvAlgoSearch;

typedef enum OrtExternalMemoryHandleType {
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_D3D12_RESOURCE = 0,
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_D3D12_HEAP = 1,
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_MEMORY_WIN32 = 2,
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_MEMORY_OPAQUE_FD = 3,
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION = 4
} OrtExternalMemoryHandleType;

// Earlier names of two members.
#define ORT_EXTERNAL_MEMORY_HANDLE_TYPE_VK_MEMORY_WIN32 ORT_EXTERNAL_MEMORY_HANDLE_TYPE_MEMORY_WIN32
#define ORT_EXTERNAL_MEMORY_HANDLE_TYPE_VK_MEMORY_OPAQUE_FD \
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_MEMORY_OPAQUE_FD

typedef enum OrtExternalSemaphoreType {
  ORT_EXTERNAL_SEMAPHORE_D3D12_FENCE = 0,
  ORT_EXTERNAL_SEMAPHORE_VK_TIMELINE_SEMAPHORE_WIN32 = 1,
  ORT_EXTERNAL_SEMAPHORE_VK_TIMELINE_SEMAPHORE_OPAQUE_FD = 2
} OrtExternalSemaphoreType;

typedef enum OrtGraphicsApi {
  ORT_GRAPHICS_API_NONE = 0,
  ORT_GRAPHICS_API_D3D12 = 1,
  ORT_GRAPHICS_API_VULKAN = 2
} OrtGraphicsApi;

// -------------------------------------------------------------------------------------------------
// Allocators
// -------------------------------------------------------------------------------------------------

/**
 * A source of memory on one device.
 *
 * Both sides implement it: the runtime hands out its own, and programs and EPs may bring theirs.
 * Whoever fills the struct sets `version` to the ORT_API_VERSION it was compiled with; members
 * newer than that are not read.
 */
typedef struct OrtAllocator {
  uint32_t version;

  void*(ORT_API_CALL* Alloc)(_In_ struct OrtAllocator* this_, size_t size);

  void(ORT_API_CALL* Free)(_In_ struct OrtAllocator* this_, _In_opt_ void* p);

  const OrtMemoryInfo*(ORT_API_CALL* Info)(_In_ const struct OrtAllocator* this_);

  /** Since 1.18. */
  void*(ORT_API_CALL* Reserve)(_In_ struct OrtAllocator* this_, size_t size);

  /** Since 1.23. */
  ORT_API2_STATUS(GetStats, _In_ const struct OrtAllocator* this_, _Outptr_ OrtKeyValuePairs** out);

  /** Since 1.23. */
  void*(ORT_API_CALL* AllocOnStream)(_In_ struct OrtAllocator* this_, size_t size,
                                     _Inout_opt_ OrtSyncStream* stream);

  /** Since 1.25. */
  ORT_API2_STATUS(Shrink, _In_ struct OrtAllocator* this_);
} OrtAllocator;

// -------------------------------------------------------------------------------------------------
// Callbacks
// -------------------------------------------------------------------------------------------------

/**
 * Receives log lines. Called from any thread, also from several at once; must not throw and must
 * not call back into the object that logs. `category` names the part that speaks, `logid` the
 * environment or session, `code_location` the place in the source. The texts live for the call
 * only.
 */
typedef void(ORT_API_CALL* OrtLoggingFunction)(void* param, OrtLoggingLevel severity,
                                               const char* category, const char* logid,
                                               const char* code_location, const char* message);

/**
 * The body of a worker thread; a custom thread must call it once with the parameter it was given.
 */
typedef void (*OrtThreadWorkerFn)(void* ort_worker_fn_param);

/** What a custom thread handle points to; the content is the program's affair. */
typedef struct OrtCustomHandleType {
  char __place_holder; /**< Only there because C allows no empty struct. */
} OrtCustomHandleType;

/** A thread that the program made; null stands for failure. */
typedef const OrtCustomHandleType* OrtCustomThreadHandle;

/** Makes a thread that runs `ort_thread_worker_fn(ort_worker_fn_param)`, and returns its handle. */
typedef OrtCustomThreadHandle (*OrtCustomCreateThreadFn)(void* ort_custom_thread_creation_options,
                                                         OrtThreadWorkerFn ort_thread_worker_fn,
                                                         void* ort_worker_fn_param);

/** Waits for the end of a thread that OrtCustomCreateThreadFn made, and frees its handle. */
typedef void (*OrtCustomJoinThreadFn)(OrtCustomThreadHandle ort_custom_thread_handle);

/**
 * Called on the enqueuing thread for each piece of work; the result goes to the later callbacks.
 */
typedef void*(ORT_API_CALL* OrtThreadPoolWorkEnqueueFn)(void* user_context);

/** Called on the worker thread just before a piece of work. */
typedef void(ORT_API_CALL* OrtThreadPoolWorkStartFn)(void* user_context, void* enqueue_data);

/** Called on the worker thread just after a piece of work. */
typedef void(ORT_API_CALL* OrtThreadPoolWorkStopFn)(void* user_context, void* enqueue_data);

/**
 * Called instead of start and stop when a piece of work is dropped unrun, so that its data can be
 * freed.
 */
typedef void(ORT_API_CALL* OrtThreadPoolWorkAbandonFn)(void* user_context, void* enqueue_data);

/** The entry point of a library of custom operators; it adds its domains to the options. */
typedef OrtStatus*(ORT_API_CALL* RegisterCustomOpsFn)(OrtSessionOptions* options,
                                                      const OrtApiBase* api);

/**
 * Called once when a RunAsync ends. On success `outputs` are the values the run was given or made,
 * and `status` is null; on failure `outputs` is null, `num_outputs` is 0 and the callee releases
 * `status`.
 */
typedef void (*RunAsyncCallbackFn)(void* user_data, OrtValue** outputs, size_t num_outputs,
                                   OrtStatusPtr status);

/**
 * Chooses devices for a session. `ep_devices` lists the candidates, best first; the callee writes
 * up to `max_selected` of them to `selected`, in order of preference, and their number to
 * `num_selected`. The metadata describes the model and the runtime and may be null. An error fails
 * the creation of the session.
 */
typedef OrtStatus*(ORT_API_CALL* EpSelectionDelegate)(
    _In_ const OrtEpDevice** ep_devices, size_t num_devices,
    _In_opt_ const OrtKeyValuePairs* model_metadata,
    _In_opt_ const OrtKeyValuePairs* runtime_metadata, _Inout_ const OrtEpDevice** selected,
    size_t max_selected, _Out_ size_t* num_selected, _In_opt_ void* state);

/** Takes the next piece of a serialized model. Pieces come in order; an error ends the writing. */
typedef OrtStatus*(ORT_API_CALL* OrtWriteBufferFunc)(_In_opt_ void* state, _In_ const void* buffer,
                                                     size_t buffer_num_bytes);

/**
 * Says where an initializer of a compiled model goes. A null `new_external_info` keeps it inside
 * the model; else it names the file, offset and size at which the callee has stored the data, and
 * becomes the runtime's. `external_info` tells where the data came from, if it was external, else
 * is null.
 */
typedef OrtStatus*(ORT_API_CALL* OrtGetInitializerLocationFunc)(
    _In_opt_ void* state, _In_ const char* initializer_name, _In_ const OrtValue* initializer_value,
    _In_opt_ const OrtExternalInitializerInfo* external_info,
    _Outptr_result_maybenull_ OrtExternalInitializerInfo** new_external_info);

/**
 * Reads the whole of a named piece of data, such as the binary of an EPContext node. The callee
 * allocates the buffer with `allocator`, and the runtime frees it with the same. Since 1.31.
 */
typedef OrtStatus*(ORT_API_CALL* OrtReadNamedBufferFunc)(_In_opt_ void* state, _In_ const char* name,
                                                         _In_ OrtAllocator* allocator,
                                                         _Outptr_ void** buffer,
                                                         _Out_ size_t* data_size);

/** Stores the whole of a named piece of data; the buffer is the caller's. Since 1.31. */
typedef OrtStatus*(ORT_API_CALL* OrtWriteNamedBufferFunc)(_In_opt_ void* state,
                                                          _In_ const char* name,
                                                          _In_ const void* buffer,
                                                          size_t buffer_num_bytes);

/** A function of unstated type; cast it to the type its name stands for before the call. */
typedef void (*OrtExperimentalFnPtr)(void);

// -------------------------------------------------------------------------------------------------
// Options of particular vendors' EPs
//
// Fixed layouts without a version field. In C++ each of the first three starts out with its
// defaults; in C the program sets every member. Newer code passes options as text, through
// SessionOptionsAppendExecutionProvider.
// -------------------------------------------------------------------------------------------------

/** For SessionOptionsAppendExecutionProvider_CUDA. */
typedef struct OrtCUDAProviderOptions {
#ifdef __cplusplus
  OrtCUDAProviderOptions()
      : device_id(0),
        cudnn_conv_algo_search(OrtCudnnConvAlgoSearchExhaustive),
        gpu_mem_limit(SIZE_MAX),
        arena_extend_strategy(0),
        do_copy_in_default_stream(1),
        has_user_compute_stream(0),
        user_compute_stream(nullptr),
        default_memory_arena_cfg(nullptr),
        tunable_op_enable(0),
        tunable_op_tuning_enable(0),
        tunable_op_max_tuning_duration_ms(0) {}
#endif

  int device_id;

  OrtCudnnConvAlgoSearch cudnn_conv_algo_search;

  size_t gpu_mem_limit;

  int arena_extend_strategy;

  int do_copy_in_default_stream;

  int has_user_compute_stream;

  void* user_compute_stream;

  OrtArenaCfg* default_memory_arena_cfg;

  int tunable_op_enable;

  int tunable_op_tuning_enable;

  int tunable_op_max_tuning_duration_ms;
} OrtCUDAProviderOptions;

/** For SessionOptionsAppendExecutionProvider_ROCM. */
typedef struct OrtROCMProviderOptions {
#ifdef __cplusplus
  OrtROCMProviderOptions()
      : device_id(0),
        miopen_conv_exhaustive_search(0),
        gpu_mem_limit(SIZE_MAX),
        arena_extend_strategy(0),
        do_copy_in_default_stream(1),
        has_user_compute_stream(0),
        user_compute_stream(nullptr),
        default_memory_arena_cfg(nullptr),
        enable_hip_graph(0),
        tunable_op_enable(0),
        tunable_op_tuning_enable(0),
        tunable_op_max_tuning_duration_ms(0) {}
#endif

  int device_id;

  int miopen_conv_exhaustive_search;

  size_t gpu_mem_limit;

  int arena_extend_strategy;

  int do_copy_in_default_stream;

  int has_user_compute_stream;

  void* user_compute_stream;

  OrtArenaCfg* default_memory_arena_cfg;

  int enable_hip_graph;

  int tunable_op_enable;

  int tunable_op_tuning_enable;

  int tunable_op_max_tuning_duration_ms;
} OrtROCMProviderOptions;

/** For SessionOptionsAppendExecutionProvider_OpenVINO. */
typedef struct OrtOpenVINOProviderOptions {
#ifdef __cplusplus
  OrtOpenVINOProviderOptions()
      : device_type(nullptr),
        enable_npu_fast_compile(0),
        device_id(nullptr),
        num_of_threads(0),
        cache_dir(nullptr),
        context(nullptr),
        enable_opencl_throttling(0),
        enable_dynamic_shapes(0) {}
#endif

  const char* device_type;

  unsigned char enable_npu_fast_compile;

  const char* device_id;

  size_t num_of_threads;

  const char* cache_dir;

  void* context;

  unsigned char enable_opencl_throttling;

  unsigned char enable_dynamic_shapes;
} OrtOpenVINOProviderOptions;

/** For SessionOptionsAppendExecutionProvider_TensorRT. */
typedef struct OrtTensorRTProviderOptions {
  int device_id;

  int has_user_compute_stream;

  void* user_compute_stream;

  int trt_max_partition_iterations;

  int trt_min_subgraph_size;

  size_t trt_max_workspace_size;

  int trt_fp16_enable;

  int trt_int8_enable;

  const char* trt_int8_calibration_table_name;

  int trt_int8_use_native_calibration_table;

  int trt_dla_enable;

  int trt_dla_core;

  int trt_dump_subgraphs;

  int trt_engine_cache_enable;

  const char* trt_engine_cache_path;

  int trt_engine_decryption_enable;

  const char* trt_engine_decryption_lib_path;

  int trt_force_sequential_engine_build;
} OrtTensorRTProviderOptions;

/** For SessionOptionsAppendExecutionProvider_MIGraphX. */
typedef struct OrtMIGraphXProviderOptions {
  int device_id;

  int migraphx_fp16_enable;

  int migraphx_fp8_enable;

  int migraphx_int8_enable;

  int migraphx_use_native_calibration_table;

  const char* migraphx_int8_calibration_table_name;

  int migraphx_save_compiled_model;

  const char* migraphx_save_model_path;

  int migraphx_load_compiled_model;

  const char* migraphx_load_model_path;

  bool migraphx_exhaustive_tune;

  size_t migraphx_mem_limit;

  int migraphx_arena_extend_strategy;
} OrtMIGraphXProviderOptions;

// -------------------------------------------------------------------------------------------------
// Plain structs with a version field
//
// Set `version` to ORT_API_VERSION; the runtime reads no member that is newer than that.
// -------------------------------------------------------------------------------------------------

/** Everything an environment can be created with; for CreateEnvWithOptions. Since 1.24. */
typedef struct OrtEnvCreationOptions {
  /** Since 1.24. */
  uint32_t version;

  /** Since 1.24. */
  int32_t logging_severity_level;

  /** Since 1.24. */
  const char* log_id;

  /** Since 1.24. */
  OrtLoggingFunction custom_logging_function;

  /** Since 1.24. */
  void* custom_logging_param;

  /** Since 1.24. */
  const OrtThreadingOptions* threading_options;

  /** Since 1.24. */
  const OrtKeyValuePairs* config_entries;
} OrtEnvCreationOptions;

/**
 * Callbacks around the work of a session's own thread pools, for SetPerSessionThreadPoolCallbacks.
 * Since 1.25.
 */
typedef struct OrtThreadPoolCallbacksConfig {
  /** Since 1.25. */
  uint32_t version;

  /** Since 1.25. */
  OrtThreadPoolWorkEnqueueFn on_enqueue;

  /** Since 1.25. */
  OrtThreadPoolWorkStartFn on_start_work;

  /** Since 1.25. */
  OrtThreadPoolWorkStopFn on_stop_work;

  /** Since 1.25. */
  OrtThreadPoolWorkAbandonFn on_abandon;

  /** Since 1.25. */
  void* user_context;
} OrtThreadPoolCallbacksConfig;

/** Memory of a graphics API or of the host, to be imported. Since 1.24. */
typedef struct OrtExternalMemoryDescriptor {
  /** Since 1.24. */
  uint32_t version;

  /** Since 1.24. */
  OrtExternalMemoryHandleType handle_type;

  /** Since 1.24. */
  void* native_handle;

  /** Since 1.24. */
  size_t size_bytes;

  /** Since 1.24. */
  size_t offset_bytes;
} OrtExternalMemoryDescriptor;

/** A semaphore of a graphics API, to be imported. Since 1.24. */
typedef struct OrtExternalSemaphoreDescriptor {
  /** Since 1.24. */
  uint32_t version;

  /** Since 1.24. */
  OrtExternalSemaphoreType type;

  /** Since 1.24. */
  void* native_handle;
} OrtExternalSemaphoreDescriptor;

/** How to lay a tensor over imported memory. Since 1.24. */
typedef struct OrtExternalTensorDescriptor {
  /** Since 1.24. */
  uint32_t version;

  /** Since 1.24. */
  ONNXTensorElementDataType element_type;

  /** Since 1.24. */
  const int64_t* shape;

  /** Since 1.24. */
  size_t rank;

  /** Since 1.24. */
  size_t offset_bytes;
} OrtExternalTensorDescriptor;

/** How an EP device is to share a queue with a graphics API. Since 1.25. */
typedef struct OrtGraphicsInteropConfig {
  /** Since 1.25. */
  uint32_t version;

  /** Since 1.25. */
  OrtGraphicsApi graphics_api;

  /** Since 1.25. */
  void* command_queue;

  /** Since 1.25. */
  const OrtKeyValuePairs* additional_options;
} OrtGraphicsInteropConfig;

// Imported memory and semaphores: defined in onnxruntime_ep_c_api.h, because EPs make them.
ORT_RUNTIME_CLASS(ExternalMemoryHandle);
ORT_RUNTIME_CLASS(ExternalSemaphoreHandle);

// -------------------------------------------------------------------------------------------------
// Entry point
// -------------------------------------------------------------------------------------------------

/** What OrtGetApiBase returns: the way to the versioned tables. Never changes. */
struct OrtApiBase {
  const OrtApi*(ORT_API_CALL* GetApi)(uint32_t version) NO_EXCEPTION;

  const char*(ORT_API_CALL* GetVersionString)(void) NO_EXCEPTION;
};

/** The one symbol that a program needs. The result lives as long as the library is loaded. */
ORT_EXPORT const OrtApiBase* ORT_API_CALL OrtGetApiBase(void) NO_EXCEPTION;

// -------------------------------------------------------------------------------------------------
// OrtApi
// -------------------------------------------------------------------------------------------------

/** The main table. Obtained from OrtApiBase::GetApi; the library's, and constant. */
struct OrtApi {
  OrtStatus*(ORT_API_CALL* CreateStatus)(OrtErrorCode code,
                                         _In_ const char* msg) NO_EXCEPTION ORT_ALL_ARGS_NONNULL;

  OrtErrorCode(ORT_API_CALL* GetErrorCode)(
      _In_ const OrtStatus* status) NO_EXCEPTION ORT_ALL_ARGS_NONNULL;

  const char*(ORT_API_CALL* GetErrorMessage)(
      _In_ const OrtStatus* status) NO_EXCEPTION ORT_ALL_ARGS_NONNULL;

  ORT_API2_STATUS(CreateEnv, OrtLoggingLevel log_severity_level, _In_ const char* logid,
                  _Outptr_ OrtEnv** out);

  ORT_API2_STATUS(CreateEnvWithCustomLogger, OrtLoggingFunction logging_function,
                  _In_opt_ void* logger_param, OrtLoggingLevel log_severity_level,
                  _In_ const char* logid, _Outptr_ OrtEnv** out);

  ORT_API2_STATUS(EnableTelemetryEvents, _In_ const OrtEnv* env);

  ORT_API2_STATUS(DisableTelemetryEvents, _In_ const OrtEnv* env);

  ORT_API2_STATUS(CreateSession, _In_ const OrtEnv* env, _In_ const ORTCHAR_T* model_path,
                  _In_opt_ const OrtSessionOptions* options, _Outptr_ OrtSession** out);

  ORT_API2_STATUS(CreateSessionFromArray, _In_ const OrtEnv* env,
                  _In_reads_(model_data_length) const void* model_data, size_t model_data_length,
                  _In_opt_ const OrtSessionOptions* options, _Outptr_ OrtSession** out);

  ORT_API2_STATUS(Run, _Inout_ OrtSession* session, _In_opt_ const OrtRunOptions* run_options,
                  _In_reads_(input_len) const char* const* input_names,
                  _In_reads_(input_len) const OrtValue* const* inputs, size_t input_len,
                  _In_reads_(output_names_len) const char* const* output_names,
                  size_t output_names_len, _Inout_updates_(output_names_len) OrtValue** outputs);

  ORT_API2_STATUS(CreateSessionOptions, _Outptr_ OrtSessionOptions** options);

  ORT_API2_STATUS(SetOptimizedModelFilePath, _Inout_ OrtSessionOptions* options,
                  _In_ const ORTCHAR_T* optimized_model_filepath);

  ORT_API2_STATUS(CloneSessionOptions, _In_ const OrtSessionOptions* in_options,
                  _Outptr_ OrtSessionOptions** out_options);

  ORT_API2_STATUS(SetSessionExecutionMode, _Inout_ OrtSessionOptions* options,
                  ExecutionMode execution_mode);

  ORT_API2_STATUS(EnableProfiling, _Inout_ OrtSessionOptions* options,
                  _In_ const ORTCHAR_T* profile_file_prefix);

  ORT_API2_STATUS(DisableProfiling, _Inout_ OrtSessionOptions* options);

  ORT_API2_STATUS(EnableMemPattern, _Inout_ OrtSessionOptions* options);

  ORT_API2_STATUS(DisableMemPattern, _Inout_ OrtSessionOptions* options);

  ORT_API2_STATUS(EnableCpuMemArena, _Inout_ OrtSessionOptions* options);

  ORT_API2_STATUS(DisableCpuMemArena, _Inout_ OrtSessionOptions* options);

  ORT_API2_STATUS(SetSessionLogId, _Inout_ OrtSessionOptions* options, _In_ const char* logid);

  ORT_API2_STATUS(SetSessionLogVerbosityLevel, _Inout_ OrtSessionOptions* options,
                  int session_log_verbosity_level);

  ORT_API2_STATUS(SetSessionLogSeverityLevel, _Inout_ OrtSessionOptions* options,
                  int session_log_severity_level);

  ORT_API2_STATUS(SetSessionGraphOptimizationLevel, _Inout_ OrtSessionOptions* options,
                  GraphOptimizationLevel graph_optimization_level);

  ORT_API2_STATUS(SetIntraOpNumThreads, _Inout_ OrtSessionOptions* options,
                  int intra_op_num_threads);

  ORT_API2_STATUS(SetInterOpNumThreads, _Inout_ OrtSessionOptions* options,
                  int inter_op_num_threads);

  ORT_API2_STATUS(CreateCustomOpDomain, _In_ const char* domain, _Outptr_ OrtCustomOpDomain** out);

  ORT_API2_STATUS(CustomOpDomain_Add, _Inout_ OrtCustomOpDomain* custom_op_domain,
                  _In_ const OrtCustomOp* op);

  ORT_API2_STATUS(AddCustomOpDomain, _Inout_ OrtSessionOptions* options,
                  _Inout_ OrtCustomOpDomain* custom_op_domain);

  ORT_API2_STATUS(RegisterCustomOpsLibrary, _Inout_ OrtSessionOptions* options,
                  _In_ const char* library_path, _Outptr_ void** library_handle);

  ORT_API2_STATUS(SessionGetInputCount, _In_ const OrtSession* session, _Out_ size_t* out);

  ORT_API2_STATUS(SessionGetOutputCount, _In_ const OrtSession* session, _Out_ size_t* out);

  ORT_API2_STATUS(SessionGetOverridableInitializerCount, _In_ const OrtSession* session,
                  _Out_ size_t* out);

  ORT_API2_STATUS(SessionGetInputTypeInfo, _In_ const OrtSession* session, size_t index,
                  _Outptr_ OrtTypeInfo** type_info);

  ORT_API2_STATUS(SessionGetOutputTypeInfo, _In_ const OrtSession* session, size_t index,
                  _Outptr_ OrtTypeInfo** type_info);

  ORT_API2_STATUS(SessionGetOverridableInitializerTypeInfo, _In_ const OrtSession* session,
                  size_t index, _Outptr_ OrtTypeInfo** type_info);

  ORT_API2_STATUS(SessionGetInputName, _In_ const OrtSession* session, size_t index,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  ORT_API2_STATUS(SessionGetOutputName, _In_ const OrtSession* session, size_t index,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  ORT_API2_STATUS(SessionGetOverridableInitializerName, _In_ const OrtSession* session,
                  size_t index, _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  ORT_API2_STATUS(CreateRunOptions, _Outptr_ OrtRunOptions** out);

  ORT_API2_STATUS(RunOptionsSetRunLogVerbosityLevel, _Inout_ OrtRunOptions* options,
                  int log_verbosity_level);

  ORT_API2_STATUS(RunOptionsSetRunLogSeverityLevel, _Inout_ OrtRunOptions* options,
                  int log_severity_level);

  ORT_API2_STATUS(RunOptionsSetRunTag, _Inout_ OrtRunOptions* options, _In_ const char* run_tag);

  ORT_API2_STATUS(RunOptionsGetRunLogVerbosityLevel, _In_ const OrtRunOptions* options,
                  _Out_ int* log_verbosity_level);

  ORT_API2_STATUS(RunOptionsGetRunLogSeverityLevel, _In_ const OrtRunOptions* options,
                  _Out_ int* log_severity_level);

  ORT_API2_STATUS(RunOptionsGetRunTag, _In_ const OrtRunOptions* options,
                  _Outptr_ const char** run_tag);

  ORT_API2_STATUS(RunOptionsSetTerminate, _Inout_ OrtRunOptions* options);

  ORT_API2_STATUS(RunOptionsUnsetTerminate, _Inout_ OrtRunOptions* options);

  ORT_API2_STATUS(CreateTensorAsOrtValue, _Inout_ OrtAllocator* allocator,
                  _In_reads_(shape_len) const int64_t* shape, size_t shape_len,
                  ONNXTensorElementDataType type, _Outptr_ OrtValue** out);

  ORT_API2_STATUS(CreateTensorWithDataAsOrtValue, _In_ const OrtMemoryInfo* info, _In_ void* p_data,
                  size_t p_data_len, _In_reads_(shape_len) const int64_t* shape, size_t shape_len,
                  ONNXTensorElementDataType type, _Outptr_ OrtValue** out);

  ORT_API2_STATUS(IsTensor, _In_ const OrtValue* value, _Out_ int* out);

  ORT_API2_STATUS(GetTensorMutableData, _Inout_ OrtValue* value, _Outptr_ void** out);

  ORT_API2_STATUS(FillStringTensor, _Inout_ OrtValue* value, _In_reads_(s_len) const char* const* s,
                  size_t s_len);

  ORT_API2_STATUS(GetStringTensorDataLength, _In_ const OrtValue* value, _Out_ size_t* len);

  ORT_API2_STATUS(GetStringTensorContent, _In_ const OrtValue* value,
                  _Out_writes_bytes_all_(s_len) void* s, size_t s_len,
                  _Out_writes_(offsets_len) size_t* offsets, size_t offsets_len);

  ORT_API2_STATUS(CastTypeInfoToTensorInfo, _In_ const OrtTypeInfo* type_info,
                  _Outptr_result_maybenull_ const OrtTensorTypeAndShapeInfo** out);

  ORT_API2_STATUS(GetOnnxTypeFromTypeInfo, _In_ const OrtTypeInfo* type_info, _Out_ ONNXType* out);

  ORT_API2_STATUS(CreateTensorTypeAndShapeInfo, _Outptr_ OrtTensorTypeAndShapeInfo** out);

  ORT_API2_STATUS(SetTensorElementType, _Inout_ OrtTensorTypeAndShapeInfo* info,
                  ONNXTensorElementDataType type);

  ORT_API2_STATUS(SetDimensions, _Inout_ OrtTensorTypeAndShapeInfo* info,
                  _In_reads_(dim_count) const int64_t* dim_values, size_t dim_count);

  ORT_API2_STATUS(GetTensorElementType, _In_ const OrtTensorTypeAndShapeInfo* info,
                  _Out_ ONNXTensorElementDataType* out);

  ORT_API2_STATUS(GetDimensionsCount, _In_ const OrtTensorTypeAndShapeInfo* info,
                  _Out_ size_t* out);

  ORT_API2_STATUS(GetDimensions, _In_ const OrtTensorTypeAndShapeInfo* info,
                  _Out_writes_(dim_values_length) int64_t* dim_values, size_t dim_values_length);

  ORT_API2_STATUS(GetSymbolicDimensions, _In_ const OrtTensorTypeAndShapeInfo* info,
                  _Out_writes_(dim_params_length) const char* dim_params[],
                  size_t dim_params_length);

  ORT_API2_STATUS(GetTensorShapeElementCount, _In_ const OrtTensorTypeAndShapeInfo* info,
                  _Out_ size_t* out);

  ORT_API2_STATUS(GetTensorTypeAndShape, _In_ const OrtValue* value,
                  _Outptr_ OrtTensorTypeAndShapeInfo** out);

  ORT_API2_STATUS(GetTypeInfo, _In_ const OrtValue* value, _Outptr_ OrtTypeInfo** out);

  ORT_API2_STATUS(GetValueType, _In_ const OrtValue* value, _Out_ ONNXType* out);

  ORT_API2_STATUS(CreateMemoryInfo, _In_ const char* name, OrtAllocatorType type, int id,
                  OrtMemType mem_type, _Outptr_ OrtMemoryInfo** out);

  ORT_API2_STATUS(CreateCpuMemoryInfo, OrtAllocatorType type, OrtMemType mem_type,
                  _Outptr_ OrtMemoryInfo** out);

  ORT_API2_STATUS(CompareMemoryInfo, _In_ const OrtMemoryInfo* info1,
                  _In_ const OrtMemoryInfo* info2, _Out_ int* out);

  ORT_API2_STATUS(MemoryInfoGetName, _In_ const OrtMemoryInfo* ptr, _Outptr_ const char** out);

  ORT_API2_STATUS(MemoryInfoGetId, _In_ const OrtMemoryInfo* ptr, _Out_ int* out);

  ORT_API2_STATUS(MemoryInfoGetMemType, _In_ const OrtMemoryInfo* ptr, _Out_ OrtMemType* out);

  ORT_API2_STATUS(MemoryInfoGetType, _In_ const OrtMemoryInfo* ptr, _Out_ OrtAllocatorType* out);

  ORT_API2_STATUS(AllocatorAlloc, _Inout_ OrtAllocator* ort_allocator, size_t size,
                  _Outptr_ void** out);

  ORT_API2_STATUS(AllocatorFree, _Inout_ OrtAllocator* ort_allocator, _In_opt_ void* p);

  ORT_API2_STATUS(AllocatorGetInfo, _In_ const OrtAllocator* ort_allocator,
                  _Outptr_ const OrtMemoryInfo** out);

  ORT_API2_STATUS(GetAllocatorWithDefaultOptions, _Outptr_ OrtAllocator** out);

  ORT_API2_STATUS(AddFreeDimensionOverride, _Inout_ OrtSessionOptions* options,
                  _In_ const char* dim_denotation, int64_t dim_value);

  ORT_API2_STATUS(GetValue, _In_ const OrtValue* value, int index, _Inout_ OrtAllocator* allocator,
                  _Outptr_ OrtValue** out);

  ORT_API2_STATUS(GetValueCount, _In_ const OrtValue* value, _Out_ size_t* out);

  ORT_API2_STATUS(CreateValue, _In_reads_(num_values) const OrtValue* const* in, size_t num_values,
                  ONNXType value_type, _Outptr_ OrtValue** out);

  ORT_API2_STATUS(CreateOpaqueValue, _In_ const char* domain_name, _In_ const char* type_name,
                  _In_reads_(data_container_size) const void* data_container,
                  size_t data_container_size, _Outptr_ OrtValue** out);

  ORT_API2_STATUS(GetOpaqueValue, _In_ const char* domain_name, _In_ const char* type_name,
                  _In_ const OrtValue* in,
                  _Out_writes_bytes_all_(data_container_size) void* data_container,
                  size_t data_container_size);

  ORT_API2_STATUS(KernelInfoGetAttribute_float, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Out_ float* out);

  ORT_API2_STATUS(KernelInfoGetAttribute_int64, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Out_ int64_t* out);

  ORT_API2_STATUS(KernelInfoGetAttribute_string, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Out_opt_ char* out, _Inout_ size_t* size);

  ORT_API2_STATUS(KernelContext_GetInputCount, _In_ const OrtKernelContext* context,
                  _Out_ size_t* out);

  ORT_API2_STATUS(KernelContext_GetOutputCount, _In_ const OrtKernelContext* context,
                  _Out_ size_t* out);

  ORT_API2_STATUS(KernelContext_GetInput, _In_ const OrtKernelContext* context, size_t index,
                  _Outptr_result_maybenull_ const OrtValue** out);

  ORT_API2_STATUS(KernelContext_GetOutput, _Inout_ OrtKernelContext* context, size_t index,
                  _In_reads_(dim_count) const int64_t* dim_values, size_t dim_count,
                  _Outptr_result_maybenull_ OrtValue** out);

  ORT_CLASS_RELEASE(Env);

  ORT_CLASS_RELEASE(Status);

  ORT_CLASS_RELEASE(MemoryInfo);

  ORT_CLASS_RELEASE(Session);

  ORT_CLASS_RELEASE(Value);

  ORT_CLASS_RELEASE(RunOptions);

  ORT_CLASS_RELEASE(TypeInfo);

  ORT_CLASS_RELEASE(TensorTypeAndShapeInfo);

  ORT_CLASS_RELEASE(SessionOptions);

  ORT_CLASS_RELEASE(CustomOpDomain);

  /** Since 1.2. */
  ORT_API2_STATUS(GetDenotationFromTypeInfo, _In_ const OrtTypeInfo* type_info,
                  _Outptr_ const char** const denotation, _Out_ size_t* len);

  /** Since 1.2. */
  ORT_API2_STATUS(CastTypeInfoToMapTypeInfo, _In_ const OrtTypeInfo* type_info,
                  _Outptr_result_maybenull_ const OrtMapTypeInfo** out);

  /** Since 1.2. */
  ORT_API2_STATUS(CastTypeInfoToSequenceTypeInfo, _In_ const OrtTypeInfo* type_info,
                  _Outptr_result_maybenull_ const OrtSequenceTypeInfo** out);

  /** Since 1.2. */
  ORT_API2_STATUS(GetMapKeyType, _In_ const OrtMapTypeInfo* map_type_info,
                  _Out_ ONNXTensorElementDataType* out);

  /** Since 1.2. */
  ORT_API2_STATUS(GetMapValueType, _In_ const OrtMapTypeInfo* map_type_info,
                  _Outptr_ OrtTypeInfo** type_info);

  /** Since 1.2. */
  ORT_API2_STATUS(GetSequenceElementType, _In_ const OrtSequenceTypeInfo* sequence_type_info,
                  _Outptr_ OrtTypeInfo** type_info);

  /** Since 1.2. */
  ORT_CLASS_RELEASE(MapTypeInfo);

  /** Since 1.2. */
  ORT_CLASS_RELEASE(SequenceTypeInfo);

  /** Since 1.2. */
  ORT_API2_STATUS(SessionEndProfiling, _Inout_ OrtSession* session, _Inout_ OrtAllocator* allocator,
                  _Outptr_ char** out);

  /** Since 1.2. */
  ORT_API2_STATUS(SessionGetModelMetadata, _In_ const OrtSession* session,
                  _Outptr_ OrtModelMetadata** out);

  /** Since 1.2. */
  ORT_API2_STATUS(ModelMetadataGetProducerName, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** Since 1.2. */
  ORT_API2_STATUS(ModelMetadataGetGraphName, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** Since 1.2. */
  ORT_API2_STATUS(ModelMetadataGetDomain, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** Since 1.2. */
  ORT_API2_STATUS(ModelMetadataGetDescription, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** Since 1.2. */
  ORT_API2_STATUS(ModelMetadataLookupCustomMetadataMap, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _In_ const char* key,
                  _Outptr_result_maybenull_ char** value);

  /** Since 1.2. */
  ORT_API2_STATUS(ModelMetadataGetVersion, _In_ const OrtModelMetadata* model_metadata,
                  _Out_ int64_t* value);

  /** Since 1.2. */
  ORT_CLASS_RELEASE(ModelMetadata);

  /** Since 1.3. */
  ORT_API2_STATUS(CreateEnvWithGlobalThreadPools, OrtLoggingLevel log_severity_level,
                  _In_ const char* logid, _In_ const OrtThreadingOptions* tp_options,
                  _Outptr_ OrtEnv** out);

  /** Since 1.3. */
  ORT_API2_STATUS(DisablePerSessionThreads, _Inout_ OrtSessionOptions* options);

  /** Since 1.3. */
  ORT_API2_STATUS(CreateThreadingOptions, _Outptr_ OrtThreadingOptions** out);

  /** Since 1.3. */
  ORT_CLASS_RELEASE(ThreadingOptions);

  /** Since 1.3. */
  ORT_API2_STATUS(ModelMetadataGetCustomMetadataMapKeys,
                  _In_ const OrtModelMetadata* model_metadata, _Inout_ OrtAllocator* allocator,
                  _Outptr_result_maybenull_ char*** keys, _Out_ int64_t* num_keys);

  /** Since 1.3. */
  ORT_API2_STATUS(AddFreeDimensionOverrideByName, _Inout_ OrtSessionOptions* options,
                  _In_ const char* dim_name, int64_t dim_value);

  /** Since 1.4. */
  ORT_API2_STATUS(GetAvailableProviders, _Outptr_ char*** out_ptr, _Out_ int* provider_length);

  /** Since 1.4. */
  ORT_API2_STATUS(ReleaseAvailableProviders, _Outptr_ char** ptr, int providers_length);

  /** Since 1.5. */
  ORT_API2_STATUS(GetStringTensorElementLength, _In_ const OrtValue* value, size_t index,
                  _Out_ size_t* out);

  /** Since 1.5. */
  ORT_API2_STATUS(GetStringTensorElement, _In_ const OrtValue* value, size_t s_len, size_t index,
                  _Out_writes_bytes_all_(s_len) void* s);

  /** Since 1.5. */
  ORT_API2_STATUS(FillStringTensorElement, _Inout_ OrtValue* value, _In_ const char* s,
                  size_t index);

  /** Since 1.5. */
  ORT_API2_STATUS(AddSessionConfigEntry, _Inout_ OrtSessionOptions* options,
                  _In_ const char* config_key, _In_ const char* config_value);

  /** Since 1.5. */
  ORT_API2_STATUS(CreateAllocator, _In_ const OrtSession* session,
                  _In_ const OrtMemoryInfo* mem_info, _Outptr_ OrtAllocator** out);

  /** Since 1.5. */
  ORT_CLASS_RELEASE(Allocator);

  /** Since 1.5. */
  ORT_API2_STATUS(RunWithBinding, _Inout_ OrtSession* session,
                  _In_opt_ const OrtRunOptions* run_options, _In_ const OrtIoBinding* binding_ptr);

  /** Since 1.5. */
  ORT_API2_STATUS(CreateIoBinding, _Inout_ OrtSession* session, _Outptr_ OrtIoBinding** out);

  /** Since 1.5. */
  ORT_CLASS_RELEASE(IoBinding);

  /** Since 1.5. */
  ORT_API2_STATUS(BindInput, _Inout_ OrtIoBinding* binding_ptr, _In_ const char* name,
                  _In_ const OrtValue* val_ptr);

  /** Since 1.5. */
  ORT_API2_STATUS(BindOutput, _Inout_ OrtIoBinding* binding_ptr, _In_ const char* name,
                  _In_ const OrtValue* val_ptr);

  /** Since 1.5. */
  ORT_API2_STATUS(BindOutputToDevice, _Inout_ OrtIoBinding* binding_ptr, _In_ const char* name,
                  _In_ const OrtMemoryInfo* mem_info_ptr);

  /** Since 1.5. */
  ORT_API2_STATUS(GetBoundOutputNames, _In_ const OrtIoBinding* binding_ptr,
                  _Inout_ OrtAllocator* allocator, _Outptr_result_maybenull_ char** buffer,
                  _Outptr_result_maybenull_ size_t** lengths, _Out_ size_t* count);

  /** Since 1.5. */
  ORT_API2_STATUS(GetBoundOutputValues, _In_ const OrtIoBinding* binding_ptr,
                  _Inout_ OrtAllocator* allocator, _Outptr_result_maybenull_ OrtValue*** output,
                  _Out_ size_t* output_count);

  /** Since 1.5. */
  ORT_API_T(void, ClearBoundInputs, _Inout_ OrtIoBinding* binding_ptr);

  /** Since 1.5. */
  ORT_API_T(void, ClearBoundOutputs, _Inout_ OrtIoBinding* binding_ptr);

  /** Since 1.5. */
  ORT_API2_STATUS(TensorAt, _Inout_ OrtValue* value,
                  _In_reads_(location_values_count) const int64_t* location_values,
                  size_t location_values_count, _Outptr_ void** out);

  /** Since 1.5. */
  ORT_API2_STATUS(CreateAndRegisterAllocator, _Inout_ OrtEnv* env,
                  _In_ const OrtMemoryInfo* mem_info, _In_opt_ const OrtArenaCfg* arena_cfg);

  /** Since 1.5. */
  ORT_API2_STATUS(SetLanguageProjection, _In_ const OrtEnv* ort_env,
                  OrtLanguageProjection projection);

  /** Since 1.5. */
  ORT_API2_STATUS(SessionGetProfilingStartTimeNs, _In_ const OrtSession* session,
                  _Out_ uint64_t* out);

  /** Since 1.5. */
  ORT_API2_STATUS(SetGlobalIntraOpNumThreads, _Inout_ OrtThreadingOptions* tp_options,
                  int intra_op_num_threads);

  /** Since 1.5. */
  ORT_API2_STATUS(SetGlobalInterOpNumThreads, _Inout_ OrtThreadingOptions* tp_options,
                  int inter_op_num_threads);

  /** Since 1.5. */
  ORT_API2_STATUS(SetGlobalSpinControl, _Inout_ OrtThreadingOptions* tp_options,
                  int allow_spinning);

  /** Since 1.6. */
  ORT_API2_STATUS(AddInitializer, _Inout_ OrtSessionOptions* options, _In_ const char* name,
                  _In_ const OrtValue* val);

  /** Since 1.6. */
  ORT_API2_STATUS(CreateEnvWithCustomLoggerAndGlobalThreadPools,
                  OrtLoggingFunction logging_function, _In_opt_ void* logger_param,
                  OrtLoggingLevel log_severity_level, _In_ const char* logid,
                  _In_ const OrtThreadingOptions* tp_options, _Outptr_ OrtEnv** out);

  /** Since 1.6. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_CUDA, _Inout_ OrtSessionOptions* options,
                  _In_ const OrtCUDAProviderOptions* cuda_options);

  /** Since 1.6. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_ROCM, _Inout_ OrtSessionOptions* options,
                  _In_ const OrtROCMProviderOptions* rocm_options);

  /** Since 1.6. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_OpenVINO,
                  _Inout_ OrtSessionOptions* options,
                  _In_ const OrtOpenVINOProviderOptions* provider_options);

  /** Since 1.6. */
  ORT_API2_STATUS(SetGlobalDenormalAsZero, _Inout_ OrtThreadingOptions* tp_options);

  /** Since 1.6. */
  ORT_API2_STATUS(CreateArenaCfg, size_t max_mem, int arena_extend_strategy,
                  int initial_chunk_size_bytes, int max_dead_bytes_per_chunk,
                  _Outptr_ OrtArenaCfg** out);

  /** Since 1.6. */
  ORT_CLASS_RELEASE(ArenaCfg);

  /** Since 1.7. */
  ORT_API2_STATUS(ModelMetadataGetGraphDescription, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** Since 1.7. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_TensorRT,
                  _Inout_ OrtSessionOptions* options,
                  _In_ const OrtTensorRTProviderOptions* tensorrt_options);

  /** Since 1.7. */
  ORT_API2_STATUS(SetCurrentGpuDeviceId, int device_id);

  /** Since 1.7. */
  ORT_API2_STATUS(GetCurrentGpuDeviceId, _Out_ int* device_id);

  /** Since 1.8. */
  ORT_API2_STATUS(KernelInfoGetAttributeArray_float, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Out_opt_ float* out, _Inout_ size_t* size);

  /** Since 1.8. */
  ORT_API2_STATUS(KernelInfoGetAttributeArray_int64, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Out_opt_ int64_t* out, _Inout_ size_t* size);

  /** Since 1.8. */
  ORT_API2_STATUS(CreateArenaCfgV2, _In_reads_(num_keys) const char* const* arena_config_keys,
                  _In_reads_(num_keys) const size_t* arena_config_values, size_t num_keys,
                  _Outptr_ OrtArenaCfg** out);

  /** Since 1.8. */
  ORT_API2_STATUS(AddRunConfigEntry, _Inout_ OrtRunOptions* options, _In_ const char* config_key,
                  _In_ const char* config_value);

  /** Since 1.8. */
  ORT_API2_STATUS(CreatePrepackedWeightsContainer, _Outptr_ OrtPrepackedWeightsContainer** out);

  /** Since 1.8. */
  ORT_CLASS_RELEASE(PrepackedWeightsContainer);

  /** Since 1.8. */
  ORT_API2_STATUS(CreateSessionWithPrepackedWeightsContainer, _In_ const OrtEnv* env,
                  _In_ const ORTCHAR_T* model_path, _In_opt_ const OrtSessionOptions* options,
                  _Inout_ OrtPrepackedWeightsContainer* prepacked_weights_container,
                  _Outptr_ OrtSession** out);

  /** Since 1.8. */
  ORT_API2_STATUS(CreateSessionFromArrayWithPrepackedWeightsContainer, _In_ const OrtEnv* env,
                  _In_reads_(model_data_length) const void* model_data, size_t model_data_length,
                  _In_opt_ const OrtSessionOptions* options,
                  _Inout_ OrtPrepackedWeightsContainer* prepacked_weights_container,
                  _Outptr_ OrtSession** out);

  /** Since 1.9. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_TensorRT_V2,
                  _Inout_ OrtSessionOptions* options,
                  _In_ const OrtTensorRTProviderOptionsV2* tensorrt_options);

  /** Since 1.9. */
  ORT_API2_STATUS(CreateTensorRTProviderOptions, _Outptr_ OrtTensorRTProviderOptionsV2** out);

  /** Since 1.9. */
  ORT_API2_STATUS(UpdateTensorRTProviderOptions,
                  _Inout_ OrtTensorRTProviderOptionsV2* tensorrt_options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** Since 1.9. */
  ORT_API2_STATUS(GetTensorRTProviderOptionsAsString,
                  _In_ const OrtTensorRTProviderOptionsV2* tensorrt_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** ptr);

  /** Since 1.9. */
  ORT_API_T(void, ReleaseTensorRTProviderOptions, _Inout_ OrtTensorRTProviderOptionsV2* input);

  /** Since 1.9. */
  ORT_API2_STATUS(EnableOrtCustomOps, _Inout_ OrtSessionOptions* options);

  /** Since 1.9. */
  ORT_API2_STATUS(RegisterAllocator, _Inout_ OrtEnv* env, _Inout_ OrtAllocator* allocator);

  /** Since 1.9. */
  ORT_API2_STATUS(UnregisterAllocator, _Inout_ OrtEnv* env, _In_ const OrtMemoryInfo* mem_info);

  /** Since 1.9. */
  ORT_API2_STATUS(IsSparseTensor, _In_ const OrtValue* value, _Out_ int* out);

  /** Since 1.9. */
  ORT_API2_STATUS(CreateSparseTensorAsOrtValue, _Inout_ OrtAllocator* allocator,
                  _In_reads_(dense_shape_len) const int64_t* dense_shape, size_t dense_shape_len,
                  ONNXTensorElementDataType type, _Outptr_ OrtValue** out);

  /** Since 1.9. */
  ORT_API2_STATUS(FillSparseTensorCoo, _Inout_ OrtValue* ort_value,
                  _In_ const OrtMemoryInfo* data_mem_info,
                  _In_reads_(values_shape_len) const int64_t* values_shape, size_t values_shape_len,
                  _In_ const void* values, _In_reads_(indices_num) const int64_t* indices_data,
                  size_t indices_num);

  /** Since 1.9. */
  ORT_API2_STATUS(FillSparseTensorCsr, _Inout_ OrtValue* ort_value,
                  _In_ const OrtMemoryInfo* data_mem_info,
                  _In_reads_(values_shape_len) const int64_t* values_shape, size_t values_shape_len,
                  _In_ const void* values,
                  _In_reads_(inner_indices_num) const int64_t* inner_indices_data,
                  size_t inner_indices_num,
                  _In_reads_(outer_indices_num) const int64_t* outer_indices_data,
                  size_t outer_indices_num);

  /** Since 1.9. */
  ORT_API2_STATUS(FillSparseTensorBlockSparse, _Inout_ OrtValue* ort_value,
                  _In_ const OrtMemoryInfo* data_mem_info,
                  _In_reads_(values_shape_len) const int64_t* values_shape, size_t values_shape_len,
                  _In_ const void* values,
                  _In_reads_(indices_shape_len) const int64_t* indices_shape_data,
                  size_t indices_shape_len, _In_ const int32_t* indices_data);

  /** Since 1.9. */
  ORT_API2_STATUS(CreateSparseTensorWithValuesAsOrtValue, _In_ const OrtMemoryInfo* info,
                  _In_ void* p_data, _In_reads_(dense_shape_len) const int64_t* dense_shape,
                  size_t dense_shape_len, _In_reads_(values_shape_len) const int64_t* values_shape,
                  size_t values_shape_len, ONNXTensorElementDataType type, _Outptr_ OrtValue** out);

  /** Since 1.9. */
  ORT_API2_STATUS(UseCooIndices, _Inout_ OrtValue* ort_value,
                  _Inout_updates_(indices_num) int64_t* indices_data, size_t indices_num);

  /** Since 1.9. */
  ORT_API2_STATUS(UseCsrIndices, _Inout_ OrtValue* ort_value,
                  _Inout_updates_(inner_num) int64_t* inner_data, size_t inner_num,
                  _Inout_updates_(outer_num) int64_t* outer_data, size_t outer_num);

  /** Since 1.9. */
  ORT_API2_STATUS(UseBlockSparseIndices, _Inout_ OrtValue* ort_value,
                  _In_reads_(indices_shape_len) const int64_t* indices_shape,
                  size_t indices_shape_len, _Out_ int32_t* indices_data);

  /** Since 1.9. */
  ORT_API2_STATUS(GetSparseTensorFormat, _In_ const OrtValue* ort_value,
                  _Out_ OrtSparseFormat* out);

  /** Since 1.9. */
  ORT_API2_STATUS(GetSparseTensorValuesTypeAndShape, _In_ const OrtValue* ort_value,
                  _Outptr_ OrtTensorTypeAndShapeInfo** out);

  /** Since 1.9. */
  ORT_API2_STATUS(GetSparseTensorValues, _In_ const OrtValue* ort_value, _Outptr_ const void** out);

  /** Since 1.9. */
  ORT_API2_STATUS(GetSparseTensorIndicesTypeShape, _In_ const OrtValue* ort_value,
                  OrtSparseIndicesFormat indices_format, _Outptr_ OrtTensorTypeAndShapeInfo** out);

  /** Since 1.9. */
  ORT_API2_STATUS(GetSparseTensorIndices, _In_ const OrtValue* ort_value,
                  OrtSparseIndicesFormat indices_format, _Out_ size_t* num_indices,
                  _Outptr_ const void** indices);

  /** Since 1.10. */
  ORT_API2_STATUS(HasValue, _In_ const OrtValue* value, _Out_ int* out);

  /** Since 1.10. */
  ORT_API2_STATUS(KernelContext_GetGPUComputeStream, _In_ const OrtKernelContext* context,
                  _Outptr_result_maybenull_ void** out);

  /** Since 1.10. */
  ORT_API2_STATUS(GetTensorMemoryInfo, _In_ const OrtValue* value,
                  _Outptr_result_maybenull_ const OrtMemoryInfo** mem_info);

  /** Since 1.10. */
  ORT_API2_STATUS(GetExecutionProviderApi, _In_ const char* provider_name, uint32_t version,
                  _Outptr_ const void** provider_api);

  /** Since 1.10. */
  ORT_API2_STATUS(SessionOptionsSetCustomCreateThreadFn, _Inout_ OrtSessionOptions* options,
                  OrtCustomCreateThreadFn ort_custom_create_thread_fn);

  /** Since 1.10. */
  ORT_API2_STATUS(SessionOptionsSetCustomThreadCreationOptions, _Inout_ OrtSessionOptions* options,
                  _In_opt_ void* ort_custom_thread_creation_options);

  /** Since 1.10. */
  ORT_API2_STATUS(SessionOptionsSetCustomJoinThreadFn, _Inout_ OrtSessionOptions* options,
                  OrtCustomJoinThreadFn ort_custom_join_thread_fn);

  /** Since 1.10. */
  ORT_API2_STATUS(SetGlobalCustomCreateThreadFn, _Inout_ OrtThreadingOptions* tp_options,
                  OrtCustomCreateThreadFn ort_custom_create_thread_fn);

  /** Since 1.10. */
  ORT_API2_STATUS(SetGlobalCustomThreadCreationOptions, _Inout_ OrtThreadingOptions* tp_options,
                  _In_opt_ void* ort_custom_thread_creation_options);

  /** Since 1.10. */
  ORT_API2_STATUS(SetGlobalCustomJoinThreadFn, _Inout_ OrtThreadingOptions* tp_options,
                  OrtCustomJoinThreadFn ort_custom_join_thread_fn);

  /** Since 1.10. */
  ORT_API2_STATUS(SynchronizeBoundInputs, _Inout_ OrtIoBinding* binding_ptr);

  /** Since 1.10. */
  ORT_API2_STATUS(SynchronizeBoundOutputs, _Inout_ OrtIoBinding* binding_ptr);

  /** Since 1.11. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_CUDA_V2, _Inout_ OrtSessionOptions* options,
                  _In_ const OrtCUDAProviderOptionsV2* cuda_options);

  /** Since 1.11. */
  ORT_API2_STATUS(CreateCUDAProviderOptions, _Outptr_ OrtCUDAProviderOptionsV2** out);

  /** Since 1.11. */
  ORT_API2_STATUS(UpdateCUDAProviderOptions, _Inout_ OrtCUDAProviderOptionsV2* cuda_options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** Since 1.11. */
  ORT_API2_STATUS(GetCUDAProviderOptionsAsString, _In_ const OrtCUDAProviderOptionsV2* cuda_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** ptr);

  /** Since 1.11. */
  ORT_API_T(void, ReleaseCUDAProviderOptions, _Inout_ OrtCUDAProviderOptionsV2* input);

  /** Since 1.11. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_MIGraphX,
                  _Inout_ OrtSessionOptions* options,
                  _In_ const OrtMIGraphXProviderOptions* migraphx_options);

  /** Since 1.12. */
  ORT_API2_STATUS(AddExternalInitializers, _Inout_ OrtSessionOptions* options,
                  _In_reads_(num_initializers) const char* const* initializer_names,
                  _In_reads_(num_initializers) const OrtValue* const* initializers,
                  size_t num_initializers);

  /** Since 1.12. */
  ORT_API2_STATUS(CreateOpAttr, _In_ const char* name, _In_ const void* data, int len,
                  OrtOpAttrType type, _Outptr_ OrtOpAttr** op_attr);

  /** Since 1.12. */
  ORT_CLASS_RELEASE(OpAttr);

  /** Since 1.12. */
  ORT_API2_STATUS(CreateOp, _In_ const OrtKernelInfo* info, _In_ const char* op_name,
      _In_ const char* domain, int version,
      _In_reads_(type_constraint_count) const char** type_constraint_names,
      _In_reads_(type_constraint_count) const ONNXTensorElementDataType* type_constraint_values,
      int type_constraint_count, _In_reads_(attr_count) const OrtOpAttr* const* attr_values,
      int attr_count, int input_count, int output_count, _Outptr_ OrtOp** ort_op);

  /** Since 1.12. */
  ORT_API2_STATUS(InvokeOp, _In_ const OrtKernelContext* context, _In_ const OrtOp* ort_op,
                  _In_reads_(input_count) const OrtValue* const* input_values, int input_count,
                  _In_reads_(output_count) OrtValue* const* output_values, int output_count);

  /** Since 1.12. */
  ORT_CLASS_RELEASE(Op);

  /** Since 1.12. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider, _Inout_ OrtSessionOptions* options,
                  _In_ const char* provider_name,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** Since 1.12. */
  ORT_API2_STATUS(CopyKernelInfo, _In_ const OrtKernelInfo* info,
                  _Outptr_ OrtKernelInfo** info_copy);

  /** Since 1.12. */
  ORT_CLASS_RELEASE(KernelInfo);

  /** Since 1.13. */
  ORT_API_T(const OrtTrainingApi*, GetTrainingApi, uint32_t version);

  /** Since 1.13. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_CANN, _Inout_ OrtSessionOptions* options,
                  _In_ const OrtCANNProviderOptions* cann_options);

  /** Since 1.13. */
  ORT_API2_STATUS(CreateCANNProviderOptions, _Outptr_ OrtCANNProviderOptions** out);

  /** Since 1.13. */
  ORT_API2_STATUS(UpdateCANNProviderOptions, _Inout_ OrtCANNProviderOptions* cann_options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** Since 1.13. */
  ORT_API2_STATUS(GetCANNProviderOptionsAsString, _In_ const OrtCANNProviderOptions* cann_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** ptr);

  /** Since 1.13. */
  ORT_CLASS_RELEASE(CANNProviderOptions);

  /** Since 1.14. */
  ORT_API_T(void, MemoryInfoGetDeviceType, _In_ const OrtMemoryInfo* ptr,
            _Out_ OrtMemoryInfoDeviceType* out);

  /** Since 1.14. */
  ORT_API2_STATUS(UpdateEnvWithCustomLogLevel, _Inout_ OrtEnv* ort_env,
                  OrtLoggingLevel log_severity_level);

  /** Since 1.14. */
  ORT_API2_STATUS(SetGlobalIntraOpThreadAffinity, _Inout_ OrtThreadingOptions* tp_options,
                  _In_ const char* affinity_string);

  /** Since 1.14. */
  ORT_API2_STATUS(RegisterCustomOpsLibrary_V2, _Inout_ OrtSessionOptions* options,
                  _In_ const ORTCHAR_T* library_name);

  /** Since 1.14. */
  ORT_API2_STATUS(RegisterCustomOpsUsingFunction, _Inout_ OrtSessionOptions* options,
                  _In_ const char* registration_func_name);

  /** Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetInputCount, _In_ const OrtKernelInfo* info, _Out_ size_t* out);

  /** Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetOutputCount, _In_ const OrtKernelInfo* info, _Out_ size_t* out);

  /** Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetInputName, _In_ const OrtKernelInfo* info, size_t index,
                  _Out_opt_ char* out, _Inout_ size_t* size);

  /** Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetOutputName, _In_ const OrtKernelInfo* info, size_t index,
                  _Out_opt_ char* out, _Inout_ size_t* size);

  /** Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetInputTypeInfo, _In_ const OrtKernelInfo* info, size_t index,
                  _Outptr_ OrtTypeInfo** type_info);

  /** Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetOutputTypeInfo, _In_ const OrtKernelInfo* info, size_t index,
                  _Outptr_ OrtTypeInfo** type_info);

  /** Since 1.14. */
  ORT_API2_STATUS(KernelInfoGetAttribute_tensor, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Inout_ OrtAllocator* allocator, _Outptr_ OrtValue** out);

  /** Since 1.14. */
  ORT_API2_STATUS(HasSessionConfigEntry, _In_ const OrtSessionOptions* options,
                  _In_ const char* config_key, _Out_ int* out);

  /** Since 1.14. */
  ORT_API2_STATUS(GetSessionConfigEntry, _In_ const OrtSessionOptions* options,
                  _In_ const char* config_key, _Out_opt_ char* config_value, _Inout_ size_t* size);

  /** Since 1.15. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_Dnnl, _Inout_ OrtSessionOptions* options,
                  _In_ const OrtDnnlProviderOptions* dnnl_options);

  /** Since 1.15. */
  ORT_API2_STATUS(CreateDnnlProviderOptions, _Outptr_ OrtDnnlProviderOptions** out);

  /** Since 1.15. */
  ORT_API2_STATUS(UpdateDnnlProviderOptions, _Inout_ OrtDnnlProviderOptions* dnnl_options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** Since 1.15. */
  ORT_API2_STATUS(GetDnnlProviderOptionsAsString, _In_ const OrtDnnlProviderOptions* dnnl_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** ptr);

  /** Since 1.15. */
  ORT_CLASS_RELEASE(DnnlProviderOptions);

  /** Since 1.15. */
  ORT_API2_STATUS(KernelInfo_GetNodeName, _In_ const OrtKernelInfo* info, _Out_opt_ char* out,
                  _Inout_ size_t* size);

  /** Since 1.15. */
  ORT_API2_STATUS(KernelInfo_GetLogger, _In_ const OrtKernelInfo* info,
                  _Outptr_ const OrtLogger** logger);

  /** Since 1.15. */
  ORT_API2_STATUS(KernelContext_GetLogger, _In_ const OrtKernelContext* context,
                  _Outptr_ const OrtLogger** logger);

  /** Since 1.15. */
  ORT_API2_STATUS(Logger_LogMessage, _In_ const OrtLogger* logger,
                  OrtLoggingLevel log_severity_level, _In_ const char* message,
                  _In_ const char* file_path, int line_number, _In_ const char* func_name);

  /** Since 1.15. */
  ORT_API2_STATUS(Logger_GetLoggingSeverityLevel, _In_ const OrtLogger* logger,
                  _Out_ OrtLoggingLevel* out);

  /** Since 1.15. */
  ORT_API2_STATUS(KernelInfoGetConstantInput_tensor, _In_ const OrtKernelInfo* info, size_t index,
                  _Out_ int* is_constant, _Outptr_result_maybenull_ const OrtValue** out);

  /** Since 1.15. */
  ORT_API2_STATUS(CastTypeInfoToOptionalTypeInfo, _In_ const OrtTypeInfo* type_info,
                  _Outptr_result_maybenull_ const OrtOptionalTypeInfo** out);

  /** Since 1.15. */
  ORT_API2_STATUS(GetOptionalContainedTypeInfo, _In_ const OrtOptionalTypeInfo* optional_type_info,
                  _Outptr_ OrtTypeInfo** out);

  /** Since 1.15. */
  ORT_API2_STATUS(GetResizedStringTensorElementBuffer, _Inout_ OrtValue* value, size_t index,
                  size_t length_in_bytes, _Outptr_ char** buffer);

  /** Since 1.15. */
  ORT_API2_STATUS(KernelContext_GetAllocator, _In_ const OrtKernelContext* context,
                  _In_ const OrtMemoryInfo* mem_info, _Outptr_ OrtAllocator** out);

  /** Since 1.15. */
  ORT_API_T(const char*, GetBuildInfoString, void);

  /** Since 1.16. */
  ORT_API2_STATUS(CreateROCMProviderOptions, _Outptr_ OrtROCMProviderOptions** out);

  /** Since 1.16. */
  ORT_API2_STATUS(UpdateROCMProviderOptions, _Inout_ OrtROCMProviderOptions* rocm_options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** Since 1.16. */
  ORT_API2_STATUS(GetROCMProviderOptionsAsString, _In_ const OrtROCMProviderOptions* rocm_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** ptr);

  /** Since 1.16. */
  ORT_CLASS_RELEASE(ROCMProviderOptions);

  /** Since 1.16. */
  ORT_API2_STATUS(CreateAndRegisterAllocatorV2, _Inout_ OrtEnv* env, _In_ const char* provider_type,
                  _In_ const OrtMemoryInfo* mem_info, _In_opt_ const OrtArenaCfg* arena_cfg,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** Since 1.16. */
  ORT_API2_STATUS(RunAsync, _Inout_ OrtSession* session, _In_opt_ const OrtRunOptions* run_options,
                  _In_reads_(input_len) const char* const* input_names,
                  _In_reads_(input_len) const OrtValue* const* input, size_t input_len,
                  _In_reads_(output_names_len) const char* const* output_names,
                  size_t output_names_len, _Inout_updates_(output_names_len) OrtValue** output,
                  RunAsyncCallbackFn run_async_callback, _In_opt_ void* user_data);

  /** Since 1.16. */
  ORT_API2_STATUS(UpdateTensorRTProviderOptionsWithValue,
                  _Inout_ OrtTensorRTProviderOptionsV2* tensorrt_options, _In_ const char* key,
                  _In_ void* value);

  /** Since 1.16. */
  ORT_API2_STATUS(GetTensorRTProviderOptionsByName,
                  _In_ const OrtTensorRTProviderOptionsV2* tensorrt_options, _In_ const char* key,
                  _Outptr_ void** ptr);

  /** Since 1.16. */
  ORT_API2_STATUS(UpdateCUDAProviderOptionsWithValue,
                  _Inout_ OrtCUDAProviderOptionsV2* cuda_options, _In_ const char* key,
                  _In_ void* value);

  /** Since 1.16. */
  ORT_API2_STATUS(GetCUDAProviderOptionsByName, _In_ const OrtCUDAProviderOptionsV2* cuda_options,
                  _In_ const char* key, _Outptr_ void** ptr);

  /** Since 1.16. */
  ORT_API2_STATUS(KernelContext_GetResource, _In_ const OrtKernelContext* context,
                  int resource_version, int resource_id, _Outptr_result_maybenull_ void** resource);

  /** Since 1.17. */
  ORT_API2_STATUS(SetUserLoggingFunction, _Inout_ OrtSessionOptions* options,
                  OrtLoggingFunction user_logging_function, _In_opt_ void* user_logging_param);

  /** Since 1.17. */
  ORT_API2_STATUS(ShapeInferContext_GetInputCount, _In_ const OrtShapeInferContext* context,
                  _Out_ size_t* out);

  /** Since 1.17. */
  ORT_API2_STATUS(ShapeInferContext_GetInputTypeShape, _In_ const OrtShapeInferContext* context,
                  size_t index, _Outptr_ OrtTensorTypeAndShapeInfo** info);

  /** Since 1.17. */
  ORT_API2_STATUS(ShapeInferContext_GetAttribute, _In_ const OrtShapeInferContext* context,
                  _In_ const char* attr_name, _Outptr_ const OrtOpAttr** attr);

  /** Since 1.17. */
  ORT_API2_STATUS(ShapeInferContext_SetOutputTypeShape, _In_ const OrtShapeInferContext* context,
                  size_t index, _In_ const OrtTensorTypeAndShapeInfo* info);

  /** Since 1.17. */
  ORT_API2_STATUS(SetSymbolicDimensions, _Inout_ OrtTensorTypeAndShapeInfo* info,
                  _In_reads_(dim_params_length) const char* dim_params[], size_t dim_params_length);

  /** Since 1.17. */
  ORT_API2_STATUS(ReadOpAttr, _In_ const OrtOpAttr* op_attr, OrtOpAttrType type,
                  _Out_opt_ void* data, size_t len, _Out_ size_t* out);

  /** Since 1.17. */
  ORT_API2_STATUS(SetDeterministicCompute, _Inout_ OrtSessionOptions* options, bool value);

  /** Since 1.17. */
  ORT_API2_STATUS(KernelContext_ParallelFor, _In_ const OrtKernelContext* context,
                  _In_ void (*fn)(void*, size_t), size_t total, size_t num_batch,
                  _In_opt_ void* usr_data);

  /** Since 1.17. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_OpenVINO_V2,
                  _Inout_ OrtSessionOptions* options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** Since 1.18. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_VitisAI, _Inout_ OrtSessionOptions* options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** Since 1.18. */
  ORT_API2_STATUS(KernelContext_GetScratchBuffer, _In_ const OrtKernelContext* context,
                  _In_ const OrtMemoryInfo* mem_info, size_t count_or_bytes, _Outptr_ void** out);

  /** Since 1.18. */
  ORT_API2_STATUS(KernelInfoGetAllocator, _In_ const OrtKernelInfo* info, OrtMemType mem_type,
                  _Outptr_ OrtAllocator** out);

  /** Since 1.18. */
  ORT_API2_STATUS(AddExternalInitializersFromFilesInMemory, _Inout_ OrtSessionOptions* options,
      _In_reads_(num_external_initializer_files)
          const ORTCHAR_T* const* external_initializer_file_names,
      _In_reads_(num_external_initializer_files)
          char* const* external_initializer_file_buffer_array,
      _In_reads_(num_external_initializer_files) const size_t* external_initializer_file_lengths,
      size_t num_external_initializer_files);

  /** Since 1.20. */
  ORT_API2_STATUS(CreateLoraAdapter, _In_ const ORTCHAR_T* adapter_file_path,
                  _Inout_opt_ OrtAllocator* allocator, _Outptr_ OrtLoraAdapter** out);

  /** Since 1.20. */
  ORT_API2_STATUS(CreateLoraAdapterFromArray, _In_reads_(num_bytes) const void* bytes,
                  size_t num_bytes, _Inout_opt_ OrtAllocator* allocator,
                  _Outptr_ OrtLoraAdapter** out);

  /** Since 1.20. */
  ORT_CLASS_RELEASE(LoraAdapter);

  /** Since 1.20. */
  ORT_API2_STATUS(RunOptionsAddActiveLoraAdapter, _Inout_ OrtRunOptions* options,
                  _In_ const OrtLoraAdapter* adapter);

  /** Since 1.20. */
  ORT_API2_STATUS(SetEpDynamicOptions, _Inout_ OrtSession* sess,
                  _In_reads_(kv_len) const char* const* keys,
                  _In_reads_(kv_len) const char* const* values, size_t kv_len);

  /** Since 1.22. */
  ORT_CLASS_RELEASE(ValueInfo);

  /** Since 1.22. */
  ORT_CLASS_RELEASE(Node);

  /** Since 1.22. */
  ORT_CLASS_RELEASE(Graph);

  /** Since 1.22. */
  ORT_CLASS_RELEASE(Model);

  /** Since 1.22. */
  ORT_API2_STATUS(GetValueInfoName, _In_ const OrtValueInfo* value_info,
                  _Outptr_ const char** name);

  /** Since 1.22. */
  ORT_API2_STATUS(GetValueInfoTypeInfo, _In_ const OrtValueInfo* value_info,
                  _Outptr_ const OrtTypeInfo** type_info);

  /** Since 1.22. */
  ORT_API_T(const OrtModelEditorApi*, GetModelEditorApi, void);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateTensorWithDataAndDeleterAsOrtValue, _Inout_ OrtAllocator* deleter,
                  _In_ void* p_data, size_t p_data_len, _In_reads_(shape_len) const int64_t* shape,
                  size_t shape_len, ONNXTensorElementDataType type, _Outptr_ OrtValue** out);

  /** Since 1.22. */
  ORT_API2_STATUS(SessionOptionsSetLoadCancellationFlag, _Inout_ OrtSessionOptions* options,
                  bool cancel);

  /** Since 1.22. */
  ORT_API_T(const OrtCompileApi*, GetCompileApi, void);

  /** Since 1.22. */
  ORT_API_T(void, CreateKeyValuePairs, _Outptr_ OrtKeyValuePairs** out);

  /** Since 1.22. */
  ORT_API_T(void, AddKeyValuePair, _Inout_ OrtKeyValuePairs* kvps, _In_ const char* key,
            _In_ const char* value);

  /** Since 1.22. */
  ORT_API_T(const char*, GetKeyValue, _In_ const OrtKeyValuePairs* kvps, _In_ const char* key);

  /** Since 1.22. */
  ORT_API_T(void, GetKeyValuePairs, _In_ const OrtKeyValuePairs* kvps,
            _Outptr_ const char* const** keys, _Outptr_ const char* const** values,
            _Out_ size_t* num_entries);

  /** Since 1.22. */
  ORT_API_T(void, RemoveKeyValuePair, _Inout_ OrtKeyValuePairs* kvps, _In_ const char* key);

  /** Since 1.22. */
  ORT_CLASS_RELEASE(KeyValuePairs);

  /** Since 1.22. */
  ORT_API2_STATUS(RegisterExecutionProviderLibrary, _Inout_ OrtEnv* env,
                  _In_ const char* registration_name, _In_ const ORTCHAR_T* path);

  /** Since 1.22. */
  ORT_API2_STATUS(UnregisterExecutionProviderLibrary, _Inout_ OrtEnv* env,
                  _In_ const char* registration_name);

  /** Since 1.22. */
  ORT_API2_STATUS(GetEpDevices, _In_ const OrtEnv* env,
                  _Outptr_ const OrtEpDevice* const** ep_devices, _Out_ size_t* num_ep_devices);

  /** Since 1.22. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_V2,
                  _Inout_ OrtSessionOptions* session_options, _Inout_ OrtEnv* env,
                  _In_reads_(num_ep_devices) const OrtEpDevice* const* ep_devices,
                  size_t num_ep_devices,
                  _In_reads_opt_(num_ep_options) const char* const* ep_option_keys,
                  _In_reads_opt_(num_ep_options) const char* const* ep_option_vals,
                  size_t num_ep_options);

  /** Since 1.22. */
  ORT_API2_STATUS(SessionOptionsSetEpSelectionPolicy, _Inout_ OrtSessionOptions* session_options,
                  OrtExecutionProviderDevicePolicy policy);

  /** Since 1.22. */
  ORT_API2_STATUS(SessionOptionsSetEpSelectionPolicyDelegate,
                  _Inout_ OrtSessionOptions* session_options, EpSelectionDelegate delegate,
                  _In_opt_ void* delegate_state);

  /** Since 1.22. */
  ORT_API_T(OrtHardwareDeviceType, HardwareDevice_Type, _In_ const OrtHardwareDevice* device);

  /** Since 1.22. */
  ORT_API_T(uint32_t, HardwareDevice_VendorId, _In_ const OrtHardwareDevice* device);

  /** Since 1.22. */
  ORT_API_T(const char*, HardwareDevice_Vendor, _In_ const OrtHardwareDevice* device);

  /** Since 1.22. */
  ORT_API_T(uint32_t, HardwareDevice_DeviceId, _In_ const OrtHardwareDevice* device);

  /** Since 1.22. */
  ORT_API_T(const OrtKeyValuePairs*, HardwareDevice_Metadata, _In_ const OrtHardwareDevice* device);

  /** Since 1.22. */
  ORT_API_T(const char*, EpDevice_EpName, _In_ const OrtEpDevice* ep_device);

  /** Since 1.22. */
  ORT_API_T(const char*, EpDevice_EpVendor, _In_ const OrtEpDevice* ep_device);

  /** Since 1.22. */
  ORT_API_T(const OrtKeyValuePairs*, EpDevice_EpMetadata, _In_ const OrtEpDevice* ep_device);

  /** Since 1.22. */
  ORT_API_T(const OrtKeyValuePairs*, EpDevice_EpOptions, _In_ const OrtEpDevice* ep_device);

  /** Since 1.22. */
  ORT_API_T(const OrtHardwareDevice*, EpDevice_Device, _In_ const OrtEpDevice* ep_device);

  /** Since 1.22. */
  ORT_API_T(const OrtEpApi*, GetEpApi, void);

  /** Since 1.23. */
  ORT_API2_STATUS(GetTensorSizeInBytes, _In_ const OrtValue* ort_value, _Out_ size_t* size);

  /** Since 1.23. */
  ORT_API2_STATUS(AllocatorGetStats, _In_ const OrtAllocator* ort_allocator,
                  _Outptr_ OrtKeyValuePairs** out);

  /** Since 1.23. */
  ORT_API2_STATUS(CreateMemoryInfo_V2, _In_ const char* name, OrtMemoryInfoDeviceType device_type,
                  uint32_t vendor_id, int32_t device_id, OrtDeviceMemoryType mem_type,
                  size_t alignment, OrtAllocatorType allocator_type, _Outptr_ OrtMemoryInfo** out);

  /** Since 1.23. */
  ORT_API_T(OrtDeviceMemoryType, MemoryInfoGetDeviceMemType, _In_ const OrtMemoryInfo* ptr);

  /** Since 1.23. */
  ORT_API_T(uint32_t, MemoryInfoGetVendorId, _In_ const OrtMemoryInfo* ptr);

  /** Since 1.23. */
  ORT_API2_STATUS(ValueInfo_GetValueProducer, _In_ const OrtValueInfo* value_info,
                  _Outptr_result_maybenull_ const OrtNode** producer_node,
                  _Out_opt_ size_t* producer_output_index);

  /** Since 1.23. */
  ORT_API2_STATUS(ValueInfo_GetValueNumConsumers, _In_ const OrtValueInfo* value_info,
                  _Out_ size_t* num_consumers);

  /** Since 1.23. */
  ORT_API2_STATUS(ValueInfo_GetValueConsumers, _In_ const OrtValueInfo* value_info,
                  _Out_writes_(num_consumers) const OrtNode** nodes,
                  _Out_writes_(num_consumers) int64_t* input_indices, size_t num_consumers);

  /** Since 1.23. */
  ORT_API2_STATUS(ValueInfo_GetInitializerValue, _In_ const OrtValueInfo* value_info,
                  _Outptr_result_maybenull_ const OrtValue** initializer_value);

  /** Since 1.23. */
  ORT_API2_STATUS(ValueInfo_GetExternalInitializerInfo, _In_ const OrtValueInfo* value_info,
                  _Outptr_result_maybenull_ OrtExternalInitializerInfo** info);

  /** Since 1.23. */
  ORT_API2_STATUS(ValueInfo_IsRequiredGraphInput, _In_ const OrtValueInfo* value_info,
                  _Out_ bool* is_required_graph_input);

  /** Since 1.23. */
  ORT_API2_STATUS(ValueInfo_IsOptionalGraphInput, _In_ const OrtValueInfo* value_info,
                  _Out_ bool* is_optional_graph_input);

  /** Since 1.23. */
  ORT_API2_STATUS(ValueInfo_IsGraphOutput, _In_ const OrtValueInfo* value_info,
                  _Out_ bool* is_graph_output);

  /** Since 1.23. */
  ORT_API2_STATUS(ValueInfo_IsConstantInitializer, _In_ const OrtValueInfo* value_info,
                  _Out_ bool* is_constant_initializer);

  /** Since 1.23. */
  ORT_API2_STATUS(ValueInfo_IsFromOuterScope, _In_ const OrtValueInfo* value_info,
                  _Out_ bool* is_from_outer_scope);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetName, _In_ const OrtGraph* graph, _Outptr_ const char** graph_name);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetModelPath, _In_ const OrtGraph* graph,
                  _Outptr_ const ORTCHAR_T** model_path);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetOnnxIRVersion, _In_ const OrtGraph* graph,
                  _Out_ int64_t* onnx_ir_version);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetNumOperatorSets, _In_ const OrtGraph* graph,
                  _Out_ size_t* num_operator_sets);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetOperatorSets, _In_ const OrtGraph* graph,
                  _Out_writes_(num_operator_sets) const char** domains,
                  _Out_writes_(num_operator_sets) int64_t* opset_versions,
                  size_t num_operator_sets);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetNumInputs, _In_ const OrtGraph* graph, _Out_ size_t* num_inputs);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetInputs, _In_ const OrtGraph* graph,
                  _Out_writes_(num_inputs) const OrtValueInfo** inputs, size_t num_inputs);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetNumOutputs, _In_ const OrtGraph* graph, _Out_ size_t* num_outputs);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetOutputs, _In_ const OrtGraph* graph,
                  _Out_writes_(num_outputs) const OrtValueInfo** outputs, size_t num_outputs);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetNumInitializers, _In_ const OrtGraph* graph,
                  _Out_ size_t* num_initializers);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetInitializers, _In_ const OrtGraph* graph,
                  _Out_writes_(num_initializers) const OrtValueInfo** initializers,
                  size_t num_initializers);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetNumNodes, _In_ const OrtGraph* graph, _Out_ size_t* num_nodes);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetNodes, _In_ const OrtGraph* graph,
                  _Out_writes_(num_nodes) const OrtNode** nodes, size_t num_nodes);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetParentNode, _In_ const OrtGraph* graph,
                  _Outptr_result_maybenull_ const OrtNode** node);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetGraphView, _In_ const OrtGraph* src_graph,
                  _In_reads_(num_nodes) const OrtNode** nodes, size_t num_nodes,
                  _Outptr_ OrtGraph** dst_graph);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetId, _In_ const OrtNode* node, _Out_ size_t* node_id);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetName, _In_ const OrtNode* node, _Outptr_ const char** node_name);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetOperatorType, _In_ const OrtNode* node,
                  _Outptr_ const char** operator_type);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetDomain, _In_ const OrtNode* node, _Outptr_ const char** domain_name);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetSinceVersion, _In_ const OrtNode* node, _Out_ int* since_version);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetNumInputs, _In_ const OrtNode* node, _Out_ size_t* num_inputs);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetInputs, _In_ const OrtNode* node,
                  _Out_writes_(num_inputs) const OrtValueInfo** inputs, size_t num_inputs);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetNumOutputs, _In_ const OrtNode* node, _Out_ size_t* num_outputs);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetOutputs, _In_ const OrtNode* node,
                  _Out_writes_(num_outputs) const OrtValueInfo** outputs, size_t num_outputs);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetNumImplicitInputs, _In_ const OrtNode* node,
                  _Out_ size_t* num_implicit_inputs);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetImplicitInputs, _In_ const OrtNode* node,
                  _Out_writes_(num_implicit_inputs) const OrtValueInfo** implicit_inputs,
                  size_t num_implicit_inputs);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetNumAttributes, _In_ const OrtNode* node, _Out_ size_t* num_attributes);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetAttributes, _In_ const OrtNode* node,
                  _Out_writes_(num_attributes) const OrtOpAttr** attributes, size_t num_attributes);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetAttributeByName, _In_ const OrtNode* node,
                  _In_ const char* attribute_name,
                  _Outptr_result_maybenull_ const OrtOpAttr** attribute);

  /** Since 1.23. */
  ORT_API2_STATUS(OpAttr_GetTensorAttributeAsOrtValue, _In_ const OrtOpAttr* attribute,
                  _Outptr_ OrtValue** attr_tensor);

  /** Since 1.23. */
  ORT_API2_STATUS(OpAttr_GetType, _In_ const OrtOpAttr* attribute, _Out_ OrtOpAttrType* type);

  /** Since 1.23. */
  ORT_API2_STATUS(OpAttr_GetName, _In_ const OrtOpAttr* attribute, _Outptr_ const char** name);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetNumSubgraphs, _In_ const OrtNode* node, _Out_ size_t* num_subgraphs);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetSubgraphs, _In_ const OrtNode* node,
                  _Out_writes_(num_subgraphs) const OrtGraph** subgraphs, size_t num_subgraphs,
                  _Out_writes_opt_(num_subgraphs) const char** attribute_names);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetGraph, _In_ const OrtNode* node,
                  _Outptr_result_maybenull_ const OrtGraph** graph);

  /** Since 1.23. */
  ORT_API2_STATUS(Node_GetEpName, _In_ const OrtNode* node,
                  _Outptr_result_maybenull_ const char** out);

  /** Since 1.23. */
  ORT_CLASS_RELEASE(ExternalInitializerInfo);

  /** Since 1.23. */
  ORT_API_T(const ORTCHAR_T*, ExternalInitializerInfo_GetFilePath,
            _In_ const OrtExternalInitializerInfo* info);

  /** Since 1.23. */
  ORT_API_T(int64_t, ExternalInitializerInfo_GetFileOffset,
            _In_ const OrtExternalInitializerInfo* info);

  /** Since 1.23. */
  ORT_API_T(size_t, ExternalInitializerInfo_GetByteSize,
            _In_ const OrtExternalInitializerInfo* info);

  /** Since 1.23. */
  ORT_API_T(const char*, GetRunConfigEntry, _In_ const OrtRunOptions* options,
            _In_ const char* config_key);

  /** Since 1.23. */
  ORT_API_T(const OrtMemoryInfo*, EpDevice_MemoryInfo, _In_ const OrtEpDevice* ep_device,
            OrtDeviceMemoryType memory_type);

  /** Since 1.23. */
  ORT_API2_STATUS(CreateSharedAllocator, _Inout_ OrtEnv* env, _In_ const OrtEpDevice* ep_device,
                  OrtDeviceMemoryType mem_type, OrtAllocatorType allocator_type,
                  _In_opt_ const OrtKeyValuePairs* allocator_options,
                  _Outptr_ OrtAllocator** allocator);

  /** Since 1.23. */
  ORT_API2_STATUS(GetSharedAllocator, _Inout_ OrtEnv* env, _In_ const OrtMemoryInfo* mem_info,
                  _Outptr_result_maybenull_ OrtAllocator** allocator);

  /** Since 1.23. */
  ORT_API2_STATUS(ReleaseSharedAllocator, _Inout_ OrtEnv* env, _In_ const OrtEpDevice* ep_device,
                  OrtDeviceMemoryType mem_type);

  /** Since 1.23. */
  ORT_API2_STATUS(GetTensorData, _In_ const OrtValue* value, _Outptr_ const void** out);

  /** Since 1.23. */
  ORT_API2_STATUS(GetSessionOptionsConfigEntries, _In_ const OrtSessionOptions* options,
                  _Outptr_ OrtKeyValuePairs** out);

  /** Since 1.23. */
  ORT_API2_STATUS(SessionGetMemoryInfoForInputs, _In_ const OrtSession* session,
                  _Out_writes_(num_inputs) const OrtMemoryInfo** inputs_memory_info,
                  size_t num_inputs);

  /** Since 1.23. */
  ORT_API2_STATUS(SessionGetMemoryInfoForOutputs, _In_ const OrtSession* session,
                  _Out_writes_(num_outputs) const OrtMemoryInfo** outputs_memory_info,
                  size_t num_outputs);

  /** Since 1.23. */
  ORT_API2_STATUS(SessionGetEpDeviceForInputs, _In_ const OrtSession* session,
                  _Out_writes_(num_inputs) const OrtEpDevice** inputs_ep_devices,
                  size_t num_inputs);

  /** Since 1.23. */
  ORT_API2_STATUS(CreateSyncStreamForEpDevice, _In_ const OrtEpDevice* ep_device,
                  _In_opt_ const OrtKeyValuePairs* stream_options, _Outptr_ OrtSyncStream** stream);

  /** Since 1.23. */
  ORT_API_T(void*, SyncStream_GetHandle, _Inout_ OrtSyncStream* stream);

  /** Since 1.23. */
  ORT_CLASS_RELEASE(SyncStream);

  /** Since 1.23. */
  ORT_API2_STATUS(CopyTensors, _In_ const OrtEnv* env,
                  _In_reads_(num_tensors) const OrtValue* const* src_tensors,
                  _In_reads_(num_tensors) OrtValue* const* dst_tensors,
                  _Inout_opt_ OrtSyncStream* stream, size_t num_tensors);

  /** Since 1.23. */
  ORT_API2_STATUS(Graph_GetModelMetadata, _In_ const OrtGraph* graph,
                  _Outptr_ OrtModelMetadata** out);

  /** Since 1.23. */
  ORT_API2_STATUS(GetModelCompatibilityForEpDevices,
                  _In_reads_(num_ep_devices) const OrtEpDevice* const* ep_devices,
                  size_t num_ep_devices, _In_ const char* compatibility_info,
                  _Out_ OrtCompiledModelCompatibility* out_status);

  /** Since 1.23. */
  ORT_API2_STATUS(CreateExternalInitializerInfo, _In_ const ORTCHAR_T* filepath,
                  int64_t file_offset, size_t byte_size, _Outptr_ OrtExternalInitializerInfo** out);

  /** Since 1.24. */
  ORT_API_T(bool, TensorTypeAndShape_HasShape, _In_ const OrtTensorTypeAndShapeInfo* info);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelInfo_GetConfigEntries, _In_ const OrtKernelInfo* info,
                  _Outptr_ OrtKeyValuePairs** out);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelInfo_GetOperatorDomain, _In_ const OrtKernelInfo* info, _Out_opt_ char* out,
                  _Inout_ size_t* size);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelInfo_GetOperatorType, _In_ const OrtKernelInfo* info, _Out_opt_ char* out,
                  _Inout_ size_t* size);

  /** Since 1.24. */
  ORT_API2_STATUS(KernelInfo_GetOperatorSinceVersion, _In_ const OrtKernelInfo* info,
                  _Out_ int* since_version);

  /** Since 1.24. */
  ORT_API_T(const OrtInteropApi*, GetInteropApi, void);

  /** Since 1.24. */
  ORT_API2_STATUS(SessionGetEpDeviceForOutputs, _In_ const OrtSession* session,
                  _Out_writes_(num_outputs) const OrtEpDevice** outputs_ep_devices,
                  size_t num_outputs);

  /** Since 1.24. */
  ORT_API2_STATUS(GetNumHardwareDevices, _In_ const OrtEnv* env, _Out_ size_t* num_devices);

  /** Since 1.24. */
  ORT_API2_STATUS(GetHardwareDevices, _In_ const OrtEnv* env,
                  _Out_writes_(num_devices) const OrtHardwareDevice** devices, size_t num_devices);

  /** Since 1.24. */
  ORT_API2_STATUS(GetHardwareDeviceEpIncompatibilityDetails, _In_ const OrtEnv* env,
                  _In_ const char* ep_name, _In_ const OrtHardwareDevice* hw,
                  _Outptr_ OrtDeviceEpIncompatibilityDetails** details);

  /** Since 1.24. */
  ORT_API2_STATUS(DeviceEpIncompatibilityDetails_GetReasonsBitmask,
                  _In_ const OrtDeviceEpIncompatibilityDetails* details,
                  _Out_ uint32_t* reasons_bitmask);

  /** Since 1.24. */
  ORT_API2_STATUS(DeviceEpIncompatibilityDetails_GetNotes,
                  _In_ const OrtDeviceEpIncompatibilityDetails* details,
                  _Outptr_ const char** notes);

  /** Since 1.24. */
  ORT_API2_STATUS(DeviceEpIncompatibilityDetails_GetErrorCode,
                  _In_ const OrtDeviceEpIncompatibilityDetails* details, _Out_ int32_t* error_code);

  /** Since 1.24. */
  ORT_CLASS_RELEASE(DeviceEpIncompatibilityDetails);

  /** Since 1.24. */
  ORT_API2_STATUS(GetCompatibilityInfoFromModel, _In_ const ORTCHAR_T* model_path,
                  _In_ const char* ep_type, _Inout_ OrtAllocator* allocator,
                  _Outptr_result_maybenull_ char** compatibility_info);

  /** Since 1.24. */
  ORT_API2_STATUS(GetCompatibilityInfoFromModelBytes,
                  _In_reads_(model_data_length) const void* model_data, size_t model_data_length,
                  _In_ const char* ep_type, _Inout_ OrtAllocator* allocator,
                  _Outptr_result_maybenull_ char** compatibility_info);

  /** Since 1.24. */
  ORT_API2_STATUS(CreateEnvWithOptions, _In_ const OrtEnvCreationOptions* options,
                  _Outptr_ OrtEnv** out);

  /** Since 1.24. */
  ORT_API2_STATUS(Session_GetEpGraphAssignmentInfo, _In_ const OrtSession* session,
                  _Outptr_ const OrtEpAssignedSubgraph* const** ep_subgraphs,
                  _Out_ size_t* num_ep_subgraphs);

  /** Since 1.24. */
  ORT_API2_STATUS(EpAssignedSubgraph_GetEpName, _In_ const OrtEpAssignedSubgraph* ep_subgraph,
                  _Outptr_ const char** out);

  /** Since 1.24. */
  ORT_API2_STATUS(EpAssignedSubgraph_GetNodes, _In_ const OrtEpAssignedSubgraph* ep_subgraph,
                  _Outptr_ const OrtEpAssignedNode* const** ep_nodes, _Out_ size_t* num_ep_nodes);

  /** Since 1.24. */
  ORT_API2_STATUS(EpAssignedNode_GetName, _In_ const OrtEpAssignedNode* ep_node,
                  _Outptr_ const char** out);

  /** Since 1.24. */
  ORT_API2_STATUS(EpAssignedNode_GetDomain, _In_ const OrtEpAssignedNode* ep_node,
                  _Outptr_ const char** out);

  /** Since 1.24. */
  ORT_API2_STATUS(EpAssignedNode_GetOperatorType, _In_ const OrtEpAssignedNode* ep_node,
                  _Outptr_ const char** out);

  /** Since 1.24. */
  ORT_API_T(void, RunOptionsSetSyncStream, _Inout_ OrtRunOptions* options,
            _Inout_opt_ OrtSyncStream* sync_stream);

  /** Since 1.24. */
  ORT_API2_STATUS(GetTensorElementTypeAndShapeDataReference, _In_ const OrtValue* value,
                  _Out_ ONNXTensorElementDataType* elem_type, _Outptr_ const int64_t** shape_data,
                  _Out_ size_t* shape_data_count);

  /** Since 1.25. */
  ORT_API2_STATUS(RunOptionsEnableProfiling, _Inout_ OrtRunOptions* options,
                  _In_ const ORTCHAR_T* profile_file_prefix);

  /** Since 1.25. */
  ORT_API2_STATUS(RunOptionsDisableProfiling, _Inout_ OrtRunOptions* options);

  /** Since 1.25. */
  ORT_API2_STATUS(KernelInfoGetAttributeArray_string, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Inout_ OrtAllocator* allocator, _Outptr_ char*** out,
                  _Out_ size_t* size);

  /** Since 1.25. */
  ORT_API2_STATUS(SetPerSessionThreadPoolCallbacks, _Inout_ OrtEnv* env,
                  _In_ const OrtThreadPoolCallbacksConfig* config);

  /** Since 1.27. */
  ORT_API2_STATUS(GetMemPatternEnabled, _In_ const OrtSessionOptions* options, _Out_ int* out);

  /** Since 1.27. */
  ORT_API2_STATUS(GetSessionExecutionMode, _In_ const OrtSessionOptions* options,
                  _Out_ ExecutionMode* out);

  /** Since 1.27. */
  ORT_API2_STATUS(SessionReleaseCapturedGraph, _Inout_ OrtSession* session,
                  int graph_annotation_id);

  /** Since 1.28. */
  ORT_API_T(OrtExperimentalFnPtr, GetExperimentalFunction, _In_ const char* name);

  /** Since 1.28. */
  ORT_API2_STATUS(KernelContext_GetSyncStream, _In_ const OrtKernelContext* context,
                  _Outptr_ OrtSyncStream** out);

  /** Since 1.29. */
  ORT_API2_STATUS(SessionOptionsSetWeightlessSourceModelBuffer, _Inout_ OrtSessionOptions* options,
                  _In_reads_opt_(source_model_data_length) const void* source_model_data,
                  size_t source_model_data_length);

  /** Since 1.30. */
  ORT_API2_STATUS(KernelContext_GetPreallocatedOutput, _In_ const OrtKernelContext* context,
                  size_t output_index, _Outptr_result_maybenull_ OrtValue** output);

  /** Since 1.31. */
  ORT_API2_STATUS(SessionOptionsSetEpContextDataReadFunc, _Inout_ OrtSessionOptions* options,
                  _In_opt_ OrtReadNamedBufferFunc read_func, _In_opt_ void* state);

  /** Since 1.31. */
  ORT_API_T(const OrtModelPackageApi*, GetModelPackageApi, void);
};

// -------------------------------------------------------------------------------------------------
// Custom operators
// -------------------------------------------------------------------------------------------------

typedef enum OrtCustomOpInputOutputCharacteristic {
  INPUT_OUTPUT_REQUIRED = 0,
  INPUT_OUTPUT_OPTIONAL = 1,
  INPUT_OUTPUT_VARIADIC = 2
} OrtCustomOpInputOutputCharacteristic;

/**
 * A custom operator, implemented by the program: its signature, and how to create and run its
 * kernel.
 *
 * Added to a domain with CustomOpDomain_Add; must outlive every session that uses it. `version` is
 * the ORT_API_VERSION the operator was compiled with; members newer than that are not read. Slots
 * may be called from any thread.
 */
struct OrtCustomOp {
  uint32_t version;

  void*(ORT_API_CALL* CreateKernel)(_In_ const struct OrtCustomOp* op, _In_ const OrtApi* api,
                                    _In_ const OrtKernelInfo* info);

  const char*(ORT_API_CALL* GetName)(_In_ const struct OrtCustomOp* op);

  const char*(ORT_API_CALL* GetExecutionProviderType)(_In_ const struct OrtCustomOp* op);

  ONNXTensorElementDataType(ORT_API_CALL* GetInputType)(_In_ const struct OrtCustomOp* op,
                                                        size_t index);

  size_t(ORT_API_CALL* GetInputTypeCount)(_In_ const struct OrtCustomOp* op);

  ONNXTensorElementDataType(ORT_API_CALL* GetOutputType)(_In_ const struct OrtCustomOp* op,
                                                         size_t index);

  size_t(ORT_API_CALL* GetOutputTypeCount)(_In_ const struct OrtCustomOp* op);

  void(ORT_API_CALL* KernelCompute)(_In_ void* op_kernel, _Inout_ OrtKernelContext* context);

  void(ORT_API_CALL* KernelDestroy)(_In_ void* op_kernel);

  /** Since 1.8. */
  OrtCustomOpInputOutputCharacteristic(ORT_API_CALL* GetInputCharacteristic)(
      _In_ const struct OrtCustomOp* op, size_t index);

  /** Since 1.8. */
  OrtCustomOpInputOutputCharacteristic(ORT_API_CALL* GetOutputCharacteristic)(
      _In_ const struct OrtCustomOp* op, size_t index);

  /** Since 1.13. */
  OrtMemType(ORT_API_CALL* GetInputMemoryType)(_In_ const struct OrtCustomOp* op, size_t index);

  /** Since 1.14. */
  int(ORT_API_CALL* GetVariadicInputMinArity)(_In_ const struct OrtCustomOp* op);

  /** Since 1.14. */
  int(ORT_API_CALL* GetVariadicInputHomogeneity)(_In_ const struct OrtCustomOp* op);

  /** Since 1.14. */
  int(ORT_API_CALL* GetVariadicOutputMinArity)(_In_ const struct OrtCustomOp* op);

  /** Since 1.14. */
  int(ORT_API_CALL* GetVariadicOutputHomogeneity)(_In_ const struct OrtCustomOp* op);

  /** Since 1.16. */
  OrtStatusPtr(ORT_API_CALL* CreateKernelV2)(_In_ const struct OrtCustomOp* op,
                                             _In_ const OrtApi* api, _In_ const OrtKernelInfo* info,
                                             _Outptr_ void** kernel);

  /** Since 1.16. */
  OrtStatusPtr(ORT_API_CALL* KernelComputeV2)(_In_ void* op_kernel,
                                              _Inout_ OrtKernelContext* context);

  /** Since 1.17. */
  OrtStatusPtr(ORT_API_CALL* InferOutputShapeFn)(_In_ const struct OrtCustomOp* op,
                                                 _Inout_ OrtShapeInferContext* context);

  /** Since 1.17. */
  int(ORT_API_CALL* GetStartVersion)(_In_ const struct OrtCustomOp* op);

  /** Since 1.17. */
  int(ORT_API_CALL* GetEndVersion)(_In_ const struct OrtCustomOp* op);

  /** Since 1.18. */
  size_t(ORT_API_CALL* GetMayInplace)(_Outptr_ int** input_index, _Outptr_ int** output_index);

  /** Since 1.18. */
  void(ORT_API_CALL* ReleaseMayInplace)(_Out_ int* input_index, _Out_ int* output_index);

  /** Since 1.18. */
  size_t(ORT_API_CALL* GetAliasMap)(_Outptr_ int** input_index, _Outptr_ int** output_index);

  /** Since 1.18. */
  void(ORT_API_CALL* ReleaseAliasMap)(_Out_ int* input_index, _Out_ int* output_index);
};

// -------------------------------------------------------------------------------------------------
// OrtModelEditorApi
// -------------------------------------------------------------------------------------------------

/**
 * Builds models in memory, and adds nodes around a model that is being loaded. Obtained from
 * OrtApi::GetModelEditorApi. Since 1.22.
 */
struct OrtModelEditorApi {
  /** Since 1.22. */
  ORT_API2_STATUS(CreateTensorTypeInfo, _In_ const OrtTensorTypeAndShapeInfo* tensor_info,
                  _Outptr_ OrtTypeInfo** type_info);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateSparseTensorTypeInfo, _In_ const OrtTensorTypeAndShapeInfo* tensor_info,
                  _Outptr_ OrtTypeInfo** type_info);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateMapTypeInfo, ONNXTensorElementDataType map_key_type,
                  _In_ const OrtTypeInfo* map_value_type, _Outptr_ OrtTypeInfo** type_info);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateSequenceTypeInfo, _In_ const OrtTypeInfo* sequence_type,
                  _Outptr_ OrtTypeInfo** type_info);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateOptionalTypeInfo, _In_ const OrtTypeInfo* contained_type,
                  _Outptr_ OrtTypeInfo** type_info);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateValueInfo, _In_ const char* name, _In_ const OrtTypeInfo* type_info,
                  _Outptr_ OrtValueInfo** value_info);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateNode, _In_ const char* operator_name, _In_opt_ const char* domain_name,
                  _In_opt_ const char* node_name,
                  _In_reads_(input_names_len) const char* const* input_names,
                  size_t input_names_len,
                  _In_reads_(output_names_len) const char* const* output_names,
                  size_t output_names_len, _In_reads_opt_(attribs_len) OrtOpAttr** attributes,
                  size_t attribs_len, _Outptr_ OrtNode** node);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateGraph, _Outptr_ OrtGraph** graph);

  /** Since 1.22. */
  ORT_API2_STATUS(SetGraphInputs, _Inout_ OrtGraph* graph,
                  _In_reads_(inputs_len) OrtValueInfo** inputs, size_t inputs_len);

  /** Since 1.22. */
  ORT_API2_STATUS(SetGraphOutputs, _Inout_ OrtGraph* graph,
                  _In_reads_(outputs_len) OrtValueInfo** outputs, size_t outputs_len);

  /** Since 1.22. */
  ORT_API2_STATUS(AddInitializerToGraph, _Inout_ OrtGraph* graph, _In_ const char* name,
                  _Inout_ OrtValue* tensor, bool data_is_external);

  /** Since 1.22. */
  ORT_API2_STATUS(AddNodeToGraph, _Inout_ OrtGraph* graph, _Inout_ OrtNode* node);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateModel, _In_reads_(opset_entries_len) const char* const* domain_names,
                  _In_reads_(opset_entries_len) const int* opset_versions, size_t opset_entries_len,
                  _Outptr_ OrtModel** model);

  /** Since 1.22. */
  ORT_API2_STATUS(AddGraphToModel, _Inout_ OrtModel* model, _Inout_ OrtGraph* graph);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateSessionFromModel, _In_ const OrtEnv* env, _In_ const OrtModel* model,
                  _In_opt_ const OrtSessionOptions* options, _Outptr_ OrtSession** out);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateModelEditorSession, _In_ const OrtEnv* env,
                  _In_ const ORTCHAR_T* model_path, _In_opt_ const OrtSessionOptions* options,
                  _Outptr_ OrtSession** out);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateModelEditorSessionFromArray, _In_ const OrtEnv* env,
                  _In_reads_(model_data_length) const void* model_data, size_t model_data_length,
                  _In_opt_ const OrtSessionOptions* options, _Outptr_ OrtSession** out);

  /** Since 1.22. */
  ORT_API2_STATUS(SessionGetOpsetForDomain, _In_ const OrtSession* session, _In_ const char* domain,
                  _Out_ int* opset);

  /** Since 1.22. */
  ORT_API2_STATUS(ApplyModelToModelEditorSession, _Inout_ OrtSession* session,
                  _Inout_ OrtModel* model);

  /** Since 1.22. */
  ORT_API2_STATUS(FinalizeModelEditorSession, _Inout_ OrtSession* session,
                  _In_opt_ const OrtSessionOptions* options,
                  _Inout_opt_ OrtPrepackedWeightsContainer* prepacked_weights_container);
};

// -------------------------------------------------------------------------------------------------
// OrtCompileApi
// -------------------------------------------------------------------------------------------------

typedef enum OrtCompileApiFlags {
  OrtCompileApiFlags_NONE = 0,
  OrtCompileApiFlags_ERROR_IF_NO_NODES_COMPILED = 1,
  OrtCompileApiFlags_ERROR_IF_OUTPUT_FILE_EXISTS = 2
} OrtCompileApiFlags;

/**
 * Compiles a model ahead of time: what EPs make of their nodes is stored as EPContext nodes in a
 * new model. Obtained from OrtApi::GetCompileApi. Since 1.22.
 */
struct OrtCompileApi {
  /** Since 1.22. */
  ORT_CLASS_RELEASE(ModelCompilationOptions);

  /** Since 1.22. */
  ORT_API2_STATUS(CreateModelCompilationOptionsFromSessionOptions, _In_ const OrtEnv* env,
                  _In_ const OrtSessionOptions* session_options,
                  _Outptr_ OrtModelCompilationOptions** out);

  /** Since 1.22. */
  ORT_API2_STATUS(ModelCompilationOptions_SetInputModelPath,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_ const ORTCHAR_T* input_model_path);

  /** Since 1.22. */
  ORT_API2_STATUS(ModelCompilationOptions_SetInputModelFromBuffer,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_reads_(input_model_data_size) const void* input_model_data,
                  size_t input_model_data_size);

  /** Since 1.22. */
  ORT_API2_STATUS(ModelCompilationOptions_SetOutputModelPath,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_ const ORTCHAR_T* output_model_path);

  /** Since 1.22. */
  ORT_API2_STATUS(ModelCompilationOptions_SetOutputModelExternalInitializersFile,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_opt_ const ORTCHAR_T* external_initializers_file_path,
                  size_t external_initializers_size_threshold);

  /** Since 1.22. */
  ORT_API2_STATUS(ModelCompilationOptions_SetOutputModelBuffer,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ void** output_model_buffer_ptr,
                  _Out_ size_t* output_model_buffer_size_ptr);

  /** Since 1.22. */
  ORT_API2_STATUS(ModelCompilationOptions_SetEpContextEmbedMode,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  bool embed_ep_context_in_model);

  /** Since 1.22. */
  ORT_API2_STATUS(CompileModel, _In_ const OrtEnv* env,
                  _In_ const OrtModelCompilationOptions* model_options);

  /** Since 1.23. */
  ORT_API2_STATUS(ModelCompilationOptions_SetFlags,
                  _Inout_ OrtModelCompilationOptions* model_compile_options, uint32_t flags);

  /** Since 1.23. */
  ORT_API2_STATUS(ModelCompilationOptions_SetEpContextBinaryInformation,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_ const ORTCHAR_T* output_directory, _In_ const ORTCHAR_T* model_name);

  /** Since 1.23. */
  ORT_API2_STATUS(ModelCompilationOptions_SetGraphOptimizationLevel,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  GraphOptimizationLevel graph_optimization_level);

  /** Since 1.23. */
  ORT_API2_STATUS(ModelCompilationOptions_SetOutputModelWriteFunc,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  OrtWriteBufferFunc write_func, _In_opt_ void* state);

  /** Since 1.23. */
  ORT_API2_STATUS(ModelCompilationOptions_SetOutputModelGetInitializerLocationFunc,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  OrtGetInitializerLocationFunc get_initializer_location_func,
                  _In_opt_ void* state);

  /** Since 1.24. */
  ORT_API2_STATUS(ModelCompilationOptions_SetInputModel,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_ const OrtModel* model);

  /** Since 1.29. */
  ORT_API2_STATUS(ModelCompilationOptions_SetWeightlessEnabled,
                  _Inout_ OrtModelCompilationOptions* model_compile_options, bool use_weightless);

  /** Since 1.31. */
  ORT_API2_STATUS(ModelCompilationOptions_SetEpContextDataWriteFunc,
                  _Inout_ OrtModelCompilationOptions* options,
                  _In_opt_ OrtWriteNamedBufferFunc write_func, _In_opt_ void* state);

  /** Since 1.31. */
  ORT_API2_STATUS(Reserved17, _Inout_ OrtModelCompilationOptions* model_compile_options);

  /** Since 1.31. */
  ORT_API2_STATUS(Reserved18, _Inout_ OrtModelCompilationOptions* model_compile_options);
};

// -------------------------------------------------------------------------------------------------
// OrtInteropApi
// -------------------------------------------------------------------------------------------------

/**
 * Shares memory and semaphores between graphics APIs and an EP's device. Obtained from
 * OrtApi::GetInteropApi. Since 1.24.
 */
struct OrtInteropApi {
  /** Since 1.24. */
  ORT_API2_STATUS(CreateExternalResourceImporterForDevice, _In_ const OrtEpDevice* ep_device,
                  _Outptr_result_maybenull_ OrtExternalResourceImporter** out_importer);

  /** Since 1.24. */
  ORT_CLASS_RELEASE(ExternalResourceImporter);

  /** Since 1.24. */
  ORT_API2_STATUS(CanImportMemory, _In_ const OrtExternalResourceImporter* importer,
                  OrtExternalMemoryHandleType handle_type, _Out_ bool* out_supported);

  /** Since 1.24. */
  ORT_API2_STATUS(ImportMemory, _Inout_ OrtExternalResourceImporter* importer,
                  _In_ const OrtExternalMemoryDescriptor* desc,
                  _Outptr_ OrtExternalMemoryHandle** out_handle);

  /** Since 1.24. */
  ORT_CLASS_RELEASE(ExternalMemoryHandle);

  /** Since 1.24. */
  ORT_API2_STATUS(CreateTensorFromMemory, _Inout_ OrtExternalResourceImporter* importer,
                  _In_ const OrtExternalMemoryHandle* mem_handle,
                  _In_ const OrtExternalTensorDescriptor* tensor_desc,
                  _Outptr_ OrtValue** out_tensor);

  /** Since 1.24. */
  ORT_API2_STATUS(CanImportSemaphore, _In_ const OrtExternalResourceImporter* importer,
                  OrtExternalSemaphoreType type, _Out_ bool* out_supported);

  /** Since 1.24. */
  ORT_API2_STATUS(ImportSemaphore, _Inout_ OrtExternalResourceImporter* importer,
                  _In_ const OrtExternalSemaphoreDescriptor* desc,
                  _Outptr_ OrtExternalSemaphoreHandle** out_handle);

  /** Since 1.24. */
  ORT_CLASS_RELEASE(ExternalSemaphoreHandle);

  /** Since 1.24. */
  ORT_API2_STATUS(WaitSemaphore, _Inout_ OrtExternalResourceImporter* importer,
                  _Inout_ OrtExternalSemaphoreHandle* semaphore_handle,
                  _Inout_opt_ OrtSyncStream* stream, uint64_t value);

  /** Since 1.24. */
  ORT_API2_STATUS(SignalSemaphore, _Inout_ OrtExternalResourceImporter* importer,
                  _Inout_ OrtExternalSemaphoreHandle* semaphore_handle,
                  _Inout_opt_ OrtSyncStream* stream, uint64_t value);

  /** Since 1.25. */
  ORT_API2_STATUS(InitGraphicsInteropForEpDevice, _In_ const OrtEpDevice* ep_device,
                  _In_ const OrtGraphicsInteropConfig* config);

  /** Since 1.25. */
  ORT_API2_STATUS(DeinitGraphicsInteropForEpDevice, _In_ const OrtEpDevice* ep_device);
};

// -------------------------------------------------------------------------------------------------
// OrtModelPackageApi
// -------------------------------------------------------------------------------------------------

/**
 * Reads model packages: folders that hold components, each in variants for different EPs and
 * devices. Obtained from OrtApi::GetModelPackageApi. Since 1.31.
 */
struct OrtModelPackageApi {
  /** Since 1.31. */
  ORT_API2_STATUS(CreateModelPackageOptionsFromSessionOptions, _In_ const OrtEnv* env,
                  _In_ const OrtSessionOptions* session_options,
                  _Outptr_ OrtModelPackageOptions** out);

  /** Since 1.31. */
  ORT_CLASS_RELEASE(ModelPackageOptions);

  /** Since 1.31. */
  ORT_API2_STATUS(CreateModelPackageContext, _In_ const ORTCHAR_T* package_root,
                  _Outptr_ OrtModelPackageContext** out);

  /** Since 1.31. */
  ORT_CLASS_RELEASE(ModelPackageContext);

  /** Since 1.31. */
  ORT_API2_STATUS(ModelPackage_GetSchemaVersion, _In_ const OrtModelPackageContext* ctx,
                  _Out_ int64_t* out_version);

  /** Since 1.31. */
  ORT_API2_STATUS(ModelPackage_GetComponentCount, _In_ const OrtModelPackageContext* ctx,
                  _Out_ size_t* out_count);

  /** Since 1.31. */
  ORT_API2_STATUS(ModelPackage_GetComponentNames, _In_ const OrtModelPackageContext* ctx,
                  _Outptr_ const char* const** out_names, _Out_ size_t* out_count);

  /** Since 1.31. */
  ORT_API2_STATUS(ModelPackage_GetVariantCount, _In_ const OrtModelPackageContext* ctx,
                  _In_ const char* component_name, _Out_ size_t* out_count);

  /** Since 1.31. */
  ORT_API2_STATUS(ModelPackage_GetVariantNames, _In_ const OrtModelPackageContext* ctx,
                  _In_ const char* component_name, _Outptr_ const char* const** out_variant_names,
                  _Out_ size_t* out_count);

  /** Since 1.31. */
  ORT_API2_STATUS(ModelPackage_GetVariantEpName, _In_ const OrtModelPackageContext* ctx,
                  _In_ const char* component_name, _In_ const char* variant_name,
                  _Outptr_result_maybenull_ const char** out_ep);

  /** Since 1.31. */
  ORT_API2_STATUS(ModelPackage_ResolveStringRef, _In_ const OrtModelPackageContext* ctx,
                  _In_opt_ const char* base_dir, _In_ const char* input, int must_exist,
                  _Outptr_ const char** out_path);

  /** Since 1.31. */
  ORT_API2_STATUS(SelectComponent, _In_ const OrtModelPackageContext* ctx,
                  _In_ const char* component_name, _In_ const OrtModelPackageOptions* options,
                  _Outptr_ OrtModelPackageComponentContext** out);

  /** Since 1.31. */
  ORT_CLASS_RELEASE(ModelPackageComponentContext);

  /** Since 1.31. */
  ORT_API2_STATUS(ModelPackageComponent_GetSelectedVariantName,
                  _In_ const OrtModelPackageComponentContext* ctx, _Outptr_ const char** out_name);

  /** Since 1.31. */
  ORT_API2_STATUS(ModelPackageComponent_GetSelectedVariantFolderPath,
                  _In_ const OrtModelPackageComponentContext* ctx,
                  _Outptr_ const ORTCHAR_T** folder_path);

  /** Since 1.31. */
  ORT_API2_STATUS(CreateSession, _In_ const OrtEnv* env,
                  _In_ const OrtModelPackageComponentContext* ctx,
                  _In_opt_ const OrtSessionOptions* session_options, _Outptr_ OrtSession** session);
};

// -------------------------------------------------------------------------------------------------
// Exported functions that append an EP
//
// The first is always exported; the rest only by libraries that were built with that EP. Programs
// that do not know use OrtApi::SessionOptionsAppendExecutionProvider.
// -------------------------------------------------------------------------------------------------

/** Puts the CPU EP at the end of the list of EPs, where it is anyway. `use_arena`: 0 for none. */
ORT_EXPORT ORT_API_STATUS(OrtSessionOptionsAppendExecutionProvider_CPU,
                          _In_ OrtSessionOptions* options, int use_arena);

/** Appends the CUDA EP on a device, with default options. */
ORT_EXPORT ORT_API_STATUS(OrtSessionOptionsAppendExecutionProvider_CUDA,
                          _In_ OrtSessionOptions* options, int device_id);

/** Appends the ROCm EP on a device, with default options. */
ORT_EXPORT ORT_API_STATUS(OrtSessionOptionsAppendExecutionProvider_ROCM,
                          _In_ OrtSessionOptions* options, int device_id);

/** Appends the MIGraphX EP on a device, with default options. */
ORT_EXPORT ORT_API_STATUS(OrtSessionOptionsAppendExecutionProvider_MIGraphX,
                          _In_ OrtSessionOptions* options, int device_id);

/** Appends the oneDNN EP. `use_arena`: 0 for none. */
ORT_EXPORT ORT_API_STATUS(OrtSessionOptionsAppendExecutionProvider_Dnnl,
                          _In_ OrtSessionOptions* options, int use_arena);

/** Appends the TensorRT EP on a device, with default options. */
ORT_EXPORT ORT_API_STATUS(OrtSessionOptionsAppendExecutionProvider_Tensorrt,
                          _In_ OrtSessionOptions* options, int device_id);

#ifdef __cplusplus
}  // extern "C"
#endif

// Types of the provider side that OrtApi mentions only by pointer.
#include "onnxruntime_ep_c_api.h"
