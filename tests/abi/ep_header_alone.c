// The EP header is complete by itself, also when it comes first.
#include "onnxruntime_ep_c_api.h"

const OrtEp* BackplaneEpHeaderAlone(const OrtEp* ep);
const OrtEp* BackplaneEpHeaderAlone(const OrtEp* ep) { return ep->GetName(ep) != NULL ? ep : NULL; }
