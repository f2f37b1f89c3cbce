// EP libraries and the choice of EPs for a session: registering, appending by device, selection
// policies.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, RegisterExecutionProviderLibrary);
BACKPLANE_SLOT(OrtApi, UnregisterExecutionProviderLibrary);
BACKPLANE_SLOT(OrtApi, SessionOptionsAppendExecutionProvider_V2);
BACKPLANE_SLOT(OrtApi, SessionOptionsSetEpSelectionPolicy);
BACKPLANE_SLOT(OrtApi, SessionOptionsSetEpSelectionPolicyDelegate);

}  // namespace backplane::abi
