// OrtCompileApi: options for compiling a model ahead of time, and doing it. The work is in
// runtime/compile_model.h.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_RELEASE_SLOT(ModelCompilationOptions);
BACKPLANE_SLOT(OrtCompileApi, CreateModelCompilationOptionsFromSessionOptions);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetInputModelPath);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetInputModelFromBuffer);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetOutputModelPath);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetOutputModelExternalInitializersFile);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetOutputModelBuffer);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetEpContextEmbedMode);
BACKPLANE_SLOT(OrtCompileApi, CompileModel);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetFlags);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetEpContextBinaryInformation);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetGraphOptimizationLevel);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetOutputModelWriteFunc);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetOutputModelGetInitializerLocationFunc);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetInputModel);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetWeightlessEnabled);
BACKPLANE_SLOT(OrtCompileApi, ModelCompilationOptions_SetEpContextDataWriteFunc);

}  // namespace backplane::abi
