// Backplane: the C interface of ONNX Runtime, API versions 1 to 31.
//
// Programs written for ONNX Runtime compile against this header and run on Backplane unchanged;
// Backplane's own src/abi implements it. This header is the specification of that interface: every
// struct here has a fixed layout, a slot never moves, and new slots go at the end only.
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
#define ORT_API_STATUS(NAME, ...)                                                       \
  _Success_(return == 0) _Check_return_ _Ret_maybenull_ OrtStatusPtr ORT_API_CALL NAME( \
      __VA_ARGS__)                                                                      \
  NO_EXCEPTION ORT_MUST_USE_RESULT

/** Begins the definition of a function that ORT_API_STATUS declared. */
#define ORT_API_STATUS_IMPL(NAME, ...)                                                  \
  _Success_(return == 0) _Check_return_ _Ret_maybenull_ OrtStatusPtr ORT_API_CALL NAME( \
      __VA_ARGS__) NO_EXCEPTION

/** Declares a slot: a member that points to a function returning RETURN_TYPE. */
#define ORT_API_T(RETURN_TYPE, NAME, ...) RETURN_TYPE(ORT_API_CALL* NAME)(__VA_ARGS__) NO_EXCEPTION

/**
 * Declares a slot: a member that points to a function returning a status, which may not be dropped.
 */
#define ORT_API2_STATUS(NAME, ...)                                             \
  _Check_return_ _Ret_maybenull_ OrtStatusPtr(ORT_API_CALL* NAME)(__VA_ARGS__) \
      NO_EXCEPTION ORT_MUST_USE_RESULT

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
ORT_RUNTIME_CLASS(Env);                        // process-wide: logging, threads, EP libraries
ORT_RUNTIME_CLASS(Status);                     // an error: code and message
ORT_RUNTIME_CLASS(Session);                    // a loaded model, ready to run
ORT_RUNTIME_CLASS(SessionOptions);             // how to load and run a model
ORT_RUNTIME_CLASS(RunOptions);                 // settings of one run
ORT_RUNTIME_CLASS(IoBinding);                  // inputs and outputs bound ahead of runs
ORT_RUNTIME_CLASS(ThreadingOptions);           // settings of the environment's thread pools
ORT_RUNTIME_CLASS(ThreadPoolParams);           // reserved
ORT_RUNTIME_CLASS(PrepackedWeightsContainer);  // packed weights that sessions share
ORT_RUNTIME_CLASS(LoraAdapter);                // a loaded set of LoRA parameters
ORT_RUNTIME_CLASS(Logger);                     // where EPs and kernels write log lines
ORT_RUNTIME_CLASS(KeyValuePairs);              // a text-to-text map

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
ORT_RUNTIME_CLASS(ModelCompilationOptions);       // what to compile, and where to
ORT_RUNTIME_CLASS(ModelPackageOptions);           // which EPs a package may choose for
ORT_RUNTIME_CLASS(ModelPackageContext);           // an opened model package
ORT_RUNTIME_CLASS(ModelPackageComponentContext);  // a component with its selected variant

// Custom operators and kernels.
ORT_RUNTIME_CLASS(CustomOp);  // an operator of the program's own; below
ORT_RUNTIME_CLASS(CustomOpDomain);
ORT_RUNTIME_CLASS(KernelInfo);         // what a kernel may ask when it is created
ORT_RUNTIME_CLASS(KernelContext);      // what a kernel may ask when it runs
ORT_RUNTIME_CLASS(ShapeInferContext);  // what shape inference of a custom operator may ask
ORT_RUNTIME_CLASS(Op);                 // a standard operator, to be invoked by a kernel
ORT_RUNTIME_CLASS(OpAttr);             // an attribute

// Execution providers and devices.
ORT_RUNTIME_CLASS(HardwareDevice);  // a processor of this machine
ORT_RUNTIME_CLASS(EpDevice);        // an EP on a hardware device
ORT_RUNTIME_CLASS(DeviceEpIncompatibilityDetails);
ORT_RUNTIME_CLASS(EpAssignedSubgraph);  // nodes that an EP was given
ORT_RUNTIME_CLASS(EpAssignedNode);
ORT_RUNTIME_CLASS(ExternalResourceImporter);  // imports graphics memory and semaphores
ORT_RUNTIME_CLASS(Ep);                        // an EP in a session; onnxruntime_ep_c_api.h
ORT_RUNTIME_CLASS(EpFactory);                 // makes EPs; onnxruntime_ep_c_api.h
ORT_RUNTIME_CLASS(EpApi);                     // onnxruntime_ep_c_api.h

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
ORT_RUNTIME_CLASS(TrainingApi);  // never provided

/** A status or, for success, null. */
#ifdef _WIN32
typedef _Return_type_success_(return == 0) OrtStatus* OrtStatusPtr;
#else
typedef OrtStatus* OrtStatusPtr;
#endif

// -------------------------------------------------------------------------------------------------
// Enumerations: values and types
// -------------------------------------------------------------------------------------------------

/**
 * Element types of tensors. Types below 8 bits are packed, the first element in the lowest bits.
 */
typedef enum ONNXTensorElementDataType {
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED = 0,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT = 1,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 = 2,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 = 3,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 = 4,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 = 5,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 = 6,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 = 7,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING = 8, /**< UTF-8 text */
  ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL = 9,   /**< one byte, 0 or 1 */
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 = 10,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE = 11,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 = 12,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 = 13,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64 = 14,  /**< two floats */
  ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX128 = 15, /**< two doubles */
  ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 = 16,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E4M3FN = 17,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E4M3FNUZ = 18,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E5M2 = 19,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E5M2FNUZ = 20,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT4 = 21,      /**< two in a byte */
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT4 = 22,       /**< two in a byte */
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT4E2M1 = 23, /**< two in a byte */
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT2 = 24,      /**< four in a byte */
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT2 = 25,       /**< four in a byte */
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E8M0 = 26
} ONNXTensorElementDataType;

/** Kinds of values. */
typedef enum ONNXType {
  ONNX_TYPE_UNKNOWN = 0,
  ONNX_TYPE_TENSOR = 1,
  ONNX_TYPE_SEQUENCE = 2,
  ONNX_TYPE_MAP = 3,
  ONNX_TYPE_OPAQUE = 4,
  ONNX_TYPE_SPARSETENSOR = 5,
  ONNX_TYPE_OPTIONAL = 6
} ONNXType;

/** Formats of sparse tensors. */
typedef enum OrtSparseFormat {
  ORT_SPARSE_UNDEFINED = 0,   /**< not filled yet */
  ORT_SPARSE_COO = 1,         /**< coordinates */
  ORT_SPARSE_CSRC = 2,        /**< compressed rows */
  ORT_SPARSE_BLOCK_SPARSE = 4 /**< blocks */
} OrtSparseFormat;

/** Which indices of a sparse tensor. */
typedef enum OrtSparseIndicesFormat {
  ORT_SPARSE_COO_INDICES = 0,
  ORT_SPARSE_CSR_INNER_INDICES = 1,
  ORT_SPARSE_CSR_OUTER_INDICES = 2,
  ORT_SPARSE_BLOCK_SPARSE_INDICES = 3
} OrtSparseIndicesFormat;

/** Types of attributes. */
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

/** Severities of log lines, ascending. */
typedef enum OrtLoggingLevel {
  ORT_LOGGING_LEVEL_VERBOSE = 0,
  ORT_LOGGING_LEVEL_INFO = 1,
  ORT_LOGGING_LEVEL_WARNING = 2,
  ORT_LOGGING_LEVEL_ERROR = 3,
  ORT_LOGGING_LEVEL_FATAL = 4
} OrtLoggingLevel;

/** How far the graph may be changed; each level includes those before. */
typedef enum GraphOptimizationLevel {
  ORT_DISABLE_ALL = 0,     /**< none */
  ORT_ENABLE_BASIC = 1,    /**< what keeps standard operators: folding, removing */
  ORT_ENABLE_EXTENDED = 2, /**< fusions into operators of the runtime's own */
  ORT_ENABLE_LAYOUT = 3,   /**< layouts that suit the processor */
  ORT_ENABLE_ALL = 99      /**< everything */
} GraphOptimizationLevel;

/** How nodes follow one another. */
typedef enum ExecutionMode {
  ORT_SEQUENTIAL = 0, /**< one at a time */
  ORT_PARALLEL = 1    /**< independent nodes side by side */
} ExecutionMode;

/** Which language binding the program uses. */
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

/** Kinds of allocators. */
typedef enum OrtAllocatorType {
  OrtInvalidAllocator = -1, /**< none */
  OrtDeviceAllocator = 0,   /**< asks the device each time */
  OrtArenaAllocator = 1,    /**< keeps freed memory for reuse */
  OrtReadOnlyAllocator = 2  /**< for weights, which are written once */
} OrtAllocatorType;

/** Where a kernel wants an input or puts an output. */
typedef enum OrtMemType {
  OrtMemTypeCPUInput = -2,             /**< any CPU memory */
  OrtMemTypeCPUOutput = -1,            /**< CPU memory that the EP can reach */
  OrtMemTypeCPU = OrtMemTypeCPUOutput, /**< another name for CPUOutput */
  OrtMemTypeDefault = 0                /**< the EP's own memory */
} OrtMemType;

/** Kinds of a device's memory. */
typedef enum OrtDeviceMemoryType {
  OrtDeviceMemoryType_DEFAULT = 0,        /**< the device's own */
  OrtDeviceMemoryType_HOST_ACCESSIBLE = 5 /**< host and device both reach it */
} OrtDeviceMemoryType;

/** Kinds of devices that have memory. */
typedef enum OrtMemoryInfoDeviceType {
  OrtMemoryInfoDeviceType_CPU = 0,
  OrtMemoryInfoDeviceType_GPU = 1,
  OrtMemoryInfoDeviceType_FPGA = 2,
  OrtMemoryInfoDeviceType_NPU = 3
} OrtMemoryInfoDeviceType;

/** Kinds of processors. */
typedef enum OrtHardwareDeviceType {
  OrtHardwareDeviceType_CPU = 0,
  OrtHardwareDeviceType_GPU = 1,
  OrtHardwareDeviceType_NPU = 2
} OrtHardwareDeviceType;

/** How sessions choose EPs by themselves. */
typedef enum OrtExecutionProviderDevicePolicy {
  OrtExecutionProviderDevicePolicy_DEFAULT = 0, /**< the library's choice */
  OrtExecutionProviderDevicePolicy_PREFER_CPU = 1,
  OrtExecutionProviderDevicePolicy_PREFER_NPU = 2,
  OrtExecutionProviderDevicePolicy_PREFER_GPU = 3,
  OrtExecutionProviderDevicePolicy_MAX_PERFORMANCE = 4,  /**< the fastest */
  OrtExecutionProviderDevicePolicy_MAX_EFFICIENCY = 5,   /**< the most work for the energy */
  OrtExecutionProviderDevicePolicy_MIN_OVERALL_POWER = 6 /**< the least power */
} OrtExecutionProviderDevicePolicy;

/** Bits that say why an EP cannot use a device. */
typedef enum OrtDeviceEpIncompatibilityReason {
  OrtDeviceEpIncompatibility_NONE = 0,
  OrtDeviceEpIncompatibility_DRIVER_INCOMPATIBLE = 1,
  OrtDeviceEpIncompatibility_DEVICE_INCOMPATIBLE = 2,
  OrtDeviceEpIncompatibility_MISSING_DEPENDENCY = 4,
  OrtDeviceEpIncompatibility_UNKNOWN = -2147483647 - 1
} OrtDeviceEpIncompatibilityReason;

/** How a compiled model suits devices. */
typedef enum OrtCompiledModelCompatibility {
  /** the EP does not say */
  OrtCompiledModelCompatibility_EP_NOT_APPLICABLE = 0,
  /** runs at its best */
  OrtCompiledModelCompatibility_EP_SUPPORTED_OPTIMAL = 1,
  /** runs, but should be compiled anew */
  OrtCompiledModelCompatibility_EP_SUPPORTED_PREFER_RECOMPILATION = 2,
  /** must be compiled anew */
  OrtCompiledModelCompatibility_EP_UNSUPPORTED = 3
} OrtCompiledModelCompatibility;

/** How the CUDA EP chooses convolution algorithms. */
typedef enum OrtCudnnConvAlgoSearch {
  OrtCudnnConvAlgoSearchExhaustive = 0, /**< measures all */
  OrtCudnnConvAlgoSearchHeuristic = 1,  /**< estimates */
  OrtCudnnConvAlgoSearchDefault = 2     /**< takes the default */
} OrtCudnnConvAlgoSearch;

/** Kinds of handles of importable memory. Since 1.24. */
typedef enum OrtExternalMemoryHandleType {
  /** shared handle of a resource */
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_D3D12_RESOURCE = 0,
  /** shared handle of a heap */
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_D3D12_HEAP = 1,
  /** Win32 handle, as Vulkan and CUDA export it */
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_MEMORY_WIN32 = 2,
  /** file descriptor, likewise */
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_MEMORY_OPAQUE_FD = 3,
  /** address in host memory; since 1.30 */
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION = 4
} OrtExternalMemoryHandleType;

// Earlier names of two members.
#define ORT_EXTERNAL_MEMORY_HANDLE_TYPE_VK_MEMORY_WIN32 ORT_EXTERNAL_MEMORY_HANDLE_TYPE_MEMORY_WIN32
#define ORT_EXTERNAL_MEMORY_HANDLE_TYPE_VK_MEMORY_OPAQUE_FD \
  ORT_EXTERNAL_MEMORY_HANDLE_TYPE_MEMORY_OPAQUE_FD

/** Kinds of handles of importable semaphores. Since 1.24. */
typedef enum OrtExternalSemaphoreType {
  ORT_EXTERNAL_SEMAPHORE_D3D12_FENCE = 0,                    /**< shared handle of a fence */
  ORT_EXTERNAL_SEMAPHORE_VK_TIMELINE_SEMAPHORE_WIN32 = 1,    /**< Win32 handle */
  ORT_EXTERNAL_SEMAPHORE_VK_TIMELINE_SEMAPHORE_OPAQUE_FD = 2 /**< file descriptor */
} OrtExternalSemaphoreType;

/** Graphics APIs. Since 1.25. */
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
  /** The ORT_API_VERSION the struct was filled for. */
  uint32_t version;

  /** Allocates at least `size` bytes, aligned for the device. Null if there is no memory. */
  void*(ORT_API_CALL* Alloc)(_In_ struct OrtAllocator* this_, size_t size);

  /** Frees what Alloc, Reserve or AllocOnStream gave; null is allowed. */
  void(ORT_API_CALL* Free)(_In_ struct OrtAllocator* this_, _In_opt_ void* p);

  /** Which memory this is; a view that lives as long as the allocator. */
  const OrtMemoryInfo*(ORT_API_CALL* Info)(_In_ const struct OrtAllocator* this_);

  /**
   * As Alloc, for memory that is kept long, such as weights; an arena takes it from outside its
   * chunks. Optional: null means Alloc. Since 1.18.
   */
  void*(ORT_API_CALL* Reserve)(_In_ struct OrtAllocator* this_, size_t size);

  /**
   * Figures such as "Limit", "InUse", "MaxInUse", "NumAllocs"; the caller releases them. Optional.
   * Since 1.23.
   */
  ORT_API2_STATUS(GetStats, _In_ const struct OrtAllocator* this_, _Outptr_ OrtKeyValuePairs** out);

  /**
   * As Alloc, for use on a stream: the memory may be reused once that stream's work is done.
   * Optional: null means Alloc. Since 1.23.
   */
  void*(ORT_API_CALL* AllocOnStream)(_In_ struct OrtAllocator* this_, size_t size,
                                     _Inout_opt_ OrtSyncStream* stream);

  /** Gives unused memory back to the device. Optional. Since 1.25. */
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
typedef OrtStatus*(ORT_API_CALL* OrtReadNamedBufferFunc)(_In_opt_ void* state,
                                                         _In_ const char* name,
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

  /** The GPU; 0 by default. */
  int device_id;

  /** How to choose convolution algorithms; exhaustively by default. */
  OrtCudnnConvAlgoSearch cudnn_conv_algo_search;

  /** The most bytes its arena takes; SIZE_MAX by default. */
  size_t gpu_mem_limit;

  /** How the arena grows: 0 by powers of two (default), 1 by what is asked for. */
  int arena_extend_strategy;

  /** Not 0 copies on the compute stream (default). */
  int do_copy_in_default_stream;

  /** Not 0 uses the next member. */
  int has_user_compute_stream;

  /** A cudaStream_t of the caller's. */
  void* user_compute_stream;

  /** Settings of the arena, or null; they replace the limit and strategy above. */
  OrtArenaCfg* default_memory_arena_cfg;

  /** Not 0 uses kernels that can be tuned. */
  int tunable_op_enable;

  /** Not 0 tunes them while the model runs. */
  int tunable_op_tuning_enable;

  /** The most time for tuning one operator; 0 means no limit. */
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

  /** The GPU; 0 by default. */
  int device_id;

  /** Not 0 searches convolution algorithms exhaustively. */
  int miopen_conv_exhaustive_search;

  /** The most bytes its arena takes; SIZE_MAX by default. */
  size_t gpu_mem_limit;

  /** How the arena grows: 0 by powers of two (default), 1 by what is asked for. */
  int arena_extend_strategy;

  /** Not 0 copies on the compute stream (default). */
  int do_copy_in_default_stream;

  /** Not 0 uses the next member. */
  int has_user_compute_stream;

  /** A hipStream_t of the caller's. */
  void* user_compute_stream;

  /** Settings of the arena, or null; they replace the limit and strategy above. */
  OrtArenaCfg* default_memory_arena_cfg;

  /** Not 0 captures runs as HIP graphs. */
  int enable_hip_graph;

  /** Not 0 uses kernels that can be tuned. */
  int tunable_op_enable;

  /** Not 0 tunes them while the model runs. */
  int tunable_op_tuning_enable;

  /** The most time for tuning one operator; 0 means no limit. */
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

  /** The device, such as "CPU" or "GPU.0"; null for the default. */
  const char* device_type;

  /** Not 0 compiles faster for NPUs. */
  unsigned char enable_npu_fast_compile;

  /** One of several equal devices; null for the first. */
  const char* device_id;

  /** How many threads; 0 for the default. */
  size_t num_of_threads;

  /** Where compiled models are kept; null for nowhere. */
  const char* cache_dir;

  /** An OpenCL context of the caller's, or null. */
  void* context;

  /** Not 0 throttles the OpenCL queue. */
  unsigned char enable_opencl_throttling;

  /** Not 0 takes models with dynamic shapes. */
  unsigned char enable_dynamic_shapes;
} OrtOpenVINOProviderOptions;

/** For SessionOptionsAppendExecutionProvider_TensorRT. */
typedef struct OrtTensorRTProviderOptions {
  /** The GPU. */
  int device_id;

  /** Not 0 uses the next member. */
  int has_user_compute_stream;

  /** A cudaStream_t of the caller's. */
  void* user_compute_stream;

  /** How often to try to split the graph. */
  int trt_max_partition_iterations;

  /** The fewest nodes that are worth a subgraph. */
  int trt_min_subgraph_size;

  /** The most bytes of work space. */
  size_t trt_max_workspace_size;

  /** Not 0 allows 16-bit float. */
  int trt_fp16_enable;

  /** Not 0 allows 8-bit integer. */
  int trt_int8_enable;

  /** The calibration table, or null. */
  const char* trt_int8_calibration_table_name;

  /** Not 0 if that table is TensorRT's own form. */
  int trt_int8_use_native_calibration_table;

  /** Not 0 uses deep-learning accelerators. */
  int trt_dla_enable;

  /** Which of them. */
  int trt_dla_core;

  /** Not 0 writes subgraphs to files. */
  int trt_dump_subgraphs;

  /** Not 0 keeps engines in files. */
  int trt_engine_cache_enable;

  /** The folder for them, or null. */
  const char* trt_engine_cache_path;

  /** Not 0 decrypts them. */
  int trt_engine_decryption_enable;

  /** The library that does so, or null. */
  const char* trt_engine_decryption_lib_path;

  /** Not 0 builds engines one at a time. */
  int trt_force_sequential_engine_build;
} OrtTensorRTProviderOptions;

/** For SessionOptionsAppendExecutionProvider_MIGraphX. */
typedef struct OrtMIGraphXProviderOptions {
  /** The GPU. */
  int device_id;

  /** Not 0 allows 16-bit float. */
  int migraphx_fp16_enable;

  /** Not 0 allows 8-bit float. */
  int migraphx_fp8_enable;

  /** Not 0 allows 8-bit integer. */
  int migraphx_int8_enable;

  /** Not 0 if the table below is MIGraphX's own form. */
  int migraphx_use_native_calibration_table;

  /** The calibration table, or null. */
  const char* migraphx_int8_calibration_table_name;

  /** Not 0 keeps the compiled model. */
  int migraphx_save_compiled_model;

  /** Where to, or null. */
  const char* migraphx_save_model_path;

  /** Not 0 loads a compiled model. */
  int migraphx_load_compiled_model;

  /** Where from, or null. */
  const char* migraphx_load_model_path;

  /** Searches kernels exhaustively. */
  bool migraphx_exhaustive_tune;

  /** The most bytes its arena takes. */
  size_t migraphx_mem_limit;

  /** How the arena grows, as for CUDA. */
  int migraphx_arena_extend_strategy;
} OrtMIGraphXProviderOptions;

// -------------------------------------------------------------------------------------------------
// Plain structs with a version field
//
// Set `version` to ORT_API_VERSION; the runtime reads no member that is newer than that.
// -------------------------------------------------------------------------------------------------

/** Everything an environment can be created with; for CreateEnvWithOptions. Since 1.24. */
typedef struct OrtEnvCreationOptions {
  /** ORT_API_VERSION. */
  uint32_t version;

  /** An OrtLoggingLevel. */
  int32_t logging_severity_level;

  /** Names the environment in log lines. */
  const char* log_id;

  /** Where log lines go; null for stderr. */
  OrtLoggingFunction custom_logging_function;

  /** What that function gets; may be null. */
  void* custom_logging_param;

  /** Settings of thread pools that sessions share; null for none. */
  const OrtThreadingOptions* threading_options;

  /** Keys of onnxruntime_env_config_keys.h and of EPs; may be null. Copied. */
  const OrtKeyValuePairs* config_entries;
} OrtEnvCreationOptions;

/**
 * Callbacks around the work of a session's own thread pools, for SetPerSessionThreadPoolCallbacks.
 * Since 1.25.
 */
typedef struct OrtThreadPoolCallbacksConfig {
  /** ORT_API_VERSION. */
  uint32_t version;

  /** Called when work is enqueued; may be null. */
  OrtThreadPoolWorkEnqueueFn on_enqueue;

  /** Called before work runs; may be null. */
  OrtThreadPoolWorkStartFn on_start_work;

  /** Called after work ran; may be null. */
  OrtThreadPoolWorkStopFn on_stop_work;

  /** Called for work that will not run; may be null. */
  OrtThreadPoolWorkAbandonFn on_abandon;

  /** Handed to each of them. */
  void* user_context;
} OrtThreadPoolCallbacksConfig;

/** Memory of a graphics API or of the host, to be imported. Since 1.24. */
typedef struct OrtExternalMemoryDescriptor {
  /** ORT_API_VERSION. */
  uint32_t version;

  /** What kind of handle it is. */
  OrtExternalMemoryHandleType handle_type;

  /** The handle; a file descriptor is cast to a pointer, host memory is its address. */
  void* native_handle;

  /** The bytes of the memory. */
  size_t size_bytes;

  /** Where in it the import begins. */
  size_t offset_bytes;
} OrtExternalMemoryDescriptor;

/** A semaphore of a graphics API, to be imported. Since 1.24. */
typedef struct OrtExternalSemaphoreDescriptor {
  /** ORT_API_VERSION. */
  uint32_t version;

  /** What kind of handle it is. */
  OrtExternalSemaphoreType type;

  /** The handle; a file descriptor is cast to a pointer. */
  void* native_handle;
} OrtExternalSemaphoreDescriptor;

/** How to lay a tensor over imported memory. Since 1.24. */
typedef struct OrtExternalTensorDescriptor {
  /** ORT_API_VERSION. */
  uint32_t version;

  /** The element type. */
  ONNXTensorElementDataType element_type;

  /** The dimensions. */
  const int64_t* shape;

  /** How many dimensions. */
  size_t rank;

  /** Where in the imported memory the data begins. */
  size_t offset_bytes;
} OrtExternalTensorDescriptor;

/** How an EP device is to share a queue with a graphics API. Since 1.25. */
typedef struct OrtGraphicsInteropConfig {
  /** ORT_API_VERSION. */
  uint32_t version;

  /** Which graphics API. */
  OrtGraphicsApi graphics_api;

  /** Its queue, such as an ID3D12CommandQueue; may be null. */
  void* command_queue;

  /** More, as the EP defines; may be null. */
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
  /**
   * The table of an API version, which holds at least that version's slots; the same table for
   * every version. Null for 0 and for versions that the library does not have, with a line on
   * stderr.
   */
  const OrtApi*(ORT_API_CALL* GetApi)(uint32_t version)NO_EXCEPTION;

  /** The release of the library, such as "1.31.0"; static. */
  const char*(ORT_API_CALL* GetVersionString)(void)NO_EXCEPTION;
};

/** The one symbol that a program needs. The result lives as long as the library is loaded. */
ORT_EXPORT const OrtApiBase* ORT_API_CALL OrtGetApiBase(void) NO_EXCEPTION;

// -------------------------------------------------------------------------------------------------
// OrtApi
// -------------------------------------------------------------------------------------------------

/** The main table. Obtained from OrtApiBase::GetApi; the library's, and constant. */
struct OrtApi {
  // -----------------------------------------------------------------------------------------------
  // Status
  // -----------------------------------------------------------------------------------------------

  /** Makes an error; the message is copied. The caller releases the result. */
  OrtStatus*(ORT_API_CALL* CreateStatus)(OrtErrorCode code,
                                         _In_ const char* msg)NO_EXCEPTION ORT_ALL_ARGS_NONNULL;

  /** The code of a status; never ORT_OK, because success is a null status. */
  OrtErrorCode(ORT_API_CALL* GetErrorCode)(_In_ const OrtStatus* status)
      NO_EXCEPTION ORT_ALL_ARGS_NONNULL;

  /** The message of a status; a view that lives as long as the status. */
  const char*(ORT_API_CALL* GetErrorMessage)(_In_ const OrtStatus* status)
      NO_EXCEPTION ORT_ALL_ARGS_NONNULL;

  // -----------------------------------------------------------------------------------------------
  // Environment and telemetry
  // -----------------------------------------------------------------------------------------------

  /**
   * Creates the environment, or takes another reference to the one that exists: a process has one,
   * and the first caller's settings hold. `logid` names it in log lines. Every success needs a
   * ReleaseEnv.
   */
  ORT_API2_STATUS(CreateEnv, OrtLoggingLevel log_severity_level, _In_ const char* logid,
                  _Outptr_ OrtEnv** out);

  /**
   * As CreateEnv, and sends log lines to a function instead of stderr. The function and its
   * parameter must outlive the environment.
   */
  ORT_API2_STATUS(CreateEnvWithCustomLogger, OrtLoggingFunction logging_function,
                  _In_opt_ void* logger_param, OrtLoggingLevel log_severity_level,
                  _In_ const char* logid, _Outptr_ OrtEnv** out);

  /** Turns on platform telemetry. Backplane sends none; succeeds and does nothing. */
  ORT_API2_STATUS(EnableTelemetryEvents, _In_ const OrtEnv* env);

  /** Turns platform telemetry off again. */
  ORT_API2_STATUS(DisableTelemetryEvents, _In_ const OrtEnv* env);

  // -----------------------------------------------------------------------------------------------
  // Sessions: load and run
  // -----------------------------------------------------------------------------------------------

  /**
   * Loads a model file and prepares it to run. Null options stand for the defaults. The session
   * keeps the environment alive. Errors: ORT_NO_SUCHFILE, ORT_INVALID_PROTOBUF, ORT_INVALID_GRAPH,
   * ORT_NOT_IMPLEMENTED, ORT_FAIL.
   */
  ORT_API2_STATUS(CreateSession, _In_ const OrtEnv* env, _In_ const ORTCHAR_T* model_path,
                  _In_opt_ const OrtSessionOptions* options, _Outptr_ OrtSession** out);

  /**
   * As CreateSession, from the bytes of a model, which the caller may free afterwards (but see
   * session.use_ort_model_bytes_directly). External data is looked for in the working directory or
   * where session.model_external_initializers_file_folder_path says.
   */
  ORT_API2_STATUS(CreateSessionFromArray, _In_ const OrtEnv* env,
                  _In_reads_(model_data_length) const void* model_data, size_t model_data_length,
                  _In_opt_ const OrtSessionOptions* options, _Outptr_ OrtSession** out);

  /**
   * Runs the model. Each `outputs[i]` is either null, and then becomes a new value that the caller
   * releases, or a value of the right type and shape, which is written in place. Inputs that are
   * optional or have initializers may be left out. Safe to call from several threads on one
   * session. `run_options` may be null.
   */
  ORT_API2_STATUS(Run, _Inout_ OrtSession* session, _In_opt_ const OrtRunOptions* run_options,
                  _In_reads_(input_len) const char* const* input_names,
                  _In_reads_(input_len) const OrtValue* const* inputs, size_t input_len,
                  _In_reads_(output_names_len) const char* const* output_names,
                  size_t output_names_len, _Inout_updates_(output_names_len) OrtValue** outputs);

  // -----------------------------------------------------------------------------------------------
  // Session options
  // -----------------------------------------------------------------------------------------------

  /** Makes options with the default settings. */
  ORT_API2_STATUS(CreateSessionOptions, _Outptr_ OrtSessionOptions** options);

  /** Has the session write the optimized model to this file when it is created. */
  ORT_API2_STATUS(SetOptimizedModelFilePath, _Inout_ OrtSessionOptions* options,
                  _In_ const ORTCHAR_T* optimized_model_filepath);

  /** Makes an independent copy of options. */
  ORT_API2_STATUS(CloneSessionOptions, _In_ const OrtSessionOptions* in_options,
                  _Outptr_ OrtSessionOptions** out_options);

  /** Runs nodes one after the other (default) or independent ones at the same time. */
  ORT_API2_STATUS(SetSessionExecutionMode, _Inout_ OrtSessionOptions* options,
                  ExecutionMode execution_mode);

  /**
   * Records a profile of the session into a file whose name is this prefix, a time stamp and
   * ".json".
   */
  ORT_API2_STATUS(EnableProfiling, _Inout_ OrtSessionOptions* options,
                  _In_ const ORTCHAR_T* profile_file_prefix);

  /** Undoes EnableProfiling. */
  ORT_API2_STATUS(DisableProfiling, _Inout_ OrtSessionOptions* options);

  /** Lets the session plan memory ahead for input shapes that it has seen. On by default. */
  ORT_API2_STATUS(EnableMemPattern, _Inout_ OrtSessionOptions* options);

  /** Undoes EnableMemPattern. */
  ORT_API2_STATUS(DisableMemPattern, _Inout_ OrtSessionOptions* options);

  /** Takes CPU memory from an arena that keeps freed blocks. On by default. */
  ORT_API2_STATUS(EnableCpuMemArena, _Inout_ OrtSessionOptions* options);

  /** Takes CPU memory from the system each time. */
  ORT_API2_STATUS(DisableCpuMemArena, _Inout_ OrtSessionOptions* options);

  /** Names the session in log lines. */
  ORT_API2_STATUS(SetSessionLogId, _Inout_ OrtSessionOptions* options, _In_ const char* logid);

  /** Chooses how much verbose lines say; only has effect where the severity is verbose. */
  ORT_API2_STATUS(SetSessionLogVerbosityLevel, _Inout_ OrtSessionOptions* options,
                  int session_log_verbosity_level);

  /** Logs lines of this OrtLoggingLevel and above; -1 takes the environment's level. */
  ORT_API2_STATUS(SetSessionLogSeverityLevel, _Inout_ OrtSessionOptions* options,
                  int session_log_severity_level);

  /** Chooses which optimizations may change the graph; ORT_ENABLE_ALL by default. */
  ORT_API2_STATUS(SetSessionGraphOptimizationLevel, _Inout_ OrtSessionOptions* options,
                  GraphOptimizationLevel graph_optimization_level);

  /**
   * Sets how many threads one operator may use, the calling one included; 0 means one for each
   * core.
   */
  ORT_API2_STATUS(SetIntraOpNumThreads, _Inout_ OrtSessionOptions* options,
                  int intra_op_num_threads);

  /**
   * Sets how many threads run nodes side by side in ORT_PARALLEL mode; 0 means one for each core.
   */
  ORT_API2_STATUS(SetInterOpNumThreads, _Inout_ OrtSessionOptions* options,
                  int inter_op_num_threads);

  // -----------------------------------------------------------------------------------------------
  // Custom operator domains
  // -----------------------------------------------------------------------------------------------

  /** Makes an empty operator domain. It must outlive all sessions whose options it is added to. */
  ORT_API2_STATUS(CreateCustomOpDomain, _In_ const char* domain, _Outptr_ OrtCustomOpDomain** out);

  /** Adds an operator to a domain. The operator is not copied and must outlive the domain. */
  ORT_API2_STATUS(CustomOpDomain_Add, _Inout_ OrtCustomOpDomain* custom_op_domain,
                  _In_ const OrtCustomOp* op);

  /**
   * Makes a domain's operators known to sessions with these options. The domain stays the caller's.
   */
  ORT_API2_STATUS(AddCustomOpDomain, _Inout_ OrtSessionOptions* options,
                  _Inout_ OrtCustomOpDomain* custom_op_domain);

  /**
   * Loads a library and calls its RegisterCustomOps. The caller closes `library_handle` with the
   * system's means once the sessions are gone. RegisterCustomOpsLibrary_V2 spares that.
   */
  ORT_API2_STATUS(RegisterCustomOpsLibrary, _Inout_ OrtSessionOptions* options,
                  _In_ const char* library_path, _Outptr_ void** library_handle);

  // -----------------------------------------------------------------------------------------------
  // Sessions: inputs and outputs of the model
  // -----------------------------------------------------------------------------------------------

  /** The number of inputs the model asks for; initializers with a default are not counted. */
  ORT_API2_STATUS(SessionGetInputCount, _In_ const OrtSession* session, _Out_ size_t* out);

  /** The number of outputs. */
  ORT_API2_STATUS(SessionGetOutputCount, _In_ const OrtSession* session, _Out_ size_t* out);

  /** The number of initializers that a run may override with an input. */
  ORT_API2_STATUS(SessionGetOverridableInitializerCount, _In_ const OrtSession* session,
                  _Out_ size_t* out);

  /** The type of an input; the caller releases it. */
  ORT_API2_STATUS(SessionGetInputTypeInfo, _In_ const OrtSession* session, size_t index,
                  _Outptr_ OrtTypeInfo** type_info);

  /** The type of an output; the caller releases it. */
  ORT_API2_STATUS(SessionGetOutputTypeInfo, _In_ const OrtSession* session, size_t index,
                  _Outptr_ OrtTypeInfo** type_info);

  /** The type of an overridable initializer; the caller releases it. */
  ORT_API2_STATUS(SessionGetOverridableInitializerTypeInfo, _In_ const OrtSession* session,
                  size_t index, _Outptr_ OrtTypeInfo** type_info);

  /** The name of an input, allocated with `allocator`. */
  ORT_API2_STATUS(SessionGetInputName, _In_ const OrtSession* session, size_t index,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** The name of an output, allocated with `allocator`. */
  ORT_API2_STATUS(SessionGetOutputName, _In_ const OrtSession* session, size_t index,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** The name of an overridable initializer, allocated with `allocator`. */
  ORT_API2_STATUS(SessionGetOverridableInitializerName, _In_ const OrtSession* session,
                  size_t index, _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  // -----------------------------------------------------------------------------------------------
  // Run options
  // -----------------------------------------------------------------------------------------------

  /** Makes run options with the default settings. */
  ORT_API2_STATUS(CreateRunOptions, _Outptr_ OrtRunOptions** out);

  /** Chooses how much verbose lines of a run say. */
  ORT_API2_STATUS(RunOptionsSetRunLogVerbosityLevel, _Inout_ OrtRunOptions* options,
                  int log_verbosity_level);

  /** Logs lines of this OrtLoggingLevel and above during a run. */
  ORT_API2_STATUS(RunOptionsSetRunLogSeverityLevel, _Inout_ OrtRunOptions* options,
                  int log_severity_level);

  /** Names a run in log lines and profiles. */
  ORT_API2_STATUS(RunOptionsSetRunTag, _Inout_ OrtRunOptions* options, _In_ const char* run_tag);

  /** The verbosity set before; 0 by default. */
  ORT_API2_STATUS(RunOptionsGetRunLogVerbosityLevel, _In_ const OrtRunOptions* options,
                  _Out_ int* log_verbosity_level);

  /** The severity set before; by default -1, the session's. */
  ORT_API2_STATUS(RunOptionsGetRunLogSeverityLevel, _In_ const OrtRunOptions* options,
                  _Out_ int* log_severity_level);

  /** The tag set before; a view that the options own. */
  ORT_API2_STATUS(RunOptionsGetRunTag, _In_ const OrtRunOptions* options,
                  _Outptr_ const char** run_tag);

  /**
   * Asks all runs that use these options to stop soon; they fail. May be called from any thread.
   */
  ORT_API2_STATUS(RunOptionsSetTerminate, _Inout_ OrtRunOptions* options);

  /** Makes options usable again after RunOptionsSetTerminate. */
  ORT_API2_STATUS(RunOptionsUnsetTerminate, _Inout_ OrtRunOptions* options);

  // -----------------------------------------------------------------------------------------------
  // Tensors
  // -----------------------------------------------------------------------------------------------

  /**
   * Makes a tensor with memory from `allocator`, which must outlive it. Strings start out empty;
   * other data is not initialized.
   */
  ORT_API2_STATUS(CreateTensorAsOrtValue, _Inout_ OrtAllocator* allocator,
                  _In_reads_(shape_len) const int64_t* shape, size_t shape_len,
                  ONNXTensorElementDataType type, _Outptr_ OrtValue** out);

  /**
   * Makes a tensor over the caller's memory, which must outlive it; `p_data_len` is in bytes and
   * must be enough for the shape. Not for strings.
   */
  ORT_API2_STATUS(CreateTensorWithDataAsOrtValue, _In_ const OrtMemoryInfo* info, _In_ void* p_data,
                  size_t p_data_len, _In_reads_(shape_len) const int64_t* shape, size_t shape_len,
                  ONNXTensorElementDataType type, _Outptr_ OrtValue** out);

  /** Sets `out` to 1 for a dense tensor, else to 0. */
  ORT_API2_STATUS(IsTensor, _In_ const OrtValue* value, _Out_ int* out);

  /**
   * The tensor's data; a view that the value owns. For a string tensor use the string functions.
   */
  ORT_API2_STATUS(GetTensorMutableData, _Inout_ OrtValue* value, _Outptr_ void** out);

  /**
   * Copies null-terminated strings into a string tensor; `s_len` must be its number of elements.
   */
  ORT_API2_STATUS(FillStringTensor, _Inout_ OrtValue* value, _In_reads_(s_len) const char* const* s,
                  size_t s_len);

  /** The bytes of all strings together, without terminators. */
  ORT_API2_STATUS(GetStringTensorDataLength, _In_ const OrtValue* value, _Out_ size_t* len);

  /**
   * Copies all strings, one right after the other and without terminators, to `s`, and the offset
   * of each to `offsets`. `s_len` is the length that GetStringTensorDataLength gives.
   */
  ORT_API2_STATUS(GetStringTensorContent, _In_ const OrtValue* value,
                  _Out_writes_bytes_all_(s_len) void* s, size_t s_len,
                  _Out_writes_(offsets_len) size_t* offsets, size_t offsets_len);

  // -----------------------------------------------------------------------------------------------
  // Types and shapes
  // -----------------------------------------------------------------------------------------------

  /** The tensor part of a type, a view; null if the type is not a tensor. */
  ORT_API2_STATUS(CastTypeInfoToTensorInfo, _In_ const OrtTypeInfo* type_info,
                  _Outptr_result_maybenull_ const OrtTensorTypeAndShapeInfo** out);

  /** Which kind of value a type describes. */
  ORT_API2_STATUS(GetOnnxTypeFromTypeInfo, _In_ const OrtTypeInfo* type_info, _Out_ ONNXType* out);

  /** Makes an empty description of a tensor. */
  ORT_API2_STATUS(CreateTensorTypeAndShapeInfo, _Outptr_ OrtTensorTypeAndShapeInfo** out);

  /** Sets the element type. */
  ORT_API2_STATUS(SetTensorElementType, _Inout_ OrtTensorTypeAndShapeInfo* info,
                  ONNXTensorElementDataType type);

  /** Sets the shape; -1 stands for an unknown dimension. */
  ORT_API2_STATUS(SetDimensions, _Inout_ OrtTensorTypeAndShapeInfo* info,
                  _In_reads_(dim_count) const int64_t* dim_values, size_t dim_count);

  /** The element type. */
  ORT_API2_STATUS(GetTensorElementType, _In_ const OrtTensorTypeAndShapeInfo* info,
                  _Out_ ONNXTensorElementDataType* out);

  /** The rank; 0 also if there is no shape (see TensorTypeAndShape_HasShape). */
  ORT_API2_STATUS(GetDimensionsCount, _In_ const OrtTensorTypeAndShapeInfo* info,
                  _Out_ size_t* out);

  /** Copies the first `dim_values_length` dimensions; unknown ones are -1. */
  ORT_API2_STATUS(GetDimensions, _In_ const OrtTensorTypeAndShapeInfo* info,
                  _Out_writes_(dim_values_length) int64_t* dim_values, size_t dim_values_length);

  /**
   * Gives the names of the first dimensions; empty where a dimension has none. Views that the
   * description owns.
   */
  ORT_API2_STATUS(GetSymbolicDimensions, _In_ const OrtTensorTypeAndShapeInfo* info,
                  _Out_writes_(dim_params_length) const char* dim_params[],
                  size_t dim_params_length);

  /**
   * The number of elements: the product of the dimensions, 1 for a scalar. Fails where a dimension
   * is negative.
   */
  ORT_API2_STATUS(GetTensorShapeElementCount, _In_ const OrtTensorTypeAndShapeInfo* info,
                  _Out_ size_t* out);

  /** Element type and shape of a dense or sparse tensor; the caller releases it. */
  ORT_API2_STATUS(GetTensorTypeAndShape, _In_ const OrtValue* value,
                  _Outptr_ OrtTensorTypeAndShapeInfo** out);

  /** The type of any value; the caller releases it. Null for an optional that is empty. */
  ORT_API2_STATUS(GetTypeInfo, _In_ const OrtValue* value, _Outptr_ OrtTypeInfo** out);

  /** Which kind of value this is; ONNX_TYPE_UNKNOWN if it holds none. */
  ORT_API2_STATUS(GetValueType, _In_ const OrtValue* value, _Out_ ONNXType* out);

  // -----------------------------------------------------------------------------------------------
  // Memory and allocators
  // -----------------------------------------------------------------------------------------------

  /**
   * Names memory by an allocator name that the library knows, such as "Cpu", and device number. For
   * other names and more detail there is CreateMemoryInfo_V2.
   */
  ORT_API2_STATUS(CreateMemoryInfo, _In_ const char* name, OrtAllocatorType type, int id,
                  OrtMemType mem_type, _Outptr_ OrtMemoryInfo** out);

  /** Names the memory of the CPU. */
  ORT_API2_STATUS(CreateCpuMemoryInfo, OrtAllocatorType type, OrtMemType mem_type,
                  _Outptr_ OrtMemoryInfo** out);

  /** Sets `out` to 0 if both name the same memory, else to -1. */
  ORT_API2_STATUS(CompareMemoryInfo, _In_ const OrtMemoryInfo* info1,
                  _In_ const OrtMemoryInfo* info2, _Out_ int* out);

  /** The allocator name; a view. */
  ORT_API2_STATUS(MemoryInfoGetName, _In_ const OrtMemoryInfo* ptr, _Outptr_ const char** out);

  /** The device number. */
  ORT_API2_STATUS(MemoryInfoGetId, _In_ const OrtMemoryInfo* ptr, _Out_ int* out);

  /** How the memory is used. */
  ORT_API2_STATUS(MemoryInfoGetMemType, _In_ const OrtMemoryInfo* ptr, _Out_ OrtMemType* out);

  /** The kind of allocator. */
  ORT_API2_STATUS(MemoryInfoGetType, _In_ const OrtMemoryInfo* ptr, _Out_ OrtAllocatorType* out);

  /** Allocates at least `size` bytes. Memory goes back with AllocatorFree of the same allocator. */
  ORT_API2_STATUS(AllocatorAlloc, _Inout_ OrtAllocator* ort_allocator, size_t size,
                  _Outptr_ void** out);

  /** Frees memory of this allocator; null is allowed. */
  ORT_API2_STATUS(AllocatorFree, _Inout_ OrtAllocator* ort_allocator, _In_opt_ void* p);

  /** Which memory an allocator hands out; a view that the allocator owns. */
  ORT_API2_STATUS(AllocatorGetInfo, _In_ const OrtAllocator* ort_allocator,
                  _Outptr_ const OrtMemoryInfo** out);

  /**
   * The default CPU allocator. It belongs to the library: always the same one, not to be released.
   */
  ORT_API2_STATUS(GetAllocatorWithDefaultOptions, _Outptr_ OrtAllocator** out);

  // -----------------------------------------------------------------------------------------------
  // Fixed dimensions
  // -----------------------------------------------------------------------------------------------

  /** Fixes every dimension that has this denotation to a value. */
  ORT_API2_STATUS(AddFreeDimensionOverride, _Inout_ OrtSessionOptions* options,
                  _In_ const char* dim_denotation, int64_t dim_value);

  // -----------------------------------------------------------------------------------------------
  // Sequences, maps and opaque values
  // -----------------------------------------------------------------------------------------------

  /**
   * Takes a part of a value: element `index` of a sequence, or of a map the keys (0) or the values
   * (1), or what an optional holds (0). The caller releases the result. The allocator gives the
   * memory where a copy is needed.
   */
  ORT_API2_STATUS(GetValue, _In_ const OrtValue* value, int index, _Inout_ OrtAllocator* allocator,
                  _Outptr_ OrtValue** out);

  /** The number of elements of a sequence; 2 for a map. */
  ORT_API2_STATUS(GetValueCount, _In_ const OrtValue* value, _Out_ size_t* out);

  /**
   * Makes a sequence of the values, or a map of two tensors: keys, then values. The values are
   * shared, and the caller still releases its own.
   */
  ORT_API2_STATUS(CreateValue, _In_reads_(num_values) const OrtValue* const* in, size_t num_values,
                  ONNXType value_type, _Outptr_ OrtValue** out);

  /** Makes a value of a registered opaque type from the caller's data. */
  ORT_API2_STATUS(CreateOpaqueValue, _In_ const char* domain_name, _In_ const char* type_name,
                  _In_reads_(data_container_size) const void* data_container,
                  size_t data_container_size, _Outptr_ OrtValue** out);

  /** Copies the data of an opaque value out. */
  ORT_API2_STATUS(GetOpaqueValue, _In_ const char* domain_name, _In_ const char* type_name,
                  _In_ const OrtValue* in,
                  _Out_writes_bytes_all_(data_container_size) void* data_container,
                  size_t data_container_size);

  // -----------------------------------------------------------------------------------------------
  // Kernels of custom operators
  // -----------------------------------------------------------------------------------------------

  /** The value of a float attribute; fails if the node has none of that name and type. */
  ORT_API2_STATUS(KernelInfoGetAttribute_float, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Out_ float* out);

  /** The value of an integer attribute. */
  ORT_API2_STATUS(KernelInfoGetAttribute_int64, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Out_ int64_t* out);

  /**
   * Copies a string attribute with its terminator. `size` is the room on entry and the bytes needed
   * on return; with a null `out` it only asks for them. Too little room is ORT_INVALID_ARGUMENT.
   */
  ORT_API2_STATUS(KernelInfoGetAttribute_string, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Out_opt_ char* out, _Inout_ size_t* size);

  /** The number of inputs of the node. */
  ORT_API2_STATUS(KernelContext_GetInputCount, _In_ const OrtKernelContext* context,
                  _Out_ size_t* out);

  /** The number of outputs of the node. */
  ORT_API2_STATUS(KernelContext_GetOutputCount, _In_ const OrtKernelContext* context,
                  _Out_ size_t* out);

  /** An input; a view that lives during the call. Null if an optional input is missing. */
  ORT_API2_STATUS(KernelContext_GetInput, _In_ const OrtKernelContext* context, size_t index,
                  _Outptr_result_maybenull_ const OrtValue** out);

  /**
   * Allocates an output of this shape. The context owns it. Null if nothing uses an optional
   * output.
   */
  ORT_API2_STATUS(KernelContext_GetOutput, _Inout_ OrtKernelContext* context, size_t index,
                  _In_reads_(dim_count) const int64_t* dim_values, size_t dim_count,
                  _Outptr_result_maybenull_ OrtValue** out);

  // -----------------------------------------------------------------------------------------------
  // Release
  // -----------------------------------------------------------------------------------------------

  /** Gives one reference to the environment back. */
  ORT_CLASS_RELEASE(Env);

  /** Frees a status. */
  ORT_CLASS_RELEASE(Status);

  /** Frees a memory info. */
  ORT_CLASS_RELEASE(MemoryInfo);

  /** Frees a session; no run may be under way. */
  ORT_CLASS_RELEASE(Session);

  /** Frees a value; memory that the caller brought stays. */
  ORT_CLASS_RELEASE(Value);

  /** Frees run options. */
  ORT_CLASS_RELEASE(RunOptions);

  /** Frees a type. */
  ORT_CLASS_RELEASE(TypeInfo);

  /** Frees a tensor description; not for views from CastTypeInfoToTensorInfo. */
  ORT_CLASS_RELEASE(TensorTypeAndShapeInfo);

  /** Frees session options; sessions made with them stay. */
  ORT_CLASS_RELEASE(SessionOptions);

  /** Frees a domain; the operators stay the caller's. */
  ORT_CLASS_RELEASE(CustomOpDomain);

  // -----------------------------------------------------------------------------------------------
  // Denotations, map and sequence types
  // -----------------------------------------------------------------------------------------------

  /** The denotation of a type and its length; a view, empty where there is none. Since 1.2. */
  ORT_API2_STATUS(GetDenotationFromTypeInfo, _In_ const OrtTypeInfo* type_info,
                  _Outptr_ const char** const denotation, _Out_ size_t* len);

  /** The map part of a type, a view; null if the type is not a map. Since 1.2. */
  ORT_API2_STATUS(CastTypeInfoToMapTypeInfo, _In_ const OrtTypeInfo* type_info,
                  _Outptr_result_maybenull_ const OrtMapTypeInfo** out);

  /** The sequence part of a type, a view; null if the type is not a sequence. Since 1.2. */
  ORT_API2_STATUS(CastTypeInfoToSequenceTypeInfo, _In_ const OrtTypeInfo* type_info,
                  _Outptr_result_maybenull_ const OrtSequenceTypeInfo** out);

  /** The type of a map's keys. Since 1.2. */
  ORT_API2_STATUS(GetMapKeyType, _In_ const OrtMapTypeInfo* map_type_info,
                  _Out_ ONNXTensorElementDataType* out);

  /** The type of a map's values; the caller releases it. Since 1.2. */
  ORT_API2_STATUS(GetMapValueType, _In_ const OrtMapTypeInfo* map_type_info,
                  _Outptr_ OrtTypeInfo** type_info);

  /** The type of a sequence's elements; the caller releases it. Since 1.2. */
  ORT_API2_STATUS(GetSequenceElementType, _In_ const OrtSequenceTypeInfo* sequence_type_info,
                  _Outptr_ OrtTypeInfo** type_info);

  /** Frees a map type; not for views from CastTypeInfoToMapTypeInfo. Since 1.2. */
  ORT_CLASS_RELEASE(MapTypeInfo);

  /** Frees a sequence type; not for views from CastTypeInfoToSequenceTypeInfo. Since 1.2. */
  ORT_CLASS_RELEASE(SequenceTypeInfo);

  // -----------------------------------------------------------------------------------------------
  // Profiling and model metadata
  // -----------------------------------------------------------------------------------------------

  /**
   * Ends profiling and gives the name of the file, allocated with `allocator`; empty if profiling
   * was off. Since 1.2.
   */
  ORT_API2_STATUS(SessionEndProfiling, _Inout_ OrtSession* session, _Inout_ OrtAllocator* allocator,
                  _Outptr_ char** out);

  /** The metadata of the model; the caller releases it. Since 1.2. */
  ORT_API2_STATUS(SessionGetModelMetadata, _In_ const OrtSession* session,
                  _Outptr_ OrtModelMetadata** out);

  /** The tool that made the model, allocated with `allocator`. Since 1.2. */
  ORT_API2_STATUS(ModelMetadataGetProducerName, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** The name of the graph, allocated with `allocator`. Since 1.2. */
  ORT_API2_STATUS(ModelMetadataGetGraphName, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** The domain of the model, allocated with `allocator`. Since 1.2. */
  ORT_API2_STATUS(ModelMetadataGetDomain, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** The model's description, allocated with `allocator`. Since 1.2. */
  ORT_API2_STATUS(ModelMetadataGetDescription, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** The text stored under a key, allocated with `allocator`; null if there is none. Since 1.2. */
  ORT_API2_STATUS(ModelMetadataLookupCustomMetadataMap, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _In_ const char* key,
                  _Outptr_result_maybenull_ char** value);

  /** The model's own version number. Since 1.2. */
  ORT_API2_STATUS(ModelMetadataGetVersion, _In_ const OrtModelMetadata* model_metadata,
                  _Out_ int64_t* value);

  /** Frees model metadata. Since 1.2. */
  ORT_CLASS_RELEASE(ModelMetadata);

  // -----------------------------------------------------------------------------------------------
  // Thread pools of the environment
  // -----------------------------------------------------------------------------------------------

  /**
   * As CreateEnv, with thread pools that all sessions with DisablePerSessionThreads share. Since
   * 1.3.
   */
  ORT_API2_STATUS(CreateEnvWithGlobalThreadPools, OrtLoggingLevel log_severity_level,
                  _In_ const char* logid, _In_ const OrtThreadingOptions* tp_options,
                  _Outptr_ OrtEnv** out);

  /**
   * Has sessions use the environment's thread pools; fails at session creation if there are none.
   * Since 1.3.
   */
  ORT_API2_STATUS(DisablePerSessionThreads, _Inout_ OrtSessionOptions* options);

  /** Makes settings for the environment's thread pools. Since 1.3. */
  ORT_API2_STATUS(CreateThreadingOptions, _Outptr_ OrtThreadingOptions** out);

  /** Frees threading options. Since 1.3. */
  ORT_CLASS_RELEASE(ThreadingOptions);

  // -----------------------------------------------------------------------------------------------
  // Metadata keys, dimensions by name, available EPs
  // -----------------------------------------------------------------------------------------------

  /**
   * The keys of the custom metadata. The array and each key are allocated with `allocator`; null if
   * there are none. Since 1.3.
   */
  ORT_API2_STATUS(ModelMetadataGetCustomMetadataMapKeys,
                  _In_ const OrtModelMetadata* model_metadata, _Inout_ OrtAllocator* allocator,
                  _Outptr_result_maybenull_ char*** keys, _Out_ int64_t* num_keys);

  /** Fixes every dimension of this name to a value. Since 1.3. */
  ORT_API2_STATUS(AddFreeDimensionOverrideByName, _Inout_ OrtSessionOptions* options,
                  _In_ const char* dim_name, int64_t dim_value);

  /**
   * The names of the EPs that this library was built with or can find. Free with
   * ReleaseAvailableProviders. Since 1.4.
   */
  ORT_API2_STATUS(GetAvailableProviders, _Outptr_ char*** out_ptr, _Out_ int* provider_length);

  /** Frees what GetAvailableProviders gave. Since 1.4. */
  ORT_API2_STATUS(ReleaseAvailableProviders, _Outptr_ char** ptr, int providers_length);

  // -----------------------------------------------------------------------------------------------
  // Single elements of string tensors
  // -----------------------------------------------------------------------------------------------

  /** The bytes of one string, without a terminator. Since 1.5. */
  ORT_API2_STATUS(GetStringTensorElementLength, _In_ const OrtValue* value, size_t index,
                  _Out_ size_t* out);

  /** Copies one string, without a terminator; `s_len` must be at least its length. Since 1.5. */
  ORT_API2_STATUS(GetStringTensorElement, _In_ const OrtValue* value, size_t s_len, size_t index,
                  _Out_writes_bytes_all_(s_len) void* s);

  /** Copies one null-terminated string into a string tensor. Since 1.5. */
  ORT_API2_STATUS(FillStringTensorElement, _Inout_ OrtValue* value, _In_ const char* s,
                  size_t index);

  // -----------------------------------------------------------------------------------------------
  // Session configuration and allocators of a session
  // -----------------------------------------------------------------------------------------------

  /**
   * Sets a configuration entry, replacing any earlier value. The keys are in
   * onnxruntime_session_options_config_keys.h. Since 1.5.
   */
  ORT_API2_STATUS(AddSessionConfigEntry, _Inout_ OrtSessionOptions* options,
                  _In_ const char* config_key, _In_ const char* config_value);

  /** An allocator of the session for a kind of memory. The session must outlive it. Since 1.5. */
  ORT_API2_STATUS(CreateAllocator, _In_ const OrtSession* session,
                  _In_ const OrtMemoryInfo* mem_info, _Outptr_ OrtAllocator** out);

  /** Frees an allocator from CreateAllocator; not the default one. Since 1.5. */
  ORT_CLASS_RELEASE(Allocator);

  // -----------------------------------------------------------------------------------------------
  // Inputs and outputs bound ahead of a run
  // -----------------------------------------------------------------------------------------------

  /** Runs with the inputs and outputs of a binding. `run_options` may be null. Since 1.5. */
  ORT_API2_STATUS(RunWithBinding, _Inout_ OrtSession* session,
                  _In_opt_ const OrtRunOptions* run_options, _In_ const OrtIoBinding* binding_ptr);

  /** Makes an empty binding for a session, which must outlive it. Since 1.5. */
  ORT_API2_STATUS(CreateIoBinding, _Inout_ OrtSession* session, _Outptr_ OrtIoBinding** out);

  /** Frees a binding; bound values stay the caller's. Since 1.5. */
  ORT_CLASS_RELEASE(IoBinding);

  /**
   * Binds an input, replacing an earlier one of that name. A value in other memory than the model
   * wants is copied now. The data must stay until the run. Since 1.5.
   */
  ORT_API2_STATUS(BindInput, _Inout_ OrtIoBinding* binding_ptr, _In_ const char* name,
                  _In_ const OrtValue* val_ptr);

  /** Binds an output to a value that runs write into. Since 1.5. */
  ORT_API2_STATUS(BindOutput, _Inout_ OrtIoBinding* binding_ptr, _In_ const char* name,
                  _In_ const OrtValue* val_ptr);

  /** Binds an output to a kind of memory; each run allocates a new value there. Since 1.5. */
  ORT_API2_STATUS(BindOutputToDevice, _Inout_ OrtIoBinding* binding_ptr, _In_ const char* name,
                  _In_ const OrtMemoryInfo* mem_info_ptr);

  /**
   * The names of the bound outputs in order: one buffer without terminators, and their lengths.
   * Both are allocated with `allocator`, and null if there are none. Since 1.5.
   */
  ORT_API2_STATUS(GetBoundOutputNames, _In_ const OrtIoBinding* binding_ptr,
                  _Inout_ OrtAllocator* allocator, _Outptr_result_maybenull_ char** buffer,
                  _Outptr_result_maybenull_ size_t** lengths, _Out_ size_t* count);

  /**
   * The values of the bound outputs after a run. The array is allocated with `allocator`; the
   * caller releases each value. Since 1.5.
   */
  ORT_API2_STATUS(GetBoundOutputValues, _In_ const OrtIoBinding* binding_ptr,
                  _Inout_ OrtAllocator* allocator, _Outptr_result_maybenull_ OrtValue*** output,
                  _Out_ size_t* output_count);

  /** Forgets all bound inputs. Since 1.5. */
  ORT_API_T(void, ClearBoundInputs, _Inout_ OrtIoBinding* binding_ptr);

  /** Forgets all bound outputs. Since 1.5. */
  ORT_API_T(void, ClearBoundOutputs, _Inout_ OrtIoBinding* binding_ptr);

  // -----------------------------------------------------------------------------------------------
  // Tensor elements, shared allocators, environment settings
  // -----------------------------------------------------------------------------------------------

  /**
   * The address of one element of a tensor, by its index in each dimension. Not for strings. Since
   * 1.5.
   */
  ORT_API2_STATUS(TensorAt, _Inout_ OrtValue* value,
                  _In_reads_(location_values_count) const int64_t* location_values,
                  size_t location_values_count, _Outptr_ void** out);

  /**
   * Creates an allocator for CPU memory in the environment, for sessions with
   * session.use_env_allocators=1. `arena_cfg` may be null. Since 1.5.
   */
  ORT_API2_STATUS(CreateAndRegisterAllocator, _Inout_ OrtEnv* env,
                  _In_ const OrtMemoryInfo* mem_info, _In_opt_ const OrtArenaCfg* arena_cfg);

  /** Notes which language binding made the environment; for telemetry only. Since 1.5. */
  ORT_API2_STATUS(SetLanguageProjection, _In_ const OrtEnv* ort_env,
                  OrtLanguageProjection projection);

  /** When profiling began, in nanoseconds of the profiler's clock. Since 1.5. */
  ORT_API2_STATUS(SessionGetProfilingStartTimeNs, _In_ const OrtSession* session,
                  _Out_ uint64_t* out);

  /** As SetIntraOpNumThreads, for the environment's pool. Since 1.5. */
  ORT_API2_STATUS(SetGlobalIntraOpNumThreads, _Inout_ OrtThreadingOptions* tp_options,
                  int intra_op_num_threads);

  /** As SetInterOpNumThreads, for the environment's pool. Since 1.5. */
  ORT_API2_STATUS(SetGlobalInterOpNumThreads, _Inout_ OrtThreadingOptions* tp_options,
                  int inter_op_num_threads);

  /**
   * Chooses whether idle threads of the environment's pools spin (1) or sleep at once (0). Since
   * 1.5.
   */
  ORT_API2_STATUS(SetGlobalSpinControl, _Inout_ OrtThreadingOptions* tp_options,
                  int allow_spinning);

  /**
   * Replaces an initializer of the model by a tensor, which must outlive the session and is shared,
   * not copied. Since 1.6.
   */
  ORT_API2_STATUS(AddInitializer, _Inout_ OrtSessionOptions* options, _In_ const char* name,
                  _In_ const OrtValue* val);

  /** CreateEnvWithCustomLogger and CreateEnvWithGlobalThreadPools in one. Since 1.6. */
  ORT_API2_STATUS(CreateEnvWithCustomLoggerAndGlobalThreadPools,
                  OrtLoggingFunction logging_function, _In_opt_ void* logger_param,
                  OrtLoggingLevel log_severity_level, _In_ const char* logid,
                  _In_ const OrtThreadingOptions* tp_options, _Outptr_ OrtEnv** out);

  // -----------------------------------------------------------------------------------------------
  // EPs by vendor options, arena settings
  // -----------------------------------------------------------------------------------------------

  /** Appends the CUDA EP. Fails if this library has none. Since 1.6. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_CUDA, _Inout_ OrtSessionOptions* options,
                  _In_ const OrtCUDAProviderOptions* cuda_options);

  /** Appends the ROCm EP. Fails if this library has none. Since 1.6. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_ROCM, _Inout_ OrtSessionOptions* options,
                  _In_ const OrtROCMProviderOptions* rocm_options);

  /** Appends the OpenVINO EP. Fails if this library has none. Since 1.6. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_OpenVINO,
                  _Inout_ OrtSessionOptions* options,
                  _In_ const OrtOpenVINOProviderOptions* provider_options);

  /** Has the environment's threads treat denormal numbers as zero. Since 1.6. */
  ORT_API2_STATUS(SetGlobalDenormalAsZero, _Inout_ OrtThreadingOptions* tp_options);

  /**
   * Makes settings of an arena: largest size (0: no limit), how it grows (0: powers of two, 1: as
   * asked), first chunk, and how much of a chunk may go unused. -1 takes the default. Since 1.6.
   */
  ORT_API2_STATUS(CreateArenaCfg, size_t max_mem, int arena_extend_strategy,
                  int initial_chunk_size_bytes, int max_dead_bytes_per_chunk,
                  _Outptr_ OrtArenaCfg** out);

  /** Frees arena settings. Since 1.6. */
  ORT_CLASS_RELEASE(ArenaCfg);

  /** The description of the graph, allocated with `allocator`. Since 1.7. */
  ORT_API2_STATUS(ModelMetadataGetGraphDescription, _In_ const OrtModelMetadata* model_metadata,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** value);

  /** Appends the TensorRT EP. Fails if this library has none. Since 1.7. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_TensorRT,
                  _Inout_ OrtSessionOptions* options,
                  _In_ const OrtTensorRTProviderOptions* tensorrt_options);

  /** Chooses the GPU of the calling thread. Fails without a GPU EP in this library. Since 1.7. */
  ORT_API2_STATUS(SetCurrentGpuDeviceId, int device_id);

  /** The GPU of the calling thread. Fails without a GPU EP in this library. Since 1.7. */
  ORT_API2_STATUS(GetCurrentGpuDeviceId, _Out_ int* device_id);

  // -----------------------------------------------------------------------------------------------
  // Array attributes, arenas by key, run configuration
  // -----------------------------------------------------------------------------------------------

  /**
   * Copies a list of floats. `size` counts elements: the room on entry, the number on return; with
   * a null `out` it only asks. Since 1.8.
   */
  ORT_API2_STATUS(KernelInfoGetAttributeArray_float, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Out_opt_ float* out, _Inout_ size_t* size);

  /** Copies a list of integers, in the same manner. Since 1.8. */
  ORT_API2_STATUS(KernelInfoGetAttributeArray_int64, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Out_opt_ int64_t* out, _Inout_ size_t* size);

  /**
   * Makes arena settings from names and values, such as "max_mem", "arena_extend_strategy",
   * "initial_chunk_size_bytes", "max_dead_bytes_per_chunk", "initial_growth_chunk_size_bytes",
   * "max_power_of_two_extend_bytes". Unknown names fail. Since 1.8.
   */
  ORT_API2_STATUS(CreateArenaCfgV2, _In_reads_(num_keys) const char* const* arena_config_keys,
                  _In_reads_(num_keys) const size_t* arena_config_values, size_t num_keys,
                  _Outptr_ OrtArenaCfg** out);

  /**
   * Sets a configuration entry of a run. The keys are in onnxruntime_run_options_config_keys.h.
   * Since 1.8.
   */
  ORT_API2_STATUS(AddRunConfigEntry, _Inout_ OrtRunOptions* options, _In_ const char* config_key,
                  _In_ const char* config_value);

  // -----------------------------------------------------------------------------------------------
  // Packed weights shared by sessions
  // -----------------------------------------------------------------------------------------------

  /** Makes an empty container. Since 1.8. */
  ORT_API2_STATUS(CreatePrepackedWeightsContainer, _Outptr_ OrtPrepackedWeightsContainer** out);

  /** Frees a container; no session may use it any more. Since 1.8. */
  ORT_CLASS_RELEASE(PrepackedWeightsContainer);

  /**
   * As CreateSession; packed weights that the container has are used, others are added. Since 1.8.
   */
  ORT_API2_STATUS(CreateSessionWithPrepackedWeightsContainer, _In_ const OrtEnv* env,
                  _In_ const ORTCHAR_T* model_path, _In_opt_ const OrtSessionOptions* options,
                  _Inout_ OrtPrepackedWeightsContainer* prepacked_weights_container,
                  _Outptr_ OrtSession** out);

  /** As CreateSessionFromArray, with a container. Since 1.8. */
  ORT_API2_STATUS(CreateSessionFromArrayWithPrepackedWeightsContainer, _In_ const OrtEnv* env,
                  _In_reads_(model_data_length) const void* model_data, size_t model_data_length,
                  _In_opt_ const OrtSessionOptions* options,
                  _Inout_ OrtPrepackedWeightsContainer* prepacked_weights_container,
                  _Outptr_ OrtSession** out);

  // -----------------------------------------------------------------------------------------------
  // TensorRT options
  // -----------------------------------------------------------------------------------------------

  /** Appends the TensorRT EP. Fails if this library has none. Since 1.9. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_TensorRT_V2,
                  _Inout_ OrtSessionOptions* options,
                  _In_ const OrtTensorRTProviderOptionsV2* tensorrt_options);

  /** Makes TensorRT options with their defaults. Since 1.9. */
  ORT_API2_STATUS(CreateTensorRTProviderOptions, _Outptr_ OrtTensorRTProviderOptionsV2** out);

  /** Sets options from names and values. Since 1.9. */
  ORT_API2_STATUS(UpdateTensorRTProviderOptions,
                  _Inout_ OrtTensorRTProviderOptionsV2* tensorrt_options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** All options as "name=value;..." text, allocated with `allocator`. Since 1.9. */
  ORT_API2_STATUS(GetTensorRTProviderOptionsAsString,
                  _In_ const OrtTensorRTProviderOptionsV2* tensorrt_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** ptr);

  /** Frees TensorRT options. Since 1.9. */
  ORT_API_T(void, ReleaseTensorRTProviderOptions, _Inout_ OrtTensorRTProviderOptionsV2* input);

  // -----------------------------------------------------------------------------------------------
  // The extensions library, allocators of the environment
  // -----------------------------------------------------------------------------------------------

  /**
   * Makes the operators of the ONNX Runtime extensions known. Fails if this library was built
   * without them. Since 1.9.
   */
  ORT_API2_STATUS(EnableOrtCustomOps, _Inout_ OrtSessionOptions* options);

  /**
   * Shares the caller's allocator with sessions that have session.use_env_allocators=1. It must
   * outlive the environment or be unregistered first. Since 1.9.
   */
  ORT_API2_STATUS(RegisterAllocator, _Inout_ OrtEnv* env, _Inout_ OrtAllocator* allocator);

  /** Takes a shared allocator out again. Since 1.9. */
  ORT_API2_STATUS(UnregisterAllocator, _Inout_ OrtEnv* env, _In_ const OrtMemoryInfo* mem_info);

  // -----------------------------------------------------------------------------------------------
  // Sparse tensors
  // -----------------------------------------------------------------------------------------------

  /** Sets `out` to 1 for a sparse tensor, else to 0. Since 1.9. */
  ORT_API2_STATUS(IsSparseTensor, _In_ const OrtValue* value, _Out_ int* out);

  /**
   * Makes an empty sparse tensor that allocates with `allocator`; fill it with one of the next
   * three. Since 1.9.
   */
  ORT_API2_STATUS(CreateSparseTensorAsOrtValue, _Inout_ OrtAllocator* allocator,
                  _In_reads_(dense_shape_len) const int64_t* dense_shape, size_t dense_shape_len,
                  ONNXTensorElementDataType type, _Outptr_ OrtValue** out);

  /**
   * Copies values and coordinate indices in. There is one index for each value (linear), or one for
   * each value and dimension. Since 1.9.
   */
  ORT_API2_STATUS(FillSparseTensorCoo, _Inout_ OrtValue* ort_value,
                  _In_ const OrtMemoryInfo* data_mem_info,
                  _In_reads_(values_shape_len) const int64_t* values_shape, size_t values_shape_len,
                  _In_ const void* values, _In_reads_(indices_num) const int64_t* indices_data,
                  size_t indices_num);

  /**
   * Copies values and compressed-row indices in: columns (inner) and row starts (outer). Since 1.9.
   */
  ORT_API2_STATUS(FillSparseTensorCsr, _Inout_ OrtValue* ort_value,
                  _In_ const OrtMemoryInfo* data_mem_info,
                  _In_reads_(values_shape_len) const int64_t* values_shape, size_t values_shape_len,
                  _In_ const void* values,
                  _In_reads_(inner_indices_num) const int64_t* inner_indices_data,
                  size_t inner_indices_num,
                  _In_reads_(outer_indices_num) const int64_t* outer_indices_data,
                  size_t outer_indices_num);

  /** Copies values and block indices in. Since 1.9. */
  ORT_API2_STATUS(FillSparseTensorBlockSparse, _Inout_ OrtValue* ort_value,
                  _In_ const OrtMemoryInfo* data_mem_info,
                  _In_reads_(values_shape_len) const int64_t* values_shape, size_t values_shape_len,
                  _In_ const void* values,
                  _In_reads_(indices_shape_len) const int64_t* indices_shape_data,
                  size_t indices_shape_len, _In_ const int32_t* indices_data);

  /**
   * Makes a sparse tensor over the caller's values, which must outlive it; add indices with one of
   * the next three. Since 1.9.
   */
  ORT_API2_STATUS(CreateSparseTensorWithValuesAsOrtValue, _In_ const OrtMemoryInfo* info,
                  _In_ void* p_data, _In_reads_(dense_shape_len) const int64_t* dense_shape,
                  size_t dense_shape_len, _In_reads_(values_shape_len) const int64_t* values_shape,
                  size_t values_shape_len, ONNXTensorElementDataType type, _Outptr_ OrtValue** out);

  /** Uses the caller's coordinate indices without a copy. Since 1.9. */
  ORT_API2_STATUS(UseCooIndices, _Inout_ OrtValue* ort_value,
                  _Inout_updates_(indices_num) int64_t* indices_data, size_t indices_num);

  /** Uses the caller's compressed-row indices without a copy. Since 1.9. */
  ORT_API2_STATUS(UseCsrIndices, _Inout_ OrtValue* ort_value,
                  _Inout_updates_(inner_num) int64_t* inner_data, size_t inner_num,
                  _Inout_updates_(outer_num) int64_t* outer_data, size_t outer_num);

  /** Uses the caller's block indices without a copy. Since 1.9. */
  ORT_API2_STATUS(UseBlockSparseIndices, _Inout_ OrtValue* ort_value,
                  _In_reads_(indices_shape_len) const int64_t* indices_shape,
                  size_t indices_shape_len, _Out_ int32_t* indices_data);

  /** The format of a sparse tensor; ORT_SPARSE_UNDEFINED before it is filled. Since 1.9. */
  ORT_API2_STATUS(GetSparseTensorFormat, _In_ const OrtValue* ort_value,
                  _Out_ OrtSparseFormat* out);

  /** Type and shape of the stored values; the caller releases it. Since 1.9. */
  ORT_API2_STATUS(GetSparseTensorValuesTypeAndShape, _In_ const OrtValue* ort_value,
                  _Outptr_ OrtTensorTypeAndShapeInfo** out);

  /** The stored values; a view. Not for strings. Since 1.9. */
  ORT_API2_STATUS(GetSparseTensorValues, _In_ const OrtValue* ort_value, _Outptr_ const void** out);

  /** Type and shape of the indices; the caller releases it. Since 1.9. */
  ORT_API2_STATUS(GetSparseTensorIndicesTypeShape, _In_ const OrtValue* ort_value,
                  OrtSparseIndicesFormat indices_format, _Outptr_ OrtTensorTypeAndShapeInfo** out);

  /** The indices and their number; a view. 32-bit for block-sparse, else 64-bit. Since 1.9. */
  ORT_API2_STATUS(GetSparseTensorIndices, _In_ const OrtValue* ort_value,
                  OrtSparseIndicesFormat indices_format, _Out_ size_t* num_indices,
                  _Outptr_ const void** indices);

  // -----------------------------------------------------------------------------------------------
  // Values and kernels: more queries
  // -----------------------------------------------------------------------------------------------

  /** Sets `out` to 0 for an optional that is empty, else to 1. Since 1.10. */
  ORT_API2_STATUS(HasValue, _In_ const OrtValue* value, _Out_ int* out);

  /**
   * The native handle of the stream on which the kernel is to work; null on the CPU. Since 1.10.
   */
  ORT_API2_STATUS(KernelContext_GetGPUComputeStream, _In_ const OrtKernelContext* context,
                  _Outptr_result_maybenull_ void** out);

  /** Which memory a tensor's data is in; a view that the value owns. Since 1.10. */
  ORT_API2_STATUS(GetTensorMemoryInfo, _In_ const OrtValue* value,
                  _Outptr_result_maybenull_ const OrtMemoryInfo** mem_info);

  /**
   * The table of functions that an EP adds, by its name and version. ORT_INVALID_ARGUMENT if it has
   * none. Since 1.10.
   */
  ORT_API2_STATUS(GetExecutionProviderApi, _In_ const char* provider_name, uint32_t version,
                  _Outptr_ const void** provider_api);

  // -----------------------------------------------------------------------------------------------
  // Custom threads
  // -----------------------------------------------------------------------------------------------

  /** Has the session make its worker threads with this function. Since 1.10. */
  ORT_API2_STATUS(SessionOptionsSetCustomCreateThreadFn, _Inout_ OrtSessionOptions* options,
                  OrtCustomCreateThreadFn ort_custom_create_thread_fn);

  /** Sets what that function gets as its first argument. Since 1.10. */
  ORT_API2_STATUS(SessionOptionsSetCustomThreadCreationOptions, _Inout_ OrtSessionOptions* options,
                  _In_opt_ void* ort_custom_thread_creation_options);

  /**
   * Has the session join its worker threads with this function; needed if they are custom. Since
   * 1.10.
   */
  ORT_API2_STATUS(SessionOptionsSetCustomJoinThreadFn, _Inout_ OrtSessionOptions* options,
                  OrtCustomJoinThreadFn ort_custom_join_thread_fn);

  /** Has the environment make its worker threads with this function. Since 1.10. */
  ORT_API2_STATUS(SetGlobalCustomCreateThreadFn, _Inout_ OrtThreadingOptions* tp_options,
                  OrtCustomCreateThreadFn ort_custom_create_thread_fn);

  /** Sets what that function gets as its first argument. Since 1.10. */
  ORT_API2_STATUS(SetGlobalCustomThreadCreationOptions, _Inout_ OrtThreadingOptions* tp_options,
                  _In_opt_ void* ort_custom_thread_creation_options);

  /** Has the environment join its worker threads with this function. Since 1.10. */
  ORT_API2_STATUS(SetGlobalCustomJoinThreadFn, _Inout_ OrtThreadingOptions* tp_options,
                  OrtCustomJoinThreadFn ort_custom_join_thread_fn);

  /** Waits until the copies of bound inputs to their devices have finished. Since 1.10. */
  ORT_API2_STATUS(SynchronizeBoundInputs, _Inout_ OrtIoBinding* binding_ptr);

  /** Waits until the bound outputs are complete. Since 1.10. */
  ORT_API2_STATUS(SynchronizeBoundOutputs, _Inout_ OrtIoBinding* binding_ptr);

  // -----------------------------------------------------------------------------------------------
  // CUDA and MIGraphX options
  // -----------------------------------------------------------------------------------------------

  /** Appends the CUDA EP. Fails if this library has none. Since 1.11. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_CUDA_V2, _Inout_ OrtSessionOptions* options,
                  _In_ const OrtCUDAProviderOptionsV2* cuda_options);

  /** Makes CUDA options with their defaults. Since 1.11. */
  ORT_API2_STATUS(CreateCUDAProviderOptions, _Outptr_ OrtCUDAProviderOptionsV2** out);

  /** Sets options from names and values. Since 1.11. */
  ORT_API2_STATUS(UpdateCUDAProviderOptions, _Inout_ OrtCUDAProviderOptionsV2* cuda_options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** All options as "name=value;..." text, allocated with `allocator`. Since 1.11. */
  ORT_API2_STATUS(GetCUDAProviderOptionsAsString, _In_ const OrtCUDAProviderOptionsV2* cuda_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** ptr);

  /** Frees CUDA options. Since 1.11. */
  ORT_API_T(void, ReleaseCUDAProviderOptions, _Inout_ OrtCUDAProviderOptionsV2* input);

  /** Appends the MIGraphX EP. Fails if this library has none. Since 1.11. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_MIGraphX,
                  _Inout_ OrtSessionOptions* options,
                  _In_ const OrtMIGraphXProviderOptions* migraphx_options);

  // -----------------------------------------------------------------------------------------------
  // External initializers by value
  // -----------------------------------------------------------------------------------------------

  /**
   * Gives the data of initializers that the model keeps in external files. The tensors must outlive
   * the session's creation. Since 1.12.
   */
  ORT_API2_STATUS(AddExternalInitializers, _Inout_ OrtSessionOptions* options,
                  _In_reads_(num_initializers) const char* const* initializer_names,
                  _In_reads_(num_initializers) const OrtValue* const* initializers,
                  size_t num_initializers);

  // -----------------------------------------------------------------------------------------------
  // Attributes and operators for kernels
  // -----------------------------------------------------------------------------------------------

  /**
   * Makes an attribute. `len` counts elements of a list, or bytes of a string. The data is copied.
   * Since 1.12.
   */
  ORT_API2_STATUS(CreateOpAttr, _In_ const char* name, _In_ const void* data, int len,
                  OrtOpAttrType type, _Outptr_ OrtOpAttr** op_attr);

  /** Frees an attribute. Since 1.12. */
  ORT_CLASS_RELEASE(OpAttr);

  /**
   * Makes a standard operator that a kernel can invoke, with the EP of `info`. `version` is the
   * opset version. The caller releases it. Since 1.12.
   */
  ORT_API2_STATUS(CreateOp, _In_ const OrtKernelInfo* info, _In_ const char* op_name,
                  _In_ const char* domain, int version,
                  _In_reads_(type_constraint_count) const char** type_constraint_names,
                  _In_reads_(type_constraint_count)
                      const ONNXTensorElementDataType* type_constraint_values,
                  int type_constraint_count,
                  _In_reads_(attr_count) const OrtOpAttr* const* attr_values, int attr_count,
                  int input_count, int output_count, _Outptr_ OrtOp** ort_op);

  /** Runs an operator on the kernel's inputs and preallocated outputs. Since 1.12. */
  ORT_API2_STATUS(InvokeOp, _In_ const OrtKernelContext* context, _In_ const OrtOp* ort_op,
                  _In_reads_(input_count) const OrtValue* const* input_values, int input_count,
                  _In_reads_(output_count) OrtValue* const* output_values, int output_count);

  /** Frees an operator. Since 1.12. */
  ORT_CLASS_RELEASE(Op);

  /**
   * Appends an EP by name with options as text. Names are case-sensitive. An unknown name, or one
   * that this library lacks, is ORT_INVALID_ARGUMENT or ORT_FAIL, and the message lists what there
   * is. Since 1.12.
   */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider, _Inout_ OrtSessionOptions* options,
                  _In_ const char* provider_name,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /**
   * A copy of kernel info that lives on after the kernel's creation; the caller releases it. Since
   * 1.12.
   */
  ORT_API2_STATUS(CopyKernelInfo, _In_ const OrtKernelInfo* info,
                  _Outptr_ OrtKernelInfo** info_copy);

  /** Frees a copy of kernel info. Since 1.12. */
  ORT_CLASS_RELEASE(KernelInfo);

  // -----------------------------------------------------------------------------------------------
  // Training, CANN
  // -----------------------------------------------------------------------------------------------

  /** The table for training. Always null in Backplane. Since 1.13. */
  ORT_API_T(const OrtTrainingApi*, GetTrainingApi, uint32_t version);

  /** Appends the CANN EP. Fails if this library has none. Since 1.13. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_CANN, _Inout_ OrtSessionOptions* options,
                  _In_ const OrtCANNProviderOptions* cann_options);

  /** Makes CANN options with their defaults. Since 1.13. */
  ORT_API2_STATUS(CreateCANNProviderOptions, _Outptr_ OrtCANNProviderOptions** out);

  /** Sets options from names and values. Since 1.13. */
  ORT_API2_STATUS(UpdateCANNProviderOptions, _Inout_ OrtCANNProviderOptions* cann_options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** All options as "name=value;..." text, allocated with `allocator`. Since 1.13. */
  ORT_API2_STATUS(GetCANNProviderOptionsAsString, _In_ const OrtCANNProviderOptions* cann_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** ptr);

  /** Frees CANN options. Since 1.13. */
  ORT_CLASS_RELEASE(CANNProviderOptions);

  // -----------------------------------------------------------------------------------------------
  // Logging level, thread affinity, custom operator libraries
  // -----------------------------------------------------------------------------------------------

  /** The kind of device that the memory belongs to. Since 1.14. */
  ORT_API_T(void, MemoryInfoGetDeviceType, _In_ const OrtMemoryInfo* ptr,
            _Out_ OrtMemoryInfoDeviceType* out);

  /** Changes the environment's logging level. Since 1.14. */
  ORT_API2_STATUS(UpdateEnvWithCustomLogLevel, _Inout_ OrtEnv* ort_env,
                  OrtLoggingLevel log_severity_level);

  /**
   * Ties the environment's worker threads to processors: one group for each thread but the calling
   * one, separated by ';', each a list "1,2" or a range "1-4"; numbers start at 1. Since 1.14.
   */
  ORT_API2_STATUS(SetGlobalIntraOpThreadAffinity, _Inout_ OrtThreadingOptions* tp_options,
                  _In_ const char* affinity_string);

  /**
   * Loads a library of custom operators, calls its RegisterCustomOps, and closes it once the last
   * user is gone. Since 1.14.
   */
  ORT_API2_STATUS(RegisterCustomOpsLibrary_V2, _Inout_ OrtSessionOptions* options,
                  _In_ const ORTCHAR_T* library_name);

  /**
   * Calls a function of this name (RegisterCustomOpsFn) that the process already has. Since 1.14.
   */
  ORT_API2_STATUS(RegisterCustomOpsUsingFunction, _Inout_ OrtSessionOptions* options,
                  _In_ const char* registration_func_name);

  // -----------------------------------------------------------------------------------------------
  // What a kernel may ask when it is created
  // -----------------------------------------------------------------------------------------------

  /** The number of inputs of the node. Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetInputCount, _In_ const OrtKernelInfo* info, _Out_ size_t* out);

  /** The number of outputs of the node. Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetOutputCount, _In_ const OrtKernelInfo* info, _Out_ size_t* out);

  /** Copies the name of an input, in the manner of KernelInfoGetAttribute_string. Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetInputName, _In_ const OrtKernelInfo* info, size_t index,
                  _Out_opt_ char* out, _Inout_ size_t* size);

  /** Copies the name of an output, in the same manner. Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetOutputName, _In_ const OrtKernelInfo* info, size_t index,
                  _Out_opt_ char* out, _Inout_ size_t* size);

  /** The type of an input; the caller releases it. Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetInputTypeInfo, _In_ const OrtKernelInfo* info, size_t index,
                  _Outptr_ OrtTypeInfo** type_info);

  /** The type of an output; the caller releases it. Since 1.14. */
  ORT_API2_STATUS(KernelInfo_GetOutputTypeInfo, _In_ const OrtKernelInfo* info, size_t index,
                  _Outptr_ OrtTypeInfo** type_info);

  /**
   * A tensor attribute as a new value with memory from `allocator`; the caller releases it. Since
   * 1.14.
   */
  ORT_API2_STATUS(KernelInfoGetAttribute_tensor, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Inout_ OrtAllocator* allocator, _Outptr_ OrtValue** out);

  /** Sets `out` to 1 if the options have an entry under this key, else to 0. Since 1.14. */
  ORT_API2_STATUS(HasSessionConfigEntry, _In_ const OrtSessionOptions* options,
                  _In_ const char* config_key, _Out_ int* out);

  /**
   * Copies a configuration entry with its terminator, in the manner of
   * KernelInfoGetAttribute_string. Fails if there is none. Since 1.14.
   */
  ORT_API2_STATUS(GetSessionConfigEntry, _In_ const OrtSessionOptions* options,
                  _In_ const char* config_key, _Out_opt_ char* config_value, _Inout_ size_t* size);

  // -----------------------------------------------------------------------------------------------
  // oneDNN options
  // -----------------------------------------------------------------------------------------------

  /** Appends the oneDNN EP. Fails if this library has none. Since 1.15. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_Dnnl, _Inout_ OrtSessionOptions* options,
                  _In_ const OrtDnnlProviderOptions* dnnl_options);

  /** Makes oneDNN options with their defaults. Since 1.15. */
  ORT_API2_STATUS(CreateDnnlProviderOptions, _Outptr_ OrtDnnlProviderOptions** out);

  /** Sets options from names and values. Since 1.15. */
  ORT_API2_STATUS(UpdateDnnlProviderOptions, _Inout_ OrtDnnlProviderOptions* dnnl_options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** All options as "name=value;..." text, allocated with `allocator`. Since 1.15. */
  ORT_API2_STATUS(GetDnnlProviderOptionsAsString, _In_ const OrtDnnlProviderOptions* dnnl_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** ptr);

  /** Frees oneDNN options. Since 1.15. */
  ORT_CLASS_RELEASE(DnnlProviderOptions);

  // -----------------------------------------------------------------------------------------------
  // Kernels: name, logger, constant inputs
  // -----------------------------------------------------------------------------------------------

  /** Copies the name of the node, in the manner of KernelInfoGetAttribute_string. Since 1.15. */
  ORT_API2_STATUS(KernelInfo_GetNodeName, _In_ const OrtKernelInfo* info, _Out_opt_ char* out,
                  _Inout_ size_t* size);

  /** The session's logger; a view. Since 1.15. */
  ORT_API2_STATUS(KernelInfo_GetLogger, _In_ const OrtKernelInfo* info,
                  _Outptr_ const OrtLogger** logger);

  /** The logger of the run; a view. Since 1.15. */
  ORT_API2_STATUS(KernelContext_GetLogger, _In_ const OrtKernelContext* context,
                  _Outptr_ const OrtLogger** logger);

  /** Writes a line if the logger takes lines of this severity. Since 1.15. */
  ORT_API2_STATUS(Logger_LogMessage, _In_ const OrtLogger* logger,
                  OrtLoggingLevel log_severity_level, _In_ const char* message,
                  _In_ const char* file_path, int line_number, _In_ const char* func_name);

  /** The lowest severity that the logger takes. Since 1.15. */
  ORT_API2_STATUS(Logger_GetLoggingSeverityLevel, _In_ const OrtLogger* logger,
                  _Out_ OrtLoggingLevel* out);

  /**
   * Sets `is_constant`, and for a constant input also the value; a view that lives as long as the
   * session. Since 1.15.
   */
  ORT_API2_STATUS(KernelInfoGetConstantInput_tensor, _In_ const OrtKernelInfo* info, size_t index,
                  _Out_ int* is_constant, _Outptr_result_maybenull_ const OrtValue** out);

  // -----------------------------------------------------------------------------------------------
  // Optional types, strings in place, allocators of kernels
  // -----------------------------------------------------------------------------------------------

  /** The optional part of a type, a view; null if the type is not an optional. Since 1.15. */
  ORT_API2_STATUS(CastTypeInfoToOptionalTypeInfo, _In_ const OrtTypeInfo* type_info,
                  _Outptr_result_maybenull_ const OrtOptionalTypeInfo** out);

  /** The type that an optional may hold; the caller releases it. Since 1.15. */
  ORT_API2_STATUS(GetOptionalContainedTypeInfo, _In_ const OrtOptionalTypeInfo* optional_type_info,
                  _Outptr_ OrtTypeInfo** out);

  /** Resizes one string of a tensor and gives its buffer to write into; a view. Since 1.15. */
  ORT_API2_STATUS(GetResizedStringTensorElementBuffer, _Inout_ OrtValue* value, size_t index,
                  size_t length_in_bytes, _Outptr_ char** buffer);

  /**
   * An allocator for a kind of memory, for use during the call; the caller releases it. Since 1.15.
   */
  ORT_API2_STATUS(KernelContext_GetAllocator, _In_ const OrtKernelContext* context,
                  _In_ const OrtMemoryInfo* mem_info, _Outptr_ OrtAllocator** out);

  /** How the library was built, as text; static. Since 1.15. */
  ORT_API_T(const char*, GetBuildInfoString, void);

  // -----------------------------------------------------------------------------------------------
  // ROCm options
  // -----------------------------------------------------------------------------------------------

  /** Makes ROCm options with their defaults. Since 1.16. */
  ORT_API2_STATUS(CreateROCMProviderOptions, _Outptr_ OrtROCMProviderOptions** out);

  /** Sets options from names and values. Since 1.16. */
  ORT_API2_STATUS(UpdateROCMProviderOptions, _Inout_ OrtROCMProviderOptions* rocm_options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** All options as "name=value;..." text, allocated with `allocator`. Since 1.16. */
  ORT_API2_STATUS(GetROCMProviderOptionsAsString, _In_ const OrtROCMProviderOptions* rocm_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ char** ptr);

  /** Frees ROCm options. Since 1.16. */
  ORT_CLASS_RELEASE(ROCMProviderOptions);

  // -----------------------------------------------------------------------------------------------
  // Allocators by EP, asynchronous runs, options by value
  // -----------------------------------------------------------------------------------------------

  /**
   * As CreateAndRegisterAllocator, for the memory of an EP's device; the options are the EP's.
   * Since 1.16.
   */
  ORT_API2_STATUS(CreateAndRegisterAllocatorV2, _Inout_ OrtEnv* env, _In_ const char* provider_type,
                  _In_ const OrtMemoryInfo* mem_info, _In_opt_ const OrtArenaCfg* arena_cfg,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /**
   * Starts a run on a thread of the session and returns. When it ends, `run_async_callback` is
   * called once. All arguments must live until then. Needs a session with more than one intra-op
   * thread. Since 1.16.
   */
  ORT_API2_STATUS(RunAsync, _Inout_ OrtSession* session, _In_opt_ const OrtRunOptions* run_options,
                  _In_reads_(input_len) const char* const* input_names,
                  _In_reads_(input_len) const OrtValue* const* input, size_t input_len,
                  _In_reads_(output_names_len) const char* const* output_names,
                  size_t output_names_len, _Inout_updates_(output_names_len) OrtValue** output,
                  RunAsyncCallbackFn run_async_callback, _In_opt_ void* user_data);

  /** Sets an option that is a pointer, such as a stream. Since 1.16. */
  ORT_API2_STATUS(UpdateTensorRTProviderOptionsWithValue,
                  _Inout_ OrtTensorRTProviderOptionsV2* tensorrt_options, _In_ const char* key,
                  _In_ void* value);

  /** The value of an option that is a pointer; a view. Since 1.16. */
  ORT_API2_STATUS(GetTensorRTProviderOptionsByName,
                  _In_ const OrtTensorRTProviderOptionsV2* tensorrt_options, _In_ const char* key,
                  _Outptr_ void** ptr);

  /** Sets an option that is a pointer, such as a stream. Since 1.16. */
  ORT_API2_STATUS(UpdateCUDAProviderOptionsWithValue,
                  _Inout_ OrtCUDAProviderOptionsV2* cuda_options, _In_ const char* key,
                  _In_ void* value);

  /** The value of an option that is a pointer; a view. Since 1.16. */
  ORT_API2_STATUS(GetCUDAProviderOptionsByName, _In_ const OrtCUDAProviderOptionsV2* cuda_options,
                  _In_ const char* key, _Outptr_ void** ptr);

  /**
   * A resource of the EP, such as a library handle, by the numbers that the EP defines. Since 1.16.
   */
  ORT_API2_STATUS(KernelContext_GetResource, _In_ const OrtKernelContext* context,
                  int resource_version, int resource_id, _Outptr_result_maybenull_ void** resource);

  /** Sends log lines of sessions with these options to a function. Since 1.17. */
  ORT_API2_STATUS(SetUserLoggingFunction, _Inout_ OrtSessionOptions* options,
                  OrtLoggingFunction user_logging_function, _In_opt_ void* user_logging_param);

  // -----------------------------------------------------------------------------------------------
  // Shape inference of custom operators
  // -----------------------------------------------------------------------------------------------

  /** The number of inputs of the node. Since 1.17. */
  ORT_API2_STATUS(ShapeInferContext_GetInputCount, _In_ const OrtShapeInferContext* context,
                  _Out_ size_t* out);

  /** Type and shape of an input; the caller does not release it. Since 1.17. */
  ORT_API2_STATUS(ShapeInferContext_GetInputTypeShape, _In_ const OrtShapeInferContext* context,
                  size_t index, _Outptr_ OrtTensorTypeAndShapeInfo** info);

  /** An attribute by name; a view. Since 1.17. */
  ORT_API2_STATUS(ShapeInferContext_GetAttribute, _In_ const OrtShapeInferContext* context,
                  _In_ const char* attr_name, _Outptr_ const OrtOpAttr** attr);

  /** States type and shape of an output. Since 1.17. */
  ORT_API2_STATUS(ShapeInferContext_SetOutputTypeShape, _In_ const OrtShapeInferContext* context,
                  size_t index, _In_ const OrtTensorTypeAndShapeInfo* info);

  /** Names dimensions; an empty name takes the name away. Since 1.17. */
  ORT_API2_STATUS(SetSymbolicDimensions, _Inout_ OrtTensorTypeAndShapeInfo* info,
                  _In_reads_(dim_params_length) const char* dim_params[], size_t dim_params_length);

  /**
   * Copies an attribute. `len` is the room in bytes, `out` the bytes needed; too little room is
   * ORT_INVALID_ARGUMENT, but `out` is set. Strings of a list follow one another, each with its
   * terminator. Since 1.17.
   */
  ORT_API2_STATUS(ReadOpAttr, _In_ const OrtOpAttr* op_attr, OrtOpAttrType type,
                  _Out_opt_ void* data, size_t len, _Out_ size_t* out);

  /**
   * Chooses kernels that give the same bits in every run, at some cost. Off by default. Since 1.17.
   */
  ORT_API2_STATUS(SetDeterministicCompute, _Inout_ OrtSessionOptions* options, bool value);

  /**
   * Calls `fn(usr_data, i)` for every i below `total` on the session's threads, in `num_batch`
   * batches (0: one for each thread), and waits. `fn` must not throw. Since 1.17.
   */
  ORT_API2_STATUS(KernelContext_ParallelFor, _In_ const OrtKernelContext* context,
                  _In_ void (*fn)(void*, size_t), size_t total, size_t num_batch,
                  _In_opt_ void* usr_data);

  // -----------------------------------------------------------------------------------------------
  // EPs by text options
  // -----------------------------------------------------------------------------------------------

  /** Appends the OpenVINO EP. Fails if this library has none. Since 1.17. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_OpenVINO_V2,
                  _Inout_ OrtSessionOptions* options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /** Appends the Vitis AI EP. Fails if this library has none. Since 1.18. */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_VitisAI, _Inout_ OrtSessionOptions* options,
                  _In_reads_(num_keys) const char* const* provider_options_keys,
                  _In_reads_(num_keys) const char* const* provider_options_values, size_t num_keys);

  /**
   * Memory for the time of the call; the context owns it. `count_or_bytes` is in bytes. Since 1.18.
   */
  ORT_API2_STATUS(KernelContext_GetScratchBuffer, _In_ const OrtKernelContext* context,
                  _In_ const OrtMemoryInfo* mem_info, size_t count_or_bytes, _Outptr_ void** out);

  /** An allocator of the node's EP; the caller releases it. Since 1.18. */
  ORT_API2_STATUS(KernelInfoGetAllocator, _In_ const OrtKernelInfo* info, OrtMemType mem_type,
                  _Outptr_ OrtAllocator** out);

  /**
   * Gives the content of external data files that are in memory, by the names the model uses for
   * them. The buffers must outlive the session. Since 1.18.
   */
  ORT_API2_STATUS(AddExternalInitializersFromFilesInMemory, _Inout_ OrtSessionOptions* options,
                  _In_reads_(num_external_initializer_files)
                      const ORTCHAR_T* const* external_initializer_file_names,
                  _In_reads_(num_external_initializer_files) char* const*
                      external_initializer_file_buffer_array,
                  _In_reads_(num_external_initializer_files)
                      const size_t* external_initializer_file_lengths,
                  size_t num_external_initializer_files);

  // -----------------------------------------------------------------------------------------------
  // LoRA adapters, options of running EPs
  // -----------------------------------------------------------------------------------------------

  /**
   * Loads an adapter file. With an allocator its parameters are copied into device memory; without,
   * they stay in CPU memory. Since 1.20.
   */
  ORT_API2_STATUS(CreateLoraAdapter, _In_ const ORTCHAR_T* adapter_file_path,
                  _Inout_opt_ OrtAllocator* allocator, _Outptr_ OrtLoraAdapter** out);

  /** As CreateLoraAdapter, from the bytes of a file, which must outlive the adapter. Since 1.20. */
  ORT_API2_STATUS(CreateLoraAdapterFromArray, _In_reads_(num_bytes) const void* bytes,
                  size_t num_bytes, _Inout_opt_ OrtAllocator* allocator,
                  _Outptr_ OrtLoraAdapter** out);

  /** Frees an adapter; no run may use it any more. Since 1.20. */
  ORT_CLASS_RELEASE(LoraAdapter);

  /**
   * Has runs with these options feed the adapter's parameters as inputs. The adapter must outlive
   * them. Since 1.20.
   */
  ORT_API2_STATUS(RunOptionsAddActiveLoraAdapter, _Inout_ OrtRunOptions* options,
                  _In_ const OrtLoraAdapter* adapter);

  /**
   * Changes options of the session's EPs while it lives; keys start with "ep.dynamic.". Since 1.20.
   */
  ORT_API2_STATUS(SetEpDynamicOptions, _Inout_ OrtSession* sess,
                  _In_reads_(kv_len) const char* const* keys,
                  _In_reads_(kv_len) const char* const* values, size_t kv_len);

  // -----------------------------------------------------------------------------------------------
  // Parts of models, made by the model editor
  // -----------------------------------------------------------------------------------------------

  /** Frees a value info that is not part of a graph yet. Since 1.22. */
  ORT_CLASS_RELEASE(ValueInfo);

  /** Frees a node that is not part of a graph yet. Since 1.22. */
  ORT_CLASS_RELEASE(Node);

  /**
   * Frees a graph that is not part of a model yet, or a view from Graph_GetGraphView. Since 1.22.
   */
  ORT_CLASS_RELEASE(Graph);

  /** Frees a model. Since 1.22. */
  ORT_CLASS_RELEASE(Model);

  /** The name of a value; a view. Since 1.22. */
  ORT_API2_STATUS(GetValueInfoName, _In_ const OrtValueInfo* value_info,
                  _Outptr_ const char** name);

  /** The type of a value; a view that the value info owns. Since 1.22. */
  ORT_API2_STATUS(GetValueInfoTypeInfo, _In_ const OrtValueInfo* value_info,
                  _Outptr_ const OrtTypeInfo** type_info);

  /** The table for building models; static. Since 1.22. */
  ORT_API_T(const OrtModelEditorApi*, GetModelEditorApi, void);

  /**
   * As CreateTensorWithDataAsOrtValue, but the tensor owns the memory and frees it with `deleter`,
   * which must outlive it. Since 1.22.
   */
  ORT_API2_STATUS(CreateTensorWithDataAndDeleterAsOrtValue, _Inout_ OrtAllocator* deleter,
                  _In_ void* p_data, size_t p_data_len, _In_reads_(shape_len) const int64_t* shape,
                  size_t shape_len, ONNXTensorElementDataType type, _Outptr_ OrtValue** out);

  /**
   * With true, asks sessions being created with these options to stop; they fail with
   * ORT_MODEL_LOAD_CANCELED. May be called from any thread. Since 1.22.
   */
  ORT_API2_STATUS(SessionOptionsSetLoadCancellationFlag, _Inout_ OrtSessionOptions* options,
                  bool cancel);

  /** The table for ahead-of-time compilation; static. Since 1.22. */
  ORT_API_T(const OrtCompileApi*, GetCompileApi, void);

  // -----------------------------------------------------------------------------------------------
  // Key-value pairs
  // -----------------------------------------------------------------------------------------------

  /** Makes an empty map. Since 1.22. */
  ORT_API_T(void, CreateKeyValuePairs, _Outptr_ OrtKeyValuePairs** out);

  /**
   * Sets a key; both texts are copied. A null or empty key is ignored, as is a null value. Since
   * 1.22.
   */
  ORT_API_T(void, AddKeyValuePair, _Inout_ OrtKeyValuePairs* kvps, _In_ const char* key,
            _In_ const char* value);

  /**
   * The value of a key, a view that lives until the key changes; null if there is none. Since 1.22.
   */
  ORT_API_T(const char*, GetKeyValue, _In_ const OrtKeyValuePairs* kvps, _In_ const char* key);

  /**
   * All keys and values, in the same order. The arrays are views that live until the map changes.
   * Since 1.22.
   */
  ORT_API_T(void, GetKeyValuePairs, _In_ const OrtKeyValuePairs* kvps,
            _Outptr_ const char* const** keys, _Outptr_ const char* const** values,
            _Out_ size_t* num_entries);

  /** Removes a key; fine if there is none. Since 1.22. */
  ORT_API_T(void, RemoveKeyValuePair, _Inout_ OrtKeyValuePairs* kvps, _In_ const char* key);

  /** Frees a map. Since 1.22. */
  ORT_CLASS_RELEASE(KeyValuePairs);

  // -----------------------------------------------------------------------------------------------
  // EP libraries and devices
  // -----------------------------------------------------------------------------------------------

  /**
   * Loads an EP library under a name of the caller's choice. A relative path is tried from the
   * folder of this library first. Errors are ORT_FAIL: the file or an entry point is missing, or
   * the name is taken. Since 1.22.
   */
  ORT_API2_STATUS(RegisterExecutionProviderLibrary, _Inout_ OrtEnv* env,
                  _In_ const char* registration_name, _In_ const ORTCHAR_T* path);

  /** Unloads an EP library; sessions that use its EPs must be gone. Since 1.22. */
  ORT_API2_STATUS(UnregisterExecutionProviderLibrary, _Inout_ OrtEnv* env,
                  _In_ const char* registration_name);

  /**
   * The EPs with the devices they can use. Views: the array lives until a library is registered or
   * unregistered. Since 1.22.
   */
  ORT_API2_STATUS(GetEpDevices, _In_ const OrtEnv* env,
                  _Outptr_ const OrtEpDevice* const** ep_devices, _Out_ size_t* num_ep_devices);

  /**
   * Appends the EP of these devices, which must all be of one EP. ORT_INVALID_ARGUMENT if there is
   * no device, or they differ. Options are stored as entries "ep.<lower-case EP name>.<key>". Since
   * 1.22.
   */
  ORT_API2_STATUS(SessionOptionsAppendExecutionProvider_V2,
                  _Inout_ OrtSessionOptions* session_options, _Inout_ OrtEnv* env,
                  _In_reads_(num_ep_devices) const OrtEpDevice* const* ep_devices,
                  size_t num_ep_devices,
                  _In_reads_opt_(num_ep_options) const char* const* ep_option_keys,
                  _In_reads_opt_(num_ep_options) const char* const* ep_option_vals,
                  size_t num_ep_options);

  /** Has sessions choose their EPs by a policy, unless EPs are appended. Since 1.22. */
  ORT_API2_STATUS(SessionOptionsSetEpSelectionPolicy, _Inout_ OrtSessionOptions* session_options,
                  OrtExecutionProviderDevicePolicy policy);

  /**
   * Has sessions ask a function which EPs to use. The state must outlive the options. Since 1.22.
   */
  ORT_API2_STATUS(SessionOptionsSetEpSelectionPolicyDelegate,
                  _Inout_ OrtSessionOptions* session_options, EpSelectionDelegate delegate,
                  _In_opt_ void* delegate_state);

  /** The kind of processor. Since 1.22. */
  ORT_API_T(OrtHardwareDeviceType, HardwareDevice_Type, _In_ const OrtHardwareDevice* device);

  /** The vendor's PCI number, or a number of the EP's for virtual devices. Since 1.22. */
  ORT_API_T(uint32_t, HardwareDevice_VendorId, _In_ const OrtHardwareDevice* device);

  /** The vendor's name; a view, may be empty. Since 1.22. */
  ORT_API_T(const char*, HardwareDevice_Vendor, _In_ const OrtHardwareDevice* device);

  /** The vendor's number for this model of device; not unique among equal devices. Since 1.22. */
  ORT_API_T(uint32_t, HardwareDevice_DeviceId, _In_ const OrtHardwareDevice* device);

  /** More about the device; a view. Since 1.22. */
  ORT_API_T(const OrtKeyValuePairs*, HardwareDevice_Metadata, _In_ const OrtHardwareDevice* device);

  /** The EP's name; a view. Since 1.22. */
  ORT_API_T(const char*, EpDevice_EpName, _In_ const OrtEpDevice* ep_device);

  /** The EP's vendor; a view. Since 1.22. */
  ORT_API_T(const char*, EpDevice_EpVendor, _In_ const OrtEpDevice* ep_device);

  /**
   * What the EP says of itself on this device; a view. Has "library_path" for EPs in libraries.
   * Since 1.22.
   */
  ORT_API_T(const OrtKeyValuePairs*, EpDevice_EpMetadata, _In_ const OrtEpDevice* ep_device);

  /** The options that the EP would use by default on this device; a view. Since 1.22. */
  ORT_API_T(const OrtKeyValuePairs*, EpDevice_EpOptions, _In_ const OrtEpDevice* ep_device);

  /** The hardware device; a view. Since 1.22. */
  ORT_API_T(const OrtHardwareDevice*, EpDevice_Device, _In_ const OrtEpDevice* ep_device);

  /** The table for EPs; static. Since 1.22. */
  ORT_API_T(const OrtEpApi*, GetEpApi, void);

  // -----------------------------------------------------------------------------------------------
  // Tensor sizes, allocator statistics, memory info
  // -----------------------------------------------------------------------------------------------

  /** The bytes of a tensor's data. Not for strings. Since 1.23. */
  ORT_API2_STATUS(GetTensorSizeInBytes, _In_ const OrtValue* ort_value, _Out_ size_t* size);

  /**
   * Figures of an allocator, such as "InUse" and "MaxInUse"; the caller releases them.
   * ORT_NOT_IMPLEMENTED if it keeps none. Since 1.23.
   */
  ORT_API2_STATUS(AllocatorGetStats, _In_ const OrtAllocator* ort_allocator,
                  _Outptr_ OrtKeyValuePairs** out);

  /**
   * Names memory by device type, vendor, device number and kind. `alignment` 0 takes the default.
   * Since 1.23.
   */
  ORT_API2_STATUS(CreateMemoryInfo_V2, _In_ const char* name, OrtMemoryInfoDeviceType device_type,
                  uint32_t vendor_id, int32_t device_id, OrtDeviceMemoryType mem_type,
                  size_t alignment, OrtAllocatorType allocator_type, _Outptr_ OrtMemoryInfo** out);

  /** Whether the host can reach the memory. Since 1.23. */
  ORT_API_T(OrtDeviceMemoryType, MemoryInfoGetDeviceMemType, _In_ const OrtMemoryInfo* ptr);

  /** The vendor's number. Since 1.23. */
  ORT_API_T(uint32_t, MemoryInfoGetVendorId, _In_ const OrtMemoryInfo* ptr);

  // -----------------------------------------------------------------------------------------------
  // Reading a graph: values
  // -----------------------------------------------------------------------------------------------

  /**
   * The node that makes a value and at which output; null for inputs and initializers. Since 1.23.
   */
  ORT_API2_STATUS(ValueInfo_GetValueProducer, _In_ const OrtValueInfo* value_info,
                  _Outptr_result_maybenull_ const OrtNode** producer_node,
                  _Out_opt_ size_t* producer_output_index);

  /**
   * The number of uses of a value as an input; a node that uses it twice counts twice. Since 1.23.
   */
  ORT_API2_STATUS(ValueInfo_GetValueNumConsumers, _In_ const OrtValueInfo* value_info,
                  _Out_ size_t* num_consumers);

  /**
   * The nodes that use a value, and at which input; -1 for an implicit input. `num_consumers` is
   * what ValueInfo_GetValueNumConsumers gives. Views. Since 1.23.
   */
  ORT_API2_STATUS(ValueInfo_GetValueConsumers, _In_ const OrtValueInfo* value_info,
                  _Out_writes_(num_consumers) const OrtNode** nodes,
                  _Out_writes_(num_consumers) int64_t* input_indices, size_t num_consumers);

  /** The tensor of an initializer, a view; null if the value is none. Since 1.23. */
  ORT_API2_STATUS(ValueInfo_GetInitializerValue, _In_ const OrtValueInfo* value_info,
                  _Outptr_result_maybenull_ const OrtValue** initializer_value);

  /**
   * Where an external initializer is stored; the caller releases it. Null if it is not external.
   * Since 1.23.
   */
  ORT_API2_STATUS(ValueInfo_GetExternalInitializerInfo, _In_ const OrtValueInfo* value_info,
                  _Outptr_result_maybenull_ OrtExternalInitializerInfo** info);

  /** Whether it is a graph input without a default. Since 1.23. */
  ORT_API2_STATUS(ValueInfo_IsRequiredGraphInput, _In_ const OrtValueInfo* value_info,
                  _Out_ bool* is_required_graph_input);

  /** Whether it is a graph input with an initializer as its default. Since 1.23. */
  ORT_API2_STATUS(ValueInfo_IsOptionalGraphInput, _In_ const OrtValueInfo* value_info,
                  _Out_ bool* is_optional_graph_input);

  /** Whether it is a graph output. Since 1.23. */
  ORT_API2_STATUS(ValueInfo_IsGraphOutput, _In_ const OrtValueInfo* value_info,
                  _Out_ bool* is_graph_output);

  /** Whether it is an initializer that no run can override. Since 1.23. */
  ORT_API2_STATUS(ValueInfo_IsConstantInitializer, _In_ const OrtValueInfo* value_info,
                  _Out_ bool* is_constant_initializer);

  /** Whether it comes from a graph around this one. Since 1.23. */
  ORT_API2_STATUS(ValueInfo_IsFromOuterScope, _In_ const OrtValueInfo* value_info,
                  _Out_ bool* is_from_outer_scope);

  // -----------------------------------------------------------------------------------------------
  // Reading a graph: graphs
  // -----------------------------------------------------------------------------------------------

  /** The name; a view. Since 1.23. */
  ORT_API2_STATUS(Graph_GetName, _In_ const OrtGraph* graph, _Outptr_ const char** graph_name);

  /**
   * The path of the model file, a view; empty if the model did not come from a file. Since 1.23.
   */
  ORT_API2_STATUS(Graph_GetModelPath, _In_ const OrtGraph* graph,
                  _Outptr_ const ORTCHAR_T** model_path);

  /** The version of the ONNX file format. Since 1.23. */
  ORT_API2_STATUS(Graph_GetOnnxIRVersion, _In_ const OrtGraph* graph,
                  _Out_ int64_t* onnx_ir_version);

  /** The number of operator sets that the model imports. Since 1.23. */
  ORT_API2_STATUS(Graph_GetNumOperatorSets, _In_ const OrtGraph* graph,
                  _Out_ size_t* num_operator_sets);

  /**
   * Domain and version of each operator set; the array sizes come from the call before. Views.
   * Since 1.23.
   */
  ORT_API2_STATUS(Graph_GetOperatorSets, _In_ const OrtGraph* graph,
                  _Out_writes_(num_operator_sets) const char** domains,
                  _Out_writes_(num_operator_sets) int64_t* opset_versions,
                  size_t num_operator_sets);

  /** The number of graph inputs, initializers that are inputs too included. Since 1.23. */
  ORT_API2_STATUS(Graph_GetNumInputs, _In_ const OrtGraph* graph, _Out_ size_t* num_inputs);

  /**
   * The graph inputs. Views, as in all the Get functions that fill an array here; the array has the
   * size that the Num function gives. Since 1.23.
   */
  ORT_API2_STATUS(Graph_GetInputs, _In_ const OrtGraph* graph,
                  _Out_writes_(num_inputs) const OrtValueInfo** inputs, size_t num_inputs);

  /** The number of graph outputs. Since 1.23. */
  ORT_API2_STATUS(Graph_GetNumOutputs, _In_ const OrtGraph* graph, _Out_ size_t* num_outputs);

  /** The graph outputs. Since 1.23. */
  ORT_API2_STATUS(Graph_GetOutputs, _In_ const OrtGraph* graph,
                  _Out_writes_(num_outputs) const OrtValueInfo** outputs, size_t num_outputs);

  /** The number of initializers. Since 1.23. */
  ORT_API2_STATUS(Graph_GetNumInitializers, _In_ const OrtGraph* graph,
                  _Out_ size_t* num_initializers);

  /** The initializers. Since 1.23. */
  ORT_API2_STATUS(Graph_GetInitializers, _In_ const OrtGraph* graph,
                  _Out_writes_(num_initializers) const OrtValueInfo** initializers,
                  size_t num_initializers);

  /** The number of nodes. Since 1.23. */
  ORT_API2_STATUS(Graph_GetNumNodes, _In_ const OrtGraph* graph, _Out_ size_t* num_nodes);

  /** The nodes, in an order in which they can run. Since 1.23. */
  ORT_API2_STATUS(Graph_GetNodes, _In_ const OrtGraph* graph,
                  _Out_writes_(num_nodes) const OrtNode** nodes, size_t num_nodes);

  /** The node whose subgraph this is, a view; null for the main graph. Since 1.23. */
  ORT_API2_STATUS(Graph_GetParentNode, _In_ const OrtGraph* graph,
                  _Outptr_result_maybenull_ const OrtNode** node);

  /**
   * A graph that consists of some nodes of another one. Its inputs and outputs are what crosses its
   * border. The caller releases it, while the other still lives. Since 1.23.
   */
  ORT_API2_STATUS(Graph_GetGraphView, _In_ const OrtGraph* src_graph,
                  _In_reads_(num_nodes) const OrtNode** nodes, size_t num_nodes,
                  _Outptr_ OrtGraph** dst_graph);

  // -----------------------------------------------------------------------------------------------
  // Reading a graph: nodes
  // -----------------------------------------------------------------------------------------------

  /** A number that is unique within the node's graph. Since 1.23. */
  ORT_API2_STATUS(Node_GetId, _In_ const OrtNode* node, _Out_ size_t* node_id);

  /** The name; a view, may be empty. Since 1.23. */
  ORT_API2_STATUS(Node_GetName, _In_ const OrtNode* node, _Outptr_ const char** node_name);

  /** The operator; a view. Since 1.23. */
  ORT_API2_STATUS(Node_GetOperatorType, _In_ const OrtNode* node,
                  _Outptr_ const char** operator_type);

  /** The operator's domain, a view; empty for the domain of ONNX itself. Since 1.23. */
  ORT_API2_STATUS(Node_GetDomain, _In_ const OrtNode* node, _Outptr_ const char** domain_name);

  /**
   * The opset version in which the operator last changed, as the model's version sees it. Since
   * 1.23.
   */
  ORT_API2_STATUS(Node_GetSinceVersion, _In_ const OrtNode* node, _Out_ int* since_version);

  /** The number of inputs; missing ones in between count. Since 1.23. */
  ORT_API2_STATUS(Node_GetNumInputs, _In_ const OrtNode* node, _Out_ size_t* num_inputs);

  /** The inputs; null for one that is missing. Since 1.23. */
  ORT_API2_STATUS(Node_GetInputs, _In_ const OrtNode* node,
                  _Out_writes_(num_inputs) const OrtValueInfo** inputs, size_t num_inputs);

  /** The number of outputs; missing ones in between count. Since 1.23. */
  ORT_API2_STATUS(Node_GetNumOutputs, _In_ const OrtNode* node, _Out_ size_t* num_outputs);

  /** The outputs; null for one that is missing. Since 1.23. */
  ORT_API2_STATUS(Node_GetOutputs, _In_ const OrtNode* node,
                  _Out_writes_(num_outputs) const OrtValueInfo** outputs, size_t num_outputs);

  /** The number of values that the node's subgraphs take from around the node. Since 1.23. */
  ORT_API2_STATUS(Node_GetNumImplicitInputs, _In_ const OrtNode* node,
                  _Out_ size_t* num_implicit_inputs);

  /** Those values. Since 1.23. */
  ORT_API2_STATUS(Node_GetImplicitInputs, _In_ const OrtNode* node,
                  _Out_writes_(num_implicit_inputs) const OrtValueInfo** implicit_inputs,
                  size_t num_implicit_inputs);

  /** The number of attributes. Since 1.23. */
  ORT_API2_STATUS(Node_GetNumAttributes, _In_ const OrtNode* node, _Out_ size_t* num_attributes);

  /** The attributes. Since 1.23. */
  ORT_API2_STATUS(Node_GetAttributes, _In_ const OrtNode* node,
                  _Out_writes_(num_attributes) const OrtOpAttr** attributes, size_t num_attributes);

  /** An attribute, a view; ORT_NOT_FOUND and null if the node has none of that name. Since 1.23. */
  ORT_API2_STATUS(Node_GetAttributeByName, _In_ const OrtNode* node,
                  _In_ const char* attribute_name,
                  _Outptr_result_maybenull_ const OrtOpAttr** attribute);

  // -----------------------------------------------------------------------------------------------
  // Reading a graph: attributes and subgraphs
  // -----------------------------------------------------------------------------------------------

  /** A tensor attribute as a value; the caller releases it. Since 1.23. */
  ORT_API2_STATUS(OpAttr_GetTensorAttributeAsOrtValue, _In_ const OrtOpAttr* attribute,
                  _Outptr_ OrtValue** attr_tensor);

  /** The type of an attribute. Since 1.23. */
  ORT_API2_STATUS(OpAttr_GetType, _In_ const OrtOpAttr* attribute, _Out_ OrtOpAttrType* type);

  /** The name of an attribute; a view. Since 1.23. */
  ORT_API2_STATUS(OpAttr_GetName, _In_ const OrtOpAttr* attribute, _Outptr_ const char** name);

  /** The number of subgraphs. Since 1.23. */
  ORT_API2_STATUS(Node_GetNumSubgraphs, _In_ const OrtNode* node, _Out_ size_t* num_subgraphs);

  /**
   * The subgraphs and, if `attribute_names` is not null, the attributes they are in. Views. Since
   * 1.23.
   */
  ORT_API2_STATUS(Node_GetSubgraphs, _In_ const OrtNode* node,
                  _Out_writes_(num_subgraphs) const OrtGraph** subgraphs, size_t num_subgraphs,
                  _Out_writes_opt_(num_subgraphs) const char** attribute_names);

  /** The graph that holds the node, a view; null if none does. Since 1.23. */
  ORT_API2_STATUS(Node_GetGraph, _In_ const OrtNode* node,
                  _Outptr_result_maybenull_ const OrtGraph** graph);

  /** The EP that runs the node, a view; empty while it is not assigned. Since 1.23. */
  ORT_API2_STATUS(Node_GetEpName, _In_ const OrtNode* node,
                  _Outptr_result_maybenull_ const char** out);

  // -----------------------------------------------------------------------------------------------
  // External initializers
  // -----------------------------------------------------------------------------------------------

  /** Frees an external initializer info. Since 1.23. */
  ORT_CLASS_RELEASE(ExternalInitializerInfo);

  /** The path of the file, relative to the model; a view. Since 1.23. */
  ORT_API_T(const ORTCHAR_T*, ExternalInitializerInfo_GetFilePath,
            _In_ const OrtExternalInitializerInfo* info);

  /** Where in the file the data begins. Since 1.23. */
  ORT_API_T(int64_t, ExternalInitializerInfo_GetFileOffset,
            _In_ const OrtExternalInitializerInfo* info);

  /** The bytes of the data. Since 1.23. */
  ORT_API_T(size_t, ExternalInitializerInfo_GetByteSize,
            _In_ const OrtExternalInitializerInfo* info);

  // -----------------------------------------------------------------------------------------------
  // Shared allocators of devices
  // -----------------------------------------------------------------------------------------------

  /** A configuration entry of run options, a view; null if there is none. Since 1.23. */
  ORT_API_T(const char*, GetRunConfigEntry, _In_ const OrtRunOptions* options,
            _In_ const char* config_key);

  /**
   * The memory of this kind that the EP allocates on the device, a view; null if there is none.
   * Since 1.23.
   */
  ORT_API_T(const OrtMemoryInfo*, EpDevice_MemoryInfo, _In_ const OrtEpDevice* ep_device,
            OrtDeviceMemoryType memory_type);

  /**
   * Creates an allocator for a device's memory in the environment, replacing an earlier one. The
   * environment owns it. Since 1.23.
   */
  ORT_API2_STATUS(CreateSharedAllocator, _Inout_ OrtEnv* env, _In_ const OrtEpDevice* ep_device,
                  OrtDeviceMemoryType mem_type, OrtAllocatorType allocator_type,
                  _In_opt_ const OrtKeyValuePairs* allocator_options,
                  _Outptr_ OrtAllocator** allocator);

  /**
   * The environment's allocator for a kind of memory, a view; null if there is none. Since 1.23.
   */
  ORT_API2_STATUS(GetSharedAllocator, _Inout_ OrtEnv* env, _In_ const OrtMemoryInfo* mem_info,
                  _Outptr_result_maybenull_ OrtAllocator** allocator);

  /**
   * Takes the environment's allocator for a device away; tensors that use it must be gone. Since
   * 1.23.
   */
  ORT_API2_STATUS(ReleaseSharedAllocator, _Inout_ OrtEnv* env, _In_ const OrtEpDevice* ep_device,
                  OrtDeviceMemoryType mem_type);

  /** The tensor's data, for reading; a view. Since 1.23. */
  ORT_API2_STATUS(GetTensorData, _In_ const OrtValue* value, _Outptr_ const void** out);

  /** A copy of all configuration entries; the caller releases it. Since 1.23. */
  ORT_API2_STATUS(GetSessionOptionsConfigEntries, _In_ const OrtSessionOptions* options,
                  _Outptr_ OrtKeyValuePairs** out);

  // -----------------------------------------------------------------------------------------------
  // Devices of inputs and outputs
  // -----------------------------------------------------------------------------------------------

  /**
   * The memory in which the session wants each input; views. `num_inputs` is the number of inputs.
   * Since 1.23.
   */
  ORT_API2_STATUS(SessionGetMemoryInfoForInputs, _In_ const OrtSession* session,
                  _Out_writes_(num_inputs) const OrtMemoryInfo** inputs_memory_info,
                  size_t num_inputs);

  /** The memory in which the session leaves each output; views. Since 1.23. */
  ORT_API2_STATUS(SessionGetMemoryInfoForOutputs, _In_ const OrtSession* session,
                  _Out_writes_(num_outputs) const OrtMemoryInfo** outputs_memory_info,
                  size_t num_outputs);

  /** The EP device that uses each input first, a view; null where it is unknown. Since 1.23. */
  ORT_API2_STATUS(SessionGetEpDeviceForInputs, _In_ const OrtSession* session,
                  _Out_writes_(num_inputs) const OrtEpDevice** inputs_ep_devices,
                  size_t num_inputs);

  // -----------------------------------------------------------------------------------------------
  // Streams and copies
  // -----------------------------------------------------------------------------------------------

  /** Makes a stream on a device. The device's library must stay registered. Since 1.23. */
  ORT_API2_STATUS(CreateSyncStreamForEpDevice, _In_ const OrtEpDevice* ep_device,
                  _In_opt_ const OrtKeyValuePairs* stream_options, _Outptr_ OrtSyncStream** stream);

  /** The native handle of a stream; a view. Since 1.23. */
  ORT_API_T(void*, SyncStream_GetHandle, _Inout_ OrtSyncStream* stream);

  /** Frees a stream; no run may use it any more. Since 1.23. */
  ORT_CLASS_RELEASE(SyncStream);

  /**
   * Copies each source to its destination; types and shapes must match. With a stream, returns when
   * the copies are enqueued there, else when they are done. Since 1.23.
   */
  ORT_API2_STATUS(CopyTensors, _In_ const OrtEnv* env,
                  _In_reads_(num_tensors) const OrtValue* const* src_tensors,
                  _In_reads_(num_tensors) OrtValue* const* dst_tensors,
                  _Inout_opt_ OrtSyncStream* stream, size_t num_tensors);

  // -----------------------------------------------------------------------------------------------
  // Models compiled ahead of time
  // -----------------------------------------------------------------------------------------------

  /** The metadata of the graph's model; the caller releases it. Since 1.23. */
  ORT_API2_STATUS(Graph_GetModelMetadata, _In_ const OrtGraph* graph,
                  _Outptr_ OrtModelMetadata** out);

  /**
   * Whether a compiled model, by its compatibility text, suits the devices, which must all be of
   * one EP. Since 1.23.
   */
  ORT_API2_STATUS(GetModelCompatibilityForEpDevices,
                  _In_reads_(num_ep_devices) const OrtEpDevice* const* ep_devices,
                  size_t num_ep_devices, _In_ const char* compatibility_info,
                  _Out_ OrtCompiledModelCompatibility* out_status);

  /** States where an initializer is stored; the path is relative to the model. Since 1.23. */
  ORT_API2_STATUS(CreateExternalInitializerInfo, _In_ const ORTCHAR_T* filepath,
                  int64_t file_offset, size_t byte_size, _Outptr_ OrtExternalInitializerInfo** out);

  // -----------------------------------------------------------------------------------------------
  // Kernels: configuration and operator; tensor shapes
  // -----------------------------------------------------------------------------------------------

  /** Whether a description has a shape, which may be of rank 0. Since 1.24. */
  ORT_API_T(bool, TensorTypeAndShape_HasShape, _In_ const OrtTensorTypeAndShapeInfo* info);

  /** A copy of the session's configuration entries; the caller releases it. Since 1.24. */
  ORT_API2_STATUS(KernelInfo_GetConfigEntries, _In_ const OrtKernelInfo* info,
                  _Outptr_ OrtKeyValuePairs** out);

  /** Copies the operator's domain, in the manner of KernelInfoGetAttribute_string. Since 1.24. */
  ORT_API2_STATUS(KernelInfo_GetOperatorDomain, _In_ const OrtKernelInfo* info, _Out_opt_ char* out,
                  _Inout_ size_t* size);

  /** Copies the operator's name, in the same manner. Since 1.24. */
  ORT_API2_STATUS(KernelInfo_GetOperatorType, _In_ const OrtKernelInfo* info, _Out_opt_ char* out,
                  _Inout_ size_t* size);

  /** The opset version in which the operator last changed. Since 1.24. */
  ORT_API2_STATUS(KernelInfo_GetOperatorSinceVersion, _In_ const OrtKernelInfo* info,
                  _Out_ int* since_version);

  /** The table for graphics APIs; static. Since 1.24. */
  ORT_API_T(const OrtInteropApi*, GetInteropApi, void);

  /** The EP device that makes each output, a view; null where it is unknown. Since 1.24. */
  ORT_API2_STATUS(SessionGetEpDeviceForOutputs, _In_ const OrtSession* session,
                  _Out_writes_(num_outputs) const OrtEpDevice** outputs_ep_devices,
                  size_t num_outputs);

  // -----------------------------------------------------------------------------------------------
  // Hardware, and why an EP cannot use it
  // -----------------------------------------------------------------------------------------------

  /** The number of hardware devices found. Since 1.24. */
  ORT_API2_STATUS(GetNumHardwareDevices, _In_ const OrtEnv* env, _Out_ size_t* num_devices);

  /** The hardware devices; views that the environment owns. Since 1.24. */
  ORT_API2_STATUS(GetHardwareDevices, _In_ const OrtEnv* env,
                  _Out_writes_(num_devices) const OrtHardwareDevice** devices, size_t num_devices);

  /** Why an EP cannot use a device, or that it can; the caller releases it. Since 1.24. */
  ORT_API2_STATUS(GetHardwareDeviceEpIncompatibilityDetails, _In_ const OrtEnv* env,
                  _In_ const char* ep_name, _In_ const OrtHardwareDevice* hw,
                  _Outptr_ OrtDeviceEpIncompatibilityDetails** details);

  /** The reasons: bits of OrtDeviceEpIncompatibilityReason, 0 if there are none. Since 1.24. */
  ORT_API2_STATUS(DeviceEpIncompatibilityDetails_GetReasonsBitmask,
                  _In_ const OrtDeviceEpIncompatibilityDetails* details,
                  _Out_ uint32_t* reasons_bitmask);

  /** The EP's remarks, a view; null if there are none. Since 1.24. */
  ORT_API2_STATUS(DeviceEpIncompatibilityDetails_GetNotes,
                  _In_ const OrtDeviceEpIncompatibilityDetails* details,
                  _Outptr_ const char** notes);

  /** The EP's own error code; 0 if it gave none. Since 1.24. */
  ORT_API2_STATUS(DeviceEpIncompatibilityDetails_GetErrorCode,
                  _In_ const OrtDeviceEpIncompatibilityDetails* details, _Out_ int32_t* error_code);

  /** Frees the details. Since 1.24. */
  ORT_CLASS_RELEASE(DeviceEpIncompatibilityDetails);

  /**
   * The compatibility text that a compiled model carries for an EP, allocated with `allocator`;
   * null if it has none. Since 1.24.
   */
  ORT_API2_STATUS(GetCompatibilityInfoFromModel, _In_ const ORTCHAR_T* model_path,
                  _In_ const char* ep_type, _Inout_ OrtAllocator* allocator,
                  _Outptr_result_maybenull_ char** compatibility_info);

  /** The same, from the bytes of a model. Since 1.24. */
  ORT_API2_STATUS(GetCompatibilityInfoFromModelBytes,
                  _In_reads_(model_data_length) const void* model_data, size_t model_data_length,
                  _In_ const char* ep_type, _Inout_ OrtAllocator* allocator,
                  _Outptr_result_maybenull_ char** compatibility_info);

  // -----------------------------------------------------------------------------------------------
  // Environment from one struct
  // -----------------------------------------------------------------------------------------------

  /** As CreateEnv, with everything that an environment can be given. Since 1.24. */
  ORT_API2_STATUS(CreateEnvWithOptions, _In_ const OrtEnvCreationOptions* options,
                  _Outptr_ OrtEnv** out);

  // -----------------------------------------------------------------------------------------------
  // Which EP runs which node
  // -----------------------------------------------------------------------------------------------

  /**
   * Which nodes each EP was given; views that the session owns. Needs
   * session.record_ep_graph_assignment_info=1. Since 1.24.
   */
  ORT_API2_STATUS(Session_GetEpGraphAssignmentInfo, _In_ const OrtSession* session,
                  _Outptr_ const OrtEpAssignedSubgraph* const** ep_subgraphs,
                  _Out_ size_t* num_ep_subgraphs);

  /** The EP's name; a view. Since 1.24. */
  ORT_API2_STATUS(EpAssignedSubgraph_GetEpName, _In_ const OrtEpAssignedSubgraph* ep_subgraph,
                  _Outptr_ const char** out);

  /** The nodes of a group; views. Since 1.24. */
  ORT_API2_STATUS(EpAssignedSubgraph_GetNodes, _In_ const OrtEpAssignedSubgraph* ep_subgraph,
                  _Outptr_ const OrtEpAssignedNode* const** ep_nodes, _Out_ size_t* num_ep_nodes);

  /** The node's name; a view. Since 1.24. */
  ORT_API2_STATUS(EpAssignedNode_GetName, _In_ const OrtEpAssignedNode* ep_node,
                  _Outptr_ const char** out);

  /** The operator's domain; a view. Since 1.24. */
  ORT_API2_STATUS(EpAssignedNode_GetDomain, _In_ const OrtEpAssignedNode* ep_node,
                  _Outptr_ const char** out);

  /** The operator; a view. Since 1.24. */
  ORT_API2_STATUS(EpAssignedNode_GetOperatorType, _In_ const OrtEpAssignedNode* ep_node,
                  _Outptr_ const char** out);

  // -----------------------------------------------------------------------------------------------
  // Runs on a stream, profiles of runs
  // -----------------------------------------------------------------------------------------------

  /**
   * Has runs use this stream on its device; null for the EP's own. The stream must outlive them.
   * Since 1.24.
   */
  ORT_API_T(void, RunOptionsSetSyncStream, _Inout_ OrtRunOptions* options,
            _Inout_opt_ OrtSyncStream* sync_stream);

  /**
   * Element type and shape of a tensor without allocation; the shape is a view that the value owns.
   * Since 1.24.
   */
  ORT_API2_STATUS(GetTensorElementTypeAndShapeDataReference, _In_ const OrtValue* value,
                  _Out_ ONNXTensorElementDataType* elem_type, _Outptr_ const int64_t** shape_data,
                  _Out_ size_t* shape_data_count);

  /** Records a profile of each run into a file of its own. Since 1.25. */
  ORT_API2_STATUS(RunOptionsEnableProfiling, _Inout_ OrtRunOptions* options,
                  _In_ const ORTCHAR_T* profile_file_prefix);

  /** Undoes RunOptionsEnableProfiling. Since 1.25. */
  ORT_API2_STATUS(RunOptionsDisableProfiling, _Inout_ OrtRunOptions* options);

  /**
   * A list of strings. The array and each string are allocated with `allocator`; null if the list
   * is empty. Since 1.25.
   */
  ORT_API2_STATUS(KernelInfoGetAttributeArray_string, _In_ const OrtKernelInfo* info,
                  _In_ const char* name, _Inout_ OrtAllocator* allocator, _Outptr_ char*** out,
                  _Out_ size_t* size);

  /**
   * Has the thread pools of sessions created from now on call these functions around their work.
   * The context must outlive those sessions. Since 1.25.
   */
  ORT_API2_STATUS(SetPerSessionThreadPoolCallbacks, _Inout_ OrtEnv* env,
                  _In_ const OrtThreadPoolCallbacksConfig* config);

  // -----------------------------------------------------------------------------------------------
  // Reading options back, captured graphs
  // -----------------------------------------------------------------------------------------------

  /** Sets `out` to 1 if memory patterns are on, else to 0. Since 1.27. */
  ORT_API2_STATUS(GetMemPatternEnabled, _In_ const OrtSessionOptions* options, _Out_ int* out);

  /** The execution mode. Since 1.27. */
  ORT_API2_STATUS(GetSessionExecutionMode, _In_ const OrtSessionOptions* options,
                  _Out_ ExecutionMode* out);

  /**
   * Frees what an EP captured under a graph annotation id; the next run with that id captures
   * again. Since 1.27.
   */
  ORT_API2_STATUS(SessionReleaseCapturedGraph, _Inout_ OrtSession* session,
                  int graph_annotation_id);

  // -----------------------------------------------------------------------------------------------
  // Newer additions
  // -----------------------------------------------------------------------------------------------

  /**
   * A function outside the tables, by name; null if this library has none of that name. Such
   * functions can vanish. Since 1.28.
   */
  ORT_API_T(OrtExperimentalFnPtr, GetExperimentalFunction, _In_ const char* name);

  /** The stream on which the kernel is to work, a view; null if its EP uses none. Since 1.28. */
  ORT_API2_STATUS(KernelContext_GetSyncStream, _In_ const OrtKernelContext* context,
                  _Outptr_ OrtSyncStream** out);

  /**
   * Gives the model that has the weights of a compiled model without weights. The bytes are not
   * copied and must outlive the sessions. Since 1.29.
   */
  ORT_API2_STATUS(SessionOptionsSetWeightlessSourceModelBuffer, _Inout_ OrtSessionOptions* options,
                  _In_reads_opt_(source_model_data_length) const void* source_model_data,
                  size_t source_model_data_length);

  /** An output whose memory was allocated ahead, a view; null if it was not. Since 1.30. */
  ORT_API2_STATUS(KernelContext_GetPreallocatedOutput, _In_ const OrtKernelContext* context,
                  size_t output_index, _Outptr_result_maybenull_ OrtValue** output);

  /**
   * Has EPs read the data of EPContext nodes through a function; null takes it away. The state must
   * outlive the sessions. Since 1.31.
   */
  ORT_API2_STATUS(SessionOptionsSetEpContextDataReadFunc, _Inout_ OrtSessionOptions* options,
                  _In_opt_ OrtReadNamedBufferFunc read_func, _In_opt_ void* state);

  /** The table for model packages; static. Since 1.31. */
  ORT_API_T(const OrtModelPackageApi*, GetModelPackageApi, void);
};

// -------------------------------------------------------------------------------------------------
// Custom operators
// -------------------------------------------------------------------------------------------------

/** What may be there for an input or output of a custom operator. */
typedef enum OrtCustomOpInputOutputCharacteristic {
  INPUT_OUTPUT_REQUIRED = 0, /**< exactly one value */
  INPUT_OUTPUT_OPTIONAL = 1, /**< one value or none */
  INPUT_OUTPUT_VARIADIC = 2  /**< any number; only the last may be so */
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
  /** The ORT_API_VERSION the operator was compiled with. */
  uint32_t version;

  // ---- Signature and kernel ----

  /**
   * Makes the kernel of a node. Null, or an exception in C++ code without CreateKernelV2, is a
   * failure. Not used if CreateKernelV2 is set.
   */
  void*(ORT_API_CALL* CreateKernel)(_In_ const struct OrtCustomOp* op, _In_ const OrtApi* api,
                                    _In_ const OrtKernelInfo* info);

  /** The operator's name. */
  const char*(ORT_API_CALL* GetName)(_In_ const struct OrtCustomOp* op);

  /** The EP whose device the kernel works on; null means the CPU. */
  const char*(ORT_API_CALL* GetExecutionProviderType)(_In_ const struct OrtCustomOp* op);

  /** The element type of an input; UNDEFINED accepts every type. */
  ONNXTensorElementDataType(ORT_API_CALL* GetInputType)(_In_ const struct OrtCustomOp* op,
                                                        size_t index);

  /** The number of inputs; a variadic one counts once. */
  size_t(ORT_API_CALL* GetInputTypeCount)(_In_ const struct OrtCustomOp* op);

  /** The element type of an output; UNDEFINED stands for any type. */
  ONNXTensorElementDataType(ORT_API_CALL* GetOutputType)(_In_ const struct OrtCustomOp* op,
                                                         size_t index);

  /** The number of outputs; a variadic one counts once. */
  size_t(ORT_API_CALL* GetOutputTypeCount)(_In_ const struct OrtCustomOp* op);

  /**
   * Runs a kernel. Not used if KernelComputeV2 is set. May be called from several threads at once.
   */
  void(ORT_API_CALL* KernelCompute)(_In_ void* op_kernel, _Inout_ OrtKernelContext* context);

  /** Frees a kernel. */
  void(ORT_API_CALL* KernelDestroy)(_In_ void* op_kernel);

  // ---- Optional and variadic parameters ----

  /** Whether an input is required, optional or variadic. Since 1.8. */
  OrtCustomOpInputOutputCharacteristic(ORT_API_CALL* GetInputCharacteristic)(
      _In_ const struct OrtCustomOp* op, size_t index);

  /** Whether an output is required, optional or variadic. Since 1.8. */
  OrtCustomOpInputOutputCharacteristic(ORT_API_CALL* GetOutputCharacteristic)(
      _In_ const struct OrtCustomOp* op, size_t index);

  /** Where an input has to be: on the EP's device or in CPU memory. Since 1.13. */
  OrtMemType(ORT_API_CALL* GetInputMemoryType)(_In_ const struct OrtCustomOp* op, size_t index);

  /** The fewest values that a variadic input takes. Since 1.14. */
  int(ORT_API_CALL* GetVariadicInputMinArity)(_In_ const struct OrtCustomOp* op);

  /** Not 0 if the values of a variadic input must be of one type. Since 1.14. */
  int(ORT_API_CALL* GetVariadicInputHomogeneity)(_In_ const struct OrtCustomOp* op);

  /** The fewest values that a variadic output gives. Since 1.14. */
  int(ORT_API_CALL* GetVariadicOutputMinArity)(_In_ const struct OrtCustomOp* op);

  /** Not 0 if the values of a variadic output must be of one type. Since 1.14. */
  int(ORT_API_CALL* GetVariadicOutputHomogeneity)(_In_ const struct OrtCustomOp* op);

  // ---- Kernels that return a status ----

  /** Makes the kernel of a node. Takes the place of CreateKernel. Since 1.16. */
  OrtStatusPtr(ORT_API_CALL* CreateKernelV2)(_In_ const struct OrtCustomOp* op,
                                             _In_ const OrtApi* api, _In_ const OrtKernelInfo* info,
                                             _Outptr_ void** kernel);

  /** Runs a kernel. Takes the place of KernelCompute. Since 1.16. */
  OrtStatusPtr(ORT_API_CALL* KernelComputeV2)(_In_ void* op_kernel,
                                              _Inout_ OrtKernelContext* context);

  // ---- Shapes, versions, memory reuse ----

  /** States the types and shapes of the outputs. Optional. Since 1.17. */
  OrtStatusPtr(ORT_API_CALL* InferOutputShapeFn)(_In_ const struct OrtCustomOp* op,
                                                 _Inout_ OrtShapeInferContext* context);

  /** The first opset version the operator is for; 1 if this is null. Since 1.17. */
  int(ORT_API_CALL* GetStartVersion)(_In_ const struct OrtCustomOp* op);

  /** The last opset version the operator is for; no limit if this is null. Since 1.17. */
  int(ORT_API_CALL* GetEndVersion)(_In_ const struct OrtCustomOp* op);

  /**
   * Gives pairs of input and output that may share memory, and their number. Optional. Since 1.18.
   */
  size_t(ORT_API_CALL* GetMayInplace)(_Outptr_ int** input_index, _Outptr_ int** output_index);

  /** Frees what GetMayInplace gave. Since 1.18. */
  void(ORT_API_CALL* ReleaseMayInplace)(_Out_ int* input_index, _Out_ int* output_index);

  /**
   * Gives pairs of input and output that must share memory, and their number. Optional. Since 1.18.
   */
  size_t(ORT_API_CALL* GetAliasMap)(_Outptr_ int** input_index, _Outptr_ int** output_index);

  /** Frees what GetAliasMap gave. Since 1.18. */
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
  // ---- Types ----

  /** The type of a dense tensor; copies the description. */
  ORT_API2_STATUS(CreateTensorTypeInfo, _In_ const OrtTensorTypeAndShapeInfo* tensor_info,
                  _Outptr_ OrtTypeInfo** type_info);

  /** The type of a sparse tensor; copies the description. */
  ORT_API2_STATUS(CreateSparseTensorTypeInfo, _In_ const OrtTensorTypeAndShapeInfo* tensor_info,
                  _Outptr_ OrtTypeInfo** type_info);

  /** The type of a map; copies the value type. */
  ORT_API2_STATUS(CreateMapTypeInfo, ONNXTensorElementDataType map_key_type,
                  _In_ const OrtTypeInfo* map_value_type, _Outptr_ OrtTypeInfo** type_info);

  /** The type of a sequence; copies the element type. */
  ORT_API2_STATUS(CreateSequenceTypeInfo, _In_ const OrtTypeInfo* sequence_type,
                  _Outptr_ OrtTypeInfo** type_info);

  /** The type of an optional; copies what it may hold. */
  ORT_API2_STATUS(CreateOptionalTypeInfo, _In_ const OrtTypeInfo* contained_type,
                  _Outptr_ OrtTypeInfo** type_info);

  // ---- Values, nodes and graphs ----

  /** A graph input or output; copies the type. */
  ORT_API2_STATUS(CreateValueInfo, _In_ const char* name, _In_ const OrtTypeInfo* type_info,
                  _Outptr_ OrtValueInfo** value_info);

  /**
   * A node. An empty input or output name stands for a missing one. The attributes stay the
   * caller's when the call fails, else become the node's and must not be released.
   */
  ORT_API2_STATUS(CreateNode, _In_ const char* operator_name, _In_opt_ const char* domain_name,
                  _In_opt_ const char* node_name,
                  _In_reads_(input_names_len) const char* const* input_names,
                  size_t input_names_len,
                  _In_reads_(output_names_len) const char* const* output_names,
                  size_t output_names_len, _In_reads_opt_(attribs_len) OrtOpAttr** attributes,
                  size_t attribs_len, _Outptr_ OrtNode** node);

  /** An empty graph. */
  ORT_API2_STATUS(CreateGraph, _Outptr_ OrtGraph** graph);

  /** Sets the graph's inputs. The graph takes the value infos over, on success. */
  ORT_API2_STATUS(SetGraphInputs, _Inout_ OrtGraph* graph,
                  _In_reads_(inputs_len) OrtValueInfo** inputs, size_t inputs_len);

  /** Sets the graph's outputs. The graph takes the value infos over, on success. */
  ORT_API2_STATUS(SetGraphOutputs, _Inout_ OrtGraph* graph,
                  _In_reads_(outputs_len) OrtValueInfo** outputs, size_t outputs_len);

  /**
   * Adds an initializer. The graph takes the tensor over, on success. `data_is_external` says that
   * the tensor's memory is the caller's and outlives the session; small tensors (below 128 bytes)
   * must not be external.
   */
  ORT_API2_STATUS(AddInitializerToGraph, _Inout_ OrtGraph* graph, _In_ const char* name,
                  _Inout_ OrtValue* tensor, bool data_is_external);

  /** Adds a node. The graph takes it over, on success. */
  ORT_API2_STATUS(AddNodeToGraph, _Inout_ OrtGraph* graph, _Inout_ OrtNode* node);

  // ---- Models ----

  /** A model that imports these operator sets. */
  ORT_API2_STATUS(CreateModel, _In_reads_(opset_entries_len) const char* const* domain_names,
                  _In_reads_(opset_entries_len) const int* opset_versions, size_t opset_entries_len,
                  _Outptr_ OrtModel** model);

  /** Sets the model's graph. The model takes it over, on success. */
  ORT_API2_STATUS(AddGraphToModel, _Inout_ OrtModel* model, _Inout_ OrtGraph* graph);

  /**
   * A session for a model, which stays the caller's. External initializers must outlive the
   * session.
   */
  ORT_API2_STATUS(CreateSessionFromModel, _In_ const OrtEnv* env, _In_ const OrtModel* model,
                  _In_opt_ const OrtSessionOptions* options, _Outptr_ OrtSession** out);

  // ---- Sessions that add nodes to a model being loaded ----

  /** Begins a session for a model file without finishing it. */
  ORT_API2_STATUS(CreateModelEditorSession, _In_ const OrtEnv* env,
                  _In_ const ORTCHAR_T* model_path, _In_opt_ const OrtSessionOptions* options,
                  _Outptr_ OrtSession** out);

  /**
   * Begins a session for the bytes of a model without finishing it; the bytes must live until it is
   * finished.
   */
  ORT_API2_STATUS(CreateModelEditorSessionFromArray, _In_ const OrtEnv* env,
                  _In_reads_(model_data_length) const void* model_data, size_t model_data_length,
                  _In_opt_ const OrtSessionOptions* options, _Outptr_ OrtSession** out);

  /** The opset version that the model imports for a domain. */
  ORT_API2_STATUS(SessionGetOpsetForDomain, _In_ const OrtSession* session, _In_ const char* domain,
                  _Out_ int* opset);

  /**
   * Adds nodes and initializers, and where given replaces the inputs or outputs. The model stays
   * the caller's.
   */
  ORT_API2_STATUS(ApplyModelToModelEditorSession, _Inout_ OrtSession* session,
                  _Inout_ OrtModel* model);

  /** Finishes the session, which can then run. Null options keep those it began with. */
  ORT_API2_STATUS(FinalizeModelEditorSession, _Inout_ OrtSession* session,
                  _In_opt_ const OrtSessionOptions* options,
                  _Inout_opt_ OrtPrepackedWeightsContainer* prepacked_weights_container);
};

// -------------------------------------------------------------------------------------------------
// OrtCompileApi
// -------------------------------------------------------------------------------------------------

/** Bits for ModelCompilationOptions_SetFlags. Since 1.23. */
typedef enum OrtCompileApiFlags {
  OrtCompileApiFlags_NONE = 0,                       /**< no checks */
  OrtCompileApiFlags_ERROR_IF_NO_NODES_COMPILED = 1, /**< fail if no EP compiled anything */
  OrtCompileApiFlags_ERROR_IF_OUTPUT_FILE_EXISTS = 2 /**< fail rather than overwrite */
} OrtCompileApiFlags;

/**
 * Compiles a model ahead of time: what EPs make of their nodes is stored as EPContext nodes in a
 * new model. Obtained from OrtApi::GetCompileApi. Since 1.22.
 */
struct OrtCompileApi {
  // ---- Options ----

  /** Frees compilation options. */
  ORT_CLASS_RELEASE(ModelCompilationOptions);

  /**
   * Makes compilation options that use the EPs and entries of session options, which are copied.
   */
  ORT_API2_STATUS(CreateModelCompilationOptionsFromSessionOptions, _In_ const OrtEnv* env,
                  _In_ const OrtSessionOptions* session_options,
                  _Outptr_ OrtModelCompilationOptions** out);

  /** Compiles this model file. Replaces an earlier input. */
  ORT_API2_STATUS(ModelCompilationOptions_SetInputModelPath,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_ const ORTCHAR_T* input_model_path);

  /**
   * Compiles the model in these bytes, which must live until CompileModel returns. Replaces an
   * earlier input.
   */
  ORT_API2_STATUS(ModelCompilationOptions_SetInputModelFromBuffer,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_reads_(input_model_data_size) const void* input_model_data,
                  size_t input_model_data_size);

  /**
   * Writes the compiled model to this file. The default adds "_ctx.onnx" to the name of the input.
   */
  ORT_API2_STATUS(ModelCompilationOptions_SetOutputModelPath,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_ const ORTCHAR_T* output_model_path);

  /** Puts initializers above a number of bytes into this file beside the compiled model. */
  ORT_API2_STATUS(ModelCompilationOptions_SetOutputModelExternalInitializersFile,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_opt_ const ORTCHAR_T* external_initializers_file_path,
                  size_t external_initializers_size_threshold);

  /**
   * Puts the compiled model into memory from `allocator`; both pointers are set by CompileModel.
   */
  ORT_API2_STATUS(ModelCompilationOptions_SetOutputModelBuffer,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _Inout_ OrtAllocator* allocator, _Outptr_ void** output_model_buffer_ptr,
                  _Out_ size_t* output_model_buffer_size_ptr);

  /**
   * Chooses whether the data of EPContext nodes is inside the model (true) or in files of its own
   * (false, the default).
   */
  ORT_API2_STATUS(ModelCompilationOptions_SetEpContextEmbedMode,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  bool embed_ep_context_in_model);

  /**
   * Compiles. Errors include ORT_NO_SUCHFILE, ORT_INVALID_ARGUMENT if input or output is not set,
   * and what the EPs report.
   */
  ORT_API2_STATUS(CompileModel, _In_ const OrtEnv* env,
                  _In_ const OrtModelCompilationOptions* model_options);

  // ---- Later options ----

  /** Sets OrtCompileApiFlags; unknown bits are ignored. Since 1.23. */
  ORT_API2_STATUS(ModelCompilationOptions_SetFlags,
                  _Inout_ OrtModelCompilationOptions* model_compile_options, uint32_t flags);

  /**
   * States the folder and model name from which EPs make names for their data files, where the
   * model itself does not go to a file. Since 1.23.
   */
  ORT_API2_STATUS(ModelCompilationOptions_SetEpContextBinaryInformation,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_ const ORTCHAR_T* output_directory, _In_ const ORTCHAR_T* model_name);

  /** Chooses the optimizations before compilation; ORT_DISABLE_ALL by default. Since 1.23. */
  ORT_API2_STATUS(ModelCompilationOptions_SetGraphOptimizationLevel,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  GraphOptimizationLevel graph_optimization_level);

  /** Hands the compiled model to a function, piece by piece. Since 1.23. */
  ORT_API2_STATUS(ModelCompilationOptions_SetOutputModelWriteFunc,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  OrtWriteBufferFunc write_func, _In_opt_ void* state);

  /** Asks a function for each initializer where it goes. Since 1.23. */
  ORT_API2_STATUS(ModelCompilationOptions_SetOutputModelGetInitializerLocationFunc,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  OrtGetInitializerLocationFunc get_initializer_location_func,
                  _In_opt_ void* state);

  /**
   * Compiles a model of the model editor, which must live until CompileModel returns. Replaces an
   * earlier input. Since 1.24.
   */
  ORT_API2_STATUS(ModelCompilationOptions_SetInputModel,
                  _Inout_ OrtModelCompilationOptions* model_compile_options,
                  _In_ const OrtModel* model);

  /**
   * Chooses whether EPs leave weights out of their data and read them from the source model at load
   * time. Since 1.29.
   */
  ORT_API2_STATUS(ModelCompilationOptions_SetWeightlessEnabled,
                  _Inout_ OrtModelCompilationOptions* model_compile_options, bool use_weightless);

  /**
   * Hands the data of EPContext nodes to a function instead of files; null takes it away. Since
   * 1.31.
   */
  ORT_API2_STATUS(ModelCompilationOptions_SetEpContextDataWriteFunc,
                  _Inout_ OrtModelCompilationOptions* options,
                  _In_opt_ OrtWriteNamedBufferFunc write_func, _In_opt_ void* state);

  /** Not described here; only the place and the first parameter are known. Since 1.31. */
  ORT_API2_STATUS(Reserved17, _Inout_ OrtModelCompilationOptions* model_compile_options);

  /** Not described here; only the place and the first parameter are known. Since 1.31. */
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
  // ---- Importer ----

  /**
   * Makes an importer for a device; null with success if the EP has none. The device's library must
   * stay registered.
   */
  ORT_API2_STATUS(CreateExternalResourceImporterForDevice, _In_ const OrtEpDevice* ep_device,
                  _Outptr_result_maybenull_ OrtExternalResourceImporter** out_importer);

  /** Frees an importer; what it imported must be gone. */
  ORT_CLASS_RELEASE(ExternalResourceImporter);

  // ---- Memory ----

  /** Whether the importer takes this kind of memory. */
  ORT_API2_STATUS(CanImportMemory, _In_ const OrtExternalResourceImporter* importer,
                  OrtExternalMemoryHandleType handle_type, _Out_ bool* out_supported);

  /** Imports memory. The native handle stays the caller's. */
  ORT_API2_STATUS(ImportMemory, _Inout_ OrtExternalResourceImporter* importer,
                  _In_ const OrtExternalMemoryDescriptor* desc,
                  _Outptr_ OrtExternalMemoryHandle** out_handle);

  /** Frees imported memory; tensors over it must be gone. */
  ORT_CLASS_RELEASE(ExternalMemoryHandle);

  /** A tensor over imported memory, which must outlive it; the caller releases it. */
  ORT_API2_STATUS(CreateTensorFromMemory, _Inout_ OrtExternalResourceImporter* importer,
                  _In_ const OrtExternalMemoryHandle* mem_handle,
                  _In_ const OrtExternalTensorDescriptor* tensor_desc,
                  _Outptr_ OrtValue** out_tensor);

  // ---- Semaphores ----

  /** Whether the importer takes this kind of semaphore. */
  ORT_API2_STATUS(CanImportSemaphore, _In_ const OrtExternalResourceImporter* importer,
                  OrtExternalSemaphoreType type, _Out_ bool* out_supported);

  /** Imports a semaphore. The native handle stays the caller's. */
  ORT_API2_STATUS(ImportSemaphore, _Inout_ OrtExternalResourceImporter* importer,
                  _In_ const OrtExternalSemaphoreDescriptor* desc,
                  _Outptr_ OrtExternalSemaphoreHandle** out_handle);

  /** Frees an imported semaphore. */
  ORT_CLASS_RELEASE(ExternalSemaphoreHandle);

  /** Has a stream wait until the semaphore reaches a value. */
  ORT_API2_STATUS(WaitSemaphore, _Inout_ OrtExternalResourceImporter* importer,
                  _Inout_ OrtExternalSemaphoreHandle* semaphore_handle,
                  _Inout_opt_ OrtSyncStream* stream, uint64_t value);

  /** Has a stream set the semaphore to a value once its work so far is done. */
  ORT_API2_STATUS(SignalSemaphore, _Inout_ OrtExternalResourceImporter* importer,
                  _Inout_ OrtExternalSemaphoreHandle* semaphore_handle,
                  _Inout_opt_ OrtSyncStream* stream, uint64_t value);

  // ---- Shared queues ----

  /**
   * Ties an EP device to a graphics queue. To be called before sessions or streams use the device.
   * Since 1.25.
   */
  ORT_API2_STATUS(InitGraphicsInteropForEpDevice, _In_ const OrtEpDevice* ep_device,
                  _In_ const OrtGraphicsInteropConfig* config);

  /**
   * Undoes InitGraphicsInteropForEpDevice; streams and sessions on the device must be gone. Since
   * 1.25.
   */
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
  // ---- Options and packages ----

  /** Takes from session options which EPs and devices a variant may be chosen for. */
  ORT_API2_STATUS(CreateModelPackageOptionsFromSessionOptions, _In_ const OrtEnv* env,
                  _In_ const OrtSessionOptions* session_options,
                  _Outptr_ OrtModelPackageOptions** out);

  /** Frees package options. */
  ORT_CLASS_RELEASE(ModelPackageOptions);

  /** Opens the package in a folder. */
  ORT_API2_STATUS(CreateModelPackageContext, _In_ const ORTCHAR_T* package_root,
                  _Outptr_ OrtModelPackageContext** out);

  /** Closes a package; components of it must be gone. */
  ORT_CLASS_RELEASE(ModelPackageContext);

  // ---- What a package holds ----

  /** The version of the package format. */
  ORT_API2_STATUS(ModelPackage_GetSchemaVersion, _In_ const OrtModelPackageContext* ctx,
                  _Out_ int64_t* out_version);

  /** The number of components. */
  ORT_API2_STATUS(ModelPackage_GetComponentCount, _In_ const OrtModelPackageContext* ctx,
                  _Out_ size_t* out_count);

  /** The names of the components; views that the package owns. */
  ORT_API2_STATUS(ModelPackage_GetComponentNames, _In_ const OrtModelPackageContext* ctx,
                  _Outptr_ const char* const** out_names, _Out_ size_t* out_count);

  /** The number of variants of a component. */
  ORT_API2_STATUS(ModelPackage_GetVariantCount, _In_ const OrtModelPackageContext* ctx,
                  _In_ const char* component_name, _Out_ size_t* out_count);

  /** The names of a component's variants; views that the package owns. */
  ORT_API2_STATUS(ModelPackage_GetVariantNames, _In_ const OrtModelPackageContext* ctx,
                  _In_ const char* component_name, _Outptr_ const char* const** out_variant_names,
                  _Out_ size_t* out_count);

  /** The EP that a variant is for, a view; null if it is for any. */
  ORT_API2_STATUS(ModelPackage_GetVariantEpName, _In_ const OrtModelPackageContext* ctx,
                  _In_ const char* component_name, _In_ const char* variant_name,
                  _Outptr_result_maybenull_ const char** out_ep);

  /**
   * Resolves a reference to a file in the package. A null `base_dir` stands for the package's
   * folder. `must_exist` not 0 fails for a missing file. The result is a view that lives until the
   * thread's next call.
   */
  ORT_API2_STATUS(ModelPackage_ResolveStringRef, _In_ const OrtModelPackageContext* ctx,
                  _In_opt_ const char* base_dir, _In_ const char* input, int must_exist,
                  _Outptr_ const char** out_path);

  // ---- Choosing a variant and running it ----

  /** Opens the variant of a component that suits the options best. The package must outlive it. */
  ORT_API2_STATUS(SelectComponent, _In_ const OrtModelPackageContext* ctx,
                  _In_ const char* component_name, _In_ const OrtModelPackageOptions* options,
                  _Outptr_ OrtModelPackageComponentContext** out);

  /** Frees an opened component. */
  ORT_CLASS_RELEASE(ModelPackageComponentContext);

  /** The variant that was chosen; a view. */
  ORT_API2_STATUS(ModelPackageComponent_GetSelectedVariantName,
                  _In_ const OrtModelPackageComponentContext* ctx, _Outptr_ const char** out_name);

  /** The folder of the variant that was chosen; a view. */
  ORT_API2_STATUS(ModelPackageComponent_GetSelectedVariantFolderPath,
                  _In_ const OrtModelPackageComponentContext* ctx,
                  _Outptr_ const ORTCHAR_T** folder_path);

  /** A session for the chosen variant. With null options, those of the package are used. */
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
