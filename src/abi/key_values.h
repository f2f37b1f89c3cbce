// Key-value pair functions of OrtApi.
#pragma once

#include "abi/slots.h"

namespace backplane::abi {

BACKPLANE_SLOT(OrtApi, CreateKeyValuePairs);
BACKPLANE_SLOT(OrtApi, AddKeyValuePair);
BACKPLANE_SLOT(OrtApi, GetKeyValue);
BACKPLANE_SLOT(OrtApi, GetKeyValuePairs);
BACKPLANE_SLOT(OrtApi, RemoveKeyValuePair);
BACKPLANE_RELEASE_SLOT(KeyValuePairs);

}  // namespace backplane::abi
