#include "abi/explain.h"

#include "abi/guard.h"
#include "runtime/session.h"

namespace backplane::abi {
namespace {

OrtStatus* GetText(const OrtEpAssignedNode* node, std::string OrtEpAssignedNode::*text,
                   const char** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    NotNull(node, "ep_node");
    *out = (node->*text).c_str();
  });
}

}  // namespace

OrtStatus* Session_GetEpGraphAssignmentInfo(const OrtSession* session,
                                            const OrtEpAssignedSubgraph* const** ep_subgraphs,
                                            size_t* num_ep_subgraphs) noexcept {
  return Guard([&] {
    NotNull(session, "session");
    NotNull(ep_subgraphs, "ep_subgraphs");
    NotNull(num_ep_subgraphs, "num_ep_subgraphs");
    Require(session->placement().recorded, ORT_FAIL,
            "Session configuration entry 'session.record_ep_graph_assignment_info' must be set to "
            "\"1\" to retrieve EP graph assignment information.");
    *ep_subgraphs = session->assigned_parts().data();
    *num_ep_subgraphs = session->assigned_parts().size();
  });
}

OrtStatus* EpAssignedSubgraph_GetEpName(const OrtEpAssignedSubgraph* ep_subgraph,
                                        const char** out) noexcept {
  return Guard([&] {
    NotNull(out, "out");
    NotNull(ep_subgraph, "ep_subgraph");
    *out = ep_subgraph->ep.c_str();
  });
}

OrtStatus* EpAssignedSubgraph_GetNodes(const OrtEpAssignedSubgraph* ep_subgraph,
                                       const OrtEpAssignedNode* const** ep_nodes,
                                       size_t* num_ep_nodes) noexcept {
  return Guard([&] {
    NotNull(ep_subgraph, "ep_subgraph");
    NotNull(ep_nodes, "ep_nodes");
    NotNull(num_ep_nodes, "num_ep_nodes");
    *ep_nodes = ep_subgraph->nodes.data();
    *num_ep_nodes = ep_subgraph->nodes.size();
  });
}

OrtStatus* EpAssignedNode_GetName(const OrtEpAssignedNode* ep_node, const char** out) noexcept {
  return GetText(ep_node, &OrtEpAssignedNode::name, out);
}

OrtStatus* EpAssignedNode_GetDomain(const OrtEpAssignedNode* ep_node, const char** out) noexcept {
  return GetText(ep_node, &OrtEpAssignedNode::domain, out);
}

OrtStatus* EpAssignedNode_GetOperatorType(const OrtEpAssignedNode* ep_node,
                                          const char** out) noexcept {
  return GetText(ep_node, &OrtEpAssignedNode::op_type, out);
}

}  // namespace backplane::abi
