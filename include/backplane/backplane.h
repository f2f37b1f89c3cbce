// What Backplane's library offers beyond ONNX Runtime's function tables: plain C functions that it
// exports next to OrtGetApiBase. A client that must also work with other libraries looks them up
// with dlsym. Every function returns null on success, or a status that OrtApi::ReleaseStatus frees.
// Texts are JSON in UTF-8, allocated by the allocator given; keys are only ever added.
#pragma once

#include "onnxruntime_c_api.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Reads a model and tells what is in it, without making it ready to run: "inputs" and "outputs"
 * (name, type, shape), "opsets", "operators" by count, "parameters", "weight_bytes", the model's
 * own metadata. Nodes inside subgraphs count; Constant nodes count as weights.
 */
ORT_EXPORT OrtStatus* ORT_API_CALL BackplaneGetModelSummary(const ORTCHAR_T* model_path,
                                                            OrtAllocator* allocator,
                                                            char** json) NO_EXCEPTION;

/**
 * Tells which EP runs which node of a session: "nodes" (name, type, domain, ep, and in "refused_by"
 * each EP that was asked before, with its reason), as they were when the EPs were asked.
 */
ORT_EXPORT OrtStatus* ORT_API_CALL BackplaneGetPlacement(const OrtSession* session,
                                                         OrtAllocator* allocator,
                                                         char** json) NO_EXCEPTION;

/** Tells about this machine's processor: "name", "vendor", "cores", "features", "caches". */
ORT_EXPORT OrtStatus* ORT_API_CALL BackplaneGetCpuFacts(OrtAllocator* allocator,
                                                        char** json) NO_EXCEPTION;

/** Reads a file that holds one ONNX TensorProto (the .pb files of ONNX test data) into a value. */
ORT_EXPORT OrtStatus* ORT_API_CALL BackplaneLoadTensor(const ORTCHAR_T* path,
                                                       OrtValue** value) NO_EXCEPTION;

#ifdef __cplusplus
}
#endif
