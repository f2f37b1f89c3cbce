// Sparse tensor functions of OrtApi.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateSparseTensorAsOrtValue);
BACKPLANE_SLOT(OrtApi, CreateSparseTensorWithValuesAsOrtValue);
BACKPLANE_SLOT(OrtApi, FillSparseTensorCoo);
BACKPLANE_SLOT(OrtApi, FillSparseTensorCsr);
BACKPLANE_SLOT(OrtApi, FillSparseTensorBlockSparse);
BACKPLANE_SLOT(OrtApi, UseCooIndices);
BACKPLANE_SLOT(OrtApi, UseCsrIndices);
BACKPLANE_SLOT(OrtApi, UseBlockSparseIndices);
BACKPLANE_SLOT(OrtApi, GetSparseTensorFormat);
BACKPLANE_SLOT(OrtApi, GetSparseTensorValuesTypeAndShape);
BACKPLANE_SLOT(OrtApi, GetSparseTensorValues);
BACKPLANE_SLOT(OrtApi, GetSparseTensorIndicesTypeShape);
BACKPLANE_SLOT(OrtApi, GetSparseTensorIndices);

}  // namespace backplane::abi
