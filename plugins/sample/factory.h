// The factory of the sample EPs: which devices it drives decides which style of EP it makes. Both
// libraries use it: one has a factory for all types of devices, the other a factory for each.
#pragma once

#include <initializer_list>
#include <mutex>
#include <string>

#include "gpu_device.h"
#include "kit/kernels.h"
#include "tensor.h"

// Before what the library exports; all else is hidden.
#ifdef _WIN32
#define SAMPLE_EXPORT __declspec(dllexport)
#else
#define SAMPLE_EXPORT __attribute__((visibility("default")))
#endif

namespace sample {

// In PCI's numbering it would be the vendor's; also found on devices and memory of ours.
inline constexpr uint32_t kVendorId = 0xBAC4;

class Factory : public OrtEpFactory {
 public:
  // An EP of that name for devices of these types: CPU compile-based, NPU kernel-based, GPU with
  // memory of its own.
  Factory(const Api& api, std::string name, std::initializer_list<OrtHardwareDeviceType> types);

  Factory(const Factory&) = delete;
  Factory& operator=(const Factory&) = delete;

 private:
  void SetIdentity();
  void SetMemory();
  void SetEps();

  bool Drives(OrtHardwareDeviceType type) const;
  void PickDevices(const OrtHardwareDevice* const* devices, size_t num_devices,
                   OrtEpDevice** ep_devices, size_t max_ep_devices, size_t* num_ep_devices);
  OrtEpDevice* MakeEpDevice(const OrtHardwareDevice* device);
  std::unique_ptr<EpBase> MakeEp(const OrtHardwareDevice* device,
                                 const OrtSessionOptions* session_options);
  bool IsGpuMemory(const OrtMemoryDevice* memory) const;

  const Api api_;
  const std::string name_;
  const std::vector<OrtHardwareDeviceType> types_;
  std::vector<Owned<OrtHardwareDevice>> virtual_devices_;

  // Shared by the sessions; made when the first one needs them.
  std::mutex mutex_;
  std::unique_ptr<ep_kit::KernelTable> npu_kernels_;
  std::unique_ptr<ep_kit::KernelTable> gpu_kernels_;

  GpuDevice gpu_;
  Owned<OrtMemoryInfo> gpu_memory_;
};

// The bodies of CreateEpFactories, which has the factories made once it has the tables of the host,
// and of ReleaseEpFactory.
using FactoryMaker = std::function<std::vector<std::unique_ptr<Factory>>(const Api&)>;
OrtStatus* CreateFactories(const OrtApiBase* base, OrtEpFactory** factories, size_t max_factories,
                           size_t* num_factories, const FactoryMaker& make) noexcept;
OrtStatus* ReleaseFactory(OrtEpFactory* factory) noexcept;

}  // namespace sample
