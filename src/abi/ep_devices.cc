#include "abi/ep_devices.h"

#include <algorithm>
#include <memory>

#include "abi/guard.h"
#include "model/model.h"
#include "onnxruntime_ep_device_ep_metadata_keys.h"
#include "provider/registry.h"
#include "runtime/env.h"

namespace backplane::abi {

// -- lists of devices
// -------------------------------------------------------------------------------------------------

OrtStatus* GetEpDevices(const OrtEnv* env, const OrtEpDevice* const** ep_devices,
                        size_t* num_ep_devices) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(ep_devices, "ep_devices");
    NotNull(num_ep_devices, "num_ep_devices");
    const auto devices = env->providers().devices();
    *ep_devices = devices.data();
    *num_ep_devices = devices.size();
  });
}

OrtStatus* GetNumHardwareDevices(const OrtEnv* env, size_t* num_devices) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(num_devices, "num_devices");
    *num_devices = env->providers().hardware().size();
  });
}

OrtStatus* GetHardwareDevices(const OrtEnv* env, const OrtHardwareDevice** devices,
                              size_t num_devices) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(devices, "devices");
    const HardwareDevices& hardware = env->providers().hardware();
    Require(num_devices >= hardware.size(), ORT_INVALID_ARGUMENT,
            "The array has room for {} hardware devices, but there are {}.", num_devices,
            hardware.size());
    std::transform(hardware.begin(), hardware.end(), devices,
                   [](const auto& device) { return device.get(); });
  });
}

// -- what they tell; null in, nothing out
// -------------------------------------------------------------------------------------------------

OrtHardwareDeviceType HardwareDevice_Type(const OrtHardwareDevice* device) noexcept {
  return device == nullptr ? OrtHardwareDeviceType_CPU : device->type;
}

uint32_t HardwareDevice_VendorId(const OrtHardwareDevice* device) noexcept {
  return device == nullptr ? 0 : device->vendor_id;
}

const char* HardwareDevice_Vendor(const OrtHardwareDevice* device) noexcept {
  return device == nullptr ? nullptr : device->vendor.c_str();
}

uint32_t HardwareDevice_DeviceId(const OrtHardwareDevice* device) noexcept {
  return device == nullptr ? 0 : device->device_id;
}

const OrtKeyValuePairs* HardwareDevice_Metadata(const OrtHardwareDevice* device) noexcept {
  return device == nullptr ? nullptr : &device->metadata;
}

const char* EpDevice_EpName(const OrtEpDevice* ep_device) noexcept {
  return ep_device == nullptr ? nullptr : ep_device->ep_name.c_str();
}

const char* EpDevice_EpVendor(const OrtEpDevice* ep_device) noexcept {
  return ep_device == nullptr ? nullptr : ep_device->ep_vendor.c_str();
}

const OrtKeyValuePairs* EpDevice_EpMetadata(const OrtEpDevice* ep_device) noexcept {
  return ep_device == nullptr ? nullptr : &ep_device->metadata;
}

const OrtKeyValuePairs* EpDevice_EpOptions(const OrtEpDevice* ep_device) noexcept {
  return ep_device == nullptr ? nullptr : &ep_device->options;
}

const OrtHardwareDevice* EpDevice_Device(const OrtEpDevice* ep_device) noexcept {
  return ep_device == nullptr ? nullptr : ep_device->device;
}

const OrtMemoryInfo* EpDevice_MemoryInfo(const OrtEpDevice* ep_device,
                                         OrtDeviceMemoryType memory_type) noexcept {
  return ep_device == nullptr ? nullptr : ep_device->Memory(memory_type);
}

// -- what suits what
// -------------------------------------------------------------------------------------------------

OrtStatus* GetHardwareDeviceEpIncompatibilityDetails(
    const OrtEnv* env, const char* ep_name, const OrtHardwareDevice* hw,
    OrtDeviceEpIncompatibilityDetails** details) noexcept {
  return Guard([&] {
    NotNull(env, "env");
    NotNull(ep_name, "ep_name");
    NotNull(hw, "hw");
    NotNull(details, "details");
    *details = nullptr;
    *details = new OrtDeviceEpIncompatibilityDetails(env->providers().Explain(ep_name, *hw));
  });
}

OrtStatus* DeviceEpIncompatibilityDetails_GetReasonsBitmask(
    const OrtDeviceEpIncompatibilityDetails* details, uint32_t* reasons_bitmask) noexcept {
  return Guard([&] {
    NotNull(details, "details");
    NotNull(reasons_bitmask, "reasons_bitmask");
    *reasons_bitmask = details->reasons;
  });
}

OrtStatus* DeviceEpIncompatibilityDetails_GetNotes(const OrtDeviceEpIncompatibilityDetails* details,
                                                   const char** notes) noexcept {
  return Guard([&] {
    NotNull(details, "details");
    NotNull(notes, "notes");
    *notes = details->notes.empty() ? nullptr : details->notes.c_str();
  });
}

OrtStatus* DeviceEpIncompatibilityDetails_GetErrorCode(
    const OrtDeviceEpIncompatibilityDetails* details, int32_t* error_code) noexcept {
  return Guard([&] {
    NotNull(details, "details");
    NotNull(error_code, "error_code");
    *error_code = details->error_code;
  });
}

void ReleaseDeviceEpIncompatibilityDetails(OrtDeviceEpIncompatibilityDetails* input) noexcept {
  delete input;
}

OrtStatus* DeviceEpIncompatibilityDetails_SetDetails(OrtDeviceEpIncompatibilityDetails* details,
                                                     uint32_t reasons_bitmask, int32_t error_code,
                                                     const char* notes) noexcept {
  return Guard([&] {
    NotNull(details, "details");
    details->reasons = reasons_bitmask;
    details->error_code = error_code;
    details->notes = notes == nullptr ? "" : notes;
  });
}

OrtStatus* GetModelCompatibilityForEpDevices(const OrtEpDevice* const* ep_devices,
                                             size_t num_ep_devices, const char* compatibility_info,
                                             OrtCompiledModelCompatibility* out_status) noexcept {
  return Guard([&] {
    Require(ep_devices != nullptr && num_ep_devices != 0, ORT_INVALID_ARGUMENT,
            "Must provide one or more OrtEpDevice instances.");
    Require(compatibility_info != nullptr, ORT_INVALID_ARGUMENT,
            "Compatibility info string is null");
    NotNull(out_status, "out_status");
    const std::shared_ptr<OrtEnv> env = OrtEnv::Current();
    Require(env != nullptr, ORT_INVALID_ARGUMENT, "there is no environment");
    *out_status = env->providers().Compatibility({ep_devices, num_ep_devices}, compatibility_info);
  });
}

namespace {

// The text that whoever compiled the model left for an EP; null if there is none.
char* CompatibilityText(const Graph& graph, const char* ep_type, OrtAllocator* allocator) {
  const auto& metadata = graph.model()->metadata;
  const auto found =
      metadata.find(Format("{}{}", kOrtModelMetadata_EpCompatibilityInfoPrefix, ep_type));
  return found == metadata.end() ? nullptr : CopyText(found->second, allocator);
}

}  // namespace

OrtStatus* GetCompatibilityInfoFromModel(const ORTCHAR_T* model_path, const char* ep_type,
                                         OrtAllocator* allocator,
                                         char** compatibility_info) noexcept {
  return Guard([&] {
    NotNull(model_path, "model_path");
    NotNull(ep_type, "ep_type");
    NotNull(allocator, "allocator");
    NotNull(compatibility_info, "compatibility_info");
    *compatibility_info = nullptr;
    *compatibility_info = CompatibilityText(*LoadModelFile(model_path), ep_type, allocator);
  });
}

OrtStatus* GetCompatibilityInfoFromModelBytes(const void* model_data, size_t model_data_length,
                                              const char* ep_type, OrtAllocator* allocator,
                                              char** compatibility_info) noexcept {
  return Guard([&] {
    NotNullArray(model_data, model_data_length, "model_data");
    NotNull(ep_type, "ep_type");
    NotNull(allocator, "allocator");
    NotNull(compatibility_info, "compatibility_info");
    *compatibility_info = nullptr;
    LoadOptions load;
    load.bytes_stay_valid = true;  // for as long as this takes
    const auto graph =
        LoadModelBytes({static_cast<const std::byte*>(model_data), model_data_length}, load);
    *compatibility_info = CompatibilityText(*graph, ep_type, allocator);
  });
}

// -- made by plugins
// -------------------------------------------------------------------------------------------------

OrtStatus* CreateEpDevice(OrtEpFactory* ep_factory, const OrtHardwareDevice* hardware_device,
                          const OrtKeyValuePairs* ep_metadata, const OrtKeyValuePairs* ep_options,
                          OrtEpDevice** ep_device) noexcept {
  return Guard([&] {
    NotNull(ep_factory, "ep_factory");
    NotNull(hardware_device, "hardware_device");
    NotNull(ep_device, "ep_device");
    auto device = std::make_unique<OrtEpDevice>();
    device->factory = ep_factory;
    device->device = hardware_device;
    device->ep_name = FactoryName(*ep_factory);
    const char* vendor = AskPlugin<const char*>(
        "GetVendor", nullptr, Callback(*ep_factory, &OrtEpFactory::GetVendor, kFirstEpApiVersion),
        ep_factory);
    if (vendor != nullptr) device->ep_vendor = vendor;
    if (ep_metadata != nullptr) device->metadata = *ep_metadata;
    if (ep_options != nullptr) device->options = *ep_options;
    *ep_device = device.release();
  });
}

void ReleaseEpDevice(OrtEpDevice* input) noexcept { delete input; }

OrtStatus* EpDevice_AddAllocatorInfo(OrtEpDevice* ep_device,
                                     const OrtMemoryInfo* allocator_memory_info) noexcept {
  return Guard([&] {
    NotNull(ep_device, "ep_device");
    NotNull(allocator_memory_info, "allocator_memory_info");
    const MemoryInfo& info = *allocator_memory_info;
    if (info.device_memory == OrtDeviceMemoryType_HOST_ACCESSIBLE) {
      ep_device->host_memory = info;
    } else if (info.allocator_type == OrtReadOnlyAllocator) {
      ep_device->read_only_memory = info;
    } else {
      ep_device->memory = info;
    }
  });
}

OrtStatus* CreateHardwareDevice(OrtHardwareDeviceType type, uint32_t vendor_id, uint32_t device_id,
                                const char* vendor_name, const OrtKeyValuePairs* metadata,
                                OrtHardwareDevice** hardware_device) noexcept {
  return Guard([&] {
    NotNull(vendor_name, "vendor_name");
    NotNull(hardware_device, "hardware_device");
    Require(type == OrtHardwareDeviceType_CPU || type == OrtHardwareDeviceType_GPU ||
                type == OrtHardwareDeviceType_NPU,
            ORT_INVALID_ARGUMENT, "{} is no OrtHardwareDeviceType", static_cast<int>(type));
    auto device = std::make_unique<OrtHardwareDevice>();
    device->type = type;
    device->vendor_id = vendor_id;
    device->device_id = device_id;
    device->vendor = vendor_name;
    if (metadata != nullptr) device->metadata = *metadata;
    *hardware_device = device.release();
  });
}

void ReleaseHardwareDevice(OrtHardwareDevice* input) noexcept { delete input; }

OrtStatus* GetEnvConfigEntries(OrtKeyValuePairs** config_entries) noexcept {
  return Guard([&] {
    NotNull(config_entries, "config_entries");
    const std::shared_ptr<OrtEnv> env = OrtEnv::Current();
    *config_entries = env == nullptr ? new OrtKeyValuePairs()
                                     : new OrtKeyValuePairs(env->providers().ConfigEntries());
  });
}

}  // namespace backplane::abi
