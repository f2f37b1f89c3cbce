// The virtual-GPU style: kernel-based, on a device with memory and queues of its own. Kernels get
// pointers into device memory and only enqueue work; see gpu_memory.h for what moves the data.
#pragma once

#include "gpu_device.h"
#include "kit/kernels.h"
#include "tensor.h"

namespace sample {

using ep_kit::KernelTable;

std::unique_ptr<KernelTable> MakeGpuEpTable(const Api& api, const std::string& name);

// As MakeKernelEp. `device` outlives the EP.
std::unique_ptr<EpBase> MakeGpuEp(const Api& api, const std::string& name, const KernelTable& table,
                                  GpuDevice& device);

}  // namespace sample
