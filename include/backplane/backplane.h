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
 * Tells what runs where in a session, and why:
 *
 * - "format": 1; a larger number has more keys
 * - "graph": name of the model's graph
 * - "summary": the line that the session logged
 * - "eps": in the order they were asked: "name", how many "nodes" and "groups" they run, "devices"
 * - "notes": EPs and EP libraries that are not in the session or failed as a whole: "ep", "reason",
 *   "text"
 * - "groups": nodes that were compiled together: "ep", "name" of the fused node, "nodes" (indices)
 * - "copies": values that cross from one device's memory to another's: "value", "from", "to",
 *   "bytes" (null: not known before a run), "once" (when the session is created, not in each run)
 * - "nodes": as they were when EPs were asked: "name", "type", "domain", "graph" (path of the
 *   subgraph, empty for the main graph), "parent" (index of the control-flow node around it, or
 *   null), "ep", "group" (index or null), and "refused_by": each EP that was asked before, in
 *   order, with "reason" and "text"; "remarks": texts that its EP has for it, where it has any
 *
 * A "reason" is one of not-claimed, declined, no-kernel, type-unsupported, claim-refused,
 * capability-failed, over-budget, assigned, option, device-missing, library-failed;
 * docs/EXPLAIN.md says what each means.
 *
 * Where the session was created with session.record_ep_graph_assignment_info=1 there are also:
 *
 * - "values": "name", "type", "shape" (sizes, names of dimensions, null), "constant" if it is one
 * - "inputs", "outputs": of the model, indices of values
 * - "kernels": what is executed in the end: "name", "type", "domain", "ep", and the indices of the
 *   "nodes" whose work it does (none: the EP added it)
 * - in each node "inputs" and "outputs" (indices of values, null: absent) and "kernel" (index, or
 *   null: nothing is left of it)
 */
ORT_EXPORT OrtStatus* ORT_API_CALL BackplaneSessionExplain(const OrtSession* session,
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
