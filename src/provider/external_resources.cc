#include "provider/external_resources.h"

#include <mutex>
#include <unordered_map>

#include "base/error.h"
#include "base/shape_format.h"
#include "graph/element_type.h"

using backplane::Buffer;
using backplane::Callback;
using backplane::CallPlugin;
using backplane::Fail;
using backplane::Format;
using backplane::Require;
using backplane::Shape;
using backplane::Tensor;
using backplane::Value;

namespace {
constexpr uint32_t kSince = 24;
}  // namespace

struct OrtExternalResourceImporter::Impl {
  std::shared_ptr<backplane::PluginLibrary> library;
  std::shared_ptr<void> lease;  // the EP may look at its device
  std::string ep_name;
  OrtExternalResourceImporterImpl* plugin = nullptr;

  ~Impl() {
    if (plugin == nullptr) return;
    backplane::ReleaseThroughPlugin(
        Callback(*plugin, &OrtExternalResourceImporterImpl::Release, kSince), plugin);
  }
};

namespace {

using Importer = OrtExternalResourceImporter::Impl;

/// Something that an EP imported, by its address; released with the last who holds it.
using Imported = std::shared_ptr<void>;

// Clients hold plain pointers to the EP's objects. What they may still use is here.
class ImportedObjects {
 public:
  static ImportedObjects& Get() {
    static ImportedObjects objects;
    return objects;
  }
  void Add(const std::shared_ptr<Importer>& importer, Imported object) {
    const std::lock_guard lock(mutex_);
    const void* address = object.get();
    objects_[address] = {importer.get(), std::move(object)};
  }
  /// Null unless it was made by `importer`.
  Imported Find(const Importer* importer, const void* address) const {
    const std::lock_guard lock(mutex_);
    const auto it = objects_.find(address);
    return it == objects_.end() || it->second.importer != importer ? nullptr : it->second.object;
  }
  Imported Take(const void* address) {
    const std::lock_guard lock(mutex_);
    const auto it = objects_.find(address);
    if (it == objects_.end()) return nullptr;
    Imported object = std::move(it->second.object);
    objects_.erase(it);
    return object;  // goes outside of the lock
  }

 private:
  struct Entry {
    const Importer* importer = nullptr;
    Imported object;
  };
  mutable std::mutex mutex_;
  std::unordered_map<const void*, Entry> objects_;  // guarded by mutex_
};

std::string In(const Importer& importer, const char* callback) {
  return Format("{}: {}", importer.ep_name, callback);
}

// Takes over what an EP has imported; the object itself says how it is released.
template <typename Handle>
Handle* Adopt(const std::shared_ptr<Importer>& importer, Handle* handle, const char* callback) {
  Require(handle != nullptr, ORT_FAIL, "{}: {} returned null handle.", importer->ep_name, callback);
  backplane::CheckStatedVersion(handle->version, kSince,
                                Format("{}: the result of {}", importer->ep_name, callback));
  ImportedObjects::Get().Add(importer, Imported(handle, [importer](void* gone) {
                               auto* mine = static_cast<Handle*>(gone);
                               backplane::ReleaseThroughPlugin(mine->Release, mine);
                             }));
  return handle;
}

Shape CheckShape(const OrtExternalTensorDescriptor& descriptor, size_t available) {
  Require(descriptor.rank == 0 || descriptor.shape != nullptr, ORT_INVALID_ARGUMENT,
          "tensor_desc->shape must be provided for rank {}", descriptor.rank);
  const backplane::DType dtype = backplane::ToDType(descriptor.element_type);
  Require(dtype != backplane::DType::kUndefined && dtype != backplane::DType::kString,
          ORT_INVALID_ARGUMENT, "tensors over external memory cannot have element type {}",
          static_cast<int>(descriptor.element_type));
  const Shape shape(std::span<const int64_t>(descriptor.shape, descriptor.rank));
  const size_t bytes = backplane::BytesOf(dtype, shape.ElementCount());
  Require(descriptor.offset_bytes <= available && bytes <= available - descriptor.offset_bytes,
          ORT_INVALID_ARGUMENT,
          "a tensor of shape {} with {} bytes at offset {} does not fit into the {} bytes of the "
          "imported memory",
          shape, bytes, descriptor.offset_bytes, available);
  return shape;
}

}  // namespace

std::unique_ptr<OrtExternalResourceImporter> OrtExternalResourceImporter::Create(
    std::shared_ptr<backplane::PluginLibrary> library, const OrtEpDevice& device) {
  const auto create =
      Callback(*device.factory, &OrtEpFactory::CreateExternalResourceImporterForDevice, kSince);
  if (create == nullptr) return nullptr;
  auto impl = std::make_shared<Impl>();
  impl->ep_name = device.ep_name;
  impl->lease = library->Lease(Format("an importer of external resources for {}", device.ep_name));
  impl->library = std::move(library);
  CallPlugin(In(*impl, "CreateExternalResourceImporterForDevice"), create, device.factory, &device,
             &impl->plugin);
  if (impl->plugin == nullptr) return nullptr;
  backplane::CheckStatedVersion(impl->plugin->ort_version_supported, kSince,
                                Format("{}: the OrtExternalResourceImporterImpl", device.ep_name));
  Require(impl->plugin->Release != nullptr, ORT_INVALID_ARGUMENT,
          "{}: the OrtExternalResourceImporterImpl lacks Release", device.ep_name);
  return std::unique_ptr<OrtExternalResourceImporter>(
      new OrtExternalResourceImporter(std::move(impl)));
}

bool OrtExternalResourceImporter::CanImportMemory(OrtExternalMemoryHandleType type) const {
  return backplane::AskPlugin(
      In(*impl_, "CanImportMemory"), false,
      Callback(*impl_->plugin, &OrtExternalResourceImporterImpl::CanImportMemory, kSince),
      impl_->plugin, type);
}

bool OrtExternalResourceImporter::CanImportSemaphore(OrtExternalSemaphoreType type) const {
  return backplane::AskPlugin(
      In(*impl_, "CanImportSemaphore"), false,
      Callback(*impl_->plugin, &OrtExternalResourceImporterImpl::CanImportSemaphore, kSince),
      impl_->plugin, type);
}

OrtExternalMemoryHandle* OrtExternalResourceImporter::ImportMemory(
    const OrtExternalMemoryDescriptor& descriptor) {
  const auto import =
      Callback(*impl_->plugin, &OrtExternalResourceImporterImpl::ImportMemory, kSince);
  Require(import != nullptr, ORT_NOT_IMPLEMENTED,
          "External memory import is not supported by this EP ({}).", impl_->ep_name);
  Require(descriptor.offset_bytes <= descriptor.size_bytes, ORT_INVALID_ARGUMENT,
          "the offset {} lies behind the {} bytes of the external memory", descriptor.offset_bytes,
          descriptor.size_bytes);
  OrtExternalMemoryHandle* handle = nullptr;
  CallPlugin(In(*impl_, "ImportMemory"), import, impl_->plugin, &descriptor, &handle);
  return Adopt(impl_, handle, "ImportMemory");
}

OrtExternalSemaphoreHandle* OrtExternalResourceImporter::ImportSemaphore(
    const OrtExternalSemaphoreDescriptor& descriptor) {
  const auto import =
      Callback(*impl_->plugin, &OrtExternalResourceImporterImpl::ImportSemaphore, kSince);
  Require(import != nullptr, ORT_NOT_IMPLEMENTED,
          "External semaphore import is not supported by this EP ({}).", impl_->ep_name);
  OrtExternalSemaphoreHandle* handle = nullptr;
  CallPlugin(In(*impl_, "ImportSemaphore"), import, impl_->plugin, &descriptor, &handle);
  return Adopt(impl_, handle, "ImportSemaphore");
}

std::unique_ptr<Value> OrtExternalResourceImporter::CreateTensor(
    const OrtExternalMemoryHandle* memory, const OrtExternalTensorDescriptor& descriptor) {
  const auto create =
      Callback(*impl_->plugin, &OrtExternalResourceImporterImpl::CreateTensorFromMemory, kSince);
  Require(create != nullptr, ORT_NOT_IMPLEMENTED,
          "External memory import is not supported by this EP ({}).", impl_->ep_name);
  Imported imported = ImportedObjects::Get().Find(impl_.get(), memory);
  Require(imported != nullptr, ORT_INVALID_ARGUMENT,
          "mem_handle was not imported by this importer of {}, or was released", impl_->ep_name);
  const Shape shape =
      CheckShape(descriptor, memory->descriptor.size_bytes - memory->descriptor.offset_bytes);
  Value* made = nullptr;
  CallPlugin(In(*impl_, "CreateTensorFromMemory"), create, impl_->plugin, memory, &descriptor,
             &made);
  std::unique_ptr<Value> value(made);
  Require(value != nullptr && value->IsTensor() && value->tensor().shape() == shape &&
              value->tensor().dtype() == backplane::ToDType(descriptor.element_type),
          ORT_FAIL, "{}: CreateTensorFromMemory did not give the tensor that was asked for",
          impl_->ep_name);
  const Tensor& tensor = value->tensor();
  auto owner = std::make_shared<Buffer>(const_cast<void*>(tensor.raw()), tensor.Bytes(),
                                        [imported, inner = tensor.owner()](void*) {});
  value->SetTensor(Tensor(tensor.dtype(), shape, owner->data(), owner, &tensor.memory()));
  return value;
}

void OrtExternalResourceImporter::CheckOwn(const void* handle, const char* what) const {
  Require(ImportedObjects::Get().Find(impl_.get(), handle) != nullptr, ORT_INVALID_ARGUMENT,
          "{} was not imported by this importer of {}, or was released", what, impl_->ep_name);
}

void OrtExternalResourceImporter::Wait(OrtExternalSemaphoreHandle* semaphore, OrtSyncStream& stream,
                                       uint64_t value) {
  CheckOwn(semaphore, "semaphore_handle");
  CallPlugin(In(*impl_, "WaitSemaphore"),
             Callback(*impl_->plugin, &OrtExternalResourceImporterImpl::WaitSemaphore, kSince),
             impl_->plugin, semaphore, &stream, value);
}

void OrtExternalResourceImporter::Signal(OrtExternalSemaphoreHandle* semaphore,
                                         OrtSyncStream& stream, uint64_t value) {
  CheckOwn(semaphore, "semaphore_handle");
  CallPlugin(In(*impl_, "SignalSemaphore"),
             Callback(*impl_->plugin, &OrtExternalResourceImporterImpl::SignalSemaphore, kSince),
             impl_->plugin, semaphore, &stream, value);
}

void backplane::ReleaseImported(const void* handle) noexcept {
  try {
    ImportedObjects::Get().Take(handle);
  } catch (...) {  // NOLINT: there is nobody to tell
  }
}
