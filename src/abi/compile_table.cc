// The table for compiling models ahead of time: a line for each slot, in the order of the header.
#include "abi/compile_api.h"
#include "abi/tables.h"

namespace backplane::abi {

#define MISSING(slot) BACKPLANE_MISSING(OrtCompileApi, slot)

// clang-format off
constinit const OrtCompileApi kCompileApi = {
    .ReleaseModelCompilationOptions = ReleaseModelCompilationOptions,
    .CreateModelCompilationOptionsFromSessionOptions = CreateModelCompilationOptionsFromSessionOptions,
    .ModelCompilationOptions_SetInputModelPath = ModelCompilationOptions_SetInputModelPath,
    .ModelCompilationOptions_SetInputModelFromBuffer = ModelCompilationOptions_SetInputModelFromBuffer,
    .ModelCompilationOptions_SetOutputModelPath = ModelCompilationOptions_SetOutputModelPath,
    .ModelCompilationOptions_SetOutputModelExternalInitializersFile = ModelCompilationOptions_SetOutputModelExternalInitializersFile,
    .ModelCompilationOptions_SetOutputModelBuffer = ModelCompilationOptions_SetOutputModelBuffer,
    .ModelCompilationOptions_SetEpContextEmbedMode = ModelCompilationOptions_SetEpContextEmbedMode,
    .CompileModel = CompileModel,
    .ModelCompilationOptions_SetFlags = ModelCompilationOptions_SetFlags,
    .ModelCompilationOptions_SetEpContextBinaryInformation = ModelCompilationOptions_SetEpContextBinaryInformation,
    .ModelCompilationOptions_SetGraphOptimizationLevel = ModelCompilationOptions_SetGraphOptimizationLevel,
    .ModelCompilationOptions_SetOutputModelWriteFunc = ModelCompilationOptions_SetOutputModelWriteFunc,
    .ModelCompilationOptions_SetOutputModelGetInitializerLocationFunc = ModelCompilationOptions_SetOutputModelGetInitializerLocationFunc,
    .ModelCompilationOptions_SetInputModel = ModelCompilationOptions_SetInputModel,
    .ModelCompilationOptions_SetWeightlessEnabled = ModelCompilationOptions_SetWeightlessEnabled,
    .ModelCompilationOptions_SetEpContextDataWriteFunc = ModelCompilationOptions_SetEpContextDataWriteFunc,
    MISSING(Reserved17),
    MISSING(Reserved18),
};
// clang-format on

}  // namespace backplane::abi
