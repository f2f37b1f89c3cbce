// Operators that a kernel invokes by itself (OrtApi: CreateOp, InvokeOp), and attributes made for
// them (CreateOpAttr).
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateOpAttr);
BACKPLANE_RELEASE_SLOT(OpAttr);
BACKPLANE_SLOT(OrtApi, CreateOp);
BACKPLANE_SLOT(OrtApi, InvokeOp);
BACKPLANE_RELEASE_SLOT(Op);

}  // namespace backplane::abi
