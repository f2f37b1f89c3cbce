// A library with CreateEpFactories but without ReleaseEpFactory: registering it must name what is
// missing and call nothing.
#include <cstdlib>

#include "onnxruntime_c_api.h"

extern "C" __attribute__((visibility("default"))) OrtStatus* CreateEpFactories(
    const char*, const OrtApiBase*, const OrtLogger*, OrtEpFactory**, size_t, size_t*) {
  std::abort();
}
