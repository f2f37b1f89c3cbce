// Custom operators of clients (OrtApi: CreateCustomOpDomain, AddCustomOpDomain,
// RegisterCustomOps*), and what their shape inference may ask (ShapeInferContext_*).
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateCustomOpDomain);
BACKPLANE_SLOT(OrtApi, CustomOpDomain_Add);
BACKPLANE_SLOT(OrtApi, AddCustomOpDomain);
BACKPLANE_RELEASE_SLOT(CustomOpDomain);
BACKPLANE_SLOT(OrtApi, RegisterCustomOpsLibrary);
BACKPLANE_SLOT(OrtApi, RegisterCustomOpsLibrary_V2);
BACKPLANE_SLOT(OrtApi, RegisterCustomOpsUsingFunction);

BACKPLANE_SLOT(OrtApi, ShapeInferContext_GetInputCount);
BACKPLANE_SLOT(OrtApi, ShapeInferContext_GetInputTypeShape);
BACKPLANE_SLOT(OrtApi, ShapeInferContext_GetAttribute);
BACKPLANE_SLOT(OrtApi, ShapeInferContext_SetOutputTypeShape);

}  // namespace backplane::abi
