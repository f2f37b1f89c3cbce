// OrtModelEditorApi: models and graphs that clients build, sessions whose models they extend, and
// the nodes that EPs make. The work is in graph/draft.h and runtime/session.h.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtModelEditorApi, CreateTensorTypeInfo);
BACKPLANE_SLOT(OrtModelEditorApi, CreateSparseTensorTypeInfo);
BACKPLANE_SLOT(OrtModelEditorApi, CreateMapTypeInfo);
BACKPLANE_SLOT(OrtModelEditorApi, CreateSequenceTypeInfo);
BACKPLANE_SLOT(OrtModelEditorApi, CreateOptionalTypeInfo);
BACKPLANE_SLOT(OrtModelEditorApi, CreateValueInfo);
BACKPLANE_SLOT(OrtModelEditorApi, CreateNode);
BACKPLANE_SLOT(OrtModelEditorApi, CreateGraph);
BACKPLANE_SLOT(OrtModelEditorApi, SetGraphInputs);
BACKPLANE_SLOT(OrtModelEditorApi, SetGraphOutputs);
BACKPLANE_SLOT(OrtModelEditorApi, AddInitializerToGraph);
BACKPLANE_SLOT(OrtModelEditorApi, AddNodeToGraph);
BACKPLANE_SLOT(OrtModelEditorApi, CreateModel);
BACKPLANE_SLOT(OrtModelEditorApi, AddGraphToModel);
BACKPLANE_SLOT(OrtModelEditorApi, CreateSessionFromModel);
BACKPLANE_SLOT(OrtModelEditorApi, CreateModelEditorSession);
BACKPLANE_SLOT(OrtModelEditorApi, CreateModelEditorSessionFromArray);
BACKPLANE_SLOT(OrtModelEditorApi, SessionGetOpsetForDomain);
BACKPLANE_SLOT(OrtModelEditorApi, ApplyModelToModelEditorSession);
BACKPLANE_SLOT(OrtModelEditorApi, FinalizeModelEditorSession);

BACKPLANE_RELEASE_SLOT(ValueInfo);
BACKPLANE_RELEASE_SLOT(Node);
BACKPLANE_RELEASE_SLOT(Model);

}  // namespace backplane::abi
