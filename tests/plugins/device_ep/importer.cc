#include "importer.h"

#include <atomic>
#include <cstdlib>
#include <thread>

#include "support/plugin.h"

namespace device_ep {
namespace {

using plugin::ort;

ImporterHost host;

std::string Mode() {
  const char* mode = std::getenv("DEVICE_EP_IMPORTER");
  return mode == nullptr ? "" : mode;
}

struct MemoryHandle : OrtExternalMemoryHandle {};
struct Semaphore : OrtExternalSemaphoreHandle {
  std::atomic<uint64_t>& counter() {
    return *static_cast<std::atomic<uint64_t>*>(descriptor.native_handle);
  }
};

OrtStatus* ImportMemory(OrtExternalResourceImporterImpl*, const OrtExternalMemoryDescriptor* desc,
                        OrtExternalMemoryHandle** out) noexcept {
  if (OrtStatus* status = host.enter("DeviceA", "ImportMemory")) return status;
  if (Mode() == "nothing") return nullptr;
  auto* handle = new MemoryHandle();
  handle->version = ORT_API_VERSION;
  handle->descriptor = *desc;
  handle->Release = [](OrtExternalMemoryHandle* gone) {
    Journal::Get().Add("handle released");
    delete static_cast<MemoryHandle*>(gone);
  };
  Journal::Get().Add("memory imported");
  *out = handle;
  return nullptr;
}

OrtStatus* CreateTensor(OrtExternalResourceImporterImpl*, const OrtExternalMemoryHandle* handle,
                        const OrtExternalTensorDescriptor* desc, OrtValue** out) noexcept {
  if (OrtStatus* status = host.enter("DeviceA", "CreateTensorFromMemory")) return status;
  if (Mode() == "nothing") return nullptr;
  const OrtExternalMemoryDescriptor& memory = handle->descriptor;
  OrtMemoryInfo* info = nullptr;
  if (OrtStatus* status = ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &info))
    return status;
  const size_t from = memory.offset_bytes + desc->offset_bytes;
  OrtStatus* status = ort->CreateTensorWithDataAsOrtValue(
      info, static_cast<char*>(memory.native_handle) + from, memory.size_bytes - from, desc->shape,
      desc->rank, desc->element_type, out);
  ort->ReleaseMemoryInfo(info);
  return status;
}

OrtStatus* ImportSemaphore(OrtExternalResourceImporterImpl*,
                           const OrtExternalSemaphoreDescriptor* desc,
                           OrtExternalSemaphoreHandle** out) noexcept {
  if (OrtStatus* status = host.enter("DeviceA", "ImportSemaphore")) return status;
  if (Mode() == "nothing") return nullptr;
  auto* handle = new Semaphore();
  handle->version = ORT_API_VERSION;
  handle->descriptor = *desc;
  handle->Release = [](OrtExternalSemaphoreHandle* gone) {
    Journal::Get().Add("semaphore handle released");
    delete static_cast<Semaphore*>(gone);
  };
  *out = handle;
  return nullptr;
}

OrtStatus* Wait(OrtExternalResourceImporterImpl*, OrtExternalSemaphoreHandle* handle,
                OrtSyncStream* stream, uint64_t value) noexcept {
  if (OrtStatus* status = host.enter("DeviceA", "WaitSemaphore")) return status;
  host.run(stream, [&counter = static_cast<Semaphore*>(handle)->counter(), value] {
    while (counter < value) std::this_thread::yield();
  });
  return nullptr;
}

OrtStatus* Signal(OrtExternalResourceImporterImpl*, OrtExternalSemaphoreHandle* handle,
                  OrtSyncStream* stream, uint64_t value) noexcept {
  if (OrtStatus* status = host.enter("DeviceA", "SignalSemaphore")) return status;
  host.run(stream,
           [&counter = static_cast<Semaphore*>(handle)->counter(), value] { counter = value; });
  return nullptr;
}

OrtStatus* CreateImporter(OrtEpFactory*, const OrtEpDevice*,
                          OrtExternalResourceImporterImpl** out) noexcept {
  if (OrtStatus* status = host.enter("DeviceA", "CreateExternalResourceImporterForDevice"))
    return status;
  *out = nullptr;
  const std::string mode = Mode();
  if (mode == "none") return nullptr;
  if (mode == "old") {  // refused by its version, so never given back
    static OrtExternalResourceImporterImpl refused{};
    *out = &refused;
    return nullptr;
  }
  auto* importer = new OrtExternalResourceImporterImpl();
  *out = importer;
  importer->ort_version_supported = ORT_API_VERSION;
  importer->Release = [](OrtExternalResourceImporterImpl* gone) {
    Journal::Get().Add("importer released");
    delete gone;
  };
  if (mode == "bare") return nullptr;
  importer->CanImportMemory = [](const OrtExternalResourceImporterImpl*,
                                 OrtExternalMemoryHandleType type) {
    return type == ORT_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION;
  };
  importer->ImportMemory = &ImportMemory;
  importer->ReleaseMemory = [](OrtExternalResourceImporterImpl*, OrtExternalMemoryHandle* handle) {
    Journal::Get().Add("memory released");
    delete static_cast<MemoryHandle*>(handle);
  };
  importer->CreateTensorFromMemory = &CreateTensor;
  importer->CanImportSemaphore = [](const OrtExternalResourceImporterImpl*,
                                    OrtExternalSemaphoreType type) {
    return type == ORT_EXTERNAL_SEMAPHORE_VK_TIMELINE_SEMAPHORE_OPAQUE_FD;
  };
  importer->ImportSemaphore = &ImportSemaphore;
  importer->ReleaseSemaphore = [](OrtExternalResourceImporterImpl*,
                                  OrtExternalSemaphoreHandle* handle) {
    Journal::Get().Add("semaphore released");
    delete static_cast<Semaphore*>(handle);
  };
  importer->WaitSemaphore = &Wait;
  importer->SignalSemaphore = &Signal;
  return nullptr;
}

}  // namespace

void SetImporter(OrtEpFactory& factory, const ImporterHost& the_host) {
  if (Mode().empty()) return;
  host = the_host;
  factory.CreateExternalResourceImporterForDevice = &CreateImporter;
  factory.InitGraphicsInterop = [](OrtEpFactory*, const OrtEpDevice*,
                                   const OrtGraphicsInteropConfig* config) noexcept -> OrtStatus* {
    if (OrtStatus* status = host.enter("DeviceA", "InitGraphicsInterop")) return status;
    Journal::Get().Add("graphics " + std::to_string(config->graphics_api));
    return nullptr;
  };
  factory.DeinitGraphicsInterop = [](OrtEpFactory*, const OrtEpDevice*) noexcept -> OrtStatus* {
    if (OrtStatus* status = host.enter("DeviceA", "DeinitGraphicsInterop")) return status;
    Journal::Get().Add("graphics off");
    return nullptr;
  };
}

}  // namespace device_ep
