// Where an initializer lies outside of the model file, as the C API hands it around.
#pragma once

#include "graph/graph.h"

/// C API: OrtExternalInitializerInfo.
struct OrtExternalInitializerInfo final {
  backplane::ExternalData data;
};
