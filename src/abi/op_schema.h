// Operator definitions as plugins read them (OrtEpApi: GetOpSchema, OpSchema_*,
// OpSchemaTypeConstraint_*).
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtEpApi, GetOpSchema);
BACKPLANE_RELEASE_SLOT(OpSchema);
BACKPLANE_SLOT(OrtEpApi, OpSchema_GetSinceVersion);
BACKPLANE_SLOT(OrtEpApi, OpSchema_GetNumInputs);
BACKPLANE_SLOT(OrtEpApi, OpSchema_GetInputName);
BACKPLANE_SLOT(OrtEpApi, OpSchema_GetInputTypeConstraint);
BACKPLANE_SLOT(OrtEpApi, OpSchema_GetNumOutputs);
BACKPLANE_SLOT(OrtEpApi, OpSchema_GetOutputName);
BACKPLANE_SLOT(OrtEpApi, OpSchema_GetOutputTypeConstraint);
BACKPLANE_SLOT(OrtEpApi, OpSchema_GetTypeConstraintCount);
BACKPLANE_SLOT(OrtEpApi, OpSchema_GetTypeConstraint);
BACKPLANE_SLOT(OrtEpApi, OpSchemaTypeConstraint_GetTypeParamName);
BACKPLANE_SLOT(OrtEpApi, OpSchemaTypeConstraint_GetAllowedTypes);
BACKPLANE_SLOT(OrtEpApi, OpSchemaTypeConstraint_GetInputIndices);
BACKPLANE_SLOT(OrtEpApi, OpSchemaTypeConstraint_GetOutputIndices);

}  // namespace backplane::abi
