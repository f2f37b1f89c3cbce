// The table for compiling models ahead of time: a line for each slot, in the order of the header.
#include "abi/tables.h"

namespace backplane::abi {

#define MISSING(slot) BACKPLANE_MISSING(OrtCompileApi, slot)

// clang-format off
constinit const OrtCompileApi kCompileApi = {
    MISSING(ReleaseModelCompilationOptions),
    MISSING(CreateModelCompilationOptionsFromSessionOptions),
    MISSING(ModelCompilationOptions_SetInputModelPath),
    MISSING(ModelCompilationOptions_SetInputModelFromBuffer),
    MISSING(ModelCompilationOptions_SetOutputModelPath),
    MISSING(ModelCompilationOptions_SetOutputModelExternalInitializersFile),
    MISSING(ModelCompilationOptions_SetOutputModelBuffer),
    MISSING(ModelCompilationOptions_SetEpContextEmbedMode),
    MISSING(CompileModel),
    MISSING(ModelCompilationOptions_SetFlags),
    MISSING(ModelCompilationOptions_SetEpContextBinaryInformation),
    MISSING(ModelCompilationOptions_SetGraphOptimizationLevel),
    MISSING(ModelCompilationOptions_SetOutputModelWriteFunc),
    MISSING(ModelCompilationOptions_SetOutputModelGetInitializerLocationFunc),
    MISSING(ModelCompilationOptions_SetInputModel),
    MISSING(ModelCompilationOptions_SetWeightlessEnabled),
    MISSING(ModelCompilationOptions_SetEpContextDataWriteFunc),
    MISSING(Reserved17),
    MISSING(Reserved18),
};
// clang-format on

}  // namespace backplane::abi
