// Which nodes each EP was given, as the C API hands it out: views of what the session keeps.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, Session_GetEpGraphAssignmentInfo);
BACKPLANE_SLOT(OrtApi, EpAssignedSubgraph_GetEpName);
BACKPLANE_SLOT(OrtApi, EpAssignedSubgraph_GetNodes);
BACKPLANE_SLOT(OrtApi, EpAssignedNode_GetName);
BACKPLANE_SLOT(OrtApi, EpAssignedNode_GetDomain);
BACKPLANE_SLOT(OrtApi, EpAssignedNode_GetOperatorType);

}  // namespace backplane::abi
