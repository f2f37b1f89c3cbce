// Graphs as plugins read them (OrtApi: Graph_*, Node_*, ValueInfo_*, OpAttr_*, external initializer
// info). Views are the graph's own objects: valid as long as the graph that was handed to the
// plugin.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, Graph_GetName);
BACKPLANE_SLOT(OrtApi, Graph_GetModelPath);
BACKPLANE_SLOT(OrtApi, Graph_GetOnnxIRVersion);
BACKPLANE_SLOT(OrtApi, Graph_GetNumOperatorSets);
BACKPLANE_SLOT(OrtApi, Graph_GetOperatorSets);
BACKPLANE_SLOT(OrtApi, Graph_GetNumInputs);
BACKPLANE_SLOT(OrtApi, Graph_GetInputs);
BACKPLANE_SLOT(OrtApi, Graph_GetNumOutputs);
BACKPLANE_SLOT(OrtApi, Graph_GetOutputs);
BACKPLANE_SLOT(OrtApi, Graph_GetNumInitializers);
BACKPLANE_SLOT(OrtApi, Graph_GetInitializers);
BACKPLANE_SLOT(OrtApi, Graph_GetNumNodes);
BACKPLANE_SLOT(OrtApi, Graph_GetNodes);
BACKPLANE_SLOT(OrtApi, Graph_GetParentNode);
BACKPLANE_SLOT(OrtApi, Graph_GetGraphView);
BACKPLANE_RELEASE_SLOT(Graph);

BACKPLANE_SLOT(OrtApi, Node_GetId);
BACKPLANE_SLOT(OrtApi, Node_GetName);
BACKPLANE_SLOT(OrtApi, Node_GetOperatorType);
BACKPLANE_SLOT(OrtApi, Node_GetDomain);
BACKPLANE_SLOT(OrtApi, Node_GetSinceVersion);
BACKPLANE_SLOT(OrtApi, Node_GetNumInputs);
BACKPLANE_SLOT(OrtApi, Node_GetInputs);
BACKPLANE_SLOT(OrtApi, Node_GetNumOutputs);
BACKPLANE_SLOT(OrtApi, Node_GetOutputs);
BACKPLANE_SLOT(OrtApi, Node_GetNumImplicitInputs);
BACKPLANE_SLOT(OrtApi, Node_GetImplicitInputs);
BACKPLANE_SLOT(OrtApi, Node_GetNumAttributes);
BACKPLANE_SLOT(OrtApi, Node_GetAttributes);
BACKPLANE_SLOT(OrtApi, Node_GetAttributeByName);
BACKPLANE_SLOT(OrtApi, Node_GetNumSubgraphs);
BACKPLANE_SLOT(OrtApi, Node_GetSubgraphs);
BACKPLANE_SLOT(OrtApi, Node_GetGraph);
BACKPLANE_SLOT(OrtApi, Node_GetEpName);

BACKPLANE_SLOT(OrtApi, OpAttr_GetType);
BACKPLANE_SLOT(OrtApi, OpAttr_GetName);
BACKPLANE_SLOT(OrtApi, OpAttr_GetTensorAttributeAsOrtValue);
BACKPLANE_SLOT(OrtApi, ReadOpAttr);

BACKPLANE_SLOT(OrtApi, GetValueInfoName);
BACKPLANE_SLOT(OrtApi, GetValueInfoTypeInfo);
BACKPLANE_SLOT(OrtApi, ValueInfo_GetValueProducer);
BACKPLANE_SLOT(OrtApi, ValueInfo_GetValueNumConsumers);
BACKPLANE_SLOT(OrtApi, ValueInfo_GetValueConsumers);
BACKPLANE_SLOT(OrtApi, ValueInfo_GetInitializerValue);
BACKPLANE_SLOT(OrtApi, ValueInfo_GetExternalInitializerInfo);
BACKPLANE_SLOT(OrtApi, ValueInfo_IsRequiredGraphInput);
BACKPLANE_SLOT(OrtApi, ValueInfo_IsOptionalGraphInput);
BACKPLANE_SLOT(OrtApi, ValueInfo_IsGraphOutput);
BACKPLANE_SLOT(OrtApi, ValueInfo_IsConstantInitializer);
BACKPLANE_SLOT(OrtApi, ValueInfo_IsFromOuterScope);

BACKPLANE_SLOT(OrtApi, CreateExternalInitializerInfo);
BACKPLANE_SLOT(OrtApi, ExternalInitializerInfo_GetFilePath);
BACKPLANE_SLOT(OrtApi, ExternalInitializerInfo_GetFileOffset);
BACKPLANE_SLOT(OrtApi, ExternalInitializerInfo_GetByteSize);
BACKPLANE_RELEASE_SLOT(ExternalInitializerInfo);

}  // namespace backplane::abi
