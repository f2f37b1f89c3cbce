// The table for model packages: a line for each slot, in the order of the header.
#include "abi/tables.h"

namespace backplane::abi {

#define MISSING(slot) BACKPLANE_MISSING(OrtModelPackageApi, slot)

// clang-format off
constinit const OrtModelPackageApi kModelPackageApi = {
    MISSING(CreateModelPackageOptionsFromSessionOptions),
    MISSING(ReleaseModelPackageOptions),
    MISSING(CreateModelPackageContext),
    MISSING(ReleaseModelPackageContext),
    MISSING(ModelPackage_GetSchemaVersion),
    MISSING(ModelPackage_GetComponentCount),
    MISSING(ModelPackage_GetComponentNames),
    MISSING(ModelPackage_GetVariantCount),
    MISSING(ModelPackage_GetVariantNames),
    MISSING(ModelPackage_GetVariantEpName),
    MISSING(ModelPackage_ResolveStringRef),
    MISSING(SelectComponent),
    MISSING(ReleaseModelPackageComponentContext),
    MISSING(ModelPackageComponent_GetSelectedVariantName),
    MISSING(ModelPackageComponent_GetSelectedVariantFolderPath),
    MISSING(CreateSession),
};
// clang-format on

}  // namespace backplane::abi
