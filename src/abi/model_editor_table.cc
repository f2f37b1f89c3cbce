// The table for building models in memory: a line for each slot, in the order of the header.
#include "abi/model_editor.h"
#include "abi/tables.h"

namespace backplane::abi {

// clang-format off
constinit const OrtModelEditorApi kModelEditorApi = {
    .CreateTensorTypeInfo = CreateTensorTypeInfo,
    .CreateSparseTensorTypeInfo = CreateSparseTensorTypeInfo,
    .CreateMapTypeInfo = CreateMapTypeInfo,
    .CreateSequenceTypeInfo = CreateSequenceTypeInfo,
    .CreateOptionalTypeInfo = CreateOptionalTypeInfo,
    .CreateValueInfo = CreateValueInfo,
    .CreateNode = CreateNode,
    .CreateGraph = CreateGraph,
    .SetGraphInputs = SetGraphInputs,
    .SetGraphOutputs = SetGraphOutputs,
    .AddInitializerToGraph = AddInitializerToGraph,
    .AddNodeToGraph = AddNodeToGraph,
    .CreateModel = CreateModel,
    .AddGraphToModel = AddGraphToModel,
    .CreateSessionFromModel = CreateSessionFromModel,
    .CreateModelEditorSession = CreateModelEditorSession,
    .CreateModelEditorSessionFromArray = CreateModelEditorSessionFromArray,
    .SessionGetOpsetForDomain = SessionGetOpsetForDomain,
    .ApplyModelToModelEditorSession = ApplyModelToModelEditorSession,
    .FinalizeModelEditorSession = FinalizeModelEditorSession,
};
// clang-format on

}  // namespace backplane::abi
