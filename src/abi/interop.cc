#include "abi/interop.h"

#include "abi/guard.h"
#include "provider/external_resources.h"
#include "provider/registry.h"
#include "runtime/env.h"

namespace backplane::abi {
namespace {

template <typename... Pointers>
void AllGiven(const char* message, Pointers... pointers) {
  Require(((pointers != nullptr) && ...), ORT_INVALID_ARGUMENT, "{}", message);
}

// The library that drives a device; null for the built-in EP.
std::shared_ptr<PluginLibrary> LibraryOf(const OrtEpDevice* device) {
  const std::shared_ptr<OrtEnv> env = OrtEnv::Current();
  Require(env != nullptr, ORT_INVALID_ARGUMENT, "there is no environment");
  return env->providers().LibraryOf(device);
}

// Calls one of the factory's callbacks for graphics queues, which it need not have.
template <typename Function, typename... Args>
void CallFactory(const OrtEpDevice& device, Function OrtEpFactory::*member, const char* name,
                 Args... args) {
  constexpr uint32_t kSince = 25;
  const std::shared_ptr<PluginLibrary> library = LibraryOf(&device);
  const auto call = library == nullptr ? nullptr : Callback(*device.factory, member, kSince);
  Require(call != nullptr, ORT_NOT_IMPLEMENTED,
          "The execution provider does not support graphics interop: {} has no {}.", device.ep_name,
          name);
  CallPlugin(Format("{}: {}", device.ep_name, name), call, device.factory, &device, args...);
}

}  // namespace

OrtStatus* CreateExternalResourceImporterForDevice(
    const OrtEpDevice* ep_device, OrtExternalResourceImporter** out_importer) noexcept {
  return Guard([&] {
    AllGiven("ep_device and out_importer must be provided.", ep_device, out_importer);
    *out_importer = nullptr;
    std::shared_ptr<PluginLibrary> library = LibraryOf(ep_device);
    if (library == nullptr) return;
    *out_importer = ExternalResourceImporter::Create(std::move(library), *ep_device).release();
  });
}

void ReleaseExternalResourceImporter(OrtExternalResourceImporter* input) noexcept { delete input; }

OrtStatus* CanImportMemory(const OrtExternalResourceImporter* importer,
                           OrtExternalMemoryHandleType handle_type, bool* out_supported) noexcept {
  return Guard([&] {
    AllGiven("importer and out_supported must be provided.", importer, out_supported);
    *out_supported = importer->CanImportMemory(handle_type);
  });
}

OrtStatus* ImportMemory(OrtExternalResourceImporter* importer,
                        const OrtExternalMemoryDescriptor* desc,
                        OrtExternalMemoryHandle** out_handle) noexcept {
  return Guard([&] {
    AllGiven("importer, desc, and out_handle must be provided.", importer, desc, out_handle);
    *out_handle = nullptr;
    *out_handle = importer->ImportMemory(*desc);
  });
}

void ReleaseExternalMemoryHandle(OrtExternalMemoryHandle* input) noexcept {
  ReleaseImported(input);
}

OrtStatus* CreateTensorFromMemory(OrtExternalResourceImporter* importer,
                                  const OrtExternalMemoryHandle* mem_handle,
                                  const OrtExternalTensorDescriptor* tensor_desc,
                                  OrtValue** out_tensor) noexcept {
  return Guard([&] {
    AllGiven("importer, mem_handle, tensor_desc, and out_tensor must be provided.", importer,
             mem_handle, tensor_desc, out_tensor);
    *out_tensor = nullptr;
    *out_tensor = importer->CreateTensor(mem_handle, *tensor_desc).release();
  });
}

OrtStatus* CanImportSemaphore(const OrtExternalResourceImporter* importer,
                              OrtExternalSemaphoreType type, bool* out_supported) noexcept {
  return Guard([&] {
    AllGiven("importer and out_supported must be provided.", importer, out_supported);
    *out_supported = importer->CanImportSemaphore(type);
  });
}

OrtStatus* ImportSemaphore(OrtExternalResourceImporter* importer,
                           const OrtExternalSemaphoreDescriptor* desc,
                           OrtExternalSemaphoreHandle** out_handle) noexcept {
  return Guard([&] {
    AllGiven("importer, desc, and out_handle must be provided.", importer, desc, out_handle);
    *out_handle = nullptr;
    *out_handle = importer->ImportSemaphore(*desc);
  });
}

void ReleaseExternalSemaphoreHandle(OrtExternalSemaphoreHandle* input) noexcept {
  ReleaseImported(input);
}

OrtStatus* WaitSemaphore(OrtExternalResourceImporter* importer,
                         OrtExternalSemaphoreHandle* semaphore_handle, OrtSyncStream* stream,
                         uint64_t value) noexcept {
  return Guard([&] {
    AllGiven("importer, semaphore_handle, and stream must be provided.", importer, semaphore_handle,
             stream);
    importer->Wait(semaphore_handle, *stream, value);
  });
}

OrtStatus* SignalSemaphore(OrtExternalResourceImporter* importer,
                           OrtExternalSemaphoreHandle* semaphore_handle, OrtSyncStream* stream,
                           uint64_t value) noexcept {
  return Guard([&] {
    AllGiven("importer, semaphore_handle, and stream must be provided.", importer, semaphore_handle,
             stream);
    importer->Signal(semaphore_handle, *stream, value);
  });
}

OrtStatus* InitGraphicsInteropForEpDevice(const OrtEpDevice* ep_device,
                                          const OrtGraphicsInteropConfig* config) noexcept {
  return Guard([&] {
    AllGiven("ep_device and config must be provided.", ep_device, config);
    CallFactory(*ep_device, &OrtEpFactory::InitGraphicsInterop, "InitGraphicsInterop", config);
  });
}

OrtStatus* DeinitGraphicsInteropForEpDevice(const OrtEpDevice* ep_device) noexcept {
  return Guard([&] {
    AllGiven("ep_device must be provided.", ep_device);
    CallFactory(*ep_device, &OrtEpFactory::DeinitGraphicsInterop, "DeinitGraphicsInterop");
  });
}

}  // namespace backplane::abi
