// Where memory lives: the description behind the C API's OrtMemoryInfo and OrtMemoryDevice.
#pragma once

#include <cstdint>
#include <string>

#include "onnxruntime_c_api.h"

/// Describes a kind of memory (public header: MemoryInfo_* and CreateMemoryInfo*).
struct OrtMemoryInfo final {
  std::string name = "Cpu";
  OrtMemoryInfoDeviceType device_type = OrtMemoryInfoDeviceType_CPU;
  OrtDeviceMemoryType device_memory = OrtDeviceMemoryType_DEFAULT;
  OrtMemType mem_type = OrtMemTypeDefault;
  OrtAllocatorType allocator_type = OrtDeviceAllocator;
  uint32_t vendor_id = 0;
  int device_id = 0;
  size_t alignment = 0;  ///< bytes; 0: the allocator's default

  /// True if the host may read and write this memory through plain pointers.
  bool HostAccessible() const {
    return device_type == OrtMemoryInfoDeviceType_CPU ||
           device_memory == OrtDeviceMemoryType_HOST_ACCESSIBLE;
  }
  bool SameDevice(const OrtMemoryInfo& other) const {
    return device_type == other.device_type && device_memory == other.device_memory &&
           vendor_id == other.vendor_id && device_id == other.device_id;
  }
  friend bool operator==(const OrtMemoryInfo&, const OrtMemoryInfo&) = default;
};

namespace backplane {

using MemoryInfo = ::OrtMemoryInfo;

/// The built-in EP's memory: name "Cpu", ordinary host memory.
const MemoryInfo& CpuMemoryInfo();

}  // namespace backplane
