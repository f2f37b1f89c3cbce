// Kernels of DeviceA in a registry (DEVICE_EP_KERNELS), for tests of what kernel-based EPs with
// memory of their own are given: host memory where a definition asks for it, scratch memory,
// control flow made by the host.
#pragma once

#include <functional>

#include "device.h"
#include "onnxruntime_c_api.h"

namespace device_ep {

/// What the kernels need of the plug-in.
struct KernelHost {
  Memory* memory = nullptr;
  const OrtMemoryInfo* info = nullptr;
  /// Does work on a stream, or at once without one.
  void (*run)(OrtSyncStream* stream, std::function<void()> work) = nullptr;
};

/// A registry for Add, Mul, Neg, Abs (by way of scratch memory), Expand (its shape on the host),
/// Shape (its result on the host), If, Loop, Scan; with `copies` also MemcpyFromHost and
/// MemcpyToHost. Fails with what the host says.
OrtStatus* MakeKernelRegistry(const KernelHost& host, bool copies, OrtKernelRegistry** out);

/// Claims the nodes of `graph` whose names begin with "a_" and that the registry has a kernel for.
OrtStatus* ClaimWithKernels(const OrtGraph* graph, OrtEpGraphSupportInfo* support);

}  // namespace device_ep
