// The table for building models in memory: a line for each slot, in the order of the header.
#include "abi/tables.h"

namespace backplane::abi {

#define MISSING(slot) BACKPLANE_MISSING(OrtModelEditorApi, slot)

// clang-format off
constinit const OrtModelEditorApi kModelEditorApi = {
    MISSING(CreateTensorTypeInfo),
    MISSING(CreateSparseTensorTypeInfo),
    MISSING(CreateMapTypeInfo),
    MISSING(CreateSequenceTypeInfo),
    MISSING(CreateOptionalTypeInfo),
    MISSING(CreateValueInfo),
    MISSING(CreateNode),
    MISSING(CreateGraph),
    MISSING(SetGraphInputs),
    MISSING(SetGraphOutputs),
    MISSING(AddInitializerToGraph),
    MISSING(AddNodeToGraph),
    MISSING(CreateModel),
    MISSING(AddGraphToModel),
    MISSING(CreateSessionFromModel),
    MISSING(CreateModelEditorSession),
    MISSING(CreateModelEditorSessionFromArray),
    MISSING(SessionGetOpsetForDomain),
    MISSING(ApplyModelToModelEditorSession),
    MISSING(FinalizeModelEditorSession),
};
// clang-format on

}  // namespace backplane::abi
