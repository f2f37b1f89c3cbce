// The tables of the C API, one file each, and the functions that hand them out.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

extern const OrtApi kApi;
extern const OrtModelEditorApi kModelEditorApi;
extern const OrtCompileApi kCompileApi;
extern const OrtInteropApi kInteropApi;
extern const OrtModelPackageApi kModelPackageApi;
extern const OrtEpApi kEpApi;

BACKPLANE_SLOT(OrtApi, GetModelEditorApi);
BACKPLANE_SLOT(OrtApi, GetCompileApi);
BACKPLANE_SLOT(OrtApi, GetInteropApi);
BACKPLANE_SLOT(OrtApi, GetModelPackageApi);
BACKPLANE_SLOT(OrtApi, GetEpApi);
BACKPLANE_SLOT(OrtApi, GetTrainingApi);
BACKPLANE_SLOT(OrtApi, GetBuildInfoString);
BACKPLANE_SLOT(OrtApi, GetExperimentalFunction);

}  // namespace backplane::abi
