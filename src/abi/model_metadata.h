// Model metadata functions of OrtApi.
#pragma once

#include "abi/slots.h"
#include "graph/graph.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, SessionGetModelMetadata);
BACKPLANE_SLOT(OrtApi, Graph_GetModelMetadata);
BACKPLANE_RELEASE_SLOT(ModelMetadata);
BACKPLANE_SLOT(OrtApi, ModelMetadataGetProducerName);
BACKPLANE_SLOT(OrtApi, ModelMetadataGetGraphName);
BACKPLANE_SLOT(OrtApi, ModelMetadataGetGraphDescription);
BACKPLANE_SLOT(OrtApi, ModelMetadataGetDomain);
BACKPLANE_SLOT(OrtApi, ModelMetadataGetDescription);
BACKPLANE_SLOT(OrtApi, ModelMetadataGetVersion);
BACKPLANE_SLOT(OrtApi, ModelMetadataLookupCustomMetadataMap);
BACKPLANE_SLOT(OrtApi, ModelMetadataGetCustomMetadataMapKeys);

/// The metadata of the model that `graph` belongs to; the caller releases it.
OrtModelMetadata* NewModelMetadata(const Graph& graph);

}  // namespace backplane::abi
