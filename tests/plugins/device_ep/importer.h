// The device EP's importer of external memory and semaphores: ordinary host memory by its address,
// and semaphores that are counters in host memory, std::atomic<uint64_t> by their address.
#pragma once

#include <functional>

#include "device.h"
#include "onnxruntime_c_api.h"

namespace device_ep {

/// What the importer needs of the plug-in.
struct ImporterHost {
  /// Does work on a stream, or at once without one.
  void (*run)(OrtSyncStream* stream, std::function<void()> work);
  /// The status of a callback that was told to fail (DEVICE_EP_FAIL), or null.
  OrtStatus* (*enter)(const std::string& ep, const char* callback);
};

/// Fills in the factory's callbacks if DEVICE_EP_IMPORTER is set:
///   "1"       all is well
///   "none"    there is no importer for the device
///   "nothing" imports succeed without a result
///   "bare"    the importer has Release and nothing else
///   "old"     it states version 0
void SetImporter(OrtEpFactory& factory, const ImporterHost& host);

}  // namespace device_ep
