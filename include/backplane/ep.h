// What Backplane's library offers to execution providers beyond ONNX Runtime's tables: functions
// that an EP asks for by name with OrtApi::GetExperimentalFunction (since version 28 of the API).
// Other hosts answer null, and the EP goes on without. Nothing here needs to be linked.
#pragma once

#include "onnxruntime_c_api.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The name of BackplaneEpGraphSupportInfoSetReason. */
#define BACKPLANE_EP_GRAPH_SUPPORT_INFO_SET_REASON "Backplane_EpGraphSupportInfo_SetReason"

/**
 * Tells, in OrtEp::GetCapability, why the EP leaves a node, or what to know of one that it takes.
 *
 * Of a node that the EP does not get it is the reason `declined` in the line that the session logs
 * and in everything that docs/EXPLAIN.md describes; where the host refused the EP's claim, its own
 * reason comes before. Of a node that the EP gets it is one of the node's "remarks" there. What is
 * said of a node that another EP has already is not kept. May be called before or after the claim;
 * the last text counts.
 *
 * \param graph_support_info What GetCapability was given. Once GetCapability has returned the call
 *        fails, as long as the EP is not released.
 * \param node A node of the graph that was asked about.
 * \param reason Some words in UTF-8, without the EP's or the node's name: "auto_pad SAME_LOWER with
 *        dilations is not supported". Copied. Control characters become blanks, and what goes
 *        beyond 500 bytes is cut.
 * \return Null, or ORT_INVALID_ARGUMENT for a null argument, an empty reason, a node that is not
 *         part of the graph (which is not looked at), and after GetCapability has returned.
 */
typedef OrtStatus*(ORT_API_CALL* BackplaneEpGraphSupportInfoSetReason)(
    OrtEpGraphSupportInfo* graph_support_info, const OrtNode* node, const char* reason)NO_EXCEPTION;

#ifdef __cplusplus
}
#endif
